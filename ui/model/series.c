/* series.c - what came in over time
 * Owns:     which days make a bar, and which of them are waves.
 * Must not: know GTK or Cairo.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ui/model/test_settings.c */
#include "ui/model/series.h"
#include "ui/model/overview.h"
#include <glib/gi18n.h>

#define DAY ((gint64)86400)
#define BARS_MOST 90 /* more bars would be too thin to see */
#define BEFORE 30    /* a wave is compared with so many days before it */

const char *series_name(SeriesKind kind)
{
  static const char *const names[SERIES_KINDS] = {
    [SERIES_GENUINE] = N_("genuine"),
    [SERIES_UNSURE] = N_("unsure"),
    [SERIES_BACKSCATTER] = N_("backscatter"),
    [SERIES_RESTORED] = N_("restored"),
  };
  return _(names[kind]);
}

/* Puts the counts of each day into its place. A ledger written while the clock was wrong may hold days outside the time
 * shown: they are skipped. */
static void spread(guint (*counts)[SERIES_KINDS], guint n, gint64 first, const GArray *days)
{
  for (guint i = 0; i < days->len; i++) {
    const DayCount *day = &g_array_index(days, DayCount, i);
    gint64 at = (day->day - first) / DAY;
    if (at < 0 || at >= (gint64)n) continue;
    guint restored = day->restored, backscatter = day->by_verdict[VERDICT_BACKSCATTER];
    counts[at][SERIES_GENUINE] = day->by_verdict[VERDICT_GENUINE];
    counts[at][SERIES_UNSURE] = day->by_verdict[VERDICT_UNSURE];
    counts[at][SERIES_BACKSCATTER] = backscatter > restored ? backscatter - restored : 0;
    counts[at][SERIES_RESTORED] = restored;
  }
}

static gboolean is_wave(guint (*counts)[SERIES_KINDS], guint at)
{
  guint before = 0;
  for (guint i = at > BEFORE ? at - BEFORE : 0; i < at; i++) before += counts[i][SERIES_BACKSCATTER];
  return overview_is_wave(counts[at][SERIES_BACKSCATTER], before);
}

static void add_bar(Series *series, guint (*counts)[SERIES_KINDS], guint at, guint n, gint64 first)
{
  SeriesBar bar = { .begin = first + at * DAY, .days = n };
  guint sum = 0;
  for (guint i = at; i < at + n; i++) {
    for (guint kind = 0; kind < SERIES_KINDS; kind++) bar.count[kind] += counts[i][kind];
    if (is_wave(counts, i)) bar.wave = TRUE;
  }
  for (guint kind = 0; kind < SERIES_KINDS; kind++) {
    sum += bar.count[kind];
    series->total[kind] += bar.count[kind];
  }
  series->most = MAX(series->most, sum);
  g_array_append_val(series->bars, bar);
}

Series *series_read(Ledger *ledger, const char *account, guint days, gint64 now, GError **error)
{
  guint all = days + BEFORE, width = (days + BARS_MOST - 1) / BARS_MOST;
  gint64 first = (now / DAY - (gint64)all + 1) * DAY;
  g_autoptr(GArray) rows = stats_days(ledger, account, first, error);
  if (rows == NULL) return NULL;
  g_autofree guint(*counts)[SERIES_KINDS] = g_malloc0_n(all, sizeof *counts);
  spread(counts, all, first, rows);
  Series *series = g_new0(Series, 1);
  series->bars = g_array_new(FALSE, FALSE, sizeof(SeriesBar));
  for (guint at = BEFORE; at < all; at += width) add_bar(series, counts, at, MIN(width, all - at), first);
  return series;
}

void series_free(Series *series)
{
  if (series == NULL) return;
  g_array_unref(series->bars);
  g_free(series);
}

static char *day_text(gint64 seconds, const char *format)
{
  g_autoptr(GDateTime) day = g_date_time_new_from_unix_utc(seconds);
  return day != NULL ? g_date_time_format(day, format) : g_strdup("");
}

char *series_label(const SeriesBar *bar)
{
  /* Translators: a day without its year, for g_date_time_format() */
  g_autofree char *first = day_text(bar->begin, _("%-d %B"));
  if (bar->days <= 1) return g_steal_pointer(&first);
  g_autofree char *last = day_text(bar->begin + (bar->days - 1) * DAY, _("%-d %B"));
  return g_strdup_printf(_("%s to %s"), first, last);
}

char *series_csv(const Series *series)
{
  g_autoptr(GString) text = g_string_new("begin,days,genuine,unsure,backscatter,restored,wave\r\n");
  for (guint i = 0; i < series->bars->len; i++) {
    const SeriesBar *bar = &g_array_index(series->bars, SeriesBar, i);
    g_autofree char *day = day_text(bar->begin, "%F");
    g_string_append_printf(text, "%s,%u,%u,%u,%u,%u,%d\r\n", day, bar->days, bar->count[SERIES_GENUINE],
                           bar->count[SERIES_UNSURE], bar->count[SERIES_BACKSCATTER], bar->count[SERIES_RESTORED],
                           bar->wave);
  }
  return g_string_free(g_steal_pointer(&text), FALSE);
}

guint series_scale(guint n)
{
  for (guint power = 1; power < 100000000; power *= 10) {
    static const guint steps[] = { 4, 8, 12, 20, 40 };
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++)
      if (steps[i] * power >= n) return steps[i] * power;
  }
  return n;
}
