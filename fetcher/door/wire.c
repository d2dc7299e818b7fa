/* wire.c - a client's connection to the POP3 server on loopback
 * Owns:     the socket, both buffers, every wait.
 * Must not: know POP3; wait without a limit or without asking attend(); raise SIGPIPE.
 * Fails:    by `broken`, for good.
 * Tests:    tests/fetcher/door/test_mail.c */
#include "fetcher/door/private.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LONGEST_LINE ((gsize)8192)

/* FALSE: it would have to wait, or the connection is broken. */
static gboolean send_some(DoorWire *wire)
{
  ssize_t n;
  do n = send(wire->fd, wire->out + wire->out_from, wire->out_to - wire->out_from, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  if (n < 0) {
    if (errno != EAGAIN) wire->broken = TRUE;
    return FALSE;
  }
  wire->out_from += (gsize)n;
  if (wire->out_from == wire->out_to) wire->out_from = wire->out_to = 0;
  return TRUE;
}

/* Others may wait until this client has gone, if it has hung up already. */
static void look_at_others(const DoorWire *wire)
{
  struct pollfd fd = { .fd = wire->fd, .events = POLLRDHUP };
  if (poll(&fd, 1, 0) == 0) wire->others(wire->data);
}

gboolean door_wire_attend(DoorWire *wire)
{
  gint64 now = g_get_monotonic_time();
  if (wire->broken) return FALSE;
  if (now - wire->attended < (gint64)wire->door->limits.tick * 1000) return TRUE;
  look_at_others(wire);
  gboolean go_on = wire->attend(wire->data);
  /* Send what there is: the client must see that a slow message is coming. */
  if (!wire->broken && wire->out_to > wire->out_from) send_some(wire);
  if (!go_on) wire->broken = TRUE;
  wire->attended = g_get_monotonic_time();
  return !wire->broken;
}

/* Waits for one of `events`. Returns what happened; 0 after `until`, or when the connection is broken. */
static short wait_for(DoorWire *wire, short events, gint64 until)
{
  while (door_wire_attend(wire)) {
    gint64 left = (until - g_get_monotonic_time() + 999) / 1000;
    if (left <= 0) return 0;
    struct pollfd fds[] = { { .fd = wire->fd, .events = events }, { .fd = wire->door->arrivals, .events = POLLIN } };
    int n = poll(fds, G_N_ELEMENTS(fds), (int)MIN(left, (gint64)wire->door->limits.tick));
    if (n < 0 && errno != EINTR) wire->broken = TRUE;
    if (n <= 0) continue;
    if (fds[1].revents != 0) look_at_others(wire);
    if (fds[0].revents != 0) return fds[0].revents;
  }
  return 0;
}

gboolean door_wire_take(DoorWire *wire)
{
  if (wire->ended || wire->broken || wire->in_to == DOOR_BUFFER) return FALSE;
  ssize_t n = recv(wire->fd, wire->in + wire->in_to, DOOR_BUFFER - wire->in_to, MSG_DONTWAIT);
  if (n > 0) wire->in_to += (gsize)n;
  if (n == 0) wire->ended = TRUE;
  if (n < 0 && errno != EAGAIN && errno != EINTR) wire->broken = TRUE;
  return n > 0;
}

DoorLine door_wire_line(DoorWire *wire, char **line, gsize *length)
{
  char *start = wire->in + wire->in_from, *end = memchr(start, '\n', wire->in_to - wire->in_from);
  gsize octets = end != NULL ? (gsize)(end - start) : wire->in_to - wire->in_from;
  if (octets > LONGEST_LINE) return DOOR_LONG_LINE;
  if (end == NULL) {
    memmove(wire->in, start, octets);
    wire->in_from = 0;
    wire->in_to = octets;
    return DOOR_NO_LINE;
  }
  wire->in_from += octets + 1;
  if (octets > 0 && start[octets - 1] == '\r') octets--;
  start[octets] = '\0';
  *line = start;
  *length = octets;
  return DOOR_LINE;
}

gboolean door_wire_await(DoorWire *wire, gint64 until)
{
  while (!wire->ended && wait_for(wire, POLLIN, until) != 0)
    if (door_wire_take(wire)) return TRUE;
  return FALSE;
}

void door_wire_pause(DoorWire *wire, guint milliseconds)
{
  /* Without an event to wait for, only the end of the connection is one. */
  if (wait_for(wire, 0, g_get_monotonic_time() + (gint64)milliseconds * 1000) != 0) wire->broken = TRUE;
}

gboolean door_wire_flush(DoorWire *wire)
{
  gint64 patience = (gint64)wire->door->limits.unread * 1000, until = g_get_monotonic_time() + patience;
  door_wire_attend(wire);
  while (!wire->broken && wire->out_from < wire->out_to) {
    if (send_some(wire)) {
      until = g_get_monotonic_time() + patience;
      continue;
    }
    if (wire->broken) break;
    gboolean room = !wire->ended && wire->in_to < DOOR_BUFFER;
    short events = wait_for(wire, room ? POLLOUT | POLLIN : POLLOUT, until);
    if (events == 0) wire->broken = TRUE;
    if (room && (events & POLLIN) != 0) door_wire_take(wire);
  }
  return !wire->broken;
}

gboolean door_wire_say(DoorWire *wire, const char *bytes, gsize length)
{
  while (length > 0 && !wire->broken) {
    gsize n = MIN(length, DOOR_BUFFER - wire->out_to);
    memcpy(wire->out + wire->out_to, bytes, n);
    wire->out_to += n;
    bytes += n;
    length -= n;
    if (wire->out_to == DOOR_BUFFER) door_wire_flush(wire);
  }
  return !wire->broken;
}

void door_wire_shut(DoorWire *wire)
{
  if (!wire->broken) shutdown(wire->fd, SHUT_WR);
}

void door_wire_close(DoorWire *wire)
{
  gint64 until = g_get_monotonic_time() + (gint64)wire->door->limits.linger * 1000;
  while (!wire->broken && !wire->ended) {
    wire->in_from = wire->in_to = 0;
    gint64 left = (until - g_get_monotonic_time() + 999) / 1000;
    struct pollfd fd = { .fd = wire->fd, .events = POLLIN };
    if (left <= 0 || poll(&fd, 1, (int)left) == 0) break;
    door_wire_take(wire);
  }
  close(wire->fd);
  explicit_bzero(wire->in, sizeof wire->in);
}
