/* test_gap.c - times in which sent mail may have been missed
 * Owns:     ledgers in memory.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/gap.c ledger/coverage.c */
#include "ledger/configure.h"
#include "tests/rigs/ledger_rig.h"

/* Gaps of one folder, added in this order; times in seconds from RIG_NOW. */
static void gaps_that_touch_become_one(void **state)
{
  static const struct {
    int since, until;
    const char *reason;
    const char *want; /* all that are known then */
  } rows[] = {
    { 100, 200, "a", " 100-200 a" },
    { 100, 200, "a", " 100-200 a" },
    { 120, 180, "a", " 100-200 a" },
    { 300, 300, "b", " 100-200 a" }, /* no time at all */
    { 400, 300, "b", " 100-200 a" },
    { 300, 400, "b", " 100-200 a 300-400 b" },
    { 350, 500, "c", " 100-200 a 300-500 c" },
    { 50, 60, "d", " 50-60 d 100-200 a 300-500 c" },
    { 100, 200, "e", " 50-60 d 100-200 e 300-500 c" },
    { 55, 350, "f", " 50-500 f" },
    { 40, 600, "g", " 40-600 g" },
    { 600, 700, "h", " 40-700 h" },
  };
  GError *error = NULL;
  const char *const used[] = { "Sent" };
  g_autoptr(Ledger) ledger = rig_ledger();
  OK(folder_use_sent(ledger, "home", used, 1, &error));
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GString) got = g_string_new(NULL);
    for (int twice = 0; twice < 2; twice++) { /* the second time writes nothing */
      gint64 changes = rig_number(ledger, "SELECT total_changes()");
      OK(coverage_gap_add(ledger, "home", "Sent", RIG_NOW + rows[i].since, RIG_NOW + rows[i].until, rows[i].reason,
                          &error));
      if (twice) assert_int_equal(rig_number(ledger, "SELECT total_changes()"), changes);
    }
    g_autoptr(GPtrArray) gaps = coverage_gaps(ledger, "home", 0, &error);
    OK(gaps != NULL);
    for (guint k = 0; k < gaps->len; k++) {
      const CoverageGap *gap = g_ptr_array_index(gaps, k);
      assert_string_equal(gap->account, "home");
      assert_string_equal(gap->folder, "Sent");
      g_string_append_printf(got, " %d-%d %s", (int)(gap->since - RIG_NOW), (int)(gap->until - RIG_NOW), gap->reason);
    }
    assert_string_equal(got->str, rows[i].want);
  }
  FAILS(coverage_gap_add(ledger, "nobody", "Sent", 1, 2, "x", &error), LEDGER_ERROR_MISSING);
}

static void gaps_are_listed_by_account_and_end(void **state)
{
  static const RigMark marks[] = { { "home", "Sent", 100, 0 },
                                   { "home", "Old", 100, 0, TRUE },
                                   { "work", "Sent", 50, 0 } };
  static const struct {
    const char *account;
    gint64 since;
    const char *want;
  } rows[] = {
    { NULL, 0, " work home home" }, { "home", 0, " home home" }, { "work", 0, " work" }, { "home", 19, " home home" },
    { "home", 20, " home" },        { NULL, 35, " work" },       { NULL, 99, "" }
  };
  static const AccountSetup work = { (char *)"work", (char *)"me@work.example" };
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_with_marks(marks, 3);
  OK(coverage_gap_add(ledger, "home", "Sent", 10, 20, "a", &error));
  OK(coverage_gap_add(ledger, "home", "Old", 10, 20, "no longer in use", &error));
  OK(coverage_gap_add(ledger, "work", "Sent", 5, 40, "c", &error));
  OK(coverage_gap_add(ledger, "home", "Sent", 30, 35, "b", &error));
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GString) got = g_string_new(NULL);
    g_autoptr(GPtrArray) gaps = coverage_gaps(ledger, rows[i].account, rows[i].since, &error);
    OK(gaps != NULL);
    for (guint k = 0; k < gaps->len; k++)
      g_string_append_printf(got, " %s", ((const CoverageGap *)g_ptr_array_index(gaps, k))->account);
    if (!g_str_equal(got->str, rows[i].want)) fail_msg("row %u:%s", i, got->str);
  }
  OK(account_configure(ledger, &work, 1, &error));
  g_autoptr(GPtrArray) rest = coverage_gaps(ledger, NULL, 0, &error);
  assert_int_equal(rest->len, 1);
}

/* However many there are, few are kept, and no time that was ever in a gap leaves it. */
static void of_many_gaps_few_are_kept_and_no_time_leaves_them(void **state)
{
  GError *error = NULL;
  const char *const used[] = { "Sent" };
  g_autoptr(Ledger) ledger = rig_ledger();
  OK(folder_use_sent(ledger, "home", used, 1, &error));
  for (guint i = 0; i < 200; i++) {
    gint64 since = RIG_NOW + ((i * 77) % 200) * 100 + i % 7; /* not in order, at uneven distances */
    OK(coverage_gap_add(ledger, "home", "Sent", since, since + 10, "a", &error));
  }
  g_autoptr(GPtrArray) gaps = coverage_gaps(ledger, "home", 0, &error);
  assert_int_equal(gaps->len, 50);
  for (guint i = 0; i < 200; i++) {
    gint64 since = RIG_NOW + ((i * 77) % 200) * 100 + i % 7;
    gboolean in = FALSE;
    for (guint k = 0; k < gaps->len; k++) {
      const CoverageGap *gap = g_ptr_array_index(gaps, k);
      in = in || (gap->since <= since && gap->until >= since + 10);
    }
    if (!in) fail_msg("gap %u is lost", i);
  }
  assert_true(((const CoverageGap *)g_ptr_array_index(gaps, 25))->until < RIG_NOW + 200 * 100);
}

/* A report that came at RIG_NOW, whose original was sent in the 14 days before; one gap, in days and seconds before
 * RIG_NOW. */
static void a_gap_in_the_time_asked_about_ends_coverage(void **state)
{
  static const struct {
    const char *account, *folder;
    gint64 since, until; /* seconds before RIG_NOW */
    gboolean late;       /* Sent was last read one second before RIG_NOW */
    gboolean covered, stale;
    const char *gap;
  } rows[] = {
    { "home", "Sent", 5 * DAY, 4 * DAY, FALSE, FALSE, FALSE, "“Sent” of account “home” between" },
    { "home", "Sent", 5 * DAY, 4 * DAY, FALSE, FALSE, FALSE, ": 3 messages were gone." },
    { "home", "Sent", 5 * DAY, 4 * DAY, TRUE, FALSE, FALSE, "3 messages" }, /* another look does not close it */
    { "home", "Sent", 90 * DAY, 1, FALSE, FALSE, FALSE, "3 messages" },
    { "home", "Sent", 15 * DAY, 14 * DAY, FALSE, FALSE, FALSE, "3 messages" }, /* the ends count, and clocks differ */
    { "home", "Sent", 15 * DAY, 14 * DAY + 600, FALSE, FALSE, FALSE, "3 messages" },
    { "home", "Sent", 15 * DAY, 14 * DAY + 601, FALSE, TRUE, FALSE, NULL },
    { "home", "Sent", 0, -DAY, FALSE, FALSE, FALSE, "3 messages" },
    { "home", "Sent", -90, -120, FALSE, FALSE, FALSE, "3 messages" }, /* the server is two minutes behind */
    { "home", "Sent", -600, -DAY, FALSE, FALSE, FALSE, "3 messages" },
    { "home", "Sent", -601, -DAY, FALSE, TRUE, FALSE, NULL },
    { "home", "Old", 5 * DAY, 4 * DAY, FALSE, TRUE, FALSE, NULL }, /* not in use */
    { "work", "Sent", 5 * DAY, 4 * DAY, FALSE, TRUE, FALSE, NULL },
    { "work", "Sent", 5 * DAY, 4 * DAY, TRUE, FALSE, TRUE, "was last read on" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    const RigMark marks[] = { { "home", "Sent", 100, rows[i].late }, { "work", "Sent", 100, 0 } };
    GError *error = NULL;
    g_autoptr(Ledger) ledger = rig_with_marks(marks, 2);
    g_autoptr(Report) report = rig_report("foreign@x", NULL, NULL);
    OK(coverage_gap_add(ledger, rows[i].account, rows[i].folder, RIG_NOW - rows[i].since, RIG_NOW - rows[i].until,
                        "3 messages were gone", &error));
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
    OK(facts != NULL);
    if (facts->covered != rows[i].covered || facts->stale != rows[i].stale
        || (rows[i].gap == NULL ? facts->gap != NULL : strstr(facts->gap, rows[i].gap) == NULL))
      fail_msg("row %u: covered %d, stale %d: %s", i, facts->covered, facts->stale, facts->gap);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(gaps_that_touch_become_one),
    cmocka_unit_test(gaps_are_listed_by_account_and_end),
    cmocka_unit_test(a_gap_in_the_time_asked_about_ends_coverage),
    cmocka_unit_test(of_many_gaps_few_are_kept_and_no_time_leaves_them),
  };
  return cmocka_run_group_tests_name("ledger_gap", tests, NULL, NULL);
}
