/* refuse.h - how the configuration file is refused: where the mistake is, and what was probably meant. For this room
 * alone. */
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

/* Always FALSE. Sets "FILE: [group] key: what is wrong and what to do". key NULL: the group or file as a whole. */
gboolean config_refuse(const ConfigReader *reader, const char *key, GError **error, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
/* Always FALSE: refuses a key that is not in table. elsewhere: the keys of the other kind of group. Both tables end
 * with a NULL name. */
gboolean config_refuse_key(const ConfigReader *reader, const char *key, const ConfigKey *table,
                           const ConfigKey *elsewhere, GError **error);
/* Always FALSE: refuses a group that is neither [backstop] nor [account NAME]. */
gboolean config_refuse_group(const ConfigReader *reader, GError **error);
/* FALSE: the text begins with what no group can follow: a byte order mark, or a key. */
gboolean config_check_beginning(const ConfigReader *reader, const char *text, GError **error);
/* FALSE: the value stands in quotes, which would be part of it here, and in many other files are not. */
gboolean config_check_quotes(const ConfigReader *reader, const ConfigKey *key, const char *value, GError **error);
