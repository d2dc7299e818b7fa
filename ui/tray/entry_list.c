/* entry_list.c - the list of reports
 * Owns:     its columns and their order, its keys, and which rows are selected.
 * Must not: know what is done with a selected report; hold entries.
 * Fails:    LEDGER_ERROR from entry_list_ask(); a row that cannot be read is empty.
 * Tests:    tests/ui/tray/test_tray_window.c, tests/ui/tray/test_window.py */
#include "ui/tray/entry_list.h"
#include "ui/model/pages.h"
#include "ui/tray/long_tree_view.h"
#include "ui/tray/model.h"
#include <glib/gi18n.h>

struct EntryList {
  const EntryListEvents *events;
  gpointer data;
  GtkWidget *tree;
  Pages *pages; /* NULL: not open yet */
  TrayModel *model;
  BrowseOrder order;
  gboolean ascending;
  guint soon;       /* tells of the selection when no more changes follow */
  gboolean filling; /* the program changes the selection, not the owner */
};

static const struct {
  const char *title;
  Cell cell;
  BrowseOrder order;
  gint width; /* pixels; 0: takes what is left */
} columns[] = {
  { N_("Received"), CELL_RECEIVED, BROWSE_RECEIVED, 130 },
  { N_("Verdict"), CELL_VERDICT, BROWSE_VERDICT, 92 },
  { N_("Failed recipient"), CELL_RECIPIENT, BROWSE_RECIPIENT, 180 },
  { N_("Subject"), CELL_SUBJECT, BROWSE_SUBJECT, 0 },
  { N_("Reporter"), CELL_REPORTER, BROWSE_REPORTER, 165 },
  { N_("State"), CELL_STATE, BROWSE_STATE, 104 },
  { N_("Account"), CELL_ACCOUNT, BROWSE_ACCOUNT, 68 },
};

static GtkTreeSelection *selection_of(EntryList *list)
{
  return gtk_tree_view_get_selection(GTK_TREE_VIEW(list->tree));
}

GArray *entry_list_selected(EntryList *list)
{
  GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
  GList *paths = gtk_tree_selection_get_selected_rows(selection_of(list), NULL);
  for (GList *path = paths; path != NULL; path = path->next) {
    gint64 id = tray_model_id(list->model, path->data);
    g_array_append_val(ids, id);
  }
  g_list_free_full(paths, (GDestroyNotify)gtk_tree_path_free);
  return ids;
}

static gboolean on_settled(gpointer data)
{
  EntryList *list = data;
  list->soon = 0;
  list->events->selected(list->data);
  return G_SOURCE_REMOVE;
}

static void on_selection(GtkTreeSelection *selection, gpointer data)
{
  EntryList *list = data;
  if (!list->filling && list->soon == 0) list->soon = g_idle_add(on_settled, list);
}

static void select_index(EntryList *list, guint index, gboolean cursor)
{
  GtkTreePath *path = gtk_tree_path_new_from_indices((gint)index, -1);
  if (cursor) {
    gtk_tree_view_set_cursor(GTK_TREE_VIEW(list->tree), path, NULL, FALSE);
    gtk_tree_view_scroll_to_cell(GTK_TREE_VIEW(list->tree), path, NULL, FALSE, 0, 0);
  }
  gtk_tree_selection_select_path(selection_of(list), path);
  gtk_tree_path_free(path);
}

/* The row of the keyboard's cursor; -1: it is on none. */
static gint cursor_index(EntryList *list)
{
  GtkTreePath *path = NULL;
  gtk_tree_view_get_cursor(GTK_TREE_VIEW(list->tree), &path, NULL);
  gint index = path != NULL ? gtk_tree_path_get_indices(path)[0] : -1;
  gtk_tree_path_free(path);
  return index;
}

/* Selects the same entries again. If none of them is left, selects the row that took the cursor's place. */
static void select_again(EntryList *list, const GArray *ids, gint cursor, gint64 cursor_id)
{
  g_autoptr(GHashTable) wanted = g_hash_table_new(g_int64_hash, g_int64_equal);
  guint count = pages_count(list->pages), found = 0;
  gint at = cursor_id != 0 ? pages_find(list->pages, cursor_id) : -1;
  if (count == 0) return;
  select_index(list, at >= 0 ? (guint)at : (guint)CLAMP(cursor, 0, (gint)count - 1), TRUE);
  for (guint i = 0; i < ids->len; i++) g_hash_table_add(wanted, &g_array_index(ids, gint64, i));
  for (guint i = 0; found < ids->len && i < count; i++) {
    gint64 id = pages_id(list->pages, i);
    if (!g_hash_table_contains(wanted, &id)) continue;
    if (found++ == 0) gtk_tree_selection_unselect_all(selection_of(list));
    select_index(list, i, FALSE);
  }
}

static void put_model(EntryList *list)
{
  gtk_tree_view_set_model(GTK_TREE_VIEW(list->tree), NULL);
  g_clear_object(&list->model);
  pages_turn(list->pages);
  list->model = tray_model_new(list->pages);
  gtk_tree_view_set_model(GTK_TREE_VIEW(list->tree), GTK_TREE_MODEL(list->model));
}

/* Takes over the entries that pages_read() found: others than before, or in another order. */
static void change_rows(EntryList *list, gboolean keep)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment(GTK_SCROLLABLE(list->tree));
  double position = gtk_adjustment_get_value(adjustment);
  g_autoptr(GArray) ids = entry_list_selected(list);
  gint cursor = cursor_index(list);
  gint64 cursor_id = cursor >= 0 ? pages_id(list->pages, (guint)cursor) : 0;
  put_model(list);
  if (keep) {
    select_again(list, ids, cursor, cursor_id);
    gtk_adjustment_set_value(adjustment, position);
  } else if (pages_count(list->pages) > 0) {
    select_index(list, 0, TRUE);
  }
}

gboolean entry_list_ask(EntryList *list, const BrowseQuery *query, gboolean keep, GError **error)
{
  BrowseQuery ordered = *query;
  gboolean differs = FALSE;
  ordered.order = list->order;
  ordered.ascending = list->ascending;
  list->filling = TRUE;
  gboolean good = pages_read(list->pages, &ordered, &differs, error);
  if (differs || !keep || list->model == NULL)
    change_rows(list, keep);
  else
    pages_forget(list->pages);
  list->filling = FALSE;
  gtk_widget_queue_draw(list->tree);
  return good;
}

static void on_column(GtkTreeViewColumn *column, gpointer data)
{
  EntryList *list = data;
  BrowseOrder order = (BrowseOrder)GPOINTER_TO_INT(g_object_get_data(G_OBJECT(column), "order"));
  list->ascending = order == list->order ? !list->ascending : order != BROWSE_RECEIVED;
  list->order = order;
  for (guint i = 0; i < G_N_ELEMENTS(columns); i++)
    gtk_tree_view_column_set_sort_indicator(gtk_tree_view_get_column(GTK_TREE_VIEW(list->tree), (gint)i), FALSE);
  gtk_tree_view_column_set_sort_indicator(column, TRUE);
  gtk_tree_view_column_set_sort_order(column, list->ascending ? GTK_SORT_ASCENDING : GTK_SORT_DESCENDING);
  list->events->sorted(list->data);
}

/* "text", never "markup": the window shows a mail's words as they are. */
static void add_column(EntryList *list, guint i)
{
  GtkCellRenderer *cell = gtk_cell_renderer_text_new();
  GtkTreeViewColumn *column =
      gtk_tree_view_column_new_with_attributes(_(columns[i].title), cell, "text", (gint)columns[i].cell, NULL);
  g_object_set(cell, "ellipsize", PANGO_ELLIPSIZE_END, "single-paragraph-mode", TRUE, "ypad", 4, NULL);
  gtk_tree_view_column_set_sizing(column, GTK_TREE_VIEW_COLUMN_FIXED);
  gtk_tree_view_column_set_resizable(column, TRUE);
  gtk_tree_view_column_set_clickable(column, TRUE);
  gtk_tree_view_column_set_expand(column, columns[i].width == 0);
  gtk_tree_view_column_set_fixed_width(column, columns[i].width > 0 ? columns[i].width : 160);
  gtk_tree_view_column_set_sort_indicator(column, columns[i].order == list->order);
  gtk_tree_view_column_set_sort_order(column, GTK_SORT_DESCENDING);
  g_object_set_data(G_OBJECT(column), "order", GINT_TO_POINTER((gint)columns[i].order));
  g_signal_connect(column, "clicked", G_CALLBACK(on_column), list);
  gtk_tree_view_append_column(GTK_TREE_VIEW(list->tree), column);
}

static gboolean on_key(GtkWidget *widget, GdkEventKey *event, gpointer data)
{
  static const struct {
    guint keyval;
    ListKey key;
  } keys[] = {
    { GDK_KEY_r, LIST_KEY_RESTORE },      { GDK_KEY_a, LIST_KEY_ALLOW },
    { GDK_KEY_Delete, LIST_KEY_DELETE },  { GDK_KEY_KP_Delete, LIST_KEY_DELETE },
    { GDK_KEY_Return, LIST_KEY_EXPLAIN }, { GDK_KEY_KP_Enter, LIST_KEY_EXPLAIN },
    { GDK_KEY_slash, LIST_KEY_SEARCH },
  };
  EntryList *list = data;
  if ((event->state & gtk_accelerator_get_default_mod_mask()) != 0) return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
    if (keys[i].keyval != event->keyval) continue;
    list->events->pressed(keys[i].key, list->data);
    return TRUE;
  }
  return FALSE;
}

static void on_destroy(GtkWidget *widget, gpointer data)
{
  EntryList *list = data;
  if (list->soon != 0) g_source_remove(list->soon);
  list->soon = 0;
  list->filling = TRUE; /* GTK empties the list: nobody has selected anything */
}

static void entry_list_free(gpointer data)
{
  EntryList *list = data;
  g_clear_object(&list->model);
  pages_free(list->pages);
  g_free(list);
}

EntryList *entry_list_new(const EntryListEvents *events, gpointer data)
{
  EntryList *list = g_new0(EntryList, 1);
  *list = (EntryList){ .events = events, .data = data, .order = BROWSE_RECEIVED };
  list->tree = tray_list_new(_("Reports"));
  gtk_tree_view_set_fixed_height_mode(GTK_TREE_VIEW(list->tree), FALSE);
  gtk_tree_view_set_enable_search(GTK_TREE_VIEW(list->tree), FALSE);
  for (guint i = 0; i < G_N_ELEMENTS(columns); i++) add_column(list, i);
  gtk_tree_view_set_fixed_height_mode(GTK_TREE_VIEW(list->tree), TRUE);
  gtk_tree_selection_set_mode(selection_of(list), GTK_SELECTION_MULTIPLE);
  g_object_set_data_full(G_OBJECT(list->tree), "entry-list", list, entry_list_free);
  g_signal_connect(list->tree, "destroy", G_CALLBACK(on_destroy), list);
  g_signal_connect(selection_of(list), "changed", G_CALLBACK(on_selection), list);
  g_signal_connect(list->tree, "key-press-event", G_CALLBACK(on_key), list);
  return list;
}

GtkWidget *entry_list_widget(EntryList *list) { return list->tree; }

void entry_list_open(EntryList *list, Ledger *ledger, GHashTable *notes)
{
  list->pages = pages_new(ledger);
  pages_set_notes(list->pages, notes);
}

gboolean entry_list_is_open(const EntryList *list) { return list->pages != NULL; }

guint entry_list_count(const EntryList *list) { return list->pages != NULL ? pages_count(list->pages) : 0; }

void entry_list_select(EntryList *list, gint64 id)
{
  gint index = list->pages != NULL ? pages_find(list->pages, id) : -1;
  if (index >= 0) select_index(list, (guint)index, TRUE);
}
