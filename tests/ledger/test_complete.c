/* test_complete.c - was all of a Sent folder read?
 * Owns:     ledgers in memory.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/complete.c */
#include "ledger/complete.h"
#include "ledger/private.h"
#include "tests/rigs/ledger_rig.h"

#define NOW ((gint64)1700000000)
#define LAST (NOW + 40 * DAY)
#define THEN (NOW + 50 * DAY)

static Ledger *with_sent(gint64 held)
{
  GError *error = NULL;
  static const char *const sent[] = { "Sent" };
  Ledger *ledger = rig_ledger();
  FolderMark mark = { 1, 10, NOW - 400 * DAY, NOW };
  OK(folder_use_sent(ledger, "home", sent, 1, &error));
  OK(folder_mark_set(ledger, "home", "Sent", FOLDER_ROLE_SENT, &mark, &error));
  OK(db_run(ledger, &error, "UPDATE folder SET held = ?", "i", held));
  return ledger;
}

/* Gaps in days since NOW, "0" for the beginning of time. */
static char *gaps_of(Ledger *ledger)
{
  GError *error = NULL;
  g_autoptr(GString) text = g_string_new(NULL);
  g_autoptr(GPtrArray) gaps = coverage_gaps(ledger, "home", 0, &error);
  OK(gaps != NULL);
  for (guint k = 0; k < gaps->len; k++) {
    const CoverageGap *gap = gaps->pdata[k];
    g_string_append_printf(text, " %d-%d", gap->since <= NOW ? 0 : (int)((gap->since - NOW) / DAY),
                           (int)((gap->until - NOW) / DAY));
  }
  return g_string_free(g_steal_pointer(&text), FALSE);
}

/* UIDs that came, each sent on the day of its number. Where the folder is read on, UID 10 is the first one, nine
 * messages were there on the 40th day, and it is the 50th. */
static void what_came_and_was_not_read_is_a_gap(void **state)
{
  static const struct {
    const char *what;
    guint32 uids[8];
    ReadingKind kind;
    guint32 next;
    guint exists, missing, elsewhere, late;
    const char *gaps; /* days */
  } rows[] = {
    { "all that there is", { 1, 2, 3 }, READING_FIRST, 4, 3, 0, 0, 0, "" },
    { "a hole before the first look", { 1, 2, 5, 6 }, READING_FIRST, 7, 4, 0, 0, 0, " 2-5" },
    { "two of them", { 1, 3, 5, 6 }, READING_FIRST, 7, 4, 0, 0, 0, " 1-5" },
    { "the last ones were removed", { 1, 2 }, READING_FIRST, 5, 2, 0, 0, 0, " 2-50" },
    { "all were", { 0 }, READING_FIRST, 5, 0, 0, 0, 0, " 0-50" },
    { "what is there and does not come", { 1, 2, 3 }, READING_FIRST, 4, 5, 2, 0, 0, " 0-50" },
    { "beside a hole", { 1, 2, 5, 6 }, READING_FIRST, 7, 5, 1, 0, 0, " 0-50" },
    { "nothing comes", { 0 }, READING_FIRST, 1, 2, 2, 0, 0, " 0-50" },
    { "nothing is there", { 0 }, READING_FIRST, 1, 0, 0, 0, 0, "" },
    { "more of a folder that is known", { 10, 11 }, READING_ON, 12, 11, 0, 0, 0, "" },
    { "more of it than comes", { 10, 11 }, READING_ON, 12, 12, 1, 0, 0, " 40-50" },
    { "nothing new by its number, and one more", { 0 }, READING_ON, 10, 10, 1, 0, 0, " 40-50" },
    { "which is found late", { 0 }, READING_ON, 10, 10, 0, 0, 1, "" },
    { "some of it was removed", { 10, 11 }, READING_ON, 12, 5, 0, 0, 0, "" },
    { "some came and went", { 12 }, READING_ON, 13, 10, 0, 0, 0, " 40-50" },
    { "or the last ones did", { 10 }, READING_ON, 12, 10, 0, 0, 0, " 40-50" },
    { "one of them is in an archive", { 12 }, READING_ON, 13, 10, 0, 1, 0, " 40-50" },
    { "both are", { 12 }, READING_ON, 13, 10, 0, 2, 0, "" },
    { "numbered anew", { 2, 3 }, READING_AGAIN, 6, 2, 0, 0, 0, "" },
    { "numbered anew, and not all comes", { 2, 3 }, READING_AGAIN, 6, 3, 1, 0, 0, " 0-50" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    guint missing = 99;
    gint64 held = -2;
    gboolean on = rows[i].kind == READING_ON;
    g_autoptr(Ledger) ledger = with_sent(rows[i].kind == READING_FIRST ? -1 : 9);
    g_auto(Reading) reading = { 0 };
    reading_begin(&reading, "home", "Sent", rows[i].kind, on ? 10 : 1, on ? LAST : 0, THEN);
    reading.elsewhere = rows[i].elsewhere;
    reading.late = rows[i].late;
    for (guint k = 0; k < 8 && rows[i].uids[k] != 0; k++)
      reading_take(&reading, rows[i].uids[k], NOW + rows[i].uids[k] * DAY);
    OK(reading_missing(ledger, &reading, rows[i].exists, &missing, &error));
    OK(reading_end(ledger, &reading, rows[i].next, rows[i].exists, &error));
    if (missing != rows[i].missing) fail_msg("%s: %u missing", rows[i].what, missing);
    g_autofree char *got = gaps_of(ledger);
    if (!g_str_equal(got, rows[i].gaps)) fail_msg("%s:%s", rows[i].what, got);
    OK(reading_held(ledger, "home", "Sent", &held, &error));
    assert_int_equal(held, rows[i].exists);
  }
}

static void what_an_earlier_build_read_was_not_counted(void **state)
{
  GError *error = NULL;
  guint missing = 99;
  g_autoptr(Ledger) ledger = with_sent(-1);
  g_auto(Reading) reading = { 0 };
  reading_begin(&reading, "home", "Sent", READING_ON, 10, LAST, THEN);
  OK(reading_missing(ledger, &reading, 50, &missing, &error));
  assert_int_equal(missing, 0);
  OK(reading_end(ledger, &reading, 10, 50, &error));
  g_autofree char *got = gaps_of(ledger);
  assert_string_equal(got, "");
}

/* A reading that is cut off after a part of it was noted goes on from there, and knows what came before. */
static void a_reading_that_is_cut_off_goes_on(void **state)
{
  for (guint cut = 0; cut < 2; cut++) {
    GError *error = NULL;
    guint missing = 99, added = 0;
    FolderMark mark = { .validity = 1, .next = 1 };
    g_autoptr(Ledger) ledger = with_sent(-1);
    g_auto(Reading) reading = { 0 };
    reading_begin(&reading, "home", "Sent", READING_FIRST, 1, 0, THEN);
    for (guint32 uid = 1; uid <= 4; uid++) reading_take(&reading, uid == 4 ? 6 : uid, NOW + uid * DAY);
    OK(sent_read(ledger, &reading, NULL, 0, &mark, &added, &error));
    if (cut) {
      reading_clear(&reading);
      reading_begin(&reading, "home", "Sent", READING_FIRST, 7, 0, THEN);
    }
    reading_take(&reading, 7, NOW + 7 * DAY);
    OK(reading_missing(ledger, &reading, 5, &missing, &error));
    assert_int_equal(missing, 0);
    OK(reading_end(ledger, &reading, 8, 5, &error));
    g_autofree char *got = gaps_of(ledger);
    assert_string_equal(got, " 3-4");
  }
}

/* A server that skips numbers leaves one out before most messages; after ten of them, that is its habit. */
static void a_server_that_skips_ten_numbers_has_the_habit(void **state)
{
  static const struct {
    guint every, n; /* a number is missing before each so-manieth of n messages */
    gboolean skips;
  } rows[] = { { 1, 9, FALSE },    { 1, 10, TRUE },    { 2, 40, TRUE },
               { 10, 200, FALSE }, { 20, 200, FALSE }, { 9, 200, TRUE } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    guint32 uid = 0;
    gboolean skips = FALSE;
    g_autoptr(Ledger) ledger = with_sent(-1);
    g_auto(Reading) first = { 0 }, later = { 0 };
    reading_begin(&first, "home", "Sent", READING_FIRST, 1, 0, THEN);
    for (guint32 k = 1; k <= rows[i].n; k++) {
      uid += k % rows[i].every == 0 ? 2 : 1;
      reading_take(&first, uid, NOW + uid);
    }
    OK(reading_end(ledger, &first, uid + 1, rows[i].n, &error));
    OK(reading_skips(ledger, "home", "Sent", &skips, &error));
    if (skips != rows[i].skips) fail_msg("row %u", i);
    g_autoptr(GPtrArray) gaps = coverage_gaps(ledger, "home", 0, &error);
    if ((gaps->len == 0) != rows[i].skips) fail_msg("row %u: %u gaps", i, gaps->len);
    /* and what comes later is taken in the same way */
    OK(db_exec(ledger, "DELETE FROM gap", &error));
    reading_begin(&later, "home", "Sent", READING_ON, uid + 1, LAST, THEN);
    reading_take(&later, uid + 3, THEN);
    OK(reading_end(ledger, &later, uid + 4, rows[i].n + 1, &error));
    g_autofree char *got = gaps_of(ledger);
    OK(reading_skips(ledger, "home", "Sent", &skips, &error)); /* the tenth hole, or more than one in ten, may be new */
    assert_string_equal(got, skips ? "" : " 40-50");
  }
}

int main(void)
{
  filter_init();
  const struct CMUnitTest tests[] = { cmocka_unit_test(what_came_and_was_not_read_is_a_gap),
                                      cmocka_unit_test(what_an_earlier_build_read_was_not_counted),
                                      cmocka_unit_test(a_reading_that_is_cut_off_goes_on),
                                      cmocka_unit_test(a_server_that_skips_ten_numbers_has_the_habit) };
  return cmocka_run_group_tests_name("ledger_complete", tests, NULL, NULL);
}
