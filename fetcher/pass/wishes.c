/* wishes.c - carries out what the owner asks for
 * Owns:     the way from a request to an intent, and the sentence that answers the request.
 * Must not: speak to the store itself (settle.c does).
 * Fails:    STORE_ERROR (LINK and worse), LEDGER_ERROR; the request stays open, as it does while the server is busy.
 * Tests:    tests/fetcher/pass/test_settle.c, tests/e2e/test_wishes.py */
#include "fetcher/pass/wishes.h"
#include "fetcher/pass/settle.h"
#include "ledger/wish.h"

static char *answer(const Wish *wish, const Entry *entry)
{
  switch (entry->state) {
  case MOVE_RESTORED: return g_strdup_printf("restored to %s", entry->home.folder);
  case MOVE_DELETED:
    if (wish->verb == WISH_RESTORE)
      return g_strdup_printf("not done: %s", entry->reason != NULL ? entry->reason : "the message is deleted");
    return entry->away.folder != NULL ? g_strdup_printf("moved to %s", entry->away.folder)
                                      : g_strdup("removed for good");
  case MOVE_QUARANTINED:
    if (wish->verb == WISH_QUARANTINE) return g_strdup_printf("put back into %s", entry->away.folder);
    return g_strdup_printf("not done: %s", entry->reason != NULL ? entry->reason : "the message is in quarantine");
  case MOVE_KEPT:
    if (entry->due > 0 && entry->reason != NULL)
      return g_strdup_printf("not done yet, and looked at again soon: %s", entry->reason);
    return g_strdup_printf("not done: %s", entry->reason != NULL ? entry->reason : "the message stays where it is");
  case MOVE_FAILED:
    return g_strdup_printf("not done: %s", entry->reason != NULL ? entry->reason : "the server refused");
  default: return g_strdup_printf("not done: the message is %s", move_state_name(entry->state));
  }
}

/* Finishes the request, with the state that the message has in the journal now. */
static gboolean finish(Run *run, const Wish *wish, MoveState goal, GError **error)
{
  g_autoptr(Entry) entry = journal_get(run->ledger, wish->entry, error);
  if (entry == NULL) return FALSE;
  g_autofree char *result = answer(wish, entry);
  return wish_finish(run->ledger, wish->id, entry->state == goal, result, error);
}

static gboolean refuse(Run *run, const Wish *wish, const GError *problem, GError **error)
{
  return wish_finish(run->ledger, wish->id, FALSE, problem->message, error);
}

static MoveState goal_of(WishVerb verb)
{
  switch (verb) {
  case WISH_RESTORE: return MOVE_RESTORED;
  case WISH_QUARANTINE: return MOVE_QUARANTINED;
  default: return MOVE_DELETED;
  }
}

/* The message is on its way, and the server refuses it for now: settle.c goes on with that in each pass. Until then no
 * request about the message is at its end; one to restore what is on its way to the trash is granted from there. */
static gboolean is_under_way(const Entry *entry, MoveState goal)
{
  if (entry->state == MOVE_Q_INTENT) return goal == MOVE_QUARANTINED; /* a copy of it lies there already */
  return entry->state == MOVE_R_INTENT || entry->state == MOVE_D_INTENT;
}

/* Why the worker cannot do it here, whatever the journal says; NULL: it can. */
static const char *hindrance(const Run *run, const Wish *wish)
{
  if (wish->verb == WISH_DELETE && run->folders.trash == NULL)
    return "not done: this mailbox has no trash; backstop delete --for-good removes the message for good";
  if (wish->verb == WISH_QUARANTINE && run->config->observe)
    return "not done: Backstop only observes now (mode = observe, or a pause), and puts nothing into quarantine";
  return NULL;
}

static gboolean makes_no_sense(const GError *problem)
{
  return g_error_matches(problem, LEDGER_ERROR, LEDGER_ERROR_REFUSED)
         || g_error_matches(problem, LEDGER_ERROR, LEDGER_ERROR_MISSING);
}

static gboolean grant_one(Run *run, const Wish *wish, GError **error)
{
  MoveState goal = goal_of(wish->verb);
  g_autoptr(GError) problem = NULL;
  g_autoptr(Entry) before = journal_get(run->ledger, wish->entry, &problem);
  const char *hindered = hindrance(run, wish);
  gboolean open = FALSE;
  if (before != NULL && before->state == goal) return finish(run, wish, goal, error);
  if (before != NULL && is_under_way(before, goal)) return TRUE;
  if (before != NULL && hindered != NULL) return wish_finish(run->ledger, wish->id, FALSE, hindered, error);
  if (before == NULL || !wish_intend(run->ledger, wish->id, run->folders.quarantine, &open, &problem)) {
    if (makes_no_sense(problem)) return refuse(run, wish, problem, error);
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  if (!open) return TRUE;
  g_autoptr(Entry) entry = journal_get(run->ledger, wish->entry, error);
  if (entry == NULL || !settle_one(run, entry, FALSE, error)) return FALSE;
  g_autoptr(Entry) after = journal_get(run->ledger, wish->entry, error);
  if (after == NULL) return FALSE;
  return is_under_way(after, goal) || finish(run, wish, goal, error);
}

gboolean wishes_grant(Run *run, GError **error)
{
  g_autoptr(GPtrArray) wishes = wish_open_of(run->ledger, run->account->name, WISH_OF_MESSAGES, error);
  if (wishes == NULL) return FALSE;
  for (guint i = 0; i < wishes->len; i++) {
    if (!run_tick(run, error) || !grant_one(run, wishes->pdata[i], error)) return FALSE;
  }
  return TRUE;
}

gboolean wishes_answer_checks(Ledger *ledger, const char *account, gint64 newest, gboolean done, const char *result,
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
