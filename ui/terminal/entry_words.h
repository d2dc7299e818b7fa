/* entry_words.h - how the command line prints entries, coverage and gaps. */
#pragma once
#include "ledger/journal.h"
#include "ledger/sent.h"
#include "ui/common/words.h"
#include "ui/terminal/jsonl.h"
#include "ui/terminal/print.h"

/* "“Sent” of account home knows all mail sent from 3 March 2019, 12:04 to 12:04 today", or why the folder says
 * nothing about what was sent. The caller frees. */
char *words_coverage(const Coverage *coverage);
/* "gap: from ... to ..., 3 messages came to it and ...", and what the gap means for bounces. The caller frees. */
char *words_gap(const CoverageGap *gap);

/* Prints the evidence, one line each, marked ✓ for, ✗ against, – neither. decided: the index of the evidence that
 * decided. */
void words_print_evidence(const GPtrArray *evidence, guint decided);
/* A table of entries, with a column for the account where there are several. */
Table *words_table_new(gboolean accounts);
void words_table_add(Table *table, const Entry *entry);
/* Adds the members of an entry that list, show and explain share. */
void words_entry_members(JsonBuilder *line, const Entry *entry);
/* "coverage": a list of {account, folder, from, to, lack}; lack: why the folder says nothing of what was sent. */
void words_coverage_member(JsonBuilder *line, const GPtrArray *coverage);
/* "gaps": a list of {account, folder, from, to, reason}. */
void words_gaps_member(JsonBuilder *line, const GPtrArray *gaps);
