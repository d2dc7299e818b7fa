/* box_read.c - messages of a POP3 maildrop as a box gives them
 * Owns:     how many lines are asked for; whether a message came whole.
 * Must not: give a part of a message as the whole; mark a message as read where TOP is enough.
 * Fails:    MESSAGE, MAILBOX for the disk, LINK.
 * Tests:    tests/fetcher/pop3/test_box.c, tests/fetcher/pop3/test_box_again.c */
#include "fetcher/pop3/box_read.h"
#include "fetcher/pop3/box_text.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

/* The guessed length of a line, in bytes. A low guess asks for more lines, so that asking once is usually enough. */
#define LINE_BYTES 32

/* Messages being read, one after the other. */
typedef struct {
  Pop3Link *link;
  const Pop3Row *const *rows;
  const guint *names;
  guint n;
  Pop3Ask *asks;     /* for each message of this round */
  guint *asked;      /* index into rows, for each ask */
  GArray *again;     /* guint, indexes into rows: ask again, for more lines or by RETR */
  gboolean *by_retr; /* for each of rows: TOP did not give what LIST counted, but an empty line more */
  gboolean last;     /* in this round the pieces that come are kept */
  BoxPart part;
  gsize limit;
  BoxCallback callback;
  gpointer data;
  Pop3Text text; /* of the current message, like the members below */
  GByteArray *bytes;
  gsize searched; /* offset into bytes: the header does not end before it */
  gboolean enough;
  char *refusal; /* the first */
} Reading;

static gboolean is_refused(Pop3Link *link, const char *refusal, GError **error)
{
  if (refusal != NULL)
    g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE, "%s refused to give a message%s%s.", pop3_link_where(link),
                *refusal != '\0' ? ": " : "", refusal);
  return refusal != NULL;
}

/* Cuts off what follows the header. FALSE: the end of the header has not come yet. */
static gboolean end_header(Reading *reading)
{
  GByteArray *bytes = reading->bytes;
  if (bytes->len > 0 && bytes->data[0] == '\n') {
    g_byte_array_set_size(bytes, 0);
    return TRUE;
  }
  gsize from = reading->searched;
  const guint8 *end = bytes->len > from ? memmem(bytes->data + from, bytes->len - from, "\n\n", 2) : NULL;
  if (end != NULL) g_byte_array_set_size(bytes, (guint)(end - bytes->data) + 1);
  reading->searched = bytes->len > 0 ? bytes->len - 1 : 0;
  return end != NULL;
}

static gboolean take_piece(guint ask, const char *bytes, gsize length, gpointer data)
{
  Reading *reading = data;
  if (length == 0) {
    reading->text = (Pop3Text)POP3_TEXT_INIT;
    g_byte_array_set_size(reading->bytes, 0);
    reading->searched = 0;
    reading->enough = FALSE;
    return TRUE;
  }
  pop3_text_feed(&reading->text, bytes, length, reading->bytes);
  reading->enough = (reading->part == BOX_HEADER && end_header(reading)) || reading->bytes->len >= reading->limit;
  return !reading->enough;
}

/* mailutils answers TOP with an empty line more before the body. The same number of octets is right where the message
 * has no final line end, so only RETR can tell. */
static gboolean may_have_added_line(const Reading *reading)
{
  const GByteArray *bytes = reading->bytes;
  const guint8 *end = memmem(bytes->data, bytes->len, "\n\n", 2);
  return end != NULL && bytes->data + bytes->len - end > 2 && end[2] == '\n' && pop3_link_has_top(reading->link);
}

/* Must this message be asked for again, since what came is not what LIST counted? */
static gboolean is_doubtful(Reading *reading, guint which, gint lines, Pop3TextState state)
{
  if (reading->last) return FALSE;
  reading->by_retr[which] = state == POP3_TEXT_ENDED && may_have_added_line(reading);
  return reading->by_retr[which] || (state == POP3_TEXT_BROKEN && (guint64)lines < reading->rows[which]->octets);
}

static void take_end(guint ask, const char *refusal, gpointer data)
{
  Reading *reading = data;
  guint which = reading->asked[ask];
  guint64 octets = reading->rows[which]->octets;
  gsize length = MIN(reading->bytes->len, reading->limit);
  if (refusal != NULL) {
    if (reading->refusal == NULL) reading->refusal = g_strdup(refusal);
    return;
  }
  if (reading->part == BOX_MESSAGE && !reading->enough) {
    Pop3TextState state = pop3_text_check(&reading->text, octets);
    if (is_doubtful(reading, which, reading->asks[ask].lines, state)) {
      g_array_append_val(reading->again, which);
      return;
    }
    if (state == POP3_TEXT_ENDED) length--;
  }
  g_autoptr(GBytes) taken = g_bytes_new(reading->bytes->data, length);
  reading->callback(reading->names[which], taken, reading->data);
}

/* How many lines to ask for: -1 for RETR; all lines if most of them are wanted; else as many as `limit` bytes are
 * likely to hold; in the last round as many as `limit` bytes can hold. */
static gint lines_of(const Reading *reading, guint which)
{
  guint64 octets = reading->rows[which]->octets;
  if (reading->part == BOX_HEADER) return 0;
  if (reading->by_retr[which]) return -1;
  guint64 likely = reading->last ? reading->limit : reading->limit / LINE_BYTES + 1;
  return (gint)MIN(octets / 2 <= reading->limit ? octets : MIN(octets, likely), G_MAXINT32);
}

static gboolean ask_round(Reading *reading, GError **error)
{
  Pop3Sink sink = { .piece = take_piece, .done = take_end, .data = reading };
  for (guint i = 0; i < reading->n; i++) {
    const Pop3Row *row = reading->rows[reading->asked[i]];
    reading->asks[i] = (Pop3Ask){ .number = row->number, .lines = lines_of(reading, reading->asked[i]) };
  }
  return pop3_link_fetch(reading->link, reading->asks, reading->n, &sink, error);
}

gboolean pop3_read_parts(Pop3Link *link, const Pop3Row *const *rows, const guint *names, guint n, BoxPart part,
                         gsize limit, BoxCallback callback, gpointer data, GError **error)
{
  g_autofree Pop3Ask *asks = g_new0(Pop3Ask, n);
  g_autofree guint *asked = g_new0(guint, n);
  g_autofree gboolean *by_retr = g_new0(gboolean, n);
  g_autoptr(GArray) again = g_array_new(FALSE, FALSE, sizeof(guint));
  g_autoptr(GByteArray) bytes = g_byte_array_new();
  Reading reading = { .link = link,
                      .rows = rows,
                      .names = names,
                      .n = n,
                      .asks = asks,
                      .asked = asked,
                      .again = again,
                      .by_retr = by_retr,
                      .part = part,
                      .limit = limit,
                      .bytes = bytes,
                      .data = data,
                      .callback = callback };
  for (guint i = 0; i < n; i++) asked[i] = i;
  gboolean done = ask_round(&reading, error);
  if (done && again->len > 0) {
    for (guint i = 0; i < again->len; i++) asked[i] = g_array_index(again, guint, i);
    reading.n = again->len;
    reading.last = TRUE;
    done = ask_round(&reading, error);
  }
  g_autofree char *refusal = reading.refusal;
  return done && !is_refused(link, refusal, error);
}

typedef struct {
  int fd, problem; /* errno of the disk */
  Pop3Text text;
  GByteArray *bytes;
  char *refusal;
  gboolean differs; /* on the second look: what comes is not what is in the file */
} Writing;

static gboolean write_piece(guint ask, const char *bytes, gsize length, gpointer data)
{
  Writing *writing = data;
  g_byte_array_set_size(writing->bytes, 0);
  pop3_text_feed(&writing->text, bytes, length, writing->bytes);
  for (gsize done = 0; done < writing->bytes->len && writing->problem == 0;) {
    ssize_t n = write(writing->fd, writing->bytes->data + done, writing->bytes->len - done);
    if (n < 0 && errno != EINTR) writing->problem = errno;
    if (n > 0) done += (gsize)n;
  }
  return writing->problem == 0;
}

static void write_end(guint ask, const char *refusal, gpointer data)
{
  Writing *writing = data;
  writing->refusal = g_strdup(refusal);
}

/* Compares what comes with the file. */
static gboolean compare_piece(guint ask, const char *bytes, gsize length, gpointer data)
{
  Writing *writing = data;
  guint8 written[16384];
  off_t at = (off_t)writing->text.size;
  g_byte_array_set_size(writing->bytes, 0);
  pop3_text_feed(&writing->text, bytes, length, writing->bytes);
  for (gsize done = 0; done < writing->bytes->len && !writing->differs;) {
    ssize_t n = pread(writing->fd, written, MIN(writing->bytes->len - done, sizeof written), at + (off_t)done);
    if (n < 0 && errno == EINTR) continue;
    writing->differs = n <= 0 || memcmp(written, writing->bytes->data + done, (gsize)n) != 0;
    done += (gsize)MAX(n, 0);
  }
  return !writing->differs;
}

/* LIST's size is an estimate at some servers (Exchange): what they send twice alike is the message. But one of which
 * less than half comes has been cut. */
static gboolean comes_again(Pop3Link *link, const Pop3Row *row, const Writing *first, gboolean *same, GError **error)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new();
  Writing second = { .fd = first->fd, .bytes = bytes };
  Pop3Sink sink = { .piece = compare_piece, .done = write_end, .data = &second };
  Pop3Ask ask = { .number = row->number, .lines = -1 };
  *same = FALSE;
  if (first->text.octets < row->octets / 2) return TRUE;
  gboolean done = pop3_link_fetch(link, &ask, 1, &sink, error);
  g_autofree char *refusal = second.refusal;
  *same = done && refusal == NULL && !second.differs && second.text.octets == first->text.octets;
  return done;
}

static gboolean is_whole(Pop3Link *link, const Pop3Row *row, Writing *writing, GError **error)
{
  Pop3TextState state = pop3_text_check(&writing->text, row->octets);
  gboolean whole = state != POP3_TEXT_BROKEN;
  if (state == POP3_TEXT_ENDED && writing->problem == 0 && ftruncate(writing->fd, (off_t)writing->text.size - 1) != 0)
    writing->problem = errno;
  if (writing->problem != 0) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX,
                "A message from %s cannot be written to the disk: %s. It was left on the server.",
                pop3_link_where(link), g_strerror(writing->problem));
    return FALSE;
  }
  if (!whole && !comes_again(link, row, writing, &whole, error)) return FALSE;
  if (!whole)
    g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE,
                "%s says that a message has %" G_GUINT64_FORMAT " octets and sent %" G_GUINT64_FORMAT
                ", or not twice the same: it was left on the server.",
                pop3_link_where(link), row->octets, writing->text.octets);
  return whole;
}

gboolean pop3_read_whole(Pop3Link *link, const Pop3Row *row, int fd, GError **error)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new();
  Writing writing = { .fd = fd, .bytes = bytes };
  Pop3Sink sink = { .piece = write_piece, .done = write_end, .data = &writing };
  Pop3Ask ask = { .number = row->number, .lines = -1 };
  gboolean done = pop3_link_fetch(link, &ask, 1, &sink, error);
  g_autofree char *refusal = writing.refusal;
  return done && !is_refused(link, refusal, error) && is_whole(link, row, &writing, error);
}
