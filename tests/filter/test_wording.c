/* test_wording.c - what a word is, and how words are weighed
 * Owns:     tables of texts and of shares.
 * Must not: know a ledger.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/wording.c */
#include "filter/filter.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
// cmocka wants the headers above first
#include <cmocka.h>

static void words_are_split_and_no_address_is_a_word(void **state)
{
  static const struct {
    const char *subject, *text, *want;
  } rows[] = {
    { NULL, NULL, "" },
    { "Re: Lunch at Joe's", NULL, "s:lunch s:joe" },
    { "Lunch lunch LUNCH", "lunch", "s:lunch t:lunch" },
    { "Größe", "Straße-Ecke", "s:größe t:straße t:ecke" },
    { "12345 a1b2 2024", NULL, "s:a1b2" },
    { NULL, "write to bob@example.org, or mail:<eve@mail.example>!", "t:write" },
    { "x y ab", NULL, "" },
    { "abcdefghijklmnopqrstuvwxyz1234567890 end", NULL, "s:end" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GPtrArray) words = wording_split(rows[i].subject, rows[i].text);
    g_ptr_array_add(words, NULL);
    g_autofree char *got = g_strjoinv(" ", (char **)words->pdata);
    if (strcmp(got, rows[i].want) != 0) fail_msg("row %u: got \"%s\", want \"%s\"", i, got, rows[i].want);
  }
}

static void no_text_has_more_words_than_are_counted(void **state)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < 5000; i++) g_string_append_printf(text, "word%u-more%u ", i, i);
  g_autoptr(GPtrArray) words = wording_split(text->str, text->str);
  assert_int_equal(words->len, WORDING_WORDS_MOST);
}

static void a_share_believes_little_where_little_is_known(void **state)
{
  const WordingCount all = { 100, 100 };
  const double never = wording_share((WordingCount){ 0, 0 }, all), once = wording_share((WordingCount){ 0, 1 }, all),
               often = wording_share((WordingCount){ 0, 20 }, all), both = wording_share((WordingCount){ 7, 7 }, all);
  assert_true(fabs(never - 0.5) < 1e-9 && fabs(both - 0.5) < 1e-9);
  assert_true(fabs(once - 0.75) < 1e-9);
  assert_true(often > 0.97 && often < 1);
  /* many sent messages, few deleted ones: what counts is the part of each */
  const WordingCount uneven = { 5000, 50 };
  assert_true(fabs(wording_share((WordingCount){ 500, 5 }, uneven) - 0.5) < 0.01);
  /* counts that cannot be, from a ledger that was changed by hand */
  assert_true(wording_share((WordingCount){ 0, G_MAXUINT }, uneven) < 1);
}

static void many_shares_together_are_surer_than_one(void **state)
{
  const double high[] = { 0.9, 0.9, 0.9, 0.9, 0.9, 0.9 }, low[] = { 0.1, 0.1, 0.1 }, mixed[] = { 0.99, 0.01 };
  assert_true(wording_combine(high, 6) > wording_combine(high, 2));
  assert_true(wording_combine(high, 6) > 0.99);
  assert_true(wording_combine(low, 3) < 0.05);
  assert_true(fabs(wording_combine(mixed, 2) - 0.5) < 1e-6);
  assert_true(fabs(wording_combine(NULL, 0) - 0.5) < 1e-9);
  /* one value by hand: n = 1, p = 0.9: chi-square with 2 degrees of freedom is exp(-x/2), so P(bad) = p, P(good) = 1 -
   * p */
  assert_true(fabs(wording_combine(high, 1) - 0.9) < 1e-9);
}

static void little_that_tells_is_nothing(void **state)
{
  static const struct {
    const char *what;
    double shares[8];
    guint n;
    WordingResult want;
  } rows[] = {
    { "nothing", { 0 }, 0, WORDING_NOTHING },
    { "two words that are sure", { 0.999, 0.999 }, 2, WORDING_NOTHING },
    { "many that tell nothing", { 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6 }, 8, WORDING_NOTHING },
    { "unwanted", { 0.98, 0.97, 0.97, 0.96, 0.9 }, 5, WORDING_BAD },
    { "wanted", { 0.02, 0.03, 0.03, 0.04, 0.1 }, 5, WORDING_GOOD },
    { "some of both", { 0.98, 0.03, 0.97, 0.04, 0.1 }, 5, WORDING_NOTHING },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    if (wording_weigh(rows[i].shares, rows[i].n) != rows[i].want) fail_msg("%s", rows[i].what);
  assert_false(wording_knows_enough((WordingCount){ 49, 5000 }));
  assert_false(wording_knows_enough((WordingCount){ 5000, 49 }));
  assert_true(wording_knows_enough((WordingCount){ 50, 50 }));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(words_are_split_and_no_address_is_a_word),
    cmocka_unit_test(no_text_has_more_words_than_are_counted),
    cmocka_unit_test(a_share_believes_little_where_little_is_known),
    cmocka_unit_test(many_shares_together_are_surer_than_one),
    cmocka_unit_test(little_that_tells_is_nothing),
  };
  filter_init();
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
