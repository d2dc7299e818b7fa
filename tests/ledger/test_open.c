/* test_open.c - opening a ledger, and what a disk can do to it
 * Owns:     folders under /tmp, removed at the end of each test.
 * Must not: need a certain user: what root can do in spite of modes is done in a child that is somebody else.
 * Fails:    by TAP.
 * Tests:    ledger/ledger.c ledger/schema.c ledger/db.c */
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

static void an_empty_file_becomes_a_ledger_and_a_newer_version_is_refused(void **state)
{
  GError *error = NULL;
  char *folder = rig_folder();
  g_autofree char *file = g_build_filename(folder, "ledger.db", NULL);
  assert_true(g_file_set_contents(file, "", 0, NULL)); /* empty: version 0 */
  Ledger *ledger = rig_ledger_in(folder);
  gint64 version = rig_number(ledger, "PRAGMA user_version");
  assert_true(version >= 1);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM folder WHERE role = 'record'"), 1);
  ledger_close(ledger);

  ledger = rig_ledger_in(folder); /* a second time: nothing to do */
  assert_int_equal(rig_number(ledger, "PRAGMA user_version"), version);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM account"), 2);
  OK(db_exec(ledger, "PRAGMA user_version = 999", &error));
  ledger_close(ledger);

  assert_null(ledger_open(folder, LEDGER_EXISTING, &error));
  assert_true(g_error_matches(error, LEDGER_ERROR, LEDGER_ERROR_NEWER));
  assert_non_null(strstr(error->message, "999"));
  g_clear_error(&error);
  rig_remove(folder);
}

/* From version 4 back to version 3, and from there to version 1. */
static const char back_to_3[] =
    "DROP INDEX wish_entry; DROP INDEX wish_untold; DROP INDEX wish_command; DROP INDEX entry_message;"
    "DROP TABLE command_entry; DROP TABLE command; ALTER TABLE wish DROP COLUMN told;"
    "ALTER TABLE wish DROP COLUMN command; ALTER TABLE account DROP COLUMN trash;"
    "DROP INDEX entry_matched_by; DROP INDEX sent_bare; DROP TABLE sent_reply; DROP TABLE sent_start;"
    "ALTER TABLE entry DROP COLUMN matched_by; ALTER TABLE sent DROP COLUMN bare; ALTER TABLE evidence DROP COLUMN "
    "args;"
    "PRAGMA user_version = 3;";
static const char back_to_1[] =
    "DROP TABLE gap; DROP INDEX entry_again; DROP INDEX entry_lying;"
    "CREATE INDEX entry_due ON entry(account, due) WHERE due > 0; ALTER TABLE account DROP COLUMN until;"
    "ALTER TABLE account DROP COLUMN notice; ALTER TABLE wish DROP COLUMN folders;"
    "DROP TABLE number; DROP TABLE pause; DROP TABLE recorded; ALTER TABLE folder DROP COLUMN stamp;"
    "ALTER TABLE account DROP COLUMN sent_by; PRAGMA user_version = 1;";

/* A ledger as version 1 left it is carried over with all that is in it. */
static void a_ledger_of_version_1_is_carried_over_with_all_that_is_in_it(void **state)
{
  GError *error = NULL;
  char *folder = rig_folder();
  Ledger *ledger = rig_ledger_in(folder);
  rig_undo_trust(ledger);
  OK(db_exec(ledger, back_to_3, &error));
  OK(db_exec(ledger, back_to_1, &error));
  ledger_close(ledger);
  ledger = ledger_open(folder, LEDGER_EXISTING, &error);
  OK(ledger != NULL);
  assert_int_equal(rig_number(ledger, "PRAGMA user_version"), 7);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM account WHERE until = 0 AND notice IS NULL"), 2);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM account WHERE sent_by IS NULL"), 2);
  assert_int_equal(rig_number(ledger, "SELECT count(stamp) FROM folder"), 0);
  assert_int_equal(rig_number(ledger, "SELECT count(folders) FROM wish"), 0);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sqlite_schema WHERE name = 'entry_due'"), 0);
  assert_int_equal(
      rig_number(ledger,
                 "SELECT count(*) FROM sqlite_schema WHERE name IN ('gap', 'number', 'entry_again', 'entry_lying')"),
      4);
  ledger_close(ledger);
  rig_remove(folder);
}

/* What version 3 kept: a sent message, a report about it, and its evidence as sentences. */
static const char version_3_rows[] =
    "INSERT INTO folder(id, account, role, name, used, validity, next, oldest, synced, messages)"
    " VALUES(7, 1, 'sent', 'Sent', 1, 1, 2, 1600000000, 1600000000, 1);"
    "INSERT INTO sent(id, folder, date, recipients, sender, subject) VALUES(5, 7, 1600000000, 1, NULL, 'Lunch');"
    "INSERT INTO entry(id, account, message_id, size, digest, arrived, judged, kind, verdict, reporter, status, "
    "diagnostic, recipients, original_id, original_from, original_to, original_subject, original_date, decided, state, "
    "reason, home_folder, home_validity, home_uid, away_folder, away_validity, away_uid, exempt, due, changed, matched)"
    " VALUES(9, 1, 'report@mx.example', 100, x'00', 1600000100, 1600000100, 'dsn-failed', 'genuine', "
    "'mailer-daemon@mx.example', '5.1.1', NULL, 'bob@y.example', 'one@x', NULL, NULL, 'Lunch', 1600000000, 1, 'kept', "
    "NULL, 'INBOX', 7, 42, NULL, 0, 0, 0, 0, 1600000100, 5);"
    "INSERT INTO evidence(entry, line, side, code, text) VALUES"
    "(9, 0, 2, 'report-type', 'Content-Type says so.'),"
    "(9, 1, 0, 'id-in-ledger', 'It is that of a message you sent: “Lunch”.');";

static void evidence_of_version_3_is_told_as_it_was(void **state)
{
  GError *error = NULL;
  char *folder = rig_folder();
  Ledger *ledger = rig_ledger_in(folder);
  rig_undo_trust(ledger);
  OK(db_exec(ledger, back_to_3, &error));
  OK(db_exec(ledger, version_3_rows, &error));
  ledger_close(ledger);
  ledger = ledger_open(folder, LEDGER_EXISTING, &error);
  OK(ledger != NULL);
  assert_int_equal(rig_number(ledger, "PRAGMA user_version"), 7);
  g_autoptr(Entry) entry = rig_get(ledger, 9);
  assert_int_equal(entry->evidence->len, 2);
  g_autofree char *first = evidence_text(entry->evidence->pdata[0]);
  g_autofree char *second = evidence_text(entry->evidence->pdata[entry->decided]);
  assert_string_equal(first, "Content-Type says so.");
  assert_string_equal(second, "It is that of a message you sent: “Lunch”.");
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM entry WHERE matched = 5 AND matched_by = 'id'"), 1);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
  ledger_close(ledger);
  rig_remove(folder);
}

static void the_database_of_another_program_is_left_alone(void **state)
{
  GError *error = NULL;
  char *folder = rig_folder(), *before = NULL, *after = NULL;
  gsize n_before = 0, n_after = 0;
  g_autofree char *file = g_build_filename(folder, "ledger.db", NULL);
  sqlite3 *db = NULL;
  assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db, "CREATE TABLE song(id)", NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
  assert_true(g_file_get_contents(file, &before, &n_before, NULL));
  FAILS(ledger_open(folder, LEDGER_CREATE, &error) != NULL, LEDGER_ERROR_DAMAGED);
  assert_true(g_file_get_contents(file, &after, &n_after, NULL));
  assert_int_equal(n_before, n_after);
  assert_memory_equal(before, after, n_before);
  g_free(before);
  g_free(after);
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

/* Adds messages until something fails. */
static gboolean add_many(Ledger *ledger, guint n, guint first, GError **error)
{
  g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(SentRow));
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)sent_message_free);
  for (guint i = first; i < first + n; i++) {
    g_autofree char *id = g_strdup_printf("%u@my.example", i), *to = g_strdup_printf("to%u@there.example", i);
    SentMessage *message = rig_sent(id, to, "A subject as long as subjects are", DAY * 20000);
    g_ptr_array_add(messages, message);
    g_array_append_vals(rows, &(SentRow){ i + 1, DAY * 20000, message }, 1);
  }
  FolderMark mark = { .validity = 1, .next = first + n };
  return sent_add(ledger, "home", "Sent", (SentRow *)(void *)rows->data, n, &mark, error);
}

static void assert_whole(Ledger *ledger)
{
  assert_int_equal(rig_number(ledger, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
  assert_int_equal(
      rig_number(ledger, "SELECT count(*) FROM sent") - rig_number(ledger, "SELECT sum(messages) FROM folder"), 0);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sent") - rig_number(ledger, "SELECT count(*) FROM sent_id"),
                   0);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sent") - rig_number(ledger, "SELECT count(*) FROM sent_to"),
                   0);
}

static void a_batch_for_which_there_is_no_room_leaves_no_part_behind(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  OK(add_many(ledger, 50, 0, &error));
  g_autofree char *sql =
      g_strdup_printf("PRAGMA max_page_count = %d", (int)rig_number(ledger, "PRAGMA page_count") + 10);
  OK(db_exec(ledger, sql, &error));
  FAILS(add_many(ledger, 5000, 50, &error), LEDGER_ERROR_FULL);
  assert_int_equal(sent_count(ledger, NULL, &error), 50);
  assert_whole(ledger);
  OK(db_exec(ledger, "PRAGMA max_page_count = 1000000", &error)); /* room again: goes on as if nothing had been */
  OK(add_many(ledger, 5000, 50, &error));
  assert_int_equal(sent_count(ledger, "home", &error), 5050);
}

/* 0 when writing past the limit fails as a full disk does. */
static int write_past_limit(const char *folder)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = ledger_open(folder, LEDGER_EXISTING, &error);
  if (ledger == NULL) return 1;
  signal(SIGXFSZ, SIG_IGN);
  if (setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 300000, 300000 }) != 0) return 2;
  for (guint i = 0; i < 100; i++)
    if (!add_many(ledger, 100, 100 * i, &error)) return error->code == LEDGER_ERROR_FULL ? 0 : 3;
  return 4;
}

static void a_write_past_the_file_limit_leaves_whole_batches_only(void **state)
{
  char *folder = rig_folder();
  ledger_close(rig_ledger_in(folder));
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) _exit(write_past_limit(folder));
  int status = -1;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  g_autoptr(Ledger) ledger = rig_ledger_in(folder);
  assert_whole(ledger);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sent") % 100, 0); /* whole batches only */
  rig_remove(folder);
}

static void a_writer_that_is_killed_leaves_whole_batches_only(void **state)
{
  char *folder = rig_folder();
  ledger_close(rig_ledger_in(folder));
  guint first = 0;
  for (guint round = 0; round < 5; round++) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
      g_autoptr(Ledger) ledger = ledger_open(folder, LEDGER_EXISTING, NULL);
      for (guint i = first; ledger != NULL && add_many(ledger, 100, i, NULL); i += 100) continue;
      _exit(1);
    }
    g_usleep(20000 + 7000 * round);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    g_autoptr(Ledger) ledger = rig_ledger_in(folder);
    assert_whole(ledger);
    first = (guint)rig_number(ledger, "SELECT count(*) FROM sent");
    assert_int_equal(first % 100, 0);
    assert_true(first == 0 || rig_number(ledger, "SELECT next FROM folder WHERE name = 'Sent'") == first);
  }
  rig_remove(folder);
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
    cmocka_unit_test(a_folder_of_another_user_is_refused),
    cmocka_unit_test(a_ledger_that_may_not_be_written_is_refused),
    cmocka_unit_test(an_empty_file_becomes_a_ledger_and_a_newer_version_is_refused),
    cmocka_unit_test(a_ledger_of_version_1_is_carried_over_with_all_that_is_in_it),
    cmocka_unit_test(evidence_of_version_3_is_told_as_it_was),
    cmocka_unit_test(the_database_of_another_program_is_left_alone),
    cmocka_unit_test(a_damaged_ledger_is_refused),
    cmocka_unit_test(a_ledger_that_another_program_writes_is_busy_for_writers_alone),
    cmocka_unit_test(eight_programs_may_make_the_same_ledger_at_once),
    cmocka_unit_test(a_batch_for_which_there_is_no_room_leaves_no_part_behind),
    cmocka_unit_test(a_write_past_the_file_limit_leaves_whole_batches_only),
    cmocka_unit_test(a_writer_that_is_killed_leaves_whole_batches_only),
    cmocka_unit_test(a_callback_may_ask_the_same_question_again),
    cmocka_unit_test(a_second_connection_takes_no_lock_of_the_first_with_it),
  };
  return cmocka_run_group_tests_name("ledger_open", tests, NULL, NULL);
}
