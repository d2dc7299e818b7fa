/* box_store.c - a Store made of boxes
 * Owns:     what can be done with a folder, and when to look at the folder again.
 * Must not: know a format or a protocol.
 * Fails:    STORE_ERROR, LEDGER_ERROR; a message is in the one box, in the other, or in both.
 * Tests:    tests/fetcher/box/test_box_store.c */
#include "fetcher/box/private.h"
#include <string.h>
#include <unistd.h>

#define HEADER_LIMIT ((gsize)65536)
#define SENT_HEADER_LIMIT ((gsize)4 << 20) /* a letter to thousands names them all */
#define FOUND_MOST 1000
#define TWO_DAYS ((gint64)172800)

/* Do all moves between the watched folders and quarantine happen in one step, which is either made or not? */
static gboolean moves_at_once(const BoxStore *store)
{
  const Shelf *quarantine = box_store_first(store, BOX_QUARANTINE);
  for (guint i = 0; quarantine != NULL && i < store->slots->len; i++) {
    const BoxSlot *slot = &g_array_index(store->slots, BoxSlot, i);
    Box *box = slot->shelf->box;
    gboolean at_once = FALSE;
    if (slot->use != BOX_WATCHED && slot->use != BOX_OTHER) continue;
    if (box->class != quarantine->box->class || box->class->carry == NULL) return FALSE;
    box->class->carry(box, NULL, 0, quarantine->box, NULL, &at_once, NULL);
    if (!at_once) return FALSE;
  }
  return quarantine != NULL;
}

static void set_can(BoxStore *store)
{
  const Box *box = store->open->box;
  store->base.can &= ~(guint)(STORE_CAN_MOVE | STORE_REMOVES_LATE | STORE_MOVES_AT_ONCE);
  if (box->class->remove != NULL && !box->read_only) store->base.can |= STORE_CAN_MOVE;
  if (box->removes_late) store->base.can |= STORE_REMOVES_LATE;
  if (moves_at_once(store)) store->base.can |= STORE_MOVES_AT_ONCE;
}

static gboolean exists(const Shelf *shelf)
{
  g_autofree char *stamp = shelf->box->class->stamp(shelf->box, NULL);
  return stamp != NULL;
}

static GPtrArray *box_folders(Store *base, GError **error)
{
  const BoxStore *store = (const BoxStore *)base;
  GPtrArray *folders = g_ptr_array_new_with_free_func((GDestroyNotify)folder_free);
  for (guint i = 0; i < store->slots->len; i++) {
    const BoxSlot *slot = &g_array_index(store->slots, BoxSlot, i);
    const Shelf *shelf = slot->shelf;
    if (!exists(shelf)) continue;
    Folder *folder = g_new0(Folder, 1);
    folder->name = g_strdup(shelf->box->name);
    if (slot->use == BOX_TRASH) folder->use = FOLDER_TRASH;
    g_ptr_array_add(folders, folder);
  }
  return folders;
}

static char *box_resolve(Store *base, const char *name, GError **error)
{
  BoxStore *store = (BoxStore *)base;
  const Shelf *quarantine = box_store_first(store, BOX_QUARANTINE);
  if (name == NULL && quarantine != NULL) return g_strdup(quarantine->box->name);
  if (name != NULL && box_store_known(store, name) != NULL) return g_strdup(name);
  if (name == NULL || (*name != '/' && !g_str_has_prefix(name, "~/"))) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX,
                "There is no folder \"%s\": write the path of a Maildir or mbox.", name != NULL ? name : "");
    return NULL;
  }
  g_autofree char *home = *name == '~' ? g_build_filename(g_get_home_dir(), name + 2, NULL) : NULL;
  char *path = g_canonicalize_filename(home != NULL ? home : name, NULL);
  if (box_store_known(store, path) == NULL) box_store_add(base, store->open_box(path, FALSE), BOX_OTHER);
  return path;
}

static gboolean box_create(Store *base, const char *name, GError **error)
{
  const BoxSlot *slot = box_store_slot((BoxStore *)base, name, error);
  if (slot == NULL) return FALSE;
  Box *box = slot->shelf->box;
  if (exists(slot->shelf)) return TRUE;
  if (box->class->make != NULL) return box->class->make(box, error);
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "The folder \"%s\" cannot be made.", name);
  return FALSE;
}

static void tell(Shelf *shelf, FolderStatus *status)
{
  *status = (FolderStatus){ .validity = shelf->numbering.validity,
                            .next = shelf->numbering.next,
                            .count = shelf->numbering.count,
                            .read_only = shelf->box->read_only,
                            .passed = shelf->passed };
  shelf->passed = FALSE;
}

static gboolean box_peek(Store *base, const char *name, FolderStatus *status, GError **error)
{
  const BoxSlot *slot = box_store_slot((BoxStore *)base, name, error);
  if (slot == NULL || !shelf_refresh(slot->shelf, FALSE, error)) return FALSE;
  tell(slot->shelf, status);
  return TRUE;
}

static gboolean box_select(Store *base, const char *name, FolderStatus *status, GError **error)
{
  BoxStore *store = (BoxStore *)base;
  store->open = NULL;
  if (!box_peek(base, name, status, error)) return FALSE;
  store->open = box_store_known(store, name)->shelf;
  set_can(store);
  return TRUE;
}

/* The rows whose UIDs lie in from..to. */
static void range(const Shelf *shelf, guint32 from, guint32 to, guint *begin, guint *end)
{
  *begin = shelf_first(shelf, from);
  *end = to == G_MAXUINT32 ? shelf->rows->len : shelf_first(shelf, to + 1);
}

typedef struct {
  const Shelf *shelf;
  GHashTable *uids; /* item → uid */
  ScanCallback row;
  ReadCallback bytes;
  gpointer data;
} Reading;

static void on_bytes(guint item, GBytes *bytes, gpointer data)
{
  const Reading *reading = data;
  guint32 uid = GPOINTER_TO_UINT(g_hash_table_lookup(reading->uids, GUINT_TO_POINTER(item)));
  if (uid == 0) return;
  if (reading->bytes != NULL) {
    reading->bytes(uid, bytes, reading->data);
    return;
  }
  const BoxItem *known = box_item(reading->shelf->box, item);
  ScanRow row = { .uid = uid,
                  .size = known->size,
                  .wire = known->wire,
                  .stored = known->stored,
                  .deleted = known->deleted,
                  .prized = known->prized,
                  .doubtful = known->doubtful };
  row.fields = g_bytes_get_data(bytes, &row.length);
  if (row.fields == NULL) row.fields = "";
  reading->row(&row, reading->data);
}

static gboolean read_rows(const Reading *reading, const GArray *items, BoxPart part, gsize limit, GError **error)
{
  Box *box = reading->shelf->box;
  const guint *list = (const guint *)(gpointer)items->data;
  return items->len == 0 || box->class->read(box, list, items->len, part, limit, on_bytes, (gpointer)reading, error);
}

static void add_row(Reading *reading, GArray *items, const ShelfRow *row)
{
  g_array_append_val(items, row->item);
  g_hash_table_insert(reading->uids, GUINT_TO_POINTER(row->item), GUINT_TO_POINTER(row->uid));
}

/* Longer headers are not read to their end. In a Sent folder, such a message counts as unreadable. */
static gsize header_limit(const Shelf *shelf) { return shelf->lazy ? SENT_HEADER_LIMIT : HEADER_LIMIT; }

typedef struct {
  ScanCallback callback;
  gpointer data;
  const Shelf *shelf;
  GHashTable *seen; /* UIDs */
} Seeing;

static void see(const ScanRow *row, gpointer data)
{
  Seeing *seeing = data;
  ScanRow told = *row;
  told.unreadable = row->unreadable || (seeing->shelf->lazy && row->length >= SENT_HEADER_LIMIT);
  g_hash_table_add(seeing->seen, GUINT_TO_POINTER(row->uid));
  seeing->callback(&told, seeing->data);
}

static void see_unreadable(Seeing *seeing, const ShelfRow *row)
{
  const BoxItem *item = box_item(seeing->shelf->box, row->item);
  ScanRow told = {
    .uid = row->uid, .size = item->size, .wire = item->wire, .stored = item->stored, .unreadable = TRUE, .fields = ""
  };
  see(&told, seeing);
}

/* Scans the UIDs from..to that were not seen yet. each: one by one, so that one refused message does not matter for
 * the others. */
static gboolean scan_some(Seeing *seeing, guint32 from, guint32 to, gboolean each, GError **error)
{
  g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(guint));
  g_autoptr(GHashTable) uids = g_hash_table_new(NULL, NULL);
  Reading reading = { .shelf = seeing->shelf, .uids = uids, .row = see, .data = seeing };
  guint begin, end;
  range(seeing->shelf, from, to, &begin, &end);
  for (guint i = begin; i < end; i++) {
    const ShelfRow *row = &g_array_index(seeing->shelf->rows, ShelfRow, i);
    g_autoptr(GError) problem = NULL;
    if (g_hash_table_contains(seeing->seen, GUINT_TO_POINTER(row->uid))) continue;
    add_row(&reading, items, row);
    if (!each) continue;
    if (read_rows(&reading, items, BOX_HEADER, header_limit(seeing->shelf), &problem)) {
      g_array_set_size(items, 0);
      continue;
    }
    if (!g_error_matches(problem, STORE_ERROR, STORE_ERROR_MESSAGE)) {
      g_propagate_error(error, g_steal_pointer(&problem));
      return FALSE;
    }
    see_unreadable(seeing, row);
    g_array_set_size(items, 0);
  }
  return each || read_rows(&reading, items, BOX_HEADER, header_limit(seeing->shelf), error);
}

/* If a message is refused, another program may have changed the folder since it was listed: list again. (Not where a
 * new list would forget what must be removed.) */
static gboolean box_scan(Store *base, guint32 from, guint32 to, const char *const *fields, ScanCallback callback,
                         gpointer data, GError **error)
{
  BoxStore *store = (BoxStore *)base;
  if (!box_store_need_open(store, error)) return FALSE;
  g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
  Seeing seeing = { callback, data, store->open, seen };
  for (guint attempt = 0; attempt < 2; attempt++) {
    g_autoptr(GError) problem = NULL;
    if (scan_some(&seeing, from, to, FALSE, &problem)) return TRUE;
    if (!g_error_matches(problem, STORE_ERROR, STORE_ERROR_MESSAGE)) {
      g_propagate_error(error, g_steal_pointer(&problem));
      return FALSE;
    }
    if (store->open->box->removes_late) break;
    shelf_doubt(store->open);
    if (!shelf_refresh(store->open, TRUE, error)) return FALSE;
  }
  return scan_some(&seeing, from, to, TRUE, error);
}

static GArray *box_present(Store *base, guint32 from, guint32 to, GError **error)
{
  BoxStore *store = (BoxStore *)base;
  guint begin, end;
  if (!box_store_need_open(store, error)) return NULL;
  GArray *present = g_array_new(FALSE, FALSE, sizeof(guint32));
  range(store->open, from, to, &begin, &end);
  for (guint i = begin; i < end; i++) g_array_append_val(present, g_array_index(store->open->rows, ShelfRow, i).uid);
  return present;
}

static gboolean box_read(Store *base, const guint32 *uids, guint n, gsize limit, ReadCallback callback, gpointer data,
                         GError **error)
{
  BoxStore *store = (BoxStore *)base;
  if (!box_store_need_open(store, error)) return FALSE;
  g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(guint));
  g_autoptr(GHashTable) of_item = g_hash_table_new(NULL, NULL);
  Reading reading = { .shelf = store->open, .uids = of_item, .bytes = callback, .data = data };
  for (guint i = 0; i < n; i++) {
    const ShelfRow *row = shelf_row(store->open, uids[i]);
    if (row != NULL) add_row(&reading, items, row);
  }
  return read_rows(&reading, items, BOX_MESSAGE, limit, error);
}

static GArray *box_find(Store *base, const char *message_id, guint64 size, gint64 since, GError **error)
{
  BoxStore *store = (BoxStore *)base;
  if (!box_store_need_open(store, error)) return NULL;
  GArray *found = g_array_new(FALSE, FALSE, sizeof(guint32));
  for (guint i = 0; i < store->open->rows->len && found->len < FOUND_MOST; i++) {
    const ShelfRow *row = &g_array_index(store->open->rows, ShelfRow, i);
    const BoxItem *item = box_item(store->open->box, row->item);
    if ((item->size == size || item->wire == size) && (item->stored == 0 || item->stored >= since - TWO_DAYS))
      g_array_append_val(found, row->uid);
  }
  return found;
}

static gboolean box_commit(Store *base, GError **error)
{
  BoxStore *store = (BoxStore *)base;
  store->open = NULL;
  for (guint i = 0; i < store->slots->len; i++) {
    Shelf *shelf = g_array_index(store->slots, BoxSlot, i).shelf;
    if (shelf->box->class->commit == NULL) continue;
    shelf_doubt(shelf);
    if (!shelf->box->class->commit(shelf->box, error)) return FALSE;
  }
  return TRUE;
}

static void box_close(Store *base)
{
  BoxStore *store = (BoxStore *)base;
  for (guint i = 0; i < store->slots->len; i++) shelf_free(g_array_index(store->slots, BoxSlot, i).shelf);
  g_array_unref(store->slots);
  if (store->inotify >= 0) close(store->inotify);
  g_free(store->account);
  g_free(base->notes);
  g_free(store);
}

static const StoreClass box_class = {
  .folders = box_folders,
  .resolve = box_resolve,
  .create = box_create,
  .select = box_select,
  .peek = box_peek,
  .scan = box_scan,
  .present = box_present,
  .read = box_read,
  .find = box_find,
  .move = box_move,
  .copy = box_copy,
  .remove = box_remove,
  .sync = box_sync,
  .mark = box_mark,
  .claim = box_claim,
  .prized = box_prized,
  .wait = box_wait,
  .commit = box_commit,
  .close = box_close,
};

Store *box_store_new(Ledger *ledger, const char *account, BoxOpener open)
{
  BoxStore *store = g_new0(BoxStore, 1);
  store->base.class = &box_class;
  store->base.can = STORE_CAN_MOVE | STORE_NO_RIVALS | STORE_REFUSES_FOR_NOW;
  store->ledger = ledger;
  store->account = g_strdup(account);
  store->slots = g_array_new(FALSE, FALSE, sizeof(BoxSlot));
  store->open_box = open;
  store->inotify = -1;
  return &store->base;
}

Box *box_store_inbox(Store *base)
{
  const Shelf *inbox = box_store_first((BoxStore *)base, BOX_WATCHED);
  return inbox != NULL ? inbox->box : NULL;
}

guint32 box_store_uid(Store *base, guint item)
{
  const Shelf *inbox = box_store_first((BoxStore *)base, BOX_WATCHED);
  if (inbox == NULL || item >= inbox->box->items->len) return 0;
  const BoxItem *known = box_item(inbox->box, item);
  return shelf_uid_of_key(inbox, known->key, known->twins);
}

gboolean box_store_list(Store *base, guint32 *validity, GError **error)
{
  Shelf *inbox = box_store_first((BoxStore *)base, BOX_WATCHED);
  shelf_doubt(inbox);
  *validity = inbox->known ? inbox->numbering.validity : 0;
  return inbox->box->class->list(inbox->box, error);
}
