/* local.c - mail on disk: a message file, an mbox, a Maildir, or standard input
 * Owns:     where one message of a file ends and the next begins.
 * Must not: write, lock or mark anything; hold more than one message.
 * Fails:    G_IO_ERROR, naming the path.
 * Tests:    tests/test_local.c */
#include "fetcher/local.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 65536

/* A file, read line by line in bounded memory: a line longer than the buffer comes in pieces. */
typedef struct {
  int fd;
  const char *path;
  char *buffer; /* CHUNK bytes */
  gsize start, end;
  gboolean eof;
} Lines;

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

/* Fills the buffer as far as it goes. */
static gboolean lines_fill(Lines *lines, GError **error)
{
  memmove(lines->buffer, lines->buffer + lines->start, lines->end - lines->start);
  lines->end -= lines->start;
  lines->start = 0;
  while (!lines->eof && lines->end < CHUNK) {
    ssize_t got = read(lines->fd, lines->buffer + lines->end, CHUNK - lines->end);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(lines->path, errno, error);
    lines->eof = got == 0;
    lines->end += (gsize)got;
  }
  return TRUE;
}

/* The next line with its newline, or as much of it as the buffer holds; *length 0 at the end. Borrowed until the next
 * call. */
static gboolean lines_next(Lines *lines, const char **piece, gsize *length, GError **error)
{
  const char *newline = memchr(lines->buffer + lines->start, '\n', lines->end - lines->start);
  if (newline == NULL && !lines->eof) {
    if (!lines_fill(lines, error)) return FALSE;
    newline = memchr(lines->buffer, '\n', lines->end);
  }
  *piece = lines->buffer + lines->start;
  *length = newline != NULL ? (gsize)(newline + 1 - *piece) : lines->end - lines->start;
  lines->start += *length;
  return TRUE;
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

static gboolean is_blank(const char *line, gsize length)
{
  return (length == 1 && line[0] == '\n') || (length == 2 && line[0] == '\r' && line[1] == '\n');
}

/* "From sender Thu Nov 20 21:28:48 2026" (RFC 4155): the time of day tells it from a sentence that begins with "From".
 */
static gboolean is_separator(const char *line, gsize length)
{
  if (length < 5 || memcmp(line, "From ", 5) != 0) return FALSE;
  for (gsize i = 5; i + 5 < length; i++)
    if (g_ascii_isdigit(line[i]) && g_ascii_isdigit(line[i + 1]) && line[i + 2] == ':' && g_ascii_isdigit(line[i + 3])
        && g_ascii_isdigit(line[i + 4]))
      return TRUE;
  return FALSE;
}

/* Does the line begin with ">From ", ">>From " and so on? */
static gboolean is_quoted(const char *line, gsize length)
{
  gsize marks = 0;
  while (marks < length && line[marks] == '>') marks++;
  return marks > 0 && length - marks >= 5 && memcmp(line + marks, "From ", 5) == 0;
}

/* The empty line before a separator belongs to the mbox, so it is held back until the message is seen to go on. */
static gboolean each_of_mbox(Lines *lines, Caller *caller, GError **error)
{
  g_autoptr(GByteArray) message = g_byte_array_new();
  char blank[2];
  gsize held = 0;
  gboolean first = TRUE, fresh = TRUE; /* fresh: piece begins a line */
  const char *piece;
  gsize length;
  while (!caller->stopped) {
    if (!lines_next(lines, &piece, &length, error)) return FALSE;
    if (length == 0) break;
    if (first || (fresh && held > 0 && is_separator(piece, length))) {
      if (!first) call(caller, message);
      g_byte_array_set_size(message, 0);
      first = FALSE;
      held = 0;
      while (length > 0 && piece[length - 1] != '\n') /* a separator without end is skipped whole */
        if (!lines_next(lines, &piece, &length, error)) return FALSE;
      continue;
    }
    append(message, blank, held, caller->limit);
    gboolean whole = piece[length - 1] == '\n';
    held = fresh && is_blank(piece, length) ? length : 0;
    memcpy(blank, piece, held);
    gsize skip = fresh && is_quoted(piece, length) ? 1 : 0;
    if (held == 0) append(message, piece + skip, length - skip, caller->limit);
    fresh = whole;
  }
  if (!caller->stopped) call(caller, message);
  return TRUE;
}

static gboolean whole_message(Lines *lines, Caller *caller, GError **error)
{
  g_autoptr(GByteArray) message = g_byte_array_new();
  gboolean drain = lines->fd == STDIN_FILENO; /* or the writer of a pipe would fail */
  while (lines->end > lines->start && (drain || message->len < caller->limit)) {
    append(message, lines->buffer + lines->start, lines->end - lines->start, caller->limit);
    lines->start = lines->end;
    if (!lines_fill(lines, error)) return FALSE;
  }
  call(caller, message);
  return TRUE;
}

static gboolean each_of_file(int fd, const char *path, gboolean mbox_allowed, Caller *caller, GError **error)
{
  g_autofree char *buffer = g_malloc(CHUNK);
  Lines lines = { .fd = fd, .path = path, .buffer = buffer };
  if (!lines_fill(&lines, error)) return FALSE;
  if (lines.end == 0) return TRUE;
  if (mbox_allowed && lines.end >= 5 && memcmp(buffer, "From ", 5) == 0) return each_of_mbox(&lines, caller, error);
  return whole_message(&lines, caller, error);
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

gboolean local_each(const char *path, gsize limit, gboolean (*each)(GBytes *message, gpointer data), gpointer data,
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
