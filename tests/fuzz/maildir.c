/* maildir.c - libFuzzer target: any file names in a Maildir that is listed, read, and that messages are moved out of
 * Owns:     the promises about names: one message for each base, no message lost or with other flags after a move.
 * Must not: be part of make check (make fuzz builds and runs it); write outside its folder in $TMPDIR.
 * Fails:    by crashing, or by a sanitizer's word.
 * Tests:    fetcher/maildir/, box/box.c */
#include "fetcher/maildir/private.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST_FILES 40u

static char *folder;
/* The same for all inputs: making an inotify, and ending it, takes longer than all else. */
static Box *box, *other;

static void empty(const Box *which)
{
  static const char *const parts[] = { "tmp", "new", "cur" };
  for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
    g_autofree char *part = g_build_filename(which->name, parts[i], NULL);
    DIR *handle = opendir(part);
    if (handle == NULL) abort();
    for (const struct dirent *row; (row = readdir(handle)) != NULL;) {
      if (g_str_equal(row->d_name, ".") || g_str_equal(row->d_name, "..")) continue;
      if (unlinkat(dirfd(handle), row->d_name, 0) != 0) unlinkat(dirfd(handle), row->d_name, AT_REMOVEDIR);
    }
    closedir(handle);
  }
}

static void leave(void)
{
  g_autofree char *command = g_strdup_printf("rm -rf '%s'", folder);
  box_free(box);
  box_free(other);
  if (system(command) != 0) g_printerr("%s is left\n", folder);
}

static Box *make(const char *name)
{
  g_autofree char *path = g_build_filename(folder, name, NULL);
  Box *made = maildir_box_new(path);
  if (!made->class->make(made, NULL)) abort();
  return made;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
  folder = g_dir_make_tmp("fuzz-maildir-XXXXXX", NULL);
  if (folder == NULL) abort();
  box = make("box");
  other = make("other");
  atexit(leave);
  return 0;
}

/* Makes a file of this name, or what is no file. What is in it is the base of its name. bases: those that are there
 * already, and are not to come twice; NULL: they may. */
static void add(const Box *to, const char *name, gsize length, char kind, GHashTable *bases)
{
  g_autofree char *text = g_strndup(name, MIN(length, NAME_MAX));
  g_strdelimit(text, "/", '_');
  if (*text == '\0' || g_str_equal(text, ".") || g_str_equal(text, "..")) return;
  if (bases != NULL && !g_hash_table_add(bases, g_strndup(text, maildir_base(text)))) return;
  g_autofree char *path = g_build_filename(to->name, kind & 1 ? "cur" : "new", text, NULL);
  if ((kind & 12) == 4 && mkdir(path, 0700) == 0) return;
  if ((kind & 12) == 8 && symlink("nowhere", path) == 0) return;
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return;
  if (write(fd, text, maildir_base(text)) < 0) abort();
  close(fd);
}

/* One name a line; before it a letter that says what to make of it. */
static void fill(const Box *to, const char *bytes, gsize size, gboolean once)
{
  g_autoptr(GHashTable) bases = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  const char *end = bytes + size;
  for (guint i = 0; i < MOST_FILES && bytes < end; i++) {
    const char *newline = memchr(bytes, '\n', (gsize)(end - bytes));
    const char *stop = newline != NULL ? newline : end;
    if (stop > bytes) add(to, bytes + 1, (gsize)(stop - bytes - 1), *bytes, once ? bases : NULL);
    bytes = stop + 1;
  }
}

static void list(Box *which)
{
  if (!which->class->list(which, NULL)) abort();
  for (guint i = 0; i < which->items->len; i++)
    if (box_item(which, i)->key == 0 || box_item(which, i)->stored < 0) abort();
}

static const BoxItem *find(const Box *in, gint64 key)
{
  for (guint i = 0; i < in->items->len; i++)
    if (box_item(in, i)->key == key) return box_item(in, i);
  return NULL;
}

static void take(guint item, GBytes *bytes, gpointer data)
{
  gsize length;
  const char *base = g_bytes_get_data(bytes, &length);
  ++*(guint *)data;
  if (box_key(base, length) != box_item(box, item)->key) abort();
}

/* Each message is the file of its name, and no base stands for two. */
static void read_all(void)
{
  guint given = 0, n = box->items->len;
  g_autofree guint *items = g_new(guint, n + 1);
  for (guint i = 0; i < n; i++) {
    items[i] = i;
    if (box_item(box, i)->twins != 0) abort();
  }
  if (!box->class->read(box, items, n, BOX_MESSAGE, G_MAXINT, take, &given, NULL) || given != n) abort();
}

/* A mail program renames each file, as it does when it sets a flag: they are the same messages. */
static void rename_all(char flag)
{
  for (guint part = 0; part < MAILDIR_PARTS; part++) {
    g_autofree char *from = g_build_filename(box->name, maildir_parts[part], NULL);
    DIR *handle = opendir(from);
    for (const struct dirent *row; handle != NULL && (row = readdir(handle)) != NULL;) {
      gsize base = maildir_base(row->d_name);
      if (row->d_name[0] == '.' || base + 5 > NAME_MAX || row->d_type != DT_REG) continue;
      g_autofree char *old = g_build_filename(from, row->d_name, NULL);
      g_autofree char *new = g_strdup_printf("%s/cur/%.*s:2,%c", box->name, (int)base, row->d_name, flag);
      if (access(new, F_OK) != 0) rename(old, new);
    }
    if (handle != NULL) closedir(handle);
  }
}

static void put(const BoxItem *like)
{
  gint64 key;
  int fd = memfd_create("message", MFD_CLOEXEC);
  if (write(fd, "A: b\n", 5) != 5) abort();
  if (!other->class->put(other, fd, like, &key, NULL) || !other->class->sync(other, NULL)) abort();
  close(fd);
  list(other);
  const BoxItem *found = find(other, key);
  if (found == NULL || found->deleted || found->prized || found->size != like->size) abort();
}

/* One message goes to the other Maildir, where another may have its name; one goes for good. */
static void move(guint item, gboolean renamed)
{
  g_autoptr(GArray) moved = g_array_new(FALSE, TRUE, sizeof(BoxMove));
  gboolean at_once;
  guint n = box->items->len, there = other->items->len;
  BoxItem before = *box_item(box, item), gone = *box_item(box, 0);
  if (!box->class->carry(box, &item, 1, other, moved, &at_once, NULL)) return; /* a name may become too long */
  if (!at_once || moved->len != 1) abort();
  list(other);
  const BoxItem *found = find(other, g_array_index(moved, BoxMove, 0).key);
  if (found == NULL || other->items->len != there + 1) abort();
  if (!renamed && (found->prized != before.prized || found->deleted != before.deleted)) abort();
  guint first = 0;
  if (item != 0 && !box->class->remove(box, &first, 1, NULL)) abort();
  list(box);
  if (find(box, before.key) != NULL || find(box, gone.key) != NULL) abort();
  if (box->items->len != n - (item != 0 ? 2 : 1)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size < 2) return 0;
  empty(box);
  empty(other);
  gboolean once = (data[1] & 4) == 0;
  fill(box, (const char *)data + 2, size - 2, once);
  if (data[1] & 1) fill(other, (const char *)data + 2, size - 2, once);
  list(box);
  list(other);
  if (box->items->len == 0) return 0;
  if (data[1] & 2) rename_all((char)('A' + data[1] % 26));
  read_all();
  put(box_item(box, 0));
  if (once) move(data[0] % box->items->len, (data[1] & 2) != 0);
  return 0;
}
