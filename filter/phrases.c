/* phrases.c - finding what automatic reports say
 * Owns:     the search over the phrase table.
 * Must not: hold phrases itself (phrase_table.c), or take more than linear time.
 * Fails:    never.
 * Tests:    tests/filter/test_text.c, tests/fuzz/text.c */
#include "filter/phrases.h"

#include "filter/text.h"

#include <string.h>

#define KEY_BYTES 4 /* bytes that every phrase has at least */
#define BUCKETS 4096
#define CUT_LINE_LONGEST 200

#define PLACES 4

static guint8 sizes[PHRASE_TABLE_MOST];
static guint16 first[PLACES][BUCKETS], following[PLACES][PHRASE_TABLE_MOST]; /* chains of rows, as index + 1 */

static guint bucket_of(const char *text)
{
  guint32 key;
  memcpy(&key, text, KEY_BYTES);
  return (key * 2654435761u) >> 20;
}

void phrases_init(void)
{
  memset(first, 0, sizeof first);
  for (guint i = 0; i < phrase_table_length && i < PHRASE_TABLE_MOST; i++) {
    guint bucket = bucket_of(phrase_table[i].text);
    sizes[i] = strlen(phrase_table[i].text);
    for (guint place = 0; place < PLACES; place++) {
      if (!(phrase_table[i].place & 1u << place)) continue;
      following[place][i] = first[place][bucket];
      first[place][bucket] = i + 1;
    }
  }
}

/* A phrase of letters that cut words apart does not begin or end inside a longer word. */
static gboolean begins_word(const char *start, const char *at)
{
  return at == start || !g_ascii_isalnum(at[-1]) || !g_ascii_isalnum(*at);
}

static gboolean ends_word(const char *at, gsize length, const char *end)
{
  return at + length == end || !g_ascii_isalnum(at[length]) || !g_ascii_isalnum(at[length - 1]);
}

void phrases_score(const char *folded, gsize length, PhrasePlace place, PhraseScore *score)
{
  guint32 seen[PHRASE_TABLE_MOST / 32] = { 0 }; /* a bit for each row: this function runs for every line */
  const char *end = folded + length;
  guint index = g_bit_nth_lsf(place, -1);
  for (const char *at = folded; at + KEY_BYTES <= end; at++) {
    if (!begins_word(folded, at)) continue;
    for (guint i = first[index][bucket_of(at)]; i != 0; i = following[index][i - 1]) {
      const Phrase *phrase = &phrase_table[i - 1];
      gsize size = sizes[i - 1];
      if (size > (gsize)(end - at) || memcmp(at, phrase->text, size) != 0 || !ends_word(at, size, end)) continue;
      if (seen[(i - 1) / 32] & 1u << (i - 1) % 32) continue;
      seen[(i - 1) / 32] |= 1u << (i - 1) % 32;
      score->weight[phrase->kind] += phrase->weight;
      if (phrase->weight > score->heaviest[phrase->kind]) {
        score->heaviest[phrase->kind] = phrase->weight;
        score->best[phrase->kind] = phrase->text;
      }
    }
  }
}

guint phrases_failing(const PhraseScore *score)
{
  return score->weight[PHRASE_FAILURE] + score->weight[PHRASE_DELAY] + score->weight[PHRASE_DELIVERED];
}

CutMark phrases_cut(Span line)
{
  static const char rule[] = "-=_*#~+";
  line = span_trim(line);
  if (line.length < KEY_BYTES || line.length > CUT_LINE_LONGEST) return CUT_NONE;
  gboolean ruled = strchr(rule, line.start[0]) != NULL && strchr(rule, line.start[1]) != NULL;
  gboolean announces = line.start[line.length - 1] == ':' || line.start[line.length - 1] == '.';
  if (!ruled && !announces && line.length > 60) return CUT_NONE;
  PhraseScore score = { 0 };
  char folded[TEXT_FOLDED_MOST(CUT_LINE_LONGEST)];
  phrases_score(folded, text_fold_into(folded, line.start, line.length), PHRASE_IN_LINE, &score);
  if (score.weight[PHRASE_CUT] == 0) return CUT_NONE;
  return ruled ? CUT_RULED : CUT_ANNOUNCED;
}
