/* fake_store.c - a mail server in memory.
 * Owns:     the folders, the cut.
 * Must not: be kinder than a real server: after the cut every slot fails.
 * Fails:    STORE_ERROR_LINK at the cut and from then on.
 * Tests:    used by test_pass.c, test_settle.c */
#include "tests/rigs/fake_store.h"
#include <string.h>

typedef struct {
  Store base;
  FakeServer *server;
  FakeFolder *open;
  gboolean dead;
} FakeStore;

static void message_free(gpointer data)
{
  FakeMessage *message = data;
  g_bytes_unref(message->bytes);
  g_free(message);
}

static void fake_folder_free(gpointer data)
{
  FakeFolder *folder = data;
  g_free(folder->name);
  g_ptr_array_unref(folder->messages);
  g_free(folder);
}

FakeServer *fake_server_new(void)
{
  FakeServer *server = g_new0(FakeServer, 1);
  server->folders = g_ptr_array_new_with_free_func(fake_folder_free);
  return server;
}

void fake_server_free(FakeServer *server)
{
  g_ptr_array_unref(server->folders);
  g_free(server);
}

static FakeFolder *lookup(FakeServer *server, const char *name)
{
  for (guint i = 0; i < server->folders->len; i++) {
    FakeFolder *folder = server->folders->pdata[i];
    if (g_str_equal(folder->name, name)) return folder;
  }
  return NULL;
}

FakeFolder *fake_folder(FakeServer *server, const char *name)
{
  FakeFolder *folder = lookup(server, name);
  if (folder != NULL) return folder;
  folder = g_new0(FakeFolder, 1);
  folder->name = g_strdup(name);
  folder->validity = 100 + server->folders->len;
  folder->next = 1;
  folder->messages = g_ptr_array_new_with_free_func(message_free);
  g_ptr_array_add(server->folders, folder);
  return folder;
}

static FakeMessage *append(FakeFolder *folder, GBytes *bytes, gint64 stored)
{
  FakeMessage *message = g_new0(FakeMessage, 1);
  message->uid = folder->next++;
  message->bytes = g_bytes_ref(bytes);
  message->stored = stored;
  g_ptr_array_add(folder->messages, message);
  return message;
}

FakeMessage *fake_add(FakeServer *server, const char *folder, const char *text, gint64 stored)
{
  g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
  return append(fake_folder(server, folder), bytes, stored);
}

static FakeMessage *by_uid(const FakeFolder *folder, guint32 uid)
{
  for (guint i = 0; folder != NULL && i < folder->messages->len; i++) {
    FakeMessage *message = folder->messages->pdata[i];
    if (message->uid == uid) return message;
  }
  return NULL;
}

static gboolean fail(FakeStore *store, GError **error)
{
  store->dead = TRUE;
  g_set_error(error, STORE_ERROR, STORE_ERROR_LINK, "the connection was cut");
  return FALSE;
}

/* One step at the server; it takes effect between enter() and leave(). */
static gboolean enter(FakeStore *store, GError **error)
{
  if (store->server->turn != NULL) store->server->turn(store->server->turn_data);
  if (store->dead) return fail(store, error);
  store->server->steps++;
  return store->server->steps != store->server->cut || store->server->cut_after || fail(store, error);
}

/* A step that only looks has no effect: it is cut at once, before or after. */
static gboolean look(FakeStore *store, GError **error)
{
  if (!enter(store, error)) return FALSE;
  return store->server->steps != store->server->cut || fail(store, error);
}

static gboolean leave(FakeStore *store, GError **error)
{
  return store->server->steps != store->server->cut || !store->server->cut_after || fail(store, error);
}

static void folder_unref(gpointer data) { folder_free(data); }

static GPtrArray *fake_folders(Store *base, GError **error)
{
  FakeStore *store = (FakeStore *)base;
  if (!look(store, error)) return NULL;
  GPtrArray *list = g_ptr_array_new_with_free_func(folder_unref);
  for (guint i = 0; i < store->server->folders->len; i++) {
    const FakeFolder *folder = store->server->folders->pdata[i];
    Folder *copy = g_new0(Folder, 1);
    copy->name = g_strdup(folder->name);
    copy->use = folder->use;
    g_ptr_array_add(list, copy);
  }
  return list;
}

static char *fake_resolve(Store *base, const char *name, GError **error) { return g_strdup(name); }

static gboolean fake_create(Store *base, const char *name, GError **error)
{
  FakeStore *store = (FakeStore *)base;
  if (!enter(store, error)) return FALSE;
  if (store->server->refuses_create) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "the server refused");
    return FALSE;
  }
  fake_folder(store->server, name);
  return leave(store, error);
}

/* Does what is removed from the open folder stay until commit()? */
static gboolean is_late(const FakeStore *store)
{
  return store->server->late && g_str_equal(store->open->name, "INBOX");
}

static gboolean fake_select(Store *base, const char *name, FolderStatus *status, GError **error)
{
  FakeStore *store = (FakeStore *)base;
  if (!enter(store, error)) return FALSE;
  store->open = lookup(store->server, name);
  if (store->open == NULL || g_strcmp0(name, store->server->refuses_select) == 0) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "there is no such folder");
    return FALSE;
  }
  store->open->opened++;
  *status = (FolderStatus){ store->open->validity, store->open->next - store->open->stale, store->open->messages->len,
                            store->open->read_only };
  gboolean can_move = !store->server->cannot_move && !store->open->read_only;
  gboolean can_claim = !store->server->cannot_claim && !store->server->keeps_no_keywords;
  base->can = store->server->can | STORE_LISTS_ALL | (store->server->keeps_no_keywords ? 0 : STORE_CAN_MARK)
              | (can_move ? STORE_CAN_MOVE : 0) | (can_claim ? STORE_CAN_CLAIM : 0)
              | (store->server->copies ? 0 : STORE_MOVES_AT_ONCE);
  if (store->server->late) base->can |= STORE_NO_RIVALS | (is_late(store) ? STORE_REMOVES_LATE : 0);
  return leave(store, error);
}

static gboolean fake_scan(Store *base, guint32 from, guint32 to, const char *const *fields, ScanCallback callback,
                          gpointer data, GError **error)
{
  FakeStore *store = (FakeStore *)base;
  if (!enter(store, error)) return FALSE;
  store->server->scans++;
  if (store->server->expected == from) store->server->foreseen++;
  store->server->expected = 0;
  for (guint i = 0; i < store->open->messages->len; i++) {
    const FakeMessage *message = store->open->messages->pdata[i];
    if (message->uid < from || message->uid > to || message->leaving || message->hidden) continue;
    if (store->server->refuses_read && store->server->scans_as_boxes_do) continue;
    gsize size;
    const char *bytes = g_bytes_get_data(message->bytes, &size);
    const char *end = g_strstr_len(bytes, (gssize)size, "\n\n");
    ScanRow row = { .uid = message->uid,
                    .size = size,
                    .stored = message->stored,
                    .deleted = message->deleted,
                    .prized = message->flagged || message->answered,
                    .unreadable = message->unreadable,
                    .backscatter = message->backscatter,
                    .not_backscatter = message->not_backscatter,
                    .fields = bytes,
                    .length = end != NULL ? (gsize)(end - bytes) + 1 : size };
    callback(&row, data);
  }
  return leave(store, error);
}

static gboolean fake_peek(Store *base, const char *name, FolderStatus *status, GError **error)
{
  FakeStore *store = (FakeStore *)base;
  if (!look(store, error)) return FALSE;
  const FakeFolder *folder = lookup(store->server, name);
  if (folder == NULL || g_strcmp0(name, store->server->refuses_select) == 0) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "there is no such folder");
    return FALSE;
  }
  *status = (FolderStatus){ folder->validity, folder->next - folder->stale, folder->messages->len, FALSE };
  return TRUE;
}

static void fake_expect(Store *base, guint32 from, guint32 to, const char *const *fields)
{
  FakeStore *store = (FakeStore *)base;
  g_assert_true(from > 0 && from <= to && fields != NULL);
  store->server->expected = from;
}

static gboolean fake_last(Store *base, guint32 *uid, GError **error)
{
  FakeStore *store = (FakeStore *)base;
  if (!look(store, error)) return FALSE;
  const GPtrArray *messages = store->open->messages;
  *uid = 0;
  for (guint i = 0; i < messages->len; i++) {
    const FakeMessage *message = messages->pdata[i];
    if (!message->hidden) *uid = MAX(*uid, message->uid);
  }
  return TRUE;
}

static GArray *fake_present(Store *base, guint32 from, guint32 to, GError **error)
{
  FakeStore *store = (FakeStore *)base;
  if (!look(store, error)) return NULL;
  GArray *uids = g_array_new(FALSE, FALSE, sizeof(guint32));
  for (guint i = 0; i < store->open->messages->len; i++) {
    const FakeMessage *message = store->open->messages->pdata[i];
    if (message->uid >= from && message->uid <= to) g_array_append_val(uids, message->uid);
  }
  return uids;
}

static gboolean fake_read(Store *base, const guint32 *uids, guint n, gsize limit, ReadCallback callback, gpointer data,
                          GError **error)
{
  FakeStore *store = (FakeStore *)base;
  if (!look(store, error)) return FALSE;
  for (guint i = 0; i < n; i++) {
    const FakeMessage *message = by_uid(store->open, uids[i]);
    if (message == NULL || message->leaving) continue;
    store->server->reads++;
    if (message->left_out) continue;
    if (store->server->busy_reading || message->busy) {
      g_set_error(error, STORE_ERROR, STORE_ERROR_LATER, "the server is busy");
      return FALSE;
    }
    if (store->server->refuses_read) {
      g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE, "the server refused");
      return FALSE;
    }
    g_autoptr(GBytes) bytes = g_bytes_new_from_bytes(message->bytes, 0, MIN(limit, g_bytes_get_size(message->bytes)));
    callback(uids[i], bytes, data);
  }
  return TRUE;
}

static GArray *fake_find(Store *base, const char *message_id, guint64 size, gint64 since, GError **error)
{
  FakeStore *store = (FakeStore *)base;
  if (!look(store, error)) return NULL;
  GArray *uids = g_array_new(FALSE, FALSE, sizeof(guint32));
  for (guint i = 0; i < store->open->messages->len; i++) {
    const FakeMessage *message = store->open->messages->pdata[i];
    gsize length;
    const char *bytes = g_bytes_get_data(message->bytes, &length);
    if (*message_id != '\0' && store->server->finds_no_ids) continue;
    gboolean hit = *message_id != '\0' ? g_strstr_len(bytes, (gssize)length, message_id) != NULL : length == size;
    if (hit) g_array_append_val(uids, message->uid);
  }
  return uids;
}

static gboolean take_out(FakeStore *store, const guint32 *uids, guint n, GError **error)
{
  if (!enter(store, error)) return FALSE;
  for (guint i = 0; i < n; i++) {
    FakeMessage *message = by_uid(store->open, uids[i]);
    if (message != NULL && is_late(store))
      message->leaving = TRUE;
    else if (message != NULL)
      g_ptr_array_remove(store->open->messages, message);
  }
  return leave(store, error);
}

static gboolean copy_over(FakeStore *store, const guint32 *uids, guint n, const char *target, GArray *pairs,
                          GError **error)
{
  FakeFolder *goal = lookup(store->server, target);
  if (!enter(store, error)) return FALSE;
  store->server->transfers++;
  if (store->server->busy_moving) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_LATER, "the server is busy");
    return FALSE;
  }
  if (store->server->refuses_move || goal == NULL) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "the server refused: over quota");
    return FALSE;
  }
  for (guint i = 0; i < n; i++) {
    const FakeMessage *message = by_uid(store->open, uids[i]);
    if (message == NULL) continue;
    g_autoptr(GBytes) other = g_bytes_new_static("X: another\n\n", 12);
    FakeMessage *copy = append(goal, store->server->garbles ? other : message->bytes, message->stored);
    copy->seen = message->seen;
    copy->flagged = message->flagged;
    copy->answered = message->answered;
    copy->backscatter = message->backscatter;
    copy->not_backscatter = message->not_backscatter;
    UidPair pair = { uids[i], store->server->names_no_uids ? 0 : copy->uid };
    g_array_append_val(pairs, pair);
  }
  return TRUE;
}

static gboolean fake_move(Store *base, const guint32 *uids, guint n, const char *target, GArray *pairs, GError **error)
{
  FakeStore *store = (FakeStore *)base;
  store->server->moves += n;
  if (!copy_over(store, uids, n, target, pairs, error)) return FALSE;
  if (store->server->copies) return leave(store, error) && take_out(store, uids, n, error);
  for (guint i = 0; i < n; i++) {
    FakeMessage *message = by_uid(store->open, uids[i]);
    if (message != NULL) g_ptr_array_remove(store->open->messages, message);
  }
  return leave(store, error);
}

static gboolean fake_copy(Store *base, const guint32 *uids, guint n, const char *target, GArray *pairs, GError **error)
{
  FakeStore *store = (FakeStore *)base;
  return copy_over(store, uids, n, target, pairs, error) && leave(store, error);
}

static gboolean fake_sync(Store *base, const char *name, GError **error)
{
  FakeStore *store = (FakeStore *)base;
  if (!look(store, error)) return FALSE;
  store->server->synced = TRUE;
  return TRUE;
}

static gboolean fake_remove(Store *base, const guint32 *uids, guint n, GError **error)
{
  FakeServer *server = ((FakeStore *)base)->server;
  if (!server->synced) server->unsynced += n;
  return take_out((FakeStore *)base, uids, n, error);
}

static gboolean fake_mark(Store *base, const guint32 *uids, guint n, Mark mark, GError **error)
{
  FakeStore *store = (FakeStore *)base;
  if (!enter(store, error)) return FALSE;
  for (guint i = 0; i < n; i++) {
    FakeMessage *message = by_uid(store->open, uids[i]);
    if (message == NULL || store->server->keeps_no_keywords) continue;
    message->backscatter = mark == MARK_BACKSCATTER;
    message->not_backscatter = mark == MARK_NOT_BACKSCATTER;
  }
  return leave(store, error);
}

static gboolean fake_claim(Store *base, const guint32 *uids, guint n, GArray *claimed, GError **error)
{
  FakeStore *store = (FakeStore *)base;
  if (!enter(store, error)) return FALSE;
  for (guint i = 0; i < n; i++) {
    FakeMessage *message = by_uid(store->open, uids[i]);
    gboolean can = (base->can & STORE_CAN_CLAIM) != 0;
    if (message != NULL && can && (message->backscatter || message->flagged || message->answered)) continue;
    g_array_append_val(claimed, uids[i]);
    if (message != NULL && !store->server->keeps_no_keywords) message->backscatter = TRUE;
  }
  return leave(store, error);
}

static gboolean fake_prized(Store *base, const guint32 *uids, guint n, GArray *prized, GError **error)
{
  FakeStore *store = (FakeStore *)base;
  if (!look(store, error)) return FALSE;
  if (store->server->refuses_flags) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "the server does not tell flags now");
    return FALSE;
  }
  for (guint i = 0; i < n; i++) {
    const FakeMessage *message = by_uid(store->open, uids[i]);
    if (message != NULL && (message->flagged || message->answered)) g_array_append_val(prized, uids[i]);
  }
  return TRUE;
}

static void end_session(FakeServer *server, gboolean removes)
{
  const FakeFolder *inbox = lookup(server, "INBOX");
  for (guint i = inbox != NULL ? inbox->messages->len : 0; i > 0; i--) {
    FakeMessage *message = inbox->messages->pdata[i - 1];
    if (message->leaving && removes)
      g_ptr_array_remove_index(inbox->messages, i - 1);
    else
      message->leaving = FALSE;
  }
}

static gboolean fake_commit(Store *base, GError **error)
{
  FakeStore *store = (FakeStore *)base;
  if (!enter(store, error)) return FALSE;
  end_session(store->server, TRUE);
  store->open = NULL;
  return leave(store, error);
}

static void fake_close(Store *base) { g_free(base); }

static const StoreClass FAKE = { .folders = fake_folders,
                                 .resolve = fake_resolve,
                                 .create = fake_create,
                                 .select = fake_select,
                                 .peek = fake_peek,
                                 .last = fake_last,
                                 .scan = fake_scan,
                                 .expect = fake_expect,
                                 .present = fake_present,
                                 .read = fake_read,
                                 .find = fake_find,
                                 .move = fake_move,
                                 .copy = fake_copy,
                                 .remove = fake_remove,
                                 .sync = fake_sync,
                                 .mark = fake_mark,
                                 .claim = fake_claim,
                                 .prized = fake_prized,
                                 .commit = fake_commit,
                                 .close = fake_close };

Store *fake_open(FakeServer *server)
{
  FakeStore *store = g_new0(FakeStore, 1);
  store->base.class = &FAKE;
  store->base.can = server->can | STORE_LISTS_ALL | STORE_CAN_MARK | (server->cannot_move ? 0 : STORE_CAN_MOVE)
                    | (server->copies ? 0 : STORE_MOVES_AT_ONCE);
  store->server = server;
  store->base.notes = server->notes;
  if (server->late) store->base.returns_to = "Returned";
  end_session(server, FALSE); /* of one that was cut off */
  for (guint i = 0; i < server->folders->len; i++) ((FakeFolder *)server->folders->pdata[i])->opened = 0;
  server->synced = FALSE;
  server->unsynced = 0;
  server->steps = server->reads = server->scans = server->moves = 0;
  return &store->base;
}

static gint by_text(gconstpointer a, gconstpointer b) { return strcmp(*(char *const *)a, *(char *const *)b); }

char *fake_snapshot(const FakeServer *server)
{
  g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < server->folders->len; i++) {
    const FakeFolder *folder = server->folders->pdata[i];
    for (guint k = 0; k < folder->messages->len; k++) {
      const FakeMessage *message = folder->messages->pdata[k];
      g_autofree char *hash = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, message->bytes);
      g_ptr_array_add(lines, g_strdup_printf("%s %.12s%s%s%s%s%s", folder->name, hash, message->seen ? " seen" : "",
                                             message->flagged ? " flagged" : "", message->deleted ? " deleted" : "",
                                             message->backscatter ? " backscatter" : "",
                                             message->not_backscatter ? " restored" : ""));
    }
  }
  g_ptr_array_sort(lines, by_text);
  g_ptr_array_add(lines, NULL);
  return g_strjoinv("\n", (char **)lines->pdata);
}
