/* box_text.c - turns a message as POP3 sends it into a message as a box gives it
 * Owns:     dots and line ends, and how many octets of a message's size are theirs.
 * Must not: know where a message ends (link_message.c does).
 * Fails:    never; a message that is not whole is told as such.
 * Tests:    tests/fetcher/pop3/test_box.c */
#include "fetcher/pop3/box_text.h"
#include <string.h>

static void add(Pop3Text *text, const char *bytes, gsize length, GByteArray *out)
{
  g_byte_array_append(out, (const guint8 *)bytes, (guint)length);
  text->size += length;
}

void pop3_text_feed(Pop3Text *text, const char *bytes, gsize length, GByteArray *out)
{
  const char *end = bytes + length;
  for (const char *p = bytes; p < end;) {
    if (!text->in_line && *p == '.') {
      text->in_line = TRUE;
      p++;
      continue;
    }
    text->in_line = TRUE;
    if (text->cr) {
      text->cr = FALSE;
      text->octets++;
      text->in_line = *p != '\n';
      add(text, text->in_line ? "\r" : "\n", 1, out);
      if (text->in_line) continue;
      text->octets++;
      p++;
      continue;
    }
    const char *cr = memchr(p, '\r', (gsize)(end - p));
    gsize plain = (gsize)((cr != NULL ? cr : end) - p);
    add(text, p, plain, out);
    text->octets += plain;
    p += plain;
    if (cr == NULL) continue;
    text->cr = TRUE;
    p++;
  }
}

Pop3TextState pop3_text_check(const Pop3Text *text, guint64 octets)
{
  if (text->octets == octets || text->size == octets) return POP3_TEXT_WHOLE;
  gboolean has_end = text->octets >= 2 && !text->in_line;
  if (has_end && (text->octets == octets + 2 || text->size == octets + 1)) return POP3_TEXT_ENDED;
  return POP3_TEXT_BROKEN;
}
