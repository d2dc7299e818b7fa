/* supervisor.h - the process that keeps one worker per account running. It never parses mail and never speaks to a
 * server. */
#pragma once
#include <glib.h>

typedef struct {
  const char *config_file, *data_dir;
  gboolean once;
  gboolean sweep;      /* with once: only what sweeps are wished for */
  const char *account; /* with once: this one only; NULL: all */
} SupervisorOptions;

/* Takes the daemon's lock, reads the configuration, tells the ledger of its accounts, starts the workers. Restarts one
 * that dies (1 s, doubling to 5 min), wakes one that has a new wish, reads the configuration again on SIGHUP, ends on
 * SIGTERM and SIGINT within 2 s. With once: returns when every worker has made its pass. The result is an exit status
 * (exit.h), with once that of the first account that failed. */
int supervisor_run(const SupervisorOptions *options);
