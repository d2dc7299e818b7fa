/* open_store.c - opens a store with a secret that may have changed
 * Owns:     the rule: after one refusal, ask for the secret once more.
 * Must not: know a protocol, wait, or keep a secret that was refused.
 * Fails:    STORE_ERROR, passed through; AUTH when only the owner can help.
 * Tests:    tests/fetcher/worker/test_open_store.c */
#include "fetcher/worker/open_store.h"
#include "fetcher/secret/secret.h"
#include <string.h>

Store *open_store(const AccountConfig *account, const StoreHome *home, StoreOpener open, char **secret,
                  gboolean *refused, GError **error)
{
  g_autoptr(GError) refusal = NULL;
  *refused = FALSE;
  if (*secret == NULL && (*secret = secret_get(account, SECRET_ANY, error)) == NULL) return NULL;
  Store *store = open(account, home, *secret, &refusal);
  if (store != NULL) return store;
  if (g_error_matches(refusal, STORE_ERROR, STORE_ERROR_AUTH)) {
    char *before = g_steal_pointer(secret);
    *refused = TRUE;
    *secret = secret_get(account, SECRET_AFTER_REFUSAL, error);
    gboolean same = *secret != NULL && strcmp(*secret, before) == 0;
    secret_free(before);
    if (*secret == NULL) return NULL;
    if (!same) {
      g_clear_error(&refusal);
      store = open(account, home, *secret, &refusal);
      if (store != NULL) return store;
    }
    if (g_error_matches(refusal, STORE_ERROR, STORE_ERROR_AUTH)) g_clear_pointer(secret, secret_free);
  }
  g_propagate_error(error, g_steal_pointer(&refusal));
  return NULL;
}
