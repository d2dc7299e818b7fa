/* door_rig.c - the POP3 server on loopback in a thread, and a client of it
 * Owns:     the thread, the host of the door, the client's waits.
 * Must not: be linked into a program that is installed.
 * Fails:    ends the test program: a test without its server proves nothing.
 * Tests:    used by tests/fetcher/door/test_door.c and tests/fetcher/door/test_mail.c */
#include "tests/rigs/door_rig.h"
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE 10 /* seconds */

static void die(const char *what)
{
  g_printerr("door_rig: %s: %s\n", what, g_strerror(errno));
  abort();
}

static const GArray *enter(Pop3Link **link, gpointer data, GError **error)
{
  Rig *rig = data;
  g_string_append(rig->told, "enter;");
  if (rig->enter_problem != NULL) {
    g_set_error_literal(error, STORE_ERROR, STORE_ERROR_LINK, rig->enter_problem);
    return NULL;
  }
  *link = rig->link;
  return rig->link->rows;
}

static gboolean leave(gboolean quit, gpointer data)
{
  Rig *rig = data;
  g_string_append(rig->told, quit ? "quit;" : "gone;");
  return quit && !rig->leave_fails;
}

static gboolean stop(gpointer data) { return g_atomic_int_get(&((Rig *)data)->stop) != 0; }

static void broke(const GError *problem, gpointer data)
{
  g_string_append(((Rig *)data)->told, problem->domain == STORE_ERROR ? "broke;" : "?;");
}

static gpointer serve(gpointer data)
{
  Rig *rig = data;
  while (!g_atomic_int_get(&rig->closing)) {
    struct pollfd fd = { .fd = door_fd(rig->door), .events = POLLIN };
    if (poll(&fd, 1, 10) <= 0) continue;
    if (door_serve(rig->door, &rig->host)) g_atomic_int_inc(&rig->sessions);
  }
  return NULL;
}

Rig *rig_new(void)
{
  Rig *rig = g_new0(Rig, 1);
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  g_autoptr(GError) error = NULL;
  rig->door = door_open(0, NULL, 0, &error);
  if (rig->door == NULL) die(error->message);
  if (getsockname(rig->door->listeners[0], (void *)&address, &length) != 0) die("getsockname");
  rig->port = ntohs(address.sin_port);
  rig->door->limits.penalty = 20;
  rig->door->limits.tick = 10;
  rig->link = fake_link_new();
  rig->told = g_string_new(NULL);
  rig->host = (DoorHost){ .user = RIG_USER,
                          .password = RIG_PASSWORD,
                          .enter = enter,
                          .leave = leave,
                          .stop = stop,
                          .broke = broke,
                          .data = rig };
  return rig;
}

void rig_start(Rig *rig) { rig->thread = g_thread_new("door", serve, rig); }

void rig_stop(Rig *rig)
{
  g_atomic_int_set(&rig->closing, 1);
  if (rig->thread != NULL) g_thread_join(g_steal_pointer(&rig->thread));
}

void rig_free(Rig *rig)
{
  rig_stop(rig);
  door_free(rig->door);
  fake_link_free(rig->link);
  g_string_free(rig->told, TRUE);
  g_free(rig);
}

void rig_await(Rig *rig, gint sessions)
{
  for (guint i = 0; g_atomic_int_get(&rig->sessions) < sessions; i++) {
    if (i == PATIENCE * 1000) die("the session does not end");
    g_usleep(1000);
  }
}

int rig_connect(const Rig *rig)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons(rig->port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  struct timeval patience = { .tv_sec = PATIENCE };
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (fd < 0 || connect(fd, (void *)&address, sizeof address) != 0) die("connect");
  return fd;
}

gboolean rig_send(int fd, const char *bytes, gssize length)
{
  gsize left = length < 0 ? strlen(bytes) : (gsize)length;
  while (left > 0) {
    ssize_t n = send(fd, bytes, left, MSG_NOSIGNAL);
    if (n < 0 && (errno == EPIPE || errno == ECONNRESET)) return FALSE;
    if (n < 0) die("send");
    bytes += n;
    left -= (gsize)n;
  }
  return TRUE;
}

char *rig_line(int fd)
{
  g_autoptr(GString) line = g_string_new(NULL);
  char c = '\0';
  while (c != '\n') {
    ssize_t n = recv(fd, &c, 1, 0);
    if (n == 0) break;
    if (n < 0) die("recv");
    g_string_append_c(line, c);
  }
  return g_strdup(line->str);
}

GString *rig_rest(int fd)
{
  GString *all = g_string_new(NULL);
  char buffer[65536];
  ssize_t n;
  while ((n = recv(fd, buffer, sizeof buffer, 0)) > 0) g_string_append_len(all, buffer, n);
  if (n < 0) die("recv");
  return all;
}

int rig_enter(const Rig *rig)
{
  int fd = rig_connect(rig);
  rig_send(fd, RIG_SIGN_IN, -1);
  for (guint i = 0; i < 3; i++) {
    g_autofree char *line = rig_line(fd);
    if (!g_str_has_prefix(line, "+OK")) die(line);
  }
  return fd;
}

GString *rig_talk(const Rig *rig, const char *sent, gssize length)
{
  int fd = rig_connect(rig);
  rig_send(fd, sent, length);
  shutdown(fd, SHUT_WR);
  GString *heard = rig_rest(fd);
  close(fd);
  return heard;
}
