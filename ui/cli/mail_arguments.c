/* mail_arguments.c - messages named on the command line
 * Owns:     the walk over several files.
 * Must not: understand a message.
 * Fails:    by a complaint and a return value; the other files are still read.
 * Tests:    tests/ui/cli/test_cmd_check.py */
#include "ui/cli/mail_arguments.h"
#include "fetcher/disk/mail_files.h"
#include "filter/filter.h"
#include "ui/cli/command.h"
#include <string.h>

const char *mail_header(GBytes *message, gsize *length)
{
  gsize size;
  const char *text = g_bytes_get_data(message, &size);
  gsize line = 0;
  while (line < size) {
    if (text[line] == '\n' || (text[line] == '\r' && line + 1 < size && text[line + 1] == '\n')) break;
    const char *newline = memchr(text + line, '\n', size - line);
    line = newline != NULL ? (gsize)(newline + 1 - text) : size;
  }
  *length = line;
  return text != NULL ? text : "";
}

typedef struct {
  const char *file;
  guint number;
  gboolean (*each)(const char *file, guint number, GBytes *message, gpointer data);
  gpointer data;
  gboolean stopped;
} Walk;

static gboolean step(GBytes *message, gpointer data)
{
  Walk *walk = data;
  walk->stopped = !walk->each(walk->file, ++walk->number, message, walk->data);
  return !walk->stopped;
}

gboolean mail_each(int n, char **files,
                   gboolean (*each)(const char *file, guint number, GBytes *message, gpointer data), gpointer data)
{
  gboolean good = TRUE;
  Walk walk = { .each = each, .data = data };
  for (int i = 0; i < n && !walk.stopped; i++) {
    g_autoptr(GError) error = NULL;
    walk.file = files[i];
    walk.number = 0;
    if (!mail_files_each(files[i], FILTER_READ_LIMIT, step, &walk, &error))
      ui_complain("%s", error->message);
    else if (walk.number == 0)
      ui_complain("%s: there is no message in it", files[i]);
    else
      continue;
    good = FALSE;
  }
  return good;
}
