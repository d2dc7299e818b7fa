/* test_heal_second.c - what the second line moved is judged again like all that lies in quarantine
 * Owns:     ledgers in memory.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/heal.c */
#include "ledger/db.h"
#include "ledger/heal.h"
#include "tests/rigs/heal_rig.h"

/* Moved by the second line: its time is not covered, a stranger handed it in, and three checks spoke against it. */
static gint64 moved_by_second_line(Ledger *ledger)
{
  GError *error = NULL;
  Policy policy = POLICY_DEFAULT(heal_now());
  policy.second_line = TRUE;
  g_autoptr(Report) report = heal_forged("late@my.example", "bob@y.example", "Offer");
  const FactsQuery query = { .account = "home", .arrived = heal_now() - HOUR, .now = heal_now() };
  OK(coverage_gap_add(ledger, "home", "Sent", heal_now() - 5 * HOUR, heal_now() - HOUR / 2, "a test", &error));
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, &error);
  OK(facts != NULL);
  facts->hand = HAND_OUTSIDE;
  facts->waited = TRUE;
  facts->unsigned_of = 31;
  facts->tools.spf = SPF_FAIL;
  facts->tools.reverse = REVERSE_NONE;
  g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
  assert_true(verdict->second_line && verdict->code == VERDICT_UNSURE);
  return heal_move(ledger, report, facts, verdict, 1);
}

static void what_the_second_line_moved_goes_back_like_all_else(void **state)
{
  static const struct {
    const char *what, *id, *recipient, *subject, *own;
    HealOutcome want;
  } rows[] = {
    { "nothing new", "a@b", "x@z.example", NULL, NULL, STAYS },
    { "its id", "late@my.example", "x@z.example", NULL, NULL, BACK },
    { "recipient and subject", "a@b", "bob@y.example", "Offer", NULL, BACK },
    { "somebody at that domain: unsure, but by a sent message", "a@b", "bob@y.example", NULL, NULL, BACK },
    { "the owner's word", NULL, NULL, NULL, "bob@y.example", BACK },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = heal_ledger();
    moved_by_second_line(ledger);
    OK(db_run(ledger, &error, "INSERT OR IGNORE INTO heal_due SELECT id, 2 FROM entry", ""));
    assert_int_equal(heal_all(ledger), STAYS); /* judged again without its hops, it is as unsure as it was */
    if (rows[i].own != NULL) OK(newsender_add(ledger, NEWSENDER_ALLOW, rows[i].own, &error));
    if (rows[i].id != NULL) heal_found(ledger, rows[i].id, rows[i].recipient, rows[i].subject, 2 * HOUR);
    const HealOutcome got = heal_all(ledger);
    if (got != rows[i].want) fail_msg("%s: %d", rows[i].what, got);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(what_the_second_line_moved_goes_back_like_all_else) };
  filter_init();
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
