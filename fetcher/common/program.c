/* program.c - where our other programs are
 * Owns:     the two places where they are looked for.
 * Must not: search PATH.
 * Fails:    by NULL.
 * Tests:    tests/e2e/test_password.py */
#include "fetcher/common/program.h"

char *program_find(const char *name)
{
  g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname(self) : NULL;
  const char *const folders[] = { folder, PKGLIBEXECDIR };
  for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
    g_autofree char *path = folders[i] != NULL ? g_build_filename(folders[i], name, NULL) : NULL;
    if (path != NULL && g_file_test(path, G_FILE_TEST_IS_EXECUTABLE)) return g_steal_pointer(&path);
  }
  return NULL;
}
