/* stats.h - counts over time. */
#pragma once
#include "filter/filter.h"
#include "ledger/ledger.h"

typedef struct {
  gint64 day; /* Unix seconds of its start, UTC */
  guint by_verdict[VERDICT_N];
  guint quarantined, restored, deleted;
} DayCount;
/* Counts per day from `since` on, of account or (NULL) all, oldest first; days without entries are left out. GArray of
 * DayCount. */
GArray *stats_days(Ledger *ledger, const char *account, gint64 since, GError **error);

/* Counts who is behind the backscatter and the unsure reports since then: servers that wrote the reports (their
 * addresses), or the senders that the originals claimed, most reports first. GArray of TopCount, at most `most`. */
typedef enum { STATS_REPORTERS, STATS_FORGED } StatsWho;
typedef struct {
  char *name; /* the address where there is one, in lower case */
  guint count;
} TopCount;
GArray *stats_top(Ledger *ledger, StatsWho who, const char *account, gint64 since, guint most, GError **error);
