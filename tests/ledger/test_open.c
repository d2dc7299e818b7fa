/* test_open.c - opening a ledger, and what a disk can do to it
 * Owns:     folders under /tmp, removed at the end of each test.
 * Must not: need a certain user: what root can do in spite of modes is done in a child that is somebody else.
 * Fails:    by TAP.
 * Tests:    ledger/ledger.c ledger/db.c */
#include "ledger/db.h"
#include "tests/rigs/ledger_rig.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

static guint mode_of(const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename(folder, name, NULL);
  struct stat info;
  assert_int_equal(stat(path, &info), 0);
  return info.st_mode & 07777;
}

static void a_ledger_is_readable_by_its_owner_alone(void **state)
{
  GError *error = NULL;
  char *folder = rig_folder();
  g_autofree char *data = g_build_filename(folder, "a", "b", NULL);
  mode_t before = umask(0);
  Ledger *ledger = rig_ledger_in(data);
  umask(before);
  assert_int_equal(mode_of(folder, "a/b"), 0700);
  assert_int_equal(mode_of(data, "ledger.db"), 0600);
  assert_int_equal(mode_of(data, "ledger.db-wal"), 0600);
  assert_int_equal(mode_of(data, "ledger.db-shm"), 0600);
  ledger_close(ledger);

  g_autofree char *file = g_build_filename(data, "ledger.db", NULL);
  assert_int_equal(g_chmod(file, 0644), 0);
  OK((ledger = ledger_open(data, LEDGER_EXISTING, &error)) != NULL);
  ledger_close(ledger);
  assert_int_equal(mode_of(data, "ledger.db"), 0600);

  assert_int_equal(g_chmod(data, 0770), 0);
  FAILS(ledger_open(data, LEDGER_CREATE, &error) != NULL, LEDGER_ERROR_OPEN);
  rig_remove(folder);
}

static void a_ledger_is_opened_with_its_durable_settings(void **state)
{
  char *folder = rig_folder();
  g_autoptr(Ledger) ledger = rig_ledger_in(folder);
  assert_int_equal(rig_number(ledger, "PRAGMA journal_mode = WAL"), 0); /* a word: no number */
  assert_int_equal(rig_number(ledger, "PRAGMA synchronous"), 2);
  assert_int_equal(rig_number(ledger, "PRAGMA foreign_keys"), 1);
  assert_int_equal(rig_number(ledger, "PRAGMA busy_timeout"), 10000);
  assert_int_equal(rig_number(ledger, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
  rig_remove(folder);
}

static void a_ledger_that_is_missing_is_not_made_unasked(void **state)
{
  GError *error = NULL;
  char *folder = rig_folder();
  FAILS(ledger_open(folder, LEDGER_EXISTING, &error) != NULL, LEDGER_ERROR_MISSING);
  g_autofree char *nowhere = g_build_filename(folder, "nowhere", NULL);
  FAILS(ledger_open(nowhere, LEDGER_EXISTING, &error) != NULL, LEDGER_ERROR_MISSING);
  assert_false(g_file_test(nowhere, G_FILE_TEST_EXISTS));
  assert_int_equal(g_rmdir(folder), 0); /* nothing was made in it either */
  g_free(folder);
}

static void a_file_in_the_place_of_a_folder_is_refused(void **state)
{
  GError *error = NULL;
  char *folder = rig_folder();
  g_autofree char *file = g_build_filename(folder, "file", NULL);
  g_autofree char *below = g_build_filename(file, "below", NULL);
  assert_true(g_file_set_contents(file, "x", 1, NULL));
  FAILS(ledger_open(file, LEDGER_EXISTING, &error) != NULL, LEDGER_ERROR_OPEN);
  FAILS(ledger_open(below, LEDGER_CREATE, &error) != NULL, LEDGER_ERROR_OPEN);
  g_autofree char *db = g_build_filename(folder, "ledger.db", NULL);
  assert_int_equal(g_mkdir(db, 0700), 0);
  FAILS(ledger_open(folder, LEDGER_CREATE, &error) != NULL, LEDGER_ERROR_OPEN);
  rig_remove(folder);
}

static void a_link_in_the_place_of_the_file_is_refused_and_one_to_the_folder_is_followed(void **state)
{
  GError *error = NULL;
  Ledger *ledger;
  char *folder = rig_folder();
  g_autofree char *data = g_build_filename(folder, "data", NULL), *other = g_build_filename(folder, "other", NULL),
                  *link = g_build_filename(folder, "link", NULL);
  ledger_close(rig_ledger_in(data));
  assert_int_equal(symlink(data, link), 0);
  OK((ledger = ledger_open(link, LEDGER_EXISTING, &error)) != NULL);
  ledger_close(ledger);

  g_autofree char *file = g_build_filename(data, "ledger.db", NULL), *away = g_build_filename(other, "ledger.db", NULL);
  assert_int_equal(g_mkdir(other, 0700), 0);
  assert_int_equal(g_chmod(file, 0644), 0);
  assert_int_equal(symlink(file, away), 0);
  FAILS(ledger_open(other, LEDGER_EXISTING, &error) != NULL, LEDGER_ERROR_OPEN);
  FAILS(ledger_open(other, LEDGER_CREATE, &error) != NULL, LEDGER_ERROR_OPEN);
  assert_int_equal(mode_of(data, "ledger.db"), 0644); /* what the link leads to is left alone */
  rig_remove(folder);
}

static void a_folder_of_another_user_is_refused(void **state)
{
  GError *error = NULL;
  char *folder = rig_folder();
  const char *foreign = "/usr";
  if (geteuid() == 0) {
    assert_int_equal(chown(folder, NOBODY, NOBODY), 0);
    foreign = folder;
  }
  FAILS(ledger_open(foreign, LEDGER_CREATE, &error) != NULL, LEDGER_ERROR_OPEN);
  FAILS(ledger_open(foreign, LEDGER_EXISTING, &error) != NULL, LEDGER_ERROR_OPEN);
  assert_int_equal(ledger_lock_daemon(foreign, &error), -1);
  assert_true(g_error_matches(error, LEDGER_ERROR, LEDGER_ERROR_OPEN));
  g_clear_error(&error);
  rig_remove(folder);
}

/* Runs a function in a child, as somebody who is not root; the child's status is what it returns. */
static int as_plain_user(int (*run)(const char *folder), const char *folder)
{
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    if (geteuid() == 0 && setuid(NOBODY) != 0) _exit(99);
    _exit(run(folder));
  }
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

static int open_code(const char *folder)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = ledger_open(folder, LEDGER_CREATE, &error);
  return ledger != NULL ? 90 : error->domain == LEDGER_ERROR ? error->code : 91;
}

static void a_ledger_that_may_not_be_written_is_refused(void **state)
{
  char *folder = rig_folder();
  g_autofree char *file = g_build_filename(folder, "ledger.db", NULL);
  ledger_close(rig_ledger_in(folder));
  if (geteuid() == 0) {
    assert_int_equal(chown(folder, NOBODY, NOBODY), 0);
    assert_int_equal(chown(file, NOBODY, NOBODY), 0);
  }
  assert_int_equal(g_chmod(file, 0400), 0);
  assert_int_equal(as_plain_user(open_code, folder), LEDGER_ERROR_OPEN);
  assert_int_equal(g_chmod(file, 0600), 0);
  assert_int_equal(g_chmod(folder, 0500), 0); /* no room for -wal */
  assert_int_equal(as_plain_user(open_code, folder), LEDGER_ERROR_OPEN);
  assert_int_equal(g_chmod(folder, 0700), 0);
  assert_int_equal(as_plain_user(open_code, folder), 90);
  rig_remove(folder);
}

static void a_damaged_ledger_is_refused(void **state)
{
  GError *error = NULL;
  char *folder = rig_folder();
  g_autofree char *file = g_build_filename(folder, "ledger.db", NULL);
  g_autofree char *noise = g_strnfill(16384, 'x');
  assert_true(g_file_set_contents(file, noise, 16384, NULL));
  FAILS(ledger_open(folder, LEDGER_CREATE, &error) != NULL, LEDGER_ERROR_DAMAGED);
  g_unlink(file);

  Ledger *ledger = rig_ledger_in(folder);
  gint64 page = rig_number(ledger, "SELECT rootpage FROM sqlite_schema WHERE name = 'account'");
  ledger_close(ledger);
  int fd = open(file, O_WRONLY);
  assert_int_equal(pwrite(fd, noise, 4096, (page - 1) * 4096), 4096);
  close(fd);
  OK((ledger = ledger_open(folder, LEDGER_EXISTING, &error)) != NULL);
  FAILS(account_list(ledger, &error) != NULL, LEDGER_ERROR_DAMAGED);
  FAILS(account_set_state(ledger, "home", ACCOUNT_IDLE, NULL, 0, &error), LEDGER_ERROR_DAMAGED);
  ledger_close(ledger);
  rig_remove(folder);
}

static void a_ledger_that_another_program_writes_is_busy_for_writers_alone(void **state)
{
  GError *error = NULL;
  char *folder = rig_folder();
  Ledger *a = rig_ledger_in(folder), *b = rig_ledger_in(folder);
  sqlite3_busy_timeout(b->db, 30);
  gint64 version = ledger_data_version(b, &error);
  OK(db_begin(a, &error));
  OK(account_set_state(a, "home", ACCOUNT_INDEXING, NULL, 0, &error));
  FAILS(account_set_state(b, "home", ACCOUNT_JUDGING, NULL, 0, &error), LEDGER_ERROR_BUSY);
  FAILS(folder_mark_set(b, "home", "INBOX", FOLDER_ROLE_WATCHED, &(FolderMark){ .next = 2 }, &error),
        LEDGER_ERROR_BUSY);
  GPtrArray *accounts = account_list(b, &error); /* readers do not wait */
  OK(accounts != NULL);
  assert_int_equal(((Account *)g_ptr_array_index(accounts, 0))->state, ACCOUNT_IDLE);
  g_ptr_array_unref(accounts);
  assert_int_equal(ledger_data_version(b, &error), version);
  OK(db_end(a, TRUE, &error));
  assert_int_not_equal(ledger_data_version(b, &error), version);
  OK(account_set_state(b, "home", ACCOUNT_JUDGING, NULL, 0, &error));
  ledger_close(a);
  ledger_close(b);
  rig_remove(folder);
}

/* A second connection that comes and goes takes no lock of the first with it: another program that closes the ledger
 * then would think itself the last, and remove the -wal under it. */
static void a_second_connection_takes_no_lock_of_the_first_with_it(void **state)
{
  GError *error = NULL;
  char *folder = rig_folder(), go = 0;
  int start[2] = { -1, -1 }, status = -1;
  g_autofree char *wal = g_build_filename(folder, "ledger.db-wal", NULL);
  assert_int_equal(pipe(start), 0);
  pid_t child = fork(); /* now, as it would inherit what SQLite knows of open files */
  assert_true(child >= 0);
  if (child == 0) {
    if (read(start[0], &go, 1) != 1) _exit(2);
    Ledger *other = ledger_open(folder, LEDGER_EXISTING, NULL);
    ledger_close(other);
    _exit(other != NULL ? 0 : 1);
  }
  Ledger *first = rig_ledger_in(folder);
  ledger_close(rig_ledger_in(folder));
  assert_int_equal(write(start[1], &go, 1), 1);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  assert_true(g_file_test(wal, G_FILE_TEST_EXISTS));
  OK(account_set_state(first, "home", ACCOUNT_JUDGING, NULL, 0, &error));
  ledger_close(first);
  assert_false(g_file_test(wal, G_FILE_TEST_EXISTS));
  close(start[0]);
  close(start[1]);
  rig_remove(folder);
}

/* Eight programs make the same ledger at once. */
static void eight_programs_may_make_the_same_ledger_at_once(void **state)
{
  for (guint round = 0; round < 5; round++) {
    char *folder = rig_folder();
    pid_t children[8];
    for (guint i = 0; i < G_N_ELEMENTS(children); i++)
      if ((children[i] = fork()) == 0) _exit(open_code(folder) == 90 ? 0 : 1);
    for (guint i = 0; i < G_N_ELEMENTS(children); i++) {
      int status = -1;
      assert_int_equal(waitpid(children[i], &status, 0), children[i]);
      assert_int_equal(status, 0);
    }
    g_autoptr(Ledger) ledger = rig_ledger_in(folder);
    assert_int_equal(rig_number(ledger, "SELECT count(*) FROM folder"), 1);
    rig_remove(folder);
  }
}

static gboolean inner_list(const char *entry, gint64 written, gpointer data)
{
  guint *seen = data;
  (*seen)++;
  return TRUE;
}

typedef struct {
  Ledger *ledger;
  guint outer, inner;
} Nested;

static gboolean outer_list(const char *entry, gint64 written, gpointer data)
{
  GError *error = NULL;
  Nested *nested = data;
  nested->outer++;
  OK(newsender_list(nested->ledger, NEWSENDER_ALLOW, inner_list, &nested->inner, &error));
  return nested->outer < 2;
}

/* A callback may ask the same question again. */
static void a_callback_may_ask_the_same_question_again(void **state)
{
  GError *error = NULL;
  Nested nested = { .ledger = rig_ledger() };
  const char *const entries[] = { "a@x.example", "b@x.example", "c@x.example" };
  for (guint i = 0; i < 3; i++) OK(newsender_add(nested.ledger, NEWSENDER_ALLOW, entries[i], &error));
  OK(newsender_list(nested.ledger, NEWSENDER_ALLOW, outer_list, &nested, &error));
  assert_int_equal(nested.outer, 2);
  assert_int_equal(nested.inner, 6);
  ledger_close(nested.ledger);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_ledger_is_readable_by_its_owner_alone),
    cmocka_unit_test(a_ledger_is_opened_with_its_durable_settings),
    cmocka_unit_test(a_ledger_that_is_missing_is_not_made_unasked),
    cmocka_unit_test(a_file_in_the_place_of_a_folder_is_refused),
    cmocka_unit_test(a_link_in_the_place_of_the_file_is_refused_and_one_to_the_folder_is_followed),
    cmocka_unit_test(a_folder_of_another_user_is_refused),
    cmocka_unit_test(a_ledger_that_may_not_be_written_is_refused),
    cmocka_unit_test(a_damaged_ledger_is_refused),
    cmocka_unit_test(a_ledger_that_another_program_writes_is_busy_for_writers_alone),
    cmocka_unit_test(eight_programs_may_make_the_same_ledger_at_once),
    cmocka_unit_test(a_callback_may_ask_the_same_question_again),
    cmocka_unit_test(a_second_connection_takes_no_lock_of_the_first_with_it),
  };
  return cmocka_run_group_tests_name("ledger_open", tests, NULL, NULL);
}
