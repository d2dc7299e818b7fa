/* grant.h - the owner's wishes, carried out. */
#pragma once
#include "fetcher/run.h"

/* Carries out the account's open wishes for messages (restore, delete), each by an intent in the journal. A wish that
 * cannot be granted is finished with the reason. Wishes to check stay open: a pass grants them. */
gboolean grant_wishes(Run *run, GError **error);
/* Finishes the wishes to check that were made before `started` (Unix seconds) with this result. */
gboolean grant_checks(Ledger *ledger, const char *account, gint64 started, gboolean done, const char *result,
                      GError **error);
