/* test_never_used.c - addresses of the owner's that mail never left from
 * Owns:     a ledger in memory.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/never_used.c ledger/configure.c */
#include "ledger/configure.h"
#include "ledger/db.h"
#include "ledger/never_used.h"
#include "tests/rigs/trust_rig.h"

/* The owner lists me@my.example, tip@my.example and *@my.example, sends from me@my.example, and vows to send nothing
 * from tip@my.example and from *@drop.example. */
static Ledger *with_letters(void)
{
  GError *error = NULL;
  const AccountSetup setup = { .name = (char *)"home",
                               .addresses = (char *)"me@my.example;tip@my.example;*@my.example;*@drop.example",
                               .receive_only = (char *)"tip@my.example;*@drop.example;me@my.example" };
  Ledger *ledger = trust_ledger("*@my.example", FALSE);
  OK(account_configure(ledger, &setup, 1, &error));
  trust_send(ledger, "Sent", "me@my.example", "one@side.example", "friend@y.example", "Letter", RIG_NOW - 9 * DAY,
             FALSE);
  trust_send(ledger, "Sent", "once@my.example", "two@side.example", "friend@y.example", "Letter", RIG_NOW - 9 * DAY,
             FALSE);
  return ledger;
}

static void test_coverage(Ledger *ledger, const char *address, guint known, gboolean failed)
{
  GError *error = NULL;
  g_autofree char *sql = g_strdup_printf("INSERT INTO tested(owner, address, account, known, failed)"
                                         " SELECT %u, '%s', id, %u, %d FROM account",
                                         g_str_hash(address), address, known, failed);
  OK(db_exec(ledger, sql, &error));
}

static Facts *facts_to(Ledger *ledger, const char *to, const char *sender, Report **shown)
{
  GError *error = NULL;
  Report *report = rig_report("spam@bot.example", "victim@z.example", "Cheap watches");
  g_ptr_array_set_size(report->addressed, 0);
  rig_fill(report->to, to);
  rig_fill(report->addressed, to);
  rig_fill(report->original.senders, sender);
  Facts *facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
  OK(facts != NULL);
  *shown = report;
  return facts;
}

static void an_address_is_unused_where_a_pattern_or_the_owner_says_so_and_nothing_left_from_it(void **state)
{
  static const struct {
    const char *to, *sender;
    gboolean unused, only;
  } rows[] = {
    { "q7x@my.example", NULL, TRUE, FALSE },
    { "q7x@my.example", "q7x@my.example", TRUE, FALSE },
    { "q7x@my.example", "shop@foreign.example", TRUE, FALSE },
    { "q7x@my.example", "me@my.example" },  /* the owner's software, with another envelope */
    { "tip@my.example", NULL, TRUE, TRUE }, /* listed literally, and receive-only */
    { "any@drop.example", NULL, TRUE, TRUE },
    { "me@my.example", NULL },      /* mail left from there, whatever the owner says */
    { "me+shop@my.example", NULL }, /* a tag makes no other address */
    { "once@my.example", NULL },
    { "any@foreign.example", NULL },           /* none of the owner's */
    { "q7x@my.example;p8y@my.example", NULL }, /* whose envelope? */
    { NULL, NULL },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = with_letters();
    g_autoptr(Report) report = NULL;
    g_autoptr(Facts) facts = facts_to(ledger, rows[i].to, rows[i].sender, &report);
    rig_assert_word(i, "unused", facts->unused, rows[i].unused ? rows[i].to : NULL);
    if (facts->receive_only != rows[i].only) fail_msg("row %u", i);
  }
}

/* A literally listed address that no receive-only names may be sent from by a device that nobody has told of. */
static void a_listed_address_is_never_unused_by_itself(void **state)
{
  g_autoptr(Ledger) ledger = trust_ledger("new@my.example;*@my.example", FALSE);
  g_autoptr(Report) report = NULL, all = NULL;
  g_autoptr(Facts) facts = facts_to(ledger, "new@my.example", NULL, &report);
  assert_null(facts->unused);
  g_autoptr(Ledger) any = trust_ledger("*", FALSE); /* "*" says of no address that it is the owner's */
  g_autoptr(Facts) none = facts_to(any, "q7x@my.example", NULL, &all);
  assert_null(none->unused);
}

/* It speaks against only where answers have shown that all mail of that domain is known. */
static void it_counts_where_coverage_of_the_domain_is_tested(void **state)
{
  static const struct {
    const char *address; /* NULL: no answers */
    guint known;
    gboolean failed, tested;
  } rows[] = {
    { NULL },
    { "me@my.example", 4, FALSE, FALSE },
    { "me@my.example", 5, FALSE, TRUE },
    { "me@my.example", 50, TRUE, FALSE },
    { "me@other.example", 50, FALSE, FALSE },
    { "me@sub.my.example", 50, FALSE, FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = with_letters();
    g_autoptr(Report) report = NULL;
    if (rows[i].address != NULL) test_coverage(ledger, rows[i].address, rows[i].known, rows[i].failed);
    g_autoptr(Facts) facts = facts_to(ledger, "q7x@my.example", NULL, &report);
    assert_non_null(facts->unused);
    if (facts->unused_tested != rows[i].tested) fail_msg("row %u", i);
  }
  g_autoptr(Ledger) mixed = with_letters(); /* one address of the domain that fails is enough to doubt */
  g_autoptr(Report) report = NULL;
  test_coverage(mixed, "me@my.example", 50, FALSE);
  test_coverage(mixed, "once@my.example", 50, TRUE);
  g_autoptr(Facts) facts = facts_to(mixed, "q7x@my.example", NULL, &report);
  assert_false(facts->unused_tested);
}

static void record(Ledger *ledger, const char *to, guint32 uid)
{
  g_autoptr(Report) report = NULL;
  g_autoptr(Facts) facts = facts_to(ledger, to, NULL, &report);
  for (int twice = 0; twice < 2; twice++) { /* read again after a crash: counted once */
    g_autoptr(Entry) entry = rig_entry("home", report, facts, VERDICT_UNSURE, MOVE_KEPT, uid);
    rig_record(ledger, entry);
  }
}

static void reports_are_counted_by_address_until_mail_is_found(void **state)
{
  GError *error = NULL;
  guint all = 0, uid = 0;
  g_autoptr(Ledger) ledger = with_letters();
  for (guint i = 0; i < 3; i++) record(ledger, "q7x@my.example", ++uid);
  record(ledger, "tip@my.example", ++uid);
  record(ledger, "me@my.example", ++uid);
  g_autoptr(Report) report = NULL;
  g_autoptr(Facts) facts = facts_to(ledger, "q7x@my.example", NULL, &report);
  assert_int_equal(facts->unused_reports, 3);
  g_autoptr(GPtrArray) list = never_used_list(ledger, 10, &all, &error);
  OK(list != NULL);
  assert_int_equal(all, 2);
  assert_int_equal(list->len, 2);
  const NeverUsed *first = list->pdata[0], *second = list->pdata[1];
  assert_string_equal(first->address, "q7x@my.example");
  assert_int_equal(first->count, 3);
  assert_false(first->receive_only);
  assert_string_equal(second->address, "tip@my.example");
  assert_true(second->receive_only);
  trust_send(ledger, "Sent", "q7x@my.example", "three@side.example", "friend@y.example", "Letter", RIG_NOW, FALSE);
  g_autoptr(GPtrArray) left = never_used_list(ledger, 1, &all, &error);
  OK(left != NULL);
  assert_int_equal(all, 1);
  assert_string_equal(((const NeverUsed *)left->pdata[0])->address, "tip@my.example");
}

/* Who guesses names makes up thousands. Those that are hit again and again stay. */
static void a_flood_of_made_up_names_drives_out_no_address_that_is_hit_often(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = with_letters();
  guint32 uid = 0;
  OK(db_exec(ledger, "BEGIN", &error));
  OK(db_exec(ledger,
             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO never_used"
             " SELECT 'made' || i || '@my.example', i, 1, i, i FROM n",
             &error));
  OK(db_exec(ledger, "COMMIT", &error));
  for (guint i = 0; i < 2; i++) record(ledger, "tip@my.example", ++uid);
  record(ledger, "late@my.example", ++uid);
  assert_true(rig_number(ledger, "SELECT count(*) FROM never_used") <= 1000);
  assert_int_equal(rig_number(ledger, "SELECT count FROM never_used WHERE address = 'tip@my.example'"), 2);
}

int main(void)
{
  filter_init();
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_address_is_unused_where_a_pattern_or_the_owner_says_so_and_nothing_left_from_it),
    cmocka_unit_test(a_listed_address_is_never_unused_by_itself),
    cmocka_unit_test(it_counts_where_coverage_of_the_domain_is_tested),
    cmocka_unit_test(reports_are_counted_by_address_until_mail_is_found),
    cmocka_unit_test(a_flood_of_made_up_names_drives_out_no_address_that_is_hit_often),
  };
  return cmocka_run_group_tests_name("ledger_never_used", tests, NULL, NULL);
}
