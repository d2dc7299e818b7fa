/* test_sentences.c - what a line of evidence says in words
 * Owns:     the tests of sentences.c and of evidence in report.c.
 * Must not: read mail.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/sentences.c, filter/report.c */
#include "filter/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static const struct {
  const char *code, *args[8], *want;
} sentences[] = {
  { "null-sender", { NULL }, "Return-Path is empty, as it must be for automatic reports." },
  { "subject", { "failure notice" }, "Subject says “failure notice”, as delivery reports do." },
  { "recipient-known",
    { "bob@b.test", "1700000000" },
    "You once wrote to the failed recipient, bob@b.test, last on 2023-11-14, longer ago than a server keeps "
    "trying." },
  { "refers-to-sent",
    { "a@b", "Lunch", "1700000000", "Sent", "home" },
    "Its In-Reply-To or References field names <a@b>, a message you sent: “Lunch”, sent on 2023-11-14 (folder Sent "
    "of "
    "account home)." },
  { "refers-to-sent",
    { "a@b", "", "0", "", "" },
    "Its In-Reply-To or References field names <a@b>, a message you sent: a message without a subject." },
  { "replay",
    { "4", "1" },
    "But 4 reports about that message came before this one, and that message had only 1 recipient: somebody may be "
    "using again what is known of that message." },
  { "id-unknown",
    { "5", "a@b", "c@d", "e@f" },
    "The Message-ID that it shows of the original is not among the mail you sent: a@b, c@d, e@f and 2 more." },
  { "reason",
    { "failed", "", "550 no", "0" },
    "It reports that mail to somebody failed; in the server's words: 550 "
    "no." },
  { "reason",
    { "late", "4.2.2", "", "1", "bob@b.test" },
    "It reports that mail to bob@b.test is late, because the mailbox is full (Status 4.2.2)." },
  { "not-covered",
    { "1700000000", "1700000060", "" },
    "The mail you sent between 2023-11-14 22:13 UTC and 2023-11-14 22:14 UTC, when the original must have left, is "
    "not known completely." },
  { "not-covered",
    { "1700000000", "1700000060", "sent-since", "Sent", "home", "1700000000", "1600000000" },
    "The mail you sent between 2023-11-14 22:13 UTC and 2023-11-14 22:14 UTC, when the original must have left, is "
    "not known completely. The Sent folder “Sent” of account “home” is known from 2023-11-14 22:13 UTC on, but the "
    "original may have been sent since 2020-09-13 12:26 UTC." },
  /* a sentence that has no code is told as it is, and no sentence holds itself */
  { "not-covered",
    { "1700000000", "1700000060", "It is {1} [so]." },
    "The mail you sent between 2023-11-14 22:13 UTC and 2023-11-14 22:14 UTC, when the original must have left, is "
    "not known completely. It is {1} [so]." },
  { "not-covered",
    { "1700000000", "1700000060", "not-covered" },
    "The mail you sent between 2023-11-14 22:13 UTC and 2023-11-14 22:14 UTC, when the original must have left, is "
    "not known completely. not-covered" },
  /* what mail has written is never taken for a form */
  { "subject", { "{1} [x {2:day}]" }, "Subject says “{1} [x {2:day}]”, as delivery reports do." },
  { "subject", { NULL }, "Subject says “”, as delivery reports do." },
  { "recipient-known",
    { "bob@b.test", "soon" },
    "You once wrote to the failed recipient, bob@b.test, last on "
    "1970-01-01, longer ago than a server keeps trying." },
  { "covered",
    { "9999999999999999", "0", "0", "0" },
    "The original must have been sent between an unknown time and 1970-01-01 00:00 UTC, and all mail you sent from "
    "1970-01-01 00:00 UTC to 1970-01-01 00:00 UTC is known: none of it fits." },
  { "of-a-later-version", { "x", "y" }, "of-a-later-version: x, y." },
};

static void every_code_has_its_sentence(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(sentences); i++) {
    Evidence *line = evidence_new_args(EVIDENCE_NEUTRAL, sentences[i].code, sentences[i].args);
    g_autofree char *text = evidence_text(line);
    if (strcmp(text, sentences[i].want) != 0) fail_msg("row %u: %s", i, text);
    evidence_free(line);
  }
}

/* A line of an older ledger says what it said then. */
static void a_line_of_an_older_ledger_says_what_it_said_then(void **state)
{
  Evidence *line = evidence_new_text(EVIDENCE_FOR, "id-in-ledger", "It is\nthe one {1}.");
  Evidence *copy = evidence_copy(line);
  g_autofree char *text = evidence_text(copy);
  assert_string_equal(text, "It is the one {1}.");
  assert_int_equal(g_strv_length(copy->args), 0);
  evidence_free(line);
  evidence_free(copy);
}

static void what_is_kept_is_short(void **state)
{
  const char *args[30] = { NULL };
  g_autofree char *long_text = g_strnfill(5000, 'x');
  for (guint i = 0; i < 29; i++) args[i] = i == 1 ? long_text : "a\nb\xff";
  Evidence *line = evidence_new_args(EVIDENCE_FOR, "x", args);
  assert_int_equal(g_strv_length(line->args), EVIDENCE_ARGUMENTS_MOST);
  assert_string_equal(line->args[0], "a b\xef\xbf\xbd");
  assert_true(strlen(line->args[1]) <= EVIDENCE_ARGUMENT_LONGEST);
  evidence_free(line);
}

/* The codes of a source file: what is quoted in statements that add a line, in tables called codes, and in rows of
 * signals. Not those words that are letters for arguments ("sm"). */
static void codes_in(const char *source, GHashTable *codes)
{
  static const char *const places[] = { "\\b(?:signal_add|signal_phrase|case_note|leave)\\([^;]*;",
                                        "\\*const codes\\[[^;]*;", "\\{ HEAD_[A-Z_]+, -?[0-9]+, \"[^}]*\\}" };
  g_autoptr(GRegex) quoted = g_regex_new("\"((?![silmue]{1,4}\")[a-z]+(?:-[a-z]+)*)\"", 0, 0, NULL);
  for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
    g_autoptr(GRegex) place = g_regex_new(places[i], 0, 0, NULL);
    g_autoptr(GMatchInfo) at = NULL;
    for (g_regex_match(place, source, 0, &at); g_match_info_matches(at); g_match_info_next(at, NULL)) {
      g_autofree char *statement = g_match_info_fetch(at, 0);
      g_autoptr(GMatchInfo) word = NULL;
      for (g_regex_match(quoted, statement, 0, &word); g_match_info_matches(word); g_match_info_next(word, NULL))
        g_hash_table_add(codes, g_match_info_fetch(word, 1));
    }
  }
}

static void every_code_has_a_sentence(void **state)
{
  g_autoptr(GHashTable) codes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  const char *top = g_getenv("top_srcdir");
  g_autofree char *folder = g_build_filename(top != NULL ? top : ".", "filter", NULL);
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  assert_non_null(dir);
  for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
    if (!g_str_has_suffix(name, ".c")) continue;
    g_autofree char *path = g_build_filename(folder, name, NULL), *source = NULL;
    assert_true(g_file_get_contents(path, &source, NULL, NULL));
    codes_in(source, codes);
  }
  static const char *const some[] = {
    "plain-words", "rejected", "notice", "cron", "only-references", "original-to-you"
  };
  for (guint i = 0; i < G_N_ELEMENTS(some); i++)
    if (!g_hash_table_contains(codes, some[i])) fail_msg("%s: not found in the sources", some[i]);
  GHashTableIter iter;
  gpointer code;
  g_hash_table_iter_init(&iter, codes);
  while (g_hash_table_iter_next(&iter, &code, NULL)) {
    Evidence *evidence = evidence_new(EVIDENCE_NEUTRAL, code, NULL);
    g_autofree char *text = evidence_text(evidence), *bare = g_strdup_printf("%s.", (char *)code);
    evidence_free(evidence);
    if (strcmp(text, bare) == 0) fail_msg("%s: no sentence", (char *)code);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(every_code_has_its_sentence),
                                      cmocka_unit_test(a_line_of_an_older_ledger_says_what_it_said_then),
                                      cmocka_unit_test(what_is_kept_is_short),
                                      cmocka_unit_test(every_code_has_a_sentence) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
