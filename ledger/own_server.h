/* own_server.h - the mail servers that are the owner's: learned from the mail that they brought. */
#pragma once
#include "filter/span.h"
#include "ledger/ledger.h"

/* From so many messages on, and from such a share of them on, a name counts. */
#define OWN_SERVER_MESSAGES 30
#define OWN_SERVER_PERCENT 90

typedef struct {
  char *name;           /* a host, or the domain that all of its kind are below; NULL: none is known yet */
  guint count, sampled; /* messages that it brought, of so many; of older ones a share is counted */
} OwnServer;
void own_server_clear(OwnServer *server);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OwnServer, own_server_clear)

/* The server that brings this account's mail: of all names that reach the share the most specific, and none under which
 * strangers have names, too. *server: to be cleared by the caller. */
gboolean own_server_get(Ledger *ledger, const char *account, OwnServer *server, GError **error);
