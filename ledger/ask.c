/* ask.c - what the files that gather facts share.
 * Owns:     what is told of a sent message, and how many reports were matched to that message before.
 * Must not: write; judge.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_facts.c */
#include "ledger/ask.h"

#define REPORTS_COUNTED 10000

/* Counts the reports of this batch that are judged, not yet recorded, and matched to the sent message. */
static guint count_pending(const Ask *ask, gint64 sent, gboolean failure)
{
  guint n = 0;
  const GPtrArray *pending = ask->query->pending;
  for (guint i = 0; pending != NULL && i < pending->len; i++) {
    const Entry *entry = g_ptr_array_index(pending, i);
    if (entry->matched == sent && entry->matched_by != MATCH_WRITTEN && entry_is_failure(entry->kind) == failure) n++;
  }
  return n;
}

/* What is told already of the sent message, which most reports show in several ways; NULL where nothing is. */
static const SentFact *told(const Facts *facts, gint64 sent)
{
  const Found *const all[] = { &facts->id, &facts->refer_back, &facts->token, &facts->fit };
  for (guint i = 0; i < G_N_ELEMENTS(all); i++)
    if (all[i]->shown != NULL && all[i]->sent->row == sent) return all[i]->sent;
  return NULL;
}

static void take(Found *found, const char *shown, const SentFact *sent)
{
  found->shown = g_strdup(shown);
  found->sent = sent_fact_new(sent->date, sent->subject, sent->account, sent->folder, sent->recipients);
  found->sent->row = sent->row;
  found->sent->reports = sent->reports;
}

gboolean ask_found(const Ask *ask, const char *shown, gint64 sent, Found *found, GError **error)
{
  const SentFact *before = told(ask->facts, sent);
  if (before != NULL) {
    take(found, shown, before);
    return TRUE;
  }
  gboolean failure = entry_is_failure(ask->report->kind);
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ask->ledger, error,
                 "SELECT date, subject, account.name, nullif(folder.name, ''), recipients,"
                 " (SELECT count(*) FROM (SELECT 1 FROM entry WHERE matched = ?1 AND matched_by <> 'written' AND"
                 " (kind IN ('dsn-failed', 'bounce')) = ?2 LIMIT ?3))"
                 " FROM sent JOIN folder ON folder.id = folder LEFT JOIN account ON account.id = account"
                 " WHERE sent.id = ?1",
                 "idd", sent, failure, REPORTS_COUNTED))
    return FALSE;
  if (!rows_next(&rows, error)) return !rows.failed;
  found->shown = g_strdup(shown);
  found->sent = sent_fact_new(row_int(&rows, 0), row_text(&rows, 1), row_text(&rows, 2), row_text(&rows, 3),
                              (guint)row_int(&rows, 4));
  found->sent->row = sent;
  found->sent->reports = (guint)row_int(&rows, 5) + count_pending(ask, sent, failure);
  return TRUE;
}

gboolean ask_is_answered(const Facts *facts)
{
  return facts->id.shown != NULL || facts->refer_back.shown != NULL || facts->token.shown != NULL
         || (facts->fit.shown != NULL && !facts->fit_answered);
}

gint64 ask_original_date(const Ask *ask)
{
  gint64 date = ask->report->original.date;
  return date > 0 && date <= ask->came + ASK_DAY ? date : 0;
}
