/* main.c - the worker's main program: options, then the work.
 * Owns:     the command line that supervisor.c starts it with.
 * Must not: run without the daemon's lock.
 * Fails:    by exit status (exit.h) and one line on the standard error.
 * Tests:    tests/e2e */
#include "fetcher/common/exit.h"
#include "fetcher/common/log.h"
#include "fetcher/common/program.h"
#include "fetcher/worker/worker.h"
#include <fcntl.h>
#include <locale.h>
#include <sysexits.h>

int main(int argc, char **argv)
{
  g_autofree char *config = NULL, *data = NULL;
  gboolean once = FALSE, sweep = FALSE;
  const GOptionEntry options[] = { { "config", 0, 0, G_OPTION_ARG_FILENAME, &config, "Configuration file", "FILE" },
                                   { "data", 0, 0, G_OPTION_ARG_FILENAME, &data, "Folder of the ledger", "DIR" },
                                   { "once", 0, 0, G_OPTION_ARG_NONE, &once, "Make one pass and end", NULL },
                                   { "sweep", 0, 0, G_OPTION_ARG_NONE, &sweep, "Sweep and end", NULL },
                                   G_OPTION_ENTRY_NULL };
  setlocale(LC_ALL, "");
  log_install("backstopd");
  g_autoptr(GOptionContext) context = g_option_context_new("ACCOUNT");
  g_autoptr(GError) problem = NULL;
  g_option_context_add_main_entries(context, options, NULL);
  g_option_context_set_summary(context, "Speaks for one account. Started by backstopd, and by nobody else.");
  gboolean understood = g_option_context_parse(context, &argc, &argv, &problem);
  /* The worker keeps the lock; a password-command must not inherit it. */
  if (!understood || argc != 2 || config == NULL || data == NULL || fcntl(PROGRAM_LOCK, F_SETFD, FD_CLOEXEC) < 0
      || fcntl(PROGRAM_CONFIG, F_SETFD, FD_CLOEXEC) < 0) {
    log_account(G_LOG_LEVEL_WARNING, NULL, "a worker is started by backstopd only");
    return EX_USAGE;
  }
  return worker_main(config, data, argv[1], sweep ? WORKER_SWEEP : once ? WORKER_ONCE : WORKER_LIVE);
}
