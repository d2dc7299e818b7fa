/* run.h - what one connection to an account carries from step to step and from pass to pass. For fetcher/ only. */
#pragma once
#include "fetcher/config/config.h"
#include "fetcher/store/store.h"
#include "ledger/account.h"
#include "ledger/dns.h"
#include "ledger/journal.h"
#include "ledger/pass.h"

/* Looks up what collect() finds to be missing, and stores it; waits for *left microseconds at most, and counts them
 * down. *problem: why names could not be looked up, a sentence that the Run frees; it stays NULL where they could. */
typedef gboolean (*RunLookUp)(gpointer data, DnsCollect collect, gpointer collect_data, gint64 *left, char **problem,
                              GError **error);

/* Each inner struct belongs to the file of its name: only that file writes to it. */
typedef struct {
  const Config *config; /* borrowed, as are the next three */
  const AccountConfig *account;
  Ledger *ledger;
  Store *store;
  gboolean (*stop)(gpointer data); /* asked between steps: must the pass end now? NULL: never */
  gpointer stop_data;

  /* Kept from pass to pass, for as long as the connection lasts. */
  struct {               /* run.c, by run_select() and run_reopen() */
    char *folder;        /* the folder that is open on the server; NULL: none */
    FolderStatus status; /* what the server said of it when it was opened */
  } open;
  struct {
    GPtrArray *list;   /* Folder*: what the server listed; NULL: must be listed (again) */
    gint64 listed;     /* when it was listed, monotonic microseconds; 0: must be listed again */
    char **watched;    /* the watched folders, as the server calls them, in the order of the configuration */
    char **sent;       /* the Sent folders in use, as the server calls them; empty: no Sent folder was found */
    char *passed_over; /* a sentence: what looks like Sent and is not read; NULL: nothing */
    char *trash;       /* as the server calls it; NULL: there is none */
    char *quarantine;  /* as the server calls it */
    guint32 quarantine_validity;
    gboolean can_move; /* the server can move messages out of folders that are not read-only */
    gboolean moves;    /* FALSE: only observe */
  } folders;
  struct {
    guint32 first_next; /* UIDNEXT of the first watched folder when it was last looked at; 0: never */
  } watch;
  struct {
    FolderStatus compared; /* the quarantine, when it and the journal were last compared */
    gint64 doubtful; /* since when there have been copies that another machine may take back, Unix seconds; 0: none */
  } reconcile;
  struct {
    FolderMark known; /* of the quarantine: the journal knows all messages below .next */
  } rivals;

  struct {
    gboolean on;               /* what would be moved is kept back for now */
    gboolean owed;             /* it was on in this pass, so something may wait for its end */
    gboolean stuck;            /* it was on when the last pass ended, and something waits */
    guint backscatter, unsure; /* kept back in this pass, and not counted in its verdicts yet */
  } brake;

  struct {
    RunLookUp look_up; /* NULL: no names can be looked up */
    gpointer data;     /* borrowed */
    gint64 left;       /* microseconds that this pass may still wait */
    char *problem;     /* why names could not be looked up in this pass; NULL */
  } names;             /* look_up.c */

  /* Of this pass alone. */
  Pass pass; /* its counters, and the row in the ledger that they are written to (id 0: no row yet) */
  struct {
    gboolean quiet; /* a look: write nothing to the ledger unless there is something to do */
    gint64 written; /* when the row was last written, monotonic microseconds */
  } progress;       /* pass.c and run.c */
  struct {
    GHashTable *looked; /* Sent folder → SentLook (sync.c); kept */
    gint64 synced;      /* when the last sync of Sent in this pass began, Unix seconds; 0: there was none */
  } sync;
  struct {
    gint64 peeked; /* run->sync.synced, while that sync only asked about Sent, for nothing was to be judged; 0 */
  } batch;
  struct {
    guint taken; /* ordinary messages that were read in this pass for what is learned of them */
  } sample;
  struct {
    GError *put_off;  /* why the first of the moves that will be tried again was refused; NULL: none was */
    gboolean busy;    /* the server refuses moves for now: no further one is tried in this pass */
    gboolean half;    /* a message lies in quarantine, and could not be removed from where it was */
    gboolean leaving; /* messages were removed that are gone only after the store's commit() */
  } settle;
  struct {
    gboolean again;    /* judge also what was judged before and left where it was */
    gboolean rehearse; /* judge and record, but move nothing */
  } sweep;
} Run;

/* The name of the Sent folder that stands, in the ledger, for the mail that `backstop record` told of. */
#define RUN_RECORDED "backstop record"

/* Unix seconds. */
gint64 run_now(void);
/* What the owner chose, now. */
Policy run_policy(const Run *run);
/* Opens folder unless it is open already; run->open.status then tells of it. */
gboolean run_select(Run *run, const char *folder, GError **error);
/* Opens folder in any case, so that run->open.status tells what has come since it was opened before. */
gboolean run_reopen(Run *run, const char *folder, GError **error);
/* Raises the next UID in run->open.status where the open folder has a message with this number or a higher one. */
gboolean run_ask_next(Run *run, GError **error);
/* The folder that was open is open no more. */
void run_forget_open(Run *run);
/* The status of folder as it is now. Reopens a folder that is open, or of which the server does not tell otherwise;
 * asks about any other one without opening it. */
gboolean run_look(Run *run, const char *folder, FolderStatus *status, GError **error);
/* There is something to do: from now on the pass has a row in the ledger, and the account's state says so. */
gboolean run_begin(Run *run, GError **error);
/* Between two steps: writes progress (once a second at most). FALSE with STORE_ERROR_LINK when the pass must end now.
 */
gboolean run_tick(Run *run, GError **error);
/* Is there a folder of this name? The store's list tells, or (where the list need not have all folders) the store. */
gboolean run_has_folder(const Run *run, const char *name);
/* Does the error concern only one message or one folder, so that the pass can go on with others? */
gboolean run_can_go_on(const GError *error);
