/* test_seen_before.c - a message that was there before is judged once, and one that only looks like it for itself
 * Owns:     mailboxes in memory.
 * Must not: judge for itself.
 * Fails:    by TAP.
 * Tests:    fetcher/pass/seen_before.c, fetcher/pass/batch.c */
#include "ledger/sent.h"
#include "ledger/wish.h"
#include "tests/rigs/fake_mail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void renumbered_folders_are_read_afresh_and_judged_once(void **state)
{
  Fake *fake = *state;
  fake_pass_ok(fake);
  g_autofree char *before = fake_snapshot(fake->server);
  gint64 sent = sent_count(fake->ledger, NULL, NULL);
  static const char *const names[] = { "INBOX", "Sent", "Backscatter" };
  for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
    FakeFolder *folder = fake_folder(fake->server, names[i]);
    folder->validity += 1000;
    folder->next += 50;
    for (guint k = 0; k < folder->messages->len; k++) ((FakeMessage *)folder->messages->pdata[k])->uid += 50;
  }
  Pass pass = fake_pass_ok(fake);
  g_autofree char *after = fake_snapshot(fake->server);
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  assert_string_equal(before, after);
  assert_int_equal(pass.scanned, 3);
  assert_int_equal(entries->len, 4);
  assert_int_equal(sent_count(fake->ledger, NULL, NULL), sent);
}

/* Numbers go on from other numbers, for the messages that are there as well. */
static void shift(FakeFolder *folder, int by)
{
  folder->next = (guint32)((int)folder->next + by);
  for (guint i = 0; i < folder->messages->len; i++) {
    FakeMessage *message = folder->messages->pdata[i];
    message->uid = (guint32)((int)message->uid + by);
  }
}

/* A server that was set back to a backup gives UIDs a second time under the same UIDVALIDITY. */
static void a_server_set_back_is_read_afresh(void **state)
{
  Fake *fake = *state;
  FakeFolder *inbox = fake_folder(fake->server, "INBOX"), *sent = fake_folder(fake->server, "Sent");
  inbox->next += 50;
  shift(sent, 50);
  fake_pass_ok(fake);
  inbox->next -= 40;
  shift(sent, -40);
  fake_sent(fake, "after@example.org", "after@example.com", fake->now - 3600);
  fake_bounce(fake, "INBOX", 9, "after@example.org", "after@example.com", fake->now - 3500);
  fake_bounce(fake, "INBOX", 8, "forged-8@spam.example", "victim-8@example.com", fake->now - 3500);
  Pass pass = fake_pass_ok(fake);
  assert_int_equal(pass.genuine, 1);
  assert_int_equal(pass.moved, 1);
  assert_int_equal(fake_pass_ok(fake).scanned, 0);
}

static void dragged_back_by_hand_counts_as_restored(void **state)
{
  Fake *fake = *state;
  fake_pass_ok(fake);
  FakeFolder *away = fake_folder(fake->server, "Backscatter"), *inbox = fake_folder(fake->server, "INBOX");
  FakeMessage *message = g_ptr_array_steal_index(away->messages, 0);
  message->uid = inbox->next++;
  g_ptr_array_add(inbox->messages, message);
  for (int i = 0; i < 2; i++) fake_pass_ok(fake);
  assert_int_equal(fake_count(fake, "INBOX"), 4);
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  guint restored = 0;
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = entries->pdata[i];
    restored += entry->state == MOVE_RESTORED && entry->exempt;
  }
  assert_int_equal(entries->len, 4);
  assert_int_equal(restored, 1);
}

static void what_is_copied_back_by_hand_stays(void **state)
{
  Fake *fake = *state;
  fake_pass_ok(fake);
  const FakeMessage *away = fake_folder(fake->server, "Backscatter")->messages->pdata[0];
  gsize size;
  const char *bytes = g_bytes_get_data(away->bytes, &size);
  g_autofree char *text = g_strndup(bytes, size);
  fake_add(fake->server, "INBOX", text, away->stored)->backscatter = TRUE; /* a copy keeps its keywords */
  for (int i = 0; i < 2; i++) assert_int_equal(fake_pass_ok(fake).moved, 0);
  assert_int_equal(fake_count(fake, "INBOX"), 4);
  assert_int_equal(fake_count(fake, "Backscatter"), 3);
}

static void a_twin_is_judged_for_itself(void **state)
{
  Fake *fake = *state;
  fake_pass_ok(fake);
  const FakeMessage *first = fake_folder(fake->server, "Backscatter")->messages->pdata[0];
  gsize size;
  const char *bytes = g_bytes_get_data(first->bytes, &size);
  g_autofree char *text = g_strndup(bytes, size);
  fake_add(fake->server, "INBOX", text, first->stored);
  Pass pass = fake_pass_ok(fake);
  assert_int_equal(pass.moved, 1);
  assert_int_equal(fake_count(fake, "Backscatter"), 4);
}

/* Delivers the INBOX's message at this index once more. */
static void add_twin(Fake *fake, guint index)
{
  const FakeMessage *first = fake_folder(fake->server, "INBOX")->messages->pdata[index];
  gsize size;
  const char *bytes = g_bytes_get_data(first->bytes, &size);
  g_autofree char *text = g_strndup(bytes, size);
  fake_add(fake->server, "INBOX", text, first->stored);
}

static void a_restored_twin_stays(void **state)
{
  Fake *fake = *state;
  g_autoptr(GError) problem = NULL;
  fake->server->keeps_no_keywords = TRUE;
  add_twin(fake, 2);
  assert_int_equal(fake_pass_ok(fake).moved, 4);
  fake->server->names_no_uids = TRUE;
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  const Entry *older = NULL;
  for (guint i = 0; i < entries->len; i++)
    for (guint k = 0; k < i; k++)
      if (fingerprint_equal(&((Entry *)entries->pdata[i])->fingerprint, &((Entry *)entries->pdata[k])->fingerprint))
        older = entries->pdata[i];
  assert_non_null(older);
  assert_true(wish_add(fake->ledger, WISH_RESTORE, older->id, NULL, &problem) > 0);
  for (int i = 0; i < 2; i++) assert_int_equal(fake_pass_ok(fake).moved, 0);
  assert_int_equal(fake_count(fake, "INBOX"), 4);
  assert_int_equal(fake_count(fake, "Backscatter"), 3);
}

static void a_twin_dragged_back_stays(void **state)
{
  Fake *fake = *state;
  add_twin(fake, 2);
  fake_pass_ok(fake);
  FakeFolder *away = fake_folder(fake->server, "Backscatter"), *inbox = fake_folder(fake->server, "INBOX");
  FakeMessage *message = g_ptr_array_steal_index(away->messages, 0);
  message->uid = inbox->next++;
  g_ptr_array_add(inbox->messages, message);
  for (int i = 0; i < 2; i++) assert_int_equal(fake_pass_ok(fake).moved, 0);
  assert_int_equal(fake_count(fake, "INBOX"), 4);
}

/* Two minutes pass for all that waits. */
static void make_due(Fake *fake)
{
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  for (guint i = 0; i < entries->len; i++) {
    Entry *entry = entries->pdata[i];
    g_autoptr(GPtrArray) one = g_ptr_array_new();
    if (entry->state != MOVE_WAITING) continue;
    entry->due = fake->now - 1;
    entry->judged = entry->due - FILTER_GRACE;
    g_ptr_array_add(one, entry);
    assert_true(journal_record(fake->ledger, one, "home", "INBOX", NULL, NULL));
  }
}

static void fresh_backscatter_waits_for_a_second_look(void **state)
{
  Fake *fake = *state;
  fake_pass_ok(fake);
  fake_bounce(fake, "INBOX", 9, "forged-9@spam.example", "victim-9@example.com", fake->now);
  fake_bounce(fake, "INBOX", 8, "late@example.org", "late@example.com", fake->now);
  Pass pass = fake_pass_ok(fake);
  assert_int_equal(pass.waiting, 2);
  assert_int_equal(pass.moved, 0);
  assert_int_equal(fake_pass_ok(fake).moved, 0); /* not due yet */
  fake_sent(fake, "late@example.org", "late@example.com", fake->now);
  make_due(fake);
  pass = fake_pass_ok(fake);
  assert_int_equal(pass.genuine, 1); /* its Sent copy came late */
  assert_int_equal(pass.moved, 1);
  g_autoptr(GPtrArray) after = fake_entries(fake);
  assert_int_equal(after->len, 6);
}

static void a_waiting_twin_of_a_restored_one_stays(void **state)
{
  Fake *fake = *state;
  g_autoptr(GError) problem = NULL;
  FakeFolder *inbox = fake_folder(fake->server, "INBOX");
  fake_bounce(fake, "INBOX", 9, "forged-9@spam.example", "victim-9@example.com", fake->now);
  add_twin(fake, 6);
  FakeMessage *twin = g_ptr_array_steal_index(inbox->messages, 7); /* it comes later */
  assert_int_equal(fake_pass_ok(fake).moved, 3);
  make_due(fake);
  assert_int_equal(fake_pass_ok(fake).moved, 1);
  twin->uid = inbox->next++;
  g_ptr_array_add(inbox->messages, twin);
  assert_int_equal(fake_pass_ok(fake).waiting, 1);
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  const Entry *waiting = entries->pdata[0];
  for (guint i = 1; i < entries->len; i++) {
    const Entry *entry = entries->pdata[i];
    if (!fingerprint_equal(&entry->fingerprint, &waiting->fingerprint)) continue;
    assert_true(wish_add(fake->ledger, WISH_RESTORE, entry->id, NULL, &problem) > 0);
  }
  fake_pass_ok(fake);
  make_due(fake);
  Pass pass = fake_pass_ok(fake);
  assert_int_equal(pass.waiting, 0);
  assert_int_equal(pass.moved, 0);
  assert_int_equal(fake_count(fake, "INBOX"), 5);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    FAKE_CASE(renumbered_folders_are_read_afresh_and_judged_once),
    FAKE_CASE(a_server_set_back_is_read_afresh),
    FAKE_CASE(dragged_back_by_hand_counts_as_restored),
    FAKE_CASE(what_is_copied_back_by_hand_stays),
    FAKE_CASE(a_twin_is_judged_for_itself),
    FAKE_CASE(a_restored_twin_stays),
    FAKE_CASE(a_twin_dragged_back_stays),
    FAKE_CASE(fresh_backscatter_waits_for_a_second_look),
    FAKE_CASE(a_waiting_twin_of_a_restored_one_stays),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
