/* wishes.h - carries out what the owner asks for (ledger/wish.h). */
#pragma once
#include "fetcher/pass/run.h"

/* Carries out the account's open requests for messages (restore, delete, back into quarantine), each by an intent in
 * the journal. A request that cannot be carried out is finished with the reason. Requests to check or to sweep stay
 * open: the pass itself answers them. */
gboolean wishes_grant(Run *run, GError **error);
/* Finishes the open requests to check up to the one with the id `newest` with this result. */
gboolean wishes_answer_checks(Ledger *ledger, const char *account, gint64 newest, gboolean done, const char *result,
                              GError **error);
