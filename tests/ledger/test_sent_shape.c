/* test_sent_shape.c - which Sent folders and which times give coverage
 * Owns:     ledgers in memory.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/sent_shape.c ledger/silence.c ledger/coverage.c */
#include "tests/rigs/trust_rig.h"

/* Which mail in a folder makes coverage. */
static void only_mail_from_the_owner_makes_coverage(void **state)
{
  static const struct {
    const char *what, *addresses;
    guint own, strange, writers, delivered; /* writers: of the strange ones; delivered: of all */
    gboolean covered;
    const char *gap;
  } rows[] = {
    { "all from the owner", TRUST_ME, 10, 0, 1, 0, TRUE, NULL },
    { "half of it", TRUST_ME, 10, 10, 1, 0, TRUE, NULL },
    { "mostly from another", TRUST_ME, 10, 11, 1, 0, FALSE,
      "11 of 21 messages in “Sent” of account “home” are not from" },
    { "from others only", TRUST_ME, 0, 5, 2, 0, FALSE, "5 of 5 messages in “Sent”" },
    { "all from one address that is not listed", TRUST_ME, 0, 5, 1, 0, TRUE, NULL },
    { "all from one address, and received", TRUST_ME, 0, 5, 1, 1, FALSE, "5 of 5 messages in “Sent”" },
    { "a pattern", "*@example.org", 10, 5, 1, 0, TRUE, NULL },
    { "any address", "*", 10, 20, 1, 0, TRUE, NULL },
    { "any address, half of it delivered", "*", 10, 10, 1, 10, TRUE, NULL },
    { "any address, most of it delivered", "*", 10, 10, 1, 11, FALSE,
      "11 of 20 messages in “Sent” of account “home” were" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *gap = NULL;
    g_autoptr(Ledger) ledger = trust_ledger(rows[i].addresses, FALSE);
    for (guint k = 0; k < rows[i].own + rows[i].strange; k++) {
      g_autofree char *id = g_strdup_printf("%u@a", k);
      g_autofree char *other = g_strdup_printf("other%u@elsewhere.example", k % rows[i].writers);
      trust_send(ledger, "Sent", k < rows[i].own ? TRUST_ME : other, id, "x@y.example", NULL,
                 RIG_NOW - (2 + k % 10 * 2) * DAY, k < rows[i].delivered);
    }
    if (trust_covered(ledger, TRUST_ME, 1, &gap) != rows[i].covered) fail_msg("%s: %s", rows[i].what, gap);
    if (rows[i].gap != NULL && strstr(gap, rows[i].gap) == NULL) fail_msg("%s: %s", rows[i].what, gap);
  }
}

/* What others wrote long ago says nothing about what the owner sent then. */
static void coverage_begins_with_the_first_message_from_the_owner(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = trust_ledger(TRUST_ME, FALSE);
  trust_send(ledger, "Sent", "other@elsewhere.example", "1@a", "x@y.example", NULL, RIG_NOW - 300 * DAY, FALSE);
  trust_send(ledger, "Sent", TRUST_ME, "2@a", "x@y.example", NULL, RIG_NOW - 100 * DAY, FALSE);
  g_autoptr(GPtrArray) list = coverage_list(ledger, "home", &error);
  OK(list != NULL);
  assert_int_equal(((const Coverage *)list->pdata[0])->from, RIG_NOW - 100 * DAY);
}

/* A folder that gives none is passed over where another one gives coverage, and never veils it. */
static void a_folder_without_coverage_never_veils_another(void **state)
{
  GError *error = NULL;
  static const char *const both[] = { "Archive", "Sent" }, *const inbox[] = { "Archive" };
  g_autofree char *gap = NULL;
  g_autoptr(Ledger) ledger = trust_ledger(TRUST_ME, FALSE);
  for (guint i = 0; i < 5; i++) {
    g_autofree char *id = g_strdup_printf("%u@a", i);
    g_autofree char *other = g_strdup_printf("other%u@elsewhere.example", i);
    trust_send(ledger, "Archive", other, id, TRUST_ME, NULL, RIG_NOW - i * DAY, FALSE);
  }
  OK(folder_use_sent(ledger, "home", both, 2, &error));
  assert_true(trust_covered(ledger, TRUST_ME, 1, NULL));
  OK(folder_use_sent(ledger, "home", inbox, 1, &error));
  assert_false(trust_covered(ledger, TRUST_ME, 1, &gap));
  assert_non_null(strstr(gap, "“Archive”"));
  OK(folder_use_sent(ledger, "home", both + 1, 1, &error));
  OK(folder_use_watched(ledger, "home", both + 1, 1, &error));
  g_free(g_steal_pointer(&gap));
  assert_false(trust_covered(ledger, TRUST_ME, 1, &gap));
  assert_non_null(strstr(gap, "is watched"));
}

/* Days before RIG_NOW on which mail was sent, at an interval; and a silence in it. */
static void a_silence_much_longer_than_usual_is_a_gap(void **state)
{
  static const struct {
    const char *what;
    guint every, from, to; /* a letter every so many days, but none between from and to days ago */
    gint64 ago;            /* when the report came */
    gboolean covered;
  } rows[] = {
    { "no silence", 1, 0, 0, 60, TRUE },
    { "31 days and more", 1, 80, 40, 60, FALSE },
    { "its end", 1, 80, 40, 30, FALSE },
    { "after it", 1, 80, 40, 20, TRUE },
    { "before it", 1, 80, 40, 90, TRUE },
    { "a month is none", 1, 80, 52, 60, TRUE },
    { "thirty days are none", 1, 80, 50, 60, TRUE },
    { "a day more is one", 1, 80, 49, 60, FALSE },
    { "who writes seldom is silent often", 13, 180, 60, 90, TRUE },
    { "but not for half a year", 13, 250, 60, 90, FALSE },
    { "until now", 1, 50, 0, 1, FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *gap = NULL;
    g_autoptr(Ledger) ledger = trust_ledger(TRUST_ME, FALSE);
    for (guint day = 1; day <= 390; day += rows[i].every) {
      g_autofree char *id = g_strdup_printf("%u@a", day);
      if (day > rows[i].to && day < rows[i].from) continue;
      trust_send(ledger, "Sent", TRUST_ME, id, "x@y.example", NULL, RIG_NOW - day * DAY, FALSE);
    }
    if (trust_covered(ledger, TRUST_ME, rows[i].ago, &gap) != rows[i].covered) fail_msg("%s: %s", rows[i].what, gap);
  }
}

int main(void)
{
  filter_init();
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(only_mail_from_the_owner_makes_coverage),
    cmocka_unit_test(coverage_begins_with_the_first_message_from_the_owner),
    cmocka_unit_test(a_folder_without_coverage_never_veils_another),
    cmocka_unit_test(a_silence_much_longer_than_usual_is_a_gap),
  };
  return cmocka_run_group_tests_name("ledger_sent_shape", tests, NULL, NULL);
}
