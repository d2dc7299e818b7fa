/* mbox.c - a folder that is one file, an mbox, as a box
 * Owns:     what is remembered between listings, and how items are found again after others changed the file.
 * Must not: change the file but under its lock; trust an offset that it has not looked at.
 * Fails:    as box.h says.
 * Tests:    tests/fetcher/mbox/test_mbox.c, tests/fetcher/mbox/test_change.c */
#include "fetcher/mbox/private.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define SETTLED 2       /* seconds: a file changed longer ago would show it if it were changed again */
#define LATE_WAIT 10000 /* microseconds: who waited for our lock has it soon after */
#define GONE ", by another program, meanwhile: looked at again at the next pass"

typedef struct {
  Box box;
  char *path;
  gboolean known; /* the items are those of this file: */
  struct stat file;
  guint64 end;      /* where it ended */
  gboolean settled; /* its time was old enough to show any later change */
  MboxLate late;
} Mbox;

static gboolean is_same_file(const struct stat *a, const struct stat *b)
{
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static gboolean is_unchanged(const struct stat *a, const struct stat *b)
{
  return is_same_file(a, b) && a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec
         && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* The ledger keeps it, and what was listed by an older rule must be listed again. */
static char *mbox_stamp(Box *box, GError **error)
{
  Mbox *mbox = (Mbox *)box;
  struct stat status;
  mbox_late_look(&mbox->late, mbox->path, NULL); /* a folder where nothing happens is not listed again */
  if (stat(mbox->path, &status) != 0) {
    mbox_fail(error, STORE_ERROR_MAILBOX, mbox->path, "%s", g_strerror(errno));
    return NULL;
  }
  return g_strdup_printf(MBOX_RULE ":%llu:%llu:%lld:%lld.%09ld", (unsigned long long)status.st_dev,
                         (unsigned long long)status.st_ino, (long long)status.st_size, (long long)status.st_mtim.tv_sec,
                         status.st_mtim.tv_nsec);
}

/* Drops those that we took out. */
static void gather(Mbox *mbox)
{
  GArray *items = mbox->box.items;
  guint kept = 0;
  for (guint i = 0; i < items->len; i++)
    if (box_item(&mbox->box, i)->length > 0) g_array_index(items, BoxItem, kept++) = *box_item(&mbox->box, i);
  g_array_set_size(items, kept);
}

/* The file only grew, as far as its last known message tells: what follows is added. That message is read again, since
 * its end may have been missing. *same: FALSE, it is another one. */
static gboolean scan_more(Mbox *mbox, int fd, gboolean *same, GError **error)
{
  GArray *items = mbox->box.items;
  guint last = items->len - 1;
  BoxItem before = *box_item(&mbox->box, last);
  MboxWant look = { .part = BOX_HEADER, .sink = NULL };
  BoxItem now = before;
  *same = mbox_read(fd, &now, &look) == MBOX_SAME;
  if (!*same) return TRUE;
  g_array_set_size(items, last);
  return mbox_scan(fd, mbox->path, before.where, items, &mbox->end, error);
}

static gboolean scan(Mbox *mbox, int fd, const struct stat *status, GError **error)
{
  gboolean ours = mbox->known && is_same_file(&mbox->file, status);
  if (ours) gather(mbox);
  if (ours && mbox->settled && is_unchanged(&mbox->file, status)) return TRUE;
  if (ours && mbox->box.items->len > 0 && (guint64)status->st_size > mbox->end) {
    gboolean same;
    if (!scan_more(mbox, fd, &same, error)) return FALSE;
    if (same) return TRUE;
  }
  g_array_set_size(mbox->box.items, 0);
  return mbox_scan(fd, mbox->path, 0, mbox->box.items, &mbox->end, error);
}

static gboolean is_read_only(const char *path)
{
  char *real = realpath(path, NULL);
  g_autofree char *folder = g_path_get_dirname(real != NULL ? real : path);
  free(real);
  return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0 || faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) != 0;
}

static gboolean mbox_list(Box *box, GError **error)
{
  Mbox *mbox = (Mbox *)box;
  mbox_late_look(&mbox->late, mbox->path, NULL); /* what is in the way of it now is asked about again */
  if (!mbox->known) mbox_lock_tidy(mbox->path);
  int fd = mbox_open(mbox->path, error);
  struct stat status = { 0 };
  gboolean good = fd >= 0;
  if (good && fstat(fd, &status) != 0)
    good = mbox_fail(error, STORE_ERROR_MAILBOX, mbox->path, "%s", g_strerror(errno));
  good = good && scan(mbox, fd, &status, error);
  if (fd >= 0) close(fd);
  mbox->known = good;
  mbox->file = status;
  mbox->settled = g_get_real_time() / G_USEC_PER_SEC - (gint64)status.st_mtim.tv_sec > SETTLED;
  if (!good) {
    g_array_set_size(box->items, 0);
    return FALSE;
  }
  box_count_twins(box->items);
  box->read_only = is_read_only(mbox->path);
  return TRUE;
}

static gboolean collect(const char *piece, gsize length, gpointer data)
{
  g_byte_array_append(data, (const guint8 *)piece, (guint)length);
  return TRUE;
}

static gboolean mbox_read_items(Box *box, const guint *items, guint n, BoxPart part, gsize limit, BoxCallback callback,
                                gpointer data, GError **error)
{
  Mbox *mbox = (Mbox *)box;
  int fd = mbox_open(mbox->path, error);
  gboolean good = fd >= 0;
  guint changed = 0;
  for (guint i = 0; good && i < n; i++) {
    BoxItem *item = &g_array_index(box->items, BoxItem, items[i]);
    if (item->length == 0) continue;
    GByteArray *bytes = g_byte_array_new();
    MboxWant want = { part, MIN(limit, G_MAXINT), collect, bytes };
    MboxFound found = mbox_read(fd, item, &want);
    g_autoptr(GBytes) whole = g_byte_array_free_to_bytes(bytes);
    if (found == MBOX_SAME)
      callback(items[i], whole, data);
    else if (found == MBOX_CHANGED)
      changed++;
    else
      good = mbox_fail(error, STORE_ERROR_MAILBOX, mbox->path, "%s", g_strerror(errno));
  }
  if (fd >= 0) close(fd);
  if (good && changed > 0)
    return mbox_fail(error, STORE_ERROR_MESSAGE, mbox->path, "%u of its messages were moved or changed" GONE, changed);
  return good;
}

static gboolean to_file(const char *piece, gsize length, gpointer data)
{
  int fd = *(int *)data;
  while (length > 0) {
    ssize_t n = write(fd, piece, length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FALSE;
    piece += n;
    length -= (gsize)n;
  }
  return TRUE;
}

static gboolean mbox_fetch(Box *box, guint item, int to, GError **error)
{
  Mbox *mbox = (Mbox *)box;
  int fd = mbox_open(mbox->path, error);
  if (fd < 0) return FALSE;
  MboxWant want = { BOX_MESSAGE, G_MAXUINT64, to_file, &to };
  MboxFound found = mbox_read(fd, &g_array_index(box->items, BoxItem, item), &want);
  int number = errno;
  close(fd);
  if (found == MBOX_SAME) return TRUE;
  if (found == MBOX_CHANGED)
    return mbox_fail(error, STORE_ERROR_MESSAGE, mbox->path, "a message of it was moved or changed" GONE);
  return mbox_fail(error, STORE_ERROR_MAILBOX, mbox->path, "a message of it cannot be copied: %s", g_strerror(number));
}

static gboolean mbox_put(Box *box, int fd, const BoxItem *like, gint64 *key, GError **error)
{
  Mbox *mbox = (Mbox *)box;
  gint64 stored = like->stored > 0 ? like->stored : g_get_real_time() / G_USEC_PER_SEC;
  BoxItem item;
  g_autoptr(MboxLock) lock = mbox_lock(mbox->path, error);
  if (lock == NULL || !mbox_append_message(lock, fd, stored, &item, error)) return FALSE;
  *key = item.key;
  return TRUE;
}

static gint by_key(gconstpointer a, gconstpointer b)
{
  const BoxItem *x = a, *y = b;
  if (x->key != y->key) return x->key < y->key ? -1 : 1;
  return (x->twins > y->twins) - (x->twins < y->twins);
}

/* Finds the items again, by their keys, in a file that others have changed. The file is locked. */
static gboolean find_again(Mbox *mbox, MboxLock *lock, GError **error)
{
  g_autoptr(GArray) now = g_array_new(FALSE, TRUE, sizeof(BoxItem));
  guint64 end;
  mbox->known = FALSE;
  if (!mbox_scan(lock->fd, lock->path, 0, now, &end, error)) return FALSE;
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

/* Looks at each of n items, in the locked file. TRUE: all are where they are thought to be, or were taken out before.
 */
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

/* Where n items lie now, ascending: GArray of MboxRange, caller owns; none for one that is gone. */
static GArray *locate(Mbox *mbox, MboxLock *lock, const guint *items, guint n, GError **error)
{
  if (!look_at_all(mbox, lock, items, n)) {
    if (!find_again(mbox, lock, error)) return NULL;
    if (!look_at_all(mbox, lock, items, n)) {
      mbox_fail(error, STORE_ERROR_MESSAGE, mbox->path,
                "a message of it was changed in this moment, or cannot be read: left alone, looked at again at the "
                "next pass");
      return NULL;
    }
  }
  g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(MboxRange));
  for (guint i = 0; i < n; i++) {
    const BoxItem *item = box_item(&mbox->box, items[i]);
    MboxRange range = { item->where, item->length };
    if (item->length > 0) g_array_append_val(ranges, range);
  }
  g_array_sort(ranges, range_by_place);
  for (guint i = 1; i < ranges->len;) /* one that was named twice */
    if (g_array_index(ranges, MboxRange, i).where == g_array_index(ranges, MboxRange, i - 1).where)
      g_array_remove_index(ranges, i);
    else
      i++;
  return g_steal_pointer(&ranges);
}

/* What was cut out of the file is out of the list too, and what lay behind it has moved up. items: by place. */
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

/* Takes the ranges out, and lets go of the lock. */
static gboolean take_out(Mbox *mbox, MboxLock **lock, const GArray *cuts, GError **error)
{
  int old;
  guint64 copied = 0;
  gboolean good = mbox_rewrite(*lock, (const void *)cuts->data, cuts->len, &old, &copied, error);
  if (old < 0) return FALSE;
  shift(mbox->box.items, cuts);
  mbox->settled = FALSE;
  mbox->known = mbox->known && fstat((*lock)->fd, &mbox->file) == 0;
  mbox->end = (guint64)mbox->file.st_size;
  g_clear_pointer(lock, mbox_unlock);
  mbox_late_keep(&mbox->late, old, copied);
  if (mbox_late_look(&mbox->late, mbox->path, NULL) && mbox->late.files->len > 0) {
    g_usleep(LATE_WAIT);
    mbox_late_look(&mbox->late, mbox->path, NULL);
  }
  return good;
}

static gboolean mbox_remove(Box *box, const guint *items, guint n, GError **error)
{
  Mbox *mbox = (Mbox *)box;
  if (n == 0) return TRUE;
  if (!mbox_late_look(&mbox->late, mbox->path, error)) return FALSE;
  g_autoptr(MboxLock) lock = mbox_lock(mbox->path, error);
  if (lock == NULL) return FALSE;
  g_autoptr(GArray) ranges = locate(mbox, lock, items, n, error);
  if (ranges == NULL) return FALSE;
  return ranges->len == 0 || take_out(mbox, &lock, ranges, error);
}

/* The bytes go over first; if the source cannot be written anew they are taken back, so that nothing was done. copies:
 * BoxItem, what they are there, one for each range. */
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

/* Which of n items lie at these places, in their order: GArray of BoxMove, caller owns. */
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

/* The first line of a file is a separator in any case; elsewhere it may not be one. */
static gboolean can_stand_anywhere(int fd, const MboxRange *range)
{
  char line[1024];
  if (range->where > 0) return TRUE;
  ssize_t got = pread(fd, line, sizeof line, 0);
  const char *newline = got > 0 ? memchr(line, '\n', (gsize)got) : NULL;
  return mbox_is_separator(line, newline != NULL ? (gsize)(newline + 1 - line) : (gsize)MAX(got, 0));
}

/* A last line that has no end yet gets one where it is carried to, and may be a separator then ("From "). */
static gboolean ends_well(int fd, const MboxRange *range)
{
  char tail[64];
  gsize size = (gsize)MIN(range->length, sizeof tail - 1);
  if (pread(fd, tail, size, (off_t)(range->where + range->length - size)) != (ssize_t)size) return FALSE;
  tail[size] = '\n';
  const char *before = memrchr(tail, '\n', size);
  return before == NULL || !mbox_is_separator(before + 1, (gsize)(tail + size - before));
}

static gboolean mbox_carry(Box *box, const guint *items, guint n, Box *to, GArray *moved, gboolean *at_once,
                           GError **error)
{
  Mbox *mbox = (Mbox *)box;
  *at_once = FALSE;
  if (to->class != box->class) return FALSE;
  if (n == 0) return TRUE;
  if (!mbox_late_look(&mbox->late, mbox->path, error)) return FALSE;
  g_autoptr(MboxLock) lock = NULL, target = NULL;
  if (!mbox_lock_both(mbox->path, ((Mbox *)to)->path, &lock, &target, error)) return FALSE;
  g_autoptr(GArray) ranges = locate(mbox, lock, items, n, error);
  if (ranges == NULL) return FALSE;
  if (ranges->len == 0) return TRUE;
  if (!can_stand_anywhere(lock->fd, &g_array_index(ranges, MboxRange, 0))
      || !ends_well(lock->fd, &g_array_index(ranges, MboxRange, ranges->len - 1)))
    return FALSE;
  g_autoptr(GArray) moves = pair(mbox, items, n, ranges), copies = g_array_new(FALSE, TRUE, sizeof(BoxItem));
  if (!carry_ranges(mbox, &lock, target, ranges, copies, error)) return FALSE;
  for (guint i = 0; i < moves->len; i++) g_array_index(moves, BoxMove, i).key = g_array_index(copies, BoxItem, i).key;
  g_array_append_vals(moved, moves->data, moves->len);
  return TRUE;
}

static gboolean mbox_make(Box *box, GError **error)
{
  Mbox *mbox = (Mbox *)box;
  g_autofree char *folder = g_path_get_dirname(mbox->path);
  struct stat status;
  if (stat(mbox->path, &status) == 0 && S_ISREG(status.st_mode)) return TRUE;
  if (g_mkdir_with_parents(folder, 0700) != 0)
    return mbox_fail(error, STORE_ERROR_MAILBOX, folder, "cannot be made: %s", g_strerror(errno));
  int fd = open(mbox->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return mbox_fail(error, STORE_ERROR_MAILBOX, mbox->path, "cannot be made: %s", g_strerror(errno));
  gboolean good = fsync(fd) == 0;
  if (!good) mbox_fail(error, STORE_ERROR_MAILBOX, mbox->path, "cannot be made durable: %s", g_strerror(errno));
  close(fd);
  return good && mbox_sync_folder(mbox->path, error) && mbox_sync_folder(folder, error);
}

/* The folder, since the file may be replaced by renaming; that of the real file, since that is the one. */
static gboolean mbox_watch(Box *box, int inotify, GError **error)
{
  Mbox *mbox = (Mbox *)box;
  char *real = realpath(mbox->path, NULL);
  g_autofree char *folder = g_path_get_dirname(real != NULL ? real : mbox->path);
  free(real);
  guint32 events = IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_MASK_ADD;
  if (inotify_add_watch(inotify, folder, events) >= 0) return TRUE;
  return mbox_fail(error, STORE_ERROR_MAILBOX, folder, "cannot be watched: %s", g_strerror(errno));
}

static void mbox_free(Box *box)
{
  Mbox *mbox = (Mbox *)box;
  mbox_late_end(&mbox->late, mbox->path);
  g_free(mbox->path);
  g_free(mbox);
}

static const BoxClass mbox_class = {
  .stamp = mbox_stamp,
  .list = mbox_list,
  .read = mbox_read_items,
  .fetch = mbox_fetch,
  .put = mbox_put,
  .carry = mbox_carry,
  .remove = mbox_remove,
  .make = mbox_make,
  .watch = mbox_watch,
  .free = mbox_free,
};

Box *mbox_box_new(const char *path)
{
  Mbox *mbox = g_new0(Mbox, 1);
  box_init(&mbox->box, &mbox_class, path);
  mbox->path = g_strdup(path);
  mbox_late_init(&mbox->late);
  return &mbox->box;
}
