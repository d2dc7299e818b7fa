/* mbox_rig.c - what the tests of the mbox box share
 * Owns:     a folder under /tmp, removed at the end.
 * Must not: need a server.
 * Fails:    by cmocka's assertions.
 * Tests:    tests/fetcher/mbox/test_mbox.c, tests/fetcher/mbox/test_change.c, tests/fetcher/mbox/test_lock.c */
#include "tests/rigs/mbox_rig.h"
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *folder;

int rig_set_up(void **state)
{
  folder = g_dir_make_tmp("backstop-mbox-XXXXXX", NULL);
  return folder == NULL;
}

int rig_tear_down(void **state)
{
  const char *argv[] = { "rm", "-rf", folder, NULL };
  gboolean good = g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_free(folder);
  return !good;
}

char *rig_path(const char *name) { return g_build_filename(folder, name, NULL); }

char *rig_file(const char *name, const char *text, gssize length)
{
  char *path = rig_path(name);
  g_autofree char *parent = g_path_get_dirname(path);
  assert_int_equal(g_mkdir_with_parents(parent, 0700), 0);
  assert_true(g_file_set_contents(path, text, length, NULL));
  return path;
}

GString *rig_contents(const char *path)
{
  char *text;
  gsize length;
  assert_true(g_file_get_contents(path, &text, &length, NULL));
  GString *got = g_string_new_len(text, (gssize)length);
  g_free(text);
  return got;
}

void rig_expect_file(const char *path, const char *text, gssize length)
{
  GString *got = rig_contents(path);
  gsize size = length < 0 ? strlen(text) : (gsize)length;
  if (got->len != size || memcmp(got->str, text, size) != 0) assert_string_equal(got->str, text);
  assert_int_equal(got->len, size);
  g_string_free(got, TRUE);
}

void rig_list(Box *box)
{
  g_autoptr(GError) error = NULL;
  gboolean good = box->class->list(box, &error);
  if (!good) print_error("%s\n", error->message);
  assert_true(good);
}

static void keep(guint item, GBytes *bytes, gpointer data)
{
  assert_null(*(GBytes **)data);
  *(GBytes **)data = g_bytes_ref(bytes);
}

GBytes *rig_read(Box *box, guint item, BoxPart part, gsize limit, GError **error)
{
  GBytes *bytes = NULL;
  box->class->read(box, &item, 1, part, limit, keep, &bytes, error);
  return bytes;
}

void rig_expect(Box *box, const char *want)
{
  rig_list(box);
  g_autoptr(GString) got = g_string_new(NULL);
  for (guint i = 0; i < box->items->len; i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = rig_read(box, i, BOX_MESSAGE, G_MAXUINT32, &error);
    assert_null(error);
    assert_non_null(bytes);
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);
    assert_int_equal(length, box_item(box, i)->size);
    g_string_append_len(got, text != NULL ? text : "", (gssize)length);
    g_string_append_c(got, '|');
  }
  assert_string_equal(got->str, want);
}

int rig_spool(const char *text, gssize length)
{
  g_autofree char *near = rig_path("spool");
  int fd = box_spool(near, NULL);
  gssize size = length < 0 ? (gssize)strlen(text) : length;
  assert_true(fd >= 0);
  assert_int_equal(write(fd, text, (gsize)size), size);
  return fd;
}

pid_t rig_fork(int (*run)(gpointer data), gpointer data)
{
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) _exit(run(data));
  return pid;
}

int rig_wait(pid_t pid)
{
  int status;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}
