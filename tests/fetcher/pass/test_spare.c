/* test_spare.c - what the owner has back, or has copied out of quarantine, is left alone; and how much a stranger gains
 * by that. */
#include "ledger/spare.h"
#include "ledger/wish.h"
#include "tests/rigs/fake_mail.h"
#include <glib/gstdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static char *text_of(const FakeMessage *message)
{
  gsize size;
  const char *bytes = g_bytes_get_data(message->bytes, &size);
  return g_strndup(bytes, size);
}

static FakeMessage *first_in(const Fake *fake, const char *folder)
{
  return fake_folder(fake->server, folder)->messages->pdata[0];
}

/* The entry of this state that is the oldest. */
static gint64 entry_in(Fake *fake, MoveState state)
{
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  for (guint i = entries->len; i > 0; i--)
    if (((const Entry *)entries->pdata[i - 1])->state == state) return ((const Entry *)entries->pdata[i - 1])->id;
  fail_msg("no entry is %s", move_state_name(state));
  return 0;
}

/* Restores the oldest one of quarantine; gives its text as it lies in the inbox. */
static char *restore_one(Fake *fake)
{
  g_autoptr(GError) problem = NULL;
  g_autofree char *text = text_of(first_in(fake, "Backscatter"));
  assert_true(wish_add(fake->ledger, WISH_RESTORE, entry_in(fake, MOVE_QUARANTINED), NULL, &problem) > 0);
  fake_pass_ok(fake);
  assert_int_equal(fake_count(fake, "Backscatter"), 2);
  return g_steal_pointer(&text);
}

/* A program takes the last message of the inbox out and puts it back with one field more. */
static void add_field(Fake *fake, const char *text, guint number)
{
  GPtrArray *messages = fake_folder(fake->server, "INBOX")->messages;
  g_autofree char *longer = g_strdup_printf("X-Checked: by a program, %u\n%s", number, text);
  g_ptr_array_remove_index(messages, messages->len - 1);
  fake_add(fake->server, "INBOX", longer, fake->now);
}

static void a_restored_message_with_a_field_more_is_left_alone(void **state)
{
  for (int keywords = 0; keywords < 2; keywords++) {
    Fake *fake = fake_new();
    fake->server->keeps_no_keywords = !keywords;
    fake_pass_ok(fake);
    g_autofree char *text = restore_one(fake);
    for (guint i = 0; i < SPARE_MOST; i++) {
      guint before = fake_count(fake, "INBOX");
      add_field(fake, text, i);
      for (int again = 0; again < 2; again++) fake_pass_ok(fake);
      assert_int_equal(fake_count(fake, "INBOX"), before);
      assert_int_equal(fake_count(fake, "Backscatter"), 2);
    }
    fake_free(fake);
  }
}

/* Who has seen the Message-ID of a restored bounce may use it again: for so many bounces, and no more. */
static void a_stranger_gains_no_more_than_the_cap(void **state)
{
  Fake *fake = *state;
  fake_pass_ok(fake);
  g_autofree char *text = restore_one(fake);
  guint before = fake_count(fake, "INBOX");
  for (guint i = 0; i < 20; i++) {
    g_autofree char *forged = g_strdup_printf("X-Forged: %u\n%s", i, text);
    fake_add(fake->server, "INBOX", forged, fake->now - 3600);
    if (i % 3 == 0) fake_pass_ok(fake);
  }
  fake_pass_ok(fake);
  guint left = fake_count(fake, "INBOX") - before;
  assert_true(left <= SPARE_MOST + 3); /* those of one pass are looked at before any of them is recorded */
  assert_int_equal(left + fake_count(fake, "Backscatter"), 22);
}

/* Another kind of report under the same Message-ID, or another bounce beside it, is judged. */
static void another_message_id_is_judged(void **state)
{
  Fake *fake = *state;
  fake_pass_ok(fake);
  g_free(restore_one(fake));
  fake_bounce(fake, "INBOX", 9, "forged-9@spam.example", "victim-9@example.com", fake->now - 5 * 86400);
  fake_pass_ok(fake);
  assert_int_equal(fake_count(fake, "Backscatter"), 3);
}

static void a_copy_taken_out_of_quarantine_is_left_alone(void **state)
{
  static const char *const fields[] = { "", "X-Copied: by a mail program\n" };
  for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
    Fake *fake = fake_new();
    fake->server->keeps_no_keywords = TRUE;
    fake_pass_ok(fake);
    g_autofree char *text = text_of(first_in(fake, "Backscatter")), *copy = g_strconcat(fields[i], text, NULL);
    fake_add(fake->server, "INBOX", copy, fake->now);
    for (int again = 0; again < 3; again++) fake_pass_ok(fake);
    assert_int_equal(fake_count(fake, "INBOX"), 4);
    assert_int_equal(fake_count(fake, "Backscatter"), 3);
    fake_free(fake);
  }
}

/* Where keywords are kept, a copy has $Backscatter; what has not is another delivery of the same message. */
static void a_second_delivery_is_told_from_a_copy_by_keywords(void **state)
{
  for (int marked = 0; marked < 2; marked++) {
    Fake *fake = fake_new();
    fake_pass_ok(fake);
    g_autofree char *text = text_of(first_in(fake, "Backscatter"));
    fake_add(fake->server, "INBOX", text, fake->now - 3600)->backscatter = marked;
    for (int again = 0; again < 3; again++) fake_pass_ok(fake);
    assert_int_equal(fake_count(fake, "INBOX"), marked ? 4 : 3);
    fake_free(fake);
  }
}

/* A ledger that knows nothing, on the same mailbox; the notes beside the quarantine are all that is left. */
static void what_was_restored_survives_the_loss_of_the_ledger(void **state)
{
  static const struct {
    const char *name, *spoil; /* the file's text afterwards; NULL: as it is; "": gone */
    gboolean field, kept;
  } rows[] = {
    { "as it was", NULL, FALSE, TRUE },
    { "with a field more", NULL, TRUE, TRUE },
    { "the notes are gone", "", FALSE, FALSE },
    { "the notes are damaged", "nothing that is a hash\n", FALSE, FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    Fake *fake = fake_new(), *second = NULL;
    g_autofree char *notes = g_build_filename(fake->directory, "notes", NULL), *kept = NULL;
    fake->server->keeps_no_keywords = TRUE;
    fake->server->notes = notes;
    fake_pass_ok(fake);
    g_autofree char *text = restore_one(fake);
    if (rows[i].field) add_field(fake, text, i);
    assert_true(g_file_get_contents(notes, &kept, NULL, NULL));
    assert_null(strstr(kept, "@"));
    if (rows[i].spoil != NULL && *rows[i].spoil == '\0') g_unlink(notes);
    if (rows[i].spoil != NULL && *rows[i].spoil != '\0') g_file_set_contents(notes, rows[i].spoil, -1, NULL);
    guint before = fake_count(fake, "INBOX");
    second = fake_second_machine(fake);
    for (int again = 0; again < 2; again++) fake_pass_ok(second);
    if (fake_count(fake, "INBOX") != before - (rows[i].kept ? 0 : 1)) fail_msg("%s: moved or not", rows[i].name);
    g_unlink(notes);
    fake_free(second);
    fake_free(fake);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(a_restored_message_with_a_field_more_is_left_alone),
                                      FAKE_CASE(a_stranger_gains_no_more_than_the_cap),
                                      FAKE_CASE(another_message_id_is_judged),
                                      cmocka_unit_test(a_copy_taken_out_of_quarantine_is_left_alone),
                                      cmocka_unit_test(a_second_delivery_is_told_from_a_copy_by_keywords),
                                      cmocka_unit_test(what_was_restored_survives_the_loss_of_the_ledger) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
