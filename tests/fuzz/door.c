/* door.c - libFuzzer target: any bytes as what a client says to the POP3 server on loopback
 * Owns:     the promises about a client: who may enter, what is deleted, how an answer looks; how the bytes are cut.
 * Must not: be part of make check (make fuzz builds and runs it).
 * Fails:    by crashing, or by a sanitizer's word.
 * Tests:    fetcher/door/session.c, wire.c, answer.c, maildrop.c, sign_in.c */
#include "fetcher/door/private.h"
#include "tests/rigs/fake_pop3_link.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
  int fd;
  const char *bytes;
  gsize left, piece;
  GString *heard;
  Pop3Link *link;
  guint entered, left_by_quit, gone;
} Client;

/* Is called in every wait, so that the client speaks and listens there: says the next piece, then that it is done. */
static gboolean take_turn(gpointer data)
{
  Client *client = data;
  char buffer[4096];
  ssize_t n;
  while ((n = recv(client->fd, buffer, sizeof buffer, MSG_DONTWAIT)) > 0) g_string_append_len(client->heard, buffer, n);
  if (client->left == 0) return FALSE;
  n = send(client->fd, client->bytes, MIN(client->piece, client->left), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n > 0) {
    client->bytes += n;
    client->left -= (gsize)n;
    if (client->left == 0) shutdown(client->fd, SHUT_WR);
  }
  return FALSE;
}

static const GArray *enter(Pop3Link **link, gpointer data, GError **error)
{
  Client *client = data;
  client->entered++;
  *link = client->link;
  return client->link->rows;
}

static gboolean leave(gboolean quit, gpointer data)
{
  Client *client = data;
  if (quit)
    client->left_by_quit++;
  else
    client->gone++;
  return quit;
}

/* Nobody enters who did not say the password, and nothing is deleted but by QUIT. */
static void check(const Client *client, const char *bytes, gsize size)
{
  static const char *const ways[] = { "open sesame", "AG1lAG9wZW4gc2VzYW1l", "b3BlbiBzZXNhbW" };
  gboolean knows = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS(ways); i++) knows = knows || memmem(bytes, size, ways[i], strlen(ways[i])) != NULL;
  if (client->entered > 1 || client->entered != client->left_by_quit + client->gone) abort();
  if (client->entered > 0 && !knows) abort();
  if (client->entered == 0 && client->link->heard->len > 0) abort();
  if (strstr(client->link->heard->str, "DELE") != NULL && client->left_by_quit == 0 && !client->link->breaks_at_delete)
    abort();
  if (client->heard->len > 0 && strchr("+-", client->heard->str[0]) == NULL) abort();
}

static void fill(Pop3Link *link, guint8 how)
{
  FakeMail *mail;
  fake_link_add(link, "Subject: one\r\n\r\nline one\r\nline two\r\n", -1, FALSE);
  fake_link_add(link, "Subject: held back\r\n\r\n", -1, TRUE);
  fake_link_add(link, "Subject: dots\r\n\r\n..\r\n..dot\r\n", -1, FALSE);
  fake_link_add(link, NULL, how & 1 ? 200000 : 100, FALSE);
  mail = fake_link_add(link, NULL, 60, FALSE);
  mail->refusal = "[SYS/TEMP] not now";
  mail->stays = TRUE;
  link->no_top = (how & 2) != 0;
  link->breaks_at_delete = (how & 4) != 0;
  link->break_after = how & 8 ? 50 : -1;
  link->piece = how & 16 ? 7 : 16384;
}

static Door *new_door(void)
{
  Door *door = g_new0(Door, 1);
  door->listeners[0] = door->listeners[1] = -1;
  door->arrivals = epoll_create1(EPOLL_CLOEXEC);
  door->epoll = epoll_create1(EPOLL_CLOEXEC);
  door->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  door->users = g_array_new(FALSE, FALSE, sizeof(uid_t));
  /* No time for ticks and penalties: each wait is a turn of the client's. */
  door->limits = (DoorLimits){ .sign_in = 60000,
                               .idle = 60000,
                               .unread = 60000,
                               .patience = 60000,
                               .keep_alive = 60000,
                               .errors = 10,
                               .failures = 3 };
  return door;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static Door *door = NULL;
  int ends[2];
  if (size < 2) return 0;
  if (door == NULL) door = new_door();
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) abort();
  Client client = { .fd = ends[1],
                    .bytes = (const char *)data + 2,
                    .left = size - 2,
                    .piece = data[0] == 0 ? size : data[0],
                    .heard = g_string_new(NULL),
                    .link = fake_link_new() };
  fill(client.link, data[1]);
  const DoorHost host = {
    .user = "me", .password = "open sesame", .enter = enter, .leave = leave, .stop = take_turn, .data = &client
  };
  if (size == 2) shutdown(client.fd, SHUT_WR);
  door_serve_client(door, ends[0], &host);
  take_turn(&client);
  check(&client, (const char *)data + 2, size - 2);
  close(client.fd);
  g_string_free(client.heard, TRUE);
  fake_link_free(client.link);
  return 0;
}
