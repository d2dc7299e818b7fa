/* allow_preview.h - what an entry of the allowlist would cover, in words. */
#pragma once
#include "ledger/browse.h"

/* One choice: an entry of the allowlist that fits a report. */
typedef struct {
  char *entry;   /* normal form (newsender.h) */
  char *scope;   /* one sentence in the user's language: which reports it makes genuine */
  char *preview; /* in words: which verdicts the entry would have changed so far */
  GArray *lying; /* gint64: entries in quarantine that it covers, ascending */
} AllowChoice;
void allow_choice_free(AllowChoice *choice);

/* The choices for a report, the narrowest first: list of AllowChoice*; empty when the report names nobody. */
GPtrArray *allow_choices(Ledger *ledger, const Entry *entry, GError **error);
