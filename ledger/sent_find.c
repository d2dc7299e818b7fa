/* sent_find.c - how sent messages are looked for: by ids, by the beginning of an id, by subject, and at which times.
 * Owns:     the forms in which ids and subjects of sent mail are compared, and the way from an id to its message.
 * Must not: write.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_sent.c, tests/ledger/test_facts.c */
#include "filter/normalise.h"
#include "ledger/private.h"
#include <string.h>

#define YEAR_1980 ((gint64)315532800)
#define SUBJECT_COMPARED 200 /* bytes; of a long subject, a report may return only a part */

gboolean sent_date_plausible(gint64 date, gint64 now) { return date >= YEAR_1980 && date <= now + SENT_CLOCK_SLACK; }

char *sent_id_loose(const char *id)
{
  const char *domain = strrchr(id, '@');
  gboolean loose = strpbrk(id, " \t") == NULL;
  for (const char *c = domain; loose && c != NULL && *c != '\0'; c++) loose = !g_ascii_isupper(*c);
  if (loose) return NULL;
  GString *bare = g_string_new(NULL);
  for (const char *c = id; *c != '\0'; c++)
    if (!g_ascii_isspace(*c)) g_string_append_c(bare, domain != NULL && c > domain ? g_ascii_tolower(*c) : *c);
  return g_string_free(bare, FALSE);
}

gint64 sent_id_start(const char *id, gsize least)
{
  if (strlen(id) < least) return 0;
  g_autofree char *start = g_strndup(id, SENT_START_BYTES);
  return db_hash(start);
}

gboolean subject_hashes(const char *subject, gint64 *hash, gint64 *whole)
{
  g_autofree char *compared = subject_normalise(subject);
  if (compared[0] == '\0') return FALSE;
  *whole = db_hash(compared);
  gsize length = strlen(compared);
  if (length > SUBJECT_COMPARED) *g_utf8_find_prev_char(compared, compared + SUBJECT_COMPARED + 1) = '\0';
  *hash = length > SUBJECT_COMPARED ? db_hash(compared) : *whole;
  return TRUE;
}

/* The earliest message that has the hash, so that all aliases and copies lead to the same. */
static gboolean by_hash(Ledger *ledger, gint64 hash, gint64 *sent, GError **error)
{
  return db_number(ledger, error, sent, "SELECT sent FROM sent_id WHERE hash = ? ORDER BY sent LIMIT 1", "i", hash);
}

gboolean sent_by_id(Ledger *ledger, const char *id, gint64 *sent, GError **error)
{
  gint64 found = 0;
  if (!by_hash(ledger, db_hash(id), &found, error)) return FALSE;
  g_autofree char *loose = found == 0 ? sent_id_loose(id) : NULL;
  if (loose != NULL && !by_hash(ledger, db_hash(loose), &found, error)) return FALSE;
  if (found != 0) *sent = found;
  return TRUE;
}

gboolean sent_by_start(Ledger *ledger, const char *start, gint64 *sent, GError **error)
{
  gint64 hash = sent_id_start(start, SENT_START_BYTES);
  return hash == 0
         || db_number(ledger, error, sent, "SELECT sent FROM sent_start WHERE hash = ? ORDER BY sent DESC LIMIT 1", "i",
                      hash);
}

gboolean sent_by_reply(Ledger *ledger, const char *id, gint64 *sent, GError **error)
{
  return db_number(ledger, error, sent, "SELECT sent FROM sent_reply WHERE hash = ? ORDER BY sent DESC LIMIT 1", "i",
                   db_hash(id));
}
