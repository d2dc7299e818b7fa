/* fold.h - the form of text in which words are compared. */
#pragma once
#include <glib.h>

/* The form of text in which phrases are compared: lower case, every run of white space is one space. */
GString *text_fold(const char *text, gsize length);
/* As text_fold(), into a buffer of TEXT_FOLDED_MOST(length) bytes; returns the length, without the NUL that ends the
 * text. A letter's lower case may take one byte more than itself (U+023A), never two. */
#define TEXT_FOLDED_MOST(length) ((length) + (length) / 2 + 8)
gsize text_fold_into(char *folded, const char *text, gsize length);
