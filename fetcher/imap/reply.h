/* reply.h - what one IMAP response is: data, a status line, or the word to go on (RFC 3501, 7; RFC 5530).
 *
 * Pure. A reply borrows from the reader that has cut the response. */
#pragma once
#include "fetcher/imap/tokens.h"

typedef enum {
  REPLY_NONSENSE, /* nothing of IMAP, or the answer to a command that was not sent */
  REPLY_EMPTY,    /* an empty line */
  REPLY_DATA,     /* "* LIST ..." or "* 3 FETCH ..." */
  REPLY_GO_ON,    /* "+ ..." */
  REPLY_OK,
  REPLY_NO,
  REPLY_BAD,
  REPLY_BYE,
  REPLY_PREAUTH
} ReplyKind;

typedef struct {
  ReplyKind kind;
  gboolean tagged;  /* a status line that ends the command */
  gboolean counted; /* of data: a number stands before its name, */
  guint32 number;   /* this one */
  const char *name; /* of data; of a status line: its code; not NUL-terminated, NULL where there is none */
  gsize length;     /* of name */
  Cursor rest;      /* what follows the name */
  const char *text; /* of a status line and of "+": for people; NUL-terminated, perhaps empty */
} Reply;

/* tag: of the command that is not answered yet; NULL: none. */
void reply_read(const Reader *reader, const char *tag, Reply *reply);
/* Is it data of this name, or a status line with this code? */
gboolean reply_is(const Reply *reply, const char *name);
/* The same greeting, tagged line or "+" with nothing left in it that could be misread, for libetpan: it has no code,
 * and no text but the base64 of a challenge. Nothing for any other reply. */
void reply_rewrite(const Reply *reply, const char *tag, GString *line);
