/* signer_learned.c - which signers are taken for those of the owner's mail
 * Owns:     how much must have been seen before a signer is believed, and before all mail is taken to be signed.
 * Must not: write; know keys.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_signer.c */
#include "filter/normalise.h"
#include "ledger/private.h"
#include "ledger/signer.h"

#define DAY ((gint64)86400)
#define YEAR_DAYS 365
#define LEARNED_MOST 8     /* signers of one address */
#define ALWAYS_MESSAGES 30 /* all of a year signed, and as many as that: then the next one is, too */

/* Which signers are learned. A stranger can write any signature, and any reporter's name, beside an id that the owner's
 * mail has brought to them. Under a domain of the owner's they can publish no key: two different messages do. Any other
 * domain must have signed five that went to one domain each, to four such domains, so that no single recipient knows
 * enough ids; and most of what was seen of this address, since the true signer has signed, too, what a stranger may
 * have read on lists. */
#define LEARNED(condition)                                                                                             \
  "SELECT owner, domain FROM sighting AS s WHERE domain <> '' " condition " GROUP BY owner, domain"                    \
  " HAVING (max(own) = 1 AND count(DISTINCT sent) >= 2)"                                                               \
  " OR (count(DISTINCT iif(party <> 0, sent, NULL)) >= 5 AND count(DISTINCT nullif(party, 0)) >= 4"                    \
  " AND 4 * count(DISTINCT sent) >= 3 * (SELECT count(DISTINCT sent) FROM sighting WHERE owner = s.owner))"

GPtrArray *signer_learned(Ledger *ledger, const char *address, GError **error)
{
  g_autoptr(GPtrArray) learned = g_ptr_array_new_with_free_func(g_free);
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, LEARNED("AND owner = ?"), "i", db_hash(address))) return NULL;
  while (rows_next(&rows, error)) list_add(learned, row_text(&rows, 1), LEARNED_MOST);
  return rows.failed ? NULL : g_steal_pointer(&learned);
}

gboolean signer_in_use(Ledger *ledger, gint64 since, guint most, GPtrArray *domains, GPtrArray *selectors,
                       GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT domain, selector FROM sighting JOIN (" LEARNED(
                     "") ") USING(owner, domain) WHERE day >= ?"
                         " GROUP BY domain, selector ORDER BY max(day) DESC LIMIT ?",
                 "iu", since / DAY, most))
    return FALSE;
  while (rows_next(&rows, error)) {
    g_ptr_array_add(domains, row_dup(&rows, 0));
    g_ptr_array_add(selectors, row_dup(&rows, 1));
  }
  return !rows.failed;
}

/* Of the messages from this address in the year before and after that day: how many were seen signed by the domain; 0
 * where one was seen without its signature. */
static gboolean count_signed(Ledger *ledger, gint64 owner, const char *domain, gint64 day, gint64 *n, GError **error)
{
  g_auto(Rows) rows = { 0 };
  *n = 0;
  if (!rows_open(&rows, ledger, error,
                 "SELECT count(DISTINCT sent), count(DISTINCT iif(domain = ?2, sent, NULL)), count(iif(domain = '', 1,"
                 " NULL)) FROM sighting WHERE owner = ?1 AND day BETWEEN ?3 AND ?4",
                 "isii", owner, domain, day - YEAR_DAYS, day + YEAR_DAYS))
    return FALSE;
  if (rows_next(&rows, error) && row_int(&rows, 0) == row_int(&rows, 1) && row_int(&rows, 2) == 0)
    *n = row_int(&rows, 1);
  return !rows.failed;
}

gboolean signer_always(Ledger *ledger, const char *address, gint64 date, GPtrArray *signers, guint *n, GError **error)
{
  g_autoptr(GPtrArray) learned = signer_learned(ledger, address, error);
  if (learned == NULL) return FALSE;
  *n = 0;
  for (guint i = 0; i < learned->len; i++) {
    gint64 seen = 0;
    if (list_has(signers, learned->pdata[i])) {
      *n = 0;
      return TRUE;
    }
    if (!count_signed(ledger, db_hash(address), learned->pdata[i], date / DAY, &seen, error)) return FALSE;
    if (seen >= ALWAYS_MESSAGES) *n = (guint)seen;
  }
  return TRUE;
}
