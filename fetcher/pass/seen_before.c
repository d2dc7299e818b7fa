/* seen_before.c - have we had this message before?
 * Owns:     what an earlier entry of the journal means for a message that is found again.
 * Must not: judge; move anything.
 * Fails:    STORE_ERROR, LEDGER_ERROR.
 * Tests:    tests/fetcher/pass/test_seen_before.c, tests/fetcher/pass/test_reconcile.c */
#include "fetcher/pass/seen_before.h"
#include "fetcher/pass/locate.h"
#include "fetcher/pass/pardon.h"
#include "ledger/spare.h"

static gboolean pardon_entry(const Run *run, gint64 id, GError **error)
{
  g_autoptr(Entry) entry = journal_get(run->ledger, id, error);
  if (entry == NULL) return FALSE;
  pardon_note(run, &entry->fingerprint, entry->kind);
  return TRUE;
}

/* The owner has put the message back with a mail program: tells the journal, and marks the message for the owner's
 * other machines. */
static gboolean note_restored(Run *run, gint64 id, const Place *here, GError **error)
{
  g_autoptr(GError) problem = NULL;
  if (!journal_owner_restored(run->ledger, id, here, error) || !pardon_entry(run, id, error)) return FALSE;
  if (run_select(run, here->folder, &problem)
      && run->store->class->mark(run->store, &here->uid, 1, MARK_NOT_BACKSCATTER, &problem))
    return TRUE;
  if (run_can_go_on(problem)) return TRUE;
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

static gboolean is_at(const Entry *entry, const Place *here)
{
  return g_strcmp0(entry->home.folder, here->folder) == 0 && entry->home.validity == here->validity
         && entry->home.uid == here->uid;
}

/* The message's fingerprint is in the journal (entries, newest first). *judge: this is one more copy, which must be
 * judged: all messages that the journal says were moved still lie where they were put, and this is none of them. */
static gboolean known_again(Run *run, const Place *here, Candidate *candidate, const GPtrArray *entries,
                            gboolean *judge, GError **error)
{
  const Entry *newest = entries->pdata[0];
  *judge = FALSE;
  if (newest->state != MOVE_QUARANTINED && newest->state != MOVE_DELETED) return TRUE;
  for (guint i = 0; i < entries->len; i++)
    if (((const Entry *)entries->pdata[i])->exempt) return TRUE;
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = entries->pdata[i];
    guint32 uid = 0;
    if (entry->state != MOVE_QUARANTINED && entry->state != MOVE_DELETED) continue;
    if (!locate_message(run, &entry->away, &entry->fingerprint, entry->id, &uid, error)) return FALSE;
    if (uid == 0) return note_restored(run, entry->id, here, error);
    if (uid == candidate->uid && g_strcmp0(entry->away.folder, here->folder) == 0) return TRUE;
  }
  /* One more copy that carries our keyword: the owner has copied it from quarantine, or another machine will move it.
   * Where no keywords are kept, every further copy is taken for the owner's, up to the cap. */
  *judge = !candidate->marked;
  if (!*judge || (run->store->can & STORE_CAN_MARK)) return TRUE;
  candidate->like = newest->id;
  return spare_may(run->ledger, run->account->name, &candidate->fingerprint, &candidate->spared, error);
}

/* The message is new to this ledger. Did the owner deal with it before, when it had another form, or when there was
 * another ledger? */
static gboolean look_for_like(Run *run, Candidate *candidate, GError **error)
{
  const Report *report = candidate->report;
  gboolean exact = FALSE, like = FALSE, copies = !(run->store->can & STORE_CAN_MARK);
  if (!spare_find(run->ledger, run->account->name, &candidate->fingerprint, report, copies, &candidate->like, error))
    return FALSE;
  candidate->spared = candidate->like != 0;
  if (candidate->spared) return TRUE;
  pardon_look(run, &candidate->fingerprint, report->kind, &exact, &like);
  candidate->spared = exact;
  return exact || !like
         || spare_may(run->ledger, run->account->name, &candidate->fingerprint, &candidate->spared, error);
}

/* One of the owner's machines has restored the message: the journal of this machine must say so, too. */
static gboolean note_release(Run *run, const Place *here, const GPtrArray *entries, GError **error)
{
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = entries->pdata[i];
    if (entry->exempt) return TRUE;
    if (entry->state == MOVE_QUARANTINED || entry->state == MOVE_DELETED)
      return journal_owner_restored(run->ledger, entry->id, here, error);
  }
  return TRUE;
}

static gboolean was_left_alone(const Entry *entry)
{
  return !entry->exempt && (entry->state == MOVE_KEPT || entry->state == MOVE_FAILED);
}

/* Is one of these entries about this very message, and was the message left where it was? Then it is judged again: in a
 * sweep always, else only if a rehearsal was the first to judge it. taken: ids of entries that belong to other messages
 * of the batch. */
static gboolean take_prior(Run *run, const Place *here, Candidate *candidate, const GPtrArray *entries,
                           GHashTable *taken, GError **error)
{
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = entries->pdata[i];
    guint32 uid = 0;
    gboolean same = is_at(entry, here);
    if (!was_left_alone(entry) || g_hash_table_contains(taken, &entry->id)) continue;
    if (!run->sweep.again && (!same || entry->verdict == VERDICT_GENUINE)) continue;
    if (!same && !locate_message(run, &entry->home, &entry->fingerprint, entry->id, &uid, error)) return FALSE;
    if (!same && uid != 0) continue; /* that is another copy */
    candidate->prior = entry->id;
    candidate->due = entry->due;
    g_hash_table_add(taken, &candidate->prior);
    return TRUE;
  }
  return TRUE;
}

gboolean seen_before(Run *run, const Place *here, Candidate *candidate, GHashTable *taken, gboolean *judge,
                     GError **error)
{
  *judge = candidate->prior != 0;
  if (*judge || candidate->report->kind == REPORT_NONE) return TRUE;
  g_autoptr(GPtrArray) known = journal_find(run->ledger, run->account->name, &candidate->fingerprint, error);
  if (known == NULL) return FALSE;
  *judge = known->len == 0 && !candidate->released;
  if (known->len == 0) return candidate->released || look_for_like(run, candidate, error);
  if (candidate->released) return note_release(run, here, known, error);
  if (!take_prior(run, here, candidate, known, taken, error)) return FALSE;
  *judge = candidate->prior != 0;
  return *judge || known_again(run, here, candidate, known, judge, error);
}
