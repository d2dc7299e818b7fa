/* answers.c - the test of coverage: do answers to the owner name mail that is in the ledger?
 * Owns:     tables answer and tested: which answer counts, and when too many of them name mail that nobody knows.
 * Must not: keep an address but the owner's own; begin or end a transaction.
 * Fails:    LEDGER_ERROR; the caller rolls back.
 * Tests:    tests/ledger/test_answers.c */
#include "ledger/answers.h"
#include "filter/normalise.h"
#include "ledger/heal.h"
#include "ledger/private.h"
#include "ledger/sent_shape.h"
#include <string.h>

#define DAY ((gint64)86400)
#define WEEK (7 * DAY)
#define MISSING_LEAST 5
#define SENDERS_LEAST 3
#define MISSING_PERCENT 5
#define RECENT (90 * DAY) /* a phone that is new shows among recent answers first */
#define SIDE_SEEN 3       /* ids of sent mail with this right side, before it counts as the owner's */
#define FITS_WITHIN (60 * DAY)
#define OF_ONE_SENDER 8 /* answers of one sender and week that are kept */
#define ANSWERS_KNOWN_LEAST 5

/* me+shop@example.org is me@example.org, as the server sees it. */
static char *owner_address(const char *address)
{
  const char *at = strrchr(address, '@'), *plus = strchr(address, '+');
  if (at == NULL || plus == NULL || plus == address || plus > at) return g_strdup(address);
  return g_strdup_printf("%.*s%s", (int)(plus - address), address, at);
}

/* The owner's address that it is to, where it is to nobody else; NULL else. An address that only "*" lists is the
 * owner's where the owner has sent mail from it. */
static gboolean find_owner(Ledger *ledger, const char *patterns, const ReceivedMessage *message, char **owner,
                           GError **error)
{
  const GPtrArray *to = message->recipients;
  *owner = NULL;
  if (to->len == 0) return TRUE;
  for (guint i = 0; i < to->len; i++)
    if (!address_matches(g_ptr_array_index(to, i), patterns)) return TRUE;
  if (patterns_say_all(patterns)) {
    gint64 known = 0;
    if (to->len > 1) return TRUE;
    if (!db_number(ledger, error, &known, "SELECT EXISTS(SELECT 1 FROM sender WHERE hash = ?)", "i",
                   db_hash(g_ptr_array_index(to, 0))))
      return FALSE;
    if (known == 0) return TRUE;
  }
  *owner = owner_address(g_ptr_array_index(to, 0));
  return TRUE;
}

/* Was mail sent to this address before that time? */
static gboolean was_written_to(Ledger *ledger, const char *address, gint64 before, gboolean *written, GError **error)
{
  gint64 found = 0;
  if (!db_number(ledger, error, &found, "SELECT EXISTS(SELECT 1 FROM sent_to WHERE address = ? AND date <= ?)", "ii",
                 db_hash(address), before))
    return FALSE;
  *written = found != 0;
  return TRUE;
}

/* Some providers give a message another id than the Sent copy has: then recipient, subject and time fit. */
static gboolean fits_sent(Ledger *ledger, const ReceivedMessage *message, gint64 when, gboolean *fits, GError **error)
{
  g_autofree char *subject = subject_normalise(message->subject);
  gint64 found = 0;
  if (subject[0] != '\0'
      && !db_number(ledger, error, &found,
                    "SELECT EXISTS(SELECT 1 FROM sent_to WHERE address = ? AND date BETWEEN ? AND ? AND subject = ?)",
                    "iiii", db_hash(message->sender), when - FITS_WITHIN, when + DAY, db_hash(subject)))
    return FALSE;
  *fits = found != 0;
  return TRUE;
}

typedef enum { SAYS_NOTHING, SAYS_KNOWN, SAYS_MISSING } Says;

/* What an answer to the owner alone, from somebody the owner wrote to, says. *id: the hash of the one it names. */
static gboolean find_out(Ledger *ledger, const ReceivedMessage *message, gint64 when, Says *says, gint64 *id,
                         GError **error)
{
  gboolean own_side = FALSE, received = FALSE, fits = FALSE;
  *says = SAYS_NOTHING;
  for (guint i = 0; i < message->answers->len; i++) {
    const char *named = g_ptr_array_index(message->answers, i);
    gint64 sent = 0, count = 0;
    if (!sent_by_id(ledger, named, &sent, error)) return FALSE;
    *id = db_hash(named);
    if (sent != 0) {
      *says = SAYS_KNOWN;
      return TRUE;
    }
    if (!received_has(ledger, named, &received, error) || !id_side_count(ledger, named, &count, error)) return FALSE;
    if (received) return TRUE;
    own_side = own_side || count >= SIDE_SEEN;
  }
  if (!own_side || !fits_sent(ledger, message, when, &fits, error)) return !own_side;
  if (!fits) *says = SAYS_MISSING;
  return TRUE;
}

/* When the last of the missing ones came, and what they say since `since`. */
static gboolean count_answers(Ledger *ledger, gint64 owner, gint64 since, CoverageTest *test, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT known, count(*), count(DISTINCT sender), min(first), max(last) FROM"
                 " (SELECT known, sender, min(date) AS first, max(date) AS last FROM answer WHERE owner = ? AND date >="
                 " ? GROUP BY known, sender, week) GROUP BY known",
                 "ii", owner, since))
    return FALSE;
  while (rows_next(&rows, error)) {
    if (row_int(&rows, 0) != 0) {
      test->known = (guint)row_int(&rows, 1);
      continue;
    }
    test->missing = (guint)row_int(&rows, 1);
    test->senders = (guint)row_int(&rows, 2);
    test->first = row_int(&rows, 3);
    test->last = row_int(&rows, 4);
  }
  test->failed = test->missing >= MISSING_LEAST && test->senders >= SENDERS_LEAST
                 && test->missing * (guint64)100 >= (test->known + test->missing) * (guint64)MISSING_PERCENT;
  return !rows.failed;
}

/* All that is kept, and the recent ones alone where all together hold. */
static gboolean weigh(Ledger *ledger, gint64 owner, GError **error)
{
  gint64 failed = 0;
  CoverageTest all = { 0 }, recent = { 0 };
  if (!db_number(ledger, error, &failed, "SELECT failed FROM tested WHERE owner = ?", "i", owner)
      || !count_answers(ledger, owner, 0, &all, error)
      || (all.missing > 0 && !all.failed && !count_answers(ledger, owner, all.last - RECENT, &recent, error)))
    return FALSE;
  const CoverageTest *test = recent.failed ? &recent : &all;
  return db_run(ledger, error,
                "UPDATE tested SET known = ?, missing = ?, senders = ?, first = ?, last = ?, failed = ?"
                " WHERE owner = ?",
                "uuuiidi", test->known, test->missing, test->senders, test->first, test->last, test->failed, owner)
         && (failed != 0 || !test->failed || heal_queue_all(ledger, HEAL_COVERAGE, error));
}

static gboolean note(Ledger *ledger, gint64 account, const char *address, const ReceivedMessage *message, gint64 when,
                     Says says, gint64 id, GHashTable *changed, GError **error)
{
  gint64 owner = db_hash(address), sender = db_hash(message->sender), n = 0;
  if (!db_number(ledger, error, &n, "SELECT count(*) FROM answer WHERE owner = ? AND sender = ? AND week = ?", "iii",
                 owner, sender, when / WEEK))
    return FALSE;
  if (n >= OF_ONE_SENDER) return TRUE;
  if (!db_run(ledger, error, "INSERT INTO tested(owner, address, account) VALUES(?, ?, ?) ON CONFLICT DO NOTHING",
              "isi", owner, address, account)
      || !db_run(ledger, error,
                 "INSERT INTO answer(owner, account, sender, week, id, date, known) VALUES(?, ?, ?, ?, ?, ?, ?)"
                 " ON CONFLICT DO NOTHING",
                 "iiiiiid", owner, account, sender, when / WEEK, id, when, says == SAYS_KNOWN))
    return FALSE;
  if (db_changed(ledger)) g_hash_table_add(changed, g_memdup2(&owner, sizeof owner));
  return TRUE;
}

/* Where "*" lists every address, the owner's are those that mail was sent from: nobody answers himself, and who forges
 * mail likes to forge it as from its reader. */
static gboolean is_own(Ledger *ledger, const char *patterns, const char *sender, gboolean *own, GError **error)
{
  gint64 known = 0;
  *own = !patterns_say_all(patterns) && address_matches(sender, patterns);
  if (!patterns_say_all(patterns)) return TRUE;
  if (!db_number(ledger, error, &known, "SELECT EXISTS(SELECT 1 FROM sender WHERE hash = ?)", "i", db_hash(sender)))
    return FALSE;
  *own = known != 0;
  return TRUE;
}

gboolean answer_add(Ledger *ledger, gint64 account, const char *patterns, const ReceivedMessage *message, gint64 when,
                    GHashTable *changed, GError **error)
{
  g_autofree char *owner = NULL;
  gboolean own = FALSE, written = FALSE;
  Says says = SAYS_NOTHING;
  gint64 id = 0;
  if (message->answers == NULL || message->sender == NULL) return TRUE;
  if (!is_own(ledger, patterns, message->sender, &own, error)
      || (!own && !find_owner(ledger, patterns, message, &owner, error)))
    return FALSE;
  if (owner == NULL) return TRUE;
  if (!was_written_to(ledger, message->sender, when + DAY, &written, error)) return FALSE;
  if (!written) return TRUE;
  if (!find_out(ledger, message, when, &says, &id, error)) return FALSE;
  return says == SAYS_NOTHING || note(ledger, account, owner, message, when, says, id, changed, error);
}

gboolean answers_weigh(Ledger *ledger, GHashTable *changed, GError **error)
{
  GHashTableIter each;
  gpointer owner = NULL;
  g_hash_table_iter_init(&each, changed);
  while (g_hash_table_iter_next(&each, &owner, NULL))
    if (!weigh(ledger, *(const gint64 *)owner, error)) return FALSE;
  return TRUE;
}

gboolean answers_weigh_all(Ledger *ledger, GError **error)
{
  g_autoptr(GArray) owners = g_array_new(FALSE, FALSE, sizeof(gint64));
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, "SELECT owner FROM tested WHERE missing > 0", "")) return FALSE;
  while (rows_next(&rows, error)) {
    gint64 owner = row_int(&rows, 0);
    g_array_append_val(owners, owner);
  }
  if (rows.failed) return FALSE;
  rows_close(&rows);
  for (guint i = 0; i < owners->len; i++)
    if (!weigh(ledger, g_array_index(owners, gint64, i), error)) return FALSE;
  return TRUE;
}

gboolean answers_forget(Ledger *ledger, gint64 account, gint64 before, GError **error)
{
  if (!db_run(ledger, error, "DELETE FROM answer WHERE account = ? AND date < ?", "ii", account, before)) return FALSE;
  return !db_changed(ledger) || answers_weigh_all(ledger, error);
}

static CoverageTest *test_of_row(const Rows *rows)
{
  CoverageTest *test = g_new0(CoverageTest, 1);
  *test = (CoverageTest){ .account = row_dup(rows, 0),
                          .address = row_dup(rows, 1),
                          .known = (guint)row_int(rows, 2),
                          .missing = (guint)row_int(rows, 3),
                          .senders = (guint)row_int(rows, 4),
                          .first = row_int(rows, 5),
                          .last = row_int(rows, 6),
                          .failed = row_int(rows, 7) != 0 };
  return test;
}

#define FROM_TESTED                                                                                                    \
  "SELECT account.name, address, known, missing, senders, first, last, failed FROM tested"                             \
  " JOIN account ON account.id = account WHERE configured "

void coverage_test_free(CoverageTest *test)
{
  if (test == NULL) return;
  g_free(test->account);
  g_free(test->address);
  g_free(test);
}

GPtrArray *coverage_tests(Ledger *ledger, const char *account, GError **error)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)coverage_test_free);
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, FROM_TESTED "AND (?1 IS NULL OR account.name = ?1) ORDER BY address", "s",
                 account))
    return NULL;
  while (rows_next(&rows, error)) g_ptr_array_add(list, test_of_row(&rows));
  return rows.failed ? NULL : g_steal_pointer(&list);
}

static char *say(const CoverageTest *test)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(test->first);
  g_autofree char *first = time != NULL ? g_date_time_format(time, "%Y-%m-%d") : g_strdup("an unknown day");
  return g_strdup_printf(
      "Of %u answers to %s, %u name a message that is in no Sent folder that is read (the first on %s, from %u "
      "people), so another program or device seems to send from that address: name its Sent folder with “sent”, or "
      "say “trust-sent = yes” for account “%s”.",
      test->known + test->missing, test->address, test->missing, first, test->senders, test->account);
}

static gboolean ask_one(Ledger *ledger, const char *address, gint64 from, gint64 to, char **sentence, GError **error)
{
  g_autofree char *owner = owner_address(address);
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 FROM_TESTED "AND owner = ? AND failed AND NOT trust_sent AND first - ? <= ? AND last + ? >= ?",
                 "iiiii", db_hash(owner), TEST_DAYS_BEFORE * DAY, to, TEST_DAYS_AFTER * DAY, from))
    return FALSE;
  if (rows_next(&rows, error)) {
    CoverageTest *test = test_of_row(&rows);
    *sentence = say(test);
    coverage_test_free(test);
  }
  return !rows.failed;
}

gboolean answers_ask(Ledger *ledger, const GPtrArray *addresses, gint64 from, gint64 to, char **sentence,
                     GError **error)
{
  *sentence = NULL;
  for (guint i = 0; i < addresses->len && *sentence == NULL; i++)
    if (!ask_one(ledger, g_ptr_array_index(addresses, i), from, to, sentence, error)) return FALSE;
  return TRUE;
}

/* By what only the owner's mail can bring about: not the owner's own entry, nor an address that anybody could write
 * into a report. */
#define GENUINE_BY_SENT                                                                                                \
  "SELECT EXISTS(SELECT 1 FROM entry WHERE account = ? AND matched_by IN ('id', 'reference', 'fit')"                   \
  " AND verdict = 'genuine')"

static gboolean seen_enough(Ledger *ledger, gint64 account, gint64 *enough, GError **error)
{
  gint64 known = 0;
  if (!db_number(ledger, error, enough, "SELECT trust_sent FROM account WHERE id = ?", "i", account)
      || (*enough == 0
          && !db_number(ledger, error, &known, "SELECT total(known) FROM tested WHERE account = ?", "i", account)))
    return FALSE;
  if (*enough == 0) *enough = known >= ANSWERS_KNOWN_LEAST;
  return *enough != 0 || db_number(ledger, error, enough, GENUINE_BY_SENT, "i", account);
}

gboolean coverage_plausible(Ledger *ledger, const char *account, gboolean *plausible, GError **error)
{
  gint64 enough = 0, id = account_id(ledger, account, error);
  if (id < 0 || !seen_enough(ledger, id, &enough, error)) return FALSE;
  *plausible = enough != 0;
  return TRUE;
}
