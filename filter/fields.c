/* fields.c - header fields in raw bytes
 * Owns:     where a field begins and ends, and how its value is read.
 * Must not: know which fields mean what.
 * Fails:    never; odd bytes are skipped or made valid.
 * Tests:    tests/filter/test_candidate.c, tests/filter/test_read.c */
#include "filter/fields.h"

#include "filter/normalise.h"
#include "filter/text.h"

#include <gmime/gmime.h>
#include <string.h>

/* The end of the line that begins at `at`: its '\n', or end. */
static const char *line_end(const char *at, const char *end)
{
  const char *newline = memchr(at, '\n', end - at);
  return newline != NULL ? newline : end;
}

static gboolean is_empty_line(const char *at, const char *stop)
{
  return at == stop || (*at == '\r' && at + 1 == stop);
}

/* The length of the field name at the start of the line, 0 when the line is no field. */
static gsize name_length(const char *at, const char *stop)
{
  const char *c = at;
  while (c<stop && * c> ' ' && *c < 127 && *c != ':') c++;
  if (c == at) return 0;
  gsize length = c - at;
  while (c < stop && (*c == ' ' || *c == '\t')) c++;
  return c < stop && *c == ':' ? length : 0;
}

gboolean field_next(Span *rest, Field *field)
{
  const char *at = rest->start, *end = at + rest->length;
  while (at < end) {
    const char *stop = line_end(at, end), *next = stop < end ? stop + 1 : end;
    if (is_empty_line(at, stop)) {
      *rest = (Span){ next, end - next };
      return FALSE;
    }
    gsize length = name_length(at, stop);
    if (length == 0) {
      at = next;
      continue;
    }
    const char *value = (const char *)memchr(at + length, ':', stop - at - length) + 1;
    while (next < end && (*next == ' ' || *next == '\t')) {
      stop = line_end(next, end);
      next = stop < end ? stop + 1 : end;
    }
    if (stop > value && stop[-1] == '\r') stop--;
    *field = (Field){ { at, length }, { value, stop - value } };
    *rest = (Span){ next, end - next };
    return TRUE;
  }
  *rest = (Span){ end, 0 };
  return FALSE;
}

/* g_ascii_tolower() is a call, and this runs for every letter of every header. */
static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c; }

gboolean field_is(const Field *field, const char *name)
{
  const char *at = field->name.start, *end = at + field->name.length;
  while (at < end && *name != '\0' && lower(*at) == lower(*name)) at++, name++;
  return at == end && *name == '\0';
}

int field_index(const Field *field, const char *const *names)
{
  for (int i = 0; names[i] != NULL; i++)
    if (field_is(field, names[i])) return i;
  return -1;
}

gboolean field_find(Span block, const char *name, Field *field)
{
  Field each;
  while (field_next(&block, &each)) {
    if (!field_is(&each, name)) continue;
    *field = each;
    return TRUE;
  }
  return FALSE;
}

char *field_raw(const Field *field)
{
  Span value = span_trim(field->value);
  char *raw = g_malloc(MIN(value.length, FIELD_LONGEST) + 1), *to = raw;
  for (gsize i = 0; i < value.length && to - raw < FIELD_LONGEST; i++) {
    char c = value.start[i];
    if (c != '\r' && c != '\n')
      *to++ = c == '\t' || c == '\0' ? ' ' : c; /* unfolding leaves the white space that follows */
  }
  *to = '\0';
  return raw;
}

void field_ids_last(const Field *field, GPtrArray *ids, guint limit)
{
  Field tail = *field;
  if (tail.value.length > FIELD_LONGEST) {
    tail.value.start += tail.value.length - FIELD_LONGEST;
    tail.value.length = FIELD_LONGEST;
  }
  g_autofree char *raw = field_raw(&tail);
  g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
  id_collect(raw, found, FIELD_LONGEST);
  for (guint i = found->len; i > 0; i--) list_add(ids, found->pdata[i - 1], limit);
}

char *field_text(const Field *field, gsize max)
{
  g_autofree char *raw = field_raw(field);
  g_autofree char *utf8 = text_to_utf8(raw, strlen(raw), NULL);
  g_autofree char *decoded = text_decode_words(utf8);
  g_autofree char *line = text_to_keep(decoded, max);
  return line == NULL || *line == '\0' ? NULL : g_steal_pointer(&line);
}

gint64 field_date(const Field *field)
{
  g_autofree char *raw = field_raw(field);
  if (strlen(raw) > 200) return 0;
  g_autoptr(GDateTime) date = g_mime_utils_header_decode_date(raw);
  return date == NULL ? 0 : MAX(g_date_time_to_unix(date), 0);
}

gsize fields_length(Span text)
{
  const char *at = text.start, *end = at + text.length;
  while (at < end) {
    const char *stop = line_end(at, end);
    if (is_empty_line(at, stop)) break;
    at = stop < end ? stop + 1 : end;
  }
  return at - text.start;
}

#define WHOLE_FIELDS 8

gboolean header_is_whole(Span header)
{
  Field field;
  gboolean received = FALSE;
  guint n = 0;
  while (field_next(&header, &field)) {
    received |= field_is(&field, "Received");
    n++;
  }
  return received && n >= WHOLE_FIELDS;
}

/* How many of the fields that every message has stand in the block; rest then begins after the block. */
static guint telling_fields(Span *rest)
{
  static const char *const names[] = { "From", "Received", "Message-ID", "Return-Path", "Subject", "Date", "To", NULL };
  guint seen = 0, n = 0;
  Field field;
  while (field_next(rest, &field)) {
    if (strchr("frmsdtFRMSDT", *field.name.start) == NULL) continue;
    int which = field_index(&field, names);
    if (which >= 0) seen |= 1u << which;
  }
  for (; seen != 0; seen &= seen - 1) n++;
  return n;
}

#define STRAY_BLOCKS_MOST 3

Span fields_begin(Span text)
{
  Span rest = text;
  if (telling_fields(&rest) >= 2) return text;
  for (guint i = 0; i < STRAY_BLOCKS_MOST && rest.length > 0; i++) {
    while (rest.length > 0 && (*rest.start == '\n' || *rest.start == '\r')) rest.start++, rest.length--;
    const Span begin = rest;
    if (telling_fields(&rest) >= 3) return begin;
  }
  return text;
}

gboolean span_has(Span span, const char *word)
{
  gsize length = strlen(word);
  if (length > span.length) return FALSE;
  const char first = lower(*word), *last = span.start + span.length - length;
  for (const char *at = span.start; at <= last; at++) {
    gsize same = 0;
    if (lower(*at) != first) continue;
    while (same < length && lower(at[same]) == lower(word[same])) same++;
    if (same == length) return TRUE;
  }
  return FALSE;
}

gboolean span_has_any(Span span, const char *const *words)
{
  char text[SPAN_SHORT + 1];
  gsize length = MIN(span.length, SPAN_SHORT);
  for (gsize i = 0; i < length; i++) text[i] = span.start[i] == '\0' ? ' ' : lower(span.start[i]);
  text[length] = '\0';
  for (guint i = 0; length > 0 && words[i] != NULL; i++)
    if (strstr(text, words[i]) != NULL) return TRUE;
  return FALSE;
}

/* A NUL has no meaning either. */
static gboolean is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\0'; }

Span span_trim(Span span)
{
  while (span.length > 0 && is_blank(*span.start)) span.start++, span.length--;
  while (span.length > 0 && is_blank(span.start[span.length - 1])) span.length--;
  return span;
}
