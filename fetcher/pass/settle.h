/* settle.h - carries out intents, and finishes those that were interrupted by looking where the message is. */
#pragma once
#include "fetcher/pass/run.h"

/* Carries out one intent. resumed: the intent is an older one, and may be half done. If this message or folder does
 * not allow it, the journal says `failed` with the reason, and the result is TRUE: read the entry again. A q_intent
 * whose message cannot be seen at home stays as it is, for the next connection. */
gboolean settle_one(Run *run, const Entry *entry, gboolean resumed, GError **error);

/* Moves the messages of all q_intent entries (Entry*) of one watched folder at once. The folder is open. Entries whose
 * message is flagged or answered by now become `kept`, with the reason. */
gboolean settle_batch(Run *run, const char *folder, GPtrArray *entries, GError **error);

/* Settles all unfinished intents of the account. Call it on every connection before anything else is moved. */
gboolean settle_all(Run *run, GError **error);

/* Where removals happen late (STORE_REMOVES_LATE): makes them happen now, and looks whether they did. Call it once,
 * when everything else of a pass is done. */
gboolean settle_leaving(Run *run, GError **error);
/* After that: LATER when messages are there still that the store has said to have removed. */
gboolean settle_has_left(const Run *run, GError **error);
