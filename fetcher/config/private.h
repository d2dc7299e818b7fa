/* private.h - what the files that read the configuration share; nobody else includes it. */
#pragma once
#include "fetcher/config/config.h"

/* Where the reading is: for messages. */
typedef struct {
  const char *file;
  GKeyFile *keys;
  const char *group;
} ConfigReader;

/* Always FALSE: "FILE: [group] key: what is wrong and what to do". */
gboolean config_refuse(const ConfigReader *reader, const char *key, GError **error, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
/* An absolute path; "~/" is the home folder. The caller frees. */
char *config_path(const char *path);
/* config_account.c: what one key alone cannot tell, and the defaults; then what one account alone cannot. */
gboolean config_finish_account(const ConfigReader *reader, AccountConfig *account, GError **error);
gboolean config_finish(ConfigReader *reader, const Config *config, GError **error);
