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

static void the_forms(void **state)
{
  static const struct {
    const char *code, *args[8], *want;
  } rows[] = {
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
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    Evidence *line = evidence_new_args(EVIDENCE_NEUTRAL, rows[i].code, rows[i].args);
    g_autofree char *text = evidence_text(line);
    if (strcmp(text, rows[i].want) != 0) fail_msg("row %u: %s", i, text);
    evidence_free(line);
  }
}

/* A line of an older ledger says what it said then. */
static void older_lines(void **state)
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

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(the_forms), cmocka_unit_test(older_lines),
                                      cmocka_unit_test(what_is_kept_is_short) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
