/* tokens.h - the words, numbers, strings and lists of one IMAP response (RFC 3501, 4 and 9).
 *
 * Pure. A cursor walks over a response that a reader has cut. What is not as expected leaves the cursor where it was,
 * unless the function says otherwise. */
#pragma once
#include "fetcher/imap/reader.h"

typedef struct {
  const Reader *reader; /* borrowed */
  const char *at, *end;
  guint literal; /* of the reader's literals, the first that is not behind the cursor */
} Cursor;

/* A string; borrows from the reader unless owned. */
typedef struct {
  const char *bytes; /* not NUL-terminated; NULL: NIL */
  gsize length;
  gboolean whole; /* FALSE: only the beginning of a literal was kept */
  char *owned;    /* what to free; NULL */
} Value;
void value_clear(Value *value);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Value, value_clear)
/* A copy, NUL-terminated; NULL when it is NIL or has a NUL. The caller frees. */
char *value_copy(const Value *value);

/* A cursor over reader's whole response. */
Cursor cursor_over(const Reader *reader);
gboolean cursor_at_end(const Cursor *cursor);
void cursor_skip_spaces(Cursor *cursor);
/* Takes this character, after any spaces. */
gboolean cursor_take(Cursor *cursor, char c);
/* Takes a word, after any spaces: everything up to a space or a parenthesis. Borrowed. FALSE when there is none. */
gboolean cursor_word(Cursor *cursor, const char **word, gsize *length);
/* Takes the name of a FETCH item, after any spaces: like a word, with its section: BODY[HEADER.FIELDS (A B)]<0>. */
gboolean cursor_item(Cursor *cursor, const char **name, gsize *length);
gboolean cursor_number(Cursor *cursor, guint64 *number);
/* Takes a quoted string, a literal, or a word (NIL: bytes NULL), after any spaces. */
gboolean cursor_string(Cursor *cursor, Value *value);
/* Takes one value of any kind: a list with all that is in it, a string, a word. FALSE when there is none, or the
 * response ends within it; the cursor is then behind what could be taken. */
gboolean cursor_skip(Cursor *cursor);

/* Is it this word, whatever the case? */
gboolean word_is(const char *word, gsize length, const char *meant);

/* A set of UIDs or numbers (RFC 3501, sequence-set), never expanded: gives its ranges one by one, each the right way
 * round. "*" is G_MAXUINT32. FALSE at the end, or where it is no set. */
gboolean set_next(const char **set, const char *end, guint32 *first, guint32 *last);
