/* learn_words.c - when words are learned
 * Owns:     how much of it a pass does.
 * Must not: read mail.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/e2e/test_second_line.py */
#include "fetcher/pass/learn_words.h"
#include "ledger/words.h"

#define ROUNDS_MOST 10

gboolean learn_words(Run *run, GError **error)
{
  gboolean further = run->config->learn_words;
  for (guint i = 0; further && i < ROUNDS_MOST; i++)
    if (!run_tick(run, error) || !words_learn(run->ledger, run_now(), &further, error)) return FALSE;
  return TRUE;
}
