/* judge_signed.c - did the owner's own signature come back? Rule 7 of doc/design/verdicts.md
 * Owns:     how many reports one signature answers.
 * Must not: look anything up.
 * Fails:    never.
 * Tests:    tests/filter/test_judge_signed.c */
#include "filter/case.h"

#define REPLAY_FACTOR 4 /* reports that are none of failure (warnings that it is late), for each recipient */

static gboolean is_failure(ReportKind kind) { return kind == REPORT_DSN_FAILED || kind == REPORT_BOUNCE; }

/* A signature proves that the owner's provider let this header out. Who received it can copy it, so it answers failures
 * of those alone whom it names, and no more of them than it names; of others it is a mark (judge_marks.c). */
void judge_signature(Case *c)
{
  const SignedFact *fact = &c->facts->signature;
  if (fact->recipient == NULL) return;
  const guint64 most = (guint64)fact->recipients * (is_failure(c->report->kind) ? 1 : REPLAY_FACTOR);
  case_note(c, EVIDENCE_FOR, "signature-verified", "sss", fact->domain, fact->from, fact->recipient);
  if (fact->reports < most) {
    case_settle(c, VERDICT_GENUINE);
    return;
  }
  case_note(c, EVIDENCE_AGAINST, "signature-often", "uu", fact->reports, fact->recipients);
  case_settle(c, VERDICT_UNSURE);
}

/* It orders what is unsure, and never decides: servers return mail as it was before it was signed, too. What the
 * owner's own provider returns may have failed before it was signed, so only a stranger's report counts. */
void judge_unsigned(Case *c)
{
  if (c->facts->unsigned_of == 0 || c->facts->hand != HAND_OUTSIDE) return;
  if (c->settled && c->verdict->code == VERDICT_GENUINE) return;
  case_note(c, EVIDENCE_AGAINST, "signature-missing", "u", c->facts->unsigned_of);
}
