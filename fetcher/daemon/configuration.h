/* configuration.h - what the daemon tells others of its configuration. */
#pragma once
#include "fetcher/config/config.h"
#include "ledger/ledger.h"

/* Tells the ledger of the accounts (ledger/configure.h). */
gboolean configuration_tell(Ledger *ledger, const Config *config, GError **error);
/* Says of all workers that they are at work, before the first one starts, since they wait for each other. No other
 * account is at work: a worker that was killed may have left such a state. only: the one account that starts; NULL: all
 * of the configuration. */
gboolean configuration_tell_start(Ledger *ledger, const Config *config, const char *only, GError **error);
/* Says, in the log and in the ledger, why the daemon does not run by the file as it is now. */
void configuration_refuse(Ledger *ledger, const GError *problem);
/* Does the ledger say that the daemon runs by this configuration, or (NULL) why it does not run by the file? */
gboolean configuration_is_told(Ledger *ledger, const Config *config);
/* A descriptor of a copy that nobody changes, for workers to read (config_load_open()); -1 with G_FILE_ERROR. The
 * caller closes it. */
int configuration_copy(const Config *config, GError **error);
