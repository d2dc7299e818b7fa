/* dkim_tags.c - lists of tags
 * Owns:     the form of tags, and of the values that several of them have in common.
 * Must not: know which tags there are.
 * Fails:    never; what has another form is refused.
 * Tests:    tests/filter/test_dkim.c */
#include "filter/dkim_tags.h"

#include <string.h>

#define DOMAIN_LONGEST ((gsize)253)
#define LABEL_LONGEST 63

static gboolean is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static Span trim(Span span)
{
  while (span.length > 0 && is_space(*span.start)) span.start++, span.length--;
  while (span.length > 0 && is_space(span.start[span.length - 1])) span.length--;
  return span;
}

static gboolean is_clean(Span text)
{
  for (gsize i = 0; i < text.length; i++)
    if (g_ascii_iscntrl(text.start[i]) && !is_space(text.start[i])) return FALSE;
  return TRUE;
}

static gboolean is_name(Span name)
{
  for (gsize i = 0; i < name.length; i++)
    if (!g_ascii_isalnum(name.start[i]) && name.start[i] != '_') return FALSE;
  return name.length > 0 && g_ascii_isalpha(*name.start);
}

static gboolean equal(Span span, const char *word)
{
  return span.length == strlen(word) && g_ascii_strncasecmp(span.start, word, span.length) == 0;
}

/* Takes what stands before the next separator off rest. */
static Span take_until(Span *rest, char separator)
{
  const char *end = memchr(rest->start, separator, rest->length);
  gsize length = end != NULL ? (gsize)(end - rest->start) : rest->length;
  Span taken = { rest->start, length };
  length += end != NULL;
  *rest = (Span){ rest->start + length, rest->length - length };
  return taken;
}

gboolean tags_read(Span text, TagList *list)
{
  list->n = 0;
  if (!is_clean(text)) return FALSE;
  while (text.length > 0) {
    Span value = take_until(&text, ';');
    if (trim(value).length == 0 && text.length == 0) break; /* behind the last ';' */
    if (memchr(value.start, '=', value.length) == NULL || list->n == TAGS_MOST) return FALSE;
    Span name = trim(take_until(&value, '='));
    if (!is_name(name)) return FALSE;
    for (guint i = 0; i < list->n; i++)
      if (list->tags[i].name.length == name.length && memcmp(list->tags[i].name.start, name.start, name.length) == 0)
        return FALSE;
    list->tags[list->n++] = (Tag){ name, value, trim(value) };
  }
  return list->n > 0;
}

const Tag *tags_find(const TagList *list, const char *name)
{
  for (guint i = 0; i < list->n; i++)
    if (list->tags[i].name.length == strlen(name) && memcmp(list->tags[i].name.start, name, strlen(name)) == 0)
      return &list->tags[i];
  return NULL;
}

gboolean tag_is(const Tag *tag, const char *word) { return tag != NULL && equal(tag->value, word); }

gboolean tag_next_word(Span *rest, Span *word)
{
  if (rest->length == 0) return FALSE;
  *word = trim(take_until(rest, ':'));
  return TRUE;
}

gboolean tag_holds(const Tag *tag, const char *word)
{
  Span rest = tag->value, each;
  while (tag_next_word(&rest, &each))
    if (equal(each, word)) return TRUE;
  return FALSE;
}

gboolean tag_number(const Tag *tag, gint64 *number)
{
  gint64 sum = 0;
  if (tag->value.length == 0 || tag->value.length > 12) return FALSE;
  for (gsize i = 0; i < tag->value.length; i++) {
    if (!g_ascii_isdigit(tag->value.start[i])) return FALSE;
    sum = sum * 10 + (tag->value.start[i] - '0');
  }
  *number = sum;
  return TRUE;
}

char *tag_domain(Span value, guint labels)
{
  guint n = 1, label = 0;
  if (value.length == 0 || value.length > DOMAIN_LONGEST) return NULL;
  for (gsize i = 0; i < value.length; i++) {
    char c = value.start[i];
    if (c == '.') {
      if (label == 0) return NULL;
      label = 0;
      n++;
    } else if ((!g_ascii_isalnum(c) && c != '-' && c != '_') || ++label > LABEL_LONGEST) {
      return NULL;
    }
  }
  return label > 0 && n >= labels ? g_ascii_strdown(value.start, (gssize)value.length) : NULL;
}

guint8 *tag_base64(const Tag *tag, gsize most, gsize *length)
{
  gsize room = (most + 2) / 3 * 4, n = 0, padding = 0;
  g_autofree char *text = g_malloc(room + 1);
  for (gsize i = 0; i < tag->value.length; i++) {
    char c = tag->value.start[i];
    if (is_space(c)) continue;
    gboolean digit = g_ascii_isalnum(c) || c == '+' || c == '/';
    if (n == room || (digit ? padding > 0 : c != '=')) return NULL;
    padding += c == '=';
    text[n++] = c;
  }
  text[n] = '\0';
  if (n == 0 || n % 4 != 0 || padding > 2) return NULL;
  g_autofree guint8 *bytes = g_base64_decode(text, length);
  return *length > 0 && *length <= most ? g_steal_pointer(&bytes) : NULL;
}
