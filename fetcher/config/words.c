/* words.c - the words and patterns that are looked for in bounces, and the addresses that only receive
 * Owns:     how many words and patterns there may be; what makes `receive-only` name nothing of its own.
 * Must not: look for them.
 * Fails:    CONFIG_ERROR, naming file, group, key and remedy.
 * Tests:    tests/fetcher/config/test_words.c */
#include "fetcher/config/account.h"
#include <string.h>

static gboolean add_keywords(const ConfigReader *reader, const char *key, KeywordKind kind, char *const *texts,
                             GPtrArray *keywords, GError **error)
{
  const guint most = kind == KEYWORD_WORD ? KEYWORD_WORDS_MOST : KEYWORD_PATTERNS_MOST;
  if (texts != NULL && g_strv_length((char **)texts) > most)
    return config_refuse(reader, key, error, "names more than %u; leave some out", most);
  for (; texts != NULL && *texts != NULL; texts++) {
    g_autofree char *problem = NULL;
    Keyword *keyword = keyword_new(kind, *texts, &problem);
    if (keyword == NULL) return config_refuse(reader, key, error, "\"%s\" %s", *texts, problem);
    g_ptr_array_add(keywords, keyword);
  }
  return TRUE;
}

/* reader is in the group that holds them. */
static gboolean add_both(const ConfigReader *reader, char *const *words, char *const *patterns, GPtrArray *keywords,
                         GError **error)
{
  return add_keywords(reader, "words", KEYWORD_WORD, words, keywords, error)
         && add_keywords(reader, "patterns", KEYWORD_PATTERN, patterns, keywords, error);
}

/* A pattern that takes every address would make each of the owner's one that only receives. */
static gboolean check_receive_only(const ConfigReader *reader, const char *patterns, GError **error)
{
  g_auto(GStrv) each = g_strsplit(patterns != NULL ? patterns : "", ";", -1);
  for (char **pattern = each; *pattern != NULL; pattern++)
    if (**pattern != '\0' && strspn(*pattern, "*@.") == strlen(*pattern))
      return config_refuse(reader, "receive-only", error,
                           "\"%s\" takes every address, so that you would send from none; name addresses, or all of "
                           "one domain as *@drop.example.org",
                           *pattern);
  return TRUE;
}

static gboolean finish_account(ConfigReader *reader, AccountConfig *account, const GPtrArray *common, GError **error)
{
  g_autofree char *group = g_strconcat("account ", account->name, NULL);
  reader->group = group;
  GPtrArray *keywords = g_ptr_array_new_with_free_func((GDestroyNotify)keyword_unref);
  account->keywords = keywords;
  for (guint i = 0; i < common->len; i++) g_ptr_array_add(keywords, keyword_ref(common->pdata[i]));
  const gboolean good = check_receive_only(reader, account->receive_only, error)
                        && add_both(reader, account->words, account->patterns, keywords, error);
  reader->group = NULL;
  if (good && keywords->len == 0) g_clear_pointer(&account->keywords, g_ptr_array_unref);
  return good;
}

gboolean config_finish_words(ConfigReader *reader, Config *config, GError **error)
{
  g_autoptr(GPtrArray) common = g_ptr_array_new_with_free_func((GDestroyNotify)keyword_unref);
  reader->group = "backstop";
  gboolean good = check_receive_only(reader, config->receive_only, error)
                  && add_both(reader, config->words, config->patterns, common, error);
  reader->group = NULL;
  for (guint i = 0; good && i < config->accounts->len; i++)
    good = finish_account(reader, config->accounts->pdata[i], common, error);
  return good;
}
