/* test_heal.c - what lies in quarantine is judged again when more is known
 * Owns:     ledgers in memory, one in a folder.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/heal.c ledger/kept.c ledger/sent_news.c */
#include "ledger/configure.h"
#include "ledger/db.h"
#include "ledger/heal.h"
#include "ledger/received.h"
#include "ledger/wish.h"
#include "tests/rigs/heal_rig.h"

/* Judges it as a pass does, and moves it to quarantine. */
static gint64 quarantine(Ledger *ledger, const Report *report, guint32 uid)
{
  GError *error = NULL;
  const Policy policy = POLICY_DEFAULT(heal_now());
  const FactsQuery query = { .account = "home", .arrived = heal_now() - HOUR, .now = heal_now() };
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, &error);
  OK(facts != NULL);
  g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
  if (verdict->code != VERDICT_BACKSCATTER) fail_msg("%s: %s", verdict_name(verdict->code), facts->gap);
  return heal_move(ledger, report, facts, verdict, uid);
}

static gint64 quarantined(Ledger *ledger, guint32 uid)
{
  g_autoptr(Report) report = heal_forged("late@my.example", "bob@y.example", "Offer");
  return quarantine(ledger, report, uid);
}

static guint wishes(Ledger *ledger)
{
  GError *error = NULL;
  g_autoptr(GPtrArray) open = wish_open(ledger, NULL, &error);
  OK(open != NULL);
  return open->len;
}

/* A report, the sent message that is found later, and what becomes of it. */
static void sent_mail_that_comes_late_brings_back_what_it_explains(void **state)
{
  static const struct {
    const char *what;
    const char *shown, *failed, *subject; /* of the report */
    const char *refers, *token, *elsewhere, *envelope;
    const char *id, *recipient, *sent_subject; /* of the sent message */
    gint64 ago;
    gint64 dated; /* seconds ago, of the original; 0: as heal_forged() has it */
    HealOutcome want;
  } rows[] = {
    { .what = "its id", .shown = "late@my.example", .id = "late@my.example", .recipient = "x@z.example", .want = BACK },
    { .what = "its second id", .shown = "other@x;late@my.example", .id = "late@my.example", .want = BACK },
    { .what = "its id, written with a space", .shown = "late@My.Example", .id = "late@my.example", .want = BACK },
    { .what = "its envelope id", .envelope = "late@my.example", .id = "late@my.example", .want = BACK },
    { .what = "what it refers to", .refers = "late@my.example", .id = "late@my.example", .want = BACK },
    { .what = "an id in its text", .token = "late@my.example", .id = "late@my.example", .want = BACK },
    { .what = "an id elsewhere in the original",
      .shown = "other@x",
      .elsewhere = "late@my.example",
      .id = "late@my.example",
      .want = BACK },
    { .what = "recipient and subject",
      .subject = "Offer",
      .id = "a@b",
      .recipient = "bob@y.example",
      .sent_subject = "Offer",
      .want = BACK },
    { .what = "recipient, a short time before", .id = "a@b", .recipient = "bob@y.example", .want = BACK },
    { .what = "recipient, long before", .id = "a@b", .recipient = "bob@y.example", .ago = 100 * DAY, .want = BACK },
    { .what = "recipient, at the time that the original shows, under another id",
      .shown = "other@x",
      .id = "a@b",
      .recipient = "bob@y.example",
      .ago = 20 * DAY,
      .dated = 20 * DAY,
      .want = BACK },
    { .what = "somebody else there", .id = "a@b", .recipient = "ann@y.example", .want = BACK },
    { .what = "something else", .shown = "late@my.example", .id = "a@b", .recipient = "x@z.example", .want = STAYS },
    { .what = "nothing that is shown", .id = "a@b", .recipient = "x@z.example", .want = STAYS },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = heal_ledger();
    g_autoptr(Report) report = heal_forged(rows[i].shown, "bob@y.example", rows[i].subject);
    if (rows[i].dated != 0) report->original.date = heal_now() - rows[i].dated;
    if (rows[i].refers != NULL) g_ptr_array_add(report->refer_backs, g_strdup(rows[i].refers));
    if (rows[i].token != NULL) g_ptr_array_add(report->tokens, g_strdup(rows[i].token));
    if (rows[i].envelope != NULL) g_ptr_array_add(report->envelope_ids, g_strdup(rows[i].envelope));
    if (rows[i].elsewhere != NULL) g_ptr_array_add(report->original.other_ids, g_strdup(rows[i].elsewhere));
    gint64 id = quarantine(ledger, report, 1);
    assert_int_equal(heal_all(ledger), STAYS);
    heal_found(ledger, rows[i].id, rows[i].recipient, rows[i].sent_subject, rows[i].ago != 0 ? rows[i].ago : 2 * HOUR);
    HealOutcome got = heal_all(ledger);
    if (got != rows[i].want || wishes(ledger) != (got == BACK)) fail_msg("%s: %d", rows[i].what, got);
    g_autoptr(Entry) entry = rig_get(ledger, id);
    if ((entry->verdict == VERDICT_BACKSCATTER) != (got != BACK)) fail_msg("%s", rows[i].what);
    assert_int_equal(heal_all(ledger), STAYS); /* it is due once */
    assert_int_equal(wishes(ledger), got == BACK);
  }
}

static void recorded_mail_brings_back_what_it_explains(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = heal_ledger();
  quarantined(ledger, 1);
  g_autoptr(SentMessage) message = rig_sent("late@my.example", "bob@y.example", "Offer", heal_now() - 2 * HOUR);
  const SentMessage *const messages[] = { message };
  OK(sent_record(ledger, messages, 1, NULL, &error));
  assert_int_equal(heal_all(ledger), BACK);
}

/* What makes coverage fall is told, and nothing is moved: else one forged answer would bring months of it back. */
static void coverage_that_falls_is_told_and_nothing_is_moved(void **state)
{
  enum { GAP, OLD_GAP, NO_FOLDER, NO_ADDRESS, WATCHED, N };
  static const HealOutcome want[N] = { TOLD, STAYS, TOLD, TOLD, TOLD };
  for (guint i = 0; i < N; i++) {
    GError *error = NULL;
    static const char *const sent[] = { "Sent" };
    const AccountSetup other = { .name = (char *)"home", .addresses = (char *)"you@example.org" };
    g_autoptr(Ledger) ledger = heal_ledger();
    gint64 id = quarantined(ledger, 1);
    if (i == GAP) OK(coverage_gap_add(ledger, "home", "Sent", heal_now() - DAY, heal_now(), "it was gone", &error));
    if (i == OLD_GAP) OK(coverage_gap_add(ledger, "home", "Sent", 1, heal_now() - 300 * DAY, "it was gone", &error));
    if (i == NO_FOLDER) OK(folder_use_sent(ledger, "home", NULL, 0, &error));
    if (i == NO_ADDRESS) OK(account_configure(ledger, &other, 1, &error));
    if (i == WATCHED) OK(folder_use_watched(ledger, "home", sent, 1, &error));
    HealOutcome got = heal_all(ledger);
    if (got != want[i]) fail_msg("row %u: %d", i, got);
    assert_int_equal(wishes(ledger), 0);
    g_autoptr(GPtrArray) told = healing_list(ledger, "home", FALSE, &error);
    OK(told != NULL);
    assert_int_equal(told->len, got == TOLD);
    if (got == TOLD) assert_int_equal(((const Healing *)told->pdata[0])->entry, id);
    if (got == TOLD) assert_string_equal(((const Healing *)told->pdata[0])->code, "not-covered");
  }
}

static void own_entries_bring_back_what_they_allow(void **state)
{
  static const struct {
    const char *what, *denied, *allowed;
    gboolean removed;
    HealOutcome want;
  } rows[] = {
    { "the recipient", NULL, "bob@y.example", FALSE, BACK },
    { "the recipient's domain", NULL, "@y.example", FALSE, BACK },
    { "the domain above", NULL, "@example", FALSE, BACK },
    { "somebody else", NULL, "ann@y.example", FALSE, STAYS },
    { "a domain that begins alike", NULL, "@y.example.org", FALSE, STAYS },
    { "no longer denied, and nothing else speaks for it", "bob@y.example", NULL, TRUE, STAYS },
    { "denied and then allowed", "@y.example", "@y.example", FALSE, BACK },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = heal_ledger();
    if (rows[i].denied != NULL) OK(newsender_add(ledger, NEWSENDER_DENY, rows[i].denied, &error));
    quarantined(ledger, 1);
    if (rows[i].allowed != NULL) OK(newsender_add(ledger, NEWSENDER_ALLOW, rows[i].allowed, &error));
    if (rows[i].removed) OK(newsender_remove(ledger, NEWSENDER_DENY, rows[i].denied, NULL, &error));
    HealOutcome got = heal_all(ledger);
    if (got != rows[i].want) fail_msg("%s: %d", rows[i].what, got);
  }
}

/* What was denied and is no longer is weighed like any other: a message that fits brings it back. */
static void what_is_no_longer_denied_is_weighed_like_any_other(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = heal_ledger();
  heal_found(ledger, "a@b", "bob@y.example", "Hello", 100 * DAY);
  OK(newsender_add(ledger, NEWSENDER_DENY, "bob@y.example", &error));
  g_autoptr(Report) report = heal_forged(NULL, "bob@y.example", NULL);
  quarantine(ledger, report, 1);
  OK(newsender_remove(ledger, NEWSENDER_DENY, "bob@y.example", NULL, &error));
  assert_int_equal(heal_all(ledger), BACK);
}

/* What went back once and lies in quarantine again was put there by somebody who knows why. */
static void what_went_back_once_and_lies_in_quarantine_again_stays_there(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = heal_ledger();
  gint64 id = quarantined(ledger, 1);
  heal_found(ledger, "late@my.example", "x@z.example", NULL, 2 * HOUR);
  assert_int_equal(heal_all(ledger), BACK);
  OK(journal_intend(ledger, id, MOVE_R_INTENT, &error));
  OK(journal_confirm(ledger, id, &(Place){ (char *)"INBOX", 7, 9 }, &error));
  OK(db_exec(ledger,
             "UPDATE entry SET state = 'quarantined', verdict = 'backscatter'; INSERT INTO heal_due VALUES(1, 1)"
             " ON CONFLICT DO NOTHING",
             &error));
  assert_int_equal(heal_all(ledger), TOLD);
}

static void what_the_owner_has_decided_is_left_alone(void **state)
{
  enum { DELETED, TO_BE_DELETED, TO_BE_REMOVED, MOVED_BY_HAND, LONG_AGO, N };
  for (guint i = 0; i < N; i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = heal_ledger();
    gint64 id = quarantined(ledger, 1);
    if (i == DELETED) OK(journal_intend(ledger, id, MOVE_D_INTENT, &error));
    if (i == DELETED) OK(journal_confirm(ledger, id, NULL, &error));
    if (i == TO_BE_DELETED) assert_true(wish_add(ledger, WISH_DELETE, id, NULL, &error) > 0);
    if (i == TO_BE_REMOVED) assert_true(wish_add(ledger, WISH_REMOVE, id, NULL, &error) > 0);
    if (i == MOVED_BY_HAND) OK(db_exec(ledger, "UPDATE evidence SET code = 'by-hand'", &error));
    if (i == LONG_AGO)
      OK(db_exec(ledger, "UPDATE entry SET changed = changed - 91 * 86400, quarantined = changed", &error));
    guint before = wishes(ledger);
    heal_found(ledger, "late@my.example", "x@z.example", NULL, 2 * HOUR);
    HealOutcome got = heal_all(ledger);
    if (got != STAYS || wishes(ledger) != before) fail_msg("row %u: %d", i, got);
  }
}

/* Somebody who has seen one id sends a hundred bounces about it: no more come back than the message can have caused. */
static void a_replayed_id_brings_back_no_more_than_its_message_can_have_caused(void **state)
{
  GError *error = NULL;
  g_auto(HealResult) result = { 0 };
  const Policy policy = POLICY_DEFAULT(heal_now());
  g_autoptr(Ledger) ledger = heal_ledger();
  for (guint i = 1; i <= 100; i++) quarantined(ledger, i);
  heal_found(ledger, "late@my.example", "bob@y.example", "Offer", 2 * HOUR);
  OK(heal_run(ledger, "home", &policy, 1000, &result, &error));
  assert_int_equal(result.judged, 100);
  assert_true(result.back->len >= 1 && result.back->len <= 5);
  assert_int_equal(result.back->len + result.told->len, 100);
  assert_int_equal(wishes(ledger), result.back->len);
}

static void no_more_unsure_reports_come_back_by_themselves_than_a_week_allows(void **state)
{
  GError *error = NULL;
  g_auto(HealResult) result = { 0 };
  const Policy policy = POLICY_DEFAULT(heal_now());
  g_autoptr(Ledger) ledger = heal_ledger();
  for (guint i = 1; i <= 200; i++) {
    g_autoptr(Report) report = heal_forged(NULL, "bob@y.example", NULL);
    quarantine(ledger, report, i);
  }
  heal_found(ledger, "a@b", "bob@y.example", "Hello", 100 * DAY);
  OK(heal_run(ledger, "home", &policy, 150, &result, &error));
  assert_true(result.further);
  assert_int_equal(result.back->len, HEAL_UNSURE_MOST);
  heal_result_clear(&result);
  OK(heal_run(ledger, "home", &policy, 150, &result, &error));
  assert_false(result.further);
  assert_int_equal(result.back->len, 0);
  assert_int_equal(result.told->len, 50);
}

/* Of what version 3 has quarantined, only the first id was kept. */
/* The owner writes to somebody for the first time, days after a forged report about that address was seen. */
static void what_is_sent_after_a_report_was_seen_brings_it_not_back(void **state)
{
  for (guint seen = 0; seen < 2; seen++) { /* days ago, or only an hour ago though it came days ago */
    GError *error = NULL;
    g_autoptr(Ledger) ledger = heal_ledger();
    g_autoptr(Report) report = heal_forged(NULL, "bob@y.example", NULL);
    quarantine(ledger, report, 1);
    OK(db_exec(ledger, "UPDATE entry SET arrived = arrived - 432000", &error));
    if (!seen) OK(db_exec(ledger, "UPDATE entry SET judged = judged - 432000", &error));
    heal_found(ledger, "a@b", "bob@y.example", "Offer", HOUR);
    assert_int_equal(heal_all(ledger), seen ? BACK : STAYS);
  }
}

static void of_an_older_ledger_the_first_id_counts(void **state)
{
  GError *error = NULL;
  char *folder = rig_folder();
  static const char *const sent[] = { "Sent" };
  Ledger *ledger = rig_ledger_in(folder);
  FolderMark mark = { 1, 2, heal_now() - 400 * DAY, heal_now() };
  OK(folder_use_sent(ledger, "home", sent, 1, &error));
  OK(folder_mark_set(ledger, "home", "Sent", FOLDER_ROLE_SENT, &mark, &error));
  for (guint i = 1; i <= 1000; i++) {
    g_autofree char *id = i == 500 ? g_strdup("late@my.example") : g_strdup_printf("foreign%u@x", i);
    g_autofree char *recipient = g_strdup_printf("bob@y%u.example", i);
    g_autoptr(Report) report = heal_forged(id, recipient, "Offer");
    quarantine(ledger, report, i);
  }
  heal_found(ledger, "late@my.example", "x@z.example", "Offer", 2 * HOUR);
  heal_found(ledger, "another@my.example", "bob@y7.example", "Offer", 2 * HOUR);
  rig_undo_trust(ledger);
  OK(db_exec(ledger, "PRAGMA user_version = 5", &error));
  ledger_close(ledger);
  ledger = ledger_open(folder, LEDGER_EXISTING, &error);
  OK(ledger != NULL);
  assert_int_equal(heal_all(ledger), BACK);
  assert_int_equal(wishes(ledger), 1);
  /* Coverage falls, so all of it is looked at: it stays, and what a sent message would fit is told. */
  OK(folder_use_sent(ledger, "home", NULL, 0, &error));
  assert_int_equal(heal_all(ledger), TOLD);
  assert_int_equal(wishes(ledger), 1);
  ledger_close(ledger);
  rig_remove(folder);
}

/* Nothing is written where nothing is due, and what was forgotten leaves no trace. */
static void what_was_forgotten_leaves_no_trace(void **state)
{
  GError *error = NULL;
  g_auto(HealResult) result = { 0 };
  const Policy later = POLICY_DEFAULT(heal_now() + 200 * DAY);
  g_autoptr(Ledger) ledger = heal_ledger();
  quarantined(ledger, 1);
  assert_int_equal(heal_all(ledger), STAYS);
  gint64 changes = rig_number(ledger, "SELECT total_changes()");
  assert_int_equal(heal_all(ledger), STAYS);
  assert_int_equal(rig_number(ledger, "SELECT total_changes()"), changes);
  OK(db_exec(ledger, "INSERT INTO heal_due VALUES(1, 1)", &error));
  OK(heal_run(ledger, "home", &later, 10, &result, &error));
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM kept"), 0);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM kept_hash"), 0);
}

/* A server may refuse for hours to remove the original of a copy that lies in quarantine already. */
static void what_is_still_on_its_way_is_judged_when_it_has_come(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = heal_ledger();
  quarantined(ledger, 1);
  OK(db_exec(ledger, "UPDATE entry SET state = 'q_intent'", &error));
  heal_found(ledger, "late@my.example", "bob@y.example", "Offer", 2 * HOUR);
  assert_int_equal(heal_all(ledger), STAYS);
  OK(db_exec(ledger, "UPDATE entry SET state = 'quarantined'", &error));
  assert_int_equal(heal_all(ledger), BACK);
}

int main(void)
{
  filter_init();
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(sent_mail_that_comes_late_brings_back_what_it_explains),
    cmocka_unit_test(recorded_mail_brings_back_what_it_explains),
    cmocka_unit_test(coverage_that_falls_is_told_and_nothing_is_moved),
    cmocka_unit_test(own_entries_bring_back_what_they_allow),
    cmocka_unit_test(what_is_no_longer_denied_is_weighed_like_any_other),
    cmocka_unit_test(what_went_back_once_and_lies_in_quarantine_again_stays_there),
    cmocka_unit_test(what_the_owner_has_decided_is_left_alone),
    cmocka_unit_test(a_replayed_id_brings_back_no_more_than_its_message_can_have_caused),
    cmocka_unit_test(no_more_unsure_reports_come_back_by_themselves_than_a_week_allows),
    cmocka_unit_test(what_is_sent_after_a_report_was_seen_brings_it_not_back),
    cmocka_unit_test(of_an_older_ledger_the_first_id_counts),
    cmocka_unit_test(what_is_still_on_its_way_is_judged_when_it_has_come),
    cmocka_unit_test(what_was_forgotten_leaves_no_trace)
  };
  return cmocka_run_group_tests_name("ledger_heal", tests, NULL, NULL);
}
