/* test_reconcile.c - the owner's own hands, two machines on one mailbox, and looks that find nothing. */
#include "fetcher/common/clocks.h"
#include "ledger/sent.h"
#include "ledger/wish.h"
#include "tests/rigs/fake_mail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The newest entry whose deciding line has this code; the caller frees it. */
static Entry *decided_by(Fake *fake, const char *code)
{
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = entries->pdata[i];
    const Evidence *line = entry->evidence->pdata[entry->decided];
    if (g_str_equal(line->code, code)) return g_ptr_array_steal_index(entries, i);
  }
  return NULL;
}

static void wish(Fake *fake, WishVerb verb, gint64 entry)
{
  g_autoptr(GError) problem = NULL;
  if (wish_add(fake->ledger, verb, entry, NULL, &problem) < 0) fail_msg("%s", problem->message);
}

static void dragged_into_quarantine_counts_as_marked(void **state)
{
  Fake *fake = *state;
  fake_pass_ok(fake);
  fake_drag(fake, "INBOX", 1, "Backscatter"); /* the genuine bounce, which was judged */
  fake_pass_ok(fake);
  g_autoptr(Entry) entry = decided_by(fake, "by-hand");
  assert_non_null(entry);
  assert_int_equal(entry->verdict, VERDICT_BACKSCATTER);
  assert_int_equal(entry->state, MOVE_QUARANTINED);
  assert_string_equal(entry->home.folder, "INBOX");
  assert_int_equal(fake_in_state(fake, MOVE_QUARANTINED), 4);
  assert_int_equal(fake_in_state(fake, MOVE_KEPT), 0); /* the same entry, not one more */
  wish(fake, WISH_RESTORE, entry->id);
  for (int i = 0; i < 2; i++) fake_pass_ok(fake);
  assert_int_equal(fake_count(fake, "INBOX"), 3);
  assert_int_equal(fake_in_state(fake, MOVE_RESTORED), 1);
}

static void ordinary_mail_dragged_in_can_be_restored(void **state)
{
  Fake *fake = *state;
  fake_pass_ok(fake);
  fake_drag(fake, "INBOX", 0, "Backscatter");
  fake_pass_ok(fake);
  g_autoptr(Entry) entry = decided_by(fake, "by-hand");
  assert_non_null(entry);
  assert_int_equal(entry->kind, REPORT_NONE);
  wish(fake, WISH_RESTORE, entry->id);
  for (int i = 0; i < 2; i++) fake_pass_ok(fake);
  assert_int_equal(fake_count(fake, "INBOX"), 3);
  assert_int_equal(fake_count(fake, "Backscatter"), 3);
}

static void dragged_in_and_out_again_stays_out(void **state)
{
  Fake *fake = *state;
  fake_pass_ok(fake);
  fake_drag(fake, "INBOX", 1, "Backscatter");
  fake_pass_ok(fake);
  fake_drag(fake, "Backscatter", 3, "INBOX");
  for (int i = 0; i < 2; i++) assert_int_equal(fake_pass_ok(fake).moved, 0);
  assert_int_equal(fake_count(fake, "INBOX"), 3);
  assert_int_equal(fake_in_state(fake, MOVE_RESTORED), 1);
}

static void taken_out_of_quarantine_counts_as_deleted(void **state)
{
  Fake *fake = *state;
  fake_pass_ok(fake);
  fake_drag(fake, "Backscatter", 0, "Trash");
  fake_pass_ok(fake);
  assert_int_equal(fake_in_state(fake, MOVE_QUARANTINED), 2);
  assert_int_equal(fake_in_state(fake, MOVE_DELETED), 1);
  fake_drag(fake, "Trash", 0, "INBOX"); /* out of the Trash: the owner wants it */
  for (int i = 0; i < 2; i++) assert_int_equal(fake_pass_ok(fake).moved, 0);
  assert_int_equal(fake_count(fake, "INBOX"), 4);
  assert_int_equal(fake_in_state(fake, MOVE_RESTORED), 1);
}

static void a_quarantine_of_a_lost_ledger_is_taken_over(void **state)
{
  Fake *fake = *state;
  fake_pass_ok(fake);
  fake->server->keeps_no_keywords = TRUE;
  Fake *again = fake_second_machine(fake);
  fake_pass_ok(again);
  assert_int_equal(fake_in_state(again, MOVE_QUARANTINED), 3);
  g_autoptr(Entry) entry = decided_by(again, "other-machine");
  assert_non_null(entry);
  wish(again, WISH_RESTORE, entry->id);
  fake_pass_ok(again);
  assert_int_equal(fake_count(again, "INBOX"), 4);
  fake_free(again);
}

static void a_renumbered_quarantine_is_known_again(void **state)
{
  Fake *fake = *state;
  fake_pass_ok(fake);
  FakeFolder *away = fake_folder(fake->server, "Backscatter");
  away->validity += 1000;
  away->next = 50;
  for (guint i = 0; i < away->messages->len; i++) ((FakeMessage *)away->messages->pdata[i])->uid = away->next++;
  fake_pass_ok(fake);
  assert_int_equal(fake_in_state(fake, MOVE_QUARANTINED), 3);
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  assert_int_equal(entries->len, 4);
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = entries->pdata[i];
    if (entry->state == MOVE_QUARANTINED) assert_int_equal(entry->away.validity, away->validity);
  }
}

static void two_machines_end_in_the_same_state(void **state)
{
  Fake *one = *state, *two = fake_second_machine(one);
  fake_pass_ok(one);
  g_autofree char *before = fake_snapshot(one->server);
  fake_pass_ok(two);
  fake_pass_ok(one);
  g_autofree char *after = fake_snapshot(one->server);
  assert_string_equal(before, after);
  assert_int_equal(fake_in_state(two, MOVE_QUARANTINED), 3);
  assert_int_equal(fake_in_state(two, MOVE_KEPT), 1);
  g_autoptr(Entry) entry = decided_by(two, "other-machine");
  assert_non_null(entry);
  wish(two, WISH_RESTORE, entry->id); /* one machine restores what the other one moved */
  for (int i = 0; i < 2; i++) {
    fake_pass_ok(two);
    fake_pass_ok(one);
  }
  assert_int_equal(fake_count(one, "INBOX"), 4);
  assert_int_equal(fake_in_state(one, MOVE_RESTORED), 1);
  assert_int_equal(fake_in_state(two, MOVE_RESTORED), 1);
  fake_free(two);
}

/* Where another machine may take a copy back, a second one is believed in only after a while. */
static void a_second_copy_is_no_entry_yet(void **state)
{
  Fake *fake = *state;
  g_autoptr(GError) problem = NULL;
  fake->server->copies = fake->server->cannot_claim = TRUE;
  Run *run = fake_connect(fake);
  assert_true(pass_run(run, PASS_WHOLE, NULL, &problem));
  for (int stays = 0; stays < 2; stays++) {
    gsize size;
    FakeFolder *away = fake_folder(fake->server, "Backscatter");
    const char *bytes = g_bytes_get_data(((FakeMessage *)away->messages->pdata[0])->bytes, &size);
    g_autofree char *text = g_strndup(bytes, size);
    fake_add(fake->server, "Backscatter", text, fake->now);
    for (int i = 0; i < 2; i++) assert_true(pass_run(run, PASS_LOOK, NULL, &problem));
    assert_int_equal(fake_in_state(fake, MOVE_QUARANTINED), 3);
    if (stays)
      run->reconcile.doubtful -= FILTER_GRACE;
    else
      g_ptr_array_remove_index(away->messages, 3);
    for (int i = 0; i < 2; i++) assert_true(pass_run(run, PASS_LOOK, NULL, &problem));
    assert_int_equal(fake_in_state(fake, MOVE_QUARANTINED), 3 + stays);
    assert_int_equal(fake_in_state(fake, MOVE_DELETED), 0);
  }
  fake_disconnect(run);
}

static void what_another_machine_has_claimed_is_its_to_move(void **state)
{
  Fake *fake = *state;
  FakeMessage *claimed = fake_folder(fake->server, "INBOX")->messages->pdata[2];
  claimed->backscatter = TRUE;
  assert_int_equal(fake_pass_ok(fake).moved, 2);
  assert_int_equal(fake_count(fake, "INBOX"), 4);
  assert_int_equal(fake_in_state(fake, MOVE_KEPT), 2);
  fake_drag(fake, "INBOX", 2, "Backscatter"); /* as the other one does */
  fake_pass_ok(fake);
  assert_int_equal(fake_in_state(fake, MOVE_QUARANTINED), 3);
  assert_int_equal(fake_in_state(fake, MOVE_KEPT), 1);
}

static void a_quiet_look_writes_nothing(void **state)
{
  Fake *fake = *state;
  g_autoptr(GError) problem = NULL;
  g_autoptr(Ledger) other = ledger_open(fake->directory, LEDGER_EXISTING, &problem);
  Run *run = fake_connect(fake);
  assert_true(pass_run(run, PASS_WHOLE, NULL, &problem));
  assert_true(pass_run(run, PASS_LOOK, NULL, &problem)); /* of what the first one moved itself */
  gint64 before = ledger_data_version(other, &problem);
  guint steps = fake->server->steps, scans = fake->server->scans;
  Pass pass = { 0 };
  assert_true(pass_run(run, PASS_LOOK, &pass, &problem));
  assert_int_equal(ledger_data_version(other, &problem), before);
  assert_int_equal(fake->server->scans, scans);
  assert_in_range(fake->server->steps - steps, 1, 3); /* one question for each folder */
  assert_int_equal(pass.id, 0);
  fake_bounce(fake, "INBOX", 9, "forged-9@spam.example", "victim-9@example.com", fake->now - 5 * 86400);
  assert_true(pass_run(run, PASS_LOOK, &pass, &problem));
  assert_int_equal(pass.moved, 1);
  assert_true(pass.id != 0);
  fake_disconnect(run);
}

static void sent_mail_that_came_and_went_is_a_gap(void **state)
{
  Fake *fake = *state;
  g_autoptr(GError) problem = NULL;
  fake_pass_ok(fake);
  FakeFolder *sent = fake_folder(fake->server, "Sent");
  sent->next += 2; /* two came and went */
  fake_sent(fake, "mine-9@example.org", "friend-9@example.com", fake->now - 60);
  fake_bounce(fake, "INBOX", 9, "forged-9@spam.example", "victim-9@example.com", fake->now - 1200);
  fake_pass_ok(fake);
  g_autoptr(GPtrArray) gaps = coverage_gaps(fake->ledger, "home", 0, &problem);
  assert_int_equal(gaps->len, 1);
  const CoverageGap *gap = gaps->pdata[0];
  assert_non_null(strstr(gap->reason, "2 messages"));
  assert_in_range(gap->until, fake->now, fake->now + 600);
  fake_pass_ok(fake);
  g_autoptr(GPtrArray) same = coverage_gaps(fake->ledger, "home", 0, &problem);
  assert_int_equal(same->len, 1);
}

static void a_renumbered_sent_folder_is_a_gap(void **state)
{
  Fake *fake = *state;
  g_autoptr(GError) problem = NULL;
  fake_pass_ok(fake);
  fake_folder(fake->server, "Sent")->validity++;
  fake_pass_ok(fake);
  g_autoptr(GPtrArray) gaps = coverage_gaps(fake->ledger, "home", 0, &problem);
  assert_int_equal(gaps->len, 1);
}

static void what_was_dragged_back_is_not_hidden_by_another_machine(void **state)
{
  Fake *one = *state, *two = fake_second_machine(one);
  fake_pass_ok(one);
  fake_drag(one, "Backscatter", 0, "INBOX");
  fake_pass_ok(one);
  for (int i = 0; i < 2; i++) assert_int_equal(fake_pass_ok(two).moved, 0); /* it has never seen it before */
  assert_int_equal(fake_count(one, "INBOX"), 4);
  fake_free(two);
}

/* Before the first one has even noticed. */
static void what_still_carries_our_mark_is_left(void **state)
{
  Fake *one = *state, *two = fake_second_machine(one);
  fake_pass_ok(one);
  fake_drag(one, "Backscatter", 0, "INBOX");
  assert_int_equal(fake_pass_ok(two).moved, 0);
  assert_int_equal(fake_count(one, "INBOX"), 4);
  fake_free(two);
}

static void a_twin_that_another_machine_has_moved_costs_none(void **state)
{
  g_autoptr(GError) problem = NULL;
  guint cut = 0;
  do { /* the second machine is stopped after each of its steps, then the first one comes, then it again */
    Fake *mail = fake_new();
    fake_bounce(mail, "INBOX", 4, "forged-4@spam.example", "victim-4@example.com", mail->now - 5 * 86400);
    Fake *first = fake_second_machine(mail);
    mail->server->cut_after = TRUE;
    mail->server->cut = ++cut;
    g_clear_error(&problem);
    gboolean done = fake_pass(mail, NULL, &problem);
    mail->server->cut = 0;
    fake_pass_ok(first);
    for (int i = 0; i < 2; i++) fake_pass_ok(mail);
    if (fake_count(mail, "INBOX") + fake_count(mail, "Backscatter") != 7)
      fail_msg("cut after step %u: %u and %u", cut, fake_count(mail, "INBOX"), fake_count(mail, "Backscatter"));
    fake_free(first);
    fake_free(mail);
    if (done) cut = 0;
  } while (cut != 0);
}

static gint64 wall, up;
static gint64 the_wall(void) { return wall; }
static gint64 the_uptime(void) { return up; }

/* What happened between two looks. */
typedef struct {
  gint64 passed; /* seconds since the look before */
  gint64 set;    /* the clock was set by so much, on top of that */
  enum { SAME, CONNECTED_ANEW, STARTED_ANEW, BOOTED_ANEW } after;
  gboolean missing; /* a message came and went meanwhile */
} Step;

#define DAY ((gint64)86400)
#define HOUR ((gint64)3600)
#define UPTIME (30 * DAY) /* of the computer at first */

/* One look after the other; the gap that is known then, in seconds after the first (0: none). */
static void after_steps(Fake *fake, const Step *steps, guint n, gint64 *since, gint64 *until)
{
  g_autoptr(GError) problem = NULL;
  Run *run = fake_connect(fake);
  wall = fake->now;
  up = UPTIME;
  clocks_replace(the_wall, the_uptime);
  assert_true(pass_run(run, PASS_WHOLE, NULL, &problem));
  for (guint i = 0; i < n; i++) {
    wall += steps[i].passed + steps[i].set;
    up = steps[i].after == BOOTED_ANEW ? 30 : up + steps[i].passed;
    if (steps[i].after >= STARTED_ANEW) clocks_replace(the_wall, the_uptime);
    if (steps[i].after >= CONNECTED_ANEW) {
      fake_disconnect(run);
      run = fake_connect(fake);
    }
    if (steps[i].missing) fake_folder(fake->server, "Sent")->next++;
    PassScope scope = steps[i].after >= CONNECTED_ANEW ? PASS_WHOLE : PASS_LOOK;
    if (!pass_run(run, scope, NULL, &problem)) fail_msg("%s", problem->message);
  }
  fake_disconnect(run);
  clocks_replace(NULL, NULL);
  g_autoptr(GPtrArray) gaps = coverage_gaps(fake->ledger, "home", 0, &problem);
  assert_in_range(gaps->len, 0, 1);
  const CoverageGap *gap = gaps->len == 1 ? gaps->pdata[0] : NULL;
  *since = gap == NULL ? 0 : MAX(gap->since + DAY - fake->now, -9999 * DAY); /* a copy may come a day late */
  *until = gap == NULL ? 0 : gap->until - fake->now;
}

/* A gap spans the time in which mail was missed, in true time, however wrong the clock was meanwhile. */
static void a_gap_knows_that_clocks_are_set(void **state)
{
  static const struct {
    const char *what;
    Step steps[4];
    gint64 since, until;
  } rows[] = {
    { "steady", { { HOUR, 0, SAME, TRUE }, { HOUR, 0, SAME, FALSE } }, 0, HOUR },
    { "steady, another process", { { HOUR, 0, STARTED_ANEW, TRUE }, { HOUR, 0, STARTED_ANEW, FALSE } }, 0, HOUR },
    { "set, and nothing missing", { { HOUR, -HOUR, SAME, FALSE }, { HOUR, HOUR, SAME, FALSE } }, 0, 0 },
    { "hardly set", { { HOUR, 0, SAME, TRUE }, { HOUR, 50, SAME, FALSE } }, 0, HOUR },
    /* The clock stood still while the computer was off for three days. */
    { "behind at the start",
      { { 3 * DAY, 30 - 3 * DAY, BOOTED_ANEW, TRUE }, { 60, 3 * DAY - 30, SAME, FALSE }, { HOUR, 0, SAME, FALSE } },
      0,
      3 * DAY },
    { "behind at the start, and disconnected",
      { { 3 * DAY, 30 - 3 * DAY, BOOTED_ANEW, TRUE }, { 60, 3 * DAY - 30, CONNECTED_ANEW, FALSE } },
      0,
      3 * DAY },
    { "behind at the start, and another process",
      { { 3 * DAY, 30 - 3 * DAY, BOOTED_ANEW, TRUE },
        { 60, 3 * DAY - 30, STARTED_ANEW, FALSE },
        { HOUR, 0, STARTED_ANEW, FALSE } },
      0,
      3 * DAY + 60 },
    { "behind at the start, set twice",
      { { 3 * DAY, 30 - 3 * DAY, BOOTED_ANEW, TRUE }, { 60, DAY, SAME, FALSE }, { 60, 2 * DAY - 30, SAME, FALSE } },
      0,
      3 * DAY },
    { "ahead at a look, then missing",
      { { HOUR, 2 * HOUR, SAME, FALSE }, { 4 * HOUR, -2 * HOUR, SAME, TRUE } },
      HOUR,
      5 * HOUR },
    { "ahead at a look, then connected anew",
      { { HOUR, 2 * HOUR, SAME, FALSE }, { 60, -2 * HOUR, CONNECTED_ANEW, TRUE } },
      HOUR,
      HOUR + 60 },
    { "ahead, and missing", { { HOUR, 2 * HOUR, SAME, TRUE }, { HOUR, -2 * HOUR, SAME, FALSE } }, 0, 3 * HOUR },
    { "off long after a gap",
      { { HOUR, 0, SAME, TRUE }, { HOUR, 0, STARTED_ANEW, FALSE }, { DAY, 0, BOOTED_ANEW, FALSE } },
      0,
      HOUR },
    { "off soon after a gap", { { HOUR, 0, SAME, TRUE }, { DAY, 0, BOOTED_ANEW, FALSE } }, 0, DAY + HOUR },
    { "set back, and nobody knows when", { { HOUR, -2 * HOUR, STARTED_ANEW, TRUE } }, -9999 * DAY, -HOUR },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    Fake *fake = fake_new();
    gint64 since = 0, until = 0;
    guint n = 0;
    while (n < G_N_ELEMENTS(rows[i].steps) && rows[i].steps[n].passed != 0) n++;
    after_steps(fake, rows[i].steps, n, &since, &until);
    if (since != rows[i].since || until != rows[i].until)
      fail_msg("%s: from %d to %d", rows[i].what, (int)since, (int)until);
    fake_free(fake);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    FAKE_CASE(dragged_into_quarantine_counts_as_marked),
    FAKE_CASE(ordinary_mail_dragged_in_can_be_restored),
    FAKE_CASE(dragged_in_and_out_again_stays_out),
    FAKE_CASE(taken_out_of_quarantine_counts_as_deleted),
    FAKE_CASE(a_quarantine_of_a_lost_ledger_is_taken_over),
    FAKE_CASE(a_renumbered_quarantine_is_known_again),
    FAKE_CASE(two_machines_end_in_the_same_state),
    FAKE_CASE(what_another_machine_has_claimed_is_its_to_move),
    FAKE_CASE(a_second_copy_is_no_entry_yet),
    FAKE_CASE(a_quiet_look_writes_nothing),
    FAKE_CASE(sent_mail_that_came_and_went_is_a_gap),
    FAKE_CASE(a_renumbered_sent_folder_is_a_gap),
    FAKE_CASE(what_was_dragged_back_is_not_hidden_by_another_machine),
    FAKE_CASE(what_still_carries_our_mark_is_left),
    FAKE_CASE(a_twin_that_another_machine_has_moved_costs_none),
    cmocka_unit_test(a_gap_knows_that_clocks_are_set),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
