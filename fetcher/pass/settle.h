/* settle.h - intents carried out, and those that were interrupted brought to their end by looking at the server. */
#pragma once
#include "fetcher/pass/run.h"

/* Carries out one intent just written to the journal, or, resumed, one that may have been half done. Where it cannot be
 * carried out for reasons of this message or folder, the journal says `failed` with the reason, and the result is TRUE:
 * read the entry. A q_intent whose message cannot be seen at home then stays as it is, for the next connect. */
gboolean settle_one(Run *run, const Entry *entry, gboolean resumed, GError **error);

/* Moves all q_intent entries (Entry*) of one watched folder, which is open, at once. */
gboolean settle_batch(Run *run, const char *folder, GPtrArray *entries, GError **error);

/* All unfinished intents of the account. To be called on every connect, before anything else is moved. */
gboolean settle_all(Run *run, GError **error);

/* Where the store removes late (STORE_REMOVES_LATE): makes what was moved leave now, and looks whether it has. To be
 * called once when all else of a pass is done. */
gboolean settle_leaving(Run *run, GError **error);
