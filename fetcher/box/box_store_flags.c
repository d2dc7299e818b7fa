/* box_store_flags.c - a Store made of boxes: flags, and keywords, of which there are none
 * Owns:     the question what a message is marked with now.
 * Must not: trust flags that were listed a while ago.
 * Fails:    STORE_ERROR.
 * Tests:    tests/fetcher/box/test_box_store.c */
#include "fetcher/box/private.h"

#define HEADER_LIMIT ((gsize)65536)

gboolean box_mark(Store *base, const guint32 *uids, guint n, Mark mark, GError **error) { return TRUE; }

gboolean box_claim(Store *base, const guint32 *uids, guint n, GArray *claimed, GError **error)
{
  g_array_append_vals(claimed, uids, n);
  return TRUE;
}

static void see_nothing(guint item, GBytes *bytes, gpointer data) {}

/* By reading their headers again, since a box tells of flags as they are then. */
static gboolean look_prized(BoxStore *store, const guint32 *uids, guint n, GArray *prized, GError **error)
{
  Box *box = store->open->box;
  for (guint i = 0; i < n; i++) {
    const ShelfRow *row = shelf_row(store->open, uids[i]);
    if (row == NULL) continue;
    if (!box->class->read(box, &row->item, 1, BOX_HEADER, HEADER_LIMIT, see_nothing, NULL, error)) return FALSE;
    if (box_item(box, row->item)->prized) g_array_append_val(prized, uids[i]);
  }
  return TRUE;
}

/* What was moved or changed since it was listed is listed again first. */
gboolean box_prized(Store *base, const guint32 *uids, guint n, GArray *prized, GError **error)
{
  BoxStore *store = (BoxStore *)base;
  g_autoptr(GError) problem = NULL;
  if (!box_store_need_open(store, error)) return FALSE;
  if (store->open->box->removes_late) return TRUE; /* POP3 knows no flags */
  guint before = prized->len;
  if (look_prized(store, uids, n, prized, &problem)) return TRUE;
  g_array_set_size(prized, before);
  if (!g_error_matches(problem, STORE_ERROR, STORE_ERROR_MESSAGE)) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  shelf_doubt(store->open);
  return shelf_refresh(store->open, TRUE, error) && look_prized(store, uids, n, prized, error);
}
