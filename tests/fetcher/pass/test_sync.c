/* test_sync.c - was all of Sent read? Servers that leave out messages or are wrong about numbers, and owners who file
 * Owns:     mailboxes in memory.
 * Must not: judge for itself.
 * Fails:    by TAP.
 * Tests:    fetcher/pass/sync.c */
#include "ledger/sent.h"
#include "tests/rigs/fake_mail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define DAY ((gint64)86400)

static guint gaps(Fake *fake)
{
  GError *error = NULL;
  g_autoptr(GPtrArray) list = coverage_gaps(fake->ledger, "home", 0, &error);
  assert_non_null(list);
  return list->len;
}

/* A bounce that came just now about a message sent just before, which looks forged unless the ledger has it. */
static void bounce_now(Fake *fake)
{
  fake_bounce(fake, "INBOX", 9, "now@example.org", "victim-9@example.com", fake->now);
}

static FakeMessage *send_now(Fake *fake, const char *folder)
{
  return fake_sent_in(fake, folder, "now@example.org", "victim-9@example.com", fake->now - 120);
}

static void what_a_server_leaves_out_is_a_gap(void **state)
{
  for (guint first = 0; first < 2; first++) {
    Fake *fake = fake_new();
    if (!first) assert_int_equal(fake_pass_ok(fake).moved, 3);
    send_now(fake, "Sent")->hidden = TRUE;
    bounce_now(fake);
    Pass pass = fake_pass_ok(fake);
    assert_int_equal(pass.moved, 0);
    assert_int_equal(pass.unsure, first ? 4 : 1);
    assert_int_equal(gaps(fake), 1);
    fake_pass_ok(fake);
    assert_int_equal(gaps(fake), 1);
    fake_free(fake);
  }
}

/* At each step of a pass another letter is sent. */
static void one_more(gpointer data)
{
  Fake *fake = data;
  g_autofree char *id = g_strdup_printf("more-%u@example.org", fake_folder(fake->server, "Sent")->next);
  fake_sent(fake, id, "friend-1@example.com", fake->now);
}

/* UIDNEXT stays behind: EXISTS tells that there is more. */
static void a_number_that_stays_behind_is_a_gap(void **state)
{
  Fake *fake = *state;
  fake_pass_ok(fake);
  send_now(fake, "Sent")->hidden = TRUE; /* not even its number is told */
  fake_folder(fake->server, "Sent")->next--;
  bounce_now(fake);
  assert_int_equal(fake_pass_ok(fake).unsure, 1);
  assert_int_equal(gaps(fake), 1);
}

/* The server gathers the next range while this one is written, but not what lies behind the last. */
static void each_range_but_the_first_is_told_ahead(void **state)
{
  Fake *fake = *state;
  fake_folder(fake->server, "Sent")->next = 100000;
  fake_pass_ok(fake);
  const guint scans = fake->server->scans - 1; /* of INBOX, one */
  assert_true(scans > 2);
  assert_int_equal(fake->server->foreseen, scans - 1);
  assert_int_equal(fake->server->expected, 0);
}

/* UIDNEXT is older than the messages, for good: what lies beyond it is read, once, and nothing is taken for set back.
 */
static void messages_beyond_an_old_number_are_read(void **state)
{
  for (guint first = 0; first < 2; first++) {
    Fake *fake = fake_new();
    if (!first) fake_pass_ok(fake);
    send_now(fake, "Sent");
    bounce_now(fake);
    fake_folder(fake->server, "Sent")->stale = 2;
    fake_folder(fake->server, "INBOX")->stale = 1;
    Pass pass = fake_pass_ok(fake);
    fake_folder(fake->server, "INBOX")->stale = 0;
    fake_pass_ok(fake);
    fake_folder(fake->server, "INBOX")->stale = 3;
    const guint scans = fake->server->scans;
    pass = fake_pass_ok(fake);
    assert_int_equal(pass.scanned, 0);
    assert_int_equal(gaps(fake), 0);
    assert_int_equal(sent_count(fake->ledger, "home", NULL), 6);
    assert_int_equal(fake_count(fake, "Backscatter"), 3);
    assert_true(fake->server->scans <= scans + 1);
    fake_free(fake);
  }
}

/* UIDNEXT runs ahead, and the message comes later: it is read then. */
static void a_message_that_comes_after_its_number_is_read(void **state)
{
  Fake *fake = *state;
  fake_pass_ok(fake);
  FakeFolder *sent = fake_folder(fake->server, "Sent");
  sent->next++;
  bounce_now(fake);
  assert_int_equal(fake_pass_ok(fake).moved, 0);
  assert_int_equal(gaps(fake), 1);
  sent->next--;
  send_now(fake, "Sent");
  fake_pass_ok(fake);
  assert_int_equal(gaps(fake), 1);
  assert_int_equal(sent_count(fake->ledger, "home", NULL), 6);
}

/* Where the connection goes on, and all the numbers have their messages in the end, nothing was lost. */
static void numbers_that_run_ahead_leave_no_gap_for_good(void **state)
{
  for (guint lost = 0; lost < 2; lost++) {
    GError *error = NULL;
    Fake *fake = fake_new();
    Run *run = fake_connect(fake);
    FakeFolder *sent = fake_folder(fake->server, "Sent");
    assert_true(pass_run(run, PASS_WHOLE, NULL, &error));
    sent->next += 2;
    assert_true(pass_run(run, PASS_LOOK, NULL, &error));
    assert_int_equal(gaps(fake), 1);
    for (guint32 uid = sent->next - 2; uid < sent->next - lost; uid++) {
      guint32 next = sent->next;
      g_autofree char *id = g_strdup_printf("late-%u@example.org", uid);
      fake_sent(fake, id, "friend-4@example.com", fake->now - 60);
      ((FakeMessage *)sent->messages->pdata[sent->messages->len - 1])->uid = uid;
      sent->next = next;
    }
    for (guint i = 0; i < 5; i++) assert_true(pass_run(run, PASS_LOOK, NULL, &error));
    assert_int_equal(gaps(fake), lost);
    assert_int_equal(sent_count(fake->ledger, "home", NULL), 7 - lost);
    guint scans = fake->server->scans;
    assert_true(pass_run(run, PASS_LOOK, NULL, &error));
    assert_int_equal(fake->server->scans, scans); /* it is looked for them a few times only */
    fake_disconnect(run);
    fake_free(fake);
  }
}

/* What was sent in the days of the hole may have been removed since; what was sent later was not. */
static void a_hole_before_the_first_look_is_a_gap(void **state)
{
  Fake *fake = *state;
  FakeFolder *sent = fake_folder(fake->server, "Sent");
  g_ptr_array_remove_index(sent->messages, 3); /* between 35 and 5 days ago */
  fake_sent(fake, "last@example.org", "friend-4@example.com", fake->now - DAY);
  for (guint i = 0; i < 2; i++)
    fake_bounce(fake, "INBOX", 20 + i, "forged-x@spam.example", "x@example.com", fake->now - (i == 0 ? 30 : 3) * DAY);
  Pass pass = fake_pass_ok(fake);
  assert_int_equal(gaps(fake), 1);
  assert_int_equal(pass.moved, 1);
  assert_int_equal(fake_count(fake, "Backscatter"), 1);
}

static void what_is_deleted_after_it_was_read_is_no_gap(void **state)
{
  Fake *fake = *state;
  fake_pass_ok(fake);
  g_ptr_array_set_size(fake_folder(fake->server, "Sent")->messages, 2);
  fake_pass_ok(fake);
  send_now(fake, "Sent");
  fake_pass_ok(fake);
  assert_int_equal(gaps(fake), 0);
}

/* The owner's rule files what was sent into an archive, before anybody looks. */
static void what_was_filed_below_before_it_was_read_is_not_lost(void **state)
{
  for (guint lost = 0; lost < 2; lost++) {
    Fake *fake = fake_new();
    fake_sent_in(fake, "Sent/2026", "filed@example.org", "friend-1@example.com", fake->now - DAY);
    fake_pass_ok(fake);
    send_now(fake, "Sent");
    fake_drag(fake, "Sent", 5, "Sent/2026");
    fake_folder(fake->server, "Sent")->next += lost; /* and one went elsewhere */
    bounce_now(fake);
    Pass pass = fake_pass_ok(fake);
    assert_int_equal(pass.genuine, 1);
    assert_int_equal(gaps(fake), lost);
    fake_free(fake);
  }
}

/* The archive was made for it, and holds older mail from elsewhere. */
static void what_was_filed_into_a_new_archive_is_not_lost(void **state)
{
  for (guint lost = 0; lost < 2; lost++) {
    Fake *fake = fake_new();
    fake_pass_ok(fake);
    send_now(fake, "Sent");
    fake_drag(fake, "Sent", 5, "Sent/2026");
    fake_sent_in(fake, "Sent/2026", "import@example.org", "friend-1@example.com", fake->now - 50 * DAY);
    fake_folder(fake->server, "Sent")->next += lost; /* and one went elsewhere */
    fake_pass_ok(fake);
    assert_int_equal(gaps(fake), lost);
    fake_free(fake);
  }
}

/* Mail comes while Sent is read, and a message of it is left out: none is passed over. */
static void what_comes_while_sent_is_read_is_read(void **state)
{
  Fake *fake = *state;
  GError *error = NULL;
  fake_sent_in(fake, "Sent", "hidden@example.org", "friend-1@example.com", fake->now - DAY)->hidden = TRUE;
  fake->server->turn = one_more;
  fake->server->turn_data = fake;
  assert_true(fake_pass(fake, NULL, &error));
  fake->server->turn = NULL;
  fake_pass_ok(fake);
  FakeFolder *sent = fake_folder(fake->server, "Sent");
  assert_int_equal(sent_count(fake->ledger, "home", NULL), sent->messages->len - 1);
}

/* What was read above and is filed afterwards explains nothing. */
static void what_was_filed_after_it_was_read_explains_no_gap(void **state)
{
  Fake *fake = *state;
  fake_sent_in(fake, "Sent/2026", "filed@example.org", "friend-1@example.com", fake->now - DAY);
  fake_pass_ok(fake);
  fake_drag(fake, "Sent", 0, "Sent/2026");
  fake_folder(fake->server, "Sent")->next++;
  fake_pass_ok(fake);
  assert_int_equal(gaps(fake), 1);
}

/* Half of its numbers are missing from the start, so it is the server's way. */
static void a_server_that_skips_numbers_is_learned(void **state)
{
  Fake *fake = *state;
  FakeFolder *sent = fake_folder(fake->server, "Sent");
  g_ptr_array_set_size(sent->messages, 0);
  for (guint i = 0; i < 20; i++) {
    g_autofree char *id = g_strdup_printf("mine-%u@example.org", i);
    sent->next++;
    fake_sent(fake, id, "friend-4@example.com", fake->now - (100 - i * 5) * DAY);
  }
  assert_int_equal(fake_pass_ok(fake).moved, 3);
  sent->next += 2;
  send_now(fake, "Sent");
  fake_pass_ok(fake);
  assert_int_equal(gaps(fake), 0);
}

/* Cut at every step of the first reading: what came before the cut is known when it goes on. */
static void a_reading_that_is_cut_off_leaves_no_gap(void **state)
{
  gboolean done = FALSE;
  for (guint step = 1; !done; step++) {
    GError *error = NULL;
    Fake *fake = fake_new();
    fake->server->cut = step;
    fake->server->cut_after = step % 2 == 0;
    done = fake_pass(fake, NULL, &error);
    g_clear_error(&error);
    fake->server->cut = 0;
    fake_pass_ok(fake);
    assert_int_equal(gaps(fake), 0);
    assert_int_equal(fake_count(fake, "Backscatter"), 3);
    fake_free(fake);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_a_server_leaves_out_is_a_gap),
    FAKE_CASE(a_number_that_stays_behind_is_a_gap),
    FAKE_CASE(each_range_but_the_first_is_told_ahead),
    cmocka_unit_test(messages_beyond_an_old_number_are_read),
    FAKE_CASE(a_message_that_comes_after_its_number_is_read),
    cmocka_unit_test(numbers_that_run_ahead_leave_no_gap_for_good),
    FAKE_CASE(a_hole_before_the_first_look_is_a_gap),
    FAKE_CASE(what_is_deleted_after_it_was_read_is_no_gap),
    cmocka_unit_test(what_was_filed_below_before_it_was_read_is_not_lost),
    cmocka_unit_test(what_was_filed_into_a_new_archive_is_not_lost),
    FAKE_CASE(what_comes_while_sent_is_read_is_read),
    FAKE_CASE(what_was_filed_after_it_was_read_explains_no_gap),
    FAKE_CASE(a_server_that_skips_numbers_is_learned),
    cmocka_unit_test(a_reading_that_is_cut_off_leaves_no_gap),
  };
  return cmocka_run_group_tests_name("sync", tests, NULL, NULL);
}
