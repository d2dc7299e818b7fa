/* statistics.c - the page that shows what came in over time
 * Owns:     the choice of time, the picture with its table, the two lists, the export.
 * Must not: read the ledger while it is not shown.
 * Fails:    by a sentence on the page or in a dialog.
 * Tests:    tests/ui/tray/test_tray_window.c, tests/ui/tray/test_window.py */
#include "ui/tray/statistics.h"
#include "ui/model/shown.h"
#include "ui/tray/chart.h"
#include "ui/tray/widgets.h"
#include <glib/gi18n.h>
#include <string.h>

#define TOP_MOST 8
#define DAY ((gint64)86400)
#define PICTURE_WIDTH 1000
#define PICTURE_HEIGHT 400

typedef struct {
  Desk *desk;
  GtkWindow *window;
  GtkWidget *root, *range, *picture, *summary, *reporters, *forged;
  GtkListStore *table;
  Series *series;
  GtkFileChooserNative *chooser; /* the open dialog; NULL: none */
  BrowseCounts counts;           /* the values at the last reading, here and in the next two members */
  guint days;
  gint64 day;
} Statistics;

static guint days_of(const Statistics *statistics)
{
  const char *id = gtk_combo_box_get_active_id(GTK_COMBO_BOX(statistics->range));
  return id != NULL ? (guint)g_ascii_strtoull(id, NULL, 10) : 30;
}

static gboolean on_draw(GtkWidget *widget, cairo_t *cairo, gpointer data)
{
  const Statistics *statistics = data;
  ChartColours colours = { 0 };
  GtkStyleContext *style = gtk_widget_get_style_context(widget);
  if (statistics->series == NULL) return FALSE;
  gtk_style_context_get_color(style, gtk_style_context_get_state(style), &colours.text);
  chart_draw(cairo, statistics->series, gtk_widget_get_allocated_width(widget), gtk_widget_get_allocated_height(widget),
             &colours);
  return FALSE;
}

/* Shows the numbers of the day under the pointer. */
static gboolean on_tooltip(GtkWidget *widget, gint x, gint y, gboolean keyboard, GtkTooltip *tooltip, gpointer data)
{
  const Statistics *statistics = data;
  double width = gtk_widget_get_allocated_width(widget) - 60.0;
  if (keyboard || statistics->series == NULL || x < 48 || x >= 48 + width) return FALSE;
  guint i = (guint)((x - 48) / width * statistics->series->bars->len);
  if (i >= statistics->series->bars->len) return FALSE;
  const SeriesBar *bar = &g_array_index(statistics->series->bars, SeriesBar, i);
  g_autofree char *day = series_label(bar);
  g_autoptr(GString) text = g_string_new(day);
  for (guint kind = 0; kind < SERIES_KINDS; kind++)
    g_string_append_printf(text, "\n%s: %u", series_name((SeriesKind)kind), bar->count[kind]);
  if (bar->wave) g_string_append_printf(text, "\n%s", _("a wave"));
  gtk_tooltip_set_text(tooltip, text->str);
  return TRUE;
}

static void fill_table(Statistics *statistics)
{
  gtk_list_store_clear(statistics->table);
  for (guint i = statistics->series->bars->len; i > 0; i--) {
    const SeriesBar *bar = &g_array_index(statistics->series->bars, SeriesBar, i - 1);
    g_autofree char *day = series_label(bar);
    gtk_list_store_insert_with_values(statistics->table, NULL, -1, 0, day, 1, bar->count[SERIES_GENUINE], 2,
                                      bar->count[SERIES_UNSURE], 3, bar->count[SERIES_BACKSCATTER], 4,
                                      bar->count[SERIES_RESTORED], 5, bar->wave ? _("wave") : "", -1);
  }
}

static void fill_top(Statistics *statistics, GtkWidget *grid, StatsWho who, gint64 since)
{
  g_autoptr(GArray) top = stats_top(statistics->desk->ledger, who, NULL, since, TOP_MOST, NULL);
  widget_clear(grid);
  for (guint i = 0; top != NULL && i < top->len; i++) {
    const TopCount *row = &g_array_index(top, TopCount, i);
    g_autofree char *name = shown_line(row->name, 60), *count = g_strdup_printf("%u", row->count);
    GtkWidget *name_label = widget_label_new(name, NULL), *count_label = widget_label_new(count, "dim-label");
    gtk_label_set_line_wrap(GTK_LABEL(name_label), FALSE);
    gtk_label_set_ellipsize(GTK_LABEL(name_label), PANGO_ELLIPSIZE_END);
    gtk_widget_set_hexpand(name_label, TRUE);
    gtk_label_set_xalign(GTK_LABEL(count_label), 1);
    gtk_grid_attach(GTK_GRID(grid), name_label, 0, (gint)i, 1, 1);
    gtk_grid_attach(GTK_GRID(grid), count_label, 1, (gint)i, 1, 1);
  }
  if (top == NULL || top->len == 0)
    gtk_grid_attach(GTK_GRID(grid), widget_label_new(_("nobody in this time"), "dim-label"), 0, 0, 1, 1);
  gtk_widget_show_all(grid);
}

/* Is everything as it was at the last reading? */
static gboolean is_old(Statistics *statistics, guint days, gint64 day)
{
  const BrowseCounts *counts = &statistics->desk->overview.counts;
  gboolean old = statistics->series != NULL && statistics->days == days && statistics->day == day
                 && memcmp(&statistics->counts, counts, sizeof *counts) == 0;
  statistics->counts = *counts;
  statistics->days = days;
  statistics->day = day;
  return old;
}

static void refresh(Statistics *statistics)
{
  g_autoptr(GError) error = NULL;
  guint days = days_of(statistics);
  gint64 now = g_get_real_time() / G_USEC_PER_SEC;
  if (statistics->desk->ledger == NULL || !gtk_widget_get_mapped(statistics->root)) return;
  if (is_old(statistics, days, now / DAY)) return;
  Series *series = series_read(statistics->desk->ledger, NULL, days, now, &error);
  if (series == NULL) {
    gtk_label_set_text(GTK_LABEL(statistics->summary), error->message);
    return;
  }
  g_clear_pointer(&statistics->series, series_free);
  statistics->series = series;
  g_autofree char *summary = g_strdup_printf(_("In %u days: %u genuine, %u unsure, %u backscatter, %u restored."), days,
                                             series->total[SERIES_GENUINE], series->total[SERIES_UNSURE],
                                             series->total[SERIES_BACKSCATTER], series->total[SERIES_RESTORED]);
  gtk_label_set_text(GTK_LABEL(statistics->summary), summary);
  atk_object_set_description(gtk_widget_get_accessible(statistics->picture), summary);
  fill_table(statistics);
  fill_top(statistics, statistics->reporters, STATS_REPORTERS, now - days * DAY);
  fill_top(statistics, statistics->forged, STATS_FORGED, now - days * DAY);
  gtk_widget_queue_draw(statistics->picture);
}

static void on_desk(gpointer data) { refresh(data); }
static void on_map(GtkWidget *widget, gpointer data) { refresh(data); }
static void on_range(GtkComboBox *combo, gpointer data) { refresh(data); }

static void save(Statistics *statistics, const char *file, gboolean picture)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *csv = series_csv(statistics->series);
  gboolean good = picture ? chart_save(statistics->series, file, PICTURE_WIDTH, PICTURE_HEIGHT, &error)
                          : g_file_set_contents(file, csv, -1, &error);
  if (!good) widget_complain(statistics->window, _("Nothing was saved"), error->message);
}

static void on_file(GtkNativeDialog *chooser, gint response, gpointer data)
{
  g_autofree char *file = gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(chooser));
  gboolean picture = g_object_get_data(G_OBJECT(chooser), "picture") != NULL;
  if (response == GTK_RESPONSE_ACCEPT && file != NULL) save(data, file, picture);
  g_clear_object(&((Statistics *)data)->chooser);
}

static void choose_file(Statistics *statistics, const char *title, const char *name, gboolean picture)
{
  if (statistics->series == NULL || statistics->chooser != NULL) return;
  statistics->chooser =
      gtk_file_chooser_native_new(title, statistics->window, GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);
  GtkFileChooser *chooser = GTK_FILE_CHOOSER(statistics->chooser);
  gtk_file_chooser_set_current_name(chooser, name);
  gtk_file_chooser_set_do_overwrite_confirmation(chooser, TRUE);
  if (picture) g_object_set_data(G_OBJECT(chooser), "picture", statistics);
  g_signal_connect(chooser, "response", G_CALLBACK(on_file), statistics);
  gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(chooser), TRUE);
  gtk_native_dialog_show(GTK_NATIVE_DIALOG(chooser));
}

static void save_picture(gpointer data) { choose_file(data, _("Save the picture"), "backstop.png", TRUE); }
static void save_table(gpointer data) { choose_file(data, _("Save the table"), "backstop.csv", FALSE); }

static GtkWidget *legend_new(void)
{
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 18);
  for (guint kind = 0; kind < SERIES_KINDS; kind++) {
    GdkRGBA colour;
    GtkWidget *label = gtk_label_new(NULL);
    chart_colour((SeriesKind)kind, &colour);
    g_autofree char *markup =
        g_markup_printf_escaped("<span foreground=\"#%02x%02x%02x\">■</span> %s", (guint)(colour.red * 255),
                                (guint)(colour.green * 255), (guint)(colour.blue * 255), series_name((SeriesKind)kind));
    gtk_label_set_markup(GTK_LABEL(label), markup);
    gtk_box_pack_start(GTK_BOX(box), label, FALSE, FALSE, 0);
  }
  GtkWidget *wave = gtk_label_new(NULL);
  g_autofree char *markup = g_markup_printf_escaped("<span foreground=\"#d94538\">▼</span> %s", _("wave"));
  gtk_label_set_markup(GTK_LABEL(wave), markup);
  gtk_box_pack_start(GTK_BOX(box), wave, FALSE, FALSE, 0);
  return box;
}

static GtkWidget *table_view_new(Statistics *statistics)
{
  const char *const titles[] = { _("Day"), _("Genuine"), _("Unsure"), _("Backscatter"), _("Restored"), "" };
  statistics->table =
      gtk_list_store_new(6, G_TYPE_STRING, G_TYPE_UINT, G_TYPE_UINT, G_TYPE_UINT, G_TYPE_UINT, G_TYPE_STRING);
  GtkWidget *view =
      widget_named(gtk_tree_view_new_with_model(GTK_TREE_MODEL(statistics->table)), _("Numbers of each day"));
  g_object_unref(statistics->table);
  for (guint i = 0; i < G_N_ELEMENTS(titles); i++) {
    GtkCellRenderer *cell = gtk_cell_renderer_text_new();
    GtkTreeViewColumn *column = gtk_tree_view_column_new_with_attributes(titles[i], cell, "text", (gint)i, NULL);
    if (i > 0 && i < 5) g_object_set(cell, "xalign", 1.0, NULL);
    if (i > 0 && i < 5) gtk_tree_view_column_set_alignment(column, 1);
    gtk_tree_view_column_set_min_width(column, i == 0 ? 160 : 90);
    gtk_tree_view_append_column(GTK_TREE_VIEW(view), column);
  }
  GtkWidget *scrolled = widget_scrolled_new(view, FALSE);
  gtk_widget_set_size_request(scrolled, -1, 180);
  return scrolled;
}

static GtkWidget *group_new(const char *title, GtkWidget *content)
{
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
  gtk_box_pack_start(GTK_BOX(box), widget_heading_new(title), FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), content, TRUE, TRUE, 0);
  return box;
}

static GtkWidget *top_new(GtkWidget **grid)
{
  *grid = gtk_grid_new();
  gtk_grid_set_column_spacing(GTK_GRID(*grid), 12);
  gtk_grid_set_row_spacing(GTK_GRID(*grid), 4);
  return *grid;
}

static GtkWidget *head_new(Statistics *statistics)
{
  static const char *const ranges[][2] = { { "30", N_("30 days") },
                                           { "90", N_("90 days") },
                                           { "365", N_("365 days") } };
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
  statistics->range = widget_named(gtk_combo_box_text_new(), _("Time that is shown"));
  for (guint i = 0; i < G_N_ELEMENTS(ranges); i++)
    gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(statistics->range), ranges[i][0], _(ranges[i][1]));
  gtk_combo_box_set_active(GTK_COMBO_BOX(statistics->range), 0);
  statistics->summary = widget_label_new("", NULL);
  gtk_box_pack_start(GTK_BOX(box), statistics->range, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), statistics->summary, TRUE, TRUE, 0);
  gtk_box_pack_end(GTK_BOX(box), widget_button_new(_("Save _table…"), save_table, statistics), FALSE, FALSE, 0);
  gtk_box_pack_end(GTK_BOX(box), widget_button_new(_("Save p_icture…"), save_picture, statistics), FALSE, FALSE, 0);
  g_signal_connect(statistics->range, "changed", G_CALLBACK(on_range), statistics);
  return box;
}

static void statistics_free(gpointer data)
{
  Statistics *statistics = data;
  series_free(statistics->series);
  g_free(statistics);
}

static void on_destroy(GtkWidget *widget, gpointer data)
{
  Statistics *statistics = data;
  desk_unwatch(statistics->desk, statistics);
  g_clear_object(&statistics->chooser);
}

GtkWidget *statistics_new(Desk *desk, GtkWindow *window)
{
  Statistics *statistics = g_new0(Statistics, 1);
  GtkWidget *page = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12), *below = gtk_grid_new();
  statistics->desk = desk;
  statistics->window = window;
  statistics->picture = widget_named(gtk_drawing_area_new(), _("Reports per day"));
  atk_object_set_role(gtk_widget_get_accessible(statistics->picture), ATK_ROLE_IMAGE);
  gtk_widget_set_size_request(statistics->picture, 400, 220);
  gtk_widget_set_has_tooltip(statistics->picture, TRUE);
  g_signal_connect(statistics->picture, "draw", G_CALLBACK(on_draw), statistics);
  g_signal_connect(statistics->picture, "query-tooltip", G_CALLBACK(on_tooltip), statistics);
  gtk_container_set_border_width(GTK_CONTAINER(page), 18);
  gtk_box_pack_start(GTK_BOX(page), head_new(statistics), FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(page), statistics->picture, TRUE, TRUE, 0);
  gtk_box_pack_start(GTK_BOX(page), legend_new(), FALSE, FALSE, 0);
  gtk_grid_set_column_homogeneous(GTK_GRID(below), TRUE);
  gtk_grid_set_column_spacing(GTK_GRID(below), 24);
  gtk_grid_attach(GTK_GRID(below), group_new(_("Most reports come from"), top_new(&statistics->reporters)), 0, 0, 1, 1);
  gtk_grid_attach(GTK_GRID(below), group_new(_("Senders that were forged"), top_new(&statistics->forged)), 1, 0, 1, 1);
  gtk_box_pack_start(GTK_BOX(page), below, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(page), group_new(_("In numbers (days by UTC)"), table_view_new(statistics)), FALSE, FALSE,
                     0);
  statistics->root = widget_scrolled_new(page, FALSE);
  g_object_set_data_full(G_OBJECT(statistics->root), "statistics", statistics, statistics_free);
  g_signal_connect(statistics->root, "map", G_CALLBACK(on_map), statistics);
  g_signal_connect(statistics->root, "destroy", G_CALLBACK(on_destroy), statistics);
  desk_watch(desk, on_desk, statistics);
  gtk_widget_show_all(statistics->root);
  return statistics->root;
}
