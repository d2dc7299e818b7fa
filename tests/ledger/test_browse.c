/* test_browse.c - the journal as a window looks at it: views, order, search, counts, previews, many wishes
 * Owns:     ledgers in memory.
 * Must not: touch a file.
 * Fails:    by cmocka.
 * Tests:    ledger/browse.h, wish_add_many() and wish_of_entry(), stats_top() */
#include "ledger/browse.h"
#include "ledger/covered.h"
#include "tests/rigs/ledger_rig.h"

/* One judged report about mail to `recipient`, brought into this state. */
static gint64 add(Ledger *ledger, guint32 uid, VerdictCode verdict, MoveState state, const char *recipient,
                  const char *subject)
{
  GError *error = NULL;
  g_autoptr(Report) report = rig_report(NULL, recipient, subject);
  gboolean moved = state != MOVE_KEPT && state != MOVE_WAITING;
  g_autoptr(Entry) entry =
      rig_entry(uid % 2 == 0 ? "home" : "work", report, NULL, verdict, moved ? MOVE_Q_INTENT : state, uid);
  entry->arrived = entry->judged = RIG_T0 + uid;
  gint64 id = rig_record(ledger, entry);
  Place away = { (char *)"Backscatter", 1, uid }, home = { (char *)"INBOX", 1, uid + 1000 };
  if (!moved) return id;
  OK(journal_confirm(ledger, id, &away, &error));
  if (state == MOVE_RESTORED || state == MOVE_R_INTENT) OK(journal_intend(ledger, id, MOVE_R_INTENT, &error));
  if (state == MOVE_DELETED) OK(journal_intend(ledger, id, MOVE_D_INTENT, &error));
  if (state == MOVE_RESTORED) OK(journal_confirm(ledger, id, &home, &error));
  if (state == MOVE_DELETED) OK(journal_confirm(ledger, id, NULL, &error));
  if (state == MOVE_FAILED) OK(journal_fail(ledger, id, "the server said no", &error));
  return id;
}

static Ledger *filled(void)
{
  Ledger *ledger = rig_ledger();
  add(ledger, 1, VERDICT_BACKSCATTER, MOVE_QUARANTINED, "zoe@a.example", "Pills");
  add(ledger, 2, VERDICT_BACKSCATTER, MOVE_QUARANTINED, "adam@b.example", "watches");
  add(ledger, 3, VERDICT_UNSURE, MOVE_QUARANTINED, "mia@sub.b.example", "Öl und ÄPFEL");
  add(ledger, 4, VERDICT_UNSURE, MOVE_KEPT, "max@c.example", NULL);
  add(ledger, 5, VERDICT_GENUINE, MOVE_KEPT, "friend@c.example", "Lunch");
  add(ledger, 6, VERDICT_BACKSCATTER, MOVE_RESTORED, "r@d.example", "Restored");
  add(ledger, 7, VERDICT_BACKSCATTER, MOVE_DELETED, "d@d.example", "Deleted");
  add(ledger, 8, VERDICT_BACKSCATTER, MOVE_FAILED, "f@d.example", "Failed");
  add(ledger, 9, VERDICT_BACKSCATTER, MOVE_R_INTENT, "i@d.example", "Intent");
  return ledger;
}

static char *ids_of(Ledger *ledger, BrowseQuery query)
{
  GError *error = NULL;
  g_autoptr(GArray) ids = browse_ids(ledger, &query, &error);
  g_autoptr(GString) text = g_string_new(NULL);
  OK(ids);
  for (guint i = 0; i < ids->len; i++)
    g_string_append_printf(text, "%s%" G_GINT64_FORMAT, i > 0 ? " " : "", g_array_index(ids, gint64, i));
  return g_strdup(text->str);
}

static void every_view_and_order_lists_its_rows(void **state)
{
  static const struct {
    BrowseQuery query;
    const char *ids;
  } rows[] = {
    { { BROWSE_WAITING, NULL, NULL, BROWSE_RECEIVED, FALSE }, "9 8 4 3 2 1" },
    { { BROWSE_WAITING, NULL, NULL, BROWSE_RECEIVED, TRUE }, "1 2 3 4 8 9" },
    { { BROWSE_WAITING, NULL, "", BROWSE_RECIPIENT, TRUE }, "2 8 9 4 3 1" },
    { { BROWSE_WAITING, NULL, NULL, BROWSE_SUBJECT, TRUE }, "4 8 9 1 2 3" },
    { { BROWSE_WAITING, NULL, NULL, BROWSE_ACCOUNT, TRUE }, "8 4 2 9 3 1" },
    { { BROWSE_WAITING, NULL, NULL, BROWSE_VERDICT, FALSE }, "4 3 9 8 2 1" },
    { { BROWSE_WAITING, NULL, NULL, BROWSE_STATE, TRUE }, "8 4 3 2 1 9" },
    { { BROWSE_WAITING, "home", NULL, BROWSE_RECEIVED, FALSE }, "8 4 2" },
    { { BROWSE_WAITING, "nobody", NULL, BROWSE_RECEIVED, FALSE }, "" },
    { { BROWSE_UNSURE, NULL, NULL, BROWSE_RECEIVED, FALSE }, "4 3" },
    { { BROWSE_RESTORED, NULL, NULL, BROWSE_REPORTER, FALSE }, "6" },
    { { BROWSE_DELETED, NULL, NULL, BROWSE_RECEIVED, FALSE }, "7" },
    { { BROWSE_TROUBLE, NULL, NULL, BROWSE_RECEIVED, FALSE }, "8" },
    { { BROWSE_GENUINE, NULL, NULL, BROWSE_RECEIVED, FALSE }, "5" },
    { { BROWSE_ALL, NULL, NULL, BROWSE_RECEIVED, FALSE }, "9 8 7 6 5 4 3 2 1" },
    { { BROWSE_ALL, NULL, "PILLS", BROWSE_RECEIVED, FALSE }, "1" },
    { { BROWSE_ALL, NULL, "öl und äpfel", BROWSE_RECEIVED, FALSE }, "3" },
    { { BROWSE_ALL, NULL, "b.example", BROWSE_RECEIVED, FALSE }, "3 2" },
    { { BROWSE_ALL, NULL, "reporter.example", BROWSE_RECEIVED, FALSE }, "9 8 7 6 5 4 3 2 1" },
    { { BROWSE_ALL, NULL, "'; DROP TABLE entry; --", BROWSE_RECEIVED, FALSE }, "" },
    { { BROWSE_ALL, NULL, "%", BROWSE_RECEIVED, FALSE }, "" },
  };
  g_autoptr(Ledger) ledger = filled();
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *ids = ids_of(ledger, rows[i].query);
    if (strcmp(ids, rows[i].ids) != 0) fail_msg("row %u: got \"%s\", wanted \"%s\"", i, ids, rows[i].ids);
  }
}

static gboolean count_entry(const Entry *entry, gpointer data)
{
  (*(guint *)data)++;
  return TRUE;
}

/* Each state and verdict in which an entry can be, and whether it waits for the owner: list and views must agree. */
static void one_definition_of_what_waits(void **state)
{
  static const struct {
    VerdictCode verdict;
    MoveState state;
    gboolean exempt, waits;
    const char *why;
  } rows[] = {
    { VERDICT_BACKSCATTER, MOVE_QUARANTINED, FALSE, TRUE, "in quarantine" },
    { VERDICT_UNSURE, MOVE_QUARANTINED, FALSE, TRUE, "unsure, and moved by the owner's choice" },
    { VERDICT_GENUINE, MOVE_QUARANTINED, FALSE, TRUE, "genuine by now, and still in quarantine" },
    { VERDICT_BACKSCATTER, MOVE_Q_INTENT, FALSE, TRUE, "on its way to quarantine" },
    { VERDICT_BACKSCATTER, MOVE_R_INTENT, TRUE, TRUE, "on its way back, and not there" },
    { VERDICT_BACKSCATTER, MOVE_D_INTENT, FALSE, TRUE, "on its way to the trash" },
    { VERDICT_BACKSCATTER, MOVE_FAILED, FALSE, TRUE, "could not be moved" },
    { VERDICT_BACKSCATTER, MOVE_KEPT, FALSE, TRUE, "only observed" },
    { VERDICT_UNSURE, MOVE_KEPT, FALSE, TRUE, "unsure, and left in the inbox" },
    { VERDICT_UNSURE, MOVE_KEPT, TRUE, FALSE, "unsure, a copy of what the owner has restored" },
    { VERDICT_BACKSCATTER, MOVE_KEPT, TRUE, FALSE, "a copy of what the owner has restored" },
    { VERDICT_GENUINE, MOVE_KEPT, FALSE, FALSE, "genuine" },
    { VERDICT_BACKSCATTER, MOVE_WAITING, FALSE, FALSE, "too fresh to judge" },
    { VERDICT_BACKSCATTER, MOVE_RESTORED, TRUE, FALSE, "restored" },
    { VERDICT_UNSURE, MOVE_RESTORED, TRUE, FALSE, "unsure, and restored" },
    { VERDICT_BACKSCATTER, MOVE_DELETED, FALSE, FALSE, "deleted" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    guint listed = 0;
    BrowseCounts counts = { 0 };
    g_autoptr(Ledger) ledger = rig_ledger();
    g_autoptr(Report) report = rig_report(NULL, "zoe@a.example", NULL);
    g_autoptr(Entry) entry = rig_entry("home", report, NULL, rows[i].verdict, MOVE_KEPT, 1);
    rig_record(ledger, entry);
    g_autofree char *sql = g_strdup_printf("UPDATE entry SET state = '%s', exempt = %d RETURNING 1",
                                           move_state_name(rows[i].state), rows[i].exempt);
    rig_number(ledger, sql);
    OK(journal_list(ledger, &(JournalQuery){ .for_owner = TRUE }, count_entry, &listed, &error));
    OK(browse_counts(ledger, NULL, NULL, &counts, &error));
    g_autofree char *ids = ids_of(ledger, (BrowseQuery){ .view = BROWSE_WAITING });
    guint waits = rows[i].waits ? 1 : 0, unsure = waits > 0 && rows[i].verdict == VERDICT_UNSURE ? 1 : 0;
    if (listed != waits || counts.view[BROWSE_WAITING] != waits || counts.fresh != waits || (*ids != '\0') != waits)
      fail_msg("%s: listed %u, counted %u, new %u, shown \"%s\"", rows[i].why, listed, counts.view[BROWSE_WAITING],
               counts.fresh, ids);
    if (counts.view[BROWSE_UNSURE] != unsure || counts.fresh_unsure != unsure)
      fail_msg("%s: %u unsure, %u of them new", rows[i].why, counts.view[BROWSE_UNSURE], counts.fresh_unsure);
  }
}

static void one_row_tells_what_is_shown_of_an_entry(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = filled();
  g_autoptr(BrowseRow) row = browse_row(ledger, 3, &error);
  OK(row);
  assert_int_equal(row->id, 3);
  assert_int_equal(row->received, RIG_T0 + 3);
  assert_int_equal(row->verdict, VERDICT_UNSURE);
  assert_int_equal(row->state, MOVE_QUARANTINED);
  assert_string_equal(row->recipient, "mia@sub.b.example");
  assert_string_equal(row->subject, "Öl und ÄPFEL");
  assert_string_equal(row->account, "work");
  FAILS(browse_row(ledger, 99, &error) != NULL, LEDGER_ERROR_MISSING);
}

static void every_view_is_counted_and_what_is_new_since_a_mark(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = filled();
  BrowseCounts all = { 0 }, home = { 0 };
  OK(browse_counts(ledger, NULL, &(BrowseMark){ .id = 3 }, &all, &error));
  OK(browse_counts(ledger, "home", NULL, &home, &error));
  const guint wanted[BROWSE_VIEWS] = { 6, 2, 1, 1, 1, 1, 9 }, at_home[BROWSE_VIEWS] = { 3, 1, 1, 1, 0, 0, 4 };
  assert_memory_equal(all.view, wanted, sizeof wanted);
  assert_memory_equal(home.view, at_home, sizeof at_home);
  assert_int_equal(all.fresh, 3);
  assert_int_equal(all.fresh_unsure, 1);
  assert_int_equal(all.genuine, 1);
  assert_int_equal(all.mark.id, 9);
  g_autoptr(Ledger) empty = rig_ledger();
  OK(browse_counts(empty, NULL, NULL, &all, &error));
  assert_int_equal(all.mark.id, 0);
  assert_int_equal(all.view[BROWSE_ALL], 0);
}

/* Ids that do not fit into a mark are left out whole, never cut into other ids. */
static void ids_that_do_not_fit_into_a_mark_are_left_out_whole(void **state)
{
  GError *error = NULL;
  BrowseCounts counts = { 0 }, later = { 0 };
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
  for (guint i = 1; i <= 1200; i++) {
    g_autoptr(Report) report = rig_report(NULL, "zoe@a.example", NULL);
    g_ptr_array_add(entries, rig_entry("home", report, NULL, VERDICT_BACKSCATTER, MOVE_WAITING, i));
  }
  OK(journal_record(ledger, entries, "home", "INBOX", NULL, &error));
  OK(browse_counts(ledger, NULL, NULL, &counts, &error));
  assert_int_equal(counts.mark.id, 1200);
  assert_true(g_str_has_prefix(counts.mark.waited, ",1,2,3,"));
  assert_true(g_str_has_suffix(counts.mark.waited, ","));
  assert_true(strlen(counts.mark.waited) > BROWSE_WAITED_LONGEST - 5);
  rig_number(ledger, "UPDATE entry SET state = 'quarantined' WHERE id IN (2, 300) RETURNING 1");
  OK(browse_counts(ledger, NULL, &counts.mark, &later, &error));
  assert_int_equal(later.fresh, 2);
  assert_false(browse_mark_same(&counts.mark, &later.mark));
}

static void a_preview_counts_what_an_own_entry_would_change(void **state)
{
  static const struct {
    const char *entry;
    guint touched;
  } rows[] = {
    { "adam@b.example", 1 },      { "dam@b.example", 0 },    { "@b.example", 2 },        { "@example", 8 },
    { "@sub.b.example", 1 },      { "friend@c.example", 0 }, { "@reporter.example", 8 }, { "@mx.reporter.example", 8 },
    { "@x.reporter.example", 0 }, { "@porter.example", 0 },
  };
  g_autoptr(Ledger) ledger = filled();
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_auto(Covered) covered = { 0 };
    OK(covered_by(ledger, NEWSENDER_ALLOW, rows[i].entry, &covered, &error));
    if (covered.changed->len != rows[i].touched) fail_msg("%s: %u", rows[i].entry, covered.changed->len);
  }
}

static void many_requests_are_made_at_once_each_entry_once(void **state)
{
  GError *error = NULL;
  g_autofree char *refusal = NULL;
  g_autoptr(Ledger) ledger = filled();
  g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
  const gint64 entries[] = { 1, 5, 2, 99, 1 };
  OK(wish_add_many(ledger, WISH_RESTORE, entries, G_N_ELEMENTS(entries), ids, &refusal, &error));
  assert_int_equal(ids->len, 5);
  assert_true(g_array_index(ids, gint64, 0) > 0 && g_array_index(ids, gint64, 2) > 0);
  assert_int_equal(g_array_index(ids, gint64, 1), 0);
  assert_int_equal(g_array_index(ids, gint64, 3), 0);
  assert_int_equal(g_array_index(ids, gint64, 4), g_array_index(ids, gint64, 0));
  assert_non_null(strstr(refusal, "never moved"));
  g_autoptr(Wish) wish = wish_of_entry(ledger, 1, &error), none = wish_of_entry(ledger, 5, &error);
  OK(wish);
  assert_null(none);
  assert_int_equal(wish->id, g_array_index(ids, gint64, 0));
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM wish"), 2);
}

static void many_requests_are_taken_back_unless_they_are_done(void **state)
{
  GError *error = NULL;
  g_autofree char *refusal = NULL;
  guint left = 99;
  g_autoptr(Ledger) ledger = filled();
  g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
  const gint64 entries[] = { 1, 5, 2, 3 };
  OK(wish_add_many(ledger, WISH_DELETE, entries, G_N_ELEMENTS(entries), ids, &refusal, &error));
  OK(wish_finish(ledger, g_array_index(ids, gint64, 2), TRUE, "done", &error));
  OK(wish_cancel_many(ledger, (const gint64 *)(void *)ids->data, ids->len, &left, &error));
  assert_int_equal(left, 1);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM wish WHERE result = 'cancelled'"), 2);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM wish WHERE state = 'done'"), 1);
}

static void the_most_frequent_reporters_are_counted_since_a_time(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = filled();
  g_autoptr(GArray) top = stats_top(ledger, STATS_REPORTERS, NULL, 0, 5, &error);
  OK(top);
  assert_int_equal(top->len, 1);
  assert_int_equal(g_array_index(top, TopCount, 0).count, 8);
  g_autoptr(GArray) none = stats_top(ledger, STATS_REPORTERS, NULL, RIG_T0 + DAY, 5, &error);
  OK(none);
  assert_int_equal(none->len, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_view_and_order_lists_its_rows),
    cmocka_unit_test(one_definition_of_what_waits),
    cmocka_unit_test(one_row_tells_what_is_shown_of_an_entry),
    cmocka_unit_test(every_view_is_counted_and_what_is_new_since_a_mark),
    cmocka_unit_test(ids_that_do_not_fit_into_a_mark_are_left_out_whole),
    cmocka_unit_test(a_preview_counts_what_an_own_entry_would_change),
    cmocka_unit_test(many_requests_are_made_at_once_each_entry_once),
    cmocka_unit_test(many_requests_are_taken_back_unless_they_are_done),
    cmocka_unit_test(the_most_frequent_reporters_are_counted_since_a_time),
  };
  filter_init();
  return cmocka_run_group_tests_name("browse", tests, NULL, NULL);
}
