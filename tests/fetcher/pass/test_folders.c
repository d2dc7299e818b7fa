/* test_folders.c - which folders are read as Sent, and what the owner is told of the others
 * Owns:     mailboxes in memory.
 * Must not: judge for itself.
 * Fails:    by TAP.
 * Tests:    fetcher/pass/folders.c, fetcher/pass/sync.c */
#include "ledger/account.h"
#include "ledger/configure.h"
#include "ledger/sent.h"
#include "tests/rigs/fake_mail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define DAY ((gint64)86400)

/* The Sent folders in use, with commas. */
static char *in_use(Fake *fake)
{
  GError *error = NULL;
  g_autoptr(GString) text = g_string_new(NULL);
  g_autoptr(GPtrArray) list = coverage_list(fake->ledger, "home", &error);
  assert_non_null(list);
  for (guint i = 0; i < list->len; i++)
    g_string_append_printf(text, "%s%s", i > 0 ? "," : "", ((const Coverage *)list->pdata[i])->folder);
  return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *notice_of(Fake *fake)
{
  GError *error = NULL;
  g_autoptr(GPtrArray) accounts = account_list(fake->ledger, &error);
  assert_non_null(accounts);
  return g_strdup(((const Account *)accounts->pdata[0])->notice);
}

/* The phone's folder holds what one of the bounces answers, which looks forged without it. */
static void phone(Fake *fake, const char *folder)
{
  fake_sent_in(fake, folder, "mine-0@phone.example", "friend-1@example.com", fake->now - 90 * DAY);
  fake_sent_in(fake, folder, "forged-2@spam.example", "victim-2@example.com", fake->now - 5 * DAY - 120);
}

static void what_lies_in_another_sent_folder_was_sent(void **state)
{
  static const char *const others[] = { "Sent Items", "Sent Messages", "Gesendet", "Sent/2026", "Old laptop/Sent" };
  for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
    Fake *fake = fake_new();
    phone(fake, others[i]);
    Pass pass = fake_pass_ok(fake);
    if (pass.genuine != 2 || pass.moved != 2) fail_msg("%s: %u genuine", others[i], pass.genuine);
    fake_free(fake);
  }
}

/* A new program has made its folder and has sent nothing yet. */
static void an_empty_one_does_not_veil_the_others(void **state)
{
  Fake *fake = *state;
  fake_folder(fake->server, "Sent Items")->use = FOLDER_SENT;
  fake_folder(fake->server, "Gesendet");
  assert_int_equal(fake_pass_ok(fake).moved, 3);
  g_autofree char *used = in_use(fake);
  assert_string_equal(used, "Sent");
}

/* Sent mail belongs into the marked folder and does not lie there, so nobody knows where it goes. */
static void an_empty_marked_one_counts_where_no_marked_one_holds_mail(void **state)
{
  Fake *fake = *state;
  fake_folder(fake->server, "Sent")->use = 0;
  fake_folder(fake->server, "Archive of sent mail")->use = FOLDER_SENT;
  assert_int_equal(fake_pass_ok(fake).moved, 0);
  g_autofree char *used = in_use(fake);
  assert_string_equal(used, "Archive of sent mail,Sent");
}

/* It was read before, so what comes to it and goes again must be noticed. */
static void a_folder_that_was_emptied_is_read_on(void **state)
{
  Fake *fake = *state;
  GError *error = NULL;
  phone(fake, "Sent Items");
  fake_pass_ok(fake);
  FakeFolder *items = fake_folder(fake->server, "Sent Items");
  g_ptr_array_set_size(items->messages, 0);
  fake_pass_ok(fake);
  g_autofree char *used = in_use(fake);
  assert_string_equal(used, "Sent,Sent Items");
  items->next++;
  fake_pass_ok(fake);
  g_autoptr(GPtrArray) gaps = coverage_gaps(fake->ledger, "home", 0, &error);
  assert_int_equal(gaps->len, 1);
}

/* What another person sent says nothing about the owner, and clears no forged bounce. */
static void other_peoples_folders_are_not_opened(void **state)
{
  Fake *fake = *state;
  phone(fake, "user/joe/Sent");
  fake_folder(fake->server, "user/joe/Sent")->use = FOLDER_OTHERS | FOLDER_SENT;
  Run *run = fake_connect(fake);
  g_autoptr(GError) problem = NULL;
  assert_true(pass_run(run, PASS_WHOLE, NULL, &problem));
  assert_int_equal(run->pass.moved, 3);
  assert_int_equal(fake_folder(fake->server, "user/joe/Sent")->opened, 0);
  fake_disconnect(run);
}

/* What lies in it may be what a bounce answers: nothing is judged, and the owner hears which folder it is. */
static void one_that_cannot_be_opened_stops_the_pass(void **state)
{
  Fake *fake = *state;
  GError *error = NULL;
  phone(fake, "Old laptop/Sent");
  fake->server->refuses_select = "Old laptop/Sent";
  assert_false(fake_pass(fake, NULL, &error));
  assert_non_null(strstr(error->message, "\"Old laptop/Sent\" looks like a Sent folder"));
  g_clear_error(&error);
  assert_int_equal(fake_count(fake, "INBOX"), 6);
  char *wanted[] = { (char *)"Sent", NULL };
  fake->account.sent = wanted;
  fake->server->refuses_select = NULL;
  assert_int_equal(fake_pass_ok(fake).moved, 3);
}

/* Each new archive would end what is known for weeks, and many would cost many commands. */
static void an_archive_begins_with_the_folder_above_and_is_not_opened_to_be_looked_at(void **state)
{
  Fake *fake = *state;
  g_autoptr(GError) problem = NULL;
  fake_sent_in(fake, "Sent/2026", "filed@example.org", "friend-1@example.com", fake->now - DAY);
  assert_int_equal(fake_pass_ok(fake).moved, 3);
  fake_bounce(fake, "INBOX", 9, "forged-9@spam.example", "victim-9@example.com", fake->now - 6 * DAY);
  Run *run = fake_connect(fake);
  assert_true(pass_run(run, PASS_WHOLE, NULL, &problem));
  assert_int_equal(run->pass.moved, 1);
  assert_int_equal(fake_folder(fake->server, "Sent/2026")->opened, 0);
  fake_disconnect(run);
}

static void what_the_owner_leaves_out_is_told_once(void **state)
{
  Fake *fake = *state;
  g_autoptr(GError) problem = NULL;
  char *wanted[] = { (char *)"Sent", NULL, NULL };
  fake->account.sent = wanted;
  fake_folder(fake->server, "Gesendet"); /* is empty */
  phone(fake, "Sent Items");
  fake_pass_ok(fake);
  g_autofree char *notice = notice_of(fake), *used = in_use(fake);
  assert_non_null(strstr(notice, "\"Sent Items\" looks like a Sent folder and is not read"));
  assert_string_equal(used, "Sent");
  g_autoptr(Ledger) other = ledger_open(fake->directory, LEDGER_EXISTING, &problem);
  Run *run = fake_connect(fake);
  assert_true(pass_run(run, PASS_LOOK, NULL, &problem));
  gint64 before = ledger_data_version(other, &problem);
  run->folders.listed = 0;
  assert_true(pass_run(run, PASS_LOOK, NULL, &problem));
  assert_int_equal(ledger_data_version(other, &problem), before);
  fake_disconnect(run);
  phone(fake, "Gesendet");
  fake_pass_ok(fake);
  g_free(g_steal_pointer(&notice));
  notice = notice_of(fake);
  assert_non_null(strstr(notice, "and 1 more look like Sent folders"));
  fake->account.sent = NULL;
  fake_pass_ok(fake);
  g_free(g_steal_pointer(&notice));
  notice = notice_of(fake);
  assert_null(notice);
}

/* `sent = Archive` or `sent = INBOX`: other people's mail is no sent mail. */
static void a_folder_of_other_peoples_mail_gives_no_coverage(void **state)
{
  static const char *const named[] = { "Archive", "INBOX" };
  static const char *const says[] = { "10 of 10 messages in “Archive” of account “home” are not from its addresses",
                                      "“INBOX” of account “home” is watched for new mail" };
  for (guint i = 0; i < G_N_ELEMENTS(named); i++) {
    GError *error = NULL;
    Fake *fake = fake_new();
    AccountSetup setup = { (char *)"home", (char *)"owner@example.org" };
    char *wanted[] = { (char *)named[i], NULL };
    fake->account.sent = wanted;
    fake->account.addresses = (char *)"owner@example.org";
    assert_true(account_configure(fake->ledger, &setup, 1, &error));
    for (guint k = 0; k < 10; k++) {
      g_autofree char *text =
          g_strdup_printf("From: Bob %u <bob%u@example.com>\nTo: owner@example.org\nSubject: lunch\nMessage-ID: "
                          "<a%u@example.com>\n\nToday?\n",
                          k, k, k);
      fake_add(fake->server, "Archive", text, fake->now - (5 + k * 10) * DAY);
    }
    Pass pass = fake_pass_ok(fake);
    assert_int_equal(pass.moved, 0);
    assert_int_equal(fake_count(fake, "INBOX"), 6);
    g_autoptr(GPtrArray) list = coverage_list(fake->ledger, "home", &error);
    assert_int_equal(list->len, 1);
    const Coverage *coverage = list->pdata[0];
    assert_int_equal(coverage->from, 0);
    if (strstr(coverage->none, says[i]) == NULL) fail_msg("%s", coverage->none);
    g_autoptr(GPtrArray) entries = fake_entries(fake);
    guint told = 0;
    for (guint k = 0; k < entries->len; k++) {
      const GPtrArray *evidence = ((const Entry *)entries->pdata[k])->evidence;
      for (guint l = 0; l < evidence->len; l++) {
        g_autofree char *text = evidence_text(evidence->pdata[l]);
        told += strstr(text, says[i]) != NULL;
      }
    }
    assert_true(told >= 3);
    fake_free(fake);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_lies_in_another_sent_folder_was_sent),
    FAKE_CASE(an_empty_one_does_not_veil_the_others),
    FAKE_CASE(an_empty_marked_one_counts_where_no_marked_one_holds_mail),
    FAKE_CASE(a_folder_that_was_emptied_is_read_on),
    FAKE_CASE(other_peoples_folders_are_not_opened),
    FAKE_CASE(one_that_cannot_be_opened_stops_the_pass),
    FAKE_CASE(an_archive_begins_with_the_folder_above_and_is_not_opened_to_be_looked_at),
    FAKE_CASE(what_the_owner_leaves_out_is_told_once),
    cmocka_unit_test(a_folder_of_other_peoples_mail_gives_no_coverage),
  };
  return cmocka_run_group_tests_name("folders", tests, NULL, NULL);
}
