/* test_later.c - a server that refuses for now: nothing is given up, nothing is hidden, and it is not pressed
 * Owns:     mailboxes in memory, on a busy server.
 * Must not: judge for itself.
 * Fails:    by TAP.
 * Tests:    fetcher/pass/settle.c, fetcher/pass/batch.c */
#include "ledger/db.h"
#include "ledger/unread.h"
#include "ledger/wish.h"
#include "tests/rigs/fake_mail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A pass that must end with this reason. */
static void pass_put_off(Fake *fake)
{
  g_autoptr(GError) problem = NULL;
  assert_false(fake_pass(fake, NULL, &problem));
  if (!g_error_matches(problem, STORE_ERROR, STORE_ERROR_LATER)) fail_msg("%s", problem->message);
}

/* The id of the request. */
static gint64 ask(Fake *fake, WishVerb verb)
{
  g_autoptr(GError) problem = NULL;
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = entries->pdata[i];
    if (entry->state != MOVE_QUARANTINED) continue;
    gint64 id = wish_add(fake->ledger, verb, entry->id, NULL, &problem);
    assert_true(id > 0);
    return id;
  }
  fail_msg("nothing lies in quarantine");
  return 0;
}

static void a_move_refused_for_now_is_made_when_there_is_room(void **state)
{
  for (int copies = 0; copies < 2; copies++) {
    Fake *fake = fake_new();
    fake->server->copies = copies;
    fake->server->busy_moving = TRUE;
    for (int i = 0; i < 5; i++) {
      pass_put_off(fake);
      assert_int_equal(fake_in_state(fake, MOVE_FAILED), 0);
      assert_int_equal(fake_count(fake, "INBOX"), 6);
    }
    fake->server->busy_moving = FALSE;
    fake_pass_ok(fake);
    assert_int_equal(fake_in_state(fake, MOVE_QUARANTINED), 3);
    assert_int_equal(fake_count(fake, "INBOX"), 3);
    fake_free(fake);
  }
}

static void a_busy_server_is_asked_once_in_a_pass(void **state)
{
  Fake *fake = *state;
  fake->server->busy_moving = TRUE;
  for (guint i = 0; i < 3; i++) {
    fake->server->transfers = 0;
    pass_put_off(fake);
    assert_int_equal(fake->server->transfers, 1);
  }
}

/* While the server is busy nothing of the second folder is tried. Another machine claims the message there meanwhile,
 * and has not moved it yet: ours stays out of its way, and moves what it had claimed itself. */
static void what_was_not_tried_is_not_taken_for_claimed(void **state)
{
  static char *folders[] = { (char *)"INBOX", (char *)"Work", NULL };
  Fake *fake = *state;
  fake->account.folders = folders;
  fake->server->copies = TRUE;
  fake_folder(fake->server, "Work");
  FakeMessage *bounce = fake_bounce(fake, "Work", 40, "spam-40@botnet.example", "v40@remote.example", fake->now);
  fake->server->busy_moving = TRUE;
  for (guint i = 0; i < 2; i++) {
    pass_put_off(fake);
    assert_false(bounce->backscatter);
  }
  bounce->backscatter = TRUE;
  fake->server->busy_moving = FALSE;
  fake_pass_ok(fake);
  assert_int_equal(fake_count(fake, "Work"), 1);
  assert_int_equal(fake_count(fake, "Backscatter"), 3);
  assert_int_equal(fake_in_state(fake, MOVE_QUARANTINED), 3);
}

static void assert_wish(Fake *fake, gint64 id, WishState state)
{
  g_autoptr(GError) problem = NULL;
  g_autoptr(Wish) wish = wish_get(fake->ledger, id, &problem);
  assert_non_null(wish);
  if (wish->state != state) fail_msg("the owner is told: %s", wish->result != NULL ? wish->result : "nothing");
}

static void what_the_owner_asked_for_stays_asked(void **state)
{
  static const WishVerb verbs[] = { WISH_RESTORE, WISH_DELETE };
  static const MoveState ends[] = { MOVE_RESTORED, MOVE_DELETED };
  for (guint i = 0; i < G_N_ELEMENTS(verbs); i++) {
    Fake *fake = fake_new();
    fake_pass_ok(fake);
    gint64 wish = ask(fake, verbs[i]);
    fake->server->busy_moving = TRUE;
    for (int n = 0; n < 3; n++) {
      pass_put_off(fake);
      assert_int_equal(fake_count(fake, "Backscatter"), 3);
      assert_int_equal(fake_in_state(fake, MOVE_FAILED), 0);
      assert_wish(fake, wish, WISH_OPEN);
    }
    fake->server->busy_moving = FALSE;
    fake_pass_ok(fake);
    assert_wish(fake, wish, WISH_DONE);
    assert_int_equal(fake_in_state(fake, ends[i]), 1);
    assert_int_equal(fake_count(fake, "Backscatter"), 2);
    fake_free(fake);
  }
}

/* Undo puts a restored message back, or says that this comes later. */
static void what_goes_back_into_quarantine_on_a_busy_server_is_told_to_come_later(void **state)
{
  Fake *fake = *state;
  g_autoptr(GError) problem = NULL;
  fake_pass_ok(fake);
  gint64 restore = ask(fake, WISH_RESTORE);
  fake_pass_ok(fake);
  g_autoptr(Wish) restored = wish_get(fake->ledger, restore, &problem);
  assert_int_equal(restored->state, WISH_DONE);
  gint64 back = wish_add(fake->ledger, WISH_QUARANTINE, restored->entry, NULL, &problem);
  assert_true(back > 0);
  fake->server->busy_moving = TRUE;
  pass_put_off(fake);
  g_autoptr(Wish) later = wish_get(fake->ledger, back, &problem);
  assert_non_null(strstr(later->result, "not done yet"));
  fake->server->busy_moving = FALSE;
  fake_pass_ok(fake);
  assert_int_equal(fake_in_state(fake, MOVE_QUARANTINED), 3);
}

/* Else the message would be deleted after its owner has thought better of it. */
static void a_deletion_that_the_owner_takes_back_while_the_server_is_busy_ends_restored(void **state)
{
  Fake *fake = *state;
  g_autoptr(GError) problem = NULL;
  fake_pass_ok(fake);
  g_autoptr(Wish) deletion = wish_get(fake->ledger, ask(fake, WISH_DELETE), &problem);
  assert_non_null(deletion);
  fake->server->busy_moving = TRUE;
  pass_put_off(fake);
  gint64 restore = wish_add(fake->ledger, WISH_RESTORE, deletion->entry, NULL, &problem);
  assert_true(restore > 0);
  assert_wish(fake, deletion->id, WISH_FAILED);
  pass_put_off(fake);
  assert_wish(fake, restore, WISH_OPEN);
  fake->server->busy_moving = FALSE;
  fake_pass_ok(fake);
  assert_wish(fake, restore, WISH_DONE);
  assert_int_equal(fake_in_state(fake, MOVE_RESTORED), 1);
  assert_int_equal(fake_in_state(fake, MOVE_DELETED), 0);
}

static void mail_that_cannot_be_read_for_now_is_judged_later(void **state)
{
  Fake *fake = *state;
  fake->server->busy_reading = TRUE;
  pass_put_off(fake);
  pass_put_off(fake);
  fake->server->busy_reading = FALSE;
  fake_pass_ok(fake);
  assert_int_equal(fake_in_state(fake, MOVE_QUARANTINED), 3);
  assert_int_equal(fake_in_state(fake, MOVE_KEPT), 1);
}

/* The owner waits until what could not be read is tried again. */
static void wait_for_next_try(Fake *fake)
{
  GError *error = NULL;
  assert_true(db_exec(fake->ledger, "UPDATE unread SET due = 1 WHERE due > 0", &error));
}

static guint unread(Fake *fake)
{
  GError *error = NULL;
  guint n = 0;
  assert_true(unread_count(fake->ledger, "home", &n, &error));
  return n;
}

typedef enum { LEFT_OUT, BUSY, NO_ROW, WAYS } Way;

static void set_trouble(FakeMessage *message, Way way, gboolean trouble)
{
  if (way == LEFT_OUT) message->left_out = trouble;
  if (way == BUSY) message->busy = trouble;
  if (way == NO_ROW) message->unreadable = trouble;
}

/* INBOX has a forged bounce at index 3. */
static void one_message_in_trouble_keeps_no_other_from_being_judged_and_is_tried_again(void **state)
{
  for (Way way = LEFT_OUT; way < WAYS; way++) {
    Fake *fake = fake_new();
    FakeMessage *message = fake_folder(fake->server, "INBOX")->messages->pdata[3];
    set_trouble(message, way, TRUE);
    pass_put_off(fake);
    assert_int_equal(fake_in_state(fake, MOVE_QUARANTINED), 2);
    assert_int_equal(unread(fake), 1);
    pass_put_off(fake); /* the next pass tries it */
    fake_pass_ok(fake); /* not tried again yet, and nobody is told twice */
    wait_for_next_try(fake);
    pass_put_off(fake); /* tried, in vain */
    assert_int_equal(unread(fake), 1);
    set_trouble(message, way, FALSE);
    wait_for_next_try(fake);
    fake_pass_ok(fake);
    assert_int_equal(fake_in_state(fake, MOVE_QUARANTINED), 3);
    assert_int_equal(unread(fake), 0);
    fake_free(fake);
  }
}

static void one_that_is_gone_is_no_trouble(void **state)
{
  Fake *fake = *state;
  FakeFolder *inbox = fake_folder(fake->server, "INBOX");
  FakeMessage *message = inbox->messages->pdata[3];
  message->left_out = TRUE;
  pass_put_off(fake);
  g_ptr_array_remove(inbox->messages, message);
  wait_for_next_try(fake);
  fake_pass_ok(fake);
  assert_int_equal(unread(fake), 0);
}

/* Nobody looks into a folder that is only swept: nothing may promise that it will be tried again. */
static void one_in_a_folder_that_is_only_swept_waits_for_the_next_sweep(void **state)
{
  Fake *fake = *state;
  g_autoptr(GError) problem = NULL, again = NULL;
  fake_bounce(fake, "Archive", 9, "forged-9@spam.example", "victim-9@example.com", fake->now - (gint64)5 * 86400);
  FakeMessage *message = fake_folder(fake->server, "Archive")->messages->pdata[0];
  fake_pass_ok(fake);
  message->busy = TRUE;
  assert_true(wish_add_sweep(fake->ledger, WISH_SWEEP, "home", "Archive", &problem) > 0);
  assert_false(fake_pass(fake, NULL, &problem));
  assert_non_null(strstr(problem->message, "sweep that folder again"));
  assert_int_equal(unread(fake), 0);
  message->busy = FALSE;
  assert_true(wish_add_sweep(fake->ledger, WISH_SWEEP, "home", "Archive", &again) > 0);
  fake_pass_ok(fake);
  assert_int_equal(fake_count(fake, "Archive"), 0);
}

/* The message was moved, the connection was cut, and now the server is too busy to show it. */
static void an_intent_that_cannot_be_looked_at_for_now_stays(void **state)
{
  guint seen = 0;
  for (guint cut = 1; cut < 60; cut++) {
    Fake *fake = fake_new();
    fake->server->cut = cut;
    fake->server->cut_after = TRUE;
    fake_pass(fake, NULL, NULL);
    fake->server->cut = 0;
    if (fake_in_state(fake, MOVE_Q_INTENT) == 3) {
      seen++;
      fake->server->busy_reading = TRUE;
      pass_put_off(fake);
      assert_int_equal(fake_in_state(fake, MOVE_FAILED), 0);
      fake->server->busy_reading = FALSE;
      fake_pass_ok(fake);
      assert_int_equal(fake_in_state(fake, MOVE_QUARANTINED), 3);
    }
    fake_free(fake);
  }
  assert_true(seen > 0);
}

int main(void)
{
  filter_init();
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_move_refused_for_now_is_made_when_there_is_room),
    FAKE_CASE(a_busy_server_is_asked_once_in_a_pass),
    FAKE_CASE(what_was_not_tried_is_not_taken_for_claimed),
    cmocka_unit_test(what_the_owner_asked_for_stays_asked),
    FAKE_CASE(a_deletion_that_the_owner_takes_back_while_the_server_is_busy_ends_restored),
    FAKE_CASE(what_goes_back_into_quarantine_on_a_busy_server_is_told_to_come_later),
    FAKE_CASE(mail_that_cannot_be_read_for_now_is_judged_later),
    cmocka_unit_test(one_message_in_trouble_keeps_no_other_from_being_judged_and_is_tried_again),
    FAKE_CASE(one_that_is_gone_is_no_trouble),
    FAKE_CASE(one_in_a_folder_that_is_only_swept_waits_for_the_next_sweep),
    cmocka_unit_test(an_intent_that_cannot_be_looked_at_for_now_stays)
  };
  return cmocka_run_group_tests_name("later", tests, NULL, NULL);
}
