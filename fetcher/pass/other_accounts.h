/* other_accounts.h - waiting until other accounts have read their Sent folders. */
#pragma once
#include "fetcher/pass/run.h"

/* A bounce may answer mail that was sent from another account. If an entry is due (*any), waits until the other
 * accounts' Sent folders were read, as long as that is soon (60 s at most). What is judged before may be judged again
 * by a later pass. */
gboolean other_accounts_wait(Run *run, gboolean *any, GError **error);
