/* judge_answers.c - does it answer one message that the owner sent? Rules 2 to 5 of doc/design/verdicts.md
 * Owns:     what clears a report and what only leaves it in sight; the replay cap.
 * Must not: look anything up.
 * Fails:    never.
 * Tests:    tests/filter/test_judge.c */
#include "filter/case.h"

#include <string.h>

#define REPLAY_FACTOR 4 /* reports per recipient that one message may bring */

/* Does it show anything by which the rules 3 to 5 clear a report? */
static gboolean answers_sent(const Facts *facts)
{
  return facts->id.shown != NULL || facts->refer_back.shown != NULL || facts->token.shown != NULL
         || (facts->fit.shown != NULL && !facts->fit_answered);
}

void judge_own_word(Case *c)
{
  const Facts *facts = c->facts;
  if (facts->own == OWN_NONE) return;
  const char *matched = facts->own_matched != NULL ? facts->own_matched : "its sender or recipient";
  const char *entry = facts->own_entry != NULL ? facts->own_entry : matched;
  if (facts->own == OWN_ALLOW) {
    case_note(c, EVIDENCE_FOR, "own-allow", "ss", matched, entry);
    case_settle(c, VERDICT_GENUINE);
  } else if (c->report->rank == RANK_MENTIONED && strchr(matched, '@') != NULL) {
    case_note(c, EVIDENCE_NEUTRAL, "own-deny-mentioned", "ss", matched, entry); /* what mentions can do: match */
  } else if (answers_sent(facts)) {
    case_note(c, EVIDENCE_NEUTRAL, "own-deny-known", "ss", matched, entry);
    case_settle(c, VERDICT_UNSURE);
  } else {
    case_note(c, EVIDENCE_AGAINST, "own-deny", "ss", matched, entry);
    case_settle(c, VERDICT_BACKSCATTER);
  }
}

/* What clears has a cap, since a stranger may have read it somewhere: one message brings only so many reports. */
static void clear(Case *c, const SentFact *sent)
{
  guint recipients = sent != NULL ? MAX(sent->recipients, 1) : 1, reports = sent != NULL ? sent->reports : 0;
  if (reports < REPLAY_FACTOR * (guint64)recipients) {
    case_settle(c, VERDICT_GENUINE);
    return;
  }
  case_note(c, EVIDENCE_AGAINST, "replay", "uu", reports, recipients);
  case_settle(c, VERDICT_UNSURE);
}

void judge_ids(Case *c)
{
  const Found *id = &c->facts->id;
  if (id->shown == NULL) return;
  case_note(c, EVIDENCE_FOR, "id-in-ledger", "sm", id->shown, id->sent);
  clear(c, id->sent);
}

void judge_refer_back(Case *c)
{
  const Found *refer_back = &c->facts->refer_back, *token = &c->facts->token;
  if (refer_back->shown != NULL) {
    case_note(c, EVIDENCE_FOR, "refers-to-sent", "sm", refer_back->shown, refer_back->sent);
    clear(c, refer_back->sent);
  }
  if (token->shown != NULL) {
    case_note(c, EVIDENCE_FOR, "text-names-sent", "sm", token->shown, token->sent);
    clear(c, token->sent);
  }
}

void judge_fit(Case *c)
{
  const Found *fit = &c->facts->fit;
  if (fit->shown == NULL) return;
  case_note(c, EVIDENCE_FOR, "recipient-and-subject", "sm", fit->shown, fit->sent);
  if (!c->facts->fit_answered) {
    clear(c, fit->sent);
    return;
  }
  case_note(c, EVIDENCE_AGAINST, "another-id", "");
  if (!case_id_tells(c)) case_settle(c, VERDICT_UNSURE);
}

/* Whoever wrote the original chose these, and a beginning fits more than one id. */
void judge_weak_ids(Case *c)
{
  static const char *const codes[] = { "id-beginning", "id-elsewhere", "refers-to-letter" };
  const Found *const found[] = { &c->facts->id_start, &c->facts->other_id, &c->facts->letter };
  for (guint i = 0; i < G_N_ELEMENTS(found); i++) {
    if (found[i]->shown == NULL) continue;
    case_note(c, EVIDENCE_FOR, codes[i], "sm", found[i]->shown, found[i]->sent);
    case_settle(c, VERDICT_UNSURE);
  }
}
