/* settle.c - carries out intents, and finishes those that were interrupted
 * Owns:     what to do for each intent, by where the message is seen.
 * Must not: judge; assume anything that it can ask the server.
 * Fails:    STORE_ERROR (LINK and worse), LEDGER_ERROR; the intent stays, and the next connection settles it.
 * Tests:    tests/fetcher/pass/test_settle.c, tests/e2e/test_kill.py */
#include "fetcher/pass/settle.h"
#include "fetcher/pass/carry.h"
#include "fetcher/pass/locate.h"
#include "fetcher/pass/pardon.h"
#include "fetcher/pass/prized.h"
#include "fetcher/pass/rivals.h"
#include "ledger/wish.h"

/* Where a quarantined message is. If the folder of the entry does not exist any more, the message is looked for in the
 * quarantine of now: the data folder has moved, or the owner has renamed the quarantine. */
static Place away_of(const Run *run, const Entry *entry)
{
  gboolean known =
      entry->away.folder == NULL || run->folders.quarantine == NULL || run_has_folder(run, entry->away.folder);
  return known ? entry->away : (Place){ .folder = run->folders.quarantine };
}

static Trip trip_of(const Run *run, const Entry *entry)
{
  switch (entry->state) {
  case MOVE_R_INTENT:
    return (Trip){ .from = away_of(run, entry),
                   .to = run->store->returns_to != NULL ? run->store->returns_to : entry->home.folder,
                   .marked = TRUE,
                   .mark = MARK_NOT_BACKSCATTER };
  case MOVE_D_INTENT:
    return (Trip){ .from = away_of(run, entry), .to = run->folders.trash, .removes = run->folders.trash == NULL };
  default: return (Trip){ .from = entry->home, .to = entry->away.folder, .marked = TRUE, .mark = MARK_BACKSCATTER };
  }
}

/* What leaves the quarantine leaves it because the owner asked: a message whose bytes the server changed counts as
 * well, unless it would be removed for good. */
static gboolean may_have_changed(const Entry *entry, const Trip *trip)
{
  return entry->state != MOVE_Q_INTENT && !trip->removes;
}

/* *uid: where the message lies at the start of its trip; 0: not there. */
static gboolean locate_start(Run *run, const Entry *entry, const Trip *trip, guint32 *uid, GError **error)
{
  return may_have_changed(entry, trip) ? locate_by_id(run, &trip->from, &entry->fingerprint, entry->id, uid, error)
                                       : locate_message(run, &trip->from, &entry->fingerprint, entry->id, uid, error);
}

static gboolean confirm(Run *run, const Entry *entry, const char *folder, guint32 uid, GError **error)
{
  if (entry->state == MOVE_Q_INTENT) run->pass.moved++;
  if (folder == NULL || uid == 0) {
    Place unknown = { .folder = (char *)folder };
    return journal_confirm(run->ledger, entry->id, folder != NULL ? &unknown : NULL, error);
  }
  if (!run_select(run, folder, error)) return FALSE; /* for its UIDVALIDITY */
  Place where = { .folder = (char *)folder, .validity = run->open.status.validity, .uid = uid };
  return journal_confirm(run->ledger, entry->id, &where, error);
}

/* A move into quarantine while another machine may be moving the same message. That machine may win. */
static gboolean carry_beside_rivals(Run *run, const Entry *entry, guint32 uid, GError **error)
{
  g_autoptr(GPtrArray) moving = g_ptr_array_new();
  g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(UidPair));
  Entry moved = *entry; /* borrowed from it */
  moved.home.uid = uid;
  g_ptr_array_add(moving, &moved);
  if (!run->store->class->mark(run->store, &uid, 1, MARK_BACKSCATTER, error) || !rivals_move(run, moving, pairs, error))
    return FALSE;
  if (moving->len == 0) return TRUE;
  if (pairs->len > 0) return confirm(run, entry, run->folders.quarantine, g_array_index(pairs, UidPair, 0).to, error);
  return carry_was_gone(error);
}

/* If the message is there but cannot be read now, nothing was refused: the move into quarantine waits for a later
 * pass. */
static gboolean may_wait(gboolean in, GError **unread, GError **error)
{
  if (in && g_error_matches(*unread, STORE_ERROR, STORE_ERROR_MESSAGE)) return TRUE;
  g_propagate_error(error, g_steal_pointer(unread));
  return FALSE;
}

/* *may: nothing is removed for good but what the owner asks to remove, and has not asked for something else since. */
static gboolean may_remove(Run *run, const Entry *entry, const Trip *trip, gboolean *may, GError **error)
{
  *may = TRUE;
  return !trip->removes || wish_may_remove(run->ledger, entry->id, may, error);
}

/* Does an entry lie in the trash, so that its intent is to come back from there? */
static gboolean was_deleted(const Run *run, const Entry *entry)
{
  return entry->state == MOVE_R_INTENT && run->folders.trash != NULL
         && g_strcmp0(entry->away.folder, run->folders.trash) == 0;
}

/* Always FALSE, with the reason why the server refused the move before. */
static gboolean refuse_as_before(const Run *run, GError **error)
{
  if (error != NULL) *error = g_error_copy(run->settle.put_off);
  return FALSE;
}

static gboolean settle_by_looking(Run *run, const Entry *entry, gboolean resumed, GError **error)
{
  Trip trip = trip_of(run, entry);
  gboolean in = entry->state == MOVE_Q_INTENT;
  Place goal = in && entry->away.uid != 0 ? entry->away : (Place){ .folder = (char *)trip.to };
  g_autoptr(GError) unread = NULL;
  guint32 there = 0, here = 0, where = 0;
  gboolean prized = FALSE;
  if (trip.to == NULL && !trip.removes)
    return journal_fail(run->ledger, entry->id, "the journal does not say where it was to go", error);
  if (entry->state == MOVE_D_INTENT && g_strcmp0(trip.from.folder, trip.to) == 0)
    return journal_confirm(run->ledger, entry->id, &trip.from, error); /* it lies in the trash already */
  if (resumed && !locate_message(run, &goal, &entry->fingerprint, entry->id, &there, error)) return FALSE;
  if (in && there != 0 && rivals_possible(run->store) && !rivals_tidy(run, entry, there, error)) return FALSE;
  if (!locate_start(run, entry, &trip, &here, &unread)) return may_wait(in, &unread, error);
  if (here == 0 && in && run->settle.leaving && (run->store->can & STORE_REMOVES_LATE))
    return TRUE; /* see settle_leaving() */
  /* A move in one step was either made or not. The message is here, so the one at the goal is another copy. */
  if (here != 0 && (run->store->can & STORE_MOVES_AT_ONCE)) there = 0;
  if (here != 0 && in && !prized_is(run, here, &prized, error)) return FALSE;
  if (prized) return prized_leave(run, entry, trip.to, there, error);
  if (here != 0 && there == 0 && in && run->config->observe)
    return journal_put_off(run->ledger, entry->id, run_now(), TRUE,
                           "it was to be moved, but now nothing is (mode = observe, or a pause)", error);
  if (here != 0 && there == 0 && in && run->settle.busy) return refuse_as_before(run, error);
  if (here != 0 && there == 0 && in && rivals_possible(run->store) && g_strcmp0(trip.to, run->folders.quarantine) == 0)
    return carry_beside_rivals(run, entry, here, error);
  gboolean may = TRUE;
  if (here != 0 && there == 0 && !may_remove(run, entry, &trip, &may, error)) return FALSE;
  if (!may) return journal_not_deleted(run->ledger, entry->id, "this mailbox has no trash", error);
  if (here != 0 && entry->state == MOVE_R_INTENT) pardon_note(run, &entry->fingerprint, entry->kind);
  if (here != 0 && (run->store->can & STORE_REMOVES_LATE)) return carry_late(run, entry, trip.to, here, there, error);
  if (here != 0) {
    if (!carry_one(run, &trip, here, there, &where, error)) return FALSE;
    return confirm(run, entry, trip.to, where, error);
  }
  if (there == 0 && resumed && may_have_changed(entry, &trip)
      && !locate_by_id(run, &goal, &entry->fingerprint, entry->id, &there, error))
    return FALSE;
  if (there != 0 || (resumed && entry->state == MOVE_D_INTENT))
    return confirm(run, entry, there != 0 ? trip.to : NULL, there, error);
  if (was_deleted(run, entry))
    return journal_stays_deleted(run->ledger, entry->id, FALSE, "the message is no longer in the trash", error);
  return journal_fail(
      run->ledger, entry->id,
      "the message is no longer where it was; another program or another machine has moved or deleted it", error);
}

static gboolean is_for_now(const Run *run, const GError *refusal)
{
  return g_error_matches(refusal, STORE_ERROR, STORE_ERROR_LATER) || (run->store->can & STORE_REFUSES_FOR_NOW) != 0;
}

/* The pass ends with the first such reason (pass.c), so that the next pass comes soon. */
static void note_refusal(Run *run, const GError *refusal)
{
  if (run->settle.put_off == NULL) run->settle.put_off = g_error_copy(refusal);
}

/* A server that is busy is not asked to move anything else now. */
static void note_later(Run *run, const GError *problem)
{
  if (!g_error_matches(problem, STORE_ERROR, STORE_ERROR_LATER)) return;
  note_refusal(run, problem);
  run->settle.busy = TRUE;
}

/* *half: a copy is, or may be, at the goal already: keep the intent, which tells what is left to do. */
static gboolean is_half_done(Run *run, const Entry *entry, const GError *refusal, gboolean *half, GError **error)
{
  g_autoptr(GError) problem = NULL;
  Place goal = { .folder = entry->away.folder };
  guint32 there = 0;
  *half = FALSE;
  if (!is_for_now(run, refusal) || (run->store->can & STORE_MOVES_AT_ONCE)) return TRUE;
  *half = !locate_message(run, &goal, &entry->fingerprint, entry->id, &there, &problem) || there != 0;
  if (problem == NULL || run_can_go_on(problem)) return TRUE;
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

/* *failed: the move was refused and not made. A move into quarantine has not been made if the message is still seen
 * where it was. After any other move the message is in quarantine, where the owner can find it. */
static gboolean has_failed(Run *run, const Entry *entry, const GError *refusal, gboolean *failed, GError **error)
{
  g_autoptr(GError) problem = NULL;
  guint32 uid = 0;
  gboolean half = FALSE;
  *failed = TRUE;
  if (entry->state != MOVE_Q_INTENT) return TRUE;
  if (!locate_message(run, &entry->home, &entry->fingerprint, entry->id, &uid, &problem) && !run_can_go_on(problem)) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  *failed = uid != 0;
  if (!*failed) return TRUE;
  if (!is_half_done(run, entry, refusal, &half, error)) return FALSE;
  if (half) note_refusal(run, refusal);
  run->settle.half = run->settle.half || half;
  *failed = !half;
  return TRUE;
}

/* If the store refuses only for now, try again: an intent of the owner's stays open. If something is wrong with one
 * message, that will hardly change. */
static gboolean give_up(Run *run, const Entry *entry, const GError *refusal, GError **error)
{
  if (entry->state != MOVE_Q_INTENT && g_error_matches(refusal, STORE_ERROR, STORE_ERROR_LATER)) return TRUE;
  if (was_deleted(run, entry)) return journal_stays_deleted(run->ledger, entry->id, TRUE, refusal->message, error);
  if (entry->state != MOVE_Q_INTENT || !is_for_now(run, refusal)
      || g_error_matches(refusal, STORE_ERROR, STORE_ERROR_MESSAGE))
    return journal_fail(run->ledger, entry->id, refusal->message, error);
  note_refusal(run, refusal);
  return journal_put_off(run->ledger, entry->id, run_now(), TRUE, refusal->message, error);
}

gboolean settle_one(Run *run, const Entry *entry, gboolean resumed, GError **error)
{
  g_autoptr(GError) problem = NULL;
  gboolean failed = FALSE;
  if (settle_by_looking(run, entry, resumed, &problem)) return TRUE;
  if (run_can_go_on(problem)) {
    note_later(run, problem);
    if (!has_failed(run, entry, problem, &failed, error)) return FALSE;
    return !failed || give_up(run, entry, problem, error);
  }
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

/* Settles first the messages that have left their start, so that the journal knows their copies. Else a twin (the same
 * message, delivered twice) that has not moved yet would take such a copy for its own, and would be removed. */
static gboolean settle_list(Run *run, GPtrArray *entries, GError **error)
{
  g_autoptr(GPtrArray) there = g_ptr_array_new();
  for (guint i = 0; i < entries->len; i++) {
    Entry *entry = entries->pdata[i];
    Trip trip = trip_of(run, entry);
    g_autoptr(GError) problem = NULL;
    guint32 uid = 0;
    if (!run_tick(run, error)) return FALSE;
    if (!locate_start(run, entry, &trip, &uid, &problem) && !run_can_go_on(problem)) {
      g_propagate_error(error, g_steal_pointer(&problem));
      return FALSE;
    }
    if (uid != 0)
      g_ptr_array_add(there, entry);
    else if (!settle_one(run, entry, TRUE, error))
      return FALSE;
  }
  for (guint i = 0; i < there->len; i++)
    if (!run_tick(run, error) || !settle_one(run, there->pdata[i], TRUE, error)) return FALSE;
  return TRUE;
}

/* Confirms the moves that pairs tell of; looks for the other messages one by one. */
static gboolean confirm_batch(Run *run, GPtrArray *moving, GArray *pairs, GError **error)
{
  g_autoptr(GHashTable) moved = g_hash_table_new(NULL, NULL);
  g_autoptr(GArray) sure = g_array_new(FALSE, TRUE, sizeof(Confirmation));
  g_autoptr(GPtrArray) doubtful = g_ptr_array_new();
  for (guint i = 0; i < pairs->len; i++) {
    const UidPair *pair = &g_array_index(pairs, UidPair, i);
    g_hash_table_insert(moved, GUINT_TO_POINTER(pair->from), GUINT_TO_POINTER(pair->to));
  }
  for (guint i = 0; i < moving->len; i++) {
    Entry *entry = moving->pdata[i];
    guint32 to = GPOINTER_TO_UINT(g_hash_table_lookup(moved, GUINT_TO_POINTER(entry->home.uid)));
    Confirmation confirmation = { .id = entry->id,
                                  .where = { run->folders.quarantine, run->folders.quarantine_validity, to } };
    if (to != 0)
      g_array_append_val(sure, confirmation);
    else
      g_ptr_array_add(doubtful, entry);
  }
  if (!journal_confirm_many(run->ledger, (const Confirmation *)(gpointer)sure->data, sure->len, error)) return FALSE;
  run->pass.moved += sure->len;
  return settle_list(run, doubtful, error);
}

/* A message that could not be claimed was flagged or answered in this moment, or another machine has claimed the
 * message and will move it. Should that machine fail, the message stays where it is until the owner sweeps: the same
 * mark may be on a message that the owner has dragged back. */
static gboolean yield_unclaimed(Run *run, GPtrArray *moving, const GArray *claimed, GError **error)
{
  g_autoptr(GHashTable) ours = g_hash_table_new(NULL, NULL);
  g_autoptr(GPtrArray) others = g_ptr_array_new();
  for (guint i = 0; i < claimed->len; i++) g_hash_table_add(ours, GUINT_TO_POINTER(g_array_index(claimed, guint32, i)));
  for (guint i = 0; i < moving->len;)
    if (g_hash_table_contains(ours, GUINT_TO_POINTER(((const Entry *)moving->pdata[i])->home.uid)))
      i++;
    else
      g_ptr_array_add(others, g_ptr_array_remove_index(moving, i));
  if (others->len > 0 && !prized_drop(run, others, error)) return FALSE;
  for (guint i = 0; i < others->len; i++)
    if (!journal_yield(run->ledger, ((const Entry *)others->pdata[i])->id, 0, error)) return FALSE;
  return TRUE;
}

/* The mark on these messages says nothing about other machines: in a sweep the owner asked for it, and a message whose
 * move was put off bears the mark of this machine. */
static gboolean claim_surely(Run *run, const GArray *uids, GArray *claimed, GError **error)
{
  const guint32 *list = (const guint32 *)(gpointer)uids->data;
  if (uids->len == 0) return TRUE;
  g_array_append_vals(claimed, list, uids->len);
  return run->store->class->mark(run->store, list, uids->len, MARK_BACKSCATTER, error);
}

static gboolean claim(Run *run, const GPtrArray *moving, GArray *claimed, GError **error)
{
  g_autoptr(GArray) ours = g_array_new(FALSE, FALSE, sizeof(guint32)),
                    free = g_array_new(FALSE, FALSE, sizeof(guint32));
  for (guint i = 0; i < moving->len; i++) {
    const Entry *entry = moving->pdata[i];
    g_array_append_val(entry->claimed || run->sweep.again ? ours : free, entry->home.uid);
  }
  if (!claim_surely(run, ours, claimed, error)) return FALSE;
  const guint32 *list = (const guint32 *)(gpointer)free->data;
  return free->len == 0 || run->store->class->claim(run->store, list, free->len, claimed, error);
}

/* Claims and moves. A refusal, perhaps in the middle, is no failure: pairs is then empty. */
static gboolean claim_and_move(Run *run, GPtrArray *moving, GArray *pairs, GError **error)
{
  g_autoptr(GArray) claimed = g_array_new(FALSE, FALSE, sizeof(guint32));
  g_autoptr(GError) problem = NULL;
  const StoreClass *class = run->store->class;
  if (claim(run, moving, claimed, &problem)) {
    if (!yield_unclaimed(run, moving, claimed, error)) return FALSE;
    const guint32 *list = (const guint32 *)(gpointer)claimed->data;
    if (run->store->can & STORE_REMOVES_LATE ? carry_batch_late(run, moving, run->folders.quarantine, pairs, &problem)
        : rivals_possible(run->store)
            ? rivals_move(run, moving, pairs, &problem)
            : class->move(run->store, list, claimed->len, run->folders.quarantine, pairs, &problem))
      return TRUE;
  }
  g_array_set_size(pairs, 0);
  note_later(run, problem);
  if (run_can_go_on(problem)) return TRUE;
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

/* The server is busy: these moves are not even tried, so that another machine may claim the messages meanwhile. */
static gboolean put_all_off(Run *run, const GPtrArray *moving, GError **error)
{
  for (guint i = 0; i < moving->len; i++) {
    const Entry *entry = moving->pdata[i];
    if (!journal_put_off(run->ledger, entry->id, run_now(), entry->claimed, run->settle.put_off->message, error))
      return FALSE;
  }
  return TRUE;
}

gboolean settle_batch(Run *run, const char *folder, GPtrArray *entries, GError **error)
{
  g_autoptr(GError) unknown = NULL;
  g_autoptr(GPtrArray) moving = g_ptr_array_new();
  g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(UidPair));
  for (guint i = 0; i < entries->len; i++) {
    Entry *entry = entries->pdata[i];
    if (entry->state == MOVE_Q_INTENT) g_ptr_array_add(moving, entry);
  }
  if (moving->len == 0) return TRUE;
  if (run->settle.busy) return put_all_off(run, moving, error);
  if (!run_select(run, folder, error)) return FALSE;
  gboolean later = (run->store->can & STORE_REMOVES_LATE) != 0;
  if (!prized_drop(run, moving, &unknown)) {
    if (run_can_go_on(unknown)) return confirm_batch(run, moving, pairs, error); /* each is looked at by itself */
    g_propagate_error(error, g_steal_pointer(&unknown));
    return FALSE;
  }
  if (moving->len == 0) return TRUE;
  if (!claim_and_move(run, moving, pairs, error)) return FALSE;
  return (later && pairs->len > 0) || confirm_batch(run, moving, pairs, error);
}

gboolean settle_leaving(Run *run, GError **error)
{
  if (!run->settle.leaving) return TRUE;
  run->settle.leaving = FALSE;
  run_forget_open(run);
  return run->store->class->commit(run->store, error) && settle_all(run, error);
}

gboolean settle_has_left(const Run *run, GError **error)
{
  if (!run->settle.leaving) return TRUE;
  g_set_error(error, STORE_ERROR, STORE_ERROR_LATER,
              "The server of %s says that it has deleted messages, but lists them still. They are in quarantine as "
              "well, and it will be asked again; should this last, see in its settings whether mail may be deleted.",
              run->account->name);
  return FALSE;
}

gboolean settle_all(Run *run, GError **error)
{
  g_autoptr(GPtrArray) entries = journal_unfinished(run->ledger, run->account->name, error);
  return entries != NULL && settle_list(run, entries, error);
}
