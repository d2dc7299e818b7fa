/* sync.h - the Sent folders brought up to date in the ledger. */
#pragma once
#include "fetcher/pass/run.h"

/* Reads what is new in every Sent folder in use into the ledger, in batches that each survive a crash. A folder with a
 * new UIDVALIDITY is read from its first message. When all went through, coverage reaches to the moment this began,
 * which run->sync.synced then says; the ledger hears of it where something was new, or tell is TRUE: then mail is
 * judged by it, and each folder is opened, where else the server is only asked about it. What came to a folder and went
 * before it could be read is noted as a gap, which grows when the clock turns out to have been wrong. */
gboolean sync_sent(Run *run, gboolean tell, GError **error);
