/* store.c - what all mail stores share
 * Owns:     the error domain, the free function of a folder's row, the reading of one message.
 * Must not: know any protocol.
 * Fails:    as the store does.
 * Tests:    those of each store */
#include "fetcher/store/store.h"

G_DEFINE_QUARK(backstop - store - error, store_error)

void folder_free(Folder *folder)
{
  if (folder == NULL) return;
  g_free(folder->name);
  g_free(folder);
}

static void keep_bytes(guint32 uid, GBytes *bytes, gpointer data) { *(GBytes **)data = g_bytes_ref(bytes); }

GBytes *store_read(Store *store, guint32 uid, gsize limit, GError **error)
{
  GBytes *bytes = NULL;
  gboolean done = store->class->read(store, &uid, 1, limit, keep_bytes, &bytes, error);
  if (done && bytes != NULL) return bytes;
  if (bytes != NULL) g_bytes_unref(bytes);
  if (done) g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE, "The message is no longer there.");
  return NULL;
}
