/* box_rig.c - what a store made of boxes holds, and a box that removes late
 * Owns:     the box in memory.
 * Must not: need a server.
 * Fails:    as a test.
 * Tests:    used by tests/fetcher/box/ */
#include "tests/rigs/box_rig.h"
#include "ledger/account.h"
#include "ledger/configure.h"
#include <string.h>
#include <unistd.h>

/* A box in memory, as POP3 is one: what is removed is there until commit(). */
typedef struct {
  Box base;
  GPtrArray *texts; /* "KEY-text" */
  guint session;
} LateBox;

static char *late_stamp(Box *box, GError **error) { return g_strdup_printf("%u", ((LateBox *)box)->session); }

static gboolean late_list(Box *box, GError **error)
{
  LateBox *late = (LateBox *)box;
  g_array_set_size(box->items, 0);
  for (guint i = 0; i < late->texts->len; i++) {
    const char *text = late->texts->pdata[i];
    BoxItem item = { .key = box_key(text, strcspn(text, "-")), .size = strlen(text), .where = i };
    g_array_append_val(box->items, item);
  }
  box_count_twins(box->items);
  return TRUE;
}

static gboolean late_read(Box *box, const guint *items, guint n, BoxPart part, gsize limit, BoxCallback callback,
                          gpointer data, GError **error)
{
  for (guint i = 0; i < n; i++) {
    const BoxItem *item = box_item(box, items[i]);
    const char *text = ((LateBox *)box)->texts->pdata[item->where];
    if (item->length != 0) continue; /* removed */
    if (strstr(text, "refused") != NULL) {
      g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE, "refused");
      return FALSE;
    }
    g_autoptr(GBytes) bytes = g_bytes_new(text, MIN(strlen(text), limit));
    callback(items[i], bytes, data);
  }
  return TRUE;
}

static gboolean late_fetch(Box *box, guint item, int fd, GError **error)
{
  const char *text = ((LateBox *)box)->texts->pdata[box_item(box, item)->where];
  if (strstr(text, "broken") != NULL) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE, "not whole");
    return FALSE;
  }
  return write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

static gboolean late_remove(Box *box, const guint *items, guint n, GError **error)
{
  for (guint i = 0; i < n; i++) g_array_index(box->items, BoxItem, items[i]).length = 1;
  return TRUE;
}

static gboolean late_commit(Box *box, GError **error)
{
  LateBox *late = (LateBox *)box;
  g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < box->items->len; i++)
    if (box_item(box, i)->length == 0) g_ptr_array_add(kept, g_strdup(late->texts->pdata[box_item(box, i)->where]));
  g_ptr_array_unref(late->texts);
  late->texts = g_steal_pointer(&kept);
  late->session++;
  return TRUE;
}

static void late_free(Box *box)
{
  g_ptr_array_unref(((LateBox *)box)->texts);
  g_free(box);
}

static const BoxClass late_class = { .stamp = late_stamp,
                                     .list = late_list,
                                     .read = late_read,
                                     .fetch = late_fetch,
                                     .remove = late_remove,
                                     .commit = late_commit,
                                     .free = late_free };

Box *late_box_new(const char *const *texts)
{
  LateBox *late = g_new0(LateBox, 1);
  box_init(&late->base, &late_class, "INBOX");
  late->base.removes_late = late->base.renumbers = TRUE;
  late->texts = g_ptr_array_new_with_free_func(g_free);
  for (; *texts != NULL; texts++) g_ptr_array_add(late->texts, g_strdup(*texts));
  return &late->base;
}

Ledger *box_rig_ledger(void)
{
  GError *error = NULL;
  const AccountSetup setup = { (char *)"home", (char *)"*" };
  Ledger *ledger = ledger_open(NULL, LEDGER_MEMORY, &error);
  assert_true(account_configure(ledger, &setup, 1, &error));
  return ledger;
}

void box_rig_put(const char *path, const char *part, const char *text)
{
  g_autofree char *file = g_build_filename(path, part, NULL);
  assert_true(g_file_set_contents(file, text, -1, NULL));
}

char *box_rig_maildir(const char *name)
{
  char *path = rig_path(name);
  g_autoptr(Box) box = maildir_box_new(path);
  assert_true(box->class->make(box, NULL));
  return path;
}

FolderStatus box_rig_open(Store *store, const char *name)
{
  FolderStatus status;
  GError *error = NULL;
  if (!store->class->select(store, name, &status, &error)) fail_msg("%s", error->message);
  return status;
}

void box_rig_note(const ScanRow *row, gpointer data)
{
  GString *text = data;
  if (row->unreadable) {
    g_string_append_printf(text, "%u:unreadable ", row->uid);
    return;
  }
  const char *end = memchr(row->fields, '\n', row->length);
  int length = end != NULL ? (int)(end - row->fields) : (int)row->length;
  g_string_append_printf(text, "%u:%.*s ", row->uid, length, row->fields);
}

static gint by_word(gconstpointer a, gconstpointer b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* "1:A 2:B": UIDs and first header lines of the folder, sorted. */
void box_rig_expect(Store *store, const char *folder, const char *want)
{
  GError *error = NULL;
  g_autoptr(GString) got = g_string_new(NULL);
  box_rig_open(store, folder);
  if (!store->class->scan(store, 1, G_MAXUINT32, NULL, box_rig_note, got, &error)) fail_msg("%s", error->message);
  g_auto(GStrv) words = g_strsplit(g_strstrip(got->str), " ", -1);
  qsort(words, g_strv_length(words), sizeof *words, by_word);
  g_autofree char *text = g_strjoinv(" ", words);
  assert_string_equal(text, want);
}
