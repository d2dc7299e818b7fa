/* test_pass.c - what one pass does to a mailbox, and what it leaves alone
 * Owns:     mailboxes in memory.
 * Must not: judge for itself.
 * Fails:    by TAP.
 * Tests:    fetcher/pass/pass.c, fetcher/pass/watch.c, fetcher/pass/batch.c, fetcher/pass/run.c */
#include "ledger/configure.h"
#include "tests/rigs/fake_mail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void moves_the_forged_ones(void **state)
{
  Fake *fake = *state;
  Pass pass = fake_pass_ok(fake);
  assert_int_equal(pass.scanned, 6);
  assert_int_equal(pass.candidates, 4);
  assert_int_equal(pass.genuine, 1);
  assert_int_equal(pass.backscatter, 3);
  assert_int_equal(pass.moved, 3);
  assert_int_equal(pass.sent_done, 5);
  assert_int_equal(fake_count(fake, "INBOX"), 3);
  assert_int_equal(fake_count(fake, "Backscatter"), 3);
  assert_int_equal(fake_count(fake, "Sent"), 5);
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  assert_int_equal(entries->len, 4);
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = entries->pdata[i];
    assert_int_equal(entry->state, entry->verdict == VERDICT_GENUINE ? MOVE_KEPT : MOVE_QUARANTINED);
    assert_true(entry->evidence->len > 0 && entry->decided < entry->evidence->len);
    if (entry->state == MOVE_QUARANTINED) assert_true(entry->away.uid != 0 && entry->away.validity != 0);
  }
}

static void second_pass_reads_nothing(void **state)
{
  Fake *fake = *state;
  fake_pass_ok(fake);
  g_autofree char *before = fake_snapshot(fake->server);
  Pass pass = fake_pass_ok(fake);
  g_autofree char *after = fake_snapshot(fake->server);
  assert_string_equal(before, after);
  assert_int_equal(pass.scanned, 0);
  assert_int_equal(fake->server->reads, 0);
  assert_int_equal(fake->server->scans, 0);
}

static void observing_moves_nothing(void **state)
{
  Fake *fake = *state;
  g_autofree char *before = fake_snapshot(fake->server);
  fake->config.observe = TRUE;
  Pass pass = fake_pass_ok(fake);
  g_autofree char *after = fake_snapshot(fake->server);
  assert_int_equal(pass.backscatter, 3);
  assert_int_equal(pass.moved, 0);
  assert_string_equal(before, after);
}

static void what_was_observed_is_moved_once_it_may_be(void **state)
{
  Fake *fake = *state;
  fake->config.observe = TRUE;
  for (int i = 0; i < 2; i++) fake_pass_ok(fake);
  fake->config.observe = FALSE;
  assert_int_equal(fake_pass_ok(fake).moved, 3);
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  assert_int_equal(entries->len, 4);
  assert_int_equal(fake_count(fake, "Backscatter"), 3);
}

static void a_server_that_cannot_move_is_only_observed(void **state)
{
  Fake *fake = *state;
  g_autofree char *before = fake_snapshot(fake->server);
  fake->server->cannot_move = TRUE;
  Pass pass = fake_pass_ok(fake);
  g_autofree char *after = fake_snapshot(fake->server);
  assert_int_equal(pass.backscatter, 3);
  assert_int_equal(pass.moved, 0);
  assert_string_equal(before, after);
}

static char *notice_of(Fake *fake)
{
  g_autoptr(GError) problem = NULL;
  GPtrArray *accounts = account_list(fake->ledger, &problem);
  assert_non_null(accounts);
  char *notice = g_strdup(((const Account *)accounts->pdata[0])->notice);
  g_ptr_array_unref(accounts);
  return notice;
}

static void a_read_only_inbox_is_only_observed(void **state)
{
  Fake *fake = *state;
  fake_folder(fake->server, "INBOX")->read_only = TRUE;
  Pass pass = fake_pass_ok(fake);
  assert_int_equal(pass.backscatter, 3);
  assert_int_equal(pass.moved, 0);
  assert_int_equal(fake_count(fake, "INBOX"), 6);
  g_autofree char *notice = notice_of(fake);
  assert_non_null(strstr(notice, "INBOX"));
  fake_folder(fake->server, "INBOX")->read_only = FALSE;
  assert_int_equal(fake_pass_ok(fake).moved, 3);
  assert_null(notice_of(fake));
}

static void without_a_sent_folder_nothing_is_judged(void **state)
{
  Fake *fake = *state;
  g_autoptr(GError) problem = NULL;
  FakeFolder *sent = fake_folder(fake->server, "Sent");
  g_free(sent->name);
  sent->name = g_strdup("Notes");
  sent->use = 0;
  g_autofree char *before = fake_snapshot(fake->server);
  assert_false(fake_pass(fake, NULL, &problem));
  assert_true(g_error_matches(problem, CONFIG_ERROR, CONFIG_ERROR_INVALID));
  g_autofree char *after = fake_snapshot(fake->server);
  assert_string_equal(before, after);
  g_clear_error(&problem);
  sent->name[0] = 'S'; /* found after all: everything is judged then */
  g_free(sent->name);
  sent->name = g_strdup("Gesendet");
  assert_int_equal(fake_pass_ok(fake).moved, 3);
}

static void a_configured_sent_folder_must_exist(void **state)
{
  Fake *fake = *state;
  char *wanted[] = { (char *)"Outbox", NULL };
  g_autoptr(GError) problem = NULL;
  fake->account.sent = wanted;
  assert_false(fake_pass(fake, NULL, &problem));
  assert_true(g_error_matches(problem, CONFIG_ERROR, CONFIG_ERROR_INVALID));
  assert_int_equal(fake_count(fake, "INBOX"), 6);
}

static void incomplete_coverage_keeps_everything(void **state)
{
  Fake *fake = *state;
  FakeFolder *sent = fake_folder(fake->server, "Sent");
  while (sent->messages->len > 1) g_ptr_array_remove_index(sent->messages, 0); /* the oldest left is too young */
  Pass pass = fake_pass_ok(fake);
  assert_int_equal(pass.backscatter, 0);
  assert_int_equal(pass.unsure, 3);
  assert_int_equal(fake_count(fake, "INBOX"), 6);
}

/* What lies in Sent and cannot be read, or tells nothing at all (a compressed file), may be what a bounce answers. */
static void what_cannot_be_read_in_sent_is_a_gap(void **state)
{
  for (guint i = 0; i < 2; i++) {
    Fake *fake = fake_new();
    FakeMessage *message = i == 0 ? fake_folder(fake->server, "Sent")->messages->pdata[2]
                                  : fake_add(fake->server, "Sent", "\x1f\x8b\x08 no header\n", fake->now - 3 * 86400);
    message->unreadable = i == 0;
    Pass pass = fake_pass_ok(fake);
    assert_int_equal(pass.backscatter, 0);
    assert_int_equal(pass.unsure, 3);
    assert_int_equal(fake_count(fake, "INBOX"), 6);
    fake_free(fake);
  }
}

static void a_quarantine_that_cannot_be_made_stops_the_pass(void **state)
{
  Fake *fake = *state;
  g_autoptr(GError) problem = NULL;
  fake->server->refuses_create = TRUE;
  g_autofree char *before = fake_snapshot(fake->server);
  assert_false(fake_pass(fake, NULL, &problem));
  assert_true(g_error_matches(problem, STORE_ERROR, STORE_ERROR_MAILBOX));
  assert_non_null(g_strstr_len(problem->message, -1, "quarantine"));
  g_autofree char *after = fake_snapshot(fake->server);
  assert_string_equal(before, after);
}

static void a_quarantine_that_is_read_is_refused(void **state)
{
  Fake *fake = *state;
  static char *two[] = { (char *)"INBOX", (char *)"Backscatter", NULL };
  g_autoptr(GError) problem = NULL;
  fake->account.folders = two;
  assert_false(fake_pass(fake, NULL, &problem));
  assert_true(g_error_matches(problem, CONFIG_ERROR, CONFIG_ERROR_INVALID));
  g_clear_error(&problem);
  two[1] = NULL;
  fake->account.quarantine = (char *)"Sent";
  assert_false(fake_pass(fake, NULL, &problem));
  assert_true(g_error_matches(problem, CONFIG_ERROR, CONFIG_ERROR_INVALID));
  assert_int_equal(fake_count(fake, "INBOX"), 6);
}

static void a_long_folder_is_read_to_its_end(void **state)
{
  Fake *fake = *state;
  fake->server->names_no_uids = TRUE;
  fake_folder(fake->server, "INBOX")->next += 3000;
  fake_bounce(fake, "INBOX", 8, "forged-8@spam.example", "victim-8@example.com", fake->now - 4 * 86400);
  fake_pass_ok(fake);
  assert_int_equal(fake_count(fake, "Backscatter"), 4);
}

/* Two different waits: having waited for another account does not make a bounce any older. */
static void waiting_for_others_is_no_second_look(void **state)
{
  Fake *fake = *state;
  g_autoptr(GError) problem = NULL;
  const AccountSetup both[] = { { (char *)"home", (char *)"*" }, { (char *)"work", (char *)"*" } };
  const char *const sent[] = { "Sent" };
  FolderMark read = { .validity = 1, .next = 9, .oldest = fake->now - 90 * 86400, .synced = fake->now + 60 };
  fake_pass_ok(fake);
  assert_true(account_configure(fake->ledger, both, 2, &problem));
  fake_bounce(fake, "INBOX", 9, "forged-9@spam.example", "victim-9@example.com", fake->now);
  assert_int_equal(fake_pass_ok(fake).waiting, 1);
  assert_true(folder_use_sent(fake->ledger, "work", sent, 1, &problem));
  assert_true(folder_mark_set(fake->ledger, "work", "Sent", FOLDER_ROLE_SENT, &read, &problem));
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  g_autoptr(GPtrArray) one = g_ptr_array_new();
  Entry *entry = entries->pdata[0];
  entry->due = entry->judged; /* at once, when the other account is done */
  g_ptr_array_add(one, entry);
  assert_true(journal_record(fake->ledger, one, "home", "INBOX", NULL, &problem));
  Pass pass = fake_pass_ok(fake);
  assert_int_equal(pass.moved, 0);
  assert_int_equal(pass.waiting, 1);
}

static void another_machines_restored_mail_is_left_alone(void **state)
{
  Fake *fake = *state;
  FakeFolder *inbox = fake_folder(fake->server, "INBOX");
  for (guint i = 0; i < inbox->messages->len; i++) ((FakeMessage *)inbox->messages->pdata[i])->not_backscatter = TRUE;
  assert_int_equal(fake_pass_ok(fake).moved, 0);
}

static void a_refused_move_is_failed_with_its_reason(void **state)
{
  Fake *fake = *state;
  fake->server->refuses_move = TRUE;
  fake_pass_ok(fake);
  assert_int_equal(fake_count(fake, "INBOX"), 6);
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  guint failed = 0;
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = entries->pdata[i];
    if (entry->state == MOVE_FAILED) {
      failed++;
      assert_non_null(g_strstr_len(entry->reason, -1, "over quota"));
    }
  }
  assert_int_equal(failed, 3);
}

static void a_server_that_names_no_uids_is_looked_at(void **state)
{
  Fake *fake = *state;
  fake->server->names_no_uids = TRUE;
  fake->server->finds_no_ids = TRUE; /* then by size */
  fake_pass_ok(fake);
  assert_int_equal(fake_count(fake, "Backscatter"), 3);
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = entries->pdata[i];
    if (entry->verdict == VERDICT_BACKSCATTER) assert_true(entry->state == MOVE_QUARANTINED && entry->away.uid != 0);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    FAKE_CASE(moves_the_forged_ones),
    FAKE_CASE(second_pass_reads_nothing),
    FAKE_CASE(observing_moves_nothing),
    FAKE_CASE(what_was_observed_is_moved_once_it_may_be),
    FAKE_CASE(a_server_that_cannot_move_is_only_observed),
    FAKE_CASE(a_read_only_inbox_is_only_observed),
    FAKE_CASE(without_a_sent_folder_nothing_is_judged),
    FAKE_CASE(a_configured_sent_folder_must_exist),
    FAKE_CASE(incomplete_coverage_keeps_everything),
    FAKE_CASE(what_cannot_be_read_in_sent_is_a_gap),
    FAKE_CASE(a_quarantine_that_cannot_be_made_stops_the_pass),
    FAKE_CASE(a_quarantine_that_is_read_is_refused),
    FAKE_CASE(a_long_folder_is_read_to_its_end),
    FAKE_CASE(waiting_for_others_is_no_second_look),
    FAKE_CASE(another_machines_restored_mail_is_left_alone),
    FAKE_CASE(a_refused_move_is_failed_with_its_reason),
    FAKE_CASE(a_server_that_names_no_uids_is_looked_at),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
