/* test_normalise.c - ids, addresses, subjects and display text: tables of got and want
 * Owns:     the tests of names.c and report.c.
 * Must not: read mail.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/normalise.c, filter/report.c */
#include "filter/normalise.h"
#include "filter/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

typedef struct {
  const char *given, *want;
} Row;

static void assert_row(const Row *row, const char *got)
{
  if (g_strcmp0(got, row->want) != 0)
    fail_msg("given \"%s\": got \"%s\", want \"%s\"", row->given, got != NULL ? got : "NULL",
             row->want != NULL ? row->want : "NULL");
}

static char *joined(GPtrArray *list)
{
  g_ptr_array_add(list, NULL);
  return g_strjoinv(" ", (char **)list->pdata);
}

static void an_id_is_the_same_however_it_is_written(void **state)
{
  static const Row rows[] = {
    { "<a@b>", "a@b" },
    { "a@b", "a@b" },
    { "  <A@B> \r\n", "A@B" },
    { "<<a@b>>", "a@b" },
    { "<abc.def@\r\n host.example>", "abc.def@host.example" },
    { "<a@b> (added by postmaster@c)", "a@b" },
    { "a@b (added by postmaster@c)", "a@b" },
    { "<a b@c>", "a b@c" },
    { "<a@b", "a@b" },
    { "a@b>", "a@b" },
    { "no-at-sign", "no-at-sign" },
    { "", NULL },
    { "<>", NULL },
    { "< >", NULL },
    { "a\tb@c", NULL },
    { "a\x01@b", NULL },
    { "<\xff@b>", "\xef\xbf\xbd@b" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *got = id_normalise(rows[i].given, -1);
    assert_row(&rows[i], got);
  }
  assert_null(id_normalise(NULL, -1));
  g_autofree char *longest = g_strnfill(998, 'x'), *kept = id_normalise(longest, -1);
  assert_string_equal(kept, longest);
  g_autofree char *longer = g_strnfill(999, 'x');
  assert_null(id_normalise(longer, -1));
  g_autofree char *part = id_normalise("<a@b><c@d>", 5);
  assert_string_equal(part, "a@b");
}

static void ids_of_a_field_come_apart_each_once(void **state)
{
  static const Row rows[] = {
    { "<a@b> <c@d>", "a@b c@d" },
    { "<a@b>\r\n\t<c@d>\r\n <a@b>", "a@b c@d" },
    { "a@b", "a@b" },
    { "<a@b>,<c@d>;<e@f>", "a@b c@d e@f" },
    { "text <a@b> more", "a@b" },
    { "<x <a@b>", "a@b" },
    { "<a@b> <c@d", "a@b" },
    { "", "" },
    { "<1@a> <2@a> <3@a> <4@a> <5@a>", "1@a 2@a 3@a 4@a" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
    id_collect(rows[i].given, list, 4);
    g_autofree char *got = joined(list);
    assert_row(&rows[i], got);
  }
}

static void an_address_is_the_same_however_it_is_written(void **state)
{
  static const Row rows[] = {
    { "Anna@Example.ORG", "anna@example.org" },
    { "Anna <anna@example.org>", "anna@example.org" },
    { "\"A, B\" <a@b.test>", "a@b.test" },
    { "a@b.test (Anna)", "a@b.test" },
    { "<@relay.test:a@b.test>", "a@b.test" },
    { "\"a@b.test\"", "a@b.test" },
    { "mailto:a@b.test", "a@b.test" },
    { "a@b.test.", "a@b.test" },
    { "\"A b\"@c.test", "\"a b\"@c.test" },
    { "a b@c.test", NULL },
    { "MAILER-DAEMON", NULL },
    { "@b.test", NULL },
    { "a@", NULL },
    { "", NULL },
    { "<>", NULL },
    { "J\xc3\xbcrgen@B\xc3\xbc"
      "cher.test",
      "j\xc3\xbcrgen@b\xc3\xbc"
      "cher.test" },
    { "\xff@b.test", NULL },
    { "a\\@b@c.test", "a\\@b@c.test" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *got = address_normalise(rows[i].given, FALSE);
    assert_row(&rows[i], got);
  }
  g_autofree char *bare = address_normalise("MAILER-DAEMON (Mail System)", TRUE),
                  *domain = address_normalise("a@b.test", TRUE);
  assert_string_equal(bare, "mailer-daemon");
  assert_string_equal(address_domain(domain), "b.test");
  assert_null(address_domain(bare));
  assert_null(address_domain(NULL));
  assert_null(address_normalise(NULL, TRUE));
  g_autofree char *endless = g_strnfill(400, 'a'), *too_long = g_strconcat(endless, "@b.test", NULL);
  assert_null(address_normalise(too_long, FALSE));
}

static void addresses_of_a_field_come_apart_each_once(void **state)
{
  static const Row rows[] = {
    { "A <a@b.test>, c@d.test (C, with a comma), \"E, F\" <e@f.test>", "a@b.test c@d.test e@f.test" },
    { "Friends: a@b.test, c@d.test;, x@y.test", "a@b.test c@d.test x@y.test" },
    { "undisclosed-recipients:;", "" },
    { "a@b.test; c@d.test", "a@b.test c@d.test" },
    { "<a@b.test>, A@B.TEST", "a@b.test" },
    { "\"quote \\\" in, it\" <a@b.test>, c@d.test", "a@b.test c@d.test" },
    { ", ,, a@b.test", "a@b.test" },
    { "(", "" },
    { "", "" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
    address_collect(rows[i].given, list, 10);
    g_autofree char *got = joined(list);
    assert_row(&rows[i], got);
  }
  g_autoptr(GPtrArray) none = g_ptr_array_new();
  address_collect(NULL, none, 10);
  assert_int_equal(none->len, 0);
}

static void a_pattern_takes_whole_domains_and_tags(void **state)
{
  static const struct {
    const char *address, *patterns;
    gboolean want;
  } rows[] = {
    { "me@example.org", "me@example.org", TRUE },
    { "me@example.org", "you@example.org", FALSE },
    { "any@my.test", "me@example.org; *@my.test", TRUE },
    { "any@not-my.test", "*@my.test", FALSE },
    { "me+tag@example.org", "me+*@example.org", TRUE },
    { "me@example.org", "ME@Example.org", TRUE },
    { "me@example.org", "", FALSE },
    { "me@example.org", NULL, FALSE },
    { NULL, "*", FALSE },
    { "aaaaaaaaaaaaaaab", "*a*a*a*a*a*a*c", FALSE },
    { "a@b", "*", TRUE },
    { "a@b", ";;", FALSE },
    { "a@b", "a@b*", TRUE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    if (address_matches(rows[i].address, rows[i].patterns) != rows[i].want) fail_msg("row %u: %s", i, rows[i].address);
}

static void a_subject_is_the_same_without_its_prefixes(void **state)
{
  static const Row rows[] = {
    { "Re: Lunch", "lunch" },
    { "AW: Re[2]: WG:  Lunch  today", "lunch today" },
    { "RE(3): x", "x" },
    { "回复：你好", "你好" },
    { "Antw: Sv: Vs: x", "x" },
    { "Regarding: x", "regarding: x" },
    { "Re", "re" },
    { "STRASSE ß", "strasse ss" },
    { "AZ az 09 [\\]^_`{|}~@", "az az 09 [\\]^_`{|}~@" },
    { NULL, "" },
    { "", "" },
    { "Fwd:", "" },
    { "re : x", "x" },
    { "Cafe\xcc\x81", "caf\xc3\xa9" },
    { "Отв: Привет", "привет" },
    { "a\r\n b", "a b" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *got = subject_normalise(rows[i].given);
    assert_row(&rows[i], got);
  }
}

static void a_text_becomes_one_harmless_line(void **state)
{
  static const Row rows[] = {
    { "a\r\n\tb  c ", "a b c" },
    { "a\xe2\x80\xae"
      "b",
      "ab" },
    { "a\x1b[31mb", "a[31mb" },
    { "\xff", "\xef\xbf\xbd" },
    { "soft\xc2\xadhy", "softhy" },
    { "a\xe2\x80\x8b"
      "b",
      "ab" },
    { "a\xe2\x81\xa0"
      "b\xef\xbb\xbf",
      "ab" },
    { "", "" },
    { " \n", "" },
    { "0123456789", "0123456789" },
    { "0123456789x", "0123456…" },
    { "ää ää ää", "ää ä…" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *got = text_one_line(rows[i].given, 10);
    assert_row(&rows[i], got);
    assert_true(strlen(got) <= 10 && g_utf8_validate(got, -1, NULL));
  }
  assert_null(text_one_line(NULL, 10));
}

static void every_character_that_hides_or_turns_text_is_known(void **state)
{
  static const struct {
    gunichar first, last;
    const char *why;
  } hide[] = {
    { 0x00, 0x1f, "controls" },
    { 0x7f, 0x9f, "DEL and the second controls" },
    { 0xad, 0xad, "soft hyphen" },
    { 0x34f, 0x34f, "grapheme joiner" },
    { 0x61c, 0x61c, "Arabic letter mark" },
    { 0x115f, 0x1160, "Hangul fillers" },
    { 0x17b4, 0x17b5, "Khmer vowels without a form" },
    { 0x180b, 0x180f, "Mongolian selectors and separator" },
    { 0x200b, 0x200f, "zero width, marks of direction" },
    { 0x2028, 0x202e, "separators, embeddings and overrides" },
    { 0x2060, 0x206f, "word joiner, invisible operators, isolates" },
    { 0x3164, 0x3164, "Hangul filler" },
    { 0xe000, 0xe010, "private use" },
    { 0xfeff, 0xfeff, "byte order mark" },
    { 0xffa0, 0xffa0, "halfwidth filler" },
    { 0xfff0, 0xfffb, "interlinear annotation" },
    { 0x1d173, 0x1d17a, "musical formatting" },
    { 0xe0000, 0xe01ef, "tags and selectors" },
  };
  static const char shown[] = "aZ9 ~\xc3\x9f\xe2\x80\x93\xe2\x80\xa6\xe2\x82\xac\xef\xbf\xbd";
  static const gunichar more[] = { 0x300, 0x5d0, 0x627, 0x4e2d, 0xac00, 0x2764, 0xfe0f, 0x1f600, 0x1f3fd, 0x2011 };
  for (guint i = 0; i < G_N_ELEMENTS(hide); i++)
    for (gunichar c = hide[i].first; c <= hide[i].last; c++)
      if (!text_hides(c)) fail_msg("U+%04X is shown (%s)", c, hide[i].why);
  for (const char *at = shown; *at != '\0'; at = g_utf8_next_char(at)) assert_false(text_hides(g_utf8_get_char(at)));
  for (guint i = 0; i < G_N_ELEMENTS(more); i++)
    if (text_hides(more[i])) fail_msg("U+%04X is not shown", more[i]);
}

/* Ledgers hold hashes of subjects: their normal form stays what it was, whatever is shown to people. */
static void kept_text_stays_as_it_was(void **state)
{
  static const Row rows[] = {
    { "a\xe2\x80\xae"
      "b\xef\xbb\xbf\x1b",
      "ab" },
    { "a\xe2\x80\x8d"
      "b",
      "a\xe2\x80\x8d"
      "b" },
    { "soft\xc2\xadhyphen \xee\x80\x80", "soft\xc2\xadhyphen \xee\x80\x80" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *kept = text_to_keep(rows[i].given, 100), *subject = subject_normalise(rows[i].given);
    assert_row(&rows[i], kept);
    assert_row(&rows[i], subject);
  }
}

static void a_list_takes_each_text_once_up_to_its_limit(void **state)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
  const char *given[] = { "a", "b", "a", NULL, "c", "d" };
  for (guint i = 0; i < G_N_ELEMENTS(given); i++) list_add(list, given[i], 3);
  g_autofree char *got = joined(list);
  assert_string_equal(got, "a b c");
}

static void every_kind_has_a_name_that_is_read_back(void **state)
{
  for (guint kind = 0; kind < REPORT_N_KINDS; kind++) assert_int_equal(report_kind_parse(report_kind_name(kind)), kind);
  assert_string_equal(report_kind_name(REPORT_DSN_FAILED), "dsn-failed");
  assert_string_equal(report_kind_name(REPORT_N_KINDS), "none");
  assert_int_equal(report_kind_parse("nonsense"), REPORT_NONE);
  assert_int_equal(report_kind_parse(NULL), REPORT_NONE);
  g_autoptr(GPtrArray) one = g_ptr_array_new_with_free_func((GDestroyNotify)evidence_free);
  g_ptr_array_add(one, evidence_new(EVIDENCE_FOR, "slug", "two\nlines of text\xff", NULL));
  assert_string_equal(((Evidence *)one->pdata[0])->args[0], "two lines of text\xef\xbf\xbd");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_id_is_the_same_however_it_is_written),
    cmocka_unit_test(ids_of_a_field_come_apart_each_once),
    cmocka_unit_test(an_address_is_the_same_however_it_is_written),
    cmocka_unit_test(addresses_of_a_field_come_apart_each_once),
    cmocka_unit_test(a_pattern_takes_whole_domains_and_tags),
    cmocka_unit_test(a_subject_is_the_same_without_its_prefixes),
    cmocka_unit_test(a_text_becomes_one_harmless_line),
    cmocka_unit_test(every_character_that_hides_or_turns_text_is_known),
    cmocka_unit_test(kept_text_stays_as_it_was),
    cmocka_unit_test(a_list_takes_each_text_once_up_to_its_limit),
    cmocka_unit_test(every_kind_has_a_name_that_is_read_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
