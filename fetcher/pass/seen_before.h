/* seen_before.h - have we had this message before? */
#pragma once
#include "fetcher/pass/candidate.h"

/* *judge: the candidate, which was read and lies at `here`, needs a verdict: its fingerprint is not in the journal; or
 * what the journal knows of it calls for another verdict (candidate->prior is then the id of the entry). What the owner
 * or another machine has restored is noted in the journal, and not judged. taken: a set of ids (gint64) of entries that
 * candidates of this batch belong to; grows. */
gboolean seen_before(Run *run, const Place *here, Candidate *candidate, GHashTable *taken, gboolean *judge,
                     GError **error);
