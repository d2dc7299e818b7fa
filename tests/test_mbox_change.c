/* test_mbox_change.c - changes to an mbox: what is put, carried, removed; locks; other programs at the same time; a full disk
 * Owns:     nothing; the folder is the rig's.
 * Must not: need a server.
 * Fails:    by TAP.
 * Tests:    fetcher/mbox_box.c, mbox_write.c, mbox_rewrite.c, mbox_lock.c, mbox_late.c */
#include "tests/mbox_rig.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ABC FROM "A: 1\n\nx\n\n" FROM "B: 2\n\ny\n\n" FROM "C: 3\n\nz\n\n"
#define PUT_DATE " Thu Nov 20 21:28:48 +0000 2025\n"

static const struct {
  const char *before, *message;
  const char *after; /* what is added */
  const char *given; /* what the box gives of it; NULL: the message */
} puts_[] = {
  { "", "A: 1\n\nx\n", "From MAILER-DAEMON" PUT_DATE "A: 1\n\nx\n\n", NULL },
  { "", "Return-Path: <me@example.org>\nA: 1\n\nx\n",
    "From me@example.org" PUT_DATE "Return-Path: <me@example.org>\nA: 1\n\nx\n\n", NULL },
  { "", "Return-Path: <>\n\n", "From MAILER-DAEMON" PUT_DATE "Return-Path: <>\n\n\n", NULL },
  { "", "Return-Path: <a b>\n\n", "From MAILER-DAEMON" PUT_DATE "Return-Path: <a b>\n\n\n", NULL },
  { "", "A: 1\n\nReturn-Path: <no>\n", "From MAILER-DAEMON" PUT_DATE "A: 1\n\nReturn-Path: <no>\n\n", NULL },
  /* quoted, at the start too, and unquoted again */
  { "", "From x 10:20\nA: 1\n\nFrom y 10:20\n>From z\n>> From\nFro",
    "From MAILER-DAEMON" PUT_DATE ">From x 10:20\nA: 1\n\n>From y 10:20\n>>From z\n>> From\nFro\n\n",
    "From x 10:20\nA: 1\n\nFrom y 10:20\n>From z\n>> From\nFro\n" },
  { "", "A: 1\n\nx\n\n\n", "From MAILER-DAEMON" PUT_DATE "A: 1\n\nx\n\n\n\n", NULL },
  { "", "A: 1\r\n\r\nx\r\n", "From MAILER-DAEMON" PUT_DATE "A: 1\r\n\r\nx\r\n\n", NULL },
  { "", "", "From MAILER-DAEMON" PUT_DATE "\n", NULL },
  /* what was there is ended first */
  { FROM "Z: 1\n\nx", "A: 1\n", "\n\nFrom MAILER-DAEMON" PUT_DATE "A: 1\n\n", NULL },
  { FROM "Z: 1\n\nx\n", "A: 1\n", "\nFrom MAILER-DAEMON" PUT_DATE "A: 1\n\n", NULL },
  { FROM "Z: 1\n\nx\n\n", "A: 1\n", "From MAILER-DAEMON" PUT_DATE "A: 1\n\n", NULL },
  { FROM "Z: 1\r\n\r\nx\r\n", "A: 1\n", "\r\nFrom MAILER-DAEMON" PUT_DATE "A: 1\n\n", NULL },
  { FROM "Z: 1\r\n\r\nx\r\n\r\n", "A: 1\n", "From MAILER-DAEMON" PUT_DATE "A: 1\n\n", NULL },
  /* a message's own status fields are kept, and taken for the mbox's */
  { "", "A: 1\nStatus: RO\n\nx\n", "From MAILER-DAEMON" PUT_DATE "A: 1\nStatus: RO\n\nx\n\n", "A: 1\n\nx\n" },
};

static void test_put(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(puts_); i++) {
    g_autofree char *path = rig_file("put", puts_[i].before, -1);
    g_autofree char *want = g_strconcat(puts_[i].before, puts_[i].after, NULL);
    const char *given = puts_[i].given != NULL ? puts_[i].given : puts_[i].message;
    g_autoptr(Box) box = mbox_box_new(path);
    rig_list(box);
    int fd = rig_spool(puts_[i].message, -1);
    BoxItem like = { .stored = 1763674128 };
    gint64 key = 0;
    assert_true(box->class->put(box, fd, &like, &key, NULL));
    close(fd);
    rig_expect_file(path, want, -1);
    rig_list(box);
    guint last = box->items->len - 1;
    assert_int_equal(box_item(box, last)->key, key);
    assert_int_equal(box_item(box, last)->stored, 1763674128);
    g_autoptr(GBytes) bytes = rig_read(box, last, BOX_MESSAGE, 1000, NULL);
    assert_int_equal(g_bytes_get_size(bytes), strlen(given));
    if (given[0] != '\0') assert_memory_equal(g_bytes_get_data(bytes, NULL), given, strlen(given));
  }
}

static void test_put_now(void **state)
{
  g_autofree char *path = rig_file("put-now", "", -1), *lock = rig_path("put-now.lock");
  g_autoptr(Box) box = mbox_box_new(path);
  int fd = rig_spool("A: 1\n", -1);
  BoxItem like = { 0 };
  gint64 key, before = time(NULL);
  assert_true(box->class->put(box, fd, &like, &key, NULL));
  close(fd);
  rig_list(box);
  assert_in_range(box_item(box, 0)->stored, before, time(NULL));
  assert_false(g_file_test(lock, G_FILE_TEST_EXISTS));
}

static const struct {
  const char *before;
  guint items[3], n;
  const char *after;
} removals[] = {
  { ABC, { 0 }, 1, FROM "B: 2\n\ny\n\n" FROM "C: 3\n\nz\n\n" },
  { ABC, { 2, 0 }, 2, FROM "B: 2\n\ny\n\n" },
  { ABC, { 1, 1 }, 2, FROM "A: 1\n\nx\n\n" FROM "C: 3\n\nz\n\n" },
  { ABC, { 0, 1, 2 }, 3, "" },
  { FROM "A: 1\n\nx\n\n" FROM "B: 2\n\nno end", { 0 }, 1, FROM "B: 2\n\nno end" },
  { FROM "A: 1\n\nx\n\n" FROM "B: 2\n\nno end", { 1 }, 1, FROM "A: 1\n\nx\n\n" },
  { FROM "A: 1\r\n\r\nx\r\n\r\n" FROM "B: 2\r\n", { 0 }, 1, FROM "B: 2\r\n" },
  { ABC, { 0 }, 0, ABC },
};

static void test_remove(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(removals); i++) {
    g_autofree char *path = rig_file("remove", removals[i].before, -1);
    g_autofree char *lock = rig_path("remove.lock"), *hidden = rig_path(".remove.backstop");
    struct stat status;
    assert_int_equal(chmod(path, 0640), 0);
    assert_true(g_file_set_contents(hidden, "left by one that was killed", -1, NULL));
    g_autoptr(Box) box = mbox_box_new(path);
    rig_list(box);
    for (guint again = 0; again < 2; again++) /* gone is no error */
      assert_true(box->class->remove(box, removals[i].items, removals[i].n, NULL));
    rig_expect_file(path, removals[i].after, -1);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
    assert_false(g_file_test(lock, G_FILE_TEST_EXISTS));
    if (removals[i].n > 0) assert_false(g_file_test(hidden, G_FILE_TEST_EXISTS));
  }
}

/* Items that were not removed can be used without a new listing; one that was is gone. */
static void test_remove_and_read(void **state)
{
  g_autofree char *path = rig_file("remove-read", ABC, -1);
  g_autoptr(Box) box = mbox_box_new(path);
  rig_list(box);
  const guint second = 1;
  assert_true(box->class->remove(box, &second, 1, NULL));
  g_autoptr(GError) error = NULL;
  assert_null(rig_read(box, 1, BOX_MESSAGE, 100, &error));
  assert_null(error);
  g_autoptr(GBytes) third = rig_read(box, 2, BOX_MESSAGE, 100, &error);
  assert_null(error);
  assert_memory_equal(g_bytes_get_data(third, NULL), "C: 3\n\nz\n", 8);
  rig_expect(box, "A: 1\n\nx\n|C: 3\n\nz\n|");
}

/* What others did between list() and remove() of the second message. */
static const struct {
  const char *now;
  const char *after; /* NULL: MESSAGE, and nothing changed */
} meanwhile[] = {
  { FROM "Status: RO\nA: 1\n\nx\n\n" FROM "Status: RO\nB: 2\n\ny\n\n" FROM "C: 3\n\nz\n\n",
    FROM "Status: RO\nA: 1\n\nx\n\n" FROM "C: 3\n\nz\n\n" },
  { FROM "B: 2\nX-Status: D\n\ny\n\n" FROM "C: 3\n\nz\n\n", FROM "C: 3\n\nz\n\n" },
  { FROM "A: 1\n\nx\n\n" FROM "C: 3\n\nz\n\n", FROM "A: 1\n\nx\n\n" FROM "C: 3\n\nz\n\n" },
  { ABC FROM "D: 4\n", FROM "A: 1\n\nx\n\n" FROM "C: 3\n\nz\n\n" FROM "D: 4\n" },
  { FROM "B: 2\n\ny\n\n" ABC, NULL },
  { "", "" },
};

static void test_meanwhile(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(meanwhile); i++) {
    g_autofree char *path = rig_file("meanwhile", ABC, -1);
    g_autoptr(Box) box = mbox_box_new(path);
    g_autoptr(GError) error = NULL;
    rig_list(box);
    g_autofree char *again = rig_file("meanwhile", meanwhile[i].now, -1);
    const guint second = 1;
    gboolean good = box->class->remove(box, &second, 1, &error);
    assert_int_equal(good, meanwhile[i].after != NULL);
    if (!good) assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MESSAGE));
    rig_expect_file(path, good ? meanwhile[i].after : meanwhile[i].now, -1);
  }
}

static void test_carry(void **state)
{
  static const char first[] = "From - Thu Nov 20 21:28:48 2025\nX-Mozilla-Status: 0001\nA: 1\n\n>From x\n>>From y\n\n";
  static const char third[] = "From c Thu Nov 20 21:28:48 2025\nStatus: RO\nC: 3\n\nno end";
  g_autofree char *before = g_strconcat(first, FROM "B: 2\n\n", third, NULL);
  g_autofree char *path = rig_file("carry", before, -1), *to_path = rig_file("carry-to", FROM "Z: 0\n\nz", -1);
  g_autofree char *want = g_strconcat(FROM "Z: 0\n\nz\n\n", first, third, "\n\n", NULL);
  g_autoptr(Box) box = mbox_box_new(path), to = mbox_box_new(to_path);
  g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(BoxMove));
  gboolean at_once = TRUE;
  rig_list(box);
  assert_true(box->class->carry(box, NULL, 0, to, moved, &at_once, NULL));
  assert_false(at_once);
  const guint items[] = { 2, 0 };
  assert_true(box->class->carry(box, items, 2, to, moved, &at_once, NULL));
  rig_expect_file(path, FROM "B: 2\n\n", -1);
  rig_expect_file(to_path, want, -1);
  assert_int_equal(moved->len, 2);
  rig_expect(to, "Z: 0\n\nz\n|A: 1\n\nFrom x\n>From y\n|C: 3\n\nno end\n|");
  assert_int_equal(g_array_index(moved, BoxMove, 0).item, 2);
  assert_int_equal(g_array_index(moved, BoxMove, 1).key, box_item(to, 1)->key);
  /* carried again: gone, no error, no move */
  g_array_set_size(moved, 0);
  assert_true(box->class->carry(box, items, 2, to, moved, &at_once, NULL));
  assert_int_equal(moved->len, 0);
  rig_expect_file(to_path, want, -1);
}

static void test_carry_refused(void **state)
{
  g_autofree char *path = rig_file("same", ABC, -1), *link_path = rig_path("same-link"),
                  *absent = rig_path("no-target");
  assert_int_equal(symlink(path, link_path), 0);
  const char *const targets[] = { path, link_path, absent };
  g_autoptr(Box) box = mbox_box_new(path);
  g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(BoxMove));
  gboolean at_once;
  rig_list(box);
  const guint first = 0;
  for (guint i = 0; i < G_N_ELEMENTS(targets); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(Box) to = mbox_box_new(targets[i]);
    assert_false(box->class->carry(box, &first, 1, to, moved, &at_once, &error));
    assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX));
  }
  rig_expect_file(path, ABC, -1);
  assert_int_equal(moved->len, 0);
}

/* The link stays one; the file it leads to is rewritten. */
static void test_symlink(void **state)
{
  g_autofree char *path = rig_file("real/mbox", ABC, -1), *link_path = rig_path("link");
  assert_int_equal(symlink(path, link_path), 0);
  g_autoptr(Box) box = mbox_box_new(link_path);
  rig_list(box);
  const guint items[] = { 0, 2 };
  assert_true(box->class->remove(box, items, 2, NULL));
  assert_true(g_file_test(link_path, G_FILE_TEST_IS_SYMLINK));
  rig_expect_file(path, FROM "B: 2\n\ny\n\n", -1);
}

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

static void test_locked_file(void **state)
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
static void test_locked_target(void **state)
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

/* A FILE.lock: what is in it, how old it is, and whether it keeps us away. %h is this computer, %p a running process. */
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
  { "999999999\nbackstop elsewhere.example\n", 0, FALSE },
};

static void test_dotlocks(void **state)
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

static void test_thunderbird(void **state)
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

/* As another user, in a folder that is not his. */
static int change_as_nobody(gpointer data)
{
  const char *path = data;
  if (setgid(65534) != 0 || setuid(65534) != 0) return 77;
  g_autoptr(GError) error = NULL;
  g_autoptr(Box) box = mbox_box_new(path);
  const guint first = 0;
  if (!box->class->list(box, NULL) || box->items->len != 3) return 1;
  if (!box->read_only) return 2;
  if (box->class->remove(box, &first, 1, &error)) return 3;
  return g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX) && strstr(error->message, path) != NULL ? 0 : 4;
}

static void test_read_only(void **state)
{
  g_autofree char *path = rig_file("spool/mail", ABC, -1), *top = rig_path("."), *spool = rig_path("spool");
  if (getuid() != 0) skip();
  assert_int_equal(chmod(path, 0666) | chmod(top, 0755) | chmod(spool, 0755), 0);
  assert_int_equal(rig_wait(rig_fork(change_as_nobody, path)), 0);
  rig_expect_file(path, ABC, -1);
  g_autoptr(Box) box = mbox_box_new(path);
  rig_list(box);
  assert_false(box->read_only);
}

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

static pid_t deliver(const char *path, const char *text)
{
  static Late late;
  int ready[2];
  char byte;
  assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
  late = (Late){ path, text, ready[1] };
  pid_t pid = rig_fork(deliver_late, &late);
  assert_int_equal(read(ready[0], &byte, 1), 1);
  close(ready[0]);
  close(ready[1]);
  return pid;
}

typedef enum { BY_LIST, BY_STAMP, BY_REMOVE, BY_FREE, BY_N } By;

static void test_late(void **state)
{
  for (By by = 0; by < BY_N; by++) {
    g_autofree char *path = rig_file("late", ABC, -1);
    Box *box = mbox_box_new(path);
    rig_list(box);
    const guint items[] = { 1, 2 };
    pid_t pid = deliver(path, "\n" FROM "L: 1\n\nlate\n\n");
    assert_true(box->class->remove(box, items, 1, NULL));
    assert_int_equal(rig_wait(pid), 0);
    g_autofree char *stamp = by == BY_STAMP ? box->class->stamp(box, NULL) : NULL;
    if (by == BY_LIST) rig_expect(box, "A: 1\n\nx\n|C: 3\n\nz\n|L: 1\n\nlate\n|");
    if (by == BY_REMOVE) assert_true(box->class->remove(box, items + 1, 1, NULL));
    box_free(box);
    const char *rest = by == BY_REMOVE ? "" : FROM "C: 3\n\nz\n\n";
    g_autofree char *want = g_strconcat(FROM "A: 1\n\nx\n\n", rest, FROM "L: 1\n\nlate\n\n", NULL);
    rig_expect_file(path, want, -1);
  }
}

/* What cannot be understood is kept beside it. */
static void test_late_rest(void **state)
{
  g_autofree char *path = rig_file("rest", ABC, -1), *side = rig_path("rest.late");
  Box *box = mbox_box_new(path);
  rig_list(box);
  const guint second = 1;
  pid_t pid = deliver(path, "the end of a message\n");
  assert_true(box->class->remove(box, &second, 1, NULL));
  assert_int_equal(rig_wait(pid), 0);
  box_free(box);
  rig_expect_file(path, FROM "A: 1\n\nx\n\n" FROM "C: 3\n\nz\n\n", -1);
  rig_expect_file(side, "the end of a message\n\n", -1);
}

/* Many deliveries with locks, while messages are removed: none is lost. */
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

static void test_deliveries(void **state)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < 200; i++) g_string_append_printf(text, FROM "O: %u\n\nold\n\n", i);
  g_autofree char *path = rig_file("busy", text->str, -1);
  g_autoptr(Box) box = mbox_box_new(path);
  rig_list(box);
  pid_t pid = rig_fork(deliver_many, path);
  for (guint i = 0; i < 200; i += 10) assert_true(box->class->remove(box, &i, 1, NULL));
  assert_int_equal(rig_wait(pid), 0);
  rig_list(box);
  rig_list(box);
  assert_int_equal(box->items->len, 280);
  assert_int_equal(box->alike, 0);
}

/* A full disk, at every place: all or nothing. */
static void test_full(void **state)
{
  g_autofree char *body = g_strnfill(3000, 'b'),
                  *big = g_strdup_printf(FROM "A: 1\n\n%s\n\n" FROM "B: 2\n\n%s\n\n", body, body);
  struct rlimit old, tight;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
  signal(SIGXFSZ, SIG_IGN);
  for (rlim_t limit = 0; limit < 6200; limit += 620)
    for (Do what = 0; what < DO_N; what++) {
      const char *words = what == DO_REMOVE && limit > 100 ? "nothing was taken out" : "";
      g_autofree char *path = rig_file("full", big, -1), *other = rig_file("target", FROM "T: 1\n\nt", -1);
      g_autofree char *lock = rig_path("full.lock"), *hidden = rig_path(".full.backstop");
      g_autoptr(GError) error = NULL;
      g_autoptr(Box) box = mbox_box_new(path), to = mbox_box_new(other);
      g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(BoxMove));
      rig_list(box);
      int fd = rig_spool(body, -1);
      const guint second = 1;
      gboolean at_once, good;
      gint64 key;
      tight = old;
      tight.rlim_cur = limit;
      assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
      if (what == DO_REMOVE)
        good = box->class->remove(box, &second, 1, &error);
      else if (what == DO_CARRY)
        good = box->class->carry(box, &second, 1, to, moved, &at_once, &error);
      else
        good = to->class->put(to, fd, box_item(box, 0), &key, &error);
      assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
      close(fd);
      assert_int_equal(good, error == NULL);
      if (!good) {
        assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX));
        assert_non_null(strstr(error->message, words));
        rig_expect_file(path, big, -1);
        rig_expect_file(other, FROM "T: 1\n\nt", -1);
      }
      if (limit > 3200) assert_true(good);
      if (limit < 3000) assert_false(good);
      assert_false(g_file_test(lock, G_FILE_TEST_EXISTS));
      assert_false(g_file_test(hidden, G_FILE_TEST_EXISTS));
    }
}

/* Any mbox, any part of it carried, then any part removed: everything else keeps its octets and its order. */
static void add_any(GRand *chance, GPtrArray *messages)
{
  static const char *const lines[] = { "x",      "",       "\r",        ">From a 10:20", "From here on",
                                       ">>From", "From x", "Status: D", "A: 1 10:20",    "\t",
                                       "." };
  GString *text = g_string_new(FROM);
  if (g_rand_boolean(chance)) g_string_append(text, "X-Mozilla-Status: 0001\n");
  g_string_append_printf(text, "Message-ID: <%u@x>\n", messages->len);
  if (g_rand_boolean(chance)) g_string_append(text, "Status: RO\n");
  g_string_append_c(text, '\n');
  for (gint n = g_rand_int_range(chance, 0, 12); n > 0; n--)
    g_string_append_printf(text, "%s\n", lines[g_rand_int_range(chance, 0, G_N_ELEMENTS(lines))]);
  g_string_append_c(text, '\n');
  g_ptr_array_add(messages, g_string_free(text, FALSE));
}

/* Any of the items that are left; their octets are appended to `gone`. */
static GArray *choose(GRand *chance, GPtrArray *messages, gboolean *left, GString *gone)
{
  GArray *chosen = g_array_new(FALSE, FALSE, sizeof(guint));
  for (guint i = 0; i < messages->len; i++) {
    if (!left[i] || g_rand_int_range(chance, 0, 3) > 0) continue;
    g_array_append_val(chosen, i);
    left[i] = FALSE;
    g_string_append(gone, messages->pdata[i]);
  }
  return chosen;
}

static void expect_left(const char *path, const GPtrArray *messages, const gboolean *left)
{
  g_autoptr(GString) want = g_string_new(NULL);
  for (guint i = 0; i < messages->len; i++)
    if (left[i]) g_string_append(want, messages->pdata[i]);
  rig_expect_file(path, want->str, (gssize)want->len);
}

static void test_any(void **state)
{
  for (guint32 seed = 0; seed < 60; seed++) {
    g_autoptr(GRand) chance = g_rand_new_with_seed(seed);
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func(g_free);
    for (gint n = g_rand_int_range(chance, 1, 40); n > 0; n--) add_any(chance, messages);
    g_autoptr(GString) whole = g_string_new(NULL), carried = g_string_new(NULL), removed = g_string_new(NULL);
    g_autofree gboolean *left = g_new(gboolean, messages->len);
    for (guint i = 0; i < messages->len; i++) {
      g_string_append(whole, messages->pdata[i]);
      left[i] = TRUE;
    }
    g_autofree char *path = rig_file("any", whole->str, -1), *other = rig_file("any-target", "", 0);
    g_autoptr(Box) box = mbox_box_new(path), to = mbox_box_new(other);
    g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(BoxMove));
    gboolean at_once;
    rig_list(box);
    assert_int_equal(box->items->len, messages->len);
    g_autoptr(GArray) first = choose(chance, messages, left, carried);
    assert_true(box->class->carry(box, (guint *)first->data, first->len, to, moved, &at_once, NULL));
    assert_int_equal(moved->len, first->len);
    expect_left(path, messages, left);
    rig_expect_file(other, carried->str, (gssize)carried->len);
    rig_list(to);
    for (guint i = 0; i < moved->len; i++) assert_int_equal(g_array_index(moved, BoxMove, i).key, box_item(to, i)->key);
    g_autoptr(GArray) second = choose(chance, messages, left, removed);
    assert_true(box->class->remove(box, (guint *)second->data, second->len, NULL));
    expect_left(path, messages, left);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_put),           cmocka_unit_test(test_put_now),
    cmocka_unit_test(test_remove),        cmocka_unit_test(test_remove_and_read),
    cmocka_unit_test(test_meanwhile),     cmocka_unit_test(test_carry),
    cmocka_unit_test(test_carry_refused), cmocka_unit_test(test_symlink),
    cmocka_unit_test(test_locked_file),   cmocka_unit_test(test_locked_target),
    cmocka_unit_test(test_dotlocks),      cmocka_unit_test(test_thunderbird),
    cmocka_unit_test(test_read_only),     cmocka_unit_test(test_late),
    cmocka_unit_test(test_late_rest),     cmocka_unit_test(test_deliveries),
    cmocka_unit_test(test_full),          cmocka_unit_test(test_any),
  };
  return cmocka_run_group_tests(tests, rig_set_up, rig_tear_down);
}
