/* allow.c - the dialog that puts somebody on the allowlist
 * Owns:     the dialog.
 * Must not: ask for anything before the owner has read its scope and said yes.
 * Fails:    by a sentence in a dialog.
 * Tests:    tests/ui/tray/test_window.py */
#include "ui/tray/allow.h"
#include "ui/model/allow_preview.h"
#include "ui/model/shown.h"
#include "ui/tray/widgets.h"
#include <glib/gi18n.h>

#define BORDER 18
#define CHOICES_MOST 8

typedef struct {
  Desk *desk;
  GtkWindow *parent;
  GPtrArray *choices;
  GtkWidget *buttons[CHOICES_MOST], *scope, *preview;
} Allow;

static const AllowChoice *chosen(const Allow *allow)
{
  for (guint i = 0; i < allow->choices->len; i++)
    if (gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(allow->buttons[i]))) return allow->choices->pdata[i];
  return allow->choices->pdata[0];
}

static void on_choice(GtkToggleButton *button, gpointer data)
{
  Allow *allow = data;
  const AllowChoice *choice = chosen(allow);
  gtk_label_set_text(GTK_LABEL(allow->scope), choice->scope);
  gtk_label_set_text(GTK_LABEL(allow->preview), choice->preview);
}

static GtkWidget *content_new(Allow *allow)
{
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6), *first = NULL;
  gtk_container_set_border_width(GTK_CONTAINER(box), BORDER);
  gtk_container_add(GTK_CONTAINER(box), widget_heading_new(_("Whose reports do you want to keep?")));
  for (guint i = 0; i < allow->choices->len; i++) {
    const AllowChoice *choice = allow->choices->pdata[i];
    g_autofree char *everybody = g_strdup_printf(_("everybody at %s"), choice->entry + 1);
    g_autofree char *shown = shown_line(choice->entry[0] == '@' ? everybody : choice->entry, 200);
    GtkWidget *button = gtk_radio_button_new_with_label_from_widget(GTK_RADIO_BUTTON(first), shown);
    if (first == NULL) first = button;
    allow->buttons[i] = button;
    gtk_container_add(GTK_CONTAINER(box), button);
    g_signal_connect(button, "toggled", G_CALLBACK(on_choice), allow);
  }
  GtkWidget *meaning = widget_heading_new(_("What this means"));
  gtk_widget_set_margin_top(meaning, 12);
  gtk_container_add(GTK_CONTAINER(box), meaning);
  allow->scope = widget_label_new("", NULL);
  allow->preview = widget_label_new("", NULL);
  gtk_label_set_max_width_chars(GTK_LABEL(allow->scope), 60);
  gtk_label_set_max_width_chars(GTK_LABEL(allow->preview), 60);
  gtk_container_add(GTK_CONTAINER(box), allow->scope);
  gtk_container_add(GTK_CONTAINER(box), allow->preview);
  on_choice(NULL, allow);
  return box;
}

static void add_chosen(Allow *allow)
{
  const AllowChoice *choice = chosen(allow);
  hold_allow(allow->desk->hold, choice->entry, (const gint64 *)(void *)choice->lying->data, choice->lying->len);
}

static void on_answer(GtkDialog *dialog, gint response, gpointer data)
{
  if (response == GTK_RESPONSE_OK) add_chosen(data);
  gtk_widget_destroy(GTK_WIDGET(dialog));
}

static void allow_free(gpointer data, GClosure *closure)
{
  g_ptr_array_unref(((Allow *)data)->choices);
  g_free(data);
}

static void show(Allow *allow)
{
  GtkWidget *dialog = gtk_dialog_new_with_buttons(
      _("Allow"), allow->parent, GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT | GTK_DIALOG_USE_HEADER_BAR,
      _("_Cancel"), GTK_RESPONSE_CANCEL, _("A_llow"), GTK_RESPONSE_OK, NULL);
  gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_OK);
  gtk_window_set_default_size(GTK_WINDOW(dialog), 520, -1);
  widget_named(dialog, _("Allow"));
  gtk_container_add(GTK_CONTAINER(gtk_dialog_get_content_area(GTK_DIALOG(dialog))), content_new(allow));
  g_signal_connect_data(dialog, "response", G_CALLBACK(on_answer), allow, allow_free, 0);
  gtk_widget_show_all(dialog);
}

void allow_run(Desk *desk, GtkWindow *parent, gint64 id)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Entry) entry = journal_get(desk->ledger, id, &error);
  g_autoptr(GPtrArray) choices = entry != NULL ? allow_choices(desk->ledger, entry, &error) : NULL;
  if (choices == NULL) {
    widget_complain(parent, _("Nothing was allowed"), error->message);
    return;
  }
  if (choices->len == 0) {
    widget_complain(
        parent, _("Nobody to allow"),
        _("This report names neither a recipient nor a server, so there is nobody to put on the allowlist."));
    return;
  }
  Allow *allow = g_new0(Allow, 1);
  allow->desk = desk;
  allow->parent = parent;
  allow->choices = g_steal_pointer(&choices);
  g_ptr_array_set_size(allow->choices, (gint)MIN(allow->choices->len, CHOICES_MOST));
  show(allow);
}
