/* schema_dns.c - the table that keeps answers of the domain name system.
 * Owns:     this step of the schema.
 * Must not: be changed once it is released.
 * Fails:    as schema.c says.
 * Tests:    tests/ledger/test_dns.c */
#include "ledger/private.h"

/* until: Unix seconds up to which the answer holds. answers: one value a line. */
const char *const schema_dns =
    "CREATE TABLE dns(name TEXT NOT NULL, type TEXT NOT NULL, state TEXT NOT NULL, secure INTEGER NOT NULL,"
    " answers TEXT NOT NULL, until INTEGER NOT NULL, PRIMARY KEY(name, type)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX dns_until ON dns(until);";
