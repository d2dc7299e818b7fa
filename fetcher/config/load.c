/* load.c - the configuration file, read whole or refused with one clear line
 * Owns:     the names, types and ranges of every key; which files are taken.
 * Must not: connect, ask for secrets, create or change files.
 * Fails:    CONFIG_ERROR, naming file, group, key and remedy.
 * Tests:    tests/fetcher/config/test_config.c */
#include "fetcher/config/account.h"
#include "fetcher/config/reader.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_LIMIT ((goffset)1 << 20)
#define NAME_LIMIT 64
#define ACCOUNT_PREFIX "account "

static const ConfigWord mode_words[] = { { "quarantine", FALSE }, { "observe", TRUE }, { NULL } };
static const ConfigWord unsure_words[] = { { "keep", FALSE }, { "quarantine", TRUE }, { NULL } };
static const ConfigWord second_line_words[] = { { "unsure", FALSE }, { "quarantine", TRUE }, { NULL } };
static const ConfigWord judge_words[] = { { "judge", TRUE }, { "ignore", FALSE }, { NULL } };
static const ConfigWord notification_words[] = {
  { "digest", NOTIFICATIONS_DIGEST }, { "off", NOTIFICATIONS_OFF }, { "each", NOTIFICATIONS_EACH }, { NULL }
};
static const ConfigWord security_words[] = {
  { "tls", SECURITY_TLS }, { "starttls", SECURITY_STARTTLS }, { "none", SECURITY_NONE }, { NULL }
};
static const ConfigWord yes_words[] = { { "yes", TRUE }, { "no", FALSE }, { NULL } };
static const ConfigWord auth_words[] = { { "password", AUTH_PASSWORD }, { "xoauth2", AUTH_XOAUTH2 }, { NULL } };

#define GLOBAL(member) offsetof(Config, member)
static const ConfigKey global_keys[] = {
  { "mode", KEY_WORD, GLOBAL(observe), mode_words },
  { "unsure", KEY_WORD, GLOBAL(quarantine_unsure), unsure_words },
  { "challenges", KEY_WORD, GLOBAL(judge_challenges), judge_words },
  { "virus-notices", KEY_WORD, GLOBAL(judge_virus), judge_words },
  { "auto-replies", KEY_WORD, GLOBAL(judge_auto_replies), judge_words },
  { "receipts", KEY_WORD, GLOBAL(judge_receipts), judge_words },
  { "notifications", KEY_WORD, GLOBAL(notifications), notification_words },
  { "interval", KEY_NUMBER, GLOBAL(interval), NULL, 10, 86400 },
  { "receive-only", KEY_ADDRESSES, GLOBAL(receive_only) },
  { "second-line", KEY_WORD, GLOBAL(second_line), second_line_words },
  { "words", KEY_FOLDERS, GLOBAL(words) },
  { "patterns", KEY_FOLDERS, GLOBAL(patterns) },
  { "learn-words", KEY_WORD, GLOBAL(learn_words), yes_words },
  { "spf", KEY_WORD, GLOBAL(tools.spf), yes_words },
  { "reverse-name", KEY_WORD, GLOBAL(tools.reverse), yes_words },
  { "blocklists", KEY_FOLDERS, GLOBAL(blocklists) },
  { "link-blocklists", KEY_FOLDERS, GLOBAL(link_blocklists) },
  { "dns-servers", KEY_FOLDERS, GLOBAL(dns_servers) },
  { "signature-keys", KEY_WORD, GLOBAL(signature_keys), yes_words },
  { "dnssec", KEY_WORD, GLOBAL(dnssec), yes_words },
  { "keep-days", KEY_NUMBER, GLOBAL(keep_days), NULL, 100, 36500 },
  { NULL },
};

#define ACCOUNT(member) offsetof(AccountConfig, member)
static const ConfigKey account_keys[] = {
  { "protocol", KEY_PROTOCOL, ACCOUNT(protocol) },
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
  { "receive-only", KEY_ADDRESSES, ACCOUNT(receive_only) },
  { "words", KEY_FOLDERS, ACCOUNT(words) },
  { "patterns", KEY_FOLDERS, ACCOUNT(patterns) },
  { "trust-sent", KEY_WORD, ACCOUNT(trust_sent), yes_words },
  { "quarantine", KEY_FOLDER, ACCOUNT(quarantine) },
  { "restore-to", KEY_TEXT, ACCOUNT(restore_to) },
  { "restore-command", KEY_TEXT, ACCOUNT(restore_command) },
  { "door-port", KEY_PORT, ACCOUNT(door_port), NULL, 1024, 65535 },
  { "door-users", KEY_FOLDERS, ACCOUNT(door_users) },
  { "door-password-command", KEY_TEXT, ACCOUNT(door_password_command) },
  { "timeout", KEY_NUMBER, ACCOUNT(timeout), NULL, 1, 600 },
  { NULL },
};

/* A credential file and a folder on disk have the same name as the account. */
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
  return config_read_group(reader, account_keys, global_keys, account, error)
         && config_finish_account(reader, account, error);
}

/* GKeyFile joins two groups of the same name, and takes the last of two equal keys. Either would mix two accounts
 * without a word, so the text is searched for both first. */
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
    config_refuse(&reader, NULL, error, "is not text in UTF-8; save it as UTF-8");
    return NULL;
  }
  if (!config_check_beginning(&reader, text, error) || !check_repeats(&reader, text, error)) return NULL;
  if (!g_key_file_load_from_data(keys, text, length, G_KEY_FILE_KEEP_TRANSLATIONS, &problem)) {
    config_refuse(&reader, NULL, error, "%s", problem->message);
    return NULL;
  }
  g_autoptr(Config) config = g_new0(Config, 1);
  config->accounts = g_ptr_array_new_with_free_func((GDestroyNotify)config_account_free);
  config->judge_challenges = config->judge_virus = config->dnssec = config->signature_keys = TRUE;
  config->interval = 180;
  config->keep_days = 365;
  g_auto(GStrv) groups = g_key_file_get_groups(keys, NULL);
  for (char **group = groups; *group != NULL; group++) {
    reader.group = *group;
    gboolean good;
    if (strcmp(*group, "backstop") == 0)
      good = config_read_group(&reader, global_keys, account_keys, config, error);
    else if (g_str_has_prefix(*group, ACCOUNT_PREFIX))
      good = read_account(&reader, config, error);
    else
      good = config_refuse_group(&reader, error);
    if (!good) return NULL;
  }
  reader.group = NULL;
  if (config->accounts->len == 0) {
    config_refuse(&reader, NULL, error, "names no account; add a group [account NAME], see backstop-config(5)");
    return NULL;
  }
  return config_finish_tools(&reader, config, error) && config_finish_words(&reader, config, error)
                 && config_finish(&reader, config, error)
             ? g_steal_pointer(&config)
             : NULL;
}

/* Can only the owner read and change the open file? Commands that it names will be run. */
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

/* The text of the open file. NULL with error. */
static GString *read_text(int fd, const char *shown, GError **error)
{
  g_autoptr(GString) text = g_string_new(NULL);
  char chunk[4096];
  gssize got = 0;
  if (!check_owner(fd, shown, error)) return NULL;
  while ((goffset)text->len <= FILE_LIMIT
         && ((got = pread(fd, chunk, sizeof chunk, (off_t)text->len)) > 0 || (got < 0 && errno == EINTR)))
    if (got > 0) g_string_append_len(text, chunk, got);
  if (got >= 0) return g_steal_pointer(&text);
  g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID, "%s: cannot be read: %s", shown, g_strerror(errno));
  return NULL;
}

Config *config_load_open(int fd, const char *file, GError **error)
{
  g_autofree char *shown = g_filename_display_name(file);
  g_autoptr(GString) text = read_text(fd, shown, error);
  Config *config = text != NULL ? parse(shown, text->str, text->len, error) : NULL;
  if (config == NULL) return NULL;
  config->text = g_strdup(text->str);
  config->digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, config->text, -1);
  return config;
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
  Config *config = config_load_open(fd, file, error);
  close(fd);
  return config;
}
