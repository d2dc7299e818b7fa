/* test_idle.c - waiting for news of a folder, against servers that behave, refuse, lie, fall silent or flood
 * Owns:     the table of waits; the descriptor that wakes them.
 * Must not: leave loopback; depend on how fast this machine is.
 * Fails:    as a test.
 * Tests:    fetcher/imap/idle.c */
#include "fetcher/imap/private.h"
#include "tests/rigs/imap_session.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

/* The server's child writes into it, and so wakes the waiting store up. */
static int alarm_clock[2];

static void wake(Peer *peer)
{
  if (write(alarm_clock[1], "x", 1) != 1) _exit(1);
}

static void flood_flags(Peer *peer) { peer_flood(peer, "* 1 FETCH (FLAGS (\\Seen))\r\n"); }

static void flood_bytes(Peer *peer) { peer_flood(peer, "x"); }

/* More looks than come free, and news in the end. */
static void chatter(Peer *peer)
{
  for (guint i = 0; i < 200; i++) {
    peer_say(peer, "* OK Still here\r\n");
    g_usleep(1000);
  }
  peer_say(peer, "* 4 EXISTS\r\n");
}

/* The same for three seconds. */
static void chatter_on(Peer *peer)
{
  for (guint i = 0; i < 150; i++) {
    peer_say(peer, "* 3 EXISTS\r\n");
    g_usleep(20000);
  }
  peer_say(peer, "* 4 EXISTS\r\n");
}

static void one_byte_at_a_time(Peer *peer)
{
  for (const char *p =
           "* OK {9}\r\n* 1 FETCH (X {12}\r\n* 9 EXISTS\r\n FLAGS ())\r\n* 2 FETCH (X {0}\r\n)\r\n* 4 EXISTS\r\n";
       *p != '\0'; p++) {
    peer_say_bytes(peer, p, 1);
    g_usleep(100);
  }
}

#define IDLE "IMAP4rev1 AUTH=PLAIN UIDPLUS MOVE IDLE"
#define ONCE "IDLE\r\n"
#define FOUND "* SEARCH 1 2 3\r\n$ OK found\r\n"

/* clang-format off */
/* The folder has 3 messages. A search comes before the waiting. */
static const struct {
  const char *name;
  const char *searched, *answer;
  void (*act)(Peer *peer);
  const char *then;
  int code; /* -1: the waiting ends well */
  const char *words;
  gboolean changed, waits; /* can the store still wait? */
  guint timeout;
} rows[] = {
  { "a message comes", FOUND, "+ idling\r\n* 4 EXISTS\r\n", NULL, NULL, -1, "", TRUE, TRUE, 0 },
  { "comes, in lower case", FOUND, "+\r\n* 4 exists\r\n+ x\r\n", NULL, NULL, -1, "", TRUE, TRUE, 0 },
  { "comes before the +", FOUND, "* 4 EXISTS\r\n+ idling\r\n", NULL, NULL, -1, "", TRUE, TRUE, 0 },
  { "comes with the end", FOUND, "+ idling\r\n", wake, "* 4 EXISTS\r\n$ OK done\r\n", -1, "", TRUE, TRUE, 0 },
  { "comes after the end", FOUND, "+ idling\r\n", wake, "$ OK done\r\n* 4 EXISTS\r\n", -1, "", FALSE, TRUE, 0 },
  { "came with an earlier answer", "* SEARCH 1 2 3\r\n* 4 EXISTS\r\n$ OK found\r\n", "$ BAD not again\r\n", NULL, NULL, -1, "", TRUE, TRUE, 0 },
  { "came with an earlier refusal", "* 4 EXISTS\r\n$ NO not now\r\n", "$ BAD not again\r\n", NULL, NULL, -1, "", TRUE, TRUE, 0 },
  { "came after an earlier answer", "* SEARCH 1 2 3\r\n$ OK found\r\n* 4 EXISTS\r\n", "+ idling\r\n", NULL, NULL, -1, "", TRUE, TRUE, 0 },
  { "one came, one went, earlier", "* 4 EXISTS\r\n* 1 EXPUNGE\r\n$ OK found\r\n", "$ BAD not again\r\n", NULL, NULL, -1, "", TRUE, TRUE, 0 },
  { "one went, one came, earlier", "* 1 EXPUNGE\r\n* 3 EXISTS\r\n$ OK found\r\n", "$ BAD not again\r\n", NULL, NULL, -1, "", TRUE, TRUE, 0 },
  { "as many as before, earlier", "* 3 EXISTS\r\n* 0 RECENT\r\n$ OK found\r\n", "+ idling\r\n", wake, NULL, -1, "", FALSE, TRUE, 0 },
  { "a message goes", FOUND, "+ idling\r\n* 2 EXPUNGE\r\n", NULL, NULL, -1, "", TRUE, TRUE, 0 },
  { "goes, by EXISTS", FOUND, "+ idling\r\n* 2 EXISTS\r\n", NULL, NULL, -1, "", TRUE, TRUE, 0 },
  { "goes, by VANISHED", FOUND, "+ idling\r\n* VANISHED 3:5\r\n", NULL, NULL, -1, "", TRUE, TRUE, 0 },
  { "flags only", FOUND, "+ idling\r\n* 1 FETCH (FLAGS (\\Seen))\r\n* 3 EXISTS\r\n* 1 RECENT\r\n* OK Still here\r\n* FLAGS (x)\r\n", wake, NULL, -1, "", FALSE, TRUE, 0 },
  { "lines that mean nothing", FOUND, "+ idling\r\n* 4EXISTS\r\n* EXISTS\r\n* -1 EXISTS\r\n* 99999999999999999999 EXISTS\r\n* 0 EXPUNGE\r\n\r\n* \r\n* (\r\n* OK 4 EXISTS\r\n* x {3}\r\nabc\r\n", wake, NULL, -1, "", FALSE, TRUE, 0 },
  { "the end of another command", FOUND, "+ idling\r\nzz OK x\r\n", NULL, NULL, STORE_ERROR_LINK, "not IMAP", FALSE, TRUE, 0 },
  { "byte by byte, with literals", FOUND, "+ idling\r\n", one_byte_at_a_time, NULL, -1, "", TRUE, TRUE, 0 },
  { "chatters, then news", FOUND, "+ idling\r\n", chatter, NULL, -1, "", TRUE, TRUE, 0 },
  { "refuses IDLE", FOUND, "$ NO not here\r\n", NULL, NULL, STORE_ERROR_MAILBOX, "IDLE", FALSE, FALSE, 0 },
  { "does not know it", FOUND, "$ BAD what\r\n", NULL, NULL, STORE_ERROR_MAILBOX, "IDLE", FALSE, FALSE, 0 },
  { "ends it at once", FOUND, "$ OK done\r\n", NULL, NULL, STORE_ERROR_MAILBOX, "IDLE", FALSE, FALSE, 0 },
  { "bye while we wait", FOUND, "+ idling\r\n* BYE maintenance.\r\n", peer_leave, NULL, STORE_ERROR_LINK, "ended the session: maintenance.", FALSE, TRUE, 0 },
  { "bye before the +", FOUND, "* BYE\r\n", peer_leave, NULL, STORE_ERROR_LINK, "ended the session.", FALSE, TRUE, 0 },
  { "bye to DONE", FOUND, "+ idling\r\n", wake, "* BYE\r\n", STORE_ERROR_LINK, "ended the session.", FALSE, TRUE, 0 },
  { "closes while we wait", FOUND, "+ idling\r\n", peer_leave, NULL, STORE_ERROR_LINK, "closed the connection", FALSE, TRUE, 0 },
  { "silent before the +", FOUND, "* 4 EXISTS\r\n", NULL, NULL, STORE_ERROR_LINK, "did not answer within 1 second", FALSE, TRUE, 1 },
  { "silent after DONE", FOUND, "+ idling\r\n", wake, "* OK\r\n", STORE_ERROR_LINK, "did not answer within 1 second", FALSE, TRUE, 1 },
  { "floods with flags", FOUND, "+ idling\r\n", flood_flags, NULL, STORE_ERROR_LINK, "more than", FALSE, TRUE, 0 },
  { "floods with a line", FOUND, "+ idling\r\n", flood_bytes, NULL, STORE_ERROR_LINK, "line without end", FALSE, TRUE, 0 },
  { "floods before the +", FOUND, "* OK\r\n", flood_flags, NULL, STORE_ERROR_LINK, "more than", FALSE, TRUE, 0 },
};
/* clang-format on */

static guint count(const char *text, const char *part)
{
  guint n = 0;
  while ((text = strstr(text, part)) != NULL) {
    text += strlen(part);
    n++;
  }
  return n;
}

static int set_up(void **state) { return certs_set_up(state) != 0 ? -1 : pipe(alarm_clock); }

static int tear_down(void **state) { return certs_tear_down(state) + close(alarm_clock[0]) + close(alarm_clock[1]); }

static void be_quiet(void)
{
  char byte;
  assert_int_equal(read(alarm_clock[0], &byte, 1), 1);
}

static void test_wait(void **state)
{
  guint i = GPOINTER_TO_UINT(*state);
  Conversation conversation = {
    .capabilities = IDLE,
    .turns = { { .command = "UID SEARCH UID 1:9", .answer = rows[i].searched },
               { .command = "IDLE", .answer = rows[i].answer, .act = rows[i].act, .then = rows[i].then } }
  };
  Session session;
  session_open_with(&session, &conversation, rows[i].timeout != 0 ? rows[i].timeout : 30);
  Store *store = session.store;
  assert_true(store->can & STORE_CAN_WAIT);
  session_select(&session);
  g_autoptr(GArray) before = store->class->present(store, 1, 9, NULL);
  gboolean changed = FALSE;
  gboolean done = store->class->wait(store, alarm_clock, 1, &changed, &session.error);
  assert_outcome(&session, done, rows[i].code, rows[i].words);
  assert_int_equal(changed, rows[i].changed);
  assert_int_equal((store->can & STORE_CAN_WAIT) != 0, rows[i].waits);
  if (rows[i].act == wake) be_quiet();
  /* Ready for the next command. */
  if (rows[i].code != STORE_ERROR_LINK) {
    g_autoptr(GArray) after = store->class->present(store, 2, 3, NULL);
    assert_non_null(after);
    assert_int_equal(after->len, 2);
  }
  const char *heard = session_end(&session);
  if (rows[i].code < 0 && strstr(rows[i].answer, "BAD") == NULL)
    assert_int_equal(count(heard, ONCE), count(heard, "DONE\r\n"));
  session_free(&session);
}

static glong times_woken(void)
{
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_nvcsw;
}

/* The same number of messages, told again and again, wakes us less and less often. */
static void a_server_that_chatters_is_left_alone_ever_longer(void **state)
{
  static const Conversation conversation = {
    .capabilities = IDLE, .turns = { { .command = "IDLE", .answer = "+ idling\r\n", .act = chatter_on } }
  };
  Session session;
  gboolean changed = FALSE;
  session_open(&session, &conversation);
  session_select(&session);
  glong before = times_woken();
  assert_true(session.store->class->wait(session.store, alarm_clock, 1, &changed, &session.error));
  assert_true(changed);
  assert_in_range(times_woken() - before, 1, 60);
  session_free(&session);
}

/* What came after the end of one waiting is news for the next. */
static void what_comes_after_the_end_of_one_waiting_ends_the_next(void **state)
{
  static const Conversation conversation = {
    .capabilities = IDLE,
    .turns = { { .command = "IDLE",
                 .answer = "+ idling\r\n",
                 .act = wake,
                 .then = "$ OK done\r\n* 4 EXISTS\r\n",
                 .once = TRUE },
               { .command = "IDLE", .answer = "+ idling\r\n* 5 EXISTS\r\n", .once = TRUE },
               { .command = "IDLE", .answer = "+ idling\r\n", .act = wake } }
  };
  static const gboolean expected[] = { FALSE, TRUE, FALSE };
  Session session;
  session_open(&session, &conversation);
  session_select(&session);
  for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
    gboolean changed = FALSE;
    assert_int_equal((session.store->can & STORE_MAY_BE_MUTE) != 0, i < 2);
    assert_true(session.store->class->wait(session.store, alarm_clock, 1, &changed, &session.error));
    assert_int_equal(changed, expected[i]);
    if (!changed) be_quiet();
  }
  session_free(&session);
}

/* What we move away ourselves is no news, what goes besides is. */
static void own_moves_are_no_news_and_what_goes_besides_is(void **state)
{
  static const struct {
    const char *moved;
    gboolean changed;
  } moves[] = { { "* OK [COPYUID 9 2 11] moved\r\n* 2 EXPUNGE\r\n$ OK done\r\n", FALSE },
                { "* OK [COPYUID 9 2 11] moved\r\n* 2 EXPUNGE\r\n* 1 EXPUNGE\r\n$ OK done\r\n", TRUE },
                { "* OK [COPYUID 9 2 11] moved\r\n* 2 EXPUNGE\r\n* 3 EXISTS\r\n$ OK done\r\n", TRUE } };
  for (guint i = 0; i < G_N_ELEMENTS(moves); i++) {
    Conversation conversation = { .capabilities = IDLE,
                                  .turns = { { .command = "UID MOVE", .answer = moves[i].moved },
                                             { .command = "IDLE", .answer = "+ idling\r\n", .act = wake } } };
    Session session;
    guint32 uid = 2;
    gboolean changed = FALSE;
    g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(UidPair));
    session_open(&session, &conversation);
    session_select(&session);
    Store *store = session.store;
    assert_true(store->class->move(store, &uid, 1, "Away", pairs, &session.error));
    assert_true(store->class->wait(store, alarm_clock, 1, &changed, &session.error));
    assert_int_equal(changed, moves[i].changed);
    if (!changed) be_quiet();
    session_free(&session);
  }
}

static void idle_is_renewed_before_the_server_gives_up(void **state)
{
  static const Conversation conversation = {
    .capabilities = IDLE,
    .turns = { { .command = "IDLE", .answer = "+ idling\r\n", .once = TRUE },
               { .command = "IDLE", .answer = "+ idling\r\n* OK Still here\r\n", .once = TRUE },
               { .command = "IDLE", .answer = "+ idling\r\n* 4 EXISTS\r\n" } }
  };
  Session session;
  gboolean changed = FALSE;
  guint usual = imap_idle_renewal;
  assert_true(usual < 29 * 60 * 1000);
  imap_idle_renewal = 20;
  session_open(&session, &conversation);
  session_select(&session);
  gboolean done = session.store->class->wait(session.store, alarm_clock, 1, &changed, &session.error);
  imap_idle_renewal = usual;
  assert_outcome(&session, done, -1, "");
  assert_true(changed);
  const char *heard = session_end(&session);
  assert_int_equal(count(heard, ONCE), 3);
  assert_int_equal(count(heard, "DONE\r\n"), 3);
  session_free(&session);
}

static void say_much(Peer *peer)
{
  g_autofree char *filler = g_strnfill(12000, 'x');
  /* One record of TLS. */
  g_autofree char *record = g_strdup_printf("* OK %s\r\n* 4 EXISTS\r\n", filler);
  peer_say(peer, record);
}

/* What lies in GnuTLS's own buffer makes no descriptor readable. */
static void bytes_in_the_buffer_of_gnutls_end_the_waiting(void **state)
{
  static const Conversation conversation = { .capabilities = IDLE,
                                             .cert = CERT_GOOD,
                                             .turns = {
                                                 { .command = "IDLE", .answer = "+ idling\r\n", .act = say_much } } };
  Session session;
  gboolean changed = FALSE;
  session_open(&session, &conversation);
  session_select(&session);
  assert_true(session.store->class->wait(session.store, NULL, 0, &changed, &session.error));
  assert_true(changed);
  session_free(&session);
}

static void a_server_without_idle_cannot_wait_and_says_so(void **state)
{
  static const Conversation conversation = { 0 };
  Session session;
  gboolean changed = FALSE;
  session_open(&session, &conversation);
  assert_false(session.store->can & STORE_CAN_WAIT);
  assert_false(session.store->class->wait(session.store, NULL, 0, &changed, &session.error));
  assert_outcome(&session, FALSE, STORE_ERROR_MAILBOX, "No folder");
  g_clear_error(&session.error);
  session_select(&session);
  assert_false(session.store->class->wait(session.store, NULL, 0, &changed, &session.error));
  assert_outcome(&session, FALSE, STORE_ERROR_MAILBOX, "IDLE");
  assert_null(strstr(session_end(&session), ONCE));
  session_free(&session);
}

int main(void)
{
  struct CMUnitTest tests[G_N_ELEMENTS(rows) + 5] = {
    cmocka_unit_test(a_server_that_chatters_is_left_alone_ever_longer),
    cmocka_unit_test(what_comes_after_the_end_of_one_waiting_ends_the_next),
    cmocka_unit_test(own_moves_are_no_news_and_what_goes_besides_is),
    cmocka_unit_test(idle_is_renewed_before_the_server_gives_up),
    cmocka_unit_test(bytes_in_the_buffer_of_gnutls_end_the_waiting),
    cmocka_unit_test(a_server_without_idle_cannot_wait_and_says_so),
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    tests[5 + i] = (struct CMUnitTest){ rows[i].name, test_wait, NULL, NULL, GUINT_TO_POINTER(i) };
  return _cmocka_run_group_tests("imap_idle", tests, G_N_ELEMENTS(tests), set_up, tear_down);
}
