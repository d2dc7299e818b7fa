/* refuse.c - how the configuration file is refused, and what was probably meant
 * Owns:     the form of a complaint; the mistakes that people make in such files, and the sentence for each.
 * Must not: act on a guess: the file is refused all the same.
 * Fails:    CONFIG_ERROR_INVALID, naming file, group, key and remedy.
 * Tests:    tests/fetcher/config/test_config.c */
#include "fetcher/config/refuse.h"
#include "filter/fold.h"
#include "filter/normalise.h"
#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

gboolean config_refuse(const ConfigReader *reader, const char *key, GError **error, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *what = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_autoptr(GString) line = g_string_new(reader->file);
  if (reader->group != NULL) g_string_append_printf(line, ": [%s]", reader->group);
  if (key != NULL) g_string_append_printf(line, " %s", key);
  g_string_append_printf(line, ": %s", what);
  g_autofree char *safe = text_one_line(line->str, 1000);
  g_set_error_literal(error, CONFIG_ERROR, CONFIG_ERROR_INVALID, safe);
  return FALSE;
}

/* How many letters it is away from a known word that may be meant; G_MAXSIZE: too many. Half of a word says nothing. */
static gsize apart(const char *word, const char *known)
{
  const gsize length = strlen(word), n = strlen(known);
  if (MAX(length, n) > TEXT_DISTANCE_LONGEST) return G_MAXSIZE;
  const gsize letters = text_distance(word, length, known, n);
  return letters <= MIN(2, n / 2) ? letters : G_MAXSIZE;
}

/* The key that is nearest, in lower case and with hyphens: "Password_Command" is one. NULL: none, or several are. */
static const char *nearest(const char *word, const ConfigKey *table)
{
  g_autofree char *plain = g_strdelimit(g_ascii_strdown(word, -1), "_ ", '-');
  const char *found = NULL;
  gsize least = G_MAXSIZE;
  for (; table->name != NULL; table++) {
    const gsize letters = apart(plain, table->name);
    if (letters == G_MAXSIZE || letters > least) continue;
    found = letters < least ? table->name : NULL;
    least = letters;
  }
  return found;
}

static gboolean is_key(const char *word, const ConfigKey *table)
{
  while (table->name != NULL && strcmp(table->name, word) != 0) table++;
  return table->name != NULL;
}

static gboolean is_password(const char *key)
{
  static const char *const names[] = { "password", "passwd", "pass", "passwort", "secret", NULL };
  g_autofree char *plain = g_ascii_strdown(key, -1);
  return g_strv_contains(names, plain);
}

gboolean config_refuse_key(const ConfigReader *reader, const char *key, const ConfigKey *table,
                           const ConfigKey *elsewhere, GError **error)
{
  const gboolean global = strcmp(reader->group, "backstop") == 0;
  const char *meant = nearest(key, table);
  if (is_password(key))
    return config_refuse(reader, key, error,
                         "a password does not stand in this file: remove the line, and keep it in the keyring with "
                         "backstop password, or name a command with password-command");
  if (is_key(key, elsewhere))
    return config_refuse(reader, key, error, "is a key of %s: move it there",
                         global ? "an account, so of a group [account NAME]"
                                : "all accounts, so of the group [backstop]");
  if (meant != NULL)
    return config_refuse(reader, key, error, "no such key; did you mean %s? See backstop-config(5)", meant);
  return config_refuse(reader, key, error, "no such key; correct its spelling or remove it, see backstop-config(5)");
}

gboolean config_refuse_group(const ConfigReader *reader, GError **error)
{
  g_autofree char *plain = g_ascii_strdown(reader->group, -1);
  g_auto(GStrv) words = g_strsplit(g_strstrip(plain), " ", 2);
  const char *first = words[0] != NULL ? words[0] : "";
  if (apart(first, "account") <= 2 && words[1] != NULL)
    return config_refuse(reader, NULL, error, "no such group; did you mean [account %s]?", g_strstrip(words[1]));
  if (apart(first, "backstop") <= 2 && words[1] == NULL)
    return config_refuse(reader, NULL, error, "no such group; did you mean [backstop]?");
  return config_refuse(reader, NULL, error, "no such group; there are [backstop] and [account NAME]");
}

gboolean config_check_beginning(const ConfigReader *reader, const char *text, GError **error)
{
  if (g_str_has_prefix(text, BYTE_ORDER_MARK))
    return config_refuse(reader, NULL, error,
                         "begins with a byte order mark, which cannot be seen: save it as UTF-8 without one");
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    const char *words = g_strstrip(*line);
    char *equals = strchr(*line, '=');
    if (*words == '\0' || *words == '#') continue;
    if (*words == '[' || equals == NULL) return TRUE;
    *equals = '\0';
    return config_refuse(reader, g_strchomp(*line), error,
                         "stands above the first group: move it below [backstop] or [account NAME]");
  }
  return TRUE;
}

gboolean config_check_quotes(const ConfigReader *reader, const ConfigKey *key, const char *value, GError **error)
{
  const gsize length = strlen(value);
  const gboolean quoted = length >= 2 && (*value == '"' || *value == '\'') && value[length - 1] == *value;
  if (!quoted || g_str_has_suffix(key->name, "-command")) return TRUE;
  return config_refuse(reader, key->name, error, "the value stands in quotes, which would be part of it: remove them");
}
