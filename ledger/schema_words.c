/* schema_words.c - the tables of which words stand in mail that the owner wants, and in mail that he does not.
 * Owns:     a step of the schema.
 * Must not: be changed once it is released.
 * Fails:    as schema.c says.
 * Tests:    tests/ledger/test_schema.c, tests/ledger/test_words.c */
#include "ledger/private.h"

/* Words are hashes; the lowest bit tells whether a word stood in a subject (0) or in a text (1).
 * - word: how many wanted and unwanted messages hold it. word_total: how many there are, by place.
 * - word_entry: the words of a quarantined message, 8 bytes each. learned: 0 nothing, 1 as wanted, 2 as unwanted;
 *   counted: its words are counted in word, and not only those of another entry with the same words (digest).
 * - word_sent: up to which sent message the subjects were learned. */
const char *const schema_words =
    "CREATE TABLE word(hash INTEGER PRIMARY KEY, good INTEGER NOT NULL, bad INTEGER NOT NULL) STRICT;"
    "CREATE TABLE word_total(place INTEGER PRIMARY KEY, good INTEGER NOT NULL, bad INTEGER NOT NULL) STRICT;"
    "INSERT INTO word_total(place, good, bad) VALUES(0, 0, 0), (1, 0, 0);"
    "CREATE TABLE word_entry(entry INTEGER PRIMARY KEY REFERENCES entry, words BLOB NOT NULL, digest INTEGER NOT NULL,"
    " learned INTEGER NOT NULL DEFAULT 0, counted INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE INDEX word_entry_digest ON word_entry(digest);"
    "CREATE TABLE word_sent(one INTEGER PRIMARY KEY CHECK(one = 1), upto INTEGER NOT NULL) STRICT;";
