/* wish.h - what the owner wants done; rows from the ui to the worker. */
#pragma once
#include "ledger/ledger.h"

/* WISH_SWEEP: judge what lies in folders again, from their first message on; WISH_REHEARSE: the same, but move nothing.
 */
typedef enum { WISH_RESTORE, WISH_DELETE, WISH_CHECK, WISH_SWEEP, WISH_REHEARSE } WishVerb;
typedef enum { WISH_OPEN, WISH_DONE, WISH_FAILED } WishState;

typedef struct {
  gint64 id;
  WishVerb verb;
  gint64 entry; /* of restore and delete; 0 */
  char *account;
  char *folders; /* of sweeps: names as the owner wrote them, '\n'-separated; NULL: the watched ones */
  gint64 made, finished;
  WishState state;
  char *result; /* one sentence for people; NULL while open */
} Wish;
void wish_free(Wish *wish);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Wish, wish_free)

/* Adds a wish; its id, or -1. entry's account is looked up; for WISH_CHECK give account. The same open wish is not
 * added twice: its id comes back. Restoring what is already restored, deleting what is already deleted or not in
 * quarantine: LEDGER_ERROR_REFUSED. */
gint64 wish_add(Ledger *ledger, WishVerb verb, gint64 entry, const char *account, GError **error);
/* Restores or deletes of n entries, in one transaction: those that make sense. ids (gint64) becomes those of the
 * wishes, in the order of entries, 0 for one that was refused; *refusal: the sentence of the first refusal, NULL for
 * none. */
gboolean wish_add_many(Ledger *ledger, WishVerb verb, const gint64 *entries, guint n, GArray *ids, char **refusal,
                       GError **error);
/* A sweep (WISH_SWEEP or WISH_REHEARSE) of account's folders; its id, or -1. An open sweep of this account is not added
 * twice where it is the same; a different one is LEDGER_ERROR_REFUSED. */
gint64 wish_add_sweep(Ledger *ledger, WishVerb verb, const char *account, const char *folders, GError **error);
/* Takes an open wish back: failed, with the result "cancelled". One that is finished stays as it is. */
gboolean wish_cancel(Ledger *ledger, gint64 id, GError **error);
/* The same of n wishes (0 is passed over), in one transaction; *left: how many were finished before. */
gboolean wish_cancel_many(Ledger *ledger, const gint64 *ids, guint n, guint *left, GError **error);
Wish *wish_get(Ledger *ledger, gint64 id, GError **error);
/* The newest wish about an entry; NULL without error when there is none. */
Wish *wish_of_entry(Ledger *ledger, gint64 entry, GError **error);
/* Open wishes of account (NULL: all), oldest first: list of Wish*. */
GPtrArray *wish_open(Ledger *ledger, const char *account, GError **error);
/* The same for these verbs only: WISH_BIT()s. */
#define WISH_BIT(verb) (1u << (verb))
#define WISH_OF_MESSAGES (WISH_BIT(WISH_RESTORE) | WISH_BIT(WISH_DELETE))
#define WISH_OF_SWEEPS (WISH_BIT(WISH_SWEEP) | WISH_BIT(WISH_REHEARSE))
GPtrArray *wish_open_of(Ledger *ledger, const char *account, guint verbs, GError **error);
gboolean wish_finish(Ledger *ledger, gint64 id, gboolean done, const char *result, GError **error);
