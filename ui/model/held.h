/* held.h - one request of the owner's about some messages, from the moment it was made until all of it is done. */
#pragma once
#include "ledger/wish.h"

typedef enum {
  HOLD_NONE,   /* nothing to tell */
  HOLD_HELD,   /* not in the ledger yet */
  HOLD_OPEN,   /* in the ledger, not all done */
  HOLD_DONE,   /* all done */
  HOLD_FAILED, /* finished, and some were not done */
  HOLD_UNDONE, /* taken back */
  HOLD_EARLIER /* what became of requests that were made elsewhere, or before */
} HoldState;

typedef struct {
  WishVerb verb;
  char *allow; /* an entry that goes on the allowlist with the messages, normal form; NULL */
  HoldState state;
  gint64 due;               /* when it goes to the ledger: microseconds of the caller's clock */
  GArray *entries, *wishes; /* gint64 each; wishes: 0 for a request that was refused or is finished */
  guint all, done, failed;
  gint64 command;       /* in the ledger, once it is sent; 0: none */
  guint reversed, lost; /* with HOLD_UNDONE: so many were done before, and go back now, or cannot */
  guint healed;         /* with HOLD_EARLIER: so many of those that were done were nobody's request */
  char *problem;        /* the first problem, a sentence; NULL */
} Held;

Held *held_new(WishVerb verb, const char *allow, const gint64 *entries, guint n, gint64 due);
/* What became of requests that nobody was told of, and are told with this; NULL: there are none. */
Held *held_earlier(Ledger *ledger);
void held_free(Held *held);

/* Is it held, or in the ledger and not done? */
gboolean held_is_pending(const Held *held);
/* Can it be taken back, though it is done? */
gboolean held_is_reversible(const Held *held);
/* Writes it to the ledger; the ledger's error makes it HOLD_FAILED. */
void held_send(Held *held, Ledger *ledger);
/* Takes it back: what is in the ledger and not done is cancelled, and what is done gets an opposite request. */
void held_cancel(Held *held, Ledger *ledger);
/* Reads how far the ledger's requests are. TRUE: something has changed. */
gboolean held_look(Held *held, Ledger *ledger);

/* Are both about the same message? */
gboolean held_overlaps(const Held *a, const Held *b);
/* Takes all messages out of `held` that `other` is about, too. */
void held_leave_to(Held *held, const Held *other);

/* One sentence in the user's language; runs: does the filter run? The caller frees. */
char *held_text(const Held *held, gboolean runs);
/* A word beside each of its messages in a list; static, translated. NULL: none. */
const char *held_note(const Held *held);
