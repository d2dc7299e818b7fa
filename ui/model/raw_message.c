/* raw_message.c - the message itself, where this computer holds it
 * Owns:     where the bytes of a message are, if no server is needed.
 * Must not: connect to anything; change the message or its marks.
 * Fails:    by NULL and a sentence for people.
 * Tests:    tests/ui/model/test_models.c */
#include "ui/model/raw_message.h"
#include "fetcher/disk/find_message.h"
#include "ui/model/shown.h"
#include <glib/gi18n.h>

#define RAW_MOST ((gsize)1 << 20) /* more than the window shows */

/* A folder on this computer is given by its path. Any other folder is on a mail server, and only the filter speaks to
 * servers. */
GBytes *raw_read(const Entry *entry, char **why)
{
  g_autoptr(GError) error = NULL;
  gboolean away = entry->away.folder != NULL && entry->state != MOVE_RESTORED;
  const char *folder = away ? entry->away.folder : entry->home.folder;
  g_autofree char *shown = shown_line(folder, 200);
  *why = NULL;
  if (entry->state == MOVE_DELETED || folder == NULL) {
    *why = g_strdup(_("The message itself is no longer where Backstop knows of it."));
    return NULL;
  }
  if (*folder != '/') {
    *why = g_strdup_printf(_("The message itself is on your mail server: look for it in the folder “%s” with your "
                             "mail program. Backstop keeps no copy of it."),
                           shown);
    return NULL;
  }
  GBytes *bytes = find_message(folder, &entry->fingerprint, RAW_MOST, &error);
  if (error != NULL)
    *why = shown_line(error->message, 500);
  else if (bytes == NULL)
    *why = g_strdup(_("The message itself is no longer where Backstop knows of it."));
  return bytes;
}
