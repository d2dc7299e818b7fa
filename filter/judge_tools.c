/* judge_tools.c - what the checks of servers say of a report that is left in sight
 * Owns:     which of their results speaks against the owner's mail, and which for it.
 * Must not: settle a case, or say a word where one is settled otherwise: nothing moves by them.
 * Fails:    never.
 * Tests:    tests/filter/test_judge_tools.c */
#include "filter/case.h"

static void note_spf(Case *c, const ToolFacts *tools)
{
  static const struct {
    const char *code;
    EvidenceSide side;
  } rows[] = { [SPF_PASS] = { "spf-pass", EVIDENCE_FOR },
               [SPF_FAIL] = { "spf-fail", EVIDENCE_AGAINST },
               [SPF_SOFTFAIL] = { "spf-softfail", EVIDENCE_AGAINST } };
  if (rows[tools->spf].code == NULL) return;
  case_note(c, rows[tools->spf].side, rows[tools->spf].code, "ss", tools->address, tools->domain);
}

/* That a host is named as it should be tells nothing about who sent a message: spammers rent such hosts. */
static void note_reverse(Case *c, const ToolFacts *tools)
{
  switch (tools->reverse) {
  case REVERSE_NONE: case_note(c, EVIDENCE_AGAINST, "reverse-none", "s", tools->address); break;
  case REVERSE_UNCONFIRMED: case_note(c, EVIDENCE_AGAINST, "reverse-unconfirmed", "s", tools->address); break;
  case REVERSE_OTHER:
    case_note(c, EVIDENCE_AGAINST, "reverse-other", "sss", tools->address, tools->greeting, tools->name);
    break;
  case REVERSE_FITS: case_note(c, EVIDENCE_NEUTRAL, "reverse-fits", "ss", tools->address, tools->name); break;
  case REVERSE_NOTHING: break;
  }
}

static void note_listed(Case *c, const char *code, const GPtrArray *list)
{
  for (guint i = 0; list != NULL && i < list->len; i++) {
    const Listed *listed = list->pdata[i];
    case_note(c, EVIDENCE_AGAINST, code, "sss", listed->what, listed->zone, listed->answer);
  }
}

void judge_tools(Case *c)
{
  const ToolFacts *tools = &c->facts->tools;
  if (!c->settled || c->verdict->code != VERDICT_UNSURE) return;
  note_spf(c, tools);
  note_reverse(c, tools);
  note_listed(c, "host-listed", tools->hosts);
  note_listed(c, "link-listed", tools->links);
}
