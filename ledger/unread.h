/* unread.h - messages of watched folders that could not be read: they are tried again, in the next pass and then at
 * growing distances. */
#pragma once
#include "ledger/ledger.h"

/* How often a message is tried, over about four days, before it is left alone for good. */
#define UNREAD_TRIES 9

/* Notes that n messages could not be read, or not yet. validity: the folder's UIDVALIDITY; what was noted under another
 * one is forgotten. What is noted again before it is due counts as one try: the pass has failed, and not the message.
 * now: Unix seconds. */
gboolean unread_note(Ledger *ledger, const char *account, const char *folder, guint32 validity, const guint32 *uids,
                     guint n, gint64 now, GError **error);
/* UIDs that are to be tried again now, ascending, at most limit: GArray of guint32; the caller owns it. */
GArray *unread_due(Ledger *ledger, const char *account, const char *folder, guint32 validity, gint64 now, guint limit,
                   GError **error);
/* What was due at `now`, up to this UID, was tried, and is not noted again since: forgets it. */
gboolean unread_tried(Ledger *ledger, const char *account, const char *folder, guint32 to, gint64 now, GError **error);
/* *n: how many messages of account could not be read so far, those included that are not tried any more. */
gboolean unread_count(Ledger *ledger, const char *account, guint *n, GError **error);
