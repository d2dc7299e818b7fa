/* open.c - the IMAP store: opening a folder, and looking at one that is not open
 * Owns:     SELECT and STATUS: what a folder has, and what can be done in it.
 * Must not: take a folder for empty because the server tells nothing of it.
 * Fails:    STORE_ERROR_MAILBOX when the server refuses, or tells too little to work with; LINK.
 * Tests:    tests/fetcher/imap/test_folder.c */
#include "fetcher/imap/private.h"
#include <string.h>

/* The name in an answer is this folder's. */
static gboolean is_folder(const Value *told, const char *wire)
{
  g_autofree char *name = value_copy(told);
  return name != NULL
         && (g_str_equal(name, wire)
             || (g_ascii_strcasecmp(wire, "INBOX") == 0 && g_ascii_strcasecmp(name, "INBOX") == 0));
}

typedef struct {
  const char *wire;
  StatusRow row; /* but its name */
} Peek;

/* The answer may tell of other folders, too. */
static void take_status(ImapStore *store, const Reply *reply, gpointer data)
{
  Peek *peek = data;
  g_auto(StatusRow) row = { 0 };
  if (reply->kind != REPLY_DATA || !reply_is(reply, "STATUS") || !status_row_read(reply->rest, &row)) return;
  if (!is_folder(&row.name, peek->wire)) return;
  peek->row = row;
  peek->row.name = (Value){ 0 };
}

static gboolean ask_status(ImapStore *store, const char *wire, const char *items, const char *doing, StatusRow *row,
                           GError **error)
{
  Peek peek = { .wire = wire };
  const ImapAsk ask = { .doing = doing, .scope = STORE_ERROR_MAILBOX, .take = take_status, .data = &peek };
  g_autofree char *quoted = imap_quote(wire), *command = g_strdup_printf("STATUS %s (%s)", quoted, items);
  if (!imap_command(store, command, &ask, error)) return FALSE;
  *row = peek.row;
  return TRUE;
}

gboolean imap_peek(Store *base, const char *name, FolderStatus *status, GError **error)
{
  ImapStore *store = (ImapStore *)base;
  g_autofree char *wire = imap_wire(store, name, error), *what = imap_doing("look at", name);
  StatusRow row;
  if (wire == NULL || !ask_status(store, wire, "MESSAGES UIDNEXT UIDVALIDITY", what, &row, error)) return FALSE;
  *status = (FolderStatus){ .validity = row.next != 0 && row.counted ? row.validity : 0,
                            .next = row.next,
                            .count = row.messages };
  return TRUE;
}

gboolean imap_count(ImapStore *store, const char *wire, FolderStatus *status, GError **error)
{
  StatusRow row;
  if (!ask_status(store, wire, "MESSAGES UIDNEXT", "count messages", &row, error)) return FALSE;
  *status = (FolderStatus){ .next = row.counted ? row.next : 0, .count = row.messages };
  return TRUE;
}

typedef struct {
  FolderStatus status;
  gboolean keywords; /* our two are kept here */
} Opened;

static void take_opened(ImapStore *store, const Reply *reply, gpointer data)
{
  Opened *opened = data;
  guint64 number = 0;
  Cursor cursor = reply->rest;
  if (reply->kind == REPLY_DATA) {
    if (reply_is(reply, "EXISTS") && reply->counted) opened->status.count = reply->number;
    return;
  }
  if (reply->kind != REPLY_OK) return;
  if (reply->tagged && reply_is(reply, "READ-ONLY")) opened->status.read_only = TRUE;
  if (reply_is(reply, "PERMANENTFLAGS"))
    opened->keywords = permanent_flags_keep(cursor, "$Backscatter", "$NotBackscatter");
  if (reply_is(reply, "UIDVALIDITY") && cursor_number(&cursor, &number) && number <= G_MAXUINT32)
    opened->status.validity = (guint32)number;
  if (reply_is(reply, "UIDNEXT") && cursor_number(&cursor, &number) && number <= G_MAXUINT32)
    opened->status.next = (guint32)number;
}

static void take_highest(ImapStore *store, const Reply *reply, gpointer data)
{
  guint32 *highest = data;
  g_auto(FetchRow) row = { 0 };
  if (reply->kind == REPLY_DATA && reply_is(reply, "FETCH") && fetch_row_read(reply->rest, &row))
    *highest = MAX(*highest, row.row.uid);
}

/* *highest: the highest UID of the open folder; 0: the server refuses to tell. */
static gboolean ask_highest(ImapStore *store, guint32 *highest, GError **error)
{
  const ImapAsk ask = {
    .doing = "tell the last UID", .scope = STORE_ERROR_MAILBOX, .take = take_highest, .data = highest
  };
  *highest = 0;
  return imap_run(store, "UID FETCH * (UID)", &ask) || imap_broken(store, error);
}

gboolean imap_last(Store *base, guint32 *highest, GError **error)
{
  return ask_highest((ImapStore *)base, highest, error);
}

/* UIDNEXT where SELECT does not tell it (Courier, 163.com, Winmail): by STATUS, else one more than the highest UID. */
static gboolean ask_next(ImapStore *store, const char *wire, const char *doing, FolderStatus *status, GError **error)
{
  StatusRow row = { 0 };
  guint32 highest = 0;
  g_autoptr(GError) refusal = NULL;
  if (!ask_status(store, wire, "UIDNEXT", doing, &row, &refusal) && refusal->code != STORE_ERROR_MAILBOX) {
    g_propagate_error(error, g_steal_pointer(&refusal));
    return FALSE;
  }
  status->next = row.next != 0 ? row.next : status->count == 0 ? 1 : 0;
  if (status->next != 0) return TRUE;
  if (!ask_highest(store, &highest, error)) return FALSE;
  if (highest == 0) {
    g_autoptr(GArray) all = imap_search(store, "UID 1:*", G_MAXUINT, error);
    if (all == NULL) return FALSE;
    if (all->len > 0) highest = g_array_index(all, guint32, all->len - 1);
  }
  if (highest == 0) {
    g_set_error(
        error, STORE_ERROR, STORE_ERROR_MAILBOX,
        "%s says that it has %u messages but tells no UID of them, so that it is not possible to %s: ask whoever "
        "runs the server.",
        stream_where(store->stream), status->count, doing);
    return FALSE;
  }
  status->next = highest < G_MAXUINT32 ? highest + 1 : highest;
  return TRUE;
}

static guint can_do(const ImapStore *store, const Opened *opened)
{
  guint can = 0;
  if (opened->status.read_only) return 0;
  if (imap_has(store, "MOVE") || imap_has(store, "UIDPLUS")) can |= STORE_CAN_MOVE;
  if (opened->keywords) can |= STORE_CAN_MARK;
  if (opened->keywords && imap_has(store, "CONDSTORE")) can |= STORE_CAN_CLAIM;
  return can;
}

gboolean imap_select(Store *base, const char *name, FolderStatus *status, GError **error)
{
  ImapStore *store = (ImapStore *)base;
  g_autofree char *wire = imap_wire(store, name, error), *what = imap_doing("open", name);
  if (wire == NULL) return FALSE;
  g_autofree char *quoted = imap_quote(wire), *command = g_strdup_printf("SELECT %s", quoted);
  Opened opened = { 0 };
  const ImapAsk ask = { .doing = what, .scope = STORE_ERROR_MAILBOX, .take = take_opened, .data = &opened };
  g_clear_pointer(&store->open, g_free);
  base->can &= ~(guint)(STORE_CAN_MOVE | STORE_CAN_MARK | STORE_CAN_CLAIM);
  if (!imap_command(store, command, &ask, error)) return FALSE;
  if (opened.status.validity == 0) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "%s gave no UIDVALIDITY, so that it is not possible to %s.",
                stream_where(store->stream), what);
    return FALSE;
  }
  if (opened.status.next == 0 && !ask_next(store, wire, what, &opened.status, error)) return FALSE;
  store->open = g_strdup(name);
  store->exists = opened.status.count;
  store->came = FALSE;
  store->gone = 0;
  base->can |= can_do(store, &opened);
  *status = opened.status;
  return TRUE;
}
