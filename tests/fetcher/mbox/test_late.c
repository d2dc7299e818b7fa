/* test_late.c - mail that a program writes into the old file of an mbox, which it opened just before that was replaced
 * Owns:     nothing; the folder is the rig's.
 * Must not: need a server.
 * Fails:    by TAP.
 * Tests:    fetcher/mbox/late.c */
#include "fetcher/mbox/private.h"
#include "tests/rigs/mbox_rig.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ABC FROM "A: 1\n\nx\n\n" FROM "B: 2\n\ny\n\n" FROM "C: 3\n\nz\n\n"

/* A delivery program that opened the file before it was replaced, and gets its lock afterwards. */
typedef struct {
  const char *path, *text;
  int ready;
} Late;

static int deliver_late(gpointer data)
{
  const Late *late = data;
  int fd = open(late->path, O_RDWR | O_APPEND);
  struct stat opened, named;
  if (fd < 0 || fstat(fd, &opened) != 0 || write(late->ready, "x", 1) != 1) return 1;
  do {
    g_usleep(1000);
    if (stat(late->path, &named) != 0) return 2;
  } while (named.st_ino == opened.st_ino);
  struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  if (fcntl(fd, F_SETLKW, &whole) != 0) return 3;
  ssize_t length = (ssize_t)strlen(late->text);
  return write(fd, late->text, (gsize)length) == length ? 0 : 4;
}

/* The program opens the file; then it is replaced, as a rewrite does when nobody has it open, by one without "B". */
static pid_t deliver_and_replace(Box *box, const char *text)
{
  const char *path = box->name;
  static Late late;
  int ready[2];
  char byte;
  assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
  late = (Late){ path, text, ready[1] };
  pid_t pid = rig_fork(deliver_late, &late);
  assert_int_equal(read(ready[0], &byte, 1), 1);
  close(ready[0]);
  close(ready[1]);
  g_autofree char *new_path = rig_file("new", FROM "A: 1\n\nx\n\n" FROM "C: 3\n\nz\n\n", -1);
  int old = open(path, O_RDWR | O_APPEND | O_CLOEXEC);
  struct stat status;
  assert_int_equal(fstat(old, &status) | rename(new_path, path), 0);
  mbox_late_keep(&((Mbox *)box)->late, old, (guint64)status.st_size);
  return pid;
}

/* Nobody waits for a file that no other program has open. */
static void a_file_that_nobody_has_open_is_not_waited_for(void **state)
{
  g_autofree char *path = rig_file("nobody", ABC, -1);
  Box *box = mbox_box_new(path);
  rig_list(box);
  const guint second = 1;
  assert_true(box->class->remove(box, &second, 1, NULL));
  gint64 begin = g_get_monotonic_time();
  box_free(box);
  assert_true(g_get_monotonic_time() - begin < G_TIME_SPAN_SECOND / 2);
}

typedef enum { BY_LIST, BY_STAMP, BY_REMOVE, BY_FREE, BY_N } By;

static void what_a_program_writes_late_into_the_old_file_is_moved_over(void **state)
{
  for (By by = 0; by < BY_N; by++) {
    g_autofree char *path = rig_file("late", ABC, -1);
    Box *box = mbox_box_new(path);
    rig_list(box);
    const guint last = 2;
    pid_t pid = deliver_and_replace(box, "\n" FROM "L: 1\n\nlate\n\n");
    assert_int_equal(rig_wait(pid), 0);
    g_autofree char *stamp = by == BY_STAMP ? box->class->stamp(box, NULL) : NULL;
    if (by == BY_LIST) rig_expect(box, "A: 1\n\nx\n|C: 3\n\nz\n|L: 1\n\nlate\n|");
    if (by == BY_REMOVE) assert_true(box->class->remove(box, &last, 1, NULL));
    box_free(box);
    const char *rest = by == BY_REMOVE ? "" : FROM "C: 3\n\nz\n\n";
    g_autofree char *want = g_strconcat(FROM "A: 1\n\nx\n\n", rest, FROM "L: 1\n\nlate\n\n", NULL);
    rig_expect_file(path, want, -1);
  }
}

/* What cannot be understood is kept beside it. */
static void what_is_written_late_and_not_understood_is_kept_beside_the_file(void **state)
{
  g_autofree char *path = rig_file("rest", ABC, -1), *side = rig_path("rest.late");
  Box *box = mbox_box_new(path);
  rig_list(box);
  pid_t pid = deliver_and_replace(box, "the end of a message\n");
  assert_int_equal(rig_wait(pid), 0);
  box_free(box);
  rig_expect_file(path, FROM "A: 1\n\nx\n\n" FROM "C: 3\n\nz\n\n", -1);
  rig_expect_file(side, "the end of a message\n\n", -1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_a_program_writes_late_into_the_old_file_is_moved_over),
    cmocka_unit_test(what_is_written_late_and_not_understood_is_kept_beside_the_file),
    cmocka_unit_test(a_file_that_nobody_has_open_is_not_waited_for),
  };
  return cmocka_run_group_tests(tests, rig_set_up, rig_tear_down);
}
