/* facts_marks.c - does the original bear a mark of the owner's own hand?
 * Owns:     what counts as each mark, and how many reports it has left in sight lately.
 * Must not: write; judge.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_marks.c */
#include "filter/normalise.h"
#include "ledger/ask.h"
#include "ledger/marks.h"
#include "ledger/own.h"
#include <string.h>

#define WEEK (7 * ASK_DAY)
#define IDS_TRIED 32

static gint64 when(const Entry *entry) { return entry->arrived > 0 ? entry->arrived : entry->judged; }

/* Counts the reports of the week before and the week after this one that the mark alone had left in sight, those of
 * this batch among them; not those that wait for their second look. A report is judged after it came, so that the index
 * leads to few rows. */
static gboolean count_reports(const Ask *ask, OwnMark mark, guint *reports, GError **error)
{
  const GPtrArray *pending = ask->query->pending;
  const Match match = (Match)(MATCH_MARK + mark);
  gint64 n = 0;
  if (!db_number(ask->ledger, error, &n,
                 "SELECT count(*) FROM entry WHERE account IN (SELECT id FROM account WHERE ?1 IS NULL OR name = ?1)"
                 " AND matched_by = ?2 AND judged > ?3 - 2 * ?4 AND abs(iif(arrived > 0, arrived, judged) - ?3) < ?4"
                 " AND state <> 'waiting' AND id <> ?5",
                 "ssiii", ask->query->account, match_name(match), ask->came, WEEK, ask->query->prior))
    return FALSE;
  for (guint i = 0; pending != NULL && i < pending->len; i++) {
    const Entry *entry = g_ptr_array_index(pending, i);
    n += entry->matched_by == match && entry->state != MOVE_WAITING && ABS(when(entry) - ask->came) < WEEK;
  }
  *reports = (guint)n;
  return TRUE;
}

static gboolean bears(const Ask *ask, OwnMark mark, const char *shown, GError **error)
{
  MarkFact *fact = &ask->facts->marks[mark];
  fact->shown = g_strdup(shown);
  return count_reports(ask, mark, &fact->reports, error);
}

/* The first of these ids that was received before the report came. */
static gboolean find_received(const Ask *ask, const GPtrArray *ids, OwnMark mark, GError **error)
{
  gboolean found = FALSE;
  for (guint i = 0; i < MIN(ids->len, IDS_TRIED); i++) {
    const char *id = g_ptr_array_index(ids, i);
    if (!received_before(ask->ledger, id, ask->came, mark == MARK_ANSWERS, &found, error)) return FALSE;
    if (found) return bears(ask, mark, id, error);
  }
  return TRUE;
}

static gboolean ask_side(const Ask *ask, const GPtrArray *domains, GError **error)
{
  const GPtrArray *ids = ask->report->original.message_ids;
  for (guint i = 0; i < MIN(ids->len, IDS_TRIED); i++) {
    g_autofree char *side = NULL;
    if (!id_mark_ask(ask->ledger, g_ptr_array_index(ids, i), domains, &side, error)) return FALSE;
    if (side != NULL) return bears(ask, MARK_SIDE, side, error);
  }
  return TRUE;
}

static gboolean ask_relays(const Ask *ask, GError **error)
{
  g_autoptr(GPtrArray) hosts = relays_of(ask->report);
  for (guint i = 0; i < hosts->len; i++) {
    gboolean own = FALSE;
    if (!relay_ask(ask->ledger, g_ptr_array_index(hosts, i), &own, error)) return FALSE;
    if (own) return bears(ask, MARK_RELAY, g_ptr_array_index(hosts, i), error);
  }
  return TRUE;
}

/* *owner: an account lists the address without a '*', or mail was sent from it. */
static gboolean is_owner(const Ask *ask, const GPtrArray *own, const char *address, gboolean *owner, GError **error)
{
  *owner = own_is_listed(own, address);
  return *owner || own_is_sender(ask->ledger, address, owner, error);
}

static gboolean ask_redirected(const Ask *ask, const GPtrArray *own, GError **error)
{
  const Original *original = &ask->report->original;
  for (guint i = 0; i < original->resenders->len; i++) {
    gboolean owner = FALSE;
    const char *address = g_ptr_array_index(original->resenders, i);
    if (!is_owner(ask, own, address, &owner, error)) return FALSE;
    if (owner) return bears(ask, MARK_REDIRECTED, address, error);
  }
  return find_received(ask, original->message_ids, MARK_REDIRECTED, error);
}

static gboolean is_of_domains(const char *domain, const GPtrArray *domains)
{
  for (guint i = 0; domain != NULL && i < domains->len; i++)
    if (own_is_within(domain, g_ptr_array_index(domains, i))) return TRUE;
  return FALSE;
}

/* Scheduled jobs write as one of these, at the name of their host. */
static gboolean is_system_user(const char *address)
{
  return g_str_has_prefix(address, "root@") || g_str_has_prefix(address, "daemon@")
         || g_str_has_prefix(address, "cron@");
}

static gboolean ask_automatic(const Ask *ask, const GPtrArray *own, const GPtrArray *domains, GError **error)
{
  const Original *original = &ask->report->original;
  const char *author = original->author;
  gboolean owner = FALSE;
  if (author == NULL || (!original->automatic && !original->scheduled)) return TRUE;
  if (original->scheduled) owner = is_system_user(author) && is_of_domains(address_domain(author), domains);
  if (!owner && original->automatic && !is_owner(ask, own, author, &owner, error)) return FALSE;
  return !owner || bears(ask, MARK_AUTOMATIC, author, error);
}

/* facts_signed.c has looked for it. */
static gboolean ask_supported(const Ask *ask, GError **error)
{
  const SignedFact *signature = &ask->facts->signature;
  if (signature->domain == NULL || signature->recipient != NULL) return TRUE;
  return bears(ask, MARK_SIGNED, signature->domain, error);
}

/* A signer signs for its own domain and for what lies below it. NULL: for none of these. */
static const char *claimed_domain(const GPtrArray *signers, const GPtrArray *domains)
{
  for (guint i = 0; i < signers->len; i++)
    for (guint k = 0; k < domains->len; k++)
      if (own_is_within(g_ptr_array_index(domains, k), g_ptr_array_index(signers, i)))
        return g_ptr_array_index(signers, i);
  return NULL;
}

static gboolean ask_claimed(const Ask *ask, const GPtrArray *own, const GPtrArray *domains, GError **error)
{
  const GPtrArray *signers = ask->report->original.signers;
  g_autoptr(GPtrArray) listed = own_listed_domains(own);
  const char *claimed = claimed_domain(signers, listed);
  if (ask->facts->signature.domain != NULL) return TRUE; /* one of them did verify */
  if (claimed != NULL) return bears(ask, MARK_CLAIMED, claimed, error);
  ask->facts->claimed = g_strdup(claimed_domain(signers, domains));
  return TRUE;
}

gboolean ask_marks(const Ask *ask, GError **error)
{
  if (ask_is_answered(ask->facts)) return TRUE;
  g_autoptr(GPtrArray) own = own_load(ask->ledger, error);
  g_autoptr(GPtrArray) domains = own != NULL ? own_domains(ask->ledger, own, error) : NULL;
  if (domains == NULL) return FALSE;
  return find_received(ask, ask->report->original.answered, MARK_ANSWERS, error) && ask_side(ask, domains, error)
         && ask_relays(ask, error) && ask_redirected(ask, own, error) && ask_automatic(ask, own, domains, error)
         && ask_claimed(ask, own, domains, error) && ask_supported(ask, error) && ask_unused(ask, own, error);
}
