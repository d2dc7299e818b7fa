/* rewrite.c - takes messages out of an mbox
 * Owns:     the new file, .FILE.backstop, until it has the mbox's name; one that a killed program left is overwritten.
 * Must not: change the old file; work without the lock.
 * Fails:    STORE_ERROR_MAILBOX; the mbox is the old one, whole, or the new one.
 * Tests:    tests/fetcher/mbox/test_change.c */
#include "fetcher/mbox/private.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BUFFER 262144

/* Makes the new file, without O_APPEND, since copy_file_range() refuses such a file. -1 with errno. */
static int new_file(const char *name, const MboxLock *lock)
{
  unlink(name);
  int fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return -1;
  if (mbox_keep_attributes(lock->fd, &lock->status, fd)) return fd;
  int number = errno;
  close(fd);
  errno = number;
  return -1;
}

static gboolean write_all(int fd, const char *text, gsize length)
{
  while (length > 0) {
    ssize_t n = write(fd, text, length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FALSE;
    text += n;
    length -= (gsize)n;
  }
  return TRUE;
}

/* Copies by copy_file_range() where that works, since some file systems then share the blocks. Why that call fails does
 * not matter: writing the usual way will tell. */
static gboolean copy(int from, guint64 at, guint64 end, int to)
{
  while (at < end) {
    off_t where = (off_t)at;
    ssize_t n = copy_file_range(from, &where, to, NULL, (gsize)MIN(end - at, G_MAXINT), 0);
    if (n <= 0) break;
    at += (guint64)n;
  }
  g_autofree char *buffer = at < end ? g_malloc(BUFFER) : NULL;
  while (at < end) {
    ssize_t n = pread(from, buffer, (gsize)MIN(end - at, BUFFER), (off_t)at);
    if (n < 0 && errno == EINTR) continue;
    if (n == 0) errno = EIO;
    if (n <= 0 || !write_all(to, buffer, (gsize)n)) return FALSE;
    at += (guint64)n;
  }
  return TRUE;
}

static gboolean copy_rest(int from, guint64 end, const MboxRange *cuts, guint n, int to)
{
  guint64 at = 0;
  for (guint i = 0; i < n; i++) {
    if (!copy(from, at, cuts[i].where, to)) return FALSE;
    at = cuts[i].where + cuts[i].length;
  }
  return copy(from, at, end, to);
}

/* Copies what a program that ignores the lock has added meanwhile, and makes the new file durable. *changed: that
 * program did more than add at the end. */
static gboolean catch_up(int from, const struct stat *begun, int to, guint64 *copied, gboolean *changed)
{
  struct stat now, before = *begun;
  for (;;) {
    if (fsync(to) != 0 || fstat(from, &now) != 0) return FALSE;
    if (now.st_size == before.st_size) {
      *copied = (guint64)now.st_size;
      *changed = now.st_mtim.tv_sec != before.st_mtim.tv_sec || now.st_mtim.tv_nsec != before.st_mtim.tv_nsec;
      return !*changed;
    }
    *changed = now.st_size < before.st_size;
    if (*changed || !copy(from, (guint64)before.st_size, (guint64)now.st_size, to)) return FALSE;
    before = now;
  }
}

/* Locks the new file, before any program can find it under the mbox's name. */
static gboolean make_ready(int fd)
{
  struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  return fcntl(fd, F_SETFL, O_APPEND) == 0 && fcntl(fd, F_OFD_SETLK, &whole) == 0;
}

gboolean mbox_rewrite(MboxLock *lock, const MboxRange *cuts, guint n, int *old, guint64 *copied, GError **error)
{
  g_autofree char *folder = g_path_get_dirname(lock->path);
  g_autofree char *base = g_path_get_basename(lock->path);
  g_autofree char *hidden = g_strdup_printf(".%s.backstop", base);
  g_autofree char *name = g_build_filename(folder, hidden, NULL);
  gboolean changed = FALSE, shared = FALSE;
  *old = -1;
  int fd = new_file(name, lock);
  gboolean good = fd >= 0 && copy_rest(lock->fd, (guint64)lock->status.st_size, cuts, n, fd)
                  && catch_up(lock->fd, &lock->status, fd, copied, &changed) && make_ready(fd)
                  && !(shared = mbox_others(lock->fd) == MBOX_OTHERS) && rename(name, lock->path) == 0;
  if (good) {
    *old = lock->fd;
    lock->fd = fd;
    return mbox_sync_folder(lock->path, error);
  }
  if (changed)
    mbox_fail(
        error, STORE_ERROR_MAILBOX, lock->path,
        "was changed by a program that does not lock it: nothing was taken out, looked at again at the next pass");
  else if (shared)
    mbox_fail_open(lock->path, error);
  else
    mbox_fail(error, STORE_ERROR_MAILBOX, lock->path, "cannot be written anew, so that nothing was taken out: %s",
              g_strerror(errno));
  if (fd >= 0) {
    close(fd);
    unlink(name);
  }
  return FALSE;
}
