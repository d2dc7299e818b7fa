/* folder_name.h - folder names: UTF-8 for people, modified UTF-7 on the wire (RFC 3501, 5.1.3); and Sent by its usual
 * names. */
#pragma once
#include <glib.h>

/* Wire form of a UTF-8 name; NULL when it holds CR, LF, NUL or is not UTF-8. The caller frees. */
char *folder_name_to_wire(const char *name);
/* UTF-8 of a wire name; what is not valid modified UTF-7 is taken as it is, made valid. The caller frees. */
char *folder_name_from_wire(const char *wire);
/* Is the last part of this UTF-8 name (after separator, 0 = none) a usual name for the Sent folder in some language? */
gboolean folder_name_is_sent(const char *name, char separator);
