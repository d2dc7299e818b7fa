/* words.h - what the ledger's codes are called in sentences for people, on the command line and in the window. */
#pragma once
#include "ledger/journal.h"

/* "a report that a message could not be delivered"; static, in English, marked for translation. */
const char *words_kind(ReportKind kind);
/* "in quarantine"; static, in English, marked for translation. */
const char *words_state(MoveState state);
/* "a@example.org, b@example.org and 3 more"; NULL for an empty list. The caller frees. */
char *words_list(const GPtrArray *texts, guint most);
