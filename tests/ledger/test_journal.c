/* test_journal.c - what was judged and moved
 * Owns:     ledgers in memory.
 * Must not: touch a disk.
 * Fails:    by TAP.
 * Tests:    ledger/entry.c ledger/journal.c */
#include "ledger/db.h"
#include "tests/rigs/ledger_rig.h"

#define T0 RIG_T0

static void an_entry_is_read_as_it_was_recorded(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(Report) report = rig_report("one@x;two@x", "bob@y.example;eve@y.example", "Hello “you”");
  report->status = g_strdup("5.1.1");
  report->diagnostic = g_strdup("no such user");
  report->original.from = g_strdup("Me <me@example.org>");
  report->original.to = g_strdup("Bob <bob@y.example>");
  report->original.date = T0 - 5;
  g_autoptr(Entry) entry = rig_entry("home", report, NULL, VERDICT_BACKSCATTER, MOVE_Q_INTENT, 42);
  g_ptr_array_add(entry->evidence, evidence_new(EVIDENCE_FOR, "other-code", "100 % sure", "", "yes", NULL));
  place_set(&entry->away, "Backscatter", 3, 0);
  entry->arrived = T0 + 1;
  entry->judged = T0 + 2;
  entry->decided = 1;
  entry->fingerprint.size = G_MAXUINT32 + (guint64)5;
  g_autoptr(Entry) read = rig_get(ledger, rig_record(ledger, entry));
  assert_int_equal(read->id, entry->id);
  assert_string_equal(read->account, "home");
  assert_true(fingerprint_equal(&read->fingerprint, &entry->fingerprint));
  assert_int_equal(read->arrived, T0 + 1);
  assert_int_equal(read->judged, T0 + 2);
  assert_int_equal(read->kind, REPORT_DSN_FAILED);
  assert_int_equal(read->verdict, VERDICT_BACKSCATTER);
  assert_string_equal(read->reporter, "mailer-daemon@mx.reporter.example");
  assert_string_equal(read->status, "5.1.1");
  assert_string_equal(read->diagnostic, "no such user");
  assert_int_equal(read->recipients->len, 2);
  assert_string_equal(g_ptr_array_index(read->recipients, 1), "eve@y.example");
  assert_string_equal(read->original_id, "one@x");
  assert_string_equal(read->original_from, "Me <me@example.org>");
  assert_string_equal(read->original_to, "Bob <bob@y.example>");
  assert_string_equal(read->original_subject, "Hello “you”");
  assert_int_equal(read->original_date, T0 - 5);
  assert_int_equal(read->evidence->len, 2);
  const Evidence *line = g_ptr_array_index(read->evidence, 1);
  assert_int_equal(line->side, EVIDENCE_FOR);
  assert_string_equal(line->code, "other-code");
  assert_null(line->text);
  assert_int_equal(g_strv_length(line->args), 3);
  assert_string_equal(line->args[0], "100 % sure");
  assert_string_equal(line->args[1], "");
  assert_string_equal(line->args[2], "yes");
  assert_int_equal(read->decided, 1);
  assert_false(read->exempt);
  assert_true(read->changed > T0);
  rig_assert_state(ledger, entry->id, MOVE_Q_INTENT, "INBOX 7 42", "Backscatter 3 0"); /* where it shall go */
  FAILS(journal_get(ledger, 999, &error) != NULL, LEDGER_ERROR_MISSING);
}

/* What waits is held for its second look only, and not for ever where that cannot be had. */
static void a_waiting_message_is_held_for_its_second_look_and_not_for_ever(void **state)
{
  static const struct {
    MoveState state;
    gint64 due, now; /* after it was judged */
    guint held;
  } rows[] = {
    { MOVE_Q_INTENT, 0, 9999, 1 },
    { MOVE_KEPT, 0, 0, 0 },
    { MOVE_WAITING, FILTER_GRACE, 0, 1 },
    { MOVE_WAITING, FILTER_GRACE, FILTER_GRACE + 600, 1 },
    { MOVE_WAITING, FILTER_GRACE, FILTER_GRACE + 601, 0 },
    { MOVE_WAITING, 0, 0, 1 },
    { MOVE_WAITING, 2 * FILTER_GRACE, 0, 0 },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = rig_ledger();
    g_autoptr(Report) report = rig_report("one@x", "bob@y.example", "Hello");
    g_autoptr(Entry) entry = rig_entry("home", report, NULL, VERDICT_BACKSCATTER, rows[i].state, 42);
    if (rows[i].state == MOVE_Q_INTENT) place_set(&entry->away, "Backscatter", 3, 0);
    entry->judged = T0;
    entry->due = rows[i].due > 0 || rows[i].state == MOVE_WAITING ? T0 + rows[i].due : 0;
    rig_record(ledger, entry);
    g_autoptr(GArray) held = journal_held(ledger, "home", "INBOX", 7, T0 + rows[i].now, 600, &error);
    g_autoptr(GArray) other = journal_held(ledger, "home", "INBOX", 8, T0 + rows[i].now, 600, &error);
    g_autoptr(GArray) sure = journal_held(ledger, "home", "INBOX", 7, 0, 600, &error);
    assert_null(error);
    if (held->len != rows[i].held) print_error("row %u\n", i);
    assert_int_equal(held->len, rows[i].held);
    if (held->len > 0) assert_int_equal(g_array_index(held, guint32, 0), 42);
    assert_int_equal(other->len, 0);
    assert_int_equal(sure->len, rows[i].state == MOVE_Q_INTENT ? 1 : 0);
  }
}

static void a_fingerprint_differs_in_id_size_or_the_octets_that_are_read(void **state)
{
  g_autofree char *text = g_strnfill(FILTER_READ_LIMIT + 10, 'x');
  g_autoptr(GBytes) head = g_bytes_new(text, FILTER_READ_LIMIT), more = g_bytes_new(text, FILTER_READ_LIMIT + 10);
  g_autoptr(GBytes) less = g_bytes_new(text, FILTER_READ_LIMIT - 1), none = g_bytes_new(NULL, 0);
  Fingerprint a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 }, e = { 0 };
  fingerprint_init(&a, "id@x", 7, head);
  fingerprint_init(&b, "id@x", 7, more);
  fingerprint_init(&c, "id@x", 7, less);
  fingerprint_init(&d, NULL, 7, none);
  assert_true(fingerprint_equal(&a, &b)); /* what lies behind the limit does not count */
  assert_false(fingerprint_equal(&a, &c));
  assert_string_equal(d.message_id, "");
  fingerprint_copy(&e, &d);
  fingerprint_copy(&e, &a);
  assert_true(fingerprint_equal(&a, &e));
  e.size++;
  assert_false(fingerprint_equal(&a, &e));
  fingerprint_copy(&e, &a);
  e.message_id[0] = 'I';
  assert_false(fingerprint_equal(&a, &e));
  Fingerprint *const all[] = { &a, &b, &c, &d, &e };
  for (guint i = 0; i < G_N_ELEMENTS(all); i++) fingerprint_clear(all[i]);
}

/* From each state every step: the state after it, or refused. */
static void each_step_leads_from_each_state_to_one_other_or_is_refused(void **state)
{
  enum { NO = -1 };
  static const struct {
    MoveState from, begin;
    Step way[2]; /* steps that lead there from begin; STEPS: none */
    int to[STEPS];
  } rows[] = {
    { MOVE_KEPT, MOVE_KEPT, { STEPS, STEPS }, { NO, NO, NO, NO, MOVE_FAILED, MOVE_RESTORED, NO, NO } },
    { MOVE_WAITING, MOVE_WAITING, { STEPS, STEPS }, { NO, NO, NO, NO, MOVE_FAILED, MOVE_RESTORED, NO, NO } },
    { MOVE_Q_INTENT,
      MOVE_Q_INTENT,
      { STEPS, STEPS },
      { MOVE_QUARANTINED, MOVE_QUARANTINED, NO, NO, MOVE_FAILED, MOVE_RESTORED, MOVE_KEPT, NO } },
    { MOVE_QUARANTINED,
      MOVE_Q_INTENT,
      { CONFIRM, STEPS },
      { NO, NO, MOVE_R_INTENT, MOVE_D_INTENT, MOVE_FAILED, MOVE_RESTORED, NO, MOVE_DELETED } },
    { MOVE_R_INTENT,
      MOVE_Q_INTENT,
      { CONFIRM, RESTORE },
      { MOVE_RESTORED, MOVE_RESTORED, NO, NO, MOVE_FAILED, MOVE_RESTORED, NO, NO } },
    { MOVE_D_INTENT,
      MOVE_Q_INTENT,
      { CONFIRM, DELETE },
      { MOVE_DELETED, MOVE_DELETED, NO, NO, MOVE_FAILED, MOVE_RESTORED, NO, NO } },
    { MOVE_FAILED, MOVE_Q_INTENT, { FAIL, STEPS }, { NO, NO, NO, NO, MOVE_FAILED, MOVE_RESTORED, NO, NO } },
    { MOVE_FAILED,
      MOVE_Q_INTENT,
      { CONFIRM, FAIL },
      { NO, NO, MOVE_R_INTENT, MOVE_D_INTENT, MOVE_FAILED, MOVE_RESTORED, NO, NO } },
    { MOVE_RESTORED, MOVE_Q_INTENT, { CONFIRM, BY_HAND }, { NO, NO, NO, NO, MOVE_FAILED, MOVE_RESTORED, NO, NO } },
  };
  g_autoptr(Ledger) ledger = rig_ledger();
  guint32 uid = 0;
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    for (Step step = 0; step < STEPS; step++) {
      GError *error = NULL;
      gint64 id = rig_judged(ledger, "home", VERDICT_BACKSCATTER, rows[i].begin, ++uid);
      for (guint k = 0; k < 2 && rows[i].way[k] != STEPS; k++) OK(rig_take(ledger, id, rows[i].way[k], &error));
      rig_assert_state(ledger, id, rows[i].from, NULL, NULL);
      gboolean ok = rig_take(ledger, id, step, &error);
      if (ok != (rows[i].to[step] != NO)) fail_msg("row %u, step %u: %d", i, step, ok);
      if (!ok) assert_true(g_error_matches(error, LEDGER_ERROR, LEDGER_ERROR_REFUSED));
      rig_assert_state(ledger, id, ok ? (MoveState)rows[i].to[step] : rows[i].from, NULL, NULL);
      g_clear_error(&error);
    }
}

static void a_message_has_the_places_that_its_state_says(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  const Place away = { (char *)"Backscatter", 3, 9 }, trash = { (char *)"Trash", 4, 1 },
              home = { (char *)"INBOX", 7, 77 };
  gint64 id = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 1);
  OK(journal_confirm(ledger, id, &away, &error));
  rig_assert_state(ledger, id, MOVE_QUARANTINED, "INBOX 7 1", "Backscatter 3 9");
  OK(journal_intend(ledger, id, MOVE_R_INTENT, &error));
  g_autoptr(Entry) intended = rig_get(ledger, id);
  assert_true(intended->exempt); /* before the server is asked */
  OK(journal_confirm(ledger, id, &home, &error));
  rig_assert_state(ledger, id, MOVE_RESTORED, "INBOX 7 77", RIG_GONE);

  id = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 2);
  OK(journal_confirm(ledger, id, &away, &error));
  OK(journal_intend(ledger, id, MOVE_D_INTENT, &error));
  OK(journal_confirm(ledger, id, &trash, &error));
  rig_assert_state(ledger, id, MOVE_DELETED, "INBOX 7 2", "Trash 4 1");
  g_autoptr(Entry) deleted = rig_get(ledger, id);
  assert_false(deleted->exempt);

  id = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 3);
  OK(journal_confirm(ledger, id, &away, &error));
  OK(journal_fail(ledger, id, "No such folder.", &error));
  g_autoptr(Entry) failed = rig_get(ledger, id);
  assert_string_equal(failed->reason, "No such folder.");
  rig_assert_state(ledger, id, MOVE_FAILED, "INBOX 7 3", "Backscatter 3 9");
  OK(journal_intend(ledger, id, MOVE_D_INTENT, &error)); /* a new attempt: the reason is history */
  OK(journal_confirm(ledger, id, NULL, &error));
  g_autoptr(Entry) gone = rig_get(ledger, id);
  assert_null(gone->reason);
  rig_assert_state(ledger, id, MOVE_DELETED, "INBOX 7 3", RIG_GONE);

  id = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 4);
  OK(journal_owner_restored(ledger, id, NULL, &error));
  rig_assert_state(ledger, id, MOVE_RESTORED, "INBOX 7 4", RIG_GONE);
  FAILS(journal_confirm(ledger, 999, NULL, &error), LEDGER_ERROR_MISSING);
  FAILS(journal_fail(ledger, 999, "x", &error), LEDGER_ERROR_MISSING);
  FAILS(journal_intend(ledger, 999, MOVE_D_INTENT, &error), LEDGER_ERROR_MISSING);
  FAILS(journal_owner_restored(ledger, 999, NULL, &error), LEDGER_ERROR_MISSING);
}

/* A batch of confirmations is one transaction. */
static void many_confirmations_are_one_transaction(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 one = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 1),
         two = rig_judged(ledger, "home", VERDICT_UNSURE, MOVE_KEPT, 2);
  gint64 three = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 3);
  Confirmation batch[] = { { one, { (char *)"Backscatter", 3, 1 } }, { two, { NULL, 0, 0 } } };
  FAILS(journal_confirm_many(ledger, batch, 2, &error), LEDGER_ERROR_REFUSED);
  rig_assert_state(ledger, one, MOVE_Q_INTENT, NULL, NULL);
  batch[1].id = three;
  OK(journal_confirm_many(ledger, batch, 2, &error));
  rig_assert_state(ledger, one, MOVE_QUARANTINED, NULL, "Backscatter 3 1");
  rig_assert_state(ledger, three, MOVE_QUARANTINED, NULL, RIG_GONE);
  OK(journal_confirm_many(ledger, NULL, 0, &error));
}

/* A copy that lies in quarantine while its source is still to be removed: at both places, and kept from the owner. */
static void a_copied_message_lies_at_both_places_until_its_source_is_removed(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  const Place home = { (char *)"INBOX", 7, 1 }, away = { (char *)"Backscatter", 3, 9 };
  gint64 one = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 1),
         two = rig_judged(ledger, "home", VERDICT_UNSURE, MOVE_KEPT, 2);
  rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_WAITING, 3);
  gboolean claimed = FALSE;
  Confirmation copies[] = { { one, away }, { two, away } };
  FAILS(journal_copied(ledger, copies, 2, &error), LEDGER_ERROR_MISSING);
  OK(journal_claimed(ledger, "home", &away, 0, &claimed, &error));
  assert_false(claimed); /* all or nothing */
  OK(journal_copied(ledger, copies, 1, &error));
  rig_assert_state(ledger, one, MOVE_Q_INTENT, "INBOX 7 1", "Backscatter 3 9");
  OK(journal_claimed(ledger, "home", &away, 0, &claimed, &error));
  assert_true(claimed);
  OK(journal_claimed(ledger, "home", &home, 0, &claimed, &error));
  assert_true(claimed);
  OK(journal_claimed(ledger, "home", &away, one, &claimed, &error));
  assert_false(claimed);
  for (guint waiting = 0; waiting < 2; waiting++) {
    g_autoptr(GArray) held = journal_held(ledger, "home", "INBOX", 7, waiting, 600, &error);
    g_autoptr(GArray) elsewhere = journal_held(ledger, "home", "INBOX", 8, waiting, 600, &error);
    assert_int_equal(held->len, 1 + waiting);
    assert_int_equal(g_array_index(held, guint32, 0), 1);
    assert_int_equal(elsewhere->len, 0);
  }
  FAILS(journal_intend(ledger, one, MOVE_D_INTENT, &error), LEDGER_ERROR_REFUSED);
  OK(journal_confirm(ledger, one, &away, &error));
  rig_assert_state(ledger, one, MOVE_QUARANTINED, "INBOX 7 1", "Backscatter 3 9");
  OK(rig_take(ledger, one, RESTORE, &error));
  gint64 stuck = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 5);
  FAILS(journal_intend(ledger, stuck, MOVE_R_INTENT, &error), LEDGER_ERROR_REFUSED); /* no copy yet */
  Confirmation copy = { stuck, { (char *)"Backscatter", 3, 11 } };
  OK(journal_copied(ledger, &copy, 1, &error));
  OK(journal_intend(ledger, stuck, MOVE_R_INTENT, &error));
  rig_assert_state(ledger, stuck, MOVE_R_INTENT, "INBOX 7 5", "Backscatter 3 11");
  g_autoptr(GArray) none = journal_held(ledger, "home", "INBOX", 7, 0, 600, &error);
  assert_int_equal(none->len, 0);
}

/* The same place again (killed before the answer came): nothing is doubled, and the entry tells how it stands. */
static void a_message_that_is_recorded_twice_has_one_entry(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 id = rig_judged(ledger, "home", VERDICT_GENUINE, MOVE_KEPT, 5);
  g_autoptr(Report) report = rig_report(NULL, NULL, NULL);
  g_autoptr(Entry) again = rig_entry("home", report, NULL, VERDICT_BACKSCATTER, MOVE_Q_INTENT, 5);
  assert_int_equal(rig_record(ledger, again), id);
  assert_int_equal(again->state, MOVE_KEPT);
  g_autoptr(Entry) kept = rig_get(ledger, id);
  assert_int_equal(kept->verdict, VERDICT_GENUINE);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM evidence"), 1);

  static const struct {
    const char *account, *folder;
    guint32 validity, uid;
  } others[] = {
    { "work", "INBOX", 7, 5 }, { "home", "Lists", 7, 5 }, { "home", "INBOX", 8, 5 },
    { "home", "INBOX", 7, 6 }, { "home", "INBOX", 7, 0 }, { "home", "INBOX", 7, 0 },
  };
  for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
    g_autoptr(Entry) other = rig_entry(others[i].account, report, NULL, VERDICT_UNSURE, MOVE_KEPT, 1);
    place_set(&other->home, others[i].folder, others[i].validity, others[i].uid);
    assert_int_equal(rig_record(ledger, other), id + 1 + i);
  }
  OK(error == NULL);
}

static void a_batch_is_recorded_whole_with_its_mark_or_not_at_all(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(GPtrArray) batch = g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
  g_autoptr(Report) report = rig_report(NULL, "bob@y.example", NULL);
  FolderMark mark = { 7, 4, 0, 0 }, kept = { 0 };
  for (guint32 uid = 1; uid <= 3; uid++)
    g_ptr_array_add(batch, rig_entry("home", report, NULL, VERDICT_UNSURE, MOVE_KEPT, uid));
  ((Entry *)g_ptr_array_index(batch, 2))->id = 4711; /* not there: the whole batch fails */
  FAILS(journal_record(ledger, batch, "home", "INBOX", &mark, &error), LEDGER_ERROR_MISSING);
  assert_int_equal(rig_number(ledger, "SELECT (SELECT count(*) FROM entry) + (SELECT count(*) FROM evidence)"), 0);
  assert_int_equal(((Entry *)g_ptr_array_index(batch, 0))->id, 0);
  OK(folder_mark_get(ledger, "home", "INBOX", FOLDER_ROLE_WATCHED, &kept, &error));
  assert_int_equal(kept.next, 1);

  ((Entry *)g_ptr_array_index(batch, 2))->id = 0;
  OK(journal_record(ledger, batch, "home", "INBOX", &mark, &error));
  OK(folder_mark_get(ledger, "home", "INBOX", FOLDER_ROLE_WATCHED, &kept, &error));
  assert_int_equal(kept.next, 4);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM entry WHERE judged > 1600000000"), 3);
  g_ptr_array_set_size(batch, 0);
  mark.next = 9; /* nothing to judge, but a way further */
  OK(journal_record(ledger, batch, "home", "INBOX", &mark, &error));
  OK(folder_mark_get(ledger, "home", "INBOX", FOLDER_ROLE_WATCHED, &kept, &error));
  assert_int_equal(kept.next, 9);
  FAILS(journal_record(ledger, batch, "nobody", "INBOX", &mark, &error), LEDGER_ERROR_MISSING);
}

static void unfinished_moves_of_an_account_are_listed(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 ids[5];
  for (guint i = 0; i < 5; i++) ids[i] = rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_Q_INTENT, i + 1);
  rig_judged(ledger, "work", VERDICT_BACKSCATTER, MOVE_Q_INTENT, 1);
  for (guint i = 1; i < 5; i++) OK(rig_take(ledger, ids[i], CONFIRM, &error));
  OK(rig_take(ledger, ids[1], RESTORE, &error));
  OK(rig_take(ledger, ids[2], DELETE, &error));
  OK(rig_take(ledger, ids[3], FAIL, &error));
  g_autoptr(GPtrArray) list = journal_unfinished(ledger, "home", &error);
  OK(list != NULL);
  assert_int_equal(list->len, 3);
  for (guint i = 0; i < 3; i++) assert_int_equal(((Entry *)g_ptr_array_index(list, i))->id, ids[i]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_entry_is_read_as_it_was_recorded),
    cmocka_unit_test(a_waiting_message_is_held_for_its_second_look_and_not_for_ever),
    cmocka_unit_test(a_fingerprint_differs_in_id_size_or_the_octets_that_are_read),
    cmocka_unit_test(each_step_leads_from_each_state_to_one_other_or_is_refused),
    cmocka_unit_test(a_message_has_the_places_that_its_state_says),
    cmocka_unit_test(many_confirmations_are_one_transaction),
    cmocka_unit_test(a_message_that_is_recorded_twice_has_one_entry),
    cmocka_unit_test(a_batch_is_recorded_whole_with_its_mark_or_not_at_all),
    cmocka_unit_test(unfinished_moves_of_an_account_are_listed),
    cmocka_unit_test(a_copied_message_lies_at_both_places_until_its_source_is_removed),
  };
  return cmocka_run_group_tests_name("ledger_journal", tests, NULL, NULL);
}
