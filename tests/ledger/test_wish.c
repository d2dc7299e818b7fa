/* test_wish.c - what the owner wants done
 * Owns:     ledgers in memory.
 * Must not: touch a disk.
 * Fails:    by TAP.
 * Tests:    ledger/wish.c ledger/entry.c */
#include "ledger/configure.h"
#include "ledger/db.h"
#include "tests/rigs/ledger_rig.h"

static gint64 record(Ledger *ledger, const char *account, MoveState state, guint32 uid)
{
  g_autoptr(Report) report = rig_report(NULL, NULL, NULL);
  g_autoptr(Entry) entry = rig_entry(account, report, NULL, VERDICT_BACKSCATTER, state, uid);
  return rig_record(ledger, entry);
}

static gint64 quarantined(Ledger *ledger, const char *account, guint32 uid)
{
  GError *error = NULL;
  gint64 id = record(ledger, account, MOVE_Q_INTENT, uid);
  OK(journal_confirm(ledger, id, &(Place){ (char *)"Backscatter", 3, uid }, &error));
  return id;
}

static void a_request_is_open_until_it_is_finished_and_may_be_made_again(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 home = quarantined(ledger, "home", 1), work = quarantined(ledger, "work", 2);
  gint64 restore = wish_add(ledger, WISH_RESTORE, home, NULL, &error);
  OK(restore > 0);
  assert_int_equal(wish_add(ledger, WISH_RESTORE, home, NULL, &error), restore); /* once is enough */
  gint64 delete = wish_add(ledger, WISH_DELETE, work, NULL, &error),
         check = wish_add(ledger, WISH_CHECK, 0, "home", &error);
  OK(delete > restore && check > delete);
  assert_int_equal(wish_add(ledger, WISH_CHECK, 0, "home", &error), check);
  assert_int_not_equal(wish_add(ledger, WISH_CHECK, 0, "work", &error), check);

  g_autoptr(GPtrArray) all = wish_open(ledger, NULL, &error), mine = wish_open(ledger, "home", &error);
  assert_int_equal(all->len, 4);
  assert_int_equal(mine->len, 2);
  const Wish *first = g_ptr_array_index(mine, 0), *second = g_ptr_array_index(mine, 1);
  assert_int_equal(first->id, restore);
  assert_int_equal(first->verb, WISH_RESTORE);
  assert_int_equal(first->entry, home);
  assert_string_equal(first->account, "home");
  assert_int_equal(first->state, WISH_OPEN);
  assert_true(first->made > 1600000000);
  assert_null(first->result);
  assert_int_equal(second->verb, WISH_CHECK);
  assert_int_equal(second->entry, 0);

  OK(wish_finish(ledger, restore, TRUE, "It is back in INBOX.", &error));
  OK(wish_finish(ledger, delete, FALSE, "The server said no.", &error));
  g_autoptr(Wish) done = wish_get(ledger, restore, &error);
  g_autoptr(Wish) failed = wish_get(ledger, delete, &error);
  assert_int_equal(done->state, WISH_DONE);
  assert_string_equal(done->result, "It is back in INBOX.");
  assert_true(done->finished >= done->made);
  assert_int_equal(failed->state, WISH_FAILED);
  assert_int_equal(failed->verb, WISH_DELETE);
  g_autoptr(GPtrArray) rest = wish_open(ledger, "home", &error);
  assert_int_equal(rest->len, 1);
  assert_int_not_equal(wish_add(ledger, WISH_RESTORE, home, NULL, &error),
                       restore); /* a finished one may be wished again */
  FAILS(wish_get(ledger, 999, &error) != NULL, LEDGER_ERROR_MISSING);
  FAILS(wish_finish(ledger, 999, TRUE, "x", &error), LEDGER_ERROR_MISSING);
}

static void a_message_that_does_not_lie_in_quarantine_can_be_neither_restored_nor_deleted(void **state)
{
  static const struct {
    MoveState begin;
    gboolean moved;
    Step intent;
    gboolean confirmed;
    gboolean may; /* restore and delete alike */
    const char *words;
  } rows[] = {
    { MOVE_KEPT, FALSE, STEPS, FALSE, FALSE, "never moved" },
    { MOVE_WAITING, FALSE, STEPS, FALSE, FALSE, "never moved" },
    { MOVE_Q_INTENT, FALSE, STEPS, FALSE, FALSE, "right now" },
    { MOVE_Q_INTENT, FALSE, FAIL, FALSE, FALSE, "failed" },
    { MOVE_Q_INTENT, TRUE, STEPS, FALSE, TRUE, NULL },
    { MOVE_Q_INTENT, TRUE, FAIL, FALSE, TRUE, NULL },
    { MOVE_Q_INTENT, TRUE, RESTORE, FALSE, FALSE, "being restored" },
    { MOVE_Q_INTENT, TRUE, RESTORE, TRUE, FALSE, "restored" },
  };
  g_autoptr(Ledger) ledger = rig_ledger();
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    gint64 id = rows[i].moved ? quarantined(ledger, "home", i + 1) : record(ledger, "home", rows[i].begin, i + 1);
    if (rows[i].intent != STEPS) OK(rig_take(ledger, id, rows[i].intent, &error));
    if (rows[i].confirmed) OK(journal_confirm(ledger, id, NULL, &error));
    for (WishVerb verb = WISH_RESTORE; verb <= WISH_DELETE; verb++) {
      gint64 wish = wish_add(ledger, verb, id, NULL, &error);
      if ((wish > 0) != rows[i].may) fail_msg("row %u, verb %u: %s", i, verb, error != NULL ? error->message : "added");
      if (wish > 0) continue;
      assert_true(g_error_matches(error, LEDGER_ERROR, LEDGER_ERROR_REFUSED));
      if (strstr(error->message, rows[i].words) == NULL) fail_msg("row %u: %s", i, error->message);
      g_clear_error(&error);
    }
  }
  GError *error = NULL;
  FAILS(wish_add(ledger, WISH_RESTORE, 999, NULL, &error) > 0, LEDGER_ERROR_MISSING);
  FAILS(wish_add(ledger, WISH_CHECK, 0, "nobody", &error) > 0, LEDGER_ERROR_MISSING);
  FAILS(wish_add(ledger, WISH_CHECK, 0, NULL, &error) > 0, LEDGER_ERROR_MISSING);
}

/* Finished wishes are forgotten after a month. */
static void finished_requests_are_forgotten_after_a_month(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 old = wish_add(ledger, WISH_CHECK, 0, "home", &error), new = wish_add(ledger, WISH_CHECK, 0, "work", &error);
  OK(wish_finish(ledger, old, TRUE, "Checked.", &error));
  OK(db_exec(ledger, "UPDATE wish SET finished = finished - 31 * 86400 WHERE state = 'done'", &error));
  gint64 open = wish_add(ledger, WISH_CHECK, 0, "home", &error);
  OK(db_exec(ledger, "UPDATE wish SET made = 1 WHERE state = 'open'", &error)); /* an open one never */
  OK(wish_finish(ledger, new, TRUE, "Checked.", &error));
  FAILS(wish_get(ledger, old, &error) != NULL, LEDGER_ERROR_MISSING);
  g_autoptr(Wish) kept = wish_get(ledger, new, &error), waiting = wish_get(ledger, open, &error);
  assert_non_null(kept);
  assert_non_null(waiting);
}

/* Each row with those before it open: a sweep is added once, and no other beside it. */
static void an_account_has_one_open_sweep_at_a_time(void **state)
{
  enum { NEW, SAME, REFUSED };
  static const struct {
    WishVerb verb;
    const char *account, *folders;
    int becomes;
  } rows[] = {
    { WISH_SWEEP, "home", "INBOX\nLists", NEW },
    { WISH_SWEEP, "home", "INBOX\nLists", SAME },
    { WISH_SWEEP, "home", "INBOX", REFUSED },
    { WISH_SWEEP, "home", NULL, REFUSED },
    { WISH_REHEARSE, "home", "INBOX\nLists", REFUSED },
    { WISH_REHEARSE, "work", NULL, NEW },
    { WISH_REHEARSE, "work", "", SAME },
    { WISH_SWEEP, "work", NULL, REFUSED },
  };
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 last = wish_add(ledger, WISH_CHECK, 0, "home", &error); /* not in the way */
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    gint64 id = wish_add_sweep(ledger, rows[i].verb, rows[i].account, rows[i].folders, &error);
    int became = id < 0 ? REFUSED : id == last ? SAME : NEW;
    if (became != rows[i].becomes) fail_msg("row %u: %d", i, (int)id);
    if (id < 0) {
      FAILS(id > 0, LEDGER_ERROR_REFUSED);
      continue;
    }
    g_autoptr(Wish) wish = wish_get(ledger, id, &error);
    OK(wish != NULL);
    assert_int_equal(wish->verb, rows[i].verb);
    assert_string_equal(wish->account, rows[i].account);
    assert_int_equal(g_strcmp0(wish->folders, i < 5 ? "INBOX\nLists" : NULL), 0);
    assert_int_equal(wish->entry, 0);
    last = id;
  }
  assert_int_equal(wish_add(ledger, WISH_REHEARSE, 0, "work", &error), last);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM wish WHERE verb IN ('sweep', 'rehearse')"), 2);
  FAILS(wish_add_sweep(ledger, WISH_SWEEP, "nobody", NULL, &error) > 0, LEDGER_ERROR_MISSING);
  OK(wish_finish(ledger, last, TRUE, "Nothing was found.", &error));
  assert_true(wish_add_sweep(ledger, WISH_SWEEP, "work", NULL, &error) > last);
}

static void an_open_request_can_be_cancelled_and_a_finished_one_stays(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 sweep = wish_add_sweep(ledger, WISH_SWEEP, "home", NULL, &error);
  OK(wish_cancel(ledger, sweep, &error));
  g_autoptr(Wish) cancelled = wish_get(ledger, sweep, &error);
  assert_int_equal(cancelled->state, WISH_FAILED);
  assert_string_equal(cancelled->result, "cancelled");
  assert_true(cancelled->finished >= cancelled->made);
  gint64 check = wish_add(ledger, WISH_CHECK, 0, "home", &error);
  OK(wish_finish(ledger, check, TRUE, "Checked.", &error));
  OK(wish_cancel(ledger, check, &error)); /* too late */
  g_autoptr(Wish) done = wish_get(ledger, check, &error);
  assert_int_equal(done->state, WISH_DONE);
  assert_string_equal(done->result, "Checked.");
  FAILS(wish_cancel(ledger, 999, &error), LEDGER_ERROR_MISSING);
}

/* Nobody is left to do them; wished for later, they end when the configuration is read again. */
static void requests_of_an_account_that_is_gone_end(void **state)
{
  static const AccountSetup work = { (char *)"work", (char *)"me@work.example" };
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 theirs = wish_add(ledger, WISH_CHECK, 0, "work", &error), gone[2];
  gone[0] = wish_add(ledger, WISH_RESTORE, quarantined(ledger, "home", 1), NULL, &error);
  OK(account_configure(ledger, &work, 1, &error));
  gone[1] = wish_add_sweep(ledger, WISH_SWEEP, "home", NULL, &error);
  OK(account_configure(ledger, &work, 1, &error));
  for (guint i = 0; i < 2; i++) {
    g_autoptr(Wish) wish = wish_get(ledger, gone[i], &error);
    assert_int_equal(wish->state, WISH_FAILED);
    assert_non_null(strstr(wish->result, "no longer in the configuration"));
    assert_true(wish->finished >= wish->made);
  }
  g_autoptr(GPtrArray) open = wish_open(ledger, NULL, &error);
  assert_int_equal(open->len, 1);
  assert_int_equal(((const Wish *)g_ptr_array_index(open, 0))->id, theirs);
  gint64 changes = rig_number(ledger, "SELECT total_changes()");
  OK(account_configure(ledger, &work, 1, &error));
  assert_int_equal(rig_number(ledger, "SELECT total_changes()"), changes);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_request_is_open_until_it_is_finished_and_may_be_made_again),
    cmocka_unit_test(a_message_that_does_not_lie_in_quarantine_can_be_neither_restored_nor_deleted),
    cmocka_unit_test(finished_requests_are_forgotten_after_a_month),
    cmocka_unit_test(an_account_has_one_open_sweep_at_a_time),
    cmocka_unit_test(an_open_request_can_be_cancelled_and_a_finished_one_stays),
    cmocka_unit_test(requests_of_an_account_that_is_gone_end)
  };
  return cmocka_run_group_tests_name("ledger_wish", tests, NULL, NULL);
}
