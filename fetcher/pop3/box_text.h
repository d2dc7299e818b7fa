/* box_text.h - a message as POP3 sends it (RFC 1939, 3) made into one as a box gives it: dots undone, CRLF made LF. A
 * CR or LF alone, NUL and all else stay. */
#pragma once
#include <glib.h>

typedef struct {
  guint64 octets; /* on the wire, without the added dots */
  guint64 size;   /* octets of the result */
  gboolean in_line, cr;
} Pop3Text;

/* Begins a new message. */
#define POP3_TEXT_INIT                                                                                                 \
  {                                                                                                                    \
    0                                                                                                                  \
  }
/* Converts the next piece, and adds the result to out. */
void pop3_text_feed(Pop3Text *text, const char *bytes, gsize length, GByteArray *out);

typedef enum {
  POP3_TEXT_WHOLE,
  POP3_TEXT_ENDED, /* whole, but the last line had no line end, and POP3 added it */
  POP3_TEXT_BROKEN
} Pop3TextState;
/* Is the text all of a message of this many octets (as LIST says)? Some servers count a line end as one octet. */
Pop3TextState pop3_text_check(const Pop3Text *text, guint64 octets);
