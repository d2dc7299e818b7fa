/* ledger.h - the SQLite file: opening, versions, the one lock. The other headers of this room say what is in it.
 *
 * Every function returns FALSE, NULL or -1 with error set (LEDGER_ERROR) on failure, and leaves no half-written row:
 * each is one transaction. Any number of processes may have the ledger open; a writer waits up to 10 s for another. */
#pragma once
#include "ledger/error.h"

typedef enum {
  LEDGER_CREATE,   /* makes folder (0700) and file (0600) if missing; brings an older schema up to date */
  LEDGER_EXISTING, /* read and write, LEDGER_ERROR_MISSING when there is none */
  LEDGER_MEMORY    /* an empty ledger in memory; dir is ignored */
} LedgerMode;

/* dir: the data folder; the file in it is "ledger.db" (WAL, synchronous FULL). The caller closes the result. */
Ledger *ledger_open(const char *dir, LedgerMode mode, GError **error);
void ledger_close(Ledger *ledger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ledger, ledger_close)

/* Call before a time without questions: frees the memory of pages that can be read from the file again. */
void ledger_rest(Ledger *ledger);

/* PRAGMA data_version: changes when another connection commits. -1 on error. */
gint64 ledger_data_version(Ledger *ledger, GError **error);

/* The daemon's exclusive lock, "daemon.lock" in dir (an open file description lock). Taken: a descriptor without
 * close-on-exec, so that workers inherit it and the lock lasts until the last of them is gone. -1 with
 * LEDGER_ERROR_BUSY when another daemon has it. */
int ledger_lock_daemon(const char *dir, GError **error);
/* Is a daemon (or one of its workers) running on this data folder? */
gboolean ledger_daemon_runs(const char *dir);

/* The owner's pause: until this time (Unix seconds) a daemon only observes, and carries out requests. 0: there is no
 * pause, the pause is over, or cannot be read. A time more than two days ahead counts as no pause. */
gint64 ledger_paused_until(Ledger *ledger);
/* until 0: ends the pause. */
gboolean ledger_pause(Ledger *ledger, gint64 until, GError **error);
