/* test_ahead.c - a range that is asked for before it is scanned
 * Owns:     what becomes of its answer: taken, thrown away, refused, cut off, left.
 * Must not: leave loopback.
 * Fails:    as a test.
 * Tests:    fetcher/imap/command.c, fetcher/imap/fetch.c, fetcher/imap/imap.c */
#include "tests/rigs/imap_session.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FIRST "* 1 FETCH (UID 1 FLAGS () BODY[HEADER.FIELDS (A)] \"x\")\r\n"
#define SECOND "* 2 FETCH (UID 2 FLAGS () BODY[HEADER.FIELDS (A)] \"y\")\r\n"
#define DONE "$ OK done\r\n"
#define RANGE(uid, answer_, ...)                                                                                       \
  {                                                                                                                    \
    .command = "UID FETCH " #uid ":" #uid, .answer = answer_, __VA_ARGS__                                              \
  }

static const char *const fields[] = { "A", NULL };

static void on_row(const ScanRow *row, gpointer data)
{
  g_string_append_printf(data, "%u:%.*s|", row->uid, (int)row->length, row->fields != NULL ? row->fields : "");
}

static void expect(const Session *session, guint32 uid)
{
  session->store->class->expect(session->store, uid, uid, fields);
}

static gboolean scan(Session *session, guint32 uid, GString *rows)
{
  g_string_truncate(rows, 0);
  return session->store->class->scan(session->store, uid, uid, fields, on_row, rows, &session->error);
}

static guint count(const char *heard, const char *command)
{
  guint n = 0;
  for (const char *at = strstr(heard, command); at != NULL; at = strstr(at + 1, command)) n++;
  return n;
}

static void a_range_that_is_expected_is_asked_for_once(void **state)
{
  const Conversation conversation = { .turns = { RANGE(1, FIRST DONE), RANGE(2, SECOND DONE) } };
  Session session;
  g_autoptr(GString) rows = g_string_new(NULL);
  session_open(&session, &conversation);
  session_select(&session);
  expect(&session, 1);
  expect(&session, 2); /* one at a time */
  assert_true(scan(&session, 1, rows));
  assert_string_equal(rows->str, "1:x|");
  expect(&session, 2);
  assert_true(scan(&session, 2, rows));
  assert_string_equal(rows->str, "2:y|");
  const char *heard = session_end(&session);
  assert_int_equal(count(heard, "UID FETCH 1:1"), 1);
  assert_int_equal(count(heard, "UID FETCH 2:2"), 1);
  session_free(&session);
}

static void it_is_asked_for_at_once_and_not_without_a_folder(void **state)
{
  const Conversation conversation = { .turns = { RANGE(1, FIRST DONE), RANGE(2, SECOND DONE) } };
  Session session;
  session_open(&session, &conversation);
  expect(&session, 1);
  session_select(&session);
  expect(&session, 2);
  const char *heard = session_end(&session);
  assert_int_equal(count(heard, "UID FETCH 1:1"), 0);
  assert_int_equal(count(heard, "UID FETCH 2:2"), 1);
  session_free(&session);
}

static void the_answer_is_thrown_away_where_another_command_comes_first(void **state)
{
  const Conversation conversation = { .turns = { RANGE(1, FIRST "* 7 EXISTS\r\n" DONE),
                                                 RANGE(2, SECOND DONE),
                                                 { .command = "UID SEARCH", .answer = "* SEARCH 4\r\n" DONE } } };
  Session session;
  g_autoptr(GString) rows = g_string_new(NULL);
  session_open(&session, &conversation);
  session_select(&session);
  expect(&session, 1);
  g_autoptr(GArray) there = session.store->class->present(session.store, 3, 5, &session.error);
  assert_non_null(there);
  assert_int_equal(there->len, 1);
  expect(&session, 1);
  assert_true(scan(&session, 2, rows));
  assert_string_equal(rows->str, "2:y|");
  assert_true(scan(&session, 1, rows)); /* asked for anew */
  assert_string_equal(rows->str, "1:x|");
  assert_int_equal(count(session_end(&session), "UID FETCH 1:1"), 3);
  session_free(&session);
}

static void a_refusal_counts_for_the_scan_alone(void **state)
{
  const Conversation conversation = { .turns = { RANGE(1, "$ NO [SERVERBUG] not this one\r\n"),
                                                 RANGE(2, SECOND DONE),
                                                 { .command = "UID SEARCH", .answer = "* SEARCH 1\r\n" DONE } } };
  Session session;
  g_autoptr(GString) rows = g_string_new(NULL);
  session_open(&session, &conversation);
  session_select(&session);
  expect(&session, 1);
  assert_true(scan(&session, 2, rows));
  assert_string_equal(rows->str, "2:y|");
  expect(&session, 1);
  gboolean done = scan(&session, 1, rows);
  assert_outcome(&session, done, STORE_ERROR_LATER, "not this one");
  assert_string_equal(rows->str, "");
  session_end(&session);
  session_free(&session);
}

static void an_answer_that_breaks_off_ends_the_connection(void **state)
{
  const Conversation conversation = { .turns = { RANGE(1, FIRST "* 2 FETCH (UID 2 BODY[", .act = peer_leave) } };
  Session session;
  g_autoptr(GString) rows = g_string_new(NULL);
  session_open(&session, &conversation);
  session_select(&session);
  expect(&session, 1);
  gboolean done = scan(&session, 2, rows);
  assert_outcome(&session, done, STORE_ERROR_LINK, "closed the connection");
  assert_string_equal(rows->str, "");
  session_end(&session);
  session_free(&session);
}

/* The server would be given two seconds to answer LOGOUT. */
static void nobody_waits_for_an_answer_that_is_not_wanted_any_more(void **state)
{
  const Conversation conversation = { .turns = { RANGE(1, FIRST, .act = peer_wait) } };
  Session session;
  session_open(&session, &conversation);
  session_select(&session);
  expect(&session, 1);
  assert_int_equal(count(session_end(&session), "LOGOUT"), 0);
  session_free(&session);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_range_that_is_expected_is_asked_for_once),
    cmocka_unit_test(it_is_asked_for_at_once_and_not_without_a_folder),
    cmocka_unit_test(the_answer_is_thrown_away_where_another_command_comes_first),
    cmocka_unit_test(a_refusal_counts_for_the_scan_alone),
    cmocka_unit_test(an_answer_that_breaks_off_ends_the_connection),
    cmocka_unit_test(nobody_waits_for_an_answer_that_is_not_wanted_any_more),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
