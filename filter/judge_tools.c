/* judge_tools.c - what the checks of servers say of a report that is left in sight
 * Owns:     which of their results speaks against the owner's mail, and which for it.
 * Must not: settle a case, or say a word where one is settled otherwise.
 * Fails:    never.
 * Tests:    tests/ledger/test_facts_tools.c */
#include "filter/case.h"

static void add_spf(GPtrArray *lines, const ToolFacts *tools)
{
  static const char *const codes[] = {
    [SPF_PASS] = "spf-pass", [SPF_FAIL] = "spf-fail", [SPF_SOFTFAIL] = "spf-softfail"
  };
  EvidenceSide side = tools->spf == SPF_PASS ? EVIDENCE_FOR : EVIDENCE_AGAINST;
  if (tools->spf == SPF_NOTHING) return;
  g_ptr_array_add(lines, evidence_new(side, codes[tools->spf], tools->address, tools->domain, NULL));
}

/* That a host is named as it should be tells nothing about who sent a message: spammers rent such hosts. */
static void add_reverse(GPtrArray *lines, const ToolFacts *tools)
{
  static const char *const codes[] = { [REVERSE_NONE] = "reverse-none",
                                       [REVERSE_UNCONFIRMED] = "reverse-unconfirmed",
                                       [REVERSE_OTHER] = "reverse-other",
                                       [REVERSE_FITS] = "reverse-fits" };
  EvidenceSide side = tools->reverse == REVERSE_FITS ? EVIDENCE_NEUTRAL : EVIDENCE_AGAINST;
  if (tools->reverse == REVERSE_NOTHING) return;
  g_ptr_array_add(lines, evidence_new(side, codes[tools->reverse], tools->address, tools->greeting, tools->name, NULL));
}

static void add_listed(GPtrArray *lines, const ToolFacts *tools)
{
  static const char *const codes[] = { "host-listed", "link-listed" };
  const GPtrArray *const lists[] = { tools->hosts, tools->links };
  for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
    for (guint k = 0; lists[i] != NULL && k < lists[i]->len; k++) {
      const Listed *listed = lists[i]->pdata[k];
      g_ptr_array_add(lines,
                      evidence_new(EVIDENCE_AGAINST, codes[i], listed->what, listed->zone, listed->answer, NULL));
    }
}

GPtrArray *filter_tools(const Facts *facts)
{
  const ToolFacts *tools = &facts->tools;
  GPtrArray *lines = g_ptr_array_new_with_free_func((GDestroyNotify)evidence_free);
  add_spf(lines, tools);
  add_reverse(lines, tools);
  add_listed(lines, tools);
  judge_words_add(lines, &facts->words);
  return lines;
}

void judge_tools(Case *c)
{
  if (!c->settled || c->verdict->code != VERDICT_UNSURE || c->facts->hand != HAND_OUTSIDE) return;
  g_ptr_array_extend_and_steal(c->verdict->evidence, filter_tools(c->facts));
}
