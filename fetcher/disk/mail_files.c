/* mail_files.c - mail on disk: a message file, an mbox, a Maildir, or standard input
 * Owns:     what of a path is a message, and their order.
 * Must not: write, lock or mark anything; hold more than one message.
 * Fails:    G_IO_ERROR, naming the path.
 * Tests:    tests/fetcher/disk/test_mail_files.c */
#include "fetcher/disk/mail_files.h"
#include "fetcher/mbox/lines.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  gsize limit;
  gboolean (*each)(GBytes *message, gpointer data);
  gpointer data;
  gboolean stopped;
} Caller;

static gboolean fail(const char *path, int number, GError **error)
{
  g_autofree char *shown = g_filename_display_name(path);
  g_set_error(error, G_IO_ERROR, g_io_error_from_errno(number), "%s: %s", shown, g_strerror(number));
  return FALSE;
}

static void call(Caller *caller, GByteArray *message)
{
  g_autoptr(GBytes) bytes = g_bytes_new(message->data, message->len);
  caller->stopped = !caller->each(bytes, caller->data);
}

static void append(GByteArray *message, const char *piece, gsize length, gsize limit)
{
  g_byte_array_append(message, (const guint8 *)piece, (guint)MIN(length, limit - message->len));
}

static gboolean each_of_mbox(MboxLines *lines, const char *path, Caller *caller, GError **error)
{
  g_autoptr(GByteArray) message = g_byte_array_new();
  gboolean first = TRUE;
  const char *piece;
  gsize length;
  while (!caller->stopped) {
    MboxKind kind = mbox_lines_next(lines, &piece, &length);
    if (kind == MBOX_ERROR) return fail(path, errno, error);
    if (kind == MBOX_TEXT) {
      append(message, piece, length, caller->limit);
      continue;
    }
    if (!first) call(caller, message);
    if (kind == MBOX_END) break;
    g_byte_array_set_size(message, 0);
    first = FALSE;
  }
  return TRUE;
}

static gboolean whole_message(MboxLines *lines, const char *path, Caller *caller, GError **error)
{
  g_autoptr(GByteArray) message = g_byte_array_new();
  gboolean drain = lines->fd == STDIN_FILENO; /* or the writer of a pipe would fail */
  while (lines->end > lines->start && (drain || message->len < caller->limit)) {
    append(message, lines->buffer + lines->start, lines->end - lines->start, caller->limit);
    lines->start = lines->end;
    if (!mbox_lines_fill(lines)) return fail(path, errno, error);
  }
  call(caller, message);
  return TRUE;
}

static gboolean each_of_file(int fd, const char *path, gboolean mbox_allowed, Caller *caller, GError **error)
{
  g_autofree char *buffer = g_malloc(MBOX_LINE_MAX);
  MboxLines lines;
  mbox_lines_init(&lines, fd, buffer, MBOX_LINE_MAX);
  if (!mbox_lines_fill(&lines)) return fail(path, errno, error);
  if (lines.end == 0) return TRUE;
  if (mbox_allowed && lines.end >= 5 && memcmp(buffer, "From ", 5) == 0)
    return each_of_mbox(&lines, path, caller, error);
  return whole_message(&lines, path, caller, error);
}

/* Opens for reading without leaving an access mark, where that is allowed (the file is ours). */
static int open_quietly(const char *path)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOATIME);
  return fd < 0 && errno == EPERM ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : fd;
}

static int by_name(gconstpointer a, gconstpointer b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* The paths of the messages in one folder of a Maildir. */
static GPtrArray *maildir_names(const char *folder, GError **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  DIR *handle = opendir(folder);
  if (handle == NULL) {
    fail(folder, errno, error);
    return NULL;
  }
  const struct dirent *row;
  while ((row = readdir(handle)) != NULL)
    if (row->d_name[0] != '.') g_ptr_array_add(names, g_build_filename(folder, row->d_name, NULL));
  closedir(handle);
  g_ptr_array_sort(names, by_name);
  return g_steal_pointer(&names);
}

static gboolean each_of_maildir(const char *path, Caller *caller, GError **error)
{
  const char *const parts[] = { "cur", "new" };
  for (guint i = 0; i < G_N_ELEMENTS(parts) && !caller->stopped; i++) {
    g_autofree char *folder = g_build_filename(path, parts[i], NULL);
    g_autoptr(GPtrArray) names = maildir_names(folder, error);
    if (names == NULL) return FALSE;
    for (guint n = 0; n < names->len && !caller->stopped; n++) {
      const char *name = names->pdata[n];
      struct stat status;
      if (stat(name, &status) == 0 && !S_ISREG(status.st_mode)) continue;
      int fd = open_quietly(name);
      if (fd < 0 && errno == ENOENT)
        continue; /* its mail program renamed or removed it: it is no longer there to be read */
      if (fd < 0) return fail(name, errno, error);
      gboolean good = each_of_file(fd, name, FALSE, caller, error);
      close(fd);
      if (!good) return FALSE;
    }
  }
  return TRUE;
}

static gboolean is_maildir(const char *path)
{
  g_autofree char *cur = g_build_filename(path, "cur", NULL);
  g_autofree char *new = g_build_filename(path, "new", NULL);
  return g_file_test(cur, G_FILE_TEST_IS_DIR) && g_file_test(new, G_FILE_TEST_IS_DIR);
}

gboolean mail_files_each(const char *path, gsize limit, gboolean (*each)(GBytes *message, gpointer data), gpointer data,
                         GError **error)
{
  Caller caller = { .limit = MIN(limit, G_MAXINT), .each = each, .data = data };
  if (strcmp(path, "-") == 0) return each_of_file(STDIN_FILENO, "standard input", TRUE, &caller, error);
  if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
    if (is_maildir(path)) return each_of_maildir(path, &caller, error);
    g_autofree char *shown = g_filename_display_name(path);
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY,
                "%s: a folder, but no Maildir (no cur and new in it); name the files", shown);
    return FALSE;
  }
  int fd = open_quietly(path);
  if (fd < 0) return fail(path, errno, error);
  gboolean good = each_of_file(fd, path, TRUE, &caller, error);
  close(fd);
  return good;
}
