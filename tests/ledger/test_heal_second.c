/* test_heal_second.c - what the second line moved is judged again like all that lies in quarantine
 * Owns:     ledgers in memory.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/heal.c */
#include "ledger/db.h"
#include "ledger/heal.h"
#include "tests/rigs/ledger_rig.h"

#define HOUR ((gint64)3600)

/* Now: what is quarantined, and when, is told by the real clock. */
static gint64 now_is(void) { return db_now(); }

/* "home" has a Sent folder that is known for 400 days. */
static Ledger *with_sent(void)
{
  GError *error = NULL;
  static const char *const sent[] = { "Sent" };
  Ledger *ledger = rig_ledger();
  FolderMark mark = { 1, 2, now_is() - 400 * DAY, now_is() };
  OK(folder_use_sent(ledger, "home", sent, 1, &error));
  OK(folder_mark_set(ledger, "home", "Sent", FOLDER_ROLE_SENT, &mark, &error));
  return ledger;
}

/* A forged bounce as it came an hour ago, about mail of two hours ago. */
static Report *forged(const char *id, const char *recipient, const char *subject)
{
  Report *report = rig_report(id, recipient, subject);
  report->date = now_is() - HOUR;
  report->original.date = id != NULL ? now_is() - 2 * HOUR : 0;
  report->rank = RANK_NAMED;
  report->status_part = TRUE;
  report->original.header = id != NULL;
  return report;
}

typedef enum { STAYS, BACK, TOLD } Outcome;

static Outcome heal(Ledger *ledger)
{
  GError *error = NULL;
  g_auto(HealResult) result = { 0 };
  const Policy policy = POLICY_DEFAULT(now_is());
  OK(heal_run(ledger, NULL, &policy, 2000, &result, &error));
  assert_true(result.back->len + result.told->len <= 1);
  assert_false(result.further);
  return result.back->len > 0 ? BACK : result.told->len > 0 ? TOLD : STAYS;
}

static void found(Ledger *ledger, const char *id, const char *recipient, const char *subject, gint64 ago)
{
  rig_add(ledger, "home", "Sent", id, recipient, subject, now_is() - ago, now_is());
}

/* Moved by the second line: its time is not covered, a stranger handed it in, and three checks spoke against it. */
static gint64 moved_by_second_line(Ledger *ledger)
{
  GError *error = NULL;
  Policy policy = POLICY_DEFAULT(now_is());
  policy.second_line = TRUE;
  g_autoptr(Report) report = forged("late@my.example", "bob@y.example", "Offer");
  const FactsQuery query = { .account = "home", .arrived = now_is() - HOUR, .now = now_is() };
  OK(coverage_gap_add(ledger, "home", "Sent", now_is() - 5 * HOUR, now_is() - HOUR / 2, "a test", &error));
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, &error);
  OK(facts != NULL);
  facts->hand = HAND_OUTSIDE;
  facts->waited = TRUE;
  facts->unsigned_of = 31;
  facts->tools.spf = SPF_FAIL;
  facts->tools.reverse = REVERSE_NONE;
  g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
  assert_true(verdict->second_line && verdict->code == VERDICT_UNSURE);
  g_autoptr(Entry) entry = entry_new("home", report, facts, verdict, MOVE_Q_INTENT);
  g_autoptr(GBytes) head = g_bytes_new_static("second", 6);
  fingerprint_init(&entry->fingerprint, "report@mx.example", 6, head);
  entry->arrived = query.arrived;
  place_set(&entry->home, "INBOX", 7, 1);
  place_set(&entry->away, "Backscatter", 3, 0);
  rig_record(ledger, entry);
  OK(journal_confirm(ledger, entry->id, &(Place){ (char *)"Backscatter", 3, 1 }, &error));
  return entry->id;
}

static void what_the_second_line_moved_goes_back_like_all_else(void **state)
{
  static const struct {
    const char *what, *id, *recipient, *subject, *own;
    Outcome want;
  } rows[] = {
    { "nothing new", "a@b", "x@z.example", NULL, NULL, STAYS },
    { "its id", "late@my.example", "x@z.example", NULL, NULL, BACK },
    { "recipient and subject", "a@b", "bob@y.example", "Offer", NULL, BACK },
    { "somebody at that domain: unsure, but by a sent message", "a@b", "bob@y.example", NULL, NULL, BACK },
    { "the owner's word", NULL, NULL, NULL, "bob@y.example", BACK },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = with_sent();
    moved_by_second_line(ledger);
    OK(db_run(ledger, &error, "INSERT OR IGNORE INTO heal_due SELECT id, 2 FROM entry", ""));
    assert_int_equal(heal(ledger), STAYS); /* judged again without its hops, it is as unsure as it was */
    if (rows[i].own != NULL) OK(newsender_add(ledger, NEWSENDER_ALLOW, rows[i].own, &error));
    if (rows[i].id != NULL) found(ledger, rows[i].id, rows[i].recipient, rows[i].subject, 2 * HOUR);
    const Outcome got = heal(ledger);
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
