/* schema_signer.c - the tables of who signs the owner's mail, and with which keys.
 * Owns:     one step of the schema.
 * Must not: be changed once it is released.
 * Fails:    as schema.c says.
 * Tests:    tests/ledger/test_signer.c, tests/ledger/test_schema.c */
#include "ledger/private.h"

/* - sighting: a sent message (sent) of one address of the owner's (owner: hash of From) was seen with a signature of
 *   this domain; domain '': with a whole header that has none. own: the domain is that of From, or lies above it.
 *   party: hash of the domain that all its recipients are at; 0: several, or not known. day: of the message.
 * - signer_key: a key record, and when it was seen; gone: when it was found withdrawn or replaced, Unix seconds; 0: it
 *   is published still. signer_asked: when a key was asked for last.
 * - signed_report: a report that an own signature vouches for (digest: which one), and whether it is one of failure. */
const char *const schema_signer =
    "CREATE TABLE sighting(owner INTEGER NOT NULL, domain TEXT NOT NULL, selector TEXT NOT NULL, sent INTEGER NOT NULL,"
    " own INTEGER NOT NULL, party INTEGER NOT NULL, day INTEGER NOT NULL, PRIMARY KEY(owner, domain, selector, sent)) "
    "STRICT, WITHOUT ROWID;"
    "CREATE INDEX sighting_sent ON sighting(sent);"
    "CREATE TABLE signer_key(domain TEXT NOT NULL, selector TEXT NOT NULL, record TEXT NOT NULL,"
    " first INTEGER NOT NULL, last INTEGER NOT NULL, gone INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY(domain, selector, record)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE signer_asked(domain TEXT NOT NULL, selector TEXT NOT NULL, asked INTEGER NOT NULL,"
    " PRIMARY KEY(domain, selector)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE signed_report(entry INTEGER PRIMARY KEY REFERENCES entry, digest INTEGER NOT NULL,"
    " failure INTEGER NOT NULL) STRICT;"
    "CREATE INDEX signed_report_digest ON signed_report(digest, failure);";
