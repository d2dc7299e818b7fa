/* namespace.c - the IMAP store: namespaces (RFC 2342)
 * Owns:     the prefix and the separator of the owner's folders; whose a folder is.
 * Must not: list folders.
 * Fails:    STORE_ERROR_MAILBOX when the server refuses; LINK.
 * Tests:    tests/fetcher/imap/test_folder.c */
#include "fetcher/imap/private.h"
#include "fetcher/imap/utf7.h"
#include <string.h>

#define PREFIXES 100 /* of each kind; a server has two or three */

/* The first personal namespace is the place of new folders. */
static void take_prefix(NamespaceKind kind, const Value *wire, char separator, gpointer data)
{
  ImapStore *store = data;
  GPtrArray *prefixes = kind == NAMESPACE_PERSONAL ? store->own_prefixes : store->other_prefixes;
  g_autofree char *told = value_copy(wire);
  if (told == NULL || prefixes->len == PREFIXES) return;
  g_ptr_array_add(prefixes, utf7_decode(told));
  if (store->placed || kind != NAMESPACE_PERSONAL) return;
  store->prefix = utf7_decode(told);
  store->separator = separator;
  store->placed = TRUE;
}

static void take_namespaces(ImapStore *store, const Reply *reply, gpointer data)
{
  if (store->placed || reply->kind != REPLY_DATA || !reply_is(reply, "NAMESPACE")) return;
  namespaces_read(reply->rest, take_prefix, store);
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

/* A server that offers NAMESPACE and refuses it still tells its separator. */
gboolean imap_ask_place(ImapStore *store, GError **error)
{
  static const ImapAsk name = { .doing = "tell its namespace", .scope = STORE_ERROR_MAILBOX, .take = take_namespaces };
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

/* The length of the longest prefix of name, -1 where none is. */
static gssize longest(const GPtrArray *prefixes, const char *name)
{
  gssize best = -1;
  for (guint i = 0; i < prefixes->len; i++) {
    const char *prefix = prefixes->pdata[i];
    if (g_str_has_prefix(name, prefix)) best = MAX(best, (gssize)strlen(prefix));
  }
  return best;
}

gboolean imap_is_others(const ImapStore *store, const char *name)
{
  return g_ascii_strcasecmp(name, "INBOX") != 0
         && longest(store->other_prefixes, name) > longest(store->own_prefixes, name);
}
