/* link.h - a session with a POP3 server (RFC 1939; CAPA, RFC 2449; STLS, RFC 2595; SASL, RFC 5034).
 *
 * Over Stream (stream.h): TLS verified, bounded in time and bytes. Every number that a server names is checked before
 * it is used; a line of an answer may have 64 KiB (those of a message any length), a listing 1,000,000 rows, a message
 * 512 MiB. Errors are STORE_ERROR_*: LINK also for a maildrop that another program holds (IN-USE), for a login that
 * came too soon (LOGIN-DELAY) and for SYS/TEMP (RFC 2449, RFC 3206), or for words that mean the same; after LINK, AUTH
 * or FATAL only pop3_link_free() may be called. */
#pragma once
#include "fetcher/config/config.h"
#include "fetcher/store/store.h"

typedef struct Pop3Link Pop3Link;

/* Connects, secures, signs in. Arguments and errors as imap_open(). A token is sent by XOAUTH2; a password by SASL
 * PLAIN, else USER and PASS, else CRAM-MD5 or LOGIN where the server offers only these; never APOP. FATAL also for a
 * server that deletes each message that was read (EXPIRE 0) and has no TOP. */
Pop3Link *pop3_link_open(const AccountConfig *account, const char *secret, GError **error);
/* The same after a session that has ended. Where the server lets nobody sign in so soon (LOGIN-DELAY), this waits for
 * `delay` seconds (0: a minute) and tries once more; for more than two minutes it does not wait. */
Pop3Link *pop3_link_open_again(const AccountConfig *account, const char *secret, guint delay, GError **error);
/* The seconds between two sign-ins that the server asks for; 0: it does not say. */
guint pop3_link_delay(const Pop3Link *link);
/* Leaves without QUIT: messages that were marked for deletion stay. */
void pop3_link_free(Pop3Link *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pop3Link, pop3_link_free)

typedef struct {
  guint number;   /* the message number in this session, 1 or more */
  guint64 octets; /* as LIST says */
  char *uid;      /* as UIDL says (1 to 255 printable characters; the RFC has 70); NULL where the server has no UIDL */
} Pop3Row;
/* What LIST and UIDL tell, in the server's order: GArray of Pop3Row, borrowed until the next call. Rows that only LIST
 * or only UIDL names, or whose number comes twice, are left out. FATAL for a server that has no LIST, or whose numbers
 * make no sense. */
const GArray *pop3_link_list(Pop3Link *link, GError **error);

/* Gets a message, or its beginning, in pieces: the lines as they are on the wire (CRLF, dots doubled), without the
 * line that ends the answer, cut anywhere. The first piece of each message is empty: the server has agreed to send it.
 * FALSE: the caller wants no more of this message; the rest is read and dropped. */
typedef struct {
  guint number;
  gint lines; /* lines of the body, by TOP; -1: the whole message, by RETR */
} Pop3Ask;
typedef struct {
  gboolean (*piece)(guint ask, const char *bytes, gsize length, gpointer data);
  /* refusal: the server's words after -ERR, which may be ""; NULL: the whole answer came */
  void (*done)(guint ask, const char *refusal, gpointer data);
  gpointer data;
} Pop3Sink;
/* Asks for n messages, several at a time where the server can do that (PIPELINING). Each gets its pieces and then
 * done(), in the order of asks. Where the server has no TOP, RETR is sent instead, and more than `lines` lines come;
 * where the server deletes each message that RETR gave (EXPIRE 0), TOP with all lines is sent instead of RETR. A
 * refusal of one message is no error. The sink must not use the link. */
gboolean pop3_link_fetch(Pop3Link *link, const Pop3Ask *asks, guint n, const Pop3Sink *sink, GError **error);
/* FALSE: the server is known to have no TOP. */
gboolean pop3_link_has_top(const Pop3Link *link);

/* Marks a message for deletion, after asking (UIDL n) whether the number still means this uid; uid NULL: does not ask.
 * MESSAGE when the number means another message, or the server refuses. The message is gone only after
 * pop3_link_quit(). */
gboolean pop3_link_delete(Pop3Link *link, guint number, const char *uid, GError **error);
/* Marks n messages, several at a time where the server can do that, after asking once (UIDL) what all numbers mean now;
 * a server that had no UIDL for the last list is not asked. done() is called for each message, in order; refusal: the
 * words of the server if the message was not marked, NULL if it was marked. If done() returns FALSE, no more messages
 * are marked. done() must not use the link. */
gboolean pop3_link_delete_all(Pop3Link *link, const Pop3Row *const *rows, guint n,
                              gboolean (*done)(guint row, const char *refusal, gpointer data), gpointer data,
                              GError **error);
/* Takes all marks for deletion back (RSET). */
gboolean pop3_link_reset(Pop3Link *link, GError **error);
gboolean pop3_link_noop(Pop3Link *link, GError **error);
/* Ends the session. TRUE only after the server said +OK, which does not prove any deletion: look at the listing of the
 * next session. */
gboolean pop3_link_quit(Pop3Link *link, GError **error);
/* From the next command on the server may be silent for this long. */
void pop3_link_set_timeout(Pop3Link *link, guint seconds);
/* "host:port"; borrowed. */
const char *pop3_link_where(const Pop3Link *link);
