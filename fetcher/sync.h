/* sync.h - the Sent folders brought up to date in the ledger. */
#pragma once
#include "fetcher/run.h"

/* Reads what is new in every Sent folder in use into the ledger, in batches that each survive a crash. A folder with a
 * new UIDVALIDITY is read from its first message. When all went through, coverage reaches to the moment this began,
 * which run->synced then says. */
gboolean sync_sent(Run *run, GError **error);
