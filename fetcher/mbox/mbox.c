/* mbox.c - a folder that is one file, an mbox, as a box
 * Owns:     what is remembered between listings, and how items are found again after others changed the file.
 * Must not: change the file but under its lock; trust an offset that it has not looked at.
 * Fails:    as box.h says.
 * Tests:    tests/fetcher/mbox/test_mbox.c, tests/fetcher/mbox/test_file.c, tests/fetcher/mbox/test_change.c */
#include "fetcher/mbox/private.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define SETTLED 2 /* seconds: if a file whose last change is older than this is changed again, its time shows that */
#define GONE " by another program in the meantime; the next pass looks again"

/* The ledger keeps the stamp, and what was listed by an older rule must be listed again. That a program closes the file
 * which we wait for is a change, too. */
static char *mbox_stamp(Box *box, GError **error)
{
  Mbox *mbox = (Mbox *)box;
  struct stat status;
  mbox_late_look(&mbox->late, mbox->path, NULL); /* here, since a folder in which nothing happens is not listed again */
  if (stat(mbox->path, &status) != 0) {
    mbox_fail(error, STORE_ERROR_MAILBOX, mbox->path, "%s", g_strerror(errno));
    return NULL;
  }
  const char *open = mbox->in_use >= 0 && mbox_others(mbox->in_use) == MBOX_OTHERS ? ":open" : "";
  return g_strdup_printf(MBOX_RULE ":%llu:%llu:%lld:%lld.%09ld%s", (unsigned long long)status.st_dev,
                         (unsigned long long)status.st_ino, (long long)status.st_size, (long long)status.st_mtim.tv_sec,
                         status.st_mtim.tv_nsec, open);
}

/* Drops the items that we have taken out. */
static void gather(Mbox *mbox)
{
  GArray *items = mbox->box.items;
  guint kept = 0;
  for (guint i = 0; i < items->len; i++)
    if (box_item(&mbox->box, i)->length > 0) g_array_index(items, BoxItem, kept++) = *box_item(&mbox->box, i);
  g_array_set_size(items, kept);
}

/* Lists what was added to a file that has only grown. The last known message is read again, since its end may have been
 * missing. *same FALSE: another message stands in its place, so the file was changed. */
static gboolean scan_more(Mbox *mbox, int fd, gboolean *same, GError **error)
{
  GArray *items = mbox->box.items;
  guint last = items->len - 1;
  BoxItem before = *box_item(&mbox->box, last);
  MboxWant look = { .part = BOX_HEADER, .sink = NULL };
  BoxItem now = before;
  *same = mbox_read(fd, &now, &look) == MBOX_SAME;
  if (!*same) return TRUE;
  MboxExtent known = mbox->extent;
  g_array_set_size(items, last);
  if (!mbox_scan(fd, mbox->path, before.where, items, &mbox->extent, error)) return FALSE;
  mbox->extent.open = MIN(mbox->extent.open, known.open);
  mbox->extent.unmet = mbox->extent.unmet || known.unmet;
  return TRUE;
}

static gboolean scan(Mbox *mbox, int fd, const struct stat *status, GError **error)
{
  gboolean ours = mbox->known && mbox_same_file(&mbox->file, status);
  if (ours) gather(mbox);
  if (ours && mbox->settled && mbox_unchanged(&mbox->file, status)) return TRUE;
  guint64 size = (guint64)status->st_size;
  if (ours && mbox->box.items->len > 0 && size > mbox->extent.end && size < mbox->extent.open) {
    gboolean same;
    if (!scan_more(mbox, fd, &same, error)) return FALSE;
    if (same) return TRUE;
  }
  g_array_set_size(mbox->box.items, 0);
  return mbox_scan(fd, mbox->path, 0, mbox->box.items, &mbox->extent, error);
}

static gboolean is_read_only(const char *path)
{
  return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0 || (mbox_is_fixed(path) && !mbox_has_notes());
}

static gboolean mbox_list(Box *box, GError **error)
{
  Mbox *mbox = (Mbox *)box;
  mbox_late_look(&mbox->late, mbox->path, NULL); /* an error is told when the next change is made */
  if (!mbox->known) mbox_lock_tidy(mbox->path);
  if (mbox_is_half_changed(mbox->path)) {
    g_autoptr(MboxLock) lock = mbox_lock(mbox->path, MBOX_TO_REPLACE, error);
    if (lock == NULL) return FALSE; /* a half-changed file must not be listed */
  }
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
  if (box_item(box, item)->doubtful) return mbox_fail_doubtful(mbox, error);
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
  g_autoptr(MboxLock) lock = mbox_lock(mbox->path, MBOX_TO_APPEND, error);
  if (lock == NULL || !mbox_append_message(lock, fd, stored, &item, error)) return FALSE;
  *key = item.key;
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

/* Watches the folder, since a program may replace the file by renaming another one. Where the path is a symbolic link,
 * this is the folder of the file that the link names. */
static gboolean mbox_watch(Box *box, int inotify, GError **error)
{
  Mbox *mbox = (Mbox *)box;
  char *real = realpath(mbox->path, NULL);
  g_autofree char *folder = g_path_get_dirname(real != NULL ? real : mbox->path);
  free(real);
  guint32 events = IN_MODIFY | IN_CLOSE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_MASK_ADD;
  if (inotify_add_watch(inotify, folder, events) >= 0) return TRUE;
  return mbox_fail(error, STORE_ERROR_MAILBOX, folder, "cannot be watched: %s", g_strerror(errno));
}

static void mbox_free(Box *box)
{
  Mbox *mbox = (Mbox *)box;
  mbox_late_end(&mbox->late, mbox->path);
  if (mbox->in_use >= 0) close(mbox->in_use);
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
  mbox->in_use = -1;
  mbox_late_init(&mbox->late);
  return &mbox->box;
}
