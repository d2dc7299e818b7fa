/* overview.h - how things stand, for icon, menu, notifications and the page of accounts. */
#pragma once
#include "ledger/account.h"
#include "ledger/browse.h"
#include "ledger/insider.h"

typedef enum { OVERVIEW_IDLE, OVERVIEW_WAITING, OVERVIEW_PROBLEM } OverviewIcon;

/* What is wrong with an account. */
typedef enum { TROUBLE_NONE, TROUBLE_SIGN_IN, TROUBLE_CONNECTION } Trouble;

typedef struct {
  gboolean there;      /* the ledger could be read; else only `problem` counts */
  char *problem;       /* why the ledger could not be read, one sentence; NULL */
  gboolean runs;       /* the filter runs */
  gint64 paused;       /* paused until then (Unix seconds); 0: not paused */
  BrowseCounts counts; /* its `fresh`: since the owner looked at the window */
  GPtrArray *accounts; /* Account*, the configured accounts */
  guint today;         /* backscatter judged in the last 24 hours */
  gboolean wave;       /* far more of it than usual */
  guint genuine_today; /* genuine bounces judged in the last 24 hours */
  gboolean alarm;      /* far more of these than usual: somebody may be sending with the owner's account */
  Insiders insiders;   /* of the account where there is an alarm about these; else zeros */
  gint64 rated;        /* when today, wave, genuine_today, alarm and insiders were counted */
} Overview;

/* Reads all of it. ledger NULL: it cannot be opened, and problem (copied) says why. looked: how far the owner
 * has looked; NULL: never. Values that overview held before are used again where they cannot have changed. */
void overview_read(Overview *overview, Ledger *ledger, const char *problem, const char *dir, const BrowseMark *looked,
                   gint64 now);
void overview_clear(Overview *overview);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Overview, overview_clear)

OverviewIcon overview_icon(const Overview *overview);
Trouble overview_trouble(const Account *account);
/* The account's state in words: "watching for new mail (since 12:04)". The caller frees. */
char *overview_state(const Account *account, gboolean runs);
/* "3 waiting (1 unsure)". The caller frees. */
char *overview_waiting(const Overview *overview);
/* "2 new since you looked"; NULL for none. The caller frees. */
char *overview_fresh(const Overview *overview);

/* Is `today` a wave, if the 30 days before had `month_before` in all? */
gboolean overview_is_wave(guint today, guint month_before);
/* Are so many genuine bounces in a day a reason for alarm? */
gboolean overview_is_alarm(guint today, guint month_before);
