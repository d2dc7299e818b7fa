/* forget.h - what is no longer needed goes, so that the ledger does not grow without end. */
#pragma once
#include "ledger/ledger.h"

/* Of entries that nothing is left to do for, and that last changed before this time (Unix seconds): forgets the
 * evidence but the line that decided. What a message is known by stays. At most limit entries; *n: how many. */
gboolean forget_evidence(Ledger *ledger, gint64 before, guint limit, guint *n, GError **error);
/* Gives room back to the disk, where much of the file is empty. While another program writes, does nothing; nor where
 * more than so many bytes are in use, since they are copied, through memory. What is empty is then used again. */
gboolean forget_room(Ledger *ledger, gint64 most, GError **error);
