/* open_store.h - opens a store with a secret that may have changed: when to ask for the secret again, and when to
 * stop. */
#pragma once
#include "fetcher/config/config.h"
#include "fetcher/store/store.h"
#include "ledger/ledger.h"

/* Where a store may keep its data: the ledger and the data folder. Both are borrowed for the life of the store. */
typedef struct {
  Ledger *ledger;
  const char *data_dir;
} StoreHome;

/* Connects and signs in; as imap_open(). */
typedef Store *(*StoreOpener)(const AccountConfig *account, const StoreHome *home, const char *secret, GError **error);

/* Opens the account's store. *secret: the secret that the server accepted last, NULL: none yet; the caller keeps it
 * from call to call, and frees it with secret_free() in the end. After a refusal (STORE_ERROR_AUTH) asks for the
 * secret once more, and says that it was refused (secret.h), so that an expired token is renewed; tries again if the
 * new secret is another one. A server sees at most two sign-ins per call. After STORE_ERROR_AUTH *secret is NULL;
 * *refused TRUE: the server refused the sign-in, and the owner must act, so do not call again soon; FALSE: there was
 * no secret, and the server was not asked. Other errors keep *secret. */
Store *open_store(const AccountConfig *account, const StoreHome *home, StoreOpener open, char **secret,
                  gboolean *refused, GError **error);
