/* test_dns.c - for how long an answer of the domain name system is believed, and how many are kept
 * Owns:     ledgers in memory.
 * Must not: ask anybody; depend on the day.
 * Fails:    by TAP.
 * Tests:    ledger/dns.c */
#include "ledger/db.h"
#include "ledger/dns.h"
#include "tests/rigs/ledger_rig.h"

static DnsAnswer *made(DnsType type, const char *name, DnsState state, guint ttl, const char *value)
{
  DnsAnswer *answer = dns_answer_new(type, name, state);
  answer->ttl = ttl;
  answer->secure = TRUE;
  if (value != NULL) g_ptr_array_add(answer->values, g_strdup(value));
  return answer;
}

/* Stores it, and frees it. */
static void put(Ledger *ledger, DnsAnswer *answer, gint64 now)
{
  GError *error = NULL;
  g_autoptr(GPtrArray) answers = g_ptr_array_new_with_free_func((GDestroyNotify)dns_answer_free);
  g_ptr_array_add(answers, answer);
  OK(dns_put(ledger, answers, now, &error));
}

/* NULL: nothing is known. */
static DnsAnswer *get(Ledger *ledger, DnsType type, const char *name, gint64 now)
{
  GError *error = NULL;
  DnsAnswer *answer = NULL;
  OK(dns_get(ledger, type, name, now, &answer, &error));
  return answer;
}

static void assert_holds_for(Ledger *ledger, const char *name, gint64 seconds)
{
  g_autoptr(DnsAnswer) last = get(ledger, DNS_A, name, RIG_NOW + seconds - 1);
  g_autoptr(DnsAnswer) beyond = get(ledger, DNS_A, name, RIG_NOW + seconds);
  if (last == NULL || beyond != NULL) fail_msg("%s does not hold for %d s", name, (int)seconds);
}

static void an_answer_comes_back_as_it_was(void **state)
{
  g_autoptr(Ledger) ledger = rig_ledger();
  DnsAnswer *two = made(DNS_A, "a.example", DNS_FOUND, 1000, "192.0.2.1");
  g_ptr_array_add(two->values, g_strdup("192.0.2.2"));
  put(ledger, two, RIG_NOW);
  g_autoptr(DnsAnswer) answer = get(ledger, DNS_A, "a.example", RIG_NOW + 1);
  assert_non_null(answer);
  assert_int_equal(answer->state, DNS_FOUND);
  assert_true(answer->secure);
  assert_int_equal(answer->ttl, 999);
  assert_int_equal(answer->values->len, 2);
  assert_string_equal(answer->values->pdata[1], "192.0.2.2");
  assert_null(get(ledger, DNS_AAAA, "a.example", RIG_NOW));
  assert_null(get(ledger, DNS_A, "b.example", RIG_NOW));
}

static void no_answer_is_believed_for_ever_or_for_a_moment_only(void **state)
{
  g_autoptr(Ledger) ledger = rig_ledger();
  put(ledger, made(DNS_A, "brief.example", DNS_FOUND, 0, "192.0.2.1"), RIG_NOW);
  put(ledger, made(DNS_A, "plain.example", DNS_FOUND, 3600, "192.0.2.1"), RIG_NOW);
  put(ledger, made(DNS_A, "long.example", DNS_FOUND, G_MAXUINT, "192.0.2.1"), RIG_NOW);
  put(ledger, made(DNS_A, "none.example", DNS_NONE, 900, NULL), RIG_NOW);
  put(ledger, made(DNS_A, "failed.example", DNS_FAILED, 9999, NULL), RIG_NOW);
  assert_holds_for(ledger, "brief.example", DNS_SHORTEST);
  assert_holds_for(ledger, "plain.example", 3600);
  assert_holds_for(ledger, "long.example", DNS_LONGEST);
  assert_holds_for(ledger, "none.example", 900);
  assert_holds_for(ledger, "failed.example", DNS_SHORTEST);
}

/* A batch that was scanned some time before its names were looked up still gets the answers. */
static void an_answer_that_came_after_the_scan_holds(void **state)
{
  g_autoptr(Ledger) ledger = rig_ledger();
  put(ledger, made(DNS_RANGES, "example.org", DNS_FOUND, DNS_LONGEST, "-all"), RIG_NOW + 60);
  g_autoptr(DnsAnswer) answer = get(ledger, DNS_RANGES, "example.org", RIG_NOW);
  assert_non_null(answer);
}

/* The clock was a year ahead when it was stored. */
static void an_answer_from_the_future_does_not_hold(void **state)
{
  g_autoptr(Ledger) ledger = rig_ledger();
  put(ledger, made(DNS_A, "a.example", DNS_FOUND, 3600, "192.0.2.1"), RIG_NOW + 365 * DAY);
  assert_null(get(ledger, DNS_A, "a.example", RIG_NOW));
  put(ledger, made(DNS_A, "b.example", DNS_FOUND, 3600, "192.0.2.1"), RIG_NOW);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM dns"), 1);
}

static void what_is_not_of_its_type_is_kept_as_a_failure(void **state)
{
  g_autoptr(Ledger) ledger = rig_ledger();
  DnsAnswer *many = made(DNS_A, "many.example", DNS_FOUND, 3600, "192.0.2.1");
  for (guint i = 0; i < DNS_VALUES_MOST; i++) g_ptr_array_add(many->values, g_strdup("192.0.2.1"));
  put(ledger, many, RIG_NOW);
  put(ledger, made(DNS_A, "wrong.example", DNS_FOUND, 3600, "host.example"), RIG_NOW);
  put(ledger, made(DNS_TXT, "lines.example", DNS_FOUND, 3600, "one\ntwo"), RIG_NOW);
  put(ledger, made(DNS_A, "empty.example", DNS_FOUND, 3600, NULL), RIG_NOW);
  put(ledger, made(DNS_A, "odd.example", DNS_NONE, 3600, "192.0.2.1"), RIG_NOW);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM dns"), 5);
  assert_int_equal(
      rig_number(ledger, "SELECT count(*) FROM dns WHERE state = 'failed' AND answers = '' AND secure = 0"), 5);
}

static void rows_that_nobody_wrote_tell_nothing(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  OK(db_exec(ledger,
             "INSERT INTO dns(name, type, state, secure, answers, until) VALUES"
             "('a.example', 'A', 'sure', 0, '192.0.2.1', 1700000100), ('b.example', 'A', 'found', 0, 'x', 1700000100)",
             &error));
  assert_null(get(ledger, DNS_A, "a.example", RIG_NOW));
  assert_null(get(ledger, DNS_A, "b.example", RIG_NOW));
}

static void the_oldest_go_when_there_are_too_many(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  OK(db_exec(ledger,
             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20100)"
             " INSERT INTO dns(name, type, state, secure, answers, until)"
             " SELECT 'h' || i || '.example', 'A', 'none', 0, '', 1700000000 + i FROM n",
             &error));
  put(ledger, made(DNS_A, "a.example", DNS_FOUND, 80000, "192.0.2.1"), RIG_NOW);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM dns"), DNS_ANSWERS_MOST);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM dns WHERE until <= 1700000101"), 0);
  g_autoptr(DnsAnswer) answer = get(ledger, DNS_A, "a.example", RIG_NOW);
  assert_non_null(answer);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_answer_comes_back_as_it_was),
    cmocka_unit_test(no_answer_is_believed_for_ever_or_for_a_moment_only),
    cmocka_unit_test(an_answer_that_came_after_the_scan_holds),
    cmocka_unit_test(an_answer_from_the_future_does_not_hold),
    cmocka_unit_test(what_is_not_of_its_type_is_kept_as_a_failure),
    cmocka_unit_test(rows_that_nobody_wrote_tell_nothing),
    cmocka_unit_test(the_oldest_go_when_there_are_too_many),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
