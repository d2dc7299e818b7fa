/* locate.c - where a message is now
 * Owns:     how a message is recognised: by UID, else by Message-ID, size and digest; where its bytes changed, by UID
 * or place and Message-ID. Must not: answer "not there" while a candidate could not be read; change anything. Fails:
 * STORE_ERROR, LEDGER_ERROR; MESSAGE when a candidate is there and cannot be read. Tests:
 * tests/fetcher/pass/test_settle.c, tests/fetcher/pass/test_locate.c */
#include "fetcher/pass/locate.h"

/* The journal has the size that the server told. The folder of a copy may count shorter line ends. */
typedef struct {
  guint64 size, wire;
} Sizes;

static void note_sizes(const ScanRow *row, gpointer data) { *(Sizes *)data = (Sizes){ row->size, row->wire }; }

/* *sizes: 0 when there is no message under uid, or it cannot be read. */
static gboolean sizes_of(Run *run, guint32 uid, Sizes *sizes, GError **error)
{
  static const char *const field[] = { "Message-ID", NULL };
  *sizes = (Sizes){ 0 };
  return run->store->class->scan(run->store, uid, uid, field, note_sizes, sizes, error);
}

static void keep_bytes(guint32 uid, GBytes *bytes, gpointer data) { *(GBytes **)data = g_bytes_ref(bytes); }

/* *there: does a message lie under uid in the open folder now? given: read() did not refuse, but gave no bytes. A
 * message that was removed in this session gives no bytes either. It counts as gone, though the folder lists it until
 * commit().
 */
static gboolean is_there(Run *run, guint32 uid, gboolean given, gboolean *there, GError **error)
{
  *there = FALSE;
  if (given && run->settle.leaving && (run->store->can & STORE_REMOVES_LATE)) return TRUE;
  if (!run_reopen(run, run->open.folder, error)) return FALSE;
  g_autoptr(GArray) present = run->store->class->present(run->store, uid, uid, error);
  if (present == NULL) return FALSE;
  *there = present->len > 0;
  return TRUE;
}

/* *bytes: the first bytes of the message under uid, NULL when the message is gone. If it is there but cannot be read:
 * MESSAGE. Try twice, since a message that only changed its place in the folder is found after the folder was reopened.
 */
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

gboolean locate_is_same(Run *run, guint32 uid, const Fingerprint *wanted, gboolean *same, GError **error)
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

/* The same for a message that a search found: first compare sizes, which costs less. The size of a message that cannot
 * be read is not known (0). */
static gboolean is_found(Run *run, guint32 uid, const Fingerprint *wanted, gboolean *same, GError **error)
{
  Sizes sizes;
  *same = FALSE;
  if (!sizes_of(run, uid, &sizes, error)) return FALSE;
  if (sizes.size != 0 && sizes.size != wanted->size && sizes.wire != wanted->size) return TRUE;
  return locate_is_same(run, uid, wanted, same, error);
}

/* If a candidate cannot be read, go on with the others, but then never answer "not found". */
static gboolean search_by(Run *run, const char *folder, const Fingerprint *fingerprint, const char *message_id,
                          gint64 except, guint32 *uid, GError **error)
{
  g_autoptr(GArray) uids = run->store->class->find(run->store, message_id, fingerprint->size, 0, error);
  g_autoptr(GError) unread = NULL;
  if (uids == NULL) return FALSE;
  for (guint i = 0; i < uids->len && *uid == 0; i++) {
    Place place = { .folder = (char *)folder,
                    .validity = run->open.status.validity,
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

/* By Message-ID; then by size, since a server may not find a Message-ID that is folded or written oddly. */
static gboolean search(Run *run, const char *folder, const Fingerprint *fingerprint, gint64 except, guint32 *uid,
                       GError **error)
{
  const char *message_id = fingerprint->message_id;
  if (!search_by(run, folder, fingerprint, message_id, except, uid, error)) return FALSE;
  return *uid != 0 || *message_id == '\0' || search_by(run, folder, fingerprint, "", except, uid, error);
}

gboolean locate_message(Run *run, const Place *place, const Fingerprint *fingerprint, gint64 except, guint32 *uid,
                        GError **error)
{
  *uid = 0;
  if (place->folder == NULL || !run_has_folder(run, place->folder)) return TRUE;
  if (!run_select(run, place->folder, error)) return FALSE;
  if (place->uid == 0 || place->validity != run->open.status.validity)
    return search(run, place->folder, fingerprint, except, uid, error);
  gboolean same = FALSE;
  if (!locate_is_same(run, place->uid, fingerprint, &same, error)) return FALSE;
  if (same) *uid = place->uid;
  return TRUE;
}

/* *has: does the message under uid in the open folder have the Message-ID of this fingerprint? */
static gboolean has_id(Run *run, guint32 uid, const Fingerprint *wanted, gboolean *has, GError **error)
{
  g_autoptr(GBytes) bytes = NULL;
  *has = FALSE;
  if (!bytes_of(run, uid, &bytes, error)) return FALSE;
  if (bytes == NULL) return TRUE;
  g_autoptr(Report) report = filter_read(bytes);
  *has = g_strcmp0(report->message_id, wanted->message_id) == 0;
  return TRUE;
}

/* *uid: the only message of the open folder with this Message-ID; 0: there is none, or another entry may mean it, or
 * there are several. */
static gboolean find_alone(Run *run, const Place *place, const Fingerprint *fingerprint, gint64 except, guint32 *uid,
                           GError **error)
{
  g_autoptr(GArray) uids = run->store->class->find(run->store, fingerprint->message_id, fingerprint->size, 0, error);
  guint n = 0;
  if (uids == NULL) return FALSE;
  for (guint i = 0; i < uids->len && n < 2; i++) {
    gboolean has = FALSE, claimed = FALSE;
    Place found = { place->folder, run->open.status.validity, g_array_index(uids, guint32, i) };
    if (!has_id(run, found.uid, fingerprint, &has, error)) return FALSE;
    if (!has) continue;
    if (!journal_claimed(run->ledger, run->account->name, &found, except, &claimed, error)) return FALSE;
    n += claimed ? 2 : 1;
    *uid = found.uid;
  }
  if (n != 1) *uid = 0;
  return TRUE;
}

gboolean locate_by_id(Run *run, const Place *place, const Fingerprint *fingerprint, gint64 except, guint32 *uid,
                      GError **error)
{
  if (!locate_message(run, place, fingerprint, except, uid, error)) return FALSE;
  if (*uid != 0 || *fingerprint->message_id == '\0' || place->folder == NULL || !run_has_folder(run, place->folder))
    return TRUE;
  if (place->uid == 0 || place->validity != run->open.status.validity)
    return find_alone(run, place, fingerprint, except, uid, error);
  gboolean has = FALSE;
  if (!has_id(run, place->uid, fingerprint, &has, error)) return FALSE;
  if (has) *uid = place->uid;
  return TRUE;
}
