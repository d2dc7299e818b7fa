/* mbox.c - libFuzzer target: any bytes as an mbox that grows, is listed and read, and that messages are taken out of
 * Owns:     the promises about an mbox: the same list however the file grew, no message lost or changed by a move.
 * Must not: be part of make check (make fuzz builds and runs it); write outside its folder in $TMPDIR.
 * Fails:    by crashing, or by a sanitizer's word.
 * Tests:    fetcher/mbox/, box/box.c */
#include "fetcher/mbox/private.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OTHER "From a@b.test Thu Nov 20 21:28:48 2025\nSubject: other\n\nbody\n\n"

static char *folder, *path, *target;

static void leave(void)
{
  unlink(path);
  unlink(target);
  rmdir(folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
  folder = g_dir_make_tmp("fuzz-mbox-XXXXXX", NULL);
  if (folder == NULL) abort();
  path = g_build_filename(folder, "mbox", NULL);
  target = g_build_filename(folder, "target", NULL);
  atexit(leave);
  return 0;
}

static void add_to(const char *file, int flags, const void *bytes, gsize size)
{
  int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
  if (fd < 0 || write(fd, bytes, size) != (ssize_t)size || close(fd) != 0) abort();
}

static Box *list(const char *file)
{
  Box *box = mbox_box_new(file);
  if (box->class->list(box, NULL)) return box;
  box_free(box);
  return NULL;
}

static gboolean same(const BoxItem *a, const BoxItem *b)
{
  return a->key == b->key && a->size == b->size && a->twins == b->twins && a->doubtful == b->doubtful;
}

/* The messages cover the file without a gap, whether it was listed at once or while it grew. */
static void check_lists(const Box *grown, const Box *fresh, gsize size)
{
  guint64 end = 0;
  if (grown->items->len != fresh->items->len) abort();
  for (guint i = 0; i < fresh->items->len; i++) {
    const BoxItem *item = box_item(fresh, i);
    if (!same(item, box_item(grown, i)) || item->where != box_item(grown, i)->where) abort();
    if (item->where != end || item->length == 0 || item->size > item->length) abort();
    end = item->where + item->length;
  }
  if (end != size) abort();
}

typedef struct {
  const Box *box;
  guint given;
  BoxPart part;
  GBytes *last;
} Given;

static void take(guint item, GBytes *bytes, gpointer data)
{
  Given *given = data;
  gsize length = g_bytes_get_size(bytes);
  given->given++;
  if (given->part == BOX_MESSAGE ? length != box_item(given->box, item)->size
                                 : length > box_item(given->box, item)->size)
    abort();
  g_clear_pointer(&given->last, g_bytes_unref);
  given->last = g_bytes_ref(bytes);
}

/* Reads a few messages; returns the last one. */
static GBytes *read_items(Box *box, guint first, guint n, BoxPart part)
{
  Given given = { .box = box, .part = part };
  guint items[4];
  n = MIN(n, G_N_ELEMENTS(items));
  for (guint i = 0; i < n; i++) items[i] = first + i;
  if (!box->class->read(box, items, n, part, G_MAXINT, take, &given, NULL) || given.given != n) abort();
  return given.last;
}

/* A message that is put into another mbox comes out of it as it went in; a last line without an end gets one. */
static void put(Box *box, guint item)
{
  gint64 key;
  g_autoptr(Box) other = mbox_box_new(target);
  int fd = memfd_create("message", MFD_CLOEXEC);
  gboolean fetched = box->class->fetch(box, item, fd, NULL);
  if (fetched == box_item(box, item)->doubtful) abort();
  if (fetched) {
    if (!other->class->put(other, fd, box_item(box, item), &key, NULL)) abort();
    if (!other->class->list(other, NULL) || other->items->len != 2 || box_item(other, 1)->key != key) abort();
    g_autoptr(GBytes) before = read_items(box, item, 1, BOX_MESSAGE), after = read_items(other, 1, 1, BOX_MESSAGE);
    gsize length, longer;
    const char *bytes = g_bytes_get_data(before, &length), *put = g_bytes_get_data(after, &longer);
    gsize added = length == 0 || bytes[length - 1] != '\n' ? 1 : 0;
    if (longer < length || longer > length + added || (length > 0 && memcmp(bytes, put, length) != 0)) abort();
  }
  close(fd);
}

/* Without claims, the others stay as they are. */
static gboolean is_plain(const Box *box)
{
  for (guint i = 0; i < box->items->len; i++)
    if (box_item(box, i)->claim != MBOX_NO_CLAIM) return FALSE;
  return TRUE;
}

/* Takes one message out, into another mbox or for good. */
static void take_out(Box *box, guint item, gboolean carried)
{
  g_autoptr(Box) other = mbox_box_new(target);
  g_autoptr(GArray) moved = g_array_new(FALSE, TRUE, sizeof(BoxMove)), before = g_array_copy(box->items);
  g_autoptr(GError) error = NULL;
  gboolean plain = is_plain(box), at_once, done;
  if (carried)
    done = box->class->carry(box, &item, 1, other, moved, &at_once, &error);
  else
    done = box->class->remove(box, &item, 1, &error);
  if (done && g_array_index(before, BoxItem, item).doubtful) abort();
  if (!done && !carried && !g_array_index(before, BoxItem, item).doubtful) abort();
  if (done && carried && moved->len != 1) abort();
  g_autoptr(Box) now = list(path);
  if (now == NULL) abort();
  if (!plain) return;
  if (now->items->len != before->len - (done ? 1 : 0)) abort();
  for (guint i = 0; i < now->items->len; i++)
    if (box_item(now, i)->key != g_array_index(before, BoxItem, i + (done && i >= item)).key) abort();
  if (!done || !carried) return;
  g_autoptr(Box) there = list(target);
  if (there == NULL || box_item(there, there->items->len - 1)->key != g_array_index(moved, BoxMove, 0).key) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size < 4) return 0;
  gsize length = size - 3, cut = (data[0] | (gsize)data[1] << 8) % (length + 1);
  const char *text = (const char *)data + 3;
  add_to(path, O_TRUNC, text, cut);
  add_to(target, O_TRUNC, OTHER, strlen(OTHER));
  g_autoptr(Box) grown = mbox_box_new(path);
  grown->class->list(grown, NULL);
  add_to(path, O_APPEND, text + cut, length - cut);
  gboolean listed = grown->class->list(grown, NULL);
  g_autoptr(Box) fresh = list(path);
  if (listed != (fresh != NULL) || listed != (length >= 5 && memcmp(text, "From ", 5) == 0)) abort();
  if (!listed) return 0;
  check_lists(grown, fresh, length);
  guint n = fresh->items->len, item = data[2] >> 2;
  g_bytes_unref(read_items(fresh, 0, n, BOX_MESSAGE));
  g_bytes_unref(read_items(fresh, n - 1, 1, BOX_HEADER));
  if (item >= n) return 0;
  if (data[2] & 1)
    put(fresh, item);
  else
    take_out(fresh, item, (data[2] & 2) != 0);
  return 0;
}
