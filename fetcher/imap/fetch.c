/* fetch.c - the IMAP store: looking at messages
 * Owns:     FETCH and SEARCH, and the rows that come of them.
 * Must not: change a message, not even \Seen; ask for ENVELOPE or BODYSTRUCTURE, which a sender can make libetpan
 *           choke on.
 * Fails:    STORE_ERROR_MAILBOX for a folder, STORE_ERROR_MESSAGE for one message; LINK.
 * Tests:    tests/fetcher/imap/test_mail.c, tests/fetcher/imap/test_mark.c */
#include "fetcher/imap/private.h"
#include <string.h>

#define FOUND 1000

/* Unix seconds of INTERNALDATE, 0 when it makes no sense. */
static gint64 unix_time(const struct mailimap_date_time *date)
{
  if (date == NULL) return 0;
  g_autoptr(GDateTime) time = g_date_time_new_utc(date->dt_year, date->dt_month, date->dt_day, date->dt_hour,
                                                  date->dt_min, MIN(date->dt_sec, 59));
  /* The zone comes as the number +hhmm. */
  int zone = (date->dt_zone / 100 * 60 + date->dt_zone % 100) * 60;
  return time != NULL ? g_date_time_to_unix(time) - zone : 0;
}

static void take_flags(const struct mailimap_msg_att_dynamic *dynamic, ScanRow *row)
{
  for (clistiter *i = dynamic->att_list != NULL ? clist_begin(dynamic->att_list) : NULL; i != NULL; i = clist_next(i)) {
    const struct mailimap_flag_fetch *item = clist_content(i);
    if (item->fl_type != MAILIMAP_FLAG_FETCH_OTHER || item->fl_flag == NULL) continue;
    int type = item->fl_flag->fl_type;
    if (type == MAILIMAP_FLAG_DELETED) row->deleted = TRUE;
    if (type == MAILIMAP_FLAG_FLAGGED || type == MAILIMAP_FLAG_ANSWERED) row->prized = TRUE;
    if (type != MAILIMAP_FLAG_KEYWORD) continue;
    const char *keyword = item->fl_flag->fl_data.fl_keyword;
    if (g_ascii_strcasecmp(keyword, "$Backscatter") == 0) row->backscatter = TRUE;
    if (g_ascii_strcasecmp(keyword, "$NotBackscatter") == 0) row->not_backscatter = TRUE;
  }
}

/* One FETCH response. *has_body: it has the section that was asked for, so it is not just news about flags. */
static void take_items(const struct mailimap_msg_att *message, ScanRow *row, gboolean *has_body)
{
  for (clistiter *i = clist_begin(message->att_list); i != NULL; i = clist_next(i)) {
    const struct mailimap_msg_att_item *item = clist_content(i);
    if (item->att_type == MAILIMAP_MSG_ATT_ITEM_DYNAMIC) take_flags(item->att_data.att_dyn, row);
    if (item->att_type != MAILIMAP_MSG_ATT_ITEM_STATIC) continue;
    const struct mailimap_msg_att_static *value = item->att_data.att_static;
    switch (value->att_type) {
    case MAILIMAP_MSG_ATT_UID: row->uid = value->att_data.att_uid; break;
    case MAILIMAP_MSG_ATT_RFC822_SIZE: row->size = value->att_data.att_rfc822_size; break;
    case MAILIMAP_MSG_ATT_INTERNALDATE: row->stored = unix_time(value->att_data.att_internal_date); break;
    case MAILIMAP_MSG_ATT_BODY_SECTION:
      *has_body = TRUE;
      row->fields = value->att_data.att_body_section->sec_body_part;
      row->length = row->fields != NULL ? value->att_data.att_body_section->sec_length : 0;
      break;
    default: break;
    }
  }
}

typedef struct {
  guint32 from, to;
  GHashTable *seen;
  ScanCallback callback;
  gpointer data;
} Scan;

static void on_message(struct mailimap_msg_att *message, void *context)
{
  Scan *scan = context;
  ScanRow row = { 0 };
  gboolean has_body = FALSE;
  take_items(message, &row, &has_body);
  if (!has_body || row.uid == 0 || row.uid < scan->from || row.uid > scan->to) return;
  if (g_hash_table_add(scan->seen, GUINT_TO_POINTER(row.uid))) scan->callback(&row, scan->data);
}

/* FETCH, each message to callback as it comes. */
static gboolean fetch(ImapStore *store, const char *command, guint64 budget, Scan *scan, StoreError scope,
                      const char *doing, GError **error)
{
  scan->seen = g_hash_table_new(NULL, NULL);
  mailimap_set_msg_att_handler(store->session, on_message, scan);
  gboolean done = imap_command(store, budget, command, scope, doing, error);
  mailimap_set_msg_att_handler(store->session, NULL, NULL);
  g_hash_table_unref(scan->seen);
  return done;
}

gboolean imap_scan(Store *base, guint32 from, guint32 to, const char *const *fields, ScanCallback callback,
                   gpointer data, GError **error)
{
  ImapStore *store = (ImapStore *)base;
  if (!imap_need_folder(store, error)) return FALSE;
  Scan scan = { .from = MAX(from, 1), .to = to, .callback = callback, .data = data };
  if (scan.from > scan.to) return TRUE;
  g_autofree char *names = g_strjoinv(" ", (char **)(void *)fields);
  g_autofree char *command = g_strdup_printf(
      "UID FETCH %u:%u (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (%s)])", scan.from, scan.to, names);
  return fetch(store, command, STREAM_BUDGET, &scan, STORE_ERROR_MAILBOX, "show what is in the folder", error);
}

typedef struct {
  gsize limit;
  GHashTable *wanted; /* UIDs still to come */
  ReadCallback callback;
  gpointer data;
} Reading;

static void on_read(const ScanRow *row, gpointer data)
{
  Reading *reading = data;
  if (!g_hash_table_remove(reading->wanted, GUINT_TO_POINTER(row->uid))) return;
  g_autoptr(GBytes) bytes = g_bytes_new(row->fields, MIN(row->length, reading->limit));
  reading->callback(row->uid, bytes, reading->data);
}

gboolean imap_read(Store *base, const guint32 *uids, guint n, gsize limit, ReadCallback callback, gpointer data,
                   GError **error)
{
  ImapStore *store = (ImapStore *)base;
  if (!imap_need_folder(store, error)) return FALSE;
  g_autoptr(GHashTable) wanted = g_hash_table_new(NULL, NULL);
  Reading reading = { .limit = limit, .wanted = wanted, .callback = callback, .data = data };
  gboolean done = TRUE;
  for (guint i = 0; i < n; i++) g_hash_table_add(wanted, GUINT_TO_POINTER(uids[i]));
  for (guint from = 0; from < n && done; from += IMAP_SET) {
    guint count = MIN(n - from, IMAP_SET);
    Scan scan = { .from = 1, .to = G_MAXUINT32, .callback = on_read, .data = &reading };
    g_autoptr(GString) command = g_string_new("UID FETCH ");
    imap_append_set(command, uids + from, count);
    g_string_append_printf(command, " (UID BODY.PEEK[]<0.%" G_GSIZE_FORMAT ">)", limit);
    done = fetch(store, command->str, MIN(IMAP_BUDGET + count * (guint64)limit, STREAM_BUDGET), &scan,
                 STORE_ERROR_MESSAGE, "show a message", error);
  }
  return done;
}

typedef struct {
  GHashTable *wanted; /* UIDs */
  GHashTable *rows;   /* UID → index into marks, plus 1 */
  GArray *marks;
} Marks;

/* A message may be told of twice, when it changes meanwhile: a keyword seen once counts. */
static void on_marks(struct mailimap_msg_att *message, void *context)
{
  Marks *marks = context;
  ScanRow row = { 0 };
  gboolean has_flags = FALSE, has_body = FALSE;
  guint64 modseq = 0;
  take_items(message, &row, &has_body);
  for (clistiter *i = clist_begin(message->att_list); i != NULL; i = clist_next(i)) {
    const struct mailimap_msg_att_item *item = clist_content(i);
    if (item->att_type == MAILIMAP_MSG_ATT_ITEM_DYNAMIC) has_flags = TRUE;
    if (item->att_type != MAILIMAP_MSG_ATT_ITEM_EXTENSION) continue;
    const struct mailimap_extension_data *extension = item->att_data.att_extension_data;
    if (extension->ext_extension == &mailimap_extension_condstore
        && extension->ext_type == MAILIMAP_CONDSTORE_TYPE_FETCH_DATA)
      modseq = ((const struct mailimap_condstore_fetch_mod_resp *)extension->ext_data)->cs_modseq_value;
  }
  gpointer uid = GUINT_TO_POINTER(row.uid);
  if (!has_flags || !g_hash_table_contains(marks->wanted, uid)) return;
  guint index = GPOINTER_TO_UINT(g_hash_table_lookup(marks->rows, uid));
  if (index == 0) {
    ImapMarks first = { .uid = row.uid };
    g_array_append_val(marks->marks, first);
    index = marks->marks->len;
    g_hash_table_insert(marks->rows, uid, GUINT_TO_POINTER(index));
  }
  ImapMarks *known = &g_array_index(marks->marks, ImapMarks, index - 1);
  known->modseq = MAX(known->modseq, modseq);
  known->backscatter |= row.backscatter;
  known->not_backscatter |= row.not_backscatter;
  known->prized |= row.prized;
}

GArray *imap_marks(ImapStore *store, const GArray *uids, gboolean modseq, GError **error)
{
  g_autoptr(GHashTable) wanted = g_hash_table_new(NULL, NULL), rows = g_hash_table_new(NULL, NULL);
  g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(ImapMarks));
  Marks marks = { wanted, rows, found };
  for (guint i = 0; i < uids->len; i++) g_hash_table_add(wanted, GUINT_TO_POINTER(g_array_index(uids, guint32, i)));
  g_autofree char *command = imap_with_set("UID FETCH", uids, modseq ? " (UID FLAGS MODSEQ)" : " (UID FLAGS)");
  mailimap_set_msg_att_handler(store->session, on_marks, &marks);
  gboolean done = imap_command(store, IMAP_BUDGET, command, STORE_ERROR_MAILBOX, "show keywords", error);
  mailimap_set_msg_att_handler(store->session, NULL, NULL);
  return done ? g_steal_pointer(&found) : NULL;
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
