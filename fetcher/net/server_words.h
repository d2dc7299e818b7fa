/* server_words.h - what a server said, for people. */
#pragma once
#include <glib.h>

/* Is word in text, as a word of its own? Case is ignored. */
gboolean server_words_mention(const char *text, const char *word);
/* Does the server refuse only for now? code: the response code of the refusal, without brackets and arguments
 * ("UNAVAILABLE": RFC 5530, 3; "OVERQUOTA", "LIMIT", "SERVERBUG"; "THROTTLED" of Gmail and others); NULL or "": none.
 * text: what the server said, as Exchange and others tell it in words; NULL: nothing. */
gboolean server_words_later(const char *code, const char *text);
/* text as one line of at most 200 bytes without full stops at its end. NULL when there is nothing to pass on: text is
 * NULL or empty, or it mentions the user's name. The caller frees. */
char *server_words(const char *text, const char *user);
