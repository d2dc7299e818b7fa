/* test_delete.c - deletions of POP3 servers that number anew, refuse or leave
 * Owns:     nothing.
 * Must not: leave loopback.
 * Fails:    as a test.
 * Tests:    fetcher/pop3/link.c, fetcher/pop3/link_message.c */
#include "tests/rigs/pop3_session.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* DELE comes only when the number still means what it did. */
static void a_message_is_deleted_only_while_its_number_means_it(void **state)
{
  static const struct {
    const char *answer; /* to UIDL 2; NULL: the usual */
    const char *uid;
    const char *dele; /* the answer to it */
    int code;
    gboolean sent;
  } rows[] = {
    { NULL, "u2", NULL, -1, TRUE },
    { NULL, NULL, NULL, -1, TRUE },
    { NULL, "u3", NULL, STORE_ERROR_MESSAGE, FALSE },
    { "+OK 2 u3\r\n", "u2", NULL, STORE_ERROR_MESSAGE, FALSE },
    { "+OK 3 u2\r\n", "u2", NULL, STORE_ERROR_MESSAGE, FALSE },
    { "+OK 2 u2x\r\n", "u2", NULL, STORE_ERROR_MESSAGE, FALSE },
    { "+OK\r\n", "u2", NULL, STORE_ERROR_MESSAGE, FALSE },
    { "+OK  2  u2 \r\n", "u2", NULL, -1, TRUE },
    { "-ERR no such message\r\n", "u2", NULL, STORE_ERROR_MESSAGE, FALSE },
    { "-ERR [SYS/TEMP] wait\r\n", "u2", NULL, STORE_ERROR_LINK, FALSE },
    { "2 u2\r\n", "u2", NULL, STORE_ERROR_LINK, FALSE },
    { NULL, "u2", "-ERR not yours\r\n", STORE_ERROR_MESSAGE, TRUE },
    { NULL, "u2", "2\r\n", STORE_ERROR_LINK, TRUE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GError) error = NULL;
    Pop3Conversation conversation = { POP3_FOUR };
    guint n = 0;
    if (rows[i].answer != NULL) conversation.turns[n++] = (Pop3Turn){ .command = "UIDL 2", .answer = rows[i].answer };
    if (rows[i].dele != NULL) conversation.turns[n++] = (Pop3Turn){ .command = "DELE", .answer = rows[i].dele };
    Server *server = server_start(pop3_peer, &conversation);
    g_autoptr(Pop3Link) link = pop3_open(server, 0);
    assert_non_null(pop3_link_list(link, &error));
    gboolean deleted = pop3_link_delete(link, 2, rows[i].uid, &error);
    if ((error != NULL ? error->code : -1) != rows[i].code) print_error("row %u\n", i);
    assert_int_equal(error != NULL ? error->code : -1, rows[i].code);
    assert_int_equal(deleted, rows[i].code < 0);
    g_clear_pointer(&link, pop3_link_free);
    server_stop(server);
    assert_int_equal(strstr(server_heard(server), "DELE 2\r\n") != NULL, rows[i].sent);
    assert_null(strstr(server_heard(server), "QUIT"));
    server_free(server);
  }
}

static gboolean note_mark(guint row, const char *refusal, gpointer data)
{
  g_string_append_printf(data, "%u%c", row, refusal != NULL ? '-' : '+');
  return strstr(((GString *)data)->str, "!") == NULL;
}

/* All are marked after one look at what their numbers mean now; one that means another message, or is refused, is told.
 */
static void all_are_deleted_after_one_look_at_their_numbers(void **state)
{
  static const struct {
    const char *uidl; /* the second answer to UIDL; NULL: the usual */
    const char *dele; /* the first answer to DELE; NULL: the usual */
    const char *told;
    int code;
  } rows[] = {
    { NULL, NULL, "0+1+2+", -1 },
    { "+OK\r\n1 u1\r\n2 other\r\n3 u3\r\n.\r\n", NULL, "0+1-2+", -1 },
    { "+OK\r\n.\r\n", NULL, "0-1-2-", -1 },
    { "-ERR what?\r\n", NULL, "0-1-2-", -1 },
    { "-ERR [SYS/TEMP] wait\r\n", NULL, "", STORE_ERROR_LINK },
    { NULL, "-ERR not yours\r\n", "0-1+2+", -1 },
    { NULL, "-ERR [SYS/TEMP] wait\r\n", "", STORE_ERROR_LINK },
    { NULL, "1\r\n", "", STORE_ERROR_LINK },
  };
  for (guint i = 0; i < 2 * G_N_ELEMENTS(rows); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) told = g_string_new(NULL);
    guint row = i / 2, n = 0;
    Pop3Conversation conversation = { POP3_FOUR };
    if (i & 1) conversation.capabilities = "USER\r\nTOP\r\nUIDL\r\n";
    if (rows[row].uidl != NULL) {
      conversation.turns[n++] =
          (Pop3Turn){ .command = "UIDL", .answer = "+OK\r\n1 u1\r\n2 u2\r\n3 u3\r\n4 u4\r\n.\r\n", .once = TRUE };
      conversation.turns[n++] = (Pop3Turn){ .command = "UIDL", .answer = rows[row].uidl };
    }
    if (rows[row].dele != NULL)
      conversation.turns[n++] = (Pop3Turn){ .command = "DELE", .answer = rows[row].dele, .once = TRUE };
    Server *server = server_start(pop3_peer, &conversation);
    g_autoptr(Pop3Link) link = pop3_open(server, 0);
    const GArray *all = pop3_link_list(link, &error);
    assert_non_null(all);
    const Pop3Row *some[] = { &g_array_index(all, Pop3Row, 0), &g_array_index(all, Pop3Row, 1),
                              &g_array_index(all, Pop3Row, 2) };
    gboolean whole = pop3_link_delete_all(link, some, 3, note_mark, told, &error);
    if (strcmp(told->str, rows[row].told) != 0) print_error("row %u: %s\n", row, told->str);
    assert_string_equal(told->str, rows[row].told);
    assert_int_equal(error != NULL ? error->code : -1, rows[row].code);
    assert_int_equal(whole, rows[row].code < 0);
    g_clear_pointer(&link, pop3_link_free);
    server_stop(server);
    server_free(server);
  }
}

/* Marks, takes back, marks again, ends. */
static void a_session_marks_takes_back_marks_again_and_ends(void **state)
{
  g_autoptr(GError) error = NULL;
  static const Pop3Conversation conversation = { POP3_FOUR, .sessions = 2 };
  Server *server = server_start(pop3_peer, &conversation);
  g_autoptr(Pop3Link) link = pop3_open(server, 0);
  assert_int_equal(pop3_link_list(link, &error)->len, 4);
  assert_true(pop3_link_delete(link, 1, "u1", &error));
  assert_int_equal(pop3_link_list(link, &error)->len, 3);
  assert_true(pop3_link_reset(link, &error));
  assert_int_equal(pop3_link_list(link, &error)->len, 4);
  assert_true(pop3_link_delete(link, 2, "u2", &error));
  assert_true(pop3_link_quit(link, &error));
  assert_false(pop3_link_noop(link, &error));
  assert_int_equal(error->code, STORE_ERROR_LINK);
  g_clear_error(&error);
  g_clear_pointer(&link, pop3_link_free);
  link = pop3_open(server, 0);
  assert_int_equal(pop3_link_list(link, &error)->len, 3);
  assert_true(g_str_has_prefix(pop3_link_where(link), "localhost:"));
  server_free(server);
}

static void a_refused_or_missing_answer_to_quit_is_told(void **state)
{
  static const struct {
    const char *answer;
    void (*act)(Peer *peer);
    guint timeout;
    const char *words;
  } rows[] = { { "-ERR some deleted messages not removed\r\n", NULL, 0, "not removed" },
               { NULL, peer_leave, 0, "closed the connection" },
               { "+OK by", peer_leave, 0, "closed the connection" },
               { NULL, peer_wait, 1, "did not answer within 1 second" } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GError) error = NULL;
    Pop3Conversation conversation = { .turns = {
                                          { .command = "QUIT", .answer = rows[i].answer, .act = rows[i].act } } };
    Server *server = server_start(pop3_peer, &conversation);
    g_autoptr(Pop3Link) link = pop3_open(server, 0);
    if (rows[i].timeout != 0) pop3_link_set_timeout(link, rows[i].timeout);
    assert_false(pop3_link_quit(link, &error));
    assert_int_equal(error->code, STORE_ERROR_LINK);
    assert_non_null(strstr(error->message, rows[i].words));
    server_free(server);
  }
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_message_is_deleted_only_while_its_number_means_it),
    cmocka_unit_test(all_are_deleted_after_one_look_at_their_numbers),
    cmocka_unit_test(a_session_marks_takes_back_marks_again_and_ends),
    cmocka_unit_test(a_refused_or_missing_answer_to_quit_is_told),
  };
  return _cmocka_run_group_tests("pop3 delete", tests, G_N_ELEMENTS(tests), certs_set_up, certs_tear_down);
}
