/* desk.c - what every part of the tray program shares
 * Owns:     the connection to the ledger and the watch over it.
 * Must not: draw; wake up while nothing happens, except to see whether the filter still runs.
 * Fails:    by Overview.problem.
 * Tests:    tests/ui/tray/test_tray_window.c */
#include "ui/tray/desk.h"
#include "ui/model/start_daemon.h"
#include <glib/gi18n.h>

#define SOON_MSEC 120   /* a commit changes the file more than once */
#define START_SECONDS 5 /* a filter that was started holds its lock by then */
#define TICK_SECONDS 5  /* no file event tells that the filter ended, or that a day has passed */

typedef struct {
  DeskChanged changed;
  gpointer data;
} Watcher;

static void on_hold(Hold *hold, gpointer data) { desk_refresh(data); }

static gint64 now(void) { return g_get_real_time() / G_USEC_PER_SEC; }

static void open_ledger(Desk *desk, GError **error)
{
  if (desk->ledger != NULL) return;
  desk->ledger = ledger_open(desk->data_dir, LEDGER_EXISTING, error);
  if (desk->ledger != NULL) desk->hold = hold_new(desk->ledger, on_hold, desk);
}

static void read_all(Desk *desk)
{
  g_autoptr(GError) error = NULL;
  open_ledger(desk, &error);
  const char *problem = error == NULL ? NULL
                        : g_error_matches(error, LEDGER_ERROR, LEDGER_ERROR_MISSING)
                            ? _("Nothing is known yet: the filter has not run so far.")
                            : error->message;
  overview_read(&desk->overview, desk->ledger, problem, desk->data_dir, &desk->memory.looked, now());
  desk->ran = desk->overview.runs;
  if (desk->ran) g_clear_pointer(&desk->start_problem, g_free);
  desk->paused = desk->overview.paused;
  if (desk->ledger != NULL) desk->version = ledger_data_version(desk->ledger, NULL);
}

void desk_refresh(Desk *desk)
{
  read_all(desk);
  for (guint i = 0; i < desk->watchers->len; i++) {
    const Watcher *watcher = desk->watchers->pdata[i];
    watcher->changed(watcher->data);
  }
}

static gboolean look(gpointer data)
{
  Desk *desk = data;
  desk->soon = 0;
  gint64 version = desk->ledger != NULL ? ledger_data_version(desk->ledger, NULL) : -1;
  if (version >= 0 && version == desk->version && ledger_daemon_runs(desk->data_dir) == desk->ran
      && ledger_paused_until(desk->ledger) == desk->paused)
    return G_SOURCE_REMOVE;
  if (desk->hold != NULL) hold_look(desk->hold);
  desk_refresh(desk);
  return G_SOURCE_REMOVE;
}

static void on_file(GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data)
{
  Desk *desk = data;
  if (desk->soon == 0) desk->soon = g_timeout_add(SOON_MSEC, look, desk);
}

static gboolean tick(gpointer data)
{
  Desk *desk = data;
  if (desk->soon == 0) look(desk);
  return G_SOURCE_CONTINUE;
}

void desk_read_config(Desk *desk)
{
  g_autoptr(Config) config = config_load(desk->config_file, NULL);
  if (config != NULL) desk->notifications = config->notifications;
}

Desk *desk_new(const char *config_file, const char *data_dir, gboolean usual)
{
  Desk *desk = g_new0(Desk, 1);
  g_autoptr(GFile) folder = g_file_new_for_path(data_dir);
  desk->config_file = config_file;
  desk->data_dir = data_dir;
  desk->usual = usual;
  desk->watchers = g_ptr_array_new_with_free_func(g_free);
  memory_load(&desk->memory, data_dir);
  desk_read_config(desk);
  read_all(desk);
  desk->monitor = g_file_monitor_directory(folder, G_FILE_MONITOR_NONE, NULL, NULL);
  if (desk->monitor != NULL) g_signal_connect(desk->monitor, "changed", G_CALLBACK(on_file), desk);
  desk->tick = g_timeout_add_seconds(TICK_SECONDS, tick, desk);
  return desk;
}

void desk_free(Desk *desk)
{
  if (desk == NULL) return;
  if (desk->monitor != NULL) g_signal_handlers_disconnect_by_data(desk->monitor, desk);
  g_clear_object(&desk->monitor);
  g_clear_pointer(&desk->hold, hold_free);
  if (desk->soon != 0) g_source_remove(desk->soon);
  if (desk->starting != 0) g_source_remove(desk->starting);
  g_free(desk->start_problem);
  g_source_remove(desk->tick);
  g_ptr_array_unref(desk->watchers);
  overview_clear(&desk->overview);
  ledger_close(desk->ledger);
  g_free(desk);
}

void desk_watch(Desk *desk, DeskChanged changed, gpointer data)
{
  Watcher *watcher = g_new0(Watcher, 1);
  *watcher = (Watcher){ changed, data };
  g_ptr_array_add(desk->watchers, watcher);
}

void desk_unwatch(Desk *desk, gpointer data)
{
  for (guint i = desk->watchers->len; i > 0; i--)
    if (((const Watcher *)desk->watchers->pdata[i - 1])->data == data) g_ptr_array_remove_index(desk->watchers, i - 1);
}

void desk_looked(Desk *desk)
{
  if (!desk->overview.there || browse_mark_same(&desk->memory.looked, &desk->overview.counts.mark)) return;
  desk->memory.looked = desk->overview.counts.mark;
  memory_save(&desk->memory, desk->data_dir);
  desk_refresh(desk);
}

gboolean desk_check_now(Desk *desk, GError **error)
{
  for (guint i = 0; desk->overview.there && i < desk->overview.accounts->len; i++) {
    const Account *account = desk->overview.accounts->pdata[i];
    if (wish_add(desk->ledger, WISH_CHECK, 0, account->name, error) < 0) return FALSE;
  }
  return TRUE;
}

gboolean desk_pause(Desk *desk, gint64 until, GError **error)
{
  if (desk->ledger == NULL) {
    g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_MISSING, "%s", desk->overview.problem);
    return FALSE;
  }
  gboolean good = ledger_pause(desk->ledger, until, error);
  if (good && until == 0) desk_check_now(desk, NULL); /* the filter moves now what came during the pause */
  desk_refresh(desk);
  return good;
}

static void start_failed(Desk *desk, const char *problem)
{
  g_free(desk->start_problem);
  desk->start_problem = g_strdup(problem);
  desk_refresh(desk);
}

static gboolean on_start_over(gpointer data)
{
  Desk *desk = data;
  desk->starting = 0;
  if (!ledger_daemon_runs(desk->data_dir))
    start_failed(desk, _("The filter did not start. Run backstopd in a terminal: it says why."));
  return G_SOURCE_REMOVE;
}

/* Does nothing: on_start_over() sees later whether the filter runs. */
static void started(const GError *error, gpointer data) {}

void desk_start_filter(Desk *desk)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Config) config = config_load(desk->config_file, &error);
  if (config == NULL) {
    start_failed(desk, error->message);
    return;
  }
  if (desk->starting == 0) desk->starting = g_timeout_add_seconds(START_SECONDS, on_start_over, desk);
  daemon_start(desk->config_file, desk->data_dir, desk->usual, started, NULL);
}
