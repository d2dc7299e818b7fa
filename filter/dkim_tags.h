/* dkim_tags.h - lists of tags (RFC 6376, 3.2): "a=rsa-sha256; d=example.org; ...". */
#pragma once
#include "filter/span.h"

#define TAGS_MOST 32

typedef struct {
  Span name;
  Span whole; /* all between '=' and ';' */
  Span value; /* the same, trimmed; still folded */
} Tag;

typedef struct {
  Tag tags[TAGS_MOST];
  guint n;
} TagList;

/* Points into text. FALSE for what is no list: a tag without '=', a name twice, a control character, too many tags. */
gboolean tags_read(Span text, TagList *list);
/* NULL where there is no such tag. Case counts in names, as the RFC has it. */
const Tag *tags_find(const TagList *list, const char *name);

/* Is the value this word? Case does not count. An absent tag (NULL) is not. */
gboolean tag_is(const Tag *tag, const char *word);
/* Does the value, words between ':', hold this one? Case does not count. */
gboolean tag_holds(const Tag *tag, const char *word);
/* Takes the next word, trimmed, off a value of words between ':'; FALSE at the end. */
gboolean tag_next_word(Span *rest, Span *word);
/* The value as a number of at most 12 digits; FALSE for anything else. */
gboolean tag_number(const Tag *tag, gint64 *number);
/* The value as a domain name of letters, digits, '-', '_' and at least `labels` labels, in lower case; NULL for
 * anything else. The caller frees. */
char *tag_domain(Span value, guint labels);
/* The value decoded from base64, white space left out; NULL for what is none, is empty, or has more than `most` bytes.
 * The caller frees. */
guint8 *tag_base64(const Tag *tag, gsize most, gsize *length);
