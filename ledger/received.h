/* received.h - what was received, for the test of coverage (answers.h). */
#pragma once
#include "filter/filter.h"
#include "ledger/ledger.h"

/* How long and how many ids of received mail are kept, of one account. */
#define RECEIVED_DAYS 400
#define RECEIVED_MOST 200000

/* One ordinary message of a watched folder. */
typedef struct {
  gint64 arrived;                 /* INTERNALDATE, Unix seconds; 0: its Date is used */
  const ReceivedMessage *message; /* borrowed */
} ReceivedRow;

/* Notes n messages that account has received: a hash of each id, and whether it answers mail that is known. No address
 * is kept but the owner's own. To be called after the Sent folders were read, since an answer counts only where it is
 * from somebody the ledger wrote to. Messages that are older than RECEIVED_DAYS, and those noted before, change
 * nothing. now: Unix seconds. */
gboolean received_add(Ledger *ledger, const char *account, const ReceivedRow *rows, guint n, gint64 now,
                      GError **error);
