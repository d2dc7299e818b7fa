/* config_watch.h - noticing that a file was changed, whatever its editor does: writes into it, puts a new one in its
 * place, changes a link on the way to it, or removes it and its folder and makes them again. */
#pragma once
#include <glib.h>

typedef struct ConfigWatch ConfigWatch;

/* Calls changed(data) CONFIG_WATCH_PAUSE after the last of a group of changes that may have made another file of it,
 * and once at first, for what was changed before. file: an absolute path, or one below the working folder. NULL with
 * G_FILE_ERROR where nothing can be watched. The caller frees. */
#define CONFIG_WATCH_PAUSE 300 /* milliseconds */
ConfigWatch *config_watch_new(const char *file, void (*changed)(gpointer data), gpointer data, GError **error);
void config_watch_free(ConfigWatch *watch);
