/* journal.c - durable record of what was judged, and of every move.
 * Owns:     tables entry and evidence: writing them.
 * Must not: talk to servers, parse mail; decide a verdict.
 * Fails:    LEDGER_ERROR; no half-written row survives.
 * Tests:    tests/ledger/test_journal.c, tests/ledger/test_again.c */
#include "ledger/journal.h"
#include "ledger/kept.h"
#include "ledger/private.h"

static char *join(const GPtrArray *list)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < list->len; i++)
    g_string_append_printf(text, "%s%s", i > 0 ? "\n" : "", (const char *)g_ptr_array_index(list, i));
  return g_string_free(g_steal_pointer(&text), FALSE);
}

/* An entry recorded from this very place before: its id and state. */
static gboolean find_recorded(Ledger *ledger, gint64 account, Entry *entry, GError **error)
{
  if (entry->home.uid == 0) return TRUE;
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT id, state FROM entry WHERE home_uid = ? AND home_uid > 0 AND home_validity = ? AND account = "
                 "? AND home_folder = ?"
                 " ORDER BY id DESC LIMIT 1",
                 "uuis", entry->home.uid, entry->home.validity, account, entry->home.folder))
    return FALSE;
  if (rows_next(&rows, error)) {
    entry->id = row_int(&rows, 0);
    entry->state = move_state_parse(row_text(&rows, 1));
  }
  return !rows.failed;
}

static gboolean check_open(Ledger *ledger, gint64 id, GError **error)
{
  g_autoptr(Entry) old = journal_get(ledger, id, error);
  if (old == NULL) return FALSE;
  if (old->state == MOVE_WAITING || old->state == MOVE_KEPT || old->state == MOVE_FAILED) return TRUE;
  g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_REFUSED,
              "Message %" G_GINT64_FORMAT " cannot be judged again: it is %s.", id, move_state_name(old->state));
  return FALSE;
}

/* The value for column matched_by: NULL if nothing counts the entry. */
static const char *matched_by(const Entry *entry)
{
  return entry->matched_by != MATCH_NONE ? match_name(entry->matched_by) : NULL;
}

/* The value for column reason: why a message is kept. The reason of an earlier state ends with that state. */
static const char *kept_because(const Entry *entry) { return entry->state == MOVE_KEPT ? entry->reason : NULL; }

/* The columns that a judgement sets; the others change with moves only. An exempt entry stays exempt. */
static gboolean write_over(Ledger *ledger, const Entry *entry, GError **error)
{
  g_autofree char *recipients = join(entry->recipients);
  gint64 now = db_now();
  return db_run(ledger, error,
                "UPDATE entry SET arrived = ?, judged = ?, kind = ?, verdict = ?, reporter = ?, status = ?, diagnostic "
                "= ?, recipients = ?,"
                " original_id = ?, original_from = ?, original_to = ?, original_subject = ?, original_date = ?, "
                "decided = ?, state = ?,"
                " home_folder = ?, home_validity = ?, home_uid = ?, away_folder = ?, away_validity = ?, away_uid = ?,"
                " exempt = max(exempt, ?), due = ?, changed = ?, matched = nullif(?, 0), matched_by = ?, reason = ?, "
                "claimed = ?, braked = ? WHERE id = ?",
                "iissssssssssiussuusuudiiissddi", entry->arrived, entry->judged != 0 ? entry->judged : now,
                report_kind_name(entry->kind), verdict_name(entry->verdict), entry->reporter, entry->status,
                entry->diagnostic, recipients, entry->original_id, entry->original_from, entry->original_to,
                entry->original_subject, entry->original_date, entry->decided, move_state_name(entry->state),
                entry->home.folder, entry->home.validity, entry->home.uid, entry->away.folder, entry->away.validity,
                entry->away.uid, entry->exempt, entry->due, now, entry->matched, matched_by(entry), kept_because(entry),
                entry->claimed, entry->braked, entry->id);
}

static gboolean new_row(Ledger *ledger, gint64 account, Entry *entry, GError **error)
{
  g_autofree char *recipients = join(entry->recipients);
  const Fingerprint *fingerprint = &entry->fingerprint;
  gint64 now = db_now();
  if (!db_run(ledger, error,
              "INSERT INTO entry(arrived, judged, kind, verdict, reporter, status, diagnostic, recipients,"
              " original_id, original_from, original_to, original_subject, original_date, decided, state,"
              " home_folder, home_validity, home_uid, away_folder, away_validity, away_uid,"
              " exempt, due, changed, matched, matched_by, reason, claimed, braked, account, message_id, size, digest)"
              " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, 0), ?, ?,"
              " ?, ?, ?, ?, ?, ?)",
              "iissssssssssiussuusuudiiissddisib", entry->arrived, entry->judged != 0 ? entry->judged : now,
              report_kind_name(entry->kind), verdict_name(entry->verdict), entry->reporter, entry->status,
              entry->diagnostic, recipients, entry->original_id, entry->original_from, entry->original_to,
              entry->original_subject, entry->original_date, entry->decided, move_state_name(entry->state),
              entry->home.folder, entry->home.validity, entry->home.uid, entry->away.folder, entry->away.validity,
              entry->away.uid, entry->exempt, entry->due, now, entry->matched, matched_by(entry), kept_because(entry),
              entry->claimed, entry->braked, account, fingerprint->message_id != NULL ? fingerprint->message_id : "",
              (gint64)fingerprint->size, fingerprint->digest, sizeof fingerprint->digest))
    return FALSE;
  entry->id = db_new_id(ledger);
  return TRUE;
}

static gboolean write_evidence(Ledger *ledger, const Entry *entry, GError **error)
{
  g_auto(Rows) rows = { 0 };
  gboolean ok = rows_open(&rows, ledger, error,
                          "INSERT INTO evidence(entry, line, side, code, text, args) VALUES(?, ?, ?, ?, ?, ?)", "");
  for (guint i = 0; i < entry->evidence->len && ok; i++) {
    const Evidence *line = g_ptr_array_index(entry->evidence, i);
    g_autofree char *args = line->text == NULL ? g_strjoinv(ARGUMENTS_APART, line->args) : NULL;
    ok = rows_run(&rows, error, "iudsss", entry->id, i, (int)line->side, line->code,
                  line->text != NULL ? line->text : "", args);
  }
  return ok;
}

static gboolean drop_evidence(Ledger *ledger, gint64 id, GError **error)
{
  return db_run(ledger, error, "DELETE FROM evidence WHERE entry = ?", "i", id);
}

static gboolean record_one(Ledger *ledger, gint64 account, Entry *entry, GError **error)
{
  gboolean again = entry->id != 0;
  if (again ? !check_open(ledger, entry->id, error) : !find_recorded(ledger, account, entry, error)) return FALSE;
  if (!again && entry->id != 0) return TRUE;
  if (!again)
    return new_row(ledger, account, entry, error) && write_evidence(ledger, entry, error)
           && kept_write(ledger, entry, entry->kept, error)
           && (entry->unlisted == NULL || unlisted_note(ledger, entry->unlisted, error));
  return write_over(ledger, entry, error) && drop_evidence(ledger, entry->id, error)
         && write_evidence(ledger, entry, error) && kept_forget(ledger, entry, error)
         && kept_write(ledger, entry, entry->kept, error);
}

static gboolean record_all(Ledger *ledger, GPtrArray *entries, const char *account, const char *folder,
                           const FolderMark *mark, GError **error)
{
  gint64 owner = account_id(ledger, account, error);
  if (owner < 0) return FALSE;
  for (guint i = 0; i < entries->len; i++)
    if (!record_one(ledger, owner, g_ptr_array_index(entries, i), error)) return FALSE;
  if (mark == NULL) return TRUE;
  gint64 id = folder_id(ledger, account, folder, FOLDER_ROLE_WATCHED, error);
  return id >= 0 && folder_mark_write(ledger, id, mark, error);
}

gboolean journal_record(Ledger *ledger, GPtrArray *entries, const char *account, const char *folder,
                        const FolderMark *mark, GError **error)
{
  g_autofree gint64 *ids = g_new0(gint64, MAX(entries->len, 1));
  for (guint i = 0; i < entries->len; i++) ids[i] = ((Entry *)g_ptr_array_index(entries, i))->id;
  if (!db_begin(ledger, error)) return FALSE;
  if (db_end(ledger, record_all(ledger, entries, account, folder, mark, error), error)) return TRUE;
  /* After a rollback the entries have no id. */
  for (guint i = 0; i < entries->len; i++) ((Entry *)g_ptr_array_index(entries, i))->id = ids[i];
  return FALSE;
}

/* One transition: state, the place that goes with it, and the time it was reached. */
static gboolean set_state(Ledger *ledger, const Entry *entry, MoveState state, GError **error)
{
  gint64 now = db_now();
  return db_run(
      ledger, error,
      "UPDATE entry SET state = ?1, changed = ?2, reason = ?3, exempt = ?4, home_folder = ?5, home_validity = ?6, "
      "home_uid = ?7,"
      " away_folder = ?8, away_validity = ?9, away_uid = ?10, quarantined = iif(?1 = 'quarantined', ?2, quarantined),"
      " restored = iif(?1 = 'restored', ?2, restored), deleted = iif(?1 = 'deleted', ?2, deleted) WHERE id = ?11",
      "sisdsuusuui", move_state_name(state), now, entry->reason, entry->exempt, entry->home.folder,
      entry->home.validity, entry->home.uid, entry->away.folder, entry->away.validity, entry->away.uid, entry->id);
}

/* If one copy of a message is exempt, all identical copies are: none of these copies is judged again. */
static gboolean exempt_copies(Ledger *ledger, const Entry *entry, GError **error)
{
  const Fingerprint *fingerprint = &entry->fingerprint;
  return db_run(ledger, error,
                "UPDATE entry SET exempt = 1, state = iif(state = 'waiting', 'kept', state), due = 0 WHERE digest = ? "
                "AND size = ? AND message_id = ?"
                " AND account = (SELECT account FROM entry WHERE id = ?)",
                "bisi", fingerprint->digest, sizeof fingerprint->digest, (gint64)fingerprint->size,
                fingerprint->message_id, entry->id);
}

gboolean journal_begin_intent(Ledger *ledger, gint64 id, MoveState intent, const char *quarantine, GError **error)
{
  g_autoptr(Entry) entry = journal_get(ledger, id, error);
  if (entry == NULL) return FALSE;
  g_autofree char *refusal = entry_refusal(entry, intent);
  if (refusal != NULL) {
    g_set_error_literal(error, LEDGER_ERROR, LEDGER_ERROR_REFUSED, refusal);
    return FALSE;
  }
  g_clear_pointer(&entry->reason, g_free);
  if (intent == MOVE_Q_INTENT) {
    place_set(&entry->away, quarantine, 0, 0);
    entry->exempt = FALSE;
  }
  return set_state(ledger, entry, intent, error) && (intent != MOVE_R_INTENT || exempt_copies(ledger, entry, error));
}

gboolean journal_intend(Ledger *ledger, gint64 id, MoveState intent, GError **error)
{
  g_return_val_if_fail(intent == MOVE_R_INTENT || intent == MOVE_D_INTENT, FALSE);
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, journal_begin_intent(ledger, id, intent, NULL, error), error);
}

/* By far the most confirmations are of this kind, so they are made in one step. *done stays FALSE for an entry in
 * another state. */
static gboolean confirm_quarantine(Ledger *ledger, gint64 id, const Place *where, gboolean *done, GError **error)
{
  static const Place nowhere = { 0 };
  if (where == NULL) where = &nowhere;
  if (!db_run(ledger, error,
              "UPDATE entry SET state = 'quarantined', changed = ?1, quarantined = ?1, away_folder = ?2,"
              " away_validity = ?3, away_uid = ?4 WHERE id = ?5 AND state = 'q_intent'",
              "isuui", db_now(), where->folder, where->validity, where->uid, id))
    return FALSE;
  *done = db_changed(ledger);
  return TRUE;
}

static gboolean confirm(Ledger *ledger, gint64 id, const Place *where, GError **error)
{
  static const MoveState reached[MOVE_N] = { [MOVE_R_INTENT] = MOVE_RESTORED, [MOVE_D_INTENT] = MOVE_DELETED };
  gboolean done = FALSE;
  if (!confirm_quarantine(ledger, id, where, &done, error)) return FALSE;
  if (done) return TRUE;
  g_autoptr(Entry) entry = journal_get(ledger, id, error);
  if (entry == NULL) return FALSE;
  MoveState next = reached[entry->state];
  if (next == MOVE_KEPT) {
    g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_REFUSED, "Message %" G_GINT64_FORMAT " is not being moved: it is %s.",
                id, move_state_name(entry->state));
    return FALSE;
  }
  if (next == MOVE_RESTORED) place_set(&entry->away, NULL, 0, 0);
  Place *place = next == MOVE_RESTORED ? &entry->home : &entry->away;
  if (where != NULL)
    place_set(place, where->folder, where->validity, where->uid);
  else
    place_set(place, NULL, 0, 0);
  return set_state(ledger, entry, next, error);
}

gboolean journal_confirm(Ledger *ledger, gint64 id, const Place *where, GError **error)
{
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, confirm(ledger, id, where, error), error);
}

gboolean journal_confirm_many(Ledger *ledger, const Confirmation *confirmations, guint n, GError **error)
{
  if (!db_begin(ledger, error)) return FALSE;
  gboolean ok = TRUE;
  for (guint i = 0; i < n && ok; i++) {
    const Place *where = &confirmations[i].where;
    ok = confirm(ledger, confirmations[i].id, where->folder != NULL ? where : NULL, error);
  }
  return db_end(ledger, ok, error);
}

gboolean journal_copied(Ledger *ledger, const Confirmation *copies, guint n, GError **error)
{
  if (!db_begin(ledger, error)) return FALSE;
  gboolean ok = TRUE;
  for (guint i = 0; i < n && ok; i++)
    ok = db_change(
        ledger, error, "There is no such message on its way into quarantine.",
        "UPDATE entry SET away_folder = ?, away_validity = ?, away_uid = ? WHERE id = ? AND state = 'q_intent'", "suui",
        copies[i].where.folder, copies[i].where.validity, copies[i].where.uid, copies[i].id);
  return db_end(ledger, ok, error);
}

/* The entry, if the entry is in this state; else LEDGER_ERROR_REFUSED, and the error says what the entry is not. */
static Entry *get_in_state(Ledger *ledger, gint64 id, MoveState state, const char * not, GError **error)
{
  g_autoptr(Entry) entry = journal_get(ledger, id, error);
  if (entry == NULL || entry->state == state) return g_steal_pointer(&entry);
  g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_REFUSED, "Message %" G_GINT64_FORMAT " is not %s: it is %s.", id, not,
              move_state_name(entry->state));
  return NULL;
}

static gboolean yield(Ledger *ledger, gint64 id, gint64 due, const char *reason, GError **error)
{
  g_autoptr(Entry) entry = get_in_state(ledger, id, MOVE_Q_INTENT, "on its way into quarantine", error);
  if (entry == NULL) return FALSE;
  place_set(&entry->away, NULL, 0, 0);
  g_free(entry->reason);
  entry->reason = g_strdup(reason);
  return set_state(ledger, entry, MOVE_KEPT, error)
         && db_run(ledger, error, "UPDATE entry SET due = ?, claimed = ? WHERE id = ?", "idi", due,
                   reason != NULL && due > 0, id);
}

gboolean journal_yield(Ledger *ledger, gint64 id, gint64 due, GError **error)
{
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, yield(ledger, id, due, NULL, error), error);
}

gboolean journal_put_off(Ledger *ledger, gint64 id, gint64 due, const char *reason, GError **error)
{
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, yield(ledger, id, due, reason, error), error);
}

static gboolean owner_removed(Ledger *ledger, gint64 id, const char *reason, GError **error)
{
  g_autoptr(Entry) entry = get_in_state(ledger, id, MOVE_QUARANTINED, "in quarantine", error);
  if (entry == NULL) return FALSE;
  place_set(&entry->away, NULL, 0, 0);
  g_free(entry->reason);
  entry->reason = g_strdup(reason);
  return set_state(ledger, entry, MOVE_DELETED, error);
}

gboolean journal_owner_removed(Ledger *ledger, gint64 id, const char *reason, GError **error)
{
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, owner_removed(ledger, id, reason, error), error);
}

static gboolean fail(Ledger *ledger, gint64 id, const char *reason, GError **error)
{
  g_autoptr(Entry) entry = journal_get(ledger, id, error);
  if (entry == NULL) return FALSE;
  g_free(entry->reason);
  entry->reason = g_strdup(reason);
  if (entry->state == MOVE_Q_INTENT)
    place_set(&entry->away, NULL, 0, 0); /* the place that the message was to go to is not the place where it is */
  return set_state(ledger, entry, MOVE_FAILED, error);
}

gboolean journal_fail(Ledger *ledger, gint64 id, const char *reason, GError **error)
{
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, fail(ledger, id, reason, error), error);
}

static gboolean owner_restored(Ledger *ledger, gint64 id, const Place *where, GError **error)
{
  g_autoptr(Entry) entry = journal_get(ledger, id, error);
  if (entry == NULL) return FALSE;
  if (where != NULL) place_set(&entry->home, where->folder, where->validity, where->uid);
  place_set(&entry->away, NULL, 0, 0);
  g_clear_pointer(&entry->reason, g_free);
  return set_state(ledger, entry, MOVE_RESTORED, error) && exempt_copies(ledger, entry, error);
}

gboolean journal_owner_restored(Ledger *ledger, gint64 id, const Place *where, GError **error)
{
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, owner_restored(ledger, id, where, error), error);
}

/* Which entry to adopt, in this order: the entry that lies at this very place already (*lies TRUE); the failed entry
 * that was believed to lie there; the newest entry that is still free. 0: there is no such entry. */
static gboolean find_adoptable(Ledger *ledger, gint64 account, const Entry *entry, gint64 *id, gboolean *lies,
                               GError **error)
{
  const Fingerprint *fingerprint = &entry->fingerprint;
  const Place *away = &entry->away;
  if (!db_number(ledger, error, id,
                 "SELECT id FROM entry WHERE account = ? AND state = 'quarantined' AND away_folder = ?"
                 " AND away_validity = ? AND away_uid = ? AND away_uid > 0",
                 "isuu", account, away->folder, away->validity, away->uid))
    return FALSE;
  *lies = *id != 0;
  return *lies
         || db_number(ledger, error, id,
                      "SELECT id FROM entry WHERE digest = ? AND size = ? AND message_id = ? AND account = ?"
                      " AND state IN ('kept', 'waiting', 'failed') ORDER BY away_uid > 0 AND"
                      " (away_folder, away_validity, away_uid) IS (?, ?, ?) DESC, id DESC LIMIT 1",
                      "bisisuu", fingerprint->digest, sizeof fingerprint->digest, (gint64)fingerprint->size,
                      fingerprint->message_id != NULL ? fingerprint->message_id : "", account, away->folder,
                      away->validity, away->uid);
}

/* May the entry that the caller names become the adopted one? */
static gboolean check_adoptable(const Entry *old, const Entry *entry, GError **error)
{
  static const gboolean may[MOVE_N] = {
    [MOVE_KEPT] = TRUE, [MOVE_WAITING] = TRUE, [MOVE_FAILED] = TRUE, [MOVE_QUARANTINED] = TRUE
  };
  if (may[old->state] && g_str_equal(old->account, entry->account)
      && fingerprint_equal(&old->fingerprint, &entry->fingerprint))
    return TRUE;
  g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_REFUSED,
              "What was found in quarantine is not message %" G_GINT64_FORMAT ", which is %s.", old->id,
              move_state_name(old->state));
  return FALSE;
}

/* An old entry keeps the place and the time that its message came from. */
static gboolean adopt_old(Ledger *ledger, const Entry *entry, gint64 id, GError **error)
{
  g_autoptr(Entry) old = journal_get(ledger, id, error);
  if (old == NULL || !check_adoptable(old, entry, error)) return FALSE;
  Entry adopted = *entry;
  adopted.id = id;
  adopted.home = old->home;
  adopted.arrived = old->arrived;
  return write_over(ledger, &adopted, error) && drop_evidence(ledger, id, error)
         && write_evidence(ledger, &adopted, error) && kept_forget(ledger, &adopted, error)
         && kept_write(ledger, &adopted, entry->kept, error)
         && (old->state == MOVE_QUARANTINED
             || db_run(ledger, error, "UPDATE entry SET quarantined = ? WHERE id = ?", "ii", db_now(), id));
}

static gboolean adopt_new(Ledger *ledger, gint64 account, Entry *entry, GError **error)
{
  return new_row(ledger, account, entry, error) && write_evidence(ledger, entry, error)
         && kept_write(ledger, entry, entry->kept, error)
         && db_run(ledger, error, "UPDATE entry SET quarantined = ? WHERE id = ?", "ii", db_now(), entry->id);
}

static gboolean adopt(Ledger *ledger, Entry *entry, gint64 *id, GError **error)
{
  gboolean lies = FALSE;
  gint64 owner = account_id(ledger, entry->account, error);
  if (owner < 0 || (*id == 0 && !find_adoptable(ledger, owner, entry, id, &lies, error))) return FALSE;
  if (lies) return TRUE;
  if (*id != 0) return adopt_old(ledger, entry, *id, error);
  if (!adopt_new(ledger, owner, entry, error)) return FALSE;
  *id = entry->id;
  return TRUE;
}

gboolean journal_adopt(Ledger *ledger, Entry *entry, GError **error)
{
  gint64 before = entry->id, id = before;
  g_return_val_if_fail(entry->state == MOVE_QUARANTINED && entry->away.folder != NULL, FALSE);
  if (!db_begin(ledger, error)) return FALSE;
  gboolean ok = db_end(ledger, adopt(ledger, entry, &id, error), error);
  entry->id = ok ? id : before;
  return ok;
}

gboolean journal_judge_again(Ledger *ledger, const Entry *entry, GError **error)
{
  return db_run(ledger, error,
                "UPDATE entry SET verdict = ?, decided = ?, matched = nullif(?, 0), matched_by = ? WHERE id = ?",
                "suisi", verdict_name(entry->verdict), entry->decided, entry->matched, matched_by(entry), entry->id)
         && drop_evidence(ledger, entry->id, error) && write_evidence(ledger, entry, error);
}
