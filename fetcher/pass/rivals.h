/* rivals.h - several machines on one mailbox, on a server that cannot tell them whose a message is.
 *
 * Where a move is COPY and then EXPUNGE, and nothing can be claimed, two machines may copy the same message into
 * quarantine. The UIDs there are an order that both see: the copy with the lowest one stays, always, since nobody takes
 * back a copy unless a lower one is seen to be there; and only a machine whose copy stays removes the source. */
#pragma once
#include "fetcher/pass/run.h"

/* Can that happen with messages of the selected folder? */
gboolean rivals_possible(const Store *store);

/* Moves entries (Entry*, q_intent) out of the selected folder, where each lies at its home.uid, into quarantine. Where
 * another machine was faster, our copy is taken back, the entry yielded (journal_yield) and dropped from entries.
 * pairs: UidPair, one for each message that was moved; the other entries: look. FALSE: some may have been copied, look.
 * The folder is open again on success. */
gboolean rivals_move(Run *run, GPtrArray *entries, GArray *pairs, GError **error);

/* An interrupted move of entry (q_intent), whose message was found in quarantine, the selected folder, at uid `lowest`:
 * removes further copies of it there that the race has left, ours among them. Kept are those the journal knows, one for
 * each other unfinished entry of this fingerprint, and those whose date is not that of the entry. */
gboolean rivals_tidy(Run *run, const Entry *entry, guint32 lowest, GError **error);
