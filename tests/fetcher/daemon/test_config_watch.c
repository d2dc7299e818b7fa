/* test_config_watch.c - a change of the configuration is noticed, whatever its editor does
 * Owns:     a folder of its own for each row.
 * Must not: run a daemon.
 * Fails:    by TAP.
 * Tests:    fetcher/daemon/config_watch.c */
#include "fetcher/daemon/config_watch.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
// cmocka wants the headers above first
#include <cmocka.h>

#define ENOUGH 5000                          /* milliseconds for a change to be noticed, on a busy machine */
#define QUIET (2 * CONFIG_WATCH_PAUSE + 100) /* milliseconds without a change, where none is to be noticed */

static char *home;

static char *in_home(const char *name) { return g_build_filename(home, name, NULL); }

static void write_file(const char *name)
{
  g_autofree char *path = in_home(name);
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  assert_true(fd >= 0 && write(fd, "x", 1) == 1);
  close(fd);
}

static void make_folder(const char *name)
{
  g_autofree char *path = in_home(name);
  assert_int_equal(g_mkdir_with_parents(path, 0700), 0);
}

static void make_link(const char *target, const char *name)
{
  g_autofree char *path = in_home(name);
  assert_int_equal(symlink(target, path), 0);
}

static void move(const char *from, const char *to)
{
  g_autofree char *old = in_home(from), *new = in_home(to);
  assert_int_equal(g_rename(old, new), 0);
}

static void drop(const char *name)
{
  g_autofree char *path = in_home(name);
  assert_int_equal(g_remove(path), 0);
}

/* What is there before the watch begins. */
static void plain(void)
{
  make_folder("backstop");
  write_file("backstop/config");
}

static void linked(void)
{
  make_folder("dotfiles/backstop");
  write_file("dotfiles/backstop/config");
  make_link("dotfiles/backstop", "backstop");
}

static void link_beside(void)
{
  make_folder("backstop/real");
  write_file("backstop/real/one");
  write_file("backstop/real/two");
  make_link("real/one", "backstop/config");
}

static void nothing(void) {}

/* What is done then. */
static void written_in_place(void) { write_file("backstop/config"); }

static void renamed_over(void)
{
  write_file("backstop/config.new");
  move("backstop/config.new", "backstop/config");
}

static void kept_as_backup(void) /* as vim does */
{
  move("backstop/config", "backstop/config~");
  write_file("backstop/config");
}

static void removed(void) { drop("backstop/config"); }

static void opened_to_others(void)
{
  g_autofree char *path = in_home("backstop/config");
  assert_int_equal(g_chmod(path, 0644), 0);
}

static void written_behind_the_link(void) { write_file("dotfiles/backstop/config"); }

static void link_put_elsewhere(void)
{
  make_folder("other");
  write_file("other/config");
  make_link("other", "backstop.new");
  move("backstop.new", "backstop");
}

static void link_to_another_file(void)
{
  drop("backstop/config");
  make_link("real/two", "backstop/config");
}

static void written_where_the_link_leads_now(void) { write_file("backstop/real/one"); }

static void folder_replaced(void)
{
  move("backstop", "backstop.old");
  make_folder("backstop");
  write_file("backstop/config");
}

static void folder_made(void)
{
  make_folder("backstop");
  write_file("backstop/config");
}

static void put_there_by_hard_link(void)
{
  g_autofree char *from = in_home("other"), *to = in_home("backstop/config");
  drop("backstop/config");
  write_file("other");
  assert_int_equal(link(from, to), 0);
}

static void other_file_written(void) { write_file("backstop/config.swp"); }

static void read_only(void)
{
  g_autofree char *path = in_home("backstop/config"), *text = NULL;
  assert_true(g_file_get_contents(path, &text, NULL, NULL));
}

static void home_is_busy(void)
{
  for (guint i = 0; i < 20; i++) {
    write_file("history");
    write_file("history.new");
    move("history.new", "history");
  }
}

static const struct {
  const char *name;
  void (*before)(void), (*change)(void);
  gboolean noticed;
} rows[] = {
  { "a file that is written into", plain, written_in_place, TRUE },
  { "a file that another is renamed over", plain, renamed_over, TRUE },
  { "a file that is renamed and written anew", plain, kept_as_backup, TRUE },
  { "a file that is removed", plain, removed, TRUE },
  { "a file that others may read from now on", plain, opened_to_others, TRUE },
  { "a file behind a linked folder", linked, written_behind_the_link, TRUE },
  { "a link that leads to another folder", linked, link_put_elsewhere, TRUE },
  { "a link that leads to another file", link_beside, link_to_another_file, TRUE },
  { "a file in a folder below the link", link_beside, written_where_the_link_leads_now, TRUE },
  { "a folder that another one took the place of", plain, folder_replaced, TRUE },
  { "a folder that was not there before", nothing, folder_made, TRUE },
  { "a file that is there by a second name", plain, put_there_by_hard_link, TRUE },
  { "another file in the folder", plain, other_file_written, FALSE },
  { "a file that is only read", plain, read_only, FALSE },
  { "a home folder in which others write", plain, home_is_busy, FALSE },
};

/* The rows run side by side, since most of the time is spent in waiting. */
typedef struct {
  char *home;
  ConfigWatch *watch;
  guint changes;
} Scene;

static void on_change(gpointer data) { ((Scene *)data)->changes++; }

static gboolean on_late(gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean all_have(const Scene *scenes, guint n, const guint *wanted)
{
  for (guint i = 0; i < n; i++)
    if (scenes[i].changes < wanted[i]) return FALSE;
  return TRUE;
}

/* Waits until every scene has its number of changes, for ENOUGH at most, and then QUIET for those that nobody wants. */
static void settle(const Scene *scenes, guint n, const guint *wanted)
{
  gboolean late = FALSE;
  guint source = g_timeout_add(ENOUGH, on_late, &late);
  while (!all_have(scenes, n, wanted) && !late) g_main_context_iteration(NULL, TRUE);
  if (!late) g_source_remove(source);
  late = FALSE;
  g_timeout_add(QUIET, on_late, &late);
  while (!late) g_main_context_iteration(NULL, TRUE);
}

static void scene_begin(Scene *scene, void (*before)(void))
{
  g_autoptr(GError) error = NULL;
  *scene = (Scene){ .home = g_dir_make_tmp("backstop-watch-XXXXXX", NULL) };
  home = scene->home;
  assert_non_null(home);
  g_autofree char *file = in_home("backstop/config");
  before();
  scene->watch = config_watch_new(file, on_change, scene, &error);
  if (scene->watch == NULL) fail_msg("%s", error->message);
}

static void scene_end(Scene *scene)
{
  const char *argv[] = { "rm", "-rf", scene->home, NULL };
  config_watch_free(scene->watch);
  assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
  g_free(scene->home);
}

#define ROWS G_N_ELEMENTS(rows)

static void check(const Scene *scenes, const guint *wanted)
{
  settle(scenes, ROWS, wanted);
  for (guint i = 0; i < ROWS; i++)
    if (scenes[i].changes != wanted[i])
      fail_msg("%s: noticed %u times, not %u", rows[i].name, scenes[i].changes, wanted[i]);
}

/* A second change is noticed as the first was: what took the place of a file, link or folder is watched as that was. */
static void every_change_is_noticed_once_and_nothing_else_is(void **state)
{
  Scene scenes[ROWS];
  guint wanted[ROWS];
  for (guint i = 0; i < ROWS; i++) {
    scene_begin(&scenes[i], rows[i].before);
    wanted[i] = 1; /* for what was changed before */
  }
  check(scenes, wanted);
  for (guint i = 0; i < ROWS; i++) {
    home = scenes[i].home;
    rows[i].change();
    wanted[i] += rows[i].noticed;
  }
  check(scenes, wanted);
  for (guint i = 0; i < ROWS; i++) {
    home = scenes[i].home;
    write_file("backstop/config");
    wanted[i]++;
  }
  check(scenes, wanted);
  for (guint i = 0; i < ROWS; i++) scene_end(&scenes[i]);
}

/* Half of a configuration may be a configuration, in which accounts are missing. */
static void a_file_is_not_looked_at_before_its_writer_closes_it(void **state)
{
  Scene scene;
  scene_begin(&scene, plain);
  settle(&scene, 1, &(const guint){ 1 });
  removed();
  settle(&scene, 1, &(const guint){ 2 });
  g_autofree char *path = in_home("backstop/config");
  int fd = open(path, O_WRONLY | O_CREAT, 0600);
  assert_true(fd >= 0 && write(fd, "half", 4) == 4);
  settle(&scene, 1, &(const guint){ 2 });
  assert_int_equal(write(fd, "more", 4), 4);
  settle(&scene, 1, &(const guint){ 2 });
  assert_int_equal(scene.changes, 2);
  close(fd);
  settle(&scene, 1, &(const guint){ 3 });
  assert_int_equal(scene.changes, 3);
  scene_end(&scene);
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(every_change_is_noticed_once_and_nothing_else_is),
                                      cmocka_unit_test(a_file_is_not_looked_at_before_its_writer_closes_it) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
