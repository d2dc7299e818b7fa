/* config.h - the configuration file: a GLib key file, read whole or refused with one clear line (CONFIG_ERROR).
 *
 * Refused: a file that others can read or that is not ours, an unknown group or key, a value out of range, CR, LF or
 * NUL in any value that reaches a server, `security = none` for a host that is not loopback, two accounts of one name,
 * a key that the account's protocol has no use for. */
#pragma once
#include <gio/gio.h>

#define CONFIG_ERROR (config_error_quark())
GQuark config_error_quark(void);
typedef enum { CONFIG_ERROR_MISSING, CONFIG_ERROR_EXPOSED, CONFIG_ERROR_INVALID } ConfigError;

typedef enum { SECURITY_TLS, SECURITY_STARTTLS, SECURITY_NONE } Security;
typedef enum { AUTH_PASSWORD, AUTH_XOAUTH2 } AuthMethod;

typedef struct {
  char *name;     /* of [account NAME]: letters, digits, . _ - */
  char *protocol; /* "imap", "pop3", "maildir" or "mbox" */
  char *host;     /* NULL: no server, folders on disk; port, security and user then mean nothing */
  guint16 port;
  Security security;
  char *ca_file; /* NULL: the system's */
  char *user;
  AuthMethod auth;
  char *password_command; /* NULL: $CREDENTIALS_DIRECTORY/NAME */
  char *addresses;        /* patterns; default: user if it is an address, else "*" */
  char *
      *folders; /* watched, UTF-8, ';'-separated in the file; default INBOX. Absolute paths where there is no server */
  char **sent;  /* NULL: found on the server; other than over IMAP absolute paths, and NULL: there are none */
  char *sent_account;     /* whose Sent folders hold what is sent from this account; NULL: its own do */
  gboolean sent_recorded; /* all that is sent is told by `backstop record` */
  char *quarantine;      /* default Backscatter; other than over IMAP an absolute path. NULL (POP3, and an mbox in whose
                          * folder no file can be made, as /var/mail): in the data folder */
  char *restore_to;      /* where restored mail goes, a path; NULL: where it was, or (POP3) into the data folder */
  char *restore_command; /* the program that takes restored mail; NULL */
  guint16 door_port;     /* of the POP3 server on loopback; 0: there is none */
  char *door_password_command; /* NULL: the credential or keyring entry of "NAME-door" */
  const char *door_of;         /* in what config_door() makes: the account's name; else NULL */
  guint timeout;               /* seconds a server may be silent, 1 to 600; default 60 */
} AccountConfig;

typedef enum { NOTIFICATIONS_DIGEST, NOTIFICATIONS_OFF, NOTIFICATIONS_EACH } NotificationMode;

typedef struct {
  gboolean observe;                                                           /* mode = observe */
  gboolean quarantine_unsure;                                                 /* unsure = quarantine */
  gboolean judge_challenges, judge_virus, judge_auto_replies, judge_receipts; /* challenges, virus-notices,
                              auto-replies, receipts = judge | ignore */
  NotificationMode notifications; /* what the tray program tells by itself */
  guint interval;                 /* seconds between two looks, 10 to 86400; default 180 */
  GPtrArray *accounts;            /* AccountConfig*, in the file's order */
} Config;

/* The default file and data folder ($XDG_CONFIG_HOME/backstop/config, $XDG_DATA_HOME/backstop). The caller frees. */
char *config_default_file(void);
char *config_default_data(void);
Config *config_load(const char *file, GError **error);
void config_free(Config *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)
/* The folder of an account's quarantine as messages call it: as configured, or (where it is NULL) a path in the data
 * folder. The caller frees. */
char *config_quarantine(const AccountConfig *account, const char *data_dir);
/* What an account's door asks for its password as: an account "NAME-door" at localhost. Only its name is the caller's
 * to free, all else is borrowed. */
AccountConfig config_door(const AccountConfig *account);
/* NULL when there is none of that name. */
const AccountConfig *config_account(const Config *config, const char *name);
