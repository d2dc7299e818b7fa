/* sent_names.h - what the Sent folder is called in many languages. */
#pragma once
#include <glib.h>

/* Is the last part of this UTF-8 folder name a usual name of the Sent folder? separator: the character between the
 * parts of the name, '\0' for none. Upper and lower case count as the same. */
gboolean sent_name_matches(const char *name, char separator);
