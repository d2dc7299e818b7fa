/* find_trash.h - the trash that lies beside a folder on disk. */
#pragma once
#include <glib.h>

/* The path of a Maildir or mbox with a usual name (trash_names.h) beside `path`, or, for a Maildir, in it, as Maildir++
 * has it. Only a folder of this user, in a folder of this user. NULL: there is no trash. The caller frees. */
char *disk_find_trash(const char *path, gboolean mbox);
