/* lock.c - makes sure that nobody else changes an mbox while we do
 * Owns:     the lock on the file and FILE.lock beside it; when a lock is left over; whether Thunderbird has the folder.
 * Must not: read or write mail; wait for more than a few seconds.
 * Fails:    STORE_ERROR_MAILBOX; nothing is locked then.
 * Tests:    tests/fetcher/mbox/test_lock.c */
#include "fetcher/mbox/private.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAUSE (50 * G_TIME_SPAN_MILLISECOND)
#define STALE 600 /* seconds after which another program's FILE.lock is old */
#define HELPER "dotlockfile"
#define HELPER_BUSY 4   /* L_MAXTRYS of lockfile_create(3) */
#define HELPER_FAILED 1 /* the helper was killed */

guint mbox_lock_patience = 3000;
static gint64 impatient; /* until this time (g_get_monotonic_time()) nobody waits for a lock */

typedef enum { TRY_LOCKED, TRY_BUSY, TRY_OPEN /* another program has the file open */, TRY_REPLACED, TRY_FAILED } Try;

/* The text of our FILE.lock: "PID\nbackstop HOST\n". Other programs read the first line. */
static char *signature(void)
{
  char host[HOST_NAME_MAX + 1] = "";
  gethostname(host, sizeof host - 1);
  return g_strdup_printf("%ld\nbackstop %s\n", (long)getpid(), host);
}

/* May this FILE.lock, with this text, be taken away? We hold the lock on the mbox itself, and every Backstop holds that
 * lock as long as its FILE.lock is there. So a FILE.lock that a Backstop on this computer has made is left over from a
 * Backstop that was killed, and we need not wait until it is old. */
static gboolean is_stale(const struct stat *status, const char *text)
{
  g_autofree char *signed_by_us = signature();
  const char *line = strchr(text, '\n');
  gboolean ours = line != NULL && strcmp(line, strchr(signed_by_us, '\n')) == 0;
  gboolean old = g_get_real_time() / G_USEC_PER_SEC - (gint64)status->st_mtime >= STALE;
  gint64 pid = g_ascii_strtoll(text, NULL, 10);
  gboolean named = pid > 0 && pid <= G_MAXINT;
  gboolean gone = !named || (kill((pid_t)pid, 0) != 0 && errno == ESRCH);
  if (ours) return old || gone || pid == getpid();
  return old && gone;
}

/* Looks at a FILE.lock. *status: which file this is. *stale: nobody uses it any more. FALSE with errno. */
static gboolean look_at_dotlock(const char *name, struct stat *status, gboolean *stale)
{
  char text[512] = "";
  int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return FALSE;
  ssize_t got = read(fd, text, sizeof text - 1);
  text[MAX(got, 0)] = '\0';
  *stale = fstat(fd, status) == 0 && is_stale(status, text);
  close(fd);
  return TRUE;
}

/* Takes a stale FILE.lock away, unless another program has replaced it by its own meanwhile. FALSE: the FILE.lock must
 * be respected. */
static gboolean break_dotlock(const char *name)
{
  struct stat status, now;
  gboolean stale;
  if (!look_at_dotlock(name, &status, &stale)) return errno == ENOENT;
  if (!stale) return FALSE;
  if (lstat(name, &now) == 0 && now.st_dev == status.st_dev && now.st_ino == status.st_ino) unlink(name);
  return TRUE;
}

static gboolean sign(int fd)
{
  g_autofree char *text = signature();
  ssize_t length = (ssize_t)strlen(text);
  return write(fd, text, (gsize)length) == length;
}

/* Makes FILE.lock with its text already in it, so that nobody finds an empty one; on a file system that cannot do this,
 * the file is made first and written then. -1 with errno. */
static int make_dotlock(const char *name)
{
  g_autofree char *folder = g_path_get_dirname(name), *without_name = NULL;
  int fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0644);
  gboolean good = fd >= 0 && sign(fd);
  if (good) {
    without_name = g_strdup_printf("/proc/self/fd/%d", fd);
    if (linkat(AT_FDCWD, without_name, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0) return fd;
  }
  int number = errno;
  if (fd >= 0) close(fd);
  errno = number;
  if (number == EEXIST || number == ENOSPC || number == EDQUOT || number == EFBIG) return -1;
  fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0 || sign(fd)) return fd;
  number = errno;
  unlink(name);
  close(fd);
  errno = number;
  return -1;
}

static Try try_dotlock(MboxLock *lock, const char *name, GError **error)
{
  for (guint i = 0; i < 2; i++) {
    int fd = make_dotlock(name);
    if (fd >= 0) {
      lock->dotlock = g_strdup(name);
      fstat(fd, &lock->dotlock_status);
      close(fd);
      return TRY_LOCKED;
    }
    if (errno != EEXIST) {
      mbox_fail(error, STORE_ERROR_MAILBOX, name, "cannot be made, so that %s is left as it is: %s", lock->path,
                g_strerror(errno));
      return TRY_FAILED;
    }
    if (!break_dotlock(name)) return TRY_BUSY;
  }
  return TRY_BUSY;
}

/* Runs liblockfile's program, which may write into /var/mail where the owner may not. Returns its exit status; -1:
 * there is no such program. */
static int run_helper(const char *const *argv)
{
  int status = 0;
  GSpawnFlags flags = G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL;
  if (!g_spawn_sync(NULL, (char **)(gpointer)argv, NULL, flags, NULL, NULL, NULL, NULL, &status, NULL)) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : HELPER_FAILED;
}

/* The helper writes our pid into FILE.lock, so that a lock that we leave behind when we are killed keeps nobody away.
 */
static Try try_helper(MboxLock *lock, const char *name, GError **error)
{
  const char *const argv[] = { HELPER, "-l", "-r", "0", "-p", "-q", name, NULL };
  int status = run_helper(argv);
  if (status == HELPER_BUSY) return TRY_BUSY;
  if (status == 0) {
    lock->dotlock = g_strdup(name);
    lock->helped = TRUE;
    return TRY_LOCKED;
  }
  if (status < 0)
    mbox_fail(error, STORE_ERROR_MAILBOX, lock->path,
              "its folder may not be written, so that only " HELPER
              " can lock it: install the package liblockfile-bin");
  else
    mbox_fail(error, STORE_ERROR_MAILBOX, lock->path,
              "its folder may not be written, and " HELPER
              " cannot lock it for us (exit status %d): where a service of "
              "systemd runs this, see /var/mail in backstopd(1)",
              status);
  return TRY_FAILED;
}

static void let_go_dotlock(MboxLock *lock)
{
  struct stat now;
  const char *const argv[] = { HELPER, "-u", lock->dotlock, NULL };
  if (lock->dotlock != NULL && lock->helped)
    run_helper(argv);
  else if (lock->dotlock != NULL && lstat(lock->dotlock, &now) == 0 && now.st_dev == lock->dotlock_status.st_dev
           && now.st_ino
                  == lock->dotlock_status.st_ino) /* and no other program has put its own FILE.lock there meanwhile */
    unlink(lock->dotlock);
  g_clear_pointer(&lock->dotlock, g_free);
  lock->helped = FALSE;
}

static void let_go(MboxLock *lock)
{
  let_go_dotlock(lock);
  if (lock->fd >= 0) close(lock->fd);
  lock->fd = -1;
}

/* Locks first the file, then FILE.lock, as Debian's policy says. Another program may have replaced the file after we
 * opened it and before we locked it: TRY_REPLACED. */
static Try try_once(MboxLock *lock, MboxPurpose purpose, GError **error)
{
  lock->fd = open(lock->path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
  struct stat status, named;
  if (lock->fd < 0 || fstat(lock->fd, &status) != 0) {
    mbox_fail(error, STORE_ERROR_MAILBOX, lock->path, "cannot be changed: %s", g_strerror(errno));
    return TRY_FAILED;
  }
  if (!S_ISREG(status.st_mode)) {
    mbox_fail(error, STORE_ERROR_MAILBOX, lock->path, "is no file; an mbox is one");
    return TRY_FAILED;
  }
  struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  if (fcntl(lock->fd, F_OFD_SETLK, &whole) != 0) {
    if (errno == EAGAIN || errno == EACCES) return TRY_BUSY;
    mbox_fail(error, STORE_ERROR_MAILBOX, lock->path, "cannot be locked: %s", g_strerror(errno));
    return TRY_FAILED;
  }
  g_autofree char *name = g_strconcat(lock->path, ".lock", NULL);
  Try got = mbox_is_fixed(lock->path) ? try_helper(lock, name, error) : try_dotlock(lock, name, error);
  if (got != TRY_LOCKED) return got;
  if (stat(lock->path, &named) != 0 || named.st_dev != status.st_dev || named.st_ino != status.st_ino)
    return TRY_REPLACED;
  lock->status = named;
  if (!mbox_go_on(lock, error)) return TRY_FAILED;
  named = lock->status;
  char begin[5] = "";
  if (named.st_size > 0 && (pread(lock->fd, begin, 5, 0) != 5 || memcmp(begin, "From ", 5) != 0)) {
    mbox_fail(error, STORE_ERROR_MAILBOX, lock->path,
              "does not begin with \"From \", so it is no mbox: left alone; name another file");
    return TRY_FAILED;
  }
  if (purpose == MBOX_TO_REPLACE && mbox_others(lock->fd) == MBOX_OTHERS) return TRY_OPEN;
  lock->status = named;
  return TRY_LOCKED;
}

/* Does a program hold this file locked? The question ends no lock of ours, since we have none on this file. */
static gboolean is_locked(const char *path)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return FALSE;
  struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  gboolean locked = fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
  close(fd);
  return locked;
}

/* Does a running Thunderbird use this mbox? Thunderbird keeps an index, FILE.msf, and locks the file .parentlock in its
 * profile (a parent folder) while it runs. A running Thunderbird does not notice that an mbox was changed, and writes
 * where messages were before. */
static gboolean has_thunderbird(const char *path)
{
  g_autofree char *index = g_strconcat(path, ".msf", NULL);
  if (access(index, F_OK) != 0) return FALSE;
  g_autofree char *folder = g_path_get_dirname(path);
  while (folder[0] == '/' && folder[1] != '\0') {
    g_autofree char *mark = g_build_filename(folder, ".parentlock", NULL);
    if (is_locked(mark)) return TRUE;
    char *parent = g_path_get_dirname(folder);
    g_free(folder);
    folder = parent;
  }
  return FALSE;
}

/* Until when to wait for a lock. A program that kept its lock while we waited will hardly let go a moment later, so the
 * next lock is not waited for. */
static gint64 until_when(void)
{
  gint64 now = g_get_monotonic_time();
  return now < impatient ? now : now + (gint64)mbox_lock_patience * G_TIME_SPAN_MILLISECOND;
}

/* Tries until the mbox is locked or time is up. Between two attempts nothing is locked, so that a program that has the
 * file open and waits for the lock can get it, and be done. */
static gboolean lock_now(MboxLock *lock, MboxPurpose purpose, GError **error)
{
  gint64 until = until_when();
  gboolean open = FALSE;
  for (;;) {
    if (has_thunderbird(lock->path))
      return mbox_fail(error, STORE_ERROR_MAILBOX, lock->path,
                       "Thunderbird is running, and does not lock its folders: left alone until it is closed");
    Try got = try_once(lock, purpose, error);
    if (got == TRY_LOCKED) return TRUE;
    let_go(lock);
    if (got == TRY_FAILED) return FALSE;
    if (g_get_monotonic_time() >= until) {
      open = got == TRY_OPEN;
      break;
    }
    if (got != TRY_REPLACED) g_usleep(PAUSE);
  }
  impatient = g_get_monotonic_time() + 2 * (gint64)mbox_lock_patience * G_TIME_SPAN_MILLISECOND;
  if (open) return mbox_fail_open(lock->path, error);
  g_autofree char *shown = g_filename_display_basename(lock->path);
  return mbox_fail(
      error, STORE_ERROR_MAILBOX, lock->path,
      "is in use by another program (%s.lock, or a lock on it): left alone, looked at again at the next pass", shown);
}

/* A lock that is not taken yet. NULL with MAILBOX. */
static MboxLock *lock_new(const char *path, GError **error)
{
  char *real = realpath(path, NULL);
  if (real == NULL) {
    mbox_fail(error, STORE_ERROR_MAILBOX, path, "%s", g_strerror(errno));
    return NULL;
  }
  MboxLock *lock = g_new0(MboxLock, 1);
  lock->path = g_strdup(real);
  lock->fd = -1;
  free(real);
  return lock;
}

MboxLock *mbox_lock(const char *path, MboxPurpose purpose, GError **error)
{
  g_autoptr(MboxLock) lock = lock_new(path, error);
  return lock != NULL && lock_now(lock, purpose, error) ? g_steal_pointer(&lock) : NULL;
}

/* A FILE.lock that the helper has made does not say that we asked for it. But the helper knows whether the program that
 * asked still runs. */
void mbox_lock_tidy(const char *path)
{
  g_autoptr(MboxLock) lock = lock_new(path, NULL);
  struct stat status;
  gboolean stale;
  if (lock == NULL) return;
  g_autofree char *name = g_strconcat(lock->path, ".lock", NULL);
  if (mbox_is_fixed(lock->path))
    (void)(mbox_has_notes() && try_once(lock, MBOX_TO_APPEND, NULL));
  else if (look_at_dotlock(name, &status, &stale) && stale)
    mbox_unlock(mbox_lock(path, MBOX_TO_APPEND, NULL));
}

gboolean mbox_lock_both(const char *path, const char *other, MboxLock **lock, MboxLock **other_lock, GError **error)
{
  struct stat a, b;
  if (stat(path, &a) != 0) return mbox_fail(error, STORE_ERROR_MAILBOX, path, "%s", g_strerror(errno));
  if (stat(other, &b) != 0) return mbox_fail(error, STORE_ERROR_MAILBOX, other, "%s", g_strerror(errno));
  if (a.st_dev == b.st_dev && a.st_ino == b.st_ino)
    return mbox_fail(error, STORE_ERROR_MAILBOX, path, "is the same file as %s: name two different ones", other);
  gboolean swapped = a.st_dev > b.st_dev || (a.st_dev == b.st_dev && a.st_ino > b.st_ino);
  g_autoptr(MboxLock) first = mbox_lock(swapped ? other : path, swapped ? MBOX_TO_APPEND : MBOX_TO_REPLACE, error);
  if (first == NULL) return FALSE;
  g_autoptr(MboxLock) second = mbox_lock(swapped ? path : other, swapped ? MBOX_TO_REPLACE : MBOX_TO_APPEND, error);
  if (second == NULL) return FALSE;
  *lock = swapped ? second : first;
  *other_lock = swapped ? first : second;
  first = second = NULL;
  return TRUE;
}

void mbox_unlock(MboxLock *lock)
{
  if (lock == NULL) return;
  let_go(lock);
  g_free(lock->path);
  g_free(lock);
}
