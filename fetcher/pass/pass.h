/* pass.h - one pass over one account: settle, grant, index, judge, move; and the wait for the next one. */
#pragma once
#include "fetcher/pass/run.h"

/* All that passes over one connection share. config, account, ledger and store (which is open, and which the caller
 * closes) are borrowed for the life of the Run. stop (may be NULL) is asked between steps whether the pass must end
 * now. */
Run *run_new(const Config *config, const AccountConfig *account, Ledger *ledger, Store *store,
             gboolean (*stop)(gpointer data), gpointer stop_data);
/* How names are looked up for the checks that ask others (Config.tools). data is borrowed. */
void run_set_look_up(Run *run, RunLookUp look_up, gpointer data);
void run_free(Run *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Run, run_free)

typedef enum {
  PASS_WHOLE, /* look at everything, and tell the ledger so */
  PASS_LOOK,  /* look at everything, but write nothing to the ledger if nothing is new */
  PASS_SWEEP, /* settle, then only do the open sweeps: a rehearsal must not move anything else */
  PASS_WISHES /* settle, then only do what the owner asked for messages */
} PassScope;

/* Makes one pass, and writes its counters and its outcome as the account's newest pass. *result (may be NULL): the
 * counters. FALSE: error is the first thing that went wrong; MAILBOX when one folder was left out and everything else
 * was done. After LINK, AUTH or FATAL the store can only be closed. The next pass goes on with what was not finished.
 * */
gboolean pass_run(Run *run, PassScope scope, Pass *result, GError **error);

/* Waits until the first watched folder changes (*changed) or one of n descriptors can be read. Returns at once when
 * the folder has changed since the last pass looked at it. Needs STORE_CAN_WAIT. */
gboolean pass_wait(Run *run, const int *wake, guint n, gboolean *changed, GError **error);
