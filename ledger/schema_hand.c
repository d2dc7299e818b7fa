/* schema_hand.c - the tables of what is learned about who hands mail in.
 * Owns:     a step of the schema.
 * Must not: be changed once it is released.
 * Fails:    as schema.c says.
 * Tests:    tests/ledger/test_open.c, tests/ledger/test_own_server.c */
#include "ledger/private.h"

/* own_server: names of the hosts that wrote the topmost Received field of sampled mail, and the domains above them. In
 * account: how many messages were sampled that have such a field (a share of them counts as many in the table), and
 * when last. */
const char *const schema_hand =
    "CREATE TABLE own_server(account INTEGER NOT NULL REFERENCES account, name TEXT NOT NULL, count INTEGER NOT NULL,"
    " PRIMARY KEY(account, name)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX own_server_count ON own_server(account, count);"
    "ALTER TABLE account ADD COLUMN sampled INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE account ADD COLUMN sampled_last INTEGER NOT NULL DEFAULT 0;";
