/* test_again.c - what is judged again, and what other hands do to a message
 * Owns:     ledgers in memory.
 * Must not: touch a disk.
 * Fails:    by TAP.
 * Tests:    ledger/journal.c ledger/journal_read.c */
#include "ledger/db.h"
#include "tests/rigs/ledger_rig.h"

#define T0 RIG_T0

static void a_waiting_entry_is_due_at_its_time_and_judged_in_its_place(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 early = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_WAITING, 10),
         late = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_WAITING, 20);
  rig_judged(ledger, "work", VERDICT_BACKSCATTER, MOVE_WAITING, 5);
  rig_judged(ledger, "home", VERDICT_UNSURE, MOVE_KEPT, 1);
  g_autoptr(GPtrArray) due = journal_due(ledger, "home", T0 + 19, FALSE, &error);
  OK(due != NULL);
  assert_int_equal(due->len, 1);
  Entry *entry = g_ptr_array_index(due, 0);
  assert_int_equal(entry->id, early);
  assert_int_equal(entry->evidence->len, 1);
  entry->verdict = VERDICT_GENUINE;
  entry->state = MOVE_KEPT;
  g_ptr_array_set_size(entry->evidence, 0);
  g_ptr_array_add(entry->evidence, evidence_new(EVIDENCE_FOR, "new", NULL));
  assert_int_equal(rig_record(ledger, entry), early);
  g_autoptr(Entry) judged = rig_get(ledger, early);
  assert_int_equal(judged->verdict, VERDICT_GENUINE);
  assert_int_equal(judged->evidence->len, 1);
  assert_string_equal(((Evidence *)g_ptr_array_index(judged->evidence, 0))->code, "new");
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM entry"), 4);
  g_autoptr(GPtrArray) rest = journal_due(ledger, "home", T0 + 20, FALSE, &error);
  assert_int_equal(rest->len, 1);
  assert_int_equal(((Entry *)g_ptr_array_index(rest, 0))->id, late);
}

/* Backscatter that was kept, when nothing was to be moved. */
static void backscatter_that_was_only_observed_is_due_once_moving_is_allowed(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 kept = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_KEPT, 10);
  rig_judged(ledger, "home", VERDICT_UNSURE, MOVE_KEPT, 11);
  rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_KEPT, 30); /* not yet */
  g_autoptr(GPtrArray) none = journal_due(ledger, "home", T0 + 10, FALSE, &error);
  OK(none != NULL);
  assert_int_equal(none->len, 0);
  g_autoptr(GPtrArray) due = journal_due(ledger, "home", T0 + 10, TRUE, &error);
  OK(due != NULL);
  assert_int_equal(due->len, 1);
  Entry *entry = g_ptr_array_index(due, 0);
  assert_int_equal(entry->id, kept);
  entry->state = MOVE_Q_INTENT;
  assert_int_equal(rig_record(ledger, entry), kept);
  g_autoptr(Entry) now = rig_get(ledger, kept);
  assert_int_equal(now->state, MOVE_Q_INTENT);
}

/* A folder refused the move for now: judged again, and the reason is told until then. */
static void a_move_that_was_put_off_is_due_again_and_tells_why(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 id = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 1);
  OK(journal_put_off(ledger, id, T0 + 500, TRUE, "It is in use.", &error));
  rig_assert_state(ledger, id, MOVE_KEPT, "INBOX 7 1", RIG_GONE);
  g_autoptr(GPtrArray) early = journal_due(ledger, "home", T0 + 499, TRUE, &error);
  g_autoptr(GPtrArray) due = journal_due(ledger, "home", T0 + 500, TRUE, &error);
  assert_int_equal(early->len, 0);
  assert_int_equal(due->len, 1);
  Entry *entry = g_ptr_array_index(due, 0);
  assert_string_equal(entry->reason, "It is in use.");
  entry->state = MOVE_Q_INTENT;
  assert_int_equal(rig_record(ledger, entry), id);
  g_autoptr(Entry) now = rig_get(ledger, id);
  assert_null(now->reason);
  OK(rig_take(ledger, id, CONFIRM, &error));
  FAILS(journal_put_off(ledger, id, T0 + 600, TRUE, "It is in use.", &error), LEDGER_ERROR_REFUSED);
}

/* Else a mark of this machine's own would be taken for another machine's, and the message would stay. */
static void that_this_machine_has_claimed_a_message_outlives_a_wait(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 id = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 1);
  OK(journal_put_off(ledger, id, T0 + 500, TRUE, "It is in use.", &error));
  g_autoptr(Entry) entry = rig_get(ledger, id);
  assert_true(entry->claimed);
  entry->state = MOVE_WAITING;
  assert_int_equal(rig_record(ledger, entry), id);
  g_autoptr(Entry) waiting = rig_get(ledger, id);
  assert_null(waiting->reason);
  assert_true(waiting->claimed);
  waiting->state = MOVE_Q_INTENT;
  assert_int_equal(rig_record(ledger, waiting), id);
  OK(journal_yield(ledger, id, T0 + 600, &error)); /* another machine was faster after all */
  g_autoptr(Entry) yielded = rig_get(ledger, id);
  assert_false(yielded->claimed);
}

/* Another machine was faster, or somebody took the message out of quarantine. */
static void another_machine_or_a_hand_may_take_a_message_away(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 id = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 1);
  OK(rig_take(ledger, id, YIELD, &error));
  rig_assert_state(ledger, id, MOVE_KEPT, "INBOX 7 1", RIG_GONE);
  g_autoptr(GPtrArray) early = journal_due(ledger, "home", T0 + 499, TRUE, &error);
  g_autoptr(GPtrArray) due = journal_due(ledger, "home", T0 + 500, TRUE, &error);
  assert_int_equal(early->len, 0);
  assert_int_equal(due->len, 1);

  id = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 2);
  OK(rig_take(ledger, id, CONFIRM, &error));
  OK(rig_take(ledger, id, REMOVED, &error));
  rig_assert_state(ledger, id, MOVE_DELETED, "INBOX 7 2", RIG_GONE);
  g_autoptr(Entry) removed = rig_get(ledger, id);
  assert_string_equal(removed->reason, "Somebody has taken it out of quarantine.");
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM entry WHERE deleted > 0"), 1);
  FAILS(rig_take(ledger, 999, YIELD, &error), LEDGER_ERROR_MISSING);
  FAILS(rig_take(ledger, 999, REMOVED, &error), LEDGER_ERROR_MISSING);
}

/* From each state: may the entry be judged again? What was exempt stays so, and the reason of a failure goes. */
static void only_what_lies_where_it_came_may_be_judged_again(void **state)
{
  static const struct {
    VerdictCode verdict;
    MoveState begin;
    Step way[2];
    gboolean may;
  } rows[] = {
    { VERDICT_BACKSCATTER, MOVE_WAITING, { STEPS, STEPS }, TRUE },
    { VERDICT_UNSURE, MOVE_WAITING, { STEPS, STEPS }, TRUE },
    { VERDICT_BACKSCATTER, MOVE_KEPT, { STEPS, STEPS }, TRUE },
    { VERDICT_UNSURE, MOVE_KEPT, { STEPS, STEPS }, TRUE },
    { VERDICT_GENUINE, MOVE_KEPT, { STEPS, STEPS }, TRUE },
    { VERDICT_BACKSCATTER, MOVE_Q_INTENT, { FAIL, STEPS }, TRUE },
    { VERDICT_BACKSCATTER, MOVE_Q_INTENT, { CONFIRM, FAIL }, TRUE },
    { VERDICT_BACKSCATTER, MOVE_Q_INTENT, { STEPS, STEPS }, FALSE },
    { VERDICT_BACKSCATTER, MOVE_Q_INTENT, { CONFIRM, STEPS }, FALSE },
    { VERDICT_BACKSCATTER, MOVE_Q_INTENT, { CONFIRM, RESTORE }, FALSE },
    { VERDICT_BACKSCATTER, MOVE_Q_INTENT, { CONFIRM, DELETE }, FALSE },
    { VERDICT_BACKSCATTER, MOVE_Q_INTENT, { CONFIRM, BY_HAND }, FALSE },
    { VERDICT_BACKSCATTER, MOVE_Q_INTENT, { CONFIRM, REMOVED }, FALSE },
  };
  g_autoptr(Ledger) ledger = rig_ledger();
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    gint64 id = rig_judged(ledger, "home", rows[i].verdict, rows[i].begin, i + 1);
    for (guint k = 0; k < 2 && rows[i].way[k] != STEPS; k++) OK(rig_take(ledger, id, rows[i].way[k], &error));
    g_autofree char *sql = g_strdup_printf("UPDATE entry SET exempt = 1 WHERE id = %d", (int)id);
    OK(db_exec(ledger, sql, &error));
    g_autoptr(Report) report = rig_report("foreign@x", "bob@y.example", "Hello");
    g_autoptr(Entry) anew = rig_entry("home", report, NULL, VERDICT_UNSURE, MOVE_KEPT, 1000 + i);
    g_autoptr(GPtrArray) batch = g_ptr_array_new();
    anew->id = id;
    g_ptr_array_add(batch, anew);
    gboolean ok = journal_record(ledger, batch, "home", "INBOX", NULL, &error);
    if (ok != rows[i].may) fail_msg("row %u: %d", i, ok);
    if (!ok) assert_true(g_error_matches(error, LEDGER_ERROR, LEDGER_ERROR_REFUSED));
    g_clear_error(&error);
    g_autoptr(Entry) now = rig_get(ledger, id);
    assert_true(now->exempt);
    if (!ok) continue;
    assert_int_equal(now->verdict, VERDICT_UNSURE);
    assert_int_equal(now->home.uid, 1000 + i);
    assert_null(now->reason);
  }
}

/* One entry after the other; the answer agrees with journal_due(), and asking writes nothing. */
static void the_next_due_time_agrees_with_what_is_due_then(void **state)
{
  static const struct {
    const char *account;
    VerdictCode verdict;
    MoveState state;
    guint32 uid; /* due at T0 + uid */
    gboolean exempt;
    int next, observed; /* of home afterwards, less T0; -1: none */
  } rows[] = {
    { "home", VERDICT_UNSURE, MOVE_KEPT, 1, FALSE, -1, -1 },
    { "work", VERDICT_BACKSCATTER, MOVE_WAITING, 2, FALSE, -1, -1 },
    { "home", VERDICT_BACKSCATTER, MOVE_WAITING, 3, TRUE, -1, -1 },
    { "home", VERDICT_BACKSCATTER, MOVE_KEPT, 50, FALSE, -1, 50 },
    { "home", VERDICT_BACKSCATTER, MOVE_KEPT, 40, FALSE, -1, 40 },
    { "home", VERDICT_BACKSCATTER, MOVE_WAITING, 60, FALSE, 60, 40 },
    { "home", VERDICT_UNSURE, MOVE_WAITING, 55, FALSE, 55, 40 },
    { "home", VERDICT_BACKSCATTER, MOVE_WAITING, 30, FALSE, 30, 30 },
    { "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 4, FALSE, 30, 30 },
  };
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    gint64 id = rig_judged(ledger, rows[i].account, rows[i].verdict, rows[i].state, rows[i].uid);
    g_autofree char *sql = g_strdup_printf("UPDATE entry SET exempt = %d WHERE id = %d", rows[i].exempt, (int)id);
    OK(db_exec(ledger, sql, &error));
    gint64 changes = rig_number(ledger, "SELECT total_changes()");
    for (int observed = 0; observed <= 1; observed++) {
      gint64 next = -1;
      int want = observed ? rows[i].observed : rows[i].next;
      OK(journal_next_due(ledger, "home", observed, &next, &error));
      if (next != (want < 0 ? 0 : T0 + want)) fail_msg("row %u: %d", i, (int)(next - T0));
      g_autoptr(GPtrArray) before = journal_due(ledger, "home", next - 1, observed, &error);
      g_autoptr(GPtrArray) due = journal_due(ledger, "home", next, observed, &error);
      assert_int_equal(before->len, 0);
      assert_int_equal(due->len, want < 0 ? 0 : 1);
    }
    assert_int_equal(rig_number(ledger, "SELECT total_changes()"), changes);
  }
  gint64 next = -1;
  FAILS(journal_next_due(ledger, "nobody", FALSE, &next, &error), LEDGER_ERROR_MISSING);
  assert_int_equal(next, -1);
}

static void what_lies_in_a_folder_is_listed_by_account_folder_and_validity(void **state)
{
  static const struct {
    const char *account, *folder;
    guint32 validity, uid;
    Step then;
  } rows[] = {
    { "home", "Backscatter", 3, 20, STEPS },   { "home", "Backscatter", 3, 10, STEPS },
    { "home", "Backscatter", 3, 0, STEPS },    { "home", "Backscatter", 4, 11, STEPS },
    { "home", "Trash", 3, 12, STEPS },         { "work", "Backscatter", 3, 13, STEPS },
    { "home", "Backscatter", 3, 14, FAIL },    { "home", "Backscatter", 3, 15, RESTORE },
    { "home", "Backscatter", 3, 16, DELETE },  { "home", "Backscatter", 3, 17, BY_HAND },
    { "home", "Backscatter", 3, 18, REMOVED },
  };
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    gint64 id = rig_judged(ledger, rows[i].account, VERDICT_BACKSCATTER, MOVE_Q_INTENT, i + 1);
    OK(journal_confirm(ledger, id, &(Place){ (char *)rows[i].folder, rows[i].validity, rows[i].uid }, &error));
    if (rows[i].then != STEPS) OK(rig_take(ledger, id, rows[i].then, &error));
  }
  rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 99); /* on its way */
  static const struct {
    const char *account, *folder;
    guint32 validity;
    const char *want;
  } asked[] = { { "home", "Backscatter", 3, " 3:0 2:10 1:20" },
                { "home", "Backscatter", 4, " 4:11" },
                { "home", "Trash", 3, " 5:12" },
                { "work", "Backscatter", 3, " 6:13" },
                { "work", "Backscatter", 4, "" } };
  for (guint i = 0; i < G_N_ELEMENTS(asked); i++) {
    guint count = 99;
    g_autoptr(GString) got = g_string_new(NULL);
    g_autoptr(GArray) lying = journal_lying(ledger, asked[i].account, asked[i].folder, asked[i].validity, &error);
    OK(lying != NULL);
    for (guint k = 0; k < lying->len; k++) {
      const Lying *one = &g_array_index(lying, Lying, k);
      g_string_append_printf(got, " %d:%u", (int)one->id, one->uid);
    }
    assert_string_equal(got->str, asked[i].want);
    OK(journal_lying_count(ledger, asked[i].account, asked[i].folder, asked[i].validity, &count, &error));
    assert_int_equal(count, lying->len);
  }
  guint count = 99;
  FAILS(journal_lying(ledger, "nobody", "Backscatter", 3, &error) != NULL, LEDGER_ERROR_MISSING);
  FAILS(journal_lying_count(ledger, "nobody", "Backscatter", 3, &count, &error), LEDGER_ERROR_MISSING);
}

/* What an idle daemon asks in every look is found by an index: no table is walked through. */
static void an_idle_look_is_answered_by_an_index(void **state)
{
  static const struct {
    const char *sql;
    const char *index;
  } rows[] = {
    { "SELECT due FROM entry WHERE account = 1 AND state = 'kept' AND due > 0 AND exempt = 0 AND (state = 'waiting' OR "
      "verdict = 'backscatter') ORDER BY due LIMIT 1",
      "INDEX entry_again" },
    { "SELECT due FROM entry WHERE account = 1 AND due > 0 AND exempt = 0 AND state IN ('waiting', 'kept') AND due <= "
      "5",
      "INDEX entry_again" },
    { "SELECT count(*) FROM entry WHERE account = 1 AND state = 'quarantined' AND away_folder = 'x' AND away_validity "
      "= 3",
      "COVERING INDEX entry_lying" },
  };
  g_autoptr(Ledger) ledger = rig_ledger();
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_auto(Rows) plan = { 0 };
    g_autofree char *sql = g_strconcat("EXPLAIN QUERY PLAN ", rows[i].sql, NULL);
    OK(rows_open(&plan, ledger, &error, g_intern_string(sql), ""));
    assert_true(rows_next(&plan, &error));
    if (strstr(row_text(&plan, 3), rows[i].index) == NULL) fail_msg("row %u: %s", i, row_text(&plan, 3));
    assert_false(rows_next(&plan, &error)); /* nor sorted */
    assert_null(error);
  }
}

/* A message that others put into quarantine under UID 30. */
static Entry *adoptable(const Entry *like, guint32 uid)
{
  g_autoptr(Report) report = rig_report("foreign@x", "bob@y.example", "Hello");
  Entry *entry = rig_entry("home", report, NULL, VERDICT_BACKSCATTER, MOVE_QUARANTINED, 0);
  if (like != NULL) fingerprint_copy(&entry->fingerprint, &like->fingerprint);
  place_set(&entry->home, NULL, 0, 0);
  place_set(&entry->away, "Backscatter", 3, uid);
  entry->arrived = T0 + 9999;
  g_ptr_array_add(entry->evidence, evidence_new(EVIDENCE_AGAINST, "by-hand", NULL));
  return entry;
}

/* Which entry becomes it, by the state it is in. */
static void a_message_put_into_quarantine_by_others_finds_its_entry_or_gets_one(void **state)
{
  enum { NEW, SAME, REFUSED };
  static const struct {
    const char *account;
    MoveState begin;
    Step way[2];
    gboolean named; /* the caller says it is this one */
    int becomes;
  } rows[] = {
    { "home", MOVE_KEPT, { STEPS, STEPS }, FALSE, SAME },
    { "home", MOVE_WAITING, { STEPS, STEPS }, FALSE, SAME },
    { "home", MOVE_Q_INTENT, { FAIL, STEPS }, FALSE, SAME },
    { "home", MOVE_Q_INTENT, { CONFIRM, FAIL }, FALSE, SAME },
    { "home", MOVE_Q_INTENT, { STEPS, STEPS }, FALSE, NEW },
    { "home", MOVE_Q_INTENT, { CONFIRM, STEPS }, FALSE, NEW }, /* a twin of one that lies elsewhere */
    { "home", MOVE_Q_INTENT, { CONFIRM, BY_HAND }, FALSE, NEW },
    { "home", MOVE_Q_INTENT, { CONFIRM, REMOVED }, FALSE, NEW },
    { "work", MOVE_KEPT, { STEPS, STEPS }, FALSE, NEW },
    { "home", MOVE_Q_INTENT, { CONFIRM, STEPS }, TRUE, SAME },
    { "home", MOVE_KEPT, { STEPS, STEPS }, TRUE, SAME },
    { "home", MOVE_Q_INTENT, { STEPS, STEPS }, TRUE, REFUSED },
    { "home", MOVE_Q_INTENT, { CONFIRM, BY_HAND }, TRUE, REFUSED },
    { "work", MOVE_Q_INTENT, { CONFIRM, STEPS }, TRUE, REFUSED },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = rig_ledger();
    gint64 id = rig_judged(ledger, rows[i].account, VERDICT_BACKSCATTER, rows[i].begin, 1);
    for (guint k = 0; k < 2 && rows[i].way[k] != STEPS; k++) OK(rig_take(ledger, id, rows[i].way[k], &error));
    g_autoptr(Entry) old = rig_get(ledger, id), entry = adoptable(old, 30);
    entry->id = rows[i].named ? id : 0;
    gboolean ok = journal_adopt(ledger, entry, &error);
    if (ok != (rows[i].becomes != REFUSED)) fail_msg("row %u: %d", i, ok);
    if (!ok) {
      FAILS(ok, LEDGER_ERROR_REFUSED);
      assert_int_equal(entry->id, id);
      rig_assert_state(ledger, id, old->state, NULL, NULL);
      continue;
    }
    if ((entry->id == id) != (rows[i].becomes == SAME)) fail_msg("row %u: %d", i, (int)entry->id);
    g_autoptr(Entry) now = rig_get(ledger, entry->id);
    rig_assert_state(ledger, entry->id, MOVE_QUARANTINED, entry->id == id ? "INBOX 7 1" : RIG_GONE, "Backscatter 3 30");
    assert_int_equal(now->arrived, entry->id == id ? T0 + 1 : T0 + 9999);
    assert_int_equal(now->evidence->len, 2);
    assert_int_equal(now->due, 0);
    assert_null(now->reason);
    assert_int_equal(rig_number(ledger, "SELECT count(*) FROM entry"), rows[i].becomes == SAME ? 1 : 2);
    assert_int_equal(rig_number(ledger, "SELECT count(*) FROM entry WHERE state = 'quarantined' AND quarantined = 0"),
                     0);
    /* Once more, as after a crash: the same entry, and nothing is written. */
    gint64 found = entry->id, changes = rig_number(ledger, "SELECT total_changes()");
    entry->id = 0;
    OK(journal_adopt(ledger, entry, &error));
    assert_int_equal(entry->id, found);
    assert_int_equal(rig_number(ledger, "SELECT total_changes()"), changes);
  }
}

/* Twins: the one that was believed to be there comes first, then the newest; all others stay as they are. */
static void of_twins_the_one_believed_there_is_adopted_first_then_the_newest(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(Report) report = rig_report(NULL, NULL, NULL);
  gint64 ids[3];
  g_autoptr(Entry) like = rig_entry("home", report, NULL, VERDICT_UNSURE, MOVE_KEPT, 1);
  for (guint i = 0; i < 3; i++) {
    g_autoptr(Entry) twin = rig_entry("home", report, NULL, VERDICT_UNSURE, i == 0 ? MOVE_Q_INTENT : MOVE_KEPT, i + 1);
    fingerprint_copy(&twin->fingerprint, &like->fingerprint);
    ids[i] = rig_record(ledger, twin);
  }
  OK(journal_confirm(ledger, ids[0], &(Place){ (char *)"Backscatter", 3, 31 }, &error));
  OK(rig_take(ledger, ids[0], FAIL, &error));
  const gint64 want[] = { ids[0], ids[2], ids[1], ids[2] + 1 };
  for (guint i = 0; i < G_N_ELEMENTS(want); i++) {
    g_autoptr(Entry) entry = adoptable(like, 31 + i);
    OK(journal_adopt(ledger, entry, &error));
    assert_int_equal(entry->id, want[i]);
  }
  g_autoptr(Entry) missing = adoptable(like, 77), stranger = adoptable(NULL, 78);
  missing->id = 999;
  FAILS(journal_adopt(ledger, missing, &error), LEDGER_ERROR_MISSING);
  g_free(stranger->account);
  stranger->account = g_strdup("nobody");
  FAILS(journal_adopt(ledger, stranger, &error), LEDGER_ERROR_MISSING);
  assert_int_equal(stranger->id, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_waiting_entry_is_due_at_its_time_and_judged_in_its_place),
    cmocka_unit_test(backscatter_that_was_only_observed_is_due_once_moving_is_allowed),
    cmocka_unit_test(a_move_that_was_put_off_is_due_again_and_tells_why),
    cmocka_unit_test(that_this_machine_has_claimed_a_message_outlives_a_wait),
    cmocka_unit_test(another_machine_or_a_hand_may_take_a_message_away),
    cmocka_unit_test(only_what_lies_where_it_came_may_be_judged_again),
    cmocka_unit_test(the_next_due_time_agrees_with_what_is_due_then),
    cmocka_unit_test(what_lies_in_a_folder_is_listed_by_account_folder_and_validity),
    cmocka_unit_test(an_idle_look_is_answered_by_an_index),
    cmocka_unit_test(a_message_put_into_quarantine_by_others_finds_its_entry_or_gets_one),
    cmocka_unit_test(of_twins_the_one_believed_there_is_adopted_first_then_the_newest)
  };
  return cmocka_run_group_tests_name("ledger_again", tests, NULL, NULL);
}
