/* test_uid_window.c - ranges cover every UID once, in order, and fit what they return. */
#include "fetcher/store/uid_window.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TARGET 500

/* Walks a folder whose UIDs are multiples of `step` from first on; returns the number of ranges, and checks the cover.
 */
static guint walk(guint32 first, guint32 uidnext, guint32 step)
{
  UidWindow window;
  guint32 from, to, expected = MAX(first, 1);
  guint ranges = 0;
  uid_window_init(&window, first, uidnext, TARGET);
  while (uid_window_get(&window, &from, &to)) {
    guint64 rows = to / step - (from - 1) / step;
    assert_int_equal(from, expected);
    assert_true(from <= to && to < uidnext);
    assert_true(++ranges < 10000);
    if (uid_window_done(&window, (guint)MIN(rows, G_MAXUINT))) {
      assert_true(rows <= UID_WINDOW_MOST(TARGET) || from == to);
      expected = to + 1;
    }
  }
  assert_true(expected >= uidnext || uidnext <= MAX(first, 1));
  return ranges;
}

static void the_windows_cover_every_uid_once(void **state)
{
  static const struct {
    guint32 first, uidnext, step;
    guint most;
  } rows[] = {
    { 1, 1, 1, 0 },
    { 0, 2, 1, 1 },
    { 1, 5001, 1, 12 },
    { 4900, 5001, 1, 1 },
    { 1, 1000001, 1, 2100 },
    { 1, 4294967295u, 100000000u, 64 },
    { 4294967290u, 4294967295u, 1, 1 },
    { 5, 3, 1, 0 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
    assert_true(walk(rows[i].first, rows[i].uidnext, rows[i].step) <= rows[i].most);
}

/* A huge gap, then a dense folder: what is too much is asked for again in smaller ranges. */
static void a_window_shrinks_where_the_folder_is_dense(void **state)
{
  UidWindow window;
  guint32 from, to;
  guint kept = 0;
  uid_window_init(&window, 1, 2000000, TARGET);
  while (uid_window_get(&window, &from, &to)) {
    guint rows = to < 1900000 ? 0 : to - MAX(from, 1900000) + 1;
    if (uid_window_done(&window, rows)) {
      assert_true(rows <= UID_WINDOW_MOST(TARGET));
      kept += rows;
    }
  }
  assert_int_equal(kept, 100000);
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(the_windows_cover_every_uid_once),
                                      cmocka_unit_test(a_window_shrinks_where_the_folder_is_dense) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
