/* folder.c - the IMAP store: folders
 * Owns:     names, listing and making folders.
 * Must not: guess what a folder is for by its name.
 * Fails:    STORE_ERROR_MAILBOX when the server refuses; LINK.
 * Tests:    tests/fetcher/imap/test_folder.c */
#include "fetcher/imap/private.h"
#include "fetcher/imap/utf7.h"
#include "filter/normalise.h"
#include <string.h>

#define FOLDERS 10000

char *imap_wire(ImapStore *store, const char *name, GError **error)
{
  const char *known = g_hash_table_lookup(store->wire, name);
  char *wire = known != NULL ? g_strdup(known) : utf7_encode(name);
  if (wire == NULL)
    g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "A folder name with line breaks is not possible.");
  return wire;
}

char *imap_doing(const char *verb, const char *name)
{
  g_autofree char *line = text_one_line(name, 100);
  return g_strdup_printf("%s the folder %s", verb, line);
}

static void add_folder(ImapStore *store, GPtrArray *folders, guint use, char separator, const Value *row)
{
  g_autofree char *told = value_copy(row);
  if (told == NULL || strpbrk(told, "\r\n") != NULL || *told == '\0') return; /* nothing can be done with it */
  g_autofree char *name = utf7_decode(told), *again = utf7_encode(name);
  if (*name == '\0') return;
  if (g_strcmp0(again, told) != 0) g_hash_table_insert(store->wire, g_strdup(name), g_steal_pointer(&told));
  Folder *folder = g_new0(Folder, 1);
  folder->name = g_steal_pointer(&name);
  folder->use = use;
  folder->separator = separator;
  g_ptr_array_add(folders, folder);
}

static void take_folder(ImapStore *store, const Reply *reply, gpointer data)
{
  GPtrArray *folders = data;
  guint use;
  char separator;
  g_auto(Value) name = { 0 };
  if (reply->kind != REPLY_DATA || !reply_is(reply, "LIST") || folders->len == FOLDERS) return;
  if (list_row_read(reply->rest, &use, &separator, &name)) add_folder(store, folders, use, separator, &name);
}

/* Is there a folder that may be another person's? Those of others lie below a name that is no folder itself. */
static gboolean may_have_others(const GPtrArray *folders)
{
  g_autoptr(GHashTable) real = g_hash_table_new(g_str_hash, g_str_equal);
  g_hash_table_add(real, (gpointer) "INBOX");
  for (guint i = 0; i < folders->len; i++) {
    const Folder *folder = folders->pdata[i];
    if (!(folder->use & FOLDER_NOSELECT)) g_hash_table_add(real, folder->name);
  }
  for (guint i = 0; i < folders->len; i++) {
    const Folder *folder = folders->pdata[i];
    const char *deeper = folder->separator != '\0' ? strchr(folder->name, folder->separator) : NULL;
    g_autofree char *top = deeper != NULL ? g_strndup(folder->name, (gsize)(deeper - folder->name)) : NULL;
    if (top != NULL && !g_hash_table_contains(real, top)) return TRUE;
  }
  return FALSE;
}

/* Where a server does not want to tell whose folders are, all count as the owner's. */
static gboolean mark_others(ImapStore *store, GPtrArray *folders, GError **error)
{
  g_autoptr(GError) problem = NULL;
  if (!imap_has(store, "NAMESPACE") || !may_have_others(folders)) return TRUE;
  if (!imap_ask_place(store, &problem)) {
    if (imap_was_refused(problem)) return TRUE;
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  for (guint i = 0; i < folders->len; i++) {
    Folder *folder = folders->pdata[i];
    if (imap_is_others(store, folder->name)) folder->use |= FOLDER_OTHERS;
  }
  return TRUE;
}

GPtrArray *imap_folders(Store *base, GError **error)
{
  ImapStore *store = (ImapStore *)base;
  gboolean extended = imap_has(store, "SPECIAL-USE") && imap_has(store, "LIST-EXTENDED"), listed = FALSE;
  g_autoptr(GPtrArray) folders = g_ptr_array_new_with_free_func((GDestroyNotify)folder_free);
  const ImapAsk ask = {
    .doing = "list its folders", .scope = STORE_ERROR_MAILBOX, .take = take_folder, .data = folders
  };
  /* A server that offers the longer form and then refuses it still has the plain one. */
  if (extended) listed = imap_command(store, "LIST \"\" \"*\" RETURN (SPECIAL-USE)", &ask, NULL);
  if (!listed) g_ptr_array_set_size(folders, 0);
  if (!listed && !imap_command(store, "LIST \"\" \"*\"", &ask, error)) return NULL;
  if (folders->len == FOLDERS) g_info("%s lists more than %d folders.", stream_where(store->stream), FOLDERS);
  return mark_others(store, folders, error) ? g_steal_pointer(&folders) : NULL;
}

/* Is this the wire name of the folder that was asked for? */
static gboolean same_folder(const char *told, const char *meant)
{
  return g_str_equal(told, meant)
         || (g_ascii_strcasecmp(meant, "INBOX") == 0 && g_ascii_strcasecmp(told, "INBOX") == 0);
}

typedef struct {
  const char *wire;
  gboolean exists;
} Sought;

static void take_sought(ImapStore *store, const Reply *reply, gpointer data)
{
  Sought *sought = data;
  guint use;
  char separator;
  g_auto(Value) row = { 0 };
  if (reply->kind != REPLY_DATA || !reply_is(reply, "LIST") || !list_row_read(reply->rest, &use, &separator, &row))
    return;
  g_autofree char *name = value_copy(&row);
  if (name != NULL && same_folder(name, sought->wire) && !(use & FOLDER_NOSELECT)) sought->exists = TRUE;
}

/* Asks whether a folder is there and can be opened. Wildcards in the name may list others. */
static gboolean ask_exists(ImapStore *store, const char *name, gboolean *exists, GError **error)
{
  g_autofree char *wire = imap_wire(store, name, error);
  if (wire == NULL) return FALSE;
  g_autofree char *quoted = imap_quote(wire), *command = g_strdup_printf("LIST \"\" %s", quoted),
                  *what = imap_doing("look for", name);
  Sought sought = { .wire = wire };
  const ImapAsk ask = { .doing = what, .scope = STORE_ERROR_MAILBOX, .take = take_sought, .data = &sought };
  if (!imap_command(store, command, &ask, error)) return FALSE;
  *exists = sought.exists;
  return TRUE;
}

char *imap_resolve(Store *base, const char *name, GError **error)
{
  ImapStore *store = (ImapStore *)base;
  gboolean exists = FALSE;
  if (g_ascii_strcasecmp(name, "INBOX") == 0) return g_strdup("INBOX");
  if (!ask_exists(store, name, &exists, error)) return NULL;
  if (exists) return g_strdup(name);
  if (!imap_ask_place(store, error)) return NULL;
  g_autofree char *place = g_strdup(name);
  if (store->separator != '\0') g_strdelimit(place, "/", store->separator);
  return g_str_has_prefix(place, store->prefix) ? g_steal_pointer(&place) : g_strconcat(store->prefix, place, NULL);
}

gboolean imap_create(Store *base, const char *name, GError **error)
{
  ImapStore *store = (ImapStore *)base;
  gboolean exists = FALSE;
  if (!ask_exists(store, name, &exists, error)) return FALSE;
  if (exists) return TRUE;
  g_autofree char *wire = imap_wire(store, name, error);
  if (wire == NULL) return FALSE;
  g_autofree char *quoted = imap_quote(wire), *what = imap_doing("make", name);
  g_autofree char *create = g_strdup_printf("CREATE %s", quoted), *subscribe = g_strdup_printf("SUBSCRIBE %s", quoted);
  g_autoptr(GError) refusal = NULL;
  const ImapAsk make = { .doing = what, .scope = STORE_ERROR_MAILBOX };
  if (!imap_command(store, create, &make, &refusal)) {
    /* Another machine may have made the folder at the same moment. */
    if (imap_was_refused(refusal) && !ask_exists(store, name, &exists, error)) return FALSE;
    if (!exists) {
      g_propagate_error(error, g_steal_pointer(&refusal));
      return FALSE;
    }
  }
  /* A folder that some programs do not show is still a folder. */
  static const ImapAsk ask = { .doing = "subscribe to a folder", .scope = STORE_ERROR_MAILBOX };
  g_autoptr(GError) problem = NULL;
  if (imap_command(store, subscribe, &ask, &problem)) return TRUE;
  if (!imap_was_refused(problem)) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  g_info("%s", problem->message);
  return TRUE;
}
