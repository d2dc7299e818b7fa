/* put.c - what is put into a Maildir
 * Owns:     the names of the messages put there, and the order in which they get onto the disk.
 * Must not: show a message under new/ that is not whole on the disk.
 * Fails:    STORE_ERROR_MAILBOX, naming the file; then a message is there whole or not at all.
 * Tests:    tests/fetcher/maildir/test_maildir.c */
#include "fetcher/maildir/private.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 65536

gboolean maildir_fail(const char *path, const char *what, GError **error)
{
  g_autofree char *shown = g_filename_display_name(path);
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "%s: %s: %s", shown, what, g_strerror(errno));
  return FALSE;
}

gsize maildir_base(const char *name) { return strcspn(name, ":"); }

gint64 maildir_key(const char *name) { return box_key(name, maildir_base(name)); }

gboolean maildir_copy(int from, int to)
{
  g_autofree char *buffer = g_malloc(CHUNK);
  for (;;) {
    ssize_t got = read(from, buffer, CHUNK), done = 0;
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got == 0;
    while (done < got) {
      ssize_t put = write(to, buffer + done, (gsize)(got - done));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return FALSE;
      done += put;
    }
  }
}

gboolean maildir_sync_folder(const char *path, const char *part, GError **error)
{
  g_autofree char *folder = g_build_filename(path, part, NULL);
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean done = fd >= 0 && fsync(fd) == 0;
  if (!done) maildir_fail(folder, "cannot be written to the disk", error);
  if (fd >= 0) close(fd);
  return done;
}

char *maildir_new_name(gint64 stored, guint64 size)
{
  static guint count;
  gint64 now = g_get_real_time();
  g_autofree char *host = g_strdelimit(g_strdup(g_get_host_name()), "/:,", '_');
  return g_strdup_printf("%" G_GINT64_FORMAT ".M%" G_GINT64_FORMAT "P%ldQ%u.%.100s,W=%" G_GUINT64_FORMAT,
                         stored > 0 ? stored : now / G_USEC_PER_SEC, now, (long)getpid(), ++count, host, size);
}

/* Written to the end; not on the disk yet. */
static gboolean write_new(const char *path, int fd, gint64 stored, GError **error)
{
  int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (to < 0) return maildir_fail(path, "cannot be made", error);
  gboolean done = lseek(fd, 0, SEEK_SET) == 0 && maildir_copy(fd, to);
  const struct timespec times[] = { { .tv_sec = stored }, { .tv_sec = stored } };
  if (done && stored > 0) futimens(to, times); /* a courtesy to programs that show it */
  int number = errno;
  if (close(to) != 0 && done) {
    done = FALSE;
    number = errno;
  }
  if (done) return TRUE;
  unlink(path);
  errno = number;
  return maildir_fail(path, "cannot be written", error);
}

gboolean maildir_put(Box *base, int fd, const BoxItem *like, gint64 *key, GError **error)
{
  g_autofree char *name = maildir_new_name(like->stored, like->size);
  g_autofree char *draft = g_build_filename(base->name, "tmp", name, NULL);
  if (!write_new(draft, fd, like->stored, error)) return FALSE;
  *key = maildir_key(name);
  g_ptr_array_add(((MaildirBox *)base)->drafts, g_steal_pointer(&name));
  return TRUE;
}

static gboolean sync_file(const char *path, GError **error)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  gboolean done = fd >= 0 && fsync(fd) == 0;
  if (!done) maildir_fail(path, "cannot be written to the disk", error);
  if (fd >= 0) close(fd);
  return done;
}

void maildir_drop_drafts(MaildirBox *box)
{
  for (guint i = 0; i < box->drafts->len; i++) {
    g_autofree char *draft = g_build_filename(box->base.name, "tmp", box->drafts->pdata[i], NULL);
    unlink(draft);
  }
  g_ptr_array_set_size(box->drafts, 0);
}

static gboolean publish(const MaildirBox *box, const char *name, GError **error)
{
  g_autofree char *draft = g_build_filename(box->base.name, "tmp", name, NULL);
  g_autofree char *final = g_build_filename(box->base.name, "new", name, NULL);
  return rename(draft, final) == 0 || maildir_fail(final, "cannot be made", error);
}

/* All are written before the first is synced: the disk then takes them together, and waits little for the others. */
gboolean maildir_sync(Box *base, GError **error)
{
  MaildirBox *box = (MaildirBox *)base;
  gboolean done = TRUE;
  for (guint i = 0; i < box->drafts->len && done; i++) {
    g_autofree char *draft = g_build_filename(base->name, "tmp", box->drafts->pdata[i], NULL);
    done = sync_file(draft, error);
  }
  for (guint i = 0; i < box->drafts->len && done; i++) done = publish(box, box->drafts->pdata[i], error);
  done = done && maildir_sync_folder(base->name, "new", error);
  maildir_drop_drafts(box); /* those that were published have left tmp */
  return done;
}

gboolean maildir_make(Box *base, GError **error)
{
  static const char *const folders[] = { "tmp", "new", "cur" };
  for (guint i = 0; i < G_N_ELEMENTS(folders); i++) {
    g_autofree char *folder = g_build_filename(base->name, folders[i], NULL);
    if (g_mkdir_with_parents(folder, 0700) != 0) return maildir_fail(folder, "cannot be made", error);
  }
  g_autofree char *parent = g_path_get_dirname(base->name);
  return maildir_sync_folder(base->name, ".", error) && maildir_sync_folder(parent, ".", error);
}
