/* account.c - what the keys of an account mean together, by its protocol
 * Owns:     which keys a protocol takes, and the defaults.
 * Must not: read the file; look at folders, but for whether a file can be made beside an mbox.
 * Fails:    CONFIG_ERROR, naming file, group, key and remedy.
 * Tests:    tests/fetcher/config/test_config.c */
#include "fetcher/config/account.h"
#include "filter/normalise.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

/* Without GInetAddress, since the supervisor reads the configuration too, and must not use GIO. */
static gboolean is_address(const char *host)
{
  struct in6_addr address;
  return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
}

static gboolean is_loopback(const char *host)
{
  struct in_addr v4;
  struct in6_addr v6;
  if (inet_pton(AF_INET, host, &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  if (inet_pton(AF_INET6, host, &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
  return g_ascii_strcasecmp(host, "localhost") == 0;
}

static gboolean check_host(const ConfigReader *reader, const AccountConfig *account, GError **error)
{
  if (account->host == NULL)
    return config_refuse(reader, "host", error, "missing; write host = %s.example.org",
                         protocol_name(account->protocol));
  gboolean name = strlen(account->host) <= 253;
  for (const char *c = account->host; *c != '\0'; c++)
    if (!g_ascii_isgraph(*c) && !((guchar)*c & 0x80)) name = FALSE;
  if (!is_address(account->host) && (!name || strpbrk(account->host, ":/@[]") != NULL))
    return config_refuse(reader, "host", error,
                         "\"%s\" is not a host name; write one like %s.example.org, and the port as port =",
                         account->host, protocol_name(account->protocol));
  if (account->security == SECURITY_NONE && !is_loopback(account->host))
    return config_refuse(
        reader, "security", error,
        "none would send the password in clear to %s; write tls or starttls (none is for localhost only)",
        account->host);
  return TRUE;
}

/* Where each side waits for the other to begin, a time limit would end it, and say nothing of the reason. */
static gboolean check_port(const ConfigReader *reader, const AccountConfig *account, GError **error)
{
  const gboolean tls = account->security == SECURITY_TLS;
  const guint16 usual = protocol_port(account->protocol, TRUE), other = protocol_port(account->protocol, FALSE);
  if (!tls && account->port == usual)
    return config_refuse(reader, "port", error, "%u speaks TLS from the first byte: write security = tls, or port = %u",
                         usual, other);
  if (tls && account->port == other)
    return config_refuse(reader, "port", error,
                         "%u begins in clear: write security = starttls, or port = %u for security = tls", other,
                         usual);
  return TRUE;
}

/* Are these the same folder, as far as their names tell? The case of INBOX does not count (RFC 3501, 5.1). */
static gboolean same_folder(const char *a, const char *b)
{
  return strcmp(a, b) == 0 || (g_ascii_strcasecmp(a, "INBOX") == 0 && g_ascii_strcasecmp(b, "INBOX") == 0);
}

static gboolean holds_folder(char *const *folders, const char *name)
{
  for (; folders != NULL && *folders != NULL; folders++)
    if (same_folder(*folders, name)) return TRUE;
  return FALSE;
}

/* Refuses keys that the protocol has no use for: the owner expects something of them that would not happen. */
static gboolean check_keys(const ConfigReader *reader, const AccountConfig *account, GError **error)
{
  gboolean pop3 = account->protocol == PROTOCOL_POP3, server = protocol_has_server(account->protocol),
           paths = protocol_has_paths(account->protocol);
  const struct {
    const char *key;
    gboolean set, good;
    const char *advice;
  } rows[] = {
    { "host", account->host != NULL, server, "folders on this computer have no server; remove it" },
    { "port", account->port != 0, server, "folders on this computer have no server; remove it" },
    { "user", account->user != NULL, server, "nobody signs in to folders on this computer; remove it" },
    { "password-command", account->password_command != NULL, server,
      "nobody signs in to folders on this computer; remove it" },
    { "sent-account", account->sent_account != NULL, paths, "over IMAP the Sent folder is on the server" },
    { "sent-recorded", account->sent_recorded, paths, "over IMAP the Sent folder is on the server" },
    { "restore-to", account->restore_to != NULL, pop3, "is for pop3; others put mail back where it was" },
    { "restore-command", account->restore_command != NULL, pop3, "is for pop3; others put mail back where it was" },
    { "door-port", account->door_port != 0, pop3, "is for pop3" },
    { "door-password-command", account->door_password_command != NULL, pop3 && account->door_port != 0,
      "needs door-port, and is for pop3" },
    { "door-users", account->door_users != NULL, pop3 && account->door_port != 0, "needs door-port, and is for pop3" },
    { "restore-command", account->restore_command != NULL, account->restore_to == NULL,
      "restored mail goes to one place; keep this or restore-to" },
    { "sent-account", account->sent_account != NULL, account->sent == NULL && !account->sent_recorded,
      "the sent mail is that of another account; keep this, or sent and sent-recorded" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
    if (rows[i].set && !rows[i].good) return config_refuse(reader, rows[i].key, error, "%s", rows[i].advice);
  return TRUE;
}

/* Replaces each folder of the list by its absolute path. */
static gboolean take_paths(const ConfigReader *reader, const char *key, char **folders, GError **error)
{
  for (; folders != NULL && *folders != NULL; folders++) {
    if (**folders != '/' && !g_str_has_prefix(*folders, "~/"))
      return config_refuse(reader, key, error, "\"%s\" is not a path; write one like /home/me/Mail/Sent or ~/Mail/Sent",
                           *folders);
    char *path = config_path(*folders);
    g_free(*folders);
    *folders = path;
  }
  return TRUE;
}

/* A file beside somebody's mail there would be somebody else's mail, even where it could be made. */
static gboolean is_spool(const char *folder)
{
  if (g_str_equal(folder, "/var/mail") || g_str_equal(folder, "/var/spool/mail")) return TRUE;
  return faccessat(AT_FDCWD, folder, F_OK, AT_EACCESS) == 0
         && faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) != 0;
}

/* The default quarantine: beside the watched folder, or inside it where folders lie in one another (Maildir++). NULL:
 * in the data folder, since no file can be made beside the mbox (/var/mail/USER). */
static char *default_quarantine(const AccountConfig *account, gboolean mbox)
{
  const char *watched = account->folders[0];
  g_autofree char *parent = g_path_get_dirname(watched);
  if (mbox && is_spool(parent)) return NULL;
  g_autofree char *sent = account->sent != NULL ? g_path_get_dirname(account->sent[0]) : NULL;
  if (mbox || g_strcmp0(parent, sent) == 0) return g_build_filename(parent, "Backscatter", NULL);
  return g_build_filename(watched, ".Backscatter", NULL);
}

static gboolean finish_paths(const ConfigReader *reader, AccountConfig *account, GError **error)
{
  char *quarantine[] = { account->quarantine, NULL }, *restore_to[] = { account->restore_to, NULL };
  gboolean good = take_paths(reader, "quarantine", quarantine, error);
  account->quarantine = quarantine[0];
  good = good && take_paths(reader, "restore-to", restore_to, error);
  account->restore_to = restore_to[0];
  if (!good || !take_paths(reader, "sent", account->sent, error)) return FALSE;
  if (protocol_has_server(account->protocol)) {
    const char *only = account->folders != NULL ? account->folders[0] : "INBOX";
    if (g_ascii_strcasecmp(only, "INBOX") == 0 && (account->folders == NULL || account->folders[1] == NULL)) {
      g_clear_pointer(&account->folders, g_strfreev);
      return TRUE;
    }
    return config_refuse(reader, "folders", error, "POP3 has one folder, INBOX; remove this");
  }
  if (account->folders == NULL)
    return config_refuse(reader, "folders", error, "missing; write folders = ~/%s",
                         account->protocol == PROTOCOL_MBOX ? "mail/inbox" : "Maildir");
  if (!take_paths(reader, "folders", account->folders, error)) return FALSE;
  if (account->quarantine == NULL)
    account->quarantine = default_quarantine(account, account->protocol == PROTOCOL_MBOX);
  return TRUE;
}

/* A name that was mistyped would keep a program out without a word. */
static gboolean check_users(const ConfigReader *reader, const AccountConfig *account, GError **error)
{
  for (char **name = account->door_users; name != NULL && *name != NULL; name++)
    if (getpwnam(*name) == NULL)
      return config_refuse(reader, "door-users", error, "there is no user \"%s\" on this computer", *name);
  return TRUE;
}

static gboolean finish_server(const ConfigReader *reader, AccountConfig *account, GError **error)
{
  if (!check_host(reader, account, error)) return FALSE;
  if (account->user == NULL) return config_refuse(reader, "user", error, "missing; write the name you sign in with");
  if (account->port == 0) account->port = protocol_port(account->protocol, account->security == SECURITY_TLS);
  if (!check_port(reader, account, error)) return FALSE;
  if (account->folders == NULL) account->folders = g_strdupv((char *[]){ (char *)"INBOX", NULL });
  if (account->quarantine == NULL && !protocol_has_paths(account->protocol))
    account->quarantine = g_strdup("Backscatter");
  return TRUE;
}

gboolean config_finish_account(const ConfigReader *reader, AccountConfig *account, GError **error)
{
  if (!check_keys(reader, account, error)) return FALSE;
  if (protocol_has_paths(account->protocol) && !finish_paths(reader, account, error)) return FALSE;
  if (protocol_has_server(account->protocol) && !finish_server(reader, account, error)) return FALSE;
  if (!check_users(reader, account, error)) return FALSE;
  if (account->addresses == NULL) {
    g_autofree char *address = account->user != NULL ? address_normalise(account->user, FALSE) : NULL;
    account->addresses = g_strdup(address != NULL ? address : "*");
  }
  if (account->quarantine != NULL && holds_folder(account->folders, account->quarantine))
    return config_refuse(reader, "quarantine", error, "\"%s\" is among the watched folders; name another",
                         account->quarantine);
  if (account->quarantine != NULL && holds_folder(account->sent, account->quarantine))
    return config_refuse(reader, "quarantine", error, "\"%s\" is a Sent folder; name another", account->quarantine);
  return TRUE;
}

/* Always FALSE: refuses a key of account because of another account, whose name the message shows. */
static gboolean refuse_of(ConfigReader *reader, const AccountConfig *account, const char *key, GError **error,
                          const char *before, const char *name, const char *after)
{
  g_autofree char *group = g_strconcat("account ", account->name, NULL);
  reader->group = group;
  config_refuse(reader, key, error, "%s \"%s\"%s", before, name, after);
  reader->group = NULL;
  return FALSE;
}

static gboolean check_sent_account(ConfigReader *reader, const Config *config, const AccountConfig *account,
                                   GError **error)
{
  const AccountConfig *other = account->sent_account != NULL ? config_account(config, account->sent_account) : NULL;
  if (account->sent_account == NULL) return TRUE;
  if (other == NULL)
    return refuse_of(reader, account, "sent-account", error, "there is no account", account->sent_account, "");
  return (other != account && other->sent_account == NULL)
         || refuse_of(reader, account, "sent-account", error, "account", account->sent_account,
                      " has no sent mail of its own; name one that has");
}

/* Refuses folders on this computer that two accounts would share: each account would believe that the owner put there
 * what the other account did. */
static gboolean check_beside(ConfigReader *reader, const AccountConfig *account, const AccountConfig *other,
                             GError **error)
{
  gboolean here = account->quarantine != NULL && *account->quarantine == '/';
  if (here && g_strcmp0(account->quarantine, other->quarantine) == 0)
    return refuse_of(reader, account, "quarantine", error, "account", other->name, " has the same; name another");
  if (here && (holds_folder(other->folders, account->quarantine) || holds_folder(other->sent, account->quarantine)))
    return refuse_of(reader, account, "quarantine", error, "account", other->name,
                     " watches it or has its sent mail there; name another");
  if (account->restore_to != NULL && holds_folder(other->folders, account->restore_to))
    return refuse_of(reader, account, "restore-to", error, "account", other->name,
                     " watches that folder, and would judge again what is restored; name another");
  return TRUE;
}

gboolean config_finish(ConfigReader *reader, const Config *config, GError **error)
{
  for (guint i = 0; i < config->accounts->len; i++) {
    const AccountConfig *account = config->accounts->pdata[i];
    if (!check_sent_account(reader, config, account, error)) return FALSE;
    for (guint k = 0; k < config->accounts->len; k++)
      if (k != i && !check_beside(reader, account, config->accounts->pdata[k], error)) return FALSE;
  }
  return TRUE;
}
