/* program.c - where the other programs of Backstop are
 * Owns:     the places where they are looked for.
 * Must not: search PATH.
 * Fails:    by NULL.
 * Tests:    tests/e2e/test_password.py, tests/e2e/test_once.py */
#include "fetcher/common/program.h"

/* Beside the program that runs now. NULL: not there. */
static char *find_beside(const char *name)
{
  g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname(self) : NULL;
  g_autofree char *path = folder != NULL ? g_build_filename(folder, name, NULL) : NULL;
  return path != NULL && g_file_test(path, G_FILE_TEST_IS_EXECUTABLE) ? g_steal_pointer(&path) : NULL;
}

char *program_find(const char *name)
{
  char *beside = find_beside(name);
  if (beside != NULL) return beside;
  g_autofree char *path = g_build_filename(PKGLIBEXECDIR, name, NULL);
  return g_file_test(path, G_FILE_TEST_IS_EXECUTABLE) ? g_steal_pointer(&path) : NULL;
}

char *program_find_daemon(void)
{
  char *beside = find_beside("backstopd");
  return beside != NULL ? beside : g_build_filename(BINDIR, "backstopd", NULL);
}
