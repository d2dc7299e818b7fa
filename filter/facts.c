/* facts.c - the life of what the ledger knows about a report, and which of it is the surest
 * Owns:     allocation of Facts and SentFact; the order of matches.
 * Must not: decide a verdict.
 * Fails:    never.
 * Tests:    tests/filter/test_judge.c */
#include "filter/facts.h"

Facts *facts_new(void) { return g_new0(Facts, 1); }

static void found_clear(Found *found)
{
  g_free(found->shown);
  sent_fact_free(found->sent);
}

void facts_free(Facts *facts)
{
  if (facts == NULL) return;
  Found *const found[] = { &facts->id,       &facts->refer_back, &facts->token, &facts->id_start,
                           &facts->other_id, &facts->letter,     &facts->fit,   &facts->alike };
  char *const texts[] = { facts->own_entry,
                          facts->own_matched,
                          facts->to_owner,
                          facts->failed_owner,
                          facts->delivered_owner,
                          facts->written_to,
                          facts->other,
                          facts->stranger,
                          facts->gap,
                          facts->unlisted,
                          facts->claimed,
                          facts->unused,
                          facts->handed_by,
                          facts->signature.domain,
                          facts->signature.from,
                          facts->signature.recipient };
  for (guint i = 0; i < G_N_ELEMENTS(found); i++) found_clear(found[i]);
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) g_free(texts[i]);
  for (guint i = 0; i < MARK_N; i++) g_free(facts->marks[i].shown);
  if (facts->lack != NULL) evidence_free(facts->lack);
  sent_fact_free(facts->written_sent);
  tool_facts_clear(&facts->tools);
  word_facts_clear(&facts->words);
  g_free(facts);
}

SentFact *sent_fact_new(gint64 date, const char *subject, const char *account, const char *folder, guint recipients)
{
  SentFact *fact = g_new(SentFact, 1);
  *fact = (SentFact){ date, g_strdup(subject), g_strdup(account), g_strdup(folder), recipients, 0, 0 };
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

static const char *const mark_codes[MARK_N] = { "answers-received",  "own-id-side",   "own-relay",
                                                "redirected",        "own-automatic", "signature-claimed",
                                                "signature-supports" };

const char *mark_code(OwnMark mark) { return mark_codes[mark]; }

OwnMark mark_of_code(const char *code)
{
  guint mark = 0;
  while (mark < MARK_N && g_strcmp0(mark_codes[mark], code) != 0) mark++;
  return (OwnMark)mark;
}

const char *match_name(Match match)
{
  static const char *const names[MATCH_N] = { "none",       "id",        "reference", "fit",     "rewritten",
                                              "written",    "insider",   "answers",   "id-side", "relay",
                                              "redirected", "automatic", "claimed",   "signed" };
  return names[(guint)match < MATCH_N ? match : MATCH_NONE];
}

const SentFact *facts_match(const Facts *facts, gboolean shows_id, Match *match)
{
  const struct {
    const SentFact *sent;
    Match match;
  } all[] = {
    { facts->id.sent, MATCH_ID },
    { facts->refer_back.sent, MATCH_REFERENCE },
    { facts->token.sent, MATCH_REFERENCE },
    { facts->fit_answered ? NULL : facts->fit.sent, shows_id ? MATCH_REWRITTEN : MATCH_FIT },
    { facts->automatic ? facts->written_sent : NULL, MATCH_WRITTEN },
  };
  for (guint i = 0; i < G_N_ELEMENTS(all); i++) {
    if (all[i].sent == NULL) continue;
    *match = all[i].match;
    return all[i].sent;
  }
  *match = MATCH_NONE;
  return NULL;
}
