/* mail_arguments.h - messages named on the command line. */
#pragma once
#include <glib.h>

/* The header block of a message: the bytes before its first empty line. Points into message; not NUL-terminated. */
const char *mail_header(GBytes *message, gsize *length);

/* Calls each with every message of every file in turn (local.h), at most FILTER_READ_LIMIT bytes of each. number counts
 * from 1 in each file. A file that cannot be read or holds no message is complained about, and the others go on; FALSE
 * then. each returns FALSE to end all. */
gboolean mail_each(int n, char **files,
                   gboolean (*each)(const char *file, guint number, GBytes *message, gpointer data), gpointer data);
