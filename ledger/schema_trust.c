/* schema_trust.c - the tables that test what is known of sent mail, and that let a wrong verdict mend itself.
 * Owns:     the sixth step of the schema.
 * Must not: be changed once it is released.
 * Fails:    as schema.c says.
 * Tests:    tests/ledger/test_open.c, tests/ledger/test_heal.c */
#include "ledger/private.h"

/* Sizes matter where a row stands for a received or a sent message: hashes and days, no text.
 * - received: ids of received mail. answer: answers to the owner, and whether they name mail that is known. tested:
 * what they say about one address of the owner's. id_side: right sides of the owner's ids.
 * - sent_day: how many messages of a day a Sent folder holds. sent_from: from whom they are, how many of them were
 *   delivered to somebody, and since when. In folder: how many messages it held at the last look (held); how many came
 *   since the first (came), and before how many of these numbers were missing (holes).
 * - unlisted: bounces to addresses that no account lists, by domain.
 * - kept: what was kept of a quarantined report. kept_hash: by its ids and recipients. heal_due: what is to be judged
 *   again, and why. healing: what came of it. */
const char *const schema_trust =
    "CREATE TABLE received(account INTEGER NOT NULL REFERENCES account, hash INTEGER NOT NULL, day INTEGER NOT NULL,"
    " PRIMARY KEY(account, hash)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE answer(owner INTEGER NOT NULL, account INTEGER NOT NULL REFERENCES account, sender INTEGER NOT NULL,"
    " week INTEGER NOT NULL, id INTEGER NOT NULL, date INTEGER NOT NULL, known INTEGER NOT NULL,"
    " PRIMARY KEY(owner, sender, week, id)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX answer_missing ON answer(id) WHERE known = 0;"
    "CREATE TABLE tested(owner INTEGER PRIMARY KEY, address TEXT NOT NULL, account INTEGER NOT NULL REFERENCES account,"
    " known INTEGER NOT NULL DEFAULT 0, missing INTEGER NOT NULL DEFAULT 0, senders INTEGER NOT NULL DEFAULT 0,"
    " first INTEGER NOT NULL DEFAULT 0, last INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE TABLE id_side(side TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE sent_day(folder INTEGER NOT NULL REFERENCES folder, day INTEGER NOT NULL, count INTEGER NOT NULL,"
    " PRIMARY KEY(folder, day)) STRICT, WITHOUT ROWID;"
    "INSERT INTO sent_day SELECT folder, date / 86400, count(*) FROM sent WHERE date > 0 GROUP BY 1, 2;"
    "ALTER TABLE account ADD COLUMN trust_sent INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE account ADD COLUMN received INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE account ADD COLUMN pruned INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE sent_from(folder INTEGER NOT NULL REFERENCES folder, sender TEXT NOT NULL, count INTEGER NOT NULL,"
    " delivered INTEGER NOT NULL, oldest INTEGER NOT NULL, PRIMARY KEY(folder, sender)) STRICT, WITHOUT ROWID;"
    /* Whose the mail was that is known already was not counted: it only says since when. */
    "INSERT INTO sent_from SELECT id, '?', 0, 0, oldest FROM folder WHERE role = 'sent' AND oldest > 0;"
    "ALTER TABLE folder ADD COLUMN held INTEGER NOT NULL DEFAULT -1;"
    "ALTER TABLE folder ADD COLUMN came INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE folder ADD COLUMN holes INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE unlisted(domain TEXT PRIMARY KEY, count INTEGER NOT NULL, last INTEGER NOT NULL) STRICT, WITHOUT "
    "ROWID;"
    "CREATE TABLE kept(entry INTEGER PRIMARY KEY REFERENCES entry, report BLOB NOT NULL) STRICT;"
    "CREATE TABLE kept_hash(hash INTEGER NOT NULL, entry INTEGER NOT NULL REFERENCES entry, PRIMARY KEY(hash, entry))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE heal_due(entry INTEGER PRIMARY KEY REFERENCES entry, cause INTEGER NOT NULL) STRICT;"
    "CREATE TABLE healing(entry INTEGER PRIMARY KEY REFERENCES entry, healed INTEGER NOT NULL, verdict TEXT NOT NULL,"
    " code TEXT NOT NULL, back INTEGER NOT NULL) STRICT;"
    "CREATE INDEX entry_quarantined ON entry(quarantined) WHERE state = 'quarantined';"
    /* Of older entries one id was kept, and is in no index: those whose sent message came since are looked at once. */
    "INSERT INTO kept_hash SELECT db_hash(original_id), id FROM entry WHERE state = 'quarantined' AND original_id NOT "
    "NULL AND quarantined > unixepoch() - 90 * 86400;"
    "INSERT INTO heal_due SELECT entry, 1 FROM kept_hash WHERE EXISTS(SELECT 1 FROM sent_id WHERE sent_id.hash = "
    "kept_hash.hash) ON CONFLICT DO NOTHING;";
