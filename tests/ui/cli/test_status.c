/* test_status.c - what `backstop status` says about an account in each state
 * Owns:     a folder with a ledger, and the standard output of cmd_status while it runs.
 * Must not: start a daemon; the test holds its lock instead.
 * Fails:    by cmocka.
 * Tests:    ui/cli/cmd_status.c */
#include "ledger/db.h"
#include "ledger/running.h"
#include "tests/rigs/ledger_rig.h"
#include "ui/cli/command.h"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

extern const Command cmd_status;

/* What the command prints, white space folded to single spaces. */
static char *printed(const Ui *ui)
{
  g_autofree char *file = g_build_filename(ui->data_dir, "printed", NULL), *text = NULL;
  int out = dup(STDOUT_FILENO), in = open(file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  assert_true(out >= 0 && in >= 0);
  fflush(stdout);
  dup2(in, STDOUT_FILENO);
  int status = cmd_status.run(ui, 0, NULL);
  fflush(stdout);
  dup2(out, STDOUT_FILENO);
  close(out);
  close(in);
  assert_int_equal(status, 0);
  assert_true(g_file_get_contents(file, &text, NULL, NULL));
  g_auto(GStrv) words = g_strsplit_set(text, " \n", -1);
  g_autoptr(GString) folded = g_string_new(NULL);
  for (char **word = words; *word != NULL; word++)
    if (**word != '\0') g_string_append_printf(folded, "%s%s", folded->len > 0 ? " " : "", *word);
  return g_strdup(folded->str);
}

static const struct {
  const char *state, *text;
  gboolean until;
  const char *running, *stopped; /* what status says with and without a daemon */
} rows[] = {
  { "idle", NULL, FALSE, "state waiting for mail: no worker runs now (since",
    "state not watched: no daemon runs last" },
  { "connecting", NULL, FALSE, "state connecting to the server (since", "state not watched: no daemon runs last" },
  { "indexing", NULL, FALSE, "state indexing: reading the Sent folder (since",
    "state not watched: no daemon runs last" },
  { "judging", NULL, FALSE, "state judging: looking at mail (since", "state not watched: no daemon runs last" },
  { "watching", NULL, FALSE, "state watching for new mail (since", "state not watched: no daemon runs last" },
  { "serving", NULL, FALSE, "state serving your mail program; your requests are done when it disconnects (since",
    "state not watched: no daemon runs last" },
  { "retrying", "The server does not answer.", TRUE, "state waiting to retry until 13 September 2020, ",
    "state not watched: no daemon runs, and the last try failed: The server does not answer last" },
  { "retrying", "The server does not answer.", FALSE, "state waiting to retry: The server does not answer (since",
    "state not watched: no daemon runs, and the last try failed: The server does not answer last" },
  { "sign-in-needed", "Fix password-command", TRUE,
    "state sign-in needed: Fix password-command; tried again at 13 September 2020, ",
    "state sign-in needed: Fix password-command last" },
  { "disabled", NULL, FALSE, "state disabled (since", "state disabled last" },
};

static void every_state_has_its_words(void **state)
{
  g_autofree char *dir = rig_folder();
  g_autoptr(Ledger) ledger = rig_ledger_in(dir);
  const Ui ui = { .data_dir = dir };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_autofree char *text = rows[i].text != NULL ? g_strdup_printf("'%s'", rows[i].text) : g_strdup("NULL");
    g_autofree char *sql = g_strdup_printf("UPDATE account SET state = '%s', text = %s, until = %d, since = %d "
                                           "WHERE name = 'home' RETURNING 1",
                                           rows[i].state, text, rows[i].until ? (int)RIG_T0 : 0, (int)RIG_T0);
    rig_number(ledger, sql);
    g_autofree char *stopped = printed(&ui);
    int lock = ledger_lock_daemon(dir, &error);
    OK(lock >= 0);
    g_autofree char *running = printed(&ui);
    close(lock);
    if (strstr(running, rows[i].running) == NULL)
      fail_msg("%s, with a daemon: \"%s\" is not in: %s", rows[i].state, rows[i].running, running);
    if (strstr(stopped, rows[i].stopped) == NULL)
      fail_msg("%s, without a daemon: \"%s\" is not in: %s", rows[i].state, rows[i].stopped, stopped);
    assert_non_null(strstr(running, "The daemon is running."));
    assert_non_null(strstr(stopped, "No daemon is running"));
  }
  rig_remove(g_steal_pointer(&dir));
}

/* Numbers of the journal: bounces by verdict, moves by state, and what waits for the owner. */
static void counts_are_told(void **state)
{
  g_autofree char *dir = rig_folder();
  g_autoptr(Ledger) ledger = rig_ledger_in(dir);
  const Ui ui = { .data_dir = dir };
  g_autofree char *nothing = printed(&ui);
  assert_non_null(strstr(nothing, "bounces 0 genuine, 0 backscatter, 0 unsure"));
  assert_null(strstr(nothing, "waiting for you"));
  assert_non_null(strstr(nothing, "no Sent folder known: nothing is moved until one is"));
  rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_KEPT, 1);
  rig_judged(ledger, "home", VERDICT_UNSURE, MOVE_KEPT, 2);
  rig_judged(ledger, "home", VERDICT_GENUINE, MOVE_KEPT, 3);
  rig_judged(ledger, "home", VERDICT_BACKSCATTER, MOVE_WAITING, 4);
  g_autofree char *told = printed(&ui);
  assert_non_null(strstr(told, "bounces 1 genuine, 2 backscatter, 1 unsure"));
  assert_non_null(strstr(told, "1 too fresh to judge"));
  assert_non_null(strstr(told, "waiting for you 2 (1 unsure); backstop list shows them"));
  rig_remove(g_steal_pointer(&dir));
}

/* What the answers that came in say, and which addresses no account lists. */
static void what_tests_coverage_is_told(void **state)
{
  GError *error = NULL;
  g_autofree char *dir = rig_folder();
  g_autoptr(Ledger) ledger = rig_ledger_in(dir);
  const Ui ui = { .data_dir = dir }, json = { .data_dir = dir, .json = TRUE };
  OK(db_exec(ledger,
             "INSERT INTO tested SELECT 1, 'me@example.org', id, 162, 38, 12, 1600000000, 1601000000, 1 FROM account"
             " WHERE name = 'home';"
             "INSERT INTO unlisted VALUES('my.example', 10, 1600000000), ('other.example', 9, 1600000000)",
             &error));
  g_autofree char *text = printed(&ui), *lines = printed(&json);
  assert_non_null(strstr(text, "answers 162 of 200 answers to me@example.org name mail that is known. 38 answers "
                               "(senders: 12, from 2020-09-13 to 2020-09-25) name mail"));
  assert_non_null(strstr(text, "sent from there between 2020-08-30 and 2020-12-24 is taken for backscatter."));
  assert_non_null(strstr(text, "10 bounces came to addresses at my.example"));
  assert_null(strstr(text, "other.example"));
  assert_non_null(strstr(lines, "\"answers\":[{\"account\":\"home\",\"address\":\"me@example.org\",\"known\":162,"
                                "\"missing\":38,\"senders\":12,\"first\":\"2020-09-13T12:26:40Z\","
                                "\"last\":\"2020-09-25T02:13:20Z\",\"failed\":true,\"trusted\":false,"
                                "\"from\":\"2020-08-30T12:26:40Z\",\"to\":\"2020-12-24T02:13:20Z\"}]"));
  assert_non_null(strstr(lines, "\"unlisted\":[{\"domain\":\"my.example\",\"count\":10,"
                                "\"last\":\"2020-09-13T12:26:40Z\",\"pattern\":\"*@my.example\"}]"));
  OK(db_exec(ledger, "UPDATE account SET trust_sent = 1", &error));
  g_autofree char *trusted = printed(&json);
  assert_non_null(strstr(trusted, "\"failed\":true,\"trusted\":true,\"from\":null,\"to\":null"));
  rig_remove(g_steal_pointer(&dir));
}

/* The owner's right sides, and addresses that get reports though nothing left from there. */
static void marks_and_unused_addresses_are_told(void **state)
{
  GError *error = NULL;
  g_autofree char *dir = rig_folder();
  g_autoptr(Ledger) ledger = rig_ledger_in(dir);
  const Ui ui = { .data_dir = dir }, json = { .data_dir = dir, .json = TRUE };
  g_autofree char *empty = printed(&ui), *nothing = printed(&json);
  assert_null(strstr(empty, "Message-IDs"));
  assert_null(strstr(empty, "known to have left"));
  assert_non_null(strstr(nothing, "\"id_marks\":[],\"never_used_addresses\":0,\"never_used\":[]"));
  OK(db_exec(ledger,
             "INSERT INTO id_side VALUES('desk.home.example', 412, NULL), ('new.home.example', 12, NULL),"
             " ('rare.example', 4, NULL), ('big.example', 999, 7), ('pc.my.example', 500, NULL);"
             "UPDATE account SET receive_only = 'tip@my.example' WHERE name = 'work';"
             "INSERT INTO never_used VALUES('a@my.example', 1, 9, 1600000000, 1601000000), ('tip@my.example', 2, 8, 0,"
             " 1), ('b@my.example', 3, 7, 0, 1), ('c@my.example', 4, 6, 0, 1), ('d@my.example', 5, 5, 0, 1),"
             " ('e@my.example', 6, 4, 0, 1)",
             &error));
  g_autofree char *text = printed(&ui), *lines = printed(&json);
  assert_non_null(strstr(text, "Message-IDs that end in @desk.home.example are yours alone (in 412 of your messages"));
  assert_non_null(strstr(text, "@new.home.example were in nobody else's mail so far: they count from 30 messages on "
                               "(now 12)."));
  assert_null(strstr(text, "rare.example"));
  assert_null(strstr(text, "big.example"));
  assert_null(strstr(text, "pc.my.example"));
  assert_non_null(strstr(text,
                         "Bounces came to 6 addresses of yours from which no mail is known to have left: "
                         "a@my.example (9), tip@my.example (8, receive-only), b@my.example (7), c@my.example (6), "
                         "d@my.example (5), and 1 more."));
  assert_non_null(strstr(lines, "{\"side\":\"desk.home.example\",\"count\":412,\"state\":\"good\"}"));
  assert_non_null(strstr(lines, "{\"side\":\"big.example\",\"count\":999,\"state\":\"shared\"}"));
  assert_non_null(strstr(lines, "{\"side\":\"pc.my.example\",\"count\":500,\"state\":\"domain\"}"));
  assert_non_null(strstr(lines, "\"never_used_addresses\":6,\"never_used\":[{\"address\":\"a@my.example\",\"count\":9,"
                                "\"first\":\"2020-09-13T12:26:40Z\",\"last\":\"2020-09-25T02:13:20Z\","
                                "\"receive_only\":false},{\"address\":\"tip@my.example\""));
  rig_remove(g_steal_pointer(&dir));
}

#define ACCOUNT "[account home]\nhost = imap.example.org\nuser = me@example.org\n"

/* What the daemon runs by: it may not have taken over the file as it is now. */
static void a_configuration_that_is_not_in_force_is_told(void **state)
{
  GError *error = NULL;
  g_autofree char *dir = rig_folder(), *file = g_build_filename(dir, "config", NULL);
  g_autoptr(Ledger) ledger = rig_ledger_in(dir);
  const Ui ui = { .data_dir = dir, .config_file = file };
  assert_true(g_file_set_contents_full(file, ACCOUNT, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_autoptr(Config) config = config_load(file, &error);
  OK(config != NULL);
  g_autofree char *stopped = printed(&ui);
  assert_null(strstr(stopped, "runs by"));
  int lock = ledger_lock_daemon(dir, &error);
  OK(lock >= 0);
  g_autofree char *unknown = printed(&ui);
  assert_non_null(strstr(unknown, "It has not said by which configuration it runs"));
  OK(running_set(ledger, file, config->digest, &error));
  g_autofree char *same = printed(&ui);
  assert_non_null(strstr(same, "The daemon is running. home"));
  OK(running_set(ledger, "/elsewhere", "other", &error));
  g_autofree char *other = printed(&ui);
  assert_non_null(strstr(other, "as that is now: it runs by what /elsewhere said at"));
  OK(running_refuse(ledger, "It is red.", &error));
  g_autofree char *refused = printed(&ui);
  assert_non_null(strstr(refused, "since the file as it is now will not do: It is red."));
  close(lock);
  rig_remove(g_steal_pointer(&dir));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_state_has_its_words),
    cmocka_unit_test(counts_are_told),
    cmocka_unit_test(what_tests_coverage_is_told),
    cmocka_unit_test(marks_and_unused_addresses_are_told),
    cmocka_unit_test(a_configuration_that_is_not_in_force_is_told),
  };
  g_setenv("TZ", "UTC", TRUE);
  filter_init();
  return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
