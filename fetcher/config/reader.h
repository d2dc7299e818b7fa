/* reader.h - the values of one group of the configuration file, read by the types of their keys. For this room alone.
 */
#pragma once
#include "fetcher/config/refuse.h"

/* Reads all keys of reader->group into record. table ends with a NULL name, and so does elsewhere, the keys of the
 * other kind of group, for the complaint. FALSE for a key that is not in the table, and for a value that its type does
 * not allow. */
gboolean config_read_group(const ConfigReader *reader, const ConfigKey *table, const ConfigKey *elsewhere, void *record,
                           GError **error);
/* An absolute path; "~/" means the home folder. The caller frees. */
char *config_path(const char *path);
