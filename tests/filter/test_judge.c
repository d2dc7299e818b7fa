/* test_judge.c - the order of doc/design/verdicts.md: a table of facts and the verdict they lead to
 * Owns:     the tests of the judges and of facts.c.
 * Must not: read mail.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/judge.c, filter/judge_answers.c, filter/judge_about.c, filter/judge_shows.c, filter/case.c,
 *           filter/facts.c */
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

/* What the ledger says in a row: */
enum {
  ALLOW = 1 << 0,
  DENY = 1 << 1,
  ID = 1 << 2,
  REPLAYED = 1 << 3, /* 8 reports were matched to each message before, and it has 2 recipients; else 7 */
  REFER = 1 << 4,
  TOKEN = 1 << 5,
  FIT = 1 << 6,
  ANSWERED = 1 << 7, /* the message that fits was answered under its own id */
  RECENT = 1 << 8,
  LONG_AGO = 1 << 9,
  EXCLUDED = 1 << 10,
  OFTEN = 1 << 11, /* five of the week were cleared by RECENT alone */
  SURVIVE = 1 << 12,
  COVERED = 1 << 13,
  STALE = 1 << 14,
  WAITED = 1 << 15,
  JUST_CAME = 1 << 16,
  ID_START = 1 << 17,
  OTHER_ID = 1 << 18,
  LETTER = 1 << 19,
  TO_OWNER = 1 << 20,
  OWNER_FAILED = 1 << 21,
  DELIVERED = 1 << 22,
  NEIGHBOUR = 1 << 23,
  ANOTHER_NAME = 1 << 24,
  STRANGER = 1 << 25,
  DENY_REPORTER = 1 << 26,
  PASSED_ON = 1 << 27,
  ALIKE = 1 << 28,
  AGAIN = 1 << 29, /* alike, to an address that differs by a letter */
  LATER = 1 << 30  /* after the report came */
};

/* What the report shows. Its recipients are named, unless LISTED or MENTIONED. */
enum {
  SHOWS_ID = 1 << 0,
  SHOWS_RECIPIENT = 1 << 1,
  LISTED = 1 << 2,
  MENTIONED = 1 << 3,
  SHOWS_REFERENCE = 1 << 4,
  STATUS_PART = 1 << 5,
  HEADER = 1 << 6,
  UNREAD = 1 << 7,
  ORIGINAL_TO = 1 << 8,
  NO_DATE = 1 << 9,
  NEW_REPORT = 1 << 10,
  NEW_ORIGINAL = 1 << 11,
  FUTURE = 1 << 12,
  DATE_3 = 1 << 13, /* the original is of 3 days ago, as RECENT says, or of 40, as LONG_AGO does */
  DATE_40 = 1 << 14,
  NAMED = SHOWS_RECIPIENT | STATUS_PART
};

static Report *make_report(ReportKind kind, guint shows)
{
  Report *report = report_new();
  report->kind = kind;
  report->rank = shows & MENTIONED ? RANK_MENTIONED : shows & LISTED ? RANK_LISTED : RANK_NAMED;
  report->status_part = (shows & STATUS_PART) != 0;
  report->original.header = (shows & HEADER) != 0;
  report->original.unread = (shows & UNREAD) != 0;
  report->date = shows & NO_DATE ? 0 : shows & FUTURE ? NOW + DAYS(1) : shows & NEW_REPORT ? NOW - 599 : NOW - DAYS(1);
  report->original.date = shows & NEW_ORIGINAL ? NOW - 30 : shows & NO_DATE ? 0 : NOW - DAYS(2);
  if (shows & (DATE_3 | DATE_40)) report->original.date = NOW - DAYS(shows & DATE_3 ? 3 : 40) + 900;
  if (shows & SHOWS_ID) g_ptr_array_add(report->original.message_ids, g_strdup("one@b.test"));
  if (shows & SHOWS_RECIPIENT) g_ptr_array_add(report->recipients, g_strdup("gone@b.test"));
  if (shows & SHOWS_REFERENCE) g_ptr_array_add(report->refer_backs, g_strdup("two@b.test"));
  if (shows & ORIGINAL_TO) g_ptr_array_add(report->original.recipients, g_strdup("to@b.test"));
  g_ptr_array_add(report->signals, evidence_new(EVIDENCE_NEUTRAL, "daemon-from", NULL));
  return report;
}

static void set_found(Found *found, const char *shown, guint has)
{
  *found = (Found){ g_strdup(shown), sent_fact_new(NOW - DAYS(2), "Lunch", "home", "Sent", 2) };
  found->sent->reports = has & REPLAYED ? 8 : 7;
}

static void set_people(Facts *facts, guint has)
{
  if (has & (ALIKE | AGAIN)) set_found(&facts->alike, "gone@b.test", has);
  facts->alike_again = (has & AGAIN) != 0;
  if (has & (RECENT | LONG_AGO | EXCLUDED | LATER)) {
    facts->written_to = g_strdup("gone@b.test");
    facts->written = NOW - DAYS(has & LATER ? -2 : has & LONG_AGO ? 40 : 3);
    facts->written_sent = sent_fact_new(facts->written, NULL, NULL, NULL, 1);
    facts->automatic = (has & EXCLUDED) == 0;
    facts->written_reports = has & OFTEN ? 5 : 4;
  }
  if (has & (NEIGHBOUR | ANOTHER_NAME | PASSED_ON)) {
    facts->other = g_strdup("robert@b.test");
    facts->other_written = NOW - DAYS(3);
    facts->other_how = has & NEIGHBOUR ? OTHER_NEIGHBOUR : has & PASSED_ON ? OTHER_RECIPIENT : OTHER_NAME;
  }
  facts->ids_survive = (has & SURVIVE) != 0;
  if (has & TO_OWNER) facts->to_owner = g_strdup("me@a.test");
  if (has & OWNER_FAILED) facts->failed_owner = g_strdup("me@a.test");
  if (has & DELIVERED) facts->delivered_owner = g_strdup("me@a.test");
  if (has & STRANGER) facts->stranger = g_strdup("q7x@a.test");
}

static Facts *make_facts(guint has)
{
  static const struct {
    guint flag;
    gsize offset;
    const char *shown;
  } found[] = { { ID, G_STRUCT_OFFSET(Facts, id), "one@b.test" },
                { REFER, G_STRUCT_OFFSET(Facts, refer_back), "two@b.test" },
                { TOKEN, G_STRUCT_OFFSET(Facts, token), "three@b.test" },
                { FIT, G_STRUCT_OFFSET(Facts, fit), "gone@b.test" },
                { ID_START, G_STRUCT_OFFSET(Facts, id_start), "one@b" },
                { OTHER_ID, G_STRUCT_OFFSET(Facts, other_id), "four@b.test" },
                { LETTER, G_STRUCT_OFFSET(Facts, letter), "five@b.test" } };
  Facts *facts = facts_new();
  facts->own = has & ALLOW ? OWN_ALLOW : has & (DENY | DENY_REPORTER) ? OWN_DENY : OWN_NONE;
  if (facts->own != OWN_NONE) {
    facts->own_entry = g_strdup("@b.test");
    facts->own_matched = g_strdup(has & DENY_REPORTER ? "mx.b.test" : "gone@b.test");
  }
  for (guint i = 0; i < G_N_ELEMENTS(found); i++)
    if (has & found[i].flag) set_found(G_STRUCT_MEMBER_P(facts, found[i].offset), found[i].shown, has);
  facts->fit_answered = (has & ANSWERED) != 0;
  set_people(facts, has);
  facts->covered = (has & COVERED) != 0;
  facts->stale = (has & STALE) != 0;
  facts->waited = (has & WAITED) != 0;
  facts->need_from = facts->from = NOW - DAYS(3);
  facts->need_to = facts->to = has & JUST_CAME ? NOW : NOW - 3600;
  if (!facts->covered) facts->gap = g_strdup("The Sent folder of account home was not read yet.");
  return facts;
}

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
static void what_answers_sent_mail(void **state)
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
static void whom_the_mail_was_to(void **state)
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
static void what_it_shows(void **state)
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
static void the_size_of_evidence(void **state)
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
static void the_matches(void **state)
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

static void the_switches(void **state)
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
  g_autofree char *text = evidence_text(line);
  assert_string_equal(line->code, "reason");
  assert_string_equal(text, "It reports that mail to gone@b.test is late, because the mailbox is full (Status "
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
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_answers_sent_mail), cmocka_unit_test(whom_the_mail_was_to), cmocka_unit_test(what_it_shows),
    cmocka_unit_test(the_evidence),           cmocka_unit_test(the_size_of_evidence), cmocka_unit_test(the_matches),
    cmocka_unit_test(the_switches),           cmocka_unit_test(the_reasons),          cmocka_unit_test(the_names)
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
