/* test_coverage.c - for which times the ledger is complete
 * Owns:     ledgers in memory.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/coverage.c ledger/gap.c */
#include "ledger/configure.h"
#include "ledger/db.h"
#include "tests/rigs/ledger_rig.h"

#define NOW ((gint64)1700000000)

typedef struct {
  const char *account, *folder;
  gint64 oldest, synced; /* days and seconds before NOW; -1: never */
  gboolean unused;
} Mark;

/* Reports come to me@example.org (home) at NOW. */
static const struct {
  const char *what;
  Mark marks[3];
  const char *account;   /* of the query */
  const char *addressed; /* more mailboxes it came to */
  const char *senders;   /* of the original */
  gboolean covered, stale;
  int from, to;    /* days and seconds before NOW; -1: 0 */
  const char *gap; /* part of the sentence */
} cases[] = {
  { "nothing known", {}, "home", NULL, NULL, FALSE, FALSE, -1, -1, "Account “home” has no Sent folder" },
  { "complete", { { "home", "Sent", 100, 0 } }, "home", NULL, NULL, TRUE, FALSE, 100, 0, NULL },
  { "from just in time", { { "home", "Sent", 14, 0 } }, "home", NULL, NULL, TRUE, FALSE, 14, 0, NULL },
  { "from too late",
    { { "home", "Sent", 13, 0 } },
    "home",
    NULL,
    NULL,
    FALSE,
    FALSE,
    13,
    0,
    "“Sent” of account “home” is known from" },
  { "read too early", { { "home", "Sent", 100, 1 } }, "home", NULL, NULL, FALSE, TRUE, 100, 1, "was last read on" },
  { "both", { { "home", "Sent", 13, 1 } }, "home", NULL, NULL, FALSE, FALSE, 13, 1, "is known from" },
  { "never read to its end",
    { { "home", "Sent", 100, -1 } },
    "home",
    NULL,
    NULL,
    FALSE,
    TRUE,
    -1,
    -1,
    "never been read to its end" },
  { "never held a message",
    { { "home", "Sent", -1, 0 } },
    "home",
    NULL,
    NULL,
    FALSE,
    FALSE,
    -1,
    -1,
    "never held a message" },
  { "no longer in use",
    { { "home", "Sent", 100, 0, TRUE } },
    "home",
    NULL,
    NULL,
    FALSE,
    FALSE,
    -1,
    -1,
    "no Sent folder" },
  { "two folders: the shorter",
    { { "home", "Sent", 100, 0 }, { "home", "Old", 50, 0 } },
    "home",
    NULL,
    NULL,
    TRUE,
    FALSE,
    50,
    0,
    NULL },
  { "two folders: one late",
    { { "home", "Sent", 100, 0 }, { "home", "Old", 50, 9 } },
    "home",
    NULL,
    NULL,
    FALSE,
    TRUE,
    50,
    9,
    "“Old”" },
  { "two folders: one empty",
    { { "home", "Sent", 100, 0 }, { "home", "Old", -1, 0 } },
    "home",
    NULL,
    NULL,
    FALSE,
    FALSE,
    -1,
    -1,
    "“Old”" },
  { "one late, one short",
    { { "home", "Sent", 5, 0 }, { "home", "Old", 50, 9 } },
    "home",
    NULL,
    NULL,
    FALSE,
    FALSE,
    5,
    9,
    "“Sent”" },
  { "only mine matter",
    { { "home", "Sent", 100, 0 }, { "work", "Sent", 1, 0 } },
    "home",
    NULL,
    NULL,
    TRUE,
    FALSE,
    100,
    0,
    NULL },
  { "whose mailbox it is in counts",
    { { "home", "Sent", 100, 0 } },
    "work",
    NULL,
    NULL,
    FALSE,
    FALSE,
    -1,
    -1,
    "“work”" },
  { "whose address it came to counts",
    { { "home", "Sent", 100, 0 }, { "work", "Sent", 1, 0 } },
    "home",
    "me@work.example",
    NULL,
    FALSE,
    FALSE,
    1,
    0,
    "“work”" },
  { "whose address the original was from counts",
    { { "home", "Sent", 100, 0 }, { "work", "Sent", 90, 3 } },
    "home",
    NULL,
    "me@work.example",
    FALSE,
    TRUE,
    90,
    3,
    "“work”" },
  { "a pattern",
    { { "home", "Sent", 100, 0 }, { "work", "Sent", 100, 0 } },
    "work",
    "any@my.example",
    NULL,
    TRUE,
    FALSE,
    100,
    0,
    NULL },
  { "no account: by address",
    { { "home", "Sent", 100, 0 }, { "work", "Sent", 1, 0 } },
    NULL,
    NULL,
    NULL,
    TRUE,
    FALSE,
    100,
    0,
    NULL },
  { "a stranger's account", { { "home", "Sent", 100, 0 } }, "nobody", NULL, NULL, FALSE, FALSE, -1, -1, "“nobody”" },
};

static void set_mark(Ledger *ledger, const Mark *mark)
{
  GError *error = NULL;
  const FolderMark folder = { 1, 2, mark->oldest < 0 ? 0 : NOW - mark->oldest * DAY,
                              mark->synced < 0 ? 0 : NOW - mark->synced };
  OK(folder_mark_set(ledger, mark->account, mark->folder, FOLDER_ROLE_SENT, &folder, &error));
}

static Ledger *with_marks(const Mark *marks, guint n)
{
  GError *error = NULL;
  Ledger *ledger = rig_ledger();
  const char *const accounts[] = { "home", "work" };
  for (guint a = 0; a < 2; a++) {
    const char *used[3];
    guint n_used = 0;
    for (guint i = 0; i < n && marks[i].account != NULL; i++) {
      if (!g_str_equal(marks[i].account, accounts[a])) continue;
      set_mark(ledger, &marks[i]);
      if (!marks[i].unused) used[n_used++] = marks[i].folder;
    }
    OK(folder_use_sent(ledger, accounts[a], used, n_used, &error));
  }
  return ledger;
}

/* Clocks differ and seconds are coarse, so another account's look must be later than the report's own coming. */
static void another_account_must_look_after_the_report_came(void **state)
{
  static const struct {
    int arrived, seen, home, work; /* seconds before NOW; seen 0: just now */
    gboolean covered;
  } rows[] = {
    { 0, 0, 0, 0, FALSE },                                    /* in the same second: before or after? */
    { 0, 5, 0, 4, TRUE },                                     /* seen, then both were looked at */
    { 0, 5, 0, 5, FALSE },         { 300, 0, 0, 200, FALSE }, /* the server's clock may be behind */
    { 86400, 0, 0, 200, TRUE },                               /* but not by a day */
    { 86400, 0, 0, 86400, FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    const Mark marks[] = { { "home", "Sent", 100, rows[i].home }, { "work", "Sent", 100, rows[i].work } };
    g_autoptr(Ledger) ledger = with_marks(marks, G_N_ELEMENTS(marks));
    g_autoptr(Report) report = rig_report("foreign@x", NULL, NULL);
    g_ptr_array_add(report->addressed, g_strdup("me@work.example"));
    const FactsQuery query = { "home", NOW - rows[i].arrived, NOW, rows[i].seen != 0 ? NOW - rows[i].seen : 0 };
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, &error);
    OK(facts != NULL);
    if (facts->covered != rows[i].covered || facts->stale == rows[i].covered) fail_msg("row %u: %s", i, facts->gap);
  }
}

static void the_ledger_covers_what_its_sent_folders_are_known_to_hold(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = with_marks(cases[i].marks, G_N_ELEMENTS(cases[i].marks));
    g_autoptr(Report) report = rig_report("foreign@x", NULL, NULL);
    if (cases[i].addressed != NULL) g_ptr_array_add(report->addressed, g_strdup(cases[i].addressed));
    if (cases[i].senders != NULL) g_ptr_array_add(report->original.senders, g_strdup(cases[i].senders));
    const FactsQuery query = { cases[i].account, NOW, NOW, NOW - 1 };
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, &error);
    OK(facts != NULL);
    gint64 from = cases[i].from < 0 ? 0 : NOW - cases[i].from * DAY, to = cases[i].to < 0 ? 0 : NOW - cases[i].to;
    if (facts->covered != cases[i].covered || facts->stale != cases[i].stale || facts->from != from || facts->to != to)
      fail_msg("%s: covered %d, stale %d, from %d, to %d: %s", cases[i].what, facts->covered, facts->stale,
               (int)(NOW - facts->from), (int)(NOW - facts->to), facts->gap);
    if (cases[i].gap == NULL ? facts->gap != NULL : facts->gap == NULL || strstr(facts->gap, cases[i].gap) == NULL)
      fail_msg("%s: %s", cases[i].what, facts->gap);
  }
}

/* The time that is asked about. In days and seconds before NOW; original -1: shows no Date. */
static void the_time_that_must_be_covered_is_that_of_the_original(void **state)
{
  static const struct {
    gint64 arrived, date, original;
    gint64 from, to;
  } rows[] = {
    { NOW, 0, -1, 14 * DAY, 0 },
    { NOW, 0, 3 * DAY, 4 * DAY, 0 },
    { NOW, 0, 14 * DAY, 15 * DAY, 0 },
    { NOW, 0, 14 * DAY + 1, 14 * DAY, 0 },         /* too old to be believed */
    { NOW, 0, -3600, DAY, 0 },                     /* a clock that is fast */
    { NOW, 0, -2 * DAY, 14 * DAY, 0 },             /* a date that is wrong */
    { NOW - 5 * DAY, NOW, -1, 19 * DAY, 5 * DAY }, /* when it came, not its Date */
    { 0, NOW - 5 * DAY, -1, 19 * DAY, 5 * DAY },   /* its Date where nothing else tells */
    { 0, 0, -1, 14 * DAY, 0 },
    { NOW + 100, 0, -1, 14 * DAY, 0 }, /* not later than now */
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = rig_ledger();
    g_autoptr(Report) report = rig_report(NULL, NULL, NULL);
    report->date = rows[i].date;
    report->original.date = rows[i].original == -1 ? 0 : NOW - rows[i].original;
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ NULL, rows[i].arrived, NOW }, &error);
    OK(facts != NULL);
    if (facts->need_from != NOW - rows[i].from || facts->need_to != NOW - rows[i].to)
      fail_msg("row %u: from %d to %d", i, (int)(NOW - facts->need_from), (int)(NOW - facts->need_to));
  }
}

static void without_an_account_nothing_is_covered(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = ledger_open(NULL, LEDGER_MEMORY, &error);
  g_autoptr(Report) report = rig_report(NULL, NULL, NULL);
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ .now = NOW }, &error);
  OK(facts != NULL);
  assert_false(facts->covered);
  assert_false(facts->stale);
  assert_non_null(strstr(facts->gap, "No account"));
}

/* No account is named and the report shows no address: then all count; an account that is gone does not. */
static void a_report_without_account_and_address_asks_all_that_are_configured(void **state)
{
  static const Mark marks[] = { { "home", "Sent", 100, 0 }, { "work", "Sent", 50, 0 } };
  static const AccountSetup home = { (char *)"home", (char *)"me@example.org" };
  GError *error = NULL;
  g_autoptr(Ledger) ledger = with_marks(marks, 2);
  g_autoptr(Report) report = rig_report(NULL, NULL, NULL);
  g_ptr_array_set_size(report->addressed, 0);
  Facts *facts = ledger_facts(ledger, report, &(FactsQuery){ .now = NOW }, &error);
  OK(facts != NULL);
  assert_true(facts->covered);
  assert_int_equal(facts->from, NOW - 50 * DAY);
  facts_free(facts);
  OK(account_configure(ledger, &home, 1, &error));
  facts = ledger_facts(ledger, report, &(FactsQuery){ .now = NOW }, &error);
  assert_int_equal(facts->from, NOW - 100 * DAY);
  facts_free(facts);
  facts = ledger_facts(ledger, report, &(FactsQuery){ .account = "work", .now = NOW }, &error);
  assert_false(facts->covered);
  facts_free(facts);
}

static void coverage_is_listed_by_account_and_folder(void **state)
{
  static const Mark marks[] = { { "home", "Sent", 100, 3 }, { "home", "Old", -1, 3 }, { "work", "Sent", 50, -1 } };
  GError *error = NULL;
  g_autoptr(Ledger) ledger = with_marks(marks, 3);
  g_autoptr(GPtrArray) all = coverage_list(ledger, NULL, &error), home = coverage_list(ledger, "home", &error);
  assert_int_equal(all->len, 3);
  assert_int_equal(home->len, 2);
  const Coverage *old = g_ptr_array_index(home, 0), *sent = g_ptr_array_index(home, 1),
                 *work = g_ptr_array_index(all, 2);
  assert_string_equal(old->folder, "Old");
  assert_int_equal(old->from, 0);
  assert_string_equal(sent->account, "home");
  assert_int_equal(sent->from, NOW - 100 * DAY);
  assert_int_equal(sent->to, NOW - 3);
  assert_string_equal(work->account, "work");
  assert_int_equal(work->from, 0);
  FAILS(folder_use_sent(ledger, "nobody", NULL, 0, &error), LEDGER_ERROR_MISSING);
}

/* Gaps of one folder, added in this order; times in seconds from NOW. */
static void gaps_that_touch_become_one(void **state)
{
  static const struct {
    int since, until;
    const char *reason;
    const char *want; /* all that are known then */
  } rows[] = {
    { 100, 200, "a", " 100-200 a" },
    { 100, 200, "a", " 100-200 a" },
    { 120, 180, "a", " 100-200 a" },
    { 300, 300, "b", " 100-200 a" }, /* no time at all */
    { 400, 300, "b", " 100-200 a" },
    { 300, 400, "b", " 100-200 a 300-400 b" },
    { 350, 500, "c", " 100-200 a 300-500 c" },
    { 50, 60, "d", " 50-60 d 100-200 a 300-500 c" },
    { 100, 200, "e", " 50-60 d 100-200 e 300-500 c" },
    { 55, 350, "f", " 50-500 f" },
    { 40, 600, "g", " 40-600 g" },
    { 600, 700, "h", " 40-700 h" },
  };
  GError *error = NULL;
  const char *const used[] = { "Sent" };
  g_autoptr(Ledger) ledger = rig_ledger();
  OK(folder_use_sent(ledger, "home", used, 1, &error));
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GString) got = g_string_new(NULL);
    for (int twice = 0; twice < 2; twice++) { /* the second time writes nothing */
      gint64 changes = rig_number(ledger, "SELECT total_changes()");
      OK(coverage_gap_add(ledger, "home", "Sent", NOW + rows[i].since, NOW + rows[i].until, rows[i].reason, &error));
      if (twice) assert_int_equal(rig_number(ledger, "SELECT total_changes()"), changes);
    }
    g_autoptr(GPtrArray) gaps = coverage_gaps(ledger, "home", 0, &error);
    OK(gaps != NULL);
    for (guint k = 0; k < gaps->len; k++) {
      const CoverageGap *gap = g_ptr_array_index(gaps, k);
      assert_string_equal(gap->account, "home");
      assert_string_equal(gap->folder, "Sent");
      g_string_append_printf(got, " %d-%d %s", (int)(gap->since - NOW), (int)(gap->until - NOW), gap->reason);
    }
    assert_string_equal(got->str, rows[i].want);
  }
  FAILS(coverage_gap_add(ledger, "nobody", "Sent", 1, 2, "x", &error), LEDGER_ERROR_MISSING);
}

static void gaps_are_listed_by_account_and_end(void **state)
{
  static const Mark marks[] = { { "home", "Sent", 100, 0 },
                                { "home", "Old", 100, 0, TRUE },
                                { "work", "Sent", 50, 0 } };
  static const struct {
    const char *account;
    gint64 since;
    const char *want;
  } rows[] = {
    { NULL, 0, " work home home" }, { "home", 0, " home home" }, { "work", 0, " work" }, { "home", 19, " home home" },
    { "home", 20, " home" },        { NULL, 35, " work" },       { NULL, 99, "" }
  };
  static const AccountSetup work = { (char *)"work", (char *)"me@work.example" };
  GError *error = NULL;
  g_autoptr(Ledger) ledger = with_marks(marks, 3);
  OK(coverage_gap_add(ledger, "home", "Sent", 10, 20, "a", &error));
  OK(coverage_gap_add(ledger, "home", "Old", 10, 20, "no longer in use", &error));
  OK(coverage_gap_add(ledger, "work", "Sent", 5, 40, "c", &error));
  OK(coverage_gap_add(ledger, "home", "Sent", 30, 35, "b", &error));
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GString) got = g_string_new(NULL);
    g_autoptr(GPtrArray) gaps = coverage_gaps(ledger, rows[i].account, rows[i].since, &error);
    OK(gaps != NULL);
    for (guint k = 0; k < gaps->len; k++)
      g_string_append_printf(got, " %s", ((const CoverageGap *)g_ptr_array_index(gaps, k))->account);
    if (!g_str_equal(got->str, rows[i].want)) fail_msg("row %u:%s", i, got->str);
  }
  OK(account_configure(ledger, &work, 1, &error));
  g_autoptr(GPtrArray) rest = coverage_gaps(ledger, NULL, 0, &error);
  assert_int_equal(rest->len, 1);
}

/* However many there are, few are kept, and no time that was ever in a gap leaves it. */
static void of_many_gaps_few_are_kept_and_no_time_leaves_them(void **state)
{
  GError *error = NULL;
  const char *const used[] = { "Sent" };
  g_autoptr(Ledger) ledger = rig_ledger();
  OK(folder_use_sent(ledger, "home", used, 1, &error));
  for (guint i = 0; i < 200; i++) {
    gint64 since = NOW + ((i * 77) % 200) * 100 + i % 7; /* not in order, at uneven distances */
    OK(coverage_gap_add(ledger, "home", "Sent", since, since + 10, "a", &error));
  }
  g_autoptr(GPtrArray) gaps = coverage_gaps(ledger, "home", 0, &error);
  assert_int_equal(gaps->len, 50);
  for (guint i = 0; i < 200; i++) {
    gint64 since = NOW + ((i * 77) % 200) * 100 + i % 7;
    gboolean in = FALSE;
    for (guint k = 0; k < gaps->len; k++) {
      const CoverageGap *gap = g_ptr_array_index(gaps, k);
      in = in || (gap->since <= since && gap->until >= since + 10);
    }
    if (!in) fail_msg("gap %u is lost", i);
  }
  assert_true(((const CoverageGap *)g_ptr_array_index(gaps, 25))->until < NOW + 200 * 100);
}

/* A report that came at NOW, whose original was sent in the 14 days before; one gap, in days and seconds before NOW. */
static void a_gap_in_the_time_asked_about_ends_coverage(void **state)
{
  static const struct {
    const char *account, *folder;
    gint64 since, until; /* seconds before NOW */
    gboolean late;       /* Sent was last read one second before NOW */
    gboolean covered, stale;
    const char *gap;
  } rows[] = {
    { "home", "Sent", 5 * DAY, 4 * DAY, FALSE, FALSE, FALSE, "“Sent” of account “home” between" },
    { "home", "Sent", 5 * DAY, 4 * DAY, FALSE, FALSE, FALSE, ": 3 messages were gone." },
    { "home", "Sent", 5 * DAY, 4 * DAY, TRUE, FALSE, FALSE, "3 messages" }, /* another look does not close it */
    { "home", "Sent", 90 * DAY, 1, FALSE, FALSE, FALSE, "3 messages" },
    { "home", "Sent", 15 * DAY, 14 * DAY, FALSE, FALSE, FALSE, "3 messages" }, /* the ends count, and clocks differ */
    { "home", "Sent", 15 * DAY, 14 * DAY + 600, FALSE, FALSE, FALSE, "3 messages" },
    { "home", "Sent", 15 * DAY, 14 * DAY + 601, FALSE, TRUE, FALSE, NULL },
    { "home", "Sent", 0, -DAY, FALSE, FALSE, FALSE, "3 messages" },
    { "home", "Sent", -90, -120, FALSE, FALSE, FALSE, "3 messages" }, /* the server is two minutes behind */
    { "home", "Sent", -600, -DAY, FALSE, FALSE, FALSE, "3 messages" },
    { "home", "Sent", -601, -DAY, FALSE, TRUE, FALSE, NULL },
    { "home", "Old", 5 * DAY, 4 * DAY, FALSE, TRUE, FALSE, NULL }, /* not in use */
    { "work", "Sent", 5 * DAY, 4 * DAY, FALSE, TRUE, FALSE, NULL },
    { "work", "Sent", 5 * DAY, 4 * DAY, TRUE, FALSE, TRUE, "was last read on" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    const Mark marks[] = { { "home", "Sent", 100, rows[i].late }, { "work", "Sent", 100, 0 } };
    GError *error = NULL;
    g_autoptr(Ledger) ledger = with_marks(marks, 2);
    g_autoptr(Report) report = rig_report("foreign@x", NULL, NULL);
    OK(coverage_gap_add(ledger, rows[i].account, rows[i].folder, NOW - rows[i].since, NOW - rows[i].until,
                        "3 messages were gone", &error));
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", NOW, NOW }, &error);
    OK(facts != NULL);
    if (facts->covered != rows[i].covered || facts->stale != rows[i].stale
        || (rows[i].gap == NULL ? facts->gap != NULL : strstr(facts->gap, rows[i].gap) == NULL))
      fail_msg("row %u: covered %d, stale %d: %s", i, facts->covered, facts->stale, facts->gap);
  }
}

/* A look by a clock that was far ahead: it counts for nothing, until the next look. */
static void a_look_by_a_clock_that_was_ahead_counts_for_nothing_until_the_next(void **state)
{
  static const struct {
    gint64 ahead; /* of the clock */
    gint64 now;   /* of the question, less the clock */
    gboolean covered;
  } rows[] = { { 0, 0, TRUE }, { 3600, 0, FALSE }, { 400 * DAY, 0, FALSE }, { 3600, 3600, TRUE }, { 0, -3600, TRUE } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    const char *const used[] = { "Sent" };
    gint64 now = db_now();
    g_autoptr(Ledger) ledger = rig_ledger();
    g_autoptr(Report) report = rig_report("foreign@x", NULL, NULL);
    OK(folder_use_sent(ledger, "home", used, 1, &error));
    OK(folder_mark_set(ledger, "home", "Sent", FOLDER_ROLE_SENT, &(FolderMark){ 1, 2, NOW, now + rows[i].ahead },
                       &error));
    const FactsQuery query = { "home", now - DAY, now + rows[i].now };
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, &error);
    OK(facts != NULL);
    if (facts->covered != rows[i].covered || facts->stale == rows[i].covered) fail_msg("row %u: %s", i, facts->gap);
    if (!facts->covered) assert_non_null(strstr(facts->gap, "a clock that was wrong"));
    if (!facts->covered) assert_int_equal(facts->to, 0);
    OK(folder_mark_set(ledger, "home", "Sent", FOLDER_ROLE_SENT, &(FolderMark){ 1, 2, NOW, now }, &error));
    g_autoptr(Facts) again = ledger_facts(ledger, report, &query, &error);
    OK(again != NULL);
    assert_true(again->covered);
  }
}

/* An account without Sent folders, whose mail is sent from another: that one's coverage is its own. */
static void an_account_without_sent_folders_has_the_coverage_of_the_one_it_sends_from(void **state)
{
  static const struct {
    const char *sent_by;
    gint64 home; /* when home's Sent folder was last read, seconds before NOW */
    gboolean covered, stale;
    const char *gap;
  } rows[] = { { NULL, 0, FALSE, FALSE, "“pop”" },
               { "home", 0, TRUE, FALSE, NULL },
               { "home", 3 * DAY, FALSE, TRUE, "“home”" },
               { "nobody", 0, FALSE, FALSE, "“nobody”" } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = ledger_open(NULL, LEDGER_MEMORY, &error);
    const AccountSetup setups[] = { { (char *)"home", (char *)"me@example.org" },
                                    { (char *)"pop", (char *)"me@pop.example", NULL, (char *)rows[i].sent_by } };
    OK(account_configure(ledger, setups, 2, &error));
    gint64 changes = rig_number(ledger, "SELECT total_changes()");
    OK(account_configure(ledger, setups, 2, &error)); /* nothing new: nothing written */
    assert_int_equal(rig_number(ledger, "SELECT total_changes()"), changes);
    const char *const sent[] = { "Sent" };
    FolderMark mark = { .validity = 1, .next = 2, .oldest = NOW - 100 * DAY, .synced = NOW - rows[i].home };
    OK(folder_use_sent(ledger, "home", sent, 1, &error));
    OK(folder_mark_set(ledger, "home", "Sent", FOLDER_ROLE_SENT, &mark, &error));
    g_autoptr(Report) report = report_new();
    report->date = NOW - DAY;
    FactsQuery query = { .account = "pop", .arrived = NOW - DAY, .now = NOW };
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, &error);
    OK(facts != NULL);
    assert_int_equal(facts->covered, rows[i].covered);
    assert_int_equal(facts->stale, rows[i].stale);
    if (rows[i].gap != NULL) assert_non_null(strstr(facts->gap, rows[i].gap));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_ledger_covers_what_its_sent_folders_are_known_to_hold),
    cmocka_unit_test(another_account_must_look_after_the_report_came),
    cmocka_unit_test(the_time_that_must_be_covered_is_that_of_the_original),
    cmocka_unit_test(without_an_account_nothing_is_covered),
    cmocka_unit_test(a_report_without_account_and_address_asks_all_that_are_configured),
    cmocka_unit_test(coverage_is_listed_by_account_and_folder),
    cmocka_unit_test(gaps_that_touch_become_one),
    cmocka_unit_test(gaps_are_listed_by_account_and_end),
    cmocka_unit_test(a_gap_in_the_time_asked_about_ends_coverage),
    cmocka_unit_test(a_look_by_a_clock_that_was_ahead_counts_for_nothing_until_the_next),
    cmocka_unit_test(of_many_gaps_few_are_kept_and_no_time_leaves_them),
    cmocka_unit_test(an_account_without_sent_folders_has_the_coverage_of_the_one_it_sends_from)
  };
  return cmocka_run_group_tests_name("ledger_coverage", tests, NULL, NULL);
}
