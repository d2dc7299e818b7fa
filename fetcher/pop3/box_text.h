/* box_text.h - a message as POP3 sends it (RFC 1939, 3) made into one as a box gives it: dots undone, CRLF made LF. A
 * CR or LF alone, NUL and all else stay. */
#pragma once
#include <glib.h>

typedef struct {
  guint64 octets; /* on the wire, without the added dots */
  guint64 size;   /* of what came out */
  gboolean in_line, cr;
} Pop3Text;

/* A text at its start. */
#define POP3_TEXT_INIT                                                                                                 \
  {                                                                                                                    \
    0                                                                                                                  \
  }
/* The next piece; what it becomes is added to out. */
void pop3_text_feed(Pop3Text *text, const char *bytes, gsize length, GByteArray *out);

typedef enum {
  POP3_TEXT_WHOLE,
  POP3_TEXT_ENDED, /* whole but for the last line, which had no end: POP3 gave it one */
  POP3_TEXT_BROKEN
} Pop3TextState;
/* Is this all of a message of so many octets (LIST)? Some servers count a line's end as one octet. */
Pop3TextState pop3_text_check(const Pop3Text *text, guint64 octets);
