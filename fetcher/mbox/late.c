/* late.c - mail that comes to the old file of an mbox that was replaced
 * Owns:     the descriptors of old files, and for how long they are kept.
 * Must not: lose a message that a program believes to have delivered.
 * Fails:    STORE_ERROR_MAILBOX; asked again, it tries again.
 * Tests:    tests/fetcher/mbox/test_lock.c */
#define G_LOG_DOMAIN "backstop-fetcher"
#include "fetcher/mbox/private.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE G_TIME_SPAN_MINUTE /* no program waits for a lock for longer */
#define LAST_WAIT 20                /* pauses of 50 ms */

typedef struct {
  int fd;
  guint64 length; /* octets of the file that were seen before */
  gint64 since;   /* when it was replaced: g_get_monotonic_time() */
} Old;

void mbox_late_init(MboxLate *late) { late->files = g_array_new(FALSE, FALSE, sizeof(Old)); }

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

void mbox_late_keep(MboxLate *late, int fd, guint64 length)
{
  Old old = { .fd = fd, .length = length, .since = g_get_monotonic_time() };
  g_array_append_val(late->files, old);
  set_lock(fd, F_UNLCK);
}

/* Nobody can open a file that has no name. */
static gboolean is_only_ours(int fd)
{
  struct stat status;
  return fstat(fd, &status) == 0 && status.st_nlink == 0 && mbox_others(fd) == MBOX_ALONE;
}

/* *mail: what was added to the old file, without the empty lines that end the message before. FALSE: what was added
 * does not begin with a message. */
static gboolean find_mail(const Old *old, guint64 end, MboxRange *mail)
{
  guint64 at = old->length;
  char text[5];
  while (at < end && pread(old->fd, text, 1, (off_t)at) == 1 && (text[0] == '\n' || text[0] == '\r')) at++;
  *mail = (MboxRange){ at, end - at };
  return at == end || (pread(old->fd, text, 5, (off_t)at) == 5 && memcmp(text, "From ", 5) == 0);
}

/* Writes what cannot be appended to the mbox into a file beside it (FILE.late), where the owner finds it. */
static gboolean rescue(Old *old, const char *path, guint64 end, GError **error)
{
  char *name = g_strconcat(path, ".late", NULL);
  g_autofree char *shown = g_filename_display_name(name);
  MboxRange rest = { old->length, end - old->length };
  MboxLock side = { .path = name, .fd = open(name, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) };
  gboolean good = FALSE;
  if (side.fd < 0)
    mbox_fail(error, STORE_ERROR_MAILBOX, name, "cannot be made: %s", g_strerror(errno));
  else
    good = mbox_append_ranges(&side, old->fd, &rest, 1, NULL, error) && mbox_sync_folder(name, error);
  if (good) {
    old->length = end;
    g_warning("%s: mail that another program added to its mbox while that was rewritten; move it there.", shown);
  }
  if (side.fd >= 0) close(side.fd);
  g_free(name);
  return good;
}

/* Brings over what was added to the old file. The old file is locked, so the program that wrote into it is done. */
static gboolean take_over(Old *old, const char *path, GError **error)
{
  guint64 end = length_of(old->fd);
  MboxRange mail;
  if (!find_mail(old, end, &mail)) return rescue(old, path, end, error);
  if (mail.length > 0) {
    g_autoptr(MboxLock) lock = mbox_lock(path, MBOX_TO_APPEND, error);
    if (lock == NULL || !mbox_append_ranges(lock, old->fd, &mail, 1, NULL, error)) return FALSE;
  }
  old->length = end;
  return TRUE;
}

/* Looks at one old file. *done: nobody can add to that file any more. */
static gboolean look(Old *old, const char *path, gboolean *done, GError **error)
{
  gboolean patient = g_get_monotonic_time() - old->since < PATIENCE;
  *done = is_only_ours(old->fd) || !patient; /* asked before the length, so that nothing can be added in between */
  if (length_of(old->fd) <= old->length) return TRUE;
  if (!set_lock(old->fd, F_WRLCK)) {
    *done = FALSE;
    return TRUE;
  }
  gboolean good = take_over(old, path, error);
  set_lock(old->fd, F_UNLCK);
  return good;
}

gboolean mbox_late_look(MboxLate *late, const char *path, GError **error)
{
  for (guint i = 0; i < late->files->len;) {
    Old *old = &g_array_index(late->files, Old, i);
    gboolean done;
    if (!look(old, path, &done, error)) return FALSE;
    if (done) {
      close(old->fd);
      g_array_remove_index(late->files, i);
    } else
      i++;
  }
  return TRUE;
}

void mbox_late_end(MboxLate *late, const char *path)
{
  for (guint i = 0; i < LAST_WAIT && mbox_late_look(late, path, NULL) && late->files->len > 0; i++) g_usleep(50000);
  for (guint i = 0; i < late->files->len; i++) {
    Old *old = &g_array_index(late->files, Old, i);
    g_autoptr(GError) error = NULL;
    guint64 end = length_of(old->fd);
    if (end > old->length && !rescue(old, path, end, &error))
      g_warning("Mail that another program added while its mbox was rewritten is lost: %s", error->message);
    close(old->fd);
  }
  g_array_unref(late->files);
}
