/* test_coverage.c - for which times the ledger is complete
 * Owns:     ledgers in memory.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/coverage.c */
#include "ledger/configure.h"
#include "ledger/db.h"
#include "tests/rigs/ledger_rig.h"

/* Reports come to me@example.org (home) at RIG_NOW. */
static const struct {
  const char *what;
  RigMark marks[3];
  const char *account;           /* of the query */
  const char *addressed;         /* more mailboxes it came to */
  const char *senders;           /* of the original */
  gboolean covered, stale, late; /* late: a look is due, but more than that is missing */
  int from, to;                  /* days and seconds before RIG_NOW; -1: 0 */
  const char *gap;               /* part of the sentence */
} cases[] = {
  { "nothing known", {}, "home", .from = -1, .to = -1, .gap = "Account “home” has no Sent folder" },
  { "complete", { { "home", "Sent", 100, 0 } }, "home", .covered = TRUE, .from = 100, .to = 0 },
  { "from just in time", { { "home", "Sent", 14, 0 } }, "home", .covered = TRUE, .from = 14, .to = 0 },
  { "from too late",
    { { "home", "Sent", 13, 0 } },
    "home",
    .from = 13,
    .to = 0,
    .gap = "“Sent” of account “home” is known from" },
  { "read too early",
    { { "home", "Sent", 100, 1 } },
    "home",
    .stale = TRUE,
    .from = 100,
    .to = 1,
    .gap = "was last read on" },
  { "both", { { "home", "Sent", 13, 1 } }, "home", .late = TRUE, .from = 13, .to = 1, .gap = "is known from" },
  { "never read to its end",
    { { "home", "Sent", 100, -1 } },
    "home",
    .stale = TRUE,
    .from = -1,
    .to = -1,
    .gap = "never been read to its end" },
  { "never held a message",
    { { "home", "Sent", -1, 0 } },
    "home",
    .from = -1,
    .to = -1,
    .gap = "never held a message" },
  { "no longer in use", { { "home", "Sent", 100, 0, TRUE } }, "home", .from = -1, .to = -1, .gap = "no Sent folder" },
  { "two folders: the shorter",
    { { "home", "Sent", 100, 0 }, { "home", "Old", 50, 0 } },
    "home",
    .covered = TRUE,
    .from = 50,
    .to = 0 },
  { "two folders: one late",
    { { "home", "Sent", 100, 0 }, { "home", "Old", 50, 9 } },
    "home",
    .stale = TRUE,
    .from = 50,
    .to = 9,
    .gap = "“Old”" },
  { "two folders: one empty",
    { { "home", "Sent", 100, 0 }, { "home", "Old", -1, 0 } },
    "home",
    .from = -1,
    .to = -1,
    .gap = "“Old”" },
  { "one late, one short",
    { { "home", "Sent", 5, 0 }, { "home", "Old", 50, 9 } },
    "home",
    .late = TRUE,
    .from = 5,
    .to = 9,
    .gap = "“Sent”" },
  { "only mine matter",
    { { "home", "Sent", 100, 0 }, { "work", "Sent", 1, 0 } },
    "home",
    .covered = TRUE,
    .from = 100,
    .to = 0 },
  { "whose mailbox it is in counts", { { "home", "Sent", 100, 0 } }, "work", .from = -1, .to = -1, .gap = "“work”" },
  { "whose address it came to counts",
    { { "home", "Sent", 100, 0 }, { "work", "Sent", 1, 0 } },
    "home",
    .addressed = "me@work.example",
    .from = 1,
    .to = 0,
    .gap = "“work”" },
  { "whose address the original was from counts",
    { { "home", "Sent", 100, 0 }, { "work", "Sent", 90, 3 } },
    "home",
    .senders = "me@work.example",
    .stale = TRUE,
    .from = 90,
    .to = 3,
    .gap = "“work”" },
  { "a pattern",
    { { "home", "Sent", 100, 0 }, { "work", "Sent", 100, 0 } },
    "work",
    .addressed = "any@my.example",
    .covered = TRUE,
    .from = 100,
    .to = 0 },
  { "no account: by address",
    { { "home", "Sent", 100, 0 }, { "work", "Sent", 1, 0 } },
    NULL,
    .covered = TRUE,
    .from = 100,
    .to = 0 },
  { "a stranger's account", { { "home", "Sent", 100, 0 } }, "nobody", .from = -1, .to = -1, .gap = "“nobody”" },
};

/* Clocks differ and seconds are coarse, so another account's look must be later than the report's own coming. */
static void another_account_must_look_after_the_report_came(void **state)
{
  static const struct {
    int arrived, seen, home, work; /* seconds before RIG_NOW; seen 0: just now */
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
    const RigMark marks[] = { { "home", "Sent", 100, rows[i].home }, { "work", "Sent", 100, rows[i].work } };
    g_autoptr(Ledger) ledger = rig_with_marks(marks, G_N_ELEMENTS(marks));
    g_autoptr(Report) report = rig_report("foreign@x", NULL, NULL);
    g_ptr_array_add(report->addressed, g_strdup("me@work.example"));
    const FactsQuery query = { "home", RIG_NOW - rows[i].arrived, RIG_NOW,
                               rows[i].seen != 0 ? RIG_NOW - rows[i].seen : 0 };
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, &error);
    OK(facts != NULL);
    if (facts->covered != rows[i].covered || facts->stale == rows[i].covered) fail_msg("row %u: %s", i, facts->gap);
  }
}

static void the_ledger_covers_what_its_sent_folders_are_known_to_hold(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = rig_with_marks(cases[i].marks, G_N_ELEMENTS(cases[i].marks));
    g_autoptr(Report) report = rig_report("foreign@x", NULL, NULL);
    if (cases[i].addressed != NULL) g_ptr_array_add(report->addressed, g_strdup(cases[i].addressed));
    if (cases[i].senders != NULL) g_ptr_array_add(report->original.senders, g_strdup(cases[i].senders));
    const FactsQuery query = { cases[i].account, RIG_NOW, RIG_NOW, RIG_NOW - 1 };
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, &error);
    OK(facts != NULL);
    gint64 from = cases[i].from < 0 ? 0 : RIG_NOW - cases[i].from * DAY,
           to = cases[i].to < 0 ? 0 : RIG_NOW - cases[i].to;
    if (facts->covered != cases[i].covered || facts->stale != cases[i].stale || facts->from != from || facts->to != to)
      fail_msg("%s: covered %d, stale %d, from %d, to %d: %s", cases[i].what, facts->covered, facts->stale,
               (int)(RIG_NOW - facts->from), (int)(RIG_NOW - facts->to), facts->gap);
    if (facts->late != (cases[i].stale || cases[i].late)) fail_msg("%s: late %d", cases[i].what, facts->late);
    if (cases[i].gap == NULL ? facts->gap != NULL : facts->gap == NULL || strstr(facts->gap, cases[i].gap) == NULL)
      fail_msg("%s: %s", cases[i].what, facts->gap);
    g_autofree char *lack = facts->lack != NULL ? evidence_text(facts->lack) : NULL;
    assert_int_equal(g_strcmp0(lack, facts->gap), 0); /* the same, as code and arguments */
  }
}

/* The time that is asked about. In days and seconds before RIG_NOW; original -1: shows no Date. */
static void the_time_that_must_be_covered_is_that_of_the_original(void **state)
{
  static const struct {
    gint64 arrived, date, original;
    gint64 from, to;
  } rows[] = {
    { RIG_NOW, 0, -1, 14 * DAY, 0 },
    { RIG_NOW, 0, 3 * DAY, 4 * DAY, 0 },
    { RIG_NOW, 0, 14 * DAY, 15 * DAY, 0 },
    { RIG_NOW, 0, 14 * DAY + 1, 14 * DAY, 0 },             /* too old to be believed */
    { RIG_NOW, 0, -3600, DAY, 0 },                         /* a clock that is fast */
    { RIG_NOW, 0, -2 * DAY, 14 * DAY, 0 },                 /* a date that is wrong */
    { RIG_NOW - 5 * DAY, RIG_NOW, -1, 19 * DAY, 5 * DAY }, /* when it came, not its Date */
    { 0, RIG_NOW - 5 * DAY, -1, 19 * DAY, 5 * DAY },       /* its Date where nothing else tells */
    { 0, 0, -1, 14 * DAY, 0 },
    { RIG_NOW + 100, 0, -1, 14 * DAY, 0 }, /* not later than now */
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = rig_ledger();
    g_autoptr(Report) report = rig_report(NULL, NULL, NULL);
    report->date = rows[i].date;
    report->original.date = rows[i].original == -1 ? 0 : RIG_NOW - rows[i].original;
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ NULL, rows[i].arrived, RIG_NOW }, &error);
    OK(facts != NULL);
    if (facts->need_from != RIG_NOW - rows[i].from || facts->need_to != RIG_NOW - rows[i].to)
      fail_msg("row %u: from %d to %d", i, (int)(RIG_NOW - facts->need_from), (int)(RIG_NOW - facts->need_to));
  }
}

static void without_an_account_nothing_is_covered(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = ledger_open(NULL, LEDGER_MEMORY, &error);
  g_autoptr(Report) report = rig_report(NULL, NULL, NULL);
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ .now = RIG_NOW }, &error);
  OK(facts != NULL);
  assert_false(facts->covered);
  assert_false(facts->stale);
  assert_non_null(strstr(facts->gap, "No account"));
}

/* No account is named and the report shows no address: then all count; an account that is gone does not. */
static void a_report_without_account_and_address_asks_all_that_are_configured(void **state)
{
  static const RigMark marks[] = { { "home", "Sent", 100, 0 }, { "work", "Sent", 50, 0 } };
  static const AccountSetup home = { (char *)"home", (char *)"me@example.org" };
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_with_marks(marks, 2);
  g_autoptr(Report) report = rig_report(NULL, NULL, NULL);
  g_ptr_array_set_size(report->addressed, 0);
  Facts *facts = ledger_facts(ledger, report, &(FactsQuery){ .now = RIG_NOW }, &error);
  OK(facts != NULL);
  assert_true(facts->covered);
  assert_int_equal(facts->from, RIG_NOW - 50 * DAY);
  facts_free(facts);
  OK(account_configure(ledger, &home, 1, &error));
  facts = ledger_facts(ledger, report, &(FactsQuery){ .now = RIG_NOW }, &error);
  assert_int_equal(facts->from, RIG_NOW - 100 * DAY);
  facts_free(facts);
  facts = ledger_facts(ledger, report, &(FactsQuery){ .account = "work", .now = RIG_NOW }, &error);
  assert_false(facts->covered);
  facts_free(facts);
}

static void coverage_is_listed_by_account_and_folder(void **state)
{
  static const RigMark marks[] = { { "home", "Sent", 100, 3 }, { "home", "Old", -1, 3 }, { "work", "Sent", 50, -1 } };
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_with_marks(marks, 3);
  g_autoptr(GPtrArray) all = coverage_list(ledger, NULL, &error), home = coverage_list(ledger, "home", &error);
  assert_int_equal(all->len, 3);
  assert_int_equal(home->len, 2);
  const Coverage *old = g_ptr_array_index(home, 0), *sent = g_ptr_array_index(home, 1),
                 *work = g_ptr_array_index(all, 2);
  assert_string_equal(old->folder, "Old");
  assert_int_equal(old->from, 0);
  assert_string_equal(sent->account, "home");
  assert_int_equal(sent->from, RIG_NOW - 100 * DAY);
  assert_int_equal(sent->to, RIG_NOW - 3);
  assert_string_equal(work->account, "work");
  assert_int_equal(work->from, 0);
  FAILS(folder_use_sent(ledger, "nobody", NULL, 0, &error), LEDGER_ERROR_MISSING);
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
    OK(folder_mark_set(ledger, "home", "Sent", FOLDER_ROLE_SENT, &(FolderMark){ 1, 2, RIG_NOW, now + rows[i].ahead },
                       &error));
    const FactsQuery query = { "home", now - DAY, now + rows[i].now };
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, &error);
    OK(facts != NULL);
    if (facts->covered != rows[i].covered || facts->stale == rows[i].covered) fail_msg("row %u: %s", i, facts->gap);
    if (!facts->covered) assert_non_null(strstr(facts->gap, "a clock that was wrong"));
    if (!facts->covered) assert_int_equal(facts->to, 0);
    OK(folder_mark_set(ledger, "home", "Sent", FOLDER_ROLE_SENT, &(FolderMark){ 1, 2, RIG_NOW, now }, &error));
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
    gint64 home; /* when home's Sent folder was last read, seconds before RIG_NOW */
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
    FolderMark mark = { .validity = 1, .next = 2, .oldest = RIG_NOW - 100 * DAY, .synced = RIG_NOW - rows[i].home };
    OK(folder_use_sent(ledger, "home", sent, 1, &error));
    OK(folder_mark_set(ledger, "home", "Sent", FOLDER_ROLE_SENT, &mark, &error));
    g_autoptr(Report) report = report_new();
    report->date = RIG_NOW - DAY;
    FactsQuery query = { .account = "pop", .arrived = RIG_NOW - DAY, .now = RIG_NOW };
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
    cmocka_unit_test(a_look_by_a_clock_that_was_ahead_counts_for_nothing_until_the_next),
    cmocka_unit_test(an_account_without_sent_folders_has_the_coverage_of_the_one_it_sends_from)
  };
  return cmocka_run_group_tests_name("ledger_coverage", tests, NULL, NULL);
}
