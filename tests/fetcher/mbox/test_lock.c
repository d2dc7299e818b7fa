/* test_lock.c - an mbox that other programs use at the same time
 * Owns:     nothing; the folder is the rig's.
 * Must not: need a server.
 * Fails:    by TAP.
 * Tests:    fetcher/mbox/lock.c, fetcher/mbox/rewrite.c */
#include "fetcher/mbox/private.h"
#include "tests/rigs/mbox_rig.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ABC FROM "A: 1\n\nx\n\n" FROM "B: 2\n\ny\n\n" FROM "C: 3\n\nz\n\n"

/* Who holds the mbox: a function that takes the lock in another process. */
typedef struct {
  const char *path;
  int ready, end;
} Holder;

static int hold_lock(gpointer data)
{
  const Holder *holder = data;
  int fd = open(holder->path, O_RDWR);
  struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  char byte = 'x';
  if (fd < 0 || fcntl(fd, F_SETLK, &whole) != 0 || write(holder->ready, &byte, 1) != 1) return 1;
  return read(holder->end, &byte, 1) == 1 ? 0 : 1;
}

typedef enum { DO_REMOVE, DO_CARRY, DO_PUT, DO_N } Do;

/* One change to an mbox; carried is what "target" gets. */
static gboolean change(const char *path, Do what, GError **error)
{
  g_autofree char *other = rig_path("target");
  g_autoptr(Box) box = mbox_box_new(path), to = mbox_box_new(other);
  g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(BoxMove));
  const guint first = 0;
  gboolean at_once, good;
  gint64 key;
  rig_list(box);
  int fd = rig_spool("N: 1\n\nFrom here\n", -1);
  if (what == DO_REMOVE)
    good = box->class->remove(box, &first, 1, error);
  else if (what == DO_CARRY)
    good = box->class->carry(box, &first, 1, to, moved, &at_once, error);
  else
    good = box->class->put(box, fd, box_item(box, 0), &key, error);
  close(fd);
  assert_int_equal(moved->len, good && what == DO_CARRY ? 1 : 0);
  return good;
}

/* The change must be refused, and nothing changed. */
static void expect_refused(const char *path, Do what, const char *words)
{
  g_autofree char *other = rig_file("target", FROM "T: 1\n\nt", -1), *lock = g_strconcat(other, ".lock", NULL);
  GString *before = rig_contents(path);
  g_autoptr(GError) error = NULL;
  assert_false(change(path, what, &error));
  assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX));
  assert_non_null(strstr(error->message, words));
  rig_expect_file(path, before->str, (gssize)before->len);
  rig_expect_file(other, FROM "T: 1\n\nt", -1);
  assert_false(g_file_test(lock, G_FILE_TEST_EXISTS));
  g_string_free(before, TRUE);
}

static void expect_done(const char *path, Do what)
{
  g_autofree char *other = rig_file("target", "", -1), *lock = g_strconcat(path, ".lock", NULL);
  g_autoptr(GError) error = NULL;
  gboolean good = change(path, what, &error);
  if (!good) print_error("%s\n", error->message);
  assert_true(good);
  assert_false(g_file_test(lock, G_FILE_TEST_EXISTS));
}

static pid_t hold(const char *path, int *end)
{
  static Holder holder;
  int ready[2], ending[2];
  char byte;
  assert_int_equal(pipe2(ready, O_CLOEXEC) | pipe2(ending, O_CLOEXEC), 0);
  holder = (Holder){ path, ready[1], ending[0] };
  pid_t pid = rig_fork(hold_lock, &holder);
  assert_int_equal(read(ready[0], &byte, 1), 1);
  close(ready[0]);
  close(ready[1]);
  close(ending[0]);
  *end = ending[1];
  return pid;
}

static void a_locked_file_is_read_and_left_alone(void **state)
{
  g_autofree char *path = rig_file("locked", ABC, -1);
  int end;
  pid_t pid = hold(path, &end);
  expect_refused(path, DO_REMOVE, "is in use by another program (locked.lock, or a lock on it): left alone");
  g_autoptr(Box) box = mbox_box_new(path);
  rig_expect(box, "A: 1\n\nx\n|B: 2\n\ny\n|C: 3\n\nz\n|"); /* reading is fine */
  assert_int_equal(write(end, "x", 1), 1);
  close(end);
  assert_int_equal(rig_wait(pid), 0);
  expect_done(path, DO_REMOVE);
}

/* The target of carry() is locked: the source is let go. */
static void a_locked_target_lets_the_source_go(void **state)
{
  g_autofree char *path = rig_file("source", ABC, -1), *other = rig_file("target", FROM "T: 1\n", -1);
  g_autofree char *lock = rig_path("source.lock");
  g_autoptr(GError) error = NULL;
  int end;
  pid_t pid = hold(other, &end);
  assert_false(change(path, DO_CARRY, &error));
  assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX));
  assert_false(g_file_test(lock, G_FILE_TEST_EXISTS));
  rig_expect_file(path, ABC, -1);
  assert_int_equal(write(end, "x", 1), 1);
  close(end);
  assert_int_equal(rig_wait(pid), 0);
}

/* A FILE.lock: what is in it, how old it is, and whether it keeps us away. %h is this computer, %p a running process.
 */
static const struct {
  const char *text;
  gint64 age; /* seconds */
  gboolean stale;
} dotlocks[] = {
  { "", 500, FALSE },
  { "", 700, TRUE },
  { "%p\n", 700, FALSE },
  { "999999999\n", 700, TRUE },
  { "999999999\n", 100, FALSE },
  { "999999999\nbackstop %h\n", 0, TRUE }, /* a Backstop would hold the file's lock as well */
  { "1\nbackstop %h\n", 500, FALSE },
  { "1\nbackstop %h\n", 700, TRUE },
  { "999999999\nbackstop elsewhere.example\n", 0, FALSE },
};

static void a_lock_file_counts_while_its_program_may_live(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(dotlocks); i++) {
    g_autofree char *path = rig_file("dot", ABC, -1), *pid = g_strdup_printf("%d", (int)getpid());
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    g_autoptr(GString) text = g_string_new(dotlocks[i].text);
    g_string_replace(text, "%p", pid, 0);
    g_string_replace(text, "%h", host, 0);
    g_autofree char *lock = rig_file("dot.lock", text->str, -1);
    struct timespec when[2] = { { .tv_sec = time(NULL) - dotlocks[i].age },
                                { .tv_sec = time(NULL) - dotlocks[i].age } };
    assert_int_equal(utimensat(AT_FDCWD, lock, when, 0), 0);
    Do what = (Do)(i % DO_N);
    if (dotlocks[i].stale)
      expect_done(path, what);
    else {
      expect_refused(path, what, "is in use by another program (dot.lock, or a lock on it): left alone");
      rig_expect_file(lock, text->str, -1);
      assert_int_equal(unlink(lock), 0);
    }
  }
}

static void a_running_thunderbird_keeps_its_folders(void **state)
{
  g_autofree char *path = rig_file("profile/Mail/Local Folders/Sent", ABC, -1);
  g_autofree char *index = rig_file("profile/Mail/Local Folders/Sent.msf", "", -1);
  g_autofree char *mark = rig_file("profile/.parentlock", "", -1);
  int end;
  pid_t pid = hold(mark, &end);
  for (Do what = 0; what < DO_N; what++)
    expect_refused(path, what, "Thunderbird is running, and does not lock its folders: left alone until it is closed");
  assert_int_equal(unlink(index), 0); /* not one of Thunderbird's */
  expect_done(path, DO_REMOVE);
  g_autofree char *again = rig_file("profile/Mail/Local Folders/Sent.msf", "", -1);
  assert_int_equal(write(end, "x", 1), 1);
  close(end);
  assert_int_equal(rig_wait(pid), 0);
  expect_done(path, DO_REMOVE);
}

/* In a folder that may not be written; as another user, where this one may write everywhere. */
static int change_as_nobody(gpointer data)
{
  const char *path = data;
  if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) return 77;
  g_autoptr(GError) error = NULL;
  g_autoptr(Box) box = mbox_box_new(path);
  const guint first = 0;
  if (!box->class->list(box, NULL) || box->items->len != 3) return 1;
  if (!box->read_only) return 2;
  if (box->class->remove(box, &first, 1, &error)) return 3;
  return g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX) && strstr(error->message, path) != NULL ? 0 : 4;
}

static void a_file_that_cannot_be_written_is_read_only(void **state)
{
  g_autofree char *path = rig_file("spool/mail", ABC, -1), *top = rig_path("."), *spool = rig_path("spool");
  gboolean root = getuid() == 0; /* who can write anywhere, and so becomes somebody else */
  assert_int_equal(chmod(path, 0666) | chmod(top, 0755) | chmod(spool, root ? 0755 : 0555), 0);
  assert_int_equal(rig_wait(rig_fork(change_as_nobody, path)), 0);
  rig_expect_file(path, ABC, -1);
  assert_int_equal(chmod(spool, 0755), 0);
  g_autoptr(Box) box = mbox_box_new(path);
  rig_list(box);
  assert_false(box->read_only);
}

/* Programs that ignore our lock: what they append is kept; what they change anywhere ends the rewrite. */
static const struct {
  gint64 where; /* -1: appended */
  const char *text;
  const char *after; /* NULL: refused */
} unlocked[] = {
  { -1, FROM "N: 1\n\n", FROM "A: 1\n\nx\n\n" FROM "C: 3\n\nz\n\n" FROM "N: 1\n\n" },
  { 5, "you", NULL },
};

static void what_is_written_without_a_lock_is_kept(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(unlocked); i++) {
    g_autofree char *path = rig_file("unlocked", ABC, -1), *hidden = rig_path(".unlocked.backstop");
    g_autoptr(MboxLock) lock = mbox_lock(path, MBOX_TO_REPLACE, NULL);
    assert_non_null(lock);
    int fd = open(path, O_WRONLY | (unlocked[i].where < 0 ? O_APPEND : 0)), old;
    ssize_t length = (ssize_t)strlen(unlocked[i].text);
    g_usleep(20000); /* the clock of file times ticks */
    assert_int_equal(lseek(fd, (off_t)MAX(unlocked[i].where, 0), SEEK_SET), MAX(unlocked[i].where, 0));
    assert_int_equal(write(fd, unlocked[i].text, (gsize)length), length);
    close(fd);
    GString *now = rig_contents(path);
    MboxRange second = { strlen(FROM "A: 1\n\nx\n\n"), strlen(FROM "B: 2\n\ny\n\n") };
    g_autoptr(GError) error = NULL;
    guint64 copied;
    assert_int_equal(mbox_rewrite(lock, &second, 1, &old, &copied, &error), unlocked[i].after != NULL);
    rig_expect_file(path, unlocked[i].after != NULL ? unlocked[i].after : now->str, -1);
    if (unlocked[i].after == NULL) assert_non_null(strstr(error->message, "by a program that does not lock it"));
    if (unlocked[i].after != NULL) assert_int_equal(copied, now->len);
    assert_int_equal(old >= 0, unlocked[i].after != NULL);
    assert_false(g_file_test(hidden, G_FILE_TEST_EXISTS));
    if (old >= 0) close(old);
    g_string_free(now, TRUE);
  }
}

/* Killed at any time: every message is in one of the two, or in both, and the next Backstop is not kept away. */
typedef struct {
  const char *path, *target;
} Way;

static int carry_half(gpointer data)
{
  const Way *way = data;
  g_autoptr(Box) box = mbox_box_new(way->path), to = mbox_box_new(way->target);
  g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(BoxMove)),
                    items = g_array_new(FALSE, FALSE, sizeof(guint));
  gboolean at_once;
  if (!box->class->list(box, NULL)) return 1;
  for (guint i = 0; i < box->items->len; i += 2) g_array_append_val(items, i);
  g_autoptr(GError) error = NULL;
  gboolean good = box->class->carry(box, (void *)items->data, items->len, to, moved, &at_once, &error);
  if (!good) print_error("%s\n", error->message);
  return good ? 0 : 1;
}

static void expect_key(const Box *box, const Box *other, gint64 key)
{
  guint found = 0;
  for (guint i = 0; i < box->items->len; i++) found += box_item(box, i)->key == key ? 1 : 0;
  for (guint i = 0; i < other->items->len; i++) found += box_item(other, i)->key == key ? 1 : 0;
  assert_in_range(found, 1, 2);
}

static void a_program_that_is_killed_at_any_time_loses_nothing(void **state)
{
  g_autofree char *body = g_strnfill(20000, 'k');
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < 60; i++) g_string_append_printf(text, FROM "K: %u\n\n%s\n\n", i, body);
  for (guint delay = 0; delay < 40; delay++) {
    g_autofree char *path = rig_file("killed", text->str, -1), *target = rig_file("killed-target", "", 0);
    g_autoptr(Box) box = mbox_box_new(path), to = mbox_box_new(target);
    rig_list(box);
    g_autoptr(GArray) all = g_array_copy(box->items);
    Way way = { path, target };
    pid_t pid = rig_fork(carry_half, &way);
    g_usleep(delay * 500);
    kill(pid, SIGKILL);
    rig_wait(pid);
    rig_list(box);
    rig_list(to);
    assert_int_equal(all->len, 60);
    for (guint i = 0; i < all->len; i++) expect_key(box, to, g_array_index(all, BoxItem, i).key);
    assert_int_equal(carry_half(&way), 0);
  }
}

/* Many deliveries with locks, while messages are removed: none is lost. A removal is refused where a delivery has just
 * opened the file. */
static int deliver_many(gpointer data)
{
  const char *path = data;
  for (guint i = 0; i < 100; i++) {
    int fd = open(path, O_RDWR | O_APPEND);
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    g_autofree char *text = g_strdup_printf(FROM "N: %u\n\nnew\n\n", i);
    ssize_t length = (ssize_t)strlen(text);
    if (fd < 0 || fcntl(fd, F_SETLKW, &whole) != 0 || write(fd, text, (gsize)length) != length) return 1;
    close(fd);
    g_usleep(2000);
  }
  return 0;
}

static void deliveries_while_messages_are_removed_lose_nothing(void **state)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < 200; i++) g_string_append_printf(text, FROM "O: %u\n\nold\n\n", i);
  g_autofree char *path = rig_file("busy", text->str, -1);
  g_autoptr(Box) box = mbox_box_new(path);
  rig_list(box);
  pid_t pid = rig_fork(deliver_many, path);
  guint gone = 0;
  for (guint i = 0; i < 200; i += 10) gone += box->class->remove(box, &i, 1, NULL) ? 1 : 0;
  assert_int_equal(rig_wait(pid), 0);
  rig_list(box);
  rig_list(box);
  print_message("%u of 20 removed meanwhile\n", gone);
  assert_int_equal(box->items->len, 300 - gone);
  assert_true(gone > 0);
}

int main(void)
{
  mbox_lock_patience = 300;
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_locked_file_is_read_and_left_alone),
    cmocka_unit_test(a_locked_target_lets_the_source_go),
    cmocka_unit_test(a_lock_file_counts_while_its_program_may_live),
    cmocka_unit_test(a_running_thunderbird_keeps_its_folders),
    cmocka_unit_test(a_file_that_cannot_be_written_is_read_only),
    cmocka_unit_test(what_is_written_without_a_lock_is_kept),
    cmocka_unit_test(a_program_that_is_killed_at_any_time_loses_nothing),
    cmocka_unit_test(deliveries_while_messages_are_removed_lose_nothing),
  };
  return cmocka_run_group_tests(tests, rig_set_up, rig_tear_down);
}
