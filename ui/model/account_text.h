/* account_text.h - an account in words, for the window's page of accounts. */
#pragma once
#include "ui/model/entry_text.h"

/* Lines of style LINE_FIELD: state, what to do, what is known of sent mail and how its test stands, what was judged
 * again, numbers. What cannot be read is left out. runs: the filter runs; now: Unix seconds. List of TextLine*. */
GPtrArray *account_text_lines(Ledger *ledger, const Account *account, gboolean runs, gint64 now);
/* Addresses that no account lists: one line for each domain, without a name. List of TextLine*. */
GPtrArray *account_text_unlisted(Ledger *ledger);
