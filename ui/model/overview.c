/* overview.c - how things stand
 * Owns:     what is a wave, an alarm, a problem; the words of the menu.
 * Must not: know GTK; write.
 * Fails:    by Overview.problem.
 * Tests:    tests/ui/model/test_models.c */
#include "ui/model/overview.h"
#include "ui/model/shown.h"
#include <glib/gi18n.h>
#include <string.h>

#define DAY ((gint64)86400)
#define WAVE_LEAST 50
#define WAVE_TIMES 5
#define ALARM_LEAST 15
#define ALARM_TIMES 8
#define MONTH 30
#define RATED_AGAIN 600

gboolean overview_is_wave(guint today, guint month_before)
{
  return today >= WAVE_LEAST && (guint64)today * MONTH >= (guint64)month_before * WAVE_TIMES;
}

gboolean overview_is_alarm(guint today, guint month_before)
{
  return today >= ALARM_LEAST && (guint64)today * MONTH >= (guint64)month_before * ALARM_TIMES;
}

static gboolean read_rates(Overview *overview, Ledger *ledger, gint64 now, GError **error)
{
  guint month = 0, genuine_month = 0;
  gint64 day = now - DAY, before = now - (MONTH + 1) * DAY;
  if (!browse_judged_since(ledger, VERDICT_BACKSCATTER, day, &overview->today, error)
      || !browse_judged_since(ledger, VERDICT_BACKSCATTER, before, &month, error)
      || !browse_judged_since(ledger, VERDICT_GENUINE, day, &overview->genuine_today, error)
      || !browse_judged_since(ledger, VERDICT_GENUINE, before, &genuine_month, error))
    return FALSE;
  overview->rated = now;
  overview->wave = overview_is_wave(overview->today, month - overview->today);
  overview->alarm = overview_is_alarm(overview->genuine_today, genuine_month - overview->genuine_today);
  return TRUE;
}

/* Mail that left through an account and is not in Sent: each account for itself. */
static gboolean read_insiders(Overview *overview, Ledger *ledger, gint64 now, GError **error)
{
  overview->insiders = (Insiders){ 0 };
  for (guint i = 0; i < overview->accounts->len && !overview->insiders.alarm; i++) {
    const Account *account = overview->accounts->pdata[i];
    Insiders insiders;
    if (!insiders_count(ledger, account->name, now, &insiders, error)) return FALSE;
    if (insiders.alarm) overview->insiders = insiders;
  }
  return TRUE;
}

static GPtrArray *configured_accounts(Ledger *ledger, GError **error)
{
  GPtrArray *accounts = account_list(ledger, error);
  for (guint i = accounts != NULL ? accounts->len : 0; i > 0; i--)
    if (!((const Account *)accounts->pdata[i - 1])->configured) g_ptr_array_remove_index(accounts, i - 1);
  return accounts;
}

/* Uses the rates read before, if no entry came since and they are not old. */
static gboolean keep_rates(Overview *overview, const Overview *before, gint64 now)
{
  if (!before->there || !browse_mark_same(&before->counts.mark, &overview->counts.mark) || now < before->rated
      || now - before->rated > RATED_AGAIN)
    return FALSE;
  overview->today = before->today;
  overview->wave = before->wave;
  overview->genuine_today = before->genuine_today;
  overview->alarm = before->alarm;
  overview->insiders = before->insiders;
  overview->rated = before->rated;
  return TRUE;
}

void overview_read(Overview *overview, Ledger *ledger, const char *problem, const char *dir, const BrowseMark *looked,
                   gint64 now)
{
  g_autoptr(GError) error = NULL;
  const Overview before = *overview;
  overview_clear(overview);
  overview->runs = ledger_daemon_runs(dir);
  overview->paused = ledger != NULL ? ledger_paused_until(ledger) : 0;
  if (ledger == NULL) {
    overview->problem = g_strdup(problem);
    return;
  }
  overview->accounts = configured_accounts(ledger, &error);
  overview->there = overview->accounts != NULL && browse_counts(ledger, NULL, looked, &overview->counts, &error)
                    && (keep_rates(overview, &before, now)
                        || (read_rates(overview, ledger, now, &error) && read_insiders(overview, ledger, now, &error)));
  if (!overview->there) overview->problem = g_strdup(error != NULL ? error->message : "");
}

void overview_clear(Overview *overview)
{
  g_clear_pointer(&overview->accounts, g_ptr_array_unref);
  g_clear_pointer(&overview->problem, g_free);
  *overview = (Overview){ 0 };
}

Trouble overview_trouble(const Account *account)
{
  switch (account->state) {
  case ACCOUNT_SIGN_IN_NEEDED: return TROUBLE_SIGN_IN;
  case ACCOUNT_RETRYING:
  case ACCOUNT_DISABLED: return TROUBLE_CONNECTION;
  case ACCOUNT_IDLE:
  case ACCOUNT_CONNECTING:
  case ACCOUNT_INDEXING:
  case ACCOUNT_JUDGING:
  case ACCOUNT_WATCHING:
  case ACCOUNT_SERVING:
  case ACCOUNT_STATES: break;
  }
  return TROUBLE_NONE;
}

/* A lost connection is shown in the window only, since the filter connects again by itself: it is no problem for the
 * icon. */
OverviewIcon overview_icon(const Overview *overview)
{
  if (!overview->there || !overview->runs || overview->alarm || overview->insiders.alarm
      || overview->counts.view[BROWSE_TROUBLE] > 0)
    return OVERVIEW_PROBLEM;
  for (guint i = 0; i < overview->accounts->len; i++) {
    const Account *account = overview->accounts->pdata[i];
    if (account->state == ACCOUNT_SIGN_IN_NEEDED || account->state == ACCOUNT_DISABLED) return OVERVIEW_PROBLEM;
  }
  return overview->counts.fresh > 0 ? OVERVIEW_WAITING : OVERVIEW_IDLE;
}

/* Where the filter does not run, only a trouble lasts; a worker that was killed leaves its last state in the ledger. */
static const char *state_words(const Account *account, gboolean runs)
{
  if (!runs && overview_trouble(account) == TROUBLE_NONE) return _("not watched: the filter is not running");
  switch (account->state) {
  case ACCOUNT_CONNECTING: return _("connecting to the server");
  case ACCOUNT_INDEXING: return _("reading the Sent folder");
  case ACCOUNT_JUDGING: return _("looking at mail");
  case ACCOUNT_WATCHING: return _("watching for new mail");
  case ACCOUNT_SERVING: return _("your mail program is connected");
  case ACCOUNT_RETRYING: return _("waiting to try again");
  case ACCOUNT_SIGN_IN_NEEDED: return _("sign-in needed");
  case ACCOUNT_DISABLED: return _("disabled");
  case ACCOUNT_IDLE:
  case ACCOUNT_STATES: break;
  }
  return _("waiting for mail");
}

char *overview_state(const Account *account, gboolean runs)
{
  const char *words = state_words(account, runs);
  if (!runs || account->since == 0) return g_strdup(words);
  g_autofree char *since = shown_time(account->since);
  return g_strdup_printf(_("%s (since %s)"), words, since);
}

char *overview_waiting(const Overview *overview)
{
  guint waiting = overview->counts.view[BROWSE_WAITING], unsure = overview->counts.view[BROWSE_UNSURE];
  if (waiting == 0) return g_strdup(_("Nothing waits"));
  g_autofree char *first = g_strdup_printf(ngettext("%u waiting", "%u waiting", waiting), waiting);
  if (unsure == 0) return g_steal_pointer(&first);
  /* Translators: "3 waiting", and how many of these are unsure */
  return g_strdup_printf(_("%s (%u unsure)"), first, unsure);
}

char *overview_fresh(const Overview *overview)
{
  guint fresh = overview->counts.fresh;
  if (fresh == 0) return NULL;
  return g_strdup_printf(ngettext("%u new since you looked", "%u new since you looked", fresh), fresh);
}
