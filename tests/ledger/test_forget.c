/* test_forget.c - what is no longer needed goes, and nothing else does
 * Owns:     ledgers with old entries.
 * Must not: depend on the day.
 * Fails:    by TAP.
 * Tests:    ledger/forget.c */
#include "ledger/db.h"
#include "ledger/forget.h"
#include "tests/rigs/ledger_rig.h"
#include <glib/gstdio.h>

/* An entry with three lines of evidence, the middle one of which decided. */
static gint64 add(Ledger *ledger, MoveState state, guint32 uid, gint64 changed, gint64 due)
{
  GError *error = NULL;
  g_autoptr(Report) report = rig_report("foreign@x", "bob@y.example", "Hello");
  g_autoptr(GPtrArray) evidence = g_ptr_array_new_with_free_func((GDestroyNotify)evidence_free);
  g_ptr_array_add(evidence, evidence_new(EVIDENCE_NEUTRAL, "first", "1", NULL));
  g_ptr_array_add(evidence, evidence_new(EVIDENCE_AGAINST, "decides", "2", NULL));
  g_ptr_array_add(evidence, evidence_new(EVIDENCE_AGAINST, "last", "3", NULL));
  const Verdict verdict = { .code = VERDICT_BACKSCATTER, .evidence = evidence, .decided = 1 };
  g_autoptr(Entry) entry = entry_new("home", report, NULL, &verdict, state == MOVE_WAITING ? state : MOVE_KEPT);
  g_autofree char *text = g_strdup_printf("message %u", uid);
  g_autoptr(GBytes) head = g_bytes_new(text, strlen(text));
  fingerprint_init(&entry->fingerprint, "report@mx.example", strlen(text), head);
  place_set(&entry->home, "INBOX", 7, uid);
  gint64 id = rig_record(ledger, entry);
  g_autofree char *sql = g_strdup_printf("UPDATE entry SET state = '%s', changed = %" G_GINT64_FORMAT
                                         ", due = %" G_GINT64_FORMAT " WHERE id = %" G_GINT64_FORMAT,
                                         move_state_name(state), changed, due, id);
  OK(db_exec(ledger, sql, &error));
  return id;
}

static guint lines(Ledger *ledger, gint64 id)
{
  g_autoptr(Entry) entry = rig_get(ledger, id);
  const Evidence *line = entry->evidence->pdata[entry->decided];
  assert_string_equal(line->code, "decides");
  return entry->evidence->len;
}

static void old_evidence_goes_but_for_the_line_that_decided(void **state)
{
  static const struct {
    MoveState state;
    gint64 age, due;
    guint left;
  } rows[] = {
    { MOVE_KEPT, 400, 0, 1 },       { MOVE_RESTORED, 400, 0, 1 },      { MOVE_DELETED, 400, 0, 1 },
    { MOVE_FAILED, 400, 0, 1 },     { MOVE_KEPT, 300, 0, 3 },          { MOVE_DELETED, 364, 0, 3 },
    { MOVE_KEPT, 400, RIG_NOW, 3 }, { MOVE_WAITING, 400, RIG_NOW, 3 }, { MOVE_QUARANTINED, 4000, 0, 3 },
    { MOVE_Q_INTENT, 4000, 0, 3 },  { MOVE_R_INTENT, 4000, 0, 3 },     { MOVE_D_INTENT, 4000, 0, 3 },
  };
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 ids[G_N_ELEMENTS(rows)];
  guint n = 0;
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    ids[i] = add(ledger, rows[i].state, i + 1, RIG_NOW - rows[i].age * DAY, rows[i].due);
  OK(forget_evidence(ledger, RIG_NOW - 365 * DAY, 2, &n, &error));
  assert_int_equal(n, 2); /* no more at a time than asked for */
  OK(forget_evidence(ledger, RIG_NOW - 365 * DAY, 100, &n, &error));
  assert_int_equal(n, 2);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    if (lines(ledger, ids[i]) != rows[i].left) fail_msg("row %u: %u lines", i, lines(ledger, ids[i]));
  OK(forget_evidence(ledger, RIG_NOW - 365 * DAY, 100, &n, &error));
  assert_int_equal(n, 0); /* and nothing is done twice */
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM entry"), G_N_ELEMENTS(rows));
}

static gint64 size_of(const char *folder)
{
  g_autofree char *path = g_build_filename(folder, "ledger.db", NULL);
  GStatBuf info;
  assert_int_equal(g_stat(path, &info), 0);
  return info.st_size;
}

static void a_file_that_is_largely_empty_shrinks(void **state)
{
  GError *error = NULL;
  char *folder = rig_folder();
  Ledger *ledger = rig_ledger_in(folder);
  OK(db_exec(ledger,
             "CREATE TABLE filler AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <"
             " 3000) SELECT i, zeroblob(4000) AS bytes FROM n",
             &error));
  OK(db_exec(ledger, "PRAGMA wal_checkpoint(TRUNCATE)", &error));
  gint64 before = size_of(folder);
  assert_true(before > (gint64)10 << 20);
  OK(forget_room(ledger, G_MAXINT64, &error)); /* nothing is empty: nothing happens */
  OK(db_exec(ledger, "DELETE FROM filler WHERE i > 300", &error));
  OK(forget_room(ledger, (gint64)1 << 20, &error)); /* too much is in use to be copied through memory */
  OK(db_exec(ledger, "PRAGMA wal_checkpoint(TRUNCATE)", &error));
  assert_true(size_of(folder) >= before);
  OK(forget_room(ledger, G_MAXINT64, &error));
  OK(db_exec(ledger, "PRAGMA wal_checkpoint(TRUNCATE)", &error));
  if (size_of(folder) * 4 > before) fail_msg("%" G_GINT64_FORMAT " bytes are left", size_of(folder));
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM filler"), 300);
  ledger_close(ledger);
  rig_remove(folder);
}

static void beside_a_program_that_writes_nothing_shrinks_and_nothing_fails(void **state)
{
  GError *error = NULL;
  char *folder = rig_folder();
  Ledger *ledger = rig_ledger_in(folder), *other = rig_ledger_in(folder);
  OK(db_exec(ledger,
             "CREATE TABLE filler AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <"
             " 3000) SELECT i, zeroblob(4000) AS bytes FROM n",
             &error));
  OK(db_exec(ledger, "DELETE FROM filler; PRAGMA busy_timeout = 50", &error));
  OK(db_exec(other, "BEGIN IMMEDIATE", &error));
  OK(forget_room(ledger, G_MAXINT64, &error));
  OK(db_exec(other, "ROLLBACK", &error));
  ledger_close(other);
  ledger_close(ledger);
  rig_remove(folder);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(old_evidence_goes_but_for_the_line_that_decided),
    cmocka_unit_test(a_file_that_is_largely_empty_shrinks),
    cmocka_unit_test(beside_a_program_that_writes_nothing_shrinks_and_nothing_fails),
  };
  return cmocka_run_group_tests_name("forget", tests, NULL, NULL);
}
