/* folder.c - the IMAP store: folders
 * Owns:     names, listing, making and opening folders.
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

/* "open the folder X", for messages. */
static char *doing(const char *verb, const char *name)
{
  g_autofree char *line = text_one_line(name, 100);
  return g_strdup_printf("%s the folder %s", verb, line);
}

static guint folder_use(const struct mailimap_mbx_list_flags *flags)
{
  guint use = 0;
  if (flags == NULL) return 0;
  if (flags->mbf_type == MAILIMAP_MBX_LIST_FLAGS_SFLAG && flags->mbf_sflag == MAILIMAP_MBX_LIST_SFLAG_NOSELECT)
    use |= FOLDER_NOSELECT;
  for (clistiter *i = clist_begin(flags->mbf_oflags); i != NULL; i = clist_next(i)) {
    const struct mailimap_mbx_list_oflag *flag = clist_content(i);
    if (flag->of_type != MAILIMAP_MBX_LIST_OFLAG_FLAG_EXT || flag->of_flag_ext == NULL) continue;
    if (g_ascii_strcasecmp(flag->of_flag_ext, "Sent") == 0) use |= FOLDER_SENT;
    if (g_ascii_strcasecmp(flag->of_flag_ext, "Trash") == 0) use |= FOLDER_TRASH;
    if (g_ascii_strcasecmp(flag->of_flag_ext, "Drafts") == 0) use |= FOLDER_DRAFTS;
    if (g_ascii_strcasecmp(flag->of_flag_ext, "Junk") == 0) use |= FOLDER_JUNK;
    if (g_ascii_strcasecmp(flag->of_flag_ext, "NonExistent") == 0) use |= FOLDER_NOSELECT;
  }
  return use;
}

static void add_folder(ImapStore *store, GPtrArray *folders, const struct mailimap_mailbox_list *row)
{
  g_autofree char *name = utf7_decode(row->mb_name);
  if (strpbrk(row->mb_name, "\r\n") != NULL || *name == '\0') return; /* nothing can be done with it */
  g_autofree char *again = utf7_encode(name);
  if (g_strcmp0(again, row->mb_name) != 0) g_hash_table_insert(store->wire, g_strdup(name), g_strdup(row->mb_name));
  Folder *folder = g_new0(Folder, 1);
  folder->name = g_steal_pointer(&name);
  folder->use = folder_use(row->mb_flag);
  folder->separator = row->mb_delimiter;
  g_ptr_array_add(folders, folder);
}

/* Is there a folder that may be another person's? Those of others lie below a name that is no folder itself. (Without
 * need the question is not put: libetpan takes some answers to it for no IMAP.) */
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
    if (problem->code == STORE_ERROR_MAILBOX) return TRUE;
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
  gboolean extended = imap_has(store, "SPECIAL-USE") && imap_has(store, "LIST-EXTENDED");
  /* A server that offers the longer form and then refuses it still has the plain one. */
  if (!extended
      || !imap_command(store, IMAP_BUDGET, "LIST \"\" \"*\" RETURN (SPECIAL-USE)", STORE_ERROR_MAILBOX,
                       "list its folders", NULL))
    if (!imap_command(store, IMAP_BUDGET, "LIST \"\" \"*\"", STORE_ERROR_MAILBOX, "list its folders", error))
      return NULL;
  g_autoptr(GPtrArray) folders = g_ptr_array_new_with_free_func((GDestroyNotify)folder_free);
  clist *rows = store->session->imap_response_info->rsp_mailbox_list;
  for (clistiter *i = clist_begin(rows); i != NULL && folders->len < FOLDERS; i = clist_next(i))
    add_folder(store, folders, clist_content(i));
  if (folders->len == FOLDERS) g_info("%s lists more than %d folders.", stream_where(store->stream), FOLDERS);
  return mark_others(store, folders, error) ? g_steal_pointer(&folders) : NULL;
}

/* Is this the wire name of the folder that was asked for? */
static gboolean same_folder(const char *told, const char *meant)
{
  return g_str_equal(told, meant)
         || (g_ascii_strcasecmp(meant, "INBOX") == 0 && g_ascii_strcasecmp(told, "INBOX") == 0);
}

/* Asks whether a folder is there and can be opened. Wildcards in the name may list others. */
static gboolean ask_exists(ImapStore *store, const char *name, gboolean *exists, GError **error)
{
  g_autofree char *wire = imap_wire(store, name, error);
  if (wire == NULL) return FALSE;
  g_autofree char *quoted = imap_quote(wire), *command = g_strdup_printf("LIST \"\" %s", quoted),
                  *what = doing("look for", name);
  if (!imap_command(store, IMAP_BUDGET, command, STORE_ERROR_MAILBOX, what, error)) return FALSE;
  *exists = FALSE;
  clist *rows = store->session->imap_response_info->rsp_mailbox_list;
  for (clistiter *i = clist_begin(rows); i != NULL; i = clist_next(i)) {
    const struct mailimap_mailbox_list *row = clist_content(i);
    if (same_folder(row->mb_name, wire) && !(folder_use(row->mb_flag) & FOLDER_NOSELECT)) *exists = TRUE;
  }
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
  g_autofree char *quoted = imap_quote(wire), *what = doing("make", name);
  g_autofree char *create = g_strdup_printf("CREATE %s", quoted), *subscribe = g_strdup_printf("SUBSCRIBE %s", quoted);
  g_autoptr(GError) refusal = NULL;
  if (!imap_command(store, IMAP_BUDGET, create, STORE_ERROR_MAILBOX, what, &refusal)) {
    /* Another machine may have made the folder at the same moment. */
    if (imap_was_refused(refusal) && !ask_exists(store, name, &exists, error)) return FALSE;
    if (!exists) {
      g_propagate_error(error, g_steal_pointer(&refusal));
      return FALSE;
    }
  }
  /* A folder that some programs do not show is still a folder. */
  g_autoptr(GError) problem = NULL;
  if (imap_command(store, IMAP_BUDGET, subscribe, STORE_ERROR_MAILBOX, "subscribe to a folder", &problem)) return TRUE;
  if (!imap_was_refused(problem)) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  g_info("%s", problem->message);
  return TRUE;
}

/* Are our two keywords kept in the selected folder (RFC 3501, 7.1, PERMANENTFLAGS)? */
static gboolean keeps_keywords(const struct mailimap_selection_info *info)
{
  gboolean ours = FALSE, other = FALSE;
  if (info->sel_perm_flags == NULL) return FALSE;
  for (clistiter *i = clist_begin(info->sel_perm_flags); i != NULL; i = clist_next(i)) {
    const struct mailimap_flag_perm *flag = clist_content(i);
    if (flag->fl_type == MAILIMAP_FLAG_PERM_ALL) return TRUE;
    if (flag->fl_flag == NULL || flag->fl_flag->fl_type != MAILIMAP_FLAG_KEYWORD) continue;
    if (g_ascii_strcasecmp(flag->fl_flag->fl_data.fl_keyword, "$Backscatter") == 0) ours = TRUE;
    if (g_ascii_strcasecmp(flag->fl_flag->fl_data.fl_keyword, "$NotBackscatter") == 0) other = TRUE;
  }
  return ours && other;
}

/* UIDNEXT where the server does not tell it: one more than the last message's. */
static gboolean ask_next(ImapStore *store, guint32 *next, GError **error)
{
  g_autoptr(GArray) last = imap_search(store, "UID *", 1, error);
  if (last == NULL) return FALSE;
  *next = last->len > 0 ? g_array_index(last, guint32, 0) + 1 : 1;
  return TRUE;
}

gboolean imap_select(Store *base, const char *name, FolderStatus *status, GError **error)
{
  ImapStore *store = (ImapStore *)base;
  g_autofree char *wire = imap_wire(store, name, error), *what = doing("open", name);
  if (wire == NULL) return FALSE;
  store->selected = FALSE;
  store->base.can &= ~(guint)(STORE_CAN_MOVE | STORE_CAN_MARK | STORE_CAN_CLAIM);
  stream_command(store->stream, IMAP_BUDGET);
  if (!imap_check(store, mailimap_select(store->session, wire), STORE_ERROR_MAILBOX, what, error)) return FALSE;
  store->came = FALSE;
  store->gone = 0;
  const struct mailimap_selection_info *info = store->session->imap_selection_info;
  FolderStatus found = { .validity = info->sel_uidvalidity,
                         .next = info->sel_uidnext,
                         .count = info->sel_exists,
                         .read_only = info->sel_perm == MAILIMAP_MAILBOX_READONLY };
  if (found.validity == 0) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "%s gave no UIDVALIDITY, so that it is not possible to %s.",
                stream_where(store->stream), what);
    return FALSE;
  }
  gboolean keywords = keeps_keywords(info);
  if (found.next == 0 && !ask_next(store, &found.next, error)) return FALSE;
  if (!found.read_only && (imap_has(store, "MOVE") || imap_has(store, "UIDPLUS"))) store->base.can |= STORE_CAN_MOVE;
  if (!found.read_only && keywords) store->base.can |= STORE_CAN_MARK;
  if (!found.read_only && keywords && imap_has(store, "CONDSTORE")) store->base.can |= STORE_CAN_CLAIM;
  store->selected = TRUE;
  *status = found;
  return TRUE;
}

/* The name in a STATUS answer, where libetpan leaves the quotes. */
static char *unquote(const char *name)
{
  gsize length = strlen(name);
  if (length < 2 || name[0] != '"' || name[length - 1] != '"') return g_strdup(name);
  GString *plain = g_string_new(NULL);
  for (const char *p = name + 1; p < name + length - 1; p++) {
    if (*p == '\\' && p + 1 < name + length - 1) p++;
    g_string_append_c(plain, *p);
  }
  return g_string_free(plain, FALSE);
}

gboolean imap_peek(Store *base, const char *name, FolderStatus *status, GError **error)
{
  ImapStore *store = (ImapStore *)base;
  g_autofree char *wire = imap_wire(store, name, error), *what = doing("look at", name);
  if (wire == NULL) return FALSE;
  g_autofree char *quoted = imap_quote(wire);
  g_autofree char *command = g_strdup_printf("STATUS %s (MESSAGES UIDNEXT UIDVALIDITY)", quoted);
  if (!imap_command(store, IMAP_BUDGET, command, STORE_ERROR_MAILBOX, what, error)) return FALSE;
  const struct mailimap_mailbox_data_status *told = store->session->imap_response_info->rsp_status;
  FolderStatus found = { 0 };
  gboolean counted = FALSE;
  g_autofree char *subject = told != NULL ? unquote(told->st_mailbox) : NULL;
  /* The answer may tell of other folders, too. */
  if (subject != NULL && !same_folder(subject, wire)) told = NULL;
  for (clistiter *i = told != NULL ? clist_begin(told->st_info_list) : NULL; i != NULL; i = clist_next(i)) {
    const struct mailimap_status_info *item = clist_content(i);
    if (item->st_att == MAILIMAP_STATUS_ATT_MESSAGES) counted = TRUE;
    if (item->st_att == MAILIMAP_STATUS_ATT_MESSAGES) found.count = item->st_value;
    if (item->st_att == MAILIMAP_STATUS_ATT_UIDNEXT) found.next = item->st_value;
    if (item->st_att == MAILIMAP_STATUS_ATT_UIDVALIDITY) found.validity = item->st_value;
  }
  if (found.next == 0 || !counted) found.validity = 0;
  *status = found;
  return TRUE;
}
