/* box_store.c - a Store made of boxes
 * Owns:     which box a folder's name means; the order put, sync, remove in which a message goes from one to another.
 * Must not: know a format or a protocol; remove a message before its copy is on the disk.
 * Fails:    STORE_ERROR, LEDGER_ERROR; a message is in the one box, in the other, or in both.
 * Tests:    tests/test_box_store.c */
#include "fetcher/box_store.h"
#include "fetcher/shelf.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define HEADER_LIMIT ((gsize)65536)
#define FOUND_MOST 1000
#define TWO_DAYS ((gint64)172800)

typedef struct {
  Shelf *shelf;
  BoxUse use;
} Slot;

typedef struct {
  Store base;
  Ledger *ledger;
  char *account;
  GArray *slots; /* Slot */
  Shelf *open;   /* NULL: no folder is selected */
  int inotify;   /* -1: not listening yet */
} BoxStore;

static Slot *slot_of(const BoxStore *store, const char *name)
{
  for (guint i = 0; i < store->slots->len; i++) {
    Slot *slot = &g_array_index(store->slots, Slot, i);
    if (strcmp(slot->shelf->box->name, name) == 0) return slot;
  }
  return NULL;
}

/* The first of this use. */
static Shelf *first_of(const BoxStore *store, BoxUse use)
{
  for (guint i = 0; i < store->slots->len; i++) {
    const Slot *slot = &g_array_index(store->slots, Slot, i);
    if (slot->use == use) return slot->shelf;
  }
  return NULL;
}

/* One that was swept in another session is known by its path: what was moved out of it can be put back. */
static Slot *need_slot(BoxStore *store, const char *name, GError **error)
{
  if (slot_of(store, name) == NULL && *name == '/') box_store_add(&store->base, disk_box_new(name, FALSE), BOX_OTHER);
  Slot *slot = slot_of(store, name);
  if (slot == NULL) g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "There is no folder \"%s\".", name);
  return slot;
}

static gboolean need_open(const BoxStore *store, GError **error)
{
  if (store->open != NULL && store->open->listed) return TRUE;
  if (store->open != NULL) return shelf_refresh(store->open, TRUE, error);
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "No folder is open.");
  return FALSE;
}

/* A message that can be told from all others by whether it has been moved: from every watched folder to quarantine, and
 * back, in one step. */
static gboolean moves_at_once(const BoxStore *store)
{
  const Shelf *quarantine = first_of(store, BOX_QUARANTINE);
  for (guint i = 0; quarantine != NULL && i < store->slots->len; i++) {
    const Slot *slot = &g_array_index(store->slots, Slot, i);
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
    const Shelf *shelf = g_array_index(store->slots, Slot, i).shelf;
    if (!exists(shelf)) continue;
    Folder *folder = g_new0(Folder, 1);
    folder->name = g_strdup(shelf->box->name);
    g_ptr_array_add(folders, folder);
  }
  return folders;
}

static char *box_resolve(Store *base, const char *name, GError **error)
{
  BoxStore *store = (BoxStore *)base;
  const Shelf *quarantine = first_of(store, BOX_QUARANTINE);
  if (name == NULL && quarantine != NULL) return g_strdup(quarantine->box->name);
  if (name != NULL && slot_of(store, name) != NULL) return g_strdup(name);
  if (name == NULL || (*name != '/' && !g_str_has_prefix(name, "~/"))) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX,
                "There is no folder \"%s\": write the path of a Maildir or mbox.", name != NULL ? name : "");
    return NULL;
  }
  g_autofree char *home = *name == '~' ? g_build_filename(g_get_home_dir(), name + 2, NULL) : NULL;
  char *path = g_canonicalize_filename(home != NULL ? home : name, NULL);
  if (slot_of(store, path) == NULL) box_store_add(base, disk_box_new(path, FALSE), BOX_OTHER);
  return path;
}

static gboolean box_create(Store *base, const char *name, GError **error)
{
  const Slot *slot = need_slot((BoxStore *)base, name, error);
  if (slot == NULL) return FALSE;
  Box *box = slot->shelf->box;
  if (exists(slot->shelf)) return TRUE;
  if (box->class->make != NULL) return box->class->make(box, error);
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "The folder \"%s\" cannot be made.", name);
  return FALSE;
}

static void tell(const Shelf *shelf, FolderStatus *status)
{
  *status = (FolderStatus){ .validity = shelf->numbering.validity,
                            .next = shelf->numbering.next,
                            .count = shelf->numbering.count,
                            .read_only = shelf->box->read_only };
}

static gboolean box_peek(Store *base, const char *name, FolderStatus *status, GError **error)
{
  const Slot *slot = need_slot((BoxStore *)base, name, error);
  if (slot == NULL || !shelf_refresh(slot->shelf, FALSE, error)) return FALSE;
  tell(slot->shelf, status);
  return TRUE;
}

static gboolean box_select(Store *base, const char *name, FolderStatus *status, GError **error)
{
  BoxStore *store = (BoxStore *)base;
  store->open = NULL;
  if (!box_peek(base, name, status, error)) return FALSE;
  store->open = slot_of(store, name)->shelf;
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
  ScanRow row = {
    .uid = uid, .size = known->size, .wire = known->wire, .stored = known->stored, .deleted = known->deleted
  };
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

/* One by one those that gave no row: of what is refused the others are not to blame. */
static gboolean scan_each(Reading *reading, const GArray *items, GHashTable *seen, GError **error)
{
  for (guint i = 0; i < items->len; i++) {
    g_autoptr(GArray) one = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autoptr(GError) problem = NULL;
    guint item = g_array_index(items, guint, i);
    if (g_hash_table_contains(seen, GUINT_TO_POINTER(item))) continue;
    g_array_append_val(one, item);
    if (read_rows(reading, one, BOX_HEADER, HEADER_LIMIT, &problem)
        || g_error_matches(problem, STORE_ERROR, STORE_ERROR_MESSAGE))
      continue;
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  return TRUE;
}

typedef struct {
  ScanCallback callback;
  gpointer data;
  const Shelf *shelf;
  GHashTable *seen; /* items */
} Seeing;

static void see(const ScanRow *row, gpointer data)
{
  Seeing *seeing = data;
  const ShelfRow *known = shelf_row(seeing->shelf, row->uid);
  if (known != NULL) g_hash_table_add(seeing->seen, GUINT_TO_POINTER(known->item));
  seeing->callback(row, seeing->data);
}

static gboolean box_scan(Store *base, guint32 from, guint32 to, const char *const *fields, ScanCallback callback,
                         gpointer data, GError **error)
{
  BoxStore *store = (BoxStore *)base;
  if (!need_open(store, error)) return FALSE;
  g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(guint));
  g_autoptr(GHashTable) uids = g_hash_table_new(NULL, NULL), seen = g_hash_table_new(NULL, NULL);
  g_autoptr(GError) problem = NULL;
  Seeing seeing = { callback, data, store->open, seen };
  Reading reading = { .shelf = store->open, .uids = uids, .row = see, .data = &seeing };
  guint begin, end;
  range(store->open, from, to, &begin, &end);
  for (guint i = begin; i < end; i++) add_row(&reading, items, &g_array_index(store->open->rows, ShelfRow, i));
  if (read_rows(&reading, items, BOX_HEADER, HEADER_LIMIT, &problem)) return TRUE;
  if (g_error_matches(problem, STORE_ERROR, STORE_ERROR_MESSAGE)) return scan_each(&reading, items, seen, error);
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

static GArray *box_present(Store *base, guint32 from, guint32 to, GError **error)
{
  BoxStore *store = (BoxStore *)base;
  guint begin, end;
  if (!need_open(store, error)) return NULL;
  GArray *present = g_array_new(FALSE, FALSE, sizeof(guint32));
  range(store->open, from, to, &begin, &end);
  for (guint i = begin; i < end; i++) g_array_append_val(present, g_array_index(store->open->rows, ShelfRow, i).uid);
  return present;
}

static gboolean box_read(Store *base, const guint32 *uids, guint n, gsize limit, ReadCallback callback, gpointer data,
                         GError **error)
{
  BoxStore *store = (BoxStore *)base;
  if (!need_open(store, error)) return FALSE;
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
  if (!need_open(store, error)) return NULL;
  GArray *found = g_array_new(FALSE, FALSE, sizeof(guint32));
  for (guint i = 0; i < store->open->rows->len && found->len < FOUND_MOST; i++) {
    const ShelfRow *row = &g_array_index(store->open->rows, ShelfRow, i);
    const BoxItem *item = box_item(store->open->box, row->item);
    if ((item->size == size || item->wire == size) && (item->stored == 0 || item->stored >= since - TWO_DAYS))
      g_array_append_val(found, row->uid);
  }
  return found;
}

static GArray *items_of(const Shelf *shelf, const guint32 *uids, guint n)
{
  GArray *items = g_array_new(FALSE, FALSE, sizeof(guint));
  for (guint i = 0; i < n; i++) {
    const ShelfRow *row = shelf_row(shelf, uids[i]);
    if (row != NULL) g_array_append_val(items, row->item);
  }
  return items;
}

static Shelf *need_target(BoxStore *store, const char *name, GError **error)
{
  const Slot *slot = need_slot(store, name, error);
  if (slot == NULL || !box_create(&store->base, name, error)) return NULL;
  if (slot->shelf->box->class->put != NULL) return slot->shelf;
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "Nothing can be put into \"%s\".", name);
  return NULL;
}

/* A message that is no longer there is no error. */
static gboolean copy_one(const BoxStore *store, guint item, Box *to, GArray *copied, GError **error)
{
  Box *from = store->open->box;
  const Shelf *quarantine = first_of(store, BOX_QUARANTINE);
  g_autoptr(GError) problem = NULL;
  BoxMove move = { .item = item };
  int fd = box_spool(*to->name == '/' ? to->name : quarantine->box->name, error);
  if (fd < 0) return FALSE;
  gboolean done =
      from->class->fetch(from, item, fd, &problem) && to->class->put(to, fd, box_item(from, item), &move.key, &problem);
  close(fd);
  if (done) {
    g_array_append_val(copied, move);
    return TRUE;
  }
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

/* The first that cannot be copied ends it, so that the reason is told of it. */
static gboolean copy_all(const BoxStore *store, const GArray *items, Box *to, GArray *copied, GError **error)
{
  for (guint i = 0; i < items->len; i++)
    if (!copy_one(store, g_array_index(items, guint, i), to, copied, error)) return FALSE;
  return TRUE;
}

static gboolean remove_items(Box *box, const GArray *items, GError **error)
{
  if (items->len == 0) return TRUE;
  if (box->class->remove != NULL && !box->read_only)
    return box->class->remove(box, (const guint *)(gpointer)items->data, items->len, error);
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "Nothing can be removed from \"%s\".", box->name);
  return FALSE;
}

static gboolean copy_then_remove(const BoxStore *store, const GArray *items, Box *to, GArray *moved, GError **error)
{
  g_autoptr(GArray) done = g_array_new(FALSE, FALSE, sizeof(guint));
  g_autoptr(GError) problem = NULL;
  gboolean all = copy_all(store, items, to, moved, &problem);
  for (guint i = 0; i < moved->len; i++) g_array_append_val(done, g_array_index(moved, BoxMove, i).item);
  if (!remove_items(store->open->box, done, error)) return FALSE;
  if (!all) g_propagate_error(error, g_steal_pointer(&problem));
  return all;
}

/* By the short way where there is one. */
static gboolean carry(const BoxStore *store, const GArray *items, Box *to, GArray *moved, GError **error)
{
  Box *from = store->open->box;
  gboolean at_once = FALSE;
  g_autoptr(GError) problem = NULL;
  if (from->class == to->class && from->class->carry != NULL && !from->read_only) {
    if (from->class->carry(from, (const guint *)(gpointer)items->data, items->len, to, moved, &at_once, &problem))
      return TRUE;
    if (problem != NULL) {
      g_propagate_error(error, g_steal_pointer(&problem));
      return FALSE;
    }
  }
  return copy_then_remove(store, items, to, moved, error);
}

static void pair_up(const Shelf *to, const GArray *moved, GHashTable *uids, GArray *pairs)
{
  g_autoptr(GHashTable) later = g_hash_table_new(g_int64_hash, g_int64_equal); /* key → how many were put after it */
  for (guint i = moved->len; i > 0; i--) {
    const BoxMove *move = &g_array_index(moved, BoxMove, i - 1);
    guint twins = GPOINTER_TO_UINT(g_hash_table_lookup(later, &move->key));
    UidPair pair = { .from = GPOINTER_TO_UINT(g_hash_table_lookup(uids, GUINT_TO_POINTER(move->item))) };
    if (move->key != 0) pair.to = shelf_uid_of_key(to, move->key, twins);
    g_hash_table_insert(later, (gpointer)&move->key, GUINT_TO_POINTER(twins + 1));
    g_array_append_val(pairs, pair);
  }
}

/* What was taken out of a folder loses its number at once: a later look might find the message there again, since its
 * owner has put it back, and take it for one that was there all the time. */
static void forget_taken(Shelf *from)
{
  if (from->box->removes_late) return;
  shelf_doubt(from);
  shelf_refresh(from, TRUE, NULL);
}

/* How the two boxes are after something was moved. */
static gboolean settle_ends(Shelf *from, Shelf *to, GError **error)
{
  forget_taken(from);
  shelf_doubt(to);
  return shelf_refresh(to, TRUE, error);
}

static gboolean transfer(BoxStore *store, const guint32 *uids, guint n, const char *target, gboolean removes,
                         GArray *pairs, GError **error)
{
  if (!need_open(store, error)) return FALSE;
  Shelf *from = store->open, *to = need_target(store, target, error);
  if (to == NULL) return FALSE;
  g_autoptr(GArray) items = items_of(from, uids, n), moved = g_array_new(FALSE, TRUE, sizeof(BoxMove));
  g_autoptr(GHashTable) of_item = g_hash_table_new(NULL, NULL);
  for (guint i = 0; i < n; i++) {
    const ShelfRow *row = shelf_row(from, uids[i]);
    if (row != NULL) g_hash_table_insert(of_item, GUINT_TO_POINTER(row->item), GUINT_TO_POINTER(uids[i]));
  }
  gboolean done = removes ? carry(store, items, to->box, moved, error) : copy_all(store, items, to->box, moved, error);
  if (!settle_ends(from, to, done ? error : NULL) || !done) return FALSE;
  pair_up(to, moved, of_item, pairs);
  return TRUE;
}

static gboolean box_move(Store *base, const guint32 *uids, guint n, const char *target, GArray *pairs, GError **error)
{
  return transfer((BoxStore *)base, uids, n, target, TRUE, pairs, error);
}

static gboolean box_copy(Store *base, const guint32 *uids, guint n, const char *target, GArray *pairs, GError **error)
{
  return transfer((BoxStore *)base, uids, n, target, FALSE, pairs, error);
}

static gboolean box_remove(Store *base, const guint32 *uids, guint n, GError **error)
{
  BoxStore *store = (BoxStore *)base;
  if (!need_open(store, error)) return FALSE;
  g_autoptr(GArray) items = items_of(store->open, uids, n);
  gboolean done = remove_items(store->open->box, items, error);
  forget_taken(store->open);
  return done;
}

static gboolean box_mark(Store *base, const guint32 *uids, guint n, Mark mark, GError **error) { return TRUE; }

static gboolean box_claim(Store *base, const guint32 *uids, guint n, GArray *claimed, GError **error)
{
  g_array_append_vals(claimed, uids, n);
  return TRUE;
}

static gboolean box_commit(Store *base, GError **error)
{
  BoxStore *store = (BoxStore *)base;
  store->open = NULL;
  for (guint i = 0; i < store->slots->len; i++) {
    Shelf *shelf = g_array_index(store->slots, Slot, i).shelf;
    if (shelf->box->class->commit == NULL) continue;
    shelf_doubt(shelf);
    if (!shelf->box->class->commit(shelf->box, error)) return FALSE;
  }
  return TRUE;
}

static gboolean listen_to(BoxStore *store, GError **error)
{
  if (store->inotify < 0) store->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (store->inotify >= 0) return TRUE;
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX,
              "Folders cannot be watched (%s): raise "
              "fs.inotify.max_user_instances.",
              g_strerror(errno));
  return FALSE;
}

/* One that cannot be watched, since it is not there, keeps the others from nothing; it is tried again each time. */
static gboolean listen_all(BoxStore *store, GError **error)
{
  g_autoptr(GError) problem = NULL;
  guint heard = 0;
  if (!listen_to(store, error)) return FALSE;
  for (guint i = 0; i < store->slots->len; i++) {
    const Slot *slot = &g_array_index(store->slots, Slot, i);
    Box *box = slot->shelf->box;
    if (slot->use != BOX_WATCHED || box->class->watch == NULL) continue;
    if (box->class->watch(box, store->inotify, problem == NULL ? &problem : NULL)) heard++;
  }
  if (heard > 0 || problem == NULL) return TRUE;
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

static void drain(int fd)
{
  char events[4096];
  while (read(fd, events, sizeof events) > 0) continue;
}

static gboolean has_changed(const BoxStore *store)
{
  for (guint i = 0; i < store->slots->len; i++) {
    const Slot *slot = &g_array_index(store->slots, Slot, i);
    if (slot->use == BOX_WATCHED && shelf_has_changed(slot->shelf)) return TRUE;
  }
  return FALSE;
}

static gboolean box_wait(Store *base, const int *wake, guint n, gboolean *changed, GError **error)
{
  BoxStore *store = (BoxStore *)base;
  *changed = FALSE;
  if (!listen_all(store, error)) return FALSE;
  for (;;) {
    struct pollfd fds[8] = { { .fd = store->inotify, .events = POLLIN } };
    guint used = MIN(n, G_N_ELEMENTS(fds) - 1);
    drain(store->inotify);
    *changed = has_changed(store);
    if (*changed) return TRUE;
    for (guint i = 0; i < used; i++) fds[i + 1] = (struct pollfd){ .fd = wake[i], .events = POLLIN };
    if (poll(fds, used + 1, -1) < 0 && errno != EINTR) {
      g_set_error(error, STORE_ERROR, STORE_ERROR_LINK, "Waiting failed: %s.", g_strerror(errno));
      return FALSE;
    }
    for (guint i = 0; i < used; i++)
      if (fds[i + 1].revents != 0) return TRUE;
  }
}

static void box_close(Store *base)
{
  BoxStore *store = (BoxStore *)base;
  for (guint i = 0; i < store->slots->len; i++) shelf_free(g_array_index(store->slots, Slot, i).shelf);
  g_array_unref(store->slots);
  if (store->inotify >= 0) close(store->inotify);
  g_free(store->account);
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
  .mark = box_mark,
  .claim = box_claim,
  .wait = box_wait,
  .commit = box_commit,
  .close = box_close,
};

Store *box_store_new(Ledger *ledger, const char *account)
{
  BoxStore *store = g_new0(BoxStore, 1);
  store->base.class = &box_class;
  store->base.can = STORE_CAN_MOVE | STORE_NO_RIVALS | STORE_REFUSES_FOR_NOW;
  store->ledger = ledger;
  store->account = g_strdup(account);
  store->slots = g_array_new(FALSE, FALSE, sizeof(Slot));
  store->inotify = -1;
  return &store->base;
}

void box_store_add(Store *base, Box *box, BoxUse use)
{
  BoxStore *store = (BoxStore *)base;
  if (slot_of(store, box->name) != NULL) {
    box_free(box);
    return;
  }
  Slot slot = { shelf_new(store->ledger, store->account, box, use == BOX_SENT), use };
  g_array_append_val(store->slots, slot);
  if (use == BOX_RETURN && base->returns_to == NULL) base->returns_to = box->name;
}

Box *box_store_inbox(Store *base)
{
  const Shelf *inbox = first_of((BoxStore *)base, BOX_WATCHED);
  return inbox != NULL ? inbox->box : NULL;
}

guint32 box_store_uid(Store *base, guint item)
{
  const Shelf *inbox = first_of((BoxStore *)base, BOX_WATCHED);
  if (inbox == NULL || item >= inbox->box->items->len) return 0;
  const BoxItem *known = box_item(inbox->box, item);
  return shelf_uid_of_key(inbox, known->key, known->twins);
}

gboolean box_store_list(Store *base, guint32 *validity, GError **error)
{
  Shelf *inbox = first_of((BoxStore *)base, BOX_WATCHED);
  shelf_doubt(inbox);
  *validity = inbox->known ? inbox->numbering.validity : 0;
  return inbox->box->class->list(inbox->box, error);
}
