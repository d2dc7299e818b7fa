/* fold.h - the form of text in which words are compared, and how far they are apart. */
#pragma once
#include <glib.h>

/* The form of text in which phrases are compared: lower case, every run of white space is one space. */
GString *text_fold(const char *text, gsize length);
/* As text_fold(), into a buffer of TEXT_FOLDED_MOST(length) bytes; returns the length, without the NUL that ends the
 * text. A letter's lower case may take one byte more than itself (U+023A), never two. */
#define TEXT_FOLDED_MOST(length) ((length) + (length) / 2 + 8)
gsize text_fold_into(char *folded, const char *text, gsize length);

/* The least number of bytes to put in, take out or replace (Levenshtein), to make one of the other; neither may be
 * longer than TEXT_DISTANCE_LONGEST. */
#define TEXT_DISTANCE_LONGEST 64
gsize text_distance(const char *a, gsize m, const char *b, gsize n);
