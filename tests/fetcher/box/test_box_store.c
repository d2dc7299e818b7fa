/* test_box_store.c - a store made of boxes: numbers, listings, names and waiting
 * Owns:     a folder under /tmp (the rig's), ledgers in memory.
 * Must not: need a server.
 * Fails:    by TAP.
 * Tests:    fetcher/box/box_store.c, fetcher/box/box_store_wait.c, fetcher/box/shelf.c */
#include "fetcher/box/box_store.h"
#include "ledger/account.h"
#include "ledger/configure.h"
#include "tests/rigs/box_rig.h"
#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* Numbers are given once, stay with their messages from store to store, and are never given again. */
static void a_number_is_given_once_and_stays_with_its_message(void **state)
{
  g_autofree char *path = box_rig_maildir("numbers"), *a = g_build_filename(path, "new", "1.a", NULL),
                  *moved = g_build_filename(path, "cur", "1.a:2,S", NULL);
  g_autoptr(Ledger) ledger = box_rig_ledger();
  box_rig_put(path, "new/1.a", "A\n");
  box_rig_put(path, "new/2.b", "B\n");
  guint32 validity = 0;
  for (guint round = 0; round < 3; round++) {
    g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
    box_store_add(store, maildir_box_new(path), BOX_WATCHED);
    FolderStatus status = box_rig_open(store, path);
    assert_true(validity == 0 || status.validity == validity);
    validity = status.validity;
    if (round == 0) {
      box_rig_expect(store, path, "1:A 2:B");
      box_rig_put(path, "new/0.c", "C\n"); /* it comes later, whatever its name says */
      box_rig_expect(store, path, "1:A 2:B 3:C");
      assert_int_equal(g_rename(a, moved), 0);
      box_rig_expect(store, path, "1:A 2:B 3:C");
    } else if (round == 1) {
      box_rig_expect(store, path, "1:A 2:B 3:C");
      assert_int_equal(g_unlink(moved), 0);
      box_rig_expect(store, path, "2:B 3:C");
      status = box_rig_open(store, path);
      assert_int_equal(status.count, 2);
      assert_int_equal(status.next, 4);
    } else {
      box_rig_put(path, "new/1.d", "D\n");
      box_rig_expect(store, path, "2:B 3:C 4:D");
    }
  }
}

/* Which messages there are in a range, and which have a size. */
static void a_range_lists_its_messages_and_the_sizes_that_are_known(void **state)
{
  g_autofree char *path = box_rig_maildir("ranges");
  GError *error = NULL;
  g_autoptr(Ledger) ledger = box_rig_ledger();
  g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
  box_store_add(store, maildir_box_new(path), BOX_WATCHED);
  box_rig_put(path, "new/1500000001.a", "A\n");
  box_rig_put(path, "new/1500000002.b", "BB\n");
  box_rig_put(path, "new/1500000003.c", "CC\n");
  box_rig_open(store, path);
  g_autoptr(GArray) some = store->class->present(store, 2, 9, &error);
  g_autoptr(GArray) all = store->class->present(store, 1, G_MAXUINT32, &error);
  assert_int_equal(some->len, 2);
  assert_int_equal(g_array_index(some, guint32, 0), 2);
  assert_int_equal(all->len, 3);
  g_autoptr(GArray) sized = store->class->find(store, "", 3, 0, &error);
  g_autoptr(GArray) late = store->class->find(store, "", 3, 1500000002 + 172801, &error);
  assert_int_equal(sized->len, 2);
  assert_int_equal(late->len, 1);
}

/* A Sent mbox that its mail program rewrites between the listing and the reading is listed again, and read whole. */
static void a_sent_mbox_that_is_rewritten_after_its_listing_is_listed_again(void **state)
{
  g_autofree char *path = rig_file("rewritten", FROM "A\n\na\n\n" FROM "B\n\nb\n\n" FROM "C\n\nc\n\n", -1);
  GError *error = NULL;
  g_autoptr(Ledger) ledger = box_rig_ledger();
  g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
  g_autoptr(GString) got = g_string_new(NULL);
  box_store_add(store, mbox_box_new(path), BOX_SENT);
  box_rig_open(store, path);
  g_autofree char *again = rig_file("rewritten", FROM "B\n\nb\n\n" FROM "C\n\nc\n\n" FROM "D\n\nd\n\n", -1);
  assert_true(store->class->scan(store, 1, 3, NULL, box_rig_note, got, &error));
  assert_string_equal(got->str, "2:B 3:C ");
  box_rig_expect(store, path, "2:B 3:C 4:D");
}

/* One that cannot be read is told of, and keeps nobody from the others; it is there: read() says that it was refused,
 * and not that it is gone. */
static void a_message_that_cannot_be_read_is_told_of_and_keeps_none_from_the_others(void **state)
{
  static const char *const texts[] = { "A-one", "B-refused", "C-three", NULL };
  GError *error = NULL;
  g_autoptr(Ledger) ledger = box_rig_ledger();
  g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
  box_store_add(store, late_box_new(texts), BOX_WATCHED);
  box_rig_expect(store, "INBOX", "1:A-one 2:unreadable 3:C-three");
  g_autoptr(GArray) there = store->class->present(store, 2, 2, &error);
  assert_int_equal(there->len, 1);
  assert_null(store_read(store, 2, 100, &error));
  assert_string_equal(error->message, "refused");
  g_clear_error(&error);
}

/* A maildrop in which no message has kept its name begins anew; one that was emptied does not. */
static void a_maildrop_without_any_known_name_begins_anew(void **state)
{
  static const char *const before[] = { "A-x", "B-x", NULL }, *const after[] = { "C-x", "D-x", NULL },
                           *const more[] = { "D-x", "E-x", NULL }, *const none[] = { NULL };
  static const struct {
    const char *const *texts;
    const char *want;
    gboolean anew;
  } rows[] = { { before, "1:A-x 2:B-x", FALSE },
               { after, "1:C-x 2:D-x", TRUE },
               { more, "2:D-x 3:E-x", FALSE },
               { none, "", FALSE },
               { more, "4:D-x 5:E-x", FALSE } };
  g_autoptr(Ledger) ledger = box_rig_ledger();
  guint32 validity = 0;
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
    box_store_add(store, late_box_new(rows[i].texts), BOX_WATCHED);
    FolderStatus status = box_rig_open(store, "INBOX");
    assert_true(i == 0 || (status.validity > validity) == rows[i].anew);
    validity = status.validity;
    box_rig_expect(store, "INBOX", rows[i].want);
  }
}

/* A Sent folder that looks as it did is not listed, by this store and the next. */
static void a_sent_folder_that_looks_as_it_did_is_not_listed(void **state)
{
  g_autofree char *path = rig_file("sent", FROM "A\n\na\n\n" FROM "B\n\nb\n\n", -1);
  g_autoptr(Ledger) ledger = box_rig_ledger();
  for (guint round = 0; round < 2; round++) {
    g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
    Box *box = mbox_box_new(path);
    box_store_add(store, box, BOX_SENT);
    FolderStatus status = box_rig_open(store, path);
    assert_int_equal(status.count, 2);
    assert_int_equal(status.next, 3);
    assert_int_equal(box->items->len, round == 0 ? 2 : 0);
    box_rig_expect(store, path, "1:A 2:B"); /* the rows are there when they are asked for */
  }
}

/* A folder that nobody named before is one once it is named; what is no path is none. */
static void a_folder_exists_once_it_is_named_by_a_path(void **state)
{
  g_autofree char *path = box_rig_maildir("resolve"), *other = box_rig_maildir("other"),
                  *slash = g_strconcat(other, "/", NULL), *to = rig_path("resolve.away");
  GError *error = NULL;
  g_autoptr(Ledger) ledger = box_rig_ledger();
  g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
  box_store_add(store, maildir_box_new(path), BOX_WATCHED);
  box_store_add(store, maildir_box_new(to), BOX_QUARANTINE);
  g_autofree char *known = store->class->resolve(store, path, &error),
                  *own = store->class->resolve(store, NULL, &error), *new = store->class->resolve(store, slash, &error);
  assert_string_equal(known, path);
  assert_string_equal(own, to);
  assert_string_equal(new, other);
  box_rig_open(store, other);
  assert_null(store->class->resolve(store, "Archive", &error));
  assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX));
  g_clear_error(&error);
  assert_false(store->class->sync(store, to, &error));
  assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX));
  g_clear_error(&error);
  g_autoptr(GPtrArray) folders = store->class->folders(store, &error);
  assert_int_equal(folders->len, 2); /* the quarantine is not there yet */
}

/* Mail that comes ends the waiting; what came before it began counts. */
static void mail_that_comes_ends_the_waiting(void **state)
{
  g_autofree char *path = box_rig_maildir("wait");
  GError *error = NULL;
  gboolean changed = FALSE;
  int wake[2];
  g_autoptr(Ledger) ledger = box_rig_ledger();
  g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
  box_store_add(store, maildir_box_new(path), BOX_WATCHED);
  assert_int_equal(pipe(wake), 0);
  box_rig_open(store, path);
  assert_int_equal(write(wake[1], "x", 1), 1);
  assert_true(store->class->wait(store, wake, 1, &changed, &error));
  assert_false(changed); /* only the descriptor */
  box_rig_put(path, "new/1.a", "A\n");
  assert_true(store->class->wait(store, wake, 1, &changed, &error));
  assert_true(changed);
  box_rig_expect(store, path, "1:A");
  assert_true(store->class->wait(store, wake, 1, &changed, &error));
  assert_false(changed); /* it was looked at */

  /* Beside it one that is not there: it was looked at in vain, and is heard of when it is there. */
  g_autofree char *later = rig_path("wait.later");
  FolderStatus status;
  box_store_add(store, mbox_box_new(later), BOX_WATCHED);
  assert_false(store->class->peek(store, later, &status, NULL));
  assert_true(store->class->wait(store, wake, 1, &changed, &error));
  assert_false(changed);
  box_rig_put(path, "new/2.a", "B\n");
  assert_true(store->class->wait(store, wake, 1, &changed, &error));
  assert_true(changed);
  box_rig_expect(store, path, "1:A 2:B");
  g_autofree char *made = rig_file("wait.later", FROM "C\n\nc\n\n", -1);
  assert_true(store->class->wait(store, wake, 1, &changed, &error));
  assert_true(changed);
  close(wake[0]);
  close(wake[1]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_number_is_given_once_and_stays_with_its_message),
    cmocka_unit_test(a_range_lists_its_messages_and_the_sizes_that_are_known),
    cmocka_unit_test(a_sent_mbox_that_is_rewritten_after_its_listing_is_listed_again),
    cmocka_unit_test(a_maildrop_without_any_known_name_begins_anew),
    cmocka_unit_test(a_sent_folder_that_looks_as_it_did_is_not_listed),
    cmocka_unit_test(a_folder_exists_once_it_is_named_by_a_path),
    cmocka_unit_test(mail_that_comes_ends_the_waiting),
    cmocka_unit_test(a_message_that_cannot_be_read_is_told_of_and_keeps_none_from_the_others),
  };
  return cmocka_run_group_tests_name("box_store", tests, rig_set_up, rig_tear_down);
}
