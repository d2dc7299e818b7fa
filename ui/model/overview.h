/* overview.h - how things stand, for icon, menu, notifications and the page of accounts. */
#pragma once
#include "ledger/account.h"
#include "ledger/browse.h"

typedef enum { OVERVIEW_IDLE, OVERVIEW_WAITING, OVERVIEW_PROBLEM } OverviewIcon;

/* What an account needs of its owner. */
typedef enum { TROUBLE_NONE, TROUBLE_SIGN_IN, TROUBLE_CONNECTION } Trouble;

typedef struct {
  gboolean there;      /* the ledger could be read; else only `problem` counts */
  char *problem;       /* why not, one sentence; NULL */
  gboolean runs;       /* the filter does */
  gint64 paused;       /* until then; 0: it is not */
  BrowseCounts counts; /* new: since the window was looked at */
  GPtrArray *accounts; /* Account*, configured ones */
  guint today;         /* backscatter judged in the last 24 hours */
  gboolean wave;       /* far more than usual */
  guint genuine_today; /* bounces for the owner's own mail in that time */
  gboolean alarm;      /* far more than usual: somebody may be sending with the owner's account */
  gint64 rated;        /* when these four were counted */
} Overview;

/* ledger NULL: it cannot be opened, and problem (copied) says why. looked: up to which id was looked. What
 * overview held before is used again where it cannot have changed. */
void overview_read(Overview *overview, Ledger *ledger, const char *problem, const char *dir, gint64 looked, gint64 now);
void overview_clear(Overview *overview);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Overview, overview_clear)

OverviewIcon overview_icon(const Overview *overview);
Trouble overview_trouble(const Account *account);
/* The accounts' state in words: "watching for new mail (since 12:04)". The caller frees. */
char *overview_state(const Account *account, gboolean runs);
/* "3 waiting (1 unsure)". The caller frees. */
char *overview_waiting(const Overview *overview);
/* "2 new since you looked"; NULL for none. The caller frees. */
char *overview_fresh(const Overview *overview);

/* Is so many in a day a wave, where the 30 days before had so many in all? */
gboolean overview_is_wave(guint today, guint month_before);
/* Is so many bounces for own mail in a day a reason for alarm? */
gboolean overview_is_alarm(guint today, guint month_before);
