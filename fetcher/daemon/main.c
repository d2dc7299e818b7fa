/* main.c - the daemon's main program: options, then the supervisor.
 * Owns:     the command line of backstopd.
 * Must not: do anything itself; link what speaks to servers or parses mail (that is backstop-worker).
 * Fails:    by exit status (exit.h) and one line on the standard error.
 * Tests:    tests/e2e */
#include "fetcher/common/exit.h"
#include "fetcher/common/log.h"
#include "fetcher/config/config.h"
#include "fetcher/daemon/notify.h"
#include "fetcher/daemon/supervisor.h"
#include <locale.h>
#include <stdio.h>
#include <sysexits.h>

int main(int argc, char **argv)
{
  g_autofree char *config = NULL, *data = NULL;
  gboolean once = FALSE, sweep = FALSE, version = FALSE;
  const GOptionEntry options[] = {
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &config, "Configuration file", "FILE" },
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &data, "Folder of the ledger", "DIR" },
    { "once", 0, 0, G_OPTION_ARG_NONE, &once, "Make one pass over every account, or over ACCOUNT, and end", NULL },
    { "sweep", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &sweep, "With --once: only the open sweeps", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version and end", NULL },
    G_OPTION_ENTRY_NULL
  };
  setlocale(LC_ALL, "");
  log_install("backstopd");
  g_autoptr(GOptionContext) context = g_option_context_new("[ACCOUNT]");
  g_autoptr(GError) problem = NULL;
  g_option_context_add_main_entries(context, options, NULL);
  g_option_context_set_summary(context, "Keeps bounces for mail you never sent out of your inbox.");
  if (!g_option_context_parse(context, &argc, &argv, &problem) || argc > (once ? 2 : 1)) {
    log_account(G_LOG_LEVEL_WARNING, NULL, "%s; see backstopd --help",
                problem != NULL ? problem->message : "too many arguments");
    return EX_USAGE;
  }
  if (version) {
    puts(PACKAGE_STRING);
    return EX_OK;
  }
  if (config == NULL) config = config_default_file();
  if (data == NULL) data = config_default_data();
  SupervisorOptions run = {
    .config_file = config, .data_dir = data, .once = once, .sweep = once && sweep, .account = argc > 1 ? argv[1] : NULL
  };
  if (!once) notify_install();
  return supervisor_run(&run);
}
