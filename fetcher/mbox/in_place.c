/* in_place.c - messages taken out of an mbox whose folder its owner may not write into, as /var/mail
 * Owns:     the note of a change that is not yet done: NAME.redo, and beside it NAME.tail, in the data folder.
 * Must not: begin to change the file before the note is on the disk; change it while another program can open it.
 * Fails:    STORE_ERROR_MAILBOX; the file is as it was, or the next lock of it goes on with what the note says.
 * Tests:    tests/fetcher/mbox/test_in_place.c, tests/e2e/test_disk_kill.py */
#define G_LOG_DOMAIN "backstop-fetcher"
#include "fetcher/mbox/private.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER 65536
#define MOST_CUTS 100000
#define MOST_TAIL ((guint64)1 << 30) /* octets that are moved up at once: more could take longer than a lease lasts */

static char *folder; /* of the notes; NULL: nothing is changed in place */

/* A change: the old file from its first cut on is the tail, which the note keeps; what stays of it moves up. */
typedef struct {
  char *redo, *tail; /* the two files */
  guint64 dev, ino;  /* of the mbox */
  guint64 size;      /* of the old file */
  GArray *cuts;      /* MboxRange of the old file, ascending */
} Note;

void mbox_keep_notes_in(const char *path)
{
  g_free(folder);
  folder = g_strdup(path);
}

gboolean mbox_has_notes(void) { return folder != NULL; }

gboolean mbox_is_fixed(const char *path)
{
  char *real = realpath(path, NULL);
  g_autofree char *parent = g_path_get_dirname(real != NULL ? real : path);
  free(real);
  return faccessat(AT_FDCWD, parent, F_OK, AT_EACCESS) == 0
         && faccessat(AT_FDCWD, parent, W_OK | X_OK, AT_EACCESS) != 0;
}

static void note_clear(Note *note)
{
  g_free(note->redo);
  g_free(note->tail);
  g_array_unref(note->cuts);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Note, note_clear)

static void note_init(Note *note, const char *path)
{
  g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, path, -1);
  g_autofree char *name = g_strdup_printf("%s/mbox-%.16s", folder, sum);
  *note = (Note){ .redo = g_strconcat(name, ".redo", NULL),
                  .tail = g_strconcat(name, ".tail", NULL),
                  .cuts = g_array_new(FALSE, FALSE, sizeof(MboxRange)) };
}

static guint64 first_cut(const Note *note) { return g_array_index(note->cuts, MboxRange, 0).where; }

static guint64 new_size(const Note *note)
{
  guint64 size = note->size;
  for (guint i = 0; i < note->cuts->len; i++) size -= g_array_index(note->cuts, MboxRange, i).length;
  return size;
}

/* The new text, then its name: the note is there whole, or not at all. */
static gboolean note_write(const Note *note)
{
  g_autoptr(GString) text = g_string_new(NULL);
  g_autofree char *draft = g_strconcat(note->redo, ".new", NULL);
  g_string_printf(text, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n", note->dev, note->ino,
                  note->size);
  for (guint i = 0; i < note->cuts->len; i++) {
    const MboxRange *cut = &g_array_index(note->cuts, MboxRange, i);
    g_string_append_printf(text, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n", cut->where, cut->length);
  }
  int fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  gboolean good = fd >= 0 && write(fd, text->str, text->len) == (ssize_t)text->len && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  return good && rename(draft, note->redo) == 0 && mbox_sync_folder(note->redo, NULL);
}

/* *there: there is one. FALSE: it cannot be understood, which no crash does. */
static gboolean note_read(Note *note, gboolean *there)
{
  g_autofree char *text = NULL;
  guint64 before = 0;
  *there = g_file_get_contents(note->redo, &text, NULL, NULL);
  if (!*there) return access(note->redo, F_OK) != 0;
  g_auto(GStrv) lines = g_strsplit(text, "\n", MOST_CUTS + 2);
  if (lines[0] == NULL
      || sscanf(lines[0], "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &note->dev, &note->ino,
                &note->size)
             != 3)
    return FALSE;
  for (guint i = 1; lines[i] != NULL && *lines[i] != '\0'; i++) {
    MboxRange cut;
    if (sscanf(lines[i], "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &cut.where, &cut.length) != 2 || cut.where < before
        || cut.where > note->size || cut.length > note->size - cut.where)
      return FALSE;
    before = cut.where + cut.length;
    g_array_append_val(note->cuts, cut);
  }
  return note->cuts->len > 0;
}

static gboolean note_done(const Note *note)
{
  return unlink(note->redo) == 0 && mbox_sync_folder(note->redo, NULL) && unlink(note->tail) == 0;
}

static gboolean copy(int from, guint64 at, guint64 length, int to, guint64 where)
{
  g_autofree char *buffer = g_malloc(BUFFER);
  while (length > 0) {
    ssize_t got = pread(from, buffer, (gsize)MIN(length, BUFFER), (off_t)at);
    if (got == 0) errno = EIO;
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return FALSE;
    for (ssize_t done = 0, n; done < got; done += n) {
      n = pwrite(to, buffer + done, (gsize)(got - done), (off_t)where + done);
      if (n < 0 && errno != EINTR) return FALSE;
      n = MAX(n, 0);
    }
    at += (guint64)got;
    where += (guint64)got;
    length -= (guint64)got;
  }
  return TRUE;
}

/* Calls each for what stays of the tail: where it is in the tail, where it goes in the file, its length. */
static gboolean each_kept(const Note *note, gboolean (*each)(guint64 at, guint64 where, guint64 length, gpointer data),
                          gpointer data)
{
  guint64 first = first_cut(note), where = first;
  for (guint i = 0; i < note->cuts->len; i++) {
    const MboxRange *cut = &g_array_index(note->cuts, MboxRange, i);
    guint64 at = cut->where + cut->length;
    guint64 end = i + 1 < note->cuts->len ? g_array_index(note->cuts, MboxRange, i + 1).where : note->size;
    if (end > at && !each(at - first, where, end - at, data)) return FALSE;
    where += end - at;
  }
  return TRUE;
}

typedef struct {
  int file, tail;
  guint64 first;
  gboolean all_new; /* all of it is as it is to be */
} Work;

static gboolean move_up(guint64 at, guint64 where, guint64 length, gpointer data)
{
  const Work *work = data;
  return copy(work->tail, at, length, work->file, where);
}

/* After a kill, each place of the file has either its old octet or its new octet. */
static gboolean is_on_its_way(guint64 at, guint64 where, guint64 length, gpointer data)
{
  Work *work = data;
  g_autofree char *is = g_malloc(BUFFER), *was = g_malloc(BUFFER), *will = g_malloc(BUFFER);
  for (guint64 done = 0, part; done < length; done += part) {
    part = MIN(length - done, BUFFER);
    ssize_t n = (ssize_t)part;
    if (pread(work->file, is, part, (off_t)(where + done)) != n
        || pread(work->tail, will, part, (off_t)(at + done)) != n
        || pread(work->tail, was, part, (off_t)(where + done - work->first)) != n)
      return FALSE;
    for (guint64 i = 0; i < part; i++) {
      if (is[i] != was[i] && is[i] != will[i]) return FALSE;
      if (is[i] != will[i]) work->all_new = FALSE;
    }
  }
  return TRUE;
}

/* Does the file, from this place on, hold what the tail held there? */
static gboolean is_old(const Work *work, guint64 from, guint64 to)
{
  g_autofree char *is = g_malloc(BUFFER), *was = g_malloc(BUFFER);
  for (guint64 part; from < to; from += part) {
    part = MIN(to - from, BUFFER);
    if (pread(work->file, is, part, (off_t)from) != (ssize_t)part
        || pread(work->tail, was, part, (off_t)(from - work->first)) != (ssize_t)part || memcmp(is, was, part) != 0)
      return FALSE;
  }
  return TRUE;
}

/* The file is open for appending, where pwrite() takes no place. */
static gboolean apply(int fd, int tail, const Note *note)
{
  Work work = { .file = fd, .tail = tail };
  if (fcntl(fd, F_SETFL, 0) != 0) return FALSE;
  gboolean good =
      each_kept(note, move_up, &work) && fsync(fd) == 0 && ftruncate(fd, (off_t)new_size(note)) == 0 && fsync(fd) == 0;
  int number = errno;
  fcntl(fd, F_SETFL, O_APPEND);
  errno = number;
  return good;
}

/* While we have the lease nobody can open the file: who tries waits until it is given back, by us or by our end. */
static gboolean hold(MboxLock *lock, GError **error)
{
  if (mbox_others(lock->fd) == MBOX_ALONE && fcntl(lock->fd, F_SETLEASE, F_WRLCK) == 0) return TRUE;
  if (mbox_others(lock->fd) == MBOX_OTHERS) return mbox_fail_open(lock->path, error);
  return mbox_fail(
      error, STORE_ERROR_MAILBOX, lock->path,
      "its folder may not be written, and on this disk, or in a file of another user, nobody can keep other "
      "programs away while it is changed: left alone; have your mail delivered into your home folder");
}

/* The kernel takes a lease away when another program has waited for 45 seconds. FALSE with errno: a program waits. */
static gboolean is_held(const MboxLock *lock)
{
  if (fcntl(lock->fd, F_GETLEASE) == F_WRLCK) return TRUE;
  errno = EBUSY;
  return FALSE;
}

/* A program that does not lock the file may have changed it between our locking it and our getting the lease. */
static gboolean is_as_locked(const MboxLock *lock, GError **error)
{
  struct stat now;
  if (fstat(lock->fd, &now) == 0 && mbox_unchanged(&now, &lock->status)) return TRUE;
  return mbox_fail(error, STORE_ERROR_MAILBOX, lock->path,
                   "was changed by a program that does not lock it: left alone, looked at again at the next pass");
}

/* Writes the tail: from the old file, or (more than that was added since) only what is not in it yet. */
static gboolean save_tail(const MboxLock *lock, const Note *note, guint64 from)
{
  guint64 first = first_cut(note);
  int fd = open(note->tail, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (from == first ? O_TRUNC : 0), 0600);
  gboolean good = fd >= 0 && copy(lock->fd, from, note->size - from, fd, from - first) && fsync(fd) == 0;
  int number = errno;
  if (fd >= 0) close(fd);
  errno = number;
  return good;
}

static gboolean finish(MboxLock *lock, const Note *note, GError **error)
{
  int tail = open(note->tail, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  gboolean good = tail >= 0 && apply(lock->fd, tail, note) && note_done(note);
  if (!good)
    mbox_fail(error, STORE_ERROR_MAILBOX, lock->path,
              "cannot be changed now, and is half changed: gone on with later: %s", g_strerror(errno));
  if (tail >= 0) close(tail);
  fstat(lock->fd, &lock->status);
  return good;
}

gboolean mbox_change_in_place(MboxLock *lock, const MboxRange *cuts, guint n, gboolean *begun, GError **error)
{
  g_auto(Note) note;
  note_init(&note, lock->path);
  *begun = FALSE;
  note.dev = lock->status.st_dev;
  note.ino = lock->status.st_ino;
  note.size = (guint64)lock->status.st_size;
  g_array_append_vals(note.cuts, cuts, n);
  if (!hold(lock, error)) return FALSE;
  if (!is_as_locked(lock, error)) {
    fcntl(lock->fd, F_SETLEASE, F_UNLCK);
    return FALSE;
  }
  gboolean good = n <= MOST_CUTS && note.size - first_cut(&note) <= MOST_TAIL;
  if (!good) errno = EFBIG;
  good = good && save_tail(lock, &note, first_cut(&note)) && is_held(lock) && note_write(&note);
  if (!good) {
    int number = errno;
    unlink(note.redo); /* its name may be there, and not yet be durable */
    unlink(note.tail);
    mbox_fail(error, STORE_ERROR_MAILBOX, lock->path, "cannot be changed now, nor a note of it be kept in %s: %s",
              folder, g_strerror(number));
  } else {
    *begun = TRUE;
    good = finish(lock, &note, error);
  }
  fcntl(lock->fd, F_SETLEASE, F_UNLCK);
  return good;
}

/* Another program has changed the file since: what it had is kept for its owner. */
static gboolean give_up(const MboxLock *lock, const Note *note)
{
  g_autofree char *base = g_path_get_basename(lock->path);
  g_autofree char *kept = g_strdup_printf("%s/%s.%" G_GINT64_FORMAT ".saved", folder, base, g_get_real_time());
  g_autofree char *shown = g_filename_display_name(kept), *name = g_filename_display_name(lock->path);
  if (access(note->tail, F_OK) == 0 && rename(note->tail, kept) != 0) return FALSE;
  if (unlink(note->redo) != 0 || !mbox_sync_folder(note->redo, NULL)) return FALSE;
  g_warning(
      "%s: another program changed it while it was half changed. What it had before, from the first message on that "
      "was to be moved, is in %s; take from there what is missing.",
      name, shown);
  return TRUE;
}

/* Goes on from where it was cut off; what was added to the file since then moves up with the rest. */
static gboolean go_on(MboxLock *lock, Note *note, GError **error)
{
  guint64 now = (guint64)lock->status.st_size;
  int tail = open(note->tail, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  Work work = { .file = lock->fd, .tail = tail, .first = first_cut(note), .all_new = TRUE };
  gboolean same = tail >= 0 && note->dev == lock->status.st_dev && note->ino == lock->status.st_ino
                  && now >= new_size(note) && each_kept(note, is_on_its_way, &work);
  gboolean whole = same && now >= note->size && is_old(&work, MAX(new_size(note), work.first), note->size);
  if (tail >= 0) close(tail);
  gboolean good = TRUE;
  if (same && work.all_new && !whole)
    good = note_done(note); /* nothing was left to do but this */
  else if (!whole)
    good = give_up(lock, note);
  else {
    guint64 old = note->size;
    note->size = now;
    if (now == old || (save_tail(lock, note, old) && note_write(note))) return finish(lock, note, error);
    good = FALSE;
  }
  if (good) return TRUE;
  return mbox_fail(error, STORE_ERROR_MAILBOX, lock->path, "is half changed, and cannot be gone on with now: %s",
                   g_strerror(errno));
}

gboolean mbox_is_half_changed(const char *path)
{
  if (folder == NULL) return FALSE;
  char *real = realpath(path, NULL);
  g_auto(Note) note;
  note_init(&note, real != NULL ? real : path);
  free(real);
  return access(note.redo, F_OK) == 0;
}

gboolean mbox_go_on(MboxLock *lock, GError **error)
{
  if (folder == NULL) return TRUE;
  g_auto(Note) note;
  gboolean there;
  note_init(&note, lock->path);
  if (!note_read(&note, &there))
    return mbox_fail(error, STORE_ERROR_MAILBOX, note.redo, "cannot be read: %s is left alone", lock->path);
  if (!there) unlink(note.tail); /* left by who was killed at the end, or before the beginning */
  if (!there || !hold(lock, error)) return !there;
  fstat(lock->fd, &lock->status); /* once more, since nobody can change the file now */
  gboolean good = go_on(lock, &note, error);
  fcntl(lock->fd, F_SETLEASE, F_UNLCK);
  return good;
}
