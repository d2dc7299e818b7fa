/* test_insider.c - insiders about mail that is not in Sent: which are counted, and how many are too many
 * Owns:     ledgers in memory.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/insider.c, ledger/entry.c */
#include "ledger/insider.h"
#include "tests/rigs/ledger_rig.h"

static guint uids;

/* Records a report of account home that came so many seconds before RIG_NOW, judged at RIG_NOW. */
static void judged(Ledger *ledger, const char *code, VerdictCode verdict_code, gboolean fresh, gint64 age)
{
  g_autoptr(GPtrArray) evidence = g_ptr_array_new_with_free_func((GDestroyNotify)evidence_free);
  g_autoptr(Report) report = rig_report("foreign@x", "nobody@z.example", NULL);
  g_autoptr(Facts) facts = facts_new();
  g_ptr_array_add(evidence, evidence_new(EVIDENCE_NEUTRAL, "daemon-from", NULL));
  g_ptr_array_add(evidence, evidence_new(EVIDENCE_FOR, code, NULL));
  const Verdict verdict = { .code = verdict_code, .evidence = evidence, .decided = 1, .fresh = fresh };
  g_autoptr(Entry) entry = entry_new("home", report, facts, &verdict, fresh ? MOVE_WAITING : MOVE_KEPT);
  g_autofree char *text = g_strdup_printf("message %u", ++uids);
  g_autoptr(GBytes) head = g_bytes_new(text, strlen(text));
  fingerprint_init(&entry->fingerprint, text, strlen(text), head);
  place_set(&entry->home, "INBOX", 7, uids);
  entry->arrived = RIG_NOW - age;
  entry->judged = RIG_NOW;
  rig_record(ledger, entry);
}

static Insiders count(Ledger *ledger, const char *account)
{
  GError *error = NULL;
  Insiders insiders;
  OK(insiders_count(ledger, account, RIG_NOW, &insiders, &error));
  return insiders;
}

static void insiders_count_by_when_they_came(void **state)
{
  (void)state;
  g_autoptr(Ledger) ledger = rig_ledger();
  judged(ledger, "insider", VERDICT_UNSURE, FALSE, 60);
  judged(ledger, "insider", VERDICT_UNSURE, FALSE, 2 * DAY);
  judged(ledger, "insider", VERDICT_UNSURE, FALSE, 20 * DAY);
  judged(ledger, "insider", VERDICT_UNSURE, FALSE, 400 * DAY);
  judged(ledger, "insider", VERDICT_UNSURE, TRUE, 60); /* its Sent copy may still come */
  judged(ledger, "not-covered", VERDICT_UNSURE, FALSE, 60);
  judged(ledger, "covered", VERDICT_BACKSCATTER, FALSE, 60);
  const Insiders all = count(ledger, NULL), home = count(ledger, "home"), work = count(ledger, "work");
  assert_int_equal(home.day, 1);
  assert_int_equal(home.week, 2);
  assert_int_equal(home.month, 3);
  assert_true(home.last == RIG_NOW - 60);
  assert_false(home.alarm);
  assert_int_equal(all.month, 3);
  assert_int_equal(work.month, 0);
  assert_true(work.last == 0);
}

static void many_of_them_are_an_alarm(void **state)
{
  (void)state;
  static const struct {
    guint n;
    gint64 apart; /* seconds between two */
    gboolean alarm;
  } rows[] = {
    { INSIDER_DAY - 1, 60, FALSE },  { INSIDER_DAY, 60, TRUE },        { INSIDER_WEEK - 1, DAY / 5, FALSE },
    { INSIDER_WEEK, DAY / 5, TRUE }, { INSIDER_WEEK, DAY / 4, FALSE }, /* no week holds so many */
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = rig_ledger();
    for (guint k = 0; k < rows[i].n; k++) judged(ledger, "insider", VERDICT_UNSURE, FALSE, 1 + k * rows[i].apart);
    if (count(ledger, "home").alarm != rows[i].alarm) fail_msg("row %zu", i);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(insiders_count_by_when_they_came),
    cmocka_unit_test(many_of_them_are_an_alarm),
  };
  filter_init();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
