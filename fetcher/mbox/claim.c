/* claim.c - what Content-Length fields say of a message's end
 * Owns:     how the field is read, and when what stands at its end makes the claim count.
 * Must not: move the file's own place; read more than a line of each end.
 * Fails:    never: what cannot be read there is no end.
 * Tests:    tests/fetcher/mbox/test_claim.c */
#include "fetcher/mbox/claim.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIELD "Content-Length:"
#define LINE 1024               /* octets of a line that are looked at */
#define ENDS 4                  /* octets of line ends that may stand before the separator */
#define MOST ((guint64)1 << 53) /* no file is longer */

typedef enum { END_NONE, END_HERE, END_LATER /* perhaps, when the file has grown */ } End;

void mbox_claim_init(MboxLines *lines)
{
  lines->until = 0;
  lines->n_claims = 0;
  lines->unmet = lines->disputed = FALSE;
}

void mbox_claim_take(MboxLines *lines, const char *line, gsize length)
{
  gsize i = strlen(FIELD);
  guint64 value = 0;
  if (length <= i || g_ascii_strncasecmp(line, FIELD, i) != 0) return;
  while (i < length && (line[i] == ' ' || line[i] == '\t')) i++;
  if (i == length || !g_ascii_isdigit(line[i])) return;
  for (; i < length && g_ascii_isdigit(line[i]) && value < MOST; i++)
    value = value * 10 + (guint64)g_ascii_digit_value(line[i]);
  while (i < length && g_ascii_isspace(line[i])) i++;
  if (i < length || value >= MOST) return;
  if (lines->n_claims == MBOX_CLAIMS)
    lines->disputed = TRUE;
  else
    lines->claims[lines->n_claims++] = value;
}

/* What stands at this place of the file? *where: the separator, or the end of the file. */
static End look(int fd, guint64 place, guint64 *where)
{
  char text[ENDS + LINE];
  struct stat status;
  ssize_t got = pread(fd, text, sizeof text, (off_t)place);
  if (got < 0) return END_NONE;
  gsize length = (gsize)got, blank = 0;
  while (blank < MIN(length, ENDS) && (text[blank] == '\n' || text[blank] == '\r')) blank++;
  const char *line = text + blank, *newline = memchr(line, '\n', length - blank);
  *where = place + blank;
  if (blank == length) return fstat(fd, &status) == 0 && status.st_size >= (off_t)place ? END_HERE : END_LATER;
  if (mbox_is_separator(line, newline != NULL ? (gsize)(newline + 1 - line) : length - blank)) return END_HERE;
  return newline == NULL && length < sizeof text ? END_LATER : END_NONE;
}

void mbox_claim_weigh(MboxLines *lines, guint64 body)
{
  guint64 first = 0;
  for (guint i = 0; i < lines->n_claims; i++) {
    guint64 place = body + lines->claims[i], where = 0, base = (guint64)MAX(lines->base, 0);
    End end = lines->base < 0 ? END_NONE : look(lines->fd, base + place, &where);
    if (end != END_HERE) lines->unmet = TRUE;
    if (end == END_LATER) lines->open = MIN(lines->open, base + place);
    if (end != END_HERE) continue;
    where -= base;
    if (first != 0 && where != first) lines->disputed = TRUE;
    first = where;
    lines->until = MAX(lines->until, where);
  }
}

MboxClaim mbox_claim_told(const MboxLines *lines)
{
  if (lines->disputed) return MBOX_DISPUTED;
  if (lines->unmet) return MBOX_CLAIM_UNMET;
  return lines->n_claims > 0 ? MBOX_CLAIM_MET : MBOX_NO_CLAIM;
}
