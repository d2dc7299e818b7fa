/* wish.c - requests: what the owner wants done.
 * Owns:     table wish.
 * Must not: carry a request out.
 * Fails:    LEDGER_ERROR; REFUSED with a sentence when the request makes no sense now.
 * Tests:    tests/ledger/test_wish.c */
#include "ledger/wish.h"
#include "ledger/private.h"

#define KEPT ((gint64)30 * 86400) /* seconds that a finished request is kept */

/* An unknown word is read as the last one, which changes nothing. */
static const char *const verb_words[] = { "restore", "delete", "remove", "quarantine", "check", "sweep", "rehearse" };
static const char *const state_words[] = { "open", "done", "failed" };

static guint word_index(const char *const *words, guint n, const char *word)
{
  for (guint i = 0; i < n; i++)
    if (g_strcmp0(words[i], word) == 0) return i;
  return n - 1;
}

const char *wish_verb_name(WishVerb verb) { return verb_words[verb]; }

static gboolean is_about_entry(WishVerb verb) { return verb <= WISH_QUARANTINE; }

void wish_free(Wish *wish)
{
  if (wish == NULL) return;
  g_free(wish->account);
  g_free(wish->folders);
  g_free(wish->result);
  g_free(wish);
}

static MoveState intent_of(WishVerb verb)
{
  switch (verb) {
  case WISH_RESTORE: return MOVE_R_INTENT;
  case WISH_QUARANTINE: return MOVE_Q_INTENT;
  default: return MOVE_D_INTENT;
  }
}

/* A message that is being deleted is restored after it has arrived in the trash. */
static char *refusal_of(const Entry *entry, WishVerb verb)
{
  if (verb == WISH_RESTORE && entry->state == MOVE_D_INTENT) return NULL;
  return entry_refusal(entry, intent_of(verb));
}

/* The last request counts: other requests about the entry that are still open end here. */
static gboolean replace_others(Ledger *ledger, WishVerb verb, gint64 entry, GError **error)
{
  g_autofree char *result = g_strdup_printf("not done: you asked for something else after that (%s)", verb_words[verb]);
  return db_run(
      ledger, error,
      "UPDATE wish SET state = 'failed', result = ?, finished = ? WHERE state = 'open' AND entry = ? AND verb <> ?",
      "siis", result, db_now(), entry, verb_words[verb]);
}

/* The account of the entry, once the request makes sense for it; NULL with error else. */
static char *account_of_entry(Ledger *ledger, WishVerb verb, gint64 id, GError **error)
{
  g_autoptr(Entry) entry = journal_get(ledger, id, error);
  if (entry == NULL) return NULL;
  char *refusal = refusal_of(entry, verb);
  if (refusal == NULL) return g_strdup(entry->account);
  g_set_error_literal(error, LEDGER_ERROR, LEDGER_ERROR_REFUSED, refusal);
  g_free(refusal);
  return NULL;
}

static gboolean find_same(Ledger *ledger, WishVerb verb, gint64 entry, gint64 account, gint64 *id, GError **error)
{
  return db_number(
      ledger, error, id,
      "SELECT id FROM wish WHERE state = 'open' AND account = ? AND verb = ? AND entry IS nullif(?, 0) LIMIT 1", "isi",
      account, verb_words[verb], entry);
}

static gint64 add(Ledger *ledger, WishVerb verb, gint64 entry, const char *name, GError **error)
{
  gint64 id = -1;
  g_autofree char *account = verb == WISH_CHECK ? g_strdup(name) : account_of_entry(ledger, verb, entry, error);
  if (account == NULL && verb != WISH_CHECK) return -1;
  gint64 owner = account_id(ledger, account, error);
  if (owner < 0 || (is_about_entry(verb) && !replace_others(ledger, verb, entry, error))
      || !find_same(ledger, verb, entry, owner, &id, error))
    return -1;
  if (id > 0) return id;
  return db_number(ledger, error, &id,
                   "INSERT INTO wish(verb, entry, account, made) VALUES(?, nullif(?, 0), ?, ?) RETURNING id", "siii",
                   verb_words[verb], entry, owner, db_now())
             ? id
             : -1;
}

gboolean wish_restore(Ledger *ledger, gint64 entry, GError **error)
{
  return add(ledger, WISH_RESTORE, entry, NULL, error) > 0;
}

/* The open sweep of this account: its id where it is the same one, else refused. */
static gboolean find_sweep(Ledger *ledger, WishVerb verb, gint64 account, const char *folders, gint64 *id,
                           GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT id, verb = ?2 AND folders IS ?3 FROM wish WHERE state = 'open' AND account = ?1"
                 " AND verb IN ('sweep', 'rehearse') ORDER BY id LIMIT 1",
                 "iss", account, verb_words[verb], folders))
    return FALSE;
  if (!rows_next(&rows, error)) return !rows.failed;
  *id = row_int(&rows, 0);
  if (row_int(&rows, 1) != 0) return TRUE;
  g_set_error_literal(error, LEDGER_ERROR, LEDGER_ERROR_REFUSED,
                      "Another sweep of this account is not finished: wait for it, or take it back.");
  return FALSE;
}

static gint64 add_sweep(Ledger *ledger, WishVerb verb, const char *account, const char *folders, GError **error)
{
  gint64 id = -1, owner = account_id(ledger, account, error);
  if (owner < 0 || !find_sweep(ledger, verb, owner, folders, &id, error)) return -1;
  if (id > 0) return id;
  return db_number(ledger, error, &id, "INSERT INTO wish(verb, account, folders, made) VALUES(?, ?, ?, ?) RETURNING id",
                   "sisi", verb_words[verb], owner, folders, db_now())
             ? id
             : -1;
}

gint64 wish_add_sweep(Ledger *ledger, WishVerb verb, const char *account, const char *folders, GError **error)
{
  g_return_val_if_fail(verb == WISH_SWEEP || verb == WISH_REHEARSE, -1);
  if (folders != NULL && folders[0] == '\0') folders = NULL;
  if (!db_begin(ledger, error)) return -1;
  gint64 id = add_sweep(ledger, verb, account, folders, error);
  return db_end(ledger, id > 0, error) ? id : -1;
}

gint64 wish_add(Ledger *ledger, WishVerb verb, gint64 entry, const char *account, GError **error)
{
  if (verb == WISH_SWEEP || verb == WISH_REHEARSE) return wish_add_sweep(ledger, verb, account, NULL, error);
  if (!db_begin(ledger, error)) return -1;
  gint64 id = add(ledger, verb, verb == WISH_CHECK ? 0 : entry, account, error);
  return db_end(ledger, id > 0, error) ? id : -1;
}

/* The open requests of this verb: entry (gint64*) → request (gint64*). Looking up each request alone would search all
 * open requests each time. */
static GHashTable *open_by_entry(Ledger *ledger, WishVerb verb, GError **error)
{
  g_autoptr(GHashTable) open = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT entry, id FROM wish WHERE state = 'open' AND verb = ? AND entry NOT NULL", "s",
                 verb_words[verb]))
    return NULL;
  while (rows_next(&rows, error)) {
    gint64 entry = row_int(&rows, 0), id = row_int(&rows, 1);
    g_hash_table_insert(open, g_memdup2(&entry, sizeof entry), g_memdup2(&id, sizeof id));
  }
  return rows.failed ? NULL : g_steal_pointer(&open);
}

/* Why a request for this entry makes no sense: a sentence, NULL when it does make sense. *account: the row id of its
 * account. */
static gboolean check_entry(Ledger *ledger, WishVerb verb, gint64 id, gint64 *account, char **refusal, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT account, state, away_folder, away_uid, home_folder FROM entry WHERE id = ?", "i", id))
    return FALSE;
  if (!rows_next(&rows, error)) {
    *refusal = g_strdup_printf("There is no message %" G_GINT64_FORMAT ".", id);
    return !rows.failed;
  }
  const Entry entry = { .id = id,
                        .state = move_state_parse(row_text(&rows, 1)),
                        .away = { (char *)row_text(&rows, 2), 0, (guint32)row_int(&rows, 3) },
                        .home = { (char *)row_text(&rows, 4), 0, 0 } };
  *account = row_int(&rows, 0);
  *refusal = refusal_of(&entry, verb);
  return TRUE;
}

gboolean wish_refusal(Ledger *ledger, WishVerb verb, gint64 entry, char **refusal, GError **error)
{
  gint64 account = 0;
  *refusal = NULL;
  return check_entry(ledger, verb, entry, &account, refusal, error);
}

/* *id: the id of the request, 0 if the request was refused. */
static gboolean add_one(Ledger *ledger, WishVerb verb, gint64 entry, gint64 *id, char **refusal, GError **error)
{
  gint64 account = 0;
  g_autofree char *why = NULL;
  *id = 0;
  if (!check_entry(ledger, verb, entry, &account, &why, error)) return FALSE;
  if (why != NULL) {
    if (*refusal == NULL) *refusal = g_steal_pointer(&why);
    return TRUE;
  }
  if (!replace_others(ledger, verb, entry, error)) return FALSE;
  return db_number(ledger, error, id, "INSERT INTO wish(verb, entry, account, made) VALUES(?, ?, ?, ?) RETURNING id",
                   "siii", verb_words[verb], entry, account, db_now());
}

gboolean wish_add_each(Ledger *ledger, WishVerb verb, const gint64 *entries, guint n, GArray *ids, char **refusal,
                       GError **error)
{
  g_autoptr(GHashTable) open = open_by_entry(ledger, verb, error);
  if (open == NULL) return FALSE;
  for (guint i = 0; i < n; i++) {
    const gint64 *same = g_hash_table_lookup(open, &entries[i]);
    gint64 id = same != NULL ? *same : 0;
    if (same == NULL && !add_one(ledger, verb, entries[i], &id, refusal, error)) return FALSE;
    if (same == NULL && id != 0)
      g_hash_table_insert(open, g_memdup2(&entries[i], sizeof entries[i]), g_memdup2(&id, sizeof id));
    g_array_append_val(ids, id);
  }
  return TRUE;
}

gboolean wish_add_many(Ledger *ledger, WishVerb verb, const gint64 *entries, guint n, GArray *ids, char **refusal,
                       GError **error)
{
  g_return_val_if_fail(is_about_entry(verb), FALSE);
  *refusal = NULL;
  g_array_set_size(ids, 0);
  if (!db_begin(ledger, error)) return FALSE;
  if (db_end(ledger, wish_add_each(ledger, verb, entries, n, ids, refusal, error), error)) return TRUE;
  g_clear_pointer(refusal, g_free);
  g_array_set_size(ids, 0);
  return FALSE;
}

#define FROM_WISH                                                                                                      \
  "SELECT wish.id, verb, coalesce(entry, 0), account.name, made, finished, wish.state, result, folders FROM wish "     \
  "JOIN account "                                                                                                      \
  "ON account.id = account "

static Wish *wish_of_row(const Rows *rows)
{
  Wish *wish = g_new0(Wish, 1);
  *wish = (Wish){ .id = row_int(rows, 0),
                  .verb = (WishVerb)word_index(verb_words, G_N_ELEMENTS(verb_words), row_text(rows, 1)),
                  .entry = row_int(rows, 2),
                  .account = row_dup(rows, 3),
                  .made = row_int(rows, 4),
                  .finished = row_int(rows, 5),
                  .state = (WishState)word_index(state_words, G_N_ELEMENTS(state_words), row_text(rows, 6)),
                  .result = row_dup(rows, 7),
                  .folders = row_dup(rows, 8) };
  return wish;
}

static gboolean missing(gint64 id, GError **error)
{
  g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_MISSING, "There is no request %" G_GINT64_FORMAT " in the ledger.", id);
  return FALSE;
}

Wish *wish_get(Ledger *ledger, gint64 id, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, FROM_WISH "WHERE wish.id = ?", "i", id)) return NULL;
  if (rows_next(&rows, error)) return wish_of_row(&rows);
  if (!rows.failed) missing(id, error);
  return NULL;
}

Wish *wish_of_entry(Ledger *ledger, gint64 entry, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, FROM_WISH "WHERE wish.entry = ? ORDER BY wish.id DESC LIMIT 1", "i", entry))
    return NULL;
  return rows_next(&rows, error) ? wish_of_row(&rows) : NULL;
}

GPtrArray *wish_open_of(Ledger *ledger, const char *account, guint verbs, GError **error)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)wish_free);
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 FROM_WISH "WHERE wish.state = 'open' AND (?1 IS NULL OR account.name = ?1) ORDER BY wish.id", "s",
                 account))
    return NULL;
  while (rows_next(&rows, error)) {
    g_autoptr(Wish) wish = wish_of_row(&rows);
    if (verbs & WISH_BIT(wish->verb)) g_ptr_array_add(list, g_steal_pointer(&wish));
  }
  return rows.failed ? NULL : g_steal_pointer(&list);
}

GPtrArray *wish_open(Ledger *ledger, const char *account, GError **error)
{
  return wish_open_of(ledger, account, ~0u, error);
}

static gboolean finish(Ledger *ledger, gint64 id, gboolean done, const char *result, GError **error)
{
  gint64 now = db_now(), found = 0;
  if (!db_number(ledger, error, &found, "UPDATE wish SET state = ?, result = ?, finished = ? WHERE id = ? RETURNING id",
                 "ssii", state_words[done ? WISH_DONE : WISH_FAILED], result, now, id))
    return FALSE;
  if (found == 0) return missing(id, error);
  return db_run(ledger, error, "DELETE FROM wish WHERE state <> 'open' AND finished < ?", "i", now - KEPT);
}

gboolean wish_finish(Ledger *ledger, gint64 id, gboolean done, const char *result, GError **error)
{
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, finish(ledger, id, done, result, error), error);
}

/* If the owner takes a request back, its end need not be told. */
static gboolean cancel(Ledger *ledger, gint64 id, GError **error)
{
  g_autoptr(Wish) wish = wish_get(ledger, id, error);
  return wish != NULL
         && (wish->state != WISH_OPEN
             || (finish(ledger, id, FALSE, "cancelled", error) && wish_tell(ledger, &id, 1, error)));
}

gboolean wish_cancel(Ledger *ledger, gint64 id, GError **error)
{
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, cancel(ledger, id, error), error);
}

static gboolean cancel_all(Ledger *ledger, const gint64 *ids, guint n, guint *left, GError **error)
{
  for (guint i = 0; i < n; i++) {
    if (ids[i] == 0) continue;
    if (!db_run(ledger, error,
                "UPDATE wish SET state = 'failed', result = 'cancelled', finished = ?1, told = ?1 WHERE id = ?2"
                " AND state = 'open'",
                "ii", db_now(), ids[i]))
      return FALSE;
    if (!db_changed(ledger)) ++*left;
  }
  return TRUE;
}

gboolean wish_cancel_each(Ledger *ledger, const gint64 *ids, guint n, GError **error)
{
  guint left = 0;
  return cancel_all(ledger, ids, n, &left, error);
}

gboolean wish_cancel_many(Ledger *ledger, const gint64 *ids, guint n, guint *left, GError **error)
{
  guint finished = 0;
  if (!db_begin(ledger, error)) return FALSE;
  if (!db_end(ledger, cancel_all(ledger, ids, n, &finished, error), error)) return FALSE;
  *left = finished;
  return TRUE;
}

#define IS_ABANDONED "state = 'open' AND account IN (SELECT id FROM account WHERE NOT configured)"

gboolean wish_abandon(Ledger *ledger, GError **error)
{
  return db_run(ledger, error, "UPDATE wish SET state = 'failed', result = ?, finished = ? WHERE " IS_ABANDONED, "si",
                "Its account is no longer in the configuration.", db_now());
}

gboolean wish_none_abandoned(Ledger *ledger, gboolean *none, GError **error)
{
  gint64 found = 0;
  if (!db_number(ledger, error, &found, "SELECT EXISTS(SELECT 1 FROM wish WHERE " IS_ABANDONED ")", "")) return FALSE;
  *none = found == 0;
  return TRUE;
}

static gboolean intend(Ledger *ledger, gint64 id, const char *quarantine, gboolean *open, GError **error)
{
  g_autoptr(Wish) wish = wish_get(ledger, id, error);
  if (wish == NULL) return FALSE;
  *open = wish->state == WISH_OPEN;
  return !*open || journal_begin_intent(ledger, wish->entry, intent_of(wish->verb), quarantine, error);
}

gboolean wish_intend(Ledger *ledger, gint64 id, const char *quarantine, gboolean *open, GError **error)
{
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, intend(ledger, id, quarantine, open, error), error);
}

gboolean wish_may_remove(Ledger *ledger, gint64 entry, gboolean *may, GError **error)
{
  gint64 found = 0;
  if (!db_number(ledger, error, &found,
                 "SELECT EXISTS(SELECT 1 FROM wish WHERE state = 'open' AND entry = ? AND verb = 'remove')", "i",
                 entry))
    return FALSE;
  *may = found != 0;
  return TRUE;
}

GPtrArray *wish_untold(Ledger *ledger, const char *account, GError **error)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)wish_free);
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 FROM_WISH "WHERE wish.state <> 'open' AND told = 0 AND verb <> 'check'"
                           " AND (?1 IS NULL OR account.name = ?1) ORDER BY wish.id",
                 "s", account))
    return NULL;
  while (rows_next(&rows, error)) g_ptr_array_add(list, wish_of_row(&rows));
  return rows.failed ? NULL : g_steal_pointer(&list);
}

gboolean wish_tell(Ledger *ledger, const gint64 *ids, guint n, GError **error)
{
  gboolean own = !db_in_transaction(ledger), done = TRUE;
  if (n == 0) return TRUE;
  if (own && !db_begin(ledger, error)) return FALSE;
  for (guint i = 0; i < n && done; i++)
    done = db_run(ledger, error, "UPDATE wish SET told = ? WHERE id = ? AND told = 0", "ii", db_now(), ids[i]);
  return own ? db_end(ledger, done, error) : done;
}
