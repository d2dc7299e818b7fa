/* config.c - what the configuration says, for those that ask
 * Owns:     the records of the configuration; the default places of file and data.
 * Must not: read the file (load.c does).
 * Fails:    never; an account that is not there is NULL.
 * Tests:    tests/fetcher/config/test_config.c */
#include "fetcher/config/config.h"
#include <string.h>

G_DEFINE_QUARK(backstop - config - error, config_error)

void config_account_free(AccountConfig *account)
{
  if (account == NULL) return;
  g_free(account->name);
  g_free(account->host);
  g_free(account->ca_file);
  g_free(account->user);
  g_free(account->password_command);
  g_free(account->addresses);
  g_free(account->receive_only);
  g_strfreev(account->words);
  g_strfreev(account->patterns);
  g_clear_pointer(&account->keywords, g_ptr_array_unref);
  g_strfreev(account->folders);
  g_strfreev(account->sent);
  g_strfreev(account->door_users);
  g_free(account->sent_account);
  g_free(account->quarantine);
  g_free(account->restore_to);
  g_free(account->restore_command);
  g_free(account->door_password_command);
  g_free(account);
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
  g_free(config->receive_only);
  tools_clear(&config->tools);
  g_strfreev(config->words);
  g_strfreev(config->patterns);
  g_strfreev(config->blocklists);
  g_strfreev(config->link_blocklists);
  g_strfreev(config->dns_servers);
  g_free(config->text);
  g_free(config->digest);
  g_free(config);
}
