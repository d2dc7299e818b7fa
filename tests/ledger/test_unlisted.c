/* test_unlisted.c - addresses that no account lists
 * Owns:     ledgers in memory.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/unlisted.c ledger/coverage.c */
#include "ledger/unlisted.h"
#include "tests/rigs/trust_rig.h"

static void an_address_that_no_account_lists_has_no_coverage(void **state)
{
  static const struct {
    const char *addresses, *address;
    gboolean covered;
  } rows[] = {
    { TRUST_ME, TRUST_ME, TRUE },       { TRUST_ME, "you@example.org", FALSE },
    { "*", "any@where.example", TRUE }, { "*@example.org", TRUST_ME, TRUE },
    { TRUST_ME, NULL, TRUE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = trust_ledger(rows[i].addresses, FALSE);
    if (trust_covered(ledger, rows[i].address, 1, NULL) != rows[i].covered) fail_msg("row %u", i);
  }
}

/* A sender that no account lists may be one of any account's. */
static void a_sender_that_no_account_lists_may_be_one_of_any(void **state)
{
  static const struct {
    const char *sender;
    gboolean covered;
  } rows[] = {
    { NULL, TRUE }, { TRUST_ME, TRUE }, { "me@work.example", FALSE }, { "forged@elsewhere.example", FALSE }
  };
  static const char *const sent[] = { "Sent" };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    FolderMark mark = { 1, 2, RIG_NOW - 400 * DAY, RIG_NOW };
    g_autoptr(Ledger) ledger = rig_ledger(); /* "work" has no Sent folder */
    OK(folder_use_sent(ledger, "home", sent, 1, &error));
    OK(folder_mark_set(ledger, "home", "Sent", FOLDER_ROLE_SENT, &mark, &error));
    g_autoptr(Report) report = rig_report("foreign@x", "nobody@z.example", NULL);
    if (rows[i].sender != NULL) g_ptr_array_add(report->original.senders, g_strdup(rows[i].sender));
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW, 0 }, &error);
    OK(facts != NULL);
    if (facts->covered != rows[i].covered) fail_msg("row %u: %s", i, facts->gap);
  }
}

static void bounces_to_unlisted_addresses_are_counted_by_domain_each_once(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = trust_ledger(TRUST_ME, FALSE);
  for (guint uid = 1; uid <= 12; uid++) {
    g_autoptr(Report) report = rig_report("foreign@x", "nobody@z.example", NULL);
    g_autofree char *to = g_strdup_printf("a%u@%s", uid, uid <= 10 ? "shop.example" : "once.example");
    g_ptr_array_set_size(report->addressed, 0);
    g_ptr_array_add(report->addressed, g_strdup(to));
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW, 0 }, &error);
    OK(facts != NULL);
    assert_string_equal(facts->unlisted, to);
    for (int twice = 0; twice < 2; twice++) { /* read again after a crash: counted once */
      g_autoptr(Entry) entry = rig_entry("home", report, facts, VERDICT_UNSURE, MOVE_KEPT, uid);
      rig_record(ledger, entry);
    }
  }
  g_autoptr(GPtrArray) list = unlisted_list(ledger, UNLISTED_TELL, &error);
  OK(list != NULL);
  assert_int_equal(list->len, 1);
  assert_string_equal(((const Unlisted *)list->pdata[0])->domain, "shop.example");
  assert_int_equal(((const Unlisted *)list->pdata[0])->count, 10);
}

int main(void)
{
  filter_init();
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_address_that_no_account_lists_has_no_coverage),
    cmocka_unit_test(a_sender_that_no_account_lists_may_be_one_of_any),
    cmocka_unit_test(bounces_to_unlisted_addresses_are_counted_by_domain_each_once),
  };
  return cmocka_run_group_tests_name("ledger_unlisted", tests, NULL, NULL);
}
