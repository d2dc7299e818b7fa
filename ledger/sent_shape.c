/* sent_shape.c - what a Sent folder is made of.
 * Owns:     tables sent_from, sent_day and id_side.
 * Must not: decide what is covered; begin or end a transaction.
 * Fails:    LEDGER_ERROR; the caller rolls back.
 * Tests:    tests/ledger/test_sent_shape.c */
#include "ledger/sent_shape.h"
#include "filter/normalise.h"
#include <string.h>

#define DAY ((gint64)86400)
#define STRANGERS_KEPT 300 /* senders of one folder by name; the others are counted together, under "" */
#define SIDES_KEPT 5000
#define SIDE_BYTES 253

typedef struct {
  gint64 count, delivered, oldest;
} Tally;

gboolean patterns_say_all(const char *patterns)
{
  g_auto(GStrv) parts = g_strsplit(patterns != NULL ? patterns : "", ";", -1);
  for (char **part = parts; *part != NULL; part++)
    if (g_str_equal(g_strstrip(*part), "*")) return TRUE;
  return FALSE;
}

static void append_patterns(GString *all, const char *patterns, gboolean bare)
{
  g_auto(GStrv) parts = g_strsplit(patterns, ";", -1);
  for (char **part = parts; *part != NULL; part++) {
    const char *pattern = g_strstrip(*part);
    if (*pattern == '\0' || (!bare && g_str_equal(pattern, "*"))) continue;
    g_string_append_printf(all, "%s;", pattern);
  }
}

char *owner_patterns(Ledger *ledger, const char *account, GError **error)
{
  g_autoptr(GString) all = g_string_new(NULL);
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT addresses, name IS ?1 OR sent_by IS ?1 FROM account WHERE configured ORDER BY name", "s",
                 account != NULL ? account : ""))
    return NULL;
  while (rows_next(&rows, error)) append_patterns(all, row_text(&rows, 0), row_int(&rows, 1) != 0);
  return rows.failed ? NULL : g_string_free(g_steal_pointer(&all), FALSE);
}

static gboolean account_name(Ledger *ledger, gint64 folder, char **name, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT account.name FROM folder JOIN account ON account.id = account WHERE folder.id = ?", "i",
                 folder))
    return FALSE;
  if (rows_next(&rows, error)) *name = row_dup(&rows, 0);
  return !rows.failed;
}

gboolean sent_shape_init(SentShape *shape, Ledger *ledger, gint64 folder, GError **error)
{
  g_autofree char *account = NULL;
  *shape = (SentShape){ .folder = folder,
                        .senders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
                        .days = g_hash_table_new(NULL, NULL),
                        .sides = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL) };
  if (!account_name(ledger, folder, &account, error)) return FALSE;
  shape->patterns = owner_patterns(ledger, account, error);
  return shape->patterns != NULL;
}

void sent_shape_clear(SentShape *shape)
{
  g_clear_pointer(&shape->senders, g_hash_table_unref);
  g_clear_pointer(&shape->days, g_hash_table_unref);
  g_clear_pointer(&shape->sides, g_hash_table_unref);
  g_clear_pointer(&shape->patterns, g_free);
}

char *id_side_of(const char *id)
{
  const char *at = strrchr(id, '@');
  if (at == NULL || at[1] == '\0' || strlen(at + 1) > SIDE_BYTES) return NULL;
  return g_ascii_strdown(at + 1, -1);
}

static void count_text(GHashTable *table, char *key)
{
  guint count = GPOINTER_TO_UINT(g_hash_table_lookup(table, key));
  g_hash_table_replace(table, key, GUINT_TO_POINTER(count + 1));
}

static void note_sender(SentShape *shape, const SentRow *row, gint64 date)
{
  const SentMessage *message = row->message;
  gint64 later = MAX(date, sent_date_plausible(row->stored, db_now()) ? row->stored : 0);
  if (message->sender == NULL) return; /* it does not say whose it is */
  Tally *tally = g_hash_table_lookup(shape->senders, message->sender);
  if (tally == NULL) {
    tally = g_new0(Tally, 1);
    g_hash_table_insert(shape->senders, g_strdup(message->sender), tally);
  }
  tally->count++;
  if (message->delivered) tally->delivered++;
  if (later != 0 && (tally->oldest == 0 || later < tally->oldest)) tally->oldest = later;
}

void sent_shape_note(SentShape *shape, const SentRow *row, gint64 date)
{
  const GPtrArray *ids = row->message->message_ids;
  char *side = ids->len > 0 ? id_side_of(g_ptr_array_index(ids, 0)) : NULL;
  if (side != NULL) count_text(shape->sides, side);
  if (shape->folder == 0) return;
  note_sender(shape, row, date);
  if (date == 0) return;
  gpointer day = GINT_TO_POINTER((gint)(date / DAY));
  guint count = GPOINTER_TO_UINT(g_hash_table_lookup(shape->days, day));
  g_hash_table_replace(shape->days, day, GUINT_TO_POINTER(count + 1));
}

/* Under its own name, or with all others that are not the owner's where there are too many of them. */
static gboolean name_for(const SentShape *shape, Ledger *ledger, const char **sender, GError **error)
{
  gint64 known = 0;
  if (address_matches(*sender, shape->patterns)) return TRUE;
  if (!db_number(ledger, error, &known,
                 "SELECT EXISTS(SELECT 1 FROM sent_from WHERE folder = ?1 AND sender = ?2)"
                 " OR (SELECT count(*) FROM sent_from WHERE folder = ?1) < ?3",
                 "isd", shape->folder, *sender, STRANGERS_KEPT))
    return FALSE;
  if (known == 0) *sender = "";
  return TRUE;
}

static gboolean write_senders(SentShape *shape, Ledger *ledger, GError **error)
{
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init(&iter, shape->senders);
  while (g_hash_table_iter_next(&iter, &key, &value)) {
    const char *sender = key;
    const Tally *tally = value;
    if (!name_for(shape, ledger, &sender, error)
        || !db_run(ledger, error,
                   "INSERT INTO sent_from(folder, sender, count, delivered, oldest) VALUES(?, ?, ?, ?, ?)"
                   " ON CONFLICT DO UPDATE SET count = count + excluded.count, delivered = delivered +"
                   " excluded.delivered, oldest = iif(oldest = 0 OR excluded.oldest = 0, oldest + excluded.oldest,"
                   " min(oldest, excluded.oldest))",
                   "isiii", shape->folder, sender, tally->count, tally->delivered, tally->oldest))
      return FALSE;
  }
  g_hash_table_remove_all(shape->senders);
  return TRUE;
}

static gboolean write_days(SentShape *shape, Ledger *ledger, GError **error)
{
  GHashTableIter iter;
  gpointer day, count;
  g_hash_table_iter_init(&iter, shape->days);
  while (g_hash_table_iter_next(&iter, &day, &count))
    if (!db_run(ledger, error,
                "INSERT INTO sent_day(folder, day, count) VALUES(?, ?, ?)"
                " ON CONFLICT DO UPDATE SET count = count + excluded.count",
                "idu", shape->folder, GPOINTER_TO_INT(day), GPOINTER_TO_UINT(count)))
      return FALSE;
  g_hash_table_remove_all(shape->days);
  return TRUE;
}

/* Some programs make up a right side for each message: those seen once are the first to be forgotten. */
static gboolean write_sides(SentShape *shape, Ledger *ledger, GError **error)
{
  GHashTableIter iter;
  gpointer side, count;
  gint64 n = 0;
  g_hash_table_iter_init(&iter, shape->sides);
  while (g_hash_table_iter_next(&iter, &side, &count))
    if (!db_run(ledger, error,
                "INSERT INTO id_side(side, count) VALUES(?, ?)"
                " ON CONFLICT DO UPDATE SET count = count + excluded.count",
                "su", (const char *)side, GPOINTER_TO_UINT(count)))
      return FALSE;
  g_hash_table_remove_all(shape->sides);
  return db_number(ledger, error, &n, "SELECT count(*) FROM id_side", "")
         && (n <= SIDES_KEPT || db_run(ledger, error, "DELETE FROM id_side WHERE count = 1", ""));
}

gboolean sent_shape_write(SentShape *shape, Ledger *ledger, GError **error)
{
  return write_senders(shape, ledger, error) && write_days(shape, ledger, error) && write_sides(shape, ledger, error);
}

gboolean folder_shape(Ledger *ledger, gint64 folder, const char *patterns, FolderShape *shape, GError **error)
{
  g_auto(Rows) rows = { 0 };
  *shape = (FolderShape){ 0 };
  if (!rows_open(&rows, ledger, error, "SELECT sender, count, delivered, oldest FROM sent_from WHERE folder = ?", "i",
                 folder))
    return FALSE;
  while (rows_next(&rows, error)) {
    const char *sender = row_text(&rows, 0);
    gint64 count = row_int(&rows, 1), oldest = row_int(&rows, 3);
    gboolean uncounted = g_str_equal(sender, "?"), own = sender[0] != '\0' && address_matches(sender, patterns);
    if (uncounted) own = TRUE;
    *(own ? &shape->own : &shape->strange) += count;
    if (!own) shape->writers += sender[0] != '\0' ? 1 : STRANGERS_KEPT;
    shape->delivered += row_int(&rows, 2);
    if (own && oldest != 0 && (shape->oldest == 0 || oldest < shape->oldest)) shape->oldest = oldest;
  }
  return !rows.failed;
}

gboolean id_side_count(Ledger *ledger, const char *id, gint64 *count, GError **error)
{
  g_autofree char *side = id_side_of(id);
  *count = 0;
  return side == NULL || db_number(ledger, error, count, "SELECT count FROM id_side WHERE side = ?", "s", side);
}
