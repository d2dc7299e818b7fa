/* test_schema.c - which files become ledgers: empty ones, older ones, and no others
 * Owns:     folders under /tmp, removed at the end of each test.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/schema.c */
#include "ledger/db.h"
#include "tests/rigs/ledger_rig.h"
#include "tests/rigs/old_ledger.h"
#include <glib/gstdio.h>
#include <unistd.h>

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

#define NEWEST 14 /* version */

/* From version 3 back to version 1. */
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
  OK(db_exec(ledger, OLD_BACK_TO_3, &error));
  OK(db_exec(ledger, back_to_1, &error));
  ledger_close(ledger);
  ledger = ledger_open(folder, LEDGER_EXISTING, &error);
  OK(ledger != NULL);
  assert_int_equal(rig_number(ledger, "PRAGMA user_version"), NEWEST);
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

/* Before version 8, only the reason showed that a move was put off: of three such rows, one is due again. */
static void what_an_older_ledger_put_off_is_claimed_by_this_machine(void **state)
{
  GError *error = NULL;
  char *folder = rig_folder();
  Ledger *ledger = rig_ledger_in(folder);
  gint64 again = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 1);
  gint64 prized = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 2);
  gint64 yielded = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 3);
  OK(journal_put_off(ledger, again, RIG_NOW, TRUE, "It is in use.", &error));
  OK(journal_put_off(ledger, prized, 0, FALSE, "It is flagged.", &error));
  OK(journal_yield(ledger, yielded, RIG_NOW, &error));
  rig_undo_trust(ledger);
  OK(db_exec(ledger, "PRAGMA user_version = 5", &error));
  ledger_close(ledger);
  ledger = ledger_open(folder, LEDGER_EXISTING, &error);
  OK(ledger != NULL);
  assert_int_equal(rig_number(ledger, "SELECT sum(claimed) FROM entry"), 1);
  g_autoptr(Entry) entry = rig_get(ledger, again);
  assert_true(entry->claimed);
  ledger_close(ledger);
  rig_remove(folder);
}

static void evidence_of_version_3_is_told_as_it_was(void **state)
{
  GError *error = NULL;
  char *folder = rig_folder();
  Ledger *ledger = rig_ledger_in(folder);
  rig_undo_trust(ledger);
  OK(db_exec(ledger, OLD_BACK_TO_3, &error));
  OK(db_exec(ledger, version_3_rows, &error));
  ledger_close(ledger);
  ledger = ledger_open(folder, LEDGER_EXISTING, &error);
  OK(ledger != NULL);
  assert_int_equal(rig_number(ledger, "PRAGMA user_version"), NEWEST);
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

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_empty_file_becomes_a_ledger_and_a_newer_version_is_refused),
    cmocka_unit_test(a_ledger_of_version_1_is_carried_over_with_all_that_is_in_it),
    cmocka_unit_test(what_an_older_ledger_put_off_is_claimed_by_this_machine),
    cmocka_unit_test(evidence_of_version_3_is_told_as_it_was),
    cmocka_unit_test(the_database_of_another_program_is_left_alone),
  };
  return cmocka_run_group_tests_name("ledger_schema", tests, NULL, NULL);
}
