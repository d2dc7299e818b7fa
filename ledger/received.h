/* received.h - ids of received mail, and the test of coverage by the answers that come in. */
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
/* *received: a message with this id lies, or lay, in the owner's mailbox of any account. */
gboolean received_has(Ledger *ledger, const char *id, gboolean *received, GError **error);

/* What the answers to one address of the owner's say: they name mail that is in the ledger (known), or mail that was
 * sent from this address and is nowhere (missing). One a sender and week is counted of each. */
typedef struct {
  char *account, *address;
  guint known, missing, senders; /* senders: of the missing ones */
  gint64 first, last;            /* the missing ones, Unix seconds; 0: none */
  gboolean failed;               /* coverage of this address fails, unless the account has trust-sent */
} CoverageTest;
void coverage_test_free(CoverageTest *test);
/* Of account or (NULL) all configured ones, by address: list of CoverageTest*. */
GPtrArray *coverage_tests(Ledger *ledger, const char *account, GError **error);

/* How long before the first and after the last missing message coverage fails. */
#define TEST_DAYS_BEFORE 14
#define TEST_DAYS_AFTER 90

/* *plausible: this account has seen a genuine bounce about mail in the ledger, or five answers to such mail, or the
 * owner vouches for its Sent folders (trust-sent). Until then a pass that would move COVERAGE_BRAKE messages or more
 * moves none. */
#define COVERAGE_BRAKE 10
gboolean coverage_plausible(Ledger *ledger, const char *account, gboolean *plausible, GError **error);
