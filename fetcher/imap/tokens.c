/* tokens.c - the words, numbers, strings and lists of one IMAP response
 * Owns:     the grammar of values (RFC 3501, 9), as leniently as it can be read without doubt.
 * Must not: recurse; read beyond the response; know what a value means.
 * Fails:    by FALSE.
 * Tests:    tests/fetcher/imap/test_rows.c, tests/fuzz/imap.c */
#include "fetcher/imap/tokens.h"
#include <string.h>

void value_clear(Value *value) { g_clear_pointer(&value->owned, g_free); }

char *value_copy(const Value *value)
{
  if (value->bytes == NULL || memchr(value->bytes, '\0', value->length) != NULL) return NULL;
  return g_strndup(value->bytes, value->length);
}

Cursor cursor_over(const Reader *reader)
{
  return (Cursor){ .reader = reader, .at = reader->text->str, .end = reader->text->str + reader->text->len };
}

gboolean cursor_at_end(const Cursor *cursor) { return cursor->at >= cursor->end; }

void cursor_skip_spaces(Cursor *cursor)
{
  while (cursor->at < cursor->end && (*cursor->at == ' ' || *cursor->at == '\t')) cursor->at++;
}

gboolean cursor_take(Cursor *cursor, char c)
{
  Cursor ahead = *cursor;
  cursor_skip_spaces(&ahead);
  if (cursor_at_end(&ahead) || *ahead.at != c) return FALSE;
  ahead.at++;
  *cursor = ahead;
  return TRUE;
}

/* The literal that begins here, NULL. */
static const Literal *literal_here(Cursor *cursor)
{
  const GArray *literals = cursor->reader->literals;
  if (cursor_at_end(cursor) || *cursor->at != '{') return NULL;
  gsize here = (gsize)(cursor->at - cursor->reader->text->str);
  while (cursor->literal < literals->len && g_array_index(literals, Literal, cursor->literal).brace < here)
    cursor->literal++;
  if (cursor->literal == literals->len) return NULL;
  const Literal *literal = &g_array_index(literals, Literal, cursor->literal);
  return literal->brace == here ? literal : NULL;
}

static gboolean take_literal(Cursor *cursor, Value *value)
{
  const Literal *literal = literal_here(cursor);
  if (literal == NULL) return FALSE;
  const char *start = memchr(cursor->at, '\n', (gsize)(cursor->end - cursor->at)); /* the end of "{123}" */
  if (start == NULL || (gsize)(cursor->end - (start + 1)) < literal->length) return FALSE;
  start++;
  *value = (Value){ .bytes = start, .length = literal->length, .whole = literal->length == literal->whole };
  cursor->at = start + literal->length;
  cursor->literal++;
  return TRUE;
}

static gboolean take_quoted(Cursor *cursor, Value *value)
{
  const char *start = cursor->at + 1, *at = start;
  gboolean escaped = FALSE;
  if (cursor_at_end(cursor) || *cursor->at != '"') return FALSE;
  for (; at < cursor->end && *at != '"' && *at != '\n'; at++) {
    if (*at != '\\' || at + 1 == cursor->end) continue;
    escaped = TRUE;
    at++;
  }
  if (at >= cursor->end || *at != '"') return FALSE;
  *value = (Value){ .bytes = start, .length = (gsize)(at - start), .whole = TRUE };
  cursor->at = at + 1;
  if (!escaped) return TRUE;
  GString *plain = g_string_new(NULL);
  for (const char *p = start; p < at; p++) {
    if (*p == '\\' && p + 1 < at) p++;
    g_string_append_c(plain, *p);
  }
  value->length = plain->len;
  value->bytes = value->owned = g_string_free(plain, FALSE);
  return TRUE;
}

static gboolean ends_word(char c)
{
  if (c > ')') return FALSE; /* most do not */
  return c == ' ' || c == '\t' || c == '(' || c == ')' || c == '\r' || c == '\n';
}

gboolean cursor_word(Cursor *cursor, const char **word, gsize *length)
{
  Cursor ahead = *cursor;
  cursor_skip_spaces(&ahead);
  if (literal_here(&ahead) != NULL) return FALSE;
  const char *start = ahead.at;
  while (ahead.at < ahead.end && !ends_word(*ahead.at)) ahead.at++;
  if (ahead.at == start) return FALSE;
  *word = start;
  *length = (gsize)(ahead.at - start);
  *cursor = ahead;
  return TRUE;
}

/* Takes "[...]", whatever is in it. */
static gboolean skip_section(Cursor *cursor)
{
  cursor->at++;
  while (cursor->at < cursor->end && *cursor->at != ']') {
    g_auto(Value) value = { 0 };
    gboolean value_begins = *cursor->at == '"' || *cursor->at == '{';
    if (!value_begins || (!take_literal(cursor, &value) && !take_quoted(cursor, &value))) cursor->at++;
  }
  if (cursor_at_end(cursor)) return FALSE;
  cursor->at++;
  return TRUE;
}

gboolean cursor_item(Cursor *cursor, const char **name, gsize *length)
{
  Cursor ahead = *cursor;
  cursor_skip_spaces(&ahead);
  const char *start = ahead.at;
  if (literal_here(&ahead) != NULL || cursor_at_end(&ahead) || *start == '"') return FALSE;
  while (ahead.at < ahead.end && !ends_word(*ahead.at)) {
    if (*ahead.at != '[')
      ahead.at++;
    else if (!skip_section(&ahead))
      return FALSE;
  }
  if (ahead.at == start) return FALSE;
  *name = start;
  *length = (gsize)(ahead.at - start);
  *cursor = ahead;
  return TRUE;
}

gboolean cursor_number(Cursor *cursor, guint64 *number)
{
  Cursor ahead = *cursor;
  const char *word;
  gsize length;
  guint64 value = 0;
  if (!cursor_word(&ahead, &word, &length) || length > 18) return FALSE;
  for (gsize i = 0; i < length; i++) {
    if (!g_ascii_isdigit(word[i])) return FALSE;
    value = value * 10 + (guint64)(word[i] - '0');
  }
  *number = value;
  *cursor = ahead;
  return TRUE;
}

gboolean cursor_string(Cursor *cursor, Value *value)
{
  Cursor ahead = *cursor;
  const char *word;
  gsize length;
  *value = (Value){ 0 };
  cursor_skip_spaces(&ahead);
  if (!take_literal(&ahead, value) && !take_quoted(&ahead, value)) {
    if ((!cursor_at_end(&ahead) && *ahead.at == '"') || !cursor_word(&ahead, &word, &length)) return FALSE;
    if (!word_is(word, length, "NIL")) *value = (Value){ .bytes = word, .length = length, .whole = TRUE };
  }
  *cursor = ahead;
  return TRUE;
}

gboolean cursor_skip(Cursor *cursor)
{
  guint depth = 0;
  do {
    g_auto(Value) value = { 0 };
    const char *name;
    gsize length;
    if (cursor_take(cursor, '('))
      depth++;
    else if (depth > 0 && cursor_take(cursor, ')'))
      depth--;
    else if (!cursor_string(cursor, &value) && !cursor_item(cursor, &name, &length))
      return FALSE;
  } while (depth > 0);
  return TRUE;
}

gboolean word_is(const char *word, gsize length, const char *meant)
{
  return length == strlen(meant) && g_ascii_strncasecmp(word, meant, length) == 0;
}

/* A number of a set; 0 where there is none. */
static guint32 set_number(const char **at, const char *end)
{
  guint64 number = 0;
  if (*at < end && **at == '*') {
    ++*at;
    return G_MAXUINT32;
  }
  for (; *at < end && g_ascii_isdigit(**at); ++*at) {
    number = number * 10 + (guint64)(**at - '0');
    if (number > G_MAXUINT32) return 0;
  }
  return (guint32)number;
}

gboolean set_next(const char **set, const char *end, guint32 *first, guint32 *last)
{
  const char *at = *set;
  if (at < end && *at == ',') at++;
  guint32 a = set_number(&at, end), b = a;
  if (a != 0 && at < end && *at == ':') {
    at++;
    b = set_number(&at, end);
  }
  if (a == 0 || b == 0 || (at < end && *at != ',')) return FALSE;
  *first = MIN(a, b);
  *last = MAX(a, b);
  *set = at;
  return TRUE;
}
