/* reader.h - the values of one group of the configuration file, read by the types of their keys. For this room alone.
 */
#pragma once
#include "fetcher/config/config.h"

/* Where the reader is in the file. Messages name this place. */
typedef struct {
  const char *file;
  GKeyFile *keys;
  const char *group; /* NULL: no group, the file as a whole */
} ConfigReader;

/* A word that a key may have as its value. Tables of words end with a NULL word. */
typedef struct {
  const char *word;
  int value;
} ConfigWord;

typedef enum {
  KEY_TEXT,
  KEY_PATH,
  KEY_WORD,
  KEY_PROTOCOL,
  KEY_NUMBER,
  KEY_PORT,
  KEY_FOLDER,
  KEY_FOLDERS,
  KEY_ADDRESSES
} ConfigKeyType;

typedef struct {
  const char *name;
  ConfigKeyType type;
  size_t offset;           /* of the member that the value goes to */
  const ConfigWord *words; /* KEY_WORD */
  guint min, max;          /* KEY_NUMBER, KEY_PORT */
} ConfigKey;

/* Reads all keys of reader->group into record. table ends with a NULL name. FALSE for a key that is not in the table,
 * and for a value that its type does not allow. */
gboolean config_read_group(const ConfigReader *reader, const ConfigKey *table, void *record, GError **error);
/* Always FALSE. Sets "FILE: [group] key: what is wrong and what to do". key NULL: the group or file as a whole. */
gboolean config_refuse(const ConfigReader *reader, const char *key, GError **error, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
/* An absolute path; "~/" means the home folder. The caller frees. */
char *config_path(const char *path);
