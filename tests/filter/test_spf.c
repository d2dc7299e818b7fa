/* test_spf.c - which ranges an SPF record comes to, and what they say of an address
 * Owns:     a world of records, as a name server would have it.
 * Must not: ask anybody.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/spf.c */
#include "filter/spf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

/* Values with '|' between. What is not in the world does not exist; a value "?" is not known yet, "!" a failure. */
static const struct {
  const char *name;
  DnsType type;
  const char *values;
} world[] = {
  { "plain.example", DNS_TXT, "other text|V=SPF1 ip4:192.0.2.0/24 IP6:2001:db8::/32 -all" },
  { "hosts.example", DNS_TXT, "v=spf1 a mx/28 a:out.example/24//64 ?all" },
  { "hosts.example", DNS_A, "192.0.2.1" },
  { "hosts.example", DNS_MX, "10 mx.example|20 ." },
  { "mx.example", DNS_A, "192.0.2.16" },
  { "mx.example", DNS_AAAA, "2001:db8::16" },
  { "out.example", DNS_AAAA, "2001:db8:1::1" },
  { "outer.example", DNS_TXT, "v=spf1 include:inner.example ~include:plain.example exp=x.example -all" },
  { "inner.example", DNS_TXT, "v=spf1 ip4:192.0.2.1 -ip4:192.0.2.2 ip4:192.0.2.0/30 ~all" },
  { "redirect.example", DNS_TXT, "v=spf1 ip4:198.51.100.1 redirect=plain.example" },
  { "all-first.example", DNS_TXT, "v=spf1 ~all ip4:192.0.2.1 redirect=nowhere.example" },
  { "exists.example", DNS_TXT, "v=spf1 ip4:192.0.2.1 exists:%{i}.list.example -all" },
  { "ptr.example", DNS_TXT, "v=spf1 ptr -all" },
  { "macro.example", DNS_TXT, "v=spf1 include:%{d}.example -all" },
  { "macro-redirect.example", DNS_TXT, "v=spf1 redirect=_spf.%{d}" },
  { "in-macro.example", DNS_TXT, "v=spf1 include:exists.example ip4:192.0.2.9 -all" },
  { "two.example", DNS_TXT, "v=spf1 -all|v=spf1 +all" },
  { "spf10.example", DNS_TXT, "v=spf10 -all" },
  { "bare.example", DNS_TXT, "v=spf1" },
  { "wrong.example", DNS_TXT, "v=spf1 ipv4:192.0.2.1 -all" },
  { "wrong-address.example", DNS_TXT, "v=spf1 ip4:192.0.2.1/33 -all" },
  { "wrong-length.example", DNS_TXT, "v=spf1 a/x -all" },
  { "no-inner.example", DNS_TXT, "v=spf1 include:nowhere.example -all" },
  { "self.example", DNS_TXT, "v=spf1 include:self.example -all" },
  { "loop-a.example", DNS_TXT, "v=spf1 redirect=loop-b.example" },
  { "loop-b.example", DNS_TXT, "v=spf1 redirect=loop-a.example" },
  { "many.example", DNS_TXT, "v=spf1 a a a a a a a a a a a -all" },
  { "many.example", DNS_A, "192.0.2.1" },
  { "ten.example", DNS_TXT,
    "v=spf1 a:many.example a:many.example a:many.example a:many.example a:many.example"
    " a:many.example a:many.example a:many.example a:many.example a:many.example -all" },
  { "voids.example", DNS_TXT, "v=spf1 a:v1.example a:v2.example a:v3.example -all" },
  { "two-voids.example", DNS_TXT, "v=spf1 a:v1.example mx:v2.example -all" },
  { "waits.example", DNS_TXT, "v=spf1 a:later.example include:later.example -all" },
  { "later.example", DNS_A, "?" },
  { "later.example", DNS_TXT, "?" },
  { "fails.example", DNS_TXT, "v=spf1 a:broken.example -all" },
  { "broken.example", DNS_A, "!" },
};

typedef struct {
  GPtrArray *answers; /* lent out */
  guint waits, asked;
} World;

static const DnsAnswer *ask(gpointer data, DnsType type, const char *name)
{
  World *given = data;
  DnsAnswer *answer = dns_answer_new(type, name, DNS_NONE);
  g_ptr_array_add(given->answers, answer);
  if (++given->asked > 1000) fail_msg("it asks without end");
  for (guint i = 0; i < G_N_ELEMENTS(world); i++) {
    if (world[i].type != type || strcmp(world[i].name, name) != 0) continue;
    if (strcmp(world[i].values, "?") == 0) {
      given->waits++;
      return NULL;
    }
    answer->state = strcmp(world[i].values, "!") == 0 ? DNS_FAILED : DNS_FOUND;
    g_auto(GStrv) values = g_strsplit(world[i].values, "|", -1);
    for (char **value = values; answer->state == DNS_FOUND && *value != NULL; value++)
      g_ptr_array_add(answer->values, g_strdup(*value));
  }
  return answer;
}

static SpfState flattened(const char *domain, char **ranges, guint *waits)
{
  g_autoptr(GPtrArray) answers = g_ptr_array_new_with_free_func((GDestroyNotify)dns_answer_free);
  World given = { .answers = answers };
  *ranges = NULL;
  SpfState state = spf_flatten(domain, ask, &given, ranges);
  if (waits != NULL) *waits = given.waits;
  return state;
}

static void a_record_comes_to_ranges(void **state)
{
  static const struct {
    const char *domain, *want;
  } rows[] = {
    { "plain.example", "+192.0.2.0/24 +2001:db8::/32 -all" },
    { "hosts.example", "+192.0.2.1/32 +192.0.2.16/28 +2001:db8::16/128 +2001:db8:1::1/64 ?all" },
    { "outer.example", "+192.0.2.1/32 u192.0.2.2/32 +192.0.2.0/30 ~192.0.2.0/24 ~2001:db8::/32 -all" },
    { "redirect.example", "+198.51.100.1/32 +192.0.2.0/24 +2001:db8::/32 -all" },
    { "all-first.example", "~all" },
    { "bare.example", "" },
    { "nowhere.example", "" },
    { "spf10.example", "" },
    { "ten.example", "+192.0.2.1/32 +192.0.2.1/32 +192.0.2.1/32 +192.0.2.1/32 +192.0.2.1/32 +192.0.2.1/32"
                     " +192.0.2.1/32 +192.0.2.1/32 +192.0.2.1/32 +192.0.2.1/32 -all" },
    { "two-voids.example", "-all" },
    /* unknown, from some place on */
    { "exists.example", "+192.0.2.1/32 uall" },
    { "ptr.example", "uall" },
    { "macro.example", "uall" },
    { "macro-redirect.example", "uall" },
    { "in-macro.example", "+192.0.2.1/32 uall +192.0.2.9/32 -all" },
    /* wrong, or too long to follow */
    { "two.example", "uall" },
    { "wrong.example", "uall" },
    { "wrong-address.example", "uall" },
    { "wrong-length.example", "uall" },
    { "no-inner.example", "uall" },
    { "self.example", "uall" },
    { "loop-a.example", "uall" },
    { "many.example", "uall" },
    { "voids.example", "uall" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *ranges = NULL;
    SpfState got = flattened(rows[i].domain, &ranges, NULL);
    if (got != SPF_READY || g_strcmp0(ranges, rows[i].want) != 0)
      fail_msg("%s: state %d, got \"%s\", want \"%s\"", rows[i].domain, got, ranges, rows[i].want);
  }
}

static void what_is_not_known_yet_is_all_asked_for_at_once(void **state)
{
  g_autofree char *ranges = NULL;
  guint waits = 0;
  assert_int_equal(flattened("waits.example", &ranges, &waits), SPF_WAITS);
  assert_int_equal(waits, 2);
  assert_null(ranges);
}

static void a_failure_says_nothing_about_the_domain(void **state)
{
  g_autofree char *ranges = NULL;
  assert_int_equal(flattened("fails.example", &ranges, NULL), SPF_FAILS);
  assert_null(ranges);
}

static void ranges_say_what_a_host_may(void **state)
{
  static const struct {
    const char *ranges, *address;
    SpfResult want;
  } rows[] = {
    { "+192.0.2.0/24 -all", "192.0.2.255", SPF_PASS },
    { "+192.0.2.0/24 -all", "192.0.3.0", SPF_FAIL },
    { "+192.0.2.0/24 ~all", "2001:db8::1", SPF_SOFTFAIL },
    { "+192.0.2.0/24 ?all", "192.0.3.0", SPF_NOTHING },
    { "+192.0.2.0/24", "192.0.3.0", SPF_NOTHING },
    { "+192.0.2.64/26 -all", "192.0.2.128", SPF_FAIL },
    { "+192.0.2.64/26 -all", "192.0.2.127", SPF_PASS },
    { "-192.0.2.1/32 +0.0.0.0/0", "192.0.2.1", SPF_FAIL },
    { "-192.0.2.1/32 +0.0.0.0/0", "192.0.2.2", SPF_PASS },
    { "u192.0.2.2/32 +192.0.2.0/24 -all", "192.0.2.2", SPF_NOTHING },
    { "uall -all", "192.0.2.2", SPF_NOTHING },
    { "+2001:db8::/33 -all", "2001:db8:7fff::1", SPF_PASS },
    { "+2001:db8::/33 -all", "2001:db8:8000::1", SPF_FAIL },
    { "+2001:db8::/32", "192.0.2.1", SPF_NOTHING },
    { "", "192.0.2.1", SPF_NOTHING },
    { "-all", "host.example", SPF_NOTHING },
    { "-192.0.2.1 -192.0.2.1/99 +all", "192.0.2.1", SPF_PASS },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    if (spf_match(rows[i].ranges, rows[i].address) != rows[i].want)
      fail_msg("\"%s\" of %s: not %d", rows[i].ranges, rows[i].address, rows[i].want);
}

static const DnsAnswer *ask_one(gpointer data, DnsType type, const char *name) { return data; }

/* A record of nothing but numbers is not without end, either. */
static void a_record_of_a_thousand_ranges_is_unknown(void **state)
{
  g_autoptr(GString) text = g_string_new("v=spf1");
  for (guint i = 0; i < 1000; i++) g_string_append_printf(text, " ip4:10.0.%u.%u", i / 256, i % 256);
  g_autoptr(DnsAnswer) answer = dns_answer_new(DNS_TXT, "x.example", DNS_FOUND);
  g_ptr_array_add(answer->values, g_strdup(text->str));
  g_autofree char *got = NULL;
  assert_int_equal(spf_flatten("x.example", ask_one, answer, &got), SPF_READY);
  assert_string_equal(got, "uall");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_record_comes_to_ranges),
    cmocka_unit_test(what_is_not_known_yet_is_all_asked_for_at_once),
    cmocka_unit_test(a_failure_says_nothing_about_the_domain),
    cmocka_unit_test(ranges_say_what_a_host_may),
    cmocka_unit_test(a_record_of_a_thousand_ranges_is_unknown),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
