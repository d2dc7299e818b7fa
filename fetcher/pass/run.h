/* run.h - what one connection to an account carries from step to step and from pass to pass. Inside fetcher/ only. */
#pragma once
#include "fetcher/config/config.h"
#include "fetcher/store/store.h"
#include "ledger/journal.h"

typedef struct {
  const Config *config; /* borrowed, as are the next three */
  const AccountConfig *account;
  Ledger *ledger;
  Store *store;
  gboolean (*stop)(gpointer data); /* asked between steps: must the pass end now? NULL: never */
  gpointer stop_data;

  /* of this connection */
  gboolean can_move;        /* the server can move messages out of folders that are not read-only */
  GPtrArray *folders;       /* Folder*: what the server listed; NULL: to be listed (anew) */
  gint64 listed;            /* when, monotonic microseconds */
  char **watched;           /* the watched folders, server's names, in the configuration's order */
  char **sent;              /* Sent folders in use, server's names; empty: none was found */
  char *quarantine, *trash; /* server's names; trash NULL when there is none */
  guint32 quarantine_validity;
  FolderStatus reconciled; /* of the quarantine, when it and the journal were last compared */
  FolderMark unrivalled;   /* of the quarantine: what lies there below .next is known to the journal */
  gint64
      doubtful; /* since when there are copies that another machine may be about to take back, 0: none, Unix seconds */
  gboolean moves;      /* FALSE: only observe */
  char *selected;      /* the folder that is open on the server; NULL */
  FolderStatus status; /* what it said when it was opened */
  guint32 first_next;  /* UIDNEXT of the first watched folder when it was last looked at, 0 never */
  GHashTable *looked;  /* Sent folder → gint64*: Unix seconds of a look that found it as its mark says */

  /* of this pass */
  gboolean quiet;    /* a look: nothing is written to the ledger unless there is something to do */
  Pass pass;         /* counters, and the row they are written to once there is one (id) */
  gint64 written;    /* monotonic microseconds of the last write of that row */
  gint64 synced;     /* when the last sync of Sent began in this pass, Unix seconds, 0 = not yet */
  GError *put_off;   /* why the first of the moves that are to be tried again was refused; NULL: none was */
  gboolean half;     /* a message is in quarantine and cannot be taken away from where it was */
  gboolean leaving;  /* messages were taken away that are gone only after the store's commit() */
  gboolean again;    /* a sweep: judge also what was judged before and left where it was */
  gboolean rehearse; /* judge and record, move nothing */
} Run;

/* The name under which the ledger knows what `backstop record` told, among an account's Sent folders. */
#define RUN_RECORDED "backstop record"

/* Unix seconds. */
gint64 run_now(void);
/* Opens folder unless it is open already; run->status then tells of it. */
gboolean run_select(Run *run, const char *folder, GError **error);
/* How folder is now: opens it afresh where it is open (or where the server does not tell otherwise), else asks from
 * outside. */
gboolean run_look(Run *run, const char *folder, FolderStatus *status, GError **error);
/* There is something to do: from here on the pass has a row, and the account's state says so. */
gboolean run_begin(Run *run, GError **error);
/* Between two steps: writes progress (once a second at most). FALSE with STORE_ERROR_LINK when the pass must end now.
 */
gboolean run_tick(Run *run, GError **error);
/* Is there a folder of this name, by the store's list, or (where that need not have all) by asking? */
gboolean run_has_folder(const Run *run, const char *name);
/* A mistake that concerns one message or one folder only: the pass can go on with others. */
gboolean run_can_go_on(const GError *error);
