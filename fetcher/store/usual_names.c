/* usual_names.c - a folder's name held against a list of usual ones
 * Owns:     when two names count as the same.
 * Must not: know a list, or how a server writes names.
 * Fails:    never; what is not UTF-8 is none of the names.
 * Tests:    tests/fetcher/store/test_sent_names.c, tests/fetcher/disk/test_find_trash.c */
#include "fetcher/store/usual_names.h"

static char *fold(const char *text)
{
  g_autofree char *composed = g_utf8_normalize(text, -1, G_NORMALIZE_NFC);
  return composed != NULL ? g_utf8_casefold(composed, -1) : NULL;
}

gboolean usual_names_hold(const char *const *names, guint n, const char *name)
{
  g_autofree char *folded = fold(name);
  for (guint i = 0; folded != NULL && i < n; i++) {
    g_autofree char *usual = fold(names[i]);
    if (g_str_equal(folded, usual)) return TRUE;
  }
  return FALSE;
}
