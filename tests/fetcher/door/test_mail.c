/* test_mail.c - messages through the POP3 server on loopback
 * Owns:     the messages that are hard to relay.
 * Must not: need a provider.
 * Fails:    as a test.
 * Tests:    fetcher/door/answer.c, fetcher/door/wire.c */
#include "tests/rigs/door_rig.h"
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define OK "+OK\r\n"
#define BIG ((gssize)20 << 20)
#define BURST 5000

static const char head[] = "Subject: two\r\nX-Cut: \r\n\r\n";
static const char body[] = "one\r\n\r\n..\r\n.. dots\r\nbare\rCR and \0 NUL \xff\r\n\r\nlast\r\n";

/* A message of `head` and the first `lines` of `body`; -1: all of them. */
static GString *message(gint lines)
{
  GString *all = g_string_new_len(head, sizeof head - 1);
  for (gsize i = 0; i < sizeof body - 1 && lines != 0; i++) {
    g_string_append_c(all, body[i]);
    if (body[i] == '\n') lines--;
  }
  return all;
}

static void assert_same(const GString *got, const GString *want)
{
  assert_int_equal(got->len, want->len);
  assert_memory_equal(got->str, want->str, want->len);
}

/* What the client got after the answers to the sign-in. */
static void drop_lines(GString *got, guint lines)
{
  for (; lines > 0; lines--) {
    const char *end = strchr(got->str, '\n');
    assert_non_null(end);
    g_string_erase(got, 0, end + 1 - got->str);
  }
}

static void every_byte_of_a_message_comes_through_in_pieces_of_any_size(void **state)
{
  g_autoptr(GString) all = message(-1), want = g_string_new(OK);
  Rig *rig = rig_new();
  fake_link_add(rig->link, all->str, (gssize)all->len, FALSE);
  fake_link_add(rig->link, "", 0, FALSE);
  fake_link_add(rig->link, "no end of a header\r\n", -1, FALSE);
  rig_start(rig);
  g_string_append_len(want, all->str, (gssize)all->len);
  g_string_append(want, ".\r\n" OK ".\r\n" OK "no end of a header\r\n.\r\n" OK "no end of a header\r\n.\r\n" OK);
  for (gint i = 1; i <= 64; i++) {
    rig->link->piece = (gsize)i;
    g_autoptr(GString) got = rig_talk(rig, RIG_SIGN_IN "RETR 1\r\nTOP 2 3\r\nRETR 3\r\nTOP 3 0\r\nQUIT\r\n", -1);
    drop_lines(got, 3);
    assert_same(got, want);
    rig_await(rig, i);
  }
  rig_free(rig);
}

/* Whether the provider has TOP or not, and wherever a piece ends. */
static void top_cuts_at_the_same_line_with_and_without_the_help_of_the_provider(void **state)
{
  g_autoptr(GString) all = message(-1);
  Rig *rig = rig_new();
  fake_link_add(rig->link, all->str, (gssize)all->len, FALSE);
  rig_start(rig);
  for (gint i = 0; i < 2 * 24; i++) {
    rig->link->no_top = i % 2;
    rig->link->piece = (gsize)(i / 2 + 1);
    g_autoptr(GString) sent = g_string_new(RIG_SIGN_IN), want = g_string_new(NULL);
    for (gint lines = 0; lines <= 9; lines++) {
      g_autoptr(GString) part = message(lines);
      g_string_append_printf(sent, "TOP 1 %d\r\n", lines);
      g_string_append(want, OK);
      g_string_append_len(want, part->str, (gssize)part->len);
      g_string_append(want, ".\r\n");
    }
    g_autoptr(GString) got = rig_talk(rig, sent->str, -1);
    drop_lines(got, 3);
    assert_same(got, want);
    rig_await(rig, i + 1);
  }
  rig_free(rig);
}

/* All is written before anything is read; of each of BURST messages. */
static void burst(Rig *rig, const char *verb, const char *lines_wanted)
{
  g_autoptr(GString) sent = g_string_new(RIG_SIGN_IN), want = g_string_new(NULL);
  for (guint i = 1; i <= BURST; i++) {
    g_autofree char *line = g_strdup_printf("%s %u%s\r\n", verb, i, lines_wanted);
    g_autofree char *lines = g_strdup_printf("X: %u\r\n\r\n%01000u\r\n", i, i);
    fake_link_add(rig->link, lines, -1, FALSE);
    g_string_append(sent, line);
    g_string_append_printf(want, OK "%s.\r\n", lines);
  }
  g_string_append(sent, "QUIT\r\n");
  g_string_append(want, OK);
  rig_start(rig);
  g_autoptr(GString) got = rig_talk(rig, sent->str, -1);
  drop_lines(got, 3);
  assert_same(got, want);
  rig_await(rig, 1);
  assert_int_equal(rig->link->most, DOOR_BATCH);
  /* Asked for together as far as they had come. */
  assert_in_range(rig->link->calls, BURST / DOOR_BATCH, BURST / DOOR_BATCH * 2 + 20);
  assert_string_equal(rig->told->str, "enter;quit;");
  rig_free(rig);
}

static void a_burst_of_retr_is_answered_in_order(void **state) { burst(rig_new(), "RETR", ""); }

static void a_burst_of_top_is_answered_in_order(void **state) { burst(rig_new(), "TOP", " 1"); }

static void a_burst_of_small_commands_is_answered_in_order(void **state)
{
  g_autoptr(GString) sent = g_string_new(RIG_SIGN_IN), want = g_string_new(NULL);
  Rig *rig = rig_new();
  for (guint i = 1; i <= BURST; i++) {
    fake_link_add(rig->link, "X: y\r\n\r\n", -1, FALSE);
    g_string_append_printf(sent, "DELE %u\r\n", i);
    g_string_append(want, OK);
  }
  for (guint i = 0; i < BURST; i++) {
    g_string_append(sent, i % 2 ? "NOOP\r\n" : "STAT\r\n");
    g_string_append(want, i % 2 ? OK : "+OK 0 0\r\n");
  }
  rig_start(rig);
  g_autoptr(GString) got = rig_talk(rig, sent->str, -1);
  drop_lines(got, 3);
  assert_same(got, want);
  rig_await(rig, 1);
  assert_string_equal(rig->link->heard->str, "");
  rig_free(rig);
}

/* Large ones are not asked for many at a time: a client that goes away would have them all dropped. */
static void large_messages_are_asked_for_one_at_a_time(void **state)
{
  Rig *rig = rig_new();
  g_autoptr(GString) sent = g_string_new(RIG_SIGN_IN);
  for (guint i = 1; i <= 8; i++) {
    fake_link_add(rig->link, NULL, 600000, FALSE);
    g_string_append_printf(sent, "RETR %u\r\n", i);
  }
  rig_start(rig);
  g_autoptr(GString) got = rig_talk(rig, sent->str, -1);
  rig_await(rig, 1);
  assert_int_equal(rig->link->most, 2);
  assert_true(got->len > 8 * 600000);
  rig_free(rig);
}

/* What ends with a bare LF would hide the dot that ends the answer; words that the provider did not give. */
static void odd_answers_of_the_provider_reach_the_client_as_good_ones(void **state)
{
  static const char odd[] = "A: b\nC: d\n\nE: f\r\n\n\r\n\r\none\ntwo\r\n\r\nfour\r\n";
  Rig *rig = rig_new();
  fake_link_add(rig->link, odd, -1, FALSE);
  fake_link_add(rig->link, NULL, 9, FALSE)->refusal = "";
  rig->link->no_top = TRUE;
  rig_start(rig);
  g_autoptr(GString) got = rig_talk(rig, RIG_SIGN_IN "TOP 1 1\r\nRETR 2\r\nTOP 1 0\r\n", -1);
  drop_lines(got, 3);
  assert_string_equal(got->str,
                      OK "A: b\nC: d\n\nE: f\r\n\n\r\n\r\none\ntwo\r\n.\r\n"
                         "-ERR the provider does not give this message\r\n" OK "A: b\nC: d\n\nE: f\r\n\n\r\n\r\n.\r\n");
  rig_free(rig);
}

/* The most memory this process had, in KiB. */
static gint64 peak(void)
{
  g_autofree char *status = NULL;
  assert_true(g_file_get_contents("/proc/self/status", &status, NULL, NULL));
  const char *line = strstr(status, "VmHWM:");
  assert_non_null(line);
  return g_ascii_strtoll(line + 6, NULL, 10);
}

/* The provider's message is taken no faster than the client takes it. */
static void a_big_message_is_taken_no_faster_than_the_client_takes_it(void **state)
{
  static char buffer[65536];
  Rig *rig = rig_new();
  fake_link_add(rig->link, NULL, BIG, FALSE);
  rig_start(rig);
  int fd = rig_enter(rig);
  gint64 before = peak();
  rig_send(fd, "RETR 1\r\nQUIT\r\n", -1);
  g_usleep(300000);
  assert_in_range(g_atomic_int_get(&rig->link->given), 1, BIG * 3 / 4);
  g_autofree char *answer = rig_line(fd);
  assert_string_equal(answer, OK);
  gssize at = 0;
  for (ssize_t n; at < BIG; at += n) {
    n = recv(fd, buffer, (gsize)MIN((gssize)sizeof buffer, BIG - at), 0);
    assert_true(n > 0);
    for (ssize_t i = 0; i < n; i++)
      if (buffer[i] != fake_octet((guint64)(at + i))) fail_msg("octet %" G_GSSIZE_FORMAT, at + i);
  }
  g_autoptr(GString) rest = rig_rest(fd);
  assert_string_equal(rest->str, ".\r\n" OK);
  close(fd);
  assert_in_range(peak() - before, 0, 4096);
  rig_free(rig);
}

/* A message that comes slowly is shown as it comes, not when the buffer is full. */
static void a_message_that_comes_slowly_is_shown_as_it_comes(void **state)
{
  Rig *rig = rig_new();
  fake_link_add(rig->link, NULL, 8000, FALSE);
  rig->link->piece = 80;
  rig->link->delay = 10000;
  rig->door->limits.keep_alive = 30;
  rig_start(rig);
  int fd = rig_enter(rig);
  rig_send(fd, "RETR 1\r\n", -1);
  for (guint i = 0; i < 2; i++) g_free(rig_line(fd));
  assert_in_range(g_atomic_int_get(&rig->link->given), 80, 4000);
  shutdown(fd, SHUT_WR);
  g_autoptr(GString) rest = rig_rest(fd);
  assert_int_equal(rest->len, 8000 - 80 + 3);
  close(fd);
  rig_await(rig, 1);
  /* The provider heard of us, but not in the middle of its message. */
  assert_null(strstr(rig->link->heard->str, "NOOP"));
  rig_free(rig);
}

/* Wherever the link breaks: no message looks whole that is not, and nothing is deleted. */
static void wherever_the_link_breaks_no_message_looks_whole_and_nothing_is_deleted(void **state)
{
  static const char mail[] = "A: b\r\n\r\nbody\r\n..\r\n";
  static const char want[] = OK "A: b\r\n\r\nbody\r\n..\r\n.\r\n" OK OK "A: b\r\n\r\nbody\r\n..\r\n.\r\n" OK;
  gint octets = 2 * (gint)(sizeof mail - 1);
  for (gint at = 0; at <= octets; at++) {
    Rig *rig = rig_new();
    for (guint i = 0; i < 2; i++) fake_link_add(rig->link, mail, -1, FALSE);
    rig->link->break_after = at;
    rig->link->piece = 5;
    rig_start(rig);
    g_autoptr(GString) got = rig_talk(rig, RIG_SIGN_IN "RETR 1\r\nDELE 1\r\nRETR 2\r\nQUIT\r\n", -1);
    rig_stop(rig);
    drop_lines(got, 3);
    assert_true(g_str_has_prefix(want, got->str));
    /* Broken at its last octet is broken: there was no last line. */
    gint whole = at / (gint)(sizeof mail - 1) - (at % (gint)(sizeof mail - 1) == 0 && at > 0);
    gint ends = 0;
    for (const char *c = got->str; (c = strstr(c, "\r\n.\r\n")) != NULL; c++) ends++;
    assert_int_equal(ends, whole);
    assert_null(strstr(rig->link->heard->str, "DELE"));
    assert_string_equal(rig->told->str, "enter;broke;gone;");
    rig_free(rig);
  }
}

static void a_client_that_goes_away_in_a_message_frees_the_door(void **state)
{
  Rig *rig = rig_new();
  fake_link_add(rig->link, NULL, BIG, FALSE);
  fake_link_add(rig->link, "X: y\r\n\r\n", -1, FALSE);
  rig_start(rig);
  for (gint i = 1; i <= 3; i++) {
    int fd = rig_enter(rig);
    rig_send(fd, "DELE 2\r\nRETR 1\r\nQUIT\r\n", -1);
    for (guint n = 0; n < 1000; n++) g_free(rig_line(fd));
    close(fd);
    rig_await(rig, i);
  }
  g_autoptr(GString) got = rig_talk(rig, RIG_SIGN_IN "STAT\r\nQUIT\r\n", -1);
  assert_true(g_str_has_suffix(got->str, "+OK 2 20971528\r\n" OK));
  rig_await(rig, 4);
  assert_string_equal(rig->told->str, "enter;gone;enter;gone;enter;gone;enter;quit;");
  assert_string_equal(rig->link->heard->str, "RETR 1;RETR 1;RETR 1;");
  rig_free(rig);
}

/* What was asked for was not delivered: QUIT must not delete it. */
static void a_client_that_left_before_its_answers_deletes_nothing_by_quit(void **state)
{
  Rig *rig = rig_new();
  struct linger reset = { .l_onoff = 1 };
  fake_link_add(rig->link, "X: y\r\n\r\n", -1, FALSE);
  rig->link->delay = 200000;
  rig_start(rig);
  int fd = rig_enter(rig);
  rig_send(fd, "RETR 1\r\nDELE 1\r\nQUIT\r\n", -1);
  g_usleep(50000);
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close(fd);
  rig_await(rig, 1);
  assert_string_equal(rig->link->heard->str, "RETR 1;");
  assert_string_equal(rig->told->str, "enter;gone;");
  rig_free(rig);
}

/* Where the sockets hold little, a client that writes all its commands first is heard out all the same. */
static void a_client_that_writes_all_its_commands_first_is_heard_out(void **state)
{
  Rig *rig = rig_new();
  g_autoptr(GString) sent = g_string_new(NULL);
  g_autofree char *lines = g_strnfill(100, 'x');
  int little = 4096, more = 32768;
  strcpy(lines + 98, "\r\n");
  fake_link_add(rig->link, lines, -1, FALSE);
  setsockopt(rig->door->listeners[0], SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
  setsockopt(rig->door->listeners[0], SOL_SOCKET, SO_SNDBUF, &more, sizeof more);
  rig_start(rig);
  int fd = rig_enter(rig);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &more, sizeof more);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
  for (guint i = 0; i < BURST; i++) g_string_append(sent, "RETR 1\r\n");
  assert_true(rig_send(fd, sent->str, (gssize)sent->len));
  shutdown(fd, SHUT_WR);
  g_autoptr(GString) got = rig_rest(fd);
  assert_int_equal(got->len, BURST * (strlen(OK) + 100 + strlen(".\r\n")));
  close(fd);
  rig_free(rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_big_message_is_taken_no_faster_than_the_client_takes_it), /* first: it looks at the most memory
                                                                                    there ever was */
    cmocka_unit_test(every_byte_of_a_message_comes_through_in_pieces_of_any_size),
    cmocka_unit_test(top_cuts_at_the_same_line_with_and_without_the_help_of_the_provider),
    cmocka_unit_test(a_burst_of_retr_is_answered_in_order),
    cmocka_unit_test(a_burst_of_top_is_answered_in_order),
    cmocka_unit_test(a_burst_of_small_commands_is_answered_in_order),
    cmocka_unit_test(large_messages_are_asked_for_one_at_a_time),
    cmocka_unit_test(odd_answers_of_the_provider_reach_the_client_as_good_ones),
    cmocka_unit_test(a_message_that_comes_slowly_is_shown_as_it_comes),
    cmocka_unit_test(wherever_the_link_breaks_no_message_looks_whole_and_nothing_is_deleted),
    cmocka_unit_test(a_client_that_goes_away_in_a_message_frees_the_door),
    cmocka_unit_test(a_client_that_left_before_its_answers_deletes_nothing_by_quit),
    cmocka_unit_test(a_client_that_writes_all_its_commands_first_is_heard_out),
  };
  return _cmocka_run_group_tests("door: mail", tests, G_N_ELEMENTS(tests), NULL, NULL);
}
