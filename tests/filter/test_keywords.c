/* test_keywords.c - words and patterns: what they find, what is refused, and how much work they may cost
 * Owns:     tables of keywords and texts.
 * Must not: measure time: work is counted, not timed.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/keywords.c */
#include "filter/filter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
// cmocka wants the headers above first
#include <cmocka.h>

static Keyword *made(KeywordKind kind, const char *text)
{
  g_autofree char *problem = NULL;
  Keyword *keyword = keyword_new(kind, text, &problem);
  if (keyword == NULL) fail_msg("\"%s\" %s", text, problem);
  return keyword;
}

/* "subject", "text", "costly", or "" for nothing. */
static const char *found(KeywordKind kind, const char *keyword, const char *subject, const char *text)
{
  g_autoptr(GPtrArray) keywords = g_ptr_array_new_with_free_func((GDestroyNotify)keyword_unref);
  g_ptr_array_add(keywords, made(kind, keyword));
  g_autoptr(GPtrArray) hits = keywords_find(keywords, subject, text);
  if (hits == NULL) return "";
  assert_int_equal(hits->len, 1);
  const KeywordHit *hit = hits->pdata[0];
  assert_int_equal(hit->kind, kind);
  assert_string_equal(hit->text, keyword);
  return hit->costly ? "costly" : hit->in_subject ? "subject" : "text";
}

static void keywords_are_found_in_subject_and_text(void **state)
{
  static const struct {
    const char *keyword, *subject, *text, *want;
  } words[] = {
    { "watches", "Cheap WATCHES!", NULL, "subject" },
    { "watches", NULL, "buy\nWatches", "text" },
    { "watches", "Lunch", "stopwatches", "" },
    { "watch", "watches", NULL, "" },
    { "cheap watches", "x", "so cheap\r\n   watches", "text" },
    { "watches", NULL, NULL, "" },
    { "größe", "GRÖSSE Größe", NULL, "subject" },
    { "ß", "groß", "ß", "text" },
    { "100%", "100% free", NULL, "subject" },
    { "手表", "便宜手表出售", NULL, "subject" },
    { "a.c", "abc", "x a.c.", "text" },
  };
  static const struct {
    const char *keyword, *subject, *text, *want;
  } patterns[] = {
    { "wat?ch(es)?", "Cheap WACHES", NULL, "subject" },
    { "\\bfree\\b", "freedom", "so free.", "text" },
    { "^hello", "oh hello", "say hello", "" },
    { "^hello", "Hello you", NULL, "subject" },
    { "bye$", "goodbye", NULL, "subject" },
    { "cheap watches", NULL, "cheap\n  watches", "text" },
    { "(?<=so )free", NULL, "so free", "text" },
    { "größe", "GRÖßE", NULL, "subject" },
    { "\\d{3}-\\d{4}", "call 555-1234", NULL, "subject" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
    const char *got = found(KEYWORD_WORD, words[i].keyword, words[i].subject, words[i].text);
    if (strcmp(got, words[i].want) != 0) fail_msg("word %u, %s: got \"%s\"", i, words[i].keyword, got);
  }
  for (guint i = 0; i < G_N_ELEMENTS(patterns); i++) {
    const char *got = found(KEYWORD_PATTERN, patterns[i].keyword, patterns[i].subject, patterns[i].text);
    if (strcmp(got, patterns[i].want) != 0) fail_msg("pattern %u, %s: got \"%s\"", i, patterns[i].keyword, got);
  }
}

static void a_pattern_is_found_across_every_border_of_a_window(void **state)
{
  for (gsize before = 300; before < 4080; before += 17) {
    g_autofree char *fill = g_strnfill(before, 'x');
    g_autofree char *text = g_strconcat(fill, " needle 7", NULL);
    if (strcmp(found(KEYWORD_PATTERN, "\\bneedle \\d$", NULL, text), "text") != 0)
      fail_msg("not found behind %" G_GSIZE_FORMAT " bytes", before);
    g_autofree char *longer = g_strconcat(text, "0", NULL);
    assert_string_equal(found(KEYWORD_PATTERN, "needle \\d$", NULL, longer), "");
  }
}

static void what_makes_no_keyword_is_refused_with_the_reason(void **state)
{
  g_autofree char *too_long = g_strnfill(KEYWORD_LONGEST + 1, 'x');
  g_autofree char *deep = g_strdup("((((((((((((((((((((((((((((((x))))))))))))))))))))))))))))))");
  const struct {
    KeywordKind kind;
    const char *text, *reason;
  } rows[] = {
    { KEYWORD_WORD, "x", "too short" },
    { KEYWORD_WORD, too_long, "longer than 200 bytes" },
    { KEYWORD_PATTERN, too_long, "longer than 200 bytes" },
    { KEYWORD_PATTERN, "free(", "is no regular expression" },
    { KEYWORD_PATTERN, "[a", "is no regular expression" },
    { KEYWORD_PATTERN, "\\C", "is no regular expression" },
    { KEYWORD_PATTERN, deep, "is no regular expression" },
    { KEYWORD_PATTERN, "((a{100}){100}){99}", "" },
    { KEYWORD_PATTERN, "x*", "fits every text" },
    { KEYWORD_PATTERN, "(a+)+b", "takes too long" },
    { KEYWORD_PATTERN, "(x+x+)+y", "takes too long" },
    { KEYWORD_PATTERN, "(a|aa)+$", "takes too long" },
    { KEYWORD_PATTERN, "(?:ö+)+q", "takes too long" },
    { KEYWORD_PATTERN, "z(?R)*a+a+a+a+q|a+a+a+q", "" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *problem = NULL;
    Keyword *keyword = keyword_new(rows[i].kind, rows[i].text, &problem);
    if (keyword != NULL) fail_msg("row %u, %s: not refused", i, rows[i].text);
    if (strstr(problem, rows[i].reason) == NULL) fail_msg("row %u, %s: %s", i, rows[i].text, problem);
    assert_non_null(strchr(problem, ';')); /* what to do */
  }
}

static void patterns_that_people_write_are_taken(void **state)
{
  static const char *const rows[] = { "\\bviagra\\b",
                                      "c[i1]al[i1]s",
                                      "(cheap|free|discount(ed)?) (watch(es)?|pills?)",
                                      "\\$\\d+[.,]\\d\\d",
                                      "https?://[^ ]{1,60}\\.(ru|top|xyz)\\b",
                                      "\\bwork(ing)? from home\\b",
                                      "^re: ?invoice \\d+$",
                                      "[a-z0-9._-]{1,30}@drop\\.example",
                                      "click.{1,20}here",
                                      "(?i)casino",
                                      "\\bbit ?coin",
                                      "[\\p{Cyrillic}]{4,}",
                                      ".{3}lottery",
                                      "lose.*weight" };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) keyword_unref(made(KEYWORD_PATTERN, rows[i]));
}

/* Whoever writes the mail may know the pattern: what he gets is "nothing is known". */
static void a_pattern_that_costs_too_much_on_this_mail_tells_nothing(void **state)
{
  g_autoptr(GPtrArray) keywords = g_ptr_array_new_with_free_func((GDestroyNotify)keyword_unref);
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < 12; i++) g_ptr_array_add(keywords, made(KEYWORD_PATTERN, "[a-z]{1,20}ing"));
  g_ptr_array_add(keywords, made(KEYWORD_WORD, "needle"));
  while (text->len < 20000) g_string_append(text, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa in g");
  g_string_insert(text, 9000, " needle ");
  g_autoptr(GPtrArray) hits = keywords_find(keywords, NULL, text->str);
  assert_non_null(hits);
  guint costly = 0;
  for (guint i = 0; i < hits->len; i++) costly += ((const KeywordHit *)hits->pdata[i])->costly != 0;
  assert_true(costly > 0);
  assert_true(hits->len <= KEYWORD_HITS_MOST);
}

static void the_same_text_gives_the_same_answer_again(void **state)
{
  g_autoptr(GString) text = g_string_new(NULL);
  while (text->len < 8000) g_string_append(text, "aab ");
  const char *first = found(KEYWORD_PATTERN, "a[ab]{1,9} [ab]{1,9}c", NULL, text->str);
  for (guint i = 0; i < 5; i++)
    assert_string_equal(found(KEYWORD_PATTERN, "a[ab]{1,9} [ab]{1,9}c", NULL, text->str), first);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(keywords_are_found_in_subject_and_text),
    cmocka_unit_test(a_pattern_is_found_across_every_border_of_a_window),
    cmocka_unit_test(what_makes_no_keyword_is_refused_with_the_reason),
    cmocka_unit_test(patterns_that_people_write_are_taken),
    cmocka_unit_test(a_pattern_that_costs_too_much_on_this_mail_tells_nothing),
    cmocka_unit_test(the_same_text_gives_the_same_answer_again),
  };
  filter_init();
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
