/* test_sent.c - the sent mail
 * Owns:     ledgers in memory.
 * Must not: depend on the day it runs on, but for "the future".
 * Fails:    by TAP.
 * Tests:    ledger/sent.c ledger/sent_batch.c */
#include "ledger/db.h"
#include "ledger/private.h"
#include "tests/rigs/ledger_rig.h"

#define T0 ((gint64)1600000000)

/* Adds one message as uid 1 and says how many the folder holds then. */
static gint64 add(Ledger *ledger, const char *account, const char *folder, const char *ids, const char *to,
                  const char *subject, gint64 date)
{
  GError *error = NULL;
  rig_add(ledger, account, folder, ids, to, subject, date, T0);
  gint64 count = sent_count(ledger, account, &error);
  assert_null(error);
  return count;
}

static const struct {
  const char *account, *folder, *ids, *to, *subject;
  gint64 date;
  gint64 count; /* of the account afterwards */
} doubles[] = {
  { "home", "Sent", "a@x", "bob@y.example", "One", T0, 1 },
  { "home", "Sent", "a@x", "bob@y.example", "One", T0, 1 },
  { "home", "Sent", "A@x", "bob@y.example", "One", T0, 2 },           /* ids are case-sensitive */
  { "home", "Sent", "b@x;b-alias@x", "bob@y.example", "Two", T0, 3 }, /* two ids */
  { "home", "Sent", "b-alias@x;b@x", "bob@y.example", "Two", T0, 3 },
  { "home", "Sent", "b@x", "bob@y.example", "Two", T0, 3 },
  { "home", "Sent", "b@x;resent@x", "eve@y.example", "Two", T0, 4 }, /* sent again to somebody else */
  { "home", "Old", "a@x", "bob@y.example", "One", T0, 5 },           /* another folder */
  { "work", "Sent", "a@x", "bob@y.example", "One", T0, 1 },          /* another account */
  { "home", "Sent", NULL, "bob@y.example", "No id", T0, 6 },
  { "home", "Sent", NULL, "bob@y.example", "No id", T0, 6 },
  { "home", "Sent", NULL, "bob@y.example", "No id", T0 + 1, 7 },
  { "home", "Sent", NULL, "bob@y.example", "Other", T0, 8 },
  { "home", "Sent", NULL, "eve@y.example", "No id", T0, 9 },
  { "home", "Sent", NULL, NULL, NULL, T0, 10 },
  { "home", "Sent", NULL, NULL, NULL, T0, 10 },
};

static void a_sent_message_that_is_read_twice_counts_once(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  for (guint i = 0; i < G_N_ELEMENTS(doubles); i++) {
    gint64 count = add(ledger, doubles[i].account, doubles[i].folder, doubles[i].ids, doubles[i].to, doubles[i].subject,
                       doubles[i].date);
    if (count != doubles[i].count) fail_msg("row %u: %d messages", i, (int)count);
  }
  assert_int_equal(sent_count(ledger, NULL, &error), 11);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sent"), 11);
  assert_int_equal(sent_count(ledger, "nobody", &error), 0);
}

/* The same ones in one batch, the folder's again and again: none is doubled, and each link and date is there. */
static void one_batch_holds_no_doubles_and_keeps_each_link_and_date(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)sent_message_free);
  g_autoptr(GArray) rows = g_array_new(FALSE, TRUE, sizeof(SentRow));
  FolderMark mark = { 1, 100, 0, T0 };
  for (guint i = 0; i < 3 * G_N_ELEMENTS(doubles); i++) {
    guint k = i % G_N_ELEMENTS(doubles);
    if (!g_str_equal(doubles[k].account, "home") || !g_str_equal(doubles[k].folder, "Sent")) continue;
    SentMessage *message = rig_sent(doubles[k].ids, doubles[k].to, doubles[k].subject, doubles[k].date);
    const SentRow row = { i + 1, 0, message };
    message->sender = g_strdup(k % 2 ? "me@example.org" : "bob@y.example");
    g_ptr_array_add(messages, message);
    g_array_append_val(rows, row);
  }
  OK(sent_add(ledger, "home", "Sent", (const SentRow *)(gpointer)rows->data, rows->len, &mark, &error));
  assert_int_equal(sent_count(ledger, "home", &error), 9);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sent"), 9);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sent_id"), 11);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sent_to"), 8);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM address"), 2);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sender"), 2);
  assert_int_equal(rig_number(ledger, "SELECT written FROM address WHERE text = 'bob@y.example'"), T0 + 1);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

/* More links than are held back at once. */
static void more_links_than_are_held_back_at_once_are_all_written(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(SentMessage) one = rig_sent("a@x", "bob@y.example", "One", T0);
  g_autoptr(SentMessage) two = rig_sent("b@x", "bob@y.example;eve@y.example", "Two", T0);
  for (guint i = 0; i < 20000; i++) g_ptr_array_add(one->recipients, g_strdup_printf("%u@y.example", i));
  const SentRow rows[] = { { 1, T0, one }, { 2, T0, two }, { 3, T0, one } };
  FolderMark mark = { 1, 4, 0, T0 };
  OK(sent_add(ledger, "home", "Sent", rows, 3, &mark, &error));
  assert_int_equal(sent_count(ledger, "home", &error), 2);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sent_to"), 20003);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM address"), 20002);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

/* Batches may be taken back by a failure of power; whatever comes after them may not. */
static void what_comes_after_sent_batches_is_durable_again(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(SentMessage) one = rig_sent("a@x", "bob@y.example", "One", T0);
  const SentRow row = { 1, T0, one };
  FolderMark mark = { 1, 2, 0, T0 };
  for (guint i = 0; i < 3; i++) {
    if (i == 1)
      FAILS(sent_add(ledger, "nobody", "Sent", &row, 1, &mark, &error), LEDGER_ERROR_MISSING);
    else
      OK(sent_add(ledger, "home", "Sent", &row, 1, &mark, &error));
    assert_int_equal(rig_number(ledger, "PRAGMA synchronous"), 2);
    assert_int_equal(rig_number(ledger, "PRAGMA foreign_keys"), 1);
    assert_int_equal(rig_number(ledger, "PRAGMA wal_autocheckpoint"), 1000);
  }
}

/* UIDVALIDITY changed: every message comes again under another UID, and nothing is doubled. */
static void a_folder_that_is_read_afresh_doubles_nothing(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)sent_message_free);
  g_autofree SentRow *rows = g_new0(SentRow, 300);
  for (guint i = 0; i < 300; i++) {
    g_autofree char *id = i % 3 != 0 ? g_strdup_printf("%u@my.example", i) : NULL;
    SentMessage *message = rig_sent(id, "bob@y.example", i % 2 ? "Odd" : NULL, T0 + i);
    g_ptr_array_add(messages, message);
    rows[i] = (SentRow){ i + 1, T0 + i, message };
  }
  FolderMark mark = { 1, 301, 0, T0 + 1000 };
  OK(sent_add(ledger, "home", "Sent", rows, 300, &mark, &error));
  assert_int_equal(mark.oldest, T0);
  for (guint i = 0; i < 300; i++) rows[i].uid += 5000;
  FolderMark fresh = { 2, 5301, 0, T0 + 2000 };
  OK(sent_add(ledger, "home", "Sent", rows + 100, 200, &fresh, &error)); /* the older ones are gone from the server */
  assert_int_equal(sent_count(ledger, "home", &error), 300);
  assert_int_equal(fresh.oldest, T0); /* but not forgotten */
  FolderMark kept = { 0 };
  OK(folder_mark_get(ledger, "home", "Sent", FOLDER_ROLE_SENT, &kept, &error));
  assert_memory_equal(&kept, &fresh, sizeof kept);
}

static void the_oldest_message_counts_by_the_later_of_two_plausible_times(void **state)
{
  gint64 now = db_now();
  const struct {
    gint64 date, stored, oldest;
  } rows[] = {
    { T0, T0, T0 },
    { T0, T0 + 5, T0 + 5 }, /* put there later: the later counts */
    { T0 + 5, T0, T0 + 5 },
    { T0, 0, T0 },
    { 0, T0, T0 },
    { 0, 0, 0 },
    { 1000, T0, T0 },            /* before 1980 */
    { T0, now + 10 * DAY, T0 },  /* in the future */
    { now + 10 * DAY, 1000, 0 }, /* neither can be true */
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = rig_ledger();
    FolderMark mark = { .next = 2 };
    g_autoptr(SentMessage) message = rig_sent("a@x", "bob@y.example", "One", rows[i].date);
    const SentRow row = { 1, rows[i].stored, message };
    OK(sent_add(ledger, "home", "Sent", &row, 1, &mark, &error));
    if (mark.oldest != rows[i].oldest) fail_msg("row %u: %d", i, (int)mark.oldest);
  }
}

/* One message that cannot be added takes the whole batch and the mark with it. */
static void a_message_that_cannot_be_added_takes_its_batch_and_mark_with_it(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(SentMessage) one = rig_sent("a@x", "bob@y.example", "One", T0);
  g_autoptr(SentMessage) two = rig_sent("b@x", "bob@y.example", "Two", T0);
  const SentRow rows[] = { { 1, T0, one }, { 2, T0, two } };
  FolderMark mark = { 1, 3, 0, T0 };
  OK(db_exec(ledger,
             "CREATE TRIGGER no BEFORE INSERT ON sent WHEN new.subject = 'Two' BEGIN SELECT raise(ABORT, 'no'); END",
             &error));
  FAILS(sent_add(ledger, "home", "Sent", rows, 2, &mark, &error), LEDGER_ERROR_IO);
  assert_int_equal(mark.oldest, 0);
  assert_int_equal(sent_count(ledger, NULL, &error), 0);
  assert_int_equal(rig_number(ledger, "SELECT (SELECT count(*) FROM sent_id) + (SELECT count(*) FROM address)"), 0);
  OK(folder_mark_get(ledger, "home", "Sent", FOLDER_ROLE_SENT, &mark, &error));
  assert_int_equal(mark.next, 1);
  FAILS(sent_add(ledger, "nobody", "Sent", rows, 2, &mark, &error), LEDGER_ERROR_MISSING);
}

static void recorded_mail_is_added_once_and_makes_no_coverage(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(SentMessage) one = rig_sent("a@x", "bob@y.example;eve@y.example", "One", T0);
  g_autoptr(SentMessage) two = rig_sent(NULL, NULL, NULL, 0);
  const SentMessage *const messages[] = { one, two, one };
  guint added = 9;
  OK(sent_record(ledger, messages, 3, &added, &error));
  assert_int_equal(added, 2);
  OK(sent_record(ledger, messages, 3, &added, &error));
  assert_int_equal(added, 0);
  OK(sent_record(ledger, NULL, 0, NULL, &error));
  assert_int_equal(sent_count(ledger, NULL, &error), 2);
  assert_int_equal(sent_count(ledger, "home", &error), 0);
  g_autoptr(GPtrArray) coverage = coverage_list(ledger, NULL, &error);
  assert_int_equal(coverage->len, 0);
  g_autoptr(Report) report = rig_report("a@x", NULL, NULL);
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ .now = T0 + 10 }, &error);
  OK(facts != NULL);
  assert_string_equal(facts->id.shown, "a@x");
  assert_null(facts->id.sent->account);
  assert_null(facts->id.sent->folder);
  assert_int_equal(facts->id.sent->recipients, 2);
}

/* When an address was written to last never goes back, and an impossible date does not count as last. */
static void when_an_address_was_written_to_last_never_goes_back(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  add(ledger, "home", "Sent", "a@x", "bob@y.example", "One", T0 + 100);
  add(ledger, "home", "Sent", "b@x", "bob@y.example", "Two", T0);
  add(ledger, "home", "Sent", "c@x", "bob@y.example", "Three", db_now() + 100 * DAY);
  assert_int_equal(rig_number(ledger, "SELECT written FROM address"), T0 + 100);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sent_to"), 3);
  OK(error == NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(a_sent_message_that_is_read_twice_counts_once),
                                      cmocka_unit_test(one_batch_holds_no_doubles_and_keeps_each_link_and_date),
                                      cmocka_unit_test(more_links_than_are_held_back_at_once_are_all_written),
                                      cmocka_unit_test(what_comes_after_sent_batches_is_durable_again),
                                      cmocka_unit_test(a_folder_that_is_read_afresh_doubles_nothing),
                                      cmocka_unit_test(the_oldest_message_counts_by_the_later_of_two_plausible_times),
                                      cmocka_unit_test(a_message_that_cannot_be_added_takes_its_batch_and_mark_with_it),
                                      cmocka_unit_test(recorded_mail_is_added_once_and_makes_no_coverage),
                                      cmocka_unit_test(when_an_address_was_written_to_last_never_goes_back) };
  return cmocka_run_group_tests_name("ledger_sent", tests, NULL, NULL);
}
