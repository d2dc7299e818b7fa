/* test_reader.c - how the reader cuts what a server sends, and what it stops
 * Owns:     the table of byte streams below; every row is fed whole and in pieces.
 * Must not: touch the network.
 * Fails:    as a test.
 * Tests:    fetcher/imap/reader.c */
#include "fetcher/imap/reader.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define TEN(s) s s s s s s s s s s
#define DEEP "(" TEN(TEN("("))
#define MOST 1000

/* clang-format off */
static const struct {
  const char *name, *bytes;
  const char *cut;   /* the responses, each with "|" after it, line breaks within them as "~" */
  const char *fault; /* a part of it; NULL: none */
} rows[] = {
  { "lines_are_responses", "* OK ready\r\n* LIST () \"/\" INBOX\n1 OK\r\n", "* OK ready|* LIST () \"/\" INBOX|1 OK|", NULL },
  { "a_literal_belongs_to_its_response", "* 1 FETCH (X {5}\r\n\"(\r\n( UID 1)\r\n1 OK\r\n", "* 1 FETCH (X {5}~\"(~( UID 1)|1 OK|", NULL },
  { "a_response_may_have_two_literals", "* LIST () {1}\r\n/ {2}\r\nab\r\n* 2\r\n", "* LIST () {1}~/ {2}~ab|* 2|", NULL },
  { "a_literal_may_be_empty", "* X {0}\r\n\r\n* Y\r\n", "* X {0}~|* Y|", NULL },
  { "a_literal_may_have_a_plus", "* X {2+}\r\nab c\r\n", "* X {2+}~ab c|", NULL },
  { "an_unfinished_response_is_none", "* X {2}\r\nab c", "", NULL },
  { "an_empty_line_is_a_response", "\r\n* X\r\n", "|* X|", NULL },
  { "text_for_people_has_no_literal", "* OK {500}\r\n1 NO {5}\r\n+ {5}\r\n* bye {5}\r\n* PREAUTH {5}\r\n* BAD{5}\r\n", "* OK {500}|1 NO {5}|+ {5}|* bye {5}|* PREAUTH {5}|* BAD{5}|", NULL },
  { "two_blanks_do_not_make_text_a_literal", "*  OK {500}\r\n* X\r\n", "*  OK {500}|* X|", NULL },
  { "a_tab_is_no_blank", "*\tX {500}\r\n* X\r\n", "*\tX {500}|* X|", NULL },
  { "quoted_braces_are_no_literal", "* X \"{5}\r\n* Y \"a\\\"{5}\r\n* Z\r\n", "* X \"{5}|* Y \"a\\\"{5}|* Z|", NULL },
  { "a_quote_within_a_word_opens_nothing", "* X (a\"b) {2}\r\n\r\n)\r\n* Y\r\n", "* X (a\"b) {2}~~)|* Y|", NULL },
  { "no_literal_without_a_number", "* X {}\r\n* X {-1}\r\n* X {x}\r\n* X 5}\r\n* X {5} \r\n* X {+}\r\n", "* X {}|* X {-1}|* X {x}|* X 5}|* X {5} |* X {+}|", NULL },
  { "lists_may_nest", "* X " TEN(TEN("(")) "\r\n", "* X " TEN(TEN("(")) "|", NULL },
  { "lists_may_not_nest_without_end", "* X " DEEP "\r\n", "", "nested" },
  { "a_literal_does_not_hide_nesting", "* X (A {3}\r\n)))" TEN(TEN("(")) "\r\n", "", "nested" },
  { "quoted_parentheses_do_not_nest", "* X \"\\\"" DEEP "\"\r\n", "* X \"\\\"" DEEP "\"|", NULL },
  { "parentheses_for_people_do_not_nest", "* OK " DEEP "\r\n", "* OK " DEEP "|", NULL },
  { "each_response_nests_anew", "* X ((((\r\n* Y " TEN(TEN("(")) "\r\n", "* X ((((|* Y " TEN(TEN("(")) "|", NULL },
  { "a_literal_may_not_be_longer_than_the_answer", "* X {1001}\r\n", "", "announced" },
  { "a_length_that_overflows_is_too_long", "* X {18446744073709551621}\r\n", "", "announced" },
  { "a_length_without_end_is_too_long", "* X {99999999999999999999999999999999999999999999}\r\n", "", "announced" },
  { "control_characters_are_not_imap", "* X \x01\r\n", "", "not IMAP" },
  { "control_characters_may_be_quoted", "* X \"\x01\"\r\n", "* X \"\x01\"|", NULL },
  { "not_too_many_literals", "* X" TEN(TEN(" {0}\r\n")) "\r\n", "", "too many parts" },
};
/* clang-format on */

static const char *feed(const char *bytes, gsize length, gsize piece, GString *cut)
{
  Reader reader;
  const char *fault = NULL;
  reader_init(&reader);
  reader_command(&reader, MOST, READER_KEEP);
  for (gsize done = 0; done < length && fault == NULL;) {
    gsize n = reader_feed(&reader, bytes + done, MIN(piece, length - done), &fault);
    done += n;
    assert_true(n > 0 || fault != NULL);
    if (!reader.whole) continue;
    for (gsize i = 0; i < reader.text->len; i++)
      if (reader.text->str[i] == '\n')
        g_string_append_c(cut, '~');
      else if (reader.text->str[i] != '\r')
        g_string_append_c(cut, reader.text->str[i]);
    g_string_append_c(cut, '|');
  }
  reader_clear(&reader);
  return fault;
}

static void test_row(void **state)
{
  static const gsize pieces[] = { 1, 3, 4096 };
  guint i = GPOINTER_TO_UINT(*state);
  for (guint j = 0; j < G_N_ELEMENTS(pieces); j++) {
    g_autoptr(GString) cut = g_string_new(NULL);
    const char *fault = feed(rows[i].bytes, strlen(rows[i].bytes), pieces[j], cut);
    assert_string_equal(cut->str, rows[i].cut);
    if (rows[i].fault == NULL && fault != NULL) print_error("%s\n", fault);
    assert_int_equal(fault != NULL, rows[i].fault != NULL);
    if (fault != NULL) assert_non_null(strstr(fault, rows[i].fault));
  }
}

static void a_line_has_an_end(void **state)
{
  g_autoptr(GString) cut = g_string_new(NULL);
  g_autofree char *line = g_strnfill(READER_LINE + 1, 'a');
  memcpy(line, "* SEARCH ", 9);
  assert_null(feed(line, READER_LINE, 65536, cut));
  assert_non_null(strstr(feed(line, READER_LINE + 1, 65536, cut), "line without end"));
}

/* Lines between literals count together. */
static void many_lines_of_one_response_have_an_end(void **state)
{
  g_autoptr(GString) text = g_string_new("* X"), cut = g_string_new(NULL);
  g_autofree char *filler = g_strnfill(READER_LINE / 4, 'a');
  for (guint i = 0; i < 5; i++) g_string_append_printf(text, " %s {0}\r\n", filler);
  assert_non_null(strstr(feed(text->str, text->len, 65536, cut), "line without end"));
}

static void only_the_beginning_of_a_literal_is_kept(void **state)
{
  static const char bytes[] = "* X {10}\r\n0123456789)\r\n";
  for (gsize piece = 1; piece < 30; piece++) {
    Reader reader;
    const char *fault = NULL;
    reader_init(&reader);
    reader_command(&reader, MOST, 4);
    for (gsize done = 0; done < strlen(bytes);)
      done += reader_feed(&reader, bytes + done, MIN(piece, strlen(bytes) - done), &fault);
    assert_null(fault);
    assert_true(reader.whole);
    assert_string_equal(reader.text->str, "* X {10}\r\n0123)");
    const Literal *literal = &g_array_index(reader.literals, Literal, 0);
    assert_int_equal(literal->brace, 4);
    assert_int_equal(literal->length, 4);
    assert_int_equal(literal->whole, 10);
    reader_clear(&reader);
  }
}

static void lines_only_means_no_literals(void **state)
{
  static const char bytes[] = "* X {10}\r\n* " DEEP "\r\n";
  Reader reader;
  const char *fault = NULL;
  reader_init(&reader);
  reader.lines_only = TRUE;
  assert_int_equal(reader_feed(&reader, bytes, strlen(bytes), &fault), 10);
  assert_true(reader.whole);
  assert_string_equal(reader.text->str, "* X {10}");
  assert_int_equal(reader_feed(&reader, bytes + 10, strlen(bytes) - 10, &fault), strlen(bytes) - 10);
  assert_true(reader.whole);
  assert_null(fault);
  reader_clear(&reader);
}

int main(void)
{
  struct CMUnitTest tests[G_N_ELEMENTS(rows) + 4] = { cmocka_unit_test(a_line_has_an_end),
                                                      cmocka_unit_test(many_lines_of_one_response_have_an_end),
                                                      cmocka_unit_test(only_the_beginning_of_a_literal_is_kept),
                                                      cmocka_unit_test(lines_only_means_no_literals) };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    tests[4 + i] = (struct CMUnitTest){ rows[i].name, test_row, NULL, NULL, GUINT_TO_POINTER(i) };
  return _cmocka_run_group_tests("imap_reader", tests, G_N_ELEMENTS(tests), NULL, NULL);
}
