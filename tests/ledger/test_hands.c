/* test_hands.c - the owner's own hands: requests that replace each other, commands taken back, what an entry covers
 * Owns:     ledgers in memory.
 * Must not: touch a disk.
 * Fails:    by TAP.
 * Tests:    ledger/wish.c, command.c, covered.c, trash.c, journal_end.c, entry.c */
#include "ledger/command.h"
#include "ledger/covered.h"
#include "ledger/db.h"
#include "ledger/trash.h"
#include "tests/rigs/ledger_rig.h"

static gint64 quarantined(Ledger *ledger, guint32 uid)
{
  GError *error = NULL;
  g_autoptr(Report) report = rig_report(NULL, NULL, NULL);
  g_autoptr(Entry) entry = rig_entry("home", report, NULL, VERDICT_BACKSCATTER, MOVE_Q_INTENT, uid);
  gint64 id = rig_record(ledger, entry);
  OK(journal_confirm(ledger, id, &(Place){ (char *)"Backscatter", 3, uid }, &error));
  return id;
}

/* An entry that was brought here by these steps. */
static gint64 in_state(Ledger *ledger, MoveState state, guint32 uid)
{
  GError *error = NULL;
  gint64 id = quarantined(ledger, uid);
  Place trash = { (char *)"Trash", 4, uid }, home = { (char *)"INBOX", 1, uid };
  gboolean restored = state == MOVE_R_INTENT || state == MOVE_RESTORED;
  if (state == MOVE_QUARANTINED) return id;
  OK(journal_intend(ledger, id, restored ? MOVE_R_INTENT : MOVE_D_INTENT, &error));
  if (state == MOVE_RESTORED) OK(journal_confirm(ledger, id, &home, &error));
  if (state == MOVE_DELETED) OK(journal_confirm(ledger, id, &trash, &error));
  if (state == MOVE_FAILED) OK(journal_confirm(ledger, id, NULL, &error)); /* here: removed for good */
  return id;
}

static WishState state_of(Ledger *ledger, gint64 id, char **result)
{
  GError *error = NULL;
  g_autoptr(Wish) wish = wish_get(ledger, id, &error);
  OK(wish != NULL);
  if (result != NULL) *result = g_strdup(wish->result);
  return wish->state;
}

/* Each after the one before, on one message in quarantine: the last one alone is open. */
static void of_requests_on_one_message_the_last_counts(void **state)
{
  static const WishVerb rows[][2] = { { WISH_DELETE, WISH_RESTORE },
                                      { WISH_REMOVE, WISH_RESTORE },
                                      { WISH_RESTORE, WISH_DELETE },
                                      { WISH_DELETE, WISH_REMOVE } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    for (int many = 0; many < 2; many++) {
      GError *error = NULL;
      g_autoptr(Ledger) ledger = rig_ledger();
      g_autofree char *result = NULL, *refusal = NULL;
      g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
      gint64 entry = quarantined(ledger, 1), other = quarantined(ledger, 2), last = 0;
      gint64 first = wish_add(ledger, rows[i][0], entry, NULL, &error);
      gint64 beside = wish_add(ledger, rows[i][0], other, NULL, &error);
      if (many) {
        OK(wish_add_many(ledger, rows[i][1], &entry, 1, ids, &refusal, &error));
        last = g_array_index(ids, gint64, 0);
      } else {
        last = wish_add(ledger, rows[i][1], entry, NULL, &error);
      }
      OK(last > 0);
      assert_int_equal(state_of(ledger, first, &result), WISH_FAILED);
      assert_non_null(strstr(result, wish_verb_name(rows[i][1])));
      assert_int_equal(state_of(ledger, last, NULL), WISH_OPEN);
      assert_int_equal(state_of(ledger, beside, NULL), WISH_OPEN); /* that of another message */
      gboolean may = FALSE;
      OK(wish_may_remove(ledger, entry, &may, &error));
      assert_int_equal(may, rows[i][1] == WISH_REMOVE);
    }
}

/* A request that was replaced between the worker's look and its deed does nothing. */
static void a_replaced_request_is_not_begun(void **state)
{
  GError *error = NULL;
  gboolean open = TRUE;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 entry = quarantined(ledger, 1), delete = wish_add(ledger, WISH_REMOVE, entry, NULL, &error);
  gint64 restore = wish_add(ledger, WISH_RESTORE, entry, NULL, &error);
  OK(wish_intend(ledger, delete, "Backscatter", &open, &error));
  assert_false(open);
  OK(wish_intend(ledger, restore, "Backscatter", &open, &error));
  assert_true(open);
  g_autoptr(Entry) now = journal_get(ledger, entry, &error);
  assert_int_equal(now->state, MOVE_R_INTENT);
  assert_true(now->exempt);
}

static void what_can_be_asked_for_in_which_state(void **state)
{
  static const struct {
    MoveState state; /* FAILED stands for what was removed for good */
    gboolean restore, delete, quarantine;
  } rows[] = {
    { MOVE_QUARANTINED, TRUE, TRUE, FALSE }, { MOVE_R_INTENT, FALSE, FALSE, FALSE },
    { MOVE_RESTORED, FALSE, FALSE, TRUE },   { MOVE_D_INTENT, TRUE, FALSE, FALSE },
    { MOVE_DELETED, TRUE, FALSE, FALSE },    { MOVE_FAILED, FALSE, FALSE, FALSE },
  };
  g_autoptr(Ledger) ledger = rig_ledger();
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    const gboolean may[] = { rows[i].restore, rows[i].delete, rows[i].delete, rows[i].quarantine };
    for (WishVerb verb = WISH_RESTORE; verb <= WISH_QUARANTINE; verb++) {
      GError *error = NULL;
      gint64 entry = in_state(ledger, rows[i].state, 10 * i + verb + 1);
      g_autofree char *refusal = NULL;
      OK(wish_refusal(ledger, verb, entry, &refusal, &error));
      gint64 wish = wish_add(ledger, verb, entry, NULL, &error);
      if ((wish > 0) != may[verb] || (refusal == NULL) != may[verb])
        fail_msg("%s, %s", move_state_name(rows[i].state), wish_verb_name(verb));
      if (wish < 0) assert_true(g_error_matches(error, LEDGER_ERROR, LEDGER_ERROR_REFUSED));
      g_clear_error(&error);
    }
  }
}

/* What goes back into quarantine may be judged again; what was not deleted lies where it lay. */
static void a_message_goes_back_to_where_it_was(void **state)
{
  GError *error = NULL;
  gboolean open = FALSE;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 entry = in_state(ledger, MOVE_RESTORED, 1);
  gint64 wish = wish_add(ledger, WISH_QUARANTINE, entry, NULL, &error);
  OK(wish_intend(ledger, wish, "Backscatter", &open, &error));
  g_autoptr(Entry) back = journal_get(ledger, entry, &error);
  assert_int_equal(back->state, MOVE_Q_INTENT);
  assert_string_equal(back->away.folder, "Backscatter");
  assert_false(back->exempt);
  gint64 deleted = in_state(ledger, MOVE_D_INTENT, 2);
  OK(journal_not_deleted(ledger, deleted, "no trash", &error));
  g_autoptr(Entry) lies = journal_get(ledger, deleted, &error);
  assert_int_equal(lies->state, MOVE_QUARANTINED);
  assert_string_equal(lies->reason, "no trash");
  FAILS(journal_not_deleted(ledger, deleted, "again", &error), LEDGER_ERROR_MISSING);
  for (int there = 0; there < 2; there++) {
    gint64 trashed = in_state(ledger, MOVE_DELETED, 3 + (guint)there);
    OK(journal_intend(ledger, trashed, MOVE_R_INTENT, &error));
    OK(journal_stays_deleted(ledger, trashed, there, "refused", &error));
    g_autoptr(Entry) stays = journal_get(ledger, trashed, &error);
    assert_int_equal(stays->state, MOVE_DELETED);
    assert_int_equal(stays->away.folder != NULL, there);
  }
}

static void the_result_of_a_request_is_told_once(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 done = wish_add(ledger, WISH_RESTORE, quarantined(ledger, 1), NULL, &error);
  gint64 refused = wish_add(ledger, WISH_DELETE, quarantined(ledger, 2), NULL, &error);
  gint64 open = wish_add(ledger, WISH_DELETE, quarantined(ledger, 3), NULL, &error);
  gint64 cancelled = wish_add(ledger, WISH_DELETE, quarantined(ledger, 4), NULL, &error);
  gint64 check = wish_add(ledger, WISH_CHECK, 0, "home", &error);
  OK(wish_finish(ledger, done, TRUE, "restored", &error) && wish_finish(ledger, refused, FALSE, "refused", &error)
     && wish_finish(ledger, check, TRUE, "checked", &error) && wish_cancel(ledger, cancelled, &error));
  g_autoptr(GPtrArray) untold = wish_untold(ledger, NULL, &error);
  assert_int_equal(untold->len, 2);
  assert_int_equal(((const Wish *)untold->pdata[0])->id, done);
  assert_int_equal(((const Wish *)untold->pdata[1])->id, refused);
  OK(wish_tell(ledger, &done, 1, &error));
  g_autoptr(GPtrArray) rest = wish_untold(ledger, "home", &error), none = wish_untold(ledger, "work", &error);
  assert_int_equal(rest->len, 1);
  assert_int_equal(none->len, 0);
  assert_int_equal(state_of(ledger, open, NULL), WISH_OPEN);
}

static void one_refusal_and_nothing_is_queued(void **state)
{
  GError *error = NULL;
  gint64 command = 0;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(GArray) wishes = g_array_new(FALSE, FALSE, sizeof(gint64));
  gint64 entries[] = { quarantined(ledger, 1), in_state(ledger, MOVE_RESTORED, 2), quarantined(ledger, 3) };
  FAILS(command_wish(ledger, WISH_DELETE, entries, 3, wishes, &command, &error), LEDGER_ERROR_REFUSED);
  assert_int_equal(wishes->len, 0);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM wish"), 0);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM command"), 0);
  entries[1] = entries[2];
  OK(command_wish(ledger, WISH_DELETE, entries, 2, wishes, &command, &error));
  assert_int_equal(wishes->len, 2);
}

static void undo_takes_back_what_it_can(void **state)
{
  GError *error = NULL;
  gint64 command = 0;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(GArray) wishes = g_array_new(FALSE, FALSE, sizeof(gint64));
  gint64 entries[] = { quarantined(ledger, 1), quarantined(ledger, 2), quarantined(ledger, 3) };
  OK(command_last(ledger, &error) == NULL && error == NULL);
  OK(command_wish(ledger, WISH_REMOVE, entries, 3, wishes, &command, &error));
  /* The first is not done yet; the second lies in the trash; the third was removed for good. */
  Place trash = { (char *)"Trash", 4, 2 };
  for (guint i = 1; i < 3; i++) {
    OK(journal_intend(ledger, entries[i], MOVE_D_INTENT, &error));
    OK(journal_confirm(ledger, entries[i], i == 1 ? &trash : NULL, &error));
    OK(wish_finish(ledger, g_array_index(wishes, gint64, i), TRUE, "deleted", &error));
  }
  g_autoptr(OwnerCommand) last = command_last(ledger, &error);
  OK(last != NULL);
  assert_string_equal(last->verb, "remove");
  assert_int_equal(last->wishes->len, 3);
  Undoing undoing;
  OK(command_undo(ledger, last, &undoing, &error));
  assert_int_equal(undoing.cancelled, 1);
  assert_int_equal(undoing.reversed, 1);
  assert_int_equal(undoing.lost, 1);
  g_autoptr(Wish) made = wish_get(ledger, g_array_index(undoing.wishes, gint64, 0), &error);
  assert_int_equal(made->verb, WISH_RESTORE);
  assert_int_equal(made->entry, entries[1]);
  undoing_clear(&undoing);
  assert_null(command_last(ledger, &error));
  FAILS(command_undo(ledger, last, &undoing, &error), LEDGER_ERROR_MISSING); /* only once */
  undoing_clear(&undoing);
}

static int list_of(Ledger *ledger, const char *entry)
{
  g_autofree char *sql = g_strdup_printf("SELECT count(*) FROM newsender WHERE entry = '%s'", entry);
  if (rig_number(ledger, sql) == 0) return NEWSENDER_AUTOMATIC;
  g_autofree char *deny = g_strdup_printf("%s AND list = 'deny'", sql);
  return rig_number(ledger, deny) == 1 ? NEWSENDER_DENY : NEWSENDER_ALLOW;
}

static void undo_gives_own_entries_their_list_back(void **state)
{
  static const char *const entries[] = { "@new.example", "@old.example", NULL };
  GError *error = NULL;
  Undoing undoing;
  g_autoptr(Ledger) ledger = rig_ledger();
  OK(newsender_add(ledger, NEWSENDER_DENY, "@old.example", &error));
  OK(command_note_entries(ledger, "allow", entries, &error));
  for (guint i = 0; i < 2; i++) OK(newsender_add(ledger, NEWSENDER_ALLOW, entries[i], &error));
  g_autoptr(OwnerCommand) last = command_last(ledger, &error);
  assert_false(last->of_wishes);
  OK(command_undo(ledger, last, &undoing, &error));
  assert_int_equal(undoing.entries, 2);
  undoing_clear(&undoing);
  assert_int_equal(list_of(ledger, "@new.example"), NEWSENDER_AUTOMATIC);
  assert_int_equal(list_of(ledger, "@old.example"), NEWSENDER_DENY);
}

static void covers_tells_what_would_have_changed(void **state)
{
  static const struct {
    NewsenderList list;
    const char *entry;
    guint changed, answered, lying;
  } rows[] = {
    { NEWSENDER_ALLOW, "@far.example", 1, 0, 1 },       { NEWSENDER_DENY, "@far.example", 1, 1, 0 },
    { NEWSENDER_ALLOW, "a@mx.far.example", 1, 0, 1 },   { NEWSENDER_DENY, "@notfar.example", 0, 0, 0 },
    { NEWSENDER_DENY, "b@other.far.example", 1, 1, 0 },
  };
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  for (guint i = 0; i < 2; i++) {
    g_autoptr(Report) report = rig_report(NULL, NULL, NULL);
    g_ptr_array_set_size(report->recipients, 0);
    g_ptr_array_add(report->recipients, g_strdup(i == 0 ? "a@mx.far.example" : "b@other.far.example"));
    g_autoptr(Entry) entry = rig_entry("home", report, NULL, i == 0 ? VERDICT_BACKSCATTER : VERDICT_GENUINE,
                                       i == 0 ? MOVE_Q_INTENT : MOVE_KEPT, i + 1);
    gint64 id = rig_record(ledger, entry);
    if (i == 0) OK(journal_confirm(ledger, id, &(Place){ (char *)"Backscatter", 3, 1 }, &error));
  }
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_auto(Covered) covered = { 0 };
    OK(covered_by(ledger, rows[i].list, rows[i].entry, &covered, &error));
    if (covered.changed->len != rows[i].changed || covered.answered != rows[i].answered
        || covered.lying->len != rows[i].lying)
      fail_msg("row %u: %u, %u, %u", i, covered.changed->len, covered.answered, covered.lying->len);
  }
}

static void an_account_has_a_trash_or_has_none_or_nobody_knows(void **state)
{
  GError *error = NULL;
  gboolean known = TRUE;
  char *folder = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  OK(trash_get(ledger, "home", &known, &folder, &error));
  assert_false(known);
  for (guint i = 0; i < 3; i++) {
    const char *want = i == 1 ? "Papierkorb" : NULL;
    OK(trash_note(ledger, "home", want, &error));
    OK(trash_get(ledger, "home", &known, &folder, &error));
    assert_true(known);
    assert_int_equal(g_strcmp0(folder, want), 0);
    g_clear_pointer(&folder, g_free);
  }
  gint64 changes = rig_number(ledger, "SELECT total_changes()");
  OK(trash_note(ledger, "home", NULL, &error));
  assert_int_equal(rig_number(ledger, "SELECT total_changes()"), changes);
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(of_requests_on_one_message_the_last_counts),
                                      cmocka_unit_test(a_replaced_request_is_not_begun),
                                      cmocka_unit_test(what_can_be_asked_for_in_which_state),
                                      cmocka_unit_test(a_message_goes_back_to_where_it_was),
                                      cmocka_unit_test(the_result_of_a_request_is_told_once),
                                      cmocka_unit_test(one_refusal_and_nothing_is_queued),
                                      cmocka_unit_test(undo_takes_back_what_it_can),
                                      cmocka_unit_test(undo_gives_own_entries_their_list_back),
                                      cmocka_unit_test(covers_tells_what_would_have_changed),
                                      cmocka_unit_test(an_account_has_a_trash_or_has_none_or_nobody_knows) };
  return cmocka_run_group_tests_name("ledger_hands", tests, NULL, NULL);
}
