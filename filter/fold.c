/* fold.c - the form of text in which words are compared, and how far they are apart
 * Owns:     what counts as the same letter, as white space, and as a mistake in writing.
 * Must not: need a mail library, since the supervisor reads words of the configuration.
 * Fails:    never.
 * Tests:    tests/filter/test_text.c */
#include "filter/fold.h"
#include <string.h>

/* Appends one character of text in lower case; to has room. */
static char *fold_wide(char *to, const char *at)
{
  gunichar c = g_utf8_get_char(at);
  if (c == 0x2019) { /* typographic apostrophe */
    *to = '\'';
    return to + 1;
  }
  return to + g_unichar_to_utf8(g_unichar_tolower(c), to);
}

static gboolean is_wide_space(const char *at)
{
  return memcmp(at, "\302\240", 2) == 0 || memcmp(at, "\343\200\200", 3) == 0;
}

gsize text_fold_into(char *folded, const char *text, gsize length)
{
  char *to = folded;
  gboolean gap = FALSE;
  for (const char *at = text, *end = text + length; at < end;) {
    guchar c = *at;
    gsize size = c < 0x80 ? 1 : (gsize)(g_utf8_next_char(at) - at);
    if (c <= ' ' || (c >= 0xc2 && is_wide_space(at))) {
      gap = to > folded;
    } else {
      if (gap) *to++ = ' ';
      gap = FALSE;
      if (c >= 0x80)
        to = fold_wide(to, at);
      else
        *to++ = g_ascii_isupper(c) ? (char)(c | 0x20) : (char)c;
    }
    at += size;
  }
  *to = '\0';
  return to - folded;
}

GString *text_fold(const char *text, gsize length)
{
  GString *folded = g_string_sized_new(TEXT_FOLDED_MOST(length));
  folded->len = text_fold_into(folded->str, text, length);
  return folded;
}

gsize text_distance(const char *a, gsize m, const char *b, gsize n)
{
  gsize row[TEXT_DISTANCE_LONGEST + 1];
  for (gsize k = 0; k <= n; k++) row[k] = k;
  for (gsize i = 1; i <= m; i++) {
    gsize before = row[0];
    row[0] = i;
    for (gsize k = 1; k <= n; k++) {
      gsize above = row[k], same = before + (a[i - 1] != b[k - 1]);
      row[k] = MIN(same, MIN(above, row[k - 1]) + 1);
      before = above;
    }
  }
  return row[n];
}
