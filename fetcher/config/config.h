/* config.h - the configuration file: a GLib key file, read whole or refused with one clear line (CONFIG_ERROR).
 *
 * Refused: a file that others can read or that belongs to somebody else, an unknown group or key, a value out of range,
 * CR, LF or NUL in any value that reaches a server, `security = none` for a host that is not loopback, two accounts of
 * one name, a key that the account's protocol has no use for. */
#pragma once
#include "fetcher/config/protocol.h"
#include "filter/keywords.h"
#include "filter/tools.h"
#include <gio/gio.h>

#define CONFIG_ERROR (config_error_quark())
GQuark config_error_quark(void);
typedef enum { CONFIG_ERROR_MISSING, CONFIG_ERROR_EXPOSED, CONFIG_ERROR_INVALID } ConfigError;

typedef enum { SECURITY_TLS, SECURITY_STARTTLS, SECURITY_NONE } Security;
typedef enum { AUTH_PASSWORD, AUTH_XOAUTH2 } AuthMethod;

typedef struct {
  char *name; /* of [account NAME]: letters, digits, . _ - */
  Protocol protocol;
  char *host; /* NULL: no server, folders on disk; port, security and user then mean nothing */
  guint16 port;
  Security security;
  char *ca_file; /* NULL: the system's */
  char *user;
  AuthMethod auth;
  char *password_command; /* NULL: $CREDENTIALS_DIRECTORY/NAME */
  char *addresses;        /* patterns; default: user if it is an address, else "*" */
  char **folders;         /* the watched folders, UTF-8; default INBOX; absolute paths where there is no server */
  char **sent;        /* IMAP: names, NULL: look for them on the server. Other protocols: absolute paths, NULL: none */
  char *sent_account; /* the account whose Sent folders hold mail sent from this account; NULL: this account */
  gboolean sent_recorded; /* `backstop record` tells the ledger of all sent mail */
  char *receive_only;     /* patterns of addresses from which nothing is ever sent; NULL: none */
  char **words;           /* that speak against a stranger's bounce, as written; NULL: none. Likewise patterns: */
  char **patterns;
  GPtrArray *keywords;   /* Keyword*: of these, and of those for all accounts; NULL: none */
  gboolean trust_sent;   /* the owner vouches for the Sent folders, whatever the answers that come in say */
  char *quarantine;      /* IMAP: default Backscatter; else an absolute path. NULL (POP3, and an mbox in whose folder no
                            file can be made, as /var/mail): in the data folder */
  char *restore_to;      /* the path that restored mail goes to; NULL: where it was before, or (POP3) the data folder */
  char *restore_command; /* the program that takes restored mail; NULL: none */
  guint16 door_port;     /* of the POP3 server on loopback; 0: no such server */
  char **door_users;     /* whose programs may connect to it beside the owner's; NULL: nobody else's */
  char *door_password_command; /* NULL: the credential or keyring entry of "NAME-door" */
  const char *door_of;         /* set by config_door() only: the account's name; else NULL */
  guint timeout;               /* seconds a server may be silent, 1 to 600; default 60 */
} AccountConfig;

typedef enum { NOTIFICATIONS_DIGEST, NOTIFICATIONS_OFF, NOTIFICATIONS_EACH } NotificationMode;

typedef struct {
  gboolean observe;                                                           /* mode = observe */
  gboolean quarantine_unsure;                                                 /* unsure = quarantine */
  gboolean judge_challenges, judge_virus, judge_auto_replies, judge_receipts; /* challenges, virus-notices,
                              auto-replies, receipts = judge | ignore */
  NotificationMode notifications; /* which notices the tray program shows without being asked */
  guint interval;                 /* seconds between two looks at the mailbox, 10 to 86400; default 180 */
  Tools tools;                    /* the checks that ask others by DNS; all off by default */
  char **blocklists;              /* for tools.addresses, as written; NULL: none. Likewise for tools.links: */
  char **link_blocklists;
  char **dns_servers;      /* "ADDRESS" or "ADDRESS@PORT"; NULL: the system's */
  gboolean signature_keys; /* ask for the keys of those who sign the owner's mail; by default TRUE */
  gboolean dnssec;         /* look at signatures of answers; by default TRUE */
  guint keep_days;         /* evidence about what is done is kept so long, 100 to 36500; default 365 */
  char *receive_only;      /* as in AccountConfig, for all accounts; as are the next two */
  char **words, **patterns;
  gboolean learn_words; /* learn which words stand in mail that is wanted, and in other mail; by default FALSE */
  gboolean second_line; /* second-line = quarantine */
  GPtrArray *accounts;  /* AccountConfig*, in the file's order */
  char *text;           /* the whole file, as it was read */
  char *digest;         /* SHA-256 of the text, in hex: whether two configurations are the same */
} Config;

/* The default file and data folder ($XDG_CONFIG_HOME/backstop/config, $XDG_DATA_HOME/backstop). The caller frees. */
char *config_default_file(void);
char *config_default_data(void);
/* load.c: reads the file; the caller frees. */
Config *config_load(const char *file, GError **error);
/* load.c: the same of an open file, from its beginning; its offset does not change. file: what messages call it. */
Config *config_load_open(int fd, const char *file, GError **error);
void config_free(Config *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)
/* The quarantine folder of an account: as configured, or (where that is NULL) a path in the data folder. The caller
 * frees. */
char *config_quarantine(const AccountConfig *account, const char *data_dir);
/* The account that the door's password is looked up by: "NAME-door" at localhost. The caller frees its name; everything
 * else is borrowed from account. */
AccountConfig config_door(const AccountConfig *account);
/* NULL when no account has this name. */
const AccountConfig *config_account(const Config *config, const char *name);
void config_account_free(AccountConfig *account);
