/* stats.h - counts over time. */
#pragma once
#include "filter/filter.h"
#include "ledger/ledger.h"

typedef struct {
  gint64 day; /* Unix seconds of its start, UTC */
  guint by_verdict[VERDICT_N];
  guint quarantined, restored, deleted;
} DayCount;
/* Counts per day from `since` on, of account or (NULL) all, oldest first; days without anything are left out. GArray
 * of DayCount. */
GArray *stats_days(Ledger *ledger, const char *account, gint64 since, GError **error);
