/* shelf.c - a box whose messages have UIDs
 * Owns:     which message of a box has which UID.
 * Must not: read mail; give a number before the ledger has it.
 * Fails:    STORE_ERROR, LEDGER_ERROR; the numbers stay as they were.
 * Tests:    tests/fetcher/box/test_box_store.c */
#include "fetcher/box/shelf.h"
#include <string.h>

#define FRESH ((gint64)7 * 86400) /* mail that is younger leaves a Sent folder only where somebody files it away */

Shelf *shelf_new(Ledger *ledger, const char *account, Box *box, gboolean lazy)
{
  Shelf *shelf = g_new0(Shelf, 1);
  shelf->ledger = ledger;
  shelf->account = account;
  shelf->box = box;
  shelf->lazy = lazy;
  shelf->rows = g_array_new(FALSE, FALSE, sizeof(ShelfRow));
  return shelf;
}

void shelf_free(Shelf *shelf)
{
  if (shelf == NULL) return;
  box_free(shelf->box);
  g_free(shelf->stamp);
  numbering_clear(&shelf->numbering);
  g_clear_pointer(&shelf->numbers, g_array_unref);
  g_array_unref(shelf->rows);
  g_free(shelf);
}

void shelf_doubt(Shelf *shelf) { shelf->listed = shelf->failed = FALSE; }

/* What the ledger notes of a box: its stamp, and (after the mark) the print of its files' names. */
#define PRINT_MARK '#'

static gboolean is_stamp_of(const char *noted, const char *stamp)
{
  gsize length = stamp != NULL ? strlen(stamp) : 0;
  return noted != NULL && stamp != NULL && strncmp(noted, stamp, length) == 0
         && (noted[length] == '\0' || noted[length] == PRINT_MARK);
}

gboolean shelf_has_changed(const Shelf *shelf)
{
  gboolean noted = shelf->lazy && shelf->looked && !shelf->failed;
  if (!shelf->listed && !shelf->failed && !noted) return TRUE;
  g_autofree char *stamp = shelf->box->class->stamp(shelf->box, NULL);
  return shelf->listed || shelf->failed ? g_strcmp0(stamp, shelf->stamp) != 0
                                        : !is_stamp_of(shelf->numbering.stamp, stamp);
}

static gint by_key(gconstpointer a, gconstpointer b)
{
  const Number *x = a, *y = b;
  if (x->key != y->key) return x->key < y->key ? -1 : 1;
  return (x->uid > y->uid) - (x->uid < y->uid);
}

static gint by_uid(gconstpointer a, gconstpointer b)
{
  const ShelfRow *x = a, *y = b;
  return (x->uid > y->uid) - (x->uid < y->uid);
}

/* Returns the index of the first number with this key. *count: how many have it (twins have several), in the order
 * they came. */
static guint numbers_of(const Shelf *shelf, gint64 key, guint *count)
{
  guint low = 0, high = shelf->numbers->len;
  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (g_array_index(shelf->numbers, Number, middle).key < key)
      low = middle + 1;
    else
      high = middle;
  }
  for (high = low; high < shelf->numbers->len && g_array_index(shelf->numbers, Number, high).key == key;) high++;
  *count = high - low;
  return low;
}

guint32 shelf_uid_of_key(const Shelf *shelf, gint64 key, guint twins)
{
  guint count, first;
  if (shelf->numbers == NULL) return 0;
  first = numbers_of(shelf, key, &count);
  return twins < count ? g_array_index(shelf->numbers, Number, first + count - 1 - twins).uid : 0;
}

const ShelfRow *shelf_row(const Shelf *shelf, guint32 uid)
{
  ShelfRow wanted = { .uid = uid };
  guint at;
  return g_array_binary_search(shelf->rows, &wanted, by_uid, &at) ? &g_array_index(shelf->rows, ShelfRow, at) : NULL;
}

guint shelf_first(const Shelf *shelf, guint32 uid)
{
  guint low = 0, high = shelf->rows->len;
  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (g_array_index(shelf->rows, ShelfRow, middle).uid < uid)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* The difference between the numbers that the ledger knows and the messages in the box. */
typedef struct {
  GArray *come; /* Number, keys in the box's order */
  GArray *gone; /* guint32 */
} Difference;

/* How many items have this one's key. sizes: of the groups that were met, by their first item. */
static guint group_size(GHashTable *sizes, const BoxItem *item)
{
  guint size = GPOINTER_TO_UINT(g_hash_table_lookup(sizes, &item->key));
  if (size != 0) return size;
  if (item->twins > 0) g_hash_table_insert(sizes, (gpointer)&item->key, GUINT_TO_POINTER(item->twins + 1));
  return item->twins + 1;
}

/* Twins are the same message, so it does not matter which of them has which number. But a message that has a number
 * must keep it when a twin comes: so a new twin counts as the last one. When a twin goes, it counts as the first one,
 * since the first is moved first. */
static guint compare(const Shelf *shelf, Difference *difference)
{
  guint known = 0;
  g_autofree guint8 *seen = g_malloc0(shelf->numbers->len + 1);
  g_autoptr(GHashTable) sizes = g_hash_table_new(g_int64_hash, g_int64_equal);
  for (guint i = 0; i < shelf->box->items->len; i++) {
    const BoxItem *item = box_item(shelf->box, i);
    guint count, first = numbers_of(shelf, item->key, &count), size = group_size(sizes, item);
    guint at = size - 1 - item->twins + (count > size ? count - size : 0);
    if (at < count) {
      seen[first + at] = 1;
      known++;
    } else {
      Number number = { .key = item->key };
      g_array_append_val(difference->come, number);
    }
  }
  for (guint i = 0; i < shelf->numbers->len; i++)
    if (!seen[i]) g_array_append_val(difference->gone, g_array_index(shelf->numbers, Number, i).uid);
  return known;
}

static void apply(Shelf *shelf, const Difference *difference, gboolean anew)
{
  g_autoptr(GHashTable) gone = g_hash_table_new(NULL, NULL);
  guint kept = 0;
  for (guint i = 0; i < difference->gone->len; i++)
    g_hash_table_add(gone, GUINT_TO_POINTER(g_array_index(difference->gone, guint32, i)));
  for (guint i = 0; i < shelf->numbers->len && !anew; i++) {
    Number number = g_array_index(shelf->numbers, Number, i);
    if (!g_hash_table_contains(gone, GUINT_TO_POINTER(number.uid)))
      g_array_index(shelf->numbers, Number, kept++) = number;
  }
  g_array_set_size(shelf->numbers, kept);
  g_array_append_vals(shelf->numbers, difference->come->data, difference->come->len);
  g_array_sort(shelf->numbers, by_key);
}

static void make_rows(Shelf *shelf)
{
  g_array_set_size(shelf->rows, 0);
  for (guint i = 0; i < shelf->box->items->len; i++) {
    const BoxItem *item = box_item(shelf->box, i);
    ShelfRow row = { shelf_uid_of_key(shelf, item->key, item->twins), i };
    if (row.uid != 0) g_array_append_val(shelf->rows, row);
  }
  g_array_sort(shelf->rows, by_uid);
}

/* If no message in a maildrop has kept its unique-id, the server has most likely given new ones to the same messages.
 * A mistake costs only a second look. */
static gboolean was_renumbered(const Shelf *shelf, guint known)
{
  return shelf->box->renumbers && known == 0 && shelf->numbers->len > 0 && shelf->box->items->len > 0;
}

/* What to note: the stamp, and the print only where the box was the same before and after the listing. */
static char *to_note(const Shelf *shelf, const char *stamp)
{
  g_autofree char *after = shelf->box->print != 0 ? shelf->box->class->stamp(shelf->box, NULL) : NULL;
  if (g_strcmp0(stamp, after) != 0) return g_strdup(stamp);
  return g_strdup_printf("%s%c%016" G_GINT64_MODIFIER "x", stamp, PRINT_MARK, shelf->box->print);
}

/* Did the box change though each file has the name that it had? Then one came, and went. */
static gboolean came_and_went(const Shelf *shelf, const char *noted)
{
  const char *before = shelf->numbering.stamp != NULL ? strchr(shelf->numbering.stamp, PRINT_MARK) : NULL;
  const char *now = strchr(noted, PRINT_MARK);
  return before != NULL && now != NULL && g_str_equal(before, now) && !g_str_equal(shelf->numbering.stamp, noted);
}

/* Is one of these gone that is younger than some days, as far as those tell that came before it? */
static gboolean fresh_left(const Shelf *shelf, const GArray *gone)
{
  guint32 old = 0;
  gint64 since = g_get_real_time() / G_USEC_PER_SEC - FRESH;
  for (guint i = 0; i < shelf->rows->len; i++) {
    const ShelfRow *row = &g_array_index(shelf->rows, ShelfRow, i);
    if (box_item(shelf->box, row->item)->stored < since) old = row->uid;
  }
  for (guint i = 0; i < gone->len; i++)
    if (g_array_index(gone, guint32, i) > old) return TRUE;
  return FALSE;
}

static gboolean list(Shelf *shelf, const char *stamp, GError **error)
{
  g_autoptr(GArray) come = g_array_new(FALSE, FALSE, sizeof(Number));
  g_autoptr(GArray) gone = g_array_new(FALSE, FALSE, sizeof(guint32));
  Difference difference = { come, gone };
  shelf->listed = FALSE;
  if (shelf->numbers == NULL) {
    shelf->numbers = number_list(shelf->ledger, shelf->account, shelf->box->name, error);
    if (shelf->numbers == NULL) return FALSE;
    g_array_sort(shelf->numbers, by_key);
  }
  if (!shelf->box->class->list(shelf->box, error)) return FALSE;
  gboolean anew = was_renumbered(shelf, compare(shelf, &difference));
  g_autofree char *noted = shelf->lazy ? to_note(shelf, stamp) : NULL;
  gboolean passed = shelf->lazy && come->len + gone->len == 0 && came_and_went(shelf, noted);
  if (!number_update(shelf->ledger, shelf->account, shelf->box->name, anew, gone, come, noted, &shelf->numbering,
                     error))
    return FALSE;
  apply(shelf, &difference, anew);
  make_rows(shelf);
  shelf->passed = shelf->passed || passed || (shelf->lazy && !shelf->looked && fresh_left(shelf, gone));
  shelf->listed = TRUE;
  return TRUE;
}

static gboolean refresh(Shelf *shelf, gboolean rows, const char *stamp, GError **error)
{
  if (!shelf->known && !numbering_get(shelf->ledger, shelf->account, shelf->box->name, &shelf->numbering, error))
    return FALSE;
  shelf->known = TRUE;
  if (shelf->listed && g_strcmp0(stamp, shelf->stamp) == 0) return TRUE;
  gboolean same = shelf->numbering.validity != 0 && is_stamp_of(shelf->numbering.stamp, stamp);
  return (shelf->lazy && !rows && same) || list(shelf, stamp, error);
}

gboolean shelf_refresh(Shelf *shelf, gboolean rows, GError **error)
{
  g_autofree char *stamp = shelf->box->class->stamp(shelf->box, error);
  gboolean done = stamp != NULL && refresh(shelf, rows, stamp, error);
  shelf->failed = !done;
  if (!done) shelf->listed = FALSE;
  if (done) shelf->looked = TRUE;
  if (done && !shelf->listed) return TRUE; /* the ledger knows how it is */
  g_free(shelf->stamp);
  shelf->stamp = g_steal_pointer(&stamp);
  return done;
}
