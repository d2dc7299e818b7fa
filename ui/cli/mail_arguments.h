/* mail_arguments.h - messages named on the command line. */
#pragma once
#include <glib.h>

/* The header block of a message: the bytes before its first empty line. Points into message; not NUL-terminated. */
const char *mail_header(GBytes *message, gsize *length);

/* Calls each with every message of every file in turn (mail_files.h), at most FILTER_READ_LIMIT bytes of a message.
 * number counts from 1 in each file. Complains about a file that cannot be read or holds no message, goes on with the
 * others, and returns FALSE at the end. each returns FALSE to end all. */
gboolean mail_each(int n, char **files,
                   gboolean (*each)(const char *file, guint number, GBytes *message, gpointer data), gpointer data);
