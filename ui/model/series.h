/* series.h - what came in over time, as a picture and a table show it. */
#pragma once
#include "ledger/stats.h"

typedef enum { SERIES_GENUINE, SERIES_UNSURE, SERIES_BACKSCATTER, SERIES_RESTORED, SERIES_KINDS } SeriesKind;

/* One bar: one day or, in a long series, more. Days are UTC, as the ledger counts. */
typedef struct {
  gint64 begin; /* Unix seconds */
  guint days;
  guint count[SERIES_KINDS]; /* backscatter: without what was restored in that time */
  gboolean wave;             /* far more backscatter than in the 30 days before */
} SeriesBar;

typedef struct {
  GArray *bars; /* SeriesBar, oldest first, without holes */
  guint most;   /* the highest bar, all kinds added up */
  guint total[SERIES_KINDS];
} Series;

/* Reads the last `days` days; the last one is the day of `now`. account NULL: all. */
Series *series_read(Ledger *ledger, const char *account, guint days, gint64 now, GError **error);
void series_free(Series *series);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Series, series_free)

/* "genuine", in the user's language; static. */
const char *series_name(SeriesKind kind);
/* "3 March", or "3 to 9 March" for a bar of several days. The caller frees. */
char *series_label(const SeriesBar *bar);
/* As CSV (RFC 4180): a line of titles, then a line for each day. No field can look like a formula to a spreadsheet. */
char *series_csv(const Series *series);
/* The end of the picture's scale: a round number, not below n, whose quarter is round, too. */
guint series_scale(guint n);
