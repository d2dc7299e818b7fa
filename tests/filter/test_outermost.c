/* test_outermost.c - from which host an original came, and where that may be the owner's own line
 * Owns:     a table of returned Received fields.
 * Must not: judge.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/outermost.c */
#include "filter/filter.h"
#include "filter/outermost.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define INNER                                                                                                          \
  "Received: from mx.reporter.test (mx.reporter.test [10.0.0.2]) by store.reporter.test with ESMTP id 1; x\n"
#define OWN_NAME                                                                                                       \
  "Received: from mx.reporter.test (mx.reporter.test [198.51.100.2]) by store.reporter.test with ESMTP id 1; x\n"
#define SCAN "Received: from localhost (localhost [127.0.0.1]) by mx.reporter.test with ESMTP id 2; x\n"
#define BOT "Received: from me.test (dsl-1.line.test [192.0.2.7]) by mx.reporter.test with SMTP id 3; x\n"
#define PROVIDER "Received: from out.mail.test (out.mail.test [192.0.2.25]) by mx.reporter.test with ESMTPS id 4; x\n"
#define HOME "Received: from pc (dsl-9.line.test [203.0.113.9]) by out.mail.test with ESMTP id 5; x\n"
#define HOME_IN "Received: from pc (dsl-9.line.test [203.0.113.9]) by out.mail.test with ESMTPSA id 5; x\n"
#define HOUSE "Received: from laptop (laptop.lan [192.168.1.4]) by server.home.test with ESMTP id 6; x\n"
#define LINE "Received: from server.home.test (dsl-9.line.test [203.0.113.9]) by smart.isp.test with ESMTP id 7; x\n"
#define SIX "Received: from me.test (host.line.test [IPv6:2001:db8::7]) by mx.reporter.test with SMTP id 3; x\n"
#define BARE "Received: from unknown by mx.reporter.test with SMTP id 8; x\n"

static void the_host_is_told_only_where_it_is_not_the_owners_line(void **state)
{
  static const struct {
    const char *what, *fields, *want;
  } rows[] = {
    { "a bot before two servers", INNER BOT, "192.0.2.7" },
    { "the same over IPv6", INNER SIX, "2001:db8::7" },
    { "servers of one domain with public addresses", OWN_NAME BOT, "192.0.2.7" },
    { "a scanner between", INNER SCAN BOT, "192.0.2.7" },
    { "a provider that names its customer", INNER PROVIDER HOME, "192.0.2.25" },
    { "a provider's customer, refused at once", HOME, NULL },
    { "the same with a scanner", SCAN BOT, NULL }, /* a hop on the machine itself is no second one */
    { "somebody signed in", INNER PROVIDER HOME_IN, NULL },
    { "somebody signed in, and was refused", INNER HOME_IN, NULL },
    { "a server at home, over the line", LINE HOUSE, NULL },
    { "the same at a reporter", PROVIDER LINE HOUSE, NULL },
    { "a host without an address first", BARE BOT, NULL },
    { "a field that cannot be read", INNER "Received: (\n" BOT, NULL },
    { "none", "", NULL },
    { "nothing but a machine's own", SCAN SCAN SCAN, NULL },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GPtrArray) hops = g_ptr_array_new_with_free_func((GDestroyNotify)hop_free);
    hops_read((Span){ rows[i].fields, strlen(rows[i].fields) }, hops);
    const Hop *hop = outermost_hop(hops);
    const char *got = hop != NULL ? hop->address : NULL;
    if (g_strcmp0(got, rows[i].want) != 0) fail_msg("%s: got %s, want %s", rows[i].what, got, rows[i].want);
  }
}

/* Of a list that may have been cut, the end is not known: nobody may have signed in there, or everybody. */
static void a_chain_that_is_too_long_tells_nothing(void **state)
{
  g_autoptr(GPtrArray) hops = g_ptr_array_new_with_free_func((GDestroyNotify)hop_free);
  g_autoptr(GString) fields = g_string_new(NULL);
  for (guint i = 0; i < HOPS_MOST; i++) g_string_append(fields, i == 0 ? INNER : BOT);
  hops_read((Span){ fields->str, fields->len }, hops);
  assert_null(outermost_hop(hops));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_host_is_told_only_where_it_is_not_the_owners_line),
    cmocka_unit_test(a_chain_that_is_too_long_tells_nothing),
  };
  filter_init();
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
