/* session.c - an account's connection over time.
 * Owns:     the store, the cached secret, back-off, the account's state.
 * Must not: know a protocol; decide when a pass is made.
 * Fails:    by an exit status; a ledger that cannot be written ends the worker.
 * Tests:    tests/fetcher/worker/test_session.c, tests/e2e/test_daemon.py, tests/e2e/test_proxy.py */
#include "fetcher/worker/session.h"
#include "fetcher/common/exit.h"
#include "fetcher/common/log.h"
#include "fetcher/common/program.h"
#include "fetcher/dns/look_up.h"
#include "fetcher/pass/folders.h"
#include "fetcher/pass/wishes.h"
#include "fetcher/resolver/resolver.h"
#include "fetcher/secret/secret.h"
#include "fetcher/worker/protocols.h"
#include "ledger/wish.h"
#include <poll.h>
#include <sysexits.h>

/* Seconds. */
#define RETRY_FIRST 5   /* before the second attempt in a row to connect */
#define RETRY_SECRET 60 /* before a missing password is asked for again: asking may cost the owner a prompt */
#define RETRY_MOST 900
#define RETRY_REFUSED 3600       /* after a refusal that will hardly end by itself */
#define RETRY_SIGN_IN (6 * 3600) /* servers lock accounts that are tried too often */
#define BRIEF 60                 /* a connection that lasted no longer was soon lost */
#define ROUND_WAITING (25 * 60)  /* between looks at all folders, if the server tells of new mail in the first one */
#define EMPTY_LOOKS 10           /* looks in a row without a pause, for an owner who tidies up the inbox */
#define EMPTY_MOST 120 /* the longest pause after that: it doubles with each look, for a server that cries wolf */
#define VISIT_AGAIN                                                                                                    \
  10 /* after a failure, before a visitor makes us try again: a mail program may come every minute                     \
      */
#define KEPT_OPEN (10 * 60) /* servers may end a session that is silent for 30 minutes (RFC 3501, 5.4) */

struct Session {
  const Config *config;
  const AccountConfig *account;
  Ledger *ledger;
  StoreHome home;
  gboolean once;
  gboolean (*stop)(gpointer data);
  gpointer stop_data;
  gint64 (*clock)(void); /* monotonic microseconds */
  DnsClient *names;      /* NULL: no check is on that asks for names */
  char *secret;          /* cached for as long as the server takes it */
  Store *store;          /* NULL: not connected */
  Run *run;              /* over store */
  gboolean proved;       /* a pass has gone through on this connection */
  guint failures;        /* attempts that broke in a row */
  gboolean refused;      /* the server did not take the secret, when it was asked last */
  gboolean heard;        /* a server of this account has told of news by itself */
  gboolean called;       /* the next pass is made because the server told of news */
  gboolean
      left; /* the connection was ended after a good pass, only to let other programs in: connecting again is no news */
  gboolean resting; /* until the next pass the server is left alone */
  gint64 opened;    /* monotonic microseconds */
  guint empty;      /* how often in a row the server told of news and there were none */
  guint losses;     /* connections in a row that were lost after a short time, while nothing was done on them */
  GError *problem;  /* of the last pass, NULL when it went through */
  gint64 ended;     /* that pass, monotonic microseconds */
  guint pause;      /* seconds from then until it was to be tried again */
  gboolean visited; /* the account's state says that a mail program is connected */
};

static void disconnect(Session *session)
{
  g_clear_pointer(&session->run, run_free);
  g_clear_pointer(&session->store, store_close);
  session->proved = FALSE;
}

static gboolean look_up(gpointer data, DnsCollect collect, gpointer collect_data, gint64 *left, char **problem,
                        GError **error)
{
  const Session *session = data;
  return dns_look_up(session->names, session->ledger, collect, collect_data, left, problem, error);
}

static gboolean open_connection(Session *session, GError **error)
{
  session->left = FALSE;
  session->store = protocols_open(session->account, &session->home, &session->secret, &session->refused, error);
  if (session->store == NULL) return FALSE;
  session->opened = session->clock();
  session->run =
      run_new(session->config, session->account, session->ledger, session->store, session->stop, session->stop_data);
  if (session->names != NULL) run_set_look_up(session->run, look_up, session);
  return TRUE;
}

static gboolean connect_store(Session *session, GError **error)
{
  if (!session->left && !account_set_state(session->ledger, session->account->name, ACCOUNT_CONNECTING, NULL, 0, error))
    return FALSE;
  return open_connection(session, error);
}

static guint spread(guint seconds) { return seconds * (guint)g_random_int_range(75, 126) / 100; }

/* Seconds between two looks at everything, on a connection that works. A server that offers IDLE may still never tell
 * of new mail, so it is not relied on before it has. */
static guint round_seconds(const Session *session)
{
  guint interval = session->config->interval, can = session->store != NULL ? session->store->can : 0;
  gboolean told = (can & STORE_CAN_WAIT) != 0 && (session->heard || (can & STORE_MAY_BE_MUTE) == 0);
  return told && session->account->folders[1] == NULL ? MAX(interval, ROUND_WAITING) : interval;
}

/* The account's state after a pass that ended with this problem (NULL: none), and the seconds until the next pass. */
static AccountState state_after(Session *session, const GError *problem, guint *seconds)
{
  if (problem == NULL) {
    session->failures = 0;
    *seconds = round_seconds(session);
    return session->once ? ACCOUNT_IDLE : ACCOUNT_WATCHING;
  }
  gboolean sign_in_needed = g_error_matches(problem, STORE_ERROR, STORE_ERROR_AUTH);
  if (sign_in_needed && session->refused) {
    *seconds = RETRY_SIGN_IN;
    return ACCOUNT_SIGN_IN_NEEDED;
  }
  if (g_error_matches(problem, STORE_ERROR, STORE_ERROR_FATAL) || problem->domain == CONFIG_ERROR) {
    *seconds = RETRY_REFUSED;
    return ACCOUNT_DISABLED;
  }
  guint first = sign_in_needed ? RETRY_SECRET : RETRY_FIRST;
  *seconds = spread(MIN(first << MIN(session->failures, 10), RETRY_MOST));
  session->failures++;
  return sign_in_needed ? ACCOUNT_SIGN_IN_NEEDED : ACCOUNT_RETRYING;
}

/* After a good pass: the next one must not be later than the next entry is due. An entry that was due when the pass
 * began could not be judged, and is tried again after the usual interval. */
static gboolean apply_due(Session *session, guint *seconds, GError **error)
{
  gint64 due = 0, now = run_now();
  gboolean kept = session->run->folders.moves && !session->run->brake.stuck;
  if (!journal_next_due(session->ledger, session->account->name, kept, &due, error)) return FALSE;
  if (due == 0) return TRUE;
  gint64 wait = due > session->run->pass.started ? MAX(due - now, 0) + 1 : (gint64)session->config->interval;
  *seconds = (guint)MIN((gint64)*seconds, wait);
  return TRUE;
}

/* The newest request to check, 0 when there is none. A pass must not answer a request that was made after it began. */
static gboolean newest_check(const Session *session, gint64 *newest, GError **error)
{
  g_autoptr(GPtrArray) wishes = wish_open_of(session->ledger, session->account->name, WISH_BIT(WISH_CHECK), error);
  *newest = wishes != NULL && wishes->len > 0 ? ((const Wish *)wishes->pdata[wishes->len - 1])->id : 0;
  return wishes != NULL;
}

/* One attempt to make the pass. *lost: the connection had worked before, so try another one at once. */
static gboolean attempt(Session *session, PassScope scope, gboolean *lost, GError **error)
{
  g_autoptr(GError) problem = NULL;
  *lost = FALSE;
  if (session->store == NULL && !connect_store(session, error)) return FALSE;
  if (pass_run(session->run, scope, NULL, &problem)) {
    session->proved = TRUE;
    const Pass *pass = &session->run->pass;
    session->empty = session->called && pass->scanned + pass->sent_done == 0 ? session->empty + 1 : 0;
    session->called = FALSE;
    return TRUE;
  }
  if (run_can_go_on(problem)) {
    session->proved = TRUE; /* all but one folder was looked at */
  } else {
    *lost = session->proved && g_error_matches(problem, STORE_ERROR, STORE_ERROR_LINK);
    disconnect(session);
  }
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

static gboolean tell(Session *session, AccountState state, const GError *problem, guint seconds, gint64 checks,
                     GError **error)
{
  const char *name = session->account->name, *said = problem != NULL ? problem->message : NULL;
  gint64 until = problem != NULL ? run_now() + seconds : 0;
  return account_set_state(session->ledger, name, state, said, until, error)
         && (checks == 0
             || wishes_answer_checks(session->ledger, name, checks, problem == NULL, said != NULL ? said : "checked",
                                     error));
}

/* Remembers how this pass ended, for visitors. */
static void keep_in_mind(Session *session, const GError *problem, guint seconds)
{
  g_clear_error(&session->problem);
  if (problem != NULL) session->problem = g_error_copy(problem);
  session->ended = session->clock();
  session->pause = seconds;
}

int session_pass(Session *session, PassScope scope, guint *seconds)
{
  const char *name = session->account->name;
  g_autoptr(GError) problem = NULL;
  g_autoptr(GError) unsaid = NULL;
  gint64 checks = 0;
  gboolean lost = FALSE;
  session->resting = FALSE;
  if (session->store == NULL && !session->left && scope != PASS_SWEEP) scope = PASS_WHOLE;
  if (newest_check(session, &checks, &problem)) attempt(session, scope, &lost, &problem);
  if (lost && !session->stop(session->stop_data)) {
    g_clear_error(&problem);
    if (scope != PASS_SWEEP) scope = PASS_WHOLE;
    attempt(session, scope, &lost, &problem);
  }
  if (problem != NULL && session->stop(session->stop_data)) {
    keep_in_mind(session, problem, 0);
    return exit_status(problem);
  }
  if (problem != NULL) log_problem((LogAbout){ .account = name }, problem);
  AccountState state = state_after(session, problem, seconds);
  keep_in_mind(session, problem, *seconds);
  if (scope != PASS_WHOLE && problem == NULL) checks = 0;
  if (((problem != NULL || apply_due(session, seconds, &unsaid))
       && tell(session, state, problem, *seconds, checks, &unsaid))
      || problem != NULL)
    return exit_status(problem);
  log_problem((LogAbout){ .account = name }, unsaid);
  return exit_status(unsaid);
}

static void wait_for_descriptors(const int *wake, guint n)
{
  struct pollfd fds[4] = { 0 };
  for (guint i = 0; i < n && i < G_N_ELEMENTS(fds); i++) fds[i] = (struct pollfd){ .fd = wake[i], .events = POLLIN };
  poll(fds, MIN(n, G_N_ELEMENTS(fds)), -1);
}

/* The connection was lost while nothing was done on it. Returns how long to leave the server alone: a moment, or
 * longer if connections do not last. The account's state says so. */
static guint lose(Session *session, const GError *problem)
{
  gboolean brief = session->clock() - session->opened < (gint64)BRIEF * G_USEC_PER_SEC;
  g_autoptr(GError) unsaid = NULL;
  session->losses = brief ? session->losses + 1 : 0;
  guint seconds = MAX(spread(MIN(RETRY_FIRST << MIN(session->losses, 10), RETRY_MOST)) / 2, 1);
  disconnect(session);
  if (!account_set_state(session->ledger, session->account->name, ACCOUNT_RETRYING, problem->message,
                         run_now() + seconds, &unsaid))
    log_problem((LogAbout){ .account = session->account->name }, unsaid);
  return seconds;
}

gboolean session_wait(Session *session, const int *wake, guint n, guint *seconds)
{
  g_autoptr(GError) problem = NULL;
  gboolean changed = FALSE;
  gboolean told = session->proved && !session->resting && (session->store->can & STORE_CAN_WAIT) != 0;
  gboolean held = session->store != NULL && (session->store->can & STORE_HOLDS_LOCK) != 0;
  session->left = session->left || (held && session->proved);
  if (held || (session->store != NULL && !told && !session->resting && session->config->interval > KEPT_OPEN))
    disconnect(session);
  if (!told) {
    wait_for_descriptors(wake, n);
    return FALSE;
  }
  *seconds = session->empty > EMPTY_LOOKS ? MIN(1u << MIN(session->empty - EMPTY_LOOKS - 1, 10), EMPTY_MOST) : 0;
  gboolean waited = pass_wait(session->run, wake, n, &changed, &problem);
  session->heard = session->heard || (session->store->can & STORE_MAY_BE_MUTE) == 0;
  if (waited) {
    session->called = changed;
    session->resting = changed && *seconds > 0;
    return changed;
  }
  if (run_can_go_on(problem)) { /* the folder cannot be opened, or the server does not want to tell */
    wait_for_descriptors(wake, n);
    return FALSE;
  }
  *seconds = lose(session, problem);
  return TRUE;
}

/* Must the server be left alone for now? If it could not be reached, a visitor may try again soon, since the owner
 * waits for mail. After a refused sign-in not: servers lock accounts, and asking for a secret may show a prompt. */
static gboolean is_too_early(const Session *session)
{
  if (session->store != NULL || session->problem == NULL || session->problem->domain != STORE_ERROR) return FALSE;
  gboolean sign_in_needed = session->problem->code == STORE_ERROR_AUTH;
  gint64 pause = sign_in_needed ? session->pause : MIN(session->pause, VISIT_AGAIN);
  return session->clock() - session->ended < pause * G_USEC_PER_SEC;
}

/* Connects after a failed pass, without writing to the ledger: the ledger may be the reason, and the state tells it
 * already. */
static gboolean connect_visitor(Session *session, guint *seconds, GError **error)
{
  g_autoptr(GError) problem = NULL;
  if (open_connection(session, &problem)) return TRUE;
  state_after(session, problem, seconds);
  keep_in_mind(session, problem, *seconds);
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

static void tell_visit(Session *session, gboolean visited)
{
  g_autoptr(GError) unsaid = NULL;
  session->visited = visited;
  if (!account_set_state(session->ledger, session->account->name, visited ? ACCOUNT_SERVING : ACCOUNT_WATCHING, NULL, 0,
                         &unsaid))
    log_problem((LogAbout){ .account = session->account->name }, unsaid);
}

Store *session_visit(Session *session, guint *seconds, GError **error)
{
  *seconds = 0;
  if (!is_too_early(session)) session_pass(session, PASS_LOOK, seconds);
  const GError *problem = session->problem;
  if (session->store == NULL && problem != NULL && problem->domain == STORE_ERROR) {
    g_propagate_error(error, g_error_copy(problem));
    return NULL;
  }
  if (session->store == NULL && !connect_visitor(session, seconds, error)) return NULL;
  if (problem == NULL) tell_visit(session, TRUE);
  return session->store;
}

void session_leave(Session *session)
{
  session->left = session->proved;
  disconnect(session);
  if (session->visited) tell_visit(session, FALSE);
}

Session *session_new(const Config *config, const AccountConfig *account, const StoreHome *home, gboolean once,
                     gboolean (*stop)(gpointer data), gpointer stop_data)
{
  Session *session = g_new0(Session, 1);
  session->home = *home;
  session->config = config;
  session->account = account;
  session->ledger = home->ledger;
  session->once = once;
  session->stop = stop;
  session->stop_data = stop_data;
  session->clock = g_get_monotonic_time;
  g_autofree char *resolver = program_find(RESOLVER_PROGRAM);
  if (config->signature_keys || tools_any(&config->tools))
    session->names = dns_client_new(resolver, config->dns_servers, config->dnssec);
  return session;
}

void session_set_clock(Session *session, gint64 (*clock)(void)) { session->clock = clock; }

void session_doubt(Session *session)
{
  if (session->run != NULL) folders_doubt(session->run);
}

void session_free(Session *session)
{
  if (session == NULL) return;
  disconnect(session);
  g_clear_pointer(&session->secret, secret_free);
  g_clear_error(&session->problem);
  dns_client_free(session->names);
  g_free(session);
}
