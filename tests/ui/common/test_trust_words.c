/* test_trust_words.c - what the owner reads of the test of coverage, of unlisted addresses, and of what was judged again
 * Owns:     ledgers in memory.
 * Must not: depend on the language of the machine.
 * Fails:    by TAP.
 * Tests:    ui/common/trust_words.c */
#include "ledger/command.h"
#include "ledger/configure.h"
#include "ledger/db.h"
#include "ledger/received.h"
#include "tests/rigs/ledger_rig.h"
#include "ui/common/trust_words.h"
#include "ui/common/words.h"

#define NOW RIG_T0
#define SIDE "mail.my.example"

/* A letter to each of ten friends. */
static Ledger *with_letters(void)
{
  Ledger *ledger = rig_ledger();
  for (guint i = 0; i < 10; i++) {
    g_autofree char *id = g_strdup_printf("sent%u@" SIDE, i), *to = g_strdup_printf("friend%u@y.example", i);
    rig_add(ledger, "home", "Sent", id, to, "Letter", NOW - 300 * DAY, NOW);
  }
  return ledger;
}

/* Friend i answers a letter, known or not, so many days ago. */
static void answer(Ledger *ledger, guint i, gboolean known, gint64 ago)
{
  GError *error = NULL;
  g_autofree char *from = g_strdup_printf("friend%u@y.example", i % 10);
  g_autofree char *names =
      known ? g_strdup_printf("sent%u@" SIDE, i % 10) : g_strdup_printf("phone%u-%" G_GINT64_FORMAT "@" SIDE, i, ago);
  g_autoptr(GPtrArray) answers = g_ptr_array_new(), to = g_ptr_array_new();
  g_ptr_array_add(answers, names);
  g_ptr_array_add(to, (gpointer) "me@example.org");
  ReceivedMessage message = { .answers = answers, .recipients = to, .sender = from };
  const ReceivedRow row = { NOW - ago * DAY, &message };
  OK(received_add(ledger, "home", &row, 1, NOW, &error));
}

static char *words(Ledger *ledger)
{
  GError *error = NULL;
  g_autoptr(GPtrArray) tests = coverage_tests(ledger, NULL, &error), accounts = account_list(ledger, &error);
  OK(tests != NULL && accounts != NULL);
  assert_int_equal(tests->len, 1);
  const CoverageTest *test = tests->pdata[0];
  return trust_words_test(test, trust_is_given(accounts, test->account));
}

static void the_test_of_an_address_is_told_with_its_numbers(void **state)
{
  static const struct {
    guint known, missing; /* one of each of ten friends a week, the missing ones first */
    const char *says[4];
  } rows[] = {
    { 1, 0, { "1 of 1 answer to me@example.org names mail that is known." } },
    { 20, 0, { "20 of 20 answers to me@example.org name mail that is known." } },
    { 20, 2, { "20 of 22 answers", "2 answers (senders: 2, from 2020-08-", "too few to say" } },
    { 20,
      38,
      { "20 of 58 answers to me@example.org name mail that is known.", "38 answers (senders: 10, from 2020-",
        "another program or device seems to send from there", "trust-sent = yes” for account home" } },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = with_letters();
    for (guint k = 0; k < rows[i].missing; k++) answer(ledger, k, FALSE, 20 + k / 10 * 7);
    for (guint k = 0; k < rows[i].known; k++) answer(ledger, k, TRUE, 20 + k / 10 * 7);
    g_autofree char *text = words(ledger);
    for (guint k = 0; k < G_N_ELEMENTS(rows[i].says) && rows[i].says[k] != NULL; k++)
      if (strstr(text, rows[i].says[k]) == NULL) fail_msg("row %u: “%s” is not in: %s", i, rows[i].says[k], text);
    assert_int_equal(strstr(text, "trust-sent") != NULL, rows[i].missing == 38);
  }
}

/* From 14 days before the first of the missing ones to 90 days after the last. */
static void the_time_for_which_coverage_fails_is_told(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = with_letters();
  for (guint k = 0; k < 10; k++) answer(ledger, k, FALSE, k == 0 ? 40 : 10);
  g_autoptr(GPtrArray) tests = coverage_tests(ledger, "home", &error);
  const CoverageTest *test = tests->pdata[0];
  assert_true(test->failed);
  assert_int_equal(trust_test_from(test), NOW - 54 * DAY);
  assert_int_equal(trust_test_to(test), NOW + 80 * DAY);
}

static void where_the_owner_vouches_the_numbers_are_told_without_a_remedy(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = with_letters();
  const AccountSetup setup = { .name = (char *)"home",
                               .addresses = (char *)"me@example.org;*@my.example",
                               .trust_sent = TRUE };
  for (guint k = 0; k < 38; k++) answer(ledger, k, FALSE, 20 + k / 10 * 7);
  OK(account_configure(ledger, &setup, 1, &error));
  g_autofree char *text = words(ledger);
  assert_non_null(strstr(text, "38 answers"));
  assert_non_null(strstr(text, "does not count, since you vouch"));
  assert_null(strstr(text, "Name its Sent folder"));
}

static void bounces_to_unlisted_addresses_name_the_pattern_that_lists_them(void **state)
{
  Unlisted one = { (char *)"my.example", 1, NOW }, many = { (char *)"my.example", 12, NOW };
  g_autofree char *single = trust_words_unlisted(&one), *several = trust_words_unlisted(&many);
  assert_non_null(strstr(single, "1 bounce came to an address at my.example"));
  assert_non_null(strstr(several, "12 bounces came to addresses at my.example"));
  assert_non_null(strstr(several, "If all addresses there are yours, add “*@my.example” to “addresses”."));
}

/* One entry that was judged again, in every state of it. */
static gint64 quarantined(Ledger *ledger, guint32 uid)
{
  return rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_QUARANTINED, uid);
}

static void note(Ledger *ledger, gint64 entry, const char *verdict, gboolean back, gint64 when)
{
  GError *error = NULL;
  OK(db_run(ledger, &error, "INSERT INTO healing(entry, healed, verdict, code, back) VALUES(?, ?, ?, 'not-covered', ?)",
            "iisd", entry, when, verdict, back));
}

static char *ids(const GArray *list) { return words_ids(list, 10); }

static void what_went_back_comes_and_stays_is_told_apart(void **state)
{
  GError *error = NULL;
  gint64 now = db_now();
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 stays = quarantined(ledger, 1), comes = quarantined(ledger, 2), returned = quarantined(ledger, 3),
         gone = rig_judged(ledger, "home", VERDICT_GENUINE, MOVE_RESTORED, 4),
         old = rig_judged(ledger, "home", VERDICT_GENUINE, MOVE_RESTORED, 5),
         restored = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_RESTORED, 6), plain = quarantined(ledger, 7);
  note(ledger, stays, "unsure", FALSE, now);
  note(ledger, comes, "genuine", TRUE, now);
  note(ledger, returned, "genuine", TRUE, now);
  note(ledger, gone, "genuine", TRUE, now);
  note(ledger, old, "genuine", TRUE, now - 31 * DAY);
  note(ledger, restored, "unsure", FALSE, now); /* the owner has decided */
  OK(wish_add(ledger, WISH_RESTORE, comes, NULL, &error) > 0);
  OK(wish_add(ledger, WISH_RESTORE, stays, NULL, &error) > 0);
  g_auto(Healed) asked = { 0 };
  OK(healed_read(ledger, NULL, now, &asked, &error));
  g_autofree char *open = ids(asked.told);
  assert_string_equal(open, "3"); /* what the owner has asked for is decided */
  g_autofree char *coming = ids(asked.coming), *back = ids(asked.back);
  assert_string_equal(coming, "2");
  assert_string_equal(back, "4");
  g_auto(Healed) elsewhere = { 0 };
  OK(healed_read(ledger, "work", now, &elsewhere, &error));
  assert_int_equal(elsewhere.told->len + elsewhere.coming->len + elsewhere.back->len, 0);
  assert_int_equal(plain, 7);
}

static void one_message_is_told_what_came_of_it(void **state)
{
  static const struct {
    VerdictCode verdict;
    gboolean back, coming;
    MoveState state;
    const char *says;
  } rows[] = {
    { VERDICT_UNSURE, FALSE, FALSE, MOVE_QUARANTINED, "would be unsure now: restore it if you want it." },
    { VERDICT_GENUINE, FALSE, FALSE, MOVE_QUARANTINED, "would be genuine now: restore it if you want it." },
    { VERDICT_GENUINE, TRUE, TRUE, MOVE_QUARANTINED, "goes back by itself at the next pass." },
    { VERDICT_GENUINE, TRUE, FALSE, MOVE_QUARANTINED, "so it is left here now that it came back." },
    { VERDICT_GENUINE, TRUE, FALSE, MOVE_RESTORED, "went back by itself." },
    { VERDICT_UNSURE, FALSE, FALSE, MOVE_RESTORED, NULL },
    { VERDICT_UNSURE, FALSE, FALSE, MOVE_DELETED, NULL },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    const Healing healing = { 1, NOW, rows[i].verdict, (char *)"not-covered", rows[i].back };
    g_autofree char *text = trust_words_healing(&healing, rows[i].coming, rows[i].state);
    if (rows[i].says == NULL ? text != NULL : text == NULL || strstr(text, rows[i].says) == NULL)
      fail_msg("row %u: %s", i, text != NULL ? text : "nothing");
  }
}

/* A request of the owner's is never told as something that happened by itself. */
static void a_request_of_the_owner_is_told_apart_from_healing(void **state)
{
  GError *error = NULL;
  gint64 now = db_now();
  gboolean itself = FALSE;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 healed = quarantined(ledger, 1), asked = quarantined(ledger, 2), told = quarantined(ledger, 3);
  gint64 wishes[3] = { wish_add(ledger, WISH_RESTORE, healed, NULL, &error),
                       wish_add(ledger, WISH_RESTORE, asked, NULL, &error),
                       wish_add(ledger, WISH_RESTORE, told, NULL, &error) };
  const gboolean wanted[3] = { TRUE, FALSE, FALSE };
  note(ledger, healed, "genuine", TRUE, now);
  note(ledger, asked, "genuine", TRUE, now + 100); /* the request was there before */
  note(ledger, told, "unsure", FALSE, now);
  for (guint i = 0; i < 3; i++) {
    g_autoptr(Wish) wish = wish_get(ledger, wishes[i], &error);
    wish->made = now;
    OK(wish_is_healing(ledger, wish, &itself, &error));
    assert_int_equal(itself, wanted[i]);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_test_of_an_address_is_told_with_its_numbers),
    cmocka_unit_test(the_time_for_which_coverage_fails_is_told),
    cmocka_unit_test(where_the_owner_vouches_the_numbers_are_told_without_a_remedy),
    cmocka_unit_test(bounces_to_unlisted_addresses_name_the_pattern_that_lists_them),
    cmocka_unit_test(what_went_back_comes_and_stays_is_told_apart),
    cmocka_unit_test(one_message_is_told_what_came_of_it),
    cmocka_unit_test(a_request_of_the_owner_is_told_apart_from_healing),
  };
  g_setenv("TZ", "UTC", TRUE);
  filter_init();
  return cmocka_run_group_tests_name("trust_words", tests, NULL, NULL);
}
