/* listen.c - who may come in: the listening sockets of the POP3 server on loopback
 * Owns:     the sockets that listen, the limits of a session.
 * Must not: listen but on loopback; speak.
 * Fails:    CONFIG_ERROR_INVALID with the remedy.
 * Tests:    tests/fetcher/door/test_listen.c */
#include "fetcher/door/private.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define MINUTE (60u * 1000)

static const DoorLimits usual = {
  .sign_in = MINUTE,
  .idle = 10 * MINUTE,
  .unread = 10 * MINUTE,
  .patience = 1000,
  .penalty = 2000,
  .penalty_most = 16000,
  .keep_alive = MINUTE,
  .tick = 500,
  .linger = 500,
  .errors = 100,
  .failures = 3,
};

typedef union {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
} Address;

static socklen_t loopback(Address *address, int family, guint16 port)
{
  *address = (Address){ 0 };
  if (family == AF_INET) {
    address->v4 = (struct sockaddr_in){ .sin_family = AF_INET,
                                        .sin_port = htons(port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    return sizeof address->v4;
  }
  address->v6 =
      (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_loopback };
  return sizeof address->v6;
}

/* -1 with errno. */
static int listen_on(int family, guint16 port)
{
  Address address;
  socklen_t length = loopback(&address, family, port);
  int yes = 1;
  int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0
      && (family == AF_INET || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes) == 0)
      && bind(fd, &address.any, length) == 0 && listen(fd, SOMAXCONN) == 0)
    return fd;
  int problem = errno;
  close(fd);
  errno = problem;
  return -1;
}

static gboolean explain(guint16 port, int problem, GError **error)
{
  if (problem == EADDRINUSE)
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID,
                "door-port: %u is taken by another program: stop that one, or choose another port.", port);
  else if (problem == EACCES || problem == EPERM)
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID,
                "door-port: %u is for the administrator's programs only: choose a port from 1024 on.", port);
  else
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID,
                "door-port: nothing can listen on port %u (%s): choose another port.", port, g_strerror(problem));
  return FALSE;
}

static gboolean watch(int epoll, int fd)
{
  struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* The second socket gets the port that the first one got. */
static gboolean open_both(Door *door, guint16 port, GError **error)
{
  Address address;
  socklen_t length = sizeof address;
  door->arrivals = epoll_create1(EPOLL_CLOEXEC);
  door->epoll = epoll_create1(EPOLL_CLOEXEC);
  door->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (door->arrivals < 0 || door->epoll < 0 || door->timer < 0 || !watch(door->epoll, door->arrivals)
      || !watch(door->epoll, door->timer))
    return explain(port, errno, error);
  door->listeners[0] = listen_on(AF_INET, port);
  if (door->listeners[0] < 0) return explain(port, errno, error);
  if (getsockname(door->listeners[0], &address.any, &length) != 0) return explain(port, errno, error);
  port = ntohs(address.v4.sin_port);
  door->listeners[1] = listen_on(AF_INET6, port);
  gboolean no_such_address = errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL || errno == EPROTONOSUPPORT;
  if (door->listeners[1] < 0 && !no_such_address) return explain(port, errno, error);
  for (guint i = 0; i < G_N_ELEMENTS(door->listeners); i++)
    if (door->listeners[i] >= 0 && !watch(door->arrivals, door->listeners[i])) return explain(port, errno, error);
  return TRUE;
}

Door *door_open(guint16 port, const uid_t *users, guint n_users, GError **error)
{
  g_autoptr(Door) door = g_new(Door, 1);
  *door = (Door){ .epoll = -1, .arrivals = -1, .timer = -1, .listeners = { -1, -1 }, .limits = usual };
  door->users = g_array_new(FALSE, FALSE, sizeof(uid_t));
  if (n_users > 0) g_array_append_vals(door->users, users, n_users);
  return open_both(door, port, error) ? g_steal_pointer(&door) : NULL;
}

void door_free(Door *door)
{
  if (door == NULL) return;
  for (guint i = 0; i < G_N_ELEMENTS(door->listeners); i++)
    if (door->listeners[i] >= 0) close(door->listeners[i]);
  for (guint i = 0; i < door->n_waiting; i++) close(door->waiting[i].fd);
  if (door->arrivals >= 0) close(door->arrivals);
  if (door->timer >= 0) close(door->timer);
  if (door->epoll >= 0) close(door->epoll);
  g_array_unref(door->users);
  g_free(door);
}

int door_fd(const Door *door) { return door->epoll; }

static gboolean is_on_loopback(int fd)
{
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  if (getpeername(fd, (void *)&address, &length) != 0) return FALSE;
  g_autoptr(GSocketAddress) peer = g_socket_address_new_from_native(&address, length);
  return G_IS_INET_SOCKET_ADDRESS(peer)
         && g_inet_address_get_is_loopback(g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(peer)));
}

int door_let_in(Door *door)
{
  int yes = 1;
  for (guint i = 0; i < G_N_ELEMENTS(door->listeners); i++) {
    if (door->listeners[i] < 0) continue;
    int fd = accept4(door->listeners[i], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0 && is_on_loopback(fd)) {
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      return fd;
    }
    if (fd >= 0)
      close(fd);
    else if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR)
      g_usleep(50000); /* no descriptors or no memory: without a pause the caller would try again at once */
  }
  return -1;
}
