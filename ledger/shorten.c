/* shorten.c - a report may be as long as a stranger likes; what is stored of it may not
 * Owns:     how many bytes of text an entry has, and which texts give way.
 * Must not: touch what a message is known by.
 * Fails:    never.
 * Tests:    tests/ledger/test_shorten.c */
#include "filter/normalise.h"
#include "ledger/private.h"
#include <string.h>

#define BYTES_MOST ((gsize)1000) /* of all texts of an entry and of its evidence together */
#define RECIPIENTS_KEPT 20
#define CUT "…"
#define LEAST strlen(CUT "…") /* so much of each text stays */

static gsize total_at(const GPtrArray *texts, gsize level)
{
  gsize total = 0;
  for (guint i = 0; i < texts->len; i++) total += MIN(strlen(*(char **)texts->pdata[i]), level);
  return total;
}

/* The length that texts are cut to, so that all together have BYTES_MOST: the long ones give way, short ones stay. */
static gsize level_of(const GPtrArray *texts)
{
  gsize low = LEAST, high = BYTES_MOST;
  while (low < high) {
    gsize middle = (low + high + 1) / 2;
    if (total_at(texts, middle) <= BYTES_MOST)
      low = middle;
    else
      high = middle - 1;
  }
  return low;
}

static void cut(char **text, gsize level)
{
  if (strlen(*text) <= level) return;
  g_autofree char *whole = g_steal_pointer(text);
  g_autofree char *start = g_strndup(whole, utf8_floor(whole, level - strlen(CUT)));
  *text = g_strconcat(start, CUT, NULL);
}

static void add(GPtrArray *texts, char **text)
{
  if (*text != NULL) g_ptr_array_add(texts, text);
}

void entry_shorten(Entry *entry)
{
  g_autoptr(GPtrArray) texts = g_ptr_array_new();
  char **const fields[] = { &entry->reporter,      &entry->status,      &entry->diagnostic,      &entry->original_id,
                            &entry->original_from, &entry->original_to, &entry->original_subject };
  for (guint i = 0; i < G_N_ELEMENTS(fields); i++) add(texts, fields[i]);
  if (entry->recipients->len > RECIPIENTS_KEPT) g_ptr_array_set_size(entry->recipients, RECIPIENTS_KEPT);
  for (guint i = 0; i < entry->recipients->len; i++) add(texts, (char **)&entry->recipients->pdata[i]);
  for (guint i = 0; i < entry->evidence->len; i++) {
    Evidence *line = entry->evidence->pdata[i];
    add(texts, &line->text);
    for (char **arg = line->args; *arg != NULL; arg++) add(texts, arg);
  }
  if (total_at(texts, G_MAXSIZE) <= BYTES_MOST) return;
  gsize level = level_of(texts);
  for (guint i = 0; i < texts->len; i++) cut(texts->pdata[i], level);
}
