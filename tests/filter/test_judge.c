/* test_judge.c - the order of doc/design/verdicts.md: a table of facts and the verdict they lead to
 * Owns:     the tests of the judges and of facts.c.
 * Must not: read mail.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/judge.c, filter/judge_answers.c, filter/judge_about.c, filter/judge_shows.c, filter/case.c,
 *           filter/facts.c */
#include "tests/filter/made_report.h"

typedef struct {
  guint has, shows;
  VerdictCode code;
  const char *decided; /* code of the line that decides */
  gboolean fresh;
} Row;

static void run_rows(const Row *rows, guint n)
{
  static const ReportKind kinds[] = { REPORT_DSN_FAILED, REPORT_DSN_DELAYED, REPORT_DSN_OTHER,
                                      REPORT_BOUNCE,     REPORT_CHALLENGE,   REPORT_VIRUS_NOTICE };
  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < G_N_ELEMENTS(kinds); k++) {
      g_autoptr(Report) report = make_report(kinds[k], rows[i].shows);
      g_autoptr(Facts) facts = make_facts(rows[i].has);
      const Policy policy = POLICY_DEFAULT(NOW);
      g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
      const Evidence *decided = verdict->evidence->pdata[verdict->decided];
      if (verdict->code != rows[i].code || strcmp(decided->code, rows[i].decided) != 0
          || verdict->fresh != rows[i].fresh)
        fail_msg("row %u: %s by %s%s", i, verdict_name(verdict->code), decided->code, verdict->fresh ? ", fresh" : "");
    }
}

/* Rules 2 to 5, and how they are ordered. */
static void a_report_that_answers_sent_mail_is_genuine_by_the_first_rule_that_fits(void **state)
{
  static const Row rows[] = {
    { ALLOW | COVERED, SHOWS_ID, VERDICT_GENUINE, "own-allow" },
    { ALLOW | TO_OWNER | COVERED, SHOWS_ID, VERDICT_GENUINE, "own-allow" },
    { DENY, NAMED | NEW_REPORT, VERDICT_BACKSCATTER, "own-deny" }, /* no sync of Sent can change the owner's word */
    { DENY, SHOWS_RECIPIENT | LISTED, VERDICT_BACKSCATTER, "own-deny" },
    { DENY | ID, NAMED | SHOWS_ID, VERDICT_UNSURE, "own-deny-known" },
    { DENY | REFER, NAMED, VERDICT_UNSURE, "own-deny-known" },
    { DENY | FIT, NAMED, VERDICT_UNSURE, "own-deny-known" },
    { DENY | FIT | ANSWERED, NAMED | SHOWS_ID, VERDICT_BACKSCATTER, "own-deny" },
    { DENY | RECENT, NAMED, VERDICT_BACKSCATTER, "own-deny" },   /* the owner has the last word */
    { DENY | OTHER_ID, NAMED, VERDICT_BACKSCATTER, "own-deny" }, /* a stranger may have read and written it */
    { DENY | ID_START, NAMED, VERDICT_BACKSCATTER, "own-deny" },
    { DENY, SHOWS_RECIPIENT | MENTIONED, VERDICT_UNSURE, "only-mentioned" },
    { DENY | COVERED, SHOWS_RECIPIENT | MENTIONED, VERDICT_UNSURE, "only-mentioned" },
    { DENY | RECENT, SHOWS_RECIPIENT | MENTIONED, VERDICT_GENUINE, "recipient-recent" },
    { DENY_REPORTER, SHOWS_RECIPIENT | MENTIONED, VERDICT_BACKSCATTER, "own-deny" },
    { ID | COVERED, SHOWS_ID, VERDICT_GENUINE, "id-in-ledger" },
    { ID | COVERED | TO_OWNER | OWNER_FAILED | DELIVERED | STRANGER, SHOWS_ID, VERDICT_GENUINE, "id-in-ledger" },
    { ID | COVERED, SHOWS_ID | UNREAD, VERDICT_GENUINE, "id-in-ledger" },
    { ID | REPLAYED, SHOWS_ID, VERDICT_UNSURE, "replay" },
    { ID | REPLAYED | REFER | FIT | COVERED, SHOWS_ID, VERDICT_UNSURE, "replay" },
    { REFER | COVERED, SHOWS_ID, VERDICT_GENUINE, "refers-to-sent" },
    { REFER | REPLAYED | COVERED, SHOWS_ID, VERDICT_UNSURE, "replay" },
    { TOKEN | COVERED, SHOWS_ID, VERDICT_GENUINE, "text-names-sent" },
    { TOKEN | REPLAYED | COVERED, SHOWS_ID, VERDICT_UNSURE, "replay" },
    { FIT | COVERED, SHOWS_ID, VERDICT_GENUINE, "recipient-and-subject" },
    { FIT | COVERED | OTHER_ID, SHOWS_ID, VERDICT_GENUINE, "recipient-and-subject" }, /* what clears goes first */
    { FIT | REPLAYED | COVERED, SHOWS_ID, VERDICT_UNSURE, "replay" },
    { FIT | ANSWERED | COVERED, SHOWS_ID, VERDICT_UNSURE, "another-id" },
    { FIT | ANSWERED | COVERED | RECENT, SHOWS_ID, VERDICT_UNSURE, "another-id" },
    { FIT | ANSWERED | SURVIVE, SHOWS_ID, VERDICT_UNSURE, "another-id" },
    { FIT | ANSWERED | COVERED | SURVIVE, SHOWS_ID, VERDICT_BACKSCATTER, "covered" },
    { FIT | COVERED | SURVIVE, SHOWS_ID, VERDICT_GENUINE, "recipient-and-subject" },
    { OTHER_ID | COVERED, SHOWS_ID | NAMED, VERDICT_UNSURE, "id-elsewhere" },
    { OTHER_ID | REPLAYED | COVERED, SHOWS_ID, VERDICT_UNSURE, "id-elsewhere" },
    { OTHER_ID | RECENT | COVERED, SHOWS_ID | NAMED, VERDICT_UNSURE, "id-elsewhere" },
    { ID_START | COVERED, SHOWS_RECIPIENT | STATUS_PART, VERDICT_UNSURE, "id-beginning" },
    { LETTER | COVERED, SHOWS_REFERENCE | NAMED, VERDICT_UNSURE, "refers-to-letter" },
    { LETTER | COVERED, SHOWS_REFERENCE | SHOWS_ID, VERDICT_UNSURE, "refers-to-letter" },
  };
  run_rows(rows, G_N_ELEMENTS(rows));
}

/* Rules 6 and 8. */
static void whom_the_owner_wrote_to_decides_what_no_id_has_decided(void **state)
{
  static const Row rows[] = {
    { TO_OWNER | COVERED, SHOWS_ID | NAMED, VERDICT_UNSURE, "original-to-you" },
    { OWNER_FAILED | COVERED, SHOWS_ID | NAMED, VERDICT_UNSURE, "you-failed" },
    { DELIVERED | COVERED, SHOWS_ID | NAMED, VERDICT_UNSURE, "delivered-to-you" },
    { DELIVERED | RECENT | COVERED, NAMED, VERDICT_UNSURE, "delivered-to-you" },
    { STRANGER | COVERED, SHOWS_ID | NAMED, VERDICT_BACKSCATTER, "covered" }, /* neither convicts ... */
    { STRANGER | RECENT | COVERED, NAMED, VERDICT_GENUINE, "recipient-recent" },
    { STRANGER, SHOWS_ID | NAMED, VERDICT_UNSURE, "not-covered" }, /* ... nor clears */
    { RECENT | COVERED, NAMED, VERDICT_GENUINE, "recipient-recent" },
    { RECENT | COVERED | OFTEN, NAMED, VERDICT_UNSURE, "recipient-often" },
    { RECENT | COVERED, SHOWS_RECIPIENT | MENTIONED, VERDICT_GENUINE, "recipient-recent" }, /* mentions do match */
    { RECENT, SHOWS_ID | NAMED, VERDICT_GENUINE, "recipient-recent" },
    { RECENT | COVERED, SHOWS_ID | NAMED, VERDICT_GENUINE, "recipient-recent" }, /* the id may have been rewritten */
    { RECENT | SURVIVE, SHOWS_ID | NAMED, VERDICT_GENUINE, "recipient-recent" },
    { RECENT | COVERED | SURVIVE, SHOWS_ID | NAMED, VERDICT_BACKSCATTER, "covered" },
    { RECENT | COVERED, SHOWS_ID | NAMED | DATE_3, VERDICT_GENUINE, "recipient-recent" },
    { LONG_AGO | COVERED | SURVIVE, SHOWS_ID | NAMED | DATE_40, VERDICT_BACKSCATTER, "covered" },
    { RECENT | COVERED | SURVIVE | ALIKE, SHOWS_ID | NAMED, VERDICT_UNSURE, "subject-alike" },
    { RECENT | COVERED | ALIKE, SHOWS_ID | NAMED, VERDICT_GENUINE, "recipient-recent" },
    { COVERED | AGAIN, SHOWS_ID | NAMED, VERDICT_UNSURE, "sent-again" },
    { COVERED | AGAIN | SURVIVE, SHOWS_ID | NAMED, VERDICT_UNSURE, "sent-again" },
    { LATER | COVERED, NAMED, VERDICT_UNSURE, "recipient-later" }, /* never more than that: it answers no such mail */
    { LATER, SHOWS_ID | NAMED, VERDICT_UNSURE, "recipient-later" },
    { LATER | COVERED, SHOWS_ID | NAMED, VERDICT_BACKSCATTER, "covered" },
    { LONG_AGO | COVERED, SHOWS_ID | NAMED | DATE_40, VERDICT_UNSURE, "recipient-then" },
    { LONG_AGO | COVERED, SHOWS_ID | NAMED | DATE_3, VERDICT_BACKSCATTER, "covered" },
    { EXCLUDED | COVERED, SHOWS_ID | NAMED | DATE_3, VERDICT_BACKSCATTER, "covered" },
    { RECENT | COVERED | SURVIVE, NAMED, VERDICT_GENUINE, "recipient-recent" }, /* no id is no foreign id */
    { LONG_AGO | COVERED, NAMED, VERDICT_UNSURE, "recipient-known" },
    { LONG_AGO, SHOWS_ID | NAMED, VERDICT_UNSURE, "recipient-known" },
    { LONG_AGO | COVERED, SHOWS_ID | NAMED, VERDICT_BACKSCATTER, "covered" },
    { EXCLUDED | COVERED, NAMED, VERDICT_BACKSCATTER, "covered" },
    { NEIGHBOUR | COVERED, NAMED, VERDICT_UNSURE, "domain-recent" },
    { NEIGHBOUR | COVERED, SHOWS_ID | NAMED, VERDICT_BACKSCATTER, "covered" },
    { ANOTHER_NAME | COVERED, NAMED, VERDICT_UNSURE, "other-name" },
    { ANOTHER_NAME | COVERED, SHOWS_ID | NAMED, VERDICT_UNSURE, "other-name" },
    { ANOTHER_NAME | COVERED | SURVIVE, SHOWS_ID | NAMED, VERDICT_BACKSCATTER, "covered" },
    { PASSED_ON | COVERED | SURVIVE, SHOWS_ID | NAMED, VERDICT_UNSURE, "other-recipient" }, /* by a list, say */
  };
  run_rows(rows, G_N_ELEMENTS(rows));
}

/* Rules 9 and 10. */
static void a_report_must_show_something_and_coverage_must_hold(void **state)
{
  static const Row rows[] = {
    { COVERED, SHOWS_ID, VERDICT_BACKSCATTER, "covered" },
    { COVERED, NAMED, VERDICT_BACKSCATTER, "covered" },
    { COVERED, SHOWS_RECIPIENT, VERDICT_BACKSCATTER, "covered" }, /* X-Failed-Recipients */
    { COVERED, SHOWS_RECIPIENT | LISTED, VERDICT_BACKSCATTER, "covered" },
    { COVERED, SHOWS_RECIPIENT | MENTIONED, VERDICT_UNSURE, "only-mentioned" },
    { COVERED, SHOWS_RECIPIENT | MENTIONED | STATUS_PART, VERDICT_UNSURE, "only-mentioned" },
    { COVERED, SHOWS_RECIPIENT | MENTIONED | SHOWS_ID, VERDICT_BACKSCATTER, "covered" },
    { COVERED, SHOWS_RECIPIENT | MENTIONED | SHOWS_REFERENCE, VERDICT_UNSURE, "only-mentioned" },
    { COVERED, SHOWS_REFERENCE, VERDICT_UNSURE, "only-references" },
    { COVERED, SHOWS_REFERENCE | STATUS_PART, VERDICT_UNSURE, "only-references" },
    { COVERED, HEADER | ORIGINAL_TO, VERDICT_BACKSCATTER, "covered" },
    { COVERED, ORIGINAL_TO, VERDICT_UNSURE, "only-mentioned" }, /* three labels in a text are no header */
    { COVERED, HEADER, VERDICT_UNSURE, "nothing-to-go-by" },
    { COVERED, NAMED | UNREAD, VERDICT_UNSURE, "original-unread" },
    { COVERED, SHOWS_ID | UNREAD, VERDICT_BACKSCATTER, "covered" },
    { COVERED, STATUS_PART, VERDICT_UNSURE, "nothing-to-go-by" },
    { COVERED, 0, VERDICT_UNSURE, "nothing-to-go-by" },
    { 0, 0, VERDICT_UNSURE, "nothing-to-go-by" },
    { 0, SHOWS_ID, VERDICT_UNSURE, "not-covered" },
    { STALE, SHOWS_ID, VERDICT_UNSURE, "not-covered", TRUE },
    { STALE, SHOWS_RECIPIENT | MENTIONED, VERDICT_UNSURE, "only-mentioned" },
    { COVERED, SHOWS_ID | NEW_REPORT, VERDICT_BACKSCATTER, "covered", TRUE },
    { COVERED, SHOWS_ID | NEW_ORIGINAL, VERDICT_BACKSCATTER, "covered", TRUE },
    { COVERED, SHOWS_ID | FUTURE, VERDICT_BACKSCATTER, "covered", TRUE },
    { COVERED | JUST_CAME, SHOWS_ID, VERDICT_BACKSCATTER, "covered" }, /* the original is dated, and old */
    { COVERED | JUST_CAME | WAITED, SHOWS_ID | NO_DATE, VERDICT_BACKSCATTER, "covered" },
    { COVERED, SHOWS_ID | NO_DATE, VERDICT_BACKSCATTER, "covered" },
    { COVERED | JUST_CAME, SHOWS_ID | NO_DATE, VERDICT_BACKSCATTER, "covered", TRUE },
    { COVERED | WAITED, SHOWS_ID | NO_DATE, VERDICT_BACKSCATTER, "covered" },
    { COVERED | WAITED, SHOWS_ID | NEW_REPORT, VERDICT_BACKSCATTER, "covered" },
  };
  run_rows(rows, G_N_ELEMENTS(rows));
}

static void the_owner_chooses_which_kinds_are_judged(void **state)
{
  static const struct {
    ReportKind kind;
    Policy policy;
    gboolean judged;
  } rows[] = {
    { REPORT_NONE, POLICY_DEFAULT(NOW), FALSE },
    { REPORT_NOTICE, POLICY_DEFAULT(NOW), FALSE },
    { REPORT_FEEDBACK, POLICY_DEFAULT(NOW), FALSE },
    { REPORT_RECEIPT, POLICY_DEFAULT(NOW), FALSE },
    { REPORT_AUTO_REPLY, POLICY_DEFAULT(NOW), FALSE },
    { REPORT_CHALLENGE, POLICY_DEFAULT(NOW), TRUE },
    { REPORT_VIRUS_NOTICE, POLICY_DEFAULT(NOW), TRUE },
    { REPORT_CHALLENGE, { .now = NOW }, FALSE },
    { REPORT_VIRUS_NOTICE, { .now = NOW }, FALSE },
    { REPORT_RECEIPT, { .now = NOW, .judge_receipts = TRUE }, TRUE },
    { REPORT_AUTO_REPLY, { .now = NOW, .judge_auto_replies = TRUE }, TRUE },
    { REPORT_BOUNCE, { .now = NOW }, TRUE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Report) report = make_report(rows[i].kind, SHOWS_ID);
    g_autoptr(Facts) facts = make_facts(COVERED | DENY);
    g_autoptr(Verdict) verdict = filter_judge(report, facts, &rows[i].policy);
    if ((verdict->code != VERDICT_PASS) != rows[i].judged) fail_msg("row %u: %s", i, verdict_name(verdict->code));
    if (!rows[i].judged)
      assert_true(g_str_has_prefix(((Evidence *)verdict->evidence->pdata[verdict->decided])->code, "not-judged"));
    assert_false(verdict->fresh);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_report_that_answers_sent_mail_is_genuine_by_the_first_rule_that_fits),
    cmocka_unit_test(whom_the_owner_wrote_to_decides_what_no_id_has_decided),
    cmocka_unit_test(a_report_must_show_something_and_coverage_must_hold),
    cmocka_unit_test(the_owner_chooses_which_kinds_are_judged),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
