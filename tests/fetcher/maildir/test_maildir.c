/* test_maildir.c - a Maildir as a box
 * Owns:     nothing; the folder is the rig's.
 * Must not: need a server.
 * Fails:    by TAP.
 * Tests:    fetcher/maildir/maildir.c, fetcher/box/box.c, fetcher/disk/disk_box.c */
#include "tests/rigs/mbox_rig.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* A new Maildir of this name; the caller frees. */
static char *maildir(const char *name)
{
  char *path = rig_path(name);
  g_autoptr(Box) box = maildir_box_new(path);
  GError *error = NULL;
  assert_true(box->class->make(box, &error));
  return path;
}

/* A file in it: part "cur/NAME". */
static void put(const char *path, const char *part, const char *text)
{
  g_autofree char *file = g_build_filename(path, part, NULL);
  assert_true(g_file_set_contents(file, text, -1, NULL));
}

static gint by_name(gconstpointer a, gconstpointer b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Names in cur, new and tmp, sorted: "cur/a:2,S new/b". */
static char *names(const char *path)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
  static const char *const parts[] = { "cur", "new", "tmp" };
  for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
    g_autofree char *folder = g_build_filename(path, parts[i], NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL) g_ptr_array_add(list, g_strconcat(parts[i], "/", name, NULL));
  }
  g_ptr_array_sort(list, by_name);
  g_ptr_array_add(list, NULL);
  return g_strjoinv(" ", (char **)list->pdata);
}

static void expect_names(const char *path, const char *want)
{
  g_autofree char *got = names(path);
  assert_string_equal(got, want);
}

/* list(), then all messages, each followed by '|', must be these; whatever size is noted of them. */
static void expect(Box *box, const char *want)
{
  g_autoptr(GString) got = g_string_new(NULL);
  GError *error = NULL;
  rig_list(box);
  for (guint i = 0; i < box->items->len; i++) {
    gsize length;
    g_autoptr(GBytes) bytes = rig_read(box, i, BOX_MESSAGE, 1000, &error);
    const char *text = g_bytes_get_data(bytes, &length);
    g_string_append_len(got, text, (gssize)length);
    g_string_append_c(got, '|');
  }
  assert_string_equal(got->str, want);
}

/* The order is that of arrival, whatever folder a message lies in; what is no message is none. */
static void messages_are_listed_by_arrival_and_nothing_else_is(void **state)
{
  g_autofree char *path = maildir("list");
  put(path, "cur/1500000002.a:2,S", "B: 2\n\nb\n");
  put(path, "new/1500000001.b", "A: 1\n\na\n");
  put(path, "cur/1500000003.c,S=9,W=11:2,FT", "C: 3\n\nc\n");
  put(path, "cur/odd name", "D: 4\n");
  put(path, "tmp/1500000000.x", "X: 0\n");
  put(path, "cur/.hidden", "X: 0\n");
  g_autofree char *folder = g_build_filename(path, "cur", "folder", NULL);
  assert_int_equal(g_mkdir(folder, 0700), 0);
  g_autoptr(Box) box = maildir_box_new(path);
  expect(box, "D: 4\n|A: 1\n\na\n|B: 2\n\nb\n|C: 3\n\nc\n|");
  static const struct {
    guint64 size;
    gboolean deleted;
  } want[] = { { 5, FALSE }, { 8, FALSE }, { 8, FALSE }, { 11, TRUE } };
  for (guint i = 0; i < G_N_ELEMENTS(want); i++) {
    assert_int_equal(box_item(box, i)->size, want[i].size);
    assert_int_equal(box_item(box, i)->deleted, want[i].deleted);
    if (i > 0) assert_int_equal(box_item(box, i)->stored, 1500000000 + i);
  }
  assert_false(box->read_only);
}

/* The earlier of the time in a name and that of the file. */
static void a_message_has_the_earlier_time_of_its_name_and_its_file(void **state)
{
  static const struct {
    const char *name;
    time_t file;
    gint64 want;
  } rows[] = { { "1500000000.a", 1400000000, 1400000000 },
               { "1500000000.a", 1600000000, 1500000000 },
               { "12.a", 1400000000, 1400000000 },
               { "msg.a", 1400000000, 1400000000 } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *name = g_strdup_printf("time%u", i), *path = maildir(name),
                    *part = g_build_filename("cur", rows[i].name, NULL), *file = g_build_filename(path, part, NULL);
    const struct timespec times[] = { { .tv_sec = rows[i].file }, { .tv_sec = rows[i].file } };
    put(path, part, "A: 1\n");
    assert_int_equal(utimensat(AT_FDCWD, file, times, 0), 0);
    g_autoptr(Box) box = maildir_box_new(path);
    rig_list(box);
    assert_int_equal(box_item(box, 0)->stored, rows[i].want);
  }
}

static void header_and_whole_are_read_up_to_the_limit(void **state)
{
  static const struct {
    const char *text;
    BoxPart part;
    gsize limit;
    const char *want;
  } rows[] = {
    { "A: 1\nB: 2\n\nbody\n", BOX_HEADER, 1000, "A: 1\nB: 2\n" },
    { "A: 1\r\nB: 2\r\n\r\nbody\n", BOX_HEADER, 1000, "A: 1\r\nB: 2\r\n" },
    { "A: 1\nB: 2", BOX_HEADER, 1000, "A: 1\nB: 2" },
    { "A: 1\nB: 2\n\nbody\n", BOX_HEADER, 6, "A: 1\nB" },
    { "A: 1\n\nbody\n", BOX_MESSAGE, 8, "A: 1\n\nbo" },
    { "A: 1\n\nbody\n", BOX_MESSAGE, 1000, "A: 1\n\nbody\n" },
    { "", BOX_MESSAGE, 1000, "" },
    { "", BOX_HEADER, 1000, "" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *name = g_strdup_printf("part%u", i), *path = maildir(name);
    GError *error = NULL;
    gsize length;
    put(path, "cur/1500000000.a:2,", rows[i].text);
    g_autoptr(Box) box = maildir_box_new(path);
    rig_list(box);
    g_autoptr(GBytes) bytes = rig_read(box, 0, rows[i].part, rows[i].limit, &error);
    const char *got = g_bytes_get_data(bytes, &length);
    assert_int_equal(length, strlen(rows[i].want));
    if (length > 0) assert_memory_equal(got, rows[i].want, length);
  }
}

/* A long header comes whole, a body of any size after it is not read. */
static void a_long_header_comes_whole_and_the_body_after_it_is_not_read(void **state)
{
  g_autofree char *path = maildir("long"), *value = g_strnfill(20000, 'x'), *body = g_strnfill(300000, 'y'),
                  *text = g_strconcat("A: ", value, "\nB: 2\n\n", body, NULL);
  GError *error = NULL;
  put(path, "cur/1500000000.a:2,", text);
  g_autoptr(Box) box = maildir_box_new(path);
  rig_list(box);
  g_autoptr(GBytes) header = rig_read(box, 0, BOX_HEADER, 65536, &error);
  assert_int_equal(g_bytes_get_size(header), 20000 + 4 + 5);
  g_autoptr(GBytes) message = rig_read(box, 0, BOX_MESSAGE, 262144, &error);
  assert_int_equal(g_bytes_get_size(message), 262144);
}

/* A mail program renames a file whenever a flag changes: the message and its key stay. One that is removed is gone. */
static void a_message_whose_file_is_renamed_keeps_its_key(void **state)
{
  g_autofree char *path = maildir("renamed"), *from = g_build_filename(path, "new", "1500000000.a", NULL),
                  *to = g_build_filename(path, "cur", "1500000000.a:2,RS", NULL);
  GError *error = NULL;
  put(path, "new/1500000000.a", "A: 1\n");
  g_autoptr(Box) box = maildir_box_new(path);
  rig_list(box);
  gint64 key = box_item(box, 0)->key;
  assert_int_equal(g_rename(from, to), 0);
  g_autoptr(GBytes) still = rig_read(box, 0, BOX_MESSAGE, 100, &error);
  assert_int_equal(g_bytes_get_size(still), 5);
  rig_list(box);
  assert_int_equal(box_item(box, 0)->key, key);
  assert_int_equal(g_unlink(to), 0);
  assert_null(rig_read(box, 0, BOX_MESSAGE, 100, &error));
  assert_null(error);
  int fd = rig_spool("", 0);
  assert_false(box->class->fetch(box, 0, fd, &error));
  assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MESSAGE));
  g_clear_error(&error);
  close(fd);
}

/* In both folders at once, as between the two steps of a mail program that links and unlinks: one message. */
static void a_message_in_both_folders_at_once_is_one(void **state)
{
  g_autofree char *path = maildir("both");
  put(path, "new/1500000000.a", "A: 1\n");
  put(path, "cur/1500000000.a:2,S", "A: 1\n");
  g_autoptr(Box) box = maildir_box_new(path);
  expect(box, "A: 1\n|");
}

/* A link that leads nowhere, under the base of a message, hides the message neither in a list nor behind its new name.
 */
static void what_is_no_message_hides_none_of_its_base(void **state)
{
  g_autofree char *path = maildir("link"), *link = g_build_filename(path, "cur", "1500000000.a:2,F", NULL),
                  *old = g_build_filename(path, "new", "1500000000.a", NULL),
                  *seen = g_build_filename(path, "cur", "1500000000.a:2,S", NULL);
  GError *error = NULL;
  put(path, "new/1500000000.a", "A: 1\n");
  assert_int_equal(symlink("nowhere", link), 0);
  g_autoptr(Box) box = maildir_box_new(path);
  expect(box, "A: 1\n|");
  assert_int_equal(g_rename(old, seen), 0);
  g_autoptr(GBytes) bytes = rig_read(box, 0, BOX_MESSAGE, 1000, &error);
  assert_non_null(bytes);
  assert_int_equal(g_bytes_get_size(bytes), strlen("A: 1\n"));
}

static void the_stamp_changes_when_a_message_comes_or_is_read(void **state)
{
  g_autofree char *path = maildir("stamp"), *old = g_build_filename(path, "new", "1500000000.a", NULL),
                  *seen = g_build_filename(path, "cur", "1500000000.a:2,S", NULL);
  GError *error = NULL;
  g_autoptr(Box) box = maildir_box_new(path);
  g_autofree char *empty = box->class->stamp(box, &error), *again = box->class->stamp(box, &error);
  assert_string_equal(empty, again);
  put(path, "new/1500000000.a", "A: 1\n");
  g_autofree char *came = box->class->stamp(box, &error);
  assert_string_not_equal(came, empty);
  assert_int_equal(g_rename(old, seen), 0);
  g_autofree char *read = box->class->stamp(box, &error);
  assert_string_not_equal(read, came);
  g_autoptr(Box) none = maildir_box_new("/nonexistent/mail");
  assert_null(none->class->stamp(none, &error));
  assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX));
  g_clear_error(&error);
  assert_false(none->class->list(none, &error));
  assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX));
  g_clear_error(&error);
}

/* Put into new, under a name that keeps time and size; nothing is left in tmp. */
static void a_message_is_put_into_new_and_nothing_is_left_in_tmp(void **state)
{
  g_autofree char *path = maildir("put");
  GError *error = NULL;
  gint64 key = 0, other = 0;
  int fd = rig_spool("A: 1\n\nx\n", -1);
  const BoxItem like = { .size = 11, .stored = 1500000000 };
  g_autoptr(Box) box = maildir_box_new(path);
  assert_true(box->class->put(box, fd, &like, &key, &error));
  assert_true(box->class->put(box, fd, &like, &other, &error)); /* the same again is another message */
  close(fd);
  assert_int_not_equal(key, other);
  expect(box, ""); /* not before it is on the disk */
  assert_true(box->class->sync(box, &error));
  expect(box, "A: 1\n\nx\n|A: 1\n\nx\n|");
  for (guint i = 0; i < 2; i++) {
    assert_true(box_item(box, i)->key == key || box_item(box, i)->key == other);
    assert_int_equal(box_item(box, i)->size, 11);
    assert_int_equal(box_item(box, i)->stored, 1500000000);
  }
  g_autofree char *all = names(path);
  assert_true(g_str_has_prefix(all, "new/1500000000."));
  assert_null(strstr(all, "tmp/"));
}

/* What was put and not synced is gone with the box. */
static void what_was_put_and_not_synced_is_gone_with_the_box(void **state)
{
  g_autofree char *path = maildir("unsynced");
  GError *error = NULL;
  gint64 key = 0;
  int fd = rig_spool("A: 1\n", -1);
  Box *box = maildir_box_new(path);
  assert_true(box->class->put(box, fd, &(const BoxItem){ .size = 5 }, &key, &error));
  close(fd);
  g_autofree char *before = names(path);
  assert_true(g_str_has_prefix(before, "tmp/"));
  box_free(box);
  expect_names(path, "");
}

/* A disk that is full: nothing of it stays. */
static int put_on_full_disk(gpointer data)
{
  GError *error = NULL;
  gint64 key = 0;
  g_autofree char *text = g_strnfill(100000, 'x');
  int fd = rig_spool(text, -1);
  const BoxItem like = { .size = 100000 };
  g_autoptr(Box) box = maildir_box_new(data);
  signal(SIGXFSZ, SIG_IGN);
  const struct rlimit little = { 4096, 4096 };
  setrlimit(RLIMIT_FSIZE, &little);
  if (box->class->put(box, fd, &like, &key, &error)) return 1;
  return g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX) && key == 0 ? 0 : 2;
}

static void a_full_disk_leaves_nothing_behind(void **state)
{
  g_autofree char *path = maildir("full");
  assert_int_equal(rig_wait(rig_fork(put_on_full_disk, path)), 0);
  expect_names(path, "");
}

/* From one Maildir to another: the same file under the same name, flags and all; under another one where a message has
 * its base there, since one of the two would not be seen. */
static void between_maildirs_the_file_is_carried_with_its_name(void **state)
{
  g_autofree char *from = maildir("from"), *to = maildir("to");
  GError *error = NULL;
  gboolean at_once = FALSE;
  put(from, "new/1500000001.a", "A: 1\n");
  put(from, "cur/1500000002.b:2,FS", "B: 2\n");
  put(from, "cur/1500000003.c:2,S", "C: 3\n");
  put(from, "cur/1500000004.d:2,S", "D: 4\n");
  put(from, "cur/1500000005.e:2,F", "E: 5\n");
  put(to, "cur/1500000003.c:2,S", "another\n"); /* of the same name */
  put(to, "new/1500000005.e", "yet another\n"); /* of the same base */
  g_autoptr(Box) source = maildir_box_new(from), target = maildir_box_new(to);
  g_autoptr(GArray) moved = g_array_new(FALSE, TRUE, sizeof(BoxMove));
  rig_list(source);
  g_autofree char *gone = g_build_filename(from, "cur", "1500000004.d:2,S", NULL);
  assert_int_equal(g_unlink(gone), 0);
  const guint items[] = { 0, 1, 2, 3, 4 };
  assert_true(source->class->carry(source, NULL, 0, target, NULL, &at_once, &error));
  assert_true(at_once);
  assert_true(source->class->carry(source, items, 5, target, moved, &at_once, &error));
  assert_int_equal(moved->len, 4); /* the one that was gone is none */
  expect_names(from, "");
  expect(target, "A: 1\n|B: 2\n|C: 3\n|another\n|E: 5\n|yet another\n|");
  g_autofree char *all = names(to);
  assert_non_null(strstr(all, "new/1500000001.a"));
  assert_non_null(strstr(all, "cur/1500000002.b:2,FS"));
  assert_null(strstr(all, "1500000005.e:2,F"));
  assert_true(box_item(target, 4)->prized != box_item(target, 5)->prized);
  for (guint i = 0; i < moved->len; i++) {
    gboolean found = FALSE;
    for (guint n = 0; n < target->items->len; n++)
      found = found || box_item(target, n)->key == g_array_index(moved, BoxMove, i).key;
    assert_true(found);
  }
}

/* To another disk there is no such way, and nothing is done. */
static void to_another_disk_nothing_is_carried(void **state)
{
  g_autofree char *from = maildir("here");
  char there[] = "/dev/shm/backstop-test-XXXXXX";
  GError *error = NULL;
  gboolean at_once = TRUE;
  struct stat a, b;
  if (stat("/dev/shm", &a) != 0 || stat(from, &b) != 0 || a.st_dev == b.st_dev || mkdtemp(there) == NULL) return;
  put(from, "cur/1500000002.b:2,FS", "B: 2\n");
  g_autoptr(Box) source = maildir_box_new(from), target = maildir_box_new(there);
  g_autoptr(GArray) moved = g_array_new(FALSE, TRUE, sizeof(BoxMove));
  assert_true(target->class->make(target, &error));
  rig_list(source);
  const guint item = 0;
  assert_false(source->class->carry(source, &item, 1, target, moved, &at_once, &error));
  assert_null(error);
  assert_false(at_once);
  expect_names(from, "cur/1500000002.b:2,FS");
  static const char *const folders[] = { "cur", "new", "tmp", "" };
  for (guint i = 0; i < G_N_ELEMENTS(folders); i++) {
    g_autofree char *folder = g_build_filename(there, folders[i], NULL);
    assert_int_equal(g_rmdir(folder), 0);
  }
}

static void a_removed_message_is_gone_and_one_that_was_gone_is_no_error(void **state)
{
  g_autofree char *path = maildir("remove"), *gone = g_build_filename(path, "cur", "1500000002.b:2,", NULL);
  GError *error = NULL;
  put(path, "new/1500000001.a", "A: 1\n");
  put(path, "cur/1500000002.b:2,", "B: 2\n");
  put(path, "cur/1500000003.c:2,", "C: 3\n");
  g_autoptr(Box) box = maildir_box_new(path);
  rig_list(box);
  assert_int_equal(g_unlink(gone), 0);
  const guint items[] = { 0, 1 };
  assert_true(box->class->remove(box, items, 2, &error));
  expect_names(path, "cur/1500000003.c:2,");
}

static guint renames_left;

/* In place of the library's: a mail program is quicker, and changes a flag of what is about to be unlinked. */
int unlink(const char *path)
{
  g_autofree char *other = g_strconcat(path, "S", NULL);
  if (renames_left > 0 && rename(path, other) == 0) renames_left--;
  return unlinkat(AT_FDCWD, path, 0);
}

/* Removed means that the file is gone, under whatever name. */
static void a_message_is_removed_under_whatever_name_it_has(void **state)
{
  static const struct {
    guint renames;
    gboolean removed;
    const char *left;
  } rows[] = { { 1, TRUE, "" }, { 3, TRUE, "" }, { 100, FALSE, "cur/1500000001.a:2,SSSSS" } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *name = g_strdup_printf("remove-renamed%u", i), *path = maildir(name);
    g_autoptr(GError) error = NULL;
    const guint item = 0;
    put(path, "cur/1500000001.a:2,", "A: 1\n");
    g_autoptr(Box) box = maildir_box_new(path);
    rig_list(box);
    renames_left = rows[i].renames;
    assert_int_equal(box->class->remove(box, &item, 1, &error), rows[i].removed);
    renames_left = 0;
    expect_names(path, rows[i].left);
    assert_int_equal(error == NULL, rows[i].removed);
  }
}

static void a_delivery_is_heard_and_what_is_not_delivered_yet_is_not(void **state)
{
  g_autofree char *path = maildir("watch");
  GError *error = NULL;
  g_autoptr(Box) box = maildir_box_new(path);
  int inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  assert_true(box->class->watch(box, inotify, &error));
  struct pollfd fd = { .fd = inotify, .events = POLLIN };
  assert_int_equal(poll(&fd, 1, 0), 0);
  put(path, "tmp/1500000001.a", "A: 1\n");
  assert_int_equal(poll(&fd, 1, 0), 0); /* it is not delivered yet */
  g_autofree char *from = g_build_filename(path, "tmp", "1500000001.a", NULL),
                  *to = g_build_filename(path, "new", "1500000001.a", NULL);
  assert_int_equal(g_rename(from, to), 0);
  assert_int_equal(poll(&fd, 1, 1000), 1);
  close(inotify);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(messages_are_listed_by_arrival_and_nothing_else_is),
    cmocka_unit_test(a_message_has_the_earlier_time_of_its_name_and_its_file),
    cmocka_unit_test(header_and_whole_are_read_up_to_the_limit),
    cmocka_unit_test(a_long_header_comes_whole_and_the_body_after_it_is_not_read),
    cmocka_unit_test(a_message_whose_file_is_renamed_keeps_its_key),
    cmocka_unit_test(a_message_in_both_folders_at_once_is_one),
    cmocka_unit_test(what_is_no_message_hides_none_of_its_base),
    cmocka_unit_test(the_stamp_changes_when_a_message_comes_or_is_read),
    cmocka_unit_test(a_message_is_put_into_new_and_nothing_is_left_in_tmp),
    cmocka_unit_test(what_was_put_and_not_synced_is_gone_with_the_box),
    cmocka_unit_test(a_full_disk_leaves_nothing_behind),
    cmocka_unit_test(between_maildirs_the_file_is_carried_with_its_name),
    cmocka_unit_test(to_another_disk_nothing_is_carried),
    cmocka_unit_test(a_removed_message_is_gone_and_one_that_was_gone_is_no_error),
    cmocka_unit_test(a_message_is_removed_under_whatever_name_it_has),
    cmocka_unit_test(a_delivery_is_heard_and_what_is_not_delivered_yet_is_not),
  };
  return cmocka_run_group_tests_name("maildir_box", tests, rig_set_up, rig_tear_down);
}
