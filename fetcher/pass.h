/* pass.h - one pass over one account: settle, grant, index, judge, move. */
#pragma once
#include "fetcher/config.h"
#include "fetcher/store.h"
#include "ledger/account.h"

typedef struct {
  const Config *config;
  const AccountConfig *account;
  Ledger *ledger;
  Store *store;                    /* open; the caller closes it */
  gboolean (*stop)(gpointer data); /* asked between steps: end now? may be NULL */
  gpointer stop_data;
  gboolean wishes_only; /* settle and grant wishes, look at no mail */
} PassRequest;

/* Makes one pass, and writes its counters and its outcome as the account's newest pass. *result (may be NULL): the
 * counters. FALSE: the first thing that went wrong; MAILBOX when one folder was left out and all else done. After LINK,
 * AUTH or FATAL the store can only be closed. Anything that was not finished is taken up by the next pass. */
gboolean pass_run(const PassRequest *request, Pass *result, GError **error);
