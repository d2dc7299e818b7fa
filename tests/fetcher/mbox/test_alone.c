/* test_alone.c - an mbox that another program has open, or opens while messages are taken out of it
 * Owns:     nothing; the folder is the rig's.
 * Must not: need a server.
 * Fails:    by TAP.
 * Tests:    fetcher/mbox/alone.c, fetcher/mbox/lock.c, fetcher/mbox/rewrite.c */
#include "fetcher/mbox/private.h"
#include "tests/rigs/mbox_rig.h"
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define ABC FROM "A: 1\n\nx\n\n" FROM "B: 2\n\ny\n\n" FROM "C: 3\n\nz\n\n"
#define AC FROM "A: 1\n\nx\n\n" FROM "C: 3\n\nz\n\n"
#define NEW FROM "N: 1\n\nnew\n\n"

/* How a program has the file open, in a process of its own. */
typedef enum { TO_READ, TO_WRITE, BY_OTHER_NAME, IN_A_CHILD, MAPPED, WAYS } Way;

typedef struct {
  const char *path;
  Way way;
  int ready, end;
} Program;

static int keep_open(gpointer data)
{
  const Program *program = data;
  g_autofree char *other = g_strconcat(program->path, ".link", NULL);
  const char *path = program->way == BY_OTHER_NAME ? other : program->path;
  char byte = 'x';
  if (program->way == BY_OTHER_NAME && link(program->path, other) != 0) return 1;
  int fd = open(path, program->way == TO_READ || program->way == MAPPED ? O_RDONLY : O_RDWR | O_APPEND);
  if (fd < 0) return 2;
  if (program->way == MAPPED) {
    if (mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED) return 3;
    close(fd);
  }
  if (program->way == IN_A_CHILD && fork() != 0) _exit(0); /* its child has it */
  if (write(program->ready, &byte, 1) != 1 || read(program->end, &byte, 1) != 1) return 4;
  if (program->way == TO_WRITE && write(fd, NEW, strlen(NEW)) != (ssize_t)strlen(NEW)) return 5;
  return 0;
}

static pid_t begin(const char *path, Way way, int *end)
{
  static Program program;
  int ready[2], ending[2];
  char byte;
  assert_int_equal(pipe2(ready, O_CLOEXEC) | pipe2(ending, O_CLOEXEC), 0);
  program = (Program){ path, way, ready[1], ending[0] };
  pid_t pid = rig_fork(keep_open, &program);
  assert_int_equal(read(ready[0], &byte, 1), 1);
  close(ready[0]);
  close(ready[1]);
  close(ending[0]);
  *end = ending[1];
  return pid;
}

static void finish(pid_t pid, int end)
{
  assert_int_equal(write(end, "x", 1), 1);
  close(end);
  assert_int_equal(rig_wait(pid), 0);
}

static void expect_left_alone(Box *box, Box *to)
{
  const guint second = 1;
  gboolean at_once;
  g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(BoxMove));
  for (guint i = 0; i < 3; i++) {
    g_autoptr(GError) error = NULL;
    gboolean good = i == 0   ? box->class->carry(box, &second, 1, to, moved, &at_once, &error)
                    : i == 1 ? box->class->remove(box, &second, 1, &error)
                             : box->class->remove(box, NULL, 0, &error); /* only asked */
    assert_false(good);
    assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX)); /* so that the move is put off */
    assert_non_null(strstr(error->message, "is open in another program"));
    assert_int_equal(moved->len, 0);
  }
}

static void a_file_that_is_open_elsewhere_is_left_alone(void **state)
{
  for (Way way = 0; way < WAYS; way++) {
    g_autofree char *path = rig_file("open", ABC, -1), *other = rig_file("goal", FROM "T: 1\n\n", -1);
    g_autofree char *lock = rig_path("open.lock"), *hidden = rig_path(".open.backstop");
    g_autoptr(Box) box = mbox_box_new(path), to = mbox_box_new(other);
    const guint second = 1;
    int end;
    pid_t pid = begin(path, way, &end);
    rig_expect(box, "A: 1\n\nx\n|B: 2\n\ny\n|C: 3\n\nz\n|"); /* reading is fine */
    expect_left_alone(box, to);
    rig_expect_file(path, ABC, -1);
    rig_expect_file(other, FROM "T: 1\n\n", -1);
    assert_false(g_file_test(lock, G_FILE_TEST_EXISTS) || g_file_test(hidden, G_FILE_TEST_EXISTS));
    finish(pid, end);
    for (guint i = 0; i < 200 && !box->class->remove(box, NULL, 0, NULL); i++) g_usleep(20000); /* until it is closed */
    assert_true(box->class->remove(box, &second, 1, NULL));
    rig_expect_file(path, way == TO_WRITE ? AC NEW : AC, -1); /* what it added at the end is there */
  }
}

/* That it was closed shows, so that a daemon need not try again and again. */
static void the_stamp_shows_that_a_file_was_closed(void **state)
{
  g_autofree char *path = rig_file("shows", ABC, -1);
  g_autoptr(Box) box = mbox_box_new(path);
  const guint second = 1;
  int end;
  pid_t pid = begin(path, TO_READ, &end);
  rig_list(box);
  g_autofree char *before = box->class->stamp(box, NULL);
  assert_false(box->class->remove(box, &second, 1, NULL));
  g_autofree char *open = box->class->stamp(box, NULL), *again = box->class->stamp(box, NULL);
  finish(pid, end);
  g_autofree char *closed = box->class->stamp(box, NULL);
  assert_string_equal(open, again);
  assert_string_not_equal(open, closed);
  assert_string_equal(before, closed);
}

/* What is only appended to may be open. */
static void a_file_that_is_only_appended_to_may_be_open(void **state)
{
  g_autofree char *path = rig_file("source", ABC, -1), *other = rig_file("goal", "", 0);
  g_autoptr(Box) box = mbox_box_new(path), to = mbox_box_new(other);
  g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(BoxMove));
  const guint second = 1;
  gboolean at_once;
  int end;
  pid_t pid = begin(other, TO_WRITE, &end);
  rig_list(box);
  assert_true(box->class->carry(box, &second, 1, to, moved, &at_once, NULL));
  finish(pid, end);
  rig_expect_file(path, AC, -1);
  rig_expect_file(other, FROM "B: 2\n\ny\n\n" NEW, -1);
}

/* It is opened after the lock was taken: noticed before the new file gets the name. */
static void a_file_that_is_opened_after_the_lock_keeps_its_name(void **state)
{
  g_autofree char *path = rig_file("meanwhile", ABC, -1), *hidden = rig_path(".meanwhile.backstop");
  MboxLock *lock = mbox_lock(path, MBOX_TO_REPLACE, NULL);
  g_autoptr(GError) error = NULL;
  MboxRange second = { strlen(FROM "A: 1\n\nx\n\n"), strlen(FROM "B: 2\n\ny\n\n") };
  guint64 copied;
  int end, old;
  assert_non_null(lock);
  pid_t pid = begin(path, TO_WRITE, &end);
  assert_false(mbox_rewrite(lock, &second, 1, &old, &copied, &error));
  assert_int_equal(old, -1);
  assert_non_null(strstr(error->message, "is open in another program"));
  assert_false(g_file_test(hidden, G_FILE_TEST_EXISTS));
  mbox_unlock(lock);
  finish(pid, end);
  rig_expect_file(path, ABC NEW, -1);
}

/* A program that opens the file again and again, as some do that tell of new mail: nothing ends us, and no open of its
 * own fails or hangs. */
static int open_often(gpointer data)
{
  for (guint i = 0; i < 4000; i++) {
    int fd = open(data, O_RDONLY);
    if (fd < 0) return 1;
    close(fd);
    if (i % 16 == 0) g_usleep(500);
  }
  return 0;
}

static void a_program_that_opens_the_file_again_and_again_loses_nothing(void **state)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < 40; i++) g_string_append_printf(text, FROM "O: %u\n\nold\n\n", i);
  g_autofree char *path = rig_file("often", text->str, -1);
  g_autoptr(Box) box = mbox_box_new(path);
  rig_list(box);
  pid_t pid = rig_fork(open_often, path);
  guint gone = 0;
  for (guint i = 0; i < 20; i++) gone += box->class->remove(box, &i, 1, NULL) ? 1 : 0;
  assert_int_equal(rig_wait(pid), 0);
  rig_list(box);
  assert_int_equal(box->items->len, 40 - gone);
  print_message("%u of 20 removed meanwhile\n", gone);
}

/* Where the kernel gives no lease (the file is somebody else's), the owner's own programs are looked at. */
static int look_as_nobody(gpointer data)
{
  int end, fd = open(data, O_RDWR);
  if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) return 77;
  prctl(PR_SET_DUMPABLE, 1); /* as what was started by that user is */
  if (mbox_others(fd) != MBOX_OTHERS_UNKNOWN) return 1;
  pid_t pid = begin(data, TO_READ, &end);
  MboxOthers others = mbox_others(fd);
  if (kill(pid, SIGKILL) != 0) return 2;
  rig_wait(pid);
  return others == MBOX_OTHERS ? 0 : 3;
}

static void without_a_lease_only_programs_of_the_same_user_are_seen(void **state)
{
  g_autofree char *path = rig_file("no-lease", ABC, -1), *top = rig_path(".");
  assert_int_equal(chmod(path, 0666) | chmod(top, 0755), 0);
  assert_int_equal(rig_wait(rig_fork(look_as_nobody, path)), 0);
}

int main(void)
{
  mbox_lock_patience = 200;
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_file_that_is_open_elsewhere_is_left_alone),
    cmocka_unit_test(the_stamp_shows_that_a_file_was_closed),
    cmocka_unit_test(a_file_that_is_only_appended_to_may_be_open),
    cmocka_unit_test(a_file_that_is_opened_after_the_lock_keeps_its_name),
    cmocka_unit_test(a_program_that_opens_the_file_again_and_again_loses_nothing),
    cmocka_unit_test(without_a_lease_only_programs_of_the_same_user_are_seen),
  };
  /* The last case becomes another user, which only root can do. */
  gsize n = G_N_ELEMENTS(tests) - (getuid() == 0 ? 0 : 1);
  return _cmocka_run_group_tests("tests", tests, n, rig_set_up, rig_tear_down);
}
