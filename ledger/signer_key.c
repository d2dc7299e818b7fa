/* signer_key.c - the keys of those who sign the owner's mail, and when each was published.
 * Owns:     tables signer_key and signer_asked; from when to when a key is believed.
 * Must not: ask DNS; learn a signer.
 * Fails:    LEDGER_ERROR; an answer is taken in whole or not at all.
 * Tests:    tests/ledger/test_signer.c */
#include "ledger/private.h"
#include "ledger/signer.h"
#include <string.h>

#define DAY ((gint64)86400)
#define SLACK DAY
#define ASKED_EVERY ((gint64)23 * 3600) /* once a day, with room for a pass that comes a little earlier than before */
#define IN_USE (120 * DAY)              /* a selector that has signed nothing for so long is asked for no more */
#define SELECTORS_TRIED 200
#define KEYS_TRIED 8 /* of one selector, the last ones */
#define MIDDLE "._domainkey."

gboolean signer_wants(Ledger *ledger, gint64 now, guint most, GPtrArray *names, GError **error)
{
  g_autoptr(GPtrArray) domains = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GPtrArray) selectors = g_ptr_array_new_with_free_func(g_free);
  if (!signer_in_use(ledger, now - IN_USE, SELECTORS_TRIED, domains, selectors, error)) return FALSE;
  for (guint i = 0; i < domains->len && names->len < most; i++) {
    gint64 asked = 0;
    if (!db_number(ledger, error, &asked, "SELECT asked FROM signer_asked WHERE domain = ? AND selector = ?", "ss",
                   domains->pdata[i], selectors->pdata[i]))
      return FALSE;
    /* an `asked` of tomorrow is that of a clock that was wrong */
    if (asked > now - ASKED_EVERY && asked <= now + SLACK) continue;
    char *name = dkim_key_name(domains->pdata[i], selectors->pdata[i]);
    if (name != NULL) g_ptr_array_add(names, name);
  }
  return TRUE;
}

/* Was this key wanted: is it one of a signer who was seen? */
static gboolean is_known(Ledger *ledger, const char *domain, const char *selector, gboolean *known, GError **error)
{
  gint64 found = 0;
  if (!db_number(ledger, error, &found, "SELECT EXISTS(SELECT 1 FROM sighting WHERE domain = ? AND selector = ?)", "ss",
                 domain, selector))
    return FALSE;
  *known = found != 0;
  return TRUE;
}

/* The first record that is a key; NULL: the key is withdrawn. More than one at one name is nowhere allowed. */
static const char *key_among(const char *const *records)
{
  for (guint i = 0; records[i] != NULL; i++)
    if (dkim_record_check(records[i]) == DKIM_VERIFIED) return records[i];
  return NULL;
}

static gboolean write_answer(Ledger *ledger, const char *domain, const char *selector, const char *key, gint64 now,
                             GError **error)
{
  return db_run(ledger, error,
                "INSERT INTO signer_asked(domain, selector, asked) VALUES(?, ?, ?)"
                " ON CONFLICT DO UPDATE SET asked = excluded.asked",
                "ssi", domain, selector, now)
         && db_run(ledger, error,
                   "UPDATE signer_key SET gone = ?4 WHERE domain = ?1 AND selector = ?2 AND gone = 0"
                   " AND (?3 IS NULL OR record <> ?3)",
                   "sssi", domain, selector, key, now)
         && (key == NULL
             || db_run(ledger, error,
                       "INSERT INTO signer_key(domain, selector, record, first, last) VALUES(?1, ?2, ?3, ?4, ?4)"
                       " ON CONFLICT DO UPDATE SET first = iif(gone <> 0, excluded.first, min(first, excluded.first)),"
                       " last = iif(gone <> 0, excluded.last, max(last, excluded.last)), gone = 0",
                       "sssi", domain, selector, key, now));
}

gboolean signer_take(Ledger *ledger, const char *name, const char *const *records, gint64 now, GError **error)
{
  gboolean known = FALSE;
  const char *middle = strstr(name, MIDDLE), *key = key_among(records);
  if (middle == NULL) return TRUE;
  g_autofree char *selector = g_strndup(name, (gsize)(middle - name)), *domain = g_strdup(middle + strlen(MIDDLE));
  if (!is_known(ledger, domain, selector, &known, error)) return FALSE;
  if (!known) return TRUE;
  if (!db_begin_lightly(ledger, error)) return FALSE;
  return db_end_lightly(ledger, write_answer(ledger, domain, selector, key, now, error), error);
}

gboolean signer_verifies(Ledger *ledger, const DkimSignature *signature, gboolean *good, GError **error)
{
  g_auto(Rows) rows = { 0 };
  *good = FALSE;
  if (!rows_open(&rows, ledger, error,
                 "SELECT record FROM signer_key WHERE domain = ?1 AND selector = ?2 AND ?3 BETWEEN first - ?4 AND last"
                 " + ?4 AND (gone = 0 OR ?3 < gone) ORDER BY last DESC LIMIT ?5",
                 "ssiid", signature->domain, signature->selector, signature->date, SLACK, KEYS_TRIED))
    return FALSE;
  while (!*good && rows_next(&rows, error)) *good = dkim_verify(signature, row_text(&rows, 0)) == DKIM_VERIFIED;
  return !rows.failed;
}
