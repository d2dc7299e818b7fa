/* test_dns.c - the form of names and of answers
 * Owns:     tables of names and values.
 * Must not: ask anybody.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/dns.c */
#include "filter/dns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

typedef struct {
  const char *given, *want;
} Row;

static void check(const Row *row, char *got)
{
  if (g_strcmp0(got, row->want) != 0) fail_msg("given \"%s\": got \"%s\", want \"%s\"", row->given, got, row->want);
  g_free(got);
}

static void a_name_has_one_form(void **state)
{
  g_autofree char *label = g_strnfill(63, 'a'), *more = g_strnfill(64, 'a'), *long_name = g_strnfill(254, 'a');
  for (guint i = 9; i < 254; i += 10) long_name[i] = '.';
  g_autofree char *longest = g_strndup(long_name, 253);
  const Row rows[] = {
    { "Mail.Example.ORG", "mail.example.org" },
    { "example.org.", "example.org" },
    { "bücher.example", "xn--bcher-kva.example" },
    { "_dmarc.example.org", "_dmarc.example.org" },
    { label, label },
    { longest, longest },
    { more, NULL },
    { long_name, NULL },
    { "", NULL },
    { ".", NULL },
    { "a..b", NULL },
    { ".a", NULL },
    { "a b.example", NULL },
    { "a\n1 A b.example", NULL },
    { "%{i}.example", NULL },
    { "\xff.example", NULL },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) check(&rows[i], dns_name(rows[i].given));
}

static void an_address_is_asked_for_backwards(void **state)
{
  static const Row zones[] = {
    { "192.0.2.1", "1.2.0.192.list.example" },
    { "2001:db8::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.list.example" },
    { "192.0.2.256", NULL },
    { "mail.example.org", NULL },
  };
  static const Row own[] = {
    { "192.0.2.1", "1.2.0.192.in-addr.arpa" },
    { "2001:db8::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa" },
    { NULL, NULL },
  };
  g_autofree char *zone = g_strnfill(240, 'a'), *none = dns_name_of_address("192.0.2.1", zone);
  for (guint i = 0; i < G_N_ELEMENTS(zones); i++) check(&zones[i], dns_name_of_address(zones[i].given, "list.example"));
  for (guint i = 0; i < G_N_ELEMENTS(own); i++) check(&own[i], dns_reverse_name(own[i].given));
  assert_null(none);
}

static void only_values_of_their_type_are_good(void **state)
{
  static const struct {
    DnsType type;
    const char *value;
    gboolean good;
  } rows[] = {
    { DNS_A, "192.0.2.1", TRUE },
    { DNS_A, "192.0.2.01", FALSE },
    { DNS_A, "2001:db8::1", FALSE },
    { DNS_AAAA, "2001:db8::1", TRUE },
    { DNS_AAAA, "2001:DB8::1", FALSE },
    { DNS_PTR, "host.example", TRUE },
    { DNS_PTR, "Host.example", FALSE },
    { DNS_PTR, "host example", FALSE },
    { DNS_MX, "10 mx.example", TRUE },
    { DNS_MX, "0 .", TRUE },
    { DNS_MX, "99999 mx.example", FALSE },
    { DNS_MX, "mx.example", FALSE },
    { DNS_MX, "10 ", FALSE },
    { DNS_MX, "", FALSE },
    { DNS_TXT, "v=spf1 %{i} \\ -all", TRUE },
    { DNS_TXT, "a\nb", FALSE },
    { DNS_TXT, "\xc3\xa4", FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    if (dns_value_is_good(rows[i].type, rows[i].value) != rows[i].good)
      fail_msg("%s \"%s\"", dns_type_name(rows[i].type), rows[i].value);
  g_autofree char *text = g_strnfill(DNS_VALUE_LONGEST + 1, 'a');
  assert_false(dns_value_is_good(DNS_TXT, text));
}

static void a_question_is_asked_once_and_not_without_end(void **state)
{
  g_autoptr(GPtrArray) questions = g_ptr_array_new_with_free_func((GDestroyNotify)dns_question_free);
  dns_want(questions, DNS_A, "example.org");
  dns_want(questions, DNS_A, "example.org");
  dns_want(questions, DNS_AAAA, "example.org");
  assert_int_equal(questions->len, 2);
  for (guint i = 0; i < 1000; i++) {
    g_autofree char *name = g_strdup_printf("h%u.example", i);
    dns_want(questions, DNS_A, name);
  }
  assert_int_equal(questions->len, DNS_QUESTIONS_MOST);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_name_has_one_form),
    cmocka_unit_test(an_address_is_asked_for_backwards),
    cmocka_unit_test(only_values_of_their_type_are_good),
    cmocka_unit_test(a_question_is_asked_once_and_not_without_end),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
