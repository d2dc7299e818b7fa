/* supervisor.c - keeps one worker per account running.
 * Owns:     worker processes and the pipes to them, the daemon's lock.
 * Must not: parse mail, speak to servers, judge.
 * Fails:    by an exit status, before any worker was started.
 * Tests:    tests/e2e/test_daemon.py, tests/e2e/test_watch.py; restart.c has the times of restarts */
#include "fetcher/daemon/supervisor.h"
#include "fetcher/common/exit.h"
#include "fetcher/common/log.h"
#include "fetcher/common/program.h"
#include "fetcher/config/config.h"
#include "fetcher/daemon/config_watch.h"
#include "fetcher/daemon/configuration.h"
#include "fetcher/daemon/notify.h"
#include "fetcher/daemon/restart.h"
#include "ledger/account.h"
#include "ledger/running.h"
#include "ledger/wish.h"
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define STOP_MILLISECONDS 1500
/* A commit can be seen only after its last write is synced, and no event tells when that is. So after each event the
 * ledger is looked at several times, after longer and longer pauses. */
#define LOOK_FIRST 20 /* milliseconds */
#define LOOK_LAST 1280
#define LISTEN_AGAIN 80 /* with the look that comes so long after the one before: a busy worker writes all the time */
#define CONFIG_AGAIN 3  /* seconds until a configuration is tried again for which the ledger was busy */
#define WORKER "backstop-worker"

typedef struct Supervisor Supervisor;

typedef struct {
  Supervisor *supervisor;
  char *account;
  GPid pid; /* 0: not running */
  int pipe; /* its standard input, -1 */
  guint watch, restart;
  guint wait;       /* of restart_after() */
  gint64 started;   /* monotonic */
  gint64 woken_for; /* the newest request that the worker was woken for */
  int status;       /* of its end, with once */
} Child;

struct Supervisor {
  const SupervisorOptions *options;
  Config *config;
  int copy; /* of the configuration, for the workers */
  ConfigWatch *config_watch;
  Ledger *ledger;
  GMainLoop *loop;
  GPtrArray *children;  /* Child* */
  char *program;        /* the worker's file */
  int events;           /* inotify's descriptor for the data folder, -1 */
  guint listen;         /* its source; 0 for a moment after each event */
  gint64 version;       /* the ledger's data_version when last looked at */
  guint again;          /* the source that tries a configuration again */
  guint look, distance; /* the source of the next look, and how long after the one before it comes */
  int lock;
  gboolean stopping;
};

static void start(Child *child);

static void drop_pipe(Child *child)
{
  if (child->pipe >= 0) close(child->pipe);
  child->pipe = -1;
}

static void child_free(gpointer data)
{
  Child *child = data;
  if (child->watch != 0) g_source_remove(child->watch);
  if (child->restart != 0) g_source_remove(child->restart);
  drop_pipe(child);
  if (child->pid != 0) {
    kill(child->pid, SIGKILL);
    waitpid(child->pid, NULL, 0);
  }
  g_free(child->account);
  g_free(child);
}

static guint running(const Supervisor *supervisor)
{
  guint n = 0;
  for (guint i = 0; i < supervisor->children->len; i++) n += ((Child *)supervisor->children->pdata[i])->pid != 0;
  return n;
}

static gboolean restart(gpointer data)
{
  Child *child = data;
  child->restart = 0;
  start(child);
  return G_SOURCE_REMOVE;
}

/* ran: microseconds, 0 when it could not be started. */
static void restart_later(Child *child, gint64 ran)
{
  child->restart = g_timeout_add_seconds(restart_after(&child->wait, ran), restart, child);
}

/* A worker ends by itself only if it cannot go on. The log has what it said. */
static void tell_end(Child *child, int status)
{
  gboolean failed = WIFEXITED(status) && WEXITSTATUS(status) != EX_OK && !child->supervisor->options->once;
  if (WIFSIGNALED(status) || failed) {
    g_autofree char *text =
        WIFSIGNALED(status) ? g_strdup_printf(
            "its worker was ended by signal %d; nothing is lost, it goes on from there", WTERMSIG(status))
                            : g_strdup_printf("its worker ended with status %d: the log says why", WEXITSTATUS(status));
    g_autoptr(GError) problem = NULL;
    log_about(G_LOG_LEVEL_WARNING, (LogAbout){ .account = child->account, .code = "worker-died" }, "%s", text);
    if (!account_set_state(child->supervisor->ledger, child->account, ACCOUNT_RETRYING, text, 0, &problem))
      log_problem((LogAbout){ .account = child->account }, problem);
  }
  child->status = WIFEXITED(status) ? WEXITSTATUS(status) : EX_SOFTWARE;
}

static void on_end(GPid pid, int status, gpointer data)
{
  Child *child = data;
  Supervisor *supervisor = child->supervisor;
  child->watch = 0;
  child->pid = 0;
  g_spawn_close_pid(pid);
  drop_pipe(child);
  if (!supervisor->stopping) tell_end(child, status);
  if (supervisor->options->once || supervisor->stopping) {
    if (running(supervisor) == 0) g_main_loop_quit(supervisor->loop);
    return;
  }
  restart_later(child, g_get_monotonic_time() - child->started);
}

static void start(Child *child)
{
  Supervisor *supervisor = child->supervisor;
  const SupervisorOptions *options = supervisor->options;
  const char *argv[] = { supervisor->program,
                         "--config",
                         options->config_file,
                         "--data",
                         options->data_dir,
                         child->account,
                         options->sweep  ? "--sweep"
                         : options->once ? "--once"
                                         : NULL,
                         NULL };
  const int given[] = { supervisor->lock, supervisor->copy }, targets[] = { PROGRAM_LOCK, PROGRAM_CONFIG };
  g_autoptr(GError) problem = NULL;
  if (!g_spawn_async_with_pipes_and_fds(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, -1, -1, -1, given,
                                        targets, G_N_ELEMENTS(given), &child->pid, &child->pipe, NULL, NULL,
                                        &problem)) {
    log_about(G_LOG_LEVEL_WARNING, (LogAbout){ .account = child->account, .code = "worker-not-started" },
              "its worker cannot be started: %s", problem->message);
    child->pid = 0;
    child->status = EX_OSERR;
    if (!options->once) restart_later(child, 0);
    return;
  }
  child->started = g_get_monotonic_time();
  child->watch = g_child_watch_add(child->pid, on_end, child);
}

static void add_child(Supervisor *supervisor, const char *account)
{
  Child *child = g_new0(Child, 1);
  child->supervisor = supervisor;
  child->account = g_strdup(account);
  child->pipe = -1;
  g_ptr_array_add(supervisor->children, child);
  start(child);
}

static gboolean chosen(const Supervisor *supervisor, const AccountConfig *account)
{
  return supervisor->options->account == NULL || g_str_equal(supervisor->options->account, account->name);
}

static void start_all(Supervisor *supervisor)
{
  for (guint i = 0; i < supervisor->config->accounts->len; i++) {
    const AccountConfig *account = supervisor->config->accounts->pdata[i];
    if (chosen(supervisor, account)) add_child(supervisor, account->name);
  }
}

/* The newest open request of the account, 0: none. */
static gint64 newest_wish(const GPtrArray *wishes, const char *account)
{
  gint64 newest = 0;
  for (guint i = 0; i < wishes->len; i++) {
    const Wish *wish = wishes->pdata[i];
    if (g_strcmp0(wish->account, account) == 0) newest = MAX(newest, wish->id);
  }
  return newest;
}

static void wake(Supervisor *supervisor)
{
  g_autoptr(GError) problem = NULL;
  gint64 version = ledger_data_version(supervisor->ledger, &problem);
  if (version >= 0 && version == supervisor->version) return;
  supervisor->version = version;
  g_autoptr(GPtrArray) wishes = problem == NULL ? wish_open(supervisor->ledger, NULL, &problem) : NULL;
  if (wishes == NULL) {
    log_problem((LogAbout){ 0 }, problem);
    return;
  }
  for (guint i = 0; i < supervisor->children->len; i++) {
    Child *child = supervisor->children->pdata[i];
    gint64 newest = newest_wish(wishes, child->account);
    if (newest <= child->woken_for || child->pipe < 0) continue;
    if (write(child->pipe, "w", 1) == 1 || errno == EAGAIN) child->woken_for = newest;
  }
}

static gboolean on_change(int fd, GIOCondition condition, gpointer data);

static gboolean look(gpointer data)
{
  Supervisor *supervisor = data;
  wake(supervisor);
  if (supervisor->listen == 0 && supervisor->distance >= LISTEN_AGAIN)
    supervisor->listen = g_unix_fd_add(supervisor->events, G_IO_IN, on_change, supervisor);
  supervisor->distance *= 2;
  supervisor->look = supervisor->distance > LOOK_LAST ? 0 : g_timeout_add(supervisor->distance, look, supervisor);
  return G_SOURCE_REMOVE;
}

/* The kind of event does not matter, nor whether events were lost: the ledger may have a new commit. */
static gboolean on_change(int fd, GIOCondition condition, gpointer data)
{
  Supervisor *supervisor = data;
  char events[4096];
  while (read(fd, events, sizeof events) > 0) continue;
  if (supervisor->look != 0) g_source_remove(supervisor->look);
  supervisor->distance = LOOK_FIRST;
  supervisor->look = g_timeout_add(LOOK_FIRST, look, supervisor);
  supervisor->listen = 0;
  return G_SOURCE_REMOVE;
}

static gboolean give_up(gpointer data)
{
  Supervisor *supervisor = data;
  g_main_loop_quit(supervisor->loop); /* what still runs is killed with its child_free() */
  return G_SOURCE_REMOVE;
}

static gboolean on_stop(gpointer data)
{
  Supervisor *supervisor = data;
  if (supervisor->stopping) return G_SOURCE_CONTINUE;
  supervisor->stopping = TRUE;
  notify_state(NOTIFY_STOPPING);
  for (guint i = 0; i < supervisor->children->len; i++) {
    Child *child = supervisor->children->pdata[i];
    if (child->restart != 0) g_source_remove(child->restart);
    child->restart = 0;
    drop_pipe(child); /* a worker that hears its input end stops */
  }
  if (running(supervisor) == 0)
    g_main_loop_quit(supervisor->loop);
  else
    g_timeout_add(STOP_MILLISECONDS, give_up, supervisor);
  return G_SOURCE_CONTINUE;
}

/* Runs by this configuration from now on. config becomes the supervisor's. */
static gboolean take_config(Supervisor *supervisor, Config *config, GError **error)
{
  int copy = configuration_copy(config, error);
  if (copy < 0 || !configuration_tell(supervisor->ledger, config, error)) {
    if (copy >= 0) close(copy);
    config_free(config);
    return FALSE;
  }
  /* Workers of before end first, so that none runs by another configuration than the ledger names. A worker may be
   * ended at any moment: the next one settles what the journal has unfinished. */
  g_ptr_array_set_size(supervisor->children, 0);
  config_free(supervisor->config);
  if (supervisor->copy >= 0) close(supervisor->copy);
  supervisor->config = config;
  supervisor->copy = copy;
  return running_set(supervisor->ledger, supervisor->options->config_file, config->digest, error);
}

static void reload(Supervisor *supervisor)
{
  g_autoptr(GError) problem = NULL;
  Config *config = config_load(supervisor->options->config_file, &problem);
  if (config == NULL || !take_config(supervisor, config, &problem)) configuration_refuse(supervisor->ledger, problem);
  if (supervisor->children->len == 0) start_all(supervisor);
}

static gboolean on_again(gpointer data);

/* What the ledger was too busy for is told again. config: what the file says; NULL: nothing that will do. */
static void tell_later(Supervisor *supervisor, const Config *config)
{
  if (supervisor->again == 0 && !configuration_is_told(supervisor->ledger, config))
    supervisor->again = g_timeout_add_seconds(CONFIG_AGAIN, on_again, supervisor);
}

/* Most changes are none: an editor may save what was there before. */
static void on_config(gpointer data)
{
  Supervisor *supervisor = data;
  g_autoptr(GError) problem = NULL;
  if (supervisor->stopping) return;
  g_autoptr(Config) config = config_load(supervisor->options->config_file, &problem);
  if (config == NULL)
    configuration_refuse(supervisor->ledger, problem);
  else if (!g_str_equal(config->digest, supervisor->config->digest))
    reload(supervisor);
  else if (!running_set(supervisor->ledger, supervisor->options->config_file, config->digest, &problem))
    log_problem((LogAbout){ 0 }, problem);
  tell_later(supervisor, config);
}

static gboolean on_again(gpointer data)
{
  ((Supervisor *)data)->again = 0;
  on_config(data);
  return G_SOURCE_REMOVE;
}

static gboolean on_reload(gpointer data)
{
  notify_state(NOTIFY_RELOADING);
  reload(data);
  tell_later(data, ((Supervisor *)data)->config);
  notify_state(NOTIFY_READY);
  return G_SOURCE_CONTINUE;
}

static gboolean prepare(Supervisor *supervisor, GError **error)
{
  const SupervisorOptions *options = supervisor->options;
  supervisor->program = program_find(WORKER);
  if (supervisor->program == NULL) {
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "the program " WORKER " is missing: install Backstop anew");
    return FALSE;
  }
  g_autoptr(Config) config = config_load(options->config_file, error);
  if (config == NULL) return FALSE;
  if (options->account != NULL && config_account(config, options->account) == NULL) {
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID, "there is no account \"%s\" in %s", options->account,
                options->config_file);
    return FALSE;
  }
  supervisor->lock = ledger_lock_daemon(options->data_dir, error);
  if (supervisor->lock < 0) return FALSE;
  supervisor->ledger = ledger_open(options->data_dir, LEDGER_CREATE, error);
  return supervisor->ledger != NULL && take_config(supervisor, g_steal_pointer(&config), error)
         && configuration_tell_start(supervisor->ledger, supervisor->config, options->account, error);
}

/* Mail is filtered without it, too: status tells where the file has changed meanwhile. */
static void watch_config(Supervisor *supervisor)
{
  g_autoptr(GError) problem = NULL;
  supervisor->config_watch = config_watch_new(supervisor->options->config_file, on_config, supervisor, &problem);
  if (supervisor->config_watch == NULL) log_problem((LogAbout){ .code = "config-not-watched" }, problem);
}

static gboolean watch_ledger(Supervisor *supervisor, GError **error)
{
  const char *folder = supervisor->options->data_dir;
  supervisor->events = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (supervisor->events < 0
      || inotify_add_watch(supervisor->events, folder, IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0) {
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno),
                "Changes in %s cannot be watched (%s): raise fs.inotify.max_user_watches or max_user_instances.",
                folder, g_strerror(errno));
    return FALSE;
  }
  supervisor->listen = g_unix_fd_add(supervisor->events, G_IO_IN, on_change, supervisor);
  return TRUE;
}

static int first_failure(const Supervisor *supervisor)
{
  for (guint i = 0; i < supervisor->children->len; i++) {
    const Child *child = supervisor->children->pdata[i];
    if (child->status != EX_OK) return child->status;
  }
  return EX_OK;
}

static int run(Supervisor *supervisor)
{
  supervisor->loop = g_main_loop_new(NULL, FALSE);
  guint sources[] = { g_unix_signal_add(SIGTERM, on_stop, supervisor), g_unix_signal_add(SIGINT, on_stop, supervisor),
                      g_unix_signal_add(SIGHUP, on_reload, supervisor) };
  if (!supervisor->options->once) watch_config(supervisor);
  start_all(supervisor);
  notify_state(NOTIFY_READY);
  if (running(supervisor) > 0 || !supervisor->options->once) g_main_loop_run(supervisor->loop);
  int status = supervisor->options->once ? supervisor->stopping ? EX_TEMPFAIL : first_failure(supervisor) : EX_OK;
  g_ptr_array_set_size(supervisor->children, 0);
  for (gsize i = 0; i < G_N_ELEMENTS(sources); i++) g_source_remove(sources[i]);
  if (supervisor->look != 0) g_source_remove(supervisor->look);
  if (supervisor->listen != 0) g_source_remove(supervisor->listen);
  if (supervisor->again != 0) g_source_remove(supervisor->again);
  g_main_loop_unref(supervisor->loop);
  return status;
}

int supervisor_run(const SupervisorOptions *options)
{
  Supervisor supervisor = {
    .options = options, .copy = -1, .lock = -1, .events = -1, .children = g_ptr_array_new_with_free_func(child_free)
  };
  g_autoptr(GError) problem = NULL;
  /* For the workers, which give memory back when they rest: GLib's own allocator never does. */
  g_setenv("G_SLICE", "always-malloc", FALSE);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is like a full disk: no reason to be killed */
  int status;
  if (!prepare(&supervisor, &problem) || (!options->once && !watch_ledger(&supervisor, &problem))) {
    log_problem((LogAbout){ 0 }, problem);
    status = exit_status(problem);
  } else {
    status = run(&supervisor);
  }
  g_ptr_array_unref(supervisor.children);
  g_free(supervisor.program);
  config_watch_free(supervisor.config_watch);
  if (supervisor.events >= 0) close(supervisor.events);
  if (supervisor.copy >= 0) close(supervisor.copy);
  g_clear_pointer(&supervisor.ledger, ledger_close);
  g_clear_pointer(&supervisor.config, config_free);
  if (supervisor.lock >= 0) close(supervisor.lock);
  return status;
}
