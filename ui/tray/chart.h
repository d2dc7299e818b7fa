/* chart.h - stacked bars, drawn with Cairo: on the page, and into a picture. */
#pragma once
#include "ui/model/series.h"
#include <gtk/gtk.h>

/* Colours of the theme. */
typedef struct {
  GdkRGBA text, background;
} ChartColours;

/* The colour of a kind, in the bars and in the legend. */
void chart_colour(SeriesKind kind, GdkRGBA *colour);
/* Draws the whole picture into this rectangle; font: a family at size pixels. */
void chart_draw(cairo_t *cairo, const Series *series, double width, double height, const ChartColours *colours);
/* The picture as a PNG file of twice this size, black on white, with a legend. */
gboolean chart_save(const Series *series, const char *file, int width, int height, GError **error);
