/* program_box.c - a program that takes mail, as a box
 * Owns:     how it is run, and for how long.
 * Must not: keep mail; show what the program prints, which may be mail.
 * Fails:    STORE_ERROR_MESSAGE with the program's exit status; it may have taken the message all the same.
 * Tests:    tests/fetcher/box/test_box_store_move.c */
#include "fetcher/box/program_box.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define PATIENCE 60 /* seconds */

typedef struct {
  Box base;
  char *command;
} ProgramBox;

static char *program_stamp(Box *box, GError **error) { return g_strdup("program"); }

static gboolean program_list(Box *box, GError **error) { return TRUE; }

static gboolean program_read(Box *box, const guint *items, guint n, BoxPart part, gsize limit, BoxCallback callback,
                             gpointer data, GError **error)
{
  return TRUE;
}

static gboolean program_fetch(Box *box, guint item, int fd, GError **error)
{
  g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE, "The message is no longer there.");
  return FALSE;
}

typedef struct {
  GMainLoop *loop;
  gboolean late;
} Wait;

static void on_end(GObject *process, GAsyncResult *result, gpointer data)
{
  g_subprocess_wait_finish(G_SUBPROCESS(process), result, NULL);
  g_main_loop_quit(((Wait *)data)->loop);
}

static gboolean on_late(gpointer data)
{
  ((Wait *)data)->late = TRUE;
  g_main_loop_quit(((Wait *)data)->loop);
  return G_SOURCE_REMOVE;
}

/* FALSE: it took too long, and was killed. */
static gboolean wait_for(GSubprocess *process)
{
  g_autoptr(GMainContext) context = g_main_context_new();
  g_main_context_push_thread_default(context);
  Wait wait = { .loop = g_main_loop_new(context, FALSE) };
  GSource *clock = g_timeout_source_new_seconds(PATIENCE);
  g_source_set_callback(clock, on_late, &wait, NULL);
  g_source_attach(clock, context);
  g_subprocess_wait_async(process, NULL, on_end, &wait);
  g_main_loop_run(wait.loop);
  if (wait.late) {
    g_subprocess_force_exit(process);
    g_main_loop_run(wait.loop);
  }
  g_source_destroy(clock);
  g_source_unref(clock);
  g_main_loop_unref(wait.loop);
  g_main_context_pop_thread_default(context);
  return !wait.late;
}

static gboolean program_put(Box *base, int fd, const BoxItem *like, gint64 *key, GError **error)
{
  const ProgramBox *box = (const ProgramBox *)base;
  g_autoptr(GError) problem = NULL;
  int input = lseek(fd, 0, SEEK_SET) == 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
  if (input < 0) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "restore-command cannot be given the message: %s",
                g_strerror(errno));
    return FALSE;
  }
  g_autoptr(GSubprocessLauncher) launcher =
      g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_subprocess_launcher_take_stdin_fd(launcher, input);
  const char *argv[] = { "/bin/sh", "-c", box->command, NULL };
  g_autoptr(GSubprocess) process = g_subprocess_launcher_spawnv(launcher, argv, &problem);
  if (process == NULL) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "restore-command cannot be run: %s", problem->message);
    return FALSE;
  }
  *key = 0;
  if (!wait_for(process)) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE, "restore-command took longer than %d seconds and was ended",
                PATIENCE);
    return FALSE;
  }
  if (g_subprocess_get_successful(process)) return TRUE;
  if (g_subprocess_get_if_exited(process))
    g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE, "restore-command ended with status %d: run it by hand",
                g_subprocess_get_exit_status(process));
  else
    g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE, "restore-command was ended by signal %d: run it by hand",
                g_subprocess_get_term_sig(process));
  return FALSE;
}

static void program_free(Box *base)
{
  g_free(((ProgramBox *)base)->command);
  g_free(base);
}

static const BoxClass program_class = {
  .stamp = program_stamp,
  .list = program_list,
  .read = program_read,
  .fetch = program_fetch,
  .put = program_put,
  .free = program_free,
};

Box *program_box_new(const char *name, const char *command)
{
  ProgramBox *box = g_new0(ProgramBox, 1);
  box_init(&box->base, &program_class, name);
  box->command = g_strdup(command);
  return &box->base;
}
