/* supervisor.h - the process that keeps one worker per account running. It never parses mail and never speaks to a
 * server. */
#pragma once
#include <glib.h>

typedef struct {
  const char *config_file, *data_dir;
  gboolean once;
  gboolean sweep;      /* with once: do only the open sweeps */
  const char *account; /* with once: only this account; NULL: all accounts */
} SupervisorOptions;

/* Takes the daemon's lock, reads the configuration, tells the ledger of the accounts, starts the workers. Restarts a
 * worker that dies (restart.h), wakes a worker for which there is a new request, reads the configuration again when its
 * file changes and on SIGHUP (one that will not do is refused, the ledger says why, and the old one stays), ends on
 * SIGTERM and SIGINT within 2 s. With once: returns when every worker has made its pass. The result is an exit status
 * (exit.h); with once, that of the first account that failed. */
int supervisor_run(const SupervisorOptions *options);
