/* door.h - a POP3 server on loopback (RFC 1939, RFC 2449) that the owner's mail program connects to instead of to the
 * provider: it shows the provider's maildrop without what is held back, message for message and byte for byte.
 *
 * One client at a time; it has the worker from its first command on for as long as it is connected, within bounds: 60
 * seconds to sign in, 10 minutes (RFC 1939, 3) between two commands, 8 KiB a line, 100 errors; before its sign-in a
 * line that is no POP3 ends the session. Clients that have said nothing may wait; once somebody has signed in, others
 * are told [IN-USE]. Never listens but on loopback, and lets in only programs of the owner's and of named users. */
#pragma once
#include "fetcher/config/config.h"
#include "fetcher/pop3/link.h"
#include <sys/types.h>

typedef struct Door Door;

/* Listens on 127.0.0.1 and, where there is one, ::1. users: whose programs may connect, beside those of the user that
 * this process runs as. CONFIG_ERROR with the remedy when the port is taken or not allowed. port 0: any that is free.
 */
Door *door_open(guint16 port, const uid_t *users, guint n_users, GError **error);
void door_free(Door *door);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Door, door_free)
/* One descriptor for both addresses, for poll(): it can be read when a client connects. */
int door_fd(const Door *door);

typedef struct {
  const char *user;     /* any name but this one is refused; so is a client that is not on loopback */
  const char *password; /* compared in constant time; NULL: not known now, so no client may enter ([SYS/TEMP]) */
  /* After the sign-in: what the client shall see, GArray of Pop3Row in the order of the provider's listing (numbers are
   * the link's; uid never NULL), borrowed until leave(); and the link that has it. NULL with error: the client is told
   * that it cannot be had now, [SYS/TEMP]. Is called once. */
  const GArray *(*enter)(Pop3Link **link, gpointer data, GError **error);
  /* The client is gone, or has said QUIT. quit: its deletions were marked on the link; the host must end the session,
   * so that they happen, and returns TRUE if it did. Called once after enter(), whatever enter() gave. */
  gboolean (*leave)(gboolean quit, gpointer data);
  gboolean (*stop)(gpointer data); /* asked twice a second: must it end now? */
  /* Tells why the link broke: STORE_ERROR_LINK, AUTH or FATAL. Only leave(FALSE) follows. May be NULL. */
  void (*broke)(const GError *problem, gpointer data);
  gpointer data;
} DoorHost;

/* Greets those who have come. If one of them has said something, serves that client to its end; else returns FALSE at
 * once. A link that
 * broke ends the client's connection, in the middle of a message without the line that ends one. */
gboolean door_serve(Door *door, const DoorHost *host);
