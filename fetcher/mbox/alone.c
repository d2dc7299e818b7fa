/* alone.c - whether another program has a file open
 * Owns:     the two ways to know: a lease of the kernel's, and a look at what the owner's other programs have open.
 * Must not: make another program wait for longer than a system call; look for longer than a bounded time.
 * Fails:    never: what cannot be known is said to be unknown.
 * Tests:    tests/fetcher/mbox/test_alone.c */
#include "fetcher/mbox/private.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/vfs.h>
#include <unistd.h>

#define NFS 0x6969
#define MOST_FILES 50000                          /* open files that are looked at */
#define MOST_TIME (200 * G_TIME_SPAN_MILLISECOND) /* for all of them */

/* A write lease is given only to a program that nobody shares the file with. The kernel gives it to the file's owner,
 * and on a disk of this computer; NFS refuses it for reasons of its own. A program that opens the file in this moment
 * waits until the lease is given back, and we get a signal, which must not be SIGIO: that one would end us. */
static MboxOthers ask_for_lease(int fd)
{
  struct statfs system;
  if (fstatfs(fd, &system) != 0 || system.f_type == NFS || fcntl(fd, F_SETSIG, SIGURG) != 0) return MBOX_OTHERS_UNKNOWN;
  if (fcntl(fd, F_SETLEASE, F_WRLCK) != 0) return errno == EAGAIN ? MBOX_OTHERS : MBOX_OTHERS_UNKNOWN;
  fcntl(fd, F_SETLEASE, F_UNLCK);
  return MBOX_ALONE;
}

typedef struct {
  struct stat file;
  guint left;
  gint64 until;
} Search;

/* Has the process whose folder of open files this is the file open? */
static gboolean has_open(int folder, Search *search)
{
  DIR *handle = fdopendir(folder);
  if (handle == NULL) {
    close(folder);
    return FALSE;
  }
  const struct dirent *row;
  gboolean found = FALSE;
  while (!found && search->left > 0 && (row = readdir(handle)) != NULL) {
    struct stat status;
    search->left--;
    found = g_ascii_isdigit(row->d_name[0]) && fstatat(dirfd(handle), row->d_name, &status, 0) == 0
            && mbox_same_file(&status, &search->file);
  }
  closedir(handle);
  return found;
}

/* The owner's own programs, for that is what a user may look at. What others have open, on this computer or another, is
 * not known then. */
static MboxOthers look_at_programs(int fd)
{
  Search search = { .left = MOST_FILES, .until = g_get_monotonic_time() + MOST_TIME };
  DIR *processes = opendir("/proc");
  if (processes == NULL) return MBOX_OTHERS_UNKNOWN;
  const struct dirent *row;
  gboolean found = fstat(fd, &search.file) != 0;
  while (!found && search.left > 0 && g_get_monotonic_time() < search.until && (row = readdir(processes)) != NULL) {
    if (!g_ascii_isdigit(row->d_name[0]) || strtol(row->d_name, NULL, 10) == getpid()) continue;
    g_autofree char *name = g_strconcat(row->d_name, "/fd", NULL);
    int folder = openat(dirfd(processes), name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) found = has_open(folder, &search);
  }
  closedir(processes);
  return found ? MBOX_OTHERS : MBOX_OTHERS_UNKNOWN;
}

MboxOthers mbox_others(int fd)
{
  MboxOthers others = ask_for_lease(fd);
  return others == MBOX_OTHERS_UNKNOWN ? look_at_programs(fd) : others;
}
