/* heal.h - what lies in quarantine, judged again when more is known of sent mail. */
#pragma once
#include "fetcher/pass/run.h"

/* Judges again what is due of this account (ledger/heal.h), and brings back what goes back by itself. To be called
 * after the Sent folders were read. */
gboolean heal_verdicts(Run *run, GError **error);
