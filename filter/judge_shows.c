/* judge_shows.c - is what it shows, and what is known of sent mail, enough to say that the owner did not send it? Rules
 *                 9 and 10 of doc/design/verdicts.md
 * Owns:     what a report must show to be moved.
 * Must not: look anything up.
 * Fails:    never.
 * Tests:    tests/filter/test_judge.c */
#include "filter/case.h"

/* What was looked for in vain. In-Reply-To and References that name no sent message are none of it: in a thread, they
 * are the ids of other people's letters. */
void judge_unknown(Case *c)
{
  const Report *report = c->report;
  const Facts *facts = c->facts;
  if (report->original.message_ids->len > 0 && facts->id.shown == NULL)
    case_note(c, EVIDENCE_AGAINST, "id-unknown", "l", report->original.message_ids);
  if (report->recipients->len > 0 && report->rank != RANK_MENTIONED && facts->written_to == NULL
      && facts->fit.shown == NULL)
    case_note(c, EVIDENCE_AGAINST, "recipient-unknown", "l", report->recipients);
  if (facts->stranger != NULL) case_note(c, EVIDENCE_NEUTRAL, "sender-unknown", "s", facts->stranger);
}

static void leave(Case *c, const char *code, const char *types, const GPtrArray *list)
{
  case_note(c, EVIDENCE_NEUTRAL, code, types, list);
  case_settle(c, VERDICT_UNSURE);
}

/* Does it list an address that failed? That of the writer (of a challenge, say) is none. */
static gboolean lists_failed(const Report *report)
{
  for (guint i = 0; report->rank != RANK_MENTIONED && i < report->recipients->len; i++)
    if (g_strcmp0(g_ptr_array_index(report->recipients, i), report->reporter) != 0) return TRUE;
  return FALSE;
}

void judge_shown(Case *c)
{
  const Report *report = c->report;
  const Original *original = &report->original;
  if (c->settled || original->message_ids->len > 0) return;
  gboolean listed = lists_failed(report);
  if (original->unread)
    leave(c, "original-unread", "", NULL);
  else if (!listed && original->recipients->len == 0 && report->recipients->len > 0)
    leave(c, "only-mentioned", "l", report->recipients);
  else if (!listed && original->recipients->len == 0)
    leave(c, report->refer_backs->len > 0 ? "only-references" : "nothing-to-go-by", "", NULL);
  else if (!listed && !original->header && !report->status_part)
    leave(c, "only-mentioned", "l", report->recipients->len > 0 ? report->recipients : original->recipients);
}

void judge_coverage(Case *c)
{
  const Facts *facts = c->facts;
  if (c->settled) return;
  if (facts->covered) {
    case_note(c, EVIDENCE_AGAINST, "covered", "iiii", facts->need_from, facts->need_to, facts->from, facts->to);
    case_settle(c, VERDICT_BACKSCATTER);
    return;
  }
  if (facts->lack != NULL)
    case_note(c, EVIDENCE_NEUTRAL, "not-covered", "iie", facts->need_from, facts->need_to, facts->lack);
  else
    case_note(c, EVIDENCE_NEUTRAL, "not-covered", "iis", facts->need_from, facts->need_to,
              facts->gap != NULL ? facts->gap : "sent-none");
  case_settle(c, VERDICT_UNSURE);
  if (facts->stale) c->verdict->fresh = TRUE;
}
