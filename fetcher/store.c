/* store.c - what all mail stores share
 * Owns:     the error domain, and the free function of a folder's row.
 * Must not: know any protocol.
 * Fails:    never.
 * Tests:    those of each store */
#include "fetcher/store.h"

G_DEFINE_QUARK(backstop - store - error, store_error)

void folder_free(Folder *folder)
{
  if (folder == NULL) return;
  g_free(folder->name);
  g_free(folder);
}
