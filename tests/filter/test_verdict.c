/* test_verdict.c - what a verdict tells: its evidence, the message it speaks of, reasons and names
 * Owns:     nothing.
 * Must not: read mail.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/case.c, filter/reason.c, filter/judge.c */
#include "filter/reason.h"
#include "tests/filter/made_report.h"

static gboolean has_line(const Verdict *verdict, const char *code)
{
  for (guint i = 0; i < verdict->evidence->len; i++)
    if (strcmp(((Evidence *)verdict->evidence->pdata[i])->code, code) == 0) return TRUE;
  return FALSE;
}

/* Everything found is told, also what did not decide, each in a sentence. */
static void everything_that_was_found_is_told_each_in_a_sentence(void **state)
{
  g_autoptr(Report) report = make_report(REPORT_BOUNCE, SHOWS_ID | SHOWS_RECIPIENT | SHOWS_REFERENCE);
  g_autoptr(Facts) facts = make_facts(ALLOW | ID | REFER | TOKEN | FIT | RECENT | TO_OWNER);
  const Policy policy = POLICY_DEFAULT(NOW);
  g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
  static const char *const codes[] = { "daemon-from",     "own-allow",       "id-in-ledger",
                                       "refers-to-sent",  "text-names-sent", "recipient-and-subject",
                                       "original-to-you", "recipient-recent" };
  for (guint i = 0; i < G_N_ELEMENTS(codes); i++)
    if (!has_line(verdict, codes[i])) fail_msg("missing: %s", codes[i]);
  for (guint i = 0; i < verdict->evidence->len; i++) {
    g_autofree char *text = evidence_text(verdict->evidence->pdata[i]);
    if (!g_str_has_suffix(text, ".") || !g_ascii_isupper(*text)) fail_msg("no sentence: %s", text);
  }
  g_autoptr(Facts) nothing = make_facts(COVERED | STRANGER);
  for (guint i = 0; i < 5; i++) g_ptr_array_add(report->original.message_ids, g_strdup_printf("more%u@b.test", i));
  g_autoptr(Verdict) against = filter_judge(report, nothing, &policy);
  assert_true(has_line(against, "id-unknown") && has_line(against, "recipient-unknown")
              && has_line(against, "sender-unknown"));
  for (guint i = 0; i < against->evidence->len; i++) { /* in a thread, others' ids stand there */
    const Evidence *line = against->evidence->pdata[i];
    if (strcmp(line->code, "sender-unknown") == 0) assert_int_equal(line->side, EVIDENCE_NEUTRAL);
    if (strstr(line->code, "reference") != NULL) fail_msg("an unknown reference counts: %s", line->code);
  }
  g_autoptr(Facts) empty = facts_new();
  empty->id.shown = g_strdup("one@b.test");
  empty->own = OWN_ALLOW;
  g_autoptr(Verdict) bare = filter_judge(report, empty, &policy);
  assert_int_equal(bare->code, VERDICT_GENUINE);
}

/* What a hostile report brings is kept short. */
static void what_a_hostile_report_brings_is_kept_short(void **state)
{
  g_autoptr(Report) report = make_report(REPORT_BOUNCE, NAMED);
  g_autoptr(Facts) facts = make_facts(COVERED);
  g_autofree char *long_name = g_strnfill(300, 'x');
  for (guint i = 0; i < 500; i++) {
    g_ptr_array_add(report->recipients, g_strdup_printf("%u%s@b.test", i, long_name));
    g_ptr_array_add(report->original.message_ids, g_strdup_printf("%u%s@b.test", i, long_name));
  }
  report->diagnostic = g_strdup(long_name);
  const Policy policy = POLICY_DEFAULT(NOW);
  g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
  gsize bytes = 0;
  for (guint i = 0; i < verdict->evidence->len; i++) {
    const Evidence *line = verdict->evidence->pdata[i];
    for (char **arg = line->args; *arg != NULL; arg++) bytes += strlen(*arg);
  }
  assert_true(bytes < 2000);
  assert_int_equal(verdict->code, VERDICT_BACKSCATTER);
}

/* A report is matched to a message by the surest of what was found. */
static void a_report_is_matched_to_a_message_by_the_surest_of_what_was_found(void **state)
{
  static const struct {
    guint has;
    gboolean shows_id;
    const char *name;
  } rows[] = {
    { ID | REFER | FIT, TRUE, "id" },    { REFER | FIT, TRUE, "reference" },
    { TOKEN, FALSE, "reference" },       { FIT | RECENT, FALSE, "fit" },
    { FIT | RECENT, TRUE, "rewritten" }, { FIT | ANSWERED, TRUE, "none" },
    { RECENT, TRUE, "written" },         { EXCLUDED, FALSE, "none" },
    { OTHER_ID | LETTER, TRUE, "none" }, { FIT | ANSWERED | RECENT, TRUE, "written" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    Match match = MATCH_N;
    g_autoptr(Facts) facts = make_facts(rows[i].has);
    const SentFact *sent = facts_match(facts, rows[i].shows_id, &match);
    if (strcmp(match_name(match), rows[i].name) != 0) fail_msg("row %u: %s", i, match_name(match));
    assert_int_equal(sent != NULL, match != MATCH_NONE);
  }
}

static void a_reason_is_told_in_plain_words(void **state)
{
  static const struct {
    const char *status, *diagnostic, *want;
  } rows[] = {
    { "5.1.1", NULL, "there is no such mailbox" },
    { "4.2.2", "anything", "the mailbox is full" },
    { "5.0.0", "550 No Such User here", "there is no such mailbox" },
    { "5.7.1", "554 looks like spam", "it was taken for spam or its server is not trusted" },
    { "5.7.1", "554 go away", "the other server's rules forbid it" },
    { "5.1.10", NULL, "there is no such mail domain" },
    { NULL, "552 disk quota", "the mailbox is full" },
    { "5.0.0", "554 no", NULL },
    { "", NULL, NULL },
    { NULL, NULL, NULL },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    if (g_strcmp0(reason_words(rows[i].status, rows[i].diagnostic), rows[i].want) != 0) fail_msg("row %u", i);
  g_autoptr(Report) report = make_report(REPORT_DSN_DELAYED, SHOWS_RECIPIENT);
  report->status = g_strdup("4.2.2");
  report->diagnostic = g_strdup("452 come back later");
  g_autoptr(Facts) facts = make_facts(FIT);
  const Policy policy = POLICY_DEFAULT(NOW);
  g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
  const Evidence *line = verdict->evidence->pdata[1];
  g_autofree char *text = evidence_text(line);
  assert_string_equal(line->code, "reason");
  assert_string_equal(text, "It reports that mail to gone@b.test is late, because the mailbox is full (Status "
                            "4.2.2); in the server's words: 452 "
                            "come back later.");
}

static void a_verdict_has_a_name_and_nonsense_is_unsure(void **state)
{
  for (guint code = 0; code < VERDICT_N; code++) assert_int_equal(verdict_parse(verdict_name(code)), code);
  assert_string_equal(verdict_name(VERDICT_N), "unsure");
  assert_int_equal(verdict_parse("nonsense"), VERDICT_UNSURE);
  facts_free(NULL);
  verdict_free(NULL);
  report_free(NULL);
  evidence_free(NULL);
  sent_fact_free(NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(everything_that_was_found_is_told_each_in_a_sentence),
    cmocka_unit_test(what_a_hostile_report_brings_is_kept_short),
    cmocka_unit_test(a_report_is_matched_to_a_message_by_the_surest_of_what_was_found),
    cmocka_unit_test(a_reason_is_told_in_plain_words),
    cmocka_unit_test(a_verdict_has_a_name_and_nonsense_is_unsure),
  };
  return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
