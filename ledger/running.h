/* running.h - by which configuration the daemon runs. */
#pragma once
#include "ledger/ledger.h"

typedef struct {
  char *file;    /* where it was read from, as people write it */
  char *digest;  /* what it says: Config.digest of fetcher/config */
  gint64 since;  /* Unix seconds */
  char *problem; /* why the daemon does not run by the file as it is now, one sentence; NULL */
} Running;
void running_free(Running *running);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Running, running_free)

/* The daemon runs by this configuration from now on, and nothing is wrong with the file. Writes nothing if nothing
 * changes. */
gboolean running_set(Ledger *ledger, const char *file, const char *digest, GError **error);
/* The daemon goes on with what it has, since the file as it is now will not do. problem: one sentence. Writes nothing
 * if nothing changes, or no daemon ever ran. */
gboolean running_refuse(Ledger *ledger, const char *problem, GError **error);
/* What the daemon said last, whether it runs now (ledger_daemon_runs()) or not. NULL without error: none has run. The
 * caller frees. */
Running *running_get(Ledger *ledger, GError **error);
