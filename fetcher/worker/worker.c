/* worker.c - the process that speaks for one account.
 * Owns:     the times of passes: by the clock, by mail, by the supervisor's word.
 * Must not: outlive its supervisor; be trusted by it.
 * Fails:    by exiting; the supervisor starts another.
 * Tests:    tests/e2e */
#include "fetcher/worker/worker.h"
#include "fetcher/common/exit.h"
#include "fetcher/common/log.h"
#include "fetcher/common/program.h"
#include "fetcher/worker/doorman.h"
#include "fetcher/worker/session.h"
#include "filter/filter.h"
#include "ledger/account.h"
#include "ledger/forget.h"
#include "ledger/wish.h"
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <sysexits.h>
#include <unistd.h>

#define TIDY_AGAIN ((gint64)86400 * G_USEC_PER_SEC)
#define TIDY_AT_ONCE 1000 /* entries in one transaction: others wait for it */

#define MEMORY_MOST ((rlim_t)512 << 20)
#define ROOM_MOST ((gint64)128 << 20) /* bytes of the ledger that are copied at once: well below MEMORY_MOST */

typedef struct {
  Ledger *ledger;
  const char *account;
  Config *config;
  gboolean observe; /* as the configuration says it */
  int clock;        /* a timer that goes on while the computer sleeps: the next pass is due */
  gboolean ended;   /* standard input is closed: the supervisor wants us gone, or is gone itself */
  gboolean woken;   /* the supervisor says that there are new requests */
  Doorman *doorman; /* NULL: no door */
  gint64 tidied;    /* the ledger, monotonic microseconds; 0: never */
} Worker;

/* Takes what is on standard input, without waiting. */
static void listen_input(Worker *worker)
{
  struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
  char bytes[64];
  if (worker->ended || poll(&input, 1, 0) <= 0) return;
  ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
  if (n == 0) worker->ended = TRUE;
  if (n > 0) worker->woken = TRUE;
}

static gboolean must_stop(gpointer data)
{
  Worker *worker = data;
  listen_input(worker);
  return worker->ended;
}

static void set_clock(const Worker *worker, guint seconds)
{
  struct itimerspec when = { .it_value = { .tv_sec = seconds, .tv_nsec = 1 } };
  timerfd_settime(worker->clock, 0, &when, NULL);
}

/* Has the clock rung since it was set? Asking resets it. */
static gboolean clock_rang(const Worker *worker)
{
  guint64 times = 0;
  return read(worker->clock, &times, sizeof times) == sizeof times;
}

/* Is there an open request? *scope: the pass that grants all of them. */
static gboolean wanted(const Worker *worker, PassScope *scope)
{
  g_autoptr(GPtrArray) all = wish_open(worker->ledger, worker->account, NULL);
  g_autoptr(GPtrArray) messages = wish_open_of(worker->ledger, worker->account, WISH_OF_MESSAGES, NULL);
  *scope = PASS_WHOLE;
  if (all == NULL || messages == NULL) return TRUE; /* the ledger does not tell now: make a pass */
  if (all->len == messages->len) *scope = PASS_WISHES;
  return all->len > 0;
}

/* While the owner has paused the filter, it only observes; it moves that mail after the pause. Call this before each
 * pass. *seconds: how long the pause lasts, 0: no pause. */
static void apply_pause(Worker *worker, Session *session, guint *seconds)
{
  gint64 until = ledger_paused_until(worker->ledger), now = g_get_real_time() / G_USEC_PER_SEC;
  gboolean observe = worker->observe || until != 0;
  *seconds = until != 0 ? (guint)MAX(until - now, 0) + 1 : 0;
  if (worker->config->observe == observe) return;
  worker->config->observe = observe;
  session_doubt(session);
}

/* Waits until a pass is due. FALSE: the worker's time is over. */
static gboolean wait_for_pass(Worker *worker, Session *session, PassScope *scope)
{
  while (!must_stop(worker)) {
    const int wake[] = { STDIN_FILENO, worker->clock, worker->doorman != NULL ? doorman_fd(worker->doorman) : -1 };
    guint seconds = 0, pause = 0;
    if (worker->woken) {
      worker->woken = FALSE;
      if (wanted(worker, scope)) return TRUE;
    }
    *scope = PASS_LOOK;
    if (clock_rang(worker)) return TRUE;
    apply_pause(worker, session, &pause); /* a visit at the door is a pass, too */
    if (worker->doorman != NULL && doorman_serve(worker->doorman, &seconds)) {
      if (seconds > 0) set_clock(worker, pause != 0 ? MIN(seconds, pause) : seconds);
      ledger_rest(worker->ledger);
      continue;
    }
    if (!session_wait(session, wake, G_N_ELEMENTS(wake), &seconds)) continue;
    if (seconds == 0) return TRUE;
    set_clock(worker, seconds);
  }
  return FALSE;
}

/* Once a day: what the ledger no longer needs goes. A failure is told in the log, and tried again the next day. */
static void tidy(Worker *worker)
{
  gint64 now = g_get_monotonic_time(), before = g_get_real_time() / G_USEC_PER_SEC;
  g_autoptr(GError) problem = NULL;
  guint n = TIDY_AT_ONCE;
  if (worker->tidied != 0 && now - worker->tidied < TIDY_AGAIN) return;
  worker->tidied = now;
  before -= (gint64)worker->config->keep_days * 86400;
  while (n == TIDY_AT_ONCE && !must_stop(worker) && forget_evidence(worker->ledger, before, TIDY_AT_ONCE, &n, &problem))
    ;
  if (problem == NULL) forget_room(worker->ledger, ROOM_MOST, &problem);
  if (problem != NULL) log_problem((LogAbout){ .account = worker->account, .code = "tidy" }, problem);
}

static void live(Worker *worker, Session *session)
{
  PassScope scope = PASS_WHOLE;
  if (worker->doorman != NULL)
    doorman_fd(worker->doorman); /* a client that comes during the first pass waits for its end */
  do {
    guint seconds = 0, pause = 0;
    apply_pause(worker, session, &pause);
    session_pass(session, scope, &seconds);
    set_clock(worker, pause != 0 ? MIN(seconds, pause) : seconds);
    tidy(worker);
    ledger_rest(worker->ledger);
    malloc_trim(0);
  } while (wait_for_pass(worker, session, &scope));
}

/* Limits the damage of a crash or a hostile server to this process: no core dump with secrets, no reading of its
 * memory by others, a limit on its memory. */
static void confine(void)
{
  struct rlimit none = { 0, 0 };
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() == 1) _exit(EX_TEMPFAIL);
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
#ifndef BACKSTOP_ASAN
  struct rlimit memory = { MEMORY_MOST, RLIM_INFINITY };
  getrlimit(RLIMIT_AS, &memory);
  memory.rlim_cur = MIN(MEMORY_MOST, memory.rlim_max);
  setrlimit(RLIMIT_AS, &memory);
#endif
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
}

/* What an earlier worker told of its door is no longer so where there is none. */
static void forget_door(const Worker *worker)
{
  g_autoptr(GError) problem = NULL;
  if (worker->doorman != NULL || account_set_notice(worker->ledger, worker->account, NOTICE_DOOR, NULL, &problem))
    return;
  log_problem((LogAbout){ .account = worker->account, .code = "door" }, problem);
}

static int work(Worker *worker, Session *session, WorkerOnce once)
{
  guint seconds;
  if (once != WORKER_LIVE) {
    int status = session_pass(session, once == WORKER_SWEEP ? PASS_SWEEP : PASS_WHOLE, &seconds);
    tidy(worker);
    return status;
  }
  worker->clock = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
  if (worker->clock < 0) return EX_OSERR;
  live(worker, session);
  close(worker->clock);
  return EX_OK;
}

int worker_main(const char *config_file, const char *data_dir, const char *name, WorkerOnce once)
{
  g_autoptr(GError) problem = NULL;
  confine();
  filter_init();
  g_autoptr(Config) config = config_load_open(PROGRAM_CONFIG, config_file, &problem);
  g_autoptr(Ledger) ledger = config != NULL ? ledger_open(data_dir, LEDGER_EXISTING, &problem) : NULL;
  const AccountConfig *account = config != NULL ? config_account(config, name) : NULL;
  if (ledger == NULL || account == NULL) {
    log_account(G_LOG_LEVEL_WARNING, name, "%s",
                problem != NULL ? problem->message : "it is no longer in the configuration");
    return problem != NULL ? exit_status(problem) : EX_CONFIG;
  }
  Worker worker = { .ledger = ledger, .account = name, .config = config, .observe = config->observe, .clock = -1 };
  StoreHome home = { ledger, data_dir };
  g_autoptr(Session) session = session_new(config, account, &home, once != WORKER_LIVE, must_stop, &worker);
  g_autoptr(Doorman) doorman =
      once == WORKER_LIVE ? doorman_new(config, account, ledger, session, must_stop, &worker) : NULL;
  worker.doorman = doorman;
  forget_door(&worker);
  return work(&worker, session, once);
}
