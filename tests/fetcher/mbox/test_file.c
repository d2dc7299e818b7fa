/* test_file.c - the file of an mbox: its stamp, another in its place, its making, its watching
 * Owns:     nothing; the folder is the rig's.
 * Must not: need a server.
 * Fails:    by TAP.
 * Tests:    fetcher/mbox/mbox.c, fetcher/mbox/file.c */
#include "fetcher/mbox/lines.h"
#include "tests/rigs/mbox_rig.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void write_at(const char *path, off_t where, const char *text)
{
  int fd = open(path, O_WRONLY | (where < 0 ? O_APPEND : 0));
  assert_true(fd >= 0);
  ssize_t n = (ssize_t)strlen(text);
  assert_int_equal(where < 0 ? write(fd, text, (gsize)n) : pwrite(fd, text, (gsize)n, where), n);
  close(fd);
}

/* list() after list(): the file grew, was changed in place, or is another one. */
static void a_second_listing_sees_a_file_that_grew_changed_or_is_another(void **state)
{
  g_autofree char *path = rig_file("again", FROM "X-Mozilla-Status: 0000\nA: 1\n\nx\n\n" FROM "B: 2\n\nhalf", -1);
  g_autoptr(Box) box = mbox_box_new(path);
  rig_expect(box, "A: 1\n\nx\n|B: 2\n\nhalf|");
  write_at(path, -1, " of it\n");
  rig_expect(box, "A: 1\n\nx\n|B: 2\n\nhalf of it\n|");
  write_at(path, -1, "\n" FROM "C: 3\n\n" FROM "A: 1\n\nx\n\n");
  rig_expect(box, "A: 1\n\nx\n|B: 2\n\nhalf of it\n|C: 3\n|A: 1\n\nx\n|");
  assert_int_equal(box_item(box, 0)->twins, 1);
  assert_int_equal(box_item(box, 3)->twins, 0);
  write_at(path, -1, FROM "D: 4\n\n");
  rig_expect(box, "A: 1\n\nx\n|B: 2\n\nhalf of it\n|C: 3\n|A: 1\n\nx\n|D: 4\n|");
  write_at(path, -1, FROM "C: 3\n\n");
  rig_expect(box, "A: 1\n\nx\n|B: 2\n\nhalf of it\n|C: 3\n|A: 1\n\nx\n|D: 4\n|C: 3\n|");
  write_at(path, (off_t)strlen(FROM "X-Mozilla-Status: 0000\n"), "Z: 9");
  rig_expect(box, "Z: 9\n\nx\n|B: 2\n\nhalf of it\n|C: 3\n|A: 1\n\nx\n|D: 4\n|C: 3\n|");
  write_at(path, (off_t)strlen(FROM "X-Mozilla-Status: "), "0009");
  rig_list(box);
  assert_true(box_item(box, 0)->deleted);
  write_at(path, -1, "From "); /* no more of it is there yet: it may become a sentence */
  rig_expect(box, "Z: 9\n\nx\n|B: 2\n\nhalf of it\n|C: 3\n|A: 1\n\nx\n|D: 4\n|C: 3\n\nFrom |");
  write_at(path, -1, "\r\nH: 8\r\n\r\n");
  rig_expect(box, "Z: 9\n\nx\n|B: 2\n\nhalf of it\n|C: 3\n|A: 1\n\nx\n|D: 4\n|C: 3\n|H: 8\r\n|");
  g_autofree char *again = rig_file("again", FROM "E: 5\n\n" FROM "F: 6\n", -1);
  rig_expect(box, "E: 5\n|F: 6\n|");
  assert_int_equal(truncate(path, 0), 0);
  rig_expect(box, "");
  write_at(path, -1, FROM "G: 7\n");
  rig_expect(box, "G: 7\n|");
}

/* A file whose time is long past is not read again; one that a program replaced is. */
static void an_old_file_is_not_read_again_and_one_that_was_replaced_is(void **state)
{
  g_autofree char *path = rig_file("unread", FROM "A: 1\n\nx\n", -1);
  struct timespec old[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1700000000 } };
  assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
  g_autoptr(Box) box = mbox_box_new(path);
  rig_expect(box, "A: 1\n\nx\n|");
  struct stat after;
  assert_int_equal(stat(path, &after), 0);
  assert_int_equal(after.st_atime, 1000000000);
  write_at(path, (off_t)strlen(FROM), "B");
  assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0); /* nobody does that: it shows that nothing was read */
  rig_list(box);
  g_autoptr(GError) error = NULL;
  assert_null(rig_read(box, 0, BOX_MESSAGE, 10, &error));
  assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MESSAGE));
}

static void the_stamp_changes_with_the_file_and_with_the_rule_of_listing(void **state)
{
  g_autofree char *path = rig_file("stamp", FROM "A: 1\n", -1);
  g_autoptr(Box) box = mbox_box_new(path);
  g_autofree char *a = box->class->stamp(box, NULL);
  g_autofree char *b = box->class->stamp(box, NULL);
  assert_string_equal(a, b);
  assert_true(g_str_has_prefix(a, MBOX_RULE ":")); /* what was listed by another rule looks changed */
  write_at(path, -1, "\n");
  g_autofree char *c = box->class->stamp(box, NULL);
  assert_string_not_equal(a, c);
  g_autoptr(GError) error = NULL;
  assert_int_equal(unlink(path), 0);
  assert_null(box->class->stamp(box, &error));
  assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX));
  assert_non_null(strstr(error->message, path));
}

static void what_is_no_mbox_is_refused_by_its_name(void **state)
{
  g_autofree char *text = rig_file("no-mbox", "Dear diary\n", -1);
  g_autofree char *folder = rig_path("."), *absent = rig_path("absent");
  const char *const paths[] = { text, folder, absent };
  for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
    g_autoptr(GError) error = NULL, other = NULL;
    g_autoptr(Box) box = mbox_box_new(paths[i]);
    assert_false(box->class->list(box, &error));
    assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX));
    assert_non_null(strstr(error->message, paths[i]));
    int fd = rig_spool("A: 1\n", -1);
    gint64 key = 0;
    BoxItem like = { 0 };
    assert_false(box->class->put(box, fd, &like, &key, &other));
    assert_true(g_error_matches(other, STORE_ERROR, STORE_ERROR_MAILBOX));
    close(fd);
  }
  rig_expect_file(text, "Dear diary\n", -1);
}

static void an_mbox_is_made_for_the_owner_alone(void **state)
{
  g_autofree char *path = rig_path("one/two/made"), *folder = rig_path("one/two");
  g_autoptr(Box) box = mbox_box_new(path);
  struct stat status;
  for (guint i = 0; i < 2; i++) assert_true(box->class->make(box, NULL));
  assert_int_equal(stat(path, &status), 0);
  assert_int_equal(status.st_mode & 07777, 0600);
  assert_int_equal(stat(folder, &status), 0);
  assert_int_equal(status.st_mode & 07777, 0700);
  rig_expect(box, "");
  g_autoptr(GError) error = NULL;
  g_autoptr(Box) bad = mbox_box_new(folder);
  assert_false(bad->class->make(bad, &error));
  assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX));
}

static gboolean is_heard(int inotify)
{
  struct pollfd one = { .fd = inotify, .events = POLLIN };
  gboolean heard = poll(&one, 1, 2000) == 1;
  char events[4096];
  while (poll(&one, 1, 0) == 1) assert_true(read(inotify, events, sizeof events) > 0);
  return heard;
}

static void a_change_of_the_file_or_another_in_its_place_is_heard(void **state)
{
  g_autofree char *path = rig_file("watch/mbox", FROM "A: 1\n", -1), *other = rig_file("other", "x", -1);
  g_autofree char *absent = rig_path("nowhere/mbox");
  g_autoptr(Box) box = mbox_box_new(path), bad = mbox_box_new(absent);
  int inotify = inotify_init1(IN_CLOEXEC);
  assert_true(box->class->watch(box, inotify, NULL));
  write_at(path, -1, "\n");
  assert_true(is_heard(inotify));
  assert_int_equal(g_rename(other, path), 0);
  assert_true(is_heard(inotify));
  assert_false(bad->class->watch(bad, inotify, NULL));
  close(inotify);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_second_listing_sees_a_file_that_grew_changed_or_is_another),
    cmocka_unit_test(an_old_file_is_not_read_again_and_one_that_was_replaced_is),
    cmocka_unit_test(the_stamp_changes_with_the_file_and_with_the_rule_of_listing),
    cmocka_unit_test(what_is_no_mbox_is_refused_by_its_name),
    cmocka_unit_test(an_mbox_is_made_for_the_owner_alone),
    cmocka_unit_test(a_change_of_the_file_or_another_in_its_place_is_heard),
  };
  return cmocka_run_group_tests(tests, rig_set_up, rig_tear_down);
}
