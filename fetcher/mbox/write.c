/* write.c - adds messages to an mbox
 * Owns:     how a message is quoted and ended; what is undone when the disk is full.
 * Must not: change what is in the file already; work without the lock.
 * Fails:    STORE_ERROR_MAILBOX; the file has its old length again.
 * Tests:    tests/fetcher/mbox/test_change.c */
#include "fetcher/mbox/private.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define BUFFER 262144

/* Collects what is to be written until the buffer is full. tail: the last three octets, which tell whether the text
 * ends with a line end or with an empty line. */
typedef struct {
  int fd;
  gsize used;
  char *buffer;
  guint64 put;
  char tail[3];
} Out;

static gboolean out_flush(Out *out)
{
  for (gsize done = 0; done < out->used;) {
    ssize_t n = write(out->fd, out->buffer + done, out->used - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FALSE;
    done += (gsize)n;
  }
  out->used = 0;
  return TRUE;
}

static gboolean out_put(Out *out, const char *text, gsize length)
{
  for (gsize i = length > 3 ? length - 3 : 0; i < length; i++) {
    memmove(out->tail, out->tail + 1, 2);
    out->tail[2] = text[i];
  }
  out->put += length;
  while (length > 0) {
    gsize part = MIN(length, BUFFER - out->used);
    memcpy(out->buffer + out->used, text, part);
    out->used += part;
    text += part;
    length -= part;
    if (out->used == BUFFER && !out_flush(out)) return FALSE;
  }
  return TRUE;
}

/* Makes the text end with an empty line, with the same kind of line ends, unless it does so already. */
static gboolean out_end(Out *out)
{
  const char *tail = out->tail;
  if (tail[2] == '\n' && (tail[1] == '\n' || (tail[1] == '\r' && tail[0] == '\n'))) return TRUE;
  if (tail[2] != '\n') return out_put(out, "\n\n", 2);
  return tail[1] == '\r' ? out_put(out, "\r\n", 2) : out_put(out, "\n", 1);
}

gboolean mbox_cut_back(MboxLock *lock, guint64 length, GError **error)
{
  if (ftruncate(lock->fd, (off_t)length) == 0 && fsync(lock->fd) == 0) return TRUE;
  return mbox_fail(error, STORE_ERROR_MAILBOX, lock->path,
                   "half a message may be at its end, after octet %" G_GUINT64_FORMAT ", and cannot be taken away: %s",
                   length, g_strerror(errno));
}

/* Takes back what was written. Mail that a program which ignores the lock has added meanwhile must stay. */
static gboolean undo(MboxLock *lock, guint64 length, const Out *out, int number, GError **error)
{
  struct stat status;
  if (fstat(lock->fd, &status) == 0 && (guint64)status.st_size > length) {
    if ((guint64)status.st_size > length + out->put)
      return mbox_fail(error, STORE_ERROR_MAILBOX, lock->path,
                       "was changed by a program that does not lock it; half a message may be in it, after octet "
                       "%" G_GUINT64_FORMAT,
                       length);
    if (!mbox_cut_back(lock, length, error)) return FALSE;
  }
  return mbox_fail(error, STORE_ERROR_MAILBOX, lock->path, "no message could be added, and none was: %s",
                   g_strerror(number));
}

/* Makes ready to append: the last line of the file must be empty. */
static gboolean out_begin(Out *out, MboxLock *lock, guint64 *length)
{
  struct stat status;
  if (fstat(lock->fd, &status) != 0) return FALSE;
  guint64 size = (guint64)status.st_size, last = MIN(size, 3);
  *out = (Out){ .fd = lock->fd, .buffer = g_malloc(BUFFER) };
  *length = size;
  if (pread(lock->fd, out->tail + 3 - last, last, (off_t)(size - last)) != (ssize_t)last) return FALSE;
  return size == 0 || out_end(out);
}

static gboolean put_range(Out *out, int from, const MboxRange *range)
{
  g_autofree char *buffer = g_malloc(BUFFER);
  guint64 at = range->where, end = at + range->length;
  while (at < end) {
    ssize_t n = pread(from, buffer, (gsize)MIN(end - at, BUFFER), (off_t)at);
    if (n < 0 && errno == EINTR) continue;
    if (n == 0) errno = EIO; /* the octets were there a moment ago */
    if (n <= 0 || !out_put(out, buffer, (gsize)n)) return FALSE;
    at += (guint64)n;
  }
  return out_end(out);
}

/* Writes the separator, then the lines of the message, quoted. */
static gboolean put_message(Out *out, int fd, gint64 stored, guint64 *where, guint64 before)
{
  g_autofree char *buffer = g_malloc(BUFFER);
  MboxLines lines;
  mbox_lines_init(&lines, fd, buffer, BUFFER);
  if (lseek(fd, 0, SEEK_SET) != 0 || !mbox_lines_fill(&lines)) return FALSE;
  g_autofree char *from = mbox_from_line(buffer, lines.end, stored);
  *where = before + out->put;
  if (!out_put(out, from, strlen(from))) return FALSE;
  for (;;) {
    const char *piece;
    gsize length;
    if (!mbox_lines_raw(&lines, &piece, &length)) return FALSE;
    if (length == 0) break;
    if (lines.begins && mbox_needs_quote(piece, length) && !out_put(out, ">", 1)) return FALSE;
    if (!out_put(out, piece, length)) return FALSE;
  }
  /* always an empty line: one that the message ends with belongs to the message */
  return out->tail[2] == '\n' ? out_put(out, "\n", 1) : out_put(out, "\n\n", 2);
}

/* Reads what was written, as any program would. TRUE: these are n messages, and nothing follows. */
static gboolean read_back(MboxLock *lock, guint64 where, guint n, GArray *items)
{
  MboxExtent extent;
  errno = EIO;
  return mbox_scan(lock->fd, lock->path, where, items, &extent, NULL) && items->len == n;
}

gboolean mbox_append_ranges(MboxLock *lock, int from, const MboxRange *ranges, guint n, GArray *items, GError **error)
{
  Out out = { 0 };
  guint64 length = 0;
  gboolean good = out_begin(&out, lock, &length);
  guint64 where = length + out.put;
  for (guint i = 0; good && i < n; i++) good = put_range(&out, from, &ranges[i]);
  good = good && out_flush(&out) && fsync(lock->fd) == 0 && (items == NULL || read_back(lock, where, n, items));
  if (!good) undo(lock, length, &out, errno, error);
  g_free(out.buffer);
  return good;
}

gboolean mbox_append_message(MboxLock *lock, int fd, gint64 stored, BoxItem *item, GError **error)
{
  Out out = { 0 };
  guint64 length = 0, where = 0;
  g_autoptr(GArray) items = g_array_new(FALSE, TRUE, sizeof(BoxItem));
  gboolean good = out_begin(&out, lock, &length) && put_message(&out, fd, stored, &where, length) && out_flush(&out)
                  && fsync(lock->fd) == 0 && read_back(lock, where, 1, items);
  if (!good) undo(lock, length, &out, errno, error);
  g_free(out.buffer);
  if (good) *item = g_array_index(items, BoxItem, 0);
  return good && mbox_sync_folder(lock->path, error);
}
