/* carry.h - one message, or a batch, on its way to another folder. */
#pragma once
#include "fetcher/pass/run.h"

/* What an intent of the journal means: the message goes from one place to another; or is removed for good, which only a
 * request to delete asks for, and only where the server has no Trash. */
typedef struct {
  Place from; /* borrowed */
  const char *to;
  gboolean removes;
  gboolean marked; /* set this mark on the message first */
  Mark mark;
} Trip;

/* Moves the message under uid of trip->from, which is open. copied: the UID of a copy that lies at the goal already,
 * left by a move that was cut off, so that only the original must be removed; 0: no copy. *where: its UID at the goal,
 * 0 when the server does not say. */
gboolean carry_one(Run *run, const Trip *trip, guint32 uid, guint32 copied, guint32 *where, GError **error);

/* Where removals happen late (STORE_REMOVES_LATE): copies the messages of entries (Entry*), which lie at their home.uid
 * in the open folder; tells the journal where the copies are; then marks the originals for removal. pairs (UidPair):
 * the copies, where they lie there already; else filled in. */
gboolean carry_batch_late(Run *run, const GPtrArray *entries, const char *to, GArray *pairs, GError **error);
/* The same for one message, which lies at uid. copied: the UID of its copy, 0: no copy yet. */
gboolean carry_late(Run *run, const Entry *entry, const char *to, guint32 uid, guint32 copied, GError **error);

/* The home.uid of each entry (Entry*): GArray of guint32. The caller owns it. */
GArray *carry_uids(const GPtrArray *entries);
/* Always FALSE: MESSAGE, "the message was gone before it could be moved". */
gboolean carry_was_gone(GError **error);
