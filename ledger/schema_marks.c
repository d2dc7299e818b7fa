/* schema_marks.c - what is learned of the owner's own marks, and of addresses that mail never left from.
 * Owns:     a step of the schema.
 * Must not: be changed once it is released.
 * Fails:    as schema.c says.
 * Tests:    tests/ledger/test_open.c, tests/ledger/test_marks.c */
#include "ledger/private.h"

/* - received.alone: the owner received it alone, by no list and no machine. Not known of what was noted before.
 * - id_side.stranger: hash of an id with this right side in a received message; NULL: there was none. It is nobody's
 *   use but the owner's where the id turns out to be that of a sent message.
 * - relay: hosts that passed on messages of the owner's, by the bounces that matched these by id; domain: hash of whom
 *   that message was to. relay_stranger: hosts of originals that were none of the owner's, with the latest such entry;
 *   entry 0: the host brings mail to the owner.
 * - never_used: reports that came to addresses of the owner's from which no mail is known to have left. */
const char *const schema_marks =
    "ALTER TABLE received ADD COLUMN alone INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE id_side ADD COLUMN stranger INTEGER;"
    "ALTER TABLE account ADD COLUMN receive_only TEXT NOT NULL DEFAULT '';"
    "CREATE TABLE relay(host TEXT NOT NULL, sent INTEGER NOT NULL, domain INTEGER NOT NULL, PRIMARY KEY(host, sent))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE relay_stranger(host TEXT PRIMARY KEY, entry INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE never_used(address TEXT PRIMARY KEY, hash INTEGER NOT NULL, count INTEGER NOT NULL, first INTEGER NOT"
    " NULL, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;";
