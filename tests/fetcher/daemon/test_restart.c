/* test_restart.c - a worker that ends is started again, soon at first and then less and less often
 * Owns:     nothing.
 * Must not: start a process, wait.
 * Fails:    by TAP.
 * Tests:    fetcher/daemon/restart.c */
#include "fetcher/daemon/restart.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the headers above first
#include <cmocka.h>

#define NOT_STARTED 0 /* seconds */
#define AT_ONCE 1
#define A_DAY 86400

/* One worker: how many seconds it ran each time, and how many the supervisor waited after that; wait 0 ends a row. */
static const struct {
  const char *name;
  struct {
    guint ran, wait;
  } ends[12];
} rows[] = {
  { "a worker that dies at once waits for twice as long each time, for five minutes at most",
    { { AT_ONCE, 1 },
      { AT_ONCE, 2 },
      { AT_ONCE, 4 },
      { AT_ONCE, 8 },
      { AT_ONCE, 16 },
      { AT_ONCE, 32 },
      { AT_ONCE, 64 },
      { AT_ONCE, 128 },
      { AT_ONCE, 256 },
      { AT_ONCE, 300 },
      { AT_ONCE, 300 } } },
  { "a worker that could not be started waits likewise",
    { { NOT_STARTED, 1 }, { NOT_STARTED, 2 }, { NOT_STARTED, 4 } } },
  { "a worker that ran well for long is started again at once",
    { { AT_ONCE, 1 }, { AT_ONCE, 2 }, { A_DAY, 1 }, { AT_ONCE, 2 } } },
  { "ten minutes are not long enough, one second more is",
    { { AT_ONCE, 1 }, { 600, 2 }, { 601, 1 }, { 600, 2 }, { 600, 4 } } },
  { "a worker that dies for the first time after a day is started again at once", { { A_DAY, 1 }, { A_DAY, 1 } } },
};

static void restarts_come_less_and_less_often(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    guint wait = 0;
    for (guint k = 0; k < G_N_ELEMENTS(rows[i].ends) && rows[i].ends[k].wait != 0; k++) {
      guint seconds = restart_after(&wait, (gint64)rows[i].ends[k].ran * G_USEC_PER_SEC);
      if (seconds != rows[i].ends[k].wait)
        fail_msg("%s: %u seconds after end %u, not %u", rows[i].name, seconds, k, rows[i].ends[k].wait);
    }
  }
}

/* The daemon may run for years: a wait never wraps around. */
static void a_wait_stays_within_its_bounds(void **state)
{
  guint wait = 0;
  for (guint i = 0; i < 100000; i++) {
    guint seconds = restart_after(&wait, i % 7 == 0 ? NOT_STARTED : G_USEC_PER_SEC);
    assert_in_range(seconds, RESTART_FIRST, RESTART_MOST);
  }
  assert_int_equal(restart_after(&wait, G_MAXINT64), RESTART_FIRST);
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(restarts_come_less_and_less_often),
                                      cmocka_unit_test(a_wait_stays_within_its_bounds) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
