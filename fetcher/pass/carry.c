/* carry.c - one message, or a batch, on its way to another folder
 * Owns:     the order of copy, note and removal.
 * Must not: decide where a message goes (settle.c does); remove a message whose copy was not seen.
 * Fails:    STORE_ERROR, LEDGER_ERROR; the message is at its start, at its goal, or at both.
 * Tests:    tests/fetcher/pass/test_settle.c */
#include "fetcher/pass/carry.h"
#include "fetcher/pass/locate.h"

gboolean carry_was_gone(GError **error)
{
  g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE, "the message was gone before it could be moved");
  return FALSE;
}

/* This pass found the copy, and did not make it: it may not be on the disk yet. */
static gboolean make_durable(Run *run, const char *folder, GError **error)
{
  const StoreClass *class = run->store->class;
  return class->sync == NULL || class->sync(run->store, folder, error);
}

gboolean carry_one(Run *run, const Trip *trip, guint32 uid, guint32 copied, guint32 *where, GError **error)
{
  const StoreClass *class = run->store->class;
  *where = copied;
  if (copied != 0 && !make_durable(run, trip->to, error)) return FALSE;
  if (copied != 0 || trip->removes) return class->remove(run->store, &uid, 1, error);
  g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(UidPair));
  if (trip->marked && !class->mark(run->store, &uid, 1, trip->mark, error)) return FALSE;
  if (!class->move(run->store, &uid, 1, trip->to, pairs, error)) return FALSE;
  if (pairs->len == 0) return carry_was_gone(error);
  *where = g_array_index(pairs, UidPair, 0).to;
  return TRUE;
}

GArray *carry_uids(const GPtrArray *entries)
{
  GArray *uids = g_array_new(FALSE, FALSE, sizeof(guint32));
  for (guint i = 0; i < entries->len; i++) g_array_append_val(uids, ((const Entry *)entries->pdata[i])->home.uid);
  return uids;
}

static const Entry *entry_at(const GPtrArray *entries, guint32 uid)
{
  for (guint i = 0; i < entries->len; i++)
    if (((const Entry *)entries->pdata[i])->home.uid == uid) return entries->pdata[i];
  return NULL;
}

/* Copies of these entries lie in `to`: tells the journal where (pairs), before anything is removed. Else a twin (the
 * same message, delivered twice) could be taken for a copy. */
static gboolean note_copies(Run *run, const GPtrArray *entries, const char *to, const GArray *pairs, GError **error)
{
  FolderStatus status;
  g_autoptr(GArray) copies = g_array_new(FALSE, TRUE, sizeof(Confirmation));
  if (!run->store->class->peek(run->store, to, &status, error)) return FALSE;
  for (guint i = 0; i < pairs->len; i++) {
    const UidPair *pair = &g_array_index(pairs, UidPair, i);
    Confirmation copy = { .id = entry_at(entries, pair->from)->id, .where = { (char *)to, status.validity, pair->to } };
    g_array_append_val(copies, copy);
  }
  return journal_copied(run->ledger, (const Confirmation *)(gpointer)copies->data, copies->len, error);
}

/* Keeps only those new copies that are what was judged: a server may send another message than it showed, and an mbox
 * cannot hold every message unchanged. Removes the other copies; their sources stay. */
static gboolean check_copies(Run *run, const GPtrArray *entries, const char *to, GArray *pairs, GError **error)
{
  g_autofree char *from = g_strdup(run->open.folder);
  if (pairs->len == 0) return TRUE;
  if (!run_select(run, to, error)) return FALSE;
  for (guint i = 0; i < pairs->len;) {
    const UidPair *pair = &g_array_index(pairs, UidPair, i);
    const Entry *entry = entry_at(entries, pair->from);
    gboolean same = FALSE;
    if (!locate_is_same(run, pair->to, &entry->fingerprint, &same, error)) return FALSE;
    if (same)
      i++;
    else if (run->store->class->remove(run->store, &pair->to, 1, error))
      g_array_remove_index(pairs, i);
    else
      return FALSE;
  }
  return run_select(run, from, error);
}

gboolean carry_batch_late(Run *run, const GPtrArray *entries, const char *to, GArray *pairs, GError **error)
{
  const StoreClass *class = run->store->class;
  g_autoptr(GArray) copied = g_array_new(FALSE, FALSE, sizeof(guint32));
  if (pairs->len == 0) {
    g_autoptr(GArray) uids = carry_uids(entries);
    if (!class->copy(run->store, (const guint32 *)(gpointer)uids->data, uids->len, to, pairs, error)
        || !check_copies(run, entries, to, pairs, error))
      return FALSE;
  } else if (!make_durable(run, to, error)) {
    return FALSE;
  }
  if (!note_copies(run, entries, to, pairs, error)) return FALSE;
  for (guint i = 0; i < pairs->len; i++) g_array_append_val(copied, g_array_index(pairs, UidPair, i).from);
  run->settle.leaving = TRUE;
  return class->remove(run->store, (const guint32 *)(gpointer)copied->data, copied->len, error);
}

gboolean carry_late(Run *run, const Entry *entry, const char *to, guint32 uid, guint32 copied, GError **error)
{
  g_autoptr(GPtrArray) one = g_ptr_array_new();
  g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(UidPair));
  Entry here = *entry; /* borrowed from it */
  UidPair pair = { uid, copied };
  here.home.uid = uid;
  g_ptr_array_add(one, &here);
  if (copied != 0) g_array_append_val(pairs, pair);
  if (!carry_batch_late(run, one, to, pairs, error)) return FALSE;
  if (pairs->len > 0) return TRUE;
  g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE,
              "the message was gone before it could be moved, or what came of it is not what was judged");
  return FALSE;
}
