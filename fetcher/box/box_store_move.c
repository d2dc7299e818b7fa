/* box_store_move.c - a Store made of boxes: moving, copying, removing
 * Owns:     the order put, sync, compare, remove in which a message goes from one box to another.
 * Must not: know a format or a protocol; remove a message before its copy is on the disk and is the same.
 * Fails:    STORE_ERROR, LEDGER_ERROR; a message is in the one box, in the other, or in both.
 * Tests:    tests/fetcher/box/test_box_store_move.c, tests/e2e/test_disk_kill.py */
#include "fetcher/box/private.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

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
  const BoxSlot *slot = box_store_slot(store, name, error);
  if (slot == NULL || !store->base.class->create(&store->base, name, error)) return NULL;
  if (slot->shelf->box->class->put != NULL) return slot->shelf;
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "Nothing can be put into \"%s\".", name);
  return NULL;
}

/* SHA-256 of all of this file; NULL: it cannot be read. */
static char *digest_of(int fd)
{
  g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
  guint8 piece[16384];
  ssize_t got;
  if (lseek(fd, 0, SEEK_SET) != 0) return NULL;
  while ((got = read(fd, piece, sizeof piece)) != 0) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return NULL;
    g_checksum_update(checksum, piece, got);
  }
  return g_strdup(g_checksum_get_string(checksum));
}

/* The disk on which a message is spooled on its way to this box, or out of it. */
static int spool(const BoxStore *store, const Box *box, GError **error)
{
  const Shelf *quarantine = box_store_first(store, BOX_QUARANTINE);
  return box_spool(*box->name == '/' ? box->name : quarantine->box->name, error);
}

/* A message that is no longer there is no error. digests (NULL: not asked): gets that of the message as its box gave
 * it. */
static gboolean copy_one(const BoxStore *store, guint item, Box *to, GArray *copied, GPtrArray *digests, GError **error)
{
  Box *from = store->open->box;
  g_autoptr(GError) problem = NULL;
  BoxMove move = { .item = item };
  int fd = spool(store, to, error);
  if (fd < 0) return FALSE;
  gboolean done =
      from->class->fetch(from, item, fd, &problem) && to->class->put(to, fd, box_item(from, item), &move.key, &problem);
  if (done && digests != NULL) g_ptr_array_add(digests, digest_of(fd));
  close(fd);
  if (done) {
    g_array_append_val(copied, move);
    return TRUE;
  }
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

/* Stops at the first message that cannot be copied, with its reason as the error; those before it are copied. Syncs
 * only once, for all of them. */
static gboolean copy_all(const BoxStore *store, const GArray *items, Box *to, GArray *copied, GPtrArray *digests,
                         GError **error)
{
  gboolean done = TRUE;
  for (guint i = 0; i < items->len && done; i++)
    done = copy_one(store, g_array_index(items, guint, i), to, copied, digests, error);
  if (copied->len == 0 || to->class->sync == NULL || to->class->sync(to, done ? error : NULL)) return done;
  g_array_set_size(copied, 0); /* nobody knows of which */
  return FALSE;
}

static gboolean remove_items(Box *box, const GArray *items, GError **error)
{
  if (items->len == 0) return TRUE;
  if (box->class->remove != NULL && !box->read_only)
    return box->class->remove(box, (const guint *)(gpointer)items->data, items->len, error);
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "Nothing can be removed from \"%s\".", box->name);
  return FALSE;
}

/* The UIDs at the goal: GArray of guint32, one for each move, 0: nobody can tell; caller owns. */
static GArray *uids_at(const Shelf *to, const GArray *moved)
{
  g_autoptr(GHashTable) later = g_hash_table_new(g_int64_hash, g_int64_equal); /* key → how many were put after it */
  GArray *uids = g_array_sized_new(FALSE, TRUE, sizeof(guint32), moved->len);
  g_array_set_size(uids, moved->len);
  for (guint i = moved->len; i > 0; i--) {
    const BoxMove *move = &g_array_index(moved, BoxMove, i - 1);
    guint twins = GPOINTER_TO_UINT(g_hash_table_lookup(later, &move->key));
    if (move->key != 0) g_array_index(uids, guint32, i - 1) = shelf_uid_of_key(to, move->key, twins);
    g_hash_table_insert(later, (gpointer)&move->key, GUINT_TO_POINTER(twins + 1));
  }
  return uids;
}

/* *same: the box gives this item as the message with this digest. */
static gboolean is_as(const BoxStore *store, Box *box, guint item, const char *digest, gboolean *same, GError **error)
{
  g_autoptr(GError) problem = NULL;
  int fd = spool(store, box, error);
  *same = FALSE;
  if (fd < 0) return FALSE;
  gboolean done = box->class->fetch(box, item, fd, &problem);
  g_autofree char *now = done ? digest_of(fd) : NULL;
  close(fd);
  *same = now != NULL && g_strcmp0(now, digest) == 0;
  if (done || g_error_matches(problem, STORE_ERROR, STORE_ERROR_MESSAGE)) return TRUE;
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

/* Of the copies those stay in `moved` that their folder gives as they were: an mbox cannot hold every message. The
 * others are taken back. What keeps nothing (key 0) has taken the message. *all: none was taken back. */
static gboolean keep_true_copies(const BoxStore *store, Shelf *to, GArray *moved, const GPtrArray *digests,
                                 gboolean *all, GError **error)
{
  g_autoptr(GArray) wrong = g_array_new(FALSE, FALSE, sizeof(guint));
  guint kept = 0;
  *all = TRUE;
  if (moved->len == 0) return TRUE;
  shelf_doubt(to);
  if (!shelf_refresh(to, TRUE, error)) return FALSE;
  g_autoptr(GArray) uids = uids_at(to, moved);
  for (guint i = 0; i < moved->len; i++) {
    BoxMove move = g_array_index(moved, BoxMove, i);
    const ShelfRow *row = shelf_row(to, g_array_index(uids, guint32, i));
    gboolean same = move.key == 0;
    if (row != NULL && !is_as(store, to->box, row->item, digests->pdata[i], &same, error)) return FALSE;
    if (same)
      g_array_index(moved, BoxMove, kept++) = move;
    else if (row != NULL)
      g_array_append_val(wrong, row->item);
  }
  *all = kept == moved->len;
  g_array_set_size(moved, kept);
  return remove_items(to->box, wrong, error);
}

static gboolean copy_then_remove(const BoxStore *store, const GArray *items, Shelf *to, GArray *moved, GError **error)
{
  g_autoptr(GArray) done = g_array_new(FALSE, FALSE, sizeof(guint));
  g_autoptr(GPtrArray) digests = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GError) problem = NULL;
  gboolean all_true;
  Box *from = store->open->box; /* a folder that is in use now would keep its message, beside the copy */
  if (from->class->remove != NULL && !from->read_only && !from->class->remove(from, NULL, 0, error)) return FALSE;
  gboolean all = copy_all(store, items, to->box, moved, digests, &problem);
  if (!keep_true_copies(store, to, moved, digests, &all_true, error)) return FALSE;
  for (guint i = 0; i < moved->len; i++) g_array_append_val(done, g_array_index(moved, BoxMove, i).item);
  if (!remove_items(store->open->box, done, error)) return FALSE;
  if (!all)
    g_propagate_error(error, g_steal_pointer(&problem));
  else if (!all_true)
    g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE,
                "the folder %s cannot hold the message as it is: it was left where it was", to->box->name);
  return all && all_true;
}

/* By the short way where there is one. */
static gboolean carry(const BoxStore *store, const GArray *items, Shelf *goal, GArray *moved, GError **error)
{
  Box *from = store->open->box, *to = goal->box;
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
  return copy_then_remove(store, items, goal, moved, error);
}

static void pair_up(const Shelf *to, const GArray *moved, GHashTable *uids, GArray *pairs)
{
  g_autoptr(GArray) there = uids_at(to, moved);
  for (guint i = moved->len; i > 0; i--) {
    guint item = g_array_index(moved, BoxMove, i - 1).item;
    UidPair pair = { .from = GPOINTER_TO_UINT(g_hash_table_lookup(uids, GUINT_TO_POINTER(item))),
                     .to = g_array_index(there, guint32, i - 1) };
    g_array_append_val(pairs, pair);
  }
}

/* A message that was taken out of a folder loses its number at once. Else, if the owner puts it back, a later look
 * would take it for a message that was there all the time. */
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
  if (!box_store_need_open(store, error)) return FALSE;
  Shelf *from = store->open, *to = need_target(store, target, error);
  if (to == NULL) return FALSE;
  g_autoptr(GArray) items = items_of(from, uids, n), moved = g_array_new(FALSE, TRUE, sizeof(BoxMove));
  g_autoptr(GHashTable) of_item = g_hash_table_new(NULL, NULL);
  for (guint i = 0; i < n; i++) {
    const ShelfRow *row = shelf_row(from, uids[i]);
    if (row != NULL) g_hash_table_insert(of_item, GUINT_TO_POINTER(row->item), GUINT_TO_POINTER(uids[i]));
  }
  gboolean done = removes ? carry(store, items, to, moved, error) : copy_all(store, items, to->box, moved, NULL, error);
  if (!settle_ends(from, to, done ? error : NULL) || !done) return FALSE;
  pair_up(to, moved, of_item, pairs);
  return TRUE;
}

gboolean box_move(Store *base, const guint32 *uids, guint n, const char *target, GArray *pairs, GError **error)
{
  return transfer((BoxStore *)base, uids, n, target, TRUE, pairs, error);
}

gboolean box_copy(Store *base, const guint32 *uids, guint n, const char *target, GArray *pairs, GError **error)
{
  return transfer((BoxStore *)base, uids, n, target, FALSE, pairs, error);
}

gboolean box_remove(Store *base, const guint32 *uids, guint n, GError **error)
{
  BoxStore *store = (BoxStore *)base;
  if (!box_store_need_open(store, error)) return FALSE;
  g_autoptr(GArray) items = items_of(store->open, uids, n);
  gboolean done = remove_items(store->open->box, items, error);
  forget_taken(store->open);
  return done;
}

/* By its file system: nobody knows any more what was written there and when. It is asked for seldom. */
gboolean box_sync(Store *base, const char *name, GError **error)
{
  if (*name != '/') return TRUE; /* not on this disk */
  int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gboolean done = fd >= 0 && syncfs(fd) == 0;
  if (!done)
    g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "%s: cannot be written to the disk: %s", name,
                g_strerror(errno));
  if (fd >= 0) close(fd);
  return done;
}
