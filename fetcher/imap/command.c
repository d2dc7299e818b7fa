/* command.c - commands of IMAP, and what their failures mean
 * Owns:     tags, the way from a command to its answer, quoting, sets of UIDs, capabilities.
 * Must not: pass on words of a server that hold the user's name, or that belong to an earlier answer.
 * Fails:    the caller's scope for a refusal, LATER where it holds only for now; LINK, and the end of the connection,
 *           for what is no answer.
 * Tests:    tests/fetcher/imap/test_imap.c, tests/fetcher/imap/test_odd.c, tests/fetcher/imap/test_ahead.c */
#include "fetcher/imap/private.h"
#include "fetcher/net/server_words.h"
#include "filter/normalise.h"
#include <string.h>

/* So many capabilities are noted at most. */
#define CAPABILITIES 500

char *imap_words(const ImapStore *store) { return server_words(store->text, store->user); }

gboolean imap_for_now(const ImapStore *store) { return server_words_later(store->code, store->text); }

gboolean imap_was_refused(const GError *error)
{
  return g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX)
         || g_error_matches(error, STORE_ERROR, STORE_ERROR_MESSAGE)
         || g_error_matches(error, STORE_ERROR, STORE_ERROR_LATER);
}

gboolean imap_broken(ImapStore *store, GError **error)
{
  const GError *problem = stream_error(store->stream);
  if (problem != NULL)
    g_propagate_error(error, g_error_copy(problem));
  else
    g_set_error(error, STORE_ERROR, STORE_ERROR_LINK, "%s gave an answer that is not IMAP: check host and port.",
                stream_where(store->stream));
  stream_abandon(store->stream);
  return FALSE;
}

void imap_take_bye(ImapStore *store, const Reply *reply)
{
  imap_note_status(store, reply);
  g_autofree char *words = imap_words(store);
  g_autofree char *what = g_strconcat("ended the session", words != NULL ? ": " : NULL, words, NULL);
  stream_blame(store->stream, what);
}

/* "UID MOVE in INBOX", for messages. */
static char *name_command(const ImapStore *store, const char *command)
{
  g_auto(GStrv) words = g_strsplit(command, " ", 3);
  gboolean uid = g_str_equal(words[0], "UID") && words[1] != NULL;
  g_autofree char *folder = store->open != NULL ? text_one_line(store->open, 100) : NULL;
  return g_strconcat(words[0], uid ? " " : "", uid ? words[1] : "", folder != NULL ? " in " : "", folder, NULL);
}

gboolean imap_refused(ImapStore *store, const ImapAsk *ask, const char *command, GError **error)
{
  g_autofree char *words = imap_words(store), *named = command != NULL ? name_command(store, command) : NULL;
  gboolean narrow = ask->scope == STORE_ERROR_MAILBOX || ask->scope == STORE_ERROR_MESSAGE;
  StoreError code = narrow && imap_for_now(store) ? STORE_ERROR_LATER : ask->scope;
  g_set_error(error, STORE_ERROR, (int)code, "%s refused to %s%s%s%s%s%s.", stream_where(store->stream), ask->doing,
              named != NULL ? " (" : "", named != NULL ? named : "", named != NULL ? ")" : "",
              words != NULL ? ": " : "", words != NULL ? words : "");
  return FALSE;
}

/* libetpan has the same result for BAD and for an answer that it cannot read, which it is never given. */
gboolean imap_check(ImapStore *store, int result, StoreError scope, const char *doing, GError **error)
{
  const ImapAsk ask = { .doing = doing, .scope = scope };
  if (result == MAILIMAP_NO_ERROR || result == MAILIMAP_NO_ERROR_AUTHENTICATED
      || result == MAILIMAP_NO_ERROR_NON_AUTHENTICATED)
    return TRUE;
  gboolean answered = stream_error(store->stream) == NULL && (store->ended == REPLY_NO || store->ended == REPLY_BAD);
  return answered ? imap_refused(store, &ask, NULL, error) : imap_broken(store, error);
}

static void forget_answer(ImapStore *store)
{
  g_clear_pointer(&store->code, g_free);
  g_clear_pointer(&store->text, g_free);
  store->ended = REPLY_EMPTY;
  store->lost_track = FALSE;
  store->reader.lines_only = FALSE;
}

void imap_leave_to_libetpan(ImapStore *store, guint64 budget)
{
  forget_answer(store);
  stream_command(store->stream, budget);
  reader_command(&store->reader, budget, READER_KEEP);
}

static gboolean send_line(ImapStore *store, const char *command)
{
  g_snprintf(store->tag, sizeof store->tag, "b%08x.%u", store->mark, ++store->tags);
  char *line = g_strconcat(store->tag, " ", command, "\r\n", NULL);
  gboolean sent = stream_write(store->stream, line, strlen(line));
  explicit_bzero(line, strlen(line)); /* it may hold a password */
  g_free(line);
  return sent;
}

/* The answer to a command that was sent ahead and is not wanted any more is read and thrown away. */
static gboolean drop_ahead(ImapStore *store)
{
  static const ImapAsk ask = { .budget = STREAM_BUDGET };
  g_autofree char *command = g_strdup(store->ahead);
  return command == NULL || imap_run(store, command, &ask);
}

gboolean imap_send(ImapStore *store, const char *command, guint64 budget, gsize keep)
{
  gboolean sent = g_strcmp0(store->ahead, command) == 0;
  if (!sent && !drop_ahead(store)) return FALSE;
  g_clear_pointer(&store->ahead, g_free);
  forget_answer(store);
  stream_command(store->stream, budget);
  reader_command(&store->reader, budget, keep);
  return sent || send_line(store, command);
}

void imap_send_ahead(ImapStore *store, const char *command)
{
  if (store->ahead == NULL && send_line(store, command)) store->ahead = g_strdup(command);
}

gboolean imap_run(ImapStore *store, const char *command, const ImapAsk *ask)
{
  Reply reply;
  if (!imap_send(store, command, ask->budget != 0 ? ask->budget : IMAP_BUDGET,
                 ask->keep != 0 ? ask->keep : READER_KEEP))
    return FALSE;
  while (store->ended == REPLY_EMPTY) {
    if (!imap_hear(store, store->tag, &reply)) return FALSE;
    if (reply.kind == REPLY_BYE) {
      imap_take_bye(store, &reply);
      return FALSE;
    }
    imap_take_news(store, &reply);
    if (ask->take != NULL) ask->take(store, &reply, ask->data);
    if (reply.tagged) imap_note_status(store, &reply);
    if (reply.tagged) store->ended = reply.kind;
  }
  return TRUE;
}

gboolean imap_command(ImapStore *store, const char *command, const ImapAsk *ask, GError **error)
{
  if (!imap_run(store, command, ask)) return imap_broken(store, error);
  return store->ended == REPLY_OK || imap_refused(store, ask, command, error);
}

gboolean imap_need_folder(const ImapStore *store, GError **error)
{
  if (store->open != NULL) return TRUE;
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "No folder of %s is open.", stream_where(store->stream));
  return FALSE;
}

static void take_capabilities(ImapStore *store, const Reply *reply, gpointer data)
{
  const char *word;
  gsize length;
  Cursor cursor = reply->rest;
  if (reply->kind != REPLY_DATA || !reply_is(reply, "CAPABILITY")) return;
  while (cursor_word(&cursor, &word, &length) && g_hash_table_size(store->capabilities) < CAPABILITIES)
    g_hash_table_add(store->capabilities, g_ascii_strup(word, (gssize)length));
}

gboolean imap_ask_capabilities(ImapStore *store, GError **error)
{
  static const ImapAsk ask = { .doing = "tell its capabilities", .scope = STORE_ERROR_LINK, .take = take_capabilities };
  /* Forget what the server told before, perhaps without TLS. */
  g_hash_table_remove_all(store->capabilities);
  return imap_command(store, "CAPABILITY", &ask, error);
}

gboolean imap_has(const ImapStore *store, const char *capability)
{
  return g_hash_table_contains(store->capabilities, capability);
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

static void take_found(ImapStore *store, const Reply *reply, gpointer data)
{
  if (reply->kind == REPLY_DATA && reply_is(reply, "SEARCH")) search_read(reply->rest, data);
}

GArray *imap_search(ImapStore *store, const char *criteria, guint limit, GError **error)
{
  g_autofree char *command = g_strconcat("UID SEARCH ", criteria, NULL);
  g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
  const ImapAsk ask = { .doing = "search the folder", .scope = STORE_ERROR_MAILBOX, .take = take_found, .data = uids };
  if (!imap_command(store, command, &ask, error)) return NULL;
  g_array_sort(uids, imap_compare_uids);
  guint kept = 0;
  guint32 *data = (guint32 *)(void *)uids->data;
  for (guint i = 0; i < uids->len && kept < limit; i++)
    if (kept == 0 || data[i] != data[kept - 1]) data[kept++] = data[i];
  g_array_set_size(uids, kept);
  return g_steal_pointer(&uids);
}
