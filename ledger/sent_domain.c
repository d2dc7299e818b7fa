/* sent_domain.c - to whom at a domain the owner wrote at a time.
 * Owns:     reading table sent_domain, and how many addresses of a large domain are tried.
 * Must not: write; judge.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_sent_domain.c */
#include "ledger/private.h"

#define ADDRESSES_TRIED 200
#define ROWS_TRIED 3000 /* so many addresses, each written to on all days of the usual window */

static gboolean has(const GArray *list, gint64 hash)
{
  for (guint i = 0; i < list->len; i++)
    if (g_array_index(list, gint64, i) == hash) return TRUE;
  return FALSE;
}

/* Adds up to ADDRESSES_TRIED addresses; *all: there are no more. A row tells the day of a message alone, so on the
 * first day and on the last one the messages themselves are asked for their time. */
static gboolean add_latest(Ledger *ledger, gint64 domain, gint64 from, gint64 to, GArray *near, gboolean *all,
                           GError **error)
{
  g_auto(Rows) rows = { 0 };
  guint most = near->len + ADDRESSES_TRIED, read = 0;
  if (!rows_open(&rows, ledger, error,
                 "SELECT address FROM sent_domain WHERE domain = ?1 AND day BETWEEN ?2 AND ?3 AND ((day > ?2 AND day <"
                 " ?3) OR EXISTS(SELECT 1 FROM sent_to WHERE sent_to.address = sent_domain.address AND date BETWEEN ?4"
                 " AND ?5)) ORDER BY day DESC LIMIT ?6",
                 "iiiiid", domain, from / SENT_DAY, to / SENT_DAY, from, to, ROWS_TRIED))
    return FALSE;
  for (; near->len < most && rows_next(&rows, error); read++) {
    gint64 address = row_int(&rows, 0);
    if (!has(near, address)) g_array_append_val(near, address);
  }
  *all = near->len < most && read < ROWS_TRIED;
  return !rows.failed;
}

gboolean sent_domain_ask(Ledger *ledger, const char *domain, gint64 from, gint64 to, gint64 also, GArray *near,
                         GError **error)
{
  gint64 hash = db_hash(domain);
  gboolean all = FALSE;
  if (!add_latest(ledger, hash, from, to, near, &all, error)) return FALSE;
  return all || also >= to || add_latest(ledger, hash, from, also, near, &all, error);
}
