/* safe_folder.h - may mail be put into this folder? */
#pragma once
#include <gio/gio.h>

/* Mail is put at this absolute path, whose last parts need not exist yet. FALSE with STORE_ERROR_FATAL, naming the
 * folder and the remedy, when the path or a folder above it is another user's (root's excepted; in a user namespace
 * without root, those of unknown users too), or when everybody may write there (a folder with the sticky bit excepted):
 * others could then put a folder of theirs in its place. key: the key of the configuration that names the path. */
gboolean safe_folder_check(const char *key, const char *path, GError **error);
