/* heal.c - what lies in quarantine, judged again when more is known of sent mail.
 * Owns:     when that is done in a pass.
 * Must not: decide what goes back (the ledger does), or move it but by a wish.
 * Fails:    STORE_ERROR (LINK and worse), LEDGER_ERROR; wishes that were made stay open for the next pass.
 * Tests:    tests/fetcher/pass/test_heal.c */
#include "fetcher/pass/heal.h"
#include "fetcher/pass/wishes.h"
#include "ledger/heal.h"

#define AT_ONCE 500 /* judged in one transaction: the owner's programs wait for it */

gboolean heal_verdicts(Run *run, GError **error)
{
  const Policy policy = run_policy(run);
  gboolean back = FALSE, further = TRUE;
  while (further) {
    g_auto(HealResult) result = { 0 };
    if (!run_tick(run, error) || !heal_run(run->ledger, run->account->name, &policy, AT_ONCE, &result, error))
      return FALSE;
    back = back || result.back->len > 0;
    further = result.further;
  }
  return !back || (run_begin(run, error) && wishes_grant(run, error));
}
