/* brake.c - few messages are moved or none, until the account is plausible
 * Owns:     run->brake, and the notice that nothing is moved.
 * Must not: judge, move.
 * Fails:    LEDGER_ERROR; what was kept back stays, and the next pass looks again.
 * Tests:    tests/fetcher/pass/test_brake.c */
#include "fetcher/pass/brake.h"
#include "ledger/brake.h"

gboolean brake_holds(const Run *run, const Verdict *verdict)
{
  const Evidence *decided = verdict->evidence->pdata[verdict->decided];
  return run->brake.on && !g_str_equal(decided->code, "own-deny");
}

gboolean brake_kept(const Entry *entry) { return entry->state == MOVE_KEPT && entry->braked; }

void brake_count(Run *run, const Verdict *verdict)
{
  if (verdict->code == VERDICT_BACKSCATTER)
    run->brake.backscatter++;
  else
    run->brake.unsure++;
}

static gboolean hold(Run *run, guint waiting, GError **error)
{
  run->pass.backscatter += run->brake.backscatter;
  run->pass.unsure += run->brake.unsure;
  run->brake.backscatter = run->brake.unsure = 0;
  run->brake.stuck = TRUE;
  g_autofree char *text = g_strdup_printf(
      "Nothing is moved: %u message%s would be, but nothing shows yet that Backstop reads the right Sent folders. Look "
      "at them with “backstop list”; if they are right, run “backstop sweep”, or set trust-sent = yes in [account %s].",
      waiting, waiting == 1 ? "" : "s", run->account->name);
  return account_set_notice(run->ledger, run->account->name, NOTICE_BRAKE, text, error);
}

/* The owner is told no more that nothing is moved. */
static gboolean forget(Run *run, GError **error)
{
  run->brake.stuck = FALSE;
  return account_set_notice(run->ledger, run->account->name, NOTICE_BRAKE, NULL, error);
}

static gboolean let_go(Run *run, GError **error)
{
  run->brake.on = run->brake.owed = FALSE;
  run->brake.backscatter = run->brake.unsure = 0; /* they are counted when they are judged again */
  return forget(run, error);
}

gboolean brake_look(Run *run, GError **error)
{
  gboolean plausible = FALSE;
  if (!run->brake.on) return TRUE;
  if (!coverage_plausible(run->ledger, run->account->name, &plausible, error)) return FALSE;
  run->brake.on = !plausible;
  return TRUE;
}

gboolean brake_begin(Run *run, GError **error)
{
  run->brake.on = run->brake.owed = TRUE;
  run->brake.backscatter = run->brake.unsure = 0;
  return brake_look(run, error) && (run->brake.on || let_go(run, error));
}

gboolean brake_end(Run *run, gboolean *go, GError **error)
{
  Brake brake = { 0 };
  *go = FALSE;
  if (!run->folders.moves) return forget(run, error);
  if (!run->brake.owed) return TRUE;
  if (!brake_ask(run->ledger, run->account->name, &brake, error)) return FALSE;
  if (brake.waiting == 0) return forget(run, error);
  *go = brake.plausible || brake.moved + brake.waiting < COVERAGE_BRAKE;
  return *go ? let_go(run, error) : hold(run, brake.waiting, error);
}

gboolean brake_for_sweep(Run *run, gint64 wish, GError **error)
{
  gboolean told = FALSE;
  if (!run->brake.on) return TRUE;
  if (!brake_told(run->ledger, wish, &told, error)) return FALSE;
  run->brake.on = run->brake.owed = !told;
  return TRUE;
}
