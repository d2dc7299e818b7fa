/* wording.c - the words of an original, and how they are weighed
 * Owns:     what a word is; the arithmetic of shares; from where on they tell anything.
 * Must not: count messages (the ledger does); decide.
 * Fails:    never.
 * Tests:    tests/filter/test_wording.c */
#include "filter/wording.h"
#include "filter/fold.h"
#include <math.h>
#include <string.h>

#define SHORTEST 3
#define LONGEST 24
#define ENOUGH 50       /* messages of either kind */
#define STRENGTH 1.0    /* of the assumption that a word tells nothing, in messages */
#define TELLING 0.15    /* how far from one half a share must be */
#define WORDS_LEAST 3   /* words that tell something */
#define UNWANTED 0.99   /* from here on */
#define SMALLEST 0.0001 /* so that no word alone weighs without end */

/* Adds the words of a run without white space; one with '@' is an address, or has one in it. */
static void add_words(const char *run, gsize length, char place, GHashTable *seen, GPtrArray *words)
{
  const char *end = run + length;
  if (memchr(run, '@', length) != NULL) return;
  for (const char *at = run; at < end && words->len < WORDING_WORDS_MOST;) {
    const char *start = at;
    glong letters = 0;
    gboolean digits = TRUE;
    for (; at < end && g_unichar_isalnum(g_utf8_get_char(at)); at = g_utf8_next_char(at), letters++)
      digits = digits && g_unichar_isdigit(g_utf8_get_char(at));
    if (letters >= SHORTEST && letters <= LONGEST && !digits) {
      g_autofree char *word = g_strdup_printf("%c:%.*s", place, (int)(at - start), start);
      if (g_hash_table_contains(seen, word)) continue;
      g_hash_table_add(seen, word);
      g_ptr_array_add(words, g_steal_pointer(&word));
    }
    if (at < end) at = g_utf8_next_char(at);
  }
}

static void add_text(const char *text, char place, GHashTable *seen, GPtrArray *words)
{
  if (text == NULL) return;
  g_autoptr(GString) folded = text_fold(text, strlen(text));
  for (const char *at = folded->str; *at != '\0' && words->len < WORDING_WORDS_MOST;) {
    const gsize length = strcspn(at, " ");
    add_words(at, length, place, seen, words);
    at += length + (at[length] == ' ');
  }
}

GPtrArray *wording_split(const char *subject, const char *text)
{
  GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal); /* borrows the words */
  add_text(subject, 's', seen, words);
  add_text(text, 't', seen, words);
  return words;
}

gboolean wording_in_subject(const char *word) { return *word == 's'; }

gboolean wording_knows_enough(WordingCount all) { return all.good >= ENOUGH && all.bad >= ENOUGH; }

double wording_share(WordingCount word, WordingCount all)
{
  const double good = MIN(1.0, (double)word.good / MAX(all.good, 1)),
               bad = MIN(1.0, (double)word.bad / MAX(all.bad, 1));
  const double n = (double)word.good + word.bad;
  if (n == 0 || good + bad == 0) return 0.5;
  const double share = (STRENGTH * 0.5 + n * (bad / (good + bad))) / (STRENGTH + n);
  return CLAMP(share, SMALLEST, 1 - SMALLEST);
}

/* The probability that chi-square with 2n degrees of freedom is x or more. */
static double chi_square(double x, guint n)
{
  const double half = x / 2;
  double term = exp(-half), sum = term;
  for (guint i = 1; i < n; i++) {
    term *= half / i;
    sum += term;
  }
  return MIN(sum, 1.0);
}

double wording_combine(const double *shares, guint n)
{
  double bad = 0, good = 0;
  if (n == 0) return 0.5;
  for (guint i = 0; i < n; i++) {
    bad += log(shares[i]);
    good += log(1 - shares[i]);
  }
  return (1 + chi_square(-2 * bad, n) - chi_square(-2 * good, n)) / 2;
}

gboolean wording_tells(double share) { return fabs(share - 0.5) >= TELLING; }

WordingResult wording_weigh(const double *shares, guint n)
{
  guint telling = 0;
  while (telling < MIN(n, WORDING_WEIGHED_MOST) && wording_tells(shares[telling])) telling++;
  if (telling < WORDS_LEAST) return WORDING_NOTHING;
  const double sum = wording_combine(shares, telling);
  return sum >= UNWANTED ? WORDING_BAD : sum <= 1 - UNWANTED ? WORDING_GOOD : WORDING_NOTHING;
}

void word_facts_clear(WordFacts *facts)
{
  g_clear_pointer(&facts->hits, g_ptr_array_unref);
  g_clear_pointer(&facts->weighed, g_ptr_array_unref);
  g_clear_pointer(&facts->hashes, g_array_unref);
}
