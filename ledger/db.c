/* db.c - statements, rows and transactions on one connection.
 * Owns:     prepared statements, and the error texts for failures of SQLite.
 * Must not: know a table.
 * Fails:    LEDGER_ERROR, one sentence that says what to do.
 * Tests:    tests/ledger/test_open.c, tests/ledger/test_broken_off.c */
#include "ledger/db.h"
#include <errno.h>
#include <string.h>

G_DEFINE_QUARK(ledger - error - quark, ledger_error)

/* SQLite reports a full disk, but calls a full quota or a file size limit an I/O error, and keeps no errno of a failed
 * COMMIT. So errno is cleared before each call of SQLite. */
static gboolean is_full(sqlite3 *db, int rc)
{
  int system = errno;
  if ((rc & 0xff) == SQLITE_FULL) return TRUE;
  if ((rc & 0xff) != SQLITE_IOERR || db == NULL) return FALSE;
  if (sqlite3_system_errno(db) != 0) system = sqlite3_system_errno(db);
  return system == ENOSPC || system == EDQUOT || system == EFBIG;
}

gboolean db_fail(Ledger *ledger, int rc, GError **error)
{
  const char *path = ledger->path;
  const char *words = ledger->db != NULL ? sqlite3_errmsg(ledger->db) : sqlite3_errstr(rc);
  if (is_full(ledger->db, rc)) {
    g_set_error(
        error, LEDGER_ERROR, LEDGER_ERROR_FULL,
        "There is no room to write the ledger %s: free some space on its disk (or raise your quota) and try again.",
        path);
    return FALSE;
  }
  switch (rc & 0xff) {
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_BUSY,
                "Another program is using the ledger %s and did not let go of it in time: try again in a moment.",
                path);
    break;
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
    g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_DAMAGED,
                "The ledger %s is damaged or is no ledger (%s): move it away, and Backstop makes a new one from your "
                "Sent folder.",
                path, words);
    break;
  case SQLITE_READONLY:
  case SQLITE_CANTOPEN:
  case SQLITE_PERM:
  case SQLITE_AUTH:
    g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_OPEN,
                "The ledger %s cannot be written (%s): check that it is yours and that its disk is not read-only.",
                path, words);
    break;
  case SQLITE_IOERR:
    g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_IO,
                "The disk failed while reading or writing the ledger %s (%s): check the disk.", path, words);
    break;
  default: g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_IO, "The ledger %s could not be used: %s.", path, words);
  }
  return FALSE;
}

static int bind_one(sqlite3_stmt *statement, int at, char type, va_list *list)
{
  switch (type) {
  case 'd': return sqlite3_bind_int64(statement, at, va_arg(*list, int));
  case 'u': return sqlite3_bind_int64(statement, at, va_arg(*list, guint));
  case 'i': return sqlite3_bind_int64(statement, at, va_arg(*list, gint64));
  case 's': return sqlite3_bind_text(statement, at, va_arg(*list, const char *), -1, SQLITE_STATIC);
  case 'b': {
    const void *data = va_arg(*list, const void *);
    return sqlite3_bind_blob64(statement, at, data, va_arg(*list, gsize), SQLITE_STATIC);
  }
  default: return SQLITE_MISUSE;
  }
}

static int bind_all(sqlite3_stmt *statement, const char *types, va_list *list)
{
  int rc = SQLITE_OK;
  for (int at = 1; rc == SQLITE_OK && types[at - 1] != '\0'; at++) rc = bind_one(statement, at, types[at - 1], list);
  return rc;
}

/* A statement in use is out of the table, so that a callback may run the same SQL again. */
static gboolean rows_start(Rows *rows, Ledger *ledger, GError **error, const char *sql, const char *types,
                           va_list *list)
{
  gpointer kept = NULL;
  int rc = SQLITE_OK;
  *rows = (Rows){ ledger, sql, NULL, FALSE };
  if (g_hash_table_steal_extended(ledger->statements, sql, NULL, &kept))
    rows->statement = kept;
  else
    rc = sqlite3_prepare_v3(ledger->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &rows->statement, NULL);
  if (rc == SQLITE_OK) rc = bind_all(rows->statement, types, list);
  if (rc == SQLITE_OK) return TRUE;
  rows->failed = TRUE;
  return db_fail(ledger, rc, error);
}

gboolean rows_open(Rows *rows, Ledger *ledger, GError **error, const char *sql, const char *types, ...)
{
  va_list list;
  va_start(list, types);
  gboolean ok = rows_start(rows, ledger, error, sql, types, &list);
  va_end(list);
  return ok;
}

gboolean rows_next(Rows *rows, GError **error)
{
  errno = 0;
  int rc = sqlite3_step(rows->statement);
  if (rc == SQLITE_ROW) return TRUE;
  if (rc == SQLITE_DONE) return FALSE;
  rows->failed = TRUE;
  return db_fail(rows->ledger, rc, error);
}

static gboolean bind_anew(Rows *rows, GError **error, const char *types, va_list *list)
{
  sqlite3_reset(rows->statement); /* gives the error of the last step again */
  int rc = bind_all(rows->statement, types, list);
  if (rc == SQLITE_OK) return TRUE;
  rows->failed = TRUE;
  return db_fail(rows->ledger, rc, error);
}

gboolean rows_bind(Rows *rows, GError **error, const char *types, ...)
{
  va_list list;
  va_start(list, types);
  gboolean ok = bind_anew(rows, error, types, &list);
  va_end(list);
  return ok;
}

gboolean rows_run(Rows *rows, GError **error, const char *types, ...)
{
  va_list list;
  va_start(list, types);
  gboolean ok = bind_anew(rows, error, types, &list);
  va_end(list);
  while (ok && rows_next(rows, error)) continue;
  return ok && !rows->failed;
}

void rows_close(Rows *rows)
{
  if (rows->statement == NULL) return;
  sqlite3_reset(rows->statement);
  sqlite3_clear_bindings(rows->statement);
  g_hash_table_replace(rows->ledger->statements, (gpointer)rows->sql, rows->statement);
  rows->statement = NULL;
}

gint64 row_int(const Rows *rows, int column) { return sqlite3_column_int64(rows->statement, column); }

const char *row_text(const Rows *rows, int column)
{
  return (const char *)sqlite3_column_text(rows->statement, column);
}

char *row_dup(const Rows *rows, int column) { return g_strdup(row_text(rows, column)); }

void row_blob(const Rows *rows, int column, void *buffer, gsize size)
{
  const void *value = sqlite3_column_blob(rows->statement, column);
  gsize length = MIN(size, (gsize)sqlite3_column_bytes(rows->statement, column));
  memset(buffer, 0, size);
  if (length > 0) memcpy(buffer, value, length);
}

static gboolean run(Ledger *ledger, GError **error, const char *sql, const char *types, va_list *list)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_start(&rows, ledger, error, sql, types, list)) return FALSE;
  while (rows_next(&rows, error)) continue;
  return !rows.failed;
}

gboolean db_run(Ledger *ledger, GError **error, const char *sql, const char *types, ...)
{
  va_list list;
  va_start(list, types);
  gboolean ok = run(ledger, error, sql, types, &list);
  va_end(list);
  return ok;
}

gboolean db_change(Ledger *ledger, GError **error, const char *missing, const char *sql, const char *types, ...)
{
  va_list list;
  va_start(list, types);
  gboolean ok = run(ledger, error, sql, types, &list);
  va_end(list);
  if (!ok || db_changed(ledger)) return ok;
  g_set_error_literal(error, LEDGER_ERROR, LEDGER_ERROR_MISSING, missing);
  return FALSE;
}

gboolean db_changed(const Ledger *ledger) { return sqlite3_changes(ledger->db) > 0; }

gint64 db_changes(const Ledger *ledger) { return sqlite3_changes(ledger->db); }

static gboolean run_with(Rows *rows, const gint64 *values, guint n, GError **error)
{
  int rc = SQLITE_OK;
  sqlite3_reset(rows->statement);
  for (guint i = 0; i < n && rc == SQLITE_OK; i++) rc = sqlite3_bind_int64(rows->statement, (int)i + 1, values[i]);
  if (rc != SQLITE_OK) {
    rows->failed = TRUE;
    return db_fail(rows->ledger, rc, error);
  }
  while (rows_next(rows, error)) continue;
  return !rows->failed;
}

gboolean db_insert(Ledger *ledger, const DbInsert *insert, const gint64 *values, guint n, gint64 *added, GError **error)
{
  g_auto(Rows) many = { 0 }, one = { 0 };
  if (!rows_open(&many, ledger, error, insert->many, "") || !rows_open(&one, ledger, error, insert->one, ""))
    return FALSE;
  for (guint done = 0, now; done < n; done += now) {
    now = n - done >= DB_ROWS ? DB_ROWS : 1;
    if (!run_with(now == 1 ? &one : &many, values + (gsize)done * insert->columns, now * insert->columns, error))
      return FALSE;
    *added += db_changes(ledger);
  }
  return TRUE;
}

gint64 db_new_id(const Ledger *ledger) { return sqlite3_last_insert_rowid(ledger->db); }

gboolean db_number(Ledger *ledger, GError **error, gint64 *value, const char *sql, const char *types, ...)
{
  g_auto(Rows) rows = { 0 };
  va_list list;
  va_start(list, types);
  gboolean ok = rows_start(&rows, ledger, error, sql, types, &list);
  va_end(list);
  if (!ok) return FALSE;
  gint64 first = *value;
  if (rows_next(&rows, error)) first = row_int(&rows, 0);
  /* Step to the end: an INSERT ... RETURNING outside a transaction commits at its last step. */
  while (!rows.failed && sqlite3_stmt_busy(rows.statement) && rows_next(&rows, error)) continue;
  if (rows.failed) return FALSE;
  *value = first;
  return TRUE;
}

gboolean db_exec(Ledger *ledger, const char *sql, GError **error)
{
  errno = 0;
  int rc = sqlite3_exec(ledger->db, sql, NULL, NULL, NULL);
  return rc == SQLITE_OK || db_fail(ledger, rc, error);
}

gboolean db_begin(Ledger *ledger, GError **error) { return db_run(ledger, error, "BEGIN IMMEDIATE", ""); }

gboolean db_end(Ledger *ledger, gboolean ok, GError **error)
{
  if (ok) ok = db_run(ledger, error, "COMMIT", "");
  /* If the disk is full, SQLite may have rolled back already. A failed ROLLBACK adds nothing to the error that was set
   * before. */
  if (!ok && db_in_transaction(ledger)) sqlite3_exec(ledger->db, "ROLLBACK", NULL, NULL, NULL);
  return ok;
}

gboolean db_in_transaction(const Ledger *ledger) { return !sqlite3_get_autocommit(ledger->db); }

/* Pages of the WAL, before they go into the file: a page that changed many times is written there once. */
#define LIGHT_PAGES 4000
#define PAGES 1000

/* References are not looked up: only this room writes, and writes each row right after the row it refers to. */
gboolean db_begin_lightly(Ledger *ledger, GError **error)
{
  if (!db_exec(ledger, "PRAGMA synchronous = NORMAL", error)) return FALSE;
  sqlite3_db_config(ledger->db, SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL);
  sqlite3_wal_autocheckpoint(ledger->db, LIGHT_PAGES);
  if (db_begin(ledger, error)) return TRUE;
  return db_end_lightly(ledger, FALSE, NULL);
}

/* Whether the transaction commits or not, the next transactions are made durable again. */
gboolean db_end_lightly(Ledger *ledger, gboolean ok, GError **error)
{
  ok = db_end(ledger, ok, error);
  sqlite3_wal_autocheckpoint(ledger->db, PAGES);
  sqlite3_db_config(ledger->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
  return db_exec(ledger, "PRAGMA synchronous = FULL", ok ? error : NULL) && ok;
}

gint64 db_now(void) { return g_get_real_time() / G_USEC_PER_SEC; }
