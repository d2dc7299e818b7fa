/* box.c - what all boxes share
 * Owns:     keys, and how messages that have the same one are told apart.
 * Must not: know a format or a protocol.
 * Fails:    STORE_ERROR_MAILBOX.
 * Tests:    tests/fetcher/maildir/test_maildir.c, tests/fetcher/mbox/test_mbox.c */
#include "fetcher/box/box.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void box_init(Box *box, const BoxClass *class, const char *name)
{
  box->class = class;
  box->name = g_strdup(name);
  box->items = g_array_new(FALSE, TRUE, sizeof(BoxItem));
}

void box_free(Box *box)
{
  if (box == NULL) return;
  char *name = box->name;
  GArray *items = box->items;
  box->class->free(box);
  g_free(name);
  g_array_unref(items);
}

gint64 box_key(const void *bytes, gsize length)
{
  g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize size = sizeof digest;
  gint64 key = 0;
  g_checksum_update(checksum, bytes, (gssize)length);
  g_checksum_get_digest(checksum, digest, &size);
  memcpy(&key, digest, sizeof key);
  return key != 0 ? GINT64_FROM_BE(key) : 1;
}

void box_count_twins(GArray *items)
{
  g_autoptr(GHashTable) later = g_hash_table_new(g_int64_hash, g_int64_equal);
  for (guint i = items->len; i > 0; i--) {
    BoxItem *item = &g_array_index(items, BoxItem, i - 1);
    const BoxItem *next = g_hash_table_lookup(later, &item->key);
    item->twins = next != NULL ? next->twins + 1 : 0;
    g_hash_table_replace(later, &item->key, item);
  }
}

int box_spool(const char *near, GError **error)
{
  g_autofree char *folder = g_path_get_dirname(near);
  int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0) {
    g_autofree char *pattern = g_build_filename(folder, ".backstop-XXXXXX", NULL);
    fd = g_mkstemp_full(pattern, O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0) unlink(pattern);
  }
  if (fd >= 0) return fd;
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "%s: no file can be made there: %s", folder, g_strerror(errno));
  return -1;
}
