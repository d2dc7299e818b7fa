/* judge.c - whose it is: the order of doc/design/verdicts.md, as a chain of small judges
 * Owns:     which kinds are judged, the order of the judges, and freshness.
 * Must not: look anything up; everything it needs is in report, facts and policy.
 * Fails:    never.
 * Tests:    tests/filter/test_judge.c */
#include "filter/case.h"
#include "filter/reason.h"

static const char *const code_names[VERDICT_N] = { "pass", "genuine", "backscatter", "unsure" };

const char *verdict_name(VerdictCode code)
{
  return (guint)code < VERDICT_N ? code_names[code] : code_names[VERDICT_UNSURE];
}

VerdictCode verdict_parse(const char *name)
{
  for (guint code = 0; code < VERDICT_N; code++)
    if (g_strcmp0(name, code_names[code]) == 0) return code;
  return VERDICT_UNSURE;
}

static gboolean is_judged(ReportKind kind, const Policy *policy)
{
  switch (kind) {
  case REPORT_DSN_FAILED:
  case REPORT_DSN_DELAYED:
  case REPORT_DSN_OTHER:
  case REPORT_BOUNCE: return TRUE;
  case REPORT_CHALLENGE: return policy->judge_challenges;
  case REPORT_VIRUS_NOTICE: return policy->judge_virus;
  case REPORT_AUTO_REPLY: return policy->judge_auto_replies;
  case REPORT_RECEIPT: return policy->judge_receipts;
  default: return FALSE;
  }
}

static void judge_kind(Case *c)
{
  static const char *const codes[REPORT_N_KINDS] = {
    [REPORT_CHALLENGE] = "not-judged-challenge",   [REPORT_VIRUS_NOTICE] = "not-judged-virus-notice",
    [REPORT_AUTO_REPLY] = "not-judged-auto-reply", [REPORT_RECEIPT] = "not-judged-receipt",
    [REPORT_NOTICE] = "not-judged-notice",         [REPORT_FEEDBACK] = "not-judged-feedback-report"
  };
  ReportKind kind = c->report->kind;
  if (is_judged(kind, c->policy)) return;
  const char *code = (guint)kind < REPORT_N_KINDS ? codes[kind] : NULL;
  case_note(c, EVIDENCE_NEUTRAL, code != NULL ? code : "not-judged", "");
  case_settle(c, VERDICT_PASS);
}

/* What happened, for the owner of a genuine report: no bearing on the verdict. */
static void note_reason(Case *c)
{
  const Report *report = c->report;
  if (reason_words(report->status, report->diagnostic) == NULL && report->diagnostic == NULL) return;
  const char *event = report->kind == REPORT_DSN_DELAYED ? "late"
                      : report->kind == REPORT_DSN_OTHER ? "passed"
                                                         : "failed";
  case_note(c, EVIDENCE_NEUTRAL, "reason", "sssl", event, report->status, report->diagnostic, report->recipients);
}

/* Is it left in sight by a mark alone? A Sent copy that comes late says more, and leaves the mark to others. */
static gboolean is_marked(const Verdict *verdict)
{
  const Evidence *decided = g_ptr_array_index(verdict->evidence, verdict->decided);
  return verdict->code == VERDICT_UNSURE && mark_of_code(decided->code) != MARK_N;
}

/* Clients store the Sent copy after sending: a very recent report may be quicker. */
static void judge_freshness(Case *c)
{
  Verdict *verdict = c->verdict;
  const gboolean moved = verdict->code == VERDICT_BACKSCATTER || verdict->second_line, marked = is_marked(verdict);
  if (marked && c->facts->stale) verdict->fresh = TRUE;
  if (!(moved || marked || verdict_is_insider(verdict)) || c->facts->own == OWN_DENY || c->facts->waited) return;
  gint64 limit = c->policy->now - FILTER_FRESH, report = c->report->date, original = c->report->original.date;
  /* need_to: when it came. It counts where no Date tells of the original, since the clock of the reporter may be
   * slow. */
  if (original == 0) original = c->facts->need_to;
  verdict->fresh = verdict->fresh || report > limit || original > limit;
  if (verdict->fresh) case_note(c, EVIDENCE_NEUTRAL, "fresh", "");
}

/* In this order; the first that settles the case decides, and what the others find is written down as well. */
static void (*const judges[])(Case *c) = {
  judge_own_word,     /* 2 */
  judge_ids,          /* 3 */
  judge_refer_back,   /* 4 */
  judge_fit,          /* 5 */
  judge_signature,    /* 7: what clears goes before what leaves a report in sight */
  judge_weak_ids,     /* 4 again: what leaves a report in sight does so where nothing clears it */
  judge_to_owner,     /* 6 */
  judge_insider,      /* 7 */
  judge_written_to,   /* 8 */
  judge_marks,        /* 7: behind 8, which clears, since what speaks for the owner must not undo that */
  judge_other_name,   /* 8 */
  judge_alike,        /* 5 again, more loosely */
  judge_insider_late, /* 7 again, where it shows no id */
  judge_unknown,      /* what was looked for in vain */
  judge_unused,       /* 7: this and the next two order what is unsure */
  judge_claimed,      /* 7 */
  judge_unsigned,     /* 7 */
  judge_shown,        /* 9 */
  judge_coverage,     /* 10 */
  judge_tools,        /* beside all of them: explains what is left in sight */
  judge_second_line,  /* moves what is unsure, where the owner wants it */
};

Verdict *filter_judge(const Report *report, const Facts *facts, const Policy *policy)
{
  Verdict *verdict = g_new0(Verdict, 1);
  verdict->evidence = g_ptr_array_new_with_free_func((GDestroyNotify)evidence_free);
  for (guint i = 0; i < report->signals->len; i++)
    g_ptr_array_add(verdict->evidence, evidence_copy(report->signals->pdata[i]));
  Case c = { report, facts, policy, verdict, FALSE };
  judge_kind(&c);
  if (c.settled) return verdict;
  note_reason(&c);
  for (guint i = 0; i < G_N_ELEMENTS(judges); i++) judges[i](&c);
  judge_freshness(&c);
  return verdict;
}

void verdict_free(Verdict *verdict)
{
  if (verdict == NULL) return;
  g_ptr_array_unref(verdict->evidence);
  g_free(verdict);
}
