/* raw.c - the message itself, where this computer holds it
 * Owns:     the answer to where a message's bytes can be had without a server.
 * Must not: connect to anything; change the message or its marks.
 * Fails:    by NULL and a sentence for people.
 * Tests:    tests/test_tray_models.c */
#include "ui/raw.h"
#include "ui/shown.h"
#include <glib/gi18n.h>

/* Quarantines lie on mail servers, which only the filter speaks to. */
GBytes *raw_read(const Entry *entry, char **why)
{
  gboolean away = entry->away.folder != NULL && entry->state != MOVE_RESTORED;
  g_autofree char *folder = shown_line(away ? entry->away.folder : entry->home.folder, 200);
  *why = entry->state == MOVE_DELETED || folder == NULL
             ? g_strdup(_("The message itself is no longer where Backstop knows of it."))
             : g_strdup_printf(_("The message itself is on your mail server: look for it in the folder “%s” with your "
                                 "mail program. Backstop keeps no copy of it."),
                               folder);
  return NULL;
}
