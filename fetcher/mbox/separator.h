/* separator.h - which line of an mbox begins a message, and which must be quoted. */
#pragma once
#include <glib.h>

#define MBOX_LINE_MAX 65536 /* octets of a line that are looked at to tell a separator; the least buffer */

gboolean mbox_is_blank(const char *line, gsize length);
/* Could this line, after an empty one, be a separator? It must be given with its line end, if it has one. */
gboolean mbox_is_separator(const char *line, gsize length);
/* Must this line of a message be quoted in an mbox (mboxrd)? */
gboolean mbox_needs_quote(const char *line, gsize length);
