/* stop_at.c - an LD_PRELOAD library that kills a program at a chosen point, or fills its disk
 * Owns:     the counting of calls, in each process for itself. Environment: BACKSTOP_STOP_AT=KIND:N (points[] names the
 *           kinds), BACKSTOP_STOP_IN=PROGRAM (no other one is stopped), BACKSTOP_STOPPED=FILE (made when it kills),
 *           BACKSTOP_ENOSPC_AFTER=BYTES, BACKSTOP_ENOSPC_IN=TEXT (of paths: where it is full; default: the ledger),
 *           BACKSTOP_CLOSED=TEXT (folders whose path ends with it: a program that asks may not write there).
 * Must not: change anything else about the program it is loaded into.
 * Fails:    a variable it cannot read ends the program with status 99, so that a test never passes for want of a fault.
 * Tests:    used by tests/e2e/test_kill.py, test_disk_kill.py, test_disk_beside.py and test_faults.py */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct gnutls_session_int *gnutls_session_t;
ssize_t gnutls_record_send(gnutls_session_t session, const void *data, size_t size);

/* How long a server gets to carry out the command that was just sent: its answer shall be lost, not its work. */
#define SERVER_TIME_US 60000

/* After a sync; before a command is sent, so that the server never sees it, and after; before and after files are
 * named, renamed, removed, cut or written to, the ledger's own left out. */
typedef enum { STOP_FSYNC, STOP_UNSENT, STOP_SEND, STOP_UNCHANGED, STOP_CHANGED, STOPS } Stop;
static const char *const points[STOPS] = { "fsync:", "unsent:", "send:", "unchanged:", "changed:" };

static long left[STOPS], disk_left = -1;
static const char *disk_where = "/ledger.db";

static long number(const char *text)
{
  char *end;
  errno = 0;
  long value = strtol(text, &end, 10);
  if (errno != 0 || end == text || *end != '\0' || value < 0) _exit(99);
  return value;
}

static void read_stop(const char *text)
{
  const char *only = getenv("BACKSTOP_STOP_IN");
  for (int i = 0; i < STOPS; i++) {
    size_t length = strlen(points[i]);
    if (strncmp(text, points[i], length) != 0) continue;
    long value = number(text + length);
    if (only == NULL || strcmp(only, program_invocation_short_name) == 0) left[i] = value;
    return;
  }
  _exit(99);
}

__attribute__((constructor)) static void read_environment(void)
{
  const char *stop = getenv("BACKSTOP_STOP_AT"), *disk = getenv("BACKSTOP_ENOSPC_AFTER");
  if (stop != NULL) read_stop(stop);
  if (disk != NULL) disk_left = number(disk);
  if (getenv("BACKSTOP_ENOSPC_IN") != NULL) disk_where = getenv("BACKSTOP_ENOSPC_IN");
}

static bool ends_with(const char *path, const char *end)
{
  size_t length = strlen(path), n = strlen(end);
  return length >= n && strcmp(path + length - n, end) == 0;
}

static void *real(const char *name)
{
  void *symbol = dlsym(RTLD_NEXT, name);
  if (symbol == NULL) _exit(99);
  return symbol;
}

static void pass_by(Stop kind)
{
  if (left[kind] == 0 || --left[kind] > 0) return;
  const char *mark = getenv("BACKSTOP_STOPPED");
  if (kind == STOP_SEND) usleep(SERVER_TIME_US);
  if (mark != NULL && creat(mark, 0600) < 0) _exit(99);
  raise(SIGKILL);
}

int fsync(int fd)
{
  int result = ((int (*)(int))real("fsync"))(fd);
  pass_by(STOP_FSYNC);
  return result;
}

int fdatasync(int fd)
{
  int result = ((int (*)(int))real("fdatasync"))(fd);
  pass_by(STOP_FSYNC);
  return result;
}

ssize_t gnutls_record_send(gnutls_session_t session, const void *data, size_t size)
{
  pass_by(STOP_UNSENT);
  ssize_t sent = ((ssize_t(*)(gnutls_session_t, const void *, size_t))real("gnutls_record_send"))(session, data, size);
  if (sent > 0) pass_by(STOP_SEND);
  return sent;
}

/* path: at least 4096 octets. */
static bool path_of(int fd, char *path)
{
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, 4095);
  if (length < 0) return false;
  path[length] = '\0';
  return true;
}

/* Not a file without a name: who dies takes it along. */
static bool is_mail(const char *path)
{
  return path[0] == '/' && strstr(path, "/ledger.db") == NULL && strstr(path, " (deleted)") == NULL;
}

static bool is_mail_fd(int fd)
{
  char path[4096];
  return left[STOP_UNCHANGED] + left[STOP_CHANGED] > 0 && path_of(fd, path) && is_mail(path)
         && strncmp(path, "/dev/", 5) != 0;
}

int rename(const char *from, const char *to)
{
  if (is_mail(from)) pass_by(STOP_UNCHANGED);
  int result = ((int (*)(const char *, const char *))real("rename"))(from, to);
  if (is_mail(from)) pass_by(STOP_CHANGED);
  return result;
}

int renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned int flags)
{
  if (is_mail(from)) pass_by(STOP_UNCHANGED);
  int result =
      ((int (*)(int, const char *, int, const char *, unsigned int))real("renameat2"))(from_fd, from, to_fd, to, flags);
  if (is_mail(from)) pass_by(STOP_CHANGED);
  return result;
}

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
  if (is_mail(to)) pass_by(STOP_UNCHANGED);
  int result = ((int (*)(int, const char *, int, const char *, int))real("linkat"))(from_fd, from, to_fd, to, flags);
  if (is_mail(to)) pass_by(STOP_CHANGED);
  return result;
}

int unlink(const char *path)
{
  if (is_mail(path)) pass_by(STOP_UNCHANGED);
  int result = ((int (*)(const char *))real("unlink"))(path);
  if (is_mail(path)) pass_by(STOP_CHANGED);
  return result;
}

int ftruncate(int fd, off_t length)
{
  bool mail = is_mail_fd(fd);
  if (mail) pass_by(STOP_UNCHANGED);
  int result = ((int (*)(int, off_t))real("ftruncate"))(fd, length);
  if (mail) pass_by(STOP_CHANGED);
  return result;
}

static bool disk_full(int fd, size_t size)
{
  char path[4096];
  if (disk_left < 0 || !path_of(fd, path) || strstr(path, disk_where) == NULL) return false;
  if ((uint64_t)disk_left < size) {
    errno = ENOSPC;
    return true;
  }
  disk_left -= (long)size;
  return false;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset)
{
  bool mail = is_mail_fd(fd);
  if (disk_full(fd, size)) return -1;
  if (mail) pass_by(STOP_UNCHANGED);
  ssize_t result = ((ssize_t(*)(int, const void *, size_t, off64_t))real("pwrite64"))(fd, data, size, offset);
  if (mail) pass_by(STOP_CHANGED);
  return result;
}

int faccessat(int folder, const char *path, int mode, int flags)
{
  const char *closed = getenv("BACKSTOP_CLOSED");
  if (closed != NULL && (mode & W_OK) && ends_with(path, closed)) {
    errno = EACCES;
    return -1;
  }
  return ((int (*)(int, const char *, int, int))real("faccessat"))(folder, path, mode, flags);
}

ssize_t write(int fd, const void *data, size_t size)
{
  bool mail = is_mail_fd(fd);
  if (disk_full(fd, size)) return -1;
  if (mail) pass_by(STOP_UNCHANGED);
  ssize_t result = ((ssize_t(*)(int, const void *, size_t))real("write"))(fd, data, size);
  if (mail) pass_by(STOP_CHANGED);
  return result;
}

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t size, unsigned int flags)
{
  bool mail = is_mail_fd(to);
  if (disk_full(to, size)) return -1;
  if (mail) pass_by(STOP_UNCHANGED);
  ssize_t result = ((ssize_t(*)(int, off64_t *, int, off64_t *, size_t, unsigned int))real("copy_file_range"))(
      from, from_at, to, to_at, size, flags);
  if (mail) pass_by(STOP_CHANGED);
  return result;
}
