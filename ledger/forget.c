/* forget.c - what is no longer needed goes
 * Owns:     which entries need their evidence no more; when the file is made smaller.
 * Must not: forget what a message is known by, or an entry that waits for somebody.
 * Fails:    LEDGER_ERROR; then nothing was forgotten.
 * Tests:    tests/ledger/test_forget.c */
#include "ledger/forget.h"
#include "ledger/private.h"

#define EMPTY_LEAST ((gint64)8 << 20) /* bytes that must be empty, and a quarter of the file at least */

static GArray *find(Ledger *ledger, gint64 before, guint limit, GError **error)
{
  g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT id FROM entry WHERE changed < ? AND state IN ('kept', 'restored', 'deleted', 'failed')"
                 " AND due = 0 AND EXISTS(SELECT 1 FROM evidence WHERE entry = entry.id AND line <> decided)"
                 " ORDER BY id LIMIT ?",
                 "iu", before, limit))
    return NULL;
  while (rows_next(&rows, error)) {
    gint64 id = row_int(&rows, 0);
    g_array_append_val(ids, id);
  }
  return rows.failed ? NULL : g_steal_pointer(&ids);
}

/* The line that decided becomes the only one. */
static gboolean forget(Ledger *ledger, gint64 id, GError **error)
{
  return db_run(ledger, error,
                "DELETE FROM evidence WHERE entry = ?1 AND line <> (SELECT decided FROM entry WHERE id = ?1)", "i", id)
         && db_run(ledger, error, "UPDATE evidence SET line = 0 WHERE entry = ?", "i", id)
         && db_run(ledger, error, "UPDATE entry SET decided = 0 WHERE id = ?", "i", id);
}

static gboolean forget_all(Ledger *ledger, const GArray *ids, GError **error)
{
  for (guint i = 0; i < ids->len; i++)
    if (!forget(ledger, g_array_index(ids, gint64, i), error)) return FALSE;
  return TRUE;
}

gboolean forget_evidence(Ledger *ledger, gint64 before, guint limit, guint *n, GError **error)
{
  g_autoptr(GArray) ids = find(ledger, before, limit, error);
  *n = ids != NULL ? ids->len : 0;
  if (ids == NULL || ids->len == 0) return ids != NULL;
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, forget_all(ledger, ids, error), error);
}

gboolean forget_room(Ledger *ledger, gint64 most, GError **error)
{
  gint64 empty = 0, all = 0, page = 0;
  g_autoptr(GError) problem = NULL;
  if (!db_number(ledger, error, &empty, "PRAGMA freelist_count", "")
      || !db_number(ledger, error, &all, "PRAGMA page_count", "")
      || !db_number(ledger, error, &page, "PRAGMA page_size", ""))
    return FALSE;
  if (empty * page < EMPTY_LEAST || empty * 4 < all || (all - empty) * page > most) return TRUE;
  if (db_exec(ledger, "VACUUM", &problem) || g_error_matches(problem, LEDGER_ERROR, LEDGER_ERROR_BUSY)) return TRUE;
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}
