/* protocols.h - the store of an account, by its protocol. */
#pragma once
#include "fetcher/worker/open_store.h"

/* Opens the account's mailbox. Where it is on a server, as sign_in(); where it is on this computer, secret and refused
 * are left as they are, and nothing is asked for. */
Store *open_store(const AccountConfig *account, const StoreHome *home, char **secret, gboolean *refused,
                  GError **error);
