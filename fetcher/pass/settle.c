/* settle.c - intents carried out, and interrupted ones brought to their end.
 * Owns:     what to do for each intent, from where the message is seen to be.
 * Must not: judge; assume anything that the server can be asked.
 * Fails:    STORE_ERROR (LINK and worse), LEDGER_ERROR; the intent stays and is settled on the next connect.
 * Tests:    tests/fetcher/pass/test_settle.c, tests/e2e/test_kill.py */
#include "fetcher/pass/settle.h"
#include "fetcher/pass/pardon.h"
#include "fetcher/pass/prized.h"
#include "fetcher/pass/rivals.h"
#include "ledger/wish.h"

/* What an intent means: the message goes from one place to another; or is removed for good, which only the owner's wish
 * to delete asks for, and only where the server has no Trash. */
typedef struct {
  Place from; /* borrowed */
  const char *to;
  gboolean removes;
  gboolean marked;
  Mark mark;
} Trip;

/* Where a message in quarantine is. A folder of the name that it had then may be no more: the data folder has moved, or
 * the owner has named another quarantine and taken the mail along. */
static Place away_of(const Run *run, const Entry *entry)
{
  gboolean known = entry->away.folder == NULL || run->quarantine == NULL || run_has_folder(run, entry->away.folder);
  return known ? entry->away : (Place){ .folder = run->quarantine };
}

static Trip trip_of(const Run *run, const Entry *entry)
{
  switch (entry->state) {
  case MOVE_R_INTENT:
    return (Trip){ .from = away_of(run, entry),
                   .to = run->store->returns_to != NULL ? run->store->returns_to : entry->home.folder,
                   .marked = TRUE,
                   .mark = MARK_NOT_BACKSCATTER };
  case MOVE_D_INTENT: return (Trip){ .from = away_of(run, entry), .to = run->trash, .removes = run->trash == NULL };
  default: return (Trip){ .from = entry->home, .to = entry->away.folder, .marked = TRUE, .mark = MARK_BACKSCATTER };
  }
}

/* The journal has the size that the server told, which may count longer line ends than the folder a copy lies in. */
typedef struct {
  guint64 size, wire;
} Sizes;

static void note_sizes(const ScanRow *row, gpointer data) { *(Sizes *)data = (Sizes){ row->size, row->wire }; }

/* *sizes: of the message under uid, 0 when there is none, or none that can be read. */
static gboolean sizes_of(Run *run, guint32 uid, Sizes *sizes, GError **error)
{
  static const char *const field[] = { "Message-ID", NULL };
  *sizes = (Sizes){ 0 };
  return run->store->class->scan(run->store, uid, uid, field, note_sizes, sizes, error);
}

static void keep_bytes(guint32 uid, GBytes *bytes, gpointer data) { *(GBytes **)data = g_bytes_ref(bytes); }

/* *there: a message lies under uid in the open folder, as that is now. given: read() did not refuse it, only gave none:
 * so it is with one that was taken away in this session, which counts as gone, though the folder lists it until
 * commit(). */
static gboolean is_there(Run *run, guint32 uid, gboolean given, gboolean *there, GError **error)
{
  g_autofree char *folder = g_strdup(run->selected);
  *there = FALSE;
  if (given && run->leaving && (run->store->can & STORE_REMOVES_LATE)) return TRUE;
  g_clear_pointer(&run->selected, g_free);
  if (!run_select(run, folder, error)) return FALSE;
  g_autoptr(GArray) present = run->store->class->present(run->store, uid, uid, error);
  if (present == NULL) return FALSE;
  *there = present->len > 0;
  return TRUE;
}

/* *bytes: the first ones of the message under uid, NULL when it is gone. One that is there and cannot be read is no
 * such one: MESSAGE. It is read twice, since one that only was somewhere else in its folder is found once that was
 * looked at. */
static gboolean bytes_of(Run *run, guint32 uid, GBytes **bytes, GError **error)
{
  for (guint i = 0;; i++) {
    g_autoptr(GError) problem = NULL;
    gboolean there = FALSE;
    *bytes = NULL;
    gboolean given = run->store->class->read(run->store, &uid, 1, FILTER_READ_LIMIT, keep_bytes, bytes, &problem);
    if (given && *bytes != NULL) return TRUE;
    g_clear_pointer(bytes, g_bytes_unref);
    if (given || g_error_matches(problem, STORE_ERROR, STORE_ERROR_MESSAGE)) {
      if (!is_there(run, uid, given, &there, error)) return FALSE;
      if (!there) return TRUE;
      if (i == 0) continue;
    }
    if (given) g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE, "the message is there, but cannot be read");
    if (problem != NULL) g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
}

/* *same: the message under uid is the one of the fingerprint. One that is there and cannot be read may be it. */
static gboolean is_it(Run *run, guint32 uid, const Fingerprint *wanted, gboolean *same, GError **error)
{
  g_autoptr(GBytes) bytes = NULL;
  Fingerprint seen;
  *same = FALSE;
  if (!bytes_of(run, uid, &bytes, error)) return FALSE;
  if (bytes == NULL) return TRUE;
  fingerprint_init(&seen, wanted->message_id, wanted->size, bytes);
  *same = fingerprint_equal(&seen, wanted);
  fingerprint_clear(&seen);
  return TRUE;
}

/* The same of one that was found by searching: of another size it is not it; that of one that cannot be read is not
 * known. */
static gboolean is_found(Run *run, guint32 uid, const Fingerprint *wanted, gboolean *same, GError **error)
{
  Sizes sizes;
  *same = FALSE;
  if (!sizes_of(run, uid, &sizes, error)) return FALSE;
  if (sizes.size != 0 && sizes.size != wanted->size && sizes.wire != wanted->size) return TRUE;
  return is_it(run, uid, wanted, same, error);
}

/* One that cannot be read is in the way only of the answer that there is none. */
static gboolean search_by(Run *run, const char *folder, const Fingerprint *fingerprint, const char *message_id,
                          gint64 except, guint32 *uid, GError **error)
{
  g_autoptr(GArray) uids = run->store->class->find(run->store, message_id, fingerprint->size, 0, error);
  g_autoptr(GError) unread = NULL;
  if (uids == NULL) return FALSE;
  for (guint i = 0; i < uids->len && *uid == 0; i++) {
    Place place = { .folder = (char *)folder,
                    .validity = run->status.validity,
                    .uid = g_array_index(uids, guint32, i) };
    g_autoptr(GError) problem = NULL;
    gboolean same = FALSE, claimed = FALSE;
    if (!journal_claimed(run->ledger, run->account->name, &place, except, &claimed, error)) return FALSE;
    if (claimed) continue;
    if (!is_found(run, place.uid, fingerprint, &same, &problem)) {
      if (!g_error_matches(problem, STORE_ERROR, STORE_ERROR_MESSAGE)) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
      }
      if (unread == NULL) unread = g_steal_pointer(&problem);
    }
    if (same) *uid = place.uid;
  }
  if (*uid != 0 || unread == NULL) return TRUE;
  g_propagate_error(error, g_steal_pointer(&unread));
  return FALSE;
}

/* By size where the server does not find the Message-ID, which may be folded or written oddly. */
static gboolean search(Run *run, const char *folder, const Fingerprint *fingerprint, gint64 except, guint32 *uid,
                       GError **error)
{
  const char *message_id = fingerprint->message_id;
  if (!search_by(run, folder, fingerprint, message_id, except, uid, error)) return FALSE;
  return *uid != 0 || *message_id == '\0' || search_by(run, folder, fingerprint, "", except, uid, error);
}

gboolean settle_locate(Run *run, const Place *place, const Fingerprint *fingerprint, gint64 except, guint32 *uid,
                       GError **error)
{
  *uid = 0;
  if (place->folder == NULL || !run_has_folder(run, place->folder)) return TRUE;
  if (!run_select(run, place->folder, error)) return FALSE;
  if (place->uid == 0 || place->validity != run->status.validity)
    return search(run, place->folder, fingerprint, except, uid, error);
  gboolean same = FALSE;
  if (!is_it(run, place->uid, fingerprint, &same, error)) return FALSE;
  if (same) *uid = place->uid;
  return TRUE;
}

static gboolean was_gone(GError **error)
{
  g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE, "the message was gone before it could be moved");
  return FALSE;
}

/* A copy that was found, not made, may not be on the disk yet. */
static gboolean make_durable(Run *run, const char *folder, GError **error)
{
  const StoreClass *class = run->store->class;
  return class->sync == NULL || class->sync(run->store, folder, error);
}

/* The message lies at uid in trip->from, open now; and a copy at copied (0: none) at its goal. Moves it, or removes
 * what is left of a move that was cut off between copy and removal. *where: its UID at the goal, 0 when the server does
 * not say. */
static gboolean carry(Run *run, const Trip *trip, guint32 uid, guint32 copied, guint32 *where, GError **error)
{
  const StoreClass *class = run->store->class;
  *where = copied;
  if (copied != 0 && !make_durable(run, trip->to, error)) return FALSE;
  if (copied != 0 || trip->removes) return class->remove(run->store, &uid, 1, error);
  g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(UidPair));
  if (trip->marked && !class->mark(run->store, &uid, 1, trip->mark, error)) return FALSE;
  if (!class->move(run->store, &uid, 1, trip->to, pairs, error)) return FALSE;
  if (pairs->len == 0) return was_gone(error);
  *where = g_array_index(pairs, UidPair, 0).to;
  return TRUE;
}

static GArray *uids_of(const GPtrArray *entries)
{
  GArray *uids = g_array_new(FALSE, FALSE, sizeof(guint32));
  for (guint i = 0; i < entries->len; i++) g_array_append_val(uids, ((const Entry *)entries->pdata[i])->home.uid);
  return uids;
}

static const Entry *entry_at(const GPtrArray *entries, guint32 uid)
{
  for (guint i = 0; i < entries->len; i++)
    if (((const Entry *)entries->pdata[i])->home.uid == uid) return entries->pdata[i];
  return NULL;
}

/* Copies of these entries lie at the other end: the journal is told where, in pairs by their UIDs, before anything is
 * removed. Without it a twin could be taken for a copy. */
static gboolean note_copies(Run *run, const GPtrArray *entries, const char *to, const GArray *pairs, GError **error)
{
  FolderStatus status;
  g_autoptr(GArray) copies = g_array_new(FALSE, TRUE, sizeof(Confirmation));
  if (!run->store->class->peek(run->store, to, &status, error)) return FALSE;
  for (guint i = 0; i < pairs->len; i++) {
    const UidPair *pair = &g_array_index(pairs, UidPair, i);
    Confirmation copy = { .id = entry_at(entries, pair->from)->id, .where = { (char *)to, status.validity, pair->to } };
    g_array_append_val(copies, copy);
  }
  return journal_copied(run->ledger, (const Confirmation *)(gpointer)copies->data, copies->len, error);
}

/* Of copies just made those stay that are what was judged: a server may send another message than it showed, and an
 * mbox cannot hold every message as it is. The others are taken back, and their sources stay. */
static gboolean check_copies(Run *run, const GPtrArray *entries, const char *to, GArray *pairs, GError **error)
{
  g_autofree char *from = g_strdup(run->selected);
  if (pairs->len == 0) return TRUE;
  if (!run_select(run, to, error)) return FALSE;
  for (guint i = 0; i < pairs->len;) {
    const UidPair *pair = &g_array_index(pairs, UidPair, i);
    const Entry *entry = entry_at(entries, pair->from);
    gboolean same = FALSE;
    if (!is_it(run, pair->to, &entry->fingerprint, &same, error)) return FALSE;
    if (same)
      i++;
    else if (run->store->class->remove(run->store, &pair->to, 1, error))
      g_array_remove_index(pairs, i);
    else
      return FALSE;
  }
  return run_select(run, from, error);
}

/* Entries of the open folder, out of which removals come late, each at its home.uid: copies them, or (pairs given)
 * takes these for the copies; tells the journal; removes what was copied. */
static gboolean move_late(Run *run, const GPtrArray *entries, const char *to, GArray *pairs, GError **error)
{
  const StoreClass *class = run->store->class;
  g_autoptr(GArray) copied = g_array_new(FALSE, FALSE, sizeof(guint32));
  if (pairs->len == 0) {
    g_autoptr(GArray) uids = uids_of(entries);
    if (!class->copy(run->store, (const guint32 *)(gpointer)uids->data, uids->len, to, pairs, error)
        || !check_copies(run, entries, to, pairs, error))
      return FALSE;
  } else if (!make_durable(run, to, error)) {
    return FALSE;
  }
  if (!note_copies(run, entries, to, pairs, error)) return FALSE;
  for (guint i = 0; i < pairs->len; i++) g_array_append_val(copied, g_array_index(pairs, UidPair, i).from);
  run->leaving = TRUE;
  return class->remove(run->store, (const guint32 *)(gpointer)copied->data, copied->len, error);
}

/* The same for one, which lies at uid, and whose copy may lie at `copied` already. */
static gboolean carry_late(Run *run, const Entry *entry, const char *to, guint32 uid, guint32 copied, GError **error)
{
  g_autoptr(GPtrArray) one = g_ptr_array_new();
  g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(UidPair));
  Entry here = *entry; /* borrowed from it */
  UidPair pair = { uid, copied };
  here.home.uid = uid;
  g_ptr_array_add(one, &here);
  if (copied != 0) g_array_append_val(pairs, pair);
  if (!move_late(run, one, to, pairs, error)) return FALSE;
  if (pairs->len > 0) return TRUE;
  g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE,
              "the message was gone before it could be moved, or what came of it is not what was judged");
  return FALSE;
}

static gboolean confirm(Run *run, const Entry *entry, const char *folder, guint32 uid, GError **error)
{
  if (entry->state == MOVE_Q_INTENT) run->pass.moved++;
  if (folder == NULL || uid == 0) {
    Place unknown = { .folder = (char *)folder };
    return journal_confirm(run->ledger, entry->id, folder != NULL ? &unknown : NULL, error);
  }
  if (!run_select(run, folder, error)) return FALSE; /* for its UIDVALIDITY */
  Place where = { .folder = (char *)folder, .validity = run->status.validity, .uid = uid };
  return journal_confirm(run->ledger, entry->id, &where, error);
}

/* The same for a move into quarantine where another machine may be at it too: then it may be that one's. */
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
  if (pairs->len > 0) return confirm(run, entry, run->quarantine, g_array_index(pairs, UidPair, 0).to, error);
  return was_gone(error);
}

/* One that is where it was and cannot be read now has met with no refusal: its move into quarantine waits until it can.
 */
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
  return entry->state == MOVE_R_INTENT && run->trash != NULL && g_strcmp0(entry->away.folder, run->trash) == 0;
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
  if (resumed && !settle_locate(run, &goal, &entry->fingerprint, entry->id, &there, error)) return FALSE;
  if (in && there != 0 && rivals_possible(run->store) && !rivals_tidy(run, entry, there, error)) return FALSE;
  if (!settle_locate(run, &trip.from, &entry->fingerprint, entry->id, &here, &unread))
    return may_wait(in, &unread, error);
  if (here == 0 && in && run->leaving && (run->store->can & STORE_REMOVES_LATE)) return TRUE; /* see settle_leaving() */
  /* A move in one step has not been made: what lies at the goal is another copy. */
  if (here != 0 && (run->store->can & STORE_MOVES_AT_ONCE)) there = 0;
  if (here != 0 && in && !prized_is(run, here, &prized, error)) return FALSE;
  if (prized) return prized_leave(run, entry, trip.to, there, error);
  if (here != 0 && there == 0 && in && run->config->observe)
    return journal_fail(run->ledger, entry->id, "it was to be moved, but now nothing is (mode = observe, or a pause)",
                        error);
  if (here != 0 && there == 0 && in && rivals_possible(run->store) && g_strcmp0(trip.to, run->quarantine) == 0)
    return carry_beside_rivals(run, entry, here, error);
  gboolean may = TRUE;
  if (here != 0 && there == 0 && !may_remove(run, entry, &trip, &may, error)) return FALSE;
  if (!may) return journal_not_deleted(run->ledger, entry->id, "this mailbox has no trash", error);
  if (here != 0 && entry->state == MOVE_R_INTENT) pardon_note(run, &entry->fingerprint, entry->kind);
  if (here != 0 && (run->store->can & STORE_REMOVES_LATE)) return carry_late(run, entry, trip.to, here, there, error);
  if (here != 0) {
    if (!carry(run, &trip, here, there, &where, error)) return FALSE;
    return confirm(run, entry, trip.to, where, error);
  }
  if (there != 0 || (resumed && entry->state == MOVE_D_INTENT))
    return confirm(run, entry, there != 0 ? trip.to : NULL, there, error);
  if (was_deleted(run, entry))
    return journal_stays_deleted(run->ledger, entry->id, FALSE, "the message is no longer in the trash", error);
  return journal_fail(
      run->ledger, entry->id,
      "the message is no longer where it was; another program or another machine has moved or deleted it", error);
}

static gboolean refuses_for_now(const Run *run) { return (run->store->can & STORE_REFUSES_FOR_NOW) != 0; }

/* The pass ends with the first such reason (pass.c), and another one is made soon. */
static void note_refusal(Run *run, const GError *refusal)
{
  if (run->put_off == NULL) run->put_off = g_error_copy(refusal);
}

/* *half: a copy is at its goal already, or may be, so that nothing but the intent may say what is left to do. */
static gboolean is_half_done(Run *run, const Entry *entry, gboolean *half, GError **error)
{
  g_autoptr(GError) problem = NULL;
  Place goal = { .folder = entry->away.folder };
  guint32 there = 0;
  *half = FALSE;
  if (!refuses_for_now(run) || (run->store->can & STORE_MOVES_AT_ONCE)) return TRUE;
  *half = !settle_locate(run, &goal, &entry->fingerprint, entry->id, &there, &problem) || there != 0;
  if (problem == NULL || run_can_go_on(problem)) return TRUE;
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

/* *failed: a move into quarantine that met with a refusal has not been made, since the message can be seen where it
 * was. Any other one that failed leaves it in quarantine, where the owner can find it. */
static gboolean has_failed(Run *run, const Entry *entry, const GError *refusal, gboolean *failed, GError **error)
{
  g_autoptr(GError) problem = NULL;
  guint32 uid = 0;
  gboolean half = FALSE;
  *failed = TRUE;
  if (entry->state != MOVE_Q_INTENT) return TRUE;
  if (!settle_locate(run, &entry->home, &entry->fingerprint, entry->id, &uid, &problem) && !run_can_go_on(problem)) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  *failed = uid != 0;
  if (!*failed) return TRUE;
  if (!is_half_done(run, entry, &half, error)) return FALSE;
  if (half) note_refusal(run, refusal);
  run->half = run->half || half;
  *failed = !half;
  return TRUE;
}

/* What a store refuses for now is tried again; what is wrong with one message will hardly mend itself. */
static gboolean give_up(Run *run, const Entry *entry, const GError *refusal, GError **error)
{
  if (was_deleted(run, entry)) return journal_stays_deleted(run->ledger, entry->id, TRUE, refusal->message, error);
  if (entry->state != MOVE_Q_INTENT || !refuses_for_now(run)
      || g_error_matches(refusal, STORE_ERROR, STORE_ERROR_MESSAGE))
    return journal_fail(run->ledger, entry->id, refusal->message, error);
  note_refusal(run, refusal);
  return journal_put_off(run->ledger, entry->id, run_now(), refusal->message, error);
}

gboolean settle_one(Run *run, const Entry *entry, gboolean resumed, GError **error)
{
  g_autoptr(GError) problem = NULL;
  gboolean failed = FALSE;
  if (settle_by_looking(run, entry, resumed, &problem)) return TRUE;
  if (run_can_go_on(problem)) {
    if (!has_failed(run, entry, problem, &failed, error)) return FALSE;
    return !failed || give_up(run, entry, problem, error);
  }
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

/* First those that are no longer at their start: they claim their copies at the goal, so that a twin (the same message,
 * delivered twice) that has not moved yet does not take such a copy for its own and remove itself. */
static gboolean settle_list(Run *run, GPtrArray *entries, GError **error)
{
  g_autoptr(GPtrArray) there = g_ptr_array_new();
  for (guint i = 0; i < entries->len; i++) {
    Entry *entry = entries->pdata[i];
    Trip trip = trip_of(run, entry);
    g_autoptr(GError) problem = NULL;
    guint32 uid = 0;
    if (!run_tick(run, error)) return FALSE;
    if (!settle_locate(run, &trip.from, &entry->fingerprint, entry->id, &uid, &problem) && !run_can_go_on(problem)) {
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

/* Confirms what the pairs tell; the others are looked at one by one. */
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
    Confirmation confirmation = { .id = entry->id, .where = { run->quarantine, run->quarantine_validity, to } };
    if (to != 0)
      g_array_append_val(sure, confirmation);
    else
      g_ptr_array_add(doubtful, entry);
  }
  if (!journal_confirm_many(run->ledger, (const Confirmation *)(gpointer)sure->data, sure->len, error)) return FALSE;
  run->pass.moved += sure->len;
  return settle_list(run, doubtful, error);
}

/* What could not be claimed was flagged or answered in this moment, or another machine has claimed it and will move it.
 * Should that machine fail, the message stays where it is until the owner sweeps: the same mark may be on a message
 * that the owner has dragged back. */
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

/* In a sweep the owner himself has asked, whoever has marked a message before. */
static gboolean claim(Run *run, const GArray *uids, GArray *claimed, GError **error)
{
  const guint32 *list = (const guint32 *)(gpointer)uids->data;
  if (!run->again) return run->store->class->claim(run->store, list, uids->len, claimed, error);
  g_array_append_vals(claimed, list, uids->len);
  return run->store->class->mark(run->store, list, uids->len, MARK_BACKSCATTER, error);
}

/* Claims and moves. Refused, perhaps half done, is no failure: *pairs then says nothing. */
static gboolean claim_and_move(Run *run, GPtrArray *moving, GArray *pairs, GError **error)
{
  g_autoptr(GArray) uids = uids_of(moving);
  g_autoptr(GArray) claimed = g_array_new(FALSE, FALSE, sizeof(guint32));
  g_autoptr(GError) problem = NULL;
  const StoreClass *class = run->store->class;
  if (claim(run, uids, claimed, &problem)) {
    if (!yield_unclaimed(run, moving, claimed, error)) return FALSE;
    const guint32 *list = (const guint32 *)(gpointer)claimed->data;
    if (run->store->can & STORE_REMOVES_LATE ? move_late(run, moving, run->quarantine, pairs, &problem)
        : rivals_possible(run->store)        ? rivals_move(run, moving, pairs, &problem)
                                      : class->move(run->store, list, claimed->len, run->quarantine, pairs, &problem))
      return TRUE;
  }
  g_array_set_size(pairs, 0);
  if (run_can_go_on(problem)) return TRUE;
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
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
  if (!run->leaving) return TRUE;
  run->leaving = FALSE;
  g_clear_pointer(&run->selected, g_free);
  return run->store->class->commit(run->store, error) && settle_all(run, error);
}

gboolean settle_all(Run *run, GError **error)
{
  g_autoptr(GPtrArray) entries = journal_unfinished(run->ledger, run->account->name, error);
  return entries != NULL && settle_list(run, entries, error);
}
