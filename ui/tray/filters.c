/* filters.c - the left side of the review page: which entries, of which account
 * Owns:     the list of views with their counts, and the choice of account.
 * Must not: read entries.
 * Fails:    never.
 * Tests:    tests/ui/tray/test_tray_window.c */
#include "ui/tray/filters.h"
#include "ui/tray/widgets.h"
#include <glib/gi18n.h>

struct Filters {
  Desk *desk;
  void (*changed)(gpointer data);
  gpointer data;
  GtkWidget *root, *views, *accounts, *counts[BROWSE_VIEWS];
  BrowseView view;
  char *account;    /* NULL: all */
  gboolean filling; /* the program changes what is selected, not the owner */
};

static const char *const names[BROWSE_VIEWS] = {
  [BROWSE_WAITING] = N_("Waiting"),   [BROWSE_UNSURE] = N_("Unsure"),   [BROWSE_TROUBLE] = N_("Needs attention"),
  [BROWSE_RESTORED] = N_("Restored"), [BROWSE_DELETED] = N_("Deleted"), [BROWSE_GENUINE] = N_("Genuine"),
  [BROWSE_ALL] = N_("All reports"),
};
static const char *const hints[BROWSE_VIEWS] = {
  [BROWSE_WAITING] = N_("For you to look at: in quarantine, unsure, only observed, or not moved for a reason"),
  [BROWSE_UNSURE] = N_("Too little is known to tell; left in the inbox, unless the configuration says otherwise"),
  [BROWSE_TROUBLE] = N_("Could not be moved, with the reason"),
  [BROWSE_RESTORED] = N_("Put back; they are never moved again"),
  [BROWSE_DELETED] = N_("Moved to the trash, or removed by you or another program"),
  [BROWSE_GENUINE] = N_("They answer mail of yours, and stay where they are"),
  [BROWSE_ALL] = N_("Everything that was judged"),
};

static GtkWidget *row_new(Filters *filters, BrowseView view)
{
  GtkWidget *row = gtk_list_box_row_new(), *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *name = gtk_label_new(_(names[view])), *count = gtk_label_new("");
  gtk_style_context_add_class(gtk_widget_get_style_context(count), "dim-label");
  gtk_container_set_border_width(GTK_CONTAINER(box), 8);
  gtk_box_pack_start(GTK_BOX(box), name, FALSE, FALSE, 0);
  gtk_box_pack_end(GTK_BOX(box), count, FALSE, FALSE, 0);
  gtk_container_add(GTK_CONTAINER(row), box);
  gtk_widget_set_tooltip_text(row, _(hints[view]));
  filters->counts[view] = count;
  return widget_named(row, _(names[view]));
}

static void on_view(GtkListBox *list, GtkListBoxRow *row, gpointer data)
{
  Filters *filters = data;
  if (row == NULL || (int)filters->view == gtk_list_box_row_get_index(row)) return;
  filters->view = (BrowseView)gtk_list_box_row_get_index(row);
  if (!filters->filling) filters->changed(filters->data);
}

static void on_account(GtkComboBox *combo, gpointer data)
{
  Filters *filters = data;
  if (filters->filling) return;
  const char *id = gtk_combo_box_get_active_id(combo);
  g_free(filters->account);
  filters->account = id != NULL && *id != '\0' ? g_strdup(id) : NULL;
  filters->changed(filters->data);
}

static void filters_free(gpointer data)
{
  g_free(((Filters *)data)->account);
  g_free(data);
}

Filters *filters_new(Desk *desk, void (*changed)(gpointer data), gpointer data)
{
  Filters *filters = g_new0(Filters, 1);
  *filters = (Filters){ .desk = desk, .changed = changed, .data = data };
  filters->root = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
  filters->views = widget_named(gtk_list_box_new(), _("Which reports are shown"));
  for (guint view = 0; view < BROWSE_VIEWS; view++)
    gtk_container_add(GTK_CONTAINER(filters->views), row_new(filters, (BrowseView)view));
  filters->accounts = widget_named(gtk_combo_box_text_new(), _("Account"));
  gtk_widget_set_no_show_all(filters->accounts, TRUE); /* shown where there are several */
  gtk_widget_set_margin_start(filters->accounts, 8);
  gtk_widget_set_margin_end(filters->accounts, 8);
  gtk_widget_set_margin_bottom(filters->accounts, 8);
  gtk_box_pack_start(GTK_BOX(filters->root), filters->views, TRUE, TRUE, 0);
  gtk_box_pack_end(GTK_BOX(filters->root), filters->accounts, FALSE, FALSE, 0);
  g_object_set_data_full(G_OBJECT(filters->root), "filters", filters, filters_free);
  g_signal_connect(filters->views, "row-selected", G_CALLBACK(on_view), filters);
  g_signal_connect(filters->accounts, "changed", G_CALLBACK(on_account), filters);
  gtk_widget_set_size_request(filters->root, 190, -1);
  filters_show(filters, BROWSE_WAITING);
  return filters;
}

GtkWidget *filters_widget(Filters *filters) { return filters->root; }
BrowseView filters_view(const Filters *filters) { return filters->view; }
const char *filters_account(const Filters *filters) { return filters->account; }

static void show_account(Filters *filters)
{
  GtkComboBox *combo = GTK_COMBO_BOX(filters->accounts);
  if (!gtk_combo_box_set_active_id(combo, filters->account != NULL ? filters->account : ""))
    gtk_combo_box_set_active(combo, 0);
}

static void refresh_accounts(Filters *filters)
{
  const GPtrArray *accounts = filters->desk->overview.accounts;
  GtkComboBoxText *combo = GTK_COMBO_BOX_TEXT(filters->accounts);
  guint have = (guint)gtk_tree_model_iter_n_children(gtk_combo_box_get_model(GTK_COMBO_BOX(combo)), NULL);
  if (accounts == NULL || have == accounts->len + 1) return;
  filters->filling = TRUE;
  gtk_combo_box_text_remove_all(combo);
  gtk_combo_box_text_append(combo, "", _("All accounts"));
  for (guint i = 0; i < accounts->len; i++) {
    const char *name = ((const Account *)accounts->pdata[i])->name;
    gtk_combo_box_text_append(combo, name, name);
  }
  show_account(filters);
  gtk_widget_set_visible(filters->accounts, accounts->len > 1);
  filters->filling = FALSE;
}

void filters_refresh(Filters *filters)
{
  BrowseCounts counts = { 0 };
  refresh_accounts(filters);
  if (filters->account == NULL)
    counts = filters->desk->overview.counts;
  else
    browse_counts(filters->desk->ledger, filters->account, NULL, &counts, NULL);
  for (guint view = 0; view < BROWSE_VIEWS; view++) {
    g_autofree char *text = g_strdup_printf("%u", counts.view[view]);
    gtk_label_set_text(GTK_LABEL(filters->counts[view]), text);
  }
}

void filters_show(Filters *filters, BrowseView view)
{
  GtkListBox *list = GTK_LIST_BOX(filters->views);
  filters->filling = TRUE;
  filters->view = view;
  g_clear_pointer(&filters->account, g_free);
  show_account(filters);
  gtk_list_box_select_row(list, gtk_list_box_get_row_at_index(list, (gint)view));
  filters->filling = FALSE;
}
