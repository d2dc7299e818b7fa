/* peer.h - a scripted server for tests: a child process that plays one conversation on loopback, in clear or over TLS.
 */
#pragma once
#include "tests/rigs/certs.h"
#include <gio/gio.h>

/* In the child. */
typedef struct Peer Peer;
typedef void (*PeerScript)(Peer *peer, gconstpointer data);
void peer_say(Peer *peer, const char *text);
void peer_say_bytes(Peer *peer, const char *bytes, gsize length);
/* One line without its end; NULL when the client is gone. Valid until the next call. */
const char *peer_hear(Peer *peer);
/* priority NULL: what is usual. FALSE when the handshake fails. */
gboolean peer_start_tls(Peer *peer, Cert cert, const char *priority);
/* Ends this connection and waits for the next one. */
void peer_next(Peer *peer);
/* Says nothing more, until the client goes away. */
void peer_wait(Peer *peer);
/* Says a text over and over, some hundred megabytes of it, until the client has had enough. */
void peer_flood(Peer *peer, const char *text);
/* Says `first`, and then a byte every tenth of a second, for two minutes. */
void peer_drip(Peer *peer, const char *first);
/* Goes away itself, and closes the connection. Does not return. */
void peer_leave(Peer *peer);

/* In the test. */
typedef struct Server Server;
Server *server_start(PeerScript script, gconstpointer data);
guint16 server_port(const Server *server);
/* All that the server received, above TLS, with NULs as spaces. Complete only after server_stop(). */
const char *server_heard(const Server *server);
/* Waits for the child to end, at most two seconds. */
void server_stop(Server *server);
/* Ends the child if it still runs. */
void server_free(Server *server);

/* An IMAP conversation: for a command, the first turn whose word it begins with (case ignored); "$" in an answer is the
 * tag. What no turn answers gets a usual answer. */
typedef struct {
  const char *command;
  const char *answer;
  void (*act)(Peer *peer); /* after the answer; NULL */
  const char *then;        /* after an answer with a line "+ ...": to the client's next line; NULL: "$ OK done" */
  const char *last;        /* after a `then` that is "+ ..." likewise */
  gboolean once;           /* this turn is over when it was played */
} Turn;
typedef struct {
  const char *greeting;     /* NULL: a usual one */
  const char *capabilities; /* NULL: IMAP4rev1 AUTH=PLAIN UIDPLUS MOVE */
  Cert cert;                /* CERT_NONE: in clear */
  gboolean starttls;        /* TLS begins after STARTTLS, not at once */
  const char *priority;
  Turn turns[8];
} Conversation;
void peer_converse(Peer *peer, gconstpointer conversation);
