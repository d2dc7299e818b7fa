/* server_words.c - what a server said, for people
 * Owns:     which words of a server may be shown to the owner, and written to the log; which ones mean "for now".
 * Must not: pass on words that hold the user's name.
 * Fails:    never.
 * Tests:    tests/fetcher/net/test_server_words.c, tests/fetcher/imap/test_imap.c, tests/fetcher/pop3/test_sign_in.c */
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

/* Words for a wrong password or a closed account, which waiting does not mend. */
static gboolean is_about_sign_in(const char *text)
{
  static const char *const words[] = { "password",     "credentials",  "authentication failed",
                                       "login failed", "failed login", "failed attempts",
                                       "invalid",      "incorrect" };
  for (guint i = 0; i < G_N_ELEMENTS(words); i++)
    if (strcasestr(text, words[i]) != NULL) return TRUE;
  return FALSE;
}

gboolean server_words_later(const char *code, const char *text)
{
  static const char *const codes[] = { "UNAVAILABLE", "THROTTLED", "INUSE",    "IN-USE",     "LIMIT",
                                       "OVERQUOTA",   "SERVERBUG", "SYS/TEMP", "LOGIN-DELAY" };
  static const char *const phrases[] = { "throttled",         "backoff time",
                                         "back off",          "server busy",
                                         "server is busy",    "server unavailable",
                                         "try again later",   "try later",
                                         "temporarily",       "temporary",
                                         "too many simultan", "too many connections",
                                         "too many open",     "connections exceeded",
                                         "connection limit",  "authenticated but not connected" };
  for (guint i = 0; code != NULL && i < G_N_ELEMENTS(codes); i++)
    if (g_ascii_strcasecmp(code, codes[i]) == 0) return TRUE;
  if (text == NULL || (code != NULL && g_ascii_strcasecmp(code, "AUTHENTICATIONFAILED") == 0)) return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS(phrases); i++)
    if (strcasestr(text, phrases[i]) != NULL) return !is_about_sign_in(text);
  return FALSE;
}

char *server_words(const char *text, const char *user)
{
  if (text == NULL || *text == '\0' || server_words_mention(text, user)) return NULL;
  char *words = text_one_line(text, 200);
  while (words != NULL && g_str_has_suffix(words, ".")) words[strlen(words) - 1] = '\0';
  return words;
}
