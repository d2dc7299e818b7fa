/* claim.c - what Content-Length fields say of a message's end
 * Owns:     how the field is read, and when what stands at its end makes the claim count.
 * Must not: move the file's own place; read more than a line of each end.
 * Fails:    never: what cannot be read there is no end.
 * Tests:    tests/fetcher/mbox/test_claim.c */
#include "fetcher/mbox/claim.h"
#include "fetcher/mbox/separator.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIELD "Content-Length:"
#define LINE 1024               /* octets of a line that are looked at */
#define ENDS 4                  /* octets of line ends that may stand before the separator */
#define MOST ((guint64)1 << 53) /* no file is longer */

typedef enum { END_NONE, END_HERE, END_LATER /* perhaps, when the file has grown */ } End;

void mbox_claim_init(MboxClaims *claims)
{
  claims->until = 0;
  claims->n = 0;
  claims->unmet = claims->disputed = FALSE;
}

void mbox_claim_take(MboxClaims *claims, const char *line, gsize length)
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
  if (claims->n == MBOX_CLAIMS)
    claims->disputed = TRUE;
  else
    claims->ends[claims->n++] = value;
}

/* Which line stands at this place of the file? *where: the separator, or the end of the file. */
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

void mbox_claim_weigh(MboxClaims *claims, int fd, guint64 body)
{
  guint64 first = 0;
  for (guint i = 0; i < claims->n; i++) {
    guint64 place = body + claims->ends[i], where = 0, base = (guint64)MAX(claims->base, 0);
    End end = claims->base < 0 ? END_NONE : look(fd, base + place, &where);
    if (end != END_HERE) claims->unmet = TRUE;
    if (end == END_LATER) claims->open = MIN(claims->open, base + place);
    if (end != END_HERE) continue;
    where -= base;
    if (first != 0 && where != first) claims->disputed = TRUE;
    first = where;
    claims->until = MAX(claims->until, where);
  }
}

MboxClaim mbox_claim_told(const MboxClaims *claims)
{
  if (claims->disputed) return MBOX_DISPUTED;
  if (claims->unmet) return MBOX_CLAIM_UNMET;
  return claims->n > 0 ? MBOX_CLAIM_MET : MBOX_NO_CLAIM;
}
