/* find_message.h - one message of a folder on disk, by its fingerprint. */
#pragma once
#include "ledger/journal.h"

/* The message of this fingerprint in a Maildir or an mbox, at most limit bytes of it, as box.h has them; NULL without
 * error when it is not there. G_IO_ERROR when the folder cannot be read. Changes nothing. The caller owns the bytes. */
GBytes *find_message(const char *folder, const Fingerprint *fingerprint, gsize limit, GError **error);
