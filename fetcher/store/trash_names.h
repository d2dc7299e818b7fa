/* trash_names.h - the folder for deleted mail, by its usual names in many languages. */
#pragma once
#include <glib.h>

/* Is this the last part of such a folder's name, in UTF-8 or (only where it is not ASCII) as it stands on disk? Case is
 * ignored. */
gboolean trash_name_is_usual(const char *name);
