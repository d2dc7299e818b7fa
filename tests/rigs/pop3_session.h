/* pop3_session.h - a signed-in link to a scripted POP3 server, and a maildrop over it, for tests. */
#pragma once
#include "fetcher/pop3/box.h"
#include "fetcher/pop3/link.h"
#include "tests/rigs/pop3_peer.h"

/* Four messages, "u1" to "u4", for a conversation. */
extern const Pop3Mail pop3_four[4];
#define POP3_FOUR .mails = pop3_four, .n = G_N_ELEMENTS(pop3_four)

/* A link in clear to a server that runs pop3_peer(). timeout in seconds; 0: the usual one. The caller frees it. */
Pop3Link *pop3_open(Server *server, guint timeout);

/* What a fetch gave: each message as "[pieces]" or "!refusal". */
typedef struct {
  GString *got;
  gsize most; /* bytes of a message that are wanted; 0: all */
  gsize had;
  guint next;
} Pop3Taken;
/* Fetches by link; a refusal is no error. */
gboolean pop3_take(Pop3Link *link, const Pop3Ask *asks, guint n, Pop3Taken *taken, GError **error);

/* A maildrop on a server of its own. The account must outlive the box. */
typedef struct {
  Server *server;
  AccountConfig account;
  Box *box;
  GError *error;
  GString *got; /* of pop3_session_read(): "item:bytes|" */
} Pop3Session;

void pop3_session_open(Pop3Session *session, const Pop3Conversation *conversation);
/* Frees the box. What the server heard is valid until pop3_session_free(). */
const char *pop3_session_end(Pop3Session *session);
void pop3_session_free(Pop3Session *session);
/* Lists the box, which must have so many messages. */
void pop3_session_list(Pop3Session *session, guint count);
/* There is an error with this code and these words, and neither secret nor user is in it. Clears it. */
void pop3_session_failed(Pop3Session *session, int code, const char *words);
/* Reads items into session->got. */
gboolean pop3_session_read(Pop3Session *session, const guint *items, guint n, BoxPart part, gsize limit);
/* A whole message; NULL with session->error. The caller unrefs it. */
GBytes *pop3_session_fetch(Pop3Session *session, guint item);
