/* test_shown.c - hostile text of mail as the window shows it
 * Owns:     a table of got and want.
 * Must not: need a display.
 * Fails:    by cmocka.
 * Tests:    ui/model/shown.h */
#include "ui/model/shown.h"
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
// cmocka wants the headers above first
#include <cmocka.h>

static const struct {
  const char *in, *out;
} lines[] = {
  { "plain", "plain" },
  { "", "" },
  { "<b>bold</b> &amp; <a href=\"x\">", "<b>bold</b> &amp; <a href=\"x\">" },
  { "Grüße 你好 שלום", "Grüße 你好 שלום" },
  { "invoice\xe2\x80\xae"
    "fdp.exe",
    "invoice⟨U+202E⟩fdp.exe" },
  { "\xe2\x81\xa6x\xe2\x81\xa9", "⟨U+2066⟩x⟨U+2069⟩" },
  { "\xe2\x80\x8bzero\xef\xbb\xbf", "⟨U+200B⟩zero⟨U+FEFF⟩" },
  { "soft\xc2\xadhyphen", "soft⟨U+00AD⟩hyphen" },
  { "\x1b[31mred\x07\x7f", "⟨U+001B⟩[31mred⟨U+0007⟩⟨U+007F⟩" },
  { "two\nlines\r\ttab", "two⟨U+000A⟩lines⟨U+000D⟩⟨U+0009⟩tab" },
  { "line\xe2\x80\xa8separator", "line⟨U+2028⟩separator" },
  { "c1\xc2\x9bx", "c1⟨U+009B⟩x" },
  { "\xff\xfe"
    "bad\xc3",
    "��bad�" },
  { "\xed\xa0\x80surrogate", "���surrogate" },
  { "tag\xf3\xa0\x80\xa1", "tag⟨U+E0021⟩" },
  { "z\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81!", "z\xcc\x81\xcc\x81\xcc\x81\xcc\x81!" },
};

static void every_text_becomes_one_harmless_line(void **state)
{
  assert_null(shown_line(NULL, 10));
  for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
    g_autofree char *got = shown_line(lines[i].in, 200);
    if (strcmp(got, lines[i].out) != 0) fail_msg("row %u: got \"%s\", wanted \"%s\"", i, got, lines[i].out);
    assert_true(g_utf8_validate(got, -1, NULL));
  }
}

static void a_long_line_is_cut_by_characters(void **state)
{
  g_autofree char *text = g_strnfill(10000, 'x'), *got = shown_line(text, 200), *exact = shown_line("four", 4);
  assert_int_equal(g_utf8_strlen(got, -1), 201);
  assert_true(g_str_has_suffix(got, "x…"));
  assert_string_equal(exact, "four");
  g_autofree char *wide = shown_line("ääää", 3);
  assert_string_equal(wide, "äää…");
}

static void every_byte_of_a_message_is_shown_or_named(void **state)
{
  static const char raw[] = "From: a\r\nSubject: x\0y\r\n\r\n\tbody \x1b[2J\n\xff\n\rmid\r";
  g_autofree char *got = shown_text(raw, sizeof raw - 1);
  assert_string_equal(got, "From: a\nSubject: x⟨U+0000⟩y\n\n    body ⟨U+001B⟩[2J\n�\n⟨U+000D⟩mid⟨U+000D⟩\n");
  g_autofree char *empty = shown_text("", 0);
  assert_string_equal(empty, "");
}

static void of_a_huge_message_lines_and_their_number_are_cut(void **state)
{
  g_autofree char *line = g_strnfill(250000, 'A');
  g_autofree char *got = shown_text(line, 250000);
  assert_true(strlen(got) < SHOWN_WIDTH + 60);
  assert_non_null(strstr(got, "(249000 more characters)"));
  g_autoptr(GString) many = g_string_new(NULL);
  for (guint i = 0; i < 2 * SHOWN_LINES; i++) g_string_append(many, "\n");
  g_autofree char *cut = shown_text(many->str, many->len);
  assert_true(g_str_has_suffix(cut, "(the rest is not shown)\n"));
  assert_true(strlen(cut) < SHOWN_LINES + 100);
}

static void times_are_told_as_people_tell_them(void **state)
{
  g_autofree char *never = shown_time(0), *old = shown_time(1551614400), *day = shown_day(1551614400);
  g_autofree char *now = shown_time(g_get_real_time() / G_USEC_PER_SEC), *none = shown_stamp(0);
  assert_string_equal(never, "never");
  assert_non_null(strstr(old, "2019"));
  assert_string_equal(day, "3 March 2019");
  assert_int_equal(strlen(now), 5);
  assert_string_equal(none, "");
  g_autofree char *wild = shown_time(G_MAXINT64);
  assert_string_equal(wild, "unknown");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_text_becomes_one_harmless_line),
    cmocka_unit_test(a_long_line_is_cut_by_characters),
    cmocka_unit_test(every_byte_of_a_message_is_shown_or_named),
    cmocka_unit_test(of_a_huge_message_lines_and_their_number_are_cut),
    cmocka_unit_test(times_are_told_as_people_tell_them),
  };
  return cmocka_run_group_tests_name("shown", tests, NULL, NULL);
}
