/* start_daemon.c - starting the filter
 * Owns:     the choice between service and process.
 * Must not: stop a filter; wait.
 * Fails:    by GError given to done().
 * Tests:    tests/ui/tray/test_window.py */
#include "ui/model/start_daemon.h"
#include "fetcher/common/program.h"
#include <unistd.h>

typedef struct {
  char *config_file, *data_dir;
  void (*done)(const GError *error, gpointer data);
  gpointer data;
} Start;

static void start_free(Start *start)
{
  g_free(start->config_file);
  g_free(start->data_dir);
  g_free(start);
}

/* Gives the filter a session of its own, so that it does not end together with this program. */
static void own_session(gpointer data) { setsid(); }

static void start_process(Start *start)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *program = program_find_daemon();
  char *argv[] = { program, (char *)"--config", start->config_file, (char *)"--data", start->data_dir, NULL };
  g_spawn_async(NULL, argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, own_session, NULL, NULL,
                &error);
  start->done(error, start->data);
  start_free(start);
}

static void service_answered(GObject *process, GAsyncResult *result, gpointer data)
{
  Start *start = data;
  if (!g_subprocess_wait_check_finish(G_SUBPROCESS(process), result, NULL)) {
    start_process(start);
    return;
  }
  start->done(NULL, start->data);
  start_free(start);
}

void daemon_start(const char *config_file, const char *data_dir, gboolean usual,
                  void (*done)(const GError *error, gpointer data), gpointer data)
{
  Start *start = g_new0(Start, 1);
  *start = (Start){ g_strdup(config_file), g_strdup(data_dir), done, data };
  g_autoptr(GSubprocess) service =
      usual ? g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL, "systemctl",
                               "--user", "start", "backstopd.service", NULL)
            : NULL;
  if (service == NULL)
    start_process(start);
  else
    g_subprocess_wait_async(service, NULL, service_answered, start);
}
