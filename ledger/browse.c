/* browse.c - the journal as a window looks at it
 * Owns:     the SELECTs of views, their order and counts.
 * Must not: write; load more than is asked for.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_browse.c */
#include "ledger/browse.h"
#include "ledger/private.h"
#include <string.h>

#define IS_WAITING IS_FOR_OWNER
#define IS_UNSURE "(verdict = 'unsure' AND " IS_FOR_OWNER ")"
#define IS_TROUBLE "entry.state = 'failed'"
#define IS_RESTORED "entry.state = 'restored'"
#define IS_DELETED "entry.state = 'deleted'"
#define IS_GENUINE "verdict = 'genuine'"

/* The value is looked up once, not once a row. */
#define IS_OF_ACCOUNT "(?1 IS NULL OR entry.account = (SELECT id FROM account WHERE name = ?1))"

/* ?1 account, ?2 view, ?3 needle. The view is decided before a row is searched through. */
#define CHOSEN(key)                                                                                                    \
  "SELECT entry.id FROM entry WHERE " IS_OF_ACCOUNT " AND CASE ?2 WHEN 0 THEN " IS_WAITING " WHEN 1 THEN " IS_UNSURE   \
  " WHEN 2 THEN " IS_TROUBLE " WHEN 3 THEN " IS_RESTORED " WHEN 4 THEN " IS_DELETED " WHEN 5 THEN " IS_GENUINE         \
  " ELSE 1 END AND (?3 IS NULL OR has(?3, recipients, reporter, original_subject, original_from, original_to))"        \
  " ORDER BY " key
#define UP_AND_DOWN(key)                                                                                               \
  {                                                                                                                    \
    CHOSEN(key ", entry.id DESC"), CHOSEN(key " DESC, entry.id DESC")                                                  \
  }
#define RECEIVED "iif(arrived > 0, arrived, judged)"

static const char *const statements[BROWSE_ORDERS][2] = {
  [BROWSE_RECEIVED] = UP_AND_DOWN(RECEIVED),
  [BROWSE_VERDICT] = UP_AND_DOWN("verdict"),
  [BROWSE_RECIPIENT] = UP_AND_DOWN("recipients"),
  [BROWSE_REPORTER] = UP_AND_DOWN("reporter COLLATE NOCASE"),
  [BROWSE_SUBJECT] = UP_AND_DOWN("original_subject COLLATE NOCASE"),
  [BROWSE_ACCOUNT] = UP_AND_DOWN("(SELECT name FROM account WHERE id = entry.account)"),
  [BROWSE_STATE] = UP_AND_DOWN("entry.state"),
};

static GArray *all_ids(Rows *rows, GError **error)
{
  g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
  while (rows_next(rows, error)) {
    gint64 id = row_int(rows, 0);
    g_array_append_val(ids, id);
  }
  return rows->failed ? NULL : g_steal_pointer(&ids);
}

GArray *browse_ids(Ledger *ledger, const BrowseQuery *query, GError **error)
{
  gboolean any = query->text == NULL || *query->text == '\0';
  g_autofree char *needle = any ? NULL : g_utf8_casefold(query->text, -1);
  g_auto(Rows) rows = { 0 };
  g_return_val_if_fail((guint)query->order < BROWSE_ORDERS, NULL);
  if (!rows_open(&rows, ledger, error, statements[query->order][query->ascending ? 0 : 1], "sds", query->account,
                 (int)query->view, needle))
    return NULL;
  return all_ids(&rows, error);
}

void browse_row_free(BrowseRow *row)
{
  if (row == NULL) return;
  g_free(row->account);
  g_free(row->recipient);
  g_free(row->reporter);
  g_free(row->subject);
  g_free(row);
}

/* The first line of a list that has one item on each line. */
static char *first_line(const char *lines)
{
  return lines == NULL || *lines == '\0' ? NULL : g_strndup(lines, strcspn(lines, "\n"));
}

BrowseRow *browse_row(Ledger *ledger, gint64 id, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(
          &rows, ledger, error,
          "SELECT account.name, substr(recipients, 1, 400), substr(reporter, 1, 400), substr(original_subject, 1, 400),"
          " verdict, entry.state, " RECEIVED
          ", coalesce((SELECT healing.verdict FROM healing WHERE healing.entry = entry.id AND entry.state = "
          "'quarantined'), verdict)"
          " FROM entry JOIN account ON account.id = entry.account WHERE entry.id = ?",
          "i", id))
    return NULL;
  if (!rows_next(&rows, error)) {
    if (!rows.failed)
      g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_MISSING, "There is no message %" G_GINT64_FORMAT ".", id);
    return NULL;
  }
  BrowseRow *row = g_new0(BrowseRow, 1);
  *row = (BrowseRow){ .id = id,
                      .account = row_dup(&rows, 0),
                      .recipient = first_line(row_text(&rows, 1)),
                      .reporter = row_dup(&rows, 2),
                      .subject = row_dup(&rows, 3),
                      .verdict = verdict_parse(row_text(&rows, 4)),
                      .now = verdict_parse(row_text(&rows, 7)),
                      .state = move_state_parse(row_text(&rows, 5)),
                      .received = row_int(&rows, 6) };
  return row;
}

/* In the order of BrowseView, then the other members of BrowseCounts. */
#define COUNT(condition) "coalesce(sum(" condition "), 0), "
#define IS_FRESH(condition) "(" condition ") AND (entry.id > ?2 OR instr(?3, ',' || entry.id || ',') > 0)"
#define COUNT_VIEWS                                                                                                    \
  COUNT(IS_WAITING)                                                                                                    \
  COUNT(IS_UNSURE) COUNT(IS_TROUBLE) COUNT(IS_RESTORED) COUNT(IS_DELETED) COUNT(IS_GENUINE) "count(*), "
#define COUNT_NEWS COUNT(IS_FRESH(IS_WAITING)) COUNT(IS_FRESH(IS_UNSURE)) COUNT(IS_FRESH(IS_GENUINE))

#define TOO_FRESH "group_concat(iif(entry.state = 'waiting', entry.id, NULL))"

gboolean browse_mark_same(const BrowseMark *a, const BrowseMark *b)
{
  return a->id == b->id && strcmp(a->waited, b->waited) == 0;
}

/* waited: "17,18"; NULL: none. */
static void mark_set(BrowseMark *mark, gint64 newest, const char *waited)
{
  *mark = (BrowseMark){ .id = newest };
  if (waited == NULL) return;
  g_snprintf(mark->waited, sizeof mark->waited, ",%s,", waited);
  strrchr(mark->waited, ',')[1] = '\0'; /* an id that was cut off would be another one */
}

gboolean browse_counts(Ledger *ledger, const char *account, const BrowseMark *looked, BrowseCounts *counts,
                       GError **error)
{
  static const char sql[] =
      "SELECT " COUNT_VIEWS COUNT_NEWS "coalesce(max(entry.id), 0), " TOO_FRESH " FROM entry WHERE " IS_OF_ACCOUNT;
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, sql, "sis", account, looked != NULL ? looked->id : (gint64)0,
                 looked != NULL ? looked->waited : ""))
    return FALSE;
  if (!rows_next(&rows, error)) return FALSE;
  for (int i = 0; i < BROWSE_VIEWS; i++) counts->view[i] = (guint)row_int(&rows, i);
  guint *const news[] = { &counts->fresh, &counts->fresh_unsure, &counts->genuine };
  for (guint i = 0; i < G_N_ELEMENTS(news); i++) *news[i] = (guint)row_int(&rows, BROWSE_VIEWS + (int)i);
  const int last = BROWSE_VIEWS + (int)G_N_ELEMENTS(news);
  mark_set(&counts->mark, row_int(&rows, last), row_text(&rows, last + 1));
  return TRUE;
}

gboolean browse_judged_since(Ledger *ledger, VerdictCode verdict, gint64 since, guint *count, GError **error)
{
  gint64 found = 0;
  if (!db_number(ledger, error, &found, "SELECT count(*) FROM entry WHERE verdict = ? AND judged >= ?", "si",
                 verdict_name(verdict), since))
    return FALSE;
  *count = (guint)found;
  return TRUE;
}
