/* mail_files.h - mail on disk: a message file, an mbox (as mbox/lines.h reads it), a Maildir, or standard input. */
#pragma once
#include <gio/gio.h>

/* Calls each() with every message of path, until it returns FALSE. path "-": standard input, one message or an mbox.
 * Order: that of the file, or of the names in a Maildir (cur, then new). Gives up to limit bytes of each message,
 * without the quoting of an mbox. Writes nothing, not even access times. G_IO_ERROR when path cannot be read; an empty
 * file has no message. */
gboolean mail_files_each(const char *path, gsize limit, gboolean (*each)(GBytes *message, gpointer data), gpointer data,
                         GError **error);
