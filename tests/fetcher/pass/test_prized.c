/* test_prized.c - a message that is flagged or answered is never moved, whenever the owner flags it. */
#include "fetcher/pass/prized.h"
#include "ledger/wish.h"
#include "tests/rigs/fake_mail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef enum { FLAG, ANSWER } Deed;
typedef enum { AT_ONCE, COPIES, CANNOT_CLAIM, COPIES_WITHOUT_CLAIM } Way;
#define WAYS 4

/* The owner, who marks a forged bounce in the inbox before a step of the connection. */
typedef struct {
  FakeMessage *message; /* the third one of the inbox */
  const FakeServer *server;
  Deed deed;
  guint at;      /* which step; 0: never */
  gboolean done; /* the message was still there then */
} Owner;

static gboolean lies_in(const FakeServer *server, const char *folder, const FakeMessage *message)
{
  const FakeFolder *found = fake_folder((FakeServer *)server, folder);
  return g_ptr_array_find(found->messages, message, NULL);
}

static void mark(FakeMessage *message, Deed deed)
{
  if (deed == FLAG)
    message->flagged = TRUE;
  else
    message->answered = TRUE;
}

static void take_turn(gpointer data)
{
  Owner *owner = data;
  if (owner->at == 0 || owner->server->steps + 1 != owner->at) return;
  if (!lies_in(owner->server, "INBOX", owner->message)) return;
  mark(owner->message, owner->deed);
  owner->done = TRUE;
}

static void set_way(FakeServer *server, Way way)
{
  server->copies = way == COPIES || way == COPIES_WITHOUT_CLAIM;
  server->cannot_claim = way == CANNOT_CLAIM || way == COPIES_WITHOUT_CLAIM;
}

static Owner at_inbox(Fake *fake, Deed deed, guint at)
{
  return (Owner){ fake_folder(fake->server, "INBOX")->messages->pdata[2], fake->server, deed, at, FALSE };
}

static void expect_kept_with_reason(Fake *fake, guint n)
{
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  guint found = 0;
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = entries->pdata[i];
    if (g_strcmp0(entry->reason, PRIZED_REASON) != 0) continue;
    assert_int_equal(entry->state, MOVE_KEPT);
    assert_int_equal(entry->due, 0);
    found++;
  }
  assert_int_equal(found, n);
}

static void what_was_marked_before_the_scan_stays(void **state)
{
  for (Deed deed = FLAG; deed <= ANSWER; deed++)
    for (Way way = AT_ONCE; way < WAYS; way++) {
      Fake *fake = fake_new();
      set_way(fake->server, way);
      Owner owner = at_inbox(fake, deed, 0);
      mark(owner.message, deed);
      for (int i = 0; i < 2; i++) fake_pass_ok(fake);
      assert_true(lies_in(fake->server, "INBOX", owner.message));
      assert_int_equal(fake_count(fake, "Backscatter"), 2);
      expect_kept_with_reason(fake, 1);
      fake_free(fake);
    }
}

/* Whenever it is marked while it lies in the inbox, it lies there at the end; but for the steps between the last look
 * and the move, which nobody can close. */
static void what_is_marked_at_any_step_stays(void **state)
{
  static const guint open_steps[WAYS] = { [AT_ONCE] = 1, [COPIES] = 2, [CANNOT_CLAIM] = 2, [COPIES_WITHOUT_CLAIM] = 6 };
  for (Way way = AT_ONCE; way < WAYS; way++) {
    guint total = 0, marked = 0, lost = 0;
    for (guint at = 1; at == 1 || at <= total; at++) {
      Fake *fake = fake_new();
      set_way(fake->server, way);
      Owner owner = at_inbox(fake, at % 2 ? FLAG : ANSWER, at);
      fake->server->turn = take_turn;
      fake->server->turn_data = &owner;
      fake_pass_ok(fake);
      total = fake->server->steps;
      fake->server->turn = NULL;
      for (int i = 0; i < 2; i++) fake_pass_ok(fake);
      marked += owner.done;
      if (owner.done && !lies_in(fake->server, "INBOX", owner.message)) lost++;
      assert_int_equal(fake_count(fake, "INBOX") + fake_count(fake, "Backscatter"), 6);
      fake_free(fake);
    }
    print_message("# way %u: marked at %u steps, %u of them between the last look and the move\n", way, marked, lost);
    assert_true(marked > 10);
    assert_true(lost <= open_steps[way]);
  }
}

/* The move was cut off, before it or after its first half; the owner marks the message before the next connection. */
static void what_is_marked_after_a_cut_stays(void **state)
{
  for (Way way = AT_ONCE; way < WAYS; way++) {
    guint seen = 0;
    gboolean through = FALSE;
    for (guint cut = 1; !through; cut++)
      for (int after = 0; after < 2; after++) {
        Fake *fake = fake_new();
        set_way(fake->server, way);
        Owner owner = at_inbox(fake, FLAG, 0);
        fake->server->cut = cut;
        fake->server->cut_after = after;
        through = fake_pass(fake, NULL, NULL);
        fake->server->cut = 0;
        if (lies_in(fake->server, "INBOX", owner.message)) {
          seen += fake_in_state(fake, MOVE_Q_INTENT) > 0;
          mark(owner.message, FLAG);
          for (int i = 0; i < 2; i++) fake_pass_ok(fake);
          assert_true(lies_in(fake->server, "INBOX", owner.message));
          assert_int_equal(fake_in_state(fake, MOVE_Q_INTENT), 0);
          if (way == AT_ONCE || way == COPIES)
            assert_int_equal(fake_count(fake, "INBOX") + fake_count(fake, "Backscatter"), 6);
        }
        fake_free(fake);
      }
    assert_true(seen > 0);
  }
}

static void where_flags_are_not_told_nothing_is_moved(void **state)
{
  Fake *fake = *state;
  fake->server->refuses_flags = TRUE;
  for (int i = 0; i < 2; i++) fake_pass_ok(fake);
  assert_int_equal(fake_count(fake, "INBOX"), 6);
  assert_int_equal(fake_count(fake, "Backscatter"), 0);
}

static void a_sweep_moves_no_marked_message_either(void **state)
{
  Fake *fake = *state;
  g_autoptr(GError) problem = NULL;
  Owner owner = at_inbox(fake, FLAG, 0);
  fake->config.observe = TRUE;
  fake_pass_ok(fake);
  mark(owner.message, ANSWER);
  fake->config.observe = FALSE;
  assert_true(wish_add_sweep(fake->ledger, WISH_SWEEP, "home", NULL, &problem) > 0);
  for (int i = 0; i < 2; i++) fake_pass_ok(fake);
  assert_true(lies_in(fake->server, "INBOX", owner.message));
  assert_int_equal(fake_count(fake, "Backscatter"), 2);
  expect_kept_with_reason(fake, 1);
}

/* Backscatter that was only observed is due again once mail may be moved; the flag came meanwhile. */
static void what_was_observed_and_marked_since_stays(void **state)
{
  Fake *fake = *state;
  Owner owner = at_inbox(fake, FLAG, 0);
  fake->config.observe = TRUE;
  fake_pass_ok(fake);
  fake->config.observe = FALSE;
  mark(owner.message, FLAG);
  for (int i = 0; i < 2; i++) fake_pass_ok(fake);
  assert_true(lies_in(fake->server, "INBOX", owner.message));
  assert_int_equal(fake_count(fake, "Backscatter"), 2);
  expect_kept_with_reason(fake, 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_was_marked_before_the_scan_stays), cmocka_unit_test(what_is_marked_at_any_step_stays),
    cmocka_unit_test(what_is_marked_after_a_cut_stays),      FAKE_CASE(where_flags_are_not_told_nothing_is_moved),
    FAKE_CASE(a_sweep_moves_no_marked_message_either),       FAKE_CASE(what_was_observed_and_marked_since_stays)
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
