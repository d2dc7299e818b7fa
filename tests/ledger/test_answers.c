/* test_answers.c - coverage is tested by the answers that come in
 * Owns:     ledgers in memory.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/answers.c ledger/received.c */
#include "ledger/answers.h"
#include "ledger/private.h"
#include "ledger/received.h"
#include "tests/rigs/trust_rig.h"

#define TRUST_SIDE "mail.my.example"

static void coverage_fails_where_enough_answers_name_mail_that_nobody_knows(void **state)
{
  static const TrustAnswer strangers = { .from = "@evil.example" }, to_many = { .to = TRUST_ME ";ann@y.example" },

                           one_friend = { .from = "friend1@y.example" }, tagged = { .to = "me+shop@example.org" },
                           letter = { .subject = "Re: Letter 11" }, to_another = { .to = "info@example.org" };
  static const struct {
    const char *what;
    guint known, missing;
    const char *side;         /* right one, of the ids that the missing ones name */
    const TrustAnswer *model; /* of the missing ones */
    gboolean trust, covered;
  } rows[] = {
    { "all answers name known mail", 200, 0, TRUST_SIDE, NULL, FALSE, TRUE },
    { "a phone sent what 38 of 200 answer", 162, 38, TRUST_SIDE, NULL, FALSE, FALSE },
    { "and the owner vouches for it", 162, 38, TRUST_SIDE, NULL, TRUE, TRUE },
    { "five of a hundred", 95, 5, TRUST_SIDE, NULL, FALSE, FALSE },
    { "five of a few, and nothing else", 0, 5, TRUST_SIDE, NULL, FALSE, FALSE },
    { "four", 10, 4, TRUST_SIDE, NULL, FALSE, TRUE },
    { "40 from strangers with invented ids", 100, 40, TRUST_SIDE, &strangers, FALSE, TRUE },
    { "30 threads in which the owner is one of many", 100, 30, TRUST_SIDE, &to_many, FALSE, TRUE },
    { "40 about mail of others", 100, 40, "elsewhere.example", NULL, FALSE, TRUE },
    { "40 of one friend", 100, 40, TRUST_SIDE, &one_friend, FALSE, TRUE },
    { "38 to the same mailbox with a tag", 162, 38, TRUST_SIDE, &tagged, FALSE, FALSE },
    { "40 whose ids the provider has rewritten", 100, 40, TRUST_SIDE, &letter, FALSE, TRUE },
    { "38 to another address of the owner's", 162, 38, TRUST_SIDE, &to_another, FALSE, TRUE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_autofree char *gap = NULL;
    g_autoptr(Ledger) ledger = trust_ledger("me@example.org;me+*@example.org;info@example.org", rows[i].trust);
    trust_letters(ledger);
    if (rows[i].model == &letter) /* to each of them, lately, with that subject */
      for (guint k = 0; k < 10; k++) {
        g_autofree char *to = g_strdup_printf("friend%u@y.example", k);
        g_autofree char *id = g_strdup_printf("l%u@mail.my.example", k);
        trust_send(ledger, "Sent", TRUST_ME, id, to, "Letter 11", RIG_NOW - 30 * DAY, FALSE);
      }
    trust_answers(ledger, rows[i].known, 0, rows[i].side, NULL);
    trust_answers(ledger, rows[i].missing, rows[i].missing, rows[i].side, rows[i].model);
    if (trust_covered(ledger, TRUST_ME, 2, &gap) != rows[i].covered) fail_msg("%s: %s", rows[i].what, gap);
    if (!rows[i].covered && strstr(gap, "answers to me@example.org") == NULL) fail_msg("%s: %s", rows[i].what, gap);
    g_autoptr(GPtrArray) tests = coverage_tests(ledger, "home", &error);
    OK(tests != NULL);
  }
}

/* From the first missing one on (and two weeks before), until long after the last. */
static void coverage_fails_from_before_the_first_such_answer_until_long_after_the_last(void **state)
{
  static const struct {
    gint64 ago;
    gboolean covered;
  } rows[] = {
    { 0, TRUE }, { 32, FALSE }, { 99, FALSE }, { 130, FALSE }, { 155, FALSE }, { 157, TRUE }, { 300, TRUE }
  };
  GError *error = NULL;
  static const TrustAnswer then = { .ago = 120 };
  g_autoptr(Ledger) ledger = trust_ledger(TRUST_ME, FALSE);
  trust_letters(ledger);
  trust_answers(ledger, 100, 0, TRUST_SIDE, NULL);
  trust_answers(ledger, 40, 40, TRUST_SIDE, &then); /* 121 to 142 days ago: mail of 156 days ago may be missing */
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    if (trust_covered(ledger, TRUST_ME, rows[i].ago, NULL) != rows[i].covered)
      fail_msg("%d days ago", (int)rows[i].ago);
  g_autoptr(GPtrArray) tests = coverage_tests(ledger, NULL, &error);
  OK(tests != NULL);
  assert_int_equal(tests->len, 1);
  const CoverageTest *test = tests->pdata[0];
  assert_string_equal(test->address, TRUST_ME);
  assert_int_equal(test->missing, 40);
  assert_int_equal(test->known, 100);
  assert_int_equal(test->senders, 10);
  assert_int_equal(test->first, RIG_NOW - 142 * DAY);
  assert_int_equal(test->last, RIG_NOW - 121 * DAY);
  assert_true(test->failed);
}

/* A phone that is new is few among many answers of a year, and many among the recent ones. */
static void a_new_phone_is_seen_among_the_recent_answers(void **state)
{
  g_autoptr(Ledger) ledger = trust_ledger(TRUST_ME, FALSE);
  static const TrustAnswer before = { .ago = 150 };
  trust_letters(ledger);
  trust_answers(ledger, 200, 0, TRUST_SIDE, &before);
  trust_answers(ledger, 6, 6, TRUST_SIDE, NULL);
  assert_false(trust_covered(ledger, TRUST_ME, 1, NULL));
}

/* Once the phone's folder is read, the answers to its mail are known, and coverage is whole. */
static void coverage_is_whole_again_once_the_missing_folder_is_read(void **state)
{
  g_autoptr(Ledger) ledger = trust_ledger(TRUST_ME, FALSE);
  trust_letters(ledger);
  trust_answers(ledger, 100, 0, TRUST_SIDE, NULL);
  trust_answers(ledger, 40, 40, TRUST_SIDE, NULL);
  assert_false(trust_covered(ledger, TRUST_ME, 1, NULL));
  for (guint i = 0; i < 40; i++) {
    g_autofree char *id = g_strdup_printf("p%u@" TRUST_SIDE, i);
    trust_send(ledger, "Sent", TRUST_ME, id, "x@y.example", NULL, RIG_NOW - 100 * DAY, FALSE);
  }
  assert_true(trust_covered(ledger, TRUST_ME, 1, NULL));
}

static void an_answer_to_received_mail_says_nothing_of_sent_mail(void **state)
{
  GError *error = NULL;
  gboolean has = TRUE;
  g_autoptr(Ledger) ledger = trust_ledger(TRUST_ME, FALSE);
  trust_letters(ledger);
  for (guint i = 0; i < 40; i++) { /* friends use the same provider, and answer what they wrote themselves */
    g_autofree char *id = g_strdup_printf("p%u@" TRUST_SIDE, i);
    ReceivedMessage message = { .message_id = id };
    OK(received_add(ledger, "home", &(ReceivedRow){ RIG_NOW - 2 * DAY, &message }, 1, RIG_NOW, &error));
  }
  trust_answers(ledger, 40, 40, TRUST_SIDE, NULL);
  assert_true(trust_covered(ledger, TRUST_ME, 1, NULL));
  OK(received_has(ledger, "p1@mail.my.example", &has, &error));
  assert_true(has);
  OK(received_has(ledger, "p41@mail.my.example", &has, &error));
  assert_false(has);
}

static void ids_of_received_mail_are_kept_once_and_for_a_year(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = trust_ledger(TRUST_ME, FALSE);
  ReceivedMessage message = { .message_id = (char *)"a@b" };
  ReceivedMessage other = { .message_id = (char *)"c@d" };
  const ReceivedRow rows[] = { { RIG_NOW - 399 * DAY, &message },
                               { RIG_NOW - 401 * DAY, &other },
                               { RIG_NOW + 3 * DAY, &other },
                               { RIG_NOW - 399 * DAY, &message } };
  OK(received_add(ledger, "home", rows, G_N_ELEMENTS(rows), RIG_NOW, &error));
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM received"), 1);
  assert_int_equal(rig_number(ledger, "SELECT received FROM account"), 1);
  other.message_id = (char *)"e@f";
  OK(received_add(ledger, "home", &(ReceivedRow){ RIG_NOW + 10 * DAY, &other }, 1, RIG_NOW + 10 * DAY, &error));
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM received"), 1); /* the older one is forgotten */
  assert_int_equal(rig_number(ledger, "SELECT received FROM account"), 1);
}

static void an_account_is_plausible_after_five_answers_or_one_genuine_bounce_by_id(void **state)
{
  enum { NOTHING, FOUR, FIVE, TRUSTED, BY_ID, BY_ALLOW, BACKSCATTER, N };
  static const gboolean want[N] = { [FIVE] = TRUE, [TRUSTED] = TRUE, [BY_ID] = TRUE };
  for (guint i = 0; i < N; i++) {
    GError *error = NULL;
    gboolean plausible = !want[i];
    g_autoptr(Ledger) ledger = trust_ledger(TRUST_ME, i == TRUSTED);
    trust_letters(ledger);
    if (i == FOUR || i == FIVE) trust_answers(ledger, i == FIVE ? 5 : 4, 0, TRUST_SIDE, NULL);
    if (i == BY_ALLOW) OK(newsender_add(ledger, NEWSENDER_ALLOW, "bob@z.example", &error));
    if (i >= BY_ID) {
      g_autoptr(Report) report = rig_report(i == BY_ID ? "s1@mail.my.example" : "foreign@x", "bob@z.example", NULL);
      g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW, 0 }, &error);
      OK(facts != NULL);
      g_autoptr(Entry) entry =
          rig_entry("home", report, facts, i == BACKSCATTER ? VERDICT_BACKSCATTER : VERDICT_GENUINE, MOVE_KEPT, 1);
      rig_record(ledger, entry);
    }
    OK(coverage_plausible(ledger, "home", &plausible, &error));
    if (plausible != want[i]) fail_msg("row %u", i);
  }
}

/* The first thing that is missing is told; that answers fail the test must be known all the same. */
static void that_the_test_fails_is_known_whatever_else_is_missing(void **state)
{
  for (guint failing = 0; failing < 2; failing++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = trust_ledger(TRUST_ME, FALSE);
    trust_letters(ledger);
    trust_answers(ledger, 162, 0, TRUST_SIDE, NULL);
    if (failing) trust_answers(ledger, 38, 38, TRUST_SIDE, NULL);
    OK(coverage_gap_add(ledger, "home", "Sent", RIG_NOW - 5 * DAY, RIG_NOW - 4 * DAY, "a test", &error));
    g_autoptr(Report) report = rig_report("foreign@x", "nobody@z.example", NULL);
    g_autoptr(Facts) facts =
        ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW - 2 * DAY, RIG_NOW, 0 }, &error);
    OK(facts != NULL);
    assert_false(facts->covered);
    assert_string_equal(facts->lack->code, "sent-gap");
    assert_int_equal(facts->test_failed, failing);
  }
}

int main(void)
{
  filter_init();
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(coverage_fails_where_enough_answers_name_mail_that_nobody_knows),
    cmocka_unit_test(coverage_fails_from_before_the_first_such_answer_until_long_after_the_last),
    cmocka_unit_test(that_the_test_fails_is_known_whatever_else_is_missing),
    cmocka_unit_test(a_new_phone_is_seen_among_the_recent_answers),
    cmocka_unit_test(coverage_is_whole_again_once_the_missing_folder_is_read),
    cmocka_unit_test(an_answer_to_received_mail_says_nothing_of_sent_mail),
    cmocka_unit_test(ids_of_received_mail_are_kept_once_and_for_a_year),
    cmocka_unit_test(an_account_is_plausible_after_five_answers_or_one_genuine_bounce_by_id),
  };
  return cmocka_run_group_tests_name("ledger_answers", tests, NULL, NULL);
}
