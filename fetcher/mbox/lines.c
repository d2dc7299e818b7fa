/* lines.c - where one message of an mbox ends and the next begins
 * Owns:     which empty line belongs to the file; the order in which separators (separator.c) and claims (claim.c)
 *           decide.
 * Must not: write; hold more than a buffer.
 * Fails:    by errno.
 * Tests:    tests/fetcher/disk/test_mail_files.c, tests/fetcher/mbox/test_mbox.c */
#include "fetcher/mbox/lines.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

void mbox_lines_init(MboxLines *lines, int fd, char *buffer, gsize size)
{
  *lines =
      (MboxLines){ .fd = fd, .buffer = buffer, .size = size, .step = size, .fresh = TRUE, .claims.open = G_MAXUINT64 };
}

gboolean mbox_lines_fill(MboxLines *lines)
{
  if (lines->offset + lines->end == 0) lines->claims.base = lseek(lines->fd, 0, SEEK_CUR);
  if (lines->start > 0) memmove(lines->buffer, lines->buffer + lines->start, lines->end - lines->start);
  lines->end -= lines->start;
  lines->offset += lines->start;
  lines->start = 0;
  gsize goal = lines->end + MIN(lines->step, lines->size - lines->end);
  while (!lines->eof && lines->end < goal) {
    ssize_t got = read(lines->fd, lines->buffer + lines->end, goal - lines->end);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FALSE;
    lines->eof = got == 0;
    lines->end += (gsize)got;
  }
  lines->step = MIN(lines->step * 2, lines->size);
  return TRUE;
}

/* *length: of the line that begins at lines->start, or of the part of that line that fits into the buffer. */
static gboolean peek(MboxLines *lines, gsize *length)
{
  gsize seen = 0;
  for (;;) {
    const char *line = lines->buffer + lines->start;
    gsize have = lines->end - lines->start;
    const char *newline = have > seen ? memchr(line + seen, '\n', have - seen) : NULL;
    *length = newline != NULL ? (gsize)(newline + 1 - line) : have;
    if (newline != NULL || lines->eof || have == lines->size) return TRUE;
    seen = have;
    if (!mbox_lines_fill(lines)) return FALSE;
  }
}

gboolean mbox_lines_raw(MboxLines *lines, const char **piece, gsize *length)
{
  if (!peek(lines, length)) return FALSE;
  *piece = lines->buffer + lines->start;
  lines->start += *length;
  lines->begins = lines->fresh;
  lines->fresh = *length > 0 && (*piece)[*length - 1] == '\n';
  return TRUE;
}

/* Skips the rest of a separator that is longer than the buffer. */
static gboolean skip_rest(MboxLines *lines)
{
  while (lines->skip) {
    gsize length;
    if (!peek(lines, &length)) return FALSE;
    lines->skip = length > 0 && lines->buffer[lines->start + length - 1] != '\n';
    lines->start += length;
  }
  return TRUE;
}

/* A separator, or the end of the file, stands at lines->at. Does the message before it end there? */
static gboolean ends_here(MboxLines *lines, gboolean at_end)
{
  if (!lines->inside) return TRUE;
  if (lines->at < lines->claims.until && !at_end) {
    lines->claims.disputed = TRUE;
    return FALSE;
  }
  if (lines->claims.until > 0 && lines->at != lines->claims.until) lines->claims.disputed = TRUE;
  lines->claim = mbox_claim_told(&lines->claims);
  return TRUE;
}

static MboxKind begin_message(MboxLines *lines, gsize length, gboolean whole)
{
  lines->inside = lines->header = TRUE;
  lines->skip = !whole;
  lines->start += length;
  mbox_claim_init(&lines->claims);
  return MBOX_FROM;
}

static void look_at_header(MboxLines *lines, const char *line, gsize length)
{
  if (mbox_is_blank(line, length)) {
    lines->header = FALSE;
    mbox_claim_weigh(&lines->claims, lines->fd, lines->offset + lines->start);
  } else
    mbox_claim_take(&lines->claims, line, length);
}

/* An empty line before a separator belongs to the file and not to the message, so an empty line is held back until the
 * next line is known. */
MboxKind mbox_lines_next(MboxLines *lines, const char **piece, gsize *length)
{
  if (!skip_rest(lines)) return MBOX_ERROR;
  for (;;) {
    if (!peek(lines, length)) return MBOX_ERROR;
    const char *line = lines->buffer + lines->start;
    gsize held = lines->held;
    *piece = line;
    lines->at = lines->offset + lines->start;
    lines->begins = lines->fresh;
    if (*length == 0) {
      ends_here(lines, TRUE);
      return MBOX_END;
    }
    gboolean whole = line[*length - 1] == '\n';
    lines->held = 0;
    if ((!lines->inside || (held > 0 && mbox_is_separator(line, *length))) && ends_here(lines, FALSE))
      return begin_message(lines, *length, whole);
    if (held > 0) { /* the message goes on: give the empty line now, and this line at the next call */
      *piece = lines->blank;
      *length = held;
      return MBOX_TEXT;
    }
    lines->start += *length;
    lines->fresh = whole;
    if (lines->header && lines->begins) look_at_header(lines, line, *length);
    if (lines->begins && mbox_is_blank(line, *length)) {
      memcpy(lines->blank, line, *length);
      lines->held = *length;
      continue;
    }
    gsize mark = lines->begins && line[0] == '>' && mbox_needs_quote(line, *length) ? 1 : 0;
    *piece += mark;
    *length -= mark;
    return MBOX_TEXT;
  }
}
