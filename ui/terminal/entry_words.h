/* entry_words.h - how the command line prints entries, coverage and gaps. */
#pragma once
#include "ledger/journal.h"
#include "ledger/sent.h"
#include "ui/common/words.h"
#include "ui/terminal/jsonl.h"
#include "ui/terminal/print.h"

/* "knows all mail sent from 3 March 2019, 12:04 to 12:04 today". The caller frees. */
char *words_coverage(const Coverage *coverage);
/* "gap: from ... to ..., 3 messages came to it and ...", with what follows from it. The caller frees. */
char *words_gap(const CoverageGap *gap);

/* The evidence, a line each, marked by ✓ for, ✗ against, – neither; the one that decided is named. */
void words_print_evidence(const GPtrArray *evidence, guint decided);
/* A table of entries, with a column for the account where there are several. */
Table *words_table_new(gboolean accounts);
void words_table_add(Table *table, const Entry *entry);
/* The members of an entry that all of list, show and explain give. */
void words_entry_members(JsonBuilder *line, const Entry *entry);
/* "coverage": a list of {account, folder, from, to}. */
void words_coverage_member(JsonBuilder *line, const GPtrArray *coverage);
/* "gaps": a list of {account, folder, from, to, reason}. */
void words_gaps_member(JsonBuilder *line, const GPtrArray *gaps);
