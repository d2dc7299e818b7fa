/* review.c - the page where what was held back is looked through
 * Owns:     the list, what is chosen in it, and what is wished for it.
 * Must not: hold entries; do more than wish.
 * Fails:    by a sentence below the list.
 * Tests:    tests/ui/tray/test_tray_window.c, tests/ui/tray/test_window.py */
#include "ui/model/entry_text.h"
#include "ui/model/shown.h"
#include "ui/tray/allow.h"
#include "ui/tray/long_tree_view.h"
#include "ui/tray/private.h"
#include "ui/tray/widgets.h"
#include <glib/gi18n.h>
#include <string.h>

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

static GtkTreeSelection *selection_of(Review *review)
{
  return gtk_tree_view_get_selection(GTK_TREE_VIEW(review->tree));
}

/* Ids (gint64) of what is chosen. */
static GArray *chosen_ids(Review *review)
{
  GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
  GList *paths = gtk_tree_selection_get_selected_rows(selection_of(review), NULL);
  for (GList *path = paths; path != NULL; path = path->next) {
    gint64 id = tray_model_id(review->model, path->data);
    g_array_append_val(ids, id);
  }
  g_list_free_full(paths, (GDestroyNotify)gtk_tree_path_free);
  return ids;
}

/* Can at least one of them be restored or deleted? More than a few are not looked at one by one. */
static gboolean can_move(Review *review, const GArray *ids)
{
  for (guint i = 0; i < MIN(ids->len, 50); i++) {
    g_autoptr(Entry) entry = journal_get(review->desk->ledger, g_array_index(ids, gint64, i), NULL);
    if (entry != NULL && tell_can_restore(entry)) return TRUE;
  }
  return ids->len > 50;
}

static void show_chosen(Review *review)
{
  g_autoptr(GArray) ids = chosen_ids(review);
  guint count = pages_count(review->pages);
  gboolean move = can_move(review, ids);
  g_autofree char *all = g_strdup_printf(ngettext("%u report", "%u reports", count), count);
  g_autofree char *some = g_strdup_printf(_("%u of %u chosen"), ids->len, count);
  gtk_widget_set_sensitive(review->restore, move);
  gtk_widget_set_sensitive(review->delete, move);
  gtk_widget_set_sensitive(review->allow, ids->len == 1);
  gtk_label_set_text(GTK_LABEL(review->status), ids->len > 1 ? some : all);
  detail_show(review->detail, ids->len > 0 ? g_array_index(ids, gint64, 0) : 0, ids->len);
}

static gboolean on_settled(gpointer data)
{
  Review *review = data;
  review->soon = 0;
  show_chosen(review);
  return G_SOURCE_REMOVE;
}

static void on_selection(GtkTreeSelection *selection, gpointer data)
{
  Review *review = data;
  if (!review->quiet && review->soon == 0) review->soon = g_idle_add(on_settled, review);
}

static void choose_index(Review *review, guint index, gboolean cursor)
{
  GtkTreePath *path = gtk_tree_path_new_from_indices((gint)index, -1);
  if (cursor) {
    gtk_tree_view_set_cursor(GTK_TREE_VIEW(review->tree), path, NULL, FALSE);
    gtk_tree_view_scroll_to_cell(GTK_TREE_VIEW(review->tree), path, NULL, FALSE, 0, 0);
  }
  gtk_tree_selection_select_path(selection_of(review), path);
  gtk_tree_path_free(path);
}

/* Where the keys are, in the list; -1: nowhere. */
static gint cursor_index(Review *review)
{
  GtkTreePath *path = NULL;
  gtk_tree_view_get_cursor(GTK_TREE_VIEW(review->tree), &path, NULL);
  gint index = path != NULL ? gtk_tree_path_get_indices(path)[0] : -1;
  gtk_tree_path_free(path);
  return index;
}

/* What was chosen is chosen again, where it is still there. Where nothing of it is, what has taken its place is. */
static void choose_again(Review *review, const GArray *ids, gint cursor, gint64 cursor_id)
{
  g_autoptr(GHashTable) wanted = g_hash_table_new(g_int64_hash, g_int64_equal);
  guint count = pages_count(review->pages), found = 0;
  gint at = cursor_id != 0 ? pages_find(review->pages, cursor_id) : -1;
  if (count == 0) return;
  choose_index(review, at >= 0 ? (guint)at : (guint)CLAMP(cursor, 0, (gint)count - 1), TRUE);
  for (guint i = 0; i < ids->len; i++) g_hash_table_add(wanted, &g_array_index(ids, gint64, i));
  for (guint i = 0; found < ids->len && i < count; i++) {
    gint64 id = pages_id(review->pages, i);
    if (!g_hash_table_contains(wanted, &id)) continue;
    if (found++ == 0) gtk_tree_selection_unselect_all(selection_of(review));
    choose_index(review, i, FALSE);
  }
}

static void put_model(Review *review)
{
  gtk_tree_view_set_model(GTK_TREE_VIEW(review->tree), NULL);
  g_clear_object(&review->model);
  pages_turn(review->pages);
  review->model = tray_model_new(review->pages);
  gtk_tree_view_set_model(GTK_TREE_VIEW(review->tree), GTK_TREE_MODEL(review->model));
}

/* The list is others' now, or in another order. */
static void change_list(Review *review, gboolean keep)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment(GTK_SCROLLABLE(review->tree));
  double position = gtk_adjustment_get_value(adjustment);
  g_autoptr(GArray) ids = chosen_ids(review);
  gint cursor = cursor_index(review);
  gint64 cursor_id = cursor >= 0 ? pages_id(review->pages, (guint)cursor) : 0;
  put_model(review);
  if (keep) {
    choose_again(review, ids, cursor, cursor_id);
    gtk_adjustment_set_value(adjustment, position);
  } else if (pages_count(review->pages) > 0) {
    choose_index(review, 0, TRUE);
  }
}

void review_query(Review *review, gboolean keep)
{
  g_autoptr(GError) error = NULL;
  gboolean differs = FALSE;
  if (review->pages == NULL) return;
  review->quiet = TRUE;
  gboolean good = pages_read(review->pages, &review->query, &differs, &error);
  if (differs || !keep || review->model == NULL)
    change_list(review, keep);
  else
    pages_forget(review->pages);
  review->quiet = FALSE;
  gtk_widget_queue_draw(review->tree);
  filters_refresh(review);
  show_chosen(review);
  if (!good) gtk_label_set_text(GTK_LABEL(review->status), error->message);
}

/* The ledger may come into being while the window is open. */
static void on_desk(gpointer data)
{
  Review *review = data;
  if (review->pages == NULL && review->desk->ledger != NULL) {
    review->pages = pages_new(review->desk->ledger);
    pages_set_notes(review->pages, hold_notes(review->desk->hold));
    review_query(review, FALSE);
    return;
  }
  review_query(review, TRUE);
}

static void on_column(GtkTreeViewColumn *column, gpointer data)
{
  Review *review = data;
  BrowseOrder order = (BrowseOrder)GPOINTER_TO_INT(g_object_get_data(G_OBJECT(column), "order"));
  review->query.ascending = order == review->query.order ? !review->query.ascending : order != BROWSE_RECEIVED;
  review->query.order = order;
  for (guint i = 0; i < G_N_ELEMENTS(columns); i++)
    gtk_tree_view_column_set_sort_indicator(gtk_tree_view_get_column(GTK_TREE_VIEW(review->tree), (gint)i), FALSE);
  gtk_tree_view_column_set_sort_indicator(column, TRUE);
  gtk_tree_view_column_set_sort_order(column, review->query.ascending ? GTK_SORT_ASCENDING : GTK_SORT_DESCENDING);
  review_query(review, TRUE);
}

/* "text", never "markup": what a mail says is shown as it is. */
static void add_column(Review *review, guint i)
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
  gtk_tree_view_column_set_sort_indicator(column, columns[i].order == review->query.order);
  gtk_tree_view_column_set_sort_order(column, GTK_SORT_DESCENDING);
  g_object_set_data(G_OBJECT(column), "order", GINT_TO_POINTER((gint)columns[i].order));
  g_signal_connect(column, "clicked", G_CALLBACK(on_column), review);
  gtk_tree_view_append_column(GTK_TREE_VIEW(review->tree), column);
}

static gboolean on_key(GtkWidget *widget, GdkEventKey *event, gpointer data)
{
  Review *review = data;
  if ((event->state & gtk_accelerator_get_default_mod_mask()) != 0) return FALSE;
  switch (event->keyval) {
  case GDK_KEY_r: review_restore(review); return TRUE;
  case GDK_KEY_a: review_allow(review); return TRUE;
  case GDK_KEY_Delete:
  case GDK_KEY_KP_Delete: review_delete(review); return TRUE;
  case GDK_KEY_Return:
  case GDK_KEY_KP_Enter: detail_focus(review->detail); return TRUE;
  case GDK_KEY_slash: review_search(review); return TRUE;
  default: return FALSE;
  }
}

static void on_search(GtkSearchEntry *entry, gpointer data)
{
  Review *review = data;
  const char *text = gtk_entry_get_text(GTK_ENTRY(entry)), *before = review->text != NULL ? review->text : "";
  if (strcmp(text, before) == 0) return; /* GTK tells a while later, also of what was not typed */
  g_free(review->text);
  review->text = g_strdup(text);
  review->query.text = review->text;
  review_query(review, FALSE);
}

static void on_stop_search(GtkSearchEntry *entry, gpointer data)
{
  gtk_entry_set_text(GTK_ENTRY(entry), "");
  gtk_widget_grab_focus(((Review *)data)->tree);
}

static GtkWidget *list_new(Review *review)
{
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
  review->search = named(gtk_search_entry_new(), _("Search"));
  gtk_entry_set_placeholder_text(GTK_ENTRY(review->search), _("Search addresses, servers and subjects"));
  g_object_set(review->search, "margin", 8, NULL);
  review->tree = tray_list_new(_("Reports"));
  gtk_tree_view_set_fixed_height_mode(GTK_TREE_VIEW(review->tree), FALSE);
  gtk_tree_view_set_enable_search(GTK_TREE_VIEW(review->tree), FALSE);
  for (guint i = 0; i < G_N_ELEMENTS(columns); i++) add_column(review, i);
  gtk_tree_view_set_fixed_height_mode(GTK_TREE_VIEW(review->tree), TRUE);
  gtk_tree_selection_set_mode(selection_of(review), GTK_SELECTION_MULTIPLE);
  GtkWidget *scrolled = scrolled_new(review->tree, TRUE);
  gtk_box_pack_start(GTK_BOX(box), review->search, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), scrolled, TRUE, TRUE, 0);
  g_signal_connect(review->search, "search-changed", G_CALLBACK(on_search), review);
  g_signal_connect(review->search, "stop-search", G_CALLBACK(on_stop_search), review);
  g_signal_connect(selection_of(review), "changed", G_CALLBACK(on_selection), review);
  g_signal_connect(review->tree, "key-press-event", G_CALLBACK(on_key), review);
  return box;
}

static void click_restore(gpointer data) { review_restore(data); }
static void click_delete(gpointer data) { review_delete(data); }
static void click_allow(gpointer data) { review_allow(data); }

static GtkWidget *actions_new(Review *review)
{
  GtkWidget *bar = gtk_action_bar_new();
  review->status = gtk_label_new("");
  review->restore = button_new(_("_Restore"), click_restore, review);
  review->allow = button_new(_("_Allow…"), click_allow, review);
  review->delete = button_new(_("_Delete"), click_delete, review);
  gtk_widget_set_tooltip_text(review->restore, _("Put it back where it was, and never move it again (R)"));
  gtk_widget_set_tooltip_text(review->allow, _("Keep such reports from now on (A)"));
  gtk_widget_set_tooltip_text(review->delete, _("Move it to the trash, or remove it where there is none (Delete)"));
  gtk_action_bar_pack_start(GTK_ACTION_BAR(bar), review->restore);
  gtk_action_bar_pack_start(GTK_ACTION_BAR(bar), review->allow);
  gtk_action_bar_pack_start(GTK_ACTION_BAR(bar), review->delete);
  gtk_action_bar_pack_end(GTK_ACTION_BAR(bar), review->status);
  return bar;
}

static void on_destroy(GtkWidget *widget, gpointer data)
{
  Review *review = data;
  desk_unwatch(review->desk, review);
  if (review->soon != 0) g_source_remove(review->soon);
  review->soon = 0;
}

static void review_free(gpointer data)
{
  Review *review = data;
  if (review->soon != 0) g_source_remove(review->soon);
  g_clear_object(&review->model);
  pages_free(review->pages);
  g_free(review->text);
  g_free(review->account);
  g_free(review);
}

Review *review_new(Desk *desk, GtkWindow *window)
{
  Review *review = g_new0(Review, 1);
  review->desk = desk;
  review->window = window;
  review->query.order = BROWSE_RECEIVED;
  review->detail = detail_new(desk);
  GtkWidget *right = gtk_paned_new(GTK_ORIENTATION_VERTICAL), *below = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
  review->root = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_box_pack_start(GTK_BOX(below), actions_new(review), FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(below), detail_widget(review->detail), TRUE, TRUE, 0);
  gtk_paned_pack1(GTK_PANED(right), list_new(review), TRUE, FALSE);
  gtk_paned_pack2(GTK_PANED(right), below, TRUE, FALSE);
  gtk_paned_set_position(GTK_PANED(right), 330);
  gtk_box_pack_start(GTK_BOX(review->root), filters_new(review), FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(review->root), gtk_separator_new(GTK_ORIENTATION_VERTICAL), FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(review->root), right, TRUE, TRUE, 0);
  g_object_set_data_full(G_OBJECT(review->root), "review", review, review_free);
  g_signal_connect(review->root, "destroy", G_CALLBACK(on_destroy), review);
  review->quiet = TRUE;
  filters_choose(review, BROWSE_WAITING);
  review->quiet = FALSE;
  desk_watch(desk, on_desk, review);
  gtk_widget_show_all(review->root);
  on_desk(review);
  gtk_widget_grab_focus(review->tree);
  return review;
}

GtkWidget *review_widget(Review *review) { return review->root; }
GtkWidget *review_list(Review *review) { return review->tree; }
guint review_count(Review *review) { return review->pages != NULL ? pages_count(review->pages) : 0; }

void review_show(Review *review, BrowseView view, gint64 id)
{
  review->query.view = view;
  review->query.text = NULL;
  g_clear_pointer(&review->text, g_free);
  review->quiet = TRUE;
  gtk_entry_set_text(GTK_ENTRY(review->search), "");
  filters_choose(review, view);
  review->quiet = FALSE;
  review_query(review, FALSE);
  gint index = id != 0 && review->pages != NULL ? pages_find(review->pages, id) : -1;
  if (index < 0) return;
  choose_index(review, (guint)index, TRUE);
}

void review_restore(Review *review)
{
  if (!gtk_widget_get_sensitive(review->restore)) return;
  g_autoptr(GArray) ids = chosen_ids(review);
  hold_begin(review->desk->hold, WISH_RESTORE, (const gint64 *)(void *)ids->data, ids->len);
}

/* What is to be deleted, once the owner says so. */
typedef struct {
  Desk *desk;
  GArray *ids;
} Deletion;

static void delete_them(gpointer data)
{
  const Deletion *deletion = data;
  hold_begin(deletion->desk->hold, WISH_DELETE, (const gint64 *)(void *)deletion->ids->data, deletion->ids->len);
}

static void deletion_free(gpointer data)
{
  g_array_unref(((Deletion *)data)->ids);
  g_free(data);
}

void review_delete(Review *review)
{
  if (!gtk_widget_get_sensitive(review->delete)) return;
  Deletion *deletion = g_new0(Deletion, 1);
  *deletion = (Deletion){ review->desk, chosen_ids(review) };
  guint n = deletion->ids->len;
  g_autofree char *title = g_strdup_printf(ngettext("Delete %u message?", "Delete %u messages?", n), n);
  ask(review->window, title,
      _("What is deleted goes to the trash of your mail server; where that has none, it is removed for good."),
      _("_Delete"), delete_them, deletion, deletion_free);
}

void review_allow(Review *review)
{
  if (!gtk_widget_get_sensitive(review->allow)) return;
  g_autoptr(GArray) ids = chosen_ids(review);
  if (ids->len == 1) allow_run(review->desk, review->window, g_array_index(ids, gint64, 0));
}

void review_search(Review *review) { gtk_widget_grab_focus(review->search); }

void review_set_text(Review *review, const char *text)
{
  gtk_entry_set_text(GTK_ENTRY(review->search), text);
  on_search(GTK_SEARCH_ENTRY(review->search), review);
}
