/* filters.c - the left side of the review page: which entries, of which account
 * Owns:     the list of views with their counts, and the choice of account.
 * Must not: read entries.
 * Fails:    never.
 * Tests:    tests/ui/tray/test_tray_window.c */
#include "ui/tray/private.h"
#include "ui/tray/widgets.h"
#include <glib/gi18n.h>
#include <string.h>

static const char *const names[BROWSE_VIEWS] = {
  [BROWSE_WAITING] = N_("Waiting"),   [BROWSE_UNSURE] = N_("Unsure"),   [BROWSE_TROUBLE] = N_("Needs attention"),
  [BROWSE_RESTORED] = N_("Restored"), [BROWSE_DELETED] = N_("Deleted"), [BROWSE_GENUINE] = N_("Genuine"),
  [BROWSE_ALL] = N_("All reports"),
};
static const char *const hints[BROWSE_VIEWS] = {
  [BROWSE_WAITING] = N_("In quarantine: restore it, delete it, or leave it there"),
  [BROWSE_UNSURE] = N_("Too little is known to tell; left in the inbox unless you chose otherwise"),
  [BROWSE_TROUBLE] = N_("Could not be moved, with the reason"),
  [BROWSE_RESTORED] = N_("Put back, and never moved again"),
  [BROWSE_DELETED] = N_("Moved to the trash, or removed by other hands"),
  [BROWSE_GENUINE] = N_("They answer mail of yours, and were left where they are"),
  [BROWSE_ALL] = N_("Everything that was judged"),
};

static GtkWidget *row_new(Review *review, BrowseView view)
{
  GtkWidget *row = gtk_list_box_row_new(), *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *name = gtk_label_new(_(names[view])), *count = gtk_label_new("");
  gtk_style_context_add_class(gtk_widget_get_style_context(count), "dim-label");
  gtk_container_set_border_width(GTK_CONTAINER(box), 8);
  gtk_box_pack_start(GTK_BOX(box), name, FALSE, FALSE, 0);
  gtk_box_pack_end(GTK_BOX(box), count, FALSE, FALSE, 0);
  gtk_container_add(GTK_CONTAINER(row), box);
  gtk_widget_set_tooltip_text(row, _(hints[view]));
  review->counts[view] = count;
  return named(row, _(names[view]));
}

static void on_view(GtkListBox *list, GtkListBoxRow *row, gpointer data)
{
  Review *review = data;
  if (row == NULL || review->quiet || (int)review->query.view == gtk_list_box_row_get_index(row)) return;
  review->query.view = (BrowseView)gtk_list_box_row_get_index(row);
  review_query(review, FALSE);
}

static void on_account(GtkComboBox *combo, gpointer data)
{
  Review *review = data;
  if (review->quiet) return;
  g_free(review->account);
  review->account = g_strdup(gtk_combo_box_get_active_id(combo));
  review->query.account = review->account != NULL && *review->account != '\0' ? review->account : NULL;
  review_query(review, FALSE);
}

GtkWidget *filters_new(Review *review)
{
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
  review->views = named(gtk_list_box_new(), _("Which reports are shown"));
  for (guint view = 0; view < BROWSE_VIEWS; view++)
    gtk_container_add(GTK_CONTAINER(review->views), row_new(review, (BrowseView)view));
  review->accounts = named(gtk_combo_box_text_new(), _("Account"));
  gtk_widget_set_no_show_all(review->accounts, TRUE); /* shown where there are several */
  gtk_widget_set_margin_start(review->accounts, 8);
  gtk_widget_set_margin_end(review->accounts, 8);
  gtk_widget_set_margin_bottom(review->accounts, 8);
  gtk_box_pack_start(GTK_BOX(box), review->views, TRUE, TRUE, 0);
  gtk_box_pack_end(GTK_BOX(box), review->accounts, FALSE, FALSE, 0);
  g_signal_connect(review->views, "row-selected", G_CALLBACK(on_view), review);
  g_signal_connect(review->accounts, "changed", G_CALLBACK(on_account), review);
  gtk_widget_set_size_request(box, 190, -1);
  return box;
}

static void refresh_accounts(Review *review)
{
  const GPtrArray *accounts = review->desk->overview.accounts;
  GtkComboBoxText *combo = GTK_COMBO_BOX_TEXT(review->accounts);
  guint have = (guint)gtk_tree_model_iter_n_children(gtk_combo_box_get_model(GTK_COMBO_BOX(combo)), NULL);
  if (accounts == NULL || have == accounts->len + 1) return;
  gtk_combo_box_text_remove_all(combo);
  gtk_combo_box_text_append(combo, "", _("All accounts"));
  for (guint i = 0; i < accounts->len; i++) {
    const char *name = ((const Account *)accounts->pdata[i])->name;
    gtk_combo_box_text_append(combo, name, name);
  }
  if (!gtk_combo_box_set_active_id(GTK_COMBO_BOX(combo), review->account != NULL ? review->account : ""))
    gtk_combo_box_set_active(GTK_COMBO_BOX(combo), 0);
  gtk_widget_set_visible(review->accounts, accounts->len > 1);
}

void filters_refresh(Review *review)
{
  BrowseCounts counts = { 0 };
  gboolean quiet = review->quiet;
  review->quiet = TRUE;
  refresh_accounts(review);
  review->quiet = quiet;
  if (review->query.account == NULL)
    counts = review->desk->overview.counts;
  else
    browse_counts(review->desk->ledger, review->query.account, 0, &counts, NULL);
  for (guint view = 0; view < BROWSE_VIEWS; view++) {
    g_autofree char *text = g_strdup_printf("%u", counts.view[view]);
    gtk_label_set_text(GTK_LABEL(review->counts[view]), text);
  }
}

void filters_choose(Review *review, BrowseView view)
{
  GtkListBox *list = GTK_LIST_BOX(review->views);
  gtk_list_box_select_row(list, gtk_list_box_get_row_at_index(list, (gint)view));
}
