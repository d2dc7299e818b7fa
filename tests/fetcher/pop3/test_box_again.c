/* test_box_again.c - a POP3 maildrop as a box: what is asked for twice, messages and a sign-in
 * Owns:     nothing.
 * Must not: leave loopback.
 * Fails:    as a test.
 * Tests:    fetcher/pop3/box_read.c, fetcher/pop3/box.c, fetcher/pop3/link.c */
#include "tests/rigs/pop3_session.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MAIL "A: b\r\n\r\nc\r\n" /* 11 octets */
#define RETR(answer_)                                                                                                  \
  {                                                                                                                    \
    .command = "RETR", .answer = answer_, .once = TRUE                                                                 \
  }

/* What the server sends for RETR at first and the second time, where LIST says 15 octets unless a row has others. */
static const struct {
  const char *name;
  guint64 octets;
  Pop3Turn first, second;
  int code; /* -1: the message is taken */
} estimates[] = {
  { "twice the same", 0, RETR("+OK\r\n" MAIL ".\r\n"), RETR("+OK\r\n" MAIL ".\r\n"), -1 },
  { "twice the same, and more than LIST says", 5, RETR("+OK\r\n" MAIL ".\r\n"), RETR("+OK\r\n" MAIL ".\r\n"), -1 },
  { "half of what LIST says", 22, RETR("+OK\r\n" MAIL ".\r\n"), RETR("+OK\r\n" MAIL ".\r\n"), -1 },
  { "less than half", 24, RETR("+OK\r\n" MAIL ".\r\n"), RETR("+OK\r\n" MAIL ".\r\n"), STORE_ERROR_MESSAGE },
  { "then longer", 0, RETR("+OK\r\n" MAIL ".\r\n"), RETR("+OK\r\n" MAIL "d\r\n.\r\n"), STORE_ERROR_MESSAGE },
  { "then shorter", 0, RETR("+OK\r\n" MAIL ".\r\n"), RETR("+OK\r\nA: b\r\n\r\n.\r\n"), STORE_ERROR_MESSAGE },
  { "then nothing", 0, RETR("+OK\r\n" MAIL ".\r\n"), RETR("+OK\r\n.\r\n"), STORE_ERROR_MESSAGE },
  { "then another", 0, RETR("+OK\r\n" MAIL ".\r\n"), RETR("+OK\r\nA: b\r\n\r\nd\r\n.\r\n"), STORE_ERROR_MESSAGE },
  { "then another line end", 0, RETR("+OK\r\n" MAIL ".\r\n"), RETR("+OK\r\nA: b\n\r\nc\r\n.\r\n"),
    STORE_ERROR_MESSAGE },
  { "then refused", 0, RETR("+OK\r\n" MAIL ".\r\n"), RETR("-ERR not now\r\n"), STORE_ERROR_MESSAGE },
  { "a lone dot ends it too early", 0, RETR("+OK\r\n" MAIL ".\r\nd\r\n.\r\n"), RETR(""), STORE_ERROR_LINK },
  { "then cut off",
    0,
    RETR("+OK\r\n" MAIL ".\r\n"),
    { .command = "RETR", .answer = "+OK\r\nA:", .act = peer_leave },
    STORE_ERROR_LINK },
};

static void a_message_of_another_size_than_listed_is_taken_when_it_comes_twice_alike(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(estimates); i++) {
    Pop3Mail mail = { "u1", MAIL, 0, estimates[i].octets != 0 ? estimates[i].octets : 15 };
    Pop3Conversation conversation = { .mails = &mail, .n = 1, .turns = { estimates[i].first, estimates[i].second } };
    Pop3Session session;
    pop3_session_open(&session, &conversation);
    pop3_session_list(&session, 1);
    g_autoptr(GBytes) bytes = pop3_session_fetch(&session, 0);
    if ((bytes != NULL) != (estimates[i].code < 0)) print_error("%s\n", estimates[i].name);
    assert_true((bytes != NULL) == (estimates[i].code < 0));
    if (bytes != NULL) assert_int_equal(g_bytes_get_size(bytes), strlen("A: b\n\nc\n"));
    if (bytes != NULL) assert_memory_equal(g_bytes_get_data(bytes, NULL), "A: b\n\nc\n", g_bytes_get_size(bytes));
    if (bytes == NULL) pop3_session_failed(&session, estimates[i].code, "");
    pop3_session_free(&session);
  }
}

/* The file is compared in pieces: the last byte counts like the first. */
static void a_large_message_is_compared_to_its_last_byte(void **state)
{
  for (guint i = 0; i < 2; i++) {
    g_autoptr(GString) first = g_string_new("+OK\r\nA: b\r\n\r\n");
    for (guint n = 0; n < 3000; n++)
      g_string_append(first, "sixty characters or so in a line that comes many times\r\n");
    g_autofree char *second = g_strconcat(first->str, i == 0 ? "x\r\n.\r\n" : "y\r\n.\r\n", NULL);
    g_string_append(first, "x\r\n.\r\n");
    Pop3Mail mail = { "u1", MAIL, 0, 160000 };
    Pop3Conversation conversation = { .mails = &mail, .n = 1, .turns = { RETR(first->str), RETR(second) } };
    Pop3Session session;
    pop3_session_open(&session, &conversation);
    pop3_session_list(&session, 1);
    g_autoptr(GBytes) bytes = pop3_session_fetch(&session, 0);
    assert_true((bytes != NULL) == (i == 0));
    if (i == 1) pop3_session_failed(&session, STORE_ERROR_MESSAGE, "not twice the same");
    pop3_session_free(&session);
  }
}

/* A server may answer TOP with an empty line more before the body. Only RETR tells it from a message that begins with
 * one and has no final line end. */
static void an_empty_line_that_only_top_sends_is_not_read(void **state)
{
  static const struct {
    const char *text, *top, *got;
    gboolean by_retr;
  } rows[] = {
    { MAIL, "+OK\r\nA: b\r\n\r\n\r\nc\r\n.\r\n", "0:A: b\n\nc\n|", TRUE },
    { "A: b\r\n\r\n\r\nc", "+OK\r\nA: b\r\n\r\n\r\nc\r\n.\r\n", "0:A: b\n\n\nc|", TRUE },
    { "A: b\r\n\r\nc", "+OK\r\nA: b\r\n\r\nc\r\n.\r\n", "0:A: b\n\nc|", FALSE },
    { "A: b\r\n\r\n\r\nc\r\n", "+OK\r\nA: b\r\n\r\n\r\nc\r\n.\r\n", "0:A: b\n\n\nc\n|", FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    Pop3Mail mail = { "u1", rows[i].text };
    Pop3Conversation conversation = { .mails = &mail,
                                      .n = 1,
                                      .turns = { { .command = "TOP", .answer = rows[i].top } } };
    Pop3Session session;
    guint item = 0;
    pop3_session_open(&session, &conversation);
    pop3_session_list(&session, 1);
    assert_true(pop3_session_read(&session, &item, 1, BOX_MESSAGE, 1000));
    assert_string_equal(session.got->str, rows[i].got);
    assert_true((strstr(pop3_session_end(&session), "RETR 1\r\n") != NULL) == rows[i].by_retr);
    pop3_session_free(&session);
  }
}

#define PASS(answer_)                                                                                                  \
  {                                                                                                                    \
    .command = "PASS", .answer = answer_, .once = TRUE                                                                 \
  }
#define TOO_SOON "-ERR [LOGIN-DELAY] not so soon\r\n"
/* The answers to the second and the third sign-in; seconds: what commit() takes at least. */
static const struct {
  const char *name, *delay, *second, *third;
  int code; /* -1: the next session has begun */
  guint seconds, sign_ins;
} delays[] = {
  { "at once", "LOGIN-DELAY 1\r\n", "+OK\r\n", "+OK\r\n", -1, 0, 2 },
  { "after the delay", "LOGIN-DELAY 1\r\n", TOO_SOON, "+OK\r\n", -1, 1, 3 },
  { "for this user", "LOGIN-DELAY 1 USER\r\n", TOO_SOON, "+OK\r\n", -1, 1, 3 },
  { "still too soon", "LOGIN-DELAY 1\r\n", TOO_SOON, TOO_SOON, STORE_ERROR_LINK, 1, 3 },
  { "wrong after the delay", "LOGIN-DELAY 1\r\n", TOO_SOON, "-ERR [AUTH] no\r\n", STORE_ERROR_AUTH, 1, 3 },
  { "too long a delay", "LOGIN-DELAY 121\r\n", TOO_SOON, "+OK\r\n", STORE_ERROR_LINK, 0, 2 },
  { "an endless delay", "LOGIN-DELAY 99999999999999999999\r\n", TOO_SOON, "+OK\r\n", STORE_ERROR_LINK, 0, 2 },
  { "held by another", "LOGIN-DELAY 1\r\n", "-ERR [IN-USE] busy\r\n", "+OK\r\n", STORE_ERROR_LINK, 0, 2 },
  { "refused", "LOGIN-DELAY 1\r\n", "-ERR [AUTH] no\r\n", "+OK\r\n", STORE_ERROR_AUTH, 0, 2 },
};

static void the_next_session_waits_where_the_server_wants_time_between_two(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(delays); i++) {
    g_autofree char *capabilities = g_strconcat("USER\r\nTOP\r\nUIDL\r\n", delays[i].delay, NULL);
    Pop3Conversation conversation = { POP3_FOUR, .capabilities = capabilities, .sessions = 3,
                                      .turns = { PASS("+OK\r\n"), PASS(delays[i].second), PASS(delays[i].third) } };
    Pop3Session session;
    guint item = 1, sign_ins = 0;
    pop3_session_open(&session, &conversation);
    pop3_session_list(&session, 4);
    assert_true(session.box->class->remove(session.box, &item, 1, &session.error));
    gint64 start = g_get_monotonic_time();
    gboolean done = session.box->class->commit(session.box, &session.error);
    gint64 took = g_get_monotonic_time() - start;
    if (done != (delays[i].code < 0)) print_error("%s\n", delays[i].name);
    assert_true(done == (delays[i].code < 0));
    assert_true(took >= delays[i].seconds * G_USEC_PER_SEC);
    if (done)
      pop3_session_list(&session, 3);
    else
      pop3_session_failed(&session, delays[i].code, "localhost");
    const char *heard = pop3_session_end(&session);
    for (const char *p = heard; (p = strstr(p, "PASS ")) != NULL; p++) sign_ins++;
    assert_int_equal(sign_ins, delays[i].sign_ins);
    pop3_session_free(&session);
  }
}

/* A pass that begins too soon ends at once: its next is made after the usual interval. */
static void the_first_session_does_not_wait(void **state)
{
  Pop3Conversation conversation = { .capabilities = "USER\r\nLOGIN-DELAY 60\r\n", .turns = { PASS(TOO_SOON) } };
  Server *server = server_start(pop3_peer, &conversation);
  AccountConfig account = pop3_account(server, SECURITY_NONE);
  g_autoptr(GError) error = NULL;
  gint64 start = g_get_monotonic_time();
  assert_null(pop3_box_new(&account, POP3_SECRET, &error));
  assert_true(g_get_monotonic_time() - start < 30 * G_USEC_PER_SEC);
  assert_int_equal(error->code, STORE_ERROR_LINK);
  assert_non_null(strstr(error->message, "raise interval"));
  server_free(server);
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_message_of_another_size_than_listed_is_taken_when_it_comes_twice_alike),
    cmocka_unit_test(a_large_message_is_compared_to_its_last_byte),
    cmocka_unit_test(an_empty_line_that_only_top_sends_is_not_read),
    cmocka_unit_test(the_next_session_waits_where_the_server_wants_time_between_two),
    cmocka_unit_test(the_first_session_does_not_wait),
  };
  return _cmocka_run_group_tests("pop3 box: asked again", tests, G_N_ELEMENTS(tests), certs_set_up, certs_tear_down);
}
