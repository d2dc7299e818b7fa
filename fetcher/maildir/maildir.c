/* maildir.c - a Maildir as a box
 * Owns:     which file is which message.
 * Must not: change a message or its flags; call a message gone whose file was only renamed.
 * Fails:    STORE_ERROR_MAILBOX, naming the folder; MESSAGE for one file. A message is there whole or not at all.
 * Tests:    tests/fetcher/maildir/test_maildir.c */
#include "fetcher/maildir/private.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 65536
#define YEAR_1980 ((gint64)315532800)

static const char *bare(const char *name) { return name + 4; /* "new/", "cur/" */ }

/* Sorts by the time of delivery, with which names begin. Names with the same base come together, the one in "cur"
 * first. */
static gint by_time(gconstpointer a, gconstpointer b)
{
  const char *x = *(char *const *)a, *y = *(char *const *)b;
  guint64 s = g_ascii_strtoull(bare(x), NULL, 10), t = g_ascii_strtoull(bare(y), NULL, 10);
  if (s != t) return s < t ? -1 : 1;
  gsize m = maildir_base(bare(x)), n = maildir_base(bare(y));
  int order = strncmp(bare(x), bare(y), MIN(m, n));
  if (order != 0) return order;
  if (m != n) return m < n ? -1 : 1;
  return strcmp(x, y);
}

static gboolean same_base(const char *a, const char *b)
{
  gsize n = maildir_base(bare(a));
  return n == maildir_base(bare(b)) && strncmp(bare(a), bare(b), n) == 0;
}

/* The number behind ",W=" in the base, G_MAXUINT64 when there is none: the size of RFC 822, as Dovecot notes it. */
static guint64 noted_size(const char *name)
{
  const char *found = g_strstr_len(name, (gssize)maildir_base(name), ",W=");
  return found != NULL && g_ascii_isdigit(found[3]) ? g_ascii_strtoull(found + 3, NULL, 10) : G_MAXUINT64;
}

/* The letters behind ":2,": T trashed, F flagged, R replied (maildir(5)). */
static gboolean has_flag(const char *name, const char *letters)
{
  const char *flags = strstr(name, ":2,");
  return flags != NULL && strpbrk(flags + 3, letters) != NULL;
}

/* FALSE: the file is no message, or is gone (*gone: perhaps renamed). The time of the message is that of its name or
 * of its file, whichever is earlier: a copied folder has new file times, and old mail may have new names. */
static gboolean item_of(const MaildirBox *box, guint index, BoxItem *item, gboolean *gone)
{
  const char *name = box->names->pdata[index], *base = bare(name);
  g_autofree char *path = g_build_filename(box->base.name, name, NULL);
  gint64 named = (gint64)g_ascii_strtoull(base, NULL, 10);
  guint64 size = noted_size(base);
  struct stat status;
  if (stat(path, &status) != 0) {
    if (lstat(path, &status) != 0 && errno == ENOENT) *gone = TRUE;
    return FALSE;
  }
  if (!S_ISREG(status.st_mode)) return FALSE;
  *item = (BoxItem){ .key = maildir_key(base),
                     .size = size != G_MAXUINT64 ? size : (guint64)status.st_size,
                     .stored = status.st_mtim.tv_sec,
                     .deleted = has_flag(base, "T"),
                     .prized = has_flag(base, "FR"),
                     .where = index };
  if (named >= YEAR_1980) item->stored = MIN(item->stored, named);
  return TRUE;
}

/* *gone: a file was not there any more. */
static gboolean list_once(MaildirBox *box, gboolean *gone, GError **error)
{
  GArray *items = box->base.items;
  *gone = FALSE;
  g_array_set_size(items, 0);
  g_clear_pointer(&box->names, g_ptr_array_unref);
  box->names = maildir_names(box, error);
  if (box->names == NULL) return FALSE;
  g_ptr_array_sort(box->names, by_time);
  const char *last = NULL; /* the name of the last item: what is no message has none to take away */
  for (guint i = 0; i < box->names->len; i++) {
    BoxItem item;
    const char *name = box->names->pdata[i];
    if ((last != NULL && same_base(last, name)) || !item_of(box, i, &item, gone)) continue;
    g_array_append_val(items, item);
    last = name;
  }
  return TRUE;
}

/* Of the names, and of the folders that they are in: a copy of the Maildir at another place has another print. */
static guint64 print_of(const MaildirBox *box)
{
  g_autoptr(GString) all = g_string_new(NULL);
  for (guint i = 0; i < MAILDIR_PARTS; i++) {
    g_autofree char *folder = g_build_filename(box->base.name, maildir_parts[i], NULL);
    struct stat status = { 0 };
    if (stat(folder, &status) != 0) return 0;
    g_string_append_printf(all, "%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT "\n", (guint64)status.st_dev,
                           (guint64)status.st_ino);
  }
  for (guint i = 0; i < box->names->len; i++) {
    g_string_append(all, box->names->pdata[i]);
    g_string_append_c(all, '\n');
  }
  return (guint64)box_key(all->str, all->len);
}

/* Lists again until each name is that of a file. */
static gboolean maildir_list(Box *base, GError **error)
{
  MaildirBox *box = (MaildirBox *)base;
  gboolean gone = TRUE;
  for (guint i = 0; i < MAILDIR_LISTINGS && gone; i++)
    if (!list_once(box, &gone, error)) return FALSE;
  if (gone) {
    g_array_set_size(base->items, 0);
    g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "%s: changes too fast to be looked at now", base->name);
    return FALSE;
  }
  box_count_twins(base->items);
  base->print = print_of(box);
  base->read_only = FALSE;
  for (guint i = 0; i < MAILDIR_PARTS; i++) {
    g_autofree char *folder = g_build_filename(base->name, maildir_parts[i], NULL);
    if (access(folder, W_OK) != 0) base->read_only = TRUE;
  }
  return TRUE;
}

/* Something is there, but no file. */
static gboolean is_no_file(const char *path)
{
  struct stat status;
  return lstat(path, &status) == 0 && !(stat(path, &status) == 0 && S_ISREG(status.st_mode));
}

/* The path that the item's file has now. NULL without error when it is gone. */
static char *path_of(MaildirBox *box, guint item, GError **error)
{
  char **name = (char **)&box->names->pdata[box_item(&box->base, item)->where];
  g_autofree char *path = g_build_filename(box->base.name, *name, NULL);
  struct stat status;
  if (lstat(path, &status) == 0) return g_steal_pointer(&path);
  if (errno != ENOENT) {
    maildir_fail(path, "cannot be looked at", error);
    return NULL;
  }
  g_autoptr(GPtrArray) names = maildir_names(box, error);
  for (guint i = 0; names != NULL && i < names->len; i++) {
    if (!same_base(names->pdata[i], *name)) continue;
    g_autofree char *now = g_build_filename(box->base.name, names->pdata[i], NULL);
    if (is_no_file(now)) continue;
    g_free(*name);
    *name = g_strdup(names->pdata[i]);
    g_array_index(box->base.items, BoxItem, item).prized = has_flag(bare(*name), "FR");
    return g_steal_pointer(&now);
  }
  return NULL;
}

/* -1: gone, or with error. */
static int open_item(MaildirBox *box, guint item, GError **error)
{
  g_autoptr(GError) problem = NULL;
  for (guint i = 0; i < MAILDIR_LISTINGS; i++) {
    g_autofree char *path = path_of(box, item, &problem);
    if (path == NULL) break;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOATIME);
    if (fd < 0 && errno == EPERM) fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd >= 0) return fd;
    if (errno == ENOENT) continue; /* renamed in this very moment */
    g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE, "%s: cannot be read: %s", path, g_strerror(errno));
    return -1;
  }
  if (problem != NULL) g_propagate_error(error, g_steal_pointer(&problem));
  return -1;
}

/* How long the header in these bytes is; 0 when it does not end in them. */
static gsize header_end(const GByteArray *bytes)
{
  const char *text = (const char *)bytes->data;
  for (gsize i = 0; i < bytes->len;) {
    gsize left = bytes->len - i;
    if (text[i] == '\n' || (left > 1 && text[i] == '\r' && text[i + 1] == '\n')) return MAX(i, 1);
    const char *newline = memchr(text + i, '\n', left);
    if (newline == NULL) return 0;
    i = (gsize)(newline + 1 - text);
  }
  return 0;
}

static GBytes *read_fd(int fd, BoxPart part, gsize limit, int *number)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new();
  gsize wanted = part == BOX_HEADER ? 4096 : CHUNK, end = 0;
  *number = 0;
  while (bytes->len < limit && end == 0) {
    guint length = bytes->len;
    gsize step = MIN(wanted, limit - length);
    g_byte_array_set_size(bytes, length + (guint)step);
    ssize_t got = read(fd, bytes->data + length, step);
    g_byte_array_set_size(bytes, length + (guint)MAX(got, 0));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      *number = errno;
      return NULL;
    }
    if (got == 0) break;
    if (part == BOX_HEADER) end = header_end(bytes);
  }
  if (end != 0) g_byte_array_set_size(bytes, (guint)end);
  return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}

static gboolean maildir_read(Box *base, const guint *items, guint n, BoxPart part, gsize limit, BoxCallback callback,
                             gpointer data, GError **error)
{
  MaildirBox *box = (MaildirBox *)base;
  for (guint i = 0; i < n; i++) {
    g_autoptr(GError) problem = NULL;
    int number = 0, fd = open_item(box, items[i], &problem);
    if (problem != NULL) {
      g_propagate_error(error, g_steal_pointer(&problem));
      return FALSE;
    }
    if (fd < 0) continue;
    g_autoptr(GBytes) bytes = read_fd(fd, part, MIN(limit, G_MAXINT), &number);
    close(fd);
    if (bytes == NULL) {
      g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE, "%s: a message cannot be read: %s", base->name,
                  g_strerror(number));
      return FALSE;
    }
    callback(items[i], bytes, data);
  }
  return TRUE;
}

static gboolean maildir_fetch(Box *base, guint item, int fd, GError **error)
{
  g_autoptr(GError) problem = NULL;
  int from = open_item((MaildirBox *)base, item, &problem);
  if (from < 0) {
    if (problem != NULL)
      g_propagate_error(error, g_steal_pointer(&problem));
    else
      g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE, "The message is no longer there.");
    return FALSE;
  }
  gboolean done = maildir_copy(from, fd);
  if (!done) maildir_fail(base->name, "a message cannot be copied", error);
  close(from);
  return done;
}

static gboolean same_disk(const char *a, const char *b)
{
  struct stat x, y;
  return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev;
}

/* The bases of all names that a Maildir has. NULL with error. */
static GHashTable *bases_of(MaildirBox *box, GError **error)
{
  g_autoptr(GPtrArray) names = maildir_names(box, error);
  if (names == NULL) return NULL;
  GHashTable *bases = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < names->len; i++) {
    const char *name = bare(names->pdata[i]);
    g_hash_table_add(bases, g_strndup(name, maildir_base(name)));
  }
  return bases;
}

/* Moves a file under its own name, or under a new one where its base is taken: two files with one base are one message
 * to whoever reads a Maildir, even where their flags differ. *to: the name it has. */
static gboolean rename_into(const char *from, const char *name, const BoxItem *item, const char *folder,
                            GHashTable *taken, char **to)
{
  g_autofree char *target = g_build_filename(folder, name, NULL), *base = g_strndup(name, maildir_base(name));
  if (!g_hash_table_contains(taken, base)) {
    if (renameat2(AT_FDCWD, from, AT_FDCWD, target, RENAME_NOREPLACE) == 0) {
      *to = g_strdup(name);
      return TRUE;
    }
    if (errno != EEXIST && errno != EINVAL) return FALSE;
  }
  g_autofree char *fresh = maildir_new_name(item->stored, item->size);
  g_autofree char *other = g_strconcat(fresh, name + maildir_base(name), NULL),
                  *path = g_build_filename(folder, other, NULL);
  if (rename(from, path) != 0) return FALSE;
  *to = g_steal_pointer(&other);
  return TRUE;
}

/* taken: the bases in the target. */
static gboolean carry_one(MaildirBox *box, guint item, const char *to, GHashTable *taken, GArray *moved, GError **error)
{
  for (guint i = 0; i < MAILDIR_LISTINGS; i++) {
    g_autoptr(GError) problem = NULL;
    g_autofree char *from = path_of(box, item, &problem), *name = NULL;
    if (problem != NULL) {
      g_propagate_error(error, g_steal_pointer(&problem));
      return FALSE;
    }
    if (from == NULL) return TRUE;
    const char *known = box->names->pdata[box_item(&box->base, item)->where];
    g_autofree char *folder = g_strdup_printf("%s/%.3s", to, known);
    if (rename_into(from, bare(known), box_item(&box->base, item), folder, taken, &name)) {
      BoxMove move = { item, maildir_key(name) };
      g_array_append_val(moved, move);
      return TRUE;
    }
    if (errno != ENOENT) return maildir_fail(folder, "a message cannot be moved there", error);
  }
  return TRUE;
}

static gboolean sync_all(const char *path, GError **error)
{
  for (guint i = 0; i < MAILDIR_PARTS; i++)
    if (!maildir_sync_folder(path, maildir_parts[i], error)) return FALSE;
  return TRUE;
}

static gboolean maildir_carry(Box *base, const guint *items, guint n, Box *to, GArray *moved, gboolean *at_once,
                              GError **error)
{
  *at_once = same_disk(base->name, to->name);
  if (!*at_once || n == 0) return *at_once;
  g_autoptr(GHashTable) taken = bases_of((MaildirBox *)to, error);
  if (taken == NULL) return FALSE;
  for (guint i = 0; i < n; i++)
    if (!carry_one((MaildirBox *)base, items[i], to->name, taken, moved, error)) return FALSE;
  return sync_all(to->name, error) && sync_all(base->name, error);
}

static gboolean remove_one(MaildirBox *box, guint item, GError **error)
{
  for (guint i = 0; i < MAILDIR_LISTINGS; i++) {
    g_autoptr(GError) problem = NULL;
    g_autofree char *path = path_of(box, item, &problem);
    if (problem != NULL) {
      g_propagate_error(error, g_steal_pointer(&problem));
      return FALSE;
    }
    if (path == NULL || unlink(path) == 0) return TRUE;
    if (errno != ENOENT) return maildir_fail(path, "cannot be removed", error);
  } /* renamed in this very moment */
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "%s: changes too fast for a message to be removed now",
              box->base.name);
  return FALSE;
}

static gboolean maildir_remove(Box *base, const guint *items, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    if (!remove_one((MaildirBox *)base, items[i], error)) return FALSE;
  return sync_all(base->name, error);
}

static gboolean maildir_watch(Box *base, int inotify, GError **error)
{
  for (guint i = 0; i < MAILDIR_PARTS; i++) {
    g_autofree char *folder = g_build_filename(base->name, maildir_parts[i], NULL);
    if (inotify_add_watch(inotify, folder, IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR) < 0)
      return maildir_fail(folder, "cannot be watched", error);
  }
  return TRUE;
}

static void maildir_free(Box *base)
{
  MaildirBox *box = (MaildirBox *)base;
  maildir_drop_drafts(box);
  g_ptr_array_unref(box->drafts);
  g_clear_pointer(&box->names, g_ptr_array_unref);
  if (box->renames >= 0) close(box->renames);
  g_free(box);
}

static const BoxClass maildir_class = {
  .stamp = maildir_stamp,
  .list = maildir_list,
  .read = maildir_read,
  .fetch = maildir_fetch,
  .put = maildir_put,
  .sync = maildir_sync,
  .carry = maildir_carry,
  .remove = maildir_remove,
  .make = maildir_make,
  .watch = maildir_watch,
  .free = maildir_free,
};

Box *maildir_box_new(const char *path)
{
  MaildirBox *box = g_new0(MaildirBox, 1);
  box->renames = -1;
  box->drafts = g_ptr_array_new_with_free_func(g_free);
  box_init(&box->base, &maildir_class, path);
  return &box->base;
}
