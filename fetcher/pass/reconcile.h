/* reconcile.h - the quarantine folder as other hands leave it: the owner's, and those of another machine. */
#pragma once
#include "fetcher/pass/run.h"

/* Compares the quarantine folder with the journal. What somebody else put there becomes an entry in quarantine, so that
 * it can be explained and restored like the others; what somebody else took out of it, and is in no watched folder, is
 * `deleted` for the journal. Costs one question where nothing has changed. To be called after the watched folders were
 * looked at, since a message that was dragged back to one of them is restored, not gone. */
gboolean reconcile_quarantine(Run *run, GError **error);
