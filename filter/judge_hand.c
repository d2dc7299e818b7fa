/* judge_hand.c - the owner's own hand: rule 7 of doc/design/verdicts.md
 * Owns:     what it weighs that a report was handed in from inside.
 * Must not: look anything up.
 * Fails:    never.
 * Tests:    tests/filter/test_judge_hand.c */
#include "filter/case.h"

#include <string.h>

#define INSIDER "insider"

/* Backscatter is written by strangers' servers. A report that the owner's own provider wrote tells of mail that left
 * there, whoever sent it. Nothing of this can clear a report: customers of the same provider write there, too. */
static void weigh_insider(Case *c, gboolean shows_id)
{
  if (c->settled || c->facts->hand != HAND_INSIDE || c->facts->came_in || case_shows_id(c) != shows_id) return;
  case_note(c, EVIDENCE_FOR, INSIDER, "");
  case_settle(c, VERDICT_UNSURE);
}

void judge_insider(Case *c)
{
  weigh_insider(c, TRUE);
  if (c->settled) return;
  if (c->facts->hand == HAND_INSIDE && c->facts->came_in) case_note(c, EVIDENCE_NEUTRAL, "insider-came-in", "");
  if (c->facts->handed_by != NULL) case_note(c, EVIDENCE_NEUTRAL, "handed-in", "s", c->facts->handed_by);
}

void judge_insider_late(Case *c) { weigh_insider(c, FALSE); }

gboolean verdict_is_insider(const Verdict *verdict)
{
  if (verdict->code != VERDICT_UNSURE || verdict->decided >= verdict->evidence->len) return FALSE;
  const Evidence *decided = g_ptr_array_index(verdict->evidence, verdict->decided);
  return strcmp(decided->code, INSIDER) == 0;
}
