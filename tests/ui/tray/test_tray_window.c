/* test_tray_window.c - the real window in this process: its model, hostile mail, what stays when it is closed
 * Owns:     a ledger in memory's place: a folder of its own.
 * Must not: be run without a display; then it skips.
 * Fails:    by cmocka; any critical warning of GTK ends it.
 * Tests:    ui/tray/window.h, ui/tray/review.h, ui/tray/model.h, ui/tray/desk.h */
#include "tests/rigs/ledger_rig.h"
#include "ui/tray/chart.h"
#include "ui/tray/model.h"
#include "ui/tray/window.h"
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#define ENTRIES 300
#define OPENED 100

typedef struct {
  char *dir;
  Ledger *ledger;
  Desk *desk;
  GtkApplication *application;
} Scene;

static const char *const subjects[] = {
  "<span size='999999'>markup</span> &amp; <a href=\"http://evil.test\">x</a>",
  ("\xe2\x80\xae"
   "right to left \xe2\x81\xa7"),
  "\x1b[2J\x07 control \x01",
  "\xff\xfe invalid",
};

static void fill(Ledger *ledger)
{
  g_autofree char *giant = g_strnfill(10000, 'G');
  for (guint32 i = 1; i <= ENTRIES; i++) {
    GError *error = NULL;
    const char *subject = i % 5 == 0 ? giant : subjects[i % G_N_ELEMENTS(subjects)];
    g_autoptr(Report) report = rig_report("x@y.example", "victim@a.example", subject);
    g_autoptr(Entry) entry = rig_entry("home", report, NULL, VERDICT_BACKSCATTER, MOVE_Q_INTENT, i);
    entry->arrived = RIG_T0 + i;
    Place away = { (char *)"Backscatter", 1, i };
    gint64 id = rig_record(ledger, entry);
    OK(journal_confirm(ledger, id, &away, &error));
  }
}

static int set_up(void **state)
{
  GError *error = NULL;
  Scene *scene = *state = g_new0(Scene, 1);
  scene->dir = rig_folder();
  scene->ledger = rig_ledger_in(scene->dir);
  fill(scene->ledger);
  scene->application = gtk_application_new("org.backstop.Test", G_APPLICATION_NON_UNIQUE);
  OK(g_application_register(G_APPLICATION(scene->application), NULL, &error));
  scene->desk = desk_new("/nonexistent/config", scene->dir, FALSE);
  return 0;
}

static int tear_down(void **state)
{
  Scene *scene = *state;
  desk_free(scene->desk);
  ledger_close(scene->ledger);
  g_object_unref(scene->application);
  rig_remove(scene->dir);
  g_free(scene);
  return 0;
}

static void settle(void)
{
  gint64 end = g_get_monotonic_time() + 5 * G_USEC_PER_SEC;
  for (guint quiet = 0; quiet < 3 && g_get_monotonic_time() < end;)
    quiet = gtk_main_iteration_do(FALSE) && gtk_events_pending() ? 0 : quiet + 1;
}

static void the_list_has_each_entry_at_its_place_with_its_id(void **state)
{
  Scene *scene = *state;
  GError *error = NULL;
  g_autoptr(Pages) pages = pages_new(scene->ledger);
  const BrowseQuery query = { .view = BROWSE_WAITING };
  OK(pages_ask(pages, &query, &error));
  g_autoptr(TrayModel) rows = tray_model_new(pages);
  GtkTreeModel *tree = GTK_TREE_MODEL(rows);
  GtkTreeIter iter, child;
  guint count = 0;
  gint64 id = 0;
  assert_int_equal(gtk_tree_model_iter_n_children(tree, NULL), ENTRIES);
  for (gboolean more = gtk_tree_model_get_iter_first(tree, &iter); more; more = gtk_tree_model_iter_next(tree, &iter)) {
    GtkTreePath *path = gtk_tree_model_get_path(tree, &iter);
    assert_int_equal(gtk_tree_path_get_indices(path)[0], count);
    assert_true(tray_model_id(rows, path) == pages_id(pages, count));
    gtk_tree_path_free(path);
    assert_false(gtk_tree_model_iter_children(tree, &child, &iter));
    count++;
  }
  assert_int_equal(count, ENTRIES);
  assert_false(gtk_tree_model_iter_nth_child(tree, &iter, NULL, ENTRIES));
  assert_true(gtk_tree_model_iter_nth_child(tree, &iter, NULL, 4));
  g_autofree char *recipient = NULL;
  gtk_tree_model_get(tree, &iter, CELL_RECIPIENT, &recipient, MODEL_ID, &id, -1);
  assert_string_equal(recipient, "victim@a.example");
  assert_int_equal(id, ENTRIES - 4);
}

/* All text that stands in this widget and below. */
static void gather(GtkWidget *widget, gpointer data)
{
  GString *text = data;
  if (GTK_IS_LABEL(widget)) g_string_append_printf(text, "%s\n", gtk_label_get_text(GTK_LABEL(widget)));
  if (GTK_IS_TEXT_VIEW(widget)) {
    GtkTextIter start, end;
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(GTK_TEXT_VIEW(widget));
    gtk_text_buffer_get_bounds(buffer, &start, &end);
    g_autofree char *shown = gtk_text_buffer_get_text(buffer, &start, &end, TRUE);
    g_string_append_printf(text, "%s\n", shown);
  }
  if (GTK_IS_CONTAINER(widget)) gtk_container_forall(GTK_CONTAINER(widget), gather, data);
}

static void hostile_mail_is_shown_as_text_without_hidden_characters(void **state)
{
  Scene *scene = *state;
  GtkWidget *window = window_new(scene->desk, scene->application);
  Review *review = window_review(window);
  gtk_widget_show(window);
  settle();
  assert_int_equal(review_count(review), ENTRIES);
  for (guint id = 1; id <= 10; id++) {
    g_autoptr(GString) text = g_string_new(NULL);
    review_show(review, BROWSE_WAITING, id);
    settle();
    gather(window, text);
    assert_true(g_utf8_validate(text->str, (gssize)text->len, NULL));
    assert_null(strstr(text->str, "\xe2\x80\xae"));
    assert_null(strchr(text->str, '\x1b'));
    assert_true(text->len < 12000);
    if (id % 5 != 0 && id % 4 == 0) assert_non_null(strstr(text->str, "<span size='999999'>markup</span> &amp;"));
    if (id % 5 != 0 && id % 4 == 1) assert_non_null(strstr(text->str, "⟨U+202E⟩right to left"));
  }
  gtk_widget_destroy(window);
  settle();
}

static void a_search_and_a_view_show_what_fits_them(void **state)
{
  Scene *scene = *state;
  GtkWidget *window = window_new(scene->desk, scene->application);
  Review *review = window_review(window);
  gtk_widget_show(window);
  review_set_text(review, "MARKUP");
  assert_int_equal(review_count(review), ENTRIES / 4 - ENTRIES / 20);
  review_set_text(review, "no such thing");
  assert_int_equal(review_count(review), 0);
  settle();
  review_show(review, BROWSE_RESTORED, 0);
  assert_int_equal(review_count(review), 0);
  review_show(review, BROWSE_ALL, 3);
  assert_int_equal(review_count(review), ENTRIES);
  settle();
  gtk_widget_destroy(window);
  settle();
}

static void on_change(GtkTextBuffer *buffer, gpointer data) { (*(guint *)data)++; }

static void count_changes(GtkWidget *widget, gpointer data)
{
  if (GTK_IS_TEXT_VIEW(widget))
    g_signal_connect(gtk_text_view_get_buffer(GTK_TEXT_VIEW(widget)), "changed", G_CALLBACK(on_change), data);
  if (GTK_IS_CONTAINER(widget)) gtk_container_forall(GTK_CONTAINER(widget), count_changes, data);
}

/* What is chosen and read stays, whatever the ledger and the search do meanwhile. */
static void what_is_chosen_and_read_stays_when_the_ledger_changes(void **state)
{
  Scene *scene = *state;
  guint changes = 0;
  GtkTreePath *path = gtk_tree_path_new_from_indices(ENTRIES - 9, -1);
  GtkWidget *window = window_new(scene->desk, scene->application);
  Review *review = window_review(window);
  gtk_widget_show(window);
  review_set_text(review, "markup");
  review_show(review, BROWSE_WAITING, 9);
  settle();
  count_changes(window, &changes);
  desk_refresh(scene->desk);
  gint64 end = g_get_monotonic_time() + G_USEC_PER_SEC / 2; /* longer than a search entry waits */
  while (g_get_monotonic_time() < end) gtk_main_iteration_do(FALSE);
  assert_int_equal(changes, 0);
  assert_true(
      gtk_tree_selection_path_is_selected(gtk_tree_view_get_selection(GTK_TREE_VIEW(review_list(review))), path));
  gtk_tree_path_free(path);
  gtk_widget_destroy(window);
  settle();
}

static void a_request_can_be_taken_back_even_after_the_window_was_closed(void **state)
{
  Scene *scene = *state;
  GtkWidget *window = window_new(scene->desk, scene->application);
  gtk_widget_show(window);
  review_show(window_review(window), BROWSE_WAITING, 7);
  settle();
  g_action_group_activate_action(G_ACTION_GROUP(window), "restore", NULL);
  assert_int_equal(hold_state(scene->desk->hold), HOLD_HELD);
  g_action_group_activate_action(G_ACTION_GROUP(window), "undo", NULL);
  assert_int_equal(hold_state(scene->desk->hold), HOLD_UNDONE);
  g_action_group_activate_action(G_ACTION_GROUP(window), "restore", NULL);
  gtk_widget_destroy(window);
  settle();
  assert_int_equal(hold_state(scene->desk->hold), HOLD_HELD); /* closing the window takes nobody the time to undo */
  assert_int_equal(rig_number(scene->ledger, "SELECT count(*) FROM wish WHERE entry = 7"), 0);
  window = window_new(scene->desk, scene->application);
  gtk_widget_show(window);
  settle();
  g_action_group_activate_action(G_ACTION_GROUP(window), "undo", NULL);
  assert_int_equal(hold_state(scene->desk->hold), HOLD_UNDONE);
  gtk_widget_destroy(window);
  settle();
}

static void every_icon_can_be_drawn_at_every_size(void **state)
{
  static const char *const names[] = { "scalable/apps/backstop.svg",
                                       "scalable/apps/backstop-idle.svg",
                                       "scalable/apps/backstop-waiting.svg",
                                       "scalable/apps/backstop-problem.svg",
                                       "symbolic/apps/backstop-symbolic.svg",
                                       "symbolic/apps/backstop-idle-symbolic.svg",
                                       "symbolic/apps/backstop-waiting-symbolic.svg",
                                       "symbolic/apps/backstop-problem-symbolic.svg" };
  static const int sizes[] = { 16, 22, 48, 256 };
  const char *top = g_getenv("top_srcdir");
  for (guint i = 0; i < G_N_ELEMENTS(names); i++)
    for (guint k = 0; k < G_N_ELEMENTS(sizes); k++) {
      g_autoptr(GError) error = NULL;
      g_autofree char *file = g_build_filename(top != NULL ? top : ".", "data/icons/hicolor", names[i], NULL);
      g_autoptr(GdkPixbuf) picture = gdk_pixbuf_new_from_file_at_size(file, sizes[k], sizes[k], &error);
      if (g_error_matches(error, GDK_PIXBUF_ERROR, GDK_PIXBUF_ERROR_UNKNOWN_TYPE)) skip(); /* no SVG loader here */
      if (picture == NULL) fail_msg("%s: %s", names[i], error->message);
      assert_int_equal(gdk_pixbuf_get_width(picture), sizes[k]);
    }
}

static void the_chart_is_saved_as_a_picture_and_a_failure_is_told(void **state)
{
  Scene *scene = *state;
  GError *error = NULL;
  g_autofree char *file = g_build_filename(scene->dir, "picture.png", NULL);
  g_autoptr(Series) series = series_read(scene->ledger, NULL, 365, g_get_real_time() / G_USEC_PER_SEC, &error);
  OK(series);
  OK(chart_save(series, file, 1000, 400, &error));
  g_autoptr(GdkPixbuf) saved = gdk_pixbuf_new_from_file(file, &error);
  OK(saved);
  assert_int_equal(gdk_pixbuf_get_width(saved), 2000);
  assert_false(chart_save(series, "/nonexistent/picture.png", 1000, 400, &error));
  assert_true(g_error_matches(error, G_IO_ERROR, G_IO_ERROR_FAILED));
  g_clear_error(&error);
}

static void every_page_has_something_to_say(void **state)
{
  Scene *scene = *state;
  static const char *const names[] = { "statistics", "accounts", "preferences", "review" };
  GtkWidget *window = window_new(scene->desk, scene->application);
  gtk_widget_show(window);
  for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autoptr(GString) text = g_string_new(NULL);
    window_page(window, names[i]);
    settle();
    gather(window, text);
    assert_true(text->len > 100);
  }
  gtk_widget_destroy(window);
  settle();
}

static void several_messages_are_restored_together_and_stay_chosen(void **state)
{
  Scene *scene = *state;
  GtkWidget *window = window_new(scene->desk, scene->application);
  Review *review = window_review(window);
  GtkTreePath *first = gtk_tree_path_new_from_indices(20, -1), *last = gtk_tree_path_new_from_indices(29, -1);
  gtk_widget_show(window);
  review_show(review, BROWSE_WAITING, 0);
  gtk_tree_selection_select_range(gtk_tree_view_get_selection(GTK_TREE_VIEW(review_list(review))), first, last);
  settle();
  g_action_group_activate_action(G_ACTION_GROUP(window), "restore", NULL);
  g_autofree char *text = hold_text(scene->desk->hold, TRUE);
  assert_string_equal(text, "11 messages will be restored."); /* and the one that was chosen before */
  hold_send(scene->desk->hold);
  settle();
  assert_int_equal(
      gtk_tree_selection_count_selected_rows(gtk_tree_view_get_selection(GTK_TREE_VIEW(review_list(review)))), 11);
  g_action_group_activate_action(G_ACTION_GROUP(window), "undo", NULL);
  assert_int_equal(hold_state(scene->desk->hold), HOLD_UNDONE);
  gtk_tree_path_free(first);
  gtk_tree_path_free(last);
  gtk_widget_destroy(window);
  settle();
}

static void a_filter_without_a_configuration_does_not_start_and_says_why(void **state)
{
  Scene *scene = *state;
  g_autoptr(GString) text = g_string_new(NULL);
  GtkWidget *window = window_new(scene->desk, scene->application);
  gtk_widget_show(window);
  desk_start_filter(scene->desk);
  settle();
  gather(window, text);
  assert_non_null(strstr(text->str, "/nonexistent/config: no configuration there"));
  gtk_widget_destroy(window);
  settle();
}

static void gone(gpointer data, GObject *object) { (*(guint *)data)++; }

static void open_and_close(Scene *scene, guint *finalized)
{
  GtkWidget *window = window_new(scene->desk, scene->application);
  g_object_weak_ref(G_OBJECT(window), gone, finalized);
  g_object_weak_ref(G_OBJECT(review_widget(window_review(window))), gone, finalized);
  g_object_weak_ref(G_OBJECT(gtk_tree_view_get_model(GTK_TREE_VIEW(review_list(window_review(window))))), gone,
                    finalized);
  gtk_widget_show(window);
  settle();
  gtk_widget_destroy(window);
  settle();
}

/* What each opening and closing leaves behind is less than one row of the list. */
static void a_window_that_is_closed_leaves_nothing_behind(void **state)
{
  Scene *scene = *state;
  guint finalized = 0;
  for (guint i = 0; i < OPENED / 5; i++) open_and_close(scene, &finalized);
  size_t before = mallinfo2().uordblks;
  for (guint i = 0; i < OPENED; i++) open_and_close(scene, &finalized);
  gint64 grown = (gint64)mallinfo2().uordblks - (gint64)before;
  printf("# %d times opened and closed: %" G_GINT64_FORMAT " bytes more each\n", OPENED, grown / OPENED);
  assert_int_equal(finalized, 3 * (OPENED + OPENED / 5));
#ifndef BACKSTOP_ASAN
  assert_true(grown / OPENED < 4096);
#endif
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_list_has_each_entry_at_its_place_with_its_id),
    cmocka_unit_test(hostile_mail_is_shown_as_text_without_hidden_characters),
    cmocka_unit_test(a_search_and_a_view_show_what_fits_them),
    cmocka_unit_test(what_is_chosen_and_read_stays_when_the_ledger_changes),
    cmocka_unit_test(a_request_can_be_taken_back_even_after_the_window_was_closed),
    cmocka_unit_test(every_icon_can_be_drawn_at_every_size),
    cmocka_unit_test(the_chart_is_saved_as_a_picture_and_a_failure_is_told),
    cmocka_unit_test(every_page_has_something_to_say),
    cmocka_unit_test(several_messages_are_restored_together_and_stay_chosen),
    cmocka_unit_test(a_filter_without_a_configuration_does_not_start_and_says_why),
    cmocka_unit_test(a_window_that_is_closed_leaves_nothing_behind),
  };
  if (!gtk_init_check(&argc, &argv)) {
    puts("1..0 # SKIP no display");
    return 0;
  }
  g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  filter_init();
  return cmocka_run_group_tests_name("window", tests, set_up, tear_down);
}
