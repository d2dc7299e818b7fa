/* test_session.c - an account's connection over time: when it is tried again, when it is left alone, what is told
 * Owns:     a fake server, a fake clock, and protocols_open(), which gives what a case asks for.
 * Must not: wait; connect anywhere.
 * Fails:    by TAP.
 * Tests:    fetcher/worker/session.c */
#include "fetcher/common/exit.h"
#include "fetcher/worker/protocols.h"
#include "fetcher/worker/session.h"
#include "ledger/wish.h"
#include "tests/rigs/fake_mail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>
// cmocka wants the headers above first
#include <cmocka.h>

#define INTERVAL 180 /* seconds, as the configuration says */
#define HOUR 3600

/* What the server does. Each letter of `script` is one attempt to connect; the last letter holds for all later ones. */
static struct {
  Fake *fake;
  const char *script; /* o: open, b: opens, and breaks at the first step, l: LINK, r: AUTH, the server refused, s: AUTH,
                         no secret was found, f: FATAL, c: CONFIG_ERROR */
  guint attempts, closed;
  const char *waiting;  /* each letter is one wait(): m: mail, n: news that are none, l: the connection is lost */
  gint64 now;           /* monotonic microseconds */
  StoreClass class;     /* the fake store's, with wait() and close() of ours */
  const StoreClass *of; /* the fake store's */
} world;

static gint64 fake_clock(void) { return world.now; }
static gboolean never(gpointer data) { return FALSE; }

static gboolean world_wait(Store *store, const int *wake, guint n, gboolean *changed, GError **error)
{
  char letter = *world.waiting;
  if (world.waiting[1] != '\0') world.waiting++;
  *changed = letter != 'l';
  if (letter == 'm')
    fake_bounce(world.fake, "INBOX", 50 + (guint)strlen(world.waiting), "mine-4@example.org", "friend-4@example.com",
                world.fake->now - 3 * HOUR);
  if (letter == 'm') store->can &= ~(guint)STORE_MAY_BE_MUTE;
  if (letter == 'l') g_set_error(error, STORE_ERROR, STORE_ERROR_LINK, "the connection was lost");
  return letter != 'l';
}

static void world_close(Store *store)
{
  world.closed++;
  world.of->close(store);
}

/* Takes the place of the table of protocols (protocols.c). */
Store *protocols_open(const AccountConfig *account, const StoreHome *home, char **secret, gboolean *refused,
                      GError **error)
{
  char letter = *world.script;
  if (world.script[1] != '\0') world.script++;
  world.attempts++;
  *refused = letter == 'r';
  if (letter == 'o' || letter == 'b') {
    Store *store = fake_open(world.fake->server);
    world.of = store->class;
    world.class = *store->class;
    world.class.wait = world_wait;
    world.class.close = world_close;
    store->class = &world.class;
    world.fake->server->cut = letter == 'b' ? 1 : 0;
    return store;
  }
  if (letter == 'c')
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID, "the configuration is wrong");
  else
    g_set_error(error, STORE_ERROR,
                letter == 'l'   ? STORE_ERROR_LINK
                : letter == 'f' ? STORE_ERROR_FATAL
                                : STORE_ERROR_AUTH,
                "the server says no");
  return NULL;
}

static Session *begin(const char *script, guint can, gboolean once)
{
  Fake *fake = world.fake = fake_new();
  StoreHome home = { fake->ledger, fake->directory };
  fake->config.interval = INTERVAL;
  world.script = script;
  fake->server->can = can;
  world.attempts = world.closed = 0;
  world.waiting = "n";
  world.now = (gint64)1000 * G_USEC_PER_SEC;
  Session *session = session_new(&fake->config, &fake->account, &home, once, never, NULL);
  session_set_clock(session, fake_clock);
  return session;
}

static void end(Session *session)
{
  session_free(session);
  fake_free(world.fake);
}

static Account *account(void)
{
  g_autoptr(GPtrArray) accounts = account_list(world.fake->ledger, NULL);
  assert_int_equal(accounts->len, 1);
  return g_ptr_array_steal_index(accounts, 0);
}

static void assert_state(const char *name, const char *want)
{
  Account *told = account();
  const char *state = account_state_name(told->state);
  if (strcmp(state, want) != 0) fail_msg("%s: the state is %s, not %s", name, state, want);
  account_free(told);
}

static void assert_seconds(const char *name, guint seconds, guint least, guint most)
{
  if (seconds < least || seconds > most) fail_msg("%s: %u seconds, not %u to %u", name, seconds, least, most);
}

static const struct {
  const char *name, *script; /* one pass for each letter */
  guint can;
  gboolean once, two_folders;
  /* after the last pass */
  const char *state;
  guint least, most; /* seconds until the next pass */
  int status;
  guint attempts;
} passes[] = {
  { "a server that cannot be reached is tried again after five seconds, give or take a quarter", "l", 0, FALSE, FALSE,
    "retrying", 3, 6, EX_UNAVAILABLE, 1 },
  { "the second time in a row it takes twice as long", "ll", 0, FALSE, FALSE, "retrying", 7, 12, EX_UNAVAILABLE, 2 },
  { "the fourth time it takes eight times as long", "llll", 0, FALSE, FALSE, "retrying", 30, 50, EX_UNAVAILABLE, 4 },
  { "but never longer than a quarter of an hour", "lllllllll", 0, FALSE, FALSE, "retrying", 675, 1125, EX_UNAVAILABLE,
    9 },
  { "and not shorter again after many failures", "llllllllllllllllllllllllllllllllllllllll", 0, FALSE, FALSE,
    "retrying", 675, 1125, EX_UNAVAILABLE, 40 },
  { "a pass that went through makes the next failure the first", "lllllo", 0, FALSE, FALSE, "watching", INTERVAL,
    INTERVAL, EX_OK, 6 },
  { "a password that the server refuses is not tried again for six hours", "r", 0, FALSE, FALSE, "sign-in-needed",
    6 * HOUR, 6 * HOUR, EX_NOPERM, 1 },
  { "not even after failures of another kind", "lllr", 0, FALSE, FALSE, "sign-in-needed", 6 * HOUR, 6 * HOUR, EX_NOPERM,
    4 },
  { "a password that cannot be had is asked for again after a minute", "s", 0, FALSE, FALSE, "sign-in-needed", 45, 75,
    EX_NOPERM, 1 },
  { "and then less and less often", "sss", 0, FALSE, FALSE, "sign-in-needed", 180, 300, EX_NOPERM, 3 },
  { "what only the owner can fix is tried again after an hour", "f", 0, FALSE, FALSE, "disabled", HOUR, HOUR, -1, 1 },
  { "so is a wrong configuration", "c", 0, FALSE, FALSE, "disabled", HOUR, HOUR, EX_CONFIG, 1 },
  { "a connection that breaks in its first pass is a failure, and is not opened at once again", "b", 0, FALSE, FALSE,
    "retrying", 3, 6, EX_UNAVAILABLE, 1 },
  { "all folders are looked at when the interval is over", "o", 0, FALSE, FALSE, "watching", INTERVAL, INTERVAL, EX_OK,
    1 },
  { "less often where the server tells of new mail in the only folder", "o", STORE_CAN_WAIT, FALSE, FALSE, "watching",
    25 * 60, 25 * 60, EX_OK, 1 },
  { "but not where there is a second folder, of which it does not tell", "o", STORE_CAN_WAIT, FALSE, TRUE, "watching",
    INTERVAL, INTERVAL, EX_OK, 1 },
  { "nor where it has told of nothing yet, and perhaps never will", "o", STORE_CAN_WAIT | STORE_MAY_BE_MUTE, FALSE,
    FALSE, "watching", INTERVAL, INTERVAL, EX_OK, 1 },
  { "after a single pass nobody watches", "o", STORE_CAN_WAIT, TRUE, FALSE, "idle", 25 * 60, 25 * 60, EX_OK, 1 },
};

static void every_end_of_a_pass_says_when_the_next_one_is_made(void **state)
{
  static char *two[] = { (char *)"INBOX", (char *)"Lists", NULL };
  for (guint i = 0; i < G_N_ELEMENTS(passes); i++) {
    const char *name = passes[i].name;
    gsize n = strlen(passes[i].script);
    guint seconds = 0;
    int status = 0;
    Session *session = begin(passes[i].script, passes[i].can, passes[i].once);
    fake_folder(world.fake->server, "Lists");
    if (passes[i].two_folders) world.fake->account.folders = two;
    for (gsize k = 0; k < n; k++) status = session_pass(session, PASS_WHOLE, &seconds);
    assert_seconds(name, seconds, passes[i].least, passes[i].most);
    assert_state(name, passes[i].state);
    if (passes[i].status < 0 ? status == EX_OK : status != passes[i].status) fail_msg("%s: status %d", name, status);
    if (world.attempts != passes[i].attempts) fail_msg("%s: %u attempts", name, world.attempts);
    end(session);
  }
}

/* A server that ends a session which worked has done nothing wrong, so the owner hears nothing of it. */
static void a_connection_that_worked_is_opened_again_at_once(void **state)
{
  guint seconds = 0;
  Session *session = begin("o", 0, FALSE);
  assert_int_equal(session_pass(session, PASS_WHOLE, &seconds), EX_OK);
  world.fake->server->cut = world.fake->server->steps + 1;
  assert_int_equal(session_pass(session, PASS_LOOK, &seconds), EX_OK);
  assert_int_equal(world.attempts, 2);
  assert_int_equal(world.closed, 1);
  assert_state("after the second connection", "watching");
  end(session);
}

static void a_connection_that_worked_and_cannot_be_opened_again_is_a_failure(void **state)
{
  guint seconds = 0;
  Session *session = begin("olo", 0, FALSE);
  assert_int_equal(session_pass(session, PASS_WHOLE, &seconds), EX_OK);
  world.fake->server->cut = world.fake->server->steps + 1;
  assert_int_equal(session_pass(session, PASS_LOOK, &seconds), EX_UNAVAILABLE);
  assert_state("after the second connection", "retrying");
  assert_seconds("after the second connection", seconds, 3, 6);
  assert_int_equal(session_pass(session, PASS_LOOK, &seconds), EX_OK);
  assert_state("after the third", "watching");
  end(session);
}

/* A folder that is not there now costs nothing but that folder: the others were looked at. */
static void a_folder_that_cannot_be_opened_keeps_the_connection(void **state)
{
  guint seconds = 0;
  Session *session = begin("o", 0, FALSE);
  world.fake->server->refuses_select = "INBOX";
  assert_int_not_equal(session_pass(session, PASS_WHOLE, &seconds), EX_OK);
  assert_state("a folder that cannot be opened", "retrying");
  world.fake->server->refuses_select = NULL;
  assert_int_equal(session_pass(session, PASS_WHOLE, &seconds), EX_OK);
  assert_int_equal(world.attempts, 1);
  end(session);
}

/* A fresh bounce waits two minutes for its Sent copy, so the next pass must not be later than that. */
static void a_pass_is_made_when_a_waiting_bounce_is_due(void **state)
{
  guint seconds = 0;
  Session *session = begin("o", STORE_CAN_WAIT, FALSE);
  fake_bounce(world.fake, "INBOX", 9, "forged-9@spam.example", "victim-9@example.com", run_now());
  assert_int_equal(session_pass(session, PASS_WHOLE, &seconds), EX_OK);
  assert_int_equal(fake_in_state(world.fake, MOVE_WAITING), 1);
  assert_seconds("a bounce waits", seconds, 100, 125);
  end(session);
}

static void a_request_to_check_is_answered_with_what_came_of_it(void **state)
{
  guint seconds = 0;
  Session *session = begin("lo", 0, FALSE);
  gint64 first = wish_add(world.fake->ledger, WISH_CHECK, 0, "home", NULL);
  session_pass(session, PASS_WHOLE, &seconds);
  gint64 second = wish_add(world.fake->ledger, WISH_CHECK, 0, "home", NULL);
  session_pass(session, PASS_WHOLE, &seconds);
  g_autoptr(Wish) failed = wish_get(world.fake->ledger, first, NULL);
  g_autoptr(Wish) done = wish_get(world.fake->ledger, second, NULL);
  assert_int_equal(failed->state, WISH_FAILED);
  assert_string_equal(failed->result, "the server says no");
  assert_int_equal(done->state, WISH_DONE);
  end(session);
}

static const struct {
  const char *name;
  guint lived; /* seconds that each connection lasted */
  guint losses;
  guint least, most; /* seconds that the server is left alone after the last loss */
} losses[] = {
  { "a connection that lasted is opened again in a moment", 61, 1, 1, 3 },
  { "however often that happens", 3600, 12, 1, 3 },
  { "a connection that was soon lost is left alone for longer", 1, 1, 3, 6 },
  { "and longer each time", 59, 3, 15, 25 },
  { "but not for longer than half the longest pause", 1, 20, 337, 563 },
};

static void a_connection_that_is_lost_while_nothing_is_done_is_left_alone_for_a_while(void **state)
{
  const int wake[] = { -1 };
  for (guint i = 0; i < G_N_ELEMENTS(losses); i++) {
    guint seconds = 0;
    Session *session = begin("o", STORE_CAN_WAIT, FALSE);
    world.waiting = "l";
    for (guint k = 0; k < losses[i].losses; k++) {
      assert_int_equal(session_pass(session, PASS_LOOK, &seconds), EX_OK);
      world.now += (gint64)losses[i].lived * G_USEC_PER_SEC;
      assert_true(session_wait(session, wake, 1, &seconds));
      assert_state(losses[i].name, "retrying");
    }
    assert_seconds(losses[i].name, seconds, losses[i].least, losses[i].most);
    assert_int_equal(world.closed, losses[i].losses);
    end(session);
  }
}

/* The first ten times it may be the owner who tidies up his inbox; then it is a server that keeps crying wolf. */
static void news_that_are_none_are_looked_at_less_and_less_often(void **state)
{
  static const guint pauses[] = { 1, 2, 4, 8, 16, 32, 64, 120 };
  const int wake[] = { -1 };
  guint seconds = 0;
  Session *session = begin("o", STORE_CAN_WAIT, FALSE);
  session_pass(session, PASS_WHOLE, &seconds);
  for (guint i = 0; i < 100; i++) {
    assert_true(session_wait(session, wake, 1, &seconds));
    assert_int_equal(seconds, i <= 10 ? 0 : pauses[MIN(i - 11, G_N_ELEMENTS(pauses) - 1)]);
    session_pass(session, PASS_LOOK, &seconds);
  }
  world.waiting = "mn";
  assert_true(session_wait(session, wake, 1, &seconds)); /* a message has come: all is as it was at the beginning */
  session_pass(session, PASS_LOOK, &seconds);
  assert_true(session_wait(session, wake, 1, &seconds));
  assert_int_equal(seconds, 0);
  end(session);
}

/* Once it has told of mail, it is relied on, also on the next connection. */
static void a_server_that_has_told_of_mail_once_is_relied_on(void **state)
{
  const int wake[] = { -1 };
  guint seconds = 0;
  Session *session = begin("o", STORE_CAN_WAIT | STORE_MAY_BE_MUTE, FALSE);
  world.waiting = "ml";
  session_pass(session, PASS_WHOLE, &seconds);
  assert_true(session_wait(session, wake, 1, &seconds));
  session_pass(session, PASS_LOOK, &seconds);
  assert_in_range(seconds, INTERVAL + 1, 25 * 60);
  assert_true(session_wait(session, wake, 1, &seconds));
  session_pass(session, PASS_LOOK, &seconds);
  assert_int_equal(world.attempts, 2);
  assert_in_range(seconds, INTERVAL + 1, 25 * 60);
  end(session);
}

/* While the server is left alone, only the descriptors are waited for. */
static void a_server_that_cries_wolf_is_not_listened_to_until_the_next_pass(void **state)
{
  int ends[2];
  guint seconds = 0;
  Session *session = begin("o", STORE_CAN_WAIT, FALSE);
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(write(ends[1], "w", 1), 1);
  session_pass(session, PASS_WHOLE, &seconds);
  for (guint i = 0; i < 12; i++) {
    assert_true(session_wait(session, ends, 1, &seconds));
    if (i < 11) session_pass(session, PASS_LOOK, &seconds);
  }
  assert_int_equal(seconds, 1);
  assert_false(session_wait(session, ends, 1, &seconds));
  close(ends[0]);
  close(ends[1]);
  end(session);
}

static void a_mailbox_that_others_want_as_well_is_left_after_each_pass(void **state)
{
  int ends[2];
  guint seconds = 0;
  Session *session = begin("o", STORE_HOLDS_LOCK, FALSE);
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(write(ends[1], "w", 1), 1);
  for (guint i = 1; i <= 3; i++) {
    assert_int_equal(session_pass(session, PASS_LOOK, &seconds), EX_OK);
    assert_false(session_wait(session, ends, 1, &seconds));
    assert_int_equal(world.attempts, i);
    assert_int_equal(world.closed, i);
    assert_state("between two visits", "watching");
  }
  close(ends[0]);
  close(ends[1]);
  end(session);
}

/* What a mail program at the door finds, the first time and so many seconds later. */
static const struct {
  const char *name, *script;
  guint later;
  gboolean opened, opened_later;
  guint attempts;
} visits[] = {
  { "a server that works is visited each time", "o", 1, TRUE, TRUE, 2 },
  { "a server that cannot be reached is not asked again at once", "lo", 2, FALSE, FALSE, 1 },
  { "but soon, since the owner waits for mail", "lo", 11, FALSE, TRUE, 2 },
  { "a refused password is not tried again because a mail program asks", "ro", 6 * HOUR - 1, FALSE, FALSE, 1 },
  { "but when the six hours are over", "ro", 6 * HOUR + 1, FALSE, TRUE, 2 },
  { "a missing password is not asked for at each visit", "so", 40, FALSE, FALSE, 1 },
  { "but after its pause", "so", 80, FALSE, TRUE, 2 },
};

static gboolean visit(Session *session)
{
  guint seconds = 0;
  g_autoptr(GError) problem = NULL;
  Store *store = session_visit(session, &seconds, &problem);
  assert_true((store == NULL) == (problem != NULL));
  if (store != NULL) assert_state("during a visit", "serving");
  session_leave(session);
  if (store != NULL) assert_state("after a visit", "watching");
  return store != NULL;
}

static void a_mail_program_at_the_door_does_not_hurry_a_server_that_must_be_left_alone(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(visits); i++) {
    Session *session = begin(visits[i].script, 0, FALSE);
    gboolean opened = visit(session);
    world.now += (gint64)visits[i].later * G_USEC_PER_SEC;
    gboolean later = visit(session);
    if (opened != visits[i].opened || later != visits[i].opened_later || world.attempts != visits[i].attempts)
      fail_msg("%s: opened %d, later %d, %u attempts", visits[i].name, opened, later, world.attempts);
    end(session);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_end_of_a_pass_says_when_the_next_one_is_made),
    cmocka_unit_test(a_connection_that_worked_is_opened_again_at_once),
    cmocka_unit_test(a_connection_that_worked_and_cannot_be_opened_again_is_a_failure),
    cmocka_unit_test(a_folder_that_cannot_be_opened_keeps_the_connection),
    cmocka_unit_test(a_pass_is_made_when_a_waiting_bounce_is_due),
    cmocka_unit_test(a_request_to_check_is_answered_with_what_came_of_it),
    cmocka_unit_test(a_connection_that_is_lost_while_nothing_is_done_is_left_alone_for_a_while),
    cmocka_unit_test(news_that_are_none_are_looked_at_less_and_less_often),
    cmocka_unit_test(a_server_that_has_told_of_mail_once_is_relied_on),
    cmocka_unit_test(a_server_that_cries_wolf_is_not_listened_to_until_the_next_pass),
    cmocka_unit_test(a_mailbox_that_others_want_as_well_is_left_after_each_pass),
    cmocka_unit_test(a_mail_program_at_the_door_does_not_hurry_a_server_that_must_be_left_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
