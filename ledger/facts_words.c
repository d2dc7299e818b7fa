/* facts_words.c - what the words of an original tell: those that the owner looks for, and those that were learned
 * Owns:     what of it is asked, and of which reports.
 * Must not: write; judge.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_words.c */
#include "ledger/ask.h"
#include <math.h>

#define SHOWN_MOST 5 /* words */

typedef struct {
  const char *word; /* "s:lunch"; borrowed */
  double share;
} Weight;

static int by_weight(gconstpointer a, gconstpointer b)
{
  const double x = fabs(((const Weight *)a)->share - 0.5), y = fabs(((const Weight *)b)->share - 0.5);
  return (x < y) - (x > y);
}

static gboolean load_totals(Ledger *ledger, WordingCount totals[2], GError **error)
{
  g_auto(Rows) rows = { 0 };
  totals[0] = totals[1] = (WordingCount){ 0, 0 };
  if (!rows_open(&rows, ledger, error, "SELECT place, good, bad FROM word_total", "")) return FALSE;
  while (rows_next(&rows, error))
    totals[row_int(&rows, 0) & 1] = (WordingCount){ (guint)row_int(&rows, 1), (guint)row_int(&rows, 2) };
  return !rows.failed;
}

/* The shares of the words that tell anything, the most telling first. NULL with error. */
static GArray *load_weights(Ledger *ledger, const GPtrArray *words, const WordingCount totals[2], GError **error)
{
  g_autoptr(GArray) weights = g_array_new(FALSE, FALSE, sizeof(Weight));
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, "SELECT good, bad FROM word WHERE hash = ?", "")) return NULL;
  for (guint i = 0; i < words->len; i++) {
    const gint64 hash = word_hash(words->pdata[i]);
    const WordingCount all = totals[hash & 1];
    if (!wording_knows_enough(all)) continue;
    if (!rows_bind(&rows, error, "i", hash)) return NULL;
    if (rows_next(&rows, error)) {
      const WordingCount word = { (guint)row_int(&rows, 0), (guint)row_int(&rows, 1) };
      const Weight weight = { words->pdata[i], wording_share(word, all) };
      if (wording_tells(weight.share)) g_array_append_val(weights, weight);
    }
    if (rows.failed) return NULL;
  }
  g_array_sort(weights, by_weight);
  return g_steal_pointer(&weights);
}

static void show(WordFacts *facts, const GArray *weights)
{
  facts->weighed = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < MIN(weights->len, SHOWN_MOST); i++) {
    const Weight *weight = &g_array_index(weights, Weight, i);
    g_ptr_array_add(facts->weighed, g_strdup_printf("%s (%.0f %%)", weight->word + 2, 100 * weight->share));
  }
}

static gboolean weigh(const Ask *ask, const GPtrArray *words, GError **error)
{
  WordFacts *facts = &ask->facts->words;
  WordingCount totals[2];
  double shares[WORDING_WEIGHED_MOST];
  if (!load_totals(ask->ledger, totals, error)) return FALSE;
  g_autoptr(GArray) weights = load_weights(ask->ledger, words, totals, error);
  if (weights == NULL) return FALSE;
  const guint n = MIN(weights->len, WORDING_WEIGHED_MOST);
  for (guint i = 0; i < n; i++) shares[i] = g_array_index(weights, Weight, i).share;
  facts->learned = wording_weigh(shares, n);
  facts->messages = MAX(totals[0].good + totals[0].bad, totals[1].good + totals[1].bad);
  if (facts->learned != WORDING_NOTHING) show(facts, weights);
  return TRUE;
}

/* The words of every report are noted, since it may come to lie in quarantine; those of a stranger's are weighed. */
gboolean ask_words(const Ask *ask, GError **error)
{
  const FactsQuery *query = ask->query;
  const Original *original = &ask->report->original;
  WordFacts *facts = &ask->facts->words;
  const gboolean told = query->try_tools || ask->facts->hand == HAND_OUTSIDE;
  if (told) facts->hits = keywords_find(query->keywords, original->subject, original->text);
  if (!query->learned_words) return TRUE;
  g_autoptr(GPtrArray) words = wording_split(original->subject, original->text);
  facts->hashes = g_array_new(FALSE, FALSE, sizeof(gint64));
  for (guint i = 0; i < words->len; i++) {
    const gint64 hash = word_hash(words->pdata[i]);
    g_array_append_val(facts->hashes, hash);
  }
  return !told || weigh(ask, words, error);
}
