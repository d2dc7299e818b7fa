/* test_journal_read.c - entries that are found, listed and counted
 * Owns:     ledgers in memory.
 * Must not: touch a disk.
 * Fails:    by TAP.
 * Tests:    ledger/journal_read.c ledger/stats.c */
#include "ledger/db.h"
#include "tests/rigs/ledger_rig.h"

#define T0 RIG_T0

static void an_entry_is_found_by_the_fingerprint_of_its_message(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(Report) report = rig_report(NULL, NULL, NULL);
  g_autoptr(Entry) one = rig_entry("home", report, NULL, VERDICT_BACKSCATTER, MOVE_Q_INTENT, 1);
  g_autoptr(Entry) two = rig_entry("home", report, NULL, VERDICT_BACKSCATTER, MOVE_Q_INTENT, 2);
  fingerprint_copy(&two->fingerprint, &one->fingerprint); /* delivered twice */
  rig_record(ledger, one);
  rig_record(ledger, two);
  g_autoptr(GPtrArray) found = journal_find(ledger, "home", &one->fingerprint, &error);
  assert_int_equal(found->len, 2);
  const Entry *newest = g_ptr_array_index(found, 0);
  assert_int_equal(newest->id, two->id);
  assert_int_equal(newest->evidence->len, 1);
  g_autoptr(GPtrArray) elsewhere = journal_find(ledger, "work", &one->fingerprint, &error);
  assert_int_equal(elsewhere->len, 0);
  one->fingerprint.size++;
  g_autoptr(GPtrArray) other = journal_find(ledger, "home", &one->fingerprint, &error);
  assert_int_equal(other->len, 0);
  OK(error == NULL);
  OK(rig_take(ledger, one->id, CONFIRM, &error)); /* restoring one exempts its copies */
  OK(rig_take(ledger, one->id, RESTORE, &error));
  g_autoptr(Entry) copy = rig_get(ledger, two->id);
  assert_true(copy->exempt);
  assert_int_equal(copy->state, MOVE_Q_INTENT);
}

static void a_place_is_claimed_by_the_entry_that_lies_there(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  const Place home = { (char *)"INBOX", 7, 1 }, away = { (char *)"Elsewhere", 3, 9 },
              unknown = { (char *)"INBOX", 7, 0 };
  gint64 id = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 1);
  const struct {
    Step before;
    gboolean home, away;
  } rows[] = { { STEPS, TRUE, FALSE }, { CONFIRM, FALSE, TRUE }, { FAIL, FALSE, TRUE }, { RESTORE, FALSE, TRUE } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    gboolean at_home = FALSE, at_away = FALSE, mine = TRUE, others = TRUE, nowhere = TRUE;
    if (rows[i].before != STEPS) OK(rig_take(ledger, id, rows[i].before, &error));
    OK(journal_claimed(ledger, "home", &home, 0, &at_home, &error));
    OK(journal_claimed(ledger, "home", &away, 0, &at_away, &error));
    OK(journal_claimed(ledger, "home", rows[i].home ? &home : &away, id, &mine, &error));
    OK(journal_claimed(ledger, "work", rows[i].home ? &home : &away, 0, &others, &error));
    OK(journal_claimed(ledger, "home", &unknown, 0, &nowhere, &error));
    if (at_home != rows[i].home || at_away != rows[i].away || mine || others || nowhere) fail_msg("row %u", i);
  }
}

static gboolean collect(const Entry *entry, gpointer data)
{
  g_string_append_printf(data, " %u", entry->home.uid);
  assert_int_equal(entry->evidence->len, 0);
  return entry->home.uid != 99;
}

static void entries_are_listed_newest_first_as_the_query_says(void **state)
{
  static const struct {
    JournalQuery query;
    const char *want;
  } rows[] = {
    { {}, " 5 4 3 2 1" },
    { { .limit = 2 }, " 5 4" },
    { { .limit = 2, .offset = 3 }, " 2 1" },
    { { .offset = 4 }, " 1" },
    { { .account = "work" }, " 5" },
    { { .verdict = VERDICT_UNSURE + 1 }, " 4 3" },
    { { .verdict = VERDICT_PASS + 1 }, "" },
    { { .state = MOVE_KEPT + 1 }, " 4 3 2" },
    { { .state = MOVE_Q_INTENT + 1, .verdict = VERDICT_BACKSCATTER + 1, .account = "home" }, " 1" },
    { { .since = T0 + 4 }, " 5 4" },
    { { .text = "grüße" }, " 2" },
    { { .text = "MX.Reporter" }, " 5 4 3 2 1" },
    { { .text = "%" }, "" },
    { { .text = "bob@y", .limit = 1, .offset = 1 }, " 4" },
    { { .text = "nothing of the kind" }, "" },
  };
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 1);
  g_autoptr(Report) report = rig_report(NULL, NULL, "Viele GRÜSSE und Grüße");
  g_autoptr(Entry) entry = rig_entry("home", report, NULL, VERDICT_GENUINE, MOVE_KEPT, 2);
  entry->judged = T0 + 2;
  rig_record(ledger, entry);
  rig_judged(ledger, "home", VERDICT_UNSURE, MOVE_KEPT, 3);
  rig_judged(ledger, "home", VERDICT_UNSURE, MOVE_KEPT, 4);
  rig_judged(ledger, "work", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 5);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GString) got = g_string_new(NULL);
    OK(journal_list(ledger, &rows[i].query, collect, got, &error));
    if (!g_str_equal(got->str, rows[i].want)) fail_msg("row %u:%s", i, got->str);
  }
  rig_judged(ledger, "home", VERDICT_UNSURE, MOVE_KEPT, 99);
  g_autoptr(GString) got = g_string_new(NULL);
  OK(journal_list(ledger, &(JournalQuery){ 0 }, collect, got, &error));
  assert_string_equal(got->str, " 99"); /* stopped there */
}

static void entries_are_counted_by_verdict_and_state(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  JournalCounts counts = { 0 };
  rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 1);
  gint64 id = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 2);
  rig_judged(ledger, "home", VERDICT_UNSURE, MOVE_KEPT, 3);
  rig_judged(ledger, "work", VERDICT_GENUINE, MOVE_KEPT, 4);
  OK(rig_take(ledger, id, CONFIRM, &error));
  OK(journal_counts(ledger, "home", &counts, &error));
  assert_int_equal(counts.by_verdict[VERDICT_BACKSCATTER], 2);
  assert_int_equal(counts.by_verdict[VERDICT_UNSURE], 1);
  assert_int_equal(counts.by_verdict[VERDICT_GENUINE], 0);
  assert_int_equal(counts.by_state[MOVE_Q_INTENT], 1);
  assert_int_equal(counts.by_state[MOVE_QUARANTINED], 1);
  assert_int_equal(counts.by_state[MOVE_KEPT], 1);
  OK(journal_counts(ledger, NULL, &counts, &error));
  assert_int_equal(counts.by_verdict[VERDICT_GENUINE], 1);
  assert_int_equal(counts.by_state[MOVE_KEPT], 2);
}

static void each_day_counts_what_was_judged_and_moved_on_it(void **state)
{
  const gint64 day = 18518 * DAY; /* the day of T0 is 18518 */
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 ids[3];
  for (guint i = 0; i < 3; i++) ids[i] = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, i + 1);
  rig_judged(ledger, "work", VERDICT_UNSURE, MOVE_KEPT, 4);
  for (guint i = 0; i < 3; i++) OK(rig_take(ledger, ids[i], CONFIRM, &error));
  OK(rig_take(ledger, ids[0], RESTORE, &error));
  OK(rig_take(ledger, ids[0], CONFIRM, &error));
  OK(rig_take(ledger, ids[1], DELETE, &error));
  OK(rig_take(ledger, ids[1], CONFIRM, &error));
  OK(db_exec(
      ledger,
      "UPDATE entry SET judged = judged + 86400 WHERE id = 3; UPDATE entry SET quarantined = 1600000000 WHERE id < 3",
      &error));
  g_autoptr(GArray) all = stats_days(ledger, NULL, 0, &error);
  OK(all != NULL);
  assert_int_equal(all->len, 3);
  const DayCount *first = &g_array_index(all, DayCount, 0), *second = first + 1, *today = first + 2;
  assert_int_equal(first->day, day);
  assert_int_equal(first->by_verdict[VERDICT_BACKSCATTER], 2);
  assert_int_equal(first->by_verdict[VERDICT_UNSURE], 1);
  assert_int_equal(first->quarantined, 2);
  assert_int_equal(second->day, day + DAY);
  assert_int_equal(second->by_verdict[VERDICT_BACKSCATTER], 1);
  assert_int_equal(second->quarantined, 0);
  assert_int_equal(today->day % DAY, 0);
  assert_int_equal(today->quarantined, 1);
  assert_int_equal(today->restored, 1);
  assert_int_equal(today->deleted, 1);
  g_autoptr(GArray) work = stats_days(ledger, "work", 0, &error), none = stats_days(ledger, "work", day + DAY, &error);
  assert_int_equal(work->len, 1);
  assert_int_equal(none->len, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_entry_is_found_by_the_fingerprint_of_its_message),
    cmocka_unit_test(a_place_is_claimed_by_the_entry_that_lies_there),
    cmocka_unit_test(entries_are_listed_newest_first_as_the_query_says),
    cmocka_unit_test(entries_are_counted_by_verdict_and_state),
    cmocka_unit_test(each_day_counts_what_was_judged_and_moved_on_it),
  };
  return cmocka_run_group_tests_name("ledger_journal_read", tests, NULL, NULL);
}
