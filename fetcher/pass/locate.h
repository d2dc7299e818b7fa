/* locate.h - where a message is now. */
#pragma once
#include "fetcher/pass/run.h"

/* Looks for the message of fingerprint in place's folder, which is open afterwards. *uid: its UID there, 0 when it is
 * not there. If UIDVALIDITY is unchanged and the UID is known, the UID decides; else Message-ID, size and digest
 * decide, and a message that belongs to another entry than `except` (an entry's id) does not count. A folder that does
 * not exist holds nothing. */
gboolean locate_message(Run *run, const Place *place, const Fingerprint *fingerprint, gint64 except, guint32 *uid,
                        GError **error);
/* The same for a message that the owner asked for, of which a server may show other bytes than before (some servers
 * write parts of a message anew each time). If no message is the same byte for byte, the message under the noted UID
 * counts if it has this Message-ID; if the UID tells nothing, the only message of the folder with this Message-ID
 * counts. Not for a removal for good, nor for mail that nobody asked to have moved. */
gboolean locate_by_id(Run *run, const Place *place, const Fingerprint *fingerprint, gint64 except, guint32 *uid,
                      GError **error);
/* *same: is the message under uid in the open folder the one of this fingerprint? MESSAGE when it is there but cannot
 * be read. */
gboolean locate_is_same(Run *run, guint32 uid, const Fingerprint *wanted, gboolean *same, GError **error);
