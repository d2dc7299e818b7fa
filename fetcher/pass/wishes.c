/* wishes.c - the owner's wishes, carried out.
 * Owns:     from wish to intent, and the sentence that answers it.
 * Must not: speak to the store but through settle.c.
 * Fails:    STORE_ERROR (LINK and worse), LEDGER_ERROR; the wish stays open.
 * Tests:    tests/fetcher/pass/test_settle.c, tests/e2e/test_wishes.py */
#include "fetcher/pass/wishes.h"
#include "fetcher/pass/settle.h"
#include "ledger/wish.h"

static char *answer(const Entry *entry)
{
  switch (entry->state) {
  case MOVE_RESTORED: return g_strdup_printf("restored to %s", entry->home.folder);
  case MOVE_DELETED:
    return entry->away.folder != NULL ? g_strdup_printf("moved to %s", entry->away.folder)
                                      : g_strdup("removed for good");
  case MOVE_FAILED:
    return g_strdup_printf("not done: %s", entry->reason != NULL ? entry->reason : "the server refused");
  default: return g_strdup_printf("not done: the message is %s", move_state_name(entry->state));
  }
}

/* Finishes the wish as the journal says the message stands now. */
static gboolean finish(Run *run, const Wish *wish, MoveState goal, GError **error)
{
  g_autoptr(Entry) entry = journal_get(run->ledger, wish->entry, error);
  if (entry == NULL) return FALSE;
  g_autofree char *result = answer(entry);
  return wish_finish(run->ledger, wish->id, entry->state == goal, result, error);
}

static gboolean refuse(Run *run, const Wish *wish, const GError *problem, GError **error)
{
  return wish_finish(run->ledger, wish->id, FALSE, problem->message, error);
}

static gboolean grant_one(Run *run, const Wish *wish, GError **error)
{
  MoveState intent = wish->verb == WISH_RESTORE ? MOVE_R_INTENT : MOVE_D_INTENT;
  MoveState goal = wish->verb == WISH_RESTORE ? MOVE_RESTORED : MOVE_DELETED;
  g_autoptr(GError) problem = NULL;
  g_autoptr(Entry) before = journal_get(run->ledger, wish->entry, &problem);
  if (before != NULL && before->state == goal) return finish(run, wish, goal, error);
  if (before == NULL || !journal_intend(run->ledger, wish->entry, intent, &problem)) {
    if (g_error_matches(problem, LEDGER_ERROR, LEDGER_ERROR_REFUSED)
        || g_error_matches(problem, LEDGER_ERROR, LEDGER_ERROR_MISSING))
      return refuse(run, wish, problem, error);
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  g_autoptr(Entry) entry = journal_get(run->ledger, wish->entry, error);
  if (entry == NULL || !settle_one(run, entry, FALSE, error)) return FALSE;
  return finish(run, wish, goal, error);
}

gboolean grant_wishes(Run *run, GError **error)
{
  g_autoptr(GPtrArray) wishes = wish_open_of(run->ledger, run->account->name, WISH_OF_MESSAGES, error);
  if (wishes == NULL) return FALSE;
  for (guint i = 0; i < wishes->len; i++) {
    if (!run_tick(run, error) || !grant_one(run, wishes->pdata[i], error)) return FALSE;
  }
  return TRUE;
}

gboolean grant_checks(Ledger *ledger, const char *account, gint64 newest, gboolean done, const char *result,
                      GError **error)
{
  g_autoptr(GPtrArray) wishes = wish_open_of(ledger, account, WISH_BIT(WISH_CHECK), error);
  if (wishes == NULL) return FALSE;
  for (guint i = 0; i < wishes->len; i++) {
    const Wish *wish = wishes->pdata[i];
    if (wish->id <= newest && !wish_finish(ledger, wish->id, done, result, error)) return FALSE;
  }
  return TRUE;
}
