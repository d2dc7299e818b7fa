/* find_trash.h - the trash that lies beside a folder on disk. */
#pragma once
#include <glib.h>

/* The path of a Maildir or mbox with a usual name (trash_names.h) beside `path`, or, for a Maildir, in it, as Maildir++
 * has it. Only what belongs to this user, in a folder that belongs to him. NULL: there is none. The caller frees. */
char *disk_find_trash(const char *path, gboolean mbox);
