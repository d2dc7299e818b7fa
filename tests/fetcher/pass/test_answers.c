/* test_answers.c - the answers that come in test what is known of sent mail
 * Owns:     mailboxes in memory.
 * Must not: judge for itself.
 * Fails:    by TAP.
 * Tests:    fetcher/pass/watch.c, fetcher/pass/batch.c, ledger/answers.c, ledger/received.c */
#include "fetcher/common/clocks.h"
#include "ledger/answers.h"
#include "ledger/configure.h"
#include "ledger/folder.h"
#include "tests/rigs/fake_mail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define DAY ((gint64)86400)
#define ME "owner@example.org"
#define FRIENDS 20

/* Letters on every third day of four months to twenty friends, as one program writes them: desk-N@desk.example.org. */
#define LETTERS 40
static gint64 letter_date(const Fake *fake, guint i) { return fake->now - 121 * DAY + (gint64)i * 3 * DAY; }

static char *friend_of(guint i) { return g_strdup_printf("friend-%u@y.example", i % FRIENDS); }

static void letters(Fake *fake)
{
  for (guint i = 0; i < LETTERS; i++) {
    g_autofree char *id = g_strdup_printf("desk-%u@desk.example.org", i), *to = friend_of(i);
    fake_sent(fake, id, to, letter_date(fake, i));
  }
}

/* A mailbox whose owner wrote those, without any message yet. */
static void begin(Fake *fake)
{
  GError *error = NULL;
  static const AccountSetup home = { .name = (char *)"home", .addresses = (char *)ME };
  g_ptr_array_set_size(fake_folder(fake->server, "INBOX")->messages, 0);
  g_ptr_array_set_size(fake_folder(fake->server, "Sent")->messages, 0);
  fake->account.addresses = (char *)ME;
  assert_true(account_configure(fake->ledger, &home, 1, &error));
  letters(fake);
}

/* A message that came so many days ago and answers the one of this id; more: further fields. */
static void answer(Fake *fake, const char *from, const char *to, const char *names, const char *more, gint64 ago)
{
  static guint number;
  g_autofree char *text =
      g_strdup_printf("Return-Path: <%s>\nFrom: Somebody <%s>\nTo: %s\nSubject: Re: what you wrote %u\nMessage-ID: "
                      "<answer-%u@y.example>\nIn-Reply-To: <%s>\n%s\nYes\n",
                      from, from, to, number, number, names, more);
  number++;
  fake_add(fake->server, "INBOX", text, fake->now - ago * DAY);
}

/* Answers to letters of the desk, from all friends, over the last 100 days. */
static void known_answers(Fake *fake, guint n)
{
  for (guint i = 0; i < n; i++) {
    g_autofree char *from = friend_of(i), *names = g_strdup_printf("desk-%u@desk.example.org", i % LETTERS);
    answer(fake, from, ME, names, "", 100 - (gint64)i * 100 / n);
  }
}

/* Answers to mail that a phone with ids of the same kind has sent, in the last 40 days. */
static void phone_answers(Fake *fake, guint n)
{
  for (guint i = 0; i < n; i++) {
    g_autofree char *from = friend_of(i), *names = g_strdup_printf("phone-%u@desk.example.org", i);
    answer(fake, from, ME, names, "", 40 - (gint64)i);
  }
}

static void forged(Fake *fake, guint number, gint64 ago)
{
  g_autofree char *id = g_strdup_printf("forged-%u@spam.example", number);
  g_autofree char *victim = g_strdup_printf("victim-%u@example.com", number);
  fake_bounce(fake, "INBOX", number, id, victim, fake->now - ago * DAY);
}

static CoverageTest *test_of(Fake *fake)
{
  GError *error = NULL;
  g_autoptr(GPtrArray) tests = coverage_tests(fake->ledger, "home", &error);
  assert_non_null(tests);
  return tests->len == 0 ? NULL : g_ptr_array_steal_index(tests, 0);
}

static void assert_test(Fake *fake, guint known, guint missing, gboolean failed)
{
  CoverageTest *test = test_of(fake);
  assert_non_null(test);
  assert_string_equal(test->address, ME);
  if (test->known < known || test->missing != missing || (test->failed != 0) != failed)
    fail_msg("%u known, %u missing, failed %d", test->known, test->missing, test->failed);
  coverage_test_free(test);
}

/* Two hundred answers, 38 of them to mail of a phone that is in no folder: nothing is moved from the first of them on,
 * and what was moved just before is brought back once the phone's folder is named. */
static void a_phone_that_leaves_no_copy_stops_all_moves(void **state)
{
  Fake *fake = *state;
  begin(fake);
  known_answers(fake, 162);
  forged(fake, 1, 60); /* long before the phone: surely forged */
  fake_bounce(fake, "INBOX", 2, "phone-3@desk.example.org", "nobody@y.example", fake->now - 37 * DAY);
  assert_int_equal(fake_pass_ok(fake).moved, 2); /* nothing shows the phone yet */
  phone_answers(fake, 38);
  for (guint i = 10; i < 30; i++) forged(fake, i, 39 - (gint64)i);
  fake_bounce(fake, "INBOX", 40, "phone-7@desk.example.org", "no-such-one@y.example", fake->now - 30 * DAY);
  Pass pass = fake_pass_ok(fake);
  assert_int_equal(pass.moved, 0);
  assert_int_equal(pass.unsure, 21);
  assert_test(fake, 100, 38, TRUE);
  assert_int_equal(fake_count(fake, "Backscatter"), 2);
  /* The owner names the phone's folder. */
  static char *both[] = { (char *)"Sent", (char *)"Phone", NULL };
  for (guint i = 0; i < 38; i++) {
    g_autofree char *to = friend_of(i);
    g_autofree char *text = g_strdup_printf("From: " ME "\nTo: %s\nSubject: from the road %u\nMessage-ID: "
                                            "<phone-%u@desk.example.org>\n\nHello\n",
                                            i == 3   ? "nobody@y.example"
                                            : i == 7 ? "no-such-one@y.example"
                                                     : to,
                                            i, i);
    fake_add(fake->server, "Phone", text, fake->now - (gint64)(41 - i) * DAY);
  }
  fake->account.sent = both;
  fake_pass_ok(fake);
  assert_test(fake, 100, 0, FALSE);
  assert_int_equal(fake_in_state(fake, MOVE_RESTORED), 1);
  assert_int_equal(fake_count(fake, "Backscatter"), 1); /* the forged one stays */
  for (guint i = 50; i < 52; i++) forged(fake, i, 5);
  assert_int_equal(fake_pass_ok(fake).moved, 2);
}

/* In one first look at a mailbox, too. */
static void it_holds_for_the_first_look_at_a_mailbox(void **state)
{
  Fake *fake = *state;
  begin(fake);
  known_answers(fake, 162);
  phone_answers(fake, 38);
  for (guint i = 10; i < 40; i++) forged(fake, i, 39 - (gint64)i % 38);
  Pass pass = fake_pass_ok(fake);
  assert_int_equal(pass.moved, 0);
  assert_test(fake, 100, 38, TRUE);
}

/* What strangers can write: none of it makes coverage fail. */
static void noise_is_no_answer(void **state)
{
  Fake *fake = *state;
  begin(fake);
  known_answers(fake, 60);
  for (guint i = 0; i < 40; i++) {
    g_autofree char *spammer = g_strdup_printf("spam-%u@evil.example", i), *from = friend_of(i);
    g_autofree char *names = g_strdup_printf("invented-%u@desk.example.org", i);
    answer(fake, spammer, ME, names, "", 40 - (gint64)i);
    if (i < 30) answer(fake, from, ME ", ann@y.example", names, "", 40 - (gint64)i);
    if (i < 30) answer(fake, from, ME, names, "Cc: ann@y.example, bob@z.example\n", 40 - (gint64)i);
    answer(fake, from, ME, names, "List-Id: talk <talk.lists.example>\n", 40 - (gint64)i);
    answer(fake, from, ME, names, "Precedence: list\n", 40 - (gint64)i);
    answer(fake, "no-reply@y.example", ME, names, "", 40 - (gint64)i);
  }
  for (guint i = 10; i < 30; i++) forged(fake, i, 30 - (gint64)i);
  Pass pass = fake_pass_ok(fake);
  assert_int_equal(pass.moved, 20);
  assert_test(fake, 40, 0, FALSE);
}

/* A friend may answer his own letter: it was received, and is none of the owner's. */
static void an_answer_to_received_mail_says_nothing(void **state)
{
  Fake *fake = *state;
  begin(fake);
  known_answers(fake, 60);
  for (guint i = 0; i < 20; i++) {
    g_autofree char *from = friend_of(i), *id = g_strdup_printf("first-%u@desk.example.org", i);
    g_autofree char *text =
        g_strdup_printf("From: %s\nTo: " ME "\nSubject: hello %u\nMessage-ID: <%s>\n\nHello\n", from, i, id);
    answer(fake, from, ME, id, "", 20); /* in whatever order they lie there */
    fake_add(fake->server, "INBOX", text, fake->now - 21 * DAY);
  }
  fake_pass_ok(fake);
  assert_test(fake, 40, 0, FALSE);
}

/* An answer alone is noted, though nothing in it is to be judged; and Sent is looked at before, for it may be the
 * answer to a letter of a minute ago. */
static void ordinary_mail_alone_is_noted(void **state)
{
  Fake *fake = *state;
  GError *error = NULL;
  begin(fake);
  Run *run = fake_connect(fake);
  assert_true(pass_run(run, PASS_WHOLE, NULL, &error));
  assert_null(test_of(fake));
  fake_sent(fake, "desk-99@desk.example.org", "new@y.example", fake->now - 3600);
  answer(fake, "new@y.example", ME, "desk-99@desk.example.org", "", 0);
  guint scans = fake->server->scans;
  assert_true(pass_run(run, PASS_LOOK, NULL, &error));
  assert_test(fake, 1, 0, FALSE);
  assert_int_equal(fake->server->scans - scans, 2); /* of INBOX and of Sent */
  scans = fake->server->scans;
  answer(fake, "new@y.example", ME, "desk-99@desk.example.org", "", 0);
  assert_true(pass_run(run, PASS_LOOK, NULL, &error));
  assert_int_equal(fake->server->scans - scans, 1); /* nothing was sent: Sent is not read again */
  fake_disconnect(run);
}

static gint64 clock_now;
static gint64 clock_wall(void) { return clock_now; }
static gint64 clock_boot(void) { return clock_now % 1000000; } /* goes on with it: the clock is not set */

/* Sent was only asked about for the ordinary mail of one folder: before the bounce of the next one is judged, it is
 * opened, and coverage reaches until now. */
static void ordinary_mail_in_one_folder_spares_no_look_at_sent_for_the_next(void **state)
{
  Fake *fake = *state;
  GError *error = NULL;
  static char *folders[] = { (char *)"Friends", (char *)"INBOX", NULL };
  FolderMark mark;
  begin(fake);
  fake_folder(fake->server, "Friends");
  fake->account.folders = folders;
  clock_now = g_get_real_time() / G_USEC_PER_SEC - 100;
  clocks_replace(clock_wall, clock_boot);
  Run *run = fake_connect(fake);
  assert_true(pass_run(run, PASS_WHOLE, NULL, &error));
  answer(fake, "friend-1@y.example", ME, "desk-1@desk.example.org", "", 1);
  fake_drag(fake, "INBOX", 0, "Friends");
  forged(fake, 1, 5);
  clock_now = g_get_real_time() / G_USEC_PER_SEC;
  assert_true(pass_run(run, PASS_LOOK, NULL, &error));
  assert_true(folder_mark_get(fake->ledger, "home", "Sent", FOLDER_ROLE_SENT, &mark, &error));
  assert_int_equal(mark.synced, clock_now);
  assert_int_equal(fake_count(fake, "Backscatter"), 1);
  fake_disconnect(run);
  clocks_replace(NULL, NULL);
}

/* Five answers to mail in the ledger show that the right folder is read. */
static void answers_make_an_account_plausible(void **state)
{
  Fake *fake = *state;
  begin(fake);
  for (guint i = 0; i < 12; i++) forged(fake, i, 5);
  known_answers(fake, 4);
  assert_int_equal(fake_pass_ok(fake).moved, 0);
  known_answers(fake, 6);
  assert_int_equal(fake_pass_ok(fake).moved, 12);
}

/* Wherever the connection is cut: the answers are counted once, and none is lost. */
static void a_cut_connection_loses_no_answer(void **state)
{
  gboolean through = FALSE;
  for (guint cut = 1; !through; cut++) {
    Fake *fake = fake_new();
    begin(fake);
    known_answers(fake, 20);
    forged(fake, 1, 5);
    fake->server->cut = cut;
    through = fake_pass(fake, NULL, NULL);
    fake->server->cut = 0;
    fake_pass_ok(fake);
    assert_test(fake, 20, 0, FALSE);
    assert_int_equal(fake_count(fake, "Backscatter"), 1);
    fake_free(fake);
    assert_true(cut < 1000);
  }
}

int main(void)
{
  filter_init();
  const struct CMUnitTest tests[] = { FAKE_CASE(a_phone_that_leaves_no_copy_stops_all_moves),
                                      FAKE_CASE(it_holds_for_the_first_look_at_a_mailbox),
                                      FAKE_CASE(noise_is_no_answer),
                                      FAKE_CASE(an_answer_to_received_mail_says_nothing),
                                      FAKE_CASE(ordinary_mail_alone_is_noted),
                                      FAKE_CASE(ordinary_mail_in_one_folder_spares_no_look_at_sent_for_the_next),
                                      FAKE_CASE(answers_make_an_account_plausible),
                                      cmocka_unit_test(a_cut_connection_loses_no_answer) };
  return cmocka_run_group_tests_name("answers", tests, NULL, NULL);
}
