/* test_judge.c - the order of DESIGN, Verdicts: a table of facts and the verdict they lead to
 * Owns:     the tests of judge.c and facts.c.
 * Must not: read mail.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/judge.c, filter/facts.c */
#include "filter/filter.h"
#include "filter/reason.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define NOW ((gint64)1780000000)
#define DAYS(n) ((gint64)(n)*86400)

/* What the ledger and the report may say in a row. */
enum {
  ALLOW = 1 << 0,
  DENY = 1 << 1,
  ID = 1 << 2,
  REPLAYED = 1 << 3,
  REFER = 1 << 4,
  TOKEN = 1 << 5,
  FIT = 1 << 6,
  RECENT = 1 << 7,
  LONG_AGO = 1 << 8,
  EXCLUDED = 1 << 9,
  COVERED = 1 << 10,
  STALE = 1 << 11,
  WAITED = 1 << 12,
  JUST_CAME = 1 << 20, /* facts */
  SHOWS_ID = 1 << 13,
  SHOWS_RECIPIENT = 1 << 14,
  SHOWS_REFERENCE = 1 << 15,
  NO_DATE = 1 << 16,
  NEW_REPORT = 1 << 17,
  NEW_ORIGINAL = 1 << 18,
  FUTURE = 1 << 19 /* report */
};

static Report *make_report(ReportKind kind, guint has)
{
  Report *report = report_new();
  report->kind = kind;
  report->date = has & NO_DATE ? 0 : has & FUTURE ? NOW + DAYS(1) : has & NEW_REPORT ? NOW - 599 : NOW - DAYS(1);
  report->original.date = has & NEW_ORIGINAL ? NOW - 30 : has & NO_DATE ? 0 : NOW - DAYS(2);
  if (has & SHOWS_ID) g_ptr_array_add(report->original.message_ids, g_strdup("one@b.test"));
  if (has & SHOWS_RECIPIENT) g_ptr_array_add(report->recipients, g_strdup("gone@b.test"));
  if (has & SHOWS_REFERENCE) g_ptr_array_add(report->refer_backs, g_strdup("two@b.test"));
  g_ptr_array_add(report->signals, evidence_new(EVIDENCE_NEUTRAL, "daemon-from", "From is the mail system itself."));
  return report;
}

static Facts *make_facts(guint has)
{
  Facts *facts = facts_new();
  facts->own = has & ALLOW ? OWN_ALLOW : has & DENY ? OWN_DENY : OWN_NONE;
  if (facts->own != OWN_NONE) facts->own_entry = g_strdup("@b.test"), facts->own_matched = g_strdup("gone@b.test");
  if (has & ID)
    facts->id = g_strdup("one@b.test"), facts->id_sent = sent_fact_new(NOW - DAYS(2), "Lunch", "home", "Sent", 2);
  facts->failures = has & REPLAYED ? 9 : 8;
  if (has & REFER)
    facts->refer_back = g_strdup("two@b.test"),
    facts->refer_back_sent = sent_fact_new(NOW - DAYS(2), NULL, "home", "Sent", 1);
  if (has & TOKEN)
    facts->token = g_strdup("three@b.test"), facts->token_sent = sent_fact_new(0, "Lunch", "home", NULL, 1);
  if (has & FIT)
    facts->fit = g_strdup("gone@b.test"), facts->fit_sent = sent_fact_new(NOW - DAYS(2), "Lunch", "home", "Sent", 1);
  if (has & (RECENT | LONG_AGO | EXCLUDED)) {
    facts->written_to = g_strdup("gone@b.test");
    facts->written = NOW - DAYS(has & LONG_AGO ? 40 : 3);
    facts->automatic = (has & EXCLUDED) == 0;
  }
  facts->covered = (has & COVERED) != 0;
  facts->stale = (has & STALE) != 0;
  facts->waited = (has & WAITED) != 0;
  facts->need_from = facts->from = NOW - DAYS(3);
  facts->need_to = facts->to = has & JUST_CAME ? NOW : NOW - 3600;
  if (!facts->covered) facts->gap = g_strdup("The Sent folder of account home was not read yet.");
  return facts;
}

typedef struct {
  guint has;
  VerdictCode code;
  const char *decided; /* code of the line that decides */
  gboolean fresh;
} Row;

static void the_order(void **state)
{
  static const Row rows[] = {
    { ALLOW | SHOWS_ID | COVERED, VERDICT_GENUINE, "own-allow" },
    { DENY | ID | SHOWS_ID, VERDICT_BACKSCATTER, "own-deny" },
    { DENY | NEW_REPORT, VERDICT_BACKSCATTER, "own-deny" }, /* no sync of Sent can change the owner's word */
    { ID | SHOWS_ID | COVERED, VERDICT_GENUINE, "id-in-ledger" },
    { ID | SHOWS_ID | REPLAYED, VERDICT_UNSURE, "replay" },
    { ID | SHOWS_ID | REPLAYED | REFER | FIT, VERDICT_UNSURE, "replay" },
    { REFER | SHOWS_ID | COVERED, VERDICT_GENUINE, "refers-to-sent" },
    { TOKEN | SHOWS_ID | COVERED, VERDICT_GENUINE, "text-names-sent" },
    { FIT | SHOWS_ID | COVERED, VERDICT_GENUINE, "recipient-and-subject" },
    { RECENT | SHOWS_RECIPIENT | COVERED, VERDICT_GENUINE, "recipient-recent" },
    { RECENT | SHOWS_RECIPIENT | SHOWS_ID, VERDICT_GENUINE, "recipient-recent" },
    { RECENT | SHOWS_RECIPIENT | SHOWS_ID | COVERED, VERDICT_BACKSCATTER, "covered" },
    { LONG_AGO | SHOWS_RECIPIENT | COVERED, VERDICT_UNSURE, "recipient-known" },
    { LONG_AGO | SHOWS_RECIPIENT | SHOWS_ID | COVERED, VERDICT_BACKSCATTER, "covered" },
    { EXCLUDED | SHOWS_RECIPIENT | COVERED, VERDICT_BACKSCATTER, "covered" },
    { SHOWS_ID | COVERED, VERDICT_BACKSCATTER, "covered" },
    { SHOWS_RECIPIENT | COVERED, VERDICT_BACKSCATTER, "covered" },
    { SHOWS_REFERENCE | COVERED, VERDICT_BACKSCATTER, "covered" },
    { SHOWS_ID, VERDICT_UNSURE, "not-covered" },
    { SHOWS_ID | STALE, VERDICT_UNSURE, "not-covered", TRUE },
    { COVERED, VERDICT_UNSURE, "nothing-to-go-by" },
    { 0, VERDICT_UNSURE, "nothing-to-go-by" },
    { SHOWS_ID | COVERED | NEW_REPORT, VERDICT_BACKSCATTER, "covered", TRUE },
    { SHOWS_ID | COVERED | NEW_ORIGINAL, VERDICT_BACKSCATTER, "covered", TRUE },
    { SHOWS_ID | COVERED | FUTURE, VERDICT_BACKSCATTER, "covered", TRUE },
    { SHOWS_ID | COVERED | JUST_CAME, VERDICT_BACKSCATTER, "covered" }, /* the original is dated, and old */
    { SHOWS_ID | COVERED | NO_DATE | JUST_CAME | WAITED, VERDICT_BACKSCATTER, "covered" },
    { SHOWS_ID | COVERED | NO_DATE, VERDICT_BACKSCATTER, "covered" },
    { SHOWS_ID | COVERED | NO_DATE | JUST_CAME, VERDICT_BACKSCATTER, "covered", TRUE },
    { SHOWS_ID | COVERED | NO_DATE | WAITED, VERDICT_BACKSCATTER, "covered" },
    { SHOWS_ID | COVERED | NEW_REPORT | WAITED, VERDICT_BACKSCATTER, "covered" },
  };
  static const ReportKind kinds[] = { REPORT_DSN_FAILED, REPORT_DSN_DELAYED, REPORT_DSN_OTHER,
                                      REPORT_BOUNCE,     REPORT_CHALLENGE,   REPORT_VIRUS_NOTICE };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    for (guint k = 0; k < G_N_ELEMENTS(kinds); k++) {
      g_autoptr(Report) report = make_report(kinds[k], rows[i].has);
      g_autoptr(Facts) facts = make_facts(rows[i].has);
      const Policy policy = POLICY_DEFAULT(NOW);
      g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
      const Evidence *decided = verdict->evidence->pdata[verdict->decided];
      if (verdict->code != rows[i].code || strcmp(decided->code, rows[i].decided) != 0
          || verdict->fresh != rows[i].fresh)
        fail_msg("row %u: %s by %s%s", i, verdict_name(verdict->code), decided->code, verdict->fresh ? ", fresh" : "");
    }
}

static gboolean has_line(const Verdict *verdict, const char *code)
{
  for (guint i = 0; i < verdict->evidence->len; i++)
    if (strcmp(((Evidence *)verdict->evidence->pdata[i])->code, code) == 0) return TRUE;
  return FALSE;
}

/* Everything found is told, also what did not decide, each in a sentence. */
static void the_evidence(void **state)
{
  g_autoptr(Report) report = make_report(REPORT_BOUNCE, SHOWS_ID | SHOWS_RECIPIENT | SHOWS_REFERENCE);
  g_autoptr(Facts) facts = make_facts(ALLOW | ID | REFER | TOKEN | FIT | RECENT);
  const Policy policy = POLICY_DEFAULT(NOW);
  g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
  static const char *const codes[] = { "daemon-from",     "own-allow",       "id-in-ledger",
                                       "refers-to-sent",  "text-names-sent", "recipient-and-subject",
                                       "recipient-recent" };
  for (guint i = 0; i < G_N_ELEMENTS(codes); i++)
    if (!has_line(verdict, codes[i])) fail_msg("missing: %s", codes[i]);
  for (guint i = 0; i < verdict->evidence->len; i++) {
    const Evidence *line = verdict->evidence->pdata[i];
    if (!g_str_has_suffix(line->text, ".") || !g_ascii_isupper(*line->text)) fail_msg("no sentence: %s", line->text);
  }
  g_autoptr(Facts) nothing = make_facts(COVERED);
  nothing->stranger = g_strdup("q7x@my.test");
  for (guint i = 0; i < 5; i++) g_ptr_array_add(report->original.message_ids, g_strdup_printf("more%u@b.test", i));
  g_autoptr(Verdict) against = filter_judge(report, nothing, &policy);
  assert_true(has_line(against, "id-unknown") && has_line(against, "reference-unknown")
              && has_line(against, "recipient-unknown") && has_line(against, "sender-unknown"));
  g_autoptr(Facts) empty = facts_new();
  empty->id = g_strdup("one@b.test");
  empty->own = OWN_ALLOW;
  g_autoptr(Verdict) bare = filter_judge(report, empty, &policy);
  assert_int_equal(bare->code, VERDICT_GENUINE);
}

static void the_switches(void **state)
{
  static const struct {
    ReportKind kind;
    Policy policy;
    gboolean judged;
  } rows[] = {
    { REPORT_NONE, POLICY_DEFAULT(NOW), FALSE },
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
      assert_string_equal(((Evidence *)verdict->evidence->pdata[verdict->decided])->code, "not-judged");
    assert_false(verdict->fresh);
  }
}

static void the_reasons(void **state)
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
  assert_string_equal(line->code, "reason");
  assert_string_equal(line->text, "It reports that mail to gone@b.test is late, because the mailbox is full (Status "
                                  "4.2.2); in the server's words: 452 "
                                  "come back later.");
}

static void the_names(void **state)
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
  const struct CMUnitTest tests[] = { cmocka_unit_test(the_order), cmocka_unit_test(the_evidence),
                                      cmocka_unit_test(the_switches), cmocka_unit_test(the_reasons),
                                      cmocka_unit_test(the_names) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
