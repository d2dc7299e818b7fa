/* fields.h - header fields in raw bytes (RFC 5322, 2.2), without copies, and the small tools that all readers of fields
 * need. */
#pragma once
#include "filter/span.h"

/* Bytes of one field's value that are ever decoded. */
#define FIELD_LONGEST 8192

/* One field, borrowed: value begins after the colon, is still folded, and ends before its last line break. */
typedef struct {
  Span name, value;
} Field;

/* Takes the first field off rest. Lines that are no field are skipped (mbox "From " lines, garbage); an empty line
 * ends the block, and rest then begins after it. FALSE: no more fields. */
gboolean field_next(Span *rest, Field *field);
gboolean field_is(const Field *field, const char *name);
/* The index of the field's name in a NULL-terminated list, or -1. */
int field_index(const Field *field, const char *const *names);
/* The first field of that name in a block; FALSE when there is none. */
gboolean field_find(Span block, const char *name, Field *field);

/* The value unfolded and trimmed, at most FIELD_LONGEST bytes, valid UTF-8 where the bytes are, never NULL. The
 * caller frees. */
char *field_raw(const Field *field);
/* Adds the ids of a value to ids, the last id first, at most limit entries in all: the last ids of References are the
 * nearest messages, so a long field is read from its end. */
void field_ids_last(const Field *field, GPtrArray *ids, guint limit);
/* The value as people read it: encoded words decoded (RFC 2047), one line. NULL when it is empty. The caller frees. */
char *field_text(const Field *field, gsize max);
/* A date (RFC 5322, 3.3), Unix seconds; 0 for text that is no date, and for a date before 1970. */
gint64 field_date(const Field *field);

/* Where a block of header fields at the start of text ends: offset of the empty line (or of the end), not counting
 * it. */
gsize fields_length(Span text);

/* Has the header a Received and eight fields or more, so that hardly one was left out when it came back? */
gboolean header_is_whole(Span header);

/* A returned message from where its header begins: a stray line, a sentence or the rest of an unclosed header may stand
 * before it. The text itself where no header is found behind its first block. */
Span fields_begin(Span text);

/* Does the span hold this ASCII word, in any case? */
gboolean span_has(Span span, const char *word);
/* Does the beginning of the span, at most SPAN_SHORT bytes, hold one of these words (in lower case)? */
#define SPAN_SHORT ((gsize)256)
gboolean span_has_any(Span span, const char *const *words);
Span span_trim(Span span);
