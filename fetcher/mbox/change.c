/* change.c - messages taken out of an mbox, or carried to another
 * Owns:     how items are found again after others changed the file; the order of the steps of a move.
 * Must not: take out a message that was not just looked at, under the lock; or one whose end is in doubt.
 * Fails:    STORE_ERROR_MAILBOX, nothing was done; STORE_ERROR_MESSAGE, it cannot be done to this message.
 * Tests:    tests/fetcher/mbox/test_change.c, tests/fetcher/mbox/test_claim.c */
#include "fetcher/mbox/private.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define LATE_WAIT 10000 /* microseconds: a program that waited for our lock gets it in this time */

static gint by_key(gconstpointer a, gconstpointer b)
{
  const BoxItem *x = a, *y = b;
  if (x->key != y->key) return x->key < y->key ? -1 : 1;
  return (x->twins > y->twins) - (x->twins < y->twins);
}

/* Finds the items again, by their keys, in a file that another program has changed. The file is locked. */
static gboolean find_again(Mbox *mbox, MboxLock *lock, GError **error)
{
  g_autoptr(GArray) now = g_array_new(FALSE, TRUE, sizeof(BoxItem));
  MboxExtent extent;
  mbox->known = FALSE;
  if (!mbox_scan(lock->fd, lock->path, 0, now, &extent, error)) return FALSE;
  box_count_twins(now);
  g_array_sort(now, by_key);
  for (guint i = 0; i < mbox->box.items->len; i++) {
    BoxItem *item = &g_array_index(mbox->box.items, BoxItem, i);
    guint at;
    if (g_array_binary_search(now, item, by_key, &at))
      *item = g_array_index(now, BoxItem, at);
    else
      item->length = 0;
  }
  return TRUE;
}

/* Looks at each of n items in the locked file. TRUE: each item is where the list says, or was taken out before. */
static gboolean look_at_all(Mbox *mbox, MboxLock *lock, const guint *items, guint n)
{
  MboxWant look = { .part = BOX_MESSAGE, .sink = NULL };
  for (guint i = 0; i < n; i++) {
    BoxItem *item = &g_array_index(mbox->box.items, BoxItem, items[i]);
    if (item->length > 0 && mbox_read(lock->fd, item, &look) != MBOX_SAME) return FALSE;
  }
  return TRUE;
}

static gint range_by_place(gconstpointer a, gconstpointer b)
{
  guint64 x = ((const MboxRange *)a)->where, y = ((const MboxRange *)b)->where;
  return (x > y) - (x < y);
}

gboolean mbox_fail_doubtful(const Mbox *mbox, GError **error)
{
  return mbox_fail(error, STORE_ERROR_MESSAGE, mbox->path,
                   "where a message of it ends is in doubt, since its Content-Length and the lines that begin with "
                   "\"From \" do not agree: left alone; a mail program can move it");
}

/* Makes sure that the items are where the list says, and lists the file anew where they are not. */
static gboolean find(Mbox *mbox, MboxLock *lock, const guint *items, guint n, GError **error)
{
  gboolean same = mbox->known && mbox_unchanged(&mbox->file, &lock->status);
  if ((same || !mbox->extent.unmet) && look_at_all(mbox, lock, items, n)) return TRUE;
  if (!find_again(mbox, lock, error)) return FALSE;
  if (look_at_all(mbox, lock, items, n)) return TRUE;
  return mbox_fail(error, STORE_ERROR_MESSAGE, mbox->path,
                   "a message of it was changed in this moment, or cannot be read: left alone, looked at again at the "
                   "next pass");
}

/* Where n items lie now: GArray of MboxRange, ascending; the caller owns it. An item that is gone has no range, nor has
 * one that is in doubt (*doubtful TRUE). */
static GArray *locate(Mbox *mbox, MboxLock *lock, const guint *items, guint n, gboolean *doubtful, GError **error)
{
  if (!find(mbox, lock, items, n, error)) return NULL;
  g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(MboxRange));
  *doubtful = FALSE;
  for (guint i = 0; i < n; i++) {
    const BoxItem *item = box_item(&mbox->box, items[i]);
    MboxRange range = { item->where, item->length };
    if (item->length > 0 && item->doubtful)
      *doubtful = TRUE;
    else if (item->length > 0)
      g_array_append_val(ranges, range);
  }
  g_array_sort(ranges, range_by_place);
  for (guint i = 1; i < ranges->len;) /* an item that was named twice */
    if (g_array_index(ranges, MboxRange, i).where == g_array_index(ranges, MboxRange, i - 1).where)
      g_array_remove_index(ranges, i);
    else
      i++;
  return g_steal_pointer(&ranges);
}

/* Brings the list up to date after cuts: the items that were cut out have length 0, and those behind them lie further
 * up. items: by place. */
static void shift(GArray *items, const GArray *cuts)
{
  for (guint i = 0; i < items->len; i++) {
    BoxItem *item = &g_array_index(items, BoxItem, i);
    guint64 before = 0;
    for (guint c = 0; c < cuts->len; c++) {
      const MboxRange *cut = &g_array_index(cuts, MboxRange, c);
      if (cut->where > item->where) break;
      if (cut->where == item->where) item->length = 0;
      before += cut->length;
    }
    item->where -= item->length > 0 ? before : 0;
  }
}

/* Brings the box up to date, after these ranges were taken out of the locked file. */
static void follow(Mbox *mbox, const MboxLock *lock, const GArray *cuts)
{
  shift(mbox->box.items, cuts);
  mbox->settled = FALSE;
  mbox->known = mbox->known && !mbox->extent.unmet && fstat(lock->fd, &mbox->file) == 0;
  mbox->extent.end = (guint64)mbox->file.st_size;
}

static gboolean take_out_in_place(Mbox *mbox, MboxLock **lock, const GArray *cuts, GError **error)
{
  gboolean begun;
  gboolean good = mbox_change_in_place(*lock, (const void *)cuts->data, cuts->len, &begun, error);
  if (good) follow(mbox, *lock, cuts);
  mbox->known = mbox->known && good;
  if (begun) g_clear_pointer(lock, mbox_unlock);
  return good;
}

/* Takes the ranges out, and lets go of the lock. FALSE with the lock still there: nothing was done, nor will be. */
static gboolean take_out(Mbox *mbox, MboxLock **lock, const GArray *cuts, GError **error)
{
  int old;
  guint64 copied = 0;
  if (mbox_is_fixed((*lock)->path)) return take_out_in_place(mbox, lock, cuts, error);
  gboolean good = mbox_rewrite(*lock, (const void *)cuts->data, cuts->len, &old, &copied, error);
  if (old < 0) return FALSE;
  follow(mbox, *lock, cuts);
  g_clear_pointer(lock, mbox_unlock);
  mbox_late_keep(&mbox->late, old, copied);
  if (mbox_late_look(&mbox->late, mbox->path, NULL) && mbox->late.files->len > 0) {
    g_usleep(LATE_WAIT);
    mbox_late_look(&mbox->late, mbox->path, NULL);
  }
  return good;
}

/* Before and after an attempt to change the file: while another program has it open we keep it open as well, so that we
 * can see when that one has closed it. */
static void forget_use(Mbox *mbox)
{
  if (mbox->in_use >= 0) close(mbox->in_use);
  mbox->in_use = -1;
}

static void note_use(Mbox *mbox)
{
  mbox->in_use = mbox_open(mbox->path, NULL);
  if (mbox->in_use >= 0 && mbox_others(mbox->in_use) != MBOX_OTHERS) forget_use(mbox);
}

static gboolean remove_items(Mbox *mbox, const guint *items, guint n, GError **error)
{
  g_autoptr(MboxLock) lock = mbox_lock(mbox->path, MBOX_TO_REPLACE, error);
  if (lock == NULL || n == 0) return lock != NULL;
  gboolean doubtful;
  g_autoptr(GArray) ranges = locate(mbox, lock, items, n, &doubtful, error);
  if (ranges == NULL) return FALSE;
  if (doubtful) return mbox_fail_doubtful(mbox, error);
  return ranges->len == 0 || take_out(mbox, &lock, ranges, error);
}

gboolean mbox_remove(Box *box, const guint *items, guint n, GError **error)
{
  Mbox *mbox = (Mbox *)box;
  if (!mbox_late_look(&mbox->late, mbox->path, error)) return FALSE;
  forget_use(mbox);
  gboolean good = remove_items(mbox, items, n, error);
  if (!good) note_use(mbox);
  return good;
}

/* Copies the ranges to the target, then takes them out of the source. If the source cannot be changed, the copies are
 * taken back, so that nothing was done. copies: BoxItem, one for each range, as the target has it. */
static gboolean carry_ranges(Mbox *mbox, MboxLock **lock, MboxLock *target, const GArray *ranges, GArray *copies,
                             GError **error)
{
  struct stat before, after, now;
  const MboxRange *first = (const void *)ranges->data;
  if (fstat(target->fd, &before) != 0)
    return mbox_fail(error, STORE_ERROR_MAILBOX, target->path, "%s", g_strerror(errno));
  if (!mbox_append_ranges(target, (*lock)->fd, first, ranges->len, copies, error)) return FALSE;
  gboolean measured = fstat(target->fd, &after) == 0;
  if (take_out(mbox, lock, ranges, error)) return TRUE;
  gboolean only_ours = measured && fstat(target->fd, &now) == 0 && now.st_size == after.st_size;
  if (*lock != NULL && only_ours) mbox_cut_back(target, (guint64)before.st_size, NULL);
  return FALSE;
}

/* Which of n items lie at these places, in the order of the places: GArray of BoxMove; the caller owns it. */
static GArray *pair(const Mbox *mbox, const guint *items, guint n, const GArray *ranges)
{
  GArray *moves = g_array_new(FALSE, TRUE, sizeof(BoxMove));
  g_autoptr(GHashTable) places = g_hash_table_new(g_int64_hash, g_int64_equal);
  for (guint i = 0; i < n; i++) {
    BoxItem *item = &g_array_index(mbox->box.items, BoxItem, items[i]);
    if (item->length > 0) g_hash_table_insert(places, &item->where, GUINT_TO_POINTER(items[i]));
  }
  for (guint i = 0; i < ranges->len; i++) {
    const guint64 *where = &g_array_index(ranges, MboxRange, i).where;
    BoxMove move = { .item = GPOINTER_TO_UINT(g_hash_table_lookup(places, where)) };
    g_array_append_val(moves, move);
  }
  return moves;
}

/* The first line of a file is always a separator. May this range stand elsewhere, where its first line must look like
 * one? */
static gboolean can_stand_anywhere(int fd, const MboxRange *range)
{
  char line[1024];
  if (range->where > 0) return TRUE;
  ssize_t got = pread(fd, line, sizeof line, 0);
  const char *newline = got > 0 ? memchr(line, '\n', (gsize)got) : NULL;
  return mbox_is_separator(line, newline != NULL ? (gsize)(newline + 1 - line) : (gsize)MAX(got, 0));
}

/* A last line without a line end gets one in the target. FALSE: that line would then be a separator ("From "). */
static gboolean ends_well(int fd, const MboxRange *range)
{
  char tail[64];
  gsize size = (gsize)MIN(range->length, sizeof tail - 1);
  if (pread(fd, tail, size, (off_t)(range->where + range->length - size)) != (ssize_t)size) return FALSE;
  tail[size] = '\n';
  const char *before = memrchr(tail, '\n', size);
  return before == NULL || !mbox_is_separator(before + 1, (gsize)(tail + size - before));
}

/* FALSE: an item has a claim that nothing meets. In the target the claim could be met, by what follows there. */
static gboolean claims_nothing(const Mbox *mbox, const guint *items, guint n)
{
  for (guint i = 0; i < n; i++)
    if (box_item(&mbox->box, items[i])->claim == MBOX_CLAIM_UNMET) return FALSE;
  return TRUE;
}

static gboolean carry_items(Mbox *mbox, const guint *items, guint n, const Mbox *to, GArray *moved, GError **error)
{
  g_autoptr(MboxLock) lock = NULL, target = NULL;
  gboolean doubtful;
  if (!mbox_lock_both(mbox->path, to->path, &lock, &target, error)) return FALSE;
  g_autoptr(GArray) ranges = locate(mbox, lock, items, n, &doubtful, error);
  if (ranges == NULL) return FALSE;
  if (ranges->len == 0) return !doubtful || mbox_fail_doubtful(mbox, error);
  if (!claims_nothing(mbox, items, n) || !can_stand_anywhere(lock->fd, &g_array_index(ranges, MboxRange, 0))
      || !ends_well(lock->fd, &g_array_index(ranges, MboxRange, ranges->len - 1)))
    return FALSE;
  g_autoptr(GArray) moves = pair(mbox, items, n, ranges), copies = g_array_new(FALSE, TRUE, sizeof(BoxItem));
  if (!carry_ranges(mbox, &lock, target, ranges, copies, error)) return FALSE;
  for (guint i = 0; i < moves->len; i++) g_array_index(moves, BoxMove, i).key = g_array_index(copies, BoxItem, i).key;
  g_array_append_vals(moved, moves->data, moves->len);
  return TRUE;
}

gboolean mbox_carry(Box *box, const guint *items, guint n, Box *to, GArray *moved, gboolean *at_once, GError **error)
{
  Mbox *mbox = (Mbox *)box;
  g_autoptr(GError) problem = NULL;
  *at_once = FALSE;
  if (to->class != box->class) return FALSE;
  if (n == 0) return TRUE;
  if (!mbox_late_look(&mbox->late, mbox->path, error)) return FALSE;
  forget_use(mbox);
  if (carry_items(mbox, items, n, (const Mbox *)to, moved, &problem)) return TRUE;
  if (problem == NULL) return FALSE; /* there is no shorter way */
  note_use(mbox);
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}
