/* kept.h - what is kept of a quarantined report, so that it can be judged again without its mail. For this room
 * alone. */
#pragma once
#include "ledger/private.h"

/* All that ledger_facts() and filter_judge() look at, as bytes; the caller frees. NULL for a report that shows too much
 * to be kept. */
GBytes *kept_pack(const Report *report);
/* The report again, without signals; NULL for bytes that are none. kind, reporter, status and diagnostic are the
 * entry's. */
Report *kept_unpack(GBytes *bytes, const Entry *entry);

/* Every hash of a sent message that may speak for this report: ids, the letters that are answered, recipients.
 * reporter: as the entry has it; NULL. Array of gint64; the caller owns it. */
GArray *kept_hashes(const Report *report, const char *reporter);

/* Keeps what the entry has in `kept` (and in `words`, see words.c) under the id of an entry that keeps nothing. Within
 * a transaction of the caller's, as is kept_forget(). */
gboolean kept_write(Ledger *ledger, const Entry *entry, GError **error);
/* Forgets what was kept of the entry, and that it is due to be judged again. */
gboolean kept_forget(Ledger *ledger, const Entry *entry, GError **error);
/* What was kept of entry. *whole: all of it; else only what the journal shows (one id, recipients, subject, times). The
 * caller owns the result; NULL with error. */
Report *kept_read(Ledger *ledger, const Entry *entry, gboolean *whole, GError **error);
