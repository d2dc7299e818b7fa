/* test_box_store_move.c - moves between boxes of any kind, and removals that come late
 * Owns:     a folder under /tmp (the rig's), ledgers in memory.
 * Must not: need a server.
 * Fails:    by TAP.
 * Tests:    fetcher/box/box_store_move.c, fetcher/box/program_box.c */
#include "tests/rigs/box_rig.h"
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Every way from one kind of folder to another, and back. */
static void a_message_moves_from_every_kind_of_folder_to_every_other_and_back(void **state)
{
  static const struct {
    gboolean mbox, to_mbox, at_once;
  } rows[] = { { FALSE, FALSE, TRUE }, { FALSE, TRUE, FALSE }, { TRUE, FALSE, FALSE }, { TRUE, TRUE, FALSE } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *name = g_strdup_printf("from%u", i), *goal = g_strdup_printf("to%u", i), *to = rig_path(goal),
                    *from = NULL;
    GError *error = NULL;
    if (rows[i].mbox) {
      from = rig_file(name, FROM "A\n\na\n\n" FROM "B\n\nb\n\n" FROM "C\n\nc\n\n", -1);
    } else {
      from = box_rig_maildir(name);
      box_rig_put(from, "cur/1.a:2,S", "A\n\na\n");
      box_rig_put(from, "cur/2.b:2,FS", "B\n\nb\n");
      box_rig_put(from, "new/3.c", "C\n\nc\n");
    }
    g_autoptr(Ledger) ledger = box_rig_ledger();
    g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
    box_store_add(store, disk_box_new(from, FALSE), BOX_WATCHED);
    box_store_add(store, disk_box_new(to, rows[i].to_mbox), BOX_QUARANTINE);
    box_rig_expect(store, from, "1:A 2:B 3:C");
    assert_int_equal((store->can & STORE_MOVES_AT_ONCE) != 0, rows[i].at_once && g_file_test(to, G_FILE_TEST_EXISTS));
    const guint32 uids[] = { 1, 3, 99 };
    g_autoptr(GArray) pairs = g_array_new(FALSE, TRUE, sizeof(UidPair));
    g_autoptr(GArray) back = g_array_new(FALSE, TRUE, sizeof(UidPair));
    if (!store->class->move(store, uids, 3, to, pairs, &error)) fail_msg("%u: %s", i, error->message);
    assert_int_equal(pairs->len, 2);
    guint32 sum = 0;
    for (guint n = 0; n < 2; n++) {
      const UidPair *pair = &g_array_index(pairs, UidPair, n);
      assert_true(pair->from == 1 || pair->from == 3);
      assert_int_equal(pair->to, pair->from == 1 ? 1 : 2);
      sum += pair->to;
    }
    assert_int_equal(sum, 3);
    box_rig_expect(store, from, "2:B");
    box_rig_expect(store, to, "1:A 2:C");
    if (!store->class->sync(store, to, &error)) fail_msg("%s", error->message);
    const guint32 second = 2;
    assert_true(store->class->move(store, &second, 1, from, back, &error));
    assert_int_equal(g_array_index(back, UidPair, 0).to, 4);
    box_rig_expect(store, to, "1:A");
    box_rig_expect(store, from, "2:B 4:C");
    const guint32 first = 1;
    box_rig_open(store, to);
    assert_true(store->class->remove(store, &first, 1, &error));
    box_rig_expect(store, to, "");
  }
}

/* What an mbox would give back as another message is not moved there: it stays, nothing of it lies in the mbox, and
 * those beside it are moved. */
static void what_an_mbox_would_give_back_changed_is_not_moved_there(void **state)
{
  static const char *const odd[] = { "B\nStatus: RO\n\nb\n", "B\nLines: 3\n\nb\n", "B\nContent-Length: 2\n\nb\n",
                                     "B\n\nno end" };
  for (guint i = 0; i < G_N_ELEMENTS(odd); i++) {
    g_autofree char *name = g_strdup_printf("odd%u", i), *goal = g_strdup_printf("odd%u.away", i),
                    *from = box_rig_maildir(name), *to = rig_path(goal);
    GError *error = NULL;
    box_rig_put(from, "new/1.a", "A\n\na\n");
    box_rig_put(from, "new/2.b", odd[i]);
    box_rig_put(from, "new/3.c", "C\n\nc\n");
    g_autoptr(Ledger) ledger = box_rig_ledger();
    g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
    box_store_add(store, maildir_box_new(from), BOX_WATCHED);
    box_store_add(store, mbox_box_new(to), BOX_QUARANTINE);
    box_rig_open(store, from);
    const guint32 uids[] = { 1, 2, 3 };
    g_autoptr(GArray) pairs = g_array_new(FALSE, TRUE, sizeof(UidPair));
    gboolean moved = store->class->move(store, uids, 3, to, pairs, &error);
    if (moved) fail_msg("%s was moved", odd[i]);
    assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MESSAGE));
    assert_non_null(strstr(error->message, "cannot hold"));
    g_clear_error(&error);
    box_rig_expect(store, from, "2:B");
    box_rig_open(store, to);
    g_autoptr(GArray) there = store->class->present(store, 1, G_MAXUINT32, &error);
    assert_int_equal(there->len, 2);
    g_autofree char *file = g_build_filename(from, "new", "2.b", NULL);
    rig_expect_file(file, odd[i], -1);
  }
}

/* Twins have numbers of their own, in both folders; and the one that stays keeps its own. */
static void twins_have_numbers_of_their_own_in_both_folders(void **state)
{
  g_autofree char *from =
                      rig_file("twins", FROM "A\n\na\n\n" FROM "B\n\nb\n\n" FROM "A\n\na\n\n" FROM "A\n\na\n\n", -1),
                  *to = rig_path("twins.away");
  GError *error = NULL;
  g_autoptr(Ledger) ledger = box_rig_ledger();
  g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
  box_store_add(store, mbox_box_new(from), BOX_WATCHED);
  box_store_add(store, mbox_box_new(to), BOX_QUARANTINE);
  box_rig_expect(store, from, "1:A 2:B 3:A 4:A");
  const guint32 uids[] = { 1, 3 };
  g_autoptr(GArray) pairs = g_array_new(FALSE, TRUE, sizeof(UidPair));
  assert_true(store->class->move(store, uids, 2, to, pairs, &error));
  assert_int_equal(pairs->len, 2);
  assert_int_not_equal(g_array_index(pairs, UidPair, 0).to, g_array_index(pairs, UidPair, 1).to);
  box_rig_expect(store, to, "1:A 2:A");
  box_rig_expect(store, from, "2:B 4:A");
}

/* What is moved out of a box that removes late is in both until commit(), and is looked at no more. */
static void what_a_box_removes_late_is_in_both_folders_until_commit(void **state)
{
  static const char *const texts[] = { "A-one", "B-two", "C-three", NULL };
  g_autofree char *to = rig_path("late");
  GError *error = NULL;
  g_autoptr(Ledger) ledger = box_rig_ledger();
  g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
  box_store_add(store, late_box_new(texts), BOX_WATCHED);
  box_store_add(store, maildir_box_new(to), BOX_QUARANTINE);
  box_rig_expect(store, "INBOX", "1:A-one 2:B-two 3:C-three");
  assert_true((store->can & STORE_REMOVES_LATE) != 0);
  assert_true((store->can & STORE_CAN_MOVE) != 0);
  assert_true((store->can & STORE_MOVES_AT_ONCE) == 0);
  const guint32 uids[] = { 1, 3 };
  g_autoptr(GArray) pairs = g_array_new(FALSE, TRUE, sizeof(UidPair));
  assert_true(store->class->move(store, uids, 2, to, pairs, &error));
  assert_int_equal(pairs->len, 2);
  box_rig_expect(store, "INBOX", "2:B-two");
  assert_int_equal(box_rig_open(store, "INBOX").count, 3);
  box_rig_expect(store, to, "1:A-one 2:C-three");
  assert_true((store->can & STORE_REMOVES_LATE) == 0);
  assert_true(store->class->commit(store, &error));
  assert_int_equal(box_rig_open(store, "INBOX").count, 1);
  box_rig_expect(store, "INBOX", "2:B-two");
}

/* One that is not whole stays; those before it are moved. */
static void a_message_that_is_not_whole_stays_and_those_before_it_are_moved(void **state)
{
  static const char *const texts[] = { "A-one", "B-broken", "C-three", NULL };
  g_autofree char *to = rig_path("broken");
  GError *error = NULL;
  g_autoptr(Ledger) ledger = box_rig_ledger();
  g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
  box_store_add(store, late_box_new(texts), BOX_WATCHED);
  box_store_add(store, maildir_box_new(to), BOX_QUARANTINE);
  box_rig_open(store, "INBOX");
  const guint32 uids[] = { 1, 2, 3 };
  g_autoptr(GArray) pairs = g_array_new(FALSE, TRUE, sizeof(UidPair));
  assert_false(store->class->move(store, uids, 3, to, pairs, &error));
  assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MESSAGE));
  g_clear_error(&error);
  box_rig_expect(store, to, "1:A-one");
  assert_true(store->class->commit(store, &error));
  box_rig_expect(store, "INBOX", "2:B-broken 3:C-three");
}

/* A program takes what is restored, or says that it did not. */
static void a_program_takes_what_is_restored_or_says_that_it_did_not(void **state)
{
  g_autofree char *away = box_rig_maildir("program"), *taken = rig_path("taken"),
                  *command = g_strdup_printf("cat > '%s'", taken);
  static const char *const failing[] = { "cat >/dev/null; exit 3", "kill -TERM $$", "/nonexistent/program" };
  GError *error = NULL;
  box_rig_put(away, "new/1.a", "A\n\nwhole\n");
  for (guint i = 0; i <= G_N_ELEMENTS(failing); i++) {
    gboolean good = i == G_N_ELEMENTS(failing);
    g_autoptr(Ledger) ledger = box_rig_ledger();
    g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
    box_store_add(store, maildir_box_new(away), BOX_QUARANTINE);
    box_store_add(store, program_box_new("restore-command", good ? command : failing[i]), BOX_RETURN);
    assert_string_equal(store->returns_to, "restore-command");
    box_rig_open(store, away);
    const guint32 uid = 1;
    g_autoptr(GArray) pairs = g_array_new(FALSE, TRUE, sizeof(UidPair));
    assert_int_equal(store->class->move(store, &uid, 1, "restore-command", pairs, &error), good);
    if (!good) {
      assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MESSAGE));
      assert_non_null(strstr(error->message, "restore-command"));
      g_clear_error(&error);
      box_rig_expect(store, away, "1:A");
      continue;
    }
    assert_int_equal(pairs->len, 1);
    assert_int_equal(g_array_index(pairs, UidPair, 0).to, 0);
    box_rig_expect(store, away, "");
    rig_expect_file(taken, "A\n\nwhole\n", -1);
  }
}

/* A folder that cannot be written: nothing is moved out of it. */
static void nothing_is_moved_out_of_a_folder_that_cannot_be_written(void **state)
{
  g_autofree char *path = box_rig_maildir("readonly"), *new = g_build_filename(path, "new", NULL),
                  *cur = g_build_filename(path, "cur", NULL);
  if (geteuid() == 0) return; /* root can write anywhere */
  g_autoptr(Ledger) ledger = box_rig_ledger();
  g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
  box_store_add(store, maildir_box_new(path), BOX_WATCHED);
  box_rig_put(path, "new/1.a", "A\n");
  g_chmod(new, 0500);
  g_chmod(cur, 0500);
  FolderStatus status = box_rig_open(store, path);
  assert_true(status.read_only);
  assert_true((store->can & STORE_CAN_MOVE) == 0);
  g_chmod(new, 0700);
  g_chmod(cur, 0700);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_message_moves_from_every_kind_of_folder_to_every_other_and_back),
    cmocka_unit_test(twins_have_numbers_of_their_own_in_both_folders),
    cmocka_unit_test(what_a_box_removes_late_is_in_both_folders_until_commit),
    cmocka_unit_test(a_message_that_is_not_whole_stays_and_those_before_it_are_moved),
    cmocka_unit_test(a_program_takes_what_is_restored_or_says_that_it_did_not),
    cmocka_unit_test(nothing_is_moved_out_of_a_folder_that_cannot_be_written),
    cmocka_unit_test(what_an_mbox_would_give_back_changed_is_not_moved_there),
  };
  return cmocka_run_group_tests_name("box_store_move", tests, rig_set_up, rig_tear_down);
}
