/* protocols.h - the store of an account, by its protocol. */
#pragma once
#include "fetcher/worker/open_store.h"

/* Opens the account's mailbox. On a server: as open_store() (open_store.h). On this computer: asks for no secret, and
 * leaves secret and refused as they are. */
Store *protocols_open(const AccountConfig *account, const StoreHome *home, char **secret, gboolean *refused,
                      GError **error);
