/* review.c - the page where the owner looks through what was held back
 * Owns:     the query that is shown, and what can be done with the selected reports.
 * Must not: hold entries; move anything itself: it only writes requests.
 * Fails:    by a sentence below the list.
 * Tests:    tests/ui/tray/test_tray_window.c, tests/ui/tray/test_window.py */
#include "ui/tray/review.h"
#include "ui/model/entry_text.h"
#include "ui/tray/allow.h"
#include "ui/tray/detail.h"
#include "ui/tray/entry_list.h"
#include "ui/tray/filters.h"
#include "ui/tray/widgets.h"
#include <glib/gi18n.h>
#include <string.h>

struct Review {
  Desk *desk;
  GtkWindow *window;
  GtkWidget *root, *search, *status, *restore, *allow, *delete;
  Filters *filters;
  EntryList *list;
  Detail *detail;
  char *text; /* what is searched for; NULL: nothing */
};

/* Can at least one of these be restored or deleted? Of many, only the first are looked at. */
static gboolean can_move(Review *review, const GArray *ids)
{
  for (guint i = 0; i < MIN(ids->len, 50); i++) {
    g_autoptr(Entry) entry = journal_get(review->desk->ledger, g_array_index(ids, gint64, i), NULL);
    if (entry != NULL && entry_text_can_restore(entry)) return TRUE;
  }
  return ids->len > 50;
}

static void show_selected(gpointer data)
{
  Review *review = data;
  g_autoptr(GArray) ids = entry_list_selected(review->list);
  guint count = entry_list_count(review->list);
  gboolean move = can_move(review, ids);
  g_autofree char *all = g_strdup_printf(ngettext("%u report", "%u reports", count), count);
  g_autofree char *some = g_strdup_printf(_("%u of %u selected"), ids->len, count);
  gtk_widget_set_sensitive(review->restore, move);
  gtk_widget_set_sensitive(review->delete, move);
  gtk_widget_set_sensitive(review->allow, ids->len == 1);
  gtk_label_set_text(GTK_LABEL(review->status), ids->len > 1 ? some : all);
  detail_show(review->detail, ids->len > 0 ? g_array_index(ids, gint64, 0) : 0, ids->len);
}

/* Fills the list anew. keep: the same reports stay selected. */
static void fill(Review *review, gboolean keep)
{
  g_autoptr(GError) error = NULL;
  const BrowseQuery query = { .view = filters_view(review->filters),
                              .account = filters_account(review->filters),
                              .text = review->text };
  if (!entry_list_is_open(review->list)) return;
  gboolean good = entry_list_ask(review->list, &query, keep, &error);
  filters_refresh(review->filters);
  show_selected(review);
  if (!good) gtk_label_set_text(GTK_LABEL(review->status), error->message);
}

static void fill_anew(gpointer data) { fill(data, FALSE); }
static void fill_again(gpointer data) { fill(data, TRUE); }

/* The ledger may come into being while the window is open. */
static void on_desk(gpointer data)
{
  Review *review = data;
  gboolean first = !entry_list_is_open(review->list);
  if (first && review->desk->ledger != NULL)
    entry_list_open(review->list, review->desk->ledger, hold_notes(review->desk->hold));
  fill(review, !first);
}

static void on_key(ListKey key, gpointer data)
{
  Review *review = data;
  switch (key) {
  case LIST_KEY_RESTORE: review_restore(review); return;
  case LIST_KEY_ALLOW: review_allow(review); return;
  case LIST_KEY_DELETE: review_delete(review); return;
  case LIST_KEY_EXPLAIN: detail_focus(review->detail); return;
  case LIST_KEY_SEARCH: review_search(review); return;
  }
}

static void on_search(GtkSearchEntry *entry, gpointer data)
{
  Review *review = data;
  const char *text = gtk_entry_get_text(GTK_ENTRY(entry)), *before = review->text != NULL ? review->text : "";
  if (strcmp(text, before) == 0) return; /* GTK tells late, and also when the program itself has set the text */
  g_free(review->text);
  review->text = g_strdup(text);
  fill(review, FALSE);
}

static void on_stop_search(GtkSearchEntry *entry, gpointer data)
{
  gtk_entry_set_text(GTK_ENTRY(entry), "");
  gtk_widget_grab_focus(review_list(data));
}

static const EntryListEvents list_events = { show_selected, fill_again, on_key };

static GtkWidget *list_new(Review *review)
{
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
  review->search = widget_named(gtk_search_entry_new(), _("Search"));
  gtk_entry_set_placeholder_text(GTK_ENTRY(review->search), _("Search addresses, servers and subjects"));
  g_object_set(review->search, "margin", 8, NULL);
  review->list = entry_list_new(&list_events, review);
  gtk_box_pack_start(GTK_BOX(box), review->search, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), widget_scrolled_new(entry_list_widget(review->list), TRUE), TRUE, TRUE, 0);
  g_signal_connect(review->search, "search-changed", G_CALLBACK(on_search), review);
  g_signal_connect(review->search, "stop-search", G_CALLBACK(on_stop_search), review);
  return box;
}

static void click_restore(gpointer data) { review_restore(data); }
static void click_delete(gpointer data) { review_delete(data); }
static void click_allow(gpointer data) { review_allow(data); }

static GtkWidget *actions_new(Review *review)
{
  GtkWidget *bar = gtk_action_bar_new();
  review->status = gtk_label_new("");
  review->restore = widget_button_new(_("_Restore"), click_restore, review);
  review->allow = widget_button_new(_("_Allow…"), click_allow, review);
  review->delete = widget_button_new(_("_Delete"), click_delete, review);
  gtk_widget_set_tooltip_text(review->restore, _("Put it back where it was, and never move it again (R)"));
  gtk_widget_set_tooltip_text(review->allow, _("Keep such reports from now on (A)"));
  gtk_widget_set_tooltip_text(review->delete, _("Move it to the trash, or remove it where there is none (Delete)"));
  gtk_action_bar_pack_start(GTK_ACTION_BAR(bar), review->restore);
  gtk_action_bar_pack_start(GTK_ACTION_BAR(bar), review->allow);
  gtk_action_bar_pack_start(GTK_ACTION_BAR(bar), review->delete);
  gtk_action_bar_pack_end(GTK_ACTION_BAR(bar), review->status);
  return bar;
}

static void on_destroy(GtkWidget *widget, gpointer data) { desk_unwatch(((Review *)data)->desk, data); }

static void review_free(gpointer data)
{
  g_free(((Review *)data)->text);
  g_free(data);
}

Review *review_new(Desk *desk, GtkWindow *window)
{
  Review *review = g_new0(Review, 1);
  *review = (Review){ .desk = desk, .window = window, .detail = detail_new(desk) };
  GtkWidget *right = gtk_paned_new(GTK_ORIENTATION_VERTICAL), *below = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
  review->filters = filters_new(desk, fill_anew, review);
  review->root = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_box_pack_start(GTK_BOX(below), actions_new(review), FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(below), detail_widget(review->detail), TRUE, TRUE, 0);
  gtk_paned_pack1(GTK_PANED(right), list_new(review), TRUE, FALSE);
  gtk_paned_pack2(GTK_PANED(right), below, TRUE, FALSE);
  gtk_paned_set_position(GTK_PANED(right), 330);
  gtk_box_pack_start(GTK_BOX(review->root), filters_widget(review->filters), FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(review->root), gtk_separator_new(GTK_ORIENTATION_VERTICAL), FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(review->root), right, TRUE, TRUE, 0);
  g_object_set_data_full(G_OBJECT(review->root), "review", review, review_free);
  g_signal_connect(review->root, "destroy", G_CALLBACK(on_destroy), review);
  desk_watch(desk, on_desk, review);
  gtk_widget_show_all(review->root);
  on_desk(review);
  gtk_widget_grab_focus(review_list(review));
  return review;
}

GtkWidget *review_widget(Review *review) { return review->root; }
GtkWidget *review_list(Review *review) { return entry_list_widget(review->list); }
guint review_count(Review *review) { return entry_list_count(review->list); }

void review_show(Review *review, BrowseView view, gint64 id)
{
  g_clear_pointer(&review->text, g_free);
  gtk_entry_set_text(GTK_ENTRY(review->search), "");
  filters_show(review->filters, view);
  fill(review, FALSE);
  entry_list_select(review->list, id);
}

void review_restore(Review *review)
{
  if (!gtk_widget_get_sensitive(review->restore)) return;
  g_autoptr(GArray) ids = entry_list_selected(review->list);
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
  hold_begin(deletion->desk->hold, WISH_REMOVE, (const gint64 *)(void *)deletion->ids->data, deletion->ids->len);
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
  *deletion = (Deletion){ review->desk, entry_list_selected(review->list) };
  guint n = deletion->ids->len;
  g_autofree char *title = g_strdup_printf(ngettext("Delete %u message?", "Delete %u messages?", n), n);
  widget_ask(review->window, title,
             _("What is deleted goes to the trash of your mail server; where that has none, it is removed for good."),
             _("_Delete"), delete_them, deletion, deletion_free);
}

void review_allow(Review *review)
{
  if (!gtk_widget_get_sensitive(review->allow)) return;
  g_autoptr(GArray) ids = entry_list_selected(review->list);
  if (ids->len == 1) allow_run(review->desk, review->window, g_array_index(ids, gint64, 0));
}

void review_search(Review *review) { gtk_widget_grab_focus(review->search); }

void review_set_text(Review *review, const char *text)
{
  gtk_entry_set_text(GTK_ENTRY(review->search), text);
  on_search(GTK_SEARCH_ENTRY(review->search), review);
}
