/* accounts.c - the page of accounts
 * Owns:     a group of lines for each account, and the way to its password.
 * Must not: keep a password, or pass one on but to the standard input of `backstop password`.
 * Fails:    by a sentence in a dialog.
 * Tests:    tests/ui/tray/test_window.py */
#include "ui/tray/accounts.h"
#include "ui/model/account_text.h"
#include "ui/model/shown.h"
#include "ui/tray/widgets.h"
#include <glib/gi18n.h>
#include <string.h>

typedef struct {
  Desk *desk;
  GtkWindow *window;
  GtkWidget *root, *list;
  char *shown; /* what the page shows now, to see whether anything has changed */
} Accounts;

typedef struct {
  Accounts *accounts;
  char *name;
} Choice;

static void choice_free(gpointer data)
{
  g_free(((Choice *)data)->name);
  g_free(data);
}

/* Adds a line to a group: its name on the left, the words on the right. */
static void add_line(GtkWidget *grid, gint row, const TextLine *line)
{
  GtkWidget *left = widget_label_new(line->name, "dim-label"), *right = widget_label_new(line->text, NULL);
  gtk_label_set_xalign(GTK_LABEL(left), 1);
  gtk_label_set_yalign(GTK_LABEL(left), 0);
  gtk_label_set_selectable(GTK_LABEL(right), TRUE);
  gtk_label_set_max_width_chars(GTK_LABEL(right), 80);
  gtk_widget_set_hexpand(right, TRUE);
  gtk_widget_set_can_focus(right, FALSE);
  gtk_grid_attach(GTK_GRID(grid), left, 0, row, 1, 1);
  gtk_grid_attach(GTK_GRID(grid), right, 1, row, 1, 1);
}

static void check_finished(GObject *process, GAsyncResult *result, gpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *said = NULL;
  GtkWindow *window = data;
  gboolean good = g_subprocess_communicate_utf8_finish(G_SUBPROCESS(process), result, NULL, &said, &error)
                  && g_subprocess_get_if_exited(G_SUBPROCESS(process))
                  && g_subprocess_get_exit_status(G_SUBPROCESS(process)) == 0;
  g_autofree char *shown = shown_line(error != NULL ? error->message : said != NULL ? g_strstrip(said) : "", 500);
  if (!good && gtk_widget_get_visible(GTK_WIDGET(window)))
    widget_complain(window, _("The password was not kept"), shown);
  g_object_unref(window);
}

/* Gives the password to `backstop password`, which keeps it in the keyring and tells the filter to try it. */
static void keep_password(const Choice *choice, const char *password)
{
  g_autoptr(GError) error = NULL;
  const Desk *desk = choice->accounts->desk;
  g_autofree char *self = g_file_read_link("/proc/self/exe", NULL),
                  *folder = self != NULL ? g_path_get_dirname(self) : NULL;
  g_autofree char *beside = folder != NULL ? g_build_filename(folder, "backstop", NULL) : NULL;
  const char *program = beside != NULL && g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE) ? beside : BINDIR "/backstop";
  g_autoptr(GSubprocess) child = g_subprocess_new(
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error,
      program, "--config", desk->config_file, "--data", desk->data_dir, "password", choice->name, NULL);
  g_autofree char *line = g_strconcat(password, "\n", NULL);
  if (child == NULL)
    widget_complain(choice->accounts->window, _("The password was not kept"), error->message);
  else
    g_subprocess_communicate_utf8_async(child, line, NULL, check_finished, g_object_ref(choice->accounts->window));
  explicit_bzero(line, strlen(line));
}

static void on_answer(GtkDialog *dialog, gint response, gpointer data)
{
  GtkWidget *entry = g_object_get_data(G_OBJECT(dialog), "entry");
  if (response == GTK_RESPONSE_OK) keep_password(data, gtk_entry_get_text(GTK_ENTRY(entry)));
  gtk_widget_destroy(GTK_WIDGET(dialog));
}

static void choice_gone(gpointer data, GClosure *closure) { choice_free(data); }

static GtkWidget *password_entry_new(void)
{
  GtkWidget *entry = widget_named(gtk_entry_new(), _("Password"));
  gtk_entry_set_visibility(GTK_ENTRY(entry), FALSE);
  gtk_entry_set_input_purpose(GTK_ENTRY(entry), GTK_INPUT_PURPOSE_PASSWORD);
  gtk_entry_set_activates_default(GTK_ENTRY(entry), TRUE);
  return entry;
}

static void sign_in(gpointer data)
{
  const Choice *choice = data;
  Choice *own = g_new0(Choice, 1);
  *own = (Choice){ choice->accounts, g_strdup(choice->name) };
  g_autofree char *title = g_strdup_printf(_("Sign in to %s"), choice->name);
  GtkWidget *dialog = gtk_dialog_new_with_buttons(
      title, choice->accounts->window, GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT | GTK_DIALOG_USE_HEADER_BAR,
      _("_Cancel"), GTK_RESPONSE_CANCEL, _("_Sign in"), GTK_RESPONSE_OK, NULL);
  GtkWidget *box = gtk_dialog_get_content_area(GTK_DIALOG(dialog)), *entry = password_entry_new();
  GtkWidget *text = widget_label_new(
      _("The password is kept in your desktop’s keyring, and tried at once. An account whose configuration "
        "names a password-command does not need it here: fix that command instead."),
      NULL);
  gtk_label_set_max_width_chars(GTK_LABEL(text), 50);
  gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_OK);
  gtk_box_set_spacing(GTK_BOX(box), 12);
  gtk_container_set_border_width(GTK_CONTAINER(box), 18);
  gtk_container_add(GTK_CONTAINER(box), text);
  gtk_container_add(GTK_CONTAINER(box), entry);
  widget_named(dialog, title);
  g_object_set_data(G_OBJECT(dialog), "entry", entry);
  g_signal_connect_data(dialog, "response", G_CALLBACK(on_answer), own, choice_gone, 0);
  gtk_widget_show_all(dialog);
}

static void check(gpointer data)
{
  const Choice *choice = data;
  g_autoptr(GError) error = NULL;
  if (wish_add(choice->accounts->desk->ledger, WISH_CHECK, 0, choice->name, &error) < 0)
    widget_complain(choice->accounts->window, _("Nothing was checked"), error->message);
}

static GtkWidget *buttons_new(Accounts *accounts, const Account *account)
{
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
  Choice *choice = g_new0(Choice, 1);
  *choice = (Choice){ accounts, g_strdup(account->name) };
  g_object_set_data_full(G_OBJECT(box), "choice", choice, choice_free);
  if (overview_trouble(account) == TROUBLE_SIGN_IN)
    gtk_container_add(GTK_CONTAINER(box), widget_button_new(_("_Sign in…"), sign_in, choice));
  gtk_container_add(GTK_CONTAINER(box), widget_button_new(_("_Check now"), check, choice));
  gtk_widget_set_margin_top(box, 6);
  return box;
}

static GPtrArray *lines_of(const Accounts *accounts, const Account *account)
{
  return account_text_lines(accounts->desk->ledger, account, accounts->desk->overview.runs,
                            g_get_real_time() / G_USEC_PER_SEC);
}

static GtkWidget *account_new(Accounts *accounts, const Account *account)
{
  GtkWidget *grid = gtk_grid_new();
  gint row = 0;
  g_autoptr(GPtrArray) lines = lines_of(accounts, account);
  gtk_grid_set_column_spacing(GTK_GRID(grid), 12);
  gtk_grid_set_row_spacing(GTK_GRID(grid), 4);
  gtk_grid_attach(GTK_GRID(grid), widget_heading_new(account->name), 0, row++, 2, 1);
  for (guint i = 0; i < lines->len; i++) add_line(grid, row++, lines->pdata[i]);
  gtk_grid_attach(GTK_GRID(grid), buttons_new(accounts, account), 1, row, 1, 1);
  widget_named(grid, account->name);
  return grid;
}

/* All that the page shows, in one text. The caller frees. */
static char *summary(const Accounts *accounts)
{
  const GPtrArray *list = accounts->desk->overview.accounts;
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; list != NULL && i < list->len; i++) {
    const Account *account = list->pdata[i];
    g_autoptr(GPtrArray) lines = lines_of(accounts, account);
    g_autofree char *words = entry_text_join(lines);
    g_string_append_printf(text, "%s\n%s", account->name, words);
  }
  if (list != NULL) {
    g_autoptr(GPtrArray) unlisted = account_text_unlisted(accounts->desk->ledger);
    g_autofree char *words = entry_text_join(unlisted);
    g_string_append(text, words);
  }
  return g_string_free(g_steal_pointer(&text), FALSE);
}

/* Is everything as it was when the page was last filled? Then the widgets stay, since the owner may be using them. */
static gboolean is_old(Accounts *accounts)
{
  char *now = summary(accounts);
  gboolean old = g_strcmp0(now, accounts->shown) == 0;
  g_free(accounts->shown);
  accounts->shown = now;
  return old;
}

/* What belongs to no account: bounces to addresses that none lists. */
static void add_unlisted(Accounts *accounts)
{
  g_autoptr(GPtrArray) lines = account_text_unlisted(accounts->desk->ledger);
  for (guint i = 0; i < lines->len; i++) {
    GtkWidget *label = widget_label_new(((const TextLine *)lines->pdata[i])->text, NULL);
    gtk_label_set_selectable(GTK_LABEL(label), TRUE);
    gtk_widget_set_can_focus(label, FALSE);
    gtk_container_add(GTK_CONTAINER(accounts->list), label);
  }
}

static void refresh(gpointer data)
{
  Accounts *accounts = data;
  const GPtrArray *list = accounts->desk->overview.accounts;
  if (!gtk_widget_get_mapped(accounts->root) || is_old(accounts)) return;
  widget_clear(accounts->list);
  if (list != NULL) add_unlisted(accounts);
  for (guint i = 0; list != NULL && i < list->len; i++)
    gtk_container_add(GTK_CONTAINER(accounts->list), account_new(accounts, list->pdata[i]));
  if (list == NULL || list->len == 0)
    gtk_container_add(GTK_CONTAINER(accounts->list),
                      widget_label_new(_("No account has been looked at yet. Write ~/.config/backstop/config (man "
                                         "backstop-config tells how), then start the filter."),
                                       NULL));
  gtk_widget_show_all(accounts->list);
}

static void on_map(GtkWidget *widget, gpointer data) { refresh(data); }
static void on_destroy(GtkWidget *widget, gpointer data) { desk_unwatch(((Accounts *)data)->desk, data); }

static void accounts_free(gpointer data)
{
  g_free(((Accounts *)data)->shown);
  g_free(data);
}

GtkWidget *accounts_new(Desk *desk, GtkWindow *window)
{
  Accounts *accounts = g_new0(Accounts, 1);
  accounts->desk = desk;
  accounts->window = window;
  accounts->list = gtk_box_new(GTK_ORIENTATION_VERTICAL, 24);
  gtk_container_set_border_width(GTK_CONTAINER(accounts->list), 18);
  accounts->root = widget_scrolled_new(accounts->list, FALSE);
  g_object_set_data_full(G_OBJECT(accounts->root), "accounts", accounts, accounts_free);
  g_signal_connect(accounts->root, "map", G_CALLBACK(on_map), accounts);
  g_signal_connect(accounts->root, "destroy", G_CALLBACK(on_destroy), accounts);
  desk_watch(desk, refresh, accounts);
  gtk_widget_show_all(accounts->root);
  return accounts->root;
}
