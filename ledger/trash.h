/* trash.h - which accounts have a trash, as their workers saw it last. */
#pragma once
#include "ledger/ledger.h"

/* folder NULL: the account has none. Writes nothing if nothing changes. */
gboolean trash_note(Ledger *ledger, const char *account, const char *folder, GError **error);
/* *known: a worker has looked. *folder: its name, NULL for none; the caller frees. */
gboolean trash_get(Ledger *ledger, const char *account, gboolean *known, char **folder, GError **error);
