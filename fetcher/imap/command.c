/* command.c - commands of IMAP, and what their failures mean
 * Owns:     the mapping of libetpan's results to STORE_ERROR, quoting, sets of UIDs, capabilities.
 * Must not: pass on words of a server that hold the user's name.
 * Fails:    the caller's scope for a refusal; LINK, and the end of the connection, for what is no answer.
 * Tests:    tests/fetcher/imap/test_imap.c */
#include "fetcher/imap/private.h"
#include "fetcher/net/server_words.h"

char *imap_words(const ImapStore *store) { return server_words(store->session->imap_response, store->user); }

/* Was the answer a tagged BAD? libetpan has the same code for BAD and for an answer with a wrong tag. */
static gboolean answered_bad(const ImapStore *store)
{
  const MMAPString *buffer = store->session->imap_stream_buffer;
  g_autofree char *bad = g_strdup_printf("%d BAD ", store->session->imap_tag);
  const char *line = g_strrstr_len(buffer->str, (gssize)buffer->len, bad);
  return line != NULL && (line == buffer->str || line[-1] == '\n');
}

gboolean imap_is_later(const ImapStore *store)
{
  const struct mailimap_response_info *info = store->session->imap_response_info;
  return server_words_later(info != NULL ? info->rsp_atom : NULL, store->session->imap_response);
}

gboolean imap_was_refused(const GError *error)
{
  return g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX)
         || g_error_matches(error, STORE_ERROR, STORE_ERROR_LATER);
}

static gboolean refused(ImapStore *store, StoreError scope, const char *doing, GError **error)
{
  if ((scope == STORE_ERROR_MAILBOX || scope == STORE_ERROR_MESSAGE) && imap_is_later(store)) scope = STORE_ERROR_LATER;
  g_autofree char *words = imap_words(store);
  g_set_error(error, STORE_ERROR, (int)scope, "%s refused to %s%s%s.", stream_where(store->stream), doing,
              words != NULL ? ": " : "", words != NULL ? words : "");
  return FALSE;
}

static gboolean broken(ImapStore *store, int result, GError **error)
{
  const char *where = stream_where(store->stream);
  if (stream_error(store->stream) != NULL) {
    if (error != NULL) *error = g_error_copy(stream_error(store->stream));
  } else if (result == MAILIMAP_ERROR_FATAL || result == MAILIMAP_ERROR_DONT_ACCEPT_CONNECTION) {
    g_autofree char *words = imap_words(store);
    g_set_error(error, STORE_ERROR, STORE_ERROR_LINK, "%s ended the session%s%s.", where, words != NULL ? ": " : "",
                words != NULL ? words : "");
  } else {
    g_set_error(error, STORE_ERROR, STORE_ERROR_LINK, "%s gave an answer that is not IMAP: check host and port.",
                where);
  }
  stream_abandon(store->stream);
  return FALSE;
}

gboolean imap_lost(ImapStore *store, const char *words, GError **error)
{
  mailimap *session = store->session;
  session->imap_response = words != NULL && mmap_string_assign(session->imap_response_buffer, words) != NULL
                               ? session->imap_response_buffer->str
                               : NULL;
  return broken(store, MAILIMAP_ERROR_FATAL, error);
}

gboolean imap_check(ImapStore *store, int result, StoreError scope, const char *doing, GError **error)
{
  switch (result) {
  case MAILIMAP_NO_ERROR:
  case MAILIMAP_NO_ERROR_AUTHENTICATED:
  case MAILIMAP_NO_ERROR_NON_AUTHENTICATED: return TRUE;
  case MAILIMAP_ERROR_CAPABILITY:
  case MAILIMAP_ERROR_CUSTOM_COMMAND:
  case MAILIMAP_ERROR_LOGIN:
  case MAILIMAP_ERROR_SELECT:
  case MAILIMAP_ERROR_STARTTLS: return refused(store, scope, doing, error);
  case MAILIMAP_ERROR_PROTOCOL:
    if (answered_bad(store)) return refused(store, scope, doing, error);
    return broken(store, result, error);
  default: return broken(store, result, error);
  }
}

/* mailimap_custom_command() would do the same, but ends the line with a space that some servers refuse. */
int imap_run(mailimap *session, const char *command)
{
  struct mailimap_response *response;
  int result = mailimap_send_current_tag(session);
  if (result != MAILIMAP_NO_ERROR) return result;
  gsize length = strlen(command);
  if (mailstream_write(session->imap_stream, command, length) != (ssize_t)length
      || mailstream_write(session->imap_stream, "\r\n", 2) != 2 || mailstream_flush(session->imap_stream) != 0
      || mailimap_read_line(session) == NULL)
    return MAILIMAP_ERROR_STREAM;
  result = mailimap_parse_response(session, &response);
  if (result != MAILIMAP_NO_ERROR) return result;
  gboolean ok = response->rsp_resp_done->rsp_data.rsp_tagged->rsp_cond_state->rsp_type == MAILIMAP_RESP_COND_STATE_OK;
  mailimap_response_free(response);
  return ok ? MAILIMAP_NO_ERROR : MAILIMAP_ERROR_CUSTOM_COMMAND;
}

/* Notes what the answer told about messages that came to or went from the open folder, which had `before` messages. */
static void take_news(ImapStore *store, guint32 before)
{
  const struct mailimap_selection_info *folder = store->session->imap_selection_info;
  const struct mailimap_response_info *info = store->session->imap_response_info;
  if (folder == NULL || info == NULL) return;
  /* libetpan counts down at each EXPUNGE. */
  guint expunged = (guint)clist_count(info->rsp_expunged);
  guint32 left = before > expunged ? before - expunged : 0;
  if (folder->sel_exists > left) store->came = TRUE;
  store->gone += expunged + (folder->sel_exists < left ? left - folder->sel_exists : 0);
}

gboolean imap_command(ImapStore *store, guint64 budget, const char *command, StoreError scope, const char *doing,
                      GError **error)
{
  mailimap *session = store->session;
  guint32 before = session->imap_selection_info != NULL ? session->imap_selection_info->sel_exists : 0;
  stream_command(store->stream, budget);
  gboolean done = imap_check(store, imap_run(session, command), scope, doing, error);
  if (stream_error(store->stream) == NULL) take_news(store, before);
  return done;
}

gboolean imap_need_folder(const ImapStore *store, GError **error)
{
  if (store->selected) return TRUE;
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "No folder of %s is open.", stream_where(store->stream));
  return FALSE;
}

gboolean imap_ask_capabilities(ImapStore *store, GError **error)
{
  mailimap *session = store->session;
  /* Forget what the server told before, perhaps without TLS. libetpan needs a list even if the server answers without
   * one: give it an empty list. */
  if (session->imap_connection_info != NULL) mailimap_connection_info_free(session->imap_connection_info);
  session->imap_connection_info = mailimap_connection_info_new();
  session->imap_connection_info->imap_capability = mailimap_capability_data_new(clist_new());
  struct mailimap_capability_data *data = NULL;
  stream_command(store->stream, IMAP_BUDGET);
  int result = mailimap_capability(session, &data);
  if (data != NULL) mailimap_capability_data_free(data);
  return imap_check(store, result, STORE_ERROR_LINK, "tell its capabilities", error);
}

gboolean imap_has(const ImapStore *store, const char *capability)
{
  const struct mailimap_capability_data *data = store->session->imap_connection_info->imap_capability;
  const char *mechanism = g_str_has_prefix(capability, "AUTH=") ? capability + strlen("AUTH=") : NULL;
  for (clistiter *i = clist_begin(data->cap_list); i != NULL; i = clist_next(i)) {
    const struct mailimap_capability *item = clist_content(i);
    gboolean is_mechanism = item->cap_type == MAILIMAP_CAPABILITY_AUTH_TYPE;
    const char *name = is_mechanism ? item->cap_data.cap_auth_type : item->cap_data.cap_name;
    if (is_mechanism == (mechanism != NULL) && g_ascii_strcasecmp(name, is_mechanism ? mechanism : capability) == 0)
      return TRUE;
  }
  return FALSE;
}

char *imap_quote(const char *text)
{
  GString *quoted = g_string_new("\"");
  for (; *text != '\0'; text++) {
    if (*text == '"' || *text == '\\') g_string_append_c(quoted, '\\');
    g_string_append_c(quoted, *text);
  }
  g_string_append_c(quoted, '"');
  return g_string_free(quoted, FALSE);
}

void imap_append_set(GString *command, const guint32 *uids, guint n)
{
  for (guint i = 0; i < n;) {
    guint last = i;
    while (last + 1 < n && uids[last + 1] == uids[last] + 1) last++;
    g_string_append_printf(command, i == 0 ? "%u" : ",%u", uids[i]);
    if (last > i) g_string_append_printf(command, ":%u", uids[last]);
    i = last + 1;
  }
}

char *imap_with_set(const char *verb, const GArray *uids, const char *rest)
{
  GString *command = g_string_new(verb);
  g_string_append_c(command, ' ');
  imap_append_set(command, (const guint32 *)(const void *)uids->data, uids->len);
  g_string_append(command, rest);
  return g_string_free(command, FALSE);
}

int imap_compare_uids(gconstpointer a, gconstpointer b)
{
  guint32 x = *(const guint32 *)a, y = *(const guint32 *)b;
  return x < y ? -1 : x > y;
}

GArray *imap_batch(const guint32 *uids, guint n)
{
  GArray *batch = g_array_new(FALSE, FALSE, sizeof(guint32));
  g_array_append_vals(batch, uids, MIN(n, IMAP_SET));
  g_array_sort(batch, imap_compare_uids);
  return batch;
}

GArray *imap_search(ImapStore *store, const char *criteria, guint limit, GError **error)
{
  g_autofree char *command = g_strconcat("UID SEARCH ", criteria, NULL);
  if (!imap_command(store, IMAP_BUDGET, command, STORE_ERROR_MAILBOX, "search the folder", error)) return NULL;
  g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
  clist *found = store->session->imap_response_info->rsp_search_result;
  for (clistiter *i = found != NULL ? clist_begin(found) : NULL; i != NULL; i = clist_next(i)) {
    guint32 uid = *(uint32_t *)clist_content(i);
    if (uid != 0) g_array_append_val(uids, uid);
  }
  g_array_sort(uids, imap_compare_uids);
  guint kept = 0;
  guint32 *data = (guint32 *)(void *)uids->data;
  for (guint i = 0; i < uids->len && kept < limit; i++)
    if (kept == 0 || data[i] != data[kept - 1]) data[kept++] = data[i];
  g_array_set_size(uids, kept);
  return g_steal_pointer(&uids);
}
