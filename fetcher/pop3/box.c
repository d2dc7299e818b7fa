/* box.c - a POP3 maildrop as a box
 * Owns:     the keys of messages; the session that commit() renews, and its secret.
 * Must not: speak POP3 itself; end a session with QUIT if no message was marked, unless commit() is called.
 * Fails:    as box.h says.
 * Tests:    tests/fetcher/pop3/test_box.c, tests/fetcher/pop3/test_box_again.c, tests/fetcher/pop3/test_box_end.c */
#include "fetcher/pop3/box.h"
#include "fetcher/pop3/box_read.h"
#include "fetcher/secret/secret.h"
#include <string.h>

/* How much of a header is read to make a key. */
#define HEADER_LIMIT ((gsize)256 << 10)
/* Seconds that the server has to answer QUIT. */
#define LAST_WORD 2

typedef struct {
  Box base; /* item->where: index into rows; item->length: 1 once the message was marked for deletion in this session */
  const AccountConfig *account;
  char *secret;
  Pop3Link *link;     /* NULL after a commit() that failed */
  const GArray *rows; /* the rows of the link, since list() */
  char *stamp;
  gboolean marked; /* at least one message is marked for deletion */
} Pop3Box;

static Pop3Box *pop3(Box *box) { return (Pop3Box *)(gpointer)box; }

static BoxItem *item_at(Box *box, guint i) { return &g_array_index(box->items, BoxItem, i); }

const Pop3Row *pop3_box_row(const Box *box, guint item)
{
  return &g_array_index(((const Pop3Box *)(gconstpointer)box)->rows, Pop3Row, (guint)box_item(box, item)->where);
}

const GArray *pop3_box_rows(const Box *box) { return ((const Pop3Box *)(gconstpointer)box)->rows; }

Pop3Link *pop3_box_link(Box *box) { return pop3(box)->link; }

static gboolean take_link(Pop3Box *pop, Pop3Link *link)
{
  pop->link = link;
  pop->marked = FALSE;
  g_free(pop->stamp);
  pop->stamp = g_uuid_string_random();
  return pop->link != NULL;
}

static gboolean has_link(const Pop3Box *pop, GError **error)
{
  if (pop->link == NULL)
    g_set_error(error, STORE_ERROR, STORE_ERROR_LINK, "The session with %s has ended.", pop->account->host);
  return pop->link != NULL;
}

static void pop3_box_free(Box *box)
{
  Pop3Box *pop = pop3(box);
  if (pop->link != NULL && pop->marked) {
    pop3_link_set_timeout(pop->link, LAST_WORD);
    pop3_link_quit(pop->link, NULL);
  }
  pop3_link_free(pop->link);
  secret_free(pop->secret);
  g_free(pop->stamp);
  g_free(pop);
}

static char *pop3_box_stamp(Box *box, GError **error)
{
  return has_link(pop3(box), error) ? g_strdup(pop3(box)->stamp) : NULL;
}

static void take_key(guint item, GBytes *header, gpointer data)
{
  BoxItem *here = item_at(data, item);
  g_autofree char *size = g_strdup_printf("\n%" G_GUINT64_FORMAT, here->size);
  g_autoptr(GByteArray) all = g_byte_array_new();
  gsize length = 0;
  const guint8 *bytes = g_bytes_get_data(header, &length);
  g_byte_array_append(all, bytes, (guint)length);
  g_byte_array_append(all, (const guint8 *)size, (guint)strlen(size));
  here->key = box_key(all->data, all->len);
}

/* Makes keys for the items with key 0, whose unique-id does not tell them from all others. If the server refuses a
 * header, that item keeps the key 0. FALSE: the session broke. */
static gboolean find_keys(Pop3Box *pop, GError **error)
{
  Box *box = &pop->base;
  g_autoptr(GPtrArray) rows = g_ptr_array_new();
  g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(guint));
  g_autoptr(GError) problem = NULL;
  for (guint i = 0; i < box->items->len; i++) {
    if (box_item(box, i)->key != 0) continue;
    g_ptr_array_add(rows, (gpointer)pop3_box_row(box, i));
    g_array_append_val(items, i);
  }
  if (rows->len == 0
      || pop3_read_parts(pop->link, (const Pop3Row *const *)rows->pdata, (const guint *)(gpointer)items->data,
                         rows->len, BOX_HEADER, HEADER_LIMIT, take_key, box, &problem)
      || g_error_matches(problem, STORE_ERROR, STORE_ERROR_MESSAGE))
    return TRUE;
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

/* Makes an item of each row. An item gets key 0 if its unique-id is missing or names several messages. */
static void take_rows(Pop3Box *pop)
{
  g_autoptr(GHashTable) first = g_hash_table_new(g_str_hash, g_str_equal); /* unique-id → index of its item, plus 1 */
  GArray *items = pop->base.items;
  for (guint i = 0; i < pop->rows->len; i++) {
    const Pop3Row *row = &g_array_index(pop->rows, Pop3Row, i);
    BoxItem item = { .size = row->octets, .where = i };
    guint before = row->uid != NULL ? GPOINTER_TO_UINT(g_hash_table_lookup(first, row->uid)) : 0;
    if (before != 0)
      g_array_index(items, BoxItem, before - 1).key = 0;
    else if (row->uid != NULL) {
      item.key = box_key(row->uid, strlen(row->uid));
      g_hash_table_insert(first, row->uid, GUINT_TO_POINTER(i + 1));
    }
    g_array_append_val(items, item);
  }
}

static gboolean pop3_box_list(Box *box, GError **error)
{
  Pop3Box *pop = pop3(box);
  g_array_set_size(box->items, 0);
  if (!has_link(pop, error)) return FALSE;
  pop->rows = pop3_link_list(pop->link, error);
  if (pop->rows == NULL) return FALSE;
  take_rows(pop);
  if (!find_keys(pop, error)) {
    g_array_set_size(box->items, 0);
    return FALSE;
  }
  guint kept = 0, all = box->items->len;
  for (guint i = 0; i < all; i++)
    if (box_item(box, i)->key != 0) *item_at(box, kept++) = *box_item(box, i);
  g_array_set_size(box->items, kept);
  box_count_twins(box->items);
  return TRUE;
}

static gboolean pop3_box_read(Box *box, const guint *items, guint n, BoxPart part, gsize limit, BoxCallback callback,
                              gpointer data, GError **error)
{
  Pop3Box *pop = pop3(box);
  g_autoptr(GPtrArray) rows = g_ptr_array_new();
  g_autoptr(GArray) names = g_array_new(FALSE, FALSE, sizeof(guint));
  if (!has_link(pop, error)) return FALSE;
  for (guint i = 0; i < n; i++) {
    if (box_item(box, items[i])->length != 0) continue;
    g_ptr_array_add(rows, (gpointer)pop3_box_row(box, items[i]));
    g_array_append_val(names, items[i]);
  }
  return rows->len == 0
         || pop3_read_parts(pop->link, (const Pop3Row *const *)rows->pdata, (const guint *)(gpointer)names->data,
                            rows->len, part, limit, callback, data, error);
}

static gboolean pop3_box_fetch(Box *box, guint item, int fd, GError **error)
{
  Pop3Box *pop = pop3(box);
  if (!has_link(pop, error)) return FALSE;
  if (box_item(box, item)->length == 0) return pop3_read_whole(pop->link, pop3_box_row(box, item), fd, error);
  g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE, "The message is no longer there.");
  return FALSE;
}

static gboolean pop3_box_remove(Box *box, const guint *items, guint n, GError **error)
{
  Pop3Box *pop = pop3(box);
  g_autoptr(GError) first = NULL;
  if (!has_link(pop, error)) return FALSE;
  for (guint i = 0; i < n; i++) {
    g_autoptr(GError) problem = NULL;
    const Pop3Row *row = pop3_box_row(box, items[i]);
    if (box_item(box, items[i])->length != 0) continue;
    if (pop3_link_delete(pop->link, row->number, row->uid, &problem)) {
      item_at(box, items[i])->length = 1;
      pop->marked = TRUE;
      continue;
    }
    if (!g_error_matches(problem, STORE_ERROR, STORE_ERROR_MESSAGE)) {
      g_propagate_error(error, g_steal_pointer(&problem));
      return FALSE;
    }
    if (first == NULL) first = g_steal_pointer(&problem);
  }
  if (first == NULL) return TRUE;
  g_propagate_error(error, g_steal_pointer(&first));
  return FALSE;
}

/* The answer to QUIT proves nothing: the next listing tells what was removed. */
static gboolean pop3_box_commit(Box *box, GError **error)
{
  Pop3Box *pop = pop3(box);
  g_array_set_size(box->items, 0);
  pop->rows = NULL;
  if (!has_link(pop, error)) return FALSE;
  guint delay = pop3_link_delay(pop->link);
  pop3_link_quit(pop->link, NULL);
  g_clear_pointer(&pop->link, pop3_link_free);
  return take_link(pop, pop3_link_open_again(pop->account, pop->secret, delay, error));
}

static const BoxClass pop3_class = {
  .stamp = pop3_box_stamp,
  .list = pop3_box_list,
  .read = pop3_box_read,
  .fetch = pop3_box_fetch,
  .remove = pop3_box_remove,
  .commit = pop3_box_commit,
  .free = pop3_box_free,
};

Box *pop3_box_new(const AccountConfig *account, const char *secret, GError **error)
{
  Pop3Box *pop = g_new0(Pop3Box, 1);
  box_init(&pop->base, &pop3_class, "INBOX");
  pop->base.removes_late = TRUE;
  pop->base.renumbers = TRUE;
  pop->account = account;
  pop->secret = g_strdup(secret);
  if (take_link(pop, pop3_link_open(account, secret, error))) return &pop->base;
  box_free(&pop->base);
  return NULL;
}
