/* test_sweep.c - mail that was there before, judged again. */
#include "ledger/wish.h"
#include "tests/rigs/fake_mail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* One sweep in one pass; how it ended. */
static Wish *sweep(Fake *fake, WishVerb verb, const char *folders)
{
  g_autoptr(GError) problem = NULL;
  gint64 id = wish_add_sweep(fake->ledger, verb, "home", folders, &problem);
  if (id < 0) fail_msg("%s", problem->message);
  fake_pass_ok(fake);
  Wish *wish = wish_get(fake->ledger, id, &problem);
  assert_non_null(wish);
  return wish;
}

/* The owner's oldest sent mail, without which nothing is covered, is still missing. */
static void lose_old_sent_mail(Fake *fake)
{
  FakeFolder *sent = fake_folder(fake->server, "Sent");
  g_ptr_array_set_size(sent->messages, 0);
  sent->next = 1; /* it never came */
  fake_sent(fake, "mine-4@example.org", "friend-4@example.com", fake->now - 3600);
}

static void what_was_left_as_unsure_is_judged_again(void **state)
{
  Fake *fake = *state;
  lose_old_sent_mail(fake);
  assert_int_equal(fake_pass_ok(fake).unsure, 3);
  assert_int_equal(fake_in_state(fake, MOVE_KEPT), 4);
  fake_sent(fake, "old@example.org", "friend-1@example.com", fake->now - 90 * 86400);
  assert_int_equal(fake_pass_ok(fake).moved, 0);
  g_autoptr(Wish) done = sweep(fake, WISH_SWEEP, NULL);
  assert_int_equal(done->state, WISH_DONE);
  assert_non_null(strstr(done->result, "3 moved"));
  assert_int_equal(fake_in_state(fake, MOVE_QUARANTINED), 3);
  assert_int_equal(fake_in_state(fake, MOVE_KEPT), 1); /* the same entries, no new ones */
}

static void a_rehearsal_moves_nothing(void **state)
{
  Fake *fake = *state;
  lose_old_sent_mail(fake);
  fake_pass_ok(fake);
  fake_sent(fake, "old@example.org", "friend-1@example.com", fake->now - 90 * 86400);
  g_autofree char *before = fake_snapshot(fake->server);
  g_autoptr(Wish) done = sweep(fake, WISH_REHEARSE, NULL);
  g_autofree char *after = fake_snapshot(fake->server);
  assert_int_equal(done->state, WISH_DONE);
  assert_non_null(strstr(done->result, "3 backscatter"));
  assert_non_null(strstr(done->result, "nothing was moved"));
  /* "old" is not in before: it was there when before was taken */
  assert_string_equal(before, after);
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  guint backscatter = 0;
  for (guint i = 0; i < entries->len; i++) backscatter += ((Entry *)entries->pdata[i])->verdict == VERDICT_BACKSCATTER;
  assert_int_equal(backscatter, 3);                                          /* for the owner to look at */
  for (int i = 0; i < 2; i++) assert_int_equal(fake_pass_ok(fake).moved, 0); /* nor does a later pass move them */
}

static void a_folder_that_is_not_watched_is_swept_when_named(void **state)
{
  Fake *fake = *state;
  fake_bounce(fake, "Old bounces", 7, "forged-7@spam.example", "victim-7@example.com", fake->now - 5 * 86400);
  fake_bounce(fake, "Old bounces", 8, "mine-4@example.org", "friend-4@example.com", fake->now - 5 * 86400);
  fake_pass_ok(fake);
  assert_int_equal(fake_count(fake, "Old bounces"), 2);
  g_autoptr(Wish) done = sweep(fake, WISH_SWEEP, "Old bounces");
  assert_int_equal(done->state, WISH_DONE);
  assert_int_equal(fake_count(fake, "Old bounces"), 1);
  assert_int_equal(fake_count(fake, "Backscatter"), 4);
}

static void a_folder_that_is_not_there_is_named(void **state)
{
  Fake *fake = *state;
  g_autoptr(Wish) done = sweep(fake, WISH_SWEEP, "Nowhere");
  assert_int_equal(done->state, WISH_FAILED);
  assert_non_null(strstr(done->result, "Nowhere"));
  g_autoptr(Wish) sent = sweep(fake, WISH_SWEEP, "Sent");
  assert_int_equal(sent->state, WISH_FAILED);
}

static void what_was_restored_stays(void **state)
{
  Fake *fake = *state;
  fake_pass_ok(fake);
  fake_drag(fake, "Backscatter", 0, "INBOX");
  fake_pass_ok(fake);
  g_autoptr(Wish) done = sweep(fake, WISH_SWEEP, NULL);
  assert_int_equal(done->state, WISH_DONE);
  assert_int_equal(fake_count(fake, "INBOX"), 4);
  assert_int_equal(fake_in_state(fake, MOVE_RESTORED), 1);
}

static void a_bounce_that_the_owner_filed_away_keeps_its_entry(void **state)
{
  Fake *fake = *state;
  lose_old_sent_mail(fake);
  fake_pass_ok(fake);
  fake_folder(fake->server, "Filed");
  fake_drag(fake, "INBOX", 2, "Filed");
  fake_sent(fake, "old@example.org", "friend-1@example.com", fake->now - 90 * 86400);
  g_autoptr(Wish) done = sweep(fake, WISH_SWEEP, "Filed");
  assert_int_equal(done->state, WISH_DONE);
  assert_int_equal(fake_count(fake, "Filed"), 0);
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  assert_int_equal(entries->len, 4);
}

static void twins_are_judged_each_for_itself(void **state)
{
  Fake *fake = *state;
  lose_old_sent_mail(fake);
  fake_bounce(fake, "INBOX", 2, "forged-2@spam.example", "victim-2@example.com", fake->now - 5 * 86400);
  fake_pass_ok(fake);
  fake_sent(fake, "old@example.org", "friend-1@example.com", fake->now - 90 * 86400);
  g_autoptr(Wish) done = sweep(fake, WISH_SWEEP, NULL);
  assert_int_equal(done->state, WISH_DONE);
  assert_int_equal(fake_count(fake, "Backscatter") + fake_count(fake, "INBOX"), 7);
  assert_int_equal(fake_count(fake, "INBOX"), 3);
}

static void filed_twins_are_swept_each(void **state)
{
  Fake *fake = *state;
  lose_old_sent_mail(fake);
  fake_bounce(fake, "INBOX", 4, "forged-4@spam.example", "victim-4@example.com", fake->now - 5 * 86400);
  fake_pass_ok(fake);
  fake_folder(fake->server, "Filed");
  for (int i = 0; i < 2; i++) fake_drag(fake, "INBOX", fake_count(fake, "INBOX") - 1, "Filed"); /* both copies */
  fake_sent(fake, "old@example.org", "friend-1@example.com", fake->now - 90 * 86400);
  g_autoptr(Wish) done = sweep(fake, WISH_SWEEP, "Filed");
  assert_int_equal(done->state, WISH_DONE);
  assert_int_equal(fake_count(fake, "Filed"), 0);
  assert_int_equal(fake_count(fake, "Backscatter"), 2);
}

static void what_was_rehearsed_before_its_first_pass_is_moved_by_it(void **state)
{
  Fake *fake = *state;
  g_autoptr(GError) problem = NULL;
  gint64 id = wish_add_sweep(fake->ledger, WISH_REHEARSE, "home", NULL, &problem);
  assert_true(id > 0);
  Run *run = fake_connect(fake);
  assert_true(pass_run(run, PASS_SWEEP, NULL, &problem));
  fake_disconnect(run);
  assert_int_equal(fake_count(fake, "INBOX"), 6);
  assert_int_equal(fake_in_state(fake, MOVE_KEPT), 4);
  assert_int_equal(fake_pass_ok(fake).moved, 3);
}

static void a_sweep_moves_what_a_dead_machine_has_claimed(void **state)
{
  Fake *fake = *state;
  ((FakeMessage *)fake_folder(fake->server, "INBOX")->messages->pdata[2])->backscatter = TRUE;
  for (int i = 0; i < 2; i++) fake_pass_ok(fake);
  assert_int_equal(fake_count(fake, "INBOX"), 4);
  g_autoptr(Wish) done = sweep(fake, WISH_SWEEP, NULL);
  assert_int_equal(done->state, WISH_DONE);
  assert_int_equal(fake_count(fake, "INBOX"), 3);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    FAKE_CASE(what_was_left_as_unsure_is_judged_again),
    FAKE_CASE(a_rehearsal_moves_nothing),
    FAKE_CASE(a_folder_that_is_not_watched_is_swept_when_named),
    FAKE_CASE(a_folder_that_is_not_there_is_named),
    FAKE_CASE(what_was_restored_stays),
    FAKE_CASE(a_bounce_that_the_owner_filed_away_keeps_its_entry),
    FAKE_CASE(twins_are_judged_each_for_itself),
    FAKE_CASE(filed_twins_are_swept_each),
    FAKE_CASE(what_was_rehearsed_before_its_first_pass_is_moved_by_it),
    FAKE_CASE(a_sweep_moves_what_a_dead_machine_has_claimed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
