/* text.c - from bytes on the wire to text that can be searched
 * Owns:     transfer decoding, charset guessing, markup removal.
 * Must not: know what the text means; use more memory than a small multiple of its input.
 * Fails:    never; text that cannot be decoded is kept as far as possible.
 * Tests:    tests/filter/test_text.c, tests/fuzz/text.c */
#include "filter/text.h"

#include <errno.h>
#include <gmime/gmime.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_CONVERTERS 24 /* more charsets than one person's mail uses */

GString *text_decode_transfer(Span body, const char *encoding, gsize limit)
{
  gsize length = MIN(body.length, limit);
  GMimeContentEncoding kind =
      encoding == NULL ? GMIME_CONTENT_ENCODING_DEFAULT : g_mime_content_encoding_from_string(encoding);
  if (kind != GMIME_CONTENT_ENCODING_BASE64 && kind != GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE
      && kind != GMIME_CONTENT_ENCODING_UUENCODE)
    return g_string_new_len(body.start, length);
  GMimeEncoding state;
  g_mime_encoding_init_decode(&state, kind);
  GString *decoded = g_string_sized_new(g_mime_encoding_outlen(&state, length) + 1);
  gsize n = g_mime_encoding_step(&state, body.start, length, decoded->str);
  n += g_mime_encoding_flush(&state, "", 0, decoded->str + n);
  g_string_set_size(decoded, n);
  return decoded;
}

/* Opening a converter costs far more than a header field's conversion, so the last few stay open. One thread only. */
static iconv_t converter(const char *charset)
{
  static struct {
    char *charset;
    iconv_t cd;
  } open[OPEN_CONVERTERS];
  static guint oldest;
  for (guint i = 0; i < G_N_ELEMENTS(open); i++) {
    if (open[i].charset == NULL || g_ascii_strcasecmp(open[i].charset, charset) != 0) continue;
    if (open[i].cd != (iconv_t)-1) iconv(open[i].cd, NULL, NULL, NULL, NULL);
    return open[i].cd;
  }
  guint i = oldest++ % G_N_ELEMENTS(open);
  if (open[i].charset != NULL && open[i].cd != (iconv_t)-1) g_mime_iconv_close(open[i].cd);
  g_free(open[i].charset);
  open[i].charset = g_strdup(charset);
  open[i].cd = g_mime_iconv_open("UTF-8", g_mime_charset_iconv_name(charset));
  return open[i].cd;
}

/* Converts with iconv; bytes that cannot be converted become U+FFFD. NULL for an unknown charset. */
static char *convert(const char *text, gsize length, const char *charset)
{
  iconv_t cd = converter(charset);
  if (cd == (iconv_t)-1) return NULL;
  GString *out = g_string_sized_new(length + length / 2 + 16);
  char *in = (char *)text;
  gsize left = length;
  while (left > 0) {
    char chunk[4096];
    char *at = chunk;
    gsize room = sizeof chunk;
    gsize result = g_mime_iconv(cd, &in, &left, &at, &room);
    g_string_append_len(out, chunk, at - chunk);
    if (result != (gsize)-1 || errno == EINVAL) break;
    if (errno == E2BIG) continue;
    g_string_append(out, "\357\277\275"); /* U+FFFD for a byte that has no meaning in this charset */
    in++;
    left--;
  }
  g_autofree char *valid = g_utf8_make_valid(out->str, out->len);
  g_string_free(out, TRUE);
  return g_steal_pointer(&valid);
}

/* The most likely text for bytes without a charset, or with a wrong one. */
static const char *guess(const char *text, gsize length)
{
  if (length >= 2 && memcmp(text, "\xff\xfe", 2) == 0) return "UTF-16LE";
  if (length >= 2 && memcmp(text, "\xfe\xff", 2) == 0) return "UTF-16BE";
  gsize zeros[2] = { 0, 0 }, probe = memchr(text, '\0', MIN(length, 512)) != NULL ? MIN(length, 512) : 0;
  for (gsize i = 0; i < probe; i++) zeros[i & 1] += text[i] == '\0';
  if (probe >= 16 && zeros[1] > probe / 4) return "UTF-16LE";
  if (probe >= 16 && zeros[0] > probe / 4) return "UTF-16BE";
  const char *escape = memchr(text, '\033', length);
  if (escape == NULL) return NULL;
  gsize left = length - (escape - text);
  return memmem(escape, left, "\033$B", 3) != NULL || memmem(escape, left, "\033$@", 3) != NULL ? "ISO-2022-JP" : NULL;
}

static gboolean is_ascii_superset(const char *charset)
{
  return charset == NULL || g_ascii_strncasecmp(charset, "utf-8", 5) == 0 || g_ascii_strcasecmp(charset, "utf8") == 0
         || g_ascii_strcasecmp(charset, "us-ascii") == 0 || g_ascii_strcasecmp(charset, "ascii") == 0;
}

/* ASCII in one of the charsets that add letters to it needs no conversion. */
static gboolean is_plain(const char *text, gsize length, const char *charset)
{
  static const char *const families[] = { "iso-8859-", "windows-125", "koi8-", NULL };
  for (gsize i = 0; i < length; i++)
    if ((guchar)text[i] >= 0x80) return FALSE;
  for (guint i = 0; families[i] != NULL; i++)
    if (g_ascii_strncasecmp(charset, families[i], strlen(families[i])) == 0) return TRUE;
  return FALSE;
}

/* A copy without NULs: later readers would take a NUL for the end of the text. */
static char *without_nuls(const char *text, gsize length)
{
  if (memchr(text, '\0', length) == NULL) return g_strndup(text, length);
  char *copy = g_malloc(length + 1), *to = copy;
  for (gsize i = 0; i < length; i++)
    if (text[i] != '\0') *to++ = text[i];
  *to = '\0';
  return copy;
}

char *text_to_utf8(const char *text, gsize length, const char *charset)
{
  const char *guessed = guess(text, length);
  if (guessed != NULL && is_ascii_superset(charset)) charset = guessed;
  gboolean as_it_is = is_ascii_superset(charset) || is_plain(text, length, charset);
  g_autofree char *converted = as_it_is ? NULL : convert(text, length, charset);
  if (converted == NULL) converted = without_nuls(text, length);
  if (g_utf8_validate(converted, -1, NULL)) return g_steal_pointer(&converted);
  g_autofree char *western = convert(converted, strlen(converted), "windows-1252");
  return western != NULL ? g_steal_pointer(&western) : g_utf8_make_valid(converted, -1);
}

static const struct {
  const char *name;
  const char *text;
} references[] = {
  { "lt;", "<" },     { "gt;", ">" },     { "amp;", "&" },    { "quot;", "\"" },  { "nbsp;", " " },
  { "apos;", "'" },   { "auml;", "ä" },   { "ouml;", "ö" },   { "uuml;", "ü" },   { "szlig;", "ß" },
  { "eacute;", "é" }, { "egrave;", "è" }, { "agrave;", "à" }, { "ccedil;", "ç" }, { "ntilde;", "ñ" },
  { "oacute;", "ó" }, { "iacute;", "í" }, { "aacute;", "á" },
};

/* Appends the character for the character reference that begins at `at` (after '&'); returns how many bytes the
 * reference has, 0 for no reference. */
static gsize append_reference(GString *out, const char *at)
{
  if (*at == '#') {
    gboolean hex = at[1] == 'x' || at[1] == 'X';
    char *end = NULL;
    gulong code = strtoul(at + 1 + hex, &end, hex ? 16 : 10);
    if (end == at + 1 + hex || code < 32 || code > 0x10ffff || !g_unichar_validate(code)) return 0;
    g_string_append_unichar(out, code);
    return end - at + (*end == ';');
  }
  for (guint i = 0; i < G_N_ELEMENTS(references); i++) {
    if (!g_str_has_prefix(at, references[i].name)) continue;
    g_string_append(out, references[i].text);
    return strlen(references[i].name);
  }
  return 0;
}

static gboolean tag_is(const char *tag, const char *const *names)
{
  if (*tag == '/') tag++;
  for (; *names != NULL; names++) {
    gsize length = strlen(*names);
    if (g_ascii_strncasecmp(tag, *names, length) == 0 && !g_ascii_isalnum(tag[length])) return TRUE;
  }
  return FALSE;
}

static const char *const hidden_elements[] = { "style", "script", "title", NULL };

/* Does an element begin here whose content is not text? */
static gboolean is_hidden(const char *tag) { return *tag != '/' && tag_is(tag, hidden_elements); }

/* The '>' that ends the tag; NULL when the tag has no end. */
static const char *end_of_hidden(const char *tag)
{
  for (const char *close = strstr(tag, "</"); close != NULL; close = strstr(close + 2, "</"))
    if (tag_is(close + 2, hidden_elements)) return strchr(close, '>');
  return NULL;
}

char *text_from_html(const char *html)
{
  static const char *const blocks[] = { "br", "p",     "div", "tr", "li",         "h1", "h2",
                                        "h3", "table", "pre", "hr", "blockquote", NULL };
  GString *out = g_string_sized_new(strlen(html));
  gboolean closing = TRUE; /* every hidden element so far had an end: the search for a missing end is made only once */
  for (const char *at = html; *at != '\0'; at++) {
    if (*at == '<' && (g_ascii_isalpha(at[1]) || at[1] == '/' || at[1] == '!')) {
      const char *end = NULL;
      if (closing && is_hidden(at + 1)) {
        end = end_of_hidden(at + 1);
        closing = end != NULL;
      }
      if (end == NULL) end = at + 1 + strcspn(at + 1, "<>");
      if (*end != '>' && *end != '<') break;
      if (*end == '<') end--; /* a tag that never closes does not hide the next tag */
      if (tag_is(at + 1, blocks))
        g_string_append_c(out, '\n');
      else if (tag_is(at + 1, (const char *const[]){ "td", "th", NULL }))
        g_string_append_c(out, ' ');
      at = end;
    } else if (*at == '&') {
      gsize taken = append_reference(out, at + 1);
      if (taken == 0) g_string_append_c(out, '&');
      at += taken;
    } else {
      g_string_append_c(out, *at);
    }
  }
  return g_string_free(out, FALSE);
}
