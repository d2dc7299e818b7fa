/* test_broken_off.c - writes that a full disk, a limit or a kill breaks off
 * Owns:     folders under /tmp, removed at the end of each test.
 * Must not: need a certain user.
 * Fails:    by TAP.
 * Tests:    ledger/db.c ledger/sent_batch.c */
#include "ledger/db.h"
#include "tests/rigs/ledger_rig.h"
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Adds messages until something fails. */
static gboolean add_many(Ledger *ledger, guint n, guint first, GError **error)
{
  g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(SentRow));
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)sent_message_free);
  for (guint i = first; i < first + n; i++) {
    g_autofree char *id = g_strdup_printf("%u@my.example", i), *to = g_strdup_printf("to%u@there.example", i);
    SentMessage *message = rig_sent(id, to, "A subject as long as subjects are", DAY * 20000);
    g_ptr_array_add(messages, message);
    g_array_append_vals(rows, &(SentRow){ i + 1, DAY * 20000, message }, 1);
  }
  FolderMark mark = { .validity = 1, .next = first + n };
  return sent_add(ledger, "home", "Sent", (SentRow *)(void *)rows->data, n, &mark, error);
}

static void assert_whole(Ledger *ledger)
{
  assert_int_equal(rig_number(ledger, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
  assert_int_equal(
      rig_number(ledger, "SELECT count(*) FROM sent") - rig_number(ledger, "SELECT sum(messages) FROM folder"), 0);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sent") - rig_number(ledger, "SELECT count(*) FROM sent_id"),
                   0);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sent") - rig_number(ledger, "SELECT count(*) FROM sent_to"),
                   0);
}

static void a_batch_for_which_there_is_no_room_leaves_no_part_behind(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  OK(add_many(ledger, 50, 0, &error));
  g_autofree char *sql =
      g_strdup_printf("PRAGMA max_page_count = %d", (int)rig_number(ledger, "PRAGMA page_count") + 10);
  OK(db_exec(ledger, sql, &error));
  FAILS(add_many(ledger, 5000, 50, &error), LEDGER_ERROR_FULL);
  assert_int_equal(sent_count(ledger, NULL, &error), 50);
  assert_whole(ledger);
  OK(db_exec(ledger, "PRAGMA max_page_count = 1000000", &error)); /* room again: goes on as if nothing had been */
  OK(add_many(ledger, 5000, 50, &error));
  assert_int_equal(sent_count(ledger, "home", &error), 5050);
}

/* 0 when writing past the limit fails as a full disk does. */
static int write_past_limit(const char *folder)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = ledger_open(folder, LEDGER_EXISTING, &error);
  if (ledger == NULL) return 1;
  signal(SIGXFSZ, SIG_IGN);
  if (setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 300000, 300000 }) != 0) return 2;
  for (guint i = 0; i < 100; i++)
    if (!add_many(ledger, 100, 100 * i, &error)) return error->code == LEDGER_ERROR_FULL ? 0 : 3;
  return 4;
}

static void a_write_past_the_file_limit_leaves_whole_batches_only(void **state)
{
  char *folder = rig_folder();
  ledger_close(rig_ledger_in(folder));
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) _exit(write_past_limit(folder));
  int status = -1;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  g_autoptr(Ledger) ledger = rig_ledger_in(folder);
  assert_whole(ledger);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sent") % 100, 0); /* whole batches only */
  rig_remove(folder);
}

static void a_writer_that_is_killed_leaves_whole_batches_only(void **state)
{
  char *folder = rig_folder();
  ledger_close(rig_ledger_in(folder));
  guint first = 0;
  for (guint round = 0; round < 5; round++) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
      g_autoptr(Ledger) ledger = ledger_open(folder, LEDGER_EXISTING, NULL);
      for (guint i = first; ledger != NULL && add_many(ledger, 100, i, NULL); i += 100) continue;
      _exit(1);
    }
    g_usleep(20000 + 7000 * round);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    g_autoptr(Ledger) ledger = rig_ledger_in(folder);
    assert_whole(ledger);
    first = (guint)rig_number(ledger, "SELECT count(*) FROM sent");
    assert_int_equal(first % 100, 0);
    assert_true(first == 0 || rig_number(ledger, "SELECT next FROM folder WHERE name = 'Sent'") == first);
  }
  rig_remove(folder);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_batch_for_which_there_is_no_room_leaves_no_part_behind),
    cmocka_unit_test(a_write_past_the_file_limit_leaves_whole_batches_only),
    cmocka_unit_test(a_writer_that_is_killed_leaves_whole_batches_only),
  };
  return cmocka_run_group_tests_name("ledger_broken_off", tests, NULL, NULL);
}
