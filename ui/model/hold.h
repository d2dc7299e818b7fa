/* hold.h - requests that can be undone. Each is held for a few seconds of its own, whatever is asked for meanwhile, then
 * written to the ledger, where its progress is followed. They are undone from the newest to the oldest.
 *
 * The last word counts: where two are about the same message, the older one waits for the newer one, and leaves the
 * message to it. If the newer one is taken back, the older one begins its seconds again. */
#pragma once
#include "ui/model/held.h"

#define HOLD_SECONDS 6

typedef struct Hold Hold;
/* ledger is borrowed. changed is called after each change of state, and whenever hold_notes() changed. */
Hold *hold_new(Ledger *ledger, void (*changed)(Hold *hold, gpointer data), gpointer data);
/* Writes what is held to the ledger first: a request that was made and not taken back is the owner's word. */
void hold_free(Hold *hold);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Hold, hold_free)
/* For tests: another clock than g_get_monotonic_time(), which nobody waits for. hold_tick() does what is due. */
void hold_set_clock(Hold *hold, gint64 (*clock)(void));
void hold_tick(Hold *hold);

/* verb: WISH_RESTORE, WISH_DELETE or WISH_REMOVE, of n entries (ids). */
void hold_begin(Hold *hold, WishVerb verb, const gint64 *entries, guint n);
/* An entry of the allowlist (normal form), and the n messages that are to be restored with it. */
void hold_allow(Hold *hold, const char *entry, const gint64 *entries, guint n);
/* Writes the request that hold_state() tells of to the ledger now, if it is held. */
void hold_send(Hold *hold);
/* Takes back the newest request that is held, or in the ledger and not done yet; where there is none, the newest that
 * is done: what was restored goes back into quarantine, what went to the trash is restored. */
void hold_undo(Hold *hold);
/* The owner has read what became of finished requests: nothing more is told of them. */
void hold_close(Hold *hold);
/* To be called after the ledger changed. Where nothing is held or open, it takes up results that nobody was told of. */
void hold_look(Hold *hold);

/* Of the newest request that can be undone; where there is none, of what finished last, failures first. */
HoldState hold_state(const Hold *hold);
/* Can the request that is told of still be taken back? */
gboolean hold_can_undo(const Hold *hold);
/* Is anything held that is not in the ledger yet? The program must not end before. */
gboolean hold_is_held(const Hold *hold);
/* One sentence or two about that request, in the user's language. runs: does the filter run? The caller frees; NULL for
 * HOLD_NONE. */
char *hold_text(const Hold *hold, gboolean runs);
/* Words for the list, beside entries with a held or open request: id (gint64*) → text. Owned by hold; the same table
 * always. */
GHashTable *hold_notes(const Hold *hold);
