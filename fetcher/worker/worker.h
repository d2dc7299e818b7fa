/* worker.h - the process that speaks for one account: connects, passes, waits, is woken. */
#pragma once
#include <glib.h>

typedef enum { WORKER_LIVE, WORKER_ONCE, WORKER_SWEEP } WorkerOnce;

/* Runs the worker for account until its standard input closes, or for the one pass that `once` names. The configuration
 * comes under the descriptor PROGRAM_CONFIG (program.h); config_file is what messages call it. Each byte on
 * standard input means that there are new wishes. Returns an exit status (exit.h); with once, that of the pass. */
int worker_main(const char *config_file, const char *data_dir, const char *account, WorkerOnce once);
