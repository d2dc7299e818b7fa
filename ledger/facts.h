/* facts.h - facts about a report: the one question the pipeline asks the ledger. */
#pragma once
#include "filter/filter.h"
#include "ledger/journal.h"

typedef struct {
  const char *account;       /* the account in whose mailbox the report is; NULL (check): any */
  gint64 arrived;            /* INTERNALDATE, Unix seconds; 0 = unknown, the report's Date is used */
  gint64 now;                /* Unix seconds, when the batch was scanned */
  gint64 seen;               /* Unix seconds, when the report was first seen; 0: now */
  gint64 prior;              /* the entry that is judged again: it does not count against itself; 0: none */
  const GPtrArray *pending;  /* const Entry *: reports of the same batch that were judged before and are not recorded
                                yet; they count like recorded ones; NULL: none */
  const Tools *tools;        /* the checks that are on; NULL: none */
  const GPtrArray *keywords; /* Keyword*: words and patterns that the owner looks for; NULL: none */
  gboolean learned_words;    /* weigh and note words, to learn from them */
  gboolean try_tools;        /* make these checks whoever handed the report in: somebody wants to see them */
  GPtrArray *missing;        /* gets the questions (DnsQuestion*) whose answers these checks lack; NULL: nobody asks */
} FactsQuery;

/* Days before a report in which its original must have been sent: no server keeps trying for longer. */
#define FACTS_WINDOW_DAYS 14

/* What the ledger knows about report (doc/design/verdicts.md, rules 2 to 10). Sent mail of all accounts counts.
 * Coverage is asked for query->account and for every account whose address patterns match one of the report's addressed
 * mailboxes or its original's senders; with account NULL and no match, for all. The time asked about begins at the
 * original's Date (less a day) where that lies within the window before the report was written, else at the window's
 * start; it ends when the report came, or now if that is earlier. The Sent folders of other accounts than
 * query->account must have been looked at after the report was seen, where it came shortly before. The caller owns the
 * result. */
Facts *ledger_facts(Ledger *ledger, const Report *report, const FactsQuery *query, GError **error);

/* Would ledger_facts() give an id of the original that is in the ledger (Facts.id)? Asks no more than that. */
gboolean ledger_knows_original(Ledger *ledger, const Report *report, gboolean *known, GError **error);

/* One view of the ledger for all questions from here to ledger_view_end(), instead of one for each: for a batch.
 * Nothing may be written meanwhile by the caller. */
gboolean ledger_view_begin(Ledger *ledger, GError **error);
gboolean ledger_view_end(Ledger *ledger, GError **error);
