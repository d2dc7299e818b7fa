/* move.c - the IMAP store: moving and removing
 * Owns:     every command that puts a message elsewhere or takes it away.
 * Must not: expunge without naming UIDs; delete what was not copied; take a missing COPYUID for success.
 * Fails:    STORE_ERROR_MAILBOX with nothing lost: a message is in the source, the target, or both.
 * Tests:    tests/fetcher/imap/test_mail.c */
#include "fetcher/imap/private.h"
#include <string.h>

static gboolean contains(const GArray *uids, guint32 uid)
{
  for (guint i = 0; i < uids->len; i++)
    if (g_array_index(uids, guint32, i) == uid) return TRUE;
  return FALSE;
}

static gboolean expand(const char *set, gsize length, guint limit, GArray *uids)
{
  const char *at = set, *end = set + length;
  guint32 first, last;
  while (set_next(&at, end, &first, &last)) {
    if (last - first >= limit - uids->len) return FALSE;
    for (guint32 uid = first; uid - first <= last - first; uid++) {
      g_array_append_val(uids, uid);
      if (uid == last) break;
    }
  }
  return at == end;
}

static gboolean has_twice(const GArray *uids)
{
  g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
  for (guint i = 0; i < uids->len; i++)
    if (!g_hash_table_add(seen, GUINT_TO_POINTER(g_array_index(uids, guint32, i)))) return TRUE;
  return FALSE;
}

typedef struct {
  const GArray *wanted; /* UIDs */
  GArray *paired;       /* those of which is known where they went */
  GArray *pairs;        /* and where: UidPair */
} Copied;

/* Adds what one COPYUID (RFC 4315, 3) says about the wanted messages; nothing when its two sets do not fit, or one has
 * a UID twice. The code may come before the command's end (RFC 6851, 4.3). */
static void take_copyuid(ImapStore *store, const Reply *reply, gpointer data)
{
  Copied *copied = data;
  const char *source, *target;
  gsize source_length, target_length;
  guint64 validity;
  Cursor cursor = reply->rest;
  if (reply->kind != REPLY_OK || !reply_is(reply, "COPYUID")) return;
  if (!cursor_number(&cursor, &validity) || !cursor_word(&cursor, &source, &source_length)
      || !cursor_word(&cursor, &target, &target_length))
    return;
  g_autoptr(GArray) from = g_array_new(FALSE, FALSE, sizeof(guint32)), to = g_array_new(FALSE, FALSE, sizeof(guint32));
  guint limit = copied->wanted->len;
  if (!expand(source, source_length, limit, from) || !expand(target, target_length, limit, to)) return;
  if (from->len != to->len || has_twice(from) || has_twice(to)) return;
  for (guint i = 0; i < from->len; i++) {
    UidPair pair = { g_array_index(from, guint32, i), g_array_index(to, guint32, i) };
    if (!contains(copied->wanted, pair.from) || contains(copied->paired, pair.from)) continue;
    g_array_append_val(copied->paired, pair.from);
    g_array_append_val(copied->pairs, pair);
  }
}

/* Removes exactly these for good. What the server then still has is no longer marked for deletion. */
static gboolean expunge(ImapStore *store, const GArray *uids, GError **error)
{
  static const ImapAsk removing = { .doing = "remove messages from the folder", .scope = STORE_ERROR_MAILBOX };
  static const ImapAsk unmarking = { .doing = "unmark messages", .scope = STORE_ERROR_MAILBOX };
  g_autofree char *mark = imap_with_set("UID STORE", uids, " +FLAGS.SILENT (\\Deleted)"),
                  *remove = imap_with_set("UID EXPUNGE", uids, "");
  if (!imap_command(store, mark, &removing, error)) return FALSE;
  g_autoptr(GError) problem = NULL;
  imap_command(store, remove, &removing, &problem);
  if (problem != NULL && !imap_was_refused(problem)) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  g_autoptr(GArray) left = imap_ask_present(store, uids, error);
  if (left == NULL) return FALSE;
  if (left->len == 0) return TRUE;
  g_autofree char *unmark = imap_with_set("UID STORE", left, " -FLAGS.SILENT (\\Deleted)");
  if (!imap_command(store, unmark, &unmarking, error)) return FALSE;
  if (problem != NULL)
    g_propagate_error(error, g_steal_pointer(&problem));
  else
    g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "%s did not remove messages from the folder.",
                stream_where(store->stream));
  return FALSE;
}

/* COPY or MOVE, and what the server tells of where the messages went. The owner must fix a refusal, so the error says
 * how. */
static gboolean transfer(ImapStore *store, const char *verb, const GArray *uids, const char *target, Copied *copied,
                         GError **error)
{
  g_autofree char *quoted = imap_quote(target), *rest = g_strconcat(" ", quoted, NULL),
                  *command = imap_with_set(verb, uids, rest);
  const ImapAsk ask = { .doing = "move messages", .scope = STORE_ERROR_MAILBOX, .take = take_copyuid, .data = copied };
  g_autoptr(GError) problem = NULL;
  if (imap_command(store, command, &ask, &problem)) return TRUE;
  if (imap_was_refused(problem)) {
    gboolean full = store->code != NULL && g_ascii_strcasecmp(store->code, "OVERQUOTA") == 0;
    g_autofree char *what = g_strndup(problem->message, strlen(problem->message) - strlen("."));
    g_set_error(error, STORE_ERROR, problem->code, "%s; %s.", what,
                full ? "the mailbox is full: empty the Trash there, delete old mail, or ask for a higher quota"
                : problem->code == STORE_ERROR_LATER
                    ? "it will be tried again"
                    : "check that the target folder is there, that you may write to it, and that there is room");
    return FALSE;
  }
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

static gboolean move_by_move(ImapStore *store, const GArray *uids, const char *target, GArray *pairs, GError **error)
{
  g_autoptr(GArray) paired = g_array_new(FALSE, FALSE, sizeof(guint32)),
                    where = g_array_new(FALSE, FALSE, sizeof(UidPair));
  Copied copied = { .wanted = uids, .paired = paired, .pairs = where };
  if (!transfer(store, "UID MOVE", uids, target, &copied, error)) return FALSE;
  g_array_append_vals(pairs, where->data, where->len);
  if (paired->len == uids->len) return TRUE;
  /* The server did not say where the other messages are: they count as moved only if they are gone from here. */
  g_autoptr(GArray) left = imap_ask_present(store, uids, error);
  if (left == NULL) return FALSE;
  guint stayed = 0;
  for (guint i = 0; i < uids->len; i++) {
    UidPair pair = { g_array_index(uids, guint32, i), 0 };
    if (contains(paired, pair.from)) continue;
    if (contains(left, pair.from))
      stayed++;
    else
      g_array_append_val(pairs, pair);
  }
  if (stayed == 0) return TRUE;
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "%s said it moved messages, but %u of them are still there.",
              stream_where(store->stream), stayed);
  return FALSE;
}

static gboolean not_told(const ImapStore *store, const char *more, GError **error)
{
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX,
              "%s did not say which messages it copied (COPYUID)%s, so that none was deleted here.",
              stream_where(store->stream), more);
  return FALSE;
}

static gboolean only_copy(ImapStore *store, const GArray *uids, const char *target, GArray *pairs, GError **error)
{
  g_autoptr(GArray) paired = g_array_new(FALSE, FALSE, sizeof(guint32)),
                    where = g_array_new(FALSE, FALSE, sizeof(UidPair));
  Copied copied = { .wanted = uids, .paired = paired, .pairs = where };
  if (!transfer(store, "UID COPY", uids, target, &copied, error)) return FALSE;
  g_array_append_vals(pairs, where->data, where->len);
  return paired->len > 0 || not_told(store, "", error);
}

/* A server with UIDPLUS may tell nothing of where the messages went (RFC 4315, 3). Then the target must have grown by
 * all of them, else nothing is deleted. */
static gboolean move_by_copy(ImapStore *store, const GArray *uids, const char *target, GArray *pairs, GError **error)
{
  FolderStatus before = { 0 }, after = { 0 };
  g_autoptr(GArray) paired = g_array_new(FALSE, FALSE, sizeof(guint32)),
                    where = g_array_new(FALSE, FALSE, sizeof(UidPair));
  Copied copied = { .wanted = uids, .paired = paired, .pairs = where };
  if (!store->tells_copies && !imap_count(store, target, &before, error)) return FALSE;
  if (!transfer(store, "UID COPY", uids, target, &copied, error)) return FALSE;
  if (paired->len > 0) {
    store->tells_copies = TRUE;
  } else {
    if (before.next == 0) return not_told(store, "", error);
    if (!imap_count(store, target, &after, error)) return FALSE;
    if (after.next < before.next || after.next - before.next < uids->len || after.count < before.count
        || after.count - before.count < uids->len)
      return not_told(store, ", and the target did not grow by them", error);
    for (guint i = 0; i < uids->len; i++) {
      UidPair pair = { g_array_index(uids, guint32, i), 0 };
      g_array_append_val(paired, pair.from);
      g_array_append_val(where, pair);
    }
  }
  if (!expunge(store, paired, error)) return FALSE;
  g_array_append_vals(pairs, where->data, where->len);
  return TRUE;
}

/* Messages that we removed ourselves are no news for wait(). */
static void not_news(ImapStore *store, guint removed) { store->gone -= MIN(store->gone, removed); }

static gboolean can_move(const ImapStore *store, GError **error)
{
  if (store->base.can & STORE_CAN_MOVE) return TRUE;
  g_set_error(
      error, STORE_ERROR, STORE_ERROR_MAILBOX,
      "Nothing can be moved out of this folder of %s: it is read-only, or the server has neither MOVE nor UIDPLUS.",
      stream_where(store->stream));
  return FALSE;
}

typedef gboolean (*Bring)(ImapStore *store, const GArray *uids, const char *target, GArray *pairs, GError **error);

static gboolean bring_all(ImapStore *store, Bring bring, const guint32 *uids, guint n, const char *target,
                          GArray *pairs, GError **error)
{
  if (!imap_need_folder(store, error) || !can_move(store, error)) return FALSE;
  g_autofree char *wire = imap_wire(store, target, error);
  if (wire == NULL) return FALSE;
  for (guint done = 0; done < n; done += IMAP_SET) {
    g_autoptr(GArray) batch = imap_batch(uids + done, n - done);
    /* Ask first which messages are there, so that a message that vanished in the meantime does not count as moved. */
    g_autoptr(GArray) present = imap_ask_present(store, batch, error);
    if (present == NULL) return FALSE;
    if (present->len > 0 && !bring(store, present, wire, pairs, error)) return FALSE;
  }
  return TRUE;
}

gboolean imap_move(Store *base, const guint32 *uids, guint n, const char *target, GArray *pairs, GError **error)
{
  ImapStore *store = (ImapStore *)base;
  guint known = pairs->len;
  gboolean moved =
      bring_all(store, imap_has(store, "MOVE") ? move_by_move : move_by_copy, uids, n, target, pairs, error);
  not_news(store, pairs->len - known);
  return moved;
}

gboolean imap_copy(Store *base, const guint32 *uids, guint n, const char *target, GArray *pairs, GError **error)
{
  return bring_all((ImapStore *)base, only_copy, uids, n, target, pairs, error);
}

gboolean imap_remove(Store *base, const guint32 *uids, guint n, GError **error)
{
  ImapStore *store = (ImapStore *)base;
  if (!imap_need_folder(store, error) || !can_move(store, error)) return FALSE;
  if (!imap_has(store, "UIDPLUS")) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "%s cannot remove a single message (it has no UIDPLUS).",
                stream_where(store->stream));
    return FALSE;
  }
  for (guint done = 0; done < n; done += IMAP_SET) {
    g_autoptr(GArray) batch = imap_batch(uids + done, n - done);
    if (!expunge(store, batch, error)) return FALSE;
    not_news(store, batch->len);
  }
  return TRUE;
}
