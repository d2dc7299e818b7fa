/* test_zones.c - which answers of a blocklist say that something is listed
 * Owns:     tables of configurations and answers.
 * Must not: ask anybody.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/zones.c */
#include "filter/zones.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void an_answer_counts_only_where_it_is_accepted(void **state)
{
  static const struct {
    ZoneKind kind;
    const char *zone, *answers, *want; /* answers: with a space between */
  } rows[] = {
    { ZONE_ADDRESSES, "list.example", "127.0.0.2", "127.0.0.2" },
    { ZONE_ADDRESSES, "list.example", "127.0.0.9", "127.0.0.9" },
    { ZONE_ADDRESSES, "list.example", "127.0.0.10", NULL },
    { ZONE_ADDRESSES, "list.example=127.0.0.10", "127.0.0.10", "127.0.0.10" },
    { ZONE_ADDRESSES, "list.example = 127.0.0.2-4, 127.0.1.7", "127.0.0.5", NULL },
    { ZONE_ADDRESSES, "list.example = 127.0.0.2-4, 127.0.1.7", "127.0.0.5 127.0.1.7", "127.0.1.7" },
    { ZONE_LINKS, "links.example", "127.0.1.2", "127.0.1.2" },
    { ZONE_LINKS, "links.example", "127.0.1.255", NULL },
    /* lines of people at home */
    { ZONE_ADDRESSES, "zen.spamhaus.org", "127.0.0.10", NULL },
    { ZONE_ADDRESSES, "zen.spamhaus.org=127.0.0.2-255", "127.0.0.10 127.0.0.11", NULL },
    { ZONE_ADDRESSES, "k3y.zen.dq.spamhaus.net=127.0.0.2-255", "127.0.0.11", NULL },
    { ZONE_ADDRESSES, "zen.spamhaus.org", "127.0.0.11 127.0.0.4", "127.0.0.4" },
    /* refusals, and name servers that answer everything */
    { ZONE_ADDRESSES, "zen.spamhaus.org", "127.255.255.254", NULL },
    { ZONE_ADDRESSES, "list.example=127.255.255.252-255", "127.255.255.254", NULL },
    { ZONE_LINKS, "links.example=127.0.0.1-255", "127.0.0.1", NULL },
    { ZONE_ADDRESSES, "list.example", "192.0.2.80", NULL },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    const char *problem = NULL;
    g_autoptr(Zone) zone = zone_parse(rows[i].kind, rows[i].zone, &problem);
    g_auto(GStrv) values = g_strsplit(rows[i].answers, " ", -1);
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    for (char **value = values; *value != NULL; value++) g_ptr_array_add(list, *value);
    const char *got = zone != NULL ? zone_listed(zone, list) : problem;
    if (g_strcmp0(got, rows[i].want) != 0)
      fail_msg("%s, %s: got %s, want %s", rows[i].zone, rows[i].answers, got, rows[i].want);
  }
}

static void a_configuration_that_says_something_else_is_refused(void **state)
{
  static const char *const wrong[] = { "",
                                       "list",
                                       "list example.org",
                                       "list.example=",
                                       "list.example=2",
                                       "list.example=127.0.0.2-1",
                                       "list.example=127.0.0.2-256",
                                       "list.example=192.0.2.1",
                                       "list.example=127.0.0.2,,127.0.0.3",
                                       "list.example=127.0.0.2=127.0.0.3" };
  for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
    const char *problem = NULL;
    g_autoptr(Zone) zone = zone_parse(ZONE_ADDRESSES, wrong[i], &problem);
    if (zone != NULL || problem == NULL) fail_msg("\"%s\" was taken", wrong[i]);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_answer_counts_only_where_it_is_accepted),
    cmocka_unit_test(a_configuration_that_says_something_else_is_refused),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
