/* prized.c - messages that the owner has flagged or answered
 * Owns:     the last question before a move into quarantine: is the message flagged or answered by now?
 * Must not: move a message into quarantine.
 * Fails:    STORE_ERROR, LEDGER_ERROR; nothing may be moved then.
 * Tests:    tests/fetcher/pass/test_prized.c, tests/e2e/test_hands.py */
#include "fetcher/pass/prized.h"
#include "fetcher/pass/rivals.h"

gboolean prized_is(Run *run, guint32 uid, gboolean *prized, GError **error)
{
  g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(guint32));
  *prized = FALSE;
  if (run->store->class->prized == NULL) return TRUE;
  if (!run->store->class->prized(run->store, &uid, 1, found, error)) return FALSE;
  *prized = found->len > 0;
  return TRUE;
}

static gboolean stays(const Entry *entry, const GArray *prized)
{
  for (guint i = 0; i < prized->len; i++)
    if (g_array_index(prized, guint32, i) == entry->home.uid) return TRUE;
  return FALSE;
}

gboolean prized_drop(Run *run, GPtrArray *moving, GError **error)
{
  const StoreClass *class = run->store->class;
  g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
  g_autoptr(GArray) prized = g_array_new(FALSE, FALSE, sizeof(guint32));
  if (class->prized == NULL) return TRUE;
  for (guint i = 0; i < moving->len; i++) g_array_append_val(uids, ((const Entry *)moving->pdata[i])->home.uid);
  if (!class->prized(run->store, (const guint32 *)(gpointer)uids->data, uids->len, prized, error)) return FALSE;
  for (guint i = 0; i < moving->len;) {
    const Entry *entry = moving->pdata[i];
    if (!stays(entry, prized)) {
      i++;
      continue;
    }
    if (!journal_put_off(run->ledger, entry->id, 0, FALSE, PRIZED_REASON, error)) return FALSE;
    g_ptr_array_remove_index(moving, i);
  }
  return TRUE;
}

gboolean prized_leave(Run *run, const Entry *entry, const char *to, guint32 copied, GError **error)
{
  if (copied != 0 && !rivals_possible(run->store)
      && (!run_select(run, to, error) || !run->store->class->remove(run->store, &copied, 1, error)))
    return FALSE;
  return journal_put_off(run->ledger, entry->id, 0, FALSE, PRIZED_REASON, error);
}
