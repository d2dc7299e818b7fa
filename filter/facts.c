/* facts.c - the life of what the ledger knows about a report
 * Owns:     allocation of Facts and SentFact.
 * Must not: decide anything.
 * Fails:    never.
 * Tests:    tests/filter/test_judge.c */
#include "filter/facts.h"

Facts *facts_new(void) { return g_new0(Facts, 1); }

void facts_free(Facts *facts)
{
  if (facts == NULL) return;
  g_free(facts->own_entry);
  g_free(facts->own_matched);
  g_free(facts->id);
  sent_fact_free(facts->id_sent);
  g_free(facts->refer_back);
  sent_fact_free(facts->refer_back_sent);
  g_free(facts->token);
  sent_fact_free(facts->token_sent);
  g_free(facts->fit);
  sent_fact_free(facts->fit_sent);
  g_free(facts->written_to);
  g_free(facts->neighbour);
  g_free(facts->stranger);
  g_free(facts->gap);
  g_free(facts->unlisted);
  g_free(facts);
}

SentFact *sent_fact_new(gint64 date, const char *subject, const char *account, const char *folder, guint recipients)
{
  SentFact *fact = g_new(SentFact, 1);
  *fact = (SentFact){ date, g_strdup(subject), g_strdup(account), g_strdup(folder), recipients };
  return fact;
}

void sent_fact_free(SentFact *fact)
{
  if (fact == NULL) return;
  g_free(fact->subject);
  g_free(fact->account);
  g_free(fact->folder);
  g_free(fact);
}
