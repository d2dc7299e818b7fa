/* schema.c - the tables, and the way from each version of them to the next.
 * Owns:     CREATE and ALTER, application_id and user_version.
 * Must not: read mail; read rows, except to carry them over.
 * Fails:    LEDGER_ERROR_NEWER, LEDGER_ERROR_DAMAGED; a step is made whole or not at all.
 * Tests:    tests/ledger/test_schema.c */
#include "ledger/private.h"

#define APPLICATION_ID 0x42735470 /* "BsTp" */

/* A row of a sent message must be small: ids and addresses are found by hash, and only an address and a subject are
 * kept as text, once, for people. Messages handed over with `record` lie in folder 0. */
static const char *const step_1 =
    "CREATE TABLE account(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, addresses TEXT NOT NULL DEFAULT '',"
    " configured INTEGER NOT NULL DEFAULT 1, state TEXT NOT NULL DEFAULT 'idle', text TEXT, since INTEGER NOT NULL "
    "DEFAULT 0,"
    " last_pass INTEGER NOT NULL DEFAULT 0, mailbox INTEGER) STRICT;"

    "CREATE TABLE folder(id INTEGER PRIMARY KEY, account INTEGER REFERENCES account, role TEXT NOT NULL, name TEXT NOT "
    "NULL,"
    " used INTEGER NOT NULL DEFAULT 0, validity INTEGER NOT NULL DEFAULT 0, next INTEGER NOT NULL DEFAULT 1,"
    " oldest INTEGER NOT NULL DEFAULT 0, synced INTEGER NOT NULL DEFAULT 0, messages INTEGER NOT NULL DEFAULT 0,"
    " UNIQUE(account, role, name)) STRICT;"
    "INSERT INTO folder(id, role, name) VALUES(0, 'record', '');"

    "CREATE TABLE pass(id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES account, started INTEGER NOT NULL,"
    " ended INTEGER NOT NULL DEFAULT 0, sent_done INTEGER NOT NULL DEFAULT 0, sent_total INTEGER NOT NULL DEFAULT 0,"
    " scanned INTEGER NOT NULL DEFAULT 0, scan_total INTEGER NOT NULL DEFAULT 0, candidates INTEGER NOT NULL DEFAULT 0,"
    " genuine INTEGER NOT NULL DEFAULT 0, backscatter INTEGER NOT NULL DEFAULT 0, unsure INTEGER NOT NULL DEFAULT 0,"
    " waiting INTEGER NOT NULL DEFAULT 0, moved INTEGER NOT NULL DEFAULT 0, error TEXT) STRICT;"
    "CREATE INDEX pass_account ON pass(account);"

    "CREATE TABLE sent(id INTEGER PRIMARY KEY, folder INTEGER NOT NULL REFERENCES folder, date INTEGER NOT NULL,"
    " recipients INTEGER NOT NULL, sender INTEGER, subject TEXT) STRICT;"
    "CREATE TABLE sent_id(hash INTEGER NOT NULL, sent INTEGER NOT NULL REFERENCES sent, PRIMARY KEY(hash, sent)) "
    "STRICT, WITHOUT ROWID;"
    "CREATE TABLE sent_to(address INTEGER NOT NULL REFERENCES address, date INTEGER NOT NULL,"
    " sent INTEGER NOT NULL REFERENCES sent, subject INTEGER, PRIMARY KEY(address, date, sent)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE address(hash INTEGER PRIMARY KEY, domain INTEGER NOT NULL, text TEXT NOT NULL, written INTEGER NOT "
    "NULL) STRICT;"
    "CREATE INDEX address_domain ON address(domain, written);"
    "CREATE TABLE sender(hash INTEGER PRIMARY KEY) STRICT;"
    "CREATE TABLE newsender(entry TEXT PRIMARY KEY, list TEXT NOT NULL, added INTEGER NOT NULL) STRICT, WITHOUT ROWID;"

    "CREATE TABLE entry(id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL REFERENCES account, message_id "
    "TEXT NOT NULL,"
    " size INTEGER NOT NULL, digest BLOB NOT NULL, arrived INTEGER NOT NULL, judged INTEGER NOT NULL, kind TEXT NOT "
    "NULL,"
    " verdict TEXT NOT NULL, reporter TEXT, status TEXT, diagnostic TEXT, recipients TEXT NOT NULL, original_id TEXT,"
    " original_from TEXT, original_to TEXT, original_subject TEXT, original_date INTEGER NOT NULL, decided INTEGER NOT "
    "NULL,"
    " state TEXT NOT NULL, reason TEXT, home_folder TEXT, home_validity INTEGER NOT NULL, home_uid INTEGER NOT NULL,"
    " away_folder TEXT, away_validity INTEGER NOT NULL, away_uid INTEGER NOT NULL, exempt INTEGER NOT NULL, due "
    "INTEGER NOT NULL,"
    " changed INTEGER NOT NULL, quarantined INTEGER NOT NULL DEFAULT 0, restored INTEGER NOT NULL DEFAULT 0,"
    " deleted INTEGER NOT NULL DEFAULT 0, matched INTEGER REFERENCES sent) STRICT;"
    "CREATE INDEX entry_digest ON entry(digest);"
    "CREATE INDEX entry_home ON entry(home_uid, home_validity) WHERE home_uid > 0;"
    "CREATE INDEX entry_away ON entry(away_uid, away_validity) WHERE away_uid > 0;"
    "CREATE INDEX entry_open ON entry(account, state) WHERE state IN ('q_intent', 'r_intent', 'd_intent');"
    "CREATE INDEX entry_due ON entry(account, due) WHERE due > 0;"
    "CREATE INDEX entry_matched ON entry(matched) WHERE matched IS NOT NULL;"
    "CREATE TABLE evidence(entry INTEGER NOT NULL REFERENCES entry, line INTEGER NOT NULL, side INTEGER NOT NULL, code "
    "TEXT NOT NULL,"
    " text TEXT NOT NULL, PRIMARY KEY(entry, line)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE wish(id INTEGER PRIMARY KEY AUTOINCREMENT, verb TEXT NOT NULL, entry INTEGER REFERENCES entry,"
    " account INTEGER NOT NULL REFERENCES account, made INTEGER NOT NULL, finished INTEGER NOT NULL DEFAULT 0,"
    " state TEXT NOT NULL DEFAULT 'open', result TEXT) STRICT;"
    "CREATE INDEX wish_open ON wish(account) WHERE state = 'open';";

/* Times in which sent mail may have been missed; what an account waits for, and what always holds for it; which folders
 * a sweep goes through. Every look asks what is due next and how much lies in quarantine, so an index holds each
 * answer: the old one of due times would lead through all backscatter that was only observed. */
static const char *const step_2 =
    "CREATE TABLE gap(folder INTEGER NOT NULL REFERENCES folder, since INTEGER NOT NULL, until INTEGER NOT NULL,"
    " reason TEXT NOT NULL, PRIMARY KEY(folder, since)) STRICT, WITHOUT ROWID;"
    "ALTER TABLE account ADD COLUMN until INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE account ADD COLUMN notice TEXT;"
    "ALTER TABLE wish ADD COLUMN folders TEXT;"
    "DROP INDEX entry_due;"
    "CREATE INDEX entry_again ON entry(account, state, due) WHERE due > 0 AND exempt = 0;"
    "CREATE INDEX entry_lying ON entry(account, away_folder, away_validity, away_uid, state) WHERE state = "
    "'quarantined';";

/* Numbers for messages of folders that give none; what such a folder looked like when they were given; whose Sent
 * folders hold the mail that is sent from an account which has none of its own; from which addresses mail was recorded,
 * since when; and the owner's pause. */
static const char *const step_3 =
    "CREATE TABLE number(folder INTEGER NOT NULL REFERENCES folder, uid INTEGER NOT NULL, key INTEGER NOT NULL,"
    " PRIMARY KEY(folder, uid)) STRICT, WITHOUT ROWID;"
    "ALTER TABLE folder ADD COLUMN stamp TEXT;"
    "ALTER TABLE account ADD COLUMN sent_by TEXT;"
    "CREATE TABLE recorded(sender TEXT PRIMARY KEY, oldest INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE pause(one INTEGER PRIMARY KEY CHECK(one = 1), until INTEGER NOT NULL) STRICT;";

/* Arguments of a line of evidence, from which its sentence is made when it is shown; by what an entry's report was
 * matched to a sent message (rows of before: by the original's id). Sent messages without a Message-ID; which letter a
 * sent message answers (hash of In-Reply-To); and hashes of the beginnings of ids, for reporters that cut them off. */
static const char *const step_4 =
    "ALTER TABLE evidence ADD COLUMN args TEXT;"
    "ALTER TABLE entry ADD COLUMN matched_by TEXT;"
    "UPDATE entry SET matched_by = 'id' WHERE matched IS NOT NULL;"
    "CREATE INDEX entry_matched_by ON entry(account, matched_by, judged) WHERE matched_by IS NOT NULL;"
    "ALTER TABLE sent ADD COLUMN bare INTEGER;"
    "CREATE INDEX sent_bare ON sent(date) WHERE bare = 1;"
    "CREATE TABLE sent_reply(hash INTEGER NOT NULL, sent INTEGER NOT NULL REFERENCES sent, PRIMARY KEY(hash, sent)) "
    "STRICT, WITHOUT ROWID;"
    "CREATE TABLE sent_start(hash INTEGER NOT NULL, sent INTEGER NOT NULL REFERENCES sent, PRIMARY KEY(hash, sent)) "
    "STRICT, WITHOUT ROWID;";

/* What the owner asked for, as whole commands that can be taken back; whether the owner was told what became of a
 * request; which accounts have a trash; and an index by which a message is known again that was restored, and has
 * another form now. */
static const char *const step_5 =
    "ALTER TABLE wish ADD COLUMN told INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE wish ADD COLUMN command INTEGER;"
    "UPDATE wish SET told = finished WHERE state <> 'open';"
    "CREATE INDEX wish_entry ON wish(entry) WHERE state = 'open';"
    "CREATE INDEX wish_untold ON wish(id) WHERE state <> 'open' AND told = 0;"
    "CREATE INDEX wish_command ON wish(command) WHERE command IS NOT NULL;"
    "CREATE TABLE command(id INTEGER PRIMARY KEY AUTOINCREMENT, verb TEXT NOT NULL, made INTEGER NOT NULL,"
    " undone INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE TABLE command_entry(command INTEGER NOT NULL REFERENCES command, entry TEXT NOT NULL, was TEXT,"
    " PRIMARY KEY(command, entry)) STRICT, WITHOUT ROWID;"
    "ALTER TABLE account ADD COLUMN trash TEXT;"
    "CREATE INDEX entry_message ON entry(account, message_id) WHERE message_id <> '';";

/* By which configuration the daemon runs, and why it does not run by the file as it is now. */
static const char *const step_7 =
    "CREATE TABLE running(one INTEGER PRIMARY KEY CHECK(one = 1), file TEXT NOT NULL, digest TEXT NOT NULL,"
    " since INTEGER NOT NULL, problem TEXT) STRICT;";

/* Messages that could not be read: how often each was tried, and when it is tried again (0: not any more). Why an entry
 * is kept, where that decides what is done with it (Entry.claimed, Entry.braked): of earlier ones, what the text shows.
 */
static const char *const step_8 =
    "CREATE TABLE unread(folder INTEGER NOT NULL REFERENCES folder, uid INTEGER NOT NULL, validity INTEGER NOT NULL,"
    " tries INTEGER NOT NULL, due INTEGER NOT NULL, PRIMARY KEY(folder, uid)) STRICT, WITHOUT ROWID;"
    "ALTER TABLE entry ADD COLUMN claimed INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE entry ADD COLUMN braked INTEGER NOT NULL DEFAULT 0;"
    "UPDATE entry SET claimed = 1 WHERE state = 'kept' AND due > 0 AND reason IS NOT NULL;";

/* Step i leads from version i to i + 1; a released step is never changed. */
static const char *const *const steps[] = { &step_1,       &step_2,     &step_3,        &step_4,       &step_5,
                                            &schema_trust, &step_7,     &step_8,        &schema_marks, &schema_signer,
                                            &schema_hand,  &schema_dns, &schema_domain, &schema_words };

/* One statement reads both, so that a file which another program is making is seen whole or not at all. */
static gboolean read_versions(Ledger *ledger, gint64 *application, gint64 *version, gint64 *tables, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)"
                 " FROM pragma_application_id, pragma_user_version",
                 ""))
    return FALSE;
  if (rows_next(&rows, error)) {
    *application = row_int(&rows, 0);
    *version = row_int(&rows, 1);
    *tables = row_int(&rows, 2);
  }
  return !rows.failed;
}

/* Which step is next; -1 with error for a file that is no ledger of this version or an older one. */
static gint64 next_step(Ledger *ledger, GError **error)
{
  gint64 application = 0, version = 0, tables = 0;
  if (!read_versions(ledger, &application, &version, &tables, error)) return -1;
  gboolean empty = application == 0 && version == 0 && tables == 0;
  if (!empty && (application != APPLICATION_ID || version < 1)) {
    g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_DAMAGED,
                "%s is a database of another program, not a ledger: choose another data folder, or move it away.",
                ledger->path);
    return -1;
  }
  if (version > (gint64)G_N_ELEMENTS(steps)) {
    g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_NEWER,
                "The ledger %s was written by a later Backstop (its version is %" G_GINT64_FORMAT
                ", this program knows %u):"
                " install that one, or choose another data folder.",
                ledger->path, version, (guint)G_N_ELEMENTS(steps));
    return -1;
  }
  return version;
}

static void hash_text(sqlite3_context *context, int n, sqlite3_value **values)
{
  const char *text = n == 1 ? (const char *)sqlite3_value_text(values[0]) : NULL;
  if (text != NULL)
    sqlite3_result_int64(context, db_hash(text));
  else
    sqlite3_result_null(context);
}

/* For steps that must find texts of an older version by their hash: db_hash() as a function of SQL. */
static gboolean offer_hash(Ledger *ledger, GError **error)
{
  int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  int rc = sqlite3_create_function_v2(ledger->db, "db_hash", 1, flags, NULL, hash_text, NULL, NULL, NULL);
  return rc == SQLITE_OK || db_fail(ledger, rc, error);
}

static gboolean take_steps(Ledger *ledger, GError **error)
{
  /* Ask again under the lock: another program may have made the step meanwhile. */
  gint64 step = next_step(ledger, error);
  if (step < 0 || !offer_hash(ledger, error)) return FALSE;
  for (; step < (gint64)G_N_ELEMENTS(steps); step++)
    if (!db_exec(ledger, *steps[step], error)) return FALSE;
  g_autofree char *marks = g_strdup_printf("PRAGMA application_id = %d; PRAGMA user_version = %u", APPLICATION_ID,
                                           (guint)G_N_ELEMENTS(steps));
  return db_exec(ledger, marks, error);
}

gboolean schema_check(Ledger *ledger, GError **error) { return next_step(ledger, error) >= 0; }

gboolean schema_migrate(Ledger *ledger, GError **error)
{
  gint64 step = next_step(ledger, error);
  if (step < 0) return FALSE;
  if (step == (gint64)G_N_ELEMENTS(steps)) return TRUE;
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, take_steps(ledger, error), error);
}
