/* memory.c - what the tray program remembers between two starts
 * Owns:     the file "tray" in the data folder.
 * Must not: remember more of a message than numbers.
 * Fails:    never: after a loss, reports only count as new again.
 * Tests:    tests/ui/model/test_models.c */
#include "ui/model/memory.h"

#define GROUP "tray"

static gint64 *number(Memory *memory, guint i)
{
  gint64 *const all[] = { &memory->looked, &memory->notified, &memory->genuine, &memory->waved, &memory->alarmed };
  return all[i];
}
static const char *const names[] = { "looked", "notified", "genuine", "waved", "alarmed" };

void memory_load(Memory *memory, const char *dir)
{
  g_autofree char *file = g_build_filename(dir, "tray", NULL);
  g_autoptr(GKeyFile) keys = g_key_file_new();
  *memory = (Memory){ 0 };
  if (!g_key_file_load_from_file(keys, file, G_KEY_FILE_NONE, NULL)) return;
  for (guint i = 0; i < G_N_ELEMENTS(names); i++)
    *number(memory, i) = MAX(g_key_file_get_int64(keys, GROUP, names[i], NULL), 0);
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
  g_key_file_set_integer(keys, GROUP, "width", memory->width);
  g_key_file_set_integer(keys, GROUP, "height", memory->height);
  g_autofree char *text = g_key_file_to_data(keys, &length, NULL);
  g_file_set_contents_full(file, text, (gssize)length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
}
