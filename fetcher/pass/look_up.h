/* look_up.h - before a batch is judged: the names that its facts lack are looked up, in one wait a pass. */
#pragma once
#include "fetcher/pass/candidate.h"

/* For those of the candidates that would be left unsure, asks for the answers that the owner's checks lack, and stores
 * them. Does nothing where no check is on, or where the pass has waited for as long as it may (DNS_WAIT). That names
 * cannot be looked up is no error: facts then know less. */
gboolean look_up_names(Run *run, const GPtrArray *candidates, gint64 scanned, GError **error);
/* At the end of a pass: status tells whether names can be looked up. */
gboolean look_up_tell(Run *run, GError **error);
