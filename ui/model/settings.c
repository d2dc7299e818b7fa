/* settings.c - changing the configuration file as its owner would
 * Owns:     the line that is changed; the entry of autostart.
 * Must not: change another line; leave a file behind that config_load() refuses.
 * Fails:    CONFIG_ERROR, G_FILE_ERROR; the old file stays.
 * Tests:    tests/ui/model/test_settings.c */
#include "ui/model/settings.h"
#include "ledger/running.h"
#include "ui/model/shown.h"
#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Is this line `[group]`? */
static gboolean is_group(const char *line, const char *group)
{
  g_autofree char *wanted = g_strdup_printf("[%s]", group), *text = g_strstrip(g_strdup(line));
  return strcmp(text, wanted) == 0;
}

static gboolean is_key(const char *line, const char *key)
{
  gsize length = strlen(key);
  while (g_ascii_isspace(*line)) line++;
  if (strncmp(line, key, length) != 0) return FALSE;
  for (line += length; *line == ' ' || *line == '\t';) line++;
  return *line == '=';
}

/* The line of the key in its group; if the key is missing, the place for it: after the group's last line that is not
 * empty. */
static gsize find_line(const GPtrArray *lines, const char *group, const char *key, gboolean *there)
{
  gsize at = 0;
  gboolean inside = FALSE;
  *there = FALSE;
  for (guint i = 0; i < lines->len; i++) {
    const char *line = lines->pdata[i], *text = line;
    while (g_ascii_isspace(*text)) text++;
    if (*text == '[') inside = is_group(line, group);
    if (!inside) continue;
    if (is_key(line, key)) {
      *there = TRUE;
      return i;
    }
    if (*text != '\0' && *text != '#') at = i + 1;
  }
  return at;
}

char *settings_edit(const char *text, const char *group, const char *key, const char *value)
{
  gboolean there, crlf = strstr(text, "\r\n") != NULL;
  const char *end = crlf ? "\r" : "";
  g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
  g_auto(GStrv) parts = g_strsplit(text, "\n", -1);
  for (char **part = parts; *part != NULL; part++) g_ptr_array_add(lines, g_strdup(*part));
  gsize at = find_line(lines, group, key, &there);
  char *line = g_strdup_printf("%s = %s%s", key, value, end);
  if (there) {
    g_free(lines->pdata[at]);
    lines->pdata[at] = line;
  } else if (at > 0) {
    g_ptr_array_insert(lines, (gint)at, line);
  } else { /* the group is missing: it is added */
    g_ptr_array_insert(lines, 0, g_strdup_printf("[%s]%s", group, end));
    g_ptr_array_insert(lines, 1, line);
    g_ptr_array_insert(lines, 2, g_strdup(end));
  }
  g_ptr_array_add(lines, NULL);
  return g_strjoinv("\n", (char **)lines->pdata);
}

static gboolean fail(GError **error, const char *file)
{
  int code = errno;
  g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(code), _("%s cannot be written: %s"), file,
              g_strerror(code));
  return FALSE;
}

/* Writes a new file in the same folder, so that one rename puts it in place. */
static gboolean write_beside(const char *beside, const char *text, GError **error)
{
  return g_file_set_contents_full(beside, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                  error);
}

gboolean settings_write(const char *file, const char *key, const char *value, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr(Config) before = config_load(file, error);
  if (before == NULL || !g_file_get_contents(file, &text, NULL, error)) return FALSE;
  char *real = realpath(file, NULL);
  if (real == NULL) return fail(error, file);
  g_autofree char *target = g_strdup(real), *beside = g_strconcat(real, ".new", NULL);
  free(real);
  g_autofree char *edited = settings_edit(text, "backstop", key, value);
  if (!write_beside(beside, edited, error)) return FALSE;
  g_autoptr(Config) after = config_load(beside, error);
  gboolean good = after != NULL && (g_rename(beside, target) == 0 || fail(error, target));
  if (!good) g_unlink(beside);
  return good;
}

char *settings_in_force(Ledger *ledger, gboolean runs, const Config *config, gboolean *held)
{
  g_autoptr(Running) running = ledger != NULL && runs ? running_get(ledger, NULL) : NULL;
  *held = !runs;
  if (!runs) return g_strdup(_("The filter is not running. When it starts, it does as is chosen here."));
  if (running == NULL)
    return g_strdup(_("Not in force: the filter that runs does not say by which settings. Start it anew."));
  *held = config != NULL && g_str_equal(running->digest, config->digest);
  if (*held) return g_strdup(_("In force: the filter runs by what is chosen here."));
  g_autofree char *since = shown_time(running->since), *why = shown_line(running->problem, 500);
  return why != NULL ? g_strdup_printf(_("Not in force: the filter goes on as it was set at %s. Why: %s"), since, why)
                     : g_strdup_printf(_("Not in force yet: the filter still runs as it was set at %s."), since);
}

static char *autostart_file(const char *folder)
{
  return g_build_filename(folder, "autostart", "backstop-tray.desktop", NULL);
}

gboolean settings_autostart(const char *folder)
{
  g_autofree char *file = autostart_file(folder);
  g_autoptr(GKeyFile) keys = g_key_file_new();
  return g_key_file_load_from_file(keys, file, G_KEY_FILE_NONE, NULL)
         && !g_key_file_get_boolean(keys, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_HIDDEN, NULL);
}

gboolean settings_set_autostart(const char *folder, gboolean start, GError **error)
{
  g_autofree char *file = autostart_file(folder), *above = g_path_get_dirname(file);
  const char *text = "[Desktop Entry]\nType=Application\nName=Backstop\nComment=Shows whether bounces wait for you\n"
                     "Exec=backstop-tray --hidden\nIcon=backstop\nTerminal=false\nNoDisplay=true\n"
                     "X-GNOME-Autostart-enabled=true\n";
  if (!start) return g_unlink(file) == 0 || errno == ENOENT || fail(error, file);
  if (g_mkdir_with_parents(above, 0700) != 0) return fail(error, above);
  return g_file_set_contents(file, text, -1, error);
}
