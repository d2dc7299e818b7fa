/* reader.c - one value of the configuration file, read by the type of its key
 * Owns:     the types of keys: text, words, numbers, lists, addresses, paths; the limits of a value.
 * Must not: open files; know a key's name or what two keys mean together.
 * Fails:    CONFIG_ERROR_INVALID, naming file, group, key and remedy.
 * Tests:    tests/fetcher/config/test_config.c */
#include "fetcher/config/reader.h"
#include "fetcher/config/protocol.h"
#include "filter/normalise.h"
#include <string.h>

#define VALUE_LIMIT 4096
#define LIST_LIMIT 100
#define BAD_ESCAPE "cannot be read; write \\\\ for a backslash"
#define BAD_BREAK "holds a line break; write it on one line, and \\\\ for a backslash"

/* The value as text, without the white space around it. NULL with error. */
static char *value_text(const ConfigReader *reader, const ConfigKey *key, GError **error)
{
  g_autoptr(GError) problem = NULL; /* GLib gives both an error and a value for a wrong escape */
  g_autofree char *value = g_key_file_get_string(reader->keys, reader->group, key->name, &problem);
  if (value == NULL || problem != NULL) {
    config_refuse(reader, key->name, error, BAD_ESCAPE);
    return NULL;
  }
  if (strpbrk(value, "\r\n") != NULL) {
    config_refuse(reader, key->name, error, BAD_BREAK);
    return NULL;
  }
  if (strlen(value) > VALUE_LIMIT) {
    config_refuse(reader, key->name, error, "longer than %d bytes", VALUE_LIMIT);
    return NULL;
  }
  if (!config_check_quotes(reader, key, g_strstrip(value), error)) return NULL;
  return g_steal_pointer(&value);
}

/* Always FALSE: refuses a word, and shows the words that the key knows: "a, b or c". */
static gboolean refuse_word(const ConfigReader *reader, const ConfigKey *key, const char *value, const GPtrArray *known,
                            GError **error)
{
  g_autoptr(GString) list = g_string_new(NULL);
  for (guint i = 0; i < known->len; i++)
    g_string_append_printf(list, "%s%s", i == 0 ? "" : i + 1 == known->len ? " or " : ", ", (char *)known->pdata[i]);
  return config_refuse(reader, key->name, error, "\"%s\" is not known; write %s", value, list->str);
}

static gboolean read_word(const ConfigReader *reader, const ConfigKey *key, const char *value, int *member,
                          GError **error)
{
  g_autoptr(GPtrArray) known = g_ptr_array_new();
  for (const ConfigWord *word = key->words; word->word != NULL; word++) {
    if (strcmp(word->word, value) == 0) {
      *member = word->value;
      return TRUE;
    }
    g_ptr_array_add(known, (gpointer)word->word);
  }
  return refuse_word(reader, key, value, known, error);
}

static gboolean read_protocol(const ConfigReader *reader, const ConfigKey *key, const char *value, Protocol *member,
                              GError **error)
{
  g_autoptr(GPtrArray) known = g_ptr_array_new();
  for (guint i = 0; i < PROTOCOL_N; i++) {
    if (strcmp(protocol_name((Protocol)i), value) == 0) {
      *member = (Protocol)i;
      return TRUE;
    }
    g_ptr_array_add(known, (gpointer)protocol_name((Protocol)i));
  }
  return refuse_word(reader, key, value, known, error);
}

static gboolean read_number(const ConfigReader *reader, const ConfigKey *key, const char *value, guint *member,
                            GError **error)
{
  guint64 number = 0;
  if (!g_ascii_string_to_unsigned(value, 10, key->min, key->max, &number, NULL))
    return config_refuse(reader, key->name, error, "\"%s\" is not allowed; write a number from %u to %u", value,
                         key->min, key->max);
  *member = (guint)number;
  return TRUE;
}

static gboolean check_folder(const ConfigReader *reader, const ConfigKey *key, const char *name, GError **error)
{
  for (const char *c = name; *c != '\0'; c++)
    if (g_ascii_iscntrl(*c)) return config_refuse(reader, key->name, error, "a folder name holds a control character");
  if (strlen(name) > 500) return config_refuse(reader, key->name, error, "a folder name is longer than 500 bytes");
  return TRUE;
}

/* The parts of a value that ';' separates, without white space around them; empty and repeated parts are left out.
 * NULL with error. */
static char **value_list(const ConfigReader *reader, const ConfigKey *key, GError **error)
{
  g_autoptr(GError) problem = NULL;
  g_auto(GStrv) parts = g_key_file_get_string_list(reader->keys, reader->group, key->name, NULL, &problem);
  if (parts == NULL || problem != NULL) {
    config_refuse(reader, key->name, error, BAD_ESCAPE);
    return NULL;
  }
  g_autoptr(GStrvBuilder) list = g_strv_builder_new();
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  for (char **part = parts; *part != NULL; part++) {
    if (strpbrk(*part, "\r\n") != NULL) {
      config_refuse(reader, key->name, error, BAD_BREAK);
      return NULL;
    }
    if (!config_check_quotes(reader, key, g_strstrip(*part), error)) return NULL;
    if (**part != '\0' && g_hash_table_add(seen, *part)) g_strv_builder_add(list, *part);
    if (g_hash_table_size(seen) > LIST_LIMIT) {
      config_refuse(reader, key->name, error, "names more than %d", LIST_LIMIT);
      return NULL;
    }
  }
  return g_strv_builder_end(list);
}

static gboolean read_folders(const ConfigReader *reader, const ConfigKey *key, char ***member, GError **error)
{
  g_auto(GStrv) folders = value_list(reader, key, error);
  if (folders == NULL) return FALSE;
  for (char **folder = folders; *folder != NULL; folder++)
    if (!check_folder(reader, key, *folder, error)) return FALSE;
  g_clear_pointer(member, g_strfreev);
  if (folders[0] != NULL) *member = g_steal_pointer(&folders); /* an empty value means the default */
  return TRUE;
}

static gboolean read_addresses(const ConfigReader *reader, const ConfigKey *key, char **member, GError **error)
{
  g_auto(GStrv) patterns = value_list(reader, key, error);
  if (patterns == NULL) return FALSE;
  for (char **pattern = patterns; *pattern != NULL; pattern++) {
    for (const char *c = *pattern; *c != '\0'; c++)
      if (g_ascii_isspace(*c) || g_ascii_iscntrl(*c) || strchr("<>,", *c) != NULL)
        return config_refuse(reader, key->name, error,
                             "\"%s\" is not an address; write one like me@example.org, with ; between two", *pattern);
    if (strchr(*pattern, '@') == NULL && strchr(*pattern, '*') == NULL)
      return config_refuse(reader, key->name, error, "\"%s\" is not an address; for all of a domain write *@%s",
                           *pattern, *pattern);
  }
  g_free(*member);
  *member = patterns[0] != NULL ? g_strjoinv(";", patterns) : NULL;
  return TRUE;
}

char *config_path(const char *path)
{
  g_autofree char *home = g_str_has_prefix(path, "~/") ? g_build_filename(g_get_home_dir(), path + 2, NULL) : NULL;
  return g_canonicalize_filename(home != NULL ? home : path, NULL);
}

/* An empty value counts as no value. */
static gboolean read_key(const ConfigReader *reader, const ConfigKey *key, void *record, GError **error)
{
  void *member = G_STRUCT_MEMBER_P(record, key->offset);
  if (key->type == KEY_FOLDERS) return read_folders(reader, key, member, error);
  if (key->type == KEY_ADDRESSES) return read_addresses(reader, key, member, error);
  g_autofree char *value = value_text(reader, key, error);
  if (value == NULL) return FALSE;
  if (*value == '\0') return TRUE;
  guint number = 0;
  switch (key->type) {
  case KEY_PROTOCOL: return read_protocol(reader, key, value, member, error);
  case KEY_WORD: return read_word(reader, key, value, member, error);
  case KEY_NUMBER: return read_number(reader, key, value, member, error);
  case KEY_PORT:
    if (!read_number(reader, key, value, &number, error)) return FALSE;
    *(guint16 *)member = (guint16)number;
    return TRUE;
  case KEY_FOLDER:
    if (!check_folder(reader, key, value, error)) return FALSE;
    break;
  case KEY_PATH: {
    char *path = config_path(value);
    g_free(value);
    value = path;
    break;
  }
  default: break;
  }
  g_free(*(char **)member);
  *(char **)member = g_steal_pointer(&value);
  return TRUE;
}

gboolean config_read_group(const ConfigReader *reader, const ConfigKey *table, const ConfigKey *elsewhere, void *record,
                           GError **error)
{
  g_auto(GStrv) names = g_key_file_get_keys(reader->keys, reader->group, NULL, NULL);
  for (char **name = names; name != NULL && *name != NULL; name++) {
    const ConfigKey *key = table;
    while (key->name != NULL && strcmp(key->name, *name) != 0) key++;
    if (key->name == NULL) return config_refuse_key(reader, *name, table, elsewhere, error);
    if (!read_key(reader, key, record, error)) return FALSE;
  }
  return TRUE;
}
