/* lock.c - one daemon per data folder.
 * Owns:     daemon.lock.
 * Must not: open the ledger.
 * Fails:    LEDGER_ERROR_BUSY when another daemon runs.
 * Tests:    tests/ledger/test_lock.c */
#include "ledger/ledger.h"
#include "ledger/private.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define LOCK_NAME "daemon.lock"

/* An open file description lock is shared with forked workers, like flock(). But a program can ask for its state
 * without taking the lock, so that asking never keeps a daemon from starting. */
static struct flock whole_file(void) { return (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET }; }

int ledger_lock_daemon(const char *dir, GError **error)
{
  if (!data_folder_check(dir, TRUE, error)) return -1;
  g_autofree char *path = g_build_filename(dir, LOCK_NAME, NULL);
  int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
  if (fd < 0) {
    g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_OPEN, "%s cannot be made: %s.", path, g_strerror(errno));
    return -1;
  }
  struct flock lock = whole_file();
  if (fcntl(fd, F_OFD_SETLK, &lock) == 0) return fd;
  if (errno == EAGAIN || errno == EACCES)
    g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_BUSY,
                "Another Backstop daemon already works on %s: stop that one first, or choose another data folder.",
                dir);
  else
    g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_IO, "%s cannot be locked: %s.", path, g_strerror(errno));
  close(fd);
  return -1;
}

gboolean ledger_daemon_runs(const char *dir)
{
  g_autofree char *path = g_build_filename(dir, LOCK_NAME, NULL);
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return FALSE;
  struct flock lock = whole_file();
  gboolean runs = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close(fd);
  return runs;
}
