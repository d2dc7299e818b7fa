/* reader.c - cuts what an IMAP server sends into whole responses
 * Owns:     where a response, a line and a literal end; the bounds on lines, literals and nesting.
 * Must not: read, write, or know what a response means.
 * Fails:    by its fault, which ends the connection.
 * Tests:    tests/fetcher/imap/test_reader.c, tests/fuzz/imap.c */
#include "fetcher/imap/reader.h"
#include <string.h>

/* Room for text that stays allocated from one response to the next. */
#define ROOM ((gsize)512 << 10)

void reader_init(Reader *reader)
{
  *reader = (Reader){ .text = g_string_new(NULL), .literals = g_array_new(FALSE, FALSE, sizeof(Literal)) };
  reader_command(reader, 0, READER_KEEP);
}

void reader_clear(Reader *reader)
{
  g_string_free(reader->text, TRUE);
  g_array_unref(reader->literals);
}

void reader_command(Reader *reader, guint64 most, gsize keep)
{
  reader->most = most;
  reader->keep = keep;
}

static void begin(Reader *reader)
{
  if (reader->text->allocated_len > ROOM) {
    g_string_free(reader->text, TRUE);
    reader->text = g_string_new(NULL);
  }
  g_string_truncate(reader->text, 0);
  g_array_set_size(reader->literals, 0);
  reader->line = 0;
  reader->kept = 0;
  reader->depth = 0;
  reader->whole = FALSE;
}

/* Does the response hold text for people? */
static gboolean is_status(const char *text)
{
  static const char *const words[] = { "OK", "NO", "BAD", "BYE", "PREAUTH" };
  if (text[0] != '*' || text[1] != ' ') return TRUE;
  const char *word = text + 1 + strspn(text + 1, " \t");
  for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
    gsize n = strlen(words[i]);
    if (g_ascii_strncasecmp(word, words[i], n) == 0 && !g_ascii_isalnum(word[n])) return TRUE;
  }
  return FALSE;
}

/* Goes over one line of a response, without its break. *quoted: the line ends within quotes, which open only where a
 * value may begin. */
static const char *check_line(Reader *reader, const char *line, const char *end, gboolean *quoted)
{
  *quoted = FALSE;
  for (const char *at = line; at < end; at++) {
    if (*quoted) {
      if (*at == '"') *quoted = FALSE;
      if (*at == '\\' && at + 1 < end) at++;
    } else if (*at > ')') { /* most of them: nothing that matters here */
    } else if (*at == '"') {
      *quoted = at == line || at[-1] == ' ' || at[-1] == '(' || at[-1] == '\t';
    } else if (*at == '(') {
      if (++reader->depth > READER_DEPTH) return "sent an answer nested too deeply";
    } else if (*at == ')') {
      if (reader->depth > 0) reader->depth--;
    } else if ((guchar)*at < ' ' && *at != '\t') {
      return "gave an answer that is not IMAP: check host and port";
    }
  }
  return NULL;
}

/* Does this line end with "{123}" or "{123+}"? *brace: where; *length: the number. */
static gboolean ends_with_literal(const char *line, const char *end, const char **brace, guint64 *length)
{
  const char *at = end;
  if (at == line || *--at != '}') return FALSE;
  if (at > line && at[-1] == '+') at--;
  const char *digits_end = at;
  while (at > line && g_ascii_isdigit(at[-1])) at--;
  if (at == digits_end || at == line || at[-1] != '{') return FALSE;
  *brace = at - 1;
  /* So large a number that it does not fit is G_MAXUINT64, and refused like any that is too large. */
  *length = g_ascii_strtoull(at, NULL, 10);
  return TRUE;
}

static const char *end_of_line(Reader *reader)
{
  GString *text = reader->text;
  const char *line = text->str + reader->line, *end = text->str + text->len - 1, *brace = NULL;
  gboolean quoted = FALSE;
  guint64 length = 0;
  if (end > line && end[-1] == '\r') end--;
  if (reader->lines_only || (reader->line == 0 && is_status(text->str))) {
    g_string_truncate(text, (gsize)(end - text->str));
    reader->whole = TRUE;
    return NULL;
  }
  const char *fault = check_line(reader, line, end, &quoted);
  if (fault != NULL) return fault;
  if (quoted || !ends_with_literal(line, end, &brace, &length)) {
    g_string_truncate(text, (gsize)(end - text->str));
    reader->whole = TRUE;
    return NULL;
  }
  if (length > reader->most) return "announced more than a reasonable answer can have";
  if (reader->literals->len == READER_LITERALS) return "sent an answer with too many parts";
  Literal literal = { .brace = (gsize)(brace - text->str), .whole = length };
  g_array_append_val(reader->literals, literal);
  reader->missing = length;
  reader->line = text->len;
  return NULL;
}

static gsize take_literal(Reader *reader, const char *bytes, gsize n)
{
  Literal *literal = &g_array_index(reader->literals, Literal, reader->literals->len - 1);
  gsize here = (gsize)MIN(reader->missing, (guint64)n);
  gsize kept = MIN(here, reader->keep - MIN(literal->length, reader->keep));
  g_string_append_len(reader->text, bytes, (gssize)kept);
  literal->length += kept;
  reader->kept += kept;
  reader->line = reader->text->len;
  reader->missing -= here;
  return here;
}

gsize reader_feed(Reader *reader, const char *bytes, gsize n, const char **fault)
{
  gsize done = 0;
  if (reader->whole) begin(reader);
  while (done < n && !reader->whole && *fault == NULL) {
    if (reader->missing > 0) {
      done += take_literal(reader, bytes + done, n - done);
      continue;
    }
    const char *feed = memchr(bytes + done, '\n', n - done);
    gsize here = feed != NULL ? (gsize)(feed + 1 - (bytes + done)) : n - done;
    if (reader->text->len - reader->kept + here > READER_LINE) {
      *fault = "sent a line without end";
      break;
    }
    g_string_append_len(reader->text, bytes + done, (gssize)here);
    done += here;
    if (feed != NULL) *fault = end_of_line(reader);
  }
  return done;
}
