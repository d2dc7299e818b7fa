/* locate.h - where a message is now. */
#pragma once
#include "fetcher/pass/run.h"

/* Looks for the message of fingerprint in place's folder, which is open afterwards. *uid: its UID there, 0 when it is
 * not there. If UIDVALIDITY is unchanged and the UID is known, the UID decides; else Message-ID, size and digest
 * decide, and a message that belongs to another entry than `except` (an entry's id) does not count. A folder that does
 * not exist holds nothing. */
gboolean locate_message(Run *run, const Place *place, const Fingerprint *fingerprint, gint64 except, guint32 *uid,
                        GError **error);
/* *same: is the message under uid in the open folder the one of this fingerprint? MESSAGE when it is there but cannot
 * be read. */
gboolean locate_is_same(Run *run, guint32 uid, const Fingerprint *wanted, gboolean *same, GError **error);
