/* test_hold.c - requests of the window: each has its own seconds, and they are undone from the newest to the oldest
 * Owns:     a ledger in memory, and a clock that stands still until it is told to go on.
 * Must not: wait; need a display.
 * Fails:    by TAP.
 * Tests:    ui/model/hold.h, ui/model/held.h */
#include "ledger/command.h"
#include "tests/rigs/ledger_rig.h"
#include "ui/model/hold.h"

static gint64 now;

static gint64 clock_now(void) { return now; }

/* Five messages in quarantine, and one that was never moved. */
enum { A, B, C, D, E, KEPT, MESSAGES };

typedef struct {
  Ledger *ledger;
  Hold *hold;
  gint64 ids[MESSAGES];
  guint changes;
} Scene;

static void on_change(Hold *hold, gpointer data) { ((Scene *)data)->changes++; }

static int begin(void **state)
{
  Scene *scene = g_new0(Scene, 1);
  scene->ledger = rig_ledger();
  for (guint i = 0; i < MESSAGES; i++)
    scene->ids[i] = rig_judged(scene->ledger, "home", i == KEPT ? VERDICT_GENUINE : VERDICT_BACKSCATTER,
                               i == KEPT ? MOVE_KEPT : MOVE_QUARANTINED, i + 1);
  scene->hold = hold_new(scene->ledger, on_change, scene);
  hold_set_clock(scene->hold, clock_now);
  now = G_USEC_PER_SEC;
  *state = scene;
  return 0;
}

static int end(void **state)
{
  Scene *scene = *state;
  hold_free(scene->hold);
  ledger_close(scene->ledger);
  g_free(scene);
  return 0;
}

static void wait_for(Scene *scene, gint64 milliseconds)
{
  now += milliseconds * 1000;
  hold_tick(scene->hold);
}

/* What is asked for in the ledger, by message: "A=restore C=delete". */
static void assert_asked(Scene *scene, const char *wanted)
{
  GError *error = NULL;
  g_autoptr(GString) got = g_string_new(NULL);
  for (guint i = 0; i < MESSAGES; i++) {
    g_autoptr(Wish) wish = wish_of_entry(scene->ledger, scene->ids[i], &error);
    assert_null(error);
    if (wish != NULL && wish->state == WISH_OPEN)
      g_string_append_printf(got, "%s%c=%s", got->len > 0 ? " " : "", "ABCDEK"[i], wish_verb_name(wish->verb));
  }
  assert_string_equal(got->str, wanted);
}

static void assert_text(Scene *scene, const char *wanted)
{
  g_autofree char *text = hold_text(scene->hold, TRUE);
  assert_string_equal(text, wanted);
}

static const char *note(Scene *scene, guint message)
{
  return g_hash_table_lookup(hold_notes(scene->hold), &scene->ids[message]);
}

static void a_request_is_held_for_six_seconds_and_then_sent(void **state)
{
  Scene *scene = *state;
  hold_begin(scene->hold, WISH_RESTORE, &scene->ids[A], 2);
  assert_int_equal(hold_state(scene->hold), HOLD_HELD);
  assert_text(scene, "2 messages will be restored.");
  assert_string_equal(note(scene, B), "to be restored");
  assert_null(note(scene, C));
  wait_for(scene, HOLD_SECONDS * 1000 - 1);
  assert_asked(scene, "");
  wait_for(scene, 1);
  assert_asked(scene, "A=restore B=restore");
  assert_int_equal(hold_state(scene->hold), HOLD_OPEN);
  assert_string_equal(note(scene, B), "being restored");
  assert_false(hold_is_held(scene->hold));
}

/* Whatever is asked for meanwhile. */
static void a_second_request_takes_no_second_from_the_first(void **state)
{
  Scene *scene = *state;
  hold_begin(scene->hold, WISH_REMOVE, &scene->ids[A], 1);
  wait_for(scene, 1000);
  hold_begin(scene->hold, WISH_RESTORE, &scene->ids[B], 1);
  wait_for(scene, 1000);
  hold_begin(scene->hold, WISH_REMOVE, &scene->ids[C], 1);
  assert_asked(scene, "");
  wait_for(scene, 3999);
  assert_asked(scene, "");
  wait_for(scene, 1);
  assert_asked(scene, "A=remove");
  wait_for(scene, 1000);
  assert_asked(scene, "A=remove B=restore");
  wait_for(scene, 1000);
  assert_asked(scene, "A=remove B=restore C=remove");
}

static void undo_goes_back_step_by_step(void **state)
{
  Scene *scene = *state;
  hold_begin(scene->hold, WISH_REMOVE, &scene->ids[A], 1);
  hold_begin(scene->hold, WISH_RESTORE, &scene->ids[B], 2);
  hold_begin(scene->hold, WISH_REMOVE, &scene->ids[D], 1);
  assert_text(scene, "1 message will be deleted. (2 requests before it can be undone, too.)");
  hold_undo(scene->hold);
  assert_text(scene, "Taken back. Next: 2 messages will be restored. (1 request before it can be undone, too.)");
  hold_undo(scene->hold);
  assert_text(scene, "Taken back. Next: 1 message will be deleted.");
  assert_true(hold_can_undo(scene->hold));
  hold_undo(scene->hold);
  assert_text(scene, "Taken back: nothing was changed.");
  assert_false(hold_can_undo(scene->hold));
  hold_undo(scene->hold);
  wait_for(scene, 100000);
  assert_int_equal(rig_number(scene->ledger, "SELECT count(*) FROM wish"), 0);
  assert_int_equal(g_hash_table_size(hold_notes(scene->hold)), 0);
}

/* A request in the ledger can be taken back as long as it is not done. */
static void undo_reaches_what_is_in_the_ledger(void **state)
{
  Scene *scene = *state;
  hold_begin(scene->hold, WISH_REMOVE, &scene->ids[A], 1);
  wait_for(scene, 5000);
  hold_begin(scene->hold, WISH_REMOVE, &scene->ids[B], 1);
  wait_for(scene, 1000);
  assert_asked(scene, "A=remove");
  hold_undo(scene->hold);
  hold_undo(scene->hold);
  assert_int_equal(hold_state(scene->hold), HOLD_UNDONE);
  wait_for(scene, 100000);
  assert_asked(scene, "");
}

/* Two requests about the same message. */
static void the_last_word_about_a_message_counts(void **state)
{
  Scene *scene = *state;
  hold_begin(scene->hold, WISH_RESTORE, &scene->ids[A], 2);
  wait_for(scene, 4000);
  hold_begin(scene->hold, WISH_REMOVE, &scene->ids[B], 2);
  assert_string_equal(note(scene, A), "to be restored");
  assert_string_equal(note(scene, B), "to be deleted");
  wait_for(scene, 3000); /* the first waits: the second may be taken back */
  assert_asked(scene, "");
  wait_for(scene, 3000);
  assert_asked(scene, "A=restore B=remove C=remove");
  wait_for(scene, 100000);
  assert_asked(scene, "A=restore B=remove C=remove");
}

static void a_request_that_was_overruled_by_one_that_is_taken_back_begins_again(void **state)
{
  Scene *scene = *state;
  hold_begin(scene->hold, WISH_RESTORE, &scene->ids[A], 1);
  wait_for(scene, 5000);
  hold_begin(scene->hold, WISH_REMOVE, &scene->ids[A], 1);
  wait_for(scene, 5000);
  hold_undo(scene->hold);
  assert_string_equal(note(scene, A), "to be restored");
  wait_for(scene, HOLD_SECONDS * 1000 - 1);
  assert_asked(scene, "");
  wait_for(scene, 1);
  assert_asked(scene, "A=restore");
}

static void a_request_that_leaves_all_its_messages_to_a_newer_one_is_gone(void **state)
{
  Scene *scene = *state;
  hold_begin(scene->hold, WISH_RESTORE, &scene->ids[A], 1);
  hold_begin(scene->hold, WISH_REMOVE, &scene->ids[A], 1);
  hold_send(scene->hold);
  assert_asked(scene, "A=remove");
  assert_false(hold_is_held(scene->hold));
  wait_for(scene, 100000);
  assert_asked(scene, "A=remove");
}

static void what_is_done_now_is_the_newest_request_alone(void **state)
{
  Scene *scene = *state;
  hold_begin(scene->hold, WISH_RESTORE, &scene->ids[A], 1);
  hold_begin(scene->hold, WISH_REMOVE, &scene->ids[B], 1);
  hold_send(scene->hold);
  assert_asked(scene, "B=remove");
  assert_true(hold_is_held(scene->hold));
}

static void a_failure_is_told_until_somebody_has_closed_it(void **state)
{
  Scene *scene = *state;
  GError *error = NULL;
  hold_begin(scene->hold, WISH_DELETE, &scene->ids[A], 2);
  hold_send(scene->hold);
  g_autofree char *waiting = hold_text(scene->hold, FALSE);
  assert_string_equal(waiting, "2 messages are deleted as soon as the filter runs.");
  OK(wish_finish(scene->ledger, 1, TRUE, "moved to Trash", &error));
  hold_look(scene->hold);
  assert_text(scene, "Deleting 2 messages: 1 done.");
  OK(wish_finish(scene->ledger, 2, FALSE, "the server said no", &error));
  hold_look(scene->hold);
  assert_int_equal(hold_state(scene->hold), HOLD_FAILED);
  assert_text(scene, "1 of 2 messages were deleted. Why: the server said no");
  hold_begin(scene->hold, WISH_RESTORE, &scene->ids[C], 1);
  assert_text(scene, "1 message will be restored.");
  hold_send(scene->hold);
  OK(wish_finish(scene->ledger, 3, TRUE, "restored", &error));
  hold_look(scene->hold);
  assert_int_equal(hold_state(scene->hold), HOLD_FAILED);
  hold_close(scene->hold);
  assert_int_equal(hold_state(scene->hold), HOLD_NONE);
}

/* Does what is asked for about this message, as the worker does. */
static void carry_out(Scene *scene, guint message)
{
  GError *error = NULL;
  g_autoptr(Wish) wish = wish_of_entry(scene->ledger, scene->ids[message], &error);
  OK(rig_take(scene->ledger, scene->ids[message], wish->verb == WISH_RESTORE ? RESTORE : DELETE, &error));
  OK(rig_take(scene->ledger, scene->ids[message], CONFIRM, &error));
  OK(wish_finish(scene->ledger, wish->id, TRUE, "done", &error));
  hold_look(scene->hold);
}

/* What is done already gets an opposite request: what was restored goes back, what was deleted is restored. */
static void undo_reaches_what_is_done(void **state)
{
  Scene *scene = *state;
  hold_begin(scene->hold, WISH_RESTORE, &scene->ids[A], 1);
  wait_for(scene, 6000);
  carry_out(scene, A);
  hold_begin(scene->hold, WISH_DELETE, &scene->ids[B], 1);
  assert_text(scene, "1 message will be deleted. (1 request before it can be undone, too.)");
  wait_for(scene, 6000);
  carry_out(scene, B);
  assert_text(scene, "1 message was deleted.");
  assert_true(hold_can_undo(scene->hold));
  hold_undo(scene->hold);
  assert_text(scene, "Taken back: 1 message that was done already goes back.");
  assert_asked(scene, "B=restore");
  hold_undo(scene->hold);
  assert_asked(scene, "A=quarantine B=restore");
  hold_undo(scene->hold);
  assert_asked(scene, "A=quarantine B=restore");
}

static void of_a_request_that_is_half_done_the_rest_is_cancelled_and_the_half_goes_back(void **state)
{
  Scene *scene = *state;
  hold_begin(scene->hold, WISH_RESTORE, &scene->ids[A], 2);
  hold_send(scene->hold);
  carry_out(scene, A);
  assert_text(scene, "Restoring 2 messages: 1 done.");
  hold_undo(scene->hold);
  assert_asked(scene, "A=quarantine");
  assert_text(scene, "Taken back: 1 message that was done already goes back.");
}

static void what_cannot_be_taken_back_is_said(void **state)
{
  Scene *scene = *state;
  GError *error = NULL;
  hold_begin(scene->hold, WISH_REMOVE, &scene->ids[A], 1);
  hold_send(scene->hold);
  OK(rig_take(scene->ledger, scene->ids[A], DELETE, &error));
  OK(rig_take(scene->ledger, scene->ids[A], CONFIRM_GONE, &error));
  OK(wish_finish(scene->ledger, 1, TRUE, "removed for good", &error));
  hold_look(scene->hold);
  hold_undo(scene->hold);
  assert_text(scene, "Taken back, but for 1 message that is gone, or lies elsewhere by now.");
  assert_asked(scene, "");
}

/* `backstop undo` and the window speak of the same last command. */
static void a_request_of_the_window_is_the_last_command(void **state)
{
  Scene *scene = *state;
  GError *error = NULL;
  hold_begin(scene->hold, WISH_RESTORE, &scene->ids[A], 2);
  hold_send(scene->hold);
  g_autoptr(OwnerCommand) last = command_last(scene->ledger, &error);
  assert_string_equal(last->verb, "restore");
  assert_int_equal(last->wishes->len, 2);
  hold_undo(scene->hold);
  g_autoptr(OwnerCommand) none = command_last(scene->ledger, &error);
  assert_true(none == NULL && error == NULL);
  hold_allow(scene->hold, "bob@y.example", &scene->ids[A], 1);
  hold_send(scene->hold);
  g_autoptr(OwnerCommand) allow = command_last(scene->ledger, &error);
  assert_string_equal(allow->verb, "allow");
  assert_int_equal(allow->wishes->len + allow->entries->len, 2);
}

static void a_message_that_cannot_be_moved_is_refused_by_the_ledger(void **state)
{
  Scene *scene = *state;
  hold_begin(scene->hold, WISH_DELETE, &scene->ids[E], 2); /* and the one that was never moved */
  hold_send(scene->hold);
  assert_asked(scene, "E=delete");
  hold_undo(scene->hold);
  assert_asked(scene, "");
}

static gboolean is_allowed(Scene *scene)
{
  return rig_number(scene->ledger, "SELECT count(*) FROM newsender WHERE entry = 'bob@y.example' AND list = 'allow'")
         == 1;
}

static void an_allowed_address_can_be_taken_back_as_well(void **state)
{
  Scene *scene = *state;
  hold_allow(scene->hold, "bob@y.example", &scene->ids[A], 2);
  assert_text(scene, "bob@y.example will be allowed. 2 messages will be restored.");
  assert_false(is_allowed(scene));
  hold_undo(scene->hold);
  wait_for(scene, 100000);
  assert_false(is_allowed(scene));
  hold_allow(scene->hold, "bob@y.example", &scene->ids[A], 2);
  wait_for(scene, 6000);
  assert_true(is_allowed(scene));
  assert_asked(scene, "A=restore B=restore");
  hold_undo(scene->hold);
  assert_false(is_allowed(scene));
  assert_asked(scene, "");
}

/* What was denied before is denied again. */
static void an_entry_that_is_taken_back_becomes_what_it_was(void **state)
{
  Scene *scene = *state;
  GError *error = NULL;
  OK(newsender_add(scene->ledger, NEWSENDER_DENY, "bob@y.example", &error));
  hold_allow(scene->hold, "bob@y.example", &scene->ids[A], 1);
  hold_send(scene->hold);
  assert_true(is_allowed(scene));
  hold_undo(scene->hold);
  assert_int_equal(rig_number(scene->ledger, "SELECT count(*) FROM newsender WHERE list = 'deny'"), 1);
}

static void an_allowed_address_without_messages_is_done_at_once(void **state)
{
  Scene *scene = *state;
  hold_allow(scene->hold, "bob@y.example", NULL, 0);
  assert_text(scene, "bob@y.example will be allowed.");
  hold_send(scene->hold);
  assert_true(is_allowed(scene));
  assert_int_equal(hold_state(scene->hold), HOLD_DONE);
  assert_text(scene, "bob@y.example is allowed.");
}

static void an_address_that_the_ledger_did_not_take_is_not_told_to_be_allowed(void **state)
{
  Scene *scene = *state;
  rig_number(scene->ledger, "PRAGMA query_only = 1");
  hold_allow(scene->hold, "bob@y.example", NULL, 0);
  hold_send(scene->hold);
  g_autofree char *text = hold_text(scene->hold, TRUE);
  assert_true(g_str_has_prefix(text, "bob@y.example could not be allowed. Why: "));
}

/* A request that was made and not taken back is the owner's word: it is done, not forgotten. */
static void what_is_held_when_the_program_ends_is_sent_in_its_last_form(void **state)
{
  Scene *scene = *state;
  Hold *hold = hold_new(scene->ledger, NULL, NULL);
  hold_begin(hold, WISH_RESTORE, &scene->ids[A], 2);
  hold_begin(hold, WISH_REMOVE, &scene->ids[B], 2);
  hold_free(hold);
  assert_asked(scene, "A=restore B=remove C=remove");
}

static void results_of_earlier_requests_are_told_when_nothing_is_held(void **state)
{
  Scene *scene = *state;
  GError *error = NULL;
  gint64 wish = wish_add(scene->ledger, WISH_RESTORE, scene->ids[A], NULL, &error);
  OK(wish_finish(scene->ledger, wish, FALSE, "the server said no", &error));
  hold_begin(scene->hold, WISH_RESTORE, &scene->ids[B], 1);
  hold_look(scene->hold);
  assert_text(scene, "1 message will be restored.");
  hold_undo(scene->hold);
  hold_look(scene->hold);
  assert_int_equal(hold_state(scene->hold), HOLD_EARLIER);
  assert_text(scene, "0 of 1 earlier request was done. Why: the server said no");
  assert_true(scene->changes > 0);
}

/* Tens of thousands of messages are no reason to stand still. */
static void many_messages_are_compared_quickly(void **state)
{
  Scene *scene = *state;
  enum { MANY = 100000 };
  g_autofree gint64 *many = g_new(gint64, MANY);
  for (guint i = 0; i < MANY; i++) many[i] = 1000 + i;
  gint64 since = g_get_monotonic_time();
  hold_begin(scene->hold, WISH_RESTORE, many, MANY);
  hold_begin(scene->hold, WISH_REMOVE, many, MANY);
  hold_undo(scene->hold);
  hold_undo(scene->hold);
  assert_true(g_get_monotonic_time() - since < 5 * G_USEC_PER_SEC);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
  const struct CMUnitTest tests[] = {
    CASE(a_request_is_held_for_six_seconds_and_then_sent),
    CASE(a_second_request_takes_no_second_from_the_first),
    CASE(undo_goes_back_step_by_step),
    CASE(undo_reaches_what_is_in_the_ledger),
    CASE(the_last_word_about_a_message_counts),
    CASE(a_request_that_was_overruled_by_one_that_is_taken_back_begins_again),
    CASE(a_request_that_leaves_all_its_messages_to_a_newer_one_is_gone),
    CASE(what_is_done_now_is_the_newest_request_alone),
    CASE(a_failure_is_told_until_somebody_has_closed_it),
    CASE(undo_reaches_what_is_done),
    CASE(of_a_request_that_is_half_done_the_rest_is_cancelled_and_the_half_goes_back),
    CASE(what_cannot_be_taken_back_is_said),
    CASE(a_request_of_the_window_is_the_last_command),
    CASE(a_message_that_cannot_be_moved_is_refused_by_the_ledger),
    CASE(an_allowed_address_can_be_taken_back_as_well),
    CASE(an_entry_that_is_taken_back_becomes_what_it_was),
    CASE(an_allowed_address_without_messages_is_done_at_once),
    CASE(an_address_that_the_ledger_did_not_take_is_not_told_to_be_allowed),
    CASE(what_is_held_when_the_program_ends_is_sent_in_its_last_form),
    CASE(results_of_earlier_requests_are_told_when_nothing_is_held),
    CASE(many_messages_are_compared_quickly),
  };
  filter_init();
  return cmocka_run_group_tests_name("hold", tests, NULL, NULL);
}
