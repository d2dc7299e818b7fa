/* folder.c - the ledger of a bench, in a folder of TMPDIR
 * Owns:     nothing.
 * Must not: remove what is no ledger's.
 * Fails:    never; what cannot be removed stays.
 * Tests:    none: benches are run by hand. */
#include "tests/bench/folder.h"
#include <glib/gstdio.h>

void bench_remove_ledger(const char *dir)
{
  static const char *const names[] = { "ledger.db", "ledger.db-wal", "ledger.db-shm" };
  for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *path = g_build_filename(dir, names[i], NULL);
    g_unlink(path);
  }
  g_rmdir(dir);
}
