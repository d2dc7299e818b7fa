/* test_account.c - accounts, their state, passes, folder marks
 * Owns:     ledgers in memory.
 * Must not: touch a disk.
 * Fails:    by TAP.
 * Tests:    ledger/account.c ledger/pass.c ledger/running.c */
#include "ledger/configure.h"
#include "ledger/db.h"
#include "ledger/pass.h"
#include "ledger/running.h"
#include "tests/rigs/ledger_rig.h"

static void assert_accounts(Ledger *ledger, const char *want)
{
  GError *error = NULL;
  g_autoptr(GString) got = g_string_new(NULL);
  g_autoptr(GPtrArray) accounts = account_list(ledger, &error);
  OK(accounts != NULL);
  for (guint i = 0; i < accounts->len; i++) {
    const Account *account = g_ptr_array_index(accounts, i);
    g_string_append_printf(got, "%s%s=%s", account->configured ? " " : " -", account->name, account->addresses);
  }
  assert_string_equal(got->str, want);
}

static void accounts_are_those_of_the_configuration_and_others_stay_known(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = ledger_open(NULL, LEDGER_MEMORY, &error);
  const AccountSetup two[] = { { (char *)"work", (char *)"w@a.example" }, { (char *)"home", (char *)"*" } };
  const AccountSetup one[] = { { (char *)"work", (char *)"w@b.example" } };
  const AccountSetup bare[] = { { (char *)"work", NULL } };
  assert_accounts(ledger, "");
  OK(account_configure(ledger, two, 2, &error));
  assert_accounts(ledger, " home=* work=w@a.example");
  OK(account_configure(ledger, one, 1, &error));
  assert_accounts(ledger, " work=w@b.example -home=*");
  OK(account_configure(ledger, bare, 1, &error));
  assert_accounts(ledger, " work= -home=*");
  OK(account_configure(ledger, two, 2, &error));
  assert_accounts(ledger, " home=* work=w@a.example");
  gint64 changes = rig_number(ledger, "SELECT total_changes()");
  OK(account_configure(ledger, two, 2, &error)); /* nothing new: nothing written */
  assert_int_equal(rig_number(ledger, "SELECT total_changes()"), changes);
  OK(account_configure(ledger, NULL, 0, &error));
  assert_accounts(ledger, " -home=* -work=w@a.example");
}

/* The same name for another mailbox: what was known of the old one's folders is worth nothing. */
static void an_account_that_names_another_mailbox_forgets_its_folders(void **state)
{
  static const struct {
    const char *before, *after;
    gboolean forgotten;
  } rows[] = { { "imap one", "imap one", FALSE },
               { "imap one", "imap two", TRUE },
               { "imap one", NULL, FALSE },
               { NULL, "imap one", FALSE } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    FolderMark mark;
    g_autoptr(Ledger) ledger = ledger_open(NULL, LEDGER_MEMORY, &error);
    AccountSetup home = { (char *)"home", (char *)"*", (char *)rows[i].before };
    OK(account_configure(ledger, &home, 1, &error));
    rig_add(ledger, "home", "Sent", "a@me", "bob@there.example", "One", 1600000000, 1700000000);
    g_autoptr(Report) report = rig_report(NULL, NULL, NULL);
    g_autoptr(Entry) entry = rig_entry("home", report, NULL, VERDICT_BACKSCATTER, MOVE_Q_INTENT, 5);
    gint64 id = rig_record(ledger, entry);
    home.mailbox = (char *)rows[i].after;
    OK(account_configure(ledger, &home, 1, &error));
    OK(folder_mark_get(ledger, "home", "Sent", FOLDER_ROLE_SENT, &mark, &error));
    g_autoptr(Entry) now = journal_get(ledger, id, &error);
    OK(now != NULL);
    assert_int_equal(mark.validity, rows[i].forgotten ? 0 : 1);
    assert_int_equal(mark.oldest, rows[i].forgotten ? 0 : 1600000000);
    assert_int_equal(mark.synced, rows[i].forgotten ? 0 : 1700000000);
    assert_int_equal(now->state, rows[i].forgotten ? MOVE_FAILED : MOVE_Q_INTENT);
    assert_int_equal(sent_count(ledger, "home", &error), 1);
  }
}

static void a_state_is_told_with_its_text_and_since_when(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  OK(db_exec(ledger, "UPDATE account SET since = 5", &error));
  OK(account_set_state(ledger, "home", ACCOUNT_RETRYING, "No answer: check the network.", 0, &error));
  g_autoptr(GPtrArray) accounts = account_list(ledger, &error);
  const Account *home = g_ptr_array_index(accounts, 0), *work = g_ptr_array_index(accounts, 1);
  assert_int_equal(home->state, ACCOUNT_RETRYING);
  assert_string_equal(home->text, "No answer: check the network.");
  assert_true(home->since > 1000000000);
  assert_int_equal(work->state, ACCOUNT_IDLE);
  assert_int_equal(work->since, 5);

  OK(db_exec(ledger, "UPDATE account SET since = 7", &error));
  gint64 changes = rig_number(ledger, "SELECT total_changes()");
  OK(account_set_state(ledger, "home", ACCOUNT_RETRYING, "No answer: check the network.", 0, &error));
  assert_int_equal(rig_number(ledger, "SELECT total_changes()"), changes);
  OK(account_set_state(ledger, "home", ACCOUNT_RETRYING, NULL, 0,
                       &error)); /* another text, the same state since then */
  assert_int_equal(rig_number(ledger, "SELECT since FROM account WHERE name = 'home' AND text IS NULL"), 7);
  FAILS(account_set_state(ledger, "nobody", ACCOUNT_IDLE, NULL, 0, &error), LEDGER_ERROR_MISSING);
}

static void a_pass_tells_its_counts_and_how_it_ended(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  assert_null(pass_last(ledger, "home", &error));
  assert_null(error);
  Pass pass = { .account = (char *)"home" };
  OK(pass_begin(ledger, &pass, 1000, &error));
  assert_true(pass.id > 0);
  pass.sent_done = 1, pass.sent_total = 2, pass.scanned = 3, pass.scan_total = 4, pass.candidates = 5;
  pass.genuine = 6, pass.backscatter = 7, pass.unsure = 8, pass.waiting = 9, pass.moved = 10;
  OK(pass_update(ledger, &pass, &error));
  Pass *last = pass_last(ledger, "home", &error);
  OK(last != NULL);
  const guint got[] = { last->sent_done, last->sent_total,  last->scanned, last->scan_total, last->candidates,
                        last->genuine,   last->backscatter, last->unsure,  last->waiting,    last->moved };
  for (guint i = 0; i < G_N_ELEMENTS(got); i++) assert_int_equal(got[i], i + 1);
  assert_int_equal(last->started, 1000);
  assert_int_equal(last->ended, 0);
  assert_string_equal(last->account, "home");
  pass_free(last);

  OK(pass_end(ledger, &pass, 1010, "The server hung up.", &error));
  assert_int_equal(rig_number(ledger, "SELECT last_pass FROM account WHERE name = 'home'"), 0);
  last = pass_last(ledger, "home", &error);
  assert_int_equal(last->ended, 1010);
  assert_string_equal(last->error, "The server hung up.");
  pass_free(last);
  OK(pass_end(ledger, &pass, 1020, NULL, &error));
  assert_int_equal(rig_number(ledger, "SELECT last_pass FROM account WHERE name = 'home'"), 1020);
  assert_null(pass.error);

  Pass stranger = { .id = 4711, .account = (char *)"home" }, nobody = { .account = (char *)"nobody" };
  FAILS(pass_update(ledger, &stranger, &error), LEDGER_ERROR_MISSING);
  FAILS(pass_end(ledger, &stranger, 1, NULL, &error), LEDGER_ERROR_MISSING);
  FAILS(pass_begin(ledger, &nobody, 1, &error), LEDGER_ERROR_MISSING);
  g_free(pass.error);
}

static void the_last_hundred_passes_of_an_account_are_kept(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  Pass work = { .account = (char *)"work" };
  OK(pass_begin(ledger, &work, 1, &error));
  for (int i = 1; i <= 130; i++) {
    Pass pass = { .account = (char *)"home" };
    OK(pass_begin(ledger, &pass, i, &error));
    OK(pass_end(ledger, &pass, i, NULL, &error));
  }
  assert_int_equal(
      rig_number(ledger, "SELECT count(*) FROM pass JOIN account ON account.id = account WHERE name = 'home'"), 100);
  assert_int_equal(
      rig_number(ledger, "SELECT min(started) FROM pass JOIN account ON account.id = account WHERE name = 'home'"), 31);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM pass"), 101);
}

static void a_mark_belongs_to_one_account_folder_and_role(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  FolderMark mark = { 9, 9, 9, 9 };
  OK(folder_mark_get(ledger, "home", "INBOX", FOLDER_ROLE_WATCHED, &mark, &error));
  assert_memory_equal(&mark, (&(FolderMark){ 0, 1, 0, 0 }), sizeof mark);
  const FolderMark written = { 4294967295u, 4294967294u, -5, 1700000000 };
  OK(folder_mark_set(ledger, "home", "INBOX", FOLDER_ROLE_WATCHED, &written, &error));
  OK(folder_mark_get(ledger, "home", "INBOX", FOLDER_ROLE_WATCHED, &mark, &error));
  assert_memory_equal(&mark, &written, sizeof mark);
  OK(folder_mark_get(ledger, "home", "INBOX", FOLDER_ROLE_SENT, &mark, &error)); /* by role */
  assert_int_equal(mark.validity, 0);
  OK(folder_mark_get(ledger, "work", "INBOX", FOLDER_ROLE_WATCHED, &mark, &error)); /* by account */
  assert_int_equal(mark.validity, 0);
  mark.next = 77;
  FAILS(folder_mark_get(ledger, "nobody", "INBOX", FOLDER_ROLE_WATCHED, &mark, &error), LEDGER_ERROR_MISSING);
  assert_int_equal(mark.next, 77);
  FAILS(folder_mark_set(ledger, "nobody", "INBOX", FOLDER_ROLE_WATCHED, &written, &error), LEDGER_ERROR_MISSING);
}

/* What did not change is not written. */
static void what_did_not_change_is_not_written(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  const char *const both[] = { "Sent", "Old" }, *const other[] = { "Sent", "New" };
  const FolderMark mark = { 1, 2, 3, 4 };
  OK(folder_use_sent(ledger, "home", both, 2, &error));
  OK(folder_mark_set(ledger, "home", "INBOX", FOLDER_ROLE_WATCHED, &mark, &error));
  gint64 changes = rig_number(ledger, "SELECT total_changes()");
  OK(folder_use_sent(ledger, "home", both, 2, &error));
  OK(folder_use_sent(ledger, "work", NULL, 0, &error));
  OK(folder_mark_set(ledger, "home", "INBOX", FOLDER_ROLE_WATCHED, &mark, &error));
  assert_int_equal(rig_number(ledger, "SELECT total_changes()"), changes);
  OK(folder_use_sent(ledger, "home", other, 2, &error));
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM folder WHERE used AND name IN ('Sent', 'New')"), 2);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM folder WHERE used"), 2);
  OK(folder_use_sent(ledger, "home", both, 1, &error));
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM folder WHERE used"), 1);
}

/* A daemon that says nothing of its configuration, and one that refuses what the file says now. */
static void the_daemon_says_by_which_configuration_it_runs(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(Running) none = running_get(ledger, &error);
  assert_true(none == NULL && error == NULL);
  OK(running_refuse(ledger, "It is red.", &error)); /* nobody runs by anything */
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM running"), 0);
  OK(running_set(ledger, "/etc/config", "one", &error));
  OK(running_refuse(ledger, "It is red.", &error));
  g_autoptr(Running) refused = running_get(ledger, &error);
  assert_string_equal(refused->digest, "one");
  assert_string_equal(refused->problem, "It is red.");
  gint64 changes = rig_number(ledger, "SELECT total_changes()");
  OK(running_refuse(ledger, "It is red.", &error));
  assert_int_equal(rig_number(ledger, "SELECT total_changes()"), changes);
  OK(running_set(ledger, "/etc/config", "one", &error)); /* it is as it was before: nothing is wrong any more */
  g_autoptr(Running) mended = running_get(ledger, &error);
  assert_null(mended->problem);
  changes = rig_number(ledger, "SELECT total_changes()");
  OK(running_set(ledger, "/etc/config", "one", &error));
  assert_int_equal(rig_number(ledger, "SELECT total_changes()"), changes);
  OK(running_set(ledger, "/etc/config", "two", &error));
  g_autoptr(Running) other = running_get(ledger, &error);
  assert_string_equal(other->digest, "two");
  assert_string_equal(other->file, "/etc/config");
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM running"), 1);
}

static void assert_notice(Ledger *ledger, const char *want)
{
  GError *error = NULL;
  g_autoptr(GPtrArray) accounts = account_list(ledger, &error);
  OK(accounts != NULL);
  const char *got = ((const Account *)accounts->pdata[0])->notice;
  if (g_strcmp0(got, want) != 0) fail_msg("the notice is: %s", got != NULL ? got : "none");
}

static void a_notice_takes_no_others_place_and_goes_alone(void **state)
{
  static const struct {
    NoticeKind kind;
    const char *notice, *all;
  } rows[] = { { NOTICE_FOLDERS, "Sent Items is not read.", "Sent Items is not read." },
               { NOTICE_BRAKE, "Nothing is moved.", "Nothing is moved. Sent Items is not read." },
               { NOTICE_DOOR, "The port\nis taken.", "Nothing is moved. Sent Items is not read. The port is taken." },
               { NOTICE_BRAKE, NULL, "Sent Items is not read. The port is taken." },
               { NOTICE_FOLDERS, "Read-only.", "Read-only. The port is taken." },
               { NOTICE_FOLDERS, NULL, "The port is taken." },
               { NOTICE_DOOR, NULL, NULL } };
  GError *error = NULL;
  const AccountSetup one[] = { { (char *)"home", (char *)"*" } };
  g_autoptr(Ledger) ledger = ledger_open(NULL, LEDGER_MEMORY, &error);
  OK(account_configure(ledger, one, 1, &error));
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    OK(account_set_notice(ledger, "home", rows[i].kind, rows[i].notice, &error));
    assert_notice(ledger, rows[i].all);
    gint64 changes = rig_number(ledger, "SELECT total_changes()");
    OK(account_set_notice(ledger, "home", rows[i].kind, rows[i].notice, &error));
    assert_int_equal(rig_number(ledger, "SELECT total_changes()"), changes);
  }
}

/* It was noted by a version that knew one notice for all, and the next pass looks at the folders anyway. */
static void an_older_notice_goes_with_the_next_look_at_the_folders(void **state)
{
  GError *error = NULL;
  const AccountSetup one[] = { { (char *)"home", (char *)"*" } };
  g_autoptr(Ledger) ledger = ledger_open(NULL, LEDGER_MEMORY, &error);
  OK(account_configure(ledger, one, 1, &error));
  OK(db_exec(ledger, "UPDATE account SET notice = 'Only observes.'", &error));
  assert_notice(ledger, "Only observes.");
  OK(account_set_notice(ledger, "home", NOTICE_BRAKE, NULL, &error));
  assert_notice(ledger, "Only observes.");
  OK(account_set_notice(ledger, "home", NOTICE_FOLDERS, NULL, &error));
  assert_notice(ledger, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(accounts_are_those_of_the_configuration_and_others_stay_known),
                                      cmocka_unit_test(a_state_is_told_with_its_text_and_since_when),
                                      cmocka_unit_test(an_account_that_names_another_mailbox_forgets_its_folders),
                                      cmocka_unit_test(a_pass_tells_its_counts_and_how_it_ended),
                                      cmocka_unit_test(the_last_hundred_passes_of_an_account_are_kept),
                                      cmocka_unit_test(a_mark_belongs_to_one_account_folder_and_role),
                                      cmocka_unit_test(what_did_not_change_is_not_written),
                                      cmocka_unit_test(a_notice_takes_no_others_place_and_goes_alone),
                                      cmocka_unit_test(an_older_notice_goes_with_the_next_look_at_the_folders),
                                      cmocka_unit_test(the_daemon_says_by_which_configuration_it_runs) };
  return cmocka_run_group_tests_name("ledger_account", tests, NULL, NULL);
}
