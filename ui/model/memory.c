/* memory.c - what the tray program remembers between two starts
 * Owns:     the file "tray" in the data folder.
 * Must not: remember more of a message than numbers.
 * Fails:    never: after a loss, reports only count as new again.
 * Tests:    tests/ui/model/test_models.c */
#include "ui/model/memory.h"

#define GROUP "tray"

static gint64 *number(Memory *memory, guint i)
{
  gint64 *const all[] = { &memory->looked.id, &memory->notified.id, &memory->genuine.id, &memory->waved,
                          &memory->alarmed };
  return all[i];
}
static const char *const names[] = { "looked", "notified", "genuine", "waved", "alarmed" };

static char *text(Memory *memory, guint i)
{
  char *const all[] = { memory->looked.waited, memory->notified.waited, memory->genuine.waited };
  return all[i];
}
static const char *const text_names[] = { "looked-waited", "notified-waited", "genuine-waited" };

void memory_load(Memory *memory, const char *dir)
{
  g_autofree char *file = g_build_filename(dir, "tray", NULL);
  g_autoptr(GKeyFile) keys = g_key_file_new();
  *memory = (Memory){ 0 };
  if (!g_key_file_load_from_file(keys, file, G_KEY_FILE_NONE, NULL)) return;
  for (guint i = 0; i < G_N_ELEMENTS(names); i++)
    *number(memory, i) = MAX(g_key_file_get_int64(keys, GROUP, names[i], NULL), 0);
  for (guint i = 0; i < G_N_ELEMENTS(text_names); i++) {
    g_autofree char *found = g_key_file_get_string(keys, GROUP, text_names[i], NULL);
    if (found != NULL) g_strlcpy(text(memory, i), found, BROWSE_WAITED_LONGEST + 1);
  }
  memory->width = CLAMP(g_key_file_get_integer(keys, GROUP, "width", NULL), 0, 20000);
  memory->height = CLAMP(g_key_file_get_integer(keys, GROUP, "height", NULL), 0, 20000);
}

void memory_save(const Memory *memory, const char *dir)
{
  g_autofree char *file = g_build_filename(dir, "tray", NULL);
  g_autoptr(GKeyFile) keys = g_key_file_new();
  Memory copy = *memory;
  gsize length;
  for (guint i = 0; i < G_N_ELEMENTS(names); i++) g_key_file_set_int64(keys, GROUP, names[i], *number(&copy, i));
  for (guint i = 0; i < G_N_ELEMENTS(text_names); i++)
    g_key_file_set_string(keys, GROUP, text_names[i], text(&copy, i));
  g_key_file_set_integer(keys, GROUP, "width", memory->width);
  g_key_file_set_integer(keys, GROUP, "height", memory->height);
  g_autofree char *data = g_key_file_to_data(keys, &length, NULL);
  g_file_set_contents_full(file, data, (gssize)length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
}
