/* chart.c - stacked bars, drawn with Cairo
 * Owns:     the picture's geometry and colours.
 * Must not: read the ledger.
 * Fails:    G_IO_ERROR from chart_save().
 * Tests:    tests/ui/tray/test_tray_window.c */
#include "ui/tray/chart.h"
#include <glib/gi18n.h>
#include <math.h>

#define LEFT 48.0
#define RIGHT 12.0
#define ABOVE 26.0
#define BELOW 30.0
#define LEGEND 30.0
#define LINES 4
#define FONT 12.0

typedef struct {
  cairo_t *cairo;
  const Series *series;
  double x, y, width, height, step; /* the area in which the bars are drawn */
  guint scale;
  const ChartColours *colours;
} Chart;

/* The colours differ in lightness, too, for people who cannot tell red from green. */
void chart_colour(SeriesKind kind, GdkRGBA *colour)
{
  static const GdkRGBA colours[SERIES_KINDS] = {
    [SERIES_GENUINE] = { 0.18, 0.62, 0.42, 1 },
    [SERIES_UNSURE] = { 0.93, 0.72, 0.25, 1 },
    [SERIES_BACKSCATTER] = { 0.29, 0.49, 0.78, 1 },
    [SERIES_RESTORED] = { 0.72, 0.40, 0.72, 1 },
  };
  *colour = colours[kind];
}

static void text_at(const Chart *chart, const char *text, double x, double y, double align)
{
  PangoLayout *layout = pango_cairo_create_layout(chart->cairo);
  PangoFontDescription *font = pango_font_description_from_string("Sans");
  int width, height;
  pango_font_description_set_absolute_size(font, FONT * PANGO_SCALE);
  pango_layout_set_font_description(layout, font);
  pango_layout_set_text(layout, text, -1);
  pango_layout_get_pixel_size(layout, &width, &height);
  cairo_move_to(chart->cairo, floor(x - width * align), floor(y - height / 2.0));
  pango_cairo_show_layout(chart->cairo, layout);
  pango_font_description_free(font);
  g_object_unref(layout);
}

static void set_text_colour(const Chart *chart, double alpha)
{
  const GdkRGBA *text = &chart->colours->text;
  cairo_set_source_rgba(chart->cairo, text->red, text->green, text->blue, alpha);
}

static void draw_scale(const Chart *chart)
{
  for (guint i = 0; i <= LINES; i++) {
    double y = floor(chart->y + chart->height - chart->height * i / LINES) + 0.5;
    g_autofree char *number = g_strdup_printf("%u", chart->scale * i / LINES);
    set_text_colour(chart, i == 0 ? 0.5 : 0.15);
    cairo_set_line_width(chart->cairo, 1);
    cairo_move_to(chart->cairo, chart->x, y);
    cairo_line_to(chart->cairo, chart->x + chart->width, y);
    cairo_stroke(chart->cairo);
    set_text_colour(chart, 0.75);
    text_at(chart, number, chart->x - 8, y, 1);
  }
}

/* A wave is marked by a tinted field behind its bar and a mark above. */
static void draw_wave(const Chart *chart, double x, double width)
{
  cairo_set_source_rgba(chart->cairo, 0.85, 0.27, 0.22, 0.14);
  cairo_rectangle(chart->cairo, x - 2, chart->y, width + 4, chart->height);
  cairo_fill(chart->cairo);
  cairo_set_source_rgb(chart->cairo, 0.85, 0.27, 0.22);
  cairo_move_to(chart->cairo, x + width / 2 - 5, chart->y - 12);
  cairo_rel_line_to(chart->cairo, 10, 0);
  cairo_rel_line_to(chart->cairo, -5, 8);
  cairo_close_path(chart->cairo);
  cairo_fill(chart->cairo);
}

static void draw_bar(const Chart *chart, guint i)
{
  const SeriesBar *bar = &g_array_index(chart->series->bars, SeriesBar, i);
  double gap = chart->step > 6 ? 2 : chart->step > 3 ? 1 : 0;
  double x = chart->x + chart->step * i + gap / 2, y = chart->y + chart->height, width = chart->step - gap;
  if (bar->wave) draw_wave(chart, x, width);
  for (guint kind = 0; kind < SERIES_KINDS; kind++) {
    GdkRGBA colour;
    double height = chart->height * bar->count[kind] / chart->scale;
    if (bar->count[kind] == 0) continue;
    chart_colour((SeriesKind)kind, &colour);
    gdk_cairo_set_source_rgba(chart->cairo, &colour);
    cairo_rectangle(chart->cairo, x, y - height, width, height);
    cairo_fill(chart->cairo);
    y -= height;
  }
}

/* Writes as many days as there is room for, and always the last one. */
static void draw_days(const Chart *chart)
{
  guint bars = chart->series->bars->len, every = MAX(1, (guint)ceil(110.0 / chart->step));
  set_text_colour(chart, 0.75);
  for (guint i = 0; i < bars; i += every) {
    const SeriesBar *bar = &g_array_index(chart->series->bars, SeriesBar, bars - 1 - i);
    const SeriesBar day = { .begin = bar->begin, .days = 1 };
    g_autofree char *label = series_label(&day);
    double x = chart->x + chart->step * (bars - 0.5 - i);
    if (x < chart->x + 40) break;
    text_at(chart, label, MIN(x + 36, chart->x + chart->width), chart->y + chart->height + 16, 1);
  }
}

void chart_draw(cairo_t *cairo, const Series *series, double width, double height, const ChartColours *colours)
{
  Chart chart = { .cairo = cairo,
                  .series = series,
                  .x = LEFT,
                  .y = ABOVE,
                  .width = MAX(width - LEFT - RIGHT, 10),
                  .height = MAX(height - ABOVE - BELOW, 10),
                  .scale = series_scale(MAX(series->most, 1)),
                  .colours = colours };
  chart.step = chart.width / MAX(series->bars->len, 1);
  for (guint i = 0; i < series->bars->len; i++) draw_bar(&chart, i);
  draw_scale(&chart);
  draw_days(&chart);
}

static void draw_legend(cairo_t *cairo, const ChartColours *colours, double y)
{
  const Chart chart = { .cairo = cairo, .colours = colours };
  for (guint kind = 0; kind < SERIES_KINDS; kind++) {
    GdkRGBA colour;
    double x = LEFT + 140.0 * kind;
    chart_colour((SeriesKind)kind, &colour);
    gdk_cairo_set_source_rgba(cairo, &colour);
    cairo_rectangle(cairo, x, y - 6, 12, 12);
    cairo_fill(cairo);
    set_text_colour(&chart, 1);
    text_at(&chart, series_name((SeriesKind)kind), x + 18, y, 0);
  }
}

gboolean chart_save(const Series *series, const char *file, int width, int height, GError **error)
{
  const ChartColours paper = { .text = { 0, 0, 0, 1 }, .background = { 1, 1, 1, 1 } };
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 2 * width, 2 * height);
  cairo_t *cairo = cairo_create(surface);
  cairo_scale(cairo, 2, 2);
  gdk_cairo_set_source_rgba(cairo, &paper.background);
  cairo_paint(cairo);
  chart_draw(cairo, series, width, height - LEGEND, &paper);
  draw_legend(cairo, &paper, height - LEGEND / 2);
  cairo_status_t status = cairo_surface_write_to_png(surface, file);
  cairo_destroy(cairo);
  cairo_surface_destroy(surface);
  if (status == CAIRO_STATUS_SUCCESS) return TRUE;
  g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, _("The picture cannot be written: %s."),
              cairo_status_to_string(status));
  return FALSE;
}
