/* signer.c - what was seen of who signs the owner's mail.
 * Owns:     tables sighting and signed_report: writing them, and how many rows there may be.
 * Must not: decide who is learned; know keys.
 * Fails:    LEDGER_ERROR; the caller rolls back.
 * Tests:    tests/ledger/test_signer.c */
#include "ledger/signer.h"
#include "filter/normalise.h"
#include "ledger/private.h"
#include <string.h>

#define KEPT_MOST 100  /* sightings of one address by one signer, the newest */
#define SIGNERS_MOST 8 /* of one message: a stranger who knows its id may name any number */
#define RECIPIENTS_TRIED 10

Sighting *sighting_of_report(const Report *report)
{
  const Original *original = &report->original;
  gboolean bare = original->whole && original->signers->len == 0;
  if (!bare && original->signatures->len == 0) return NULL;
  Sighting *sighting = g_new(Sighting, 1);
  *sighting = (Sighting){ g_ptr_array_ref(original->signatures), g_ptr_array_new_with_free_func(g_free), bare };
  const GPtrArray *const lists[] = { original->recipients, report->recipients };
  for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
    for (guint k = 0; k < lists[i]->len; k++)
      list_add(sighting->recipients, g_ptr_array_index(lists[i], k), RECIPIENTS_TRIED);
  return sighting;
}

void sighting_free(Sighting *sighting)
{
  if (sighting == NULL) return;
  g_ptr_array_unref(sighting->signatures);
  g_ptr_array_unref(sighting->recipients);
  g_free(sighting);
}

/* Is the domain `above` the address's own one, or one above it that has two labels or more? Nobody but their keepers
 * can publish a key there. */
static gboolean is_own_domain(const char *address, const char *above)
{
  const char *own = address_domain(address);
  if (own == NULL || strchr(above, '.') == NULL || !g_str_has_suffix(own, above)) return FALSE;
  gsize rest = strlen(own) - strlen(above);
  return rest == 0 || own[rest - 1] == '.';
}

/* A sent message as a sighting of it needs it. */
typedef struct {
  gint64 row, owner, day, recipients;
} Seen;

static gboolean load_sent(Ledger *ledger, gint64 row, Seen *seen, GError **error)
{
  g_auto(Rows) rows = { 0 };
  *seen = (Seen){ row, 0, 0, 0 };
  if (!rows_open(&rows, ledger, error, "SELECT coalesce(sender, 0), date / 86400, recipients FROM sent WHERE id = ?",
                 "i", row))
    return FALSE;
  if (rows_next(&rows, error)) *seen = (Seen){ row, row_int(&rows, 0), row_int(&rows, 1), row_int(&rows, 2) };
  return !rows.failed;
}

/* The domain that all recipients of the sent message are at; 0 where there are several, or some are not shown. Nobody
 * else got the message's id with the message. */
static gboolean find_party(Ledger *ledger, const Seen *seen, const GPtrArray *shown, gint64 *party, GError **error)
{
  gint64 found = 0, domain = 0;
  *party = 0;
  for (guint i = 0; i < MIN(shown->len, RECIPIENTS_TRIED); i++) {
    gint64 hash = db_hash(g_ptr_array_index(shown, i)), at = 0;
    if (!db_number(ledger, error, &at,
                   "SELECT domain FROM address WHERE hash = ?1 AND EXISTS(SELECT 1 FROM sent_to WHERE address = ?1 AND"
                   " sent = ?2)",
                   "ii", hash, seen->row))
      return FALSE;
    if (at == 0) continue;
    if (found > 0 && at != domain) return TRUE;
    domain = at;
    found++;
  }
  if (found > 0 && found == seen->recipients) *party = domain;
  return TRUE;
}

static gboolean add_one(Ledger *ledger, const Seen *seen, const char *domain, const char *selector, gboolean own,
                        gint64 party, GError **error)
{
  gint64 n = 0;
  if (!db_number(ledger, error, &n, "SELECT count(*) FROM sighting WHERE sent = ?", "i", seen->row)) return FALSE;
  if (n >= SIGNERS_MOST) return TRUE;
  return db_run(ledger, error,
                "INSERT INTO sighting(owner, domain, selector, sent, own, party, day) VALUES(?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET party = iif(party = 0, excluded.party, party)",
                "issidii", seen->owner, domain, selector, seen->row, own, party, seen->day)
         && db_run(ledger, error,
                   "DELETE FROM sighting WHERE owner = ?1 AND domain = ?2 AND sent IN (SELECT sent FROM sighting"
                   " WHERE owner = ?1 AND domain = ?2 ORDER BY day DESC, sent DESC LIMIT -1 OFFSET ?3)",
                   "isd", seen->owner, domain, KEPT_MOST);
}

gboolean signer_note_message(Ledger *ledger, gint64 row, const Sighting *sighting, GError **error)
{
  Seen seen;
  gint64 party = 0;
  if (!load_sent(ledger, row, &seen, error)) return FALSE;
  if (seen.owner == 0) return TRUE;
  if (sighting->bare) return add_one(ledger, &seen, "", "", FALSE, 0, error);
  if (!find_party(ledger, &seen, sighting->recipients, &party, error)) return FALSE;
  for (guint i = 0; i < sighting->signatures->len; i++) {
    const DkimSignature *signature = g_ptr_array_index(sighting->signatures, i);
    if (signature->from == NULL || db_hash(signature->from) != seen.owner) continue;
    gboolean own = is_own_domain(signature->from, signature->domain);
    if (!add_one(ledger, &seen, signature->domain, signature->selector, own, party, error)) return FALSE;
  }
  return TRUE;
}

gboolean signer_note(Ledger *ledger, const Entry *entry, gboolean again, GError **error)
{
  gboolean by_id = entry->matched != 0 && entry->matched_by == MATCH_ID;
  if (again && !db_run(ledger, error, "DELETE FROM signed_report WHERE entry = ?", "i", entry->id)) return FALSE;
  if (entry->signature != 0
      && !db_run(ledger, error, "INSERT INTO signed_report(entry, digest, failure) VALUES(?, ?, ?)", "iid", entry->id,
                 entry->signature, entry_is_failure(entry->kind)))
    return FALSE;
  return !by_id || entry->sighting == NULL || signer_note_message(ledger, entry->matched, entry->sighting, error);
}

gboolean signer_reports(Ledger *ledger, gint64 digest, gboolean failure, gint64 except, guint *n, GError **error)
{
  gint64 found = 0;
  if (!db_number(ledger, error, &found,
                 "SELECT count(*) FROM signed_report WHERE digest = ? AND failure = ? AND entry <> ?", "idi", digest,
                 failure, except))
    return FALSE;
  *n = (guint)MIN(found, G_MAXINT);
  return TRUE;
}
