/* journal_read.c - reading the journal: by fingerprint, by id, what is open, lists and counts.
 * Owns:     the SELECTs about entry and evidence.
 * Must not: write.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_journal_read.c, tests/ledger/test_again.c */
#include "ledger/journal.h"
#include "ledger/private.h"

#define FROM_ENTRY "SELECT " ENTRY_COLUMNS " FROM entry JOIN account ON account.id = account "

static Evidence *evidence_of_row(const Rows *rows)
{
  EvidenceSide side = (EvidenceSide)row_int(rows, 0);
  const char *args = row_text(rows, 3);
  if (args == NULL) return evidence_new_text(side, row_text(rows, 1), row_text(rows, 2));
  g_auto(GStrv) split = g_strsplit(args, ARGUMENTS_APART, -1);
  return evidence_new_args(side, row_text(rows, 1), (const char *const *)split);
}

static gboolean load_evidence(Ledger *ledger, Entry *entry, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, "SELECT side, code, text, args FROM evidence WHERE entry = ? ORDER BY line", "i",
                 entry->id))
    return FALSE;
  while (rows_next(&rows, error)) g_ptr_array_add(entry->evidence, evidence_of_row(&rows));
  return !rows.failed;
}

/* The first entry of rows, with its evidence; NULL without error when rows are empty. */
static Entry *first_entry(Rows *rows, GError **error)
{
  if (!rows_next(rows, error)) return NULL;
  g_autoptr(Entry) entry = entry_of_row(rows);
  return load_evidence(rows->ledger, entry, error) ? g_steal_pointer(&entry) : NULL;
}

Entry *journal_get(Ledger *ledger, gint64 id, GError **error)
{
  g_auto(Rows) rows = { 0 };
  GError *problem = NULL;
  if (!rows_open(&rows, ledger, error, FROM_ENTRY "WHERE entry.id = ?", "i", id)) return NULL;
  Entry *entry = first_entry(&rows, &problem);
  if (problem != NULL)
    g_propagate_error(error, problem);
  else if (entry == NULL)
    g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_MISSING,
                "There is no message %" G_GINT64_FORMAT ": “backstop list” shows which there are.", id);
  return entry;
}

static GPtrArray *all_entries(Rows *rows, GError **error)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
  while (rows_next(rows, error)) {
    Entry *entry = entry_of_row(rows);
    g_ptr_array_add(list, entry);
    if (!load_evidence(rows->ledger, entry, error)) return NULL;
  }
  return rows->failed ? NULL : g_steal_pointer(&list);
}

GPtrArray *journal_find(Ledger *ledger, const char *account, const Fingerprint *fingerprint, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 FROM_ENTRY
                 "WHERE digest = ? AND size = ? AND message_id = ? AND account.name = ? ORDER BY entry.id DESC",
                 "biss", fingerprint->digest, sizeof fingerprint->digest, (gint64)fingerprint->size,
                 fingerprint->message_id != NULL ? fingerprint->message_id : "", account))
    return NULL;
  return all_entries(&rows, error);
}

GPtrArray *journal_unfinished(Ledger *ledger, const char *account, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 FROM_ENTRY
                 "WHERE account.name = ? AND entry.state IN ('q_intent', 'r_intent', 'd_intent') ORDER BY entry.id",
                 "s", account))
    return NULL;
  return all_entries(&rows, error);
}

/* Does the entry's state say that the message was moved away from its home? */
#define IS_AWAY                                                                                                        \
  "(state IN ('quarantined', 'r_intent', 'd_intent', 'deleted') OR (state = 'failed' AND away_folder IS NOT NULL))"

gboolean journal_claimed(Ledger *ledger, const char *account, const Place *place, gint64 except, gboolean *claimed,
                         GError **error)
{
  gint64 found = 0, owner = account_id(ledger, account, error);
  if (owner < 0
      || !db_number(ledger, error, &found,
                    "SELECT EXISTS(SELECT 1 FROM entry WHERE away_uid = ?1 AND away_uid > 0 AND away_validity = ?2 AND "
                    "away_folder = ?3"
                    " AND account = ?4 AND id <> ?5 AND (state = 'q_intent' OR " IS_AWAY ")"
                    " UNION ALL SELECT 1 FROM entry WHERE home_uid = ?1 AND home_uid > 0 AND home_validity = ?2 AND "
                    "home_folder = ?3"
                    " AND account = ?4 AND id <> ?5 AND NOT " IS_AWAY ")",
                    "uusii", place->uid, place->validity, place->folder, owner, except))
    return FALSE;
  *claimed = found != 0;
  return TRUE;
}

/* Entries that are judged again. The words fit the index entry_again. ?1: the account, ?2: observed. */
#define IS_AGAIN                                                                                                       \
  "account = ?1 AND due > 0 AND exempt = 0 AND entry.state IN ('waiting', iif(?2, 'kept', 'waiting'))"                 \
  " AND (entry.state = 'waiting' OR verdict IN ('backscatter', 'unsure'))"

GPtrArray *journal_due(Ledger *ledger, const char *account, gint64 now, gboolean observed, GError **error)
{
  gint64 owner = account_id(ledger, account, error);
  g_auto(Rows) rows = { 0 };
  if (owner < 0
      || !rows_open(&rows, ledger, error, FROM_ENTRY "WHERE " IS_AGAIN " AND due <= ?3 ORDER BY entry.id", "idi", owner,
                    observed, now))
    return NULL;
  return all_entries(&rows, error);
}

/* Finds the first due entry of each state by the index, without a walk over the others. */
#define FIRST_DUE(state)                                                                                               \
  "(SELECT due FROM entry WHERE account = ?1 AND state = " state                                                       \
  " AND due > 0 AND exempt = 0 AND (state = 'waiting' OR verdict IN ('backscatter', 'unsure')) ORDER BY due LIMIT 1)"

gboolean journal_next_due(Ledger *ledger, const char *account, gboolean observed, gint64 *next, GError **error)
{
  gint64 due = 0, owner = account_id(ledger, account, error);
  if (owner < 0
      || !db_number(ledger, error, &due,
                    "SELECT coalesce(min(waits, kept), waits, kept, 0) FROM (SELECT " FIRST_DUE(
                        "'waiting'") " AS waits, iif(?2, " FIRST_DUE("'kept'") ", NULL) AS kept)",
                    "id", owner, observed))
    return FALSE;
  *next = due;
  return TRUE;
}

#define FROM_LYING " FROM entry WHERE account = ? AND state = 'quarantined' AND away_folder = ? AND away_validity = ?"

GArray *journal_lying(Ledger *ledger, const char *account, const char *folder, guint32 validity, GError **error)
{
  gint64 owner = account_id(ledger, account, error);
  g_autoptr(GArray) lying = g_array_new(FALSE, FALSE, sizeof(Lying));
  g_auto(Rows) rows = { 0 };
  if (owner < 0
      || !rows_open(&rows, ledger, error, "SELECT id, away_uid" FROM_LYING " ORDER BY away_uid, id", "isu", owner,
                    folder, validity))
    return NULL;
  while (rows_next(&rows, error)) {
    Lying one = { row_int(&rows, 0), (guint32)row_int(&rows, 1) };
    g_array_append_val(lying, one);
  }
  return rows.failed ? NULL : g_steal_pointer(&lying);
}

GArray *journal_held(Ledger *ledger, const char *account, const char *folder, guint32 validity, gint64 now, gint64 late,
                     GError **error)
{
  gint64 owner = account_id(ledger, account, error);
  g_autoptr(GArray) held = g_array_new(FALSE, FALSE, sizeof(guint32));
  g_auto(Rows) rows = { 0 };
  if (owner < 0
      || !rows_open(&rows, ledger, error,
                    "SELECT home_uid FROM entry WHERE home_uid > 0 AND home_validity = ?3 AND account = ?1"
                    " AND home_folder = ?2 AND (state IN ('q_intent', 'quarantined')"
                    "  OR (?4 > 0 AND state = 'waiting' AND due - judged <= ?5 AND due >= ?4 - ?6)) ORDER BY home_uid",
                    "isuiii", owner, folder, validity, now, FILTER_GRACE, late))
    return NULL;
  while (rows_next(&rows, error)) {
    guint32 uid = (guint32)row_int(&rows, 0);
    g_array_append_val(held, uid);
  }
  return rows.failed ? NULL : g_steal_pointer(&held);
}

gboolean journal_lying_count(Ledger *ledger, const char *account, const char *folder, guint32 validity, guint *count,
                             GError **error)
{
  gint64 found = 0, owner = account_id(ledger, account, error);
  if (owner < 0 || !db_number(ledger, error, &found, "SELECT count(*)" FROM_LYING, "isu", owner, folder, validity))
    return FALSE;
  *count = (guint)found;
  return TRUE;
}

gboolean journal_list(Ledger *ledger, const JournalQuery *query, gboolean (*each)(const Entry *entry, gpointer data),
                      gpointer data, GError **error)
{
  g_autofree char *needle = query->text != NULL ? g_utf8_casefold(query->text, -1) : NULL;
  const char *verdict = query->verdict > 0 ? verdict_name((VerdictCode)(query->verdict - 1)) : NULL;
  const char *state = query->state > 0 ? move_state_name((MoveState)(query->state - 1)) : NULL;
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 FROM_ENTRY
                 "WHERE (?1 IS NULL OR account.name = ?1) AND (?2 IS NULL OR verdict = ?2) AND (?3 IS NULL OR "
                 "entry.state = ?3)"
                 " AND judged >= ?4 AND (NOT ?8 OR " IS_FOR_OWNER ")"
                 " AND (?5 IS NULL OR has(?5, reporter, recipients, original_subject, original_from, original_to))"
                 " ORDER BY entry.id DESC LIMIT iif(?6 = 0, -1, ?6) OFFSET ?7",
                 "sssisuud", query->account, verdict, state, query->since, needle, query->limit, query->offset,
                 query->for_owner))
    return FALSE;
  while (rows_next(&rows, error)) {
    g_autoptr(Entry) entry = entry_of_row(&rows);
    if (!each(entry, data)) return TRUE;
  }
  return !rows.failed;
}

gboolean journal_counts(Ledger *ledger, const char *account, JournalCounts *counts, GError **error)
{
  JournalCounts sum = { 0 };
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT verdict, entry.state, count(*) FROM entry JOIN account ON account.id = account"
                 " WHERE ?1 IS NULL OR account.name = ?1 GROUP BY 1, 2",
                 "s", account))
    return FALSE;
  while (rows_next(&rows, error)) {
    guint n = (guint)row_int(&rows, 2);
    sum.by_verdict[verdict_parse(row_text(&rows, 0))] += n;
    sum.by_state[move_state_parse(row_text(&rows, 1))] += n;
  }
  if (rows.failed) return FALSE;
  *counts = sum;
  return TRUE;
}
