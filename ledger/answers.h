/* answers.h - the answers that test coverage. For this room alone. */
#pragma once
#include "ledger/private.h"
#include "ledger/received.h"

/* Notes the message if it is an answer that counts. account: row id; patterns: of its addresses. Within a transaction
 * of the caller's. */
gboolean answer_add(Ledger *ledger, gint64 account, const char *patterns, const ReceivedRow *row, gint64 now,
                    GError **error);
/* Forgets answers of account before `before`, Unix seconds. */
gboolean answers_forget(Ledger *ledger, gint64 account, gint64 before, GError **error);
/* Weighs the answers again to every address that has one. */
gboolean answers_weigh_all(Ledger *ledger, GError **error);

/* Does the test of one of these addresses fail for the time from `from` to `to`? *sentence: what is missing; the caller
 * frees; NULL where it does not fail. Where the owner vouches for the account, it does not. */
gboolean answers_ask(Ledger *ledger, const GPtrArray *addresses, gint64 from, gint64 to, char **sentence,
                     GError **error);
