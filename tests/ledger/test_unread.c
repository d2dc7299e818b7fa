/* test_unread.c - when a message that could not be read is tried again
 * Owns:     a ledger in memory.
 * Must not: depend on the day.
 * Fails:    by TAP.
 * Tests:    ledger/unread.c */
#include "ledger/unread.h"
#include "tests/rigs/ledger_rig.h"

static guint due(Ledger *ledger, const char *folder, guint32 validity, gint64 now)
{
  GError *error = NULL;
  g_autoptr(GArray) uids = unread_due(ledger, "home", folder, validity, now, 100, &error);
  OK(uids != NULL);
  return uids->len;
}

static void note(Ledger *ledger, const char *folder, guint32 validity, guint32 uid, gint64 now)
{
  GError *error = NULL;
  OK(unread_note(ledger, "home", folder, validity, &uid, 1, now, &error));
}

static void a_message_is_tried_at_growing_distances_and_then_left_alone(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 now = RIG_NOW, before = 0;
  guint tries = 1, left = 0;
  for (note(ledger, "INBOX", 7, 3, now); tries < 20; tries++) {
    gint64 waited = 0;
    while (due(ledger, "INBOX", 7, now) == 0 && waited < 3 * DAY) {
      now += 60;
      waited += 60;
    }
    if (waited >= 3 * DAY) break;
    assert_true(waited >= before || waited >= DAY - 60);
    before = waited;
    note(ledger, "INBOX", 7, 3, now); /* and again it could not be read */
  }
  assert_int_equal(tries, UNREAD_TRIES);
  assert_true(now - RIG_NOW > 3 * DAY && now - RIG_NOW < 10 * DAY);
  OK(unread_count(ledger, "home", &left, &error));
  assert_int_equal(left, 1); /* the owner can still be told */
}

static void what_was_tried_and_read_is_forgotten_and_the_rest_stays(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  guint left = 0;
  gint64 then = RIG_NOW + 5; /* the next pass */
  for (guint32 uid = 1; uid <= 4; uid++) note(ledger, "INBOX", 7, uid, RIG_NOW);
  note(ledger, "Junk", 7, 1, RIG_NOW);
  assert_int_equal(due(ledger, "INBOX", 7, then), 4);
  assert_int_equal(due(ledger, "INBOX", 8, then), 0); /* numbered anew: other messages */
  note(ledger, "INBOX", 7, 2, then);                  /* the others were read, or are gone */
  OK(unread_tried(ledger, "home", "INBOX", 3, then, &error));
  OK(unread_count(ledger, "home", &left, &error));
  assert_int_equal(left, 3); /* 2, 4, and that of the other folder */
  assert_int_equal(due(ledger, "INBOX", 7, then + 299), 1);
  assert_int_equal(due(ledger, "INBOX", 7, then + 300), 2);
  assert_int_equal(due(ledger, "Junk", 7, then), 1);
  note(ledger, "INBOX", 9, 5, then); /* numbered anew: the old ones are forgotten */
  OK(unread_count(ledger, "home", &left, &error));
  assert_int_equal(left, 2);
}

/* A connection that is lost again and again makes the same scan again and again. */
static void what_is_noted_before_it_is_due_uses_up_no_try(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  for (int i = 0; i < 2 * UNREAD_TRIES; i++) note(ledger, "INBOX", 7, 1, RIG_NOW + i);
  assert_int_equal(due(ledger, "INBOX", 7, RIG_NOW + 300), 0);
  assert_int_equal(due(ledger, "INBOX", 7, RIG_NOW + 301), 1); /* the second one counted */
  OK(unread_tried(ledger, "home", "INBOX", 1, RIG_NOW + 301, &error));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_message_is_tried_at_growing_distances_and_then_left_alone),
    cmocka_unit_test(what_was_tried_and_read_is_forgotten_and_the_rest_stays),
    cmocka_unit_test(what_is_noted_before_it_is_due_uses_up_no_try),
  };
  return cmocka_run_group_tests_name("unread", tests, NULL, NULL);
}
