/* wish.h - what the owner wants done; rows from the ui to the worker. */
#pragma once
#include "ledger/ledger.h"

typedef enum { WISH_RESTORE, WISH_DELETE, WISH_CHECK } WishVerb;
typedef enum { WISH_OPEN, WISH_DONE, WISH_FAILED } WishState;

typedef struct {
  gint64 id;
  WishVerb verb;
  gint64 entry;   /* of restore and delete; 0 */
  char *account;
  gint64 made, finished;
  WishState state;
  char *result;   /* one sentence for people; NULL while open */
} Wish;
void wish_free(Wish *wish);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Wish, wish_free)

/* Adds a wish; its id, or -1. entry's account is looked up; for WISH_CHECK give account. The same open wish is not
 * added twice: its id comes back. Restoring what is already restored, deleting what is already deleted or not in
 * quarantine: LEDGER_ERROR_REFUSED. */
gint64 wish_add(Ledger *ledger, WishVerb verb, gint64 entry, const char *account, GError **error);
Wish *wish_get(Ledger *ledger, gint64 id, GError **error);
/* Open wishes of account (NULL: all), oldest first: list of Wish*. */
GPtrArray *wish_open(Ledger *ledger, const char *account, GError **error);
gboolean wish_finish(Ledger *ledger, gint64 id, gboolean done, const char *result, GError **error);
