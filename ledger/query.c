/* query.c - the facts about a report.
 * Owns:     which sent message answers to which trait of a report.
 * Must not: write; judge.
 * Fails:    LEDGER_ERROR; never half-filled facts.
 * Tests:    tests/test_ledger_query.c */
#include "ledger/query.h"
#include "filter/names.h"
#include "ledger/room.h"

#define DAY ((gint64)86400)
#define WINDOW (FACTS_WINDOW_DAYS * DAY)
#define FAILURES_COUNTED 10000
#define YEAR_1980 ((gint64)315532800)

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

/* When the report was written. A mailbox that was moved to another server may give every message the day of the move, so an
 * earlier Date of the report itself is believed: that asks for more coverage, never for less. */
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

/* Verdict 5: failed recipient, subject and time. */
static gboolean find_fit(Ledger *ledger, Facts *facts, const Report *report, gint64 end, GError **error)
{
  g_autofree char *subject = subject_normalise(report->original.subject);
  if (subject[0] == '\0') return TRUE;
  gint64 from = written(report, end) - WINDOW, to = end + DAY, date = original_date(report, end), hash = db_hash(subject);
  if (date != 0) {
    from = MAX(from, date - 2 * DAY);
    to = MIN(to, date + 2 * DAY);
  }
  for (guint i = 0; i < report->recipients->len; i++) {
    const char *address = g_ptr_array_index(report->recipients, i);
    gint64 sent = 0;
    if (!db_number(ledger, error, &sent,
                   "SELECT sent FROM sent_to CROSS JOIN sent ON sent.id = sent WHERE address = ? AND sent_to.date "
                   "BETWEEN ? AND ?"
                   " AND subject_hash = ? ORDER BY sent_to.date DESC LIMIT 1",
                   "iiii", db_hash(address), from, to, hash))
      return FALSE;
    if (sent == 0) continue;
    facts->fit = g_strdup(address);
    return load_sent(ledger, sent, &facts->fit_sent, error);
  }
  return TRUE;
}

/* Verdict 6: the failed recipient written to last; one the owner has excluded only where there is no other. */
static gboolean find_written_to(Ledger *ledger, Facts *facts, const Report *report, gint64 end, GError **error)
{
  for (guint i = 0; i < report->recipients->len; i++) {
    const char *address = g_ptr_array_index(report->recipients, i);
    gint64 written = -1;
    gboolean excluded = FALSE;
    if (!db_number(ledger, error, &written,
                   "SELECT date FROM sent_to WHERE address = ? AND date <= ? ORDER BY date DESC LIMIT 1", "ii",
                   db_hash(address), end + DAY))
      return FALSE;
    if (written < 0) continue;
    if (!newsender_is_excluded(ledger, address, &excluded, error)) return FALSE;
    gboolean better = facts->written_to == NULL || facts->automatic < !excluded
                      || (facts->automatic == !excluded && written > facts->written);
    if (!better) continue;
    g_free(facts->written_to);
    facts->written_to = g_strdup(address);
    facts->written = written;
    facts->automatic = !excluded;
  }
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
         && coverage_ask(ledger, facts, report, query->account, error);
}

Facts *ledger_facts(Ledger *ledger, const Report *report, const FactsQuery *query, GError **error)
{
  g_autoptr(Facts) facts = facts_new();
  /* One view of the ledger for all questions, whoever writes meanwhile. */
  if (!db_run(ledger, error, "BEGIN", "")) return NULL;
  return db_end(ledger, ask_all(ledger, facts, report, query, error), error) ? g_steal_pointer(&facts) : NULL;
}
