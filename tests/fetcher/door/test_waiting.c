/* test_waiting.c - clients at the door before anybody has signed in: whose they are, and who comes next
 * Owns:     clients that say nothing, or too much.
 * Must not: leave this computer.
 * Fails:    by TAP.
 * Tests:    fetcher/door/waiting.c, fetcher/door/peer.c */
#include "tests/rigs/door_rig.h"
#include <arpa/inet.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SECOND ((gint64)G_USEC_PER_SEC)
#define NOBODY 65534
#define SILENT 50

static void close_all(const int *fds, guint n)
{
  for (guint i = 0; i < n; i++) close(fds[i]);
}

static void greeted(int fd)
{
  g_autofree char *line = rig_line(fd);
  assert_string_equal(line, RIG_GREETING);
}

/* The owner is let in within a second, whatever stands there. */
static void owner_enters(const Rig *rig)
{
  gint64 began = g_get_monotonic_time();
  int fd = rig_enter(rig);
  if (g_get_monotonic_time() - began >= SECOND) fail_msg("the owner had to wait");
  rig_send(fd, "QUIT\r\n", -1);
  g_autoptr(GString) rest = rig_rest(fd);
  assert_string_equal(rest->str, "+OK\r\n");
  close(fd);
}

static void clients_that_say_nothing_keep_nobody_out(void **state)
{
  Rig *rig = rig_new();
  int fds[SILENT];
  rig_start(rig);
  for (guint i = 0; i < SILENT; i++) greeted(fds[i] = rig_connect(rig));
  owner_enters(rig);
  close_all(fds, SILENT);
  rig_free(rig);
}

static void of_too_many_that_wait_the_oldest_goes(void **state)
{
  Rig *rig = rig_new();
  int fds[DOOR_WAITING + 2];
  rig_start(rig);
  for (guint i = 0; i < DOOR_WAITING + 2; i++) greeted(fds[i] = rig_connect(rig));
  for (guint i = 0; i < 2; i++) {
    g_autofree char *line = rig_line(fds[i]);
    assert_string_equal(line, ""); /* closed */
  }
  rig_send(fds[DOOR_WAITING + 1], "QUIT\r\n", -1);
  g_autofree char *line = rig_line(fds[DOOR_WAITING + 1]);
  assert_string_equal(line, "+OK\r\n");
  close_all(fds, DOOR_WAITING + 2);
  rig_free(rig);
}

static void who_waits_for_too_long_is_closed(void **state)
{
  Rig *rig = rig_new();
  rig->door->limits.sign_in = 200;
  rig_start(rig);
  int fd = rig_connect(rig);
  greeted(fd);
  g_autofree char *line = rig_line(fd); /* waits ten seconds at most */
  assert_string_equal(line, "");
  close(fd);
  rig_free(rig);
}

static void one_that_falls_silent_before_its_password_gives_way(void **state)
{
  Rig *rig = rig_new();
  rig->door->limits.patience = 50;
  rig_start(rig);
  int fd = rig_connect(rig);
  greeted(fd);
  rig_send(fd, "USER me\r\n", -1);
  g_autofree char *ok = rig_line(fd);
  assert_string_equal(ok, "+OK\r\n");
  owner_enters(rig);
  g_autoptr(GString) rest = rig_rest(fd);
  assert_string_equal(rest->str, "-ERR [IN-USE] another program is connecting: try again later\r\n");
  close(fd);
  rig_free(rig);
}

static void one_that_falls_silent_alone_keeps_its_place(void **state)
{
  Rig *rig = rig_new();
  rig->door->limits.patience = 50;
  rig_start(rig);
  int silent = rig_connect(rig), fd = rig_connect(rig);
  greeted(silent);
  greeted(fd);
  rig_send(fd, "USER me\r\n", -1);
  g_free(rig_line(fd));
  g_usleep(300000);
  rig_send(fd, "PASS open sesame\r\n", -1);
  g_autofree char *line = rig_line(fd);
  assert_true(g_str_has_prefix(line, "+OK"));
  close(fd);
  close(silent);
  rig_free(rig);
}

/* What a connection to the door gets first, from a program of another user: a line, or nothing. */
static char *as_stranger(const Rig *rig)
{
  int pipes[2];
  char line[200] = "";
  assert_int_equal(pipe(pipes), 0);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    if (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 || setresuid(NOBODY, NOBODY, NOBODY) != 0)
      _exit(1);
    int fd = rig_connect(rig);
    ssize_t n = recv(fd, line, sizeof line - 1, 0);
    _exit(n > 0 && write(pipes[1], line, (gsize)n) != n);
  }
  close(pipes[1]);
  ssize_t n = read(pipes[0], line, sizeof line - 1);
  line[MAX(n, 0)] = '\0';
  close(pipes[0]);
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  return g_strdup(line);
}

/* Only root can become somebody else. */
static void programs_of_other_users_stay_outside_unless_named(void **state)
{
  Rig *rig = rig_new();
  uid_t nobody = NOBODY;
  if (geteuid() != 0) {
    print_message("only root can try this\n");
    rig_free(rig);
    return;
  }
  rig_start(rig);
  g_autofree char *refused = as_stranger(rig);
  assert_string_equal(refused, "-ERR [SYS/PERM] this door is for its owner's programs: see door-users\r\n");
  owner_enters(rig);
  rig_stop(rig);
  g_array_append_val(rig->door->users, nobody);
  g_atomic_int_set(&rig->closing, 0);
  rig_start(rig);
  g_autofree char *let_in = as_stranger(rig);
  assert_string_equal(let_in, RIG_GREETING);
  rig_free(rig);
}

static void each_wrong_password_of_whomever_takes_longer(void **state)
{
  Rig *rig = rig_new();
  gint64 took[4];
  rig->door->limits.penalty = 20;
  rig->door->limits.penalty_most = 80;
  rig_start(rig);
  for (guint i = 0; i < G_N_ELEMENTS(took); i++) {
    gint64 began = g_get_monotonic_time();
    g_autoptr(GString) told = rig_talk(rig, "USER me\r\nPASS wrong\r\n", -1);
    took[i] = g_get_monotonic_time() - began;
    assert_non_null(strstr(told->str, "-ERR [AUTH]"));
  }
  assert_true(took[0] >= 20000 && took[1] >= 40000 && took[2] >= 80000 && took[3] >= 80000);
  assert_int_equal(rig->door->wrong, 4);
  owner_enters(rig);
  rig_stop(rig);
  assert_int_equal(rig->door->wrong, 0);
  rig_free(rig);
}

#define ENDS "0100007F:C350 0100007F:1F90 "
#define ROW(ends, user, inode)                                                                                         \
  "   7: " ends "01 00000000:00000000 00:00000000 00000000 " user "        0 " inode                                   \
  " 1 0000000000000000 20 4 0 10 -1\n"

static void the_kernel_tells_whose_a_connection_is(void **state)
{
  static const struct {
    const char *row;
    gboolean known;
    uid_t user;
  } rows[] = {
    { ROW(ENDS, " 1000", "4711"), TRUE, 1000 },
    { ROW(ENDS, "    0", "4711"), TRUE, 0 },
    { ROW(ENDS, "    0", "0"), FALSE, 0 },                                    /* closed: nobody's any more */
    { ROW("0100007F:1F90 0100007F:C350 ", " 1000", "4711"), FALSE, 0 },       /* the other end, which is ours */
    { ROW("0100007F:C351 0100007F:1F90 ", " 1000", "4711"), FALSE, 0 },       /* another connection */
    { "  sl  local_address rem_address   st tx_queue rx_queue\n", FALSE, 0 }, /* the head of the table */
    { "   7: " ENDS "01\n", FALSE, 0 },                                       /* cut off */
    { "", FALSE, 0 },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    uid_t user = 77;
    assert_int_equal(door_read_peer(rows[i].row, ENDS, &user), rows[i].known);
    if (rows[i].known) assert_int_equal(user, rows[i].user);
  }
}

/* Where the kernel has no IPv6, no program has such a socket. */
static void a_program_that_reaches_ipv4_by_a_socket_of_ipv6_is_let_in(void **state)
{
  Rig *rig = rig_new();
  rig_start(rig);
  struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(rig->port) };
  int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(inet_pton(AF_INET6, "::ffff:127.0.0.1", &address.sin6_addr), 1);
  if (fd >= 0) {
    assert_int_equal(connect(fd, (void *)&address, sizeof address), 0);
    greeted(fd);
    close(fd);
  }
  rig_free(rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(a_program_that_reaches_ipv4_by_a_socket_of_ipv6_is_let_in),
                                      cmocka_unit_test(clients_that_say_nothing_keep_nobody_out),
                                      cmocka_unit_test(of_too_many_that_wait_the_oldest_goes),
                                      cmocka_unit_test(who_waits_for_too_long_is_closed),
                                      cmocka_unit_test(one_that_falls_silent_before_its_password_gives_way),
                                      cmocka_unit_test(one_that_falls_silent_alone_keeps_its_place),
                                      cmocka_unit_test(programs_of_other_users_stay_outside_unless_named),
                                      cmocka_unit_test(each_wrong_password_of_whomever_takes_longer),
                                      cmocka_unit_test(the_kernel_tells_whose_a_connection_is) };
  return cmocka_run_group_tests_name("waiting", tests, NULL, NULL);
}
