/* namespace.c - the IMAP store: namespaces (RFC 2342)
 * Owns:     the prefix and the separator of the owner's folders; whose a folder is.
 * Must not: list folders.
 * Fails:    STORE_ERROR_MAILBOX when the server refuses; LINK.
 * Tests:    tests/fetcher/imap/test_folder.c */
#include "fetcher/imap/private.h"
#include "fetcher/imap/utf7.h"
#include <string.h>

#define PREFIXES 100 /* of each kind; a server has two or three */

static void take_prefixes(const struct mailimap_namespace_item *item, GPtrArray *prefixes)
{
  for (clistiter *i = item != NULL ? clist_begin(item->ns_data_list) : NULL; i != NULL && prefixes->len < PREFIXES;
       i = clist_next(i)) {
    const struct mailimap_namespace_info *info = clist_content(i);
    g_ptr_array_add(prefixes, utf7_decode(info->ns_prefix));
  }
}

/* The first personal namespace is the place of new folders, when the server tells. */
static gboolean take_namespace(ImapStore *store)
{
  clist *list = store->session->imap_response_info->rsp_extension_list;
  for (clistiter *i = clist_begin(list); i != NULL; i = clist_next(i)) {
    const struct mailimap_extension_data *item = clist_content(i);
    if (item->ext_extension != &mailimap_extension_namespace || item->ext_type != MAILIMAP_NAMESPACE_TYPE_NAMESPACE)
      continue;
    const struct mailimap_namespace_data *data = item->ext_data;
    if (data == NULL || data->ns_personal == NULL || clist_isempty(data->ns_personal->ns_data_list)) continue;
    const struct mailimap_namespace_info *info = clist_content(clist_begin(data->ns_personal->ns_data_list));
    store->prefix = utf7_decode(info->ns_prefix);
    store->separator = info->ns_delimiter;
    take_prefixes(data->ns_personal, store->own_prefixes);
    take_prefixes(data->ns_other, store->other_prefixes);
    take_prefixes(data->ns_shared, store->other_prefixes);
    return TRUE;
  }
  return FALSE;
}

gboolean imap_ask_place(ImapStore *store, GError **error)
{
  if (store->placed) return TRUE;
  if (imap_has(store, "NAMESPACE")) {
    if (!imap_command(store, IMAP_BUDGET, "NAMESPACE", STORE_ERROR_MAILBOX, "tell its namespace", error)) return FALSE;
    store->placed = take_namespace(store);
  }
  if (store->placed) return TRUE;
  if (!imap_command(store, IMAP_BUDGET, "LIST \"\" \"\"", STORE_ERROR_MAILBOX, "tell its separator", error))
    return FALSE;
  clist *rows = store->session->imap_response_info->rsp_mailbox_list;
  store->prefix = g_strdup("");
  store->separator =
      clist_isempty(rows) ? '/' : ((struct mailimap_mailbox_list *)clist_content(clist_begin(rows)))->mb_delimiter;
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
