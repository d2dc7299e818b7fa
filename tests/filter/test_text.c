/* test_text.c - from bytes on the wire to searchable text, and the phrase table
 * Owns:     the tests of decoding, folding and searching.
 * Must not: read whole messages.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/text.c, filter/encoded_words.c, filter/phrases.c, filter/phrase_table.c */
#include "filter/normalise.h"
#include "filter/text.h"

#include "filter/filter.h"
#include "filter/phrases.h"

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
  if (g_strcmp0(got, row->want) != 0) fail_msg("given \"%s\": got \"%s\", want \"%s\"", row->given, got, row->want);
}

static void transfer_encodings_are_undone(void **state)
{
  static const struct {
    const char *encoding, *given, *want;
  } rows[] = {
    { "quoted-printable", "a=3Db=\r\nc", "a=bc" },
    { "Quoted-Printable", "=C3=A4", "ä" },
    { "quoted-printable", "cut =C3=", "cut \xc3" },
    { "base64", "aGFs\r\nbG8=", "hallo" },
    { "BASE64", "aGFsbG", "hal" },
    { "7bit", "a=3Db", "a=3Db" },
    { NULL, "plain", "plain" },
    { "nonsense", "plain", "plain" },
    { "base64", "", "" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    Span body = { rows[i].given, strlen(rows[i].given) };
    g_autoptr(GString) got = text_decode_transfer(body, rows[i].encoding, 1000);
    if (strcmp(got->str, rows[i].want) != 0) fail_msg("row %u: got \"%s\"", i, got->str);
  }
  g_autoptr(GString) limited = text_decode_transfer((Span){ "abcdef", 6 }, NULL, 3);
  assert_string_equal(limited->str, "abc");
}

static void text_of_any_charset_becomes_utf_8(void **state)
{
  static const struct {
    const char *charset, *given;
    gsize length;
    const char *want;
  } rows[] = {
    { "iso-8859-1", "Z\xfcrich", 6, "Zürich" },
    { NULL, "Z\xfcrich", 6, "Zürich" },
    { "utf-8", "Z\xfcrich", 6, "Zürich" },
    { "utf-8", "Zürich", 7, "Zürich" },
    { "x-never-heard-of", "Zürich", 7, "Zürich" },
    { "koi8-r", "\xce\xc5\xd4", 3, "нет" },
    { "iso-2022-jp", "\x1b$B%a!<%k\x1b(B", 12, "メール" },
    { "us-ascii", "\x1b$B%a!<%k\x1b(B", 12, "メール" },
    { NULL,
      "\xff\xfe"
      "a\0b\0",
      6,
      "\xef\xbb\xbf"
      "ab" },
    { NULL, "a\0b\0c\0d\0e\0f\0g\0h\0", 16, "abcdefgh" },
    { NULL, "\0a\0b\0c\0d\0e\0f\0g\0h", 16, "abcdefgh" },
    { "utf-8", "a\0b", 3, "ab" },
    { "shift_jis", "\x83\x81\x81\x5b\x83\x8b", 6, "メール" },
    { "gb2312", "\xcd\xcb\xd0\xc5", 4, "退信" },
    { "euc-kr", "\xb9\xdd\xbc\xdb", 4, "반송" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *got = text_to_utf8(rows[i].given, rows[i].length, rows[i].charset);
    const char *text = g_str_has_prefix(got, "\xef\xbb\xbf") ? got + 3 : got;
    const char *want = g_str_has_prefix(rows[i].want, "\xef\xbb\xbf") ? rows[i].want + 3 : rows[i].want;
    if (strcmp(text, want) != 0) fail_msg("row %u: got \"%s\", want \"%s\"", i, text, want);
  }
  g_autofree char *replaced = text_to_utf8("a\x81z", 3, "euc-jp");
  assert_true(g_utf8_validate(replaced, -1, NULL) && *replaced == 'a');
}

static void encoded_words_are_read_and_broken_ones_stay(void **state)
{
  static const Row rows[] = {
    { "plain", "plain" },
    { "=?utf-8?q?Z=C3=BCrich?=", "Zürich" },
    { "=?UTF-8?B?WsO8cmljaA==?= today", "Zürich today" },
    { "=?utf-8?q?a_b?= =?utf-8?q?c?=", "a bc" },
    { "=?utf-8?q?Z=C3?=\r\n =?utf-8?q?=BCrich?=", "Zürich" },
    { "=?iso-8859-1*de?q?=FC?=", "ü" },
    { "=?utf-8?q?=41?=", "A" },
    { "=?utf-8?x?a?=", "=?utf-8?x?a?=" },
    { "=?utf-8?q?never ends", "=?utf-8?q?never ends" },
    { "=?broken", "=?broken" },
    { "=?utf-8?q?"
      "?=",
      "" },
    { "a =?utf-8?q?b?=c", "a bc" },
    { "=?utf-8?b?****?=", "" },
    { "=?iso-2022-jp?B?GyRCJWEhPCVrGyhC?=", "メール" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *got = text_decode_words(rows[i].given);
    assert_row(&rows[i], got);
  }
}

static void the_text_of_a_page_is_what_it_shows(void **state)
{
  static const Row rows[] = {
    { "<p>One</p><p>Two</p>", "\nOne\n\nTwo\n" },
    { "a<br>b", "a\nb" },
    { "<style>x { }</style>text", "text" },
    { "<SCRIPT>if (a<b) c</SCRIPT>text", "text" },
    { "&lt;a@b&gt; &amp; &auml;&#252;&#x20AC; &unknown; &#1;", "<a@b> & äü€ &unknown; &#1;" },
    { "1 < 2", "1 < 2" },
    { "<b", "" },
    { "<a <b>c</b>", "c" },
    { "<style>never ends", "never ends" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *got = text_from_html(rows[i].given);
    assert_row(&rows[i], got);
  }
}

static void text_is_folded_for_comparison(void **state)
{
  static const Row rows[] = {
    { "  Two\r\n\tWORDS\xc2\xa0now ", "two words now" },
    { "ÄÖÜ ÉCHEC", "äöü échec" },
    { "n\xe2\x80\x99"
      "a pas",
      "n'a pas" },
    { "", "" },
    { "　全角", "全角" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GString) got = text_fold(rows[i].given, strlen(rows[i].given));
    assert_row(&rows[i], got->str);
  }
  assert_int_equal(utf8_floor("aä", 2), 1);
  assert_int_equal(utf8_floor("aä", 3), 3);
}

/* Every row can be found: in the form that text is folded to, long enough for the index, and not twice in one place. */
static void every_row_of_phrases_can_be_found_and_stands_once(void **state)
{
  for (guint i = 0; i < phrase_table_length; i++) {
    const Phrase *phrase = &phrase_table[i];
    g_autoptr(GString) folded = text_fold(phrase->text, strlen(phrase->text));
    if (strcmp(folded->str, phrase->text) != 0) fail_msg("row is not folded: %s", phrase->text);
    if (strlen(phrase->text) < 4 || phrase->weight < 1 || phrase->weight > 5 || phrase->place == 0)
      fail_msg("bad row: %s", phrase->text);
    for (guint k = 0; k < i; k++)
      if (strcmp(phrase->text, phrase_table[k].text) == 0 && phrase->place == phrase_table[k].place
          && phrase->kind == phrase_table[k].kind)
        fail_msg("twice: %s", phrase->text);
    g_autofree char *around = g_strdup_printf("so %s so", phrase->text);
    PhraseScore score = { 0 };
    phrases_score(around, strlen(around), phrase->place, &score);
    if (score.weight[phrase->kind] == 0) fail_msg("not found: %s", phrase->text);
  }
}

static void a_phrase_is_found_in_its_place_however_lines_break(void **state)
{
  static const struct {
    const char *text;
    PhrasePlace place;
    PhraseKind kind;
    gboolean want;
  } rows[] = {
    { "Your message could not be delivered.", PHRASE_IN_TEXT, PHRASE_FAILURE, TRUE },
    { "Your message could\r\n   not be delivered.", PHRASE_IN_TEXT, PHRASE_FAILURE, TRUE },
    { "It could not be deliveredly done", PHRASE_IN_TEXT, PHRASE_FAILURE, FALSE },
    { "Undelivered Mail Returned to Sender", PHRASE_IN_TEXT, PHRASE_AWAY, FALSE },
    { "Out of Office: gone fishing", PHRASE_IN_SUBJECT, PHRASE_AWAY, TRUE },
    { "Die Nachricht KONNTE NICHT ZUGESTELLT WERDEN", PHRASE_IN_TEXT, PHRASE_FAILURE, TRUE },
    { "このメールは配信できませんでした。", PHRASE_IN_TEXT, PHRASE_FAILURE, TRUE },
    { "Lunch on Friday?", PHRASE_IN_SUBJECT, PHRASE_FAILURE, FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GString) folded = text_fold(rows[i].text, strlen(rows[i].text));
    PhraseScore score = { 0 };
    phrases_score(folded->str, folded->len, rows[i].place, &score);
    if ((score.weight[rows[i].kind] > 0) != rows[i].want) fail_msg("row: %s", rows[i].text);
    assert_int_equal(score.best[rows[i].kind] != NULL, rows[i].want);
  }
}

static void a_line_that_announces_the_original_is_known(void **state)
{
  static const struct {
    const char *line;
    CutMark want;
  } rows[] = {
    { "--- Below this line is a copy of the message.", CUT_RULED },
    { "------ This is a copy of the message, including all the headers. ------", CUT_RULED },
    { "----- Original message -----", CUT_RULED },
    { "Original message headers:", CUT_ANNOUNCED },
    { "-------- Ursprüngliche Nachricht --------", CUT_RULED },
    { "The text of the thing that was sent, in which an original message is merely spoken of, at length", CUT_NONE },
    { "--", CUT_NONE },
    { "", CUT_NONE },
    { "Kind regards", CUT_NONE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    if (phrases_cut((Span){ rows[i].line, strlen(rows[i].line) }) != rows[i].want) fail_msg("line: %s", rows[i].line);
}

static int setup(void **state)
{
  filter_init();
  return 0;
}

static void words_are_apart_by_the_bytes_that_differ(void **state)
{
  static const struct {
    const char *a, *b;
    gsize apart;
  } rows[] = {
    { "", "", 0 },         { "host", "host", 0 },    { "host", "hos", 1 },       { "hots", "host", 2 },
    { "post", "host", 1 }, { "", "host", 4 },        { "kitten", "sitting", 3 }, { "addresses", "adresses", 1 },
    { "abcd", "wxyz", 4 }, { "a\303\244", "aa", 2 },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    const char *a = rows[i].a, *b = rows[i].b;
    if (text_distance(a, strlen(a), b, strlen(b)) != rows[i].apart
        || text_distance(b, strlen(b), a, strlen(a)) != rows[i].apart)
      fail_msg("row %u", i);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(words_are_apart_by_the_bytes_that_differ),
    cmocka_unit_test(transfer_encodings_are_undone),
    cmocka_unit_test(text_of_any_charset_becomes_utf_8),
    cmocka_unit_test(encoded_words_are_read_and_broken_ones_stay),
    cmocka_unit_test(the_text_of_a_page_is_what_it_shows),
    cmocka_unit_test(text_is_folded_for_comparison),
    cmocka_unit_test(every_row_of_phrases_can_be_found_and_stands_once),
    cmocka_unit_test(a_phrase_is_found_in_its_place_however_lines_break),
    cmocka_unit_test(a_line_that_announces_the_original_is_known),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
