/* reconcile.h - what the owner, or another machine, has changed in the quarantine folder. */
#pragma once
#include "fetcher/pass/run.h"

/* Compares the quarantine folder with the journal. A message that somebody else put there becomes a quarantined entry,
 * so that it can be explained and restored like the others. A message that somebody else took away, and that is in no
 * watched folder, becomes `deleted`. Costs one question to the server when nothing has changed. Call it after the
 * watched folders were looked at: a message that was dragged back to one of them is restored, not gone. */
gboolean reconcile_quarantine(Run *run, GError **error);
