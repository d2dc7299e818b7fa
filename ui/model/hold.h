/* hold.h - requests that can be undone: they are held for a few seconds, then written to the ledger, where their
 * progress is followed. There is one group at a time: a new group sends the one before it to the ledger. */
#pragma once
#include "ledger/wish.h"

#define HOLD_SECONDS 6

typedef enum {
  HOLD_NONE,   /* nothing to tell */
  HOLD_HELD,   /* not in the ledger yet */
  HOLD_OPEN,   /* in the ledger, not all done */
  HOLD_DONE,   /* all done */
  HOLD_FAILED, /* finished, and some were not done */
  HOLD_UNDONE, /* taken back */
  HOLD_EARLIER /* what became of requests that were made elsewhere, or before */
} HoldState;

typedef struct Hold Hold;
/* ledger is borrowed. changed is called after each change of state, and whenever hold_notes() changed. */
Hold *hold_new(Ledger *ledger, void (*changed)(Hold *hold, gpointer data), gpointer data);
/* Writes held requests to the ledger first. */
void hold_free(Hold *hold);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Hold, hold_free)

/* verb: WISH_RESTORE, WISH_DELETE or WISH_REMOVE, of n entries (ids). */
void hold_begin(Hold *hold, WishVerb verb, const gint64 *entries, guint n);
/* Writes held requests to the ledger now; the ledger's error becomes HOLD_FAILED. */
void hold_send(Hold *hold);
/* Takes back requests that are held, or in the ledger and not done yet. */
void hold_undo(Hold *hold);
/* To be called after the ledger changed. Where nothing is held or open, it takes up results that nobody was told of. */
void hold_look(Hold *hold);

HoldState hold_state(const Hold *hold);
/* Can anything still be taken back? */
gboolean hold_can_undo(const Hold *hold);
/* One sentence about the group in the user's language. runs: does the filter run? The caller frees; NULL for HOLD_NONE.
 */
char *hold_text(const Hold *hold, gboolean runs);
/* Words for the list, beside entries with a held or open request: id (gint64*) → text. Owned by hold. */
GHashTable *hold_notes(const Hold *hold);
