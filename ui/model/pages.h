/* pages.h - a long list of entries as a table shows it: its ids at once, its rows a page at a time. */
#pragma once
#include "ledger/browse.h"

typedef enum {
  CELL_RECEIVED,
  CELL_VERDICT,
  CELL_RECIPIENT,
  CELL_REPORTER,
  CELL_SUBJECT,
  CELL_ACCOUNT,
  CELL_STATE,
  CELLS
} Cell;

typedef struct Pages Pages;
/* ledger is borrowed. */
Pages *pages_new(Ledger *ledger);
void pages_free(Pages *pages);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pages, pages_free)

/* Reads the ids of all entries that the query asks for, and forgets all rows. On an error the list stays as it was. */
gboolean pages_ask(Pages *pages, const BrowseQuery *query, GError **error);
/* The same in two steps, for a view that must not see the list change. pages_read() reads the ids; *differs: they are
 * others than before, or in another order. pages_turn() puts them in place. */
gboolean pages_read(Pages *pages, const BrowseQuery *query, gboolean *differs, GError **error);
void pages_turn(Pages *pages);
/* Words for the column of states, instead of the state: id (gint64*) → text. The caller owns the table and calls
 * pages_forget() after changing it. NULL: none. */
void pages_set_notes(Pages *pages, GHashTable *notes);
/* Forgets all rows in memory: they are read again when they are next asked for. */
void pages_forget(Pages *pages);

guint pages_count(const Pages *pages);
gint64 pages_id(const Pages *pages, guint index);
/* Where this entry stands; -1 when it is not in the list. */
gint pages_find(const Pages *pages, gint64 id);
/* A cell's text, harmless (shown.h), borrowed until PAGES_KEPT other pages were asked for; "" when the ledger cannot be
 * read. */
const char *pages_cell(Pages *pages, guint index, Cell cell);
/* How many rows are in memory: never more than PAGES_KEPT * PAGE_ROWS. */
guint pages_rows_held(const Pages *pages);
#define PAGE_ROWS 64
#define PAGES_KEPT 16
