/* sent_folders.c - which of a server's folders look like Sent
 * Owns:     the order of the signs: the server's mark, the name, what lies above.
 * Must not: talk to servers; know what is in a folder.
 * Fails:    never.
 * Tests:    tests/fetcher/store/test_sent_folders.c */
#include "fetcher/store/sent_folders.h"
#include "fetcher/store/sent_names.h"
#include "fetcher/store/trash_names.h"
#include <string.h>

static const char SEPARATORS[] = "/.\\"; /* where the server does not tell its own */

static gboolean parts_here(const Folder *folder, char c)
{
  return c != '\0' && (folder->separator != '\0' ? c == folder->separator : strchr(SEPARATORS, c) != NULL);
}

/* Does one of these names stand above the folder's? */
static gboolean lies_below(const Folder *folder, GHashTable *names)
{
  g_autofree char *above = g_strdup(folder->name);
  for (char *c = above + strlen(above); c > above; c--) {
    if (!parts_here(folder, *c)) continue;
    *c = '\0';
    if (g_hash_table_contains(names, above)) return TRUE;
  }
  return FALSE;
}

static gboolean is_named(const Folder *folder)
{
  if (folder->separator != '\0') return sent_name_matches(folder->name, folder->separator);
  for (const char *s = SEPARATORS; *s != '\0'; s++)
    if (sent_name_matches(folder->name, *s)) return TRUE;
  return sent_name_matches(folder->name, '\0');
}

/* Has any part of the name a usual name of the trash? A program that keeps the hierarchy puts "Sent" into it as
 * "Trash/Sent". */
static gboolean in_trash(const Folder *folder)
{
  g_autofree char *name = g_strdup(folder->name);
  char *part = name;
  for (char *c = name;; c++) {
    gboolean end = *c == '\0';
    if (!end && !parts_here(folder, *c)) continue;
    *c = '\0';
    if (trash_name_is_usual(part)) return TRUE;
    if (end) return FALSE;
    part = c + 1;
  }
}

/* Names of folders that are something else: they, and what lies below them, are no Sent folders. */
static GHashTable *barred(const GPtrArray *folders, const OtherFolders *others)
{
  GHashTable *names = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < folders->len; i++) {
    const Folder *folder = folders->pdata[i];
    if (folder->use & (FOLDER_TRASH | FOLDER_DRAFTS | FOLDER_JUNK)) g_hash_table_add(names, folder->name);
  }
  g_hash_table_add(names, (gpointer)others->quarantine);
  if (others->trash != NULL) g_hash_table_add(names, (gpointer)others->trash);
  return names;
}

static gboolean may_be_sent(const Folder *folder, const OtherFolders *others, GHashTable *bars)
{
  return !(folder->use & (FOLDER_NOSELECT | FOLDER_OTHERS)) && !g_strv_contains(others->watched, folder->name)
         && !g_hash_table_contains(bars, folder->name) && !lies_below(folder, bars) && !in_trash(folder);
}

static gint by_certainty(gconstpointer a, gconstpointer b)
{
  const SentFolder *x = a, *y = b;
  if (x->why != y->why) return x->why < y->why ? -1 : 1;
  return strcmp(y->folder->name, x->folder->name);
}

/* A folder that holds no mail itself, such as an IMAP node "Sent", can have Sent folders below it. */
static GHashTable *roots(const GPtrArray *folders)
{
  GHashTable *names = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < folders->len; i++) {
    const Folder *folder = folders->pdata[i];
    if ((folder->use & FOLDER_SENT) || is_named(folder)) g_hash_table_add(names, folder->name);
  }
  return names;
}

GArray *sent_folders(const GPtrArray *folders, const OtherFolders *others, guint *left_out)
{
  GArray *found = g_array_new(FALSE, FALSE, sizeof(SentFolder));
  g_autoptr(GHashTable) bars = barred(folders, others), tops = roots(folders);
  for (guint i = 0; i < folders->len; i++) {
    const Folder *folder = folders->pdata[i];
    SentFolder sent = { folder, SENT_MARKED };
    if (!(folder->use & FOLDER_SENT)) sent.why = g_hash_table_contains(tops, folder->name) ? SENT_NAMED : SENT_BELOW;
    if (sent.why == SENT_BELOW && !lies_below(folder, tops)) continue;
    if (may_be_sent(folder, others, bars)) g_array_append_val(found, sent);
  }
  g_array_sort(found, by_certainty);
  *left_out = found->len > SENT_FOLDERS_MOST ? found->len - SENT_FOLDERS_MOST : 0;
  g_array_set_size(found, MIN(found->len, SENT_FOLDERS_MOST));
  return found;
}
