/* test_sent_domain.c - to whom at a domain the owner wrote, whatever becomes of the messages
 * Owns:     ledgers in memory, and a folder under /tmp, removed at the end.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/sent_domain.c ledger/sent_batch.c ledger/schema_domain.c */
#include "ledger/db.h"
#include "ledger/forget.h"
#include "tests/rigs/facts_rig.h"
#include "tests/rigs/old_ledger.h"

#define ROUNDS 200
#define MESSAGES 60

/* What a plain count over the messages gives: a set of "domain day address". */
static char *key_of(const char *address, gint64 date)
{
  const char *at = strrchr(address, '@');
  return g_strdup_printf("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, db_hash(at + 1), date / DAY,
                         db_hash(address));
}

static void count(GHashTable *model, const SentMessage *message, gint64 date)
{
  for (guint i = 0; i < message->recipients->len; i++)
    g_hash_table_add(model, key_of(g_ptr_array_index(message->recipients, i), date));
}

/* The table holds these rows and no others, and they are those of sent_to. */
static void assert_rows(Ledger *ledger, GHashTable *model)
{
  GError *error = NULL;
  g_auto(Rows) rows = { 0 };
  guint n = 0;
  OK(rows_open(&rows, ledger, &error, "SELECT domain || ' ' || day || ' ' || address FROM sent_domain", ""));
  for (; rows_next(&rows, &error); n++) assert_true(g_hash_table_contains(model, row_text(&rows, 0)));
  OK(!rows.failed);
  assert_int_equal(n, g_hash_table_size(model));
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM (SELECT DISTINCT domain, date / 86400, address FROM sent_to"
                                      " JOIN address ON hash = address)"),
                   n);
}

/* Message k of a small world, always the same: some have no id, some no Date, some go to many, some to nobody. */
static SentMessage *message(guint k)
{
  g_autofree char *id = k % 7 == 0 ? NULL : g_strdup_printf("%u@x", k);
  g_autofree char *subject = g_strdup_printf("Subject %u", k);
  SentMessage *sent = rig_sent(id, NULL, subject, k % 11 == 0 ? 0 : RIG_NOW - 100 * DAY + (gint64)(k % 13) * DAY / 2);
  for (guint i = 0; i < k % 4; i++)
    g_ptr_array_add(sent->recipients, g_strdup_printf("%u@%u.example", (k + i * 5) % 9, (k * 3 + i) % 4));
  return sent;
}

typedef struct {
  Ledger *ledger;
  GRand *random;
  GHashTable *model;
  guint32 validity;
} World;

/* Any messages, known ones too, are read from a folder of either account. */
static void add_some(World *world)
{
  GError *error = NULL;
  const char *account = g_rand_boolean(world->random) ? "home" : "work", *folder = "Sent";
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)sent_message_free);
  SentRow rows[8];
  guint n = (guint)g_rand_int_range(world->random, 1, G_N_ELEMENTS(rows) + 1);
  for (guint i = 0; i < n; i++) {
    SentMessage *sent = message((guint)g_rand_int_range(world->random, 0, MESSAGES));
    g_ptr_array_add(messages, sent);
    rows[i] = (SentRow){ i + 1, sent->date, sent };
    count(world->model, sent, sent->date);
  }
  FolderMark mark = { world->validity, n + 1, 0, RIG_NOW };
  OK(sent_add(world->ledger, account, folder, rows, n, &mark, &error));
}

static void record_one(World *world)
{
  GError *error = NULL;
  g_autoptr(SentMessage) sent = message((guint)g_rand_int_range(world->random, 0, MESSAGES));
  const SentMessage *const list[] = { sent };
  count(world->model, sent, sent->date);
  OK(sent_record(world->ledger, list, 1, NULL, &error));
}

/* A batch that the ledger refuses leaves nothing behind. */
static void break_off(World *world)
{
  GError *error = NULL;
  g_autoptr(SentMessage) sent = rig_sent("broken@x", "broken@0.example", "Broken off", RIG_NOW - 200 * DAY);
  const SentRow row = { 1, sent->date, sent };
  FolderMark mark = { world->validity, 2, 0, RIG_NOW };
  OK(db_exec(world->ledger,
             "CREATE TEMP TRIGGER refuse BEFORE INSERT ON sent_domain BEGIN SELECT raise(ABORT, 'no'); END", &error));
  assert_false(sent_add(world->ledger, "home", "Sent", &row, 1, &mark, &error));
  g_clear_error(&error);
  OK(db_exec(world->ledger, "DROP TRIGGER refuse", &error));
}

/* What vanishes from a Sent folder stays known: the folder is renumbered, has gaps, or is no longer in use; entries are
 * forgotten; room is given back. */
static void lose_some(World *world)
{
  GError *error = NULL;
  static const char *const folders[] = { "Sent" };
  guint n = 0;
  switch (g_rand_int_range(world->random, 0, 4)) {
  case 0: world->validity++; break;
  case 1: OK(folder_use_sent(world->ledger, "home", folders, (guint)g_rand_boolean(world->random), &error)); break;
  case 2:
    OK(coverage_gap_add(world->ledger, "work", "Sent", RIG_NOW - 90 * DAY, RIG_NOW - 80 * DAY, "gone", &error));
    break;
  default: OK(forget_evidence(world->ledger, RIG_NOW, 100, &n, &error) && forget_room(world->ledger, 1 << 30, &error));
  }
}

/* Takes a report into quarantine, so that messages that come later have something to heal. */
static void quarantine_one(World *world)
{
  GError *error = NULL;
  guint k = (guint)g_rand_int_range(world->random, 0, MESSAGES);
  g_autoptr(SentMessage) sent = message(k);
  g_autofree char *id = g_strdup_printf("%u@x", k);
  const char *to = sent->recipients->len > 0 ? g_ptr_array_index(sent->recipients, 0) : "nobody@0.example";
  g_autoptr(Report) report = rig_report(id, to, sent->subject);
  rig_facts_record(world->ledger, report, VERDICT_BACKSCATTER, (guint32)g_rand_int_range(world->random, 1, 10000));
  OK(error == NULL);
}

static void the_days_are_those_of_a_plain_count_whatever_becomes_of_the_messages(void **state)
{
  static void (*const steps[])(World *) = { add_some, add_some, record_one, break_off, lose_some, quarantine_one };
  for (guint32 seed = 1; seed <= 5; seed++) {
    g_autoptr(Ledger) ledger = rig_ledger();
    g_autoptr(GHashTable) model = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    World world = { ledger, g_rand_new_with_seed(seed), model, 1 };
    for (guint i = 0; i < ROUNDS; i++) {
      steps[g_rand_int_range(world.random, 0, G_N_ELEMENTS(steps))](&world);
      assert_rows(ledger, model);
    }
    assert_true(g_hash_table_size(model) > 50);
    g_rand_free(world.random);
  }
}

/* A message whose Date and time of storing lie apart counts on both days. */
static void a_message_from_a_wrong_clock_counts_on_both_days(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(GHashTable) model = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  gint64 stored = db_now() - 3 * DAY;
  g_autoptr(SentMessage) sent = rig_sent("a@x", "bob@y.example;eve@z.example", "One", stored - 400 * DAY);
  const SentRow row = { 1, stored, sent };
  FolderMark mark = { 1, 2, 0, RIG_NOW };
  OK(sent_add(ledger, "home", "Sent", &row, 1, &mark, &error));
  count(model, sent, sent->date);
  count(model, sent, stored);
  assert_rows(ledger, model);
}

/* A ledger of version 3 gets the rows that it would have had. */
static void an_older_ledger_gets_the_rows_that_it_would_have_had(void **state)
{
  GError *error = NULL;
  char *folder = rig_folder();
  Ledger *ledger = rig_ledger_in(folder);
  g_autoptr(GHashTable) model = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  World world = { ledger, g_rand_new_with_seed(9), model, 1 };
  for (guint i = 0; i < 100; i++) add_some(&world);
  rig_undo_trust(ledger);
  OK(db_exec(ledger, OLD_BACK_TO_3, &error));
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sqlite_schema WHERE name = 'sent_domain'"), 0);
  ledger_close(ledger);
  ledger = ledger_open(folder, LEDGER_EXISTING, &error);
  OK(ledger != NULL);
  assert_rows(ledger, model);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sqlite_schema WHERE name = 'address_domain'"), 0);
  ledger_close(ledger);
  g_rand_free(world.random);
  rig_remove(folder);
}

/* One message to so many people at the large domain. */
static void write_to_many(Ledger *ledger, guint n, gint64 date)
{
  GError *error = NULL;
  g_autofree char *id = g_strdup_printf("%u.%" G_GINT64_FORMAT "@me", n, date);
  g_autoptr(SentMessage) sent = rig_sent(id, NULL, "News", date);
  const SentRow row = { 1, date, sent };
  FolderMark mark = { 1, 2, 0, RIG_NOW };
  for (guint i = 0; i < n; i++) g_ptr_array_add(sent->recipients, g_strdup_printf("reader%u@large.example", i));
  OK(sent_add(ledger, "home", "Sent", &row, 1, &mark, &error));
}

/* Each row is a way in which the one person who matters could be pushed out by many others. The report is about an
 * address that the owner never wrote to, and which is that person's with dots. */
static void many_others_at_a_domain_do_not_push_out_the_one_who_matters(void **state)
{
  static const struct {
    const char *what;
    gint64 written, came; /* of the report, before RIG_NOW */
    gint64 one, others;   /* when the owner wrote, before RIG_NOW */
    guint n;
  } rows[] = {
    { "others later, and after the report", 300 * DAY, 300 * DAY, 301 * DAY, 290 * DAY, 5000 },
    { "others today, the report is old, and came with a move", 300 * DAY, 0, 301 * DAY, 3600, 5000 },
    { "the report's own clock is years behind", 3000 * DAY, 0, DAY, 2990 * DAY, 5000 },
    { "others on the same day, after the report can tell of them", 300 * DAY, 300 * DAY, 301 * DAY, 299 * DAY - 7200,
      5000 },
    { "others before the window, on its first day", 300 * DAY, 300 * DAY, 314 * DAY - 60, 314 * DAY + 60, 5000 },
    { "a hundred others at the same time", DAY, DAY, 2 * DAY, 2 * DAY - 60, 100 },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = rig_ledger();
    rig_add(ledger, "home", "Sent", "one@me", "jane.roe@large.example", "Hello", RIG_NOW - rows[i].one, RIG_NOW);
    write_to_many(ledger, rows[i].n, RIG_NOW - rows[i].others);
    g_autoptr(Report) report = rig_report(NULL, "janeroe@large.example", NULL);
    report->date = RIG_NOW - rows[i].written;
    const FactsQuery query = { "home", RIG_NOW - rows[i].came, RIG_NOW, RIG_NOW - rows[i].came };
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, &error);
    OK(facts != NULL);
    if (g_strcmp0(facts->other, "jane.roe@large.example") != 0)
      fail_msg("%s: %s", rows[i].what, facts->other != NULL ? facts->other : "nobody");
    assert_int_equal(facts->other_how, OTHER_NAME);
  }
}

/* Outside the window nobody counts, though the day is the window's. */
static void who_was_written_to_outside_the_window_does_not_count(void **state)
{
  static const gint64 when[] = { 14 * DAY + 60, -14 * 3600 - 60, 40 * DAY };
  for (guint i = 0; i < G_N_ELEMENTS(when); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = rig_ledger();
    gint64 came = RIG_NOW - 100 * DAY;
    rig_add(ledger, "home", "Sent", "one@me", "jane.roe@large.example", "Hello", came - when[i], RIG_NOW);
    g_autoptr(Report) report = rig_report(NULL, "stranger@large.example", NULL);
    report->date = came;
    const FactsQuery query = { "home", came, RIG_NOW, came };
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, &error);
    OK(facts != NULL);
    rig_assert_word(i, "other", facts->other, NULL);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_days_are_those_of_a_plain_count_whatever_becomes_of_the_messages),
    cmocka_unit_test(a_message_from_a_wrong_clock_counts_on_both_days),
    cmocka_unit_test(an_older_ledger_gets_the_rows_that_it_would_have_had),
    cmocka_unit_test(many_others_at_a_domain_do_not_push_out_the_one_who_matters),
    cmocka_unit_test(who_was_written_to_outside_the_window_does_not_count),
  };
  return cmocka_run_group_tests_name("ledger_sent_domain", tests, NULL, NULL);
}
