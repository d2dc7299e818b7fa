/* server_words.c - what a server said, for people
 * Owns:     which words of a server may be shown to the owner, and written to the log.
 * Must not: pass on words that hold the user's name.
 * Fails:    never.
 * Tests:    tests/fetcher/imap/test_imap.c, tests/fetcher/pop3/test_sign_in.c */
#include "fetcher/net/server_words.h"
#include "filter/normalise.h"
#include <string.h>

gboolean server_words_mention(const char *text, const char *word)
{
  gsize length = strlen(word);
  for (const char *p = text; length > 0 && (p = strcasestr(p, word)) != NULL; p++)
    if ((p == text || !g_ascii_isalnum(p[-1])) && !g_ascii_isalnum(p[length])) return TRUE;
  return FALSE;
}

char *server_words(const char *text, const char *user)
{
  if (text == NULL || *text == '\0' || server_words_mention(text, user)) return NULL;
  char *words = text_one_line(text, 200);
  while (words != NULL && g_str_has_suffix(words, ".")) words[strlen(words) - 1] = '\0';
  return words;
}
