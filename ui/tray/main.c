/* main.c - backstop-tray: an icon, a menu, and the window behind them
 * Owns:     main() and the application's actions.
 * Must not: speak to servers; write anything but requests, entries of the lists, and the owner's preferences.
 * Fails:    by exit status, with one line on standard error.
 * Tests:    tests/ui/tray/test_window.py, tests/ui/tray/test_menu.py */
#include "filter/filter.h"
#include "ui/tray/icon.h"
#include "ui/tray/notices.h"
#include "ui/tray/widgets.h"
#include "ui/tray/window.h"
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>

#define APPLICATION_ID "org.backstop.Tray"

static char *config_file, *data_dir;
static gboolean hidden, version;

static const GOptionEntry options[] = {
  { "config", 0, 0, G_OPTION_ARG_FILENAME, &config_file, N_("The configuration (default ~/.config/backstop/config)"),
    "FILE" },
  { "data", 0, 0, G_OPTION_ARG_FILENAME, &data_dir, N_("The folder of the ledger (default ~/.local/share/backstop)"),
    "DIR" },
  { "hidden", 0, 0, G_OPTION_ARG_NONE, &hidden, N_("Show the icon only, no window"), NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, &version, N_("Print the version"), NULL },
  G_OPTION_ENTRY_NULL,
};

typedef struct {
  GtkApplication *application;
  Desk *desk;
  GtkWidget *window;
  Tray *tray;
  Notices *notices;
  gboolean held;    /* the program goes on when the window is closed: see keep_alive() */
  gboolean leaving; /* the owner wants it to end */
} App;

/* The program goes on without a window where a panel shows the icon, --hidden was given, or a request is held: closing
 * the window takes nobody the seconds in which a request can be taken back. */
static void keep_alive(App *app)
{
  gboolean waits = app->desk->hold != NULL && hold_is_held(app->desk->hold);
  gboolean keep = waits || (!app->leaving && (hidden || tray_is_shown(app->tray)));
  if (keep && !app->held) g_application_hold(G_APPLICATION(app->application));
  if (!keep && app->held) g_application_release(G_APPLICATION(app->application));
  app->held = keep;
}

static void on_change(gpointer data) { keep_alive(data); }

static void on_window_gone(GtkWidget *widget, gpointer data)
{
  App *app = data;
  app->window = NULL;
  memory_save(&app->desk->memory, app->desk->data_dir);
}

static void show_window(App *app, const char *page)
{
  app->leaving = FALSE;
  keep_alive(app);
  if (app->window == NULL) {
    app->window = window_new(app->desk, app->application);
    g_signal_connect(app->window, "destroy", G_CALLBACK(on_window_gone), app);
  }
  if (page != NULL) window_page(app->window, page);
  gtk_window_present(GTK_WINDOW(app->window));
  if (window_shows_review(app->window)) desk_looked(app->desk);
}

static void do_review(GSimpleAction *action, GVariant *value, gpointer data) { show_window(data, "review"); }

static void do_check(GSimpleAction *action, GVariant *value, gpointer data)
{
  App *app = data;
  g_autoptr(GError) error = NULL;
  if (!desk_check_now(app->desk, &error))
    widget_complain(app->window != NULL ? GTK_WINDOW(app->window) : NULL, _("Nothing was checked"), error->message);
}

static void pause_until(App *app, gint64 until)
{
  g_autoptr(GError) error = NULL;
  if (!desk_pause(app->desk, until, &error))
    widget_complain(app->window != NULL ? GTK_WINDOW(app->window) : NULL, _("The filter goes on"), error->message);
}

static void do_pause_hour(GSimpleAction *action, GVariant *value, gpointer data)
{
  pause_until(data, g_get_real_time() / G_USEC_PER_SEC + 3600);
}

/* Pauses until six in the morning. */
static void do_pause_day(GSimpleAction *action, GVariant *value, gpointer data)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_local(), day = g_date_time_add_days(now, 1);
  g_autoptr(GDateTime) morning = g_date_time_new_local(g_date_time_get_year(day), g_date_time_get_month(day),
                                                       g_date_time_get_day_of_month(day), 6, 0, 0);
  pause_until(data, morning != NULL ? g_date_time_to_unix(morning) : g_date_time_to_unix(day));
}

static void do_go_on(GSimpleAction *action, GVariant *value, gpointer data) { pause_until(data, 0); }

static void do_start(GSimpleAction *action, GVariant *value, gpointer data) { desk_start_filter(((App *)data)->desk); }

static void do_trouble(GSimpleAction *action, GVariant *value, gpointer data)
{
  App *app = data;
  show_window(app, "review");
  review_show(window_review(app->window), BROWSE_TROUBLE, 0);
}

static void do_genuine(GSimpleAction *action, GVariant *value, gpointer data)
{
  App *app = data;
  show_window(app, "review");
  review_show(window_review(app->window), BROWSE_GENUINE, 0);
}

static void do_page(GSimpleAction *action, GVariant *value, gpointer data)
{
  show_window(data, g_action_get_name(G_ACTION(action)));
}

static void do_quit(GSimpleAction *action, GVariant *value, gpointer data)
{
  App *app = data;
  app->leaving = TRUE;
  if (app->window != NULL) gtk_widget_destroy(app->window);
  keep_alive(app);
  if (!app->held) g_application_quit(G_APPLICATION(app->application));
}

/* The session ends, or somebody ends the program from outside: what is held goes to the ledger (desk_free()). */
static gboolean on_end(gpointer data)
{
  g_application_quit(data);
  return G_SOURCE_CONTINUE;
}

static void do_about(GSimpleAction *action, GVariant *value, gpointer data)
{
  App *app = data;
  gtk_show_about_dialog(app->window != NULL ? GTK_WINDOW(app->window) : NULL, "program-name", "Backstop", "version",
                        PACKAGE_VERSION, "logo-icon-name", "backstop", "license-type", GTK_LICENSE_GPL_3_0, "comments",
                        _("Bounces for mail you never sent, out of your inbox."), NULL);
}

static const GActionEntry actions[] = {
  { "review", do_review },       { "check", do_check },     { "quit", do_quit },       { "pause-hour", do_pause_hour },
  { "pause-day", do_pause_day }, { "go-on", do_go_on },     { "start", do_start },     { "trouble", do_trouble },
  { "alarm", do_genuine },       { "genuine", do_genuine }, { "statistics", do_page }, { "accounts", do_page },
  { "preferences", do_page },    { "about", do_about },
};

static gboolean is_seen(gpointer data)
{
  const App *app = data;
  return app->window != NULL && gtk_window_is_active(GTK_WINDOW(app->window));
}

static void on_startup(GApplication *application, gpointer data)
{
  App *app = data;
  g_autofree char *default_config = config_default_file(), *default_data = config_default_data();
  gboolean usual = config_file == NULL && data_dir == NULL;
  if (config_file == NULL) config_file = g_steal_pointer(&default_config);
  if (data_dir == NULL) data_dir = g_steal_pointer(&default_data);
  app->desk = desk_new(config_file, data_dir, usual);
  g_action_map_add_action_entries(G_ACTION_MAP(application), actions, G_N_ELEMENTS(actions), app);
  app->notices = notices_new(app->desk, application, is_seen, app);
  app->tray = tray_new(app->desk, G_ACTION_GROUP(application), on_change, app);
  desk_watch(app->desk, on_change, app);
  keep_alive(app);
}

/* --hidden counts for the first start only; each further start shows the window. */
static void on_activate(GApplication *application, gpointer data)
{
  static gboolean again;
  if (!hidden || again) show_window(data, NULL);
  again = TRUE;
}

static void on_shutdown(GApplication *application, gpointer data)
{
  App *app = data;
  if (app->window != NULL) gtk_widget_destroy(app->window);
  g_clear_pointer(&app->notices, notices_free);
  g_clear_pointer(&app->tray, tray_free);
  g_clear_pointer(&app->desk, desk_free);
}

static gint on_options(GApplication *application, GVariantDict *dictionary, gpointer data)
{
  if (!version) return -1;
  g_print("backstop-tray %s\n", PACKAGE_VERSION);
  return 0;
}

/* In the build folder, the catalogues are beside the program. */
static void speak(void)
{
  g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname(self) : g_strdup("");
  g_autofree char *beside = g_build_filename(folder, "po", NULL);
  setlocale(LC_ALL, "");
  bindtextdomain(GETTEXT_PACKAGE, g_file_test(beside, G_FILE_TEST_IS_DIR) ? beside : LOCALEDIR);
  bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
  textdomain(GETTEXT_PACKAGE);
}

int main(int argc, char **argv)
{
  App app = { 0 };
  speak();
  g_set_prgname("backstop-tray");
  g_set_application_name("Backstop");
  filter_init();
  app.application = gtk_application_new(APPLICATION_ID, G_APPLICATION_DEFAULT_FLAGS);
  g_application_add_main_option_entries(G_APPLICATION(app.application), options);
  g_signal_connect(app.application, "handle-local-options", G_CALLBACK(on_options), &app);
  g_signal_connect(app.application, "startup", G_CALLBACK(on_startup), &app);
  g_signal_connect(app.application, "activate", G_CALLBACK(on_activate), &app);
  g_signal_connect(app.application, "shutdown", G_CALLBACK(on_shutdown), &app);
  g_unix_signal_add(SIGTERM, on_end, app.application);
  g_unix_signal_add(SIGINT, on_end, app.application);
  int status = g_application_run(G_APPLICATION(app.application), argc, argv);
  g_object_unref(app.application);
  g_free(config_file);
  g_free(data_dir);
  return status;
}
