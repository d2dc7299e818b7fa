/* tokens.c - id-shaped words anywhere in a report
 * Owns:     the rule which words of running text look like a message id.
 * Must not: know where ids usually stand.
 * Fails:    never; the list is capped.
 * Tests:    tests/filter/test_read.c */
#include "filter/tokens.h"

#include "filter/normalise.h"

#include <string.h>

#define LOOKED_AT_MOST 2000

static gboolean is_id_char(guchar c)
{
  return g_ascii_isalnum(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.:@[]", c) != NULL);
}

/* Ids are generated: they are long, with digits. Other words between brackets, and most bare words, are addresses. */
static gboolean generated(const char *start, const char *sign, gboolean bracketed)
{
  gsize digits = 0, length = sign - start;
  for (const char *at = start; at < sign; at++) digits += g_ascii_isdigit(*at) != 0;
  return bracketed ? digits > 0 || length >= 16 : length >= 10 && digits >= 4;
}

static gboolean known_as(char *id, GPtrArray *const *known)
{
  g_autofree char *lower = g_ascii_strdown(id, -1); /* addresses are in lower case */
  for (; *known != NULL; known++)
    if (list_has(*known, id) || list_has(*known, lower)) return TRUE;
  return FALSE;
}

void tokens_collect(Span text, GPtrArray *tokens, GPtrArray *const *known)
{
  const char *end = text.start + text.length, *floor = text.start;
  for (guint n = 0; n < LOOKED_AT_MOST && tokens->len < TOKENS_MOST; n++) {
    const char *sign = memchr(floor, '@', end - floor);
    if (sign == NULL) return;
    const char *start = sign, *stop = sign + 1;
    while (start > floor && sign - start < 998 && is_id_char(start[-1])) start--;
    while (stop < end && stop - sign < 998 && is_id_char(*stop)) stop++;
    gboolean bracketed = start > text.start && start[-1] == '<' && stop < end && *stop == '>';
    floor = stop;
    if (start == sign || stop == sign + 1 || !generated(start, sign, bracketed)) continue;
    g_autofree char *id = id_normalise(start, stop - start);
    if (id != NULL && !known_as(id, known)) list_add(tokens, id, TOKENS_MOST);
  }
}
