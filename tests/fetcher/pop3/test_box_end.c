/* test_box_end.c - a POP3 maildrop as a box: removing, and how a session ends
 * Owns:     nothing.
 * Must not: leave loopback.
 * Fails:    as a test.
 * Tests:    fetcher/pop3/box.c */
#include "tests/rigs/pop3_session.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Removed at the end of the session, whether by commit() or by freeing the box; and not there for the rest of it. */
static void a_message_is_removed_at_the_end_of_the_session(void **state)
{
  static const guint items[] = { 1, 2 }, all[] = { 0, 1, 2, 3 };
  for (guint i = 0; i < 2; i++) {
    Pop3Conversation conversation = { POP3_FOUR, .sessions = 2 };
    Pop3Session session;
    pop3_session_open(&session, &conversation);
    assert_true(session.box->removes_late && session.box->renumbers);
    pop3_session_list(&session, 4);
    g_autofree char *before = session.box->class->stamp(session.box, &session.error);
    assert_true(session.box->class->remove(session.box, items, 2, &session.error));
    assert_true(session.box->class->remove(session.box, items, 2, &session.error)); /* once more is no error */
    assert_true(pop3_session_read(&session, all, 4, BOX_HEADER, 100));
    assert_string_equal(session.got->str, "0:Subject: 1\n|3:Subject: 4\n|");
    assert_null(pop3_session_fetch(&session, 1));
    pop3_session_failed(&session, STORE_ERROR_MESSAGE, "no longer there");
    if (i == 0) {
      assert_true(session.box->class->commit(session.box, &session.error));
      assert_int_equal(session.box->items->len, 0);
    } else {
      box_free(session.box);
      session.box = pop3_box_new(&session.account, POP3_SECRET, &session.error);
    }
    pop3_session_list(&session, 2);
    g_autofree char *after = session.box->class->stamp(session.box, &session.error);
    assert_string_not_equal(before, after);
    assert_true(box_item(session.box, 1)->key == box_key("u4", 2));
    assert_non_null(strstr(pop3_session_end(&session), "UIDL 2\r\nDELE 2\r\nUIDL 3\r\nDELE 3\r\n"));
    pop3_session_free(&session);
  }
}

/* The server numbers anew between the listing and the deletion, or refuses: the others are removed all the same. */
static void a_refused_deletion_keeps_none_from_the_others(void **state)
{
  static const guint items[] = { 0, 1, 2, 3 };
  Pop3Conversation conversation = { POP3_FOUR, .turns = { { .command = "UIDL 2", .answer = "+OK 2 u3\r\n" },
                                                          { .command = "DELE 3", .answer = "-ERR read only\r\n" } } };
  Pop3Session session;
  pop3_session_open(&session, &conversation);
  pop3_session_list(&session, 4);
  assert_false(session.box->class->remove(session.box, items, 4, &session.error));
  pop3_session_failed(&session, STORE_ERROR_MESSAGE, "numbered its messages anew");
  const char *heard = pop3_session_end(&session);
  assert_non_null(strstr(heard, "DELE 1\r\n"));
  assert_null(strstr(heard, "DELE 2\r\n"));
  assert_non_null(strstr(heard, "DELE 4\r\nQUIT\r\n"));
  pop3_session_free(&session);
}

/* QUIT that is refused or not answered proves nothing: the next session tells. One that cannot be had is LINK. */
static void a_quit_that_is_not_confirmed_proves_nothing(void **state)
{
  static const struct {
    const char *quit;
    guint sessions;
    int code;
    guint count;
  } rows[] = { { "-ERR not removed\r\n", 2, -1, 4 }, { "+OK\r\n", 1, STORE_ERROR_LINK, 0 } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    Pop3Conversation conversation = { POP3_FOUR, .sessions = rows[i].sessions };
    if (i == 0) conversation.turns[0] = (Pop3Turn){ .command = "DELE", .answer = "+OK so to say\r\n" };
    if (i == 0) conversation.turns[1] = (Pop3Turn){ .command = "QUIT", .answer = rows[i].quit };
    Pop3Session session;
    guint item = 0;
    pop3_session_open(&session, &conversation);
    pop3_session_list(&session, 4);
    assert_true(session.box->class->remove(session.box, &item, 1, &session.error));
    gboolean done = session.box->class->commit(session.box, &session.error);
    assert_int_equal(done, rows[i].code < 0);
    assert_int_equal(session.box->items->len, 0);
    if (done) {
      pop3_session_list(&session, rows[i].count);
    } else {
      pop3_session_failed(&session, rows[i].code, "localhost");
      assert_null(pop3_box_link(session.box));
      assert_false(session.box->class->list(session.box, &session.error));
      pop3_session_failed(&session, STORE_ERROR_LINK, "has ended");
      assert_null(session.box->class->stamp(session.box, &session.error));
      pop3_session_failed(&session, STORE_ERROR_LINK, "has ended");
    }
    pop3_session_free(&session);
  }
}

/* A server that does not answer QUIT is left after two seconds, whatever the account's patience. */
static void a_server_that_does_not_answer_quit_is_left_after_two_seconds(void **state)
{
  Pop3Conversation conversation = { POP3_FOUR, .turns = { { .command = "QUIT", .act = peer_wait } } };
  Pop3Session session;
  guint item = 0;
  pop3_session_open(&session, &conversation);
  pop3_session_list(&session, 4);
  assert_true(session.box->class->remove(session.box, &item, 1, &session.error));
  gint64 start = g_get_monotonic_time();
  const char *heard = pop3_session_end(&session);
  assert_in_range(g_get_monotonic_time() - start, 1500000, 8000000);
  assert_non_null(strstr(heard, "QUIT"));
  pop3_session_free(&session);
}

/* A connection that breaks within a message is LINK; nothing of it is given. */
static void a_connection_that_breaks_within_a_message_gives_nothing_of_it(void **state)
{
  static const guint items[] = { 0, 1 };
  Pop3Conversation conversation = {
    POP3_FOUR, .turns = { { .command = "TOP 2", .answer = "+OK\r\nSubject: 2\r\n\r\nbo", .act = peer_leave },
                          { .command = "RETR", .answer = "+OK\r\nSubject: 1\r\n\r\nbody\r\n", .act = peer_leave } }
  };
  for (guint i = 0; i < 2; i++) {
    Pop3Session session;
    pop3_session_open(&session, &conversation);
    pop3_session_list(&session, 4);
    if (i == 0) {
      assert_false(pop3_session_read(&session, items, 2, BOX_MESSAGE, 1000));
      assert_string_equal(session.got->str, "0:Subject: 1\n\nbody 1\n.\nline 3\n|");
    } else
      assert_null(pop3_session_fetch(&session, 0));
    pop3_session_failed(&session, STORE_ERROR_LINK, "closed the connection");
    pop3_session_free(&session);
  }
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_message_is_removed_at_the_end_of_the_session),
    cmocka_unit_test(a_refused_deletion_keeps_none_from_the_others),
    cmocka_unit_test(a_quit_that_is_not_confirmed_proves_nothing),
    cmocka_unit_test(a_server_that_does_not_answer_quit_is_left_after_two_seconds),
    cmocka_unit_test(a_connection_that_breaks_within_a_message_gives_nothing_of_it),
  };
  return _cmocka_run_group_tests("pop3 box: end", tests, G_N_ELEMENTS(tests), certs_set_up, certs_tear_down);
}
