/* raw.c - the message itself, where this computer holds it
 * Owns:     the answer to where a message's bytes can be had without a server.
 * Must not: connect to anything; change the message or its marks.
 * Fails:    by NULL and a sentence for people.
 * Tests:    tests/test_tray_models.c */
#include "ui/raw.h"
#include "fetcher/local.h"
#include "ui/shown.h"
#include <glib/gi18n.h>

/* More than anybody reads in a window. */
#define MOST ((gsize)1 << 20)

/* Where it lies, as the journal has it; NULL: nowhere known. */
static const char *folder_of(const Entry *entry)
{
  gboolean away = entry->away.folder != NULL && entry->state != MOVE_RESTORED;
  return entry->state == MOVE_DELETED ? NULL : away ? entry->away.folder : entry->home.folder;
}

/* A path is a folder on this computer; other quarantines lie on mail servers, which only the filter speaks to. */
GBytes *raw_read(const Entry *entry, char **why)
{
  const char *folder = folder_of(entry);
  g_autofree char *shown = shown_line(folder, 200);
  GBytes *bytes = NULL;
  if (folder != NULL && *folder == '/') bytes = local_message(folder, &entry->fingerprint, MOST, NULL);
  if (bytes != NULL) return bytes;
  *why = folder == NULL ? g_strdup(_("The message itself is no longer where Backstop knows of it."))
         : *folder == '/'
             ? g_strdup_printf(_("The message itself cannot be found in %s."), shown)
             : g_strdup_printf(_("The message itself is on your mail server: look for it in the folder “%s” "
                                 "with your mail program. Backstop keeps no copy of it."),
                               shown);
  return NULL;
}
