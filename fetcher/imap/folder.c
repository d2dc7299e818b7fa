/* folder.c - the IMAP store: folders
 * Owns:     names, namespace, listing and making folders.
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

static void add_folder(ImapStore *store, GPtrArray *folders, guint use, const Value *row)
{
  g_autofree char *told = value_copy(row);
  if (told == NULL || strpbrk(told, "\r\n") != NULL || *told == '\0') return; /* nothing can be done with it */
  g_autofree char *name = utf7_decode(told), *again = utf7_encode(name);
  if (*name == '\0') return;
  if (g_strcmp0(again, told) != 0) g_hash_table_insert(store->wire, g_strdup(name), g_steal_pointer(&told));
  Folder *folder = g_new0(Folder, 1);
  folder->name = g_steal_pointer(&name);
  folder->use = use;
  g_ptr_array_add(folders, folder);
}

static void take_folder(ImapStore *store, const Reply *reply, gpointer data)
{
  GPtrArray *folders = data;
  guint use;
  char separator;
  g_auto(Value) name = { 0 };
  if (reply->kind != REPLY_DATA || !reply_is(reply, "LIST") || folders->len == FOLDERS) return;
  if (list_row_read(reply->rest, &use, &separator, &name)) add_folder(store, folders, use, &name);
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
  return g_steal_pointer(&folders);
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

/* The first personal namespace, when the server tells (RFC 2342). */
static void take_namespace(ImapStore *store, const Reply *reply, gpointer data)
{
  g_auto(Value) prefix = { 0 };
  char separator;
  if (store->placed || reply->kind != REPLY_DATA || !reply_is(reply, "NAMESPACE")) return;
  if (!namespace_read(reply->rest, &prefix, &separator)) return;
  g_autofree char *wire = value_copy(&prefix);
  if (wire == NULL) return;
  store->prefix = utf7_decode(wire);
  store->separator = separator;
  store->placed = TRUE;
}

static void take_separator(ImapStore *store, const Reply *reply, gpointer data)
{
  guint use;
  char separator;
  g_auto(Value) name = { 0 };
  if (store->placed || reply->kind != REPLY_DATA || !reply_is(reply, "LIST")) return;
  if (!list_row_read(reply->rest, &use, &separator, &name)) return;
  store->separator = separator;
  store->placed = TRUE;
}

/* Learns prefix and separator, once. A server that offers NAMESPACE and refuses it still tells its separator. */
static gboolean ask_place(ImapStore *store, GError **error)
{
  static const ImapAsk name = { .doing = "tell its namespace", .scope = STORE_ERROR_MAILBOX, .take = take_namespace };
  static const ImapAsk list = { .doing = "tell its separator", .scope = STORE_ERROR_MAILBOX, .take = take_separator };
  if (store->placed) return TRUE;
  if (imap_has(store, "NAMESPACE") && !imap_run(store, "NAMESPACE", &name)) return imap_broken(store, error);
  if (store->placed) return TRUE;
  store->separator = '/';
  if (!imap_command(store, "LIST \"\" \"\"", &list, error)) return FALSE;
  store->prefix = g_strdup("");
  store->placed = TRUE;
  return TRUE;
}

char *imap_resolve(Store *base, const char *name, GError **error)
{
  ImapStore *store = (ImapStore *)base;
  gboolean exists = FALSE;
  if (g_ascii_strcasecmp(name, "INBOX") == 0) return g_strdup("INBOX");
  if (!ask_exists(store, name, &exists, error)) return NULL;
  if (exists) return g_strdup(name);
  if (!ask_place(store, error)) return NULL;
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
    if (refusal->code == STORE_ERROR_MAILBOX && !ask_exists(store, name, &exists, error)) return FALSE;
    if (!exists) {
      g_propagate_error(error, g_steal_pointer(&refusal));
      return FALSE;
    }
  }
  /* A folder that some programs do not show is still a folder. */
  static const ImapAsk ask = { .doing = "subscribe to a folder", .scope = STORE_ERROR_MAILBOX };
  g_autoptr(GError) problem = NULL;
  if (imap_command(store, subscribe, &ask, &problem)) return TRUE;
  if (problem->code != STORE_ERROR_MAILBOX) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  g_info("%s", problem->message);
  return TRUE;
}
