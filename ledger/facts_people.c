/* facts_people.c - did the owner write to the failed recipient, or to an address that may be the same person?
 * Owns:     which addresses count as written to, in which time; when ids of the owner's mail are known to survive.
 * Must not: write; judge.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_facts.c, tests/ledger/test_facts_weak.c, tests/ledger/test_facts_people.c */
#include "filter/normalise.h"
#include "ledger/ask.h"

#define WEEK (7 * ASK_DAY)
#define YEAR (365 * ASK_DAY)
#define WEAK_TRIED 200 /* messages to one address */
#define RECIPIENTS_TRIED 100
#define NAMES_TRIED 10                   /* recipients whose other names are tried */
#define CLOCKS_APART ((gint64)14 * 3600) /* a mail program may use a wrong zone */
#define PENDING_COUNTED 20               /* reports; a larger number decides nothing more */
#define SURVIVED                                                                                                       \
  3 /* messages whose own id came back, so that ids are taken to survive; to as                                        \
       many domains */
#define SURVIVORS_TRIED 100

/* The failed recipients; where the report names none, the recipients of the original. */
static const GPtrArray *failed(const Report *report)
{
  return report->recipients->len > 0 ? report->recipients : report->original.recipients;
}

/* The first message of such a row; *last and *sent stay where there is none. */
static gboolean take_message(Rows *rows, gint64 *last, gint64 *sent, GError **error)
{
  if (rows_next(rows, error)) {
    *last = row_int(rows, 0);
    *sent = row_int(rows, 1);
  }
  return !rows->failed;
}

/* Until when an original can have been sent, if the clock is slow that says when the report came. */
static gint64 seen_at_most(const Ask *ask)
{
  const FactsQuery *query = ask->query;
  gint64 seen = query->seen != 0 ? query->seen : query->now;
  return MIN(seen, ask->came + ASK_WINDOW) + ASK_DAY;
}

/* When the address was written to last before the report came, and with which message; where it never was, when it was
 * written to first after that, and before the report was seen. *last stays when it was not. */
static gboolean last_written(const Ask *ask, const char *address, gint64 *last, gint64 *sent, GError **error)
{
  g_auto(Rows) before = { 0 }, after = { 0 };
  gint64 hash = db_hash(address), to = ask->came + ASK_DAY, found = *last;
  if (!rows_open(&before, ask->ledger, error,
                 "SELECT date, sent FROM sent_to WHERE address = ? AND date <= ? ORDER BY date DESC LIMIT 1", "ii",
                 hash, to)
      || !take_message(&before, last, sent, error))
    return FALSE;
  return *last != found
         || (rows_open(&after, ask->ledger, error,
                       "SELECT date, sent FROM sent_to WHERE address = ? AND date > ? AND date <= ? ORDER BY date"
                       " LIMIT 1",
                       "iii", hash, to, seen_at_most(ask))
             && take_message(&after, last, sent, error));
}

static void set_written(Facts *facts, const char *address, gint64 last, gint64 sent, gboolean automatic)
{
  g_free(facts->written_to);
  sent_fact_free(facts->written_sent);
  facts->written_to = g_strdup(address);
  facts->written = last;
  facts->written_sent = sent_fact_new(last, NULL, NULL, NULL, 1);
  facts->written_sent->row = sent;
  facts->automatic = automatic;
}

/* Asks for the recipient to whom the owner wrote last. An excluded recipient counts only where there is no other. */
static gboolean ask_written_to(const Ask *ask, GError **error)
{
  Facts *facts = ask->facts;
  const GPtrArray *addresses = failed(ask->report);
  for (guint i = 0; i < MIN(addresses->len, RECIPIENTS_TRIED); i++) {
    const char *address = g_ptr_array_index(addresses, i);
    gint64 last = -1, sent = 0;
    gboolean excluded = FALSE;
    if (!last_written(ask, address, &last, &sent, error)) return FALSE;
    if (last < 0) continue;
    if (!newsender_is_excluded(ask->ledger, address, &excluded, error)) return FALSE;
    if (facts->written_to == NULL || facts->automatic < !excluded
        || (facts->automatic == !excluded && last > facts->written))
      set_written(facts, address, last, sent, !excluded);
  }
  return TRUE;
}

/* Was the message sent to this address? */
static gboolean was_sent_to(Ledger *ledger, gint64 sent, const char *address, gboolean *was, GError **error)
{
  gint64 found = 0;
  if (!db_number(ledger, error, &found,
                 "SELECT EXISTS(SELECT 1 FROM sent JOIN sent_to ON sent = sent.id AND sent_to.date = sent.date"
                 " WHERE sent.id = ? AND address = ?)",
                 "ii", sent, db_hash(address)))
    return FALSE;
  *was = found != 0;
  return TRUE;
}

/* Counts reports of this batch that are not recorded yet. The message to the address that a report was matched to
 * depends on the time when the report came. */
static gboolean count_weak_pending(const Ask *ask, GError **error)
{
  Facts *facts = ask->facts;
  const GPtrArray *pending = ask->query->pending;
  for (guint i = 0; pending != NULL && i < pending->len && facts->written_reports < PENDING_COUNTED; i++) {
    const Entry *entry = g_ptr_array_index(pending, i);
    gint64 came = entry->arrived > 0 ? entry->arrived : entry->judged;
    gboolean same = entry->matched == facts->written_sent->row;
    if (entry->matched_by != MATCH_WRITTEN || ABS(came - ask->came) >= WEEK) continue;
    if (!same && !was_sent_to(ask->ledger, entry->matched, facts->written_to, &same, error)) return FALSE;
    facts->written_reports += same;
  }
  return TRUE;
}

/* Counts reports of the week before and the week after this report that only a message to this address had cleared. */
static gboolean count_weak(const Ask *ask, GError **error)
{
  Facts *facts = ask->facts;
  gint64 recorded = 0;
  if (facts->written_to == NULL) return TRUE;
  if (!db_number(ask->ledger, error, &recorded,
                 "SELECT count(*) FROM entry WHERE matched_by = 'written' AND abs(iif(arrived > 0, arrived, judged) - "
                 "?1) < ?2"
                 " AND matched IN (SELECT sent FROM sent_to WHERE address = ?3 AND date > ?4 ORDER BY date DESC LIMIT "
                 "?5)",
                 "iiiid", ask->came, WEEK, db_hash(facts->written_to), ask->written - 2 * ASK_WINDOW, WEAK_TRIED))
    return FALSE;
  facts->written_reports = (guint)recorded;
  return count_weak_pending(ask, error);
}

static gboolean take_other(const Ask *ask, const char *address, gint64 when, OtherName how, GError **error)
{
  Facts *facts = ask->facts;
  gboolean excluded = FALSE;
  if (!newsender_is_excluded(ask->ledger, address, &excluded, error)) return FALSE;
  if (excluded) return TRUE;
  facts->other = g_strdup(address);
  facts->other_written = when;
  facts->other_how = how;
  return TRUE;
}

/* Finds the first of these addresses to which the owner wrote in the window. */
static gboolean try_addresses(const Ask *ask, const GPtrArray *addresses, OtherName how, GError **error)
{
  for (guint i = 0; i < MIN(addresses->len, RECIPIENTS_TRIED) && ask->facts->other == NULL; i++) {
    const char *address = g_ptr_array_index(addresses, i);
    gint64 last = -1, sent = 0;
    if (!last_written(ask, address, &last, &sent, error)) return FALSE;
    if (last >= MAX(ask->written - ASK_WINDOW, 0) && !take_other(ask, address, last, how, error)) return FALSE;
  }
  return TRUE;
}

/* Adds the addresses at this domain to which the owner wrote from the beginning of the window up to a time. */
static gboolean add_near(const Ask *ask, const char *domain, gint64 to, GArray *near, GError **error)
{
  return sent_domain_ask(ask->ledger, domain, ask->written - ASK_WINDOW, to, ask->written + ASK_DAY, near, error);
}

/* Finds an address at this domain to which the owner wrote in the window. */
static gboolean try_domain(const Ask *ask, const char *domain, OtherName how, GError **error)
{
  g_autoptr(GArray) near = g_array_new(FALSE, FALSE, sizeof(gint64));
  gint64 to = ask->came + CLOCKS_APART;
  if (!add_near(ask, domain, to, near, error)) return FALSE;
  for (guint i = 0; i < near->len && ask->facts->other == NULL; i++) {
    g_auto(Rows) rows = { 0 };
    if (!rows_open(&rows, ask->ledger, error,
                   "SELECT text, (SELECT max(date) FROM sent_to WHERE address = ?1 AND date <= ?2) FROM address WHERE"
                   " hash = ?1",
                   "ii", g_array_index(near, gint64, i), to))
      return FALSE;
    if (rows_next(&rows, error) && !take_other(ask, row_text(&rows, 0), row_int(&rows, 1), how, error)) return FALSE;
    if (rows.failed) return FALSE;
  }
  return TRUE;
}

/* Takes this address if it differs from that of the report by dots and a tag alone. */
static gboolean try_same(const Ask *ask, gint64 hash, const char *address, GError **error)
{
  g_auto(Rows) rows = { 0 };
  gint64 last = -1, sent = 0;
  if (!rows_open(&rows, ask->ledger, error, "SELECT text FROM address WHERE hash = ?", "i", hash)) return FALSE;
  if (!rows_next(&rows, error)) return !rows.failed;
  const char *text = row_text(&rows, 0);
  if (!locals_alike(text, address)) return TRUE;
  if (!last_written(ask, text, &last, &sent, error)) return FALSE;
  return last < MAX(ask->written - ASK_WINDOW, 0) || take_other(ask, text, last, OTHER_NAME, error);
}

/* Finds an address at this domain to which the owner wrote in the window, and which may be the same person's. */
static gboolean try_alike(const Ask *ask, const char *domain, const char *address, GError **error)
{
  g_autoptr(GArray) near = g_array_new(FALSE, FALSE, sizeof(gint64));
  if (!add_near(ask, domain, MAX(ask->came + ASK_DAY, seen_at_most(ask)), near, error)) return FALSE;
  for (guint i = 0; i < near->len && ask->facts->other == NULL; i++)
    if (!try_same(ask, g_array_index(near, gint64, i), address, error)) return FALSE;
  return TRUE;
}

static gboolean try_all_alike(const Ask *ask, const GPtrArray *addresses, GError **error)
{
  for (guint i = 0; i < MIN(addresses->len, NAMES_TRIED); i++) {
    const char *address = g_ptr_array_index(addresses, i), *domain = address_domain(address);
    g_autoptr(GPtrArray) domains = g_ptr_array_new_with_free_func(g_free);
    if (domain != NULL) domains_alike(domain, domains);
    for (guint k = 0; k < domains->len && ask->facts->other == NULL; k++)
      if (!try_alike(ask, g_ptr_array_index(domains, k), address, error)) return FALSE;
  }
  return TRUE;
}

static gboolean try_domains(const Ask *ask, const GPtrArray *domains, OtherName how, GError **error)
{
  for (guint i = 0; i < domains->len && ask->facts->other == NULL; i++)
    if (!try_domain(ask, g_ptr_array_index(domains, i), how, error)) return FALSE;
  return TRUE;
}

/* Is the original addressed to a failed recipient? Then its other recipients are other people, and nobody has forwarded
 * it. */
static gboolean original_names_failed(const Report *report)
{
  for (guint i = 0; i < report->recipients->len; i++)
    if (list_has(report->original.recipients, g_ptr_array_index(report->recipients, i))) return TRUE;
  return FALSE;
}

static GPtrArray *other_names(const Report *report)
{
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < MIN(report->recipients->len, NAMES_TRIED); i++)
    names_of(g_ptr_array_index(report->recipients, i), names);
  return names;
}

/* The domains to ask about: those of the failed recipients, and those of the reporter, which may be a host in the
 * domain that the owner wrote to. */
static void domains_asked(const Report *report, GPtrArray *theirs, GPtrArray *reporters)
{
  const char *const reporter[] = { report->reporter_domain, address_domain(report->reporter) };
  for (guint i = 0; i < MIN(report->recipients->len, RECIPIENTS_TRIED); i++) {
    const char *domain = address_domain(g_ptr_array_index(report->recipients, i));
    if (domain != NULL) domains_of(domain, FALSE, theirs);
  }
  for (guint i = 0; i < G_N_ELEMENTS(reporter); i++)
    if (reporter[i] != NULL) domains_of(reporter[i], TRUE, reporters);
}

static gboolean ask_other(const Ask *ask, GError **error)
{
  const Report *report = ask->report;
  gboolean named = original_names_failed(report);
  if (ask->facts->written_to != NULL) return TRUE;
  g_autoptr(GPtrArray) names = other_names(report);
  if (!try_addresses(ask, names, OTHER_NAME, error) || !try_all_alike(ask, report->recipients, error)) return FALSE;
  if (!named && !try_addresses(ask, report->original.recipients, OTHER_RECIPIENT, error)) return FALSE;
  if (report->original.message_ids->len > 0) return TRUE; /* an id tells more than a domain */
  g_autoptr(GPtrArray) theirs = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GPtrArray) reporters = g_ptr_array_new_with_free_func(g_free);
  domains_asked(report, theirs, reporters);
  return try_domains(ask, theirs, OTHER_NEIGHBOUR, error)
         && (named || try_domains(ask, reporters, OTHER_REPORTER, error));
}

/* *none becomes TRUE where no id of this account was seen rewritten in a year, and no message of that time lacks an id.
 */
static gboolean none_rewritten(const Ask *ask, gboolean *none, GError **error)
{
  const Facts *facts = ask->facts;
  gint64 found = 0;
  if (!db_number(ask->ledger, error, &found,
                 "SELECT EXISTS (SELECT 1 FROM entry WHERE account IN (SELECT id FROM account WHERE ?1 IS NULL OR name "
                 "= ?1) AND matched_by = 'rewritten' AND judged > ?2)"
                 " OR EXISTS (SELECT 1 FROM sent WHERE bare = 1 AND date BETWEEN ?3 AND ?4)",
                 "siii", ask->query->account, ask->came - YEAR, facts->need_from - ASK_DAY, facts->need_to + ASK_DAY))
    return FALSE;
  *none = found == 0;
  return TRUE;
}

/* What is learned from reports that showed an id of the owner: the messages, and the domains that they were sent to. */
typedef struct {
  GHashTable *messages;
  GPtrArray *domains;
} Survivors;

static gboolean add_survivor(const Ask *ask, gint64 sent, const char *recipients, Survivors *survivors, GError **error)
{
  g_auto(GStrv) each = g_strsplit(recipients != NULL ? recipients : "", "\n", NAMES_TRIED);
  for (char **one = each; *one != NULL; one++) {
    gboolean was = FALSE;
    const char *domain = address_domain(*one);
    if (domain == NULL) continue;
    if (!was_sent_to(ask->ledger, sent, *one, &was, error)) return FALSE;
    if (!was) continue;
    g_hash_table_add(survivors->messages, GSIZE_TO_POINTER((gsize)sent));
    list_add(survivors->domains, domain, SURVIVED);
  }
  return TRUE;
}

static gboolean find_survivors(const Ask *ask, Survivors *survivors, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ask->ledger, error,
                 "SELECT matched, recipients FROM entry WHERE account IN (SELECT id FROM account WHERE ?1 IS NULL OR "
                 "name = ?1) AND matched_by = 'id' AND judged > ?2 GROUP BY matched, recipients LIMIT ?3",
                 "sid", ask->query->account, ask->came - YEAR, SURVIVORS_TRIED))
    return FALSE;
  while ((survivors->domains->len < SURVIVED || g_hash_table_size(survivors->messages) < SURVIVED)
         && rows_next(&rows, error))
    if (!add_survivor(ask, row_int(&rows, 0), row_text(&rows, 1), survivors, error)) return FALSE;
  return !rows.failed;
}

/* Do ids of this account's mail come back unchanged? Three messages to three domains must show it: a stranger may have
 * read everything that the owner wrote to one list, and could forge reports about that mail. */
static gboolean ask_survival(const Ask *ask, GError **error)
{
  Facts *facts = ask->facts;
  gboolean none = FALSE;
  if (ask->report->original.message_ids->len == 0 || facts->id.shown != NULL
      || (facts->written_to == NULL && facts->other == NULL && !facts->fit_answered))
    return TRUE;
  if (!none_rewritten(ask, &none, error)) return FALSE;
  if (!none) return TRUE;
  g_autoptr(GPtrArray) domains = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GHashTable) messages = g_hash_table_new(g_direct_hash, g_direct_equal);
  Survivors survivors = { messages, domains };
  if (!find_survivors(ask, &survivors, error)) return FALSE;
  facts->ids_survive = domains->len >= SURVIVED && g_hash_table_size(messages) >= SURVIVED;
  return TRUE;
}

/* Where a sent message is found, other addresses to which the owner wrote tell nothing more. */
gboolean ask_people(const Ask *ask, GError **error)
{
  if (ask_is_answered(ask->facts)) return ask_written_to(ask, error);
  return ask_written_to(ask, error) && count_weak(ask, error) && ask_other(ask, error) && ask_survival(ask, error);
}
