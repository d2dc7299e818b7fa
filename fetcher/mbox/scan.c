/* scan.c - finds and reads the messages of an mbox
 * Owns:     what a listing knows of a message, and the proof that it is still there.
 * Must not: write, lock; hold more than a buffer and a header.
 * Fails:    STORE_ERROR_MAILBOX.
 * Tests:    tests/fetcher/mbox/test_mbox.c */
#include "fetcher/mbox/private.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define SCAN_BUFFER 262144
#define FIRST_STEP 8192 /* octets of a message that are read first: most headers are shorter */

int mbox_open(const char *path, GError **error)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOATIME);
  if (fd < 0 && errno == EPERM) fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  struct stat status;
  if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) return fd;
  if (fd < 0)
    mbox_fail(error, STORE_ERROR_MAILBOX, path, "%s", g_strerror(errno));
  else {
    mbox_fail(error, STORE_ERROR_MAILBOX, path, "is no file; an mbox is one");
    close(fd);
  }
  return -1;
}

static void item_end(MboxView *view, BoxItem *item, guint64 end, MboxClaim claim)
{
  item->length = end - item->where;
  item->size = view->size;
  item->wire = view->size + view->lines;
  item->deleted = view->deleted;
  item->prized = view->prized;
  item->key = mbox_view_key(view, view->size);
  item->claim = claim;
  item->doubtful = claim == MBOX_DISPUTED;
}

/* Makes an item for each message from the place on that the lines are read from. FALSE: errno. */
static gboolean scan_items(MboxLines *lines, guint64 from, GArray *items, MboxExtent *extent)
{
  g_autoptr(GByteArray) header = g_byte_array_new();
  MboxView view = { .header = header };
  BoxItem item = { 0 };
  for (gboolean inside = FALSE;; inside = TRUE) {
    const char *piece;
    gsize length;
    MboxKind kind;
    while ((kind = mbox_lines_next(lines, &piece, &length)) == MBOX_TEXT)
      mbox_view_take(&view, piece, length, lines->begins);
    if (kind == MBOX_ERROR) return FALSE;
    if (inside) {
      item_end(&view, &item, from + lines->at, lines->claim);
      extent->unmet = extent->unmet || item.claim == MBOX_CLAIM_UNMET || item.doubtful;
      g_array_append_val(items, item);
    }
    extent->end = from + lines->at;
    extent->open = lines->claims.open;
    if (kind == MBOX_END) return TRUE;
    mbox_view_init(&view, header);
    item = (BoxItem){ .where = from + lines->at, .stored = mbox_from_date(piece, length) };
  }
}

gboolean mbox_scan(int fd, const char *path, guint64 from, GArray *items, MboxExtent *extent, GError **error)
{
  g_autofree char *buffer = g_malloc(SCAN_BUFFER);
  MboxLines lines;
  *extent = (MboxExtent){ .open = G_MAXUINT64 };
  mbox_lines_init(&lines, fd, buffer, SCAN_BUFFER);
  if (lseek(fd, (off_t)from, SEEK_SET) < 0 || !mbox_lines_fill(&lines))
    return mbox_fail(error, STORE_ERROR_MAILBOX, path, "%s", g_strerror(errno));
  if (lines.end > 0 && (lines.end < 5 || memcmp(buffer, "From ", 5) != 0))
    return mbox_fail(error, STORE_ERROR_MAILBOX, path,
                     "does not begin with \"From \", so it is no mbox: left alone; name another file");
  if (scan_items(&lines, from, items, extent)) return TRUE;
  return mbox_fail(error, STORE_ERROR_MAILBOX, path, "%s", g_strerror(errno));
}

/* Does a message begin at this place, or does the file end there? FALSE also when the file cannot be read. */
static gboolean is_boundary(int fd, guint64 where)
{
  struct stat status;
  if (fstat(fd, &status) != 0) return FALSE;
  if (where == (guint64)status.st_size) return TRUE;
  guint64 before = MIN(where, 3);
  gsize size = 512, got;
  g_autofree char *text = NULL;
  for (;; size *= 16) {
    g_free(text);
    text = g_malloc(size);
    ssize_t n = pread(fd, text, size, (off_t)(where - before));
    if (n < (ssize_t)before + 5) return FALSE;
    got = (gsize)n;
    if (memchr(text + before, '\n', got - before) != NULL || got < size || size > MBOX_LINE_MAX) break;
  }
  const char *line = text + before;
  const char *newline = memchr(line, '\n', got - before);
  gsize length = newline != NULL ? (gsize)(newline + 1 - line) : got - before;
  if (where == 0) return memcmp(line, "From ", 5) == 0;
  gboolean blank = before == 3 && line[-1] == '\n' && (line[-2] == '\n' || (line[-2] == '\r' && line[-3] == '\n'));
  return blank && mbox_is_separator(line, length);
}

/* Gives the sink what it wants of a piece. *enough: the sink has got all. */
static gboolean feed(const MboxWant *want, const MboxView *view, const char *piece, gsize length, guint64 *given,
                     gboolean *enough)
{
  if (view->body && want->part == BOX_HEADER) *enough = TRUE;
  if (*enough) return TRUE;
  gsize part = (gsize)MIN((guint64)length, want->limit - *given);
  if (!want->sink(piece, part, want->data)) return FALSE;
  *given += part;
  *enough = *given == want->limit;
  return TRUE;
}

/* Is this the message that was listed, as far as its header and what stands at its end can tell? A claim that was not
 * met when the message was listed may be met now, or the other way round. */
static gboolean is_same_so_far(const MboxLines *lines, const BoxItem *item, const MboxView *view)
{
  if (!view->body || lines->claims.until > item->length) return FALSE;
  if ((lines->claims.until > 0) != (item->claim == MBOX_CLAIM_MET || item->doubtful)) return FALSE;
  g_autoptr(GByteArray) copy = g_byte_array_new();
  g_byte_array_append(copy, view->header->data, view->header->len);
  MboxView other = { .header = copy };
  return mbox_view_key(&other, item->size) == item->key && is_boundary(lines->fd, item->where + item->length);
}

static MboxFound read_on(MboxLines *lines, BoxItem *item, const MboxWant *want, GByteArray *header)
{
  MboxView view;
  const char *piece;
  gsize length;
  MboxKind kind = mbox_lines_next(lines, &piece, &length);
  guint64 given = 0;
  gboolean enough = want->sink == NULL || want->limit == 0, asked = want->sink == NULL;
  if (kind == MBOX_ERROR) return MBOX_UNREADABLE;
  if (kind != MBOX_FROM) return MBOX_CHANGED;
  mbox_view_init(&view, header);
  while ((kind = mbox_lines_next(lines, &piece, &length)) == MBOX_TEXT) {
    gboolean ours = mbox_view_take(&view, piece, length, lines->begins);
    if (ours && !feed(want, &view, piece, length, &given, &enough)) return MBOX_REFUSED;
    if (!enough || asked || !view.body) continue;
    if (is_same_so_far(lines, item, &view)) { /* the rest of the message need not be read */
      item->deleted = view.deleted;
      item->prized = view.prized;
      return MBOX_SAME;
    }
    asked = TRUE;
  }
  if (kind == MBOX_ERROR) return MBOX_UNREADABLE;
  BoxItem now = *item;
  item_end(&view, &now, item->where + lines->at, lines->claim);
  if (now.key != item->key) return MBOX_CHANGED;
  *item = now;
  return MBOX_SAME;
}

MboxFound mbox_read(int fd, BoxItem *item, const MboxWant *want)
{
  if (item->length == 0 || !is_boundary(fd, item->where)) return MBOX_CHANGED;
  g_autofree char *buffer = g_malloc(SCAN_BUFFER);
  g_autoptr(GByteArray) header = g_byte_array_new();
  MboxLines lines;
  mbox_lines_init(&lines, fd, buffer, SCAN_BUFFER);
  lines.step = FIRST_STEP;
  if (lseek(fd, (off_t)item->where, SEEK_SET) < 0) return MBOX_UNREADABLE;
  return read_on(&lines, item, want, header);
}
