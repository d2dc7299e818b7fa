/* test_settings.c - changing the configuration, and what is told by notifications
 * Owns:     a folder.
 * Must not: need a display.
 * Fails:    by cmocka.
 * Tests:    ui/model/settings.h, ui/model/notices.h, ui/model/series.h */
#include "ledger/running.h"
#include "tests/rigs/ledger_rig.h"
#include "ui/model/notices.h"
#include "ui/model/series.h"
#include "ui/model/settings.h"
#include <sys/stat.h>
#include <unistd.h>

static const struct {
  const char *before, *key, *value, *after;
} edits[] = {
  { "[backstop]\nmode = observe\n", "mode", "quarantine", "[backstop]\nmode = quarantine\n" },
  { "[backstop]\n# why\n  mode=observe\n# end\n\n[account a]\nhost = x\n", "mode", "quarantine",
    "[backstop]\n# why\nmode = quarantine\n# end\n\n[account a]\nhost = x\n" },
  { "# top\n[backstop]\n# only a comment\n\n[account a]\nmode = x\n", "unsure", "keep",
    "# top\n[backstop]\nunsure = keep\n# only a comment\n\n[account a]\nmode = x\n" },
  { "[backstop]\nmode = observe\n\n# about a\n[account a]\nhost = x\n", "unsure", "keep",
    "[backstop]\nmode = observe\nunsure = keep\n\n# about a\n[account a]\nhost = x\n" },
  { "[account a]\nhost = x\n", "mode", "observe", "[backstop]\nmode = observe\n\n[account a]\nhost = x\n" },
  { "[account a]\nhost = x\n[backstop]\nmodel = 1\nmode = observe", "mode", "quarantine",
    "[account a]\nhost = x\n[backstop]\nmodel = 1\nmode = quarantine" },
  { "[backstop]\r\nmode = observe\r\n", "mode", "quarantine", "[backstop]\r\nmode = quarantine\r\n" },
  { "[backstop]\n#mode = observe\n", "mode", "quarantine", "[backstop]\nmode = quarantine\n#mode = observe\n" },
};

static void a_new_value_changes_one_line_and_leaves_the_others(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(edits); i++) {
    g_autofree char *got = settings_edit(edits[i].before, "backstop", edits[i].key, edits[i].value);
    if (strcmp(got, edits[i].after) != 0) fail_msg("row %u: got\n%s", i, got);
  }
}

#define GOOD "# mine\n[backstop]\nmode = observe\n\n[account home]\nhost = imap.example.org\nuser = me@example.org\n"

static void a_configuration_is_written_through_its_link_and_only_if_it_will_do(void **state)
{
  GError *error = NULL;
  g_autofree char *dir = rig_folder(), *file = g_build_filename(dir, "config", NULL),
                  *link = g_build_filename(dir, "link", NULL);
  g_autofree char *text = NULL;
  struct stat info;
  assert_true(g_file_set_contents_full(file, GOOD, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  assert_int_equal(symlink("config", link), 0);
  OK(settings_write(link, "mode", "quarantine", &error));
  assert_int_equal(lstat(link, &info), 0);
  assert_true(S_ISLNK(info.st_mode));
  assert_int_equal(stat(file, &info), 0);
  assert_int_equal(info.st_mode & 0777, 0600);
  g_autoptr(Config) config = config_load(file, &error);
  OK(config);
  assert_false(config->observe);
  assert_true(g_file_get_contents(file, &text, NULL, NULL));
  assert_true(g_str_has_prefix(text, "# mine\n[backstop]\nmode = quarantine\n\n[account home]\n"));
  assert_false(settings_write(file, "mode", "nonsense", &error));
  assert_true(g_error_matches(error, CONFIG_ERROR, CONFIG_ERROR_INVALID));
  g_clear_error(&error);
  g_autofree char *again = NULL, *beside = g_strconcat(file, ".new", NULL);
  assert_true(g_file_get_contents(file, &again, NULL, NULL));
  assert_string_equal(again, text);
  assert_false(g_file_test(beside, G_FILE_TEST_EXISTS));
  rig_remove(g_steal_pointer(&dir));
}

/* What the page of preferences says of a configuration: in force only when the daemon says so. */
static void settings_are_in_force_when_the_filter_says_that_it_runs_by_them(void **state)
{
  static const struct {
    gboolean runs;
    const char *digest, *problem; /* what the daemon has said; NULL: nothing */
    gboolean held;
    const char *says;
  } rows[] = {
    { FALSE, NULL, NULL, TRUE, "The filter is not running. When it starts" },
    { FALSE, "other", NULL, TRUE, "The filter is not running. When it starts" },
    { TRUE, NULL, NULL, FALSE, "Not in force: the filter that runs does not say" },
    { TRUE, "this", NULL, TRUE, "In force: " },
    { TRUE, "other", NULL, FALSE, "Not in force yet: " },
    { TRUE, "other", "It is red.", FALSE, "Why: It is red." },
  };
  Config config = { .digest = (char *)"this" };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    gboolean held = !rows[i].held;
    g_autoptr(Ledger) ledger = rig_ledger();
    if (rows[i].digest != NULL) OK(running_set(ledger, "/etc/config", rows[i].digest, &error));
    if (rows[i].problem != NULL) OK(running_refuse(ledger, rows[i].problem, &error));
    g_autofree char *text = settings_in_force(ledger, rows[i].runs, &config, &held);
    if (held != rows[i].held || strstr(text, rows[i].says) == NULL) fail_msg("row %u: %d, %s", i, held, text);
    g_autofree char *unread = settings_in_force(ledger, rows[i].runs, NULL, &held);
    if (held == rows[i].runs || g_str_has_prefix(unread, "In force"))
      fail_msg("row %u, unread: %d, %s", i, held, unread);
  }
}

/* By the desktop's own check, where it is installed. */
static void assert_valid(const char *dir)
{
  g_autofree char *tool = g_find_program_in_path("desktop-file-validate"), *said = NULL;
  g_autofree char *file = g_build_filename(dir, "autostart", "backstop-tray.desktop", NULL);
  char *argv[] = { tool, file, NULL };
  int status = 0;
  if (tool == NULL) return;
  assert_true(g_spawn_sync(NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &said, NULL, &status, NULL));
  if (status != 0) fail_msg("%s", said);
}

static void the_tray_starts_with_the_desktop_only_while_it_is_set_to(void **state)
{
  GError *error = NULL;
  g_autofree char *dir = rig_folder();
  assert_false(settings_autostart(dir));
  OK(settings_set_autostart(dir, TRUE, &error));
  assert_true(settings_autostart(dir));
  assert_valid(dir);
  OK(settings_set_autostart(dir, FALSE, &error));
  OK(settings_set_autostart(dir, FALSE, &error));
  assert_false(settings_autostart(dir));
  g_autofree char *above = g_build_filename(dir, "autostart", NULL);
  rmdir(above);
  rig_remove(g_steal_pointer(&dir));
}

/* The ids of what is told, in order. */
static char *told(const Overview *overview, DigestNews news, NotificationMode mode, gboolean seen, gint64 now,
                  Memory *memory, gint64 *last)
{
  gboolean changed;
  g_autoptr(GString) ids = g_string_new(NULL);
  g_autoptr(GPtrArray) list = digest_decide(overview, &news, mode, seen, now, memory, last, &changed);
  for (guint i = 0; i < list->len; i++) {
    const Notice *notice = list->pdata[i];
    g_string_append_printf(ids, "%s%s", i > 0 ? " " : "", notice->id);
    assert_null(strchr(notice->title, '@'));
    assert_null(strchr(notice->body, '@'));
    assert_null(strpbrk(notice->body, "<>&"));
  }
  return g_strdup(ids->str);
}

static void a_digest_comes_seldom_and_tells_what_nobody_has_seen(void **state)
{
  static const struct {
    DigestNews news;
    NotificationMode mode;
    gboolean seen, wave, alarm;
    gint64 now;
    const char *told;
  } rows[] = {
    { { { 100, "" }, 90, 2, 8 }, NOTIFICATIONS_DIGEST, FALSE, FALSE, FALSE, 1000, "" }, /* the first use */
    { { { 101, "" }, 1, 0, 0 }, NOTIFICATIONS_DIGEST, FALSE, FALSE, FALSE, 1010, "digest" },
    { { { 102, "" }, 1, 0, 0 }, NOTIFICATIONS_DIGEST, FALSE, FALSE, FALSE, 1020, "" }, /* too soon */
    { { { 103, "" }, 2, 1, 0 }, NOTIFICATIONS_DIGEST, FALSE, FALSE, FALSE, 1010 + DIGEST_EVERY, "digest" },
    { { { 103, "" }, 0, 0, 0 }, NOTIFICATIONS_DIGEST, FALSE, FALSE, FALSE, 9000, "" }, /* told already */
    { { { 104, "" }, 0, 0, 1 }, NOTIFICATIONS_DIGEST, FALSE, FALSE, FALSE, 9001, "" },
    { { { 105, "" }, 0, 0, 1 }, NOTIFICATIONS_EACH, FALSE, FALSE, FALSE, 9002, "genuine" },
    { { { 105, "" }, 0, 0, 0 }, NOTIFICATIONS_EACH, FALSE, FALSE, FALSE, 9003, "" },
    { { { 106, "" }, 1, 0, 0 }, NOTIFICATIONS_DIGEST, TRUE, FALSE, FALSE, 20000, "" }, /* seen */
    { { { 107, "" }, 1, 0, 0 }, NOTIFICATIONS_OFF, FALSE, TRUE, TRUE, 30000, "" },
    { { { 108, "" }, 1, 0, 0 }, NOTIFICATIONS_DIGEST, FALSE, TRUE, TRUE, 100000, "alarm wave" },
    { { { 109, "" }, 1, 0, 0 }, NOTIFICATIONS_DIGEST, FALSE, TRUE, TRUE, 100001, "" },
    { { { 110, "" }, 1, 0, 0 }, NOTIFICATIONS_DIGEST, FALSE, TRUE, TRUE, 150000, "wave" },
    { { { 111, "" }, 1, 0, 0 }, NOTIFICATIONS_DIGEST, FALSE, FALSE, FALSE, 160000, "digest" },
  };
  Memory memory = { 0 };
  gint64 last = 0;
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    const Overview overview = { .there = TRUE, .wave = rows[i].wave, .alarm = rows[i].alarm, .today = 70 };
    g_autofree char *got = told(&overview, rows[i].news, rows[i].mode, rows[i].seen, rows[i].now, &memory, &last);
    if (strcmp(got, rows[i].told) != 0) fail_msg("row %u: told \"%s\", wanted \"%s\"", i, got, rows[i].told);
  }
}

static void mail_that_is_not_in_sent_raises_one_alarm_with_its_numbers(void **state)
{
  static const struct {
    gboolean genuine, insiders;
    const char *says; /* NULL: nothing is told */
  } rows[] = { { FALSE, FALSE, NULL },
               { TRUE, FALSE, "really sent" },
               { FALSE, TRUE, "12 reports of the last day and 20" },
               { TRUE, TRUE, "12 reports of the last day and 20" } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    const Overview overview = { .there = TRUE,
                                .alarm = rows[i].genuine,
                                .insiders = { .day = 12, .week = 20, .alarm = rows[i].insiders } };
    const DigestNews news = { { 1, "" }, 0, 0, 0 };
    Memory memory = { 0 };
    gint64 last = 0;
    gboolean changed = FALSE;
    for (guint again = 0; again < 2; again++) { /* told once a day */
      g_autoptr(GPtrArray) list =
          digest_decide(&overview, &news, NOTIFICATIONS_DIGEST, FALSE, 100000 + again * 3600, &memory, &last, &changed);
      assert_int_equal(list->len, rows[i].says != NULL && again == 0);
      if (list->len == 0) continue;
      const Notice *notice = list->pdata[0];
      assert_string_equal(notice->id, "alarm");
      assert_true(notice->urgent);
      assert_non_null(strstr(notice->body, rows[i].says));
    }
  }
}

static gint64 judge(Ledger *ledger, gint64 id, guint32 uid, VerdictCode verdict, MoveState state)
{
  g_autoptr(Report) report = rig_report(NULL, "v@a.example", NULL);
  g_autoptr(Entry) entry = rig_entry("home", report, NULL, verdict, state, uid);
  entry->id = id;
  return rig_record(ledger, entry);
}

/* What is told now by a program that has just been started again; *fresh: how many reports of it wait for the owner. */
static char *told_now(Ledger *ledger, NotificationMode mode, gint64 now, const char *dir, guint *fresh)
{
  GError *error = NULL;
  const Overview overview = { .there = TRUE };
  Memory memory;
  DigestNews news;
  gint64 last = 0;
  memory_load(&memory, dir);
  OK(digest_news(ledger, &memory, &news, &error));
  *fresh = news.fresh;
  char *got = told(&overview, news, mode, FALSE, now, &memory, &last);
  memory_save(&memory, dir);
  return got;
}

/* What was too fresh to judge is told once it is judged, though later reports were told or seen before it. */
static void what_was_too_fresh_to_judge_is_told_once_it_is_judged(void **state)
{
  static const struct {
    const char *what;
    VerdictCode verdict;
    MoveState state;
    NotificationMode mode;
    gboolean seen;
    const char *told;
  } rows[] = {
    { "moved", VERDICT_BACKSCATTER, MOVE_Q_INTENT, NOTIFICATIONS_DIGEST, FALSE, "digest" },
    { "moved, and the list was seen before", VERDICT_BACKSCATTER, MOVE_Q_INTENT, NOTIFICATIONS_DIGEST, TRUE, "digest" },
    { "only observed", VERDICT_BACKSCATTER, MOVE_KEPT, NOTIFICATIONS_DIGEST, FALSE, "digest" },
    { "unsure", VERDICT_UNSURE, MOVE_KEPT, NOTIFICATIONS_DIGEST, FALSE, "digest" },
    { "genuine", VERDICT_GENUINE, MOVE_KEPT, NOTIFICATIONS_DIGEST, FALSE, "" },
    { "genuine, and each is told", VERDICT_GENUINE, MOVE_KEPT, NOTIFICATIONS_EACH, FALSE, "genuine" },
    { "still too fresh", VERDICT_BACKSCATTER, MOVE_WAITING, NOTIFICATIONS_DIGEST, FALSE, "" },
    { "moved, and none is told", VERDICT_BACKSCATTER, MOVE_Q_INTENT, NOTIFICATIONS_OFF, FALSE, "" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    guint fresh;
    gboolean waits = rows[i].state != MOVE_WAITING && rows[i].verdict != VERDICT_GENUINE;
    BrowseCounts counts;
    Memory memory;
    g_autofree char *dir = rig_folder();
    g_autoptr(Ledger) ledger = rig_ledger();
    judge(ledger, 0, 1, VERDICT_UNSURE, MOVE_KEPT);
    g_autofree char *first = told_now(ledger, rows[i].mode, 1000, dir, &fresh);
    gint64 id = judge(ledger, 0, 2, VERDICT_BACKSCATTER, MOVE_WAITING);
    judge(ledger, 0, 3, VERDICT_UNSURE, MOVE_KEPT);
    g_autofree char *before = told_now(ledger, rows[i].mode, 1010, dir, &fresh);
    assert_string_equal(first, "");
    assert_string_equal(before, rows[i].mode == NOTIFICATIONS_OFF ? "" : "digest");
    memory_load(&memory, dir);
    OK(browse_counts(ledger, NULL, NULL, &counts, &error));
    memory.looked = counts.mark;
    if (rows[i].seen) memory_save(&memory, dir);
    judge(ledger, id, 2, rows[i].verdict, rows[i].state);
    OK(browse_counts(ledger, NULL, &memory.looked, &counts, &error));
    if (counts.fresh != (waits ? 1 : 0)) fail_msg("%s: %u new since the owner looked", rows[i].what, counts.fresh);
    g_autofree char *after = told_now(ledger, rows[i].mode, 1130, dir, &fresh);
    if (strcmp(after, rows[i].told) != 0 || fresh != (waits ? 1 : 0))
      fail_msg("%s: told \"%s\" of %u, wanted \"%s\"", rows[i].what, after, fresh, rows[i].told);
    g_autofree char *again = told_now(ledger, rows[i].mode, 9000, dir, &fresh);
    if (*again != '\0') fail_msg("%s: told a second time", rows[i].what);
    rig_remove(g_steal_pointer(&dir));
  }
}

static void add_day(Ledger *ledger, guint32 first, guint n, VerdictCode verdict, gint64 day)
{
  for (guint32 uid = first; uid < first + n; uid++) {
    g_autoptr(Report) report = rig_report(NULL, "v@a.example", NULL);
    g_autoptr(Entry) entry = rig_entry("home", report, NULL, verdict, MOVE_KEPT, uid);
    entry->judged = day;
    rig_record(ledger, entry);
  }
}

static void each_day_has_a_bar_that_counts_its_verdicts(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 now = RIG_T0 / DAY * DAY + 7200;
  add_day(ledger, 1, 60, VERDICT_BACKSCATTER, now - DAY);
  add_day(ledger, 100, 3, VERDICT_GENUINE, now);
  add_day(ledger, 200, 2, VERDICT_UNSURE, now - 29 * DAY);
  add_day(ledger, 300, 5, VERDICT_BACKSCATTER, now - 31 * DAY);
  g_autoptr(Series) series = series_read(ledger, NULL, 30, now, &error);
  OK(series);
  assert_int_equal(series->bars->len, 30);
  assert_int_equal(series->most, 60);
  assert_int_equal(series->total[SERIES_BACKSCATTER], 60);
  assert_int_equal(series->total[SERIES_UNSURE], 2);
  const SeriesBar *bars = (const SeriesBar *)(void *)series->bars->data;
  assert_true(bars[28].wave && !bars[29].wave);
  assert_int_equal(bars[0].count[SERIES_UNSURE], 2);
  assert_int_equal(bars[29].count[SERIES_GENUINE], 3);
  g_autofree char *csv = series_csv(series), *label = series_label(&bars[29]);
  assert_true(g_str_has_prefix(csv, "begin,days,genuine,unsure,backscatter,restored,wave\r\n"));
  assert_non_null(strstr(csv, "2020-09-12,1,0,0,60,0,1\r\n2020-09-13,1,3,0,0,0,0\r\n"));
  assert_string_equal(label, "13 September");
  g_autoptr(Series) year = series_read(ledger, NULL, 365, now, &error);
  OK(year);
  assert_true(year->bars->len <= 90);
  assert_int_equal(year->total[SERIES_BACKSCATTER], 65);
}

static void a_scale_ends_at_a_round_number_above_the_highest_bar(void **state)
{
  const guint rows[][2] = { { 1, 4 }, { 4, 4 }, { 5, 8 }, { 13, 20 }, { 41, 80 }, { 999, 1200 }, { 50000, 80000 } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) assert_int_equal(series_scale(rows[i][0]), rows[i][1]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(settings_are_in_force_when_the_filter_says_that_it_runs_by_them),
    cmocka_unit_test(a_new_value_changes_one_line_and_leaves_the_others),
    cmocka_unit_test(a_configuration_is_written_through_its_link_and_only_if_it_will_do),
    cmocka_unit_test(the_tray_starts_with_the_desktop_only_while_it_is_set_to),
    cmocka_unit_test(a_digest_comes_seldom_and_tells_what_nobody_has_seen),
    cmocka_unit_test(mail_that_is_not_in_sent_raises_one_alarm_with_its_numbers),
    cmocka_unit_test(what_was_too_fresh_to_judge_is_told_once_it_is_judged),
    cmocka_unit_test(each_day_has_a_bar_that_counts_its_verdicts),
    cmocka_unit_test(a_scale_ends_at_a_round_number_above_the_highest_bar),
  };
  filter_init();
  return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
