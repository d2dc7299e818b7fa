/* config.h - the configuration file: a GLib key file, read whole or refused with one clear line (CONFIG_ERROR).
 *
 * Refused: a file that others can read or that is not ours, an unknown group or key, a value out of range, CR, LF or NUL in any
 * value that reaches a server, `security = none` for a host that is not loopback, two accounts of one name. */
#pragma once
#include <gio/gio.h>

#define CONFIG_ERROR (config_error_quark())
GQuark config_error_quark(void);
typedef enum { CONFIG_ERROR_MISSING, CONFIG_ERROR_EXPOSED, CONFIG_ERROR_INVALID } ConfigError;

typedef enum { SECURITY_TLS, SECURITY_STARTTLS, SECURITY_NONE } Security;
typedef enum { AUTH_PASSWORD, AUTH_XOAUTH2 } AuthMethod;

typedef struct {
  char *name;      /* of [account NAME]: letters, digits, . _ - */
  char *protocol;  /* "imap" */
  char *host;
  guint16 port;
  Security security;
  char *ca_file;   /* NULL: the system's */
  char *user;
  AuthMethod auth;
  char *password_command; /* NULL: $CREDENTIALS_DIRECTORY/NAME */
  char *addresses; /* patterns; default: user if it is an address, else "*" */
  char **folders;  /* watched, UTF-8, ';'-separated in the file; default INBOX */
  char **sent;     /* NULL: found on the server */
  char *quarantine; /* default Backscatter */
  guint timeout;   /* seconds a server may be silent, 1 to 600; default 60 */
} AccountConfig;

typedef enum { NOTIFICATIONS_DIGEST, NOTIFICATIONS_OFF, NOTIFICATIONS_EACH } NotificationMode;

typedef struct {
  gboolean observe;        /* mode = observe */
  gboolean quarantine_unsure; /* unsure = quarantine */
  gboolean judge_challenges, judge_virus, judge_auto_replies, judge_receipts; /* challenges, virus-notices, auto-replies,
                              receipts = judge | ignore */
  NotificationMode notifications; /* what the tray program tells by itself */
  guint interval;          /* seconds between two looks, 10 to 86400; default 180 */
  GPtrArray *accounts;     /* AccountConfig*, in the file's order */
} Config;

/* The default file and data folder ($XDG_CONFIG_HOME/backstop/config, $XDG_DATA_HOME/backstop). The caller frees. */
char *config_default_file(void);
char *config_default_data(void);
Config *config_load(const char *file, GError **error);
void config_free(Config *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)
/* NULL when there is none of that name. */
const AccountConfig *config_account(const Config *config, const char *name);
