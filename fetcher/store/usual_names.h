/* usual_names.h - is a folder called by one of its usual names? The lists are sent_names.c and trash_names.c. */
#pragma once
#include <glib.h>

/* Is name (UTF-8) one of these n names? Upper and lower case, and composed and decomposed letters, count as the same.
 */
gboolean usual_names_hold(const char *const *names, guint n, const char *name);
