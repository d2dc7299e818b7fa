/* sample.c - a few ordinary messages, read for what is learned of them
 * Owns:     which messages are read, and how many in a pass.
 * Must not: know what is learned.
 * Fails:    STORE_ERROR that ends the pass, LEDGER_ERROR; what concerns one message or folder changes nothing.
 * Tests:    tests/fetcher/pass/test_sample.c */
#include "fetcher/pass/sample.h"

void sample_note(Sample *sample, guint32 uid) { sample->uids[sample->seen++ % LEARN_AT_ONCE] = uid; }

void sample_add(Sample *sample, const Sample *later)
{
  const guint n = MIN(later->seen, LEARN_AT_ONCE);
  for (guint i = later->seen - n; i < later->seen; i++) sample_note(sample, later->uids[i % LEARN_AT_ONCE]);
}

static void take_bytes(guint32 uid, GBytes *bytes, gpointer data)
{
  (void)uid;
  g_ptr_array_add(data, g_bytes_ref(bytes));
}

/* *n UIDs or fewer, the newest first. */
static void choose(const Sample *sample, guint32 uids[LEARN_AT_ONCE], guint *n)
{
  *n = MIN(*n, MIN(sample->seen, LEARN_AT_ONCE));
  for (guint i = 0; i < *n; i++) uids[i] = sample->uids[(sample->seen - 1 - i) % LEARN_AT_ONCE];
}

static gboolean read_some(Run *run, const char *folder, guint32 validity, const guint32 *uids, guint n,
                          GPtrArray *messages, GError **error)
{
  if (!run_select(run, folder, error)) return FALSE;
  return run->open.status.validity != validity /* renumbered: these may be other messages */
         || run->store->class->read(run->store, uids, n, LEARN_READ_LIMIT, take_bytes, messages, error);
}

gboolean sample_learn(Run *run, const char *folder, guint32 validity, const Sample *sample, GError **error)
{
  guint32 uids[LEARN_AT_ONCE];
  guint n = 0;
  g_autoptr(GError) problem = NULL;
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  if (sample->seen == 0 || run->sample.taken >= LEARN_AT_ONCE) return TRUE;
  if (!learn_wants(run->ledger, run->account->name, run_now(), &n, error)) return FALSE;
  n = MIN(n, LEARN_AT_ONCE - run->sample.taken);
  choose(sample, uids, &n);
  if (n == 0) return TRUE;
  run->sample.taken += n;
  if (!read_some(run, folder, validity, uids, n, messages, &problem) && !run_can_go_on(problem)) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  return learn_from(run->ledger, run->account->name, messages, run_now(), error);
}
