/* test_complete.c - was all of a Sent folder read?
 * Owns:     ledgers in memory.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/complete.c */
#include "ledger/complete.h"
#include "ledger/private.h"
#include "tests/rigs/trust_rig.h"

/* UIDs that came, each sent on the day of its number; a message every second day. */
static void what_is_there_and_does_not_come_is_a_gap(void **state)
{
  static const struct {
    const char *what;
    guint32 uids[8];
    gboolean again; /* from = 10 was read before, with nine messages */
    guint exists, missing;
    const char *gaps; /* days */
  } rows[] = {
    { "all that there is", { 1, 2, 3 }, FALSE, 3, 0, "" },
    { "a hole before the first look", { 1, 2, 5, 6 }, FALSE, 4, 0, " 2-5" },
    { "two of them", { 1, 3, 5, 6 }, FALSE, 4, 0, " 1-5" },
    { "what is there and does not come", { 1, 2, 3 }, FALSE, 5, 2, " 0-50" },
    { "and it is known where", { 1, 2, 5, 6 }, FALSE, 5, 1, " 2-50" },
    { "nothing comes", { 0 }, FALSE, 2, 2, " 0-50" },
    { "nothing is there", { 0 }, FALSE, 0, 0, "" },
    { "more of a folder that is known", { 10, 11 }, TRUE, 11, 0, "" },
    { "more of it than comes", { 10, 11 }, TRUE, 12, 1, " 0-50" },
    { "some of it was removed", { 10, 11 }, TRUE, 5, 0, "" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    guint missing = 99;
    g_autoptr(GString) got = g_string_new(NULL);
    g_autoptr(Ledger) ledger = trust_ledger(TRUST_ME, FALSE);
    g_auto(Reading) reading = { 0 };
    if (rows[i].again) OK(db_exec(ledger, "UPDATE folder SET held = 9", &error));
    reading_begin(&reading, "home", "Sent", !rows[i].again, 10);
    for (guint k = 0; k < 8 && rows[i].uids[k] != 0; k++)
      reading_take(&reading, rows[i].uids[k], RIG_NOW + rows[i].uids[k] * DAY);
    OK(reading_end(ledger, &reading, rows[i].exists, RIG_NOW + 50 * DAY, &missing, &error));
    assert_int_equal(missing, rows[i].missing);
    g_autoptr(GPtrArray) gaps = coverage_gaps(ledger, "home", 0, &error);
    for (guint k = 0; k < gaps->len; k++) {
      const CoverageGap *gap = gaps->pdata[k];
      g_string_append_printf(got, " %d-%d", gap->since <= RIG_NOW ? 0 : (int)((gap->since - RIG_NOW) / DAY),
                             (int)((gap->until - RIG_NOW) / DAY));
    }
    if (!g_str_equal(got->str, rows[i].gaps)) fail_msg("%s:%s", rows[i].what, got->str);
  }
}

/* A server that skips numbers leaves one out before most messages; after ten of them, that is its habit. */
static void where_a_server_skips_numbers_holes_tell_nothing(void **state)
{
  static const struct {
    guint every, n; /* a number is missing before each so-manieth of n messages */
    gboolean skips;
  } rows[] = { { 1, 9, FALSE }, { 1, 10, TRUE }, { 2, 40, TRUE }, { 10, 200, FALSE }, { 9, 200, TRUE } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    guint missing = 0;
    gboolean skips = FALSE;
    g_autoptr(Ledger) ledger = trust_ledger(TRUST_ME, FALSE);
    g_auto(Reading) reading = { 0 };
    reading_begin(&reading, "home", "Sent", TRUE, 1);
    for (guint32 k = 1, uid = 0; k <= rows[i].n; k++) {
      uid += k % rows[i].every == 0 ? 2 : 1;
      reading_take(&reading, uid, RIG_NOW + uid);
    }
    OK(reading_end(ledger, &reading, rows[i].n, RIG_NOW + 10000, &missing, &error));
    OK(reading_skips(ledger, "home", "Sent", &skips, &error));
    if (skips != rows[i].skips) fail_msg("row %u", i);
    g_autoptr(GPtrArray) gaps = coverage_gaps(ledger, "home", 0, &error);
    if ((gaps->len == 0) != rows[i].skips) fail_msg("row %u: %u gaps", i, gaps->len);
  }
}

int main(void)
{
  filter_init();
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_there_and_does_not_come_is_a_gap),
    cmocka_unit_test(where_a_server_skips_numbers_holes_tell_nothing),
  };
  return cmocka_run_group_tests_name("ledger_complete", tests, NULL, NULL);
}
