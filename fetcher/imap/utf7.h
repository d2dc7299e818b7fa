/* utf7.h - folder names: UTF-8 for people, modified UTF-7 for IMAP servers (RFC 3501, 5.1.3). */
#pragma once
#include <glib.h>

/* The name in which the server has the folder of this UTF-8 name; NULL when the name holds CR or LF, or is not UTF-8.
 * The caller frees. */
char *utf7_encode(const char *name);
/* The UTF-8 name of a folder from what the server calls it. What is not valid modified UTF-7 is taken as UTF-8, with
 * wrong bytes replaced. The caller frees. */
char *utf7_decode(const char *wire);
