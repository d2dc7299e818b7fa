/* backup.c - a copy of the ledger in one file
 * Owns:     how the copy comes about: whole, or not at all.
 * Must not: know a table; write over a file.
 * Fails:    LEDGER_ERROR; no half of a copy is left.
 * Tests:    tests/ui/cli/test_cmd_backup.py */
#include "ledger/backup.h"
#include "ledger/db.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>

static gboolean refused(const char *path, GError **error)
{
  g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_REFUSED, "%s is there already: name a file that is not there yet.",
              path);
  return FALSE;
}

/* doing: "cannot be made". */
static gboolean failed(const char *path, const char *doing, int number, GError **error)
{
  gboolean full = number == ENOSPC || number == EDQUOT;
  g_set_error(error, LEDGER_ERROR, full ? LEDGER_ERROR_FULL : LEDGER_ERROR_OPEN, "The copy %s %s: %s.", path, doing,
              full ? "there is no room for it on that disk" : g_strerror(number));
  return FALSE;
}

/* A disk that is full is that of the copy, since the ledger is only read. */
static gboolean fill(Ledger *ledger, const char *part, const char *path, GError **error)
{
  GError *problem = NULL;
  if (db_run(ledger, &problem, "VACUUM INTO ?", "s", part)) return TRUE;
  if (g_error_matches(problem, LEDGER_ERROR, LEDGER_ERROR_FULL)) {
    g_error_free(problem);
    return failed(path, "cannot be written", ENOSPC, error);
  }
  g_propagate_error(error, problem);
  return FALSE;
}

/* Not every file system can refuse to replace. */
static gboolean put_in_place(const char *part, const char *path, GError **error)
{
  if (renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_NOREPLACE) == 0) return TRUE;
  if (errno == EEXIST) return refused(path, error);
  return (errno == EINVAL && rename(part, path) == 0) || failed(path, "cannot be given its name", errno, error);
}

/* The new name lasts once its folder is written. */
static gboolean sync_folder(const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname(path);
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean good = fd >= 0 && fsync(fd) == 0;
  int number = errno;
  if (fd >= 0) close(fd);
  return good || failed(path, "may not last, as its folder cannot be written", number, error);
}

gboolean ledger_backup(Ledger *ledger, const char *path, GError **error)
{
  g_autofree char *part = g_strdup_printf("%s.XXXXXX", path);
  if (g_file_test(path, G_FILE_TEST_EXISTS) || g_file_test(path, G_FILE_TEST_IS_SYMLINK)) return refused(path, error);
  int fd = g_mkstemp_full(part, O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0) return failed(path, "cannot be made", errno, error);
  gboolean good = fill(ledger, part, path, error);
  if (good && fsync(fd) != 0) good = failed(path, "cannot be written", errno, error);
  close(fd);
  if (good && put_in_place(part, path, error)) return sync_folder(path, error);
  g_unlink(part);
  return FALSE;
}
