/* test_heal.c - a wrong verdict mends itself in the pass that finds the Sent copy
 * Owns:     mailboxes in memory.
 * Must not: judge for itself.
 * Fails:    by TAP.
 * Tests:    fetcher/pass/heal.c */
#include "ledger/heal.h"
#include "tests/rigs/fake_mail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void late_copy(Fake *fake)
{
  fake_sent(fake, "forged-2@spam.example", "victim-2@example.com", fake->now - (gint64)5 * 86400 - 120);
}

static void a_late_copy_brings_its_bounce_back(void **state)
{
  Fake *fake = *state;
  fake_pass_ok(fake);
  assert_int_equal(fake_count(fake, "Backscatter"), 3);
  late_copy(fake);
  fake_pass_ok(fake);
  assert_int_equal(fake_count(fake, "Backscatter"), 2);
  assert_int_equal(fake_count(fake, "INBOX"), 4);
  assert_int_equal(fake_in_state(fake, MOVE_RESTORED), 1);
  fake_pass_ok(fake); /* and it is left there */
  assert_int_equal(fake_count(fake, "INBOX"), 4);
}

static void on_an_open_connection_too(void **state)
{
  Fake *fake = *state;
  GError *error = NULL;
  Run *run = fake_connect(fake);
  assert_true(pass_run(run, PASS_WHOLE, NULL, &error));
  late_copy(fake);
  assert_true(pass_run(run, PASS_LOOK, NULL, &error));
  assert_int_equal(fake_count(fake, "INBOX"), 4);
  assert_int_equal(fake_in_state(fake, MOVE_RESTORED), 1);
  fake_disconnect(run);
}

/* The phone's folder is there now, by its name alone, with the mail that the bounce answers. */
static void another_sent_folder_brings_back_what_it_answers(void **state)
{
  Fake *fake = *state;
  fake_pass_ok(fake);
  assert_int_equal(fake_count(fake, "Backscatter"), 3);
  fake_sent_in(fake, "Sent Messages", "phone@example.org", "friend-1@example.com", fake->now - (gint64)90 * 86400);
  fake_sent_in(fake, "Sent Messages", "forged-2@spam.example", "victim-2@example.com",
               fake->now - (gint64)5 * 86400 - 120);
  fake_pass_ok(fake);
  assert_int_equal(fake_count(fake, "Backscatter"), 2);
  assert_int_equal(fake_count(fake, "INBOX"), 4);
  assert_int_equal(fake_in_state(fake, MOVE_RESTORED), 1);
}

static void another_sent_message_brings_nothing_back(void **state)
{
  Fake *fake = *state;
  fake_pass_ok(fake);
  fake_sent(fake, "another@example.org", "friend-1@example.com", fake->now - 86400);
  fake_pass_ok(fake);
  assert_int_equal(fake_count(fake, "Backscatter"), 3);
  assert_int_equal(fake_in_state(fake, MOVE_RESTORED), 0);
}

/* What the owner has deleted stays deleted. */
static void deleted_stays_deleted(void **state)
{
  Fake *fake = *state;
  GError *error = NULL;
  fake_pass_ok(fake);
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = entries->pdata[i];
    if (entry->state != MOVE_QUARANTINED) continue;
    assert_true(journal_intend(fake->ledger, entry->id, MOVE_D_INTENT, &error));
  }
  late_copy(fake);
  fake_pass_ok(fake);
  fake_pass_ok(fake);
  assert_int_equal(fake_in_state(fake, MOVE_DELETED), 3);
  assert_int_equal(fake_count(fake, "INBOX"), 3);
}

int main(void)
{
  filter_init();
  const struct CMUnitTest tests[] = { FAKE_CASE(a_late_copy_brings_its_bounce_back),
                                      FAKE_CASE(on_an_open_connection_too),
                                      FAKE_CASE(another_sent_folder_brings_back_what_it_answers),
                                      FAKE_CASE(another_sent_message_brings_nothing_back),
                                      FAKE_CASE(deleted_stays_deleted) };
  return cmocka_run_group_tests_name("heal", tests, NULL, NULL);
}
