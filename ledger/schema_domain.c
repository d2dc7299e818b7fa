/* schema_domain.c - the table that says to whom at a domain the owner wrote, day by day.
 * Owns:     this step of the schema.
 * Must not: be changed once it is released.
 * Fails:    as schema.c says.
 * Tests:    tests/ledger/test_sent_domain.c, tests/ledger/test_schema.c */
#include "ledger/private.h"

/* - domain, address: hashes, as in table address. day: of a row of sent_to, days since 1970; 0: not known.
 *
 * The old rows are carried over domain by domain, so that the new ones are written nearly in their order, and nothing
 * is sorted, which would take memory for each row. The index that led from a domain to its addresses serves that last,
 * and is asked for nothing more. */
const char *const schema_domain =
    "CREATE TABLE sent_domain(domain INTEGER NOT NULL, day INTEGER NOT NULL, address INTEGER NOT NULL,"
    " PRIMARY KEY(domain, day, address)) STRICT, WITHOUT ROWID;"
    "INSERT OR IGNORE INTO sent_domain SELECT domain, date / 86400, address FROM address INDEXED BY address_domain"
    " CROSS JOIN sent_to ON address = hash;"
    "DROP INDEX address_domain;";
