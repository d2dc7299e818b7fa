/* open_store.h - opening a store with a secret that may have changed: who is asked when, and when to stop asking. */
#pragma once
#include "fetcher/config/config.h"
#include "fetcher/store/store.h"
#include "ledger/ledger.h"

/* What a store may keep things in: the ledger, and the data folder. Both borrowed for the life of the store. */
typedef struct {
  Ledger *ledger;
  const char *data_dir;
} StoreHome;

/* Connects and signs in; as imap_open(). */
typedef Store *(*StoreOpener)(const AccountConfig *account, const StoreHome *home, const char *secret, GError **error);

/* Opens the account's store. *secret: what the server took last, NULL: nothing yet; the caller keeps it from call to
 * call, and frees it with secret_free() in the end. After a refusal (STORE_ERROR_AUTH) the secret is asked for once
 * more, with word of the refusal (secret.h), so that an expired token is renewed; a different answer is tried.
 *
 * So a server sees two sign-ins per call at most. STORE_ERROR_AUTH: *secret is NULL. *refused: the server was asked and
 * refused; the owner must act: do not call again soon. FALSE: no secret could be had, and the server knows nothing of
 * it. Other errors keep *secret. */
Store *sign_in(const AccountConfig *account, const StoreHome *home, StoreOpener open, char **secret, gboolean *refused,
               GError **error);
