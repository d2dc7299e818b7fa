/* pass.h - one pass over one account: settle, grant, index, judge, move; and the wait for the next one. */
#pragma once
#include "fetcher/pass/run.h"

/* What runs over a connection. config, account, ledger and store (open; the caller closes it) are borrowed for the life
 * of the Run. stop (may be NULL) is asked between steps: end now? */
Run *run_new(const Config *config, const AccountConfig *account, Ledger *ledger, Store *store,
             gboolean (*stop)(gpointer data), gpointer stop_data);
void run_free(Run *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Run, run_free)

typedef enum {
  PASS_WHOLE, /* everything, and the ledger is told that all was looked at */
  PASS_LOOK,  /* the same, but where nothing is new nothing is written */
  PASS_SWEEP, /* settle, then only what sweeps are wished for: a rehearsal shall move nothing on the way */
  PASS_WISHES /* settle and grant wishes for messages, look at no mail */
} PassScope;

/* Makes one pass, and writes its counters and its outcome as the account's newest pass. *result (may be NULL): the
 * counters. FALSE: the first thing that went wrong; MAILBOX when one folder was left out and all else done. After LINK,
 * AUTH or FATAL the store can only be closed. Anything that was not finished is taken up by the next pass. */
gboolean pass_run(Run *run, PassScope scope, Pass *result, GError **error);

/* Waits until the first watched folder changes (*changed) or one of n descriptors can be read. At once when it has
 * changed since the last pass looked at it. Needs STORE_CAN_WAIT. */
gboolean pass_wait(Run *run, const int *wake, guint n, gboolean *changed, GError **error);
