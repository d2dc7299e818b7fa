/* box_store_slots.c - the folders of a store that is made of boxes
 * Owns:     which box a name, or a use, means; where the notes lie that stand for keywords.
 * Must not: know a format or a protocol; move a message.
 * Fails:    STORE_ERROR_MAILBOX.
 * Tests:    tests/fetcher/box/test_box_store.c */
#include "fetcher/box/private.h"
#include <string.h>

BoxSlot *box_store_known(const BoxStore *store, const char *name)
{
  for (guint i = 0; i < store->slots->len; i++) {
    BoxSlot *slot = &g_array_index(store->slots, BoxSlot, i);
    if (strcmp(slot->shelf->box->name, name) == 0) return slot;
  }
  return NULL;
}

/* The place of the notes that stand for keywords: beside the quarantine and hidden, since mail programs list every
 * visible file as a folder. NULL for a name that is no path; the caller frees. */
static char *notes_beside(const char *quarantine)
{
  if (*quarantine != '/') return NULL;
  g_autofree char *folder = g_path_get_dirname(quarantine), *base = g_path_get_basename(quarantine);
  g_autofree char *name = g_strconcat(".backstop-restored-", base + strspn(base, "."), NULL);
  return g_build_filename(folder, name, NULL);
}

void box_store_add(Store *base, Box *box, BoxUse use)
{
  BoxStore *store = (BoxStore *)base;
  if (box_store_known(store, box->name) != NULL) {
    box_free(box);
    return;
  }
  BoxSlot slot = { shelf_new(store->ledger, store->account, box, use == BOX_SENT), use };
  g_array_append_val(store->slots, slot);
  if (use == BOX_QUARANTINE && base->notes == NULL) base->notes = notes_beside(box->name);
  if (use == BOX_RETURN && base->returns_to == NULL) base->returns_to = box->name;
}

Shelf *box_store_first(const BoxStore *store, BoxUse use)
{
  for (guint i = 0; i < store->slots->len; i++) {
    const BoxSlot *slot = &g_array_index(store->slots, BoxSlot, i);
    if (slot->use == use) return slot->shelf;
  }
  return NULL;
}

/* A folder that was swept in an earlier session is known by its path, so that its mail can be put back there. */
BoxSlot *box_store_slot(BoxStore *store, const char *name, GError **error)
{
  if (box_store_known(store, name) == NULL && *name == '/')
    box_store_add(&store->base, store->open_box(name, FALSE), BOX_OTHER);
  BoxSlot *slot = box_store_known(store, name);
  if (slot == NULL) g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "There is no folder \"%s\".", name);
  return slot;
}

gboolean box_store_need_open(const BoxStore *store, GError **error)
{
  if (store->open != NULL && store->open->listed) return TRUE;
  if (store->open != NULL) return shelf_refresh(store->open, TRUE, error);
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "No folder is open.");
  return FALSE;
}
