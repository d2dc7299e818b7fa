/* test_in_place.c - an mbox in a folder that its owner may not write into, as /var/mail/USER
 * Owns:     a folder for the file, which is closed, one for the notes, and a dotlockfile of its own in PATH.
 * Must not: need a server, or the system's own mail folder; run as root, who may write anywhere: it becomes nobody.
 * Fails:    by TAP.
 * Tests:    fetcher/mbox/in_place.c, fetcher/mbox/lock.c, fetcher/mbox/change.c */
#include "fetcher/mbox/private.h"
#include "tests/rigs/mbox_rig.h"
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define LONG "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
#define A FROM "A: 1\n\n" LONG LONG LONG LONG "\n\n" /* longer than the rest, see fail_after() */
#define B FROM "B: 2\n\ny\n\n"
#define C FROM "C: 3\n\nzz\n\n"
#define D FROM "D: 4\n\nthe last one\n\n"
#define NEW FROM "N: 5\n\ncame meanwhile\n\n"
#define HELPER                                                                                                         \
  "#!/bin/sh\necho \"$@\" >>$RIG/data/calls\n[ -z \"$HELPER_EXIT\" ] || exit $HELPER_EXIT\n"                           \
  "if [ $1 = -u ]; then rm -f $RIG/data/lock; exit 0; fi\n[ ! -e $RIG/data/lock ] || exit 4\ntouch $RIG/data/lock\n"

static char *path, *data;

static void write_file(const char *text)
{
  int fd = open(path, O_WRONLY | O_TRUNC);
  ssize_t length = (ssize_t)strlen(text);
  assert_int_equal(write(fd, text, (gsize)length), length);
  close(fd);
}

static void append(const char *text)
{
  int fd = open(path, O_WRONLY | O_APPEND);
  ssize_t length = (ssize_t)strlen(text);
  assert_int_equal(write(fd, text, (gsize)length), length);
  close(fd);
}

/* Files in the data folder with this end. */
static guint count(const char *end)
{
  g_autoptr(GDir) handle = g_dir_open(data, 0, NULL);
  guint found = 0;
  for (const char *name; (name = g_dir_read_name(handle)) != NULL;) found += g_str_has_suffix(name, end) ? 1 : 0;
  return found;
}

static void expect_tidy(void)
{
  assert_int_equal(count(".redo") + count(".tail") + count(".new") + count(".saved"), 0);
  assert_int_equal(count("lock"), 0);
}

/* A removal of two messages, in a process of its own, which cannot write beyond this place of a file: so it breaks off
 * there, as one that is killed. */
static int fail_after(gpointer place)
{
  struct rlimit most = { (rlim_t)GPOINTER_TO_SIZE(place), (rlim_t)GPOINTER_TO_SIZE(place) };
  g_autoptr(Box) box = mbox_box_new(path);
  g_autoptr(GError) error = NULL;
  const guint items[] = { 3, 1 };
  signal(SIGXFSZ, SIG_IGN);
  if (!box->class->list(box, NULL) || box->items->len != 5 || setrlimit(RLIMIT_FSIZE, &most) != 0) return 1;
  if (box->class->remove(box, items, 2, &error)) return 2;
  return strstr(error->message, "half changed") != NULL ? 0 : 3;
}

static void break_off(gsize moved)
{
  write_file(A B C B D);
  assert_int_equal(rig_wait(rig_fork(fail_after, GSIZE_TO_POINTER(strlen(A) + moved))), 0);
  assert_int_equal(count(".redo"), 1);
}

static void expect_list(const char *want)
{
  g_autoptr(Box) box = mbox_box_new(path);
  rig_list(box);
  rig_expect_file(path, want, -1);
}

static void messages_are_removed_from_the_file_itself(void **state)
{
  write_file(A B C B D);
  struct stat before, after;
  assert_int_equal(stat(path, &before), 0);
  g_autoptr(Box) box = mbox_box_new(path);
  rig_list(box);
  assert_false(box->read_only);
  const guint items[] = { 3, 1 }, first = 0, last = 4;
  assert_true(box->class->remove(box, items, 2, NULL));
  rig_expect_file(path, A C D, -1);
  assert_int_equal(stat(path, &after), 0);
  assert_int_equal(before.st_ino, after.st_ino);
  assert_true(box->class->remove(box, &last, 1, NULL));
  rig_expect_file(path, A C, -1);
  assert_true(box->class->remove(box, &first, 1, NULL));
  rig_expect_file(path, C, -1);
  rig_expect(box, "C: 3\n\nzz\n|");
  expect_tidy();
}

static void a_message_is_carried_away_and_back(void **state)
{
  g_autofree char *other = g_build_filename(data, "away", NULL);
  assert_true(g_file_set_contents(other, "", 0, NULL));
  write_file(A B C);
  g_autoptr(Box) box = mbox_box_new(path), away = mbox_box_new(other);
  g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(BoxMove));
  const guint second = 1, first = 0;
  gboolean at_once;
  rig_list(box);
  assert_true(box->class->carry(box, &second, 1, away, moved, &at_once, NULL));
  rig_expect_file(path, A C, -1);
  rig_expect_file(other, B, -1);
  rig_list(away);
  assert_true(away->class->carry(away, &first, 1, box, moved, &at_once, NULL));
  rig_expect_file(path, A C B, -1);
  rig_expect_file(other, "", 0);
  expect_tidy();
}

/* Broken off after every fifth octet; what is delivered before somebody goes on is kept, once. */
static void a_change_that_is_broken_off_anywhere_is_finished_once(void **state)
{
  static const char *const come[] = { "", NEW, NEW NEW NEW NEW };
  for (gsize moved = 0; moved < strlen(C D); moved += 5) {
    const char *added = come[moved / 5 % G_N_ELEMENTS(come)];
    g_autofree char *want = g_strconcat(A C D, added, NULL);
    break_off(moved);
    append(added);
    expect_list(want);
    expect_tidy();
  }
}

/* The copies of a move stay while the other end is half changed: it goes on, and must not be undone. */
static int carry_and_fail(gpointer other)
{
  struct rlimit most = { strlen(A) + 5, strlen(A) + 5 };
  g_autoptr(Box) box = mbox_box_new(path), to = mbox_box_new(other);
  g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(BoxMove));
  const guint second = 1;
  gboolean at_once;
  signal(SIGXFSZ, SIG_IGN);
  if (!box->class->list(box, NULL) || setrlimit(RLIMIT_FSIZE, &most) != 0) return 1;
  return box->class->carry(box, &second, 1, to, moved, &at_once, NULL) ? 2 : 0;
}

static void a_change_that_is_broken_off_leaves_the_copy_it_has_made(void **state)
{
  g_autofree char *other = g_build_filename(data, "copies", NULL);
  assert_true(g_file_set_contents(other, "", 0, NULL));
  write_file(A B C D);
  assert_int_equal(rig_wait(rig_fork(carry_and_fail, other)), 0);
  rig_expect_file(other, B, -1);
  expect_list(A C D);
  rig_expect_file(other, B, -1);
  expect_tidy();
}

static void keep(const char *end, char **text, gsize *length, char **name)
{
  g_autoptr(GDir) handle = g_dir_open(data, 0, NULL);
  for (const char *each; (each = g_dir_read_name(handle)) != NULL;)
    if (g_str_has_suffix(each, end)) *name = g_build_filename(data, each, NULL);
  assert_true(g_file_get_contents(*name, text, length, NULL));
}

/* Killed after all was done but the note's removal; and then mail came. Nothing is taken out a second time. */
static void a_note_that_is_left_takes_nothing_out_a_second_time(void **state)
{
  static const char *const come[] = { "", NEW, B, B B D, A };
  for (guint i = 0; i < G_N_ELEMENTS(come); i++) {
    g_autofree char *redo = NULL, *tail = NULL, *redo_name = NULL, *tail_name = NULL;
    g_autofree char *want = g_strconcat(A C D, come[i], NULL);
    gsize redo_length, tail_length;
    break_off(7);
    keep(".redo", &redo, &redo_length, &redo_name);
    keep(".tail", &tail, &tail_length, &tail_name);
    expect_list(A C D);
    assert_true(g_file_set_contents(redo_name, redo, (gssize)redo_length, NULL));
    assert_true(g_file_set_contents(tail_name, tail, (gssize)tail_length, NULL));
    append(come[i]);
    expect_list(want);
    expect_tidy();
  }
}

/* Another program wrote the file anew while it was half changed: what it made of it stays, and what was there is kept.
 */
static void what_another_program_makes_of_a_half_changed_file_stays(void **state)
{
  static const char *const texts[] = { "", A, FROM "Z: 9\n\nanother\n\n",
                                       A B C FROM "Z: 9\n\nas long as it was, or longer\n\n" };
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autofree char *saved = NULL, *name = NULL;
    gsize length;
    break_off(20);
    write_file(texts[i]);
    expect_list(texts[i]);
    keep(".saved", &saved, &length, &name);
    assert_string_equal(saved, B C B D);
    assert_int_equal(unlink(name), 0);
    expect_tidy();
  }
}

/* While it is half changed and another program has it open, nobody takes what is there for its messages. */
static void a_file_that_is_half_changed_and_open_elsewhere_is_not_read(void **state)
{
  break_off(9);
  int fd = open(path, O_RDONLY);
  g_autoptr(Box) box = mbox_box_new(path);
  g_autoptr(GError) error = NULL;
  assert_false(box->class->list(box, &error));
  assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX));
  assert_non_null(strstr(error->message, "is open in another program"));
  close(fd);
  expect_list(A C D);
  expect_tidy();
}

/* What keeps the file from being changed at all: it says what to do, and the file is as it was. */
static const struct {
  const char *helper, *path; /* HELPER_EXIT, and PATH */
  const char *words;
} refusals[] = {
  { "", "/nonexistent", "install the package liblockfile-bin" },
  { "2", NULL, "see /var/mail in backstopd(1)" },
  { "4", NULL, "is in use by another program" },
};

static void without_the_helper_of_the_spool_nothing_is_changed(void **state)
{
  g_autofree char *before = g_strdup(g_getenv("PATH"));
  for (guint i = 0; i < G_N_ELEMENTS(refusals); i++) {
    g_autoptr(Box) box = mbox_box_new(path);
    g_autoptr(GError) error = NULL;
    const guint second = 1;
    write_file(A B C);
    g_setenv("HELPER_EXIT", refusals[i].helper, TRUE);
    if (refusals[i].path != NULL) g_setenv("PATH", refusals[i].path, TRUE);
    rig_list(box);
    assert_false(box->class->remove(box, &second, 1, &error));
    assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX));
    assert_non_null(strstr(error->message, refusals[i].words));
    g_setenv("HELPER_EXIT", "", TRUE);
    g_setenv("PATH", before, TRUE);
    rig_expect_file(path, A B C, -1);
    expect_tidy();
  }
}

/* A program that ignores the lock has added mail before the file was shut to it: nothing is changed, the mail is kept.
 */
static void mail_that_is_added_without_the_lock_is_kept(void **state)
{
  write_file(A B C);
  g_autoptr(MboxLock) lock = mbox_lock(path, MBOX_TO_REPLACE, NULL);
  g_autoptr(GError) error = NULL;
  MboxRange second = { strlen(A), strlen(B) };
  gboolean begun = TRUE;
  assert_non_null(lock);
  append(NEW);
  assert_false(mbox_change_in_place(lock, &second, 1, &begun, &error));
  assert_false(begun);
  assert_non_null(strstr(error->message, "by a program that does not lock it"));
  rig_expect_file(path, A B C NEW, -1);
}

/* The note finds no room: nothing has begun. */
static int change_without_room(gpointer unused)
{
  struct rlimit most = { 20, 20 };
  g_autoptr(Box) box = mbox_box_new(path);
  g_autoptr(GError) error = NULL;
  const guint second = 1;
  signal(SIGXFSZ, SIG_IGN);
  if (!box->class->list(box, NULL) || setrlimit(RLIMIT_FSIZE, &most) != 0) return 1;
  if (box->class->remove(box, &second, 1, &error)) return 2;
  return strstr(error->message, "cannot be changed now, nor") != NULL ? 0 : 3;
}

static void without_room_nothing_is_changed(void **state)
{
  write_file(A B C);
  assert_int_equal(rig_wait(rig_fork(change_without_room, NULL)), 0);
  rig_expect_file(path, A B C, -1);
  expect_tidy();
}

static void make_all(void)
{
  g_autofree char *top = rig_path("."), *spool = rig_path("spool"), *bin = NULL,
                  *helper = rig_file("bin/dotlockfile", HELPER, -1);
  path = rig_file("spool/owner", "", 0);
  data = rig_path("data");
  bin = g_path_get_dirname(helper);
  g_autofree char *places = g_strconcat(bin, ":", g_getenv("PATH"), NULL);
  gboolean root = getuid() == 0;
  assert_int_equal(g_mkdir_with_parents(data, 0700) | chmod(helper, 0755) | chmod(bin, 0755) | chmod(top, 0755), 0);
  if (root) assert_int_equal(chown(path, 65534, 65534) | chown(data, 65534, 65534), 0);
  assert_int_equal(chmod(spool, root ? 0755 : 0555), 0);
  g_setenv("PATH", places, TRUE);
  g_setenv("RIG", top, TRUE);
}

static int run(gpointer unused)
{
  if (getuid() == 0 && (setgroups(0, NULL) != 0 || setgid(65534) != 0 || setuid(65534) != 0)) return 77;
  mbox_lock_patience = 100;
  mbox_keep_notes_in(data);
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(messages_are_removed_from_the_file_itself),
    cmocka_unit_test(a_message_is_carried_away_and_back),
    cmocka_unit_test(a_change_that_is_broken_off_anywhere_is_finished_once),
    cmocka_unit_test(a_change_that_is_broken_off_leaves_the_copy_it_has_made),
    cmocka_unit_test(a_note_that_is_left_takes_nothing_out_a_second_time),
    cmocka_unit_test(what_another_program_makes_of_a_half_changed_file_stays),
    cmocka_unit_test(a_file_that_is_half_changed_and_open_elsewhere_is_not_read),
    cmocka_unit_test(without_the_helper_of_the_spool_nothing_is_changed),
    cmocka_unit_test(without_room_nothing_is_changed),
    cmocka_unit_test(mail_that_is_added_without_the_lock_is_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The rig is made and removed by who started the test; the tests run as somebody who may not write everywhere. */
int main(void)
{
  void *state = NULL;
  if (rig_set_up(&state) != 0) return 1;
  make_all();
  int status = rig_wait(rig_fork(run, NULL));
  g_autofree char *spool = rig_path("spool");
  if (chmod(spool, 0755) != 0 || rig_tear_down(&state) != 0) return 1;
  return status;
}
