/* file.c - what every file of this room asks about a file, and how its errors are told
 * Owns:     the form of errors about a file; when two looks saw the same file.
 * Must not: call another file of this room.
 * Fails:    MAILBOX; mbox_fail() with the code that its caller gives.
 * Tests:    tests/fetcher/mbox/test_file.c */
#include "fetcher/mbox/private.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

gboolean mbox_fail(GError **error, StoreError code, const char *path, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_autofree char *shown = g_filename_display_name(path);
  g_set_error(error, STORE_ERROR, (gint)code, "%s: %s.", shown, text);
  return FALSE;
}

gboolean mbox_fail_open(const char *path, GError **error)
{
  return mbox_fail(
      error, STORE_ERROR_MAILBOX, path,
      "is open in another program, and what that adds would be lost: left alone until it is closed, looked "
      "at again at the next pass");
}

gboolean mbox_same_file(const struct stat *a, const struct stat *b)
{
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

gboolean mbox_unchanged(const struct stat *a, const struct stat *b)
{
  return mbox_same_file(a, b) && a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec
         && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

gboolean mbox_sync_folder(const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname(path);
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean good = fd >= 0 && fsync(fd) == 0;
  if (!good) mbox_fail(error, STORE_ERROR_MAILBOX, folder, "cannot be made durable: %s", g_strerror(errno));
  if (fd >= 0) close(fd);
  return good;
}
