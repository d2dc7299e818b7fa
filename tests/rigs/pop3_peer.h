/* pop3_peer.h - a scripted POP3 server for tests, with a small maildrop. */
#pragma once
#include "fetcher/config/config.h"
#include "tests/rigs/peer.h"

typedef struct {
  const char *uid;  /* NULL: UIDL does not name it */
  const char *text; /* as it is stored: CRLF, no dots doubled */
  gsize length;     /* 0: that of the string */
  guint64 octets;   /* as LIST says; 0: the length */
} Pop3Mail;

/* For a command, the first turn whose word it begins with (case ignored). What no turn answers gets a usual answer. */
typedef struct {
  const char *command;
  const char *answer;
  gsize length;            /* of the answer; 0: that of the string */
  void (*act)(Peer *peer); /* after the answer; NULL */
  const char *then, *last; /* after an answer "+ ...", to the client's next lines; NULL: "+OK" */
  gboolean once;           /* this turn is over when it was played */
} Pop3Turn;

typedef struct {
  const char *greeting;     /* NULL: a usual one */
  const char *capabilities; /* lines; NULL: USER, TOP, UIDL, PIPELINING; "": there is no CAPA */
  const char *secure;       /* lines once TLS runs; NULL: the same */
  Cert cert;                /* CERT_NONE: in clear */
  gboolean stls;            /* TLS begins after STLS, not at once */
  const char *priority;
  const Pop3Mail *mails;
  guint n;
  gsize cut;      /* closes the connection when it has said so many bytes; 0: never */
  guint sessions; /* one after the other; 0: one */
  Pop3Turn turns[8];
} Pop3Conversation;
void pop3_peer(Peer *peer, gconstpointer conversation);

#define POP3_USER "gertrude"
#define POP3_SECRET "pa\"ss\\word"
/* The account of that user on this server. */
AccountConfig pop3_account(const Server *server, Security security);
/* Does text hold the secret, in any way that the wire knows? */
gboolean pop3_knows_secret(const char *text);
