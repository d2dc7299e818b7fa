/* sync.h - brings the ledger up to date with the Sent folders. */
#pragma once
#include "fetcher/pass/run.h"

/* Reads what is new in each Sent folder in use into the ledger, in batches that each survive a crash. A folder with a
 * new UIDVALIDITY is read from its first message. On success, coverage reaches to the moment this began, which
 * run->sync.synced tells. tell: mail will be judged by this sync, so open each folder instead of only asking the
 * server about it, and write the new coverage to the ledger even if nothing was new. Messages that came and went
 * before they could be read are noted as a gap, which grows when the clock turns out to have been wrong. */
gboolean sync_sent(Run *run, gboolean tell, GError **error);
