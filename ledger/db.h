/* db.h - what the files of this room share: statements, rows, transactions. No other room includes it.
 *
 * Statements are string literals, prepared once and kept. Parameters are bound by a letter each: d int, u guint, i
 * gint64, s const char * (NULL is NULL), b const void * and gsize. What is bound is borrowed until the rows are closed.
 */
#pragma once
#include "ledger/error.h"
#include "ledger/hash.h"
#include <sqlite3.h>

struct Ledger {
  sqlite3 *db;
  char *path;             /* for messages */
  GHashTable *statements; /* SQL → sqlite3_stmt* of each statement that is not in use now */
};

/* Sets error from SQLite's result code rc; always FALSE. */
gboolean db_fail(Ledger *ledger, int rc, GError **error);

/* The rows of a SELECT. Use as g_auto(Rows) rows = { 0 }. */
typedef struct {
  Ledger *ledger;
  const char *sql;
  sqlite3_stmt *statement;
  gboolean failed; /* rows_next() said FALSE because of an error */
} Rows;
gboolean rows_open(Rows *rows, Ledger *ledger, GError **error, const char *sql, const char *types, ...);
/* TRUE: a row is there. FALSE: the end, or failed. */
gboolean rows_next(Rows *rows, GError **error);
/* Runs the statement again with other parameters. rows_open() must have got types "". */
gboolean rows_bind(Rows *rows, GError **error, const char *types, ...);
/* rows_bind(), and runs it: of a statement that gives no rows. */
gboolean rows_run(Rows *rows, GError **error, const char *types, ...);
void rows_close(Rows *rows);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Rows, rows_close)
/* Columns of the row. Text is borrowed until the next row, NULL for NULL. */
gint64 row_int(const Rows *rows, int column);
const char *row_text(const Rows *rows, int column);
char *row_dup(const Rows *rows, int column);
/* Fills the whole buffer; zeros follow a shorter value. */
void row_blob(const Rows *rows, int column, void *buffer, gsize size);

/* Runs a statement that gives no rows. */
gboolean db_run(Ledger *ledger, GError **error, const char *sql, const char *types, ...);
/* The same; LEDGER_ERROR_MISSING with this sentence when it changed no row. */
gboolean db_change(Ledger *ledger, GError **error, const char *missing, const char *sql, const char *types, ...);
/* Did the last db_run() change a row? And how many? */
gboolean db_changed(const Ledger *ledger);
gint64 db_changes(const Ledger *ledger);
/* The row id that the last db_run() of an INSERT gave. */
gint64 db_new_id(const Ledger *ledger);
/* The first column of the first row; *value stays as it is when there is no row. */
gboolean db_number(Ledger *ledger, GError **error, gint64 *value, const char *sql, const char *types, ...);
/* An INSERT of rows that consist of numbers, with one row and with DB_ROWS of them, which costs half as much a row.
 * row: "(?, ?)". */
typedef struct {
  const char *one, *many;
  guint columns;
} DbInsert;
#define DB_ROWS 32
#define DB_4(row) row ", " row ", " row ", " row
#define DB_16(row) DB_4(row) ", " DB_4(row) ", " DB_4(row) ", " DB_4(row)
#define DB_INSERT(columns, into, row, rest)                                                                            \
  {                                                                                                                    \
    "INSERT INTO " into " VALUES" row rest, "INSERT INTO " into " VALUES" DB_16(row) ", " DB_16(row) rest, columns     \
  }
/* Inserts n rows, whose numbers stand one after the other. insert: static. *added grows by how many were inserted. */
gboolean db_insert(Ledger *ledger, const DbInsert *insert, const gint64 *values, guint n, gint64 *added,
                   GError **error);
/* Runs SQL text with any number of statements. */
gboolean db_exec(Ledger *ledger, const char *sql, GError **error);

/* BEGIN IMMEDIATE. db_end() commits if ok is TRUE, else rolls back, and returns TRUE if the transaction is
 * committed. */
gboolean db_begin(Ledger *ledger, GError **error);
gboolean db_end(Ledger *ledger, gboolean ok, GError **error);
gboolean db_in_transaction(const Ledger *ledger);
/* As db_begin(), for data that can be read again from the mailbox: a power failure may undo the last such transactions,
 * each as a whole, the newest first. The next ordinary transaction makes them durable. */
gboolean db_begin_lightly(Ledger *ledger, GError **error);
gboolean db_end_lightly(Ledger *ledger, gboolean ok, GError **error);

gint64 db_now(void);

/* schema.c: is the open file a ledger, or empty? Writes nothing. LEDGER_ERROR_NEWER, LEDGER_ERROR_DAMAGED when it is
 * no ledger. */
gboolean schema_check(Ledger *ledger, GError **error);
/* schema.c: brings the file to the newest schema. */
gboolean schema_migrate(Ledger *ledger, GError **error);
