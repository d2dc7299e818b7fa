/* judge_marks.c - does the original bear a mark of the owner's own hand? Rule 7 of doc/design/verdicts.md
 * Owns:     how many reports a week a mark leaves in sight; what it says that mail never left from an address, and
 *           that nobody verified a signature.
 * Must not: look anything up; clear or convict.
 * Fails:    never.
 * Tests:    tests/filter/test_marks.c */
#include "filter/case.h"

#define WEEKLY 5 /* reports that are left in sight by one mark alone */

/* A stranger can write a mark, too, once it is known to him. So it leaves few reports in sight; of a flood, the next
 * rules decide. */
void judge_marks(Case *c)
{
  for (OwnMark mark = 0; mark < MARK_N; mark++) {
    const MarkFact *fact = &c->facts->marks[mark];
    if (fact->shown == NULL) continue;
    case_note(c, EVIDENCE_FOR, mark_code(mark), "s", fact->shown);
    if (fact->reports < WEEKLY)
      case_settle(c, VERDICT_UNSURE);
    else
      case_note(c, EVIDENCE_NEUTRAL, "mark-often", "u", fact->reports);
  }
}

/* A signature that nobody verified is a line that a forger writes as easily as From. Of a domain that the owner has
 * listed it is a mark; of one that he was only seen to send from it leaves nothing in sight: there, others send as
 * well. */
void judge_claimed(Case *c)
{
  if (c->facts->claimed != NULL) case_note(c, EVIDENCE_FOR, "signature-claimed", "s", c->facts->claimed);
}

/* It orders and explains what other rules decide. */
void judge_unused(Case *c)
{
  const Facts *facts = c->facts;
  if (facts->unused == NULL) return;
  const char *code = !facts->unused_tested ? "never-used-untested"
                     : facts->receive_only ? "receive-only"
                                           : "never-used";
  case_note(c, facts->unused_tested ? EVIDENCE_AGAINST : EVIDENCE_NEUTRAL, code, "su", facts->unused,
            facts->unused_reports);
}
