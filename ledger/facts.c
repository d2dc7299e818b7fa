/* facts.c - the facts about a report.
 * Owns:     which sent message answers to which trait of a report.
 * Must not: write; judge.
 * Fails:    LEDGER_ERROR; never half-filled facts.
 * Tests:    tests/ledger/test_facts.c */
#include "ledger/facts.h"
#include "filter/normalise.h"
#include "ledger/private.h"

#define DAY ((gint64)86400)
#define WINDOW (FACTS_WINDOW_DAYS * DAY)
#define YEAR_1980 ((gint64)315532800)
#define FAILURES_COUNTED 10000
#define DATES_APART ((gint64)14 * 3600) /* a relay may date a message anew, a client may mistake its zone */
#define NEIGHBOURS_TRIED 200
#define FITS_TRIED 50        /* messages of one subject to one address */
#define RECIPIENTS_TRIED 100 /* of the report, and as many of the original */

static gboolean load_sent(Ledger *ledger, gint64 sent, SentFact **fact, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT date, subject, account.name, nullif(folder.name, ''), recipients FROM sent JOIN folder ON "
                 "folder.id = folder"
                 " LEFT JOIN account ON account.id = account WHERE sent.id = ?",
                 "i", sent))
    return FALSE;
  if (rows_next(&rows, error))
    *fact = sent_fact_new(row_int(&rows, 0), row_text(&rows, 1), row_text(&rows, 2), row_text(&rows, 3),
                          (guint)row_int(&rows, 4));
  return !rows.failed;
}

/* The first of ids that is in the ledger. */
static gboolean find_id(Ledger *ledger, const GPtrArray *ids, char **id, SentFact **fact, gint64 *sent, GError **error)
{
  for (guint i = 0; i < ids->len; i++) {
    const char *candidate = g_ptr_array_index(ids, i);
    if (!sent_by_id(ledger, candidate, sent, error)) return FALSE;
    if (*sent == 0) continue;
    *id = g_strdup(candidate);
    return load_sent(ledger, *sent, fact, error);
  }
  return TRUE;
}

static gboolean find_ids(Ledger *ledger, Facts *facts, const Report *report, GError **error)
{
  gint64 sent = 0, refer_back = 0, token = 0, failures = 0;
  if (!find_id(ledger, report->original.message_ids, &facts->id, &facts->id_sent, &sent, error)
      || !find_id(ledger, report->refer_backs, &facts->refer_back, &facts->refer_back_sent, &refer_back, error)
      || !find_id(ledger, report->tokens, &facts->token, &facts->token_sent, &token, error))
    return FALSE;
  if (sent == 0) return TRUE;
  if (!db_number(ledger, error, &failures, "SELECT count(*) FROM (SELECT 1 FROM entry WHERE matched = ? LIMIT ?)", "id",
                 sent, FAILURES_COUNTED))
    return FALSE;
  facts->failures = (guint)failures;
  return TRUE;
}

/* When the report came: its own Date only where the mailbox does not tell. */
static gint64 came(const Report *report, const FactsQuery *query)
{
  gint64 time = query->arrived != 0 ? query->arrived : report->date != 0 ? report->date : query->now;
  return query->now != 0 ? MIN(time, query->now) : time;
}

/* When the report was written. A mailbox that was moved to another server may give every message the day of the move,
 * so an earlier Date of the report itself is believed: that asks for more coverage, never for less. */
static gint64 written(const Report *report, gint64 end)
{
  return report->date >= YEAR_1980 && report->date < end ? report->date : end;
}

/* The Date the original shows, 0 where it cannot be true. */
static gint64 original_date(const Report *report, gint64 end)
{
  gint64 date = report->original.date;
  return date > 0 && date <= end + DAY ? date : 0;
}

/* Did a failure report show this message's own id? Then it kept that id on its way, and others are not about it. */
static gboolean was_answered(Ledger *ledger, gint64 sent, gboolean *answered, GError **error)
{
  gint64 found = 0;
  if (!db_number(ledger, error, &found, "SELECT EXISTS(SELECT 1 FROM entry WHERE matched = ?)", "i", sent))
    return FALSE;
  *answered = found != 0;
  return TRUE;
}

/* Is this hash of a From one of the senders that the original shows? Where either is not known, it may be. */
static gboolean sender_fits(const Report *report, gint64 sender)
{
  const GPtrArray *shown = report->original.senders;
  for (guint i = 0; i < shown->len; i++)
    if (db_hash(g_ptr_array_index(shown, i)) == sender) return TRUE;
  return sender == 0 || shown->len == 0;
}

/* What verdict 5 looks for. */
typedef struct {
  gint64 from, to, subject;
  gboolean foreign; /* the original shows ids, and none is known */
} Fit;

/* Among the messages to this address with that subject at that time; *sent is 0 when none of them will do. */
static gboolean find_fitting(Ledger *ledger, Facts *facts, const Report *report, const Fit *fit, const char *address,
                             gint64 *sent, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT sent, coalesce(sender, 0) FROM sent_to CROSS JOIN sent ON sent.id = sent WHERE address = ?"
                 " AND sent_to.date BETWEEN ? AND ? AND sent_to.subject = ? ORDER BY sent_to.date DESC LIMIT ?",
                 "iiiid", db_hash(address), fit->from, fit->to, fit->subject, FITS_TRIED))
    return FALSE;
  while (*sent == 0 && rows_next(&rows, error)) {
    gboolean answered = FALSE;
    if (!sender_fits(report, row_int(&rows, 1))) continue;
    if (fit->foreign && !was_answered(ledger, row_int(&rows, 0), &answered, error)) return FALSE;
    if (answered)
      facts->fits_answered = TRUE;
    else
      *sent = row_int(&rows, 0);
  }
  return !rows.failed;
}

/* Whom a report is about: the failed recipients; and those the original shows, since a server may know a recipient by
 * another name than the sender does. */
static GPtrArray *whom(const Report *report)
{
  GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
  const GPtrArray *const lists[] = { report->recipients, report->original.recipients };
  for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
    for (guint k = 0; k < lists[i]->len; k++) list_add(all, g_ptr_array_index(lists[i], k), RECIPIENTS_TRIED * (i + 1));
  return all;
}

/* Verdict 5: recipient, subject, sender and time. */
static gboolean find_fit(Ledger *ledger, Facts *facts, const Report *report, gint64 end, GError **error)
{
  g_autofree char *subject = subject_normalise(report->original.subject);
  g_autoptr(GPtrArray) addresses = whom(report);
  if (subject[0] == '\0') return TRUE;
  gint64 date = original_date(report, end);
  Fit fit = { .from = written(report, end) - WINDOW,
              .to = end + DAY,
              .subject = db_hash(subject),
              .foreign = report->original.message_ids->len > 0 && facts->id == NULL };
  if (date != 0) {
    fit.from = MAX(fit.from, date - DATES_APART);
    fit.to = MIN(fit.to, date + DATES_APART);
  }
  for (guint i = 0; i < addresses->len; i++) {
    const char *address = g_ptr_array_index(addresses, i);
    gint64 sent = 0;
    if (!find_fitting(ledger, facts, report, &fit, address, &sent, error)) return FALSE;
    if (sent == 0) continue;
    facts->fits_answered = FALSE;
    facts->fit = g_strdup(address);
    return load_sent(ledger, sent, &facts->fit_sent, error);
  }
  return TRUE;
}

/* Verdict 6: the recipient written to last; one the owner has excluded only where there is no other. */
static gboolean find_written_to(Ledger *ledger, Facts *facts, const Report *report, gint64 end, GError **error)
{
  g_autoptr(GPtrArray) addresses = whom(report);
  for (guint i = 0; i < addresses->len; i++) {
    const char *address = g_ptr_array_index(addresses, i);
    gint64 last = -1;
    gboolean excluded = FALSE;
    if (!db_number(ledger, error, &last,
                   "SELECT date FROM sent_to WHERE address = ? AND date <= ? ORDER BY date DESC LIMIT 1", "ii",
                   db_hash(address), end + DAY))
      return FALSE;
    if (last < 0) continue;
    if (!newsender_is_excluded(ledger, address, &excluded, error)) return FALSE;
    gboolean better = facts->written_to == NULL || facts->automatic < !excluded
                      || (facts->automatic == !excluded && last > facts->written);
    if (!better) continue;
    g_free(facts->written_to);
    facts->written_to = g_strdup(address);
    facts->written = last;
    facts->automatic = !excluded;
  }
  return TRUE;
}

/* Whom the owner wrote to at this domain between the two times. */
static gboolean find_at_domain(Ledger *ledger, Facts *facts, const char *address, gint64 from, gint64 to,
                               GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(
          &rows, ledger, error,
          "SELECT text, (SELECT max(date) FROM sent_to WHERE address = hash AND date BETWEEN ?2 AND ?3) AS last FROM "
          "(SELECT hash, text FROM address WHERE domain = ?1 AND written >= ?2 ORDER BY written DESC LIMIT ?4)"
          " WHERE last NOT NULL",
          "iiid", domain_hash(address), from, to, NEIGHBOURS_TRIED))
    return FALSE;
  while (facts->neighbour == NULL && rows_next(&rows, error)) {
    gboolean excluded = FALSE;
    if (!newsender_is_excluded(ledger, row_text(&rows, 0), &excluded, error)) return FALSE;
    if (excluded) continue;
    facts->neighbour = row_dup(&rows, 0);
    facts->neighbour_written = row_int(&rows, 1);
  }
  return !rows.failed;
}

static gboolean find_neighbour(Ledger *ledger, Facts *facts, const Report *report, gint64 end, GError **error)
{
  gint64 from = written(report, end) - WINDOW, to = end + DAY;
  if (facts->written_to != NULL || report->original.message_ids->len > 0) return TRUE;
  for (guint i = 0; i < MIN(report->recipients->len, RECIPIENTS_TRIED) && facts->neighbour == NULL; i++)
    if (!find_at_domain(ledger, facts, g_ptr_array_index(report->recipients, i), from, to, error)) return FALSE;
  return TRUE;
}

/* Has the owner ever sent mail from an address that the original says it is from? Asked where nothing speaks for him.
 */
static gboolean find_stranger(Ledger *ledger, Facts *facts, const Report *report, GError **error)
{
  const GPtrArray *shown = report->original.senders;
  gint64 any = 0, known = 0;
  if (shown->len == 0 || facts->id != NULL || facts->refer_back != NULL || facts->token != NULL || facts->fit != NULL)
    return TRUE;
  for (guint i = 0; i < shown->len && known == 0; i++)
    if (!db_number(ledger, error, &known, "SELECT EXISTS(SELECT 1 FROM sender WHERE hash = ?)", "i",
                   db_hash(g_ptr_array_index(shown, i))))
      return FALSE;
  if (known != 0) return TRUE;
  if (!db_number(ledger, error, &any, "SELECT EXISTS(SELECT 1 FROM sender)", "")) return FALSE;
  if (any != 0) facts->stranger = g_strdup(g_ptr_array_index(shown, 0));
  return TRUE;
}

static void set_need(Facts *facts, const Report *report, gint64 end)
{
  gint64 date = original_date(report, end), from = written(report, end) - WINDOW;
  facts->need_to = end;
  facts->need_from = date >= from ? MIN(date, from + WINDOW) - DAY : from;
}

static gboolean ask_all(Ledger *ledger, Facts *facts, const Report *report, const FactsQuery *query, GError **error)
{
  gint64 end = came(report, query);
  set_need(facts, report, end);
  return newsender_own_word(ledger, facts, report, error) && find_ids(ledger, facts, report, error)
         && find_fit(ledger, facts, report, end, error) && find_written_to(ledger, facts, report, end, error)
         && find_neighbour(ledger, facts, report, end, error) && find_stranger(ledger, facts, report, error)
         && coverage_ask(ledger, facts, report, query, error);
}

Facts *ledger_facts(Ledger *ledger, const Report *report, const FactsQuery *query, GError **error)
{
  g_autoptr(Facts) facts = facts_new();
  /* One view of the ledger for all questions, whoever writes meanwhile. */
  gboolean own = !db_in_transaction(ledger);
  if (own && !ledger_view_begin(ledger, error)) return NULL;
  gboolean ok = ask_all(ledger, facts, report, query, error);
  if (own) ok = db_end(ledger, ok, error);
  return ok ? g_steal_pointer(&facts) : NULL;
}

gboolean ledger_knows_original(Ledger *ledger, const Report *report, gboolean *known, GError **error)
{
  const GPtrArray *ids = report->original.message_ids;
  gint64 sent = 0;
  for (guint i = 0; i < ids->len && sent == 0; i++)
    if (!sent_by_id(ledger, g_ptr_array_index(ids, i), &sent, error)) return FALSE;
  *known = sent != 0;
  return TRUE;
}

gboolean ledger_view_begin(Ledger *ledger, GError **error) { return db_run(ledger, error, "BEGIN", ""); }

gboolean ledger_view_end(Ledger *ledger, GError **error) { return db_end(ledger, TRUE, error); }
