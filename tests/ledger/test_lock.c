/* test_lock.c - one daemon per data folder
 * Owns:     a folder under /tmp, and children that hold the lock.
 * Must not: leave a child.
 * Fails:    by TAP.
 * Tests:    ledger/lock.c */
#include "tests/rigs/ledger_rig.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static int taken_by_other(const char *folder)
{
  GError *error = NULL;
  int fd = ledger_lock_daemon(folder, &error);
  return fd >= 0 ? 1 : g_error_matches(error, LEDGER_ERROR, LEDGER_ERROR_BUSY) ? 0 : 2;
}

static int in_child(int (*run)(const char *folder), const char *folder)
{
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) _exit(run(folder));
  int status = -1;
  assert_int_equal(waitpid(child, &status, 0), child);
  return WEXITSTATUS(status);
}

static int sees_daemon(const char *folder) { return ledger_daemon_runs(folder) ? 0 : 1; }

static void one_daemon_holds_the_lock_of_a_data_folder(void **state)
{
  GError *error = NULL;
  char *folder = rig_folder();
  assert_false(ledger_daemon_runs(folder));
  int fd = ledger_lock_daemon(folder, &error);
  OK(fd >= 0);
  assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
  assert_int_equal(in_child(taken_by_other, folder), 0);
  assert_int_equal(taken_by_other(folder), 0); /* even in the same process */
  assert_true(ledger_daemon_runs(folder));
  assert_int_equal(in_child(sees_daemon, folder), 0);
  close(fd);
  assert_false(ledger_daemon_runs(folder));
  fd = ledger_lock_daemon(folder, &error);
  OK(fd >= 0);
  close(fd);
  rig_remove(folder);
}

/* The lock lasts until the last worker is gone. */
static void the_lock_lasts_until_the_last_worker_is_gone(void **state)
{
  GError *error = NULL;
  char *folder = rig_folder();
  int fd = ledger_lock_daemon(folder, &error);
  OK(fd >= 0);
  pid_t worker = fork();
  assert_true(worker >= 0);
  if (worker == 0) {
    pause();
    _exit(0);
  }
  close(fd); /* the supervisor is gone */
  assert_true(ledger_daemon_runs(folder));
  assert_int_equal(taken_by_other(folder), 0);
  kill(worker, SIGKILL);
  assert_int_equal(waitpid(worker, NULL, 0), worker);
  assert_false(ledger_daemon_runs(folder));
  rig_remove(folder);
}

/* Asking never keeps a daemon from starting. */
static void to_ask_for_a_daemon_keeps_none_from_starting(void **state)
{
  char *folder = rig_folder();
  pid_t asker = fork();
  assert_true(asker >= 0);
  if (asker == 0)
    for (;;) ledger_daemon_runs(folder);
  for (int i = 0; i < 300; i++) {
    GError *error = NULL;
    int fd = ledger_lock_daemon(folder, &error);
    if (fd < 0) kill(asker, SIGKILL);
    OK(fd >= 0);
    close(fd);
  }
  kill(asker, SIGKILL);
  assert_int_equal(waitpid(asker, NULL, 0), asker);
  rig_remove(folder);
}

static void a_pause_lasts_until_its_time_and_one_far_ahead_is_none(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 now = g_get_real_time() / G_USEC_PER_SEC;
  assert_int_equal(ledger_paused_until(ledger), 0);
  OK(ledger_pause(ledger, now + 600, &error));
  assert_int_equal(ledger_paused_until(ledger), now + 600);
  OK(ledger_pause(ledger, now - 1, &error));
  assert_int_equal(ledger_paused_until(ledger), 0);
  OK(ledger_pause(ledger, now + 3 * DAY, &error));
  assert_int_equal(ledger_paused_until(ledger), 0);
  OK(ledger_pause(ledger, 0, &error));
  OK(ledger_pause(ledger, 0, &error));
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(one_daemon_holds_the_lock_of_a_data_folder),
                                      cmocka_unit_test(the_lock_lasts_until_the_last_worker_is_gone),
                                      cmocka_unit_test(to_ask_for_a_daemon_keeps_none_from_starting),
                                      cmocka_unit_test(a_pause_lasts_until_its_time_and_one_far_ahead_is_none) };
  return cmocka_run_group_tests_name("ledger_lock", tests, NULL, NULL);
}
