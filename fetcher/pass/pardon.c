/* pardon.c - what was restored, noted beside the quarantine
 * Owns:     the file of notes: text, a hash of 16 hexadecimal digits a line, the newest last.
 * Must not: write an id, an address or a subject; keep a message from being restored.
 * Fails:    by a warning; a file that cannot be read holds nothing.
 * Tests:    tests/fetcher/pass/test_spare.c, tests/e2e/test_hands.py */
#include "fetcher/pass/pardon.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DIGITS 16
#define LINES_MOST 4000 /* the oldest go first */
#define OCTETS_MOST ((gsize)1 << 20)

/* "fingerprint" or "message", and what makes it. The caller frees. */
static char *hash_of(const char *what, const char *message_id, const char *kind, const Fingerprint *fingerprint)
{
  g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
  g_checksum_update(sum, (const guchar *)what, -1);
  g_checksum_update(sum, (const guchar *)"\n", 1);
  g_checksum_update(sum, (const guchar *)message_id, -1);
  g_checksum_update(sum, (const guchar *)"\n", 1);
  if (kind != NULL) g_checksum_update(sum, (const guchar *)kind, -1);
  if (fingerprint != NULL) g_checksum_update(sum, fingerprint->digest, sizeof fingerprint->digest);
  return g_strndup(g_checksum_get_string(sum), DIGITS);
}

static char *hash_exact(const Fingerprint *fingerprint)
{
  return hash_of("fingerprint", fingerprint->message_id, NULL, fingerprint);
}

/* NULL: without a Message-ID it is like no other. */
static char *hash_like(const Fingerprint *fingerprint, ReportKind kind)
{
  if (*fingerprint->message_id == '\0') return NULL;
  return hash_of("message", fingerprint->message_id, report_kind_name(kind), NULL);
}

static gboolean is_hash(const char *line)
{
  return strlen(line) == DIGITS && strspn(line, "0123456789abcdef") == DIGITS;
}

/* The notes: list of char*; lines that are no hash are left out. */
static GPtrArray *read_notes(const char *path)
{
  g_autofree char *text = NULL;
  gsize size = 0;
  GPtrArray *notes = g_ptr_array_new_with_free_func(g_free);
  if (!g_file_test(path, G_FILE_TEST_IS_REGULAR) || !g_file_get_contents(path, &text, &size, NULL)) return notes;
  if (size > OCTETS_MOST || memchr(text, '\0', size) != NULL) return notes;
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    if (is_hash(*line)) g_ptr_array_add(notes, g_strdup(*line));
  return notes;
}

static gboolean has_note(const GPtrArray *notes, const char *hash)
{
  for (guint i = 0; hash != NULL && i < notes->len; i++)
    if (strcmp(notes->pdata[i], hash) == 0) return TRUE;
  return FALSE;
}

/* All of it, on the disk. */
static gboolean write_file(const char *path, const GString *text)
{
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  gsize done = 0;
  gboolean good = fd >= 0;
  while (good && done < text->len) {
    ssize_t n = write(fd, text->str + done, text->len - done);
    if (n > 0) done += (gsize)n;
    good = n > 0 || (n < 0 && errno == EINTR);
  }
  good = good && fsync(fd) == 0;
  if (fd >= 0 && close(fd) != 0) good = FALSE;
  return good;
}

/* A new file takes the place of the old one when it is on the disk. It has always the same name, so that nothing is
 * left over when the program was killed. */
static void write_notes(const char *path, GPtrArray *notes)
{
  g_autofree char *fresh = g_strconcat(path, ".new", NULL), *folder = g_path_get_dirname(path);
  if (notes->len > LINES_MOST) g_ptr_array_remove_range(notes, 0, notes->len - LINES_MOST);
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < notes->len; i++) g_string_append_printf(text, "%s\n", (const char *)notes->pdata[i]);
  if (!write_file(fresh, text) || rename(fresh, path) != 0) {
    g_warning("what was restored cannot be noted beside the quarantine: %s", g_strerror(errno));
    return;
  }
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0 || fsync(fd) != 0) g_warning("what was restored is noted, but may be lost: %s", g_strerror(errno));
  if (fd >= 0) close(fd);
}

void pardon_note(const Run *run, const Fingerprint *fingerprint, ReportKind kind)
{
  if (run->store->notes == NULL) return;
  g_autoptr(GPtrArray) notes = read_notes(run->store->notes);
  g_autofree char *exact = hash_exact(fingerprint), *like = hash_like(fingerprint, kind);
  guint before = notes->len;
  if (!has_note(notes, exact)) g_ptr_array_add(notes, g_strdup(exact));
  if (like != NULL && !has_note(notes, like)) g_ptr_array_add(notes, g_strdup(like));
  if (notes->len != before) write_notes(run->store->notes, notes);
}

void pardon_look(const Run *run, const Fingerprint *fingerprint, ReportKind kind, gboolean *exact, gboolean *like)
{
  *exact = *like = FALSE;
  if (run->store->notes == NULL) return;
  g_autoptr(GPtrArray) notes = read_notes(run->store->notes);
  if (notes->len == 0) return;
  g_autofree char *first = hash_exact(fingerprint), *second = hash_like(fingerprint, kind);
  *exact = has_note(notes, first);
  *like = has_note(notes, second);
}
