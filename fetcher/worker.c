/* worker.c - the process that speaks for one account.
 * Owns:     the connection, the cached secret, the times between passes, the account's state.
 * Must not: outlive its supervisor; be trusted by it.
 * Fails:    by exiting; the supervisor starts another.
 * Tests:    tests/e2e */
#include "fetcher/worker.h"
#include "fetcher/exit.h"
#include "fetcher/grant.h"
#include "fetcher/imap.h"
#include "fetcher/log.h"
#include "fetcher/pass.h"
#include "fetcher/secret.h"
#include "fetcher/sign_in.h"
#include "filter/filter.h"
#include "ledger/wish.h"
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#define RETRY_FIRST 30 /* seconds before the first new try after a broken connection */
#define RETRY_MOST 900
#define RETRY_REFUSED 3600 /* after a refusal that will hardly mend itself */
#define MEMORY_MOST ((rlim_t)512 << 20)

typedef struct {
  Config *config;
  const AccountConfig *account;
  Ledger *ledger;
  char *secret;   /* cached for as long as the server takes it */
  gboolean ended; /* standard input is closed: the supervisor wants us gone, or is gone itself */
  gboolean woken;
  guint failures; /* passes that broke in a row */
} Worker;

static const struct {
  const char *protocol;
  StoreOpener open;
} PROTOCOLS[] = { { "imap", imap_open } };

/* Takes what is on standard input, waiting for at most `milliseconds` (-1: for ever). */
static void listen_input(Worker *worker, int milliseconds)
{
  struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
  char bytes[64];
  if (worker->ended || poll(&input, 1, milliseconds) <= 0) return;
  ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
  if (n == 0) worker->ended = TRUE;
  if (n > 0) worker->woken = TRUE;
}

static gboolean must_stop(gpointer data)
{
  Worker *worker = data;
  listen_input(worker, 0);
  return worker->ended;
}

static Store *open_store(const AccountConfig *account, const char *secret, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS(PROTOCOLS); i++)
    if (g_str_equal(PROTOCOLS[i].protocol, account->protocol)) return PROTOCOLS[i].open(account, secret, error);
  g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID, "protocol \"%s\" is not supported yet; use imap",
              account->protocol);
  return NULL;
}

static gboolean attempt(Worker *worker, gboolean wishes_only, Pass *pass, GError **error)
{
  if (!account_set_state(worker->ledger, worker->account->name, "connecting", NULL, 0, error)) return FALSE;
  g_autoptr(Store) store = sign_in(worker->account, open_store, &worker->secret, error);
  if (store == NULL) return FALSE;
  const char *doing = wishes_only ? "judging" : "indexing";
  if (!account_set_state(worker->ledger, worker->account->name, doing, NULL, 0, error)) return FALSE;
  PassRequest request = { .config = worker->config,
                          .account = worker->account,
                          .ledger = worker->ledger,
                          .store = store,
                          .stop = must_stop,
                          .stop_data = worker,
                          .wishes_only = wishes_only };
  return pass_run(&request, pass, error);
}

/* What a failed attempt means for the time to come: the state's slug, and the seconds until the next try. */
static const char *state_after(Worker *worker, const GError *problem, guint *seconds)
{
  if (problem == NULL) {
    worker->failures = 0;
    *seconds = worker->config->interval;
    return "idle";
  }
  if (g_error_matches(problem, STORE_ERROR, STORE_ERROR_AUTH)) {
    *seconds = G_MAXUINT; /* until somebody wakes us: servers lock accounts that are tried too often */
    return "sign-in-needed";
  }
  if (g_error_matches(problem, STORE_ERROR, STORE_ERROR_FATAL) || problem->domain == CONFIG_ERROR) {
    *seconds = RETRY_REFUSED;
    return "disabled";
  }
  guint wait = RETRY_FIRST << MIN(worker->failures, 5);
  worker->failures++;
  *seconds = MIN(wait, RETRY_MOST) * (guint)g_random_int_range(75, 126) / 100;
  return "retrying";
}

/* One attempt and everything that is said about it. *seconds: until the next one. */
static int make_pass(Worker *worker, gboolean wishes_only, guint *seconds)
{
  const char *name = worker->account->name;
  Pass pass = { 0 };
  gint64 started = g_get_real_time() / G_USEC_PER_SEC;
  g_autoptr(GError) problem = NULL;
  g_autoptr(GError) unsaid = NULL;
  attempt(worker, wishes_only, &pass, &problem);
  if (worker->ended && problem != NULL) return exit_status(problem);
  if (problem != NULL) log_account(G_LOG_LEVEL_WARNING, name, "%s", problem->message);
  const char *state = state_after(worker, problem, seconds);
  if (pass.waiting > 0) *seconds = MIN(*seconds, FILTER_GRACE + 1);
  const char *said = problem != NULL ? problem->message : NULL;
  if ((!account_set_state(worker->ledger, name, state, said, 0, &unsaid)
       || (!wishes_only
           && !grant_checks(worker->ledger, name, started, problem == NULL, said != NULL ? said : "checked", &unsaid)))
      && problem == NULL) {
    log_account(G_LOG_LEVEL_WARNING, name, "%s", unsaid->message);
    return exit_status(unsaid);
  }
  return exit_status(problem);
}

/* What there is to do after a wake-up: 0 nothing, 1 wishes for messages, 2 a whole pass. */
static int wanted(Worker *worker)
{
  int most = 0;
  g_autoptr(GPtrArray) wishes = wish_open(worker->ledger, worker->account->name, NULL);
  for (guint i = 0; wishes != NULL && i < wishes->len; i++) {
    const Wish *wish = wishes->pdata[i];
    most = MAX(most, wish->verb == WISH_CHECK ? 2 : 1);
  }
  return most;
}

static void live(Worker *worker)
{
  guint seconds = 0;
  gint64 next = 0;
  while (!worker->ended) {
    gint64 left = next - g_get_monotonic_time();
    if (worker->woken) {
      worker->woken = FALSE;
      int want = wanted(worker);
      if (want == 1) {
        make_pass(worker, TRUE, &seconds);
        continue;
      }
      if (want == 2) left = 0;
    }
    if (left > 0 || seconds == G_MAXUINT) {
      gint64 milliseconds = left / 1000 + 1;
      listen_input(worker, seconds == G_MAXUINT ? -1 : (int)MIN(milliseconds, G_MAXINT));
      if (worker->woken || left > 0) continue;
    }
    make_pass(worker, FALSE, &seconds);
    next = g_get_monotonic_time() + (gint64)seconds * G_USEC_PER_SEC;
  }
}

/* A crash or a hostile server costs this process only, leaves no secrets in a core dump, and nobody reads its memory.
 */
static void confine(void)
{
  struct rlimit none = { 0, 0 };
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() == 1) _exit(EX_TEMPFAIL);
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
#ifndef __SANITIZE_ADDRESS__
  struct rlimit memory = { MEMORY_MOST, RLIM_INFINITY };
  getrlimit(RLIMIT_AS, &memory);
  memory.rlim_cur = MIN(MEMORY_MOST, memory.rlim_max);
  setrlimit(RLIMIT_AS, &memory);
#endif
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
}

int worker_main(const char *config_file, const char *data_dir, const char *account, gboolean once)
{
  Worker worker = { 0 };
  g_autoptr(GError) problem = NULL;
  guint seconds;
  confine();
  filter_init();
  int status = EX_OK;
  g_autoptr(Config) config = config_load(config_file, &problem);
  g_autoptr(Ledger) ledger = config != NULL ? ledger_open(data_dir, LEDGER_EXISTING, &problem) : NULL;
  worker.config = config;
  worker.ledger = ledger;
  worker.account = config != NULL ? config_account(config, account) : NULL;
  if (ledger == NULL || worker.account == NULL) {
    log_account(G_LOG_LEVEL_WARNING, account, "%s",
                problem != NULL ? problem->message : "the configuration no longer names it");
    return problem != NULL ? exit_status(problem) : EX_CONFIG;
  }
  if (once)
    status = make_pass(&worker, FALSE, &seconds);
  else
    live(&worker);
  g_clear_pointer(&worker.secret, secret_free);
  return status;
}
