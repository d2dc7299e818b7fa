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

/* Which of these UIDs are there. Other UIDs that the server names do not count. */
static GArray *ask_present(ImapStore *store, const GArray *uids, GError **error)
{
  g_autofree char *criteria = imap_with_set("UID", uids, "");
  g_autoptr(GArray) found = imap_search(store, criteria, G_MAXUINT, error);
  if (found == NULL) return NULL;
  GArray *present = g_array_new(FALSE, FALSE, sizeof(guint32));
  for (guint i = 0; i < uids->len; i++) {
    guint32 uid = g_array_index(uids, guint32, i);
    if (g_array_binary_search(found, &uid, imap_compare_uids, NULL)) g_array_append_val(present, uid);
  }
  return present;
}

static gboolean expand(const struct mailimap_set *set, guint limit, GArray *uids)
{
  for (clistiter *i = clist_begin(set->set_list); i != NULL; i = clist_next(i)) {
    const struct mailimap_set_item *item = clist_content(i);
    guint32 first = MIN(item->set_first, item->set_last), last = MAX(item->set_first, item->set_last);
    if (first == 0 || last - first >= limit - uids->len) return FALSE;
    for (guint32 uid = first; uid - first <= last - first && uids->len < limit; uid++) {
      g_array_append_val(uids, uid);
      if (uid == last) break;
    }
  }
  return TRUE;
}

/* Adds what one COPYUID (RFC 4315, 3) says about the wanted messages; nothing when its two sets do not fit. */
static void take_copyuid(const struct mailimap_uidplus_resp_code_copy *code, const GArray *wanted, GArray *paired,
                         GArray *pairs)
{
  g_autoptr(GArray) from = g_array_new(FALSE, FALSE, sizeof(guint32)), to = g_array_new(FALSE, FALSE, sizeof(guint32));
  if (code->uid_source_set == NULL || code->uid_dest_set == NULL) return;
  if (!expand(code->uid_source_set, wanted->len, from) || !expand(code->uid_dest_set, wanted->len, to)) return;
  if (from->len != to->len) return;
  for (guint i = 0; i < from->len; i++) {
    UidPair pair = { g_array_index(from, guint32, i), g_array_index(to, guint32, i) };
    if (!contains(wanted, pair.from) || contains(paired, pair.from)) continue;
    g_array_append_val(paired, pair.from);
    g_array_append_val(pairs, pair);
  }
}

/* The pairs of UIDs in the COPYUID codes of the last command. The codes may come before the command's end (RFC 6851,
 * 4.3). */
static GArray *take_copyuids(const ImapStore *store, const GArray *wanted, GArray *pairs)
{
  GArray *paired = g_array_new(FALSE, FALSE, sizeof(guint32));
  clist *list = store->session->imap_response_info->rsp_extension_list;
  for (clistiter *i = clist_begin(list); i != NULL; i = clist_next(i)) {
    const struct mailimap_extension_data *item = clist_content(i);
    if (item->ext_extension == &mailimap_extension_uidplus && item->ext_type == MAILIMAP_UIDPLUS_RESP_CODE_COPY
        && item->ext_data != NULL)
      take_copyuid(item->ext_data, wanted, paired, pairs);
  }
  return paired;
}

/* Removes exactly these for good. What the server then still has is no longer marked for deletion. */
static gboolean expunge(ImapStore *store, const GArray *uids, GError **error)
{
  g_autofree char *mark = imap_with_set("UID STORE", uids, " +FLAGS.SILENT (\\Deleted)"),
                  *remove = imap_with_set("UID EXPUNGE", uids, "");
  if (!imap_command(store, IMAP_BUDGET, mark, STORE_ERROR_MAILBOX, "remove messages from the folder", error))
    return FALSE;
  g_autoptr(GError) problem = NULL;
  imap_command(store, IMAP_BUDGET, remove, STORE_ERROR_MAILBOX, "remove messages from the folder", &problem);
  if (problem != NULL && !imap_was_refused(problem)) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  g_autoptr(GArray) left = ask_present(store, uids, error);
  if (left == NULL) return FALSE;
  if (left->len == 0) return TRUE;
  g_autofree char *unmark = imap_with_set("UID STORE", left, " -FLAGS.SILENT (\\Deleted)");
  if (!imap_command(store, IMAP_BUDGET, unmark, STORE_ERROR_MAILBOX, "unmark messages", error)) return FALSE;
  if (problem != NULL)
    g_propagate_error(error, g_steal_pointer(&problem));
  else
    g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "%s did not remove messages from the folder.",
                stream_where(store->stream));
  return FALSE;
}

/* COPY or MOVE. The owner must fix a refusal, so the error says how. */
static gboolean transfer(ImapStore *store, const char *verb, const GArray *uids, const char *target, GError **error)
{
  g_autofree char *command = imap_with_set(verb, uids, target);
  g_autoptr(GError) problem = NULL;
  if (imap_command(store, IMAP_BUDGET, command, STORE_ERROR_MAILBOX, "move messages", &problem)) return TRUE;
  if (imap_was_refused(problem)) {
    const struct mailimap_response_info *info = store->session->imap_response_info;
    gboolean full = info->rsp_atom != NULL && g_ascii_strcasecmp(info->rsp_atom, "OVERQUOTA") == 0;
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
  if (!transfer(store, "UID MOVE", uids, target, error)) return FALSE;
  g_autoptr(GArray) paired = take_copyuids(store, uids, pairs);
  if (paired->len == uids->len) return TRUE;
  /* The server did not say where the other messages are: they count as moved only if they are gone from here. */
  g_autoptr(GArray) left = ask_present(store, uids, error);
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

/* The UIDs that were copied, as far as the server told where to; NULL when the server told nothing. */
static GArray *copy(ImapStore *store, const GArray *uids, const char *target, GArray *pairs, GError **error)
{
  if (!transfer(store, "UID COPY", uids, target, error)) return NULL;
  g_autoptr(GArray) paired = take_copyuids(store, uids, pairs);
  if (paired->len > 0) return g_steal_pointer(&paired);
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX,
              "%s did not say which messages it copied (COPYUID), so that none was deleted here.",
              stream_where(store->stream));
  return NULL;
}

static gboolean only_copy(ImapStore *store, const GArray *uids, const char *target, GArray *pairs, GError **error)
{
  g_autoptr(GArray) paired = copy(store, uids, target, pairs, error);
  return paired != NULL;
}

static gboolean move_by_copy(ImapStore *store, const GArray *uids, const char *target, GArray *pairs, GError **error)
{
  g_autoptr(GArray) copied = g_array_new(FALSE, FALSE, sizeof(UidPair));
  g_autoptr(GArray) paired = copy(store, uids, target, copied, error);
  if (paired == NULL || !expunge(store, paired, error)) return FALSE;
  g_array_append_vals(pairs, copied->data, copied->len);
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
  g_autofree char *quoted = imap_quote(wire), *rest = g_strconcat(" ", quoted, NULL);
  for (guint done = 0; done < n; done += IMAP_SET) {
    g_autoptr(GArray) batch = imap_batch(uids + done, n - done);
    /* Ask first which messages are there, so that a message that vanished in the meantime does not count as moved. */
    g_autoptr(GArray) present = ask_present(store, batch, error);
    if (present == NULL) return FALSE;
    if (present->len > 0 && !bring(store, present, rest, pairs, error)) return FALSE;
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
