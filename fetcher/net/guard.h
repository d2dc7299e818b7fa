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
  guint64 number;  /* the length that is being announced */
  gsize line;      /* bytes of the line so far */
  guint64 loose;   /* what lines without a literal cost so far */
  guint depth;
  guint state;
  gboolean had_literal;
  gboolean bytes_only; /* what is carried is not IMAP: nothing but `left` is counted */
  char head[10];       /* how the line begins */
} Guard;

/* A guard at the start of a line. */
#define GUARD_INIT                                                                                                     \
  {                                                                                                                    \
    0                                                                                                                  \
  }
/* A new command: its response may have budget bytes. */
void guard_command(Guard *guard, guint64 budget);
/* The next bytes. NULL, or what was wrong, to follow the server's name in a sentence ("sent ..."); static. */
const char *guard_feed(Guard *guard, const char *bytes, gsize length);
