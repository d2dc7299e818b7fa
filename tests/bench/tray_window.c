/* tray_window.c - how long the window takes with a long list; prints a name, a figure and its unit a line
 * Owns:     nothing; the ledger is the one in the folder named on its command line.
 * Must not: write to that ledger.
 * Fails:    by exit status 1.
 * Tests:    by tests/bench/tray.py */
#include "filter/filter.h"
#include "ui/tray/window.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMES 5

static gboolean drawn;

static gboolean on_draw(GtkWidget *widget, cairo_t *cairo, gpointer data)
{
  drawn = TRUE;
  return FALSE;
}

/* Until the list has been drawn anew. */
static void wait_for_drawing(void)
{
  gint64 end = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;
  for (drawn = FALSE; !drawn && g_get_monotonic_time() < end;) gtk_main_iteration_do(TRUE);
}

static void tell(const char *what, gint64 since)
{
  printf("%s %.1f ms\n", what, (double)(g_get_monotonic_time() - since) / 1000);
}

static int longest_first(const void *a, const void *b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
  return x < y ? 1 : x > y ? -1 : 0;
}

/* The longest of several times; each change must be drawn before the next. */
static void tell_longest(const char *what, gint64 *times)
{
  qsort(times, TIMES, sizeof *times, longest_first);
  printf("%s %.1f ms\n", what, (double)times[0] / 1000);
}

static void search(Review *review)
{
  static const char *const texts[TIMES] = { "keller", "parcel", "relay.harbour", "öffentlich", "k" };
  gint64 times[TIMES];
  for (guint i = 0; i < TIMES; i++) {
    gint64 begin = g_get_monotonic_time();
    review_set_text(review, texts[i]);
    wait_for_drawing();
    times[i] = g_get_monotonic_time() - begin;
  }
  tell_longest("search", times);
  review_set_text(review, "");
  wait_for_drawing();
}

static void filter(Review *review)
{
  static const BrowseView views[TIMES] = { BROWSE_UNSURE, BROWSE_ALL, BROWSE_RESTORED, BROWSE_WAITING, BROWSE_ALL };
  gint64 times[TIMES];
  for (guint i = 0; i < TIMES; i++) {
    gint64 begin = g_get_monotonic_time();
    review_show(review, views[i], 0);
    wait_for_drawing();
    times[i] = g_get_monotonic_time() - begin;
  }
  tell_longest("filter", times);
}

static void sort(Review *review)
{
  gint64 times[TIMES];
  for (gint i = 0; i < TIMES; i++) {
    gint64 begin = g_get_monotonic_time();
    gtk_tree_view_column_clicked(gtk_tree_view_get_column(GTK_TREE_VIEW(review_list(review)), i));
    wait_for_drawing();
    times[i] = g_get_monotonic_time() - begin;
  }
  tell_longest("sort", times);
}

static void scroll(Review *review)
{
  gint64 times[TIMES];
  for (guint i = 0; i < TIMES; i++) {
    GtkTreePath *path = gtk_tree_path_new_from_indices((gint)(review_count(review) / TIMES * (i + 1)) - 1, -1);
    gint64 begin = g_get_monotonic_time();
    gtk_tree_view_scroll_to_cell(GTK_TREE_VIEW(review_list(review)), path, NULL, FALSE, 0, 0);
    gtk_widget_queue_draw(review_list(review));
    wait_for_drawing();
    times[i] = g_get_monotonic_time() - begin;
    gtk_tree_path_free(path);
  }
  tell_longest("scroll", times);
}

static void memory(void)
{
  g_autofree char *text = NULL;
  const char *line = g_file_get_contents("/proc/self/status", &text, NULL, NULL) ? strstr(text, "VmHWM:") : NULL;
  if (line != NULL) printf("memory %.1f MiB\n", (double)g_ascii_strtoull(line + 6, NULL, 10) / 1024);
}

int main(int argc, char **argv)
{
  gint64 begin = g_get_monotonic_time();
  if (argc != 2 || !gtk_init_check(&argc, &argv)) return 1;
  filter_init();
  GtkApplication *application = gtk_application_new("org.backstop.Bench", G_APPLICATION_NON_UNIQUE);
  if (!g_application_register(G_APPLICATION(application), NULL, NULL)) return 1;
  Desk *desk = desk_new("/nonexistent", argv[1], FALSE);
  GtkWidget *window = window_new(desk, application);
  Review *review = window_review(window);
  g_signal_connect_after(review_list(review), "draw", G_CALLBACK(on_draw), NULL);
  gtk_window_present(GTK_WINDOW(window));
  wait_for_drawing();
  tell("window", begin);
  printf("entries %u rows\n", review_count(review));
  search(review);
  filter(review);
  sort(review);
  scroll(review);
  memory();
  gtk_widget_destroy(window);
  desk_free(desk);
  g_object_unref(application);
  return 0;
}
