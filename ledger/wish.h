/* wish.h - requests: what the owner wants done; rows from the ui to the worker. */
#pragma once
#include "ledger/ledger.h"

/* The first four are about one entry. WISH_DELETE: into the trash; refused where there is none. WISH_REMOVE: into the
 * trash, and where there is none, for good. WISH_QUARANTINE: what was restored goes back into quarantine. WISH_SWEEP:
 * judge what lies in folders again, from their first message on; WISH_REHEARSE: the same, but move nothing. */
typedef enum {
  WISH_RESTORE,
  WISH_DELETE,
  WISH_REMOVE,
  WISH_QUARANTINE,
  WISH_CHECK,
  WISH_SWEEP,
  WISH_REHEARSE
} WishVerb;
/* "restore"; static. */
const char *wish_verb_name(WishVerb verb);
typedef enum { WISH_OPEN, WISH_DONE, WISH_FAILED } WishState;

typedef struct {
  gint64 id;
  WishVerb verb;
  gint64 entry; /* the entry that the request is about; 0 */
  char *account;
  char *folders; /* of sweeps: names as the owner wrote them, '\n'-separated; NULL: the watched ones */
  gint64 made, finished;
  WishState state;
  char *result; /* one sentence for people; NULL while open */
} Wish;
void wish_free(Wish *wish);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Wish, wish_free)

/* Adds a request, and returns its id, or -1. For WISH_CHECK give account; else the entry tells it. If the same request
 * is open already, returns its id. The last request about an entry counts: an open request of another verb fails, in
 * the same transaction, with a result that says so. LEDGER_ERROR_REFUSED: restoring a message that is restored already,
 * or deleting one that is deleted already or not in quarantine. A message in the trash can be restored, and so can one
 * that is on its way there. */
gint64 wish_add(Ledger *ledger, WishVerb verb, gint64 entry, const char *account, GError **error);
/* Adds requests of one verb for n entries, in one transaction, as far as they make sense. ids (gint64): the requests,
 * in the order of entries, 0 for a refused one. *refusal: the sentence of the first refusal, NULL: none. */
gboolean wish_add_many(Ledger *ledger, WishVerb verb, const gint64 *entries, guint n, GArray *ids, char **refusal,
                       GError **error);
/* Adds a sweep (WISH_SWEEP or WISH_REHEARSE) of account's folders, and returns its id, or -1. If the same sweep of
 * this account is open already, returns its id; if another one is open, LEDGER_ERROR_REFUSED. */
gint64 wish_add_sweep(Ledger *ledger, WishVerb verb, const char *account, const char *folders, GError **error);
/* Takes an open request back: the request becomes failed, with the result "cancelled". A finished request stays as it
 * is. */
gboolean wish_cancel(Ledger *ledger, gint64 id, GError **error);
/* The same for n requests (an id of 0 is skipped), in one transaction. *left: how many were finished before. */
gboolean wish_cancel_many(Ledger *ledger, const gint64 *ids, guint n, guint *left, GError **error);
Wish *wish_get(Ledger *ledger, gint64 id, GError **error);
/* The newest request about an entry; NULL without error when there is none. */
Wish *wish_of_entry(Ledger *ledger, gint64 entry, GError **error);
/* Open requests of account (NULL: all), oldest first: list of Wish*. */
GPtrArray *wish_open(Ledger *ledger, const char *account, GError **error);
/* As wish_open(), for these verbs only: WISH_BIT()s. */
#define WISH_BIT(verb) (1u << (verb))
#define WISH_OF_MESSAGES                                                                                               \
  (WISH_BIT(WISH_RESTORE) | WISH_BIT(WISH_DELETE) | WISH_BIT(WISH_REMOVE) | WISH_BIT(WISH_QUARANTINE))
#define WISH_OF_SWEEPS (WISH_BIT(WISH_SWEEP) | WISH_BIT(WISH_REHEARSE))
GPtrArray *wish_open_of(Ledger *ledger, const char *account, guint verbs, GError **error);
gboolean wish_finish(Ledger *ledger, gint64 id, gboolean done, const char *result, GError **error);
/* *refusal: why a request about this entry makes no sense now, a sentence; NULL: it does make sense. The caller frees.
 */
gboolean wish_refusal(Ledger *ledger, WishVerb verb, gint64 entry, char **refusal, GError **error);
/* Turns a request about an entry into the intent to do it (journal.h), in one transaction. *open FALSE: it was replaced
 * or taken back meanwhile, and nothing was done. quarantine: the folder that WISH_QUARANTINE moves to; else not used.
 * LEDGER_ERROR_REFUSED with a sentence: it makes no sense now. */
gboolean wish_intend(Ledger *ledger, gint64 id, const char *quarantine, gboolean *open, GError **error);
/* *may: the owner has asked for this entry to be removed for good, and not for anything else since. */
gboolean wish_may_remove(Ledger *ledger, gint64 entry, gboolean *may, GError **error);
/* Finished requests of account (NULL: all) whose result was not told yet, oldest first: list of Wish*. Checks are not
 * told of: who asks for one waits for it. */
GPtrArray *wish_untold(Ledger *ledger, const char *account, GError **error);
/* These n (ids) were told. */
gboolean wish_tell(Ledger *ledger, const gint64 *ids, guint n, GError **error);
