/* encoded_words.c - encoded words in header fields (RFC 2047)
 * Owns:     how "=?charset?q?...?=" becomes text, also where a writer bends the standard.
 * Must not: fail, or take more than linear time.
 * Fails:    never; text that is no encoded word stays as it is.
 * Tests:    tests/filter/test_text.c */
#include "filter/text.h"

#include <string.h>

/* One encoded word at its place in the input. */
typedef struct {
  Span charset, data;
  char encoding;
  const char *end;
} Word;

/* Recognises an encoded word that begins at `at` ("=?"). */
static gboolean word_at(const char *at, Word *word)
{
  const char *charset = at + 2, *mark = charset + strcspn(charset, "? \t");
  if (*mark != '?' || mark == charset || mark[1] == '\0' || mark[2] != '?') return FALSE;
  const char *data = mark + 3, *end = strstr(data, "?=");
  char encoding = g_ascii_tolower(mark[1]);
  if (end == NULL || (encoding != 'b' && encoding != 'q')) return FALSE;
  if (encoding == 'q' && end[2] != '\0' && end == data && g_ascii_isxdigit(end[2])) { /* "?q?=41?=" begins with '=' */
    end = strstr(end + 2, "?=");
    if (end == NULL) return FALSE;
  }
  const char *language = memchr(charset, '*', mark - charset); /* RFC 2231, 5 */
  *word =
      (Word){ { charset, (language != NULL ? language : mark) - charset }, { data, end - data }, encoding, end + 2 };
  return TRUE;
}

static void decode_q(GString *bytes, Span data)
{
  for (gsize i = 0; i < data.length; i++) {
    char c = data.start[i];
    if (c == '=' && i + 2 < data.length && g_ascii_isxdigit(data.start[i + 1]) && g_ascii_isxdigit(data.start[i + 2])) {
      c = (char)(g_ascii_xdigit_value(data.start[i + 1]) << 4 | g_ascii_xdigit_value(data.start[i + 2]));
      i += 2;
    } else if (c == '_') {
      c = ' ';
    }
    g_string_append_c(bytes, c);
  }
}

static void decode_b(GString *bytes, Span data)
{
  gint state = 0;
  guint save = 0;
  gsize before = bytes->len;
  g_string_set_size(bytes, before + data.length / 4 * 3 + 6);
  gsize n = g_base64_decode_step(data.start, data.length, (guchar *)bytes->str + before, &state, &save);
  g_string_set_size(bytes, before + n);
}

/* Neighbouring words in one charset are joined before their bytes are converted, since writers cut inside
 * characters. */
static void flush(GString *out, GString *bytes, Span charset)
{
  if (bytes->len == 0) return;
  g_autofree char *name = g_strndup(charset.start, charset.length);
  g_autofree char *utf8 = text_to_utf8(bytes->str, bytes->len, name);
  g_string_append(out, utf8);
  g_string_truncate(bytes, 0);
}

static gboolean same(Span a, Span b)
{
  return a.length == b.length && g_ascii_strncasecmp(a.start, b.start, a.length) == 0;
}

char *text_decode_words(const char *text)
{
  if (strstr(text, "=?") == NULL) return g_strdup(text);
  GString *out = g_string_new(NULL);
  g_autoptr(GString) bytes = g_string_new(NULL);
  Span charset = { "", 0 };
  gboolean hopeless = FALSE; /* no "?=" ahead: nothing more to decode */
  for (const char *at = text; *at != '\0';) {
    Word word;
    if (at[0] == '=' && at[1] == '?' && !hopeless) {
      if (word_at(at, &word)) {
        if (!same(charset, word.charset)) flush(out, bytes, charset);
        charset = word.charset;
        if (word.encoding == 'q')
          decode_q(bytes, word.data);
        else
          decode_b(bytes, word.data);
        at = word.end;
        const char *next = at + strspn(at, " \t\r\n");
        if (next[0] == '=' && next[1] == '?' && word_at(next, &word))
          at = next; /* white space between words means nothing */
        continue;
      }
      hopeless = strstr(at, "?=") == NULL;
    }
    flush(out, bytes, charset);
    g_string_append_c(out, *at++);
  }
  flush(out, bytes, charset);
  return g_string_free(out, FALSE);
}
