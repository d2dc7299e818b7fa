/* words.h - what the ledger's codes are called in sentences for people, on the command line and in the window. */
#pragma once
#include "ledger/journal.h"

/* "a report that a message could not be delivered"; static, in English, marked for translation. */
const char *words_kind(ReportKind kind);
/* "in quarantine"; static, in English, marked for translation. */
const char *words_state(MoveState state);
/* By what a verdict came about, where "it answers mail that you sent" or "did not send" would say too much. */
typedef enum {
  WORDS_BY_MAIL,      /* by sent mail, or by the lack of it */
  WORDS_BY_OWN_ENTRY, /* by the owner's own entry */
  WORDS_BY_ADDRESS    /* by nothing but an address that the owner has written to */
} WordsBy;
WordsBy words_by(const Entry *entry);
/* "a@example.org, b@example.org and 3 more"; NULL for an empty list. The caller frees. */
char *words_list(const GPtrArray *texts, guint most);
/* "120-140,145": ids (gint64, ascending) as they can be typed again, at most `most` ranges. The caller frees. */
char *words_ids(const GArray *ids, guint most);
