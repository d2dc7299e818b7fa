/* mbox_late.c - mail that comes to the old file of an mbox that was replaced
 * Owns:     the old file's descriptor.
 * Must not: lose a message that a program believes to have delivered.
 * Fails:    STORE_ERROR_MAILBOX; asked again, it tries again.
 * Tests:    tests/test_mbox_lock.c */
#define G_LOG_DOMAIN "backstop-fetcher"
#include "fetcher/mbox_private.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* A program that waits for a lock does so for less. */
#define PATIENCE G_TIME_SPAN_MINUTE

void mbox_late_init(MboxLate *late) { late->fd = -1; }

static gboolean set_lock(int fd, short type)
{
  struct flock whole = { .l_type = type, .l_whence = SEEK_SET };
  return fcntl(fd, F_OFD_SETLK, &whole) == 0;
}

static guint64 length_of(int fd)
{
  struct stat status;
  return fstat(fd, &status) == 0 ? (guint64)status.st_size : 0;
}

void mbox_late_keep(MboxLate *late, int fd)
{
  if (late->fd >= 0) close(late->fd);
  *late = (MboxLate){ .fd = fd, .length = length_of(fd), .since = g_get_monotonic_time() };
  set_lock(fd, F_UNLCK);
}

/* What came, without the empty lines that were to end the message before it. FALSE: it is not whole messages. */
static gboolean find_mail(const MboxLate *late, guint64 end, MboxRange *mail)
{
  guint64 at = late->length;
  char text[5];
  while (at < end && pread(late->fd, text, 1, (off_t)at) == 1 && (text[0] == '\n' || text[0] == '\r')) at++;
  *mail = (MboxRange){ at, end - at };
  return at == end || (pread(late->fd, text, 5, (off_t)at) == 5 && memcmp(text, "From ", 5) == 0);
}

/* Keeps what cannot be appended in a file beside the mbox, where its owner finds it. */
static gboolean rescue(MboxLate *late, const char *path, guint64 end, GError **error)
{
  char *name = g_strconcat(path, ".late", NULL);
  g_autofree char *shown = g_filename_display_name(name);
  MboxRange rest = { late->length, end - late->length };
  MboxLock side = { .path = name, .fd = open(name, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) };
  gboolean good = FALSE;
  if (side.fd < 0)
    mbox_fail(error, STORE_ERROR_MAILBOX, name, "cannot be made: %s", g_strerror(errno));
  else
    good = mbox_append_ranges(&side, late->fd, &rest, 1, NULL, error) && mbox_sync_folder(name, error);
  if (good) {
    late->length = end;
    g_warning("%s: mail that another program added to its mbox while that was rewritten; move it there.", shown);
  }
  if (side.fd >= 0) close(side.fd);
  g_free(name);
  return good;
}

/* The old file is locked, so that its program has finished. */
static gboolean take_over(MboxLate *late, const char *path, GError **error)
{
  guint64 end = length_of(late->fd);
  MboxRange mail;
  if (!find_mail(late, end, &mail)) return rescue(late, path, end, error);
  if (mail.length > 0) {
    g_autoptr(MboxLock) lock = mbox_lock(path, error);
    if (lock == NULL || !mbox_append_ranges(lock, late->fd, &mail, 1, NULL, error)) return FALSE;
  }
  late->length = end;
  return TRUE;
}

gboolean mbox_late_look(MboxLate *late, const char *path, GError **error)
{
  if (late->fd < 0) return TRUE;
  if (length_of(late->fd) > late->length && set_lock(late->fd, F_WRLCK)) {
    gboolean good = take_over(late, path, error);
    set_lock(late->fd, F_UNLCK);
    if (!good) return FALSE;
  }
  if (length_of(late->fd) == late->length && g_get_monotonic_time() - late->since > PATIENCE) {
    close(late->fd);
    late->fd = -1;
  }
  return TRUE;
}

void mbox_late_end(MboxLate *late, const char *path)
{
  if (late->fd < 0) return;
  g_autoptr(GError) error = NULL;
  gboolean good = mbox_late_look(late, path, NULL);
  guint64 end = late->fd >= 0 ? length_of(late->fd) : 0;
  if ((!good || end > late->length) && late->fd >= 0 && !rescue(late, path, end, &error))
    g_warning("Mail that another program added while its mbox was rewritten is lost: %s", error->message);
  if (late->fd >= 0) close(late->fd);
  late->fd = -1;
}
