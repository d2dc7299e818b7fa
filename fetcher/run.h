/* run.h - what one pass over one account carries from step to step. Inside fetcher/ only; owned by pass.c. */
#pragma once
#include "fetcher/config.h"
#include "fetcher/store.h"
#include "ledger/journal.h"

typedef struct {
  const Config *config; /* borrowed, as are the next three */
  const AccountConfig *account;
  Ledger *ledger;
  Store *store;
  gboolean (*stop)(gpointer data); /* asked between steps: must the pass end now? */
  gpointer stop_data;

  Pass pass;                /* counters, and the row they are written to */
  gint64 written;           /* monotonic microseconds of the last write of that row */
  GPtrArray *folders;       /* Folder*: what the server listed */
  char **sent;              /* Sent folders in use, server's names; empty: none was found */
  char *quarantine, *trash; /* server's names; trash NULL when there is none */
  guint32 quarantine_validity;
  gboolean moves;      /* FALSE: only observe */
  gint64 synced;       /* when the last sync of Sent began in this pass, Unix seconds, 0 = not yet */
  char *selected;      /* the folder that is open on the server; NULL */
  FolderStatus status; /* what it said when it was opened */
} Run;

/* Unix seconds. */
gint64 run_now(void);
/* Opens folder unless it is open already; run->status then tells of it. */
gboolean run_select(Run *run, const char *folder, GError **error);
/* Between two steps: writes progress (once a second at most). FALSE with STORE_ERROR_LINK when the pass must end now.
 */
gboolean run_tick(Run *run, GError **error);
/* Does the server list a folder of this name? */
gboolean run_has_folder(const Run *run, const char *name);
/* A mistake that concerns one message or one folder only: the pass can go on with others. */
gboolean run_can_go_on(const GError *error);
