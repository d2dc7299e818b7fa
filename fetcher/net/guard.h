/* guard.h - counts what an IMAP server sends, before a parser sees it: bytes, lines, literals, nesting (RFC 3501, 9).
 *
 * A pure state machine over the bytes of responses, however they are cut. It knows quoted strings and literals, where
 * parentheses do not nest, and status lines ("* OK ...", tagged, "+ ..."), whose text has neither. */
#pragma once
#include <glib.h>

#define GUARD_LINE ((gsize)4 << 20)
/* Lines that belong to no literal are kept by the parser until the answer ends: their length, plus GUARD_ROW for each.
 */
#define GUARD_LOOSE ((guint64)256 << 20)
#define GUARD_ROW 256
#define GUARD_DEPTH 100

typedef struct {
  guint64 left;    /* bytes the response may still have */
  guint64 literal; /* bytes of a literal still to come */
  guint64 number;  /* the length of a literal, while its digits are read */
  gsize line;      /* bytes of the line so far */
  guint64 loose;   /* bytes that lines without a literal have cost the parser so far */
  guint depth;
  guint state;
  gboolean had_literal;
  gboolean bytes_only; /* the protocol is not IMAP: only `left` is counted */
  char head[10];       /* how the line begins */
} Guard;

/* Makes a guard that is at the start of a line. */
#define GUARD_INIT                                                                                                     \
  {                                                                                                                    \
    0                                                                                                                  \
  }
/* A new command begins. budget: the most bytes of its response. */
void guard_command(Guard *guard, guint64 budget);
/* Counts the next bytes. NULL: all is well. Else the fault, as the end of a sentence about the server ("sent ...");
 * static. */
const char *guard_feed(Guard *guard, const char *bytes, gsize length);
