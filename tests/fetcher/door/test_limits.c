/* test_limits.c - what ends a session of the door, and when
 * Owns:     the table of limits.
 * Must not: need a provider.
 * Fails:    as a test.
 * Tests:    fetcher/door/session.c, fetcher/door/wire.c */
#include "tests/rigs/door_rig.h"
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define OK "+OK\r\n"
#define BIG ((gssize)20 << 20)
#define MOST_DROPS 250

/* What the door does after these limits, when the client says nothing but `first`. */
typedef struct {
  const char *name, *first;
  guint sign_in, idle, unread;
  gboolean drips; /* the client sends a beginning of a command from time to time */
  gboolean stop;
  const char *told;
} Limit;

static const Limit limits[] = {
  { "time to sign in", "C", 200, 60000, 60000, FALSE, FALSE, "" },
  { "time to sign in, dripping", "C", 200, 60000, 60000, TRUE, FALSE, "" },
  { "time to sign in, half", "USER me\r\n", 200, 60000, 60000, TRUE, FALSE, "" },
  { "time to sign in, with CAPA", "CAPA\r\nCAPA\r\n", 200, 60000, 60000, FALSE, FALSE, "" },
  { "idle after the sign-in", RIG_SIGN_IN "DELE 1\r\n", 60000, 200, 60000, FALSE, FALSE, "enter;gone;" },
  { "idle, dripping", RIG_SIGN_IN "DELE 1\r\n", 60000, 200, 60000, TRUE, FALSE, "enter;gone;" },
  { "does not read its message", RIG_SIGN_IN "DELE 2\r\nRETR 1\r\nQUIT\r\n", 60000, 60000, 200, FALSE, FALSE,
    "enter;gone;" },
  { "stop before the sign-in", "C", 60000, 60000, 60000, FALSE, TRUE, "" },
  { "stop when idle", RIG_SIGN_IN "DELE 1\r\n", 60000, 60000, 60000, FALSE, TRUE, "enter;gone;" },
  { "stop in a message", RIG_SIGN_IN "DELE 2\r\nRETR 1\r\nQUIT\r\n", 60000, 60000, 60000, FALSE, TRUE, "enter;gone;" },
};

static void test_limit(void **state)
{
  const Limit *row = *state;
  Rig *rig = rig_new();
  fake_link_add(rig->link, NULL, BIG, FALSE);
  fake_link_add(rig->link, "X: y\r\n\r\n", -1, FALSE);
  rig->door->limits.sign_in = row->sign_in;
  rig->door->limits.idle = row->idle;
  rig->door->limits.unread = row->unread;
  rig_start(rig);
  int fd = rig_connect(rig);
  gint64 start = g_get_monotonic_time();
  rig_send(fd, row->first, -1);
  guint drops = 0;
  while (row->drips && drops < MOST_DROPS && rig_send(fd, "N", 1)) {
    g_usleep(20000);
    drops++;
  }
  assert_in_range(drops, 0, MOST_DROPS - 1);
  if (row->stop) {
    g_usleep(200000);
    assert_int_equal(g_atomic_int_get(&rig->sessions), 0);
    g_atomic_int_set(&rig->stop, 1);
  }
  rig_await(rig, 1);
  assert_in_range(g_get_monotonic_time() - start, 190000, 5000000);
  rig_stop(rig);
  assert_string_equal(rig->told->str, row->told);
  assert_null(strstr(rig->link->heard->str, "DELE"));
  close(fd);
  rig_free(rig);
}

/* Every command begins the time anew. */
static void every_command_begins_the_idle_time_anew(void **state)
{
  Rig *rig = rig_new();
  rig->door->limits.idle = 300;
  rig_start(rig);
  int fd = rig_enter(rig);
  for (guint i = 0; i < 10; i++) {
    g_usleep(60000);
    rig_send(fd, "NOOP\r\n", -1);
    g_autofree char *line = rig_line(fd);
    assert_string_equal(line, OK);
  }
  g_autoptr(GString) rest = rig_rest(fd);
  assert_string_equal(rest->str, "");
  close(fd);
  rig_free(rig);
}

/* While the client thinks, the provider hears of us. */
static void the_provider_hears_of_the_door_while_the_client_thinks(void **state)
{
  Rig *rig = rig_new();
  rig->door->limits.keep_alive = 50;
  rig_start(rig);
  int idle = rig_connect(rig);
  g_usleep(200000);
  assert_int_equal(g_atomic_int_get(&rig->link->noops), 0);
  close(idle);
  rig_await(rig, 1);
  int fd = rig_enter(rig);
  g_usleep(500000);
  assert_in_range(g_atomic_int_get(&rig->link->noops), 3, 10);
  rig_send(fd, "QUIT\r\n", -1);
  g_autoptr(GString) rest = rig_rest(fd);
  assert_string_equal(rest->str, OK);
  close(fd);
  rig_free(rig);
}

static void a_provider_that_is_gone_while_the_client_thinks_ends_the_session(void **state)
{
  Rig *rig = rig_new();
  rig->door->limits.keep_alive = 50;
  rig->link->breaks_at_noop = TRUE;
  rig_start(rig);
  int fd = rig_enter(rig);
  g_autoptr(GString) rest = rig_rest(fd);
  assert_string_equal(rest->str, "");
  close(fd);
  rig_await(rig, 1);
  assert_int_equal(g_atomic_int_get(&rig->link->noops), 1);
  assert_string_equal(rig->told->str, "enter;broke;gone;");
  rig_free(rig);
}

int main(void)
{
  const struct CMUnitTest others[] = {
    cmocka_unit_test(every_command_begins_the_idle_time_anew),
    cmocka_unit_test(the_provider_hears_of_the_door_while_the_client_thinks),
    cmocka_unit_test(a_provider_that_is_gone_while_the_client_thinks_ends_the_session),
  };
  struct CMUnitTest tests[G_N_ELEMENTS(others) + G_N_ELEMENTS(limits)];
  memcpy(tests, others, sizeof others);
  for (gsize i = 0; i < G_N_ELEMENTS(limits); i++)
    tests[G_N_ELEMENTS(others) + i] =
        (struct CMUnitTest){ limits[i].name, test_limit, NULL, NULL, (void *)(gsize)&limits[i] };
  return _cmocka_run_group_tests("door: limits", tests, G_N_ELEMENTS(tests), NULL, NULL);
}
