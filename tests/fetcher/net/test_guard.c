/* test_guard.c - what the guard lets through and what it stops
 * Owns:     the table below; every row is fed whole and byte by byte.
 * Must not: touch the network.
 * Fails:    as a test.
 * Tests:    fetcher/net/guard.c */
#include "fetcher/net/guard.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define TEN(s) s s s s s s s s s s
#define DEEP "(" TEN(TEN("("))

static const struct {
  const char *bytes;
  guint64 budget;
  const char *problem; /* a part of it; NULL: passes */
} rows[] = {
  { "* OK ready\r\n* LIST () \"/\" INBOX\r\n1 OK\r\n", 100, NULL },
  { "* 1 FETCH (BODY[] {5}\r\n((((( UID 1)\r\n1 OK\r\n", 100, NULL },
  /* nesting */
  { "* 1 FETCH " DEEP "\r\n", 1000, "nested" },
  { "* 1 FETCH (BODY {3}\r\n)))" TEN(TEN("(")) "\r\n", 1000, "nested" },
  { "* 1 FETCH (X \"" DEEP "\")\r\n", 1000, NULL },
  { "* 1 FETCH (X \"\\\"" DEEP "\")\r\n", 1000, NULL },
  { "* 1 FETCH (X \"\\\\\"" DEEP ")\r\n", 1000, "nested" },
  { "* 1 FETCH (X {500}\r\n" DEEP DEEP ")\r\n", 1000, NULL },
  { "* 1 FETCH ((((\r\n* 1 FETCH " TEN(TEN("(")) "\r\n", 1000, NULL },
  /* What is no literal must not hide what follows. */
  { "* OK {500}\r\n* 1 FETCH " DEEP "\r\n", 1000, "nested" },
  { "* ok {500}\r\n* 1 FETCH " DEEP "\r\n", 1000, "nested" },
  { "* PREAUTH {500}\r\n* 1 FETCH " DEEP "\r\n", 1000, "nested" },
  { "1 NO {500}\r\n* 1 FETCH " DEEP "\r\n", 1000, "nested" },
  { "+ {500}\r\n* 1 FETCH " DEEP "\r\n", 1000, "nested" },
  { "* OK said \"\r\n* 1 FETCH " DEEP "\r\n", 1000, "nested" },
  { "* OK said \" " DEEP "\r\n", 1000, "nested" },
  { "* 1 FETCH (\"{500}\r\n" DEEP "\r\n", 1000, "nested" },
  { "* 1 FETCH ({500} \r\n" DEEP "\r\n", 1000, "nested" },
  { "* 1 FETCH ({500\r\n" DEEP "\r\n", 1000, "nested" },
  { "* 1 FETCH ({5x0}\r\n" DEEP "\r\n", 1000, "nested" },
  /* budget and literals */
  { "* OK ready\r\n", 12, NULL },
  { "* OK ready\r\n", 11, "more than" },
  { "* 1 FETCH (X {82}\r\n", 100, "announced" },
  { "* 1 FETCH (X {2147483648}\r\n", G_MAXUINT32, NULL },
  { "* 1 FETCH (X {18446744073709551621}\r\n", (guint64)1 << 30, "announced" },
  { "* 1 FETCH (X {99999999999999999999999999999999999999999999}\r\n", (guint64)1 << 30, "announced" },
  { "* 1 FETCH (X {0}\r\n" DEEP "\r\n", 1000, "nested" },
  { "* 1 FETCH (X {3}\n(((\"" DEEP "\")\r\n", 1000, NULL },
  { "* 1 FETCH (X {3+}\r\n(((\"" DEEP "\")\r\n", 1000, NULL },
};

static const char *feed(const char *bytes, gsize length, guint64 budget, gsize piece)
{
  Guard guard = GUARD_INIT;
  guard_command(&guard, budget);
  for (gsize done = 0; done < length; done += piece) {
    const char *problem = guard_feed(&guard, bytes + done, MIN(piece, length - done));
    if (problem != NULL) return problem;
  }
  return NULL;
}

static void what_a_server_may_send_is_counted_in_pieces_of_any_size(void **state)
{
  static const gsize pieces[] = { 1, 3, 4096 };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    for (guint j = 0; j < G_N_ELEMENTS(pieces); j++) {
      const char *problem = feed(rows[i].bytes, strlen(rows[i].bytes), rows[i].budget, pieces[j]);
      gboolean right =
          rows[i].problem == NULL ? problem == NULL : problem != NULL && strstr(problem, rows[i].problem) != NULL;
      if (!right) print_error("row %u in pieces of %zu: %s\n", i, pieces[j], problem != NULL ? problem : "passed");
      assert_true(right);
    }
}

static void a_line_without_end_is_refused(void **state)
{
  g_autofree char *line = g_strnfill(GUARD_LINE + 1, 'a');
  memcpy(line, "* SEARCH ", 9);
  assert_null(feed(line, GUARD_LINE, G_MAXUINT64, 65536));
  assert_non_null(strstr(feed(line, GUARD_LINE + 1, G_MAXUINT64, 65536), "line without end"));
}

static void many_small_lines_are_counted_and_rows_of_a_scan_are_not(void **state)
{
  Guard guard = GUARD_INIT;
  guint fit = GUARD_LOOSE / (5 + GUARD_ROW);
  guard_command(&guard, G_MAXUINT64);
  for (guint i = 0; i < fit; i++) assert_null(guard_feed(&guard, "* OK\r\n", 6));
  assert_non_null(guard_feed(&guard, "* OK\r\n", 6));
  /* Rows of a scan are no such lines. */
  guard_command(&guard, G_MAXUINT64);
  for (guint i = 0; i < fit + 10; i++) assert_null(guard_feed(&guard, "* 1 FETCH (X {1}\r\na)\r\n", 22));
}

static void a_command_within_a_line_keeps_the_count_of_its_literal(void **state)
{
  Guard guard = GUARD_INIT;
  guard_command(&guard, 100);
  assert_null(guard_feed(&guard, "* 1 FETCH (X {2", 15));
  guard_command(&guard, 100);
  assert_null(guard_feed(&guard, "0}\r\n", 4));
  assert_int_equal(guard.literal, 20);
  assert_int_equal(guard.left, 96);
}

/* Another protocol: nothing but bytes counts. */
static void of_another_protocol_only_bytes_are_counted(void **state)
{
  static const char bytes[] = "* 1 FETCH " DEEP "\r\n(X {99999999}\r\n";
  for (guint piece = 1; piece < 100; piece += 98) {
    Guard guard = { .bytes_only = TRUE };
    guard_command(&guard, sizeof bytes);
    for (gsize done = 0; done < sizeof bytes; done += piece)
      assert_null(guard_feed(&guard, bytes + done, MIN(piece, sizeof bytes - done)));
    assert_non_null(strstr(guard_feed(&guard, "x", 1), "more than"));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_a_server_may_send_is_counted_in_pieces_of_any_size),
    cmocka_unit_test(of_another_protocol_only_bytes_are_counted),
    cmocka_unit_test(a_line_without_end_is_refused),
    cmocka_unit_test(many_small_lines_are_counted_and_rows_of_a_scan_are_not),
    cmocka_unit_test(a_command_within_a_line_keeps_the_count_of_its_literal),
  };
  return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
