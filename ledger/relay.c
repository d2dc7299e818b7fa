/* relay.c - mail servers that pass on the owner's mail and nobody else's.
 * Owns:     tables relay and relay_stranger; when a host counts as the owner's.
 * Must not: read mail; begin or end a transaction.
 * Fails:    LEDGER_ERROR; the caller rolls back.
 * Tests:    tests/ledger/test_relay.c */
#include "filter/chain.h"
#include "filter/normalise.h"
#include "ledger/marks.h"
#include <string.h>

#define LEARNED                                                                                                        \
  3 /* messages that it passed on, and domains that they were to: of one list, a stranger may have read all */
#define HOSTS_KEPT 2000
#define BEARER 0 /* in place of an entry: the host brings mail to the owner */

/* "example.org" of "mx.example.org". */
static const char *last_labels(const char *host)
{
  const char *at = host + strlen(host);
  for (guint dots = 0; at > host; at--)
    if (at[-1] == '.' && ++dots == 2) break;
  return at;
}

static gboolean is_neighbour(const char *host, const char *domain)
{
  return domain != NULL && g_ascii_strcasecmp(last_labels(host), last_labels(domain)) == 0;
}

/* Is it a host of those who got the mail, or who wrote the report? */
static gboolean is_theirs(const Report *report, const char *host)
{
  if (is_neighbour(host, report->reporter_domain)) return TRUE;
  for (guint i = 0; i < report->recipients->len; i++)
    if (is_neighbour(host, address_domain(g_ptr_array_index(report->recipients, i)))) return TRUE;
  return FALSE;
}

GPtrArray *relays_of(const Report *report)
{
  GPtrArray *hosts = g_ptr_array_new_with_free_func(g_free);
  const GPtrArray *hops = report->original.hops;
  for (guint i = 0; i < hops->len; i++) {
    const Hop *hop = g_ptr_array_index(hops, i);
    if (hop->by != NULL && strchr(hop->by, '.') != NULL && !is_theirs(report, hop->by))
      list_add(hosts, hop->by, HOPS_MOST);
  }
  return hosts;
}

char *relay_bearer(const Report *report)
{
  const Hop *top = report->hops->len > 0 ? g_ptr_array_index(report->hops, 0) : NULL;
  return top != NULL ? g_strdup(top->by) : NULL;
}

/* What brings mail to the owner brings that of strangers, too: it stands on top of ordinary mail, or of a report. */
gboolean relay_ask(Ledger *ledger, const char *host, gboolean *own, GError **error)
{
  gint64 good = 0;
  *own = FALSE;
  if (!db_number(ledger, error, &good,
                 "SELECT count(*) >= ?2 AND count(DISTINCT domain) >= ?2 FROM relay WHERE host = ?1", "sd", host,
                 LEARNED))
    return FALSE;
  if (good == 0) return TRUE; /* as nearly every host */
  if (!db_number(ledger, error, &good,
                 "SELECT NOT EXISTS(SELECT 1 FROM relay_stranger LEFT JOIN entry ON entry.id = entry WHERE host = ?1"
                 " AND (entry = ?2 OR (verdict = 'backscatter' AND state <> 'restored')))"
                 " AND NOT EXISTS(SELECT 1 FROM own_server WHERE name = ?1)",
                 "sd", host, BEARER))
    return FALSE;
  *own = good != 0;
  return TRUE;
}

/* The hosts of the owner's own mail: one row for each message and host. */
static gboolean note_own(Ledger *ledger, const Entry *entry, const char *host, GError **error)
{
  const char *domain = entry->recipients->len > 0 ? address_domain(g_ptr_array_index(entry->recipients, 0)) : NULL;
  return domain == NULL
         || db_run(ledger, error, "INSERT INTO relay(host, sent, domain) VALUES(?, ?, ?) ON CONFLICT DO NOTHING", "sii",
                   host, entry->matched, db_hash(last_labels(domain)));
}

static gboolean note_strangers(Ledger *ledger, const Entry *entry, const char *host, GError **error)
{
  return db_run(ledger, error,
                "INSERT INTO relay_stranger(host, entry) VALUES(?, ?) ON CONFLICT DO UPDATE SET entry = excluded.entry"
                " WHERE entry <> ?3",
                "sid", host, entry->id, BEARER);
}

static gboolean note_bearer(Ledger *ledger, const char *host, GError **error)
{
  return db_run(ledger, error,
                "INSERT INTO relay_stranger(host, entry) VALUES(?1, ?2) ON CONFLICT DO UPDATE SET entry = ?2"
                " WHERE entry <> ?2",
                "sd", host, BEARER);
}

/* A host of one message, and strangers' hosts that were seen long ago, are the first to be forgotten. */
static gboolean forget_many(Ledger *ledger, GError **error)
{
  gint64 own = 0, strangers = 0;
  return db_number(ledger, error, &own, "SELECT count(DISTINCT host) FROM relay", "")
         && db_number(ledger, error, &strangers, "SELECT count(*) FROM relay_stranger", "")
         && (own <= HOSTS_KEPT
             || db_run(ledger, error,
                       "DELETE FROM relay WHERE host IN (SELECT host FROM relay GROUP BY host HAVING count(*) = 1)",
                       ""))
         && (strangers <= HOSTS_KEPT
             || db_run(ledger, error,
                       "DELETE FROM relay_stranger WHERE host IN (SELECT host FROM relay_stranger ORDER BY entry = ?2,"
                       " entry LIMIT ?1)",
                       "dd", HOSTS_KEPT / 10, BEARER));
}

gboolean relay_note(Ledger *ledger, const Entry *entry, GError **error)
{
  const GPtrArray *hosts = entry->relays;
  gboolean own = entry->verdict == VERDICT_GENUINE && entry->matched_by == MATCH_ID;
  if (entry->bearer != NULL && !note_bearer(ledger, entry->bearer, error)) return FALSE;
  if (hosts == NULL || hosts->len == 0 || (!own && entry->verdict != VERDICT_BACKSCATTER)) return TRUE;
  for (guint i = 0; i < hosts->len; i++)
    if (!(own ? note_own : note_strangers)(ledger, entry, g_ptr_array_index(hosts, i), error)) return FALSE;
  return forget_many(ledger, error);
}
