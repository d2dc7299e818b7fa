/* other_accounts.c - waiting until other accounts have read their Sent folders
 * Owns:     how long a pass waits, and whom it asks.
 * Must not: wait for an account that does not read soon; judge.
 * Fails:    STORE_ERROR, LEDGER_ERROR.
 * Tests:    tests/e2e/test_watch.py */
#include "fetcher/pass/other_accounts.h"
#include "fetcher/pass/sync.h"
#include "ledger/wish.h"

#define OTHERS_SECONDS 60 /* how long a pass waits at most */
#define OTHERS_LOOK ((gulong)G_USEC_PER_SEC / 5)

/* *will: the other account's worker is about to read its Sent folders. ask: a worker that waits for mail is asked to.
 */
static gboolean will_read_sent(Run *run, const Account *other, gboolean ask, gboolean *will, GError **error)
{
  if (account_will_read_sent(other)) *will = TRUE;
  if (!account_is_watching(other)) return TRUE;
  if (ask && wish_add(run->ledger, WISH_CHECK, 0, other->name, error) < 0) return FALSE;
  g_autoptr(GPtrArray) checks = wish_open_of(run->ledger, other->name, WISH_BIT(WISH_CHECK), error);
  if (checks != NULL && checks->len > 0) *will = TRUE;
  return checks != NULL;
}

static gboolean others_will_read(Run *run, gboolean ask, gboolean *soon, GError **error)
{
  g_autoptr(GPtrArray) accounts = account_list(run->ledger, error);
  *soon = FALSE;
  for (guint i = 0; accounts != NULL && i < accounts->len; i++) {
    const Account *account = accounts->pdata[i];
    gboolean other = account->configured && !g_str_equal(account->name, run->account->name);
    if (other && !will_read_sent(run, account, ask, soon, error)) return FALSE;
  }
  return accounts != NULL;
}

/* Looks are noted by the second. A look counts only if it begins in a later second than the one in which these entries
 * were judged: waits for that second. */
static void pass_second(const GPtrArray *due)
{
  gint64 judged = 0;
  for (guint i = 0; i < due->len; i++) judged = MAX(judged, ((const Entry *)due->pdata[i])->judged);
  while (run_now() == judged) g_usleep(20000);
}

gboolean other_accounts_wait(Run *run, gboolean *any, GError **error)
{
  gint64 deadline = g_get_monotonic_time() + OTHERS_SECONDS * G_USEC_PER_SEC;
  gboolean soon = TRUE, ask = TRUE;
  *any = FALSE;
  while (soon && g_get_monotonic_time() < deadline) {
    g_autoptr(GPtrArray) due = journal_due(run->ledger, run->account->name, run_now(), FALSE, error);
    if (due == NULL || !run_tick(run, error)) return FALSE;
    if (due->len == 0) return TRUE;
    *any = TRUE;
    /* Read our own Sent folders first, so that no other account waits for this one; the state then says "judging". */
    if (!run_begin(run, error) || (run->sync.synced < run->pass.started && !sync_sent(run, TRUE, error))) return FALSE;
    if (ask) pass_second(due);
    if (!others_will_read(run, ask, &soon, error)) return FALSE;
    if (soon) g_usleep(OTHERS_LOOK);
    ask = FALSE;
  }
  return TRUE;
}
