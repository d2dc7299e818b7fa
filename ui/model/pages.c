/* pages.c - a long list of entries as a table shows it
 * Owns:     the pages in memory; the page unused for longest is dropped first.
 * Must not: know GTK; hold more than PAGES_KEPT pages.
 * Fails:    LEDGER_ERROR from pages_ask(); a row that cannot be read is empty.
 * Tests:    tests/ui/model/test_models.c */
#include "ui/model/pages.h"
#include "ui/model/entry_text.h"
#include "ui/model/shown.h"
#include <glib/gi18n.h>
#include <string.h>

#define CELL_CHARACTERS 200

typedef struct {
  char *cells[CELLS];
} PageRow;

typedef struct {
  gint number; /* number of the page; -1: none */
  guint64 used;
  PageRow rows[PAGE_ROWS];
} Page;

struct Pages {
  Ledger *ledger;
  GArray *ids, *next; /* next: read by pages_read(), for pages_turn(); NULL */
  GHashTable *notes;
  Page pages[PAGES_KEPT];
  guint64 clock;
};

static void page_clear(Page *page)
{
  for (guint i = 0; i < PAGE_ROWS; i++)
    for (guint k = 0; k < CELLS; k++) g_clear_pointer(&page->rows[i].cells[k], g_free);
  page->number = -1;
}

Pages *pages_new(Ledger *ledger)
{
  Pages *pages = g_new0(Pages, 1);
  pages->ledger = ledger;
  pages->ids = g_array_new(FALSE, FALSE, sizeof(gint64));
  pages_forget(pages);
  return pages;
}

void pages_free(Pages *pages)
{
  if (pages == NULL) return;
  pages_forget(pages);
  g_array_unref(pages->ids);
  g_clear_pointer(&pages->next, g_array_unref);
  g_free(pages);
}

gboolean pages_read(Pages *pages, const BrowseQuery *query, gboolean *differs, GError **error)
{
  GArray *ids = browse_ids(pages->ledger, query, error);
  if (ids == NULL) return FALSE;
  g_clear_pointer(&pages->next, g_array_unref);
  pages->next = ids;
  *differs = ids->len != pages->ids->len
             || (ids->len > 0 && memcmp(ids->data, pages->ids->data, ids->len * sizeof(gint64)) != 0);
  return TRUE;
}

void pages_turn(Pages *pages)
{
  if (pages->next == NULL) return;
  g_array_unref(pages->ids);
  pages->ids = g_steal_pointer(&pages->next);
  pages_forget(pages);
}

gboolean pages_ask(Pages *pages, const BrowseQuery *query, GError **error)
{
  gboolean differs;
  if (!pages_read(pages, query, &differs, error)) return FALSE;
  pages_turn(pages);
  return TRUE;
}

void pages_set_notes(Pages *pages, GHashTable *notes)
{
  pages->notes = notes;
  pages_forget(pages);
}

void pages_forget(Pages *pages)
{
  for (guint i = 0; i < PAGES_KEPT; i++) page_clear(&pages->pages[i]);
}

guint pages_count(const Pages *pages) { return pages->ids->len; }

gint64 pages_id(const Pages *pages, guint index)
{
  return index < pages->ids->len ? g_array_index(pages->ids, gint64, index) : 0;
}

gint pages_find(const Pages *pages, gint64 id)
{
  for (guint i = 0; i < pages->ids->len; i++)
    if (g_array_index(pages->ids, gint64, i) == id) return (gint)i;
  return -1;
}

static void read_row(Pages *pages, gint64 id, PageRow *to)
{
  g_autoptr(BrowseRow) row = browse_row(pages->ledger, id, NULL);
  if (row == NULL) return;
  const char *note = pages->notes != NULL ? g_hash_table_lookup(pages->notes, &id) : NULL;
  to->cells[CELL_RECEIVED] = shown_stamp(row->received);
  to->cells[CELL_VERDICT] =
      row->now == row->verdict
          ? g_strdup(entry_text_verdict(row->verdict))
          : g_strdup_printf(_("%s, now %s"), entry_text_verdict(row->verdict), entry_text_verdict(row->now));
  to->cells[CELL_RECIPIENT] = shown_line(row->recipient, CELL_CHARACTERS);
  to->cells[CELL_REPORTER] = shown_line(row->reporter, CELL_CHARACTERS);
  to->cells[CELL_SUBJECT] = shown_line(row->subject, CELL_CHARACTERS);
  to->cells[CELL_ACCOUNT] = shown_line(row->account, CELL_CHARACTERS);
  to->cells[CELL_STATE] = g_strdup(note != NULL ? note : entry_text_state(row->state));
}

static Page *find_page(Pages *pages, gint number)
{
  Page *oldest = &pages->pages[0];
  for (guint i = 0; i < PAGES_KEPT; i++) {
    Page *page = &pages->pages[i];
    if (page->number == number) return page;
    if (page->number < 0 || (oldest->number >= 0 && page->used < oldest->used)) oldest = page;
  }
  page_clear(oldest);
  oldest->number = number;
  guint first = (guint)number * PAGE_ROWS;
  for (guint i = 0; i < PAGE_ROWS && first + i < pages->ids->len; i++)
    read_row(pages, pages_id(pages, first + i), &oldest->rows[i]);
  return oldest;
}

static const PageRow *row_at(Pages *pages, guint index)
{
  Page *page = find_page(pages, (gint)(index / PAGE_ROWS));
  page->used = ++pages->clock;
  return &page->rows[index % PAGE_ROWS];
}

const char *pages_cell(Pages *pages, guint index, Cell cell)
{
  const char *text = index < pages->ids->len ? row_at(pages, index)->cells[cell] : NULL;
  return text != NULL ? text : "";
}

guint pages_rows_held(const Pages *pages)
{
  guint held = 0;
  for (guint i = 0; i < PAGES_KEPT; i++)
    if (pages->pages[i].number >= 0) held += PAGE_ROWS;
  return held;
}
