/* box.c - what all boxes share
 * Owns:     keys, and what becomes of messages that cannot be told apart.
 * Must not: know a format or a protocol.
 * Fails:    STORE_ERROR_MAILBOX.
 * Tests:    tests/test_maildir_box.c, tests/test_mbox_box.c */
#include "fetcher/box.h"
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

static gint by_key(gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
  return (x > y) - (x < y);
}

/* Is this key there more than once? */
static gboolean is_shared(const GArray *keys, gint64 key)
{
  guint at = 0;
  if (!g_array_binary_search((GArray *)keys, &key, by_key, &at)) return FALSE;
  return (at > 0 && g_array_index(keys, gint64, at - 1) == key)
         || (at + 1 < keys->len && g_array_index(keys, gint64, at + 1) == key);
}

void box_drop_alike(Box *box)
{
  g_autoptr(GArray) keys = g_array_sized_new(FALSE, FALSE, sizeof(gint64), box->items->len);
  for (guint i = 0; i < box->items->len; i++) g_array_append_val(keys, box_item(box, i)->key);
  g_array_sort(keys, by_key);
  guint kept = 0;
  for (guint i = 0; i < box->items->len; i++) {
    if (is_shared(keys, box_item(box, i)->key)) continue;
    g_array_index(box->items, BoxItem, kept++) = *box_item(box, i);
  }
  box->alike = box->items->len - kept;
  g_array_set_size(box->items, kept);
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
