/* test_brake.c - few messages are moved or none, until something shows that the right Sent folders are read
 * Owns:     mailboxes in memory.
 * Must not: judge for itself.
 * Fails:    by TAP.
 * Tests:    fetcher/pass/brake.c, ledger/brake.c */
#include "ledger/brake.h"
#include "ledger/configure.h"
#include "ledger/newsender.h"
#include "ledger/wish.h"
#include "tests/rigs/fake_mail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FORGED 3 /* in every new mailbox */

static void forge(Fake *fake, guint from, guint n)
{
  for (guint i = from; i < from + n; i++) {
    g_autofree char *id = g_strdup_printf("forged-%u@spam.example", i);
    g_autofree char *victim = g_strdup_printf("victim-%u@example.com", i);
    fake_bounce(fake, "INBOX", i, id, victim, fake->now - (gint64)5 * 86400);
  }
}

/* A mailbox with so many forged bounces, and without the genuine one. */
static void only_forged(Fake *fake, guint n)
{
  g_ptr_array_remove_index(fake_folder(fake->server, "INBOX")->messages, 1);
  forge(fake, 100, n - FORGED);
}

/* What the account's notice says; the caller frees. */
static char *notice(Fake *fake)
{
  g_autoptr(GError) problem = NULL;
  g_autoptr(GPtrArray) accounts = account_list(fake->ledger, &problem);
  assert_non_null(accounts);
  return g_strdup(((const Account *)accounts->pdata[0])->notice);
}

static void assert_notice(Fake *fake, const char *words)
{
  g_autofree char *text = notice(fake);
  if (words == NULL)
    assert_null(text);
  else if (text == NULL || strstr(text, words) == NULL)
    fail_msg("the notice is: %s", text);
}

static char *sweep(Fake *fake, WishVerb verb)
{
  g_autoptr(GError) problem = NULL;
  gint64 id = wish_add_sweep(fake->ledger, verb, "home", NULL, &problem);
  assert_true(id > 0);
  fake_pass_ok(fake);
  g_autoptr(Wish) wish = wish_get(fake->ledger, id, &problem);
  assert_int_equal(wish->state, WISH_DONE);
  return g_strdup(wish->result);
}

static void nine_are_moved_as_ever(void **state)
{
  Fake *fake = *state;
  only_forged(fake, 9);
  Pass pass = fake_pass_ok(fake);
  assert_int_equal(pass.moved, 9);
  assert_int_equal(pass.backscatter, 9);
  assert_int_equal(fake_in_state(fake, MOVE_QUARANTINED), 9);
  assert_notice(fake, NULL);
}

static void of_ten_none_is_moved_and_the_owner_is_told(void **state)
{
  Fake *fake = *state;
  only_forged(fake, 10);
  for (int i = 0; i < 2; i++) {
    Pass pass = fake_pass_ok(fake);
    assert_int_equal(pass.moved, 0);
    assert_int_equal(pass.backscatter, i == 0 ? 10 : 0);
    assert_int_equal(fake_in_state(fake, MOVE_KEPT), 10);
  }
  assert_notice(fake, "10 messages would be");
  assert_notice(fake, "backstop list");
  assert_notice(fake, "backstop sweep");
  assert_notice(fake, "trust-sent = yes in [account home]");
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  const Entry *kept = entries->pdata[0];
  assert_string_equal(kept->reason, BRAKE_REASON);
  assert_true(kept->braked);
}

/* Else ten times nine would go, one pass after the other. */
static void nine_and_one_more_are_ten(void **state)
{
  Fake *fake = *state;
  only_forged(fake, 9);
  assert_int_equal(fake_pass_ok(fake).moved, 9);
  forge(fake, 200, 1);
  assert_int_equal(fake_pass_ok(fake).moved, 0);
  assert_notice(fake, "1 message would be");
  forge(fake, 300, 5);
  assert_int_equal(fake_pass_ok(fake).moved, 0);
  assert_int_equal(fake_count(fake, "Backscatter"), 9);
}

static void pass_put_off(Fake *fake)
{
  g_autoptr(GError) problem = NULL;
  assert_false(fake_pass(fake, NULL, &problem));
  assert_true(g_error_matches(problem, STORE_ERROR, STORE_ERROR_LATER));
}

/* They bear this machine's mark by then, which must not be taken for that of another one. */
static void nine_that_a_busy_server_refuses_are_moved_when_there_is_room(void **state)
{
  Fake *fake = *state;
  only_forged(fake, 9);
  fake->server->busy_moving = TRUE;
  for (int i = 0; i < 3; i++) pass_put_off(fake);
  assert_int_equal(fake_count(fake, "Backscatter"), 0);
  fake->server->busy_moving = FALSE;
  assert_int_equal(fake_pass_ok(fake).moved, 9);
  assert_int_equal(fake_in_state(fake, MOVE_QUARANTINED), 9);
}

/* Else nine more would go with each busy hour. */
static void what_a_busy_server_refused_counts_and_goes_once_a_genuine_bounce_is_there(void **state)
{
  Fake *fake = *state;
  only_forged(fake, 9);
  fake->server->busy_moving = TRUE;
  pass_put_off(fake);
  forge(fake, 200, 9);
  fake->server->busy_moving = FALSE;
  for (int i = 0; i < 2; i++) assert_int_equal(fake_pass_ok(fake).moved, 0);
  assert_notice(fake, "18 messages would be");
  fake_bounce(fake, "INBOX", 1, "mine-4@example.org", "friend-4@example.com", fake->now - (gint64)5 * 86400);
  assert_int_equal(fake_pass_ok(fake).moved, 18);
  assert_notice(fake, NULL);
}

static void a_genuine_bounce_in_the_same_pass_lets_all_go(void **state)
{
  Fake *fake = *state;
  only_forged(fake, 2500); /* of several batches, the genuine one in the last */
  fake_bounce(fake, "INBOX", 1, "mine-4@example.org", "friend-4@example.com", fake->now - (gint64)5 * 86400);
  Pass pass = fake_pass_ok(fake);
  assert_int_equal(pass.moved, 2500);
  assert_int_equal(pass.backscatter, 2500);
  assert_int_equal(pass.genuine, 1);
  assert_notice(fake, NULL);
}

static void a_genuine_bounce_later_lets_go_what_waited(void **state)
{
  Fake *fake = *state;
  only_forged(fake, 12);
  fake_pass_ok(fake);
  fake_bounce(fake, "INBOX", 1, "mine-4@example.org", "friend-4@example.com", fake->now - (gint64)5 * 86400);
  assert_int_equal(fake_pass_ok(fake).moved, 12);
  assert_notice(fake, NULL);
}

static void on_an_open_connection_the_notice_goes_with_its_cause(void **state)
{
  Fake *fake = *state;
  GError *error = NULL;
  only_forged(fake, 12);
  Run *run = fake_connect(fake);
  assert_true(pass_run(run, PASS_WHOLE, NULL, &error));
  assert_notice(fake, "12 messages");
  AccountSetup trusted = { .name = (char *)"home", .addresses = (char *)"*", .trust_sent = TRUE };
  assert_true(account_configure(fake->ledger, &trusted, 1, &error));
  Pass pass = { 0 };
  assert_true(pass_run(run, PASS_LOOK, &pass, &error));
  assert_int_equal(pass.moved, 12);
  assert_notice(fake, NULL);
  fake_disconnect(run);
}

static void a_sweep_before_the_owner_was_told_moves_none(void **state)
{
  Fake *fake = *state;
  only_forged(fake, 11);
  g_autofree char *first = sweep(fake, WISH_SWEEP);
  assert_non_null(strstr(first, "11 backscatter"));
  assert_non_null(strstr(first, "nothing was moved, since nothing shows yet"));
  assert_int_equal(fake_count(fake, "Backscatter"), 0);
  g_autofree char *second = sweep(fake, WISH_SWEEP); /* now the owner knows */
  assert_non_null(strstr(second, "11 moved"));
  assert_int_equal(fake_count(fake, "Backscatter"), 11);
  assert_notice(fake, NULL);
}

/* The owner took what was moved then on himself; it says nothing about what comes later. */
static void after_a_sweep_the_count_begins_anew(void **state)
{
  Fake *fake = *state;
  GError *error = NULL;
  only_forged(fake, 11);
  fake_pass_ok(fake);
  g_autofree char *swept = sweep(fake, WISH_SWEEP);
  assert_non_null(strstr(swept, "11 moved"));
  forge(fake, 200, 9);
  Brake brake;
  assert_true(brake_ask(fake->ledger, "home", &brake, &error));
  assert_false(brake.plausible);
  assert_int_equal(brake.moved, 0);
  assert_int_equal(fake_pass_ok(fake).moved, 9);
  forge(fake, 300, 1);
  /* Moves and the end of a sweep are noted by the second: some of these nine may be of the sweep's. */
  assert_true(brake_ask(fake->ledger, "home", &brake, &error));
  assert_in_range(brake.moved, 0, 9);
}

static void a_rehearsal_tells_the_owner_nothing_and_moves_nothing(void **state)
{
  Fake *fake = *state;
  only_forged(fake, 11);
  g_autofree char *rehearsed = sweep(fake, WISH_REHEARSE);
  assert_non_null(strstr(rehearsed, "11 backscatter"));
  assert_non_null(strstr(rehearsed, "nothing was moved"));
  assert_int_equal(fake_count(fake, "Backscatter"), 0);
}

/* The owner's own word needs no proof of what was sent. */
static void what_the_owner_denies_is_moved(void **state)
{
  Fake *fake = *state;
  GError *error = NULL;
  only_forged(fake, 12);
  assert_true(newsender_add(fake->ledger, NEWSENDER_DENY, "victim-100@example.com", &error));
  assert_int_equal(fake_pass_ok(fake).moved, 1);
  assert_int_equal(fake_count(fake, "Backscatter"), 1);
  assert_notice(fake, "11 messages would be");
}

static void unsure_ones_that_would_be_moved_count(void **state)
{
  Fake *fake = *state;
  fake->config.quarantine_unsure = TRUE;
  only_forged(fake, 12);
  g_ptr_array_set_size(fake_folder(fake->server, "Sent")->messages, 0); /* nothing is covered */
  Pass pass = fake_pass_ok(fake);
  assert_int_equal(pass.moved, 0);
  assert_int_equal(pass.unsure, 12);
  assert_notice(fake, "12 messages would be");
}

static void few_unsure_ones_are_moved(void **state)
{
  Fake *fake = *state;
  fake->config.quarantine_unsure = TRUE;
  only_forged(fake, 4);
  g_ptr_array_set_size(fake_folder(fake->server, "Sent")->messages, 0);
  Pass pass = fake_pass_ok(fake);
  assert_int_equal(pass.moved, 4);
  assert_int_equal(pass.unsure, 4);
}

/* A fresh one waits for its second look, and then for the end of that pass: not for another second look. */
static void a_fresh_one_waits_no_third_time(void **state)
{
  Fake *fake = *state;
  GError *error = NULL;
  g_ptr_array_set_size(fake_folder(fake->server, "INBOX")->messages, 0);
  fake_bounce(fake, "INBOX", 7, "forged-7@spam.example", "victim-7@example.com", fake->now - 60);
  fake_pass_ok(fake);
  assert_int_equal(fake_in_state(fake, MOVE_WAITING), 1);
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  Entry *entry = entries->pdata[0];
  entry->judged -= 300; /* its second look is due */
  entry->due -= 300;
  g_autoptr(GPtrArray) one = g_ptr_array_new();
  g_ptr_array_add(one, entry);
  assert_true(journal_record(fake->ledger, one, "home", "INBOX", NULL, &error));
  assert_int_equal(fake_pass_ok(fake).moved, 1);
}

static void observing_there_is_nothing_to_brake(void **state)
{
  Fake *fake = *state;
  only_forged(fake, 12);
  fake->config.observe = TRUE;
  assert_int_equal(fake_pass_ok(fake).backscatter, 12);
  assert_notice(fake, NULL);
  fake->config.observe = FALSE;
  assert_int_equal(fake_pass_ok(fake).moved, 0);
  assert_notice(fake, "12 messages would be");
}

static void who_observes_now_is_not_told_what_would_be_moved(void **state)
{
  Fake *fake = *state;
  only_forged(fake, 12);
  fake_pass_ok(fake);
  fake->config.observe = TRUE;
  fake_pass_ok(fake);
  assert_notice(fake, NULL);
}

/* Takes so many of the messages at the end out of INBOX. */
static void owner_takes(Fake *fake, guint n)
{
  GPtrArray *messages = fake_folder(fake->server, "INBOX")->messages;
  g_ptr_array_remove_range(messages, messages->len - n, n);
}

/* Else each further one would be the eleventh, whatever the owner does, even sweep. */
static void what_the_owner_took_away_counts_no_more(void **state)
{
  Fake *fake = *state;
  only_forged(fake, 12);
  fake_pass_ok(fake);
  owner_takes(fake, 1);
  fake_pass_ok(fake);
  assert_notice(fake, "11 messages would be");
  owner_takes(fake, 8);
  assert_int_equal(fake_pass_ok(fake).moved, 3);
  assert_int_equal(fake_in_state(fake, MOVE_KEPT), 0);
  assert_notice(fake, NULL);
}

/* The folder that is left out may be why nothing is plausible: it must be told beside the brake, and after it. */
static void the_brake_takes_no_other_notice_away(void **state)
{
  Fake *fake = *state;
  char *sent[] = { (char *)"Sent", NULL };
  fake->account.sent = sent;
  fake_sent_in(fake, "Sent Items", "mine-9@phone.example", "friend-1@example.com", fake->now - (gint64)9 * 86400);
  only_forged(fake, 12);
  Run *run = fake_connect(fake);
  g_autoptr(GError) problem = NULL;
  assert_true(pass_run(run, PASS_WHOLE, NULL, &problem));
  assert_notice(fake, "12 messages would be");
  assert_notice(fake, "\"Sent Items\" looks like a Sent folder");
  fake_bounce(fake, "INBOX", 1, "mine-4@example.org", "friend-4@example.com", fake->now - (gint64)5 * 86400);
  assert_true(pass_run(run, PASS_WHOLE, NULL, &problem));
  g_autofree char *left = notice(fake);
  assert_true(g_str_has_prefix(left, "\"Sent Items\" looks like a Sent folder"));
  fake_disconnect(run);
}

/* Cuts the connection at every step, and makes another pass: how things end must not depend on it. */
static void cut_everywhere(guint forged, gboolean after, guint quarantined)
{
  gboolean through = FALSE;
  for (guint cut = 1; !through; cut++) {
    Fake *fake = fake_new();
    only_forged(fake, forged);
    fake->server->cut = cut;
    fake->server->cut_after = after;
    through = fake_pass(fake, NULL, NULL);
    fake->server->cut = 0;
    fake_pass_ok(fake);
    if (fake_count(fake, "Backscatter") != quarantined || fake_in_state(fake, MOVE_QUARANTINED) != quarantined)
      fail_msg("cut at step %u: %u in quarantine, %u by the journal", cut, fake_count(fake, "Backscatter"),
               fake_in_state(fake, MOVE_QUARANTINED));
    assert_int_equal(fake_count(fake, "INBOX") + fake_count(fake, "Backscatter"), forged + 2);
    fake_free(fake);
    assert_true(cut < 1000);
  }
}

static void wherever_it_is_cut_the_next_pass_goes_on(void **state)
{
  for (int after = 0; after < 2; after++) {
    cut_everywhere(9, after, 9);
    cut_everywhere(10, after, 0);
  }
}

int main(void)
{
  filter_init();
  const struct CMUnitTest tests[] = { FAKE_CASE(nine_are_moved_as_ever),
                                      FAKE_CASE(of_ten_none_is_moved_and_the_owner_is_told),
                                      FAKE_CASE(nine_and_one_more_are_ten),
                                      FAKE_CASE(nine_that_a_busy_server_refuses_are_moved_when_there_is_room),
                                      FAKE_CASE(
                                          what_a_busy_server_refused_counts_and_goes_once_a_genuine_bounce_is_there),
                                      FAKE_CASE(a_genuine_bounce_in_the_same_pass_lets_all_go),
                                      FAKE_CASE(a_genuine_bounce_later_lets_go_what_waited),
                                      FAKE_CASE(on_an_open_connection_the_notice_goes_with_its_cause),
                                      FAKE_CASE(a_sweep_before_the_owner_was_told_moves_none),
                                      FAKE_CASE(after_a_sweep_the_count_begins_anew),
                                      FAKE_CASE(a_rehearsal_tells_the_owner_nothing_and_moves_nothing),
                                      FAKE_CASE(what_the_owner_denies_is_moved),
                                      FAKE_CASE(unsure_ones_that_would_be_moved_count),
                                      FAKE_CASE(few_unsure_ones_are_moved),
                                      FAKE_CASE(a_fresh_one_waits_no_third_time),
                                      FAKE_CASE(observing_there_is_nothing_to_brake),
                                      FAKE_CASE(who_observes_now_is_not_told_what_would_be_moved),
                                      FAKE_CASE(the_brake_takes_no_other_notice_away),
                                      FAKE_CASE(what_the_owner_took_away_counts_no_more),
                                      cmocka_unit_test(wherever_it_is_cut_the_next_pass_goes_on) };
  return cmocka_run_group_tests_name("brake", tests, NULL, NULL);
}
