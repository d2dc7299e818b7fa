/* account.h - what the keys of an account mean together. For this room alone. */
#pragma once
#include "fetcher/config/reader.h"

/* Checks what no single key can tell, and fills in the defaults of an account whose keys were read. reader is in the
 * account's group. */
gboolean config_finish_account(const ConfigReader *reader, AccountConfig *account, GError **error);
/* tools.c: makes the lists that the checks of servers ask of what was written. reader->group is NULL, before and after.
 */
gboolean config_finish_tools(ConfigReader *reader, Config *config, GError **error);
/* words.c: makes the words and patterns that are looked for, and checks addresses that only receive. reader->group is
 * NULL, before and after. */
gboolean config_finish_words(ConfigReader *reader, Config *config, GError **error);
/* Checks what no single account can tell, once all were read. reader->group is NULL, before and after. */
gboolean config_finish(ConfigReader *reader, const Config *config, GError **error);
