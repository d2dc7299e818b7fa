/* answers.h - the test of coverage: do the answers that come in name mail that is in the ledger? */
#pragma once
#include "ledger/ledger.h"

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
