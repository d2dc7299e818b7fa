/* pop3.c - libFuzzer target: any bytes as what a POP3 server sends in a whole session, read by the link and the box
 * Owns:     the promises about listings and messages that their readers rely on; how the bytes are cut.
 * Must not: be part of make check (make fuzz builds and runs it).
 * Fails:    by crashing, or by a sanitizer's word.
 * Tests:    fetcher/pop3/link*.c, box_read.c, box_text.c; fetcher/net/stream.c in clear */
#include "fetcher/pop3/box_read.h"
#include "fetcher/pop3/private.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST_PIECES ((gsize)100) /* as many as a socket holds that nobody reads yet */
#define LARGEST_PIECE ((gsize)16384)
#define MOST_ASKS 12u

/* All that the server says is in the socket before the session begins; each piece comes as one. */
static int say(const char *bytes, gsize size, gsize piece)
{
  int ends[2];
  piece = CLAMP(piece, size / MOST_PIECES + 1, LARGEST_PIECE);
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) abort();
  for (gsize done = 0; done < size; done += piece)
    if (send(ends[1], bytes + done, MIN(piece, size - done), MSG_NOSIGNAL) < 0) abort();
  shutdown(ends[1], SHUT_WR);
  /* The other end stays open, since a client that cannot send would not read. It is closed by the next session. */
  static int kept = -1;
  if (kept >= 0) close(kept);
  kept = ends[1];
  return ends[0];
}

typedef struct {
  GByteArray *got;
  guint next;
} Taken;

static gboolean take_piece(guint ask, const char *bytes, gsize length, gpointer data)
{
  Taken *taken = data;
  if (ask != taken->next) abort();
  if (length == 0) g_byte_array_set_size(taken->got, 0);
  g_byte_array_append(taken->got, (const guint8 *)bytes, (guint)length);
  return taken->got->len < 30000;
}

/* The line that ends an answer is never passed on as a line of the message. */
static void take_end(guint ask, const char *refusal, gpointer data)
{
  Taken *taken = data;
  const GByteArray *got = taken->got;
  if (ask != taken->next++) abort();
  if (refusal != NULL) return;
  if (got->len >= 3 && memcmp(got->data, ".\r\n", 3) == 0) abort();
  if (got->len >= 5 && memmem(got->data, got->len, "\r\n.\r\n", 5) != NULL) abort();
}

static void take_part(guint item, GBytes *bytes, gpointer data)
{
  if (item < 100 || g_bytes_get_size(bytes) > *(const gsize *)data) abort();
}

static gboolean take_mark(guint row, const char *refusal, gpointer data)
{
  if (row != (*(guint *)data)++) abort();
  return TRUE;
}

static void check_rows(const GArray *rows)
{
  for (guint i = 0; i < rows->len; i++) {
    const Pop3Row *row = &g_array_index(rows, Pop3Row, i);
    if (row->number == 0 || row->number > POP3_ROWS || row->octets > POP3_SIZE) abort();
    for (const char *c = row->uid; c != NULL && *c != '\0'; c++)
      if (!g_ascii_isgraph(*c)) abort();
    if (row->uid != NULL && (*row->uid == '\0' || strlen(row->uid) > 255)) abort();
  }
}

static gboolean read_messages(Pop3Link *link, const GArray *rows, gsize limit)
{
  const Pop3Row *wanted[MOST_ASKS];
  Pop3Ask asks[MOST_ASKS];
  guint names[MOST_ASKS], n = MIN(rows->len, MOST_ASKS);
  g_autoptr(GByteArray) got = g_byte_array_new();
  Taken taken = { .got = got };
  const Pop3Sink sink = { .piece = take_piece, .done = take_end, .data = &taken };
  for (guint i = 0; i < n; i++) {
    wanted[i] = &g_array_index(rows, Pop3Row, i);
    names[i] = 100 + i;
    asks[i] = (Pop3Ask){ .number = wanted[i]->number, .lines = i % 3 == 0 ? -1 : (gint)i - 1 };
  }
  if (n == 0 || !pop3_read_parts(link, wanted, names, n, BOX_HEADER, limit, take_part, &limit, NULL)) return FALSE;
  if (!pop3_link_fetch(link, asks, n, &sink, NULL)) return FALSE;
  if (taken.next != n) abort();
  return pop3_read_parts(link, wanted, names, n, BOX_MESSAGE, limit, take_part, &limit, NULL);
}

/* Written is exactly the message: as many octets as LIST or two answers alike have. */
static void read_whole(Pop3Link *link, const Pop3Row *row)
{
  int fd = memfd_create("message", MFD_CLOEXEC);
  if (pop3_read_whole(link, row, fd, NULL) && (guint64)lseek(fd, 0, SEEK_END) > row->octets * 2 + 65536) abort();
  close(fd);
}

static void use(Pop3Link *link, gsize limit)
{
  const GArray *rows = pop3_link_list(link, NULL);
  guint marked = 0;
  if (rows == NULL) return;
  check_rows(rows);
  if (!read_messages(link, rows, limit)) return;
  const Pop3Row *some[] = { &g_array_index(rows, Pop3Row, 0), &g_array_index(rows, Pop3Row, rows->len - 1) };
  read_whole(link, some[0]);
  if (!pop3_link_delete_all(link, some, G_N_ELEMENTS(some), take_mark, &marked, NULL)) return;
  if (marked != G_N_ELEMENTS(some)) abort();
  pop3_link_delete(link, some[0]->number, some[0]->uid, NULL);
  pop3_link_noop(link, NULL);
  pop3_link_reset(link, NULL);
  pop3_link_quit(link, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size < 2) return 0;
  AccountConfig account = { .host = "localhost",
                            .user = "user",
                            .security = data[1] % 8 == 7 ? SECURITY_STARTTLS : SECURITY_NONE,
                            .auth = data[1] % 4 == 2 ? AUTH_XOAUTH2 : AUTH_PASSWORD,
                            .ca_file = "/nonexistent" };
  gboolean too_soon = FALSE;
  g_autoptr(GError) error = NULL;
  int fd = say((const char *)data + 2, size - 2, data[0] == 0 ? size : data[0]);
  Stream *stream = stream_over(fd, "localhost", 110, 1);
  g_autoptr(Pop3Link) link = pop3_link_over(stream, &account, "secret", &too_soon, &error);
  if ((link == NULL) != (error != NULL)) abort();
  if (link == NULL && !g_utf8_validate(error->message, -1, NULL)) abort();
  /* What a server says that was told no secret yet may be anything. */
  gboolean told =
      size >= 5 && account.security == SECURITY_NONE && g_ascii_strncasecmp((const char *)data + 2, "+ok", 3) == 0;
  if (link == NULL && told && strstr(error->message, "secret") != NULL) abort();
  if (link != NULL) use(link, data[1] & 16 ? 100 : 100000);
  return 0;
}
