/* stop_at.c - an LD_PRELOAD library that kills a program at a chosen point, or fills its disk
 * Owns:     the counting of calls, in each process for itself. Environment: BACKSTOP_STOP_AT=fsync:N, send:N or
 *           unsent:N, BACKSTOP_STOPPED=FILE (made when it kills), BACKSTOP_ENOSPC_AFTER=BYTES.
 * Must not: change anything else about the program it is loaded into.
 * Fails:    a variable it cannot read ends the program with status 99, so that a test never passes for want of a fault.
 * Tests:    used by tests/e2e/test_kill.py and test_faults.py */
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

static long stop_fsync, stop_send, stop_unsent, disk_left = -1;

static long number(const char *text)
{
  char *end;
  errno = 0;
  long value = strtol(text, &end, 10);
  if (errno != 0 || end == text || *end != '\0' || value < 0) _exit(99);
  return value;
}

__attribute__((constructor)) static void read_environment(void)
{
  const char *stop = getenv("BACKSTOP_STOP_AT"), *disk = getenv("BACKSTOP_ENOSPC_AFTER");
  if (stop != NULL && strncmp(stop, "fsync:", 6) == 0)
    stop_fsync = number(stop + 6);
  else if (stop != NULL && strncmp(stop, "send:", 5) == 0)
    stop_send = number(stop + 5);
  else if (stop != NULL && strncmp(stop, "unsent:", 7) == 0)
    stop_unsent = number(stop + 7);
  else if (stop != NULL)
    _exit(99);
  if (disk != NULL) disk_left = number(disk);
}

static void *real(const char *name)
{
  void *symbol = dlsym(RTLD_NEXT, name);
  if (symbol == NULL) _exit(99);
  return symbol;
}

static void stop(void)
{
  const char *mark = getenv("BACKSTOP_STOPPED");
  if (mark != NULL && creat(mark, 0600) < 0) _exit(99);
  raise(SIGKILL);
}

static void synced(void)
{
  if (stop_fsync > 0 && --stop_fsync == 0) stop();
}

int fsync(int fd)
{
  int result = ((int (*)(int))real("fsync"))(fd);
  synced();
  return result;
}

int fdatasync(int fd)
{
  int result = ((int (*)(int))real("fdatasync"))(fd);
  synced();
  return result;
}

ssize_t gnutls_record_send(gnutls_session_t session, const void *data, size_t size)
{
  if (stop_unsent > 0 && --stop_unsent == 0) stop();
  ssize_t sent = ((ssize_t(*)(gnutls_session_t, const void *, size_t))real("gnutls_record_send"))(session, data, size);
  if (sent > 0 && stop_send > 0 && --stop_send == 0) {
    usleep(SERVER_TIME_US);
    stop();
  }
  return sent;
}

static bool is_ledger(int fd)
{
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return false;
  path[length] = '\0';
  return strstr(path, "/ledger.db") != NULL;
}

static bool disk_full(int fd, size_t size)
{
  if (disk_left < 0 || !is_ledger(fd)) return false;
  if ((uint64_t)disk_left < size) {
    errno = ENOSPC;
    return true;
  }
  disk_left -= (long)size;
  return false;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset)
{
  if (disk_full(fd, size)) return -1;
  return ((ssize_t(*)(int, const void *, size_t, off64_t))real("pwrite64"))(fd, data, size, offset);
}

ssize_t write(int fd, const void *data, size_t size)
{
  if (disk_full(fd, size)) return -1;
  return ((ssize_t(*)(int, const void *, size_t))real("write"))(fd, data, size);
}
