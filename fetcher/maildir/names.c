/* names.c - which files are in a Maildir now
 * Owns:     the stamp of a Maildir, and a list of names that is complete.
 * Must not: open a message.
 * Fails:    STORE_ERROR_MAILBOX, naming the folder.
 * Tests:    tests/fetcher/maildir/test_maildir.c */
#include "fetcher/maildir/private.h"
#include <dirent.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

/* How exact the time of a folder's change is, microseconds: some file systems count only every second second. */
#define FINE ((gint64)20000)
#define COARSE ((gint64)2 * G_USEC_PER_SEC)

const char *const maildir_parts[MAILDIR_PARTS] = { "new", "cur" };

static gint64 changed(const struct stat *status)
{
  return (gint64)status->st_mtim.tv_sec * G_USEC_PER_SEC + status->st_mtim.tv_nsec / 1000;
}

/* *pause: microseconds for which another change may get the same time as the last change; 0: none. */
static char *stamp_of(const char *path, gint64 *pause, GError **error)
{
  g_autoptr(GString) stamp = g_string_new("maildir");
  *pause = 0;
  for (guint i = 0; i < MAILDIR_PARTS; i++) {
    g_autofree char *folder = g_build_filename(path, maildir_parts[i], NULL);
    struct stat status;
    if (stat(folder, &status) != 0) {
      maildir_fail(folder, "no Maildir is there", error);
      return NULL;
    }
    gint64 grain = status.st_mtim.tv_nsec != 0 ? FINE : COARSE;
    gint64 age = g_get_real_time() - changed(&status);
    if (age >= 0 && age < grain) *pause = MAX(*pause, grain - age);
    g_string_append_printf(stamp, " %" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT ".%" G_GINT64_FORMAT ".%ld",
                           (guint64)status.st_dev, (guint64)status.st_ino, (gint64)status.st_mtim.tv_sec,
                           status.st_mtim.tv_nsec);
  }
  return g_string_free(g_steal_pointer(&stamp), FALSE);
}

char *maildir_stamp(Box *box, GError **error)
{
  gint64 pause = 0;
  char *stamp = stamp_of(box->name, &pause, error);
  if (stamp == NULL || pause == 0) return stamp;
  g_free(stamp);
  g_usleep((gulong)pause);
  if ((stamp = stamp_of(box->name, &pause, error)) == NULL || pause == 0) return stamp;
  /* The folder goes on changing: make a stamp that equals no other one. */
  char *unsure = g_strdup_printf("%s ?%" G_GINT64_FORMAT, stamp, g_get_monotonic_time());
  g_free(stamp);
  return unsure;
}

/* "new/NAME" or "cur/NAME" of all messages. */
static GPtrArray *names_in(const char *path, GError **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < MAILDIR_PARTS; i++) {
    g_autofree char *folder = g_build_filename(path, maildir_parts[i], NULL);
    DIR *handle = opendir(folder);
    if (handle == NULL) {
      maildir_fail(folder, "cannot be read", error);
      return NULL;
    }
    const struct dirent *row;
    while ((row = readdir(handle)) != NULL)
      if (row->d_name[0] != '.' && row->d_type != DT_DIR)
        g_ptr_array_add(names, g_strconcat(maildir_parts[i], "/", row->d_name, NULL));
    closedir(handle);
  }
  return g_steal_pointer(&names);
}

/* Makes was_renamed() work. Times of folders are not enough: two changes in one moment look like one. FALSE: inotify
 * cannot be had. */
static gboolean watch_renames(MaildirBox *box)
{
  if (box->renames < 0) box->renames = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  for (guint i = 0; box->renames >= 0 && i < MAILDIR_PARTS; i++) {
    g_autofree char *folder = g_build_filename(box->base.name, maildir_parts[i], NULL);
    if (inotify_add_watch(box->renames, folder, IN_MOVED_FROM) < 0) return FALSE;
  }
  return box->renames >= 0;
}

/* Was a file renamed or moved away since the last call? */
static gboolean was_renamed(const MaildirBox *box)
{
  char events[4096];
  gboolean any = FALSE;
  while (box->renames >= 0 && read(box->renames, events, sizeof events) > 0) any = TRUE;
  return any;
}

GPtrArray *maildir_names(MaildirBox *box, GError **error)
{
  const char *path = box->base.name;
  g_autoptr(GPtrArray) names = NULL;
  watch_renames(box);
  for (guint i = 0; i < MAILDIR_LISTINGS; i++) {
    gint64 pause;
    was_renamed(box);
    g_autofree char *before = stamp_of(path, &pause, error);
    g_clear_pointer(&names, g_ptr_array_unref);
    if (before == NULL || (names = names_in(path, error)) == NULL) return NULL;
    g_autofree char *after = stamp_of(path, &pause, error);
    if (after == NULL) return NULL;
    if (g_str_equal(before, after) && !was_renamed(box)) return g_steal_pointer(&names);
  }
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "%s: changes too fast to be looked at now", path);
  return NULL;
}
