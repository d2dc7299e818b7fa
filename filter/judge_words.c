/* judge_words.c - what the words of an original say of a report that is left in sight
 * Owns:     which of it speaks against the owner's mail, and which for it.
 * Must not: settle a case: whoever wrote the original chose its words.
 * Fails:    never.
 * Tests:    tests/filter/test_second_line.c, tests/ledger/test_words.c */
#include "filter/case.h"

static void add_hit(GPtrArray *lines, const KeywordHit *hit)
{
  static const char *const codes[] = { [KEYWORD_WORD] = "word-found", [KEYWORD_PATTERN] = "word-pattern" };
  const char *const code = hit->costly ? "word-costly" : codes[hit->kind];
  const EvidenceSide side = hit->costly ? EVIDENCE_NEUTRAL : EVIDENCE_AGAINST;
  g_ptr_array_add(lines, evidence_new(side, code, hit->text, hit->in_subject ? "subject" : "text", NULL));
}

static void add_learned(GPtrArray *lines, const WordFacts *words)
{
  g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);
  if (words->learned == WORDING_NOTHING || words->weighed == NULL) return;
  g_ptr_array_add(args, g_strdup_printf("%u", words->messages));
  g_ptr_array_add(args, g_strdup_printf("%u", words->weighed->len));
  for (guint i = 0; i < words->weighed->len; i++) g_ptr_array_add(args, g_strdup(words->weighed->pdata[i]));
  g_ptr_array_add(args, NULL);
  const gboolean bad = words->learned == WORDING_BAD;
  g_ptr_array_add(lines, evidence_new_args(bad ? EVIDENCE_AGAINST : EVIDENCE_FOR, bad ? "word-unwanted" : "word-wanted",
                                           (const char *const *)args->pdata));
}

void judge_words_add(GPtrArray *lines, const WordFacts *words)
{
  for (guint i = 0; words->hits != NULL && i < words->hits->len; i++) add_hit(lines, words->hits->pdata[i]);
  add_learned(lines, words);
}
