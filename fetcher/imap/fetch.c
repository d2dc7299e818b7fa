/* fetch.c - the IMAP store: looking at messages
 * Owns:     FETCH and SEARCH, and the rows that come of them.
 * Must not: change a message, not even \Seen; pass on a row whose response does not end as it should; let one message
 *           that cannot be read stand for all.
 * Fails:    STORE_ERROR_MAILBOX for a folder, STORE_ERROR_MESSAGE for one message; LINK.
 * Tests:    tests/fetcher/imap/test_mail.c, tests/fetcher/imap/test_mark.c, tests/fetcher/imap/test_odd.c,
 *           tests/fetcher/imap/test_ahead.c */
#include "fetcher/imap/private.h"
#include <string.h>

#define FOUND 1000
/* Ranges that are asked for again in one scan, to find the message for which the server refuses all of them. */
#define ATTEMPTS 200

/* Reads a reply as a FETCH response. FALSE: it is another one, or it is not to be trusted, and so is the rest of the
 * answer: a literal of another length than was announced makes text of mail look like responses. */
static gboolean read_row(ImapStore *store, const Reply *reply, FetchRow *row)
{
  if (reply->kind != REPLY_DATA || !reply_is(reply, "FETCH")) return FALSE;
  if (fetch_row_read(reply->rest, row)) return TRUE;
  fetch_row_clear(row);
  imap_lose_track(store);
  return FALSE;
}

typedef struct {
  guint32 from, to;
  const char *fields;
  GHashTable *seen; /* UIDs whose rows the callback got */
  GHashTable *told; /* UIDs that the server named, perhaps without these fields */
  GArray *bad;      /* UIDs of messages for which every range is refused */
  guint attempts;
  ScanCallback callback;
  gpointer data;
} Scan;

static void take_scanned(ImapStore *store, const Reply *reply, gpointer data)
{
  Scan *scan = data;
  g_auto(FetchRow) row = { 0 };
  if (!read_row(store, reply, &row)) return;
  ScanRow *told = &row.row;
  if (told->uid < scan->from || told->uid > scan->to) return;
  g_hash_table_add(scan->told, GUINT_TO_POINTER(told->uid));
  if (!row.section || !g_hash_table_add(scan->seen, GUINT_TO_POINTER(told->uid))) return;
  if (!row.flags) told->prized = TRUE; /* for all we know */
  told->unreadable = row.body.bytes == NULL;
  told->doubtful = !told->unreadable && !row.body.whole;
  told->fields = row.body.bytes;
  told->length = row.body.length;
  scan->callback(told, scan->data);
}

static char *scan_command(guint32 from, guint32 to, const char *fields)
{
  return g_strdup_printf("UID FETCH %u:%u (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (%s)])", from, to,
                         fields);
}

/* One range at a time: a server may answer two commands at once (RFC 3501, 5.5; Dovecot does), and rows of the next
 * range would be taken for news of other messages. So the next one is asked for when this one has ended, at the
 * earliest (imap_expect()). */
static gboolean scan_range(ImapStore *store, Scan *scan, guint32 from, guint32 to, GError **error)
{
  const ImapAsk ask = { .doing = "show what is in the folder",
                        .scope = STORE_ERROR_MAILBOX,
                        .take = take_scanned,
                        .data = scan,
                        .budget = STREAM_BUDGET };
  g_autofree char *command = scan_command(from, to, scan->fields);
  if (!imap_command(store, command, &ask, error)) return FALSE;
  if (!store->lost_track) return TRUE;
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "%s gave an answer about %s that ends within a message.",
              stream_where(store->stream), store->open);
  return FALSE;
}

/* May single messages be at fault for the refusal? Ask before the next command, whose answer has another code. */
static gboolean may_halve(const ImapStore *store, const GError *refusal)
{
  gboolean bug = store->code != NULL && g_ascii_strcasecmp(store->code, "SERVERBUG") == 0; /* Yahoo */
  return refusal->code == STORE_ERROR_MAILBOX || (bug && refusal->code == STORE_ERROR_LATER);
}

/* The server did not show the range uids[0]..uids[n - 1], because of `refusal`, which is taken over: its halves are
 * asked for, down to the message that is at fault. */
static gboolean scan_halves(ImapStore *store, Scan *scan, const guint32 *uids, guint n, GError *refusal, GError **error)
{
  if (++scan->attempts > ATTEMPTS) {
    g_propagate_error(error, refusal);
    return FALSE;
  }
  g_error_free(refusal);
  if (n == 1) {
    g_array_append_val(scan->bad, uids[0]);
    return TRUE;
  }
  for (guint from = 0, to = n / 2; from < n; from = to, to = n) {
    GError *problem = NULL;
    if (scan_range(store, scan, uids[from], uids[to - 1], &problem)) continue;
    if (!may_halve(store, problem)) {
      g_propagate_error(error, problem);
      return FALSE;
    }
    if (!scan_halves(store, scan, uids + from, to - from, problem, error)) return FALSE;
  }
  return TRUE;
}

/* The messages that are there and of which the callback got nothing. */
static GArray *left_out(ImapStore *store, const Scan *scan, GError **error)
{
  GArray *uids = imap_present(&store->base, scan->from, scan->to, error);
  guint kept = 0;
  for (guint i = 0; uids != NULL && i < uids->len; i++) {
    guint32 uid = g_array_index(uids, guint32, i);
    if (!g_hash_table_contains(scan->seen, GUINT_TO_POINTER(uid))) g_array_index(uids, guint32, kept++) = uid;
  }
  if (uids != NULL) g_array_set_size(uids, kept);
  return uids;
}

/* Scans again what is left after a refusal, which is taken over. A server that shows nothing at all has refused. */
static gboolean scan_rest(ImapStore *store, Scan *scan, GError *refusal, GError **error)
{
  g_autoptr(GError) first = g_error_copy(refusal);
  g_autoptr(GArray) left = NULL;
  if (!may_halve(store, refusal)) {
    g_propagate_error(error, refusal);
    return FALSE;
  }
  left = left_out(store, scan, error);
  gboolean done =
      left != NULL
      && (left->len == 0
          || scan_halves(store, scan, (guint32 *)(void *)left->data, left->len, g_steal_pointer(&refusal), error));
  g_clear_error(&refusal);
  if (!done || g_hash_table_size(scan->seen) > 0) return done;
  g_propagate_error(error, g_steal_pointer(&first));
  return FALSE;
}

/* Some servers leave messages out of an answer and say OK. Where UIDs are missing, which of them are there? A server
 * that refuses to say is believed. FALSE: the connection is broken. */
static gboolean note_left_out(ImapStore *store, Scan *scan, GError **error)
{
  g_autoptr(GError) problem = NULL;
  if (g_hash_table_size(scan->seen) + scan->bad->len > scan->to - scan->from) return TRUE; /* none is missing */
  g_autoptr(GArray) left = left_out(store, scan, &problem);
  if (left != NULL) {
    g_array_append_vals(scan->bad, left->data, left->len);
    return TRUE;
  }
  if (problem->code == STORE_ERROR_MAILBOX) return TRUE;
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

/* Messages that are there, but of which the server shows no fields. */
static void give_unreadable(Scan *scan)
{
  GHashTableIter iter;
  gpointer uid;
  for (guint i = 0; i < scan->bad->len; i++)
    g_hash_table_add(scan->told, GUINT_TO_POINTER(g_array_index(scan->bad, guint32, i)));
  g_hash_table_iter_init(&iter, scan->told);
  while (g_hash_table_iter_next(&iter, &uid, NULL)) {
    const ScanRow row = { .uid = GPOINTER_TO_UINT(uid), .unreadable = TRUE, .prized = TRUE };
    if (!g_hash_table_contains(scan->seen, uid)) scan->callback(&row, scan->data);
  }
}

gboolean imap_scan(Store *base, guint32 from, guint32 to, const char *const *fields, ScanCallback callback,
                   gpointer data, GError **error)
{
  ImapStore *store = (ImapStore *)base;
  if (!imap_need_folder(store, error)) return FALSE;
  if (MAX(from, 1) > to) return TRUE;
  g_autofree char *names = g_strjoinv(" ", (char **)(void *)fields);
  g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL), told = g_hash_table_new(NULL, NULL);
  g_autoptr(GArray) bad = g_array_new(FALSE, FALSE, sizeof(guint32));
  Scan scan = { .from = MAX(from, 1),
                .to = to,
                .fields = names,
                .seen = seen,
                .told = told,
                .bad = bad,
                .callback = callback,
                .data = data };
  GError *refusal = NULL;
  gboolean done = scan_range(store, &scan, scan.from, scan.to, &refusal) || scan_rest(store, &scan, refusal, error);
  done = done && note_left_out(store, &scan, error);
  if (done) give_unreadable(&scan);
  return done;
}

void imap_expect(Store *base, guint32 from, guint32 to, const char *const *fields)
{
  ImapStore *store = (ImapStore *)base;
  g_autofree char *names = g_strjoinv(" ", (char **)(void *)fields), *command = scan_command(MAX(from, 1), to, names);
  if (store->open != NULL) imap_send_ahead(store, command);
}

typedef struct {
  gsize limit;
  GHashTable *wanted; /* UIDs still to come */
  ReadCallback callback;
  gpointer data;
} Reading;

static void take_read(ImapStore *store, const Reply *reply, gpointer data)
{
  Reading *reading = data;
  g_auto(FetchRow) row = { 0 };
  if (!read_row(store, reply, &row) || !row.section || row.body.bytes == NULL) return;
  if (!g_hash_table_remove(reading->wanted, GUINT_TO_POINTER(row.row.uid))) return;
  g_autoptr(GBytes) bytes = g_bytes_new(row.body.bytes, MIN(row.body.length, reading->limit));
  reading->callback(row.row.uid, bytes, reading->data);
}

/* Messages of which nothing came must be gone. */
static gboolean check_gone(ImapStore *store, const Reading *reading, GError **error)
{
  g_autoptr(GArray) missing = g_array_new(FALSE, FALSE, sizeof(guint32)), there = NULL;
  GHashTableIter iter;
  gpointer uid;
  g_hash_table_iter_init(&iter, reading->wanted);
  while (g_hash_table_iter_next(&iter, &uid, NULL)) {
    guint32 value = GPOINTER_TO_UINT(uid);
    g_array_append_val(missing, value);
  }
  if (missing->len == 0) return TRUE;
  g_array_sort(missing, imap_compare_uids);
  for (guint from = 0; from < missing->len; from += IMAP_SET) {
    g_autoptr(GArray) batch = imap_batch((guint32 *)(void *)missing->data + from, missing->len - from);
    g_clear_pointer(&there, g_array_unref);
    there = imap_ask_present(store, batch, error);
    if (there == NULL) return FALSE;
    if (there->len == 0) continue;
    g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE, "%s did not show a message of %s that is there.",
                stream_where(store->stream), store->open);
    return FALSE;
  }
  return TRUE;
}

gboolean imap_read(Store *base, const guint32 *uids, guint n, gsize limit, ReadCallback callback, gpointer data,
                   GError **error)
{
  ImapStore *store = (ImapStore *)base;
  if (!imap_need_folder(store, error)) return FALSE;
  g_autoptr(GHashTable) wanted = g_hash_table_new(NULL, NULL);
  Reading reading = { .limit = limit, .wanted = wanted, .callback = callback, .data = data };
  for (guint i = 0; i < n; i++) g_hash_table_add(wanted, GUINT_TO_POINTER(uids[i]));
  for (guint from = 0; from < n; from += IMAP_SET) {
    guint count = MIN(n - from, IMAP_SET);
    const ImapAsk ask = { .doing = "show a message",
                          .scope = STORE_ERROR_MESSAGE,
                          .take = take_read,
                          .data = &reading,
                          .budget = MIN(IMAP_BUDGET + count * (guint64)limit, STREAM_BUDGET),
                          .keep = limit };
    g_autoptr(GString) command = g_string_new("UID FETCH ");
    imap_append_set(command, uids + from, count);
    g_string_append_printf(command, " (UID BODY.PEEK[]<0.%" G_GSIZE_FORMAT ">)", limit);
    if (!imap_command(store, command->str, &ask, error)) return FALSE;
  }
  return check_gone(store, &reading, error);
}

typedef struct {
  GHashTable *wanted; /* UIDs */
  GHashTable *rows;   /* UID → index into marks, plus 1 */
  GArray *marks;
} Marks;

/* A message may be told of twice, when it changes meanwhile: a keyword seen once counts. */
static void take_marks(ImapStore *store, const Reply *reply, gpointer data)
{
  Marks *marks = data;
  g_auto(FetchRow) row = { 0 };
  if (!read_row(store, reply, &row)) return;
  gpointer uid = GUINT_TO_POINTER(row.row.uid);
  if (!g_hash_table_contains(marks->wanted, uid)) return;
  guint index = GPOINTER_TO_UINT(g_hash_table_lookup(marks->rows, uid));
  if (index == 0) {
    ImapMarks first = { .uid = row.row.uid };
    g_array_append_val(marks->marks, first);
    index = marks->marks->len;
    g_hash_table_insert(marks->rows, uid, GUINT_TO_POINTER(index));
  }
  ImapMarks *known = &g_array_index(marks->marks, ImapMarks, index - 1);
  known->modseq = MAX(known->modseq, row.modseq);
  known->flags |= row.flags;
  known->backscatter |= row.row.backscatter;
  known->not_backscatter |= row.row.not_backscatter;
  known->prized |= row.row.prized;
}

GArray *imap_marks(ImapStore *store, const GArray *uids, gboolean modseq, GError **error)
{
  g_autoptr(GHashTable) wanted = g_hash_table_new(NULL, NULL), rows = g_hash_table_new(NULL, NULL);
  g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(ImapMarks));
  Marks marks = { wanted, rows, found };
  const ImapAsk ask = { .doing = "show keywords", .scope = STORE_ERROR_MAILBOX, .take = take_marks, .data = &marks };
  for (guint i = 0; i < uids->len; i++) g_hash_table_add(wanted, GUINT_TO_POINTER(g_array_index(uids, guint32, i)));
  g_autofree char *command = imap_with_set("UID FETCH", uids, modseq ? " (UID FLAGS MODSEQ)" : " (UID FLAGS)");
  if (!imap_command(store, command, &ask, error)) return NULL;
  for (guint i = 0; i < found->len; i++) {
    ImapMarks *row = &g_array_index(found, ImapMarks, i);
    if (!row->flags) row->prized = TRUE; /* for all we know */
  }
  return g_steal_pointer(&found);
}

/* Which of these UIDs are there. Other UIDs that the server names do not count. */
GArray *imap_ask_present(ImapStore *store, const GArray *uids, GError **error)
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

GArray *imap_present(Store *base, guint32 from, guint32 to, GError **error)
{
  ImapStore *store = (ImapStore *)base;
  if (!imap_need_folder(store, error)) return NULL;
  from = MAX(from, 1);
  if (from > to) return g_array_new(FALSE, FALSE, sizeof(guint32));
  g_autofree char *criteria = g_strdup_printf("UID %u:%u", from, to);
  g_autoptr(GArray) found = imap_search(store, criteria, G_MAXUINT, error);
  if (found == NULL) return NULL;
  GArray *present = g_array_new(FALSE, FALSE, sizeof(guint32));
  for (guint i = 0; i < found->len; i++) {
    guint32 uid = g_array_index(found, guint32, i);
    if (uid >= from && uid <= to) g_array_append_val(present, uid);
  }
  return present;
}

/* "SINCE 3-Feb-2024", two days earlier: the server goes by its own zone and disregards the time. */
static void append_since(GString *criteria, gint64 since)
{
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(since - 2 * 86400);
  if (since <= 0 || time == NULL) return;
  g_string_append_printf(criteria, " SINCE %d-%s-%04d", g_date_time_get_day_of_month(time),
                         months[g_date_time_get_month(time) - 1], g_date_time_get_year(time));
}

static gboolean can_be_searched(const char *message_id)
{
  for (const char *p = message_id; *p != '\0'; p++)
    if (*p < 0x20 || *p > 0x7e) return FALSE;
  return *message_id != '\0';
}

GArray *imap_find(Store *base, const char *message_id, guint64 size, gint64 since, GError **error)
{
  ImapStore *store = (ImapStore *)base;
  if (!imap_need_folder(store, error)) return NULL;
  g_autoptr(GString) criteria = g_string_new("ALL");
  if (can_be_searched(message_id)) {
    g_autofree char *quoted = imap_quote(message_id);
    g_string_printf(criteria, "HEADER Message-ID %s", quoted);
    return imap_search(store, criteria->str, FOUND, error);
  }
  if (size >= G_MAXUINT32) return g_array_new(FALSE, FALSE, sizeof(guint32)); /* more than IMAP can say */
  if (size > 0) g_string_append_printf(criteria, " LARGER %u", (guint)(size - 1));
  g_string_append_printf(criteria, " SMALLER %u", (guint)(size + 1));
  append_since(criteria, since);
  return imap_search(store, criteria->str, FOUND, error);
}
