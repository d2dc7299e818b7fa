/* pause.c - the owner's pause.
 * Owns:     the file "paused" in the data folder.
 * Must not: open the ledger.
 * Fails:    LEDGER_ERROR_IO; what cannot be read is no pause.
 * Tests:    tests/test_ledger_lock.c, tests/e2e/test_pause.py */
#include "ledger/db.h"
#include <errno.h>
#include <unistd.h>

#define PAUSE_NAME "paused"
#define PAUSE_MOST ((gint64)2 * 86400) /* a clock that was wrong shall not pause the filter for ever */

gint64 ledger_paused_until(const char *dir)
{
  g_autofree char *path = g_build_filename(dir, PAUSE_NAME, NULL), *text = NULL;
  gint64 now = db_now();
  if (!g_file_get_contents(path, &text, NULL, NULL)) return 0;
  gint64 until = g_ascii_strtoll(text, NULL, 10);
  return until > now && until <= now + PAUSE_MOST ? until : 0;
}

gboolean ledger_pause(const char *dir, gint64 until, GError **error)
{
  g_autofree char *path = g_build_filename(dir, PAUSE_NAME, NULL);
  g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT "\n", until);
  g_autoptr(GError) problem = NULL;
  if (until == 0 ? unlink(path) == 0 || errno == ENOENT
                 : g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &problem))
    return TRUE;
  g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_IO, "The pause cannot be noted in %s: %s.", path,
              problem != NULL ? problem->message : g_strerror(errno));
  return FALSE;
}
