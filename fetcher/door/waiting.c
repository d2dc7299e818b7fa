/* waiting.c - clients that have been greeted and have said nothing yet
 * Owns:     the list of these clients; who comes next; whose programs may connect.
 * Must not: block; speak POP3 beyond the greeting and the line that turns a client away.
 * Fails:    never: a client that cannot be kept is closed.
 * Tests:    tests/fetcher/door/test_waiting.c */
#include "fetcher/door/private.h"
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define AT_ONCE 128 /* clients looked at in one go */

static const char GREETING[] = "+OK Backstop is ready\r\n";
static const char IN_USE[] = "-ERR [IN-USE] another program is connected: try again later\r\n";
static const char STRANGER[] = "-ERR [SYS/PERM] this door is for its owner's programs: see door-users\r\n";

/* A line for a client that is sent away. Read first what it has sent already: else closing the socket would destroy our
 * line. */
static void send_away(int fd, const char *words)
{
  char heard[1024];
  if (recv(fd, heard, sizeof heard, MSG_DONTWAIT) != 0)
    (void)!send(fd, words, strlen(words), MSG_NOSIGNAL | MSG_DONTWAIT);
  close(fd);
}

static gboolean may_enter(const Door *door, int fd)
{
  uid_t user = 0;
  if (!door_peer(fd, &user)) return FALSE;
  if (user == geteuid()) return TRUE;
  for (guint i = 0; i < door->users->len; i++)
    if (g_array_index(door->users, uid_t, i) == user) return TRUE;
  return FALSE;
}

/* The oldest one, unless `index` says another. The caller closes it or serves it. */
static int take_out(Door *door, guint index)
{
  int fd = door->waiting[index].fd;
  epoll_ctl(door->epoll, EPOLL_CTL_DEL, fd, NULL);
  door->n_waiting--;
  memmove(door->waiting + index, door->waiting + index + 1, (door->n_waiting - index) * sizeof *door->waiting);
  return fd;
}

/* The timer wakes whoever waits for the door when the time of the oldest client is over. */
static void set_timer(const Door *door)
{
  struct itimerspec when = { 0 };
  if (door->n_waiting > 0) {
    gint64 left = door->waiting[0].since + (gint64)door->limits.sign_in * 1000 - g_get_monotonic_time();
    left = MAX(left, 1000);
    when.it_value = (struct timespec){ left / G_USEC_PER_SEC, left % G_USEC_PER_SEC * 1000 };
  }
  timerfd_settime(door->timer, 0, &when, NULL);
}

static void close_late(Door *door)
{
  gint64 now = g_get_monotonic_time();
  while (door->n_waiting > 0 && now - door->waiting[0].since >= (gint64)door->limits.sign_in * 1000)
    close(take_out(door, 0));
  set_timer(door);
}

static void greet(Door *door, int fd)
{
  struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
  if (send(fd, GREETING, sizeof GREETING - 1, MSG_NOSIGNAL | MSG_DONTWAIT) != sizeof GREETING - 1
      || epoll_ctl(door->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
    close(fd);
    return;
  }
  if (door->n_waiting == DOOR_WAITING) close(take_out(door, 0));
  door->waiting[door->n_waiting++] = (DoorWaiting){ fd, g_get_monotonic_time() };
}

void door_admit(Door *door)
{
  int fd;
  for (guint i = 0; i < AT_ONCE && (fd = door_let_in(door)) >= 0; i++) {
    if (may_enter(door, fd))
      greet(door, fd);
    else
      send_away(fd, STRANGER);
  }
  close_late(door);
}

int door_next(Door *door, gboolean take)
{
  struct pollfd fds[DOOR_WAITING];
  for (guint i = 0; i < door->n_waiting; i++) fds[i] = (struct pollfd){ .fd = door->waiting[i].fd, .events = POLLIN };
  if (door->n_waiting == 0 || poll(fds, door->n_waiting, 0) <= 0) return -1;
  for (guint i = 0; i < door->n_waiting; i++)
    if (fds[i].revents != 0) return take ? take_out(door, i) : fds[i].fd;
  return -1;
}

void door_turn_away(Door *door)
{
  int fd;
  for (guint i = 0; i < AT_ONCE && (fd = door_let_in(door)) >= 0; i++)
    send_away(fd, may_enter(door, fd) ? IN_USE : STRANGER);
  while (door->n_waiting > 0) send_away(take_out(door, 0), IN_USE);
  set_timer(door);
}
