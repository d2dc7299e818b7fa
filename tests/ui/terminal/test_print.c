/* test_print.c - columns, cuts and times
 * Owns:     a file under /tmp that catches what is printed.
 * Must not: depend on a terminal.
 * Fails:    by TAP.
 * Tests:    ui/terminal/print.c */
#include "ui/terminal/print.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
// cmocka wants the headers above first
#include <cmocka.h>

static int kept, caught;

/* From here on standard output goes to a file, until end(), which returns it. */
static void begin(void)
{
  char name[] = "/tmp/backstop-print-XXXXXX";
  fflush(stdout);
  kept = dup(STDOUT_FILENO);
  caught = mkstemp(name);
  assert_true(kept >= 0 && caught >= 0);
  unlink(name);
  dup2(caught, STDOUT_FILENO);
}

static char *end(void)
{
  static char text[100000];
  fflush(stdout);
  dup2(kept, STDOUT_FILENO);
  close(kept);
  ssize_t length = pread(caught, text, sizeof text - 1, 0);
  close(caught);
  assert_true(length >= 0);
  text[length] = '\0';
  return text;
}

static void a_wide_character_takes_two_columns(void **state)
{
  static const struct {
    const char *text;
    guint columns;
  } rows[] = { { "", 0 }, { "abc", 3 }, { "Größe", 5 }, { "日本", 4 }, { "e\xcc\x81", 1 } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) assert_int_equal(print_columns(rows[i].text), rows[i].columns);
}

static const char *const titles[] = { "ID", "NAME", "SUBJECT", NULL };
static const guint least[] = { 0, 4, 7 };

static char *table(guint width)
{
  g_autoptr(Table) rows = table_new(titles, least);
  table_add(rows, (const char *[]){ "1", "short", "日本日本日本日本" });
  table_add(rows, (const char *[]){ "123", NULL, "a\033[31m\nb\x9b" });
  assert_int_equal(table_rows(rows), 2);
  begin();
  table_print(rows, width);
  return end();
}

static void a_table_is_no_wider_than_the_terminal(void **state)
{
  char *text = table(0);
  assert_non_null(strstr(text, "ID   NAME   SUBJECT\n1    short  日本日本日本日本\n123         "));
  assert_null(strchr(text, '\033'));
  /* 3 + 2 + 5 + 2 + 16 = 28 */
  assert_non_null(strstr(table(28), "日本日本日本日本\n"));
  /* a wide character is left out whole */
  assert_non_null(strstr(table(27), "1    short  日本日本日本日…\n"));
  assert_non_null(strstr(table(26), "1    short  日本日本日本…\n"));
  /* no further than allowed */
  assert_non_null(strstr(table(1), "ID   NAME  SUBJECT\n1    sho…  日本日…\n"));
}

static void a_long_text_is_wrapped_and_indented(void **state)
{
  g_autofree char *text = g_strnfill(300, 'x');
  for (guint i = 9; i < 300; i += 10) text[i] = ' ';
  begin();
  print_wrapped("  * ", text);
  char *got = end();
  g_auto(GStrv) lines = g_strsplit(got, "\n", -1);
  assert_true(g_str_has_prefix(lines[0], "  * xxxxxxxxx xxx"));
  for (char **line = lines; **line != '\0'; line++) {
    assert_true(strlen(*line) <= 80);
    if (line != lines) assert_true(g_str_has_prefix(*line, "    xxx"));
  }
  assert_int_equal(g_strv_length(lines), 6);
  begin();
  print_wrapped("- ", "\033[2Ja\nb");
  assert_null(strchr(end(), '\033'));
}

static void a_field_without_a_value_is_left_out(void **state)
{
  begin();
  print_field("subject", NULL);
  print_field("subject", "x");
  assert_string_equal(end(), "  subject            x\n");
}

static void times_are_told_as_people_tell_them(void **state)
{
  gint64 now = g_get_real_time() / G_USEC_PER_SEC;
  gint64 noon = now - now % 86400 + 43200;
  g_autofree char *today = print_time(noon), *yesterday = print_time(noon - 86400), *old = print_time(1551614640);
  g_autofree char *never = print_time(0), *brief = print_day(1551614640), *none = print_day(0);
  g_autofree char *beyond = print_time(G_MAXINT64);
  assert_string_equal(today, "12:00 today");
  assert_string_equal(yesterday, "12:00 yesterday");
  assert_string_equal(old, "3 March 2019, 12:04");
  assert_string_equal(never, "never");
  assert_string_equal(brief, "2019-03-03");
  assert_string_equal(none, "-");
  assert_string_equal(beyond, "unknown");
}

int main(void)
{
  setenv("TZ", "UTC", 1);
  tzset();
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_wide_character_takes_two_columns),  cmocka_unit_test(a_table_is_no_wider_than_the_terminal),
    cmocka_unit_test(a_long_text_is_wrapped_and_indented), cmocka_unit_test(a_field_without_a_value_is_left_out),
    cmocka_unit_test(times_are_told_as_people_tell_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
