/* find_message.c - one message of a folder on disk, by its fingerprint
 * Owns:     the search for the message.
 * Must not: need the daemon, the ledger's numbers or a lock; change anything.
 * Fails:    G_IO_ERROR, naming the folder.
 * Tests:    tests/fetcher/disk/test_mail_files.c */
#include "fetcher/disk/find_message.h"
#include "fetcher/disk/disk_box.h"

typedef struct {
  const Fingerprint *wanted;
  gboolean same;
} Comparison;

static void compare(guint item, GBytes *bytes, gpointer data)
{
  Comparison *comparison = data;
  Fingerprint seen;
  fingerprint_init(&seen, comparison->wanted->message_id, comparison->wanted->size, bytes);
  comparison->same = fingerprint_equal(&seen, comparison->wanted);
  fingerprint_clear(&seen);
}

static void take(guint item, GBytes *bytes, gpointer data) { *(GBytes **)data = g_bytes_ref(bytes); }

/* A message that cannot be read does not count. */
static GBytes *search(Box *box, const Fingerprint *fingerprint, gsize limit)
{
  for (guint i = 0; i < box->items->len; i++) {
    Comparison comparison = { .wanted = fingerprint };
    GBytes *found = NULL;
    const BoxItem *item = box_item(box, i);
    if (item->size != fingerprint->size && item->wire != fingerprint->size) continue;
    box->class->read(box, &i, 1, BOX_MESSAGE, FILTER_READ_LIMIT, compare, &comparison, NULL);
    if (comparison.same) box->class->read(box, &i, 1, BOX_MESSAGE, limit, take, &found, NULL);
    if (found != NULL) return found;
  }
  return NULL;
}

GBytes *find_message(const char *folder, const Fingerprint *fingerprint, gsize limit, GError **error)
{
  g_autoptr(GError) problem = NULL;
  Box *box = disk_box_new(folder, FALSE);
  GBytes *found = box->class->list(box, &problem) ? search(box, fingerprint, limit) : NULL;
  box_free(box);
  if (problem != NULL) g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, problem->message);
  return found;
}
