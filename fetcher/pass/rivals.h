/* rivals.h - several machines that copy the same message into quarantine. This happens where a move is COPY and then
 * EXPUNGE, and the server has no way for a machine to claim a message. All machines see the same UIDs in quarantine:
 * the copy with the lowest UID stays. A machine removes its own copy only if it sees a lower one, and removes the
 * original only if its own copy stays. */
#pragma once
#include "fetcher/pass/run.h"

/* Can this happen with messages of the open folder? */
gboolean rivals_possible(const Store *store);

/* Moves the messages of entries (Entry*, q_intent), which lie at their home.uid in the open folder, into quarantine.
 * Where another machine was faster, removes our copy, gives the entry up (journal_yield) and drops it from entries.
 * pairs: UidPair, one for each message that was moved; the caller must look where the others are. FALSE: some may have
 * been copied; look. On success the same folder is open again. */
gboolean rivals_move(Run *run, GPtrArray *entries, GArray *pairs, GError **error);

/* The move of entry (q_intent) was interrupted, and its message was found in quarantine, which is open, at uid
 * `lowest`. Removes more copies of it there, which are left from such a race. Keeps copies that the journal knows, one
 * copy for each other unfinished entry of this fingerprint, and copies with another date than the entry's. */
gboolean rivals_tidy(Run *run, const Entry *entry, guint32 lowest, GError **error);
