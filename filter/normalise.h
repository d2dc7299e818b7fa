/* normalise.h - normal forms of ids, addresses and subjects, so that filter and ledger compare the same things. */
#pragma once
#include <glib.h>

/* A message id (RFC 5322, 3.6.4) in the form in which ids are compared: unfolded, trimmed, without angle brackets, case
 * kept. NULL for an id that is empty, longer than 998 bytes, or has a control character. length -1: NUL-terminated. */
char *id_normalise(const char *text, gssize length);
/* Adds the normal form of every id in a field value ("<a@b> <c@d>", or one bare id) to ids, without duplicates, at most
 * limit entries in all. An id that begins with '<' and lacks its '>' was cut off, and is left out. */
void id_collect(const char *value, GPtrArray *ids, guint limit);

/* An address in the form in which addresses are compared: addr-spec only, trimmed, domain and local part in lower case,
 * IDN domain left as it is written; NULL for text that is no address (no '@', white space outside a quoted local part,
 * over 320 bytes), except that a bare word is kept when bare is TRUE. */
char *address_normalise(const char *text, gboolean bare);
/* Adds the normal form of every address in a field value ("A <a@b>, c@d (C), Group: e@f;") to addresses, without
 * duplicates, at most limit entries in all. */
void address_collect(const char *value, GPtrArray *addresses, guint limit);
/* The domain of a normalised address (points into it), or NULL. */
const char *address_domain(const char *address);
/* Does address (normalised) match one of the ';'-separated patterns, where * matches any run of characters? NULL or ""
 * matches nothing. Case is ignored. */
gboolean address_matches(const char *address, const char *patterns);

/* A subject in the form in which subjects are compared: decoded text, reply and forward prefixes of many languages
 * removed, white space folded, case folded. "" for NULL. */
char *subject_normalise(const char *subject);

/* Text for people: valid UTF-8, one line, without the characters of text_hides(), at most max bytes (with an ellipsis
 * when cut). NULL gives NULL. */
char *text_one_line(const char *text, gsize max);
/* Is this a character that a reader does not see, or that misleads: a control (line breaks and tabs too), a mark that
 * changes the order of reading, a character without width, a soft hyphen, a tag, an unassigned or private one? No such
 * character reaches a terminal, JSON (there it is escaped) or a window. */
gboolean text_hides(gunichar c);
/* A header field's text in the form that ledgers keep and compare: as text_one_line(), but only controls and marks
 * of the order of reading are left out. Ledgers hold hashes of such text, so this rule must never change. NULL gives
 * NULL. */
char *text_to_keep(const char *text, gsize max);

/* Adds text to a list of char* unless it is there already, is NULL, or the list holds limit entries. Copies. */
void list_add(GPtrArray *list, const char *text, guint limit);
/* Is text in the list of char*? */
gboolean list_has(GPtrArray *list, const char *text);
/* The largest length up to `length` that does not cut a character of the UTF-8 text in two. */
gsize utf8_floor(const char *text, gsize length);
