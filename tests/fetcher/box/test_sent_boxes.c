/* test_sent_boxes.c - Sent folders on disk: what came and went unseen, and what wakes
 * Owns:     a folder under /tmp (the rig's), ledgers in memory.
 * Must not: need a server.
 * Fails:    by TAP.
 * Tests:    fetcher/box/shelf.c, fetcher/box/box_store_wait.c */
#include "fetcher/box/box_store.h"
#include "fetcher/disk/disk_box.h"
#include "fetcher/maildir/maildir.h"
#include "ledger/account.h"
#include "ledger/configure.h"
#include "tests/rigs/mbox_rig.h"
#include <glib/gstdio.h>
#include <unistd.h>

/* What happens to a Sent folder with two old messages and two of today, the older ones first. */
typedef enum {
  NOTHING,
  PASSES,
  COMES,
  COMES_AND_PASSES,
  READ,
  FIRST_LEAVES,
  LAST_LEAVES,
  ALL_LEAVE,
  COPIED,
  N_DEEDS
} Deed;

static char *file_of(const char *folder, guint number)
{
  gint64 now = g_get_real_time() / G_USEC_PER_SEC;
  return g_strdup_printf("%s/cur/%" G_GINT64_FORMAT ".M%uP1.host:2,", folder,
                         number <= 2 ? (gint64)1500000000 + number : now, number);
}

static void put(const char *path)
{
  if (!g_file_set_contents(path, "From: me@example.org\n\nHello\n", -1, NULL)) fail_msg("%s", path);
}

static void new_folder(const char *path, char **files)
{
  g_autoptr(Box) box = maildir_box_new(path);
  assert_true(box->class->make(box, NULL));
  for (guint i = 0; i < 4; i++) put(files[i] = file_of(path, i + 1));
}

/* As a backup brings it back: the same files in another folder. */
static void lay_elsewhere(const char *path)
{
  g_autofree char *cur = g_build_filename(path, "cur", NULL), *old = g_build_filename(path, "old", NULL);
  assert_int_equal(g_rename(cur, old), 0);
  assert_int_equal(g_mkdir(cur, 0700), 0);
  g_autoptr(GDir) dir = g_dir_open(old, 0, NULL);
  for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
    g_autofree char *from = g_build_filename(old, name, NULL), *to = g_build_filename(cur, name, NULL);
    assert_int_equal(g_rename(from, to), 0);
  }
  g_rmdir(old);
}

static void do_it(Deed deed, const char *path, char **files)
{
  g_autofree char *another = file_of(path, 5), *passing = file_of(path, 6), *seen = g_strconcat(files[3], "S", NULL);
  if (deed == PASSES || deed == COMES_AND_PASSES) {
    put(passing);
    g_unlink(passing);
  }
  if (deed == COMES || deed == COMES_AND_PASSES) put(another);
  if (deed == COPIED) lay_elsewhere(path);
  if (deed == READ) assert_int_equal(g_rename(files[3], seen), 0);
  for (guint i = 0; i < 4; i++)
    if (deed == ALL_LEAVE || (deed == FIRST_LEAVES && i == 0) || (deed == LAST_LEAVES && i == 3)) g_unlink(files[i]);
}

static Ledger *new_ledger(void)
{
  GError *error = NULL;
  const AccountSetup setup = { (char *)"home", (char *)"*" };
  Ledger *ledger = ledger_open(NULL, LEDGER_MEMORY, &error);
  assert_true(account_configure(ledger, &setup, 1, &error));
  return ledger;
}

static Store *new_store(Ledger *ledger, const char *path, BoxUse use)
{
  Store *store = box_store_new(ledger, "home", disk_box_new);
  box_store_add(store, maildir_box_new(path), use);
  return store;
}

static gboolean passed(Store *store, const char *path)
{
  GError *error = NULL;
  FolderStatus status = { 0 };
  if (!store->class->peek(store, path, &status, &error)) fail_msg("%s", error->message);
  return status.passed;
}

/* Between two passes nobody looked; or the daemon was there, which reads what comes at once. */
static void what_came_and_went_is_told_once(void **state)
{
  static const gboolean want[2][N_DEEDS] = {
    { [PASSES] = TRUE, [LAST_LEAVES] = TRUE, [ALL_LEAVE] = TRUE },
    { [PASSES] = TRUE },
  };
  for (guint daemon = 0; daemon < 2; daemon++)
    for (Deed deed = NOTHING; deed < N_DEEDS; deed++) {
      g_autofree char *name = g_strdup_printf("sent%u%u", daemon, deed), *path = rig_path(name);
      char *files[5] = { NULL };
      new_folder(path, files);
      g_autoptr(Ledger) ledger = new_ledger();
      g_autoptr(Store) store = new_store(ledger, path, BOX_SENT);
      assert_false(passed(store, path));
      if (!daemon) {
        store_close(store);
        store = new_store(ledger, path, BOX_SENT);
      }
      do_it(deed, path, files);
      if (passed(store, path) != want[daemon][deed]) fail_msg("daemon %u, deed %u", daemon, deed);
      assert_false(passed(store, path));
      for (guint i = 0; i < 4; i++) g_free(files[i]);
    }
}

/* A watched folder has numbers for what comes and goes; nobody asks what passed. */
static void of_other_folders_nothing_is_told(void **state)
{
  g_autofree char *path = rig_path("watched");
  char *files[5] = { NULL };
  new_folder(path, files);
  g_autoptr(Ledger) ledger = new_ledger();
  g_autoptr(Store) store = new_store(ledger, path, BOX_WATCHED);
  assert_false(passed(store, path));
  do_it(PASSES, path, files);
  assert_false(passed(store, path));
  for (guint i = 0; i < 4; i++) g_free(files[i]);
}

/* wake: can be read already, so that wait() ends where nothing has changed. */
static gboolean has_news(Store *store)
{
  GError *error = NULL;
  gboolean changed = FALSE;
  int pipes[2];
  assert_int_equal(pipe(pipes), 0);
  assert_int_equal(write(pipes[1], "x", 1), 1);
  if (!store->class->wait(store, pipes, 1, &changed, &error)) fail_msg("%s", error->message);
  close(pipes[0]);
  close(pipes[1]);
  return changed;
}

/* Also where Sent was not listed, since the ledger knows that it is as it was. */
static void what_comes_to_sent_wakes(void **state)
{
  g_autofree char *inbox = rig_path("inbox"), *sent = rig_path("sent");
  char *letters[5] = { NULL }, *files[5] = { NULL };
  g_autoptr(Ledger) ledger = new_ledger();
  new_folder(inbox, letters);
  new_folder(sent, files);
  for (guint again = 0; again < 2; again++) {
    g_autoptr(Store) store = new_store(ledger, inbox, BOX_WATCHED);
    box_store_add(store, maildir_box_new(sent), BOX_SENT);
    passed(store, inbox);
    passed(store, sent);
    assert_false(has_news(store));
    do_it(again ? LAST_LEAVES : COMES, sent, files);
    assert_true(has_news(store));
    passed(store, sent);
    assert_false(has_news(store));
  }
  for (guint i = 0; i < 4; i++) {
    g_free(letters[i]);
    g_free(files[i]);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(what_came_and_went_is_told_once),
                                      cmocka_unit_test(of_other_folders_nothing_is_told),
                                      cmocka_unit_test(what_comes_to_sent_wakes) };
  return cmocka_run_group_tests_name("sent_boxes", tests, rig_set_up, rig_tear_down);
}
