/* rivals.c - several machines that copy the same message into quarantine
 * Owns:     which of several copies stays.
 * Must not: remove a copy without seeing the same message at a lower UID; remove an original without seeing our copy.
 * Fails:    STORE_ERROR, LEDGER_ERROR; the intent stays; the message is where it was, in quarantine, or both.
 * Tests:    tests/fetcher/pass/test_rivals.c, tests/e2e/test_watch.py */
#include "fetcher/pass/rivals.h"
#include <string.h>

/* A message in quarantine that may be a copy of the wanted one. */
typedef struct {
  guint32 uid;
  guint64 size;
  gint64 stored;
  gboolean read;
  guint8 digest[32];
} Copy;

gboolean rivals_possible(const Store *store)
{
  return (store->can & STORE_CAN_MOVE) && !(store->can & (STORE_CAN_CLAIM | STORE_MOVES_AT_ONCE | STORE_NO_RIVALS));
}

static gboolean same_message(const Copy *copy, const Fingerprint *fingerprint)
{
  return copy->read && copy->size == fingerprint->size
         && memcmp(copy->digest, fingerprint->digest, sizeof copy->digest) == 0;
}

typedef struct {
  GHashTable *wanted; /* UIDs */
  GArray *copies;     /* Copy */
} Net;

static void note_copy(const ScanRow *row, gpointer data)
{
  Net *net = data;
  Copy copy = { .uid = row->uid, .size = row->size, .stored = row->stored };
  if (g_hash_table_remove(net->wanted, GUINT_TO_POINTER(row->uid))) g_array_append_val(net->copies, copy);
}

static gint by_uid(gconstpointer a, gconstpointer b)
{
  const Copy *x = a, *y = b;
  return (x->uid > y->uid) - (x->uid < y->uid);
}

/* Looks which of these UIDs (ascending) are there: GArray of Copy, ascending, not read yet. */
static GArray *scan_copies(Run *run, const GArray *uids, GError **error)
{
  static const char *const field[] = { "Message-ID", NULL };
  g_autoptr(GHashTable) wanted = g_hash_table_new(NULL, NULL);
  g_autoptr(GArray) copies = g_array_new(FALSE, TRUE, sizeof(Copy));
  Net net = { wanted, copies };
  for (guint i = 0; i < uids->len; i++) g_hash_table_add(wanted, GUINT_TO_POINTER(g_array_index(uids, guint32, i)));
  if (uids->len > 0
      && !run->store->class->scan(run->store, g_array_index(uids, guint32, 0),
                                  g_array_index(uids, guint32, uids->len - 1), field, note_copy, &net, error))
    return NULL;
  g_array_sort(copies, by_uid);
  return g_steal_pointer(&copies);
}

static void note_digest(guint32 uid, GBytes *bytes, gpointer data)
{
  GArray *copies = data;
  Copy wanted = { .uid = uid };
  guint at = 0;
  if (!g_array_binary_search(copies, &wanted, by_uid, &at)) return;
  Copy *copy = &g_array_index(copies, Copy, at);
  Fingerprint fingerprint;
  fingerprint_init(&fingerprint, "", copy->size, bytes);
  memcpy(copy->digest, fingerprint.digest, sizeof copy->digest);
  fingerprint_clear(&fingerprint);
  copy->read = TRUE;
}

static gboolean read_copies(Run *run, GArray *copies, GError **error)
{
  g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
  for (guint i = 0; i < copies->len; i++) g_array_append_val(uids, g_array_index(copies, Copy, i).uid);
  return uids->len == 0
         || run->store->class->read(run->store, (const guint32 *)(gpointer)uids->data, uids->len, FILTER_READ_LIMIT,
                                    note_digest, copies, error);
}

/* One batch on its way. */
typedef struct {
  Run *run;
  GPtrArray *entries;
  GArray *pairs;
  GHashTable *ours;  /* UID of our copy → Entry*, borrowed */
  GArray *strangers; /* UIDs below our last copy that the journal does not know */
} Race;

static gboolean copy_all(Race *race, GError **error)
{
  Run *run = race->run;
  g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
  g_autoptr(GHashTable) by_home = g_hash_table_new(NULL, NULL);
  for (guint i = 0; i < race->entries->len; i++) {
    Entry *entry = race->entries->pdata[i];
    g_array_append_val(uids, entry->home.uid);
    g_hash_table_insert(by_home, GUINT_TO_POINTER(entry->home.uid), entry);
  }
  if (!run->store->class->copy(run->store, (const guint32 *)(gpointer)uids->data, uids->len, run->folders.quarantine,
                               race->pairs, error))
    return FALSE;
  for (guint i = 0; i < race->pairs->len;) {
    const UidPair *pair = &g_array_index(race->pairs, UidPair, i);
    Entry *entry = g_hash_table_lookup(by_home, GUINT_TO_POINTER(pair->from));
    if (entry != NULL && pair->to != 0) {
      g_hash_table_insert(race->ours, GUINT_TO_POINTER(pair->to), entry);
      i++;
    } else {
      g_array_remove_index(race->pairs, i);
    }
  }
  return TRUE;
}

static gboolean renumbered(const char *folder, GError **error)
{
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "folder \"%s\" was renumbered while messages were moved",
              folder);
  return FALSE;
}

/* The UID from which on messages in quarantine may be unknown to the journal. */
static gboolean first_unknown(Run *run, guint32 *from, GError **error)
{
  FolderMark mark;
  if (!folder_mark_get(run->ledger, run->account->name, run->folders.quarantine, FOLDER_ROLE_QUARANTINE, &mark, error))
    return FALSE;
  *from = 1;
  if (mark.validity == run->open.status.validity) *from = MAX(*from, mark.next);
  if (run->rivals.known.validity == run->open.status.validity) *from = MAX(*from, run->rivals.known.next);
  return TRUE;
}

/* Quarantine is open. Drops those of our copies that cannot be seen there. */
static gboolean look(Race *race, GError **error)
{
  Run *run = race->run;
  guint32 from, first = G_MAXUINT32, last = 0;
  Place place = { .folder = run->folders.quarantine, .validity = run->open.status.validity };
  for (guint i = 0; i < race->pairs->len; i++) {
    first = MIN(first, g_array_index(race->pairs, UidPair, i).to);
    last = MAX(last, g_array_index(race->pairs, UidPair, i).to);
  }
  if (!first_unknown(run, &from, error)) return FALSE;
  g_autoptr(GArray) present = run->store->class->present(run->store, MIN(from, first), last, error);
  if (present == NULL) return FALSE;
  g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
  for (guint i = 0; i < present->len; i++) {
    gboolean claimed = FALSE;
    place.uid = g_array_index(present, guint32, i);
    g_hash_table_add(seen, GUINT_TO_POINTER(place.uid));
    if (g_hash_table_contains(race->ours, GUINT_TO_POINTER(place.uid))) continue;
    if (!journal_claimed(run->ledger, run->account->name, &place, 0, &claimed, error)) return FALSE;
    if (!claimed) g_array_append_val(race->strangers, place.uid);
  }
  for (guint i = 0; i < race->pairs->len;) {
    gpointer to = GUINT_TO_POINTER(g_array_index(race->pairs, UidPair, i).to);
    if (g_hash_table_contains(seen, to)) {
      i++;
      continue;
    }
    g_hash_table_remove(race->ours, to);
    g_array_remove_index(race->pairs, i);
  }
  /* New messages get higher UIDs, so all below are known now. But a stranger may be a rival of a later batch: then
   * look again. */
  if (race->strangers->len == 0)
    run->rivals.known = (FolderMark){ .validity = place.validity, .next = last + (last < G_MAXUINT32) };
  return TRUE;
}

/* Reads the strangers that have the size of one of our copies, and those copies: GArray of Copy, ascending. */
static GArray *look_closely(Race *race, GError **error)
{
  g_autoptr(GArray) strangers = scan_copies(race->run, race->strangers, error);
  if (strangers == NULL) return NULL;
  g_autoptr(GHashTable) sizes = g_hash_table_new(g_int64_hash, g_int64_equal),
                        both = g_hash_table_new(g_int64_hash, g_int64_equal);
  g_autoptr(GArray) copies = g_array_new(FALSE, TRUE, sizeof(Copy));
  GHashTableIter iter;
  gpointer uid, value;
  g_hash_table_iter_init(&iter, race->ours);
  while (g_hash_table_iter_next(&iter, &uid, &value)) g_hash_table_add(sizes, &((Entry *)value)->fingerprint.size);
  for (guint i = 0; i < strangers->len; i++) {
    Copy *stranger = &g_array_index(strangers, Copy, i);
    if (!g_hash_table_contains(sizes, &stranger->size)) continue;
    g_array_append_val(copies, *stranger);
    g_hash_table_add(both, &stranger->size);
  }
  g_hash_table_iter_init(&iter, race->ours);
  while (g_hash_table_iter_next(&iter, &uid, &value)) {
    Copy copy = { .uid = GPOINTER_TO_UINT(uid), .size = ((Entry *)value)->fingerprint.size };
    if (g_hash_table_contains(both, &copy.size)) g_array_append_val(copies, copy);
  }
  g_array_sort(copies, by_uid);
  return read_copies(race->run, copies, error) ? g_steal_pointer(&copies) : NULL;
}

/* Did another machine copy the same message to a lower UID? copies: as look_closely() gave them. */
static gboolean is_beaten(const Race *race, const GArray *copies, guint at)
{
  const Copy *own = &g_array_index(copies, Copy, at);
  const Entry *entry = g_hash_table_lookup(race->ours, GUINT_TO_POINTER(own->uid));
  if (entry == NULL || !same_message(own, &entry->fingerprint)) return FALSE;
  for (guint i = 0; i < at; i++) {
    const Copy *other = &g_array_index(copies, Copy, i);
    if (!g_hash_table_contains(race->ours, GUINT_TO_POINTER(other->uid)) && same_message(other, &entry->fingerprint))
      return TRUE;
  }
  return FALSE;
}

/* Removes these copies of ours, and only then tells the journal: else nobody would look for a copy that stayed. */
static gboolean withdraw(Race *race, const GArray *beaten, GError **error)
{
  Run *run = race->run;
  if (!run->store->class->remove(run->store, (const guint32 *)(gpointer)beaten->data, beaten->len, error)) return FALSE;
  for (guint i = 0; i < beaten->len; i++) {
    guint32 uid = g_array_index(beaten, guint32, i);
    Entry *entry = g_hash_table_lookup(race->ours, GUINT_TO_POINTER(uid));
    if (!journal_yield(run->ledger, entry->id, run_now() + FILTER_GRACE, error)) return FALSE;
    g_ptr_array_remove(race->entries, entry);
    for (guint k = 0; k < race->pairs->len; k++) {
      if (g_array_index(race->pairs, UidPair, k).to != uid) continue;
      g_array_remove_index(race->pairs, k);
      break;
    }
  }
  return TRUE;
}

static gboolean give_way(Race *race, GError **error)
{
  if (race->strangers->len == 0 || race->pairs->len == 0) return TRUE;
  g_autoptr(GArray) copies = look_closely(race, error);
  g_autoptr(GArray) beaten = g_array_new(FALSE, FALSE, sizeof(guint32));
  if (copies == NULL) return FALSE;
  for (guint i = 0; i < copies->len; i++)
    if (is_beaten(race, copies, i)) g_array_append_val(beaten, g_array_index(copies, Copy, i).uid);
  return beaten->len == 0 || withdraw(race, beaten, error);
}

static gboolean remove_sources(Race *race, GError **error)
{
  Run *run = race->run;
  g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
  for (guint i = 0; i < race->pairs->len; i++) g_array_append_val(uids, g_array_index(race->pairs, UidPair, i).from);
  return uids->len == 0
         || run->store->class->remove(run->store, (const guint32 *)(gpointer)uids->data, uids->len, error);
}

gboolean rivals_move(Run *run, GPtrArray *entries, GArray *pairs, GError **error)
{
  g_autofree char *home = g_strdup(run->open.folder);
  g_autoptr(GHashTable) ours = g_hash_table_new(NULL, NULL);
  g_autoptr(GArray) strangers = g_array_new(FALSE, FALSE, sizeof(guint32));
  Race race = { .run = run, .entries = entries, .pairs = pairs, .ours = ours, .strangers = strangers };
  guint32 validity = run->open.status.validity;
  if (!copy_all(&race, error)) return FALSE;
  if (pairs->len == 0) return TRUE;
  if (!run_select(run, run->folders.quarantine, error)) return FALSE;
  /* 0 when an interrupted move is resumed before anything else was done. */
  if (run->folders.quarantine_validity != 0 && run->open.status.validity != run->folders.quarantine_validity)
    return renumbered(run->folders.quarantine, error);
  if (!look(&race, error) || !give_way(&race, error)) return FALSE;
  if (!run_select(run, home, error)) return FALSE;
  if (run->open.status.validity != validity) return renumbered(home, error);
  return remove_sources(&race, error);
}

/* Counts the other unfinished moves of the same message. Each of these twins will have a copy of its own. */
static gboolean count_twins(Run *run, const Entry *entry, guint *n, GError **error)
{
  g_autoptr(GPtrArray) known = journal_find(run->ledger, run->account->name, &entry->fingerprint, error);
  *n = 0;
  for (guint i = 0; known != NULL && i < known->len; i++) {
    const Entry *other = known->pdata[i];
    *n += other->id != entry->id && other->state == MOVE_Q_INTENT;
  }
  return known != NULL;
}

/* Finds copies above the lowest UID that the journal does not know. */
static GArray *find_further(Run *run, const Entry *entry, guint32 lowest, const char *message_id, GError **error)
{
  Place place = { .folder = run->open.folder, .validity = run->open.status.validity };
  g_autoptr(GArray) found = run->store->class->find(run->store, message_id, entry->fingerprint.size, 0, error);
  g_autoptr(GArray) further = g_array_new(FALSE, FALSE, sizeof(guint32));
  if (found == NULL) return NULL;
  g_array_append_val(further, lowest);
  for (guint i = 0; i < found->len; i++) {
    gboolean claimed = FALSE;
    place.uid = g_array_index(found, guint32, i);
    if (place.uid <= lowest) continue;
    if (!journal_claimed(run->ledger, run->account->name, &place, entry->id, &claimed, error)) return NULL;
    if (!claimed) g_array_append_val(further, place.uid);
  }
  return g_steal_pointer(&further);
}

gboolean rivals_tidy(Run *run, const Entry *entry, guint32 lowest, GError **error)
{
  guint twins = 0;
  const char *message_id = entry->fingerprint.message_id;
  g_autoptr(GArray) uids = find_further(run, entry, lowest, message_id, error);
  /* The server may not find a Message-ID that is written oddly: search by size. */
  if (uids != NULL && uids->len == 1 && *message_id != '\0') {
    g_array_unref(uids);
    uids = find_further(run, entry, lowest, "", error);
  }
  if (uids == NULL) return FALSE;
  if (uids->len == 1 || entry->arrived == 0) return TRUE;
  g_autoptr(GArray) copies = scan_copies(run, uids, error), extra = g_array_new(FALSE, FALSE, sizeof(guint32));
  if (copies == NULL || !read_copies(run, copies, error) || !count_twins(run, entry, &twins, error)) return FALSE;
  for (guint i = 0; i < copies->len; i++) {
    const Copy *copy = &g_array_index(copies, Copy, i);
    gboolean same = same_message(copy, &entry->fingerprint) && copy->stored == entry->arrived;
    if (copy->uid == lowest && same) continue;
    if (i == 0) return TRUE; /* the copy that must stay is not seen, or the server does not keep dates */
    if (!same) continue;
    if (twins > 0)
      twins--;
    else
      g_array_append_val(extra, copy->uid);
  }
  return extra->len == 0
         || run->store->class->remove(run->store, (const guint32 *)(gpointer)extra->data, extra->len, error);
}
