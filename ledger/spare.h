/* spare.h - messages that are left alone because of what the owner did with their like.
 *
 * A message that was restored may come back in another form: a program has added a field to it, so that its fingerprint
 * is another one. It is known by its Message-ID and kind then. Where a folder keeps no keywords, a copy that the owner
 * took out of quarantine is known in the same way, and must be as good as identical. A stranger can copy a Message-ID,
 * so at most SPARE_MOST messages are left alone for one Message-ID; the others are judged. */
#pragma once
#include "ledger/journal.h"

#define SPARE_MOST 4
#define SPARE_FIELDS 4096 /* octets that added fields may have, of a copy */

/* *like: the entry for whose sake a message of account with this fingerprint and report is left alone; 0: none. copies:
 * also those that lie in quarantine count. */
gboolean spare_find(Ledger *ledger, const char *account, const Fingerprint *fingerprint, const Report *report,
                    gboolean copies, gint64 *like, GError **error);
/* *may: the cap is not reached yet for messages with this fingerprint's Message-ID (or, without one, its digest). */
gboolean spare_may(Ledger *ledger, const char *account, const Fingerprint *fingerprint, gboolean *may, GError **error);
