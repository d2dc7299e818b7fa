/* settings.h - changing the configuration file as its owner would: a line at a time, all else left as it is. */
#pragma once
#include "fetcher/config/config.h"
#include "ledger/ledger.h"

/* Gives a key of the group [backstop] this value. Comments, order, unknown keys and line ends stay. The result must be
 * a configuration that config_load() takes; it replaces the file whole or not at all, 0600, through links. CONFIG_ERROR
 * or G_FILE_ERROR. */
gboolean settings_write(const char *file, const char *key, const char *value, GError **error);
/* The same of text. The caller frees. */
char *settings_edit(const char *text, const char *group, const char *key, const char *value);

/* Does the filter run by this configuration (NULL: it cannot be read), or by which other one? One sentence in the
 * user's language; the caller frees. *held: the configuration is in force, or nothing runs that could do otherwise.
 * ledger NULL: there is none. */
char *settings_in_force(Ledger *ledger, gboolean runs, const Config *config, gboolean *held);

/* Is backstop-tray started with the owner's session? folder: $XDG_CONFIG_HOME. */
gboolean settings_autostart(const char *folder);
gboolean settings_set_autostart(const char *folder, gboolean start, GError **error);
