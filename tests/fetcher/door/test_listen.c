/* test_listen.c - where the door listens, and whom it lets in
 * Owns:     nothing.
 * Must not: leave this computer.
 * Fails:    as a test.
 * Tests:    fetcher/door/listen.c */
#include "tests/rigs/door_rig.h"
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static void the_door_listens_on_loopback_alone(void **state)
{
  Rig *rig = rig_new();
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
  socklen_t length = sizeof v4;
  assert_int_equal(getsockname(rig->door->listeners[0], (void *)&v4, &length), 0);
  assert_int_equal(v4.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
  if (rig->door->listeners[1] >= 0) {
    length = sizeof v6;
    assert_int_equal(getsockname(rig->door->listeners[1], (void *)&v6, &length), 0);
    assert_memory_equal(&v6.sin6_addr, &in6addr_loopback, sizeof in6addr_loopback);
    assert_int_equal(v6.sin6_port, v4.sin_port);
    rig_start(rig);
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (void *)&v6, sizeof v6), 0);
    g_autofree char *greeting = rig_line(fd);
    assert_string_equal(greeting, RIG_GREETING);
    close(fd);
  } else {
    print_message("there is no ::1 here\n");
  }
  rig_free(rig);
}

/* A client that comes from this computer's other address, as one of another container might. */
static void a_client_from_another_address_of_this_computer_is_turned_away(void **state)
{
  Rig *rig = rig_new();
  rig_start(rig);
  struct ifaddrs *addresses;
  guint tried = 0;
  assert_int_equal(getifaddrs(&addresses), 0);
  for (struct ifaddrs *a = addresses; a != NULL; a = a->ifa_next) {
    if (a->ifa_addr == NULL || a->ifa_addr->sa_family != AF_INET) continue;
    struct sockaddr_in from = *(struct sockaddr_in *)(void *)a->ifa_addr;
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(rig->port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    if (ntohl(from.sin_addr.s_addr) >> 24 == 127) continue;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    from.sin_port = 0;
    if (bind(fd, (void *)&from, sizeof from) == 0 && connect(fd, (void *)&to, sizeof to) == 0) {
      g_autofree char *line = rig_line(fd);
      assert_string_equal(line, "");
      tried++;
    }
    close(fd);
  }
  freeifaddrs(addresses);
  if (tried == 0) print_message("there is no other address here\n");
  g_autoptr(GString) got = rig_talk(rig, "QUIT\r\n", -1);
  assert_string_equal(got->str, RIG_GREETING "+OK\r\n");
  rig_free(rig);
}

static void a_port_that_is_taken_is_told_as_a_mistake_in_the_configuration(void **state)
{
  Rig *rig = rig_new();
  g_autoptr(GError) error = NULL;
  assert_null(door_open(rig->port, NULL, 0, &error));
  assert_true(g_error_matches(error, CONFIG_ERROR, CONFIG_ERROR_INVALID));
  assert_true(g_str_has_prefix(error->message, "door-port: "));
  assert_non_null(strstr(error->message, "choose another port"));
  rig_free(rig);
}

/* What door.h promises; the other tests set limits of their own. */
static void the_limits_are_those_that_the_contract_promises(void **state)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Door) door = door_open(0, NULL, 0, &error);
  assert_non_null(door);
  assert_int_equal(door->limits.sign_in, 60 * 1000);
  assert_int_equal(door->limits.idle, 10 * 60 * 1000);
  assert_int_equal(door->limits.unread, 10 * 60 * 1000);
  assert_int_equal(door->limits.penalty, 2000);
  assert_int_equal(door->limits.penalty_most, 16000);
  assert_int_equal(door->limits.patience, 1000);
  assert_int_equal(door->limits.keep_alive, 60 * 1000);
  assert_int_equal(door->limits.tick, 500);
  assert_int_equal(door->limits.errors, 100);
  assert_int_equal(door->limits.failures, 3);
}

/* The same port again, though a connection of the last one lingers. */
static void a_door_opens_again_at_the_same_port_at_once(void **state)
{
  Rig *rig = rig_new();
  rig_start(rig);
  guint16 port = rig->port;
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) got = rig_talk(rig, "QUIT\r\n", -1);
  rig_free(rig);
  g_autoptr(Door) door = door_open(port, NULL, 0, &error);
  assert_non_null(door);
  const DoorHost nobody = { 0 };
  door_serve(door, &nobody);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_door_listens_on_loopback_alone),
    cmocka_unit_test(a_client_from_another_address_of_this_computer_is_turned_away),
    cmocka_unit_test(a_port_that_is_taken_is_told_as_a_mistake_in_the_configuration),
    cmocka_unit_test(a_door_opens_again_at_the_same_port_at_once),
    cmocka_unit_test(the_limits_are_those_that_the_contract_promises),
  };
  return cmocka_run_group_tests_name("door: listen", tests, NULL, NULL);
}
