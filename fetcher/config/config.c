/* config.c - the configuration file, read whole or refused with one clear line
 * Owns:     the names, types and ranges of every key.
 * Must not: connect, ask for secrets, create or change files.
 * Fails:    CONFIG_ERROR, naming file, group, key and remedy.
 * Tests:    tests/fetcher/config/test_config.c */
#include "fetcher/config/config.h"
#include "fetcher/config/private.h"
#include "filter/normalise.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

G_DEFINE_QUARK(backstop - config - error, config_error)

#define FILE_LIMIT ((goffset)1 << 20)
#define VALUE_LIMIT 4096
#define NAME_LIMIT 64
#define LIST_LIMIT 100
#define ACCOUNT_PREFIX "account "
#define BAD_ESCAPE "cannot be read; write \\\\ for a backslash"
#define BAD_BREAK "holds a line break; write it on one line, and \\\\ for a backslash"

typedef struct {
  const char *word;
  int value;
} Word;

typedef enum { KEY_TEXT, KEY_PATH, KEY_WORD, KEY_NUMBER, KEY_PORT, KEY_FOLDER, KEY_FOLDERS, KEY_ADDRESSES } KeyType;

typedef struct {
  const char *name;
  KeyType type;
  size_t offset;     /* of the member it fills */
  const Word *words; /* KEY_WORD */
  guint min, max;    /* KEY_NUMBER, KEY_PORT */
} Key;

static const Word mode_words[] = { { "quarantine", FALSE }, { "observe", TRUE }, { NULL } };
static const Word unsure_words[] = { { "keep", FALSE }, { "quarantine", TRUE }, { NULL } };
static const Word judge_words[] = { { "judge", TRUE }, { "ignore", FALSE }, { NULL } };
static const Word notification_words[] = {
  { "digest", NOTIFICATIONS_DIGEST }, { "off", NOTIFICATIONS_OFF }, { "each", NOTIFICATIONS_EACH }, { NULL }
};
static const Word security_words[] = {
  { "tls", SECURITY_TLS }, { "starttls", SECURITY_STARTTLS }, { "none", SECURITY_NONE }, { NULL }
};
static const Word yes_words[] = { { "yes", TRUE }, { "no", FALSE }, { NULL } };
static const Word auth_words[] = { { "password", AUTH_PASSWORD }, { "xoauth2", AUTH_XOAUTH2 }, { NULL } };

#define GLOBAL(member) offsetof(Config, member)
static const Key global_keys[] = {
  { "mode", KEY_WORD, GLOBAL(observe), mode_words },
  { "unsure", KEY_WORD, GLOBAL(quarantine_unsure), unsure_words },
  { "challenges", KEY_WORD, GLOBAL(judge_challenges), judge_words },
  { "virus-notices", KEY_WORD, GLOBAL(judge_virus), judge_words },
  { "auto-replies", KEY_WORD, GLOBAL(judge_auto_replies), judge_words },
  { "receipts", KEY_WORD, GLOBAL(judge_receipts), judge_words },
  { "notifications", KEY_WORD, GLOBAL(notifications), notification_words },
  { "interval", KEY_NUMBER, GLOBAL(interval), NULL, 10, 86400 },
  { NULL },
};

#define ACCOUNT(member) offsetof(AccountConfig, member)
static const Key account_keys[] = {
  { "protocol", KEY_TEXT, ACCOUNT(protocol) },
  { "host", KEY_TEXT, ACCOUNT(host) },
  { "port", KEY_PORT, ACCOUNT(port), NULL, 1, 65535 },
  { "security", KEY_WORD, ACCOUNT(security), security_words },
  { "ca-file", KEY_PATH, ACCOUNT(ca_file) },
  { "user", KEY_TEXT, ACCOUNT(user) },
  { "auth", KEY_WORD, ACCOUNT(auth), auth_words },
  { "password-command", KEY_TEXT, ACCOUNT(password_command) },
  { "addresses", KEY_ADDRESSES, ACCOUNT(addresses) },
  { "folders", KEY_FOLDERS, ACCOUNT(folders) },
  { "sent", KEY_FOLDERS, ACCOUNT(sent) },
  { "sent-account", KEY_TEXT, ACCOUNT(sent_account) },
  { "sent-recorded", KEY_WORD, ACCOUNT(sent_recorded), yes_words },
  { "quarantine", KEY_FOLDER, ACCOUNT(quarantine) },
  { "restore-to", KEY_TEXT, ACCOUNT(restore_to) },
  { "restore-command", KEY_TEXT, ACCOUNT(restore_command) },
  { "door-port", KEY_PORT, ACCOUNT(door_port), NULL, 1024, 65535 },
  { "door-password-command", KEY_TEXT, ACCOUNT(door_password_command) },
  { "timeout", KEY_NUMBER, ACCOUNT(timeout), NULL, 1, 600 },
  { NULL },
};

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

/* A value as text; white space around it does not count. NULL with error. */
static char *value_text(const ConfigReader *reader, const Key *key, GError **error)
{
  g_autoptr(GError) problem = NULL; /* a wrong escape gives an error as well as a value */
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
  return g_strstrip(g_steal_pointer(&value));
}

static gboolean read_word(const ConfigReader *reader, const Key *key, const char *value, int *member, GError **error)
{
  g_autoptr(GString) known = g_string_new(NULL);
  for (const Word *word = key->words; word->word != NULL; word++) {
    if (strcmp(word->word, value) == 0) {
      *member = word->value;
      return TRUE;
    }
    g_string_append_printf(known, "%s%s", known->len > 0 ? " or " : "", word->word);
  }
  return config_refuse(reader, key->name, error, "\"%s\" is not known; write %s", value, known->str);
}

static gboolean read_number(const ConfigReader *reader, const Key *key, const char *value, guint *member,
                            GError **error)
{
  guint64 number = 0;
  if (!g_ascii_string_to_unsigned(value, 10, key->min, key->max, &number, NULL))
    return config_refuse(reader, key->name, error, "\"%s\" will not do; write a number from %u to %u", value, key->min,
                         key->max);
  *member = (guint)number;
  return TRUE;
}

static gboolean check_folder(const ConfigReader *reader, const Key *key, const char *name, GError **error)
{
  for (const char *c = name; *c != '\0'; c++)
    if (g_ascii_iscntrl(*c)) return config_refuse(reader, key->name, error, "a folder name holds a control character");
  if (strlen(name) > 500) return config_refuse(reader, key->name, error, "a folder name is longer than 500 bytes");
  return TRUE;
}

/* The parts of a ';'-separated value, trimmed, empty and repeated ones left out; NULL with error. */
static char **value_list(const ConfigReader *reader, const Key *key, GError **error)
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
    if (*g_strstrip(*part) != '\0' && g_hash_table_add(seen, *part)) g_strv_builder_add(list, *part);
    if (g_hash_table_size(seen) > LIST_LIMIT) {
      config_refuse(reader, key->name, error, "names more than %d", LIST_LIMIT);
      return NULL;
    }
  }
  return g_strv_builder_end(list);
}

static gboolean read_folders(const ConfigReader *reader, const Key *key, char ***member, GError **error)
{
  g_auto(GStrv) folders = value_list(reader, key, error);
  if (folders == NULL) return FALSE;
  for (char **folder = folders; *folder != NULL; folder++)
    if (!check_folder(reader, key, *folder, error)) return FALSE;
  g_clear_pointer(member, g_strfreev);
  if (folders[0] != NULL) *member = g_steal_pointer(&folders); /* an empty value asks for the default */
  return TRUE;
}

static gboolean read_addresses(const ConfigReader *reader, const Key *key, char **member, GError **error)
{
  g_auto(GStrv) patterns = value_list(reader, key, error);
  if (patterns == NULL) return FALSE;
  for (char **pattern = patterns; *pattern != NULL; pattern++) {
    for (const char *c = *pattern; *c != '\0'; c++)
      if (g_ascii_isspace(*c) || g_ascii_iscntrl(*c) || strchr("<>,", *c) != NULL)
        return config_refuse(reader, key->name, error,
                             "\"%s\" is no address; write one like me@example.org, with ; between two", *pattern);
    if (strchr(*pattern, '@') == NULL && strchr(*pattern, '*') == NULL)
      return config_refuse(reader, key->name, error, "\"%s\" is no address; for all of a domain write *@%s", *pattern,
                           *pattern);
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

/* An empty value is an absent one. */
static gboolean read_key(const ConfigReader *reader, const Key *key, void *record, GError **error)
{
  void *member = G_STRUCT_MEMBER_P(record, key->offset);
  if (key->type == KEY_FOLDERS) return read_folders(reader, key, member, error);
  if (key->type == KEY_ADDRESSES) return read_addresses(reader, key, member, error);
  g_autofree char *value = value_text(reader, key, error);
  if (value == NULL) return FALSE;
  if (*value == '\0') return TRUE;
  guint number = 0;
  switch (key->type) {
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

static gboolean read_group(const ConfigReader *reader, const Key *table, void *record, GError **error)
{
  g_auto(GStrv) names = g_key_file_get_keys(reader->keys, reader->group, NULL, NULL);
  for (char **name = names; name != NULL && *name != NULL; name++) {
    const Key *key = table;
    while (key->name != NULL && strcmp(key->name, *name) != 0) key++;
    if (key->name == NULL)
      return config_refuse(reader, *name, error, "no such key; mend its spelling or remove it, see backstop-config(5)");
    if (!read_key(reader, key, record, error)) return FALSE;
  }
  return TRUE;
}

static void account_config_free(AccountConfig *account)
{
  g_free(account->name);
  g_free(account->protocol);
  g_free(account->host);
  g_free(account->ca_file);
  g_free(account->user);
  g_free(account->password_command);
  g_free(account->addresses);
  g_strfreev(account->folders);
  g_strfreev(account->sent);
  g_free(account->sent_account);
  g_free(account->quarantine);
  g_free(account->restore_to);
  g_free(account->restore_command);
  g_free(account->door_password_command);
  g_free(account);
}

/* A name is also that of a credential file and of a folder on disk. */
static gboolean name_is_good(const char *name)
{
  if (!g_ascii_isalnum(*name) || strlen(name) > NAME_LIMIT) return FALSE;
  for (const char *c = name; *c != '\0'; c++)
    if (!g_ascii_isalnum(*c) && strchr("._-", *c) == NULL) return FALSE;
  return TRUE;
}

static gboolean read_account(const ConfigReader *reader, Config *config, GError **error)
{
  AccountConfig *account = g_new0(AccountConfig, 1);
  g_ptr_array_add(config->accounts, account);
  account->name = g_strstrip(g_strdup(reader->group + strlen(ACCOUNT_PREFIX)));
  account->timeout = 60;
  if (!name_is_good(account->name))
    return config_refuse(reader, NULL, error,
                         "an account's name is made of letters, digits, dot, hyphen and underscore");
  for (guint i = 0; i + 1 < config->accounts->len; i++)
    if (strcmp(((AccountConfig *)config->accounts->pdata[i])->name, account->name) == 0)
      return config_refuse(reader, NULL, error, "there are two accounts of this name; rename one");
  return read_group(reader, account_keys, account, error) && config_finish_account(reader, account, error);
}

/* GKeyFile merges groups of one name and lets the last of two equal keys win. Here either is a slip that would quietly
 * mix two accounts, so the text is looked through once for them. */
static gboolean check_repeats(ConfigReader *reader, const char *text, GError **error)
{
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  g_autofree char *group = NULL;
  for (char **line = lines; *line != NULL; line++) {
    char *end;
    g_strstrip(*line);
    if (**line == '[' && (end = strrchr(*line, ']')) != NULL) {
      g_free(group);
      group = g_strndup(*line + 1, (gsize)(end - *line - 1));
      reader->group = NULL;
      if (!g_hash_table_add(seen, g_strdup(group)))
        return config_refuse(reader, NULL, error, "there are two groups [%s]; rename or remove one", group);
    } else if (**line != '#' && group != NULL && (end = strchr(*line, '=')) != NULL) {
      g_autofree char *key = g_strchomp(g_strndup(*line, (gsize)(end - *line)));
      reader->group = group;
      if (!g_hash_table_add(seen, g_strdup_printf("%s\n%s", group, key)))
        return config_refuse(reader, key, error, "given twice; remove one");
    }
  }
  reader->group = NULL;
  return TRUE;
}

static Config *parse(const char *file, const char *text, gsize length, GError **error)
{
  g_autoptr(GKeyFile) keys = g_key_file_new();
  ConfigReader reader = { .file = file, .keys = keys };
  g_autoptr(GError) problem = NULL;
  if (memchr(text, '\0', length) != NULL || !g_utf8_validate(text, (gssize)length, NULL)) {
    config_refuse(&reader, NULL, error, "is not text in UTF-8; save it as such");
    return NULL;
  }
  if (!check_repeats(&reader, text, error)) return NULL;
  if (!g_key_file_load_from_data(keys, text, length, G_KEY_FILE_KEEP_TRANSLATIONS, &problem)) {
    config_refuse(&reader, NULL, error, "%s", problem->message);
    return NULL;
  }
  g_autoptr(Config) config = g_new0(Config, 1);
  config->accounts = g_ptr_array_new_with_free_func((GDestroyNotify)account_config_free);
  config->judge_challenges = config->judge_virus = TRUE;
  config->interval = 180;
  g_auto(GStrv) groups = g_key_file_get_groups(keys, NULL);
  for (char **group = groups; *group != NULL; group++) {
    reader.group = *group;
    gboolean good;
    if (strcmp(*group, "backstop") == 0)
      good = read_group(&reader, global_keys, config, error);
    else if (g_str_has_prefix(*group, ACCOUNT_PREFIX))
      good = read_account(&reader, config, error);
    else
      good = config_refuse(&reader, NULL, error, "no such group; there are [backstop] and [account NAME]");
    if (!good) return NULL;
  }
  reader.group = NULL;
  if (config->accounts->len == 0) {
    config_refuse(&reader, NULL, error, "names no account; add a group [account NAME], see backstop-config(5)");
    return NULL;
  }
  return config_finish(&reader, config, error) ? g_steal_pointer(&config) : NULL;
}

/* Is the open file ours alone? It names a command that will be run. */
static gboolean check_owner(int fd, const char *file, GError **error)
{
  struct stat status;
  const ConfigReader reader = { .file = file };
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
    return config_refuse(&reader, NULL, error, "is not a regular file");
  if (status.st_uid != geteuid()) {
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_EXPOSED, "%s: belongs to another user; make a copy of your own",
                file);
    return FALSE;
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_EXPOSED, "%s: others can read or change it; run: chmod 600 %s", file,
                file);
    return FALSE;
  }
  if (status.st_size > FILE_LIMIT)
    return config_refuse(&reader, NULL, error, "is larger than a configuration can be (1 MiB)");
  return TRUE;
}

Config *config_load(const char *file, GError **error)
{
  g_autofree char *shown = g_filename_display_name(file);
  int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0 && errno == ENOENT) {
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_MISSING,
                "%s: no configuration there; write one with a group [account NAME], see backstop-config(5)", shown);
    return NULL;
  }
  if (fd < 0) {
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID, "%s: cannot be opened: %s", shown, g_strerror(errno));
    return NULL;
  }
  g_autoptr(GString) text = g_string_new(NULL);
  gboolean good = check_owner(fd, shown, error);
  char chunk[4096];
  gssize got = 0;
  while (good && (goffset)text->len <= FILE_LIMIT
         && ((got = read(fd, chunk, sizeof chunk)) > 0 || (got < 0 && errno == EINTR)))
    if (got > 0) g_string_append_len(text, chunk, got);
  if (good && got < 0) {
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID, "%s: cannot be read: %s", shown, g_strerror(errno));
    good = FALSE;
  }
  close(fd);
  return good ? parse(shown, text->str, text->len, error) : NULL;
}

char *config_default_file(void) { return g_build_filename(g_get_user_config_dir(), "backstop", "config", NULL); }

char *config_default_data(void) { return g_build_filename(g_get_user_data_dir(), "backstop", NULL); }

char *config_quarantine(const AccountConfig *account, const char *data_dir)
{
  if (account->quarantine != NULL) return g_strdup(account->quarantine);
  g_autofree char *path = g_build_filename(data_dir, "quarantine", account->name, NULL);
  return g_canonicalize_filename(path, NULL);
}

AccountConfig config_door(const AccountConfig *account)
{
  AccountConfig door = *account;
  door.name = g_strconcat(account->name, "-door", NULL);
  door.door_of = account->name;
  door.host = (char *)"localhost";
  door.password_command = account->door_password_command;
  return door;
}

const AccountConfig *config_account(const Config *config, const char *name)
{
  for (guint i = 0; i < config->accounts->len; i++) {
    const AccountConfig *account = config->accounts->pdata[i];
    if (strcmp(account->name, name) == 0) return account;
  }
  return NULL;
}

void config_free(Config *config)
{
  if (config == NULL) return;
  g_ptr_array_unref(config->accounts);
  g_free(config);
}
