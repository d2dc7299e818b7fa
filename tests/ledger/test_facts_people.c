/* test_facts_people.c - which of many people at one domain count for a report
 * Owns:     a ledger in memory.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/facts_people.c */
#include "tests/rigs/facts_rig.h"

/* Who is at a large domain counts by when the owner wrote to each, before the report came or, of an address that is
 * alike, until it was seen. */
static void of_all_at_a_domain_those_of_the_time_count(void **state)
{
  static const struct {
    gint64 seen; /* less than RIG_NOW by */
    const char *failed, *other;
    OtherName how;
  } rows[] = {
    { 0, "johndoe@there.example", "john.doe@there.example", OTHER_NAME },
    { 2 * DAY, "johndoe@there.example", "tim@there.example", OTHER_NEIGHBOUR },
    { 0, "robert@there.example", "tim@there.example", OTHER_NEIGHBOUR },
    { 0, "ann@there.example", "tim@there.example", OTHER_NEIGHBOUR }, /* too long ago, as an.n@ */
  };
  g_autoptr(Ledger) ledger = rig_ledger();
  rig_add(ledger, "home", "Sent", "a@me", "an.n@there.example", "One", RIG_NOW - 30 * DAY, RIG_NOW);
  rig_add(ledger, "home", "Sent", "b@me", "tim@there.example", "Two", RIG_NOW - 9 * DAY, RIG_NOW);
  rig_add(ledger, "home", "Sent", "c@me", "john.doe@there.example", "Three", RIG_NOW - 3600, RIG_NOW);
  rig_add(ledger, "home", "Sent", "d@me", "an.n@there.example", "Four", RIG_NOW + 20 * DAY, RIG_NOW + 20 * DAY);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_autoptr(Report) report = rig_report(NULL, rows[i].failed, NULL);
    report->date = RIG_NOW - 3 * DAY;
    const FactsQuery query = { "home", report->date, RIG_NOW, RIG_NOW - rows[i].seen };
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, &error);
    OK(facts != NULL);
    rig_assert_word(i, "other", facts->other, rows[i].other);
    assert_int_equal(facts->other_how, rows[i].how);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(of_all_at_a_domain_those_of_the_time_count),
  };
  return cmocka_run_group_tests_name("ledger_facts_people", tests, NULL, NULL);
}
