/* pardon.h - what was restored, noted beside the quarantine where no keyword can say so; for the day when the ledger is
 * lost. The file (Store.notes) holds hashes only: one for each fingerprint, one for each Message-ID and kind. */
#pragma once
#include "fetcher/pass/run.h"

/* Notes that the owner has this message back. What cannot be written is told in the log, and keeps nothing. */
void pardon_note(const Run *run, const Fingerprint *fingerprint, ReportKind kind);
/* Was it noted? *exact: the message itself was; *like: one with its Message-ID and kind was. */
void pardon_look(const Run *run, const Fingerprint *fingerprint, ReportKind kind, gboolean *exact, gboolean *like);
