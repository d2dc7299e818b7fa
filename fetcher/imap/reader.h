/* reader.h - cuts what an IMAP server sends into whole responses (RFC 3501, 2.2.2, 4.3 and 9): a line, the literals in
 * it and the lines after them. The one place that bounds what a server may send besides the number of its bytes.
 *
 * Pure: bytes go in, however they are cut, and responses come out. Text for people ("* OK ...", tagged lines, "+ ...")
 * has neither quotes nor literals. */
#pragma once
#include <glib.h>

/* The most bytes of a response besides its literals, the most literals in it, how deep its lists may nest. */
#define READER_LINE ((gsize)4 << 20)
#define READER_LITERALS 64
#define READER_DEPTH 100
/* So many bytes of a literal are kept unless reader_command() says otherwise; the rest is skipped. */
#define READER_KEEP ((gsize)1 << 20)

typedef struct {
  gsize brace;   /* where its "{" stands in the response's text */
  gsize length;  /* kept bytes; they begin after the line's end */
  guint64 whole; /* the length that the server announced */
} Literal;

typedef struct {
  GString *text;    /* the response so far, without the line break at its end */
  GArray *literals; /* Literal, in their order */
  guint64 most;     /* a literal that is announced as longer is a fault */
  gsize keep;
  guint64 missing; /* bytes of a literal still to come */
  gsize kept;      /* bytes of literals in text */
  gsize line;      /* where the line that is being read begins in text */
  guint depth;
  gboolean lines_only; /* set by the caller: each line is a response of its own */
  gboolean whole;      /* text is a whole response: the next byte begins another one */
} Reader;

void reader_init(Reader *reader);
void reader_clear(Reader *reader);
/* A new command begins: the longest literal that its answer may have, and how much of a literal is kept. */
void reader_command(Reader *reader, guint64 most, gsize keep);
/* Takes bytes up to the end of a response at most: reader->whole is TRUE then, and text and literals can be read until
 * the next call. Returns how many it took. *fault: set when the server breaks a rule, to the end of a sentence about it
 * ("sent ..."); static. After a fault the reader must not be fed any more. */
gsize reader_feed(Reader *reader, const char *bytes, gsize n, const char **fault);
