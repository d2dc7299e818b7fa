/* kept.c - what is kept of a quarantined report.
 * Owns:     tables kept and kept_hash; the form of the bytes.
 * Must not: judge; begin or end a transaction.
 * Fails:    LEDGER_ERROR; the caller rolls back. Bytes that cannot be read are taken for nothing kept.
 * Tests:    tests/ledger/test_kept.c, tests/ledger/test_heal.c */
#include "ledger/kept.h"
#include "filter/normalise.h"
#include "ledger/ask.h"

#define FORM "(yxxsubbbaas)"
#define FORM_NUMBER 1 /* another form gets another number: what is older is then too little */
#define LIST_MOST 64
#define BYTES_MOST 1024

/* The lists of a report, in the order in which they are kept. A new one is added at the end. */
#define LISTS 11
static void lists_of(const Report *report, GPtrArray *lists[LISTS])
{
  const Original *original = &report->original;
  GPtrArray *const all[LISTS] = { report->addressed,   report->recipients,   report->envelope_ids,
                                  report->refer_backs, report->tokens,       original->message_ids,
                                  original->senders,   original->recipients, original->delivered,
                                  original->other_ids, original->id_prefixes };
  for (guint i = 0; i < LISTS; i++) lists[i] = all[i];
}

GBytes *kept_pack(const Report *report)
{
  GPtrArray *lists[LISTS];
  GVariantBuilder all;
  const Original *original = &report->original;
  lists_of(report, lists);
  g_variant_builder_init(&all, G_VARIANT_TYPE("aas"));
  for (guint i = 0; i < LISTS; i++) {
    const char *const *texts = (const char *const *)lists[i]->pdata;
    g_variant_builder_add_value(&all, g_variant_new_strv(texts, MIN(lists[i]->len, LIST_MOST)));
  }
  g_autoptr(GVariant) kept = g_variant_ref_sink(
      g_variant_new("(yxxsubbb@aas)", (guchar)FORM_NUMBER, report->date, original->date,
                    report->reporter_domain != NULL ? report->reporter_domain : "", (guint32)report->rank,
                    report->status_part, original->header, original->unread, g_variant_builder_end(&all)));
  return g_variant_get_size(kept) <= BYTES_MOST ? g_variant_get_data_as_bytes(kept) : NULL;
}

static void entry_fields(Report *report, const Entry *entry)
{
  report->kind = entry->kind;
  report->reporter = g_strdup(entry->reporter);
  report->status = g_strdup(entry->status);
  report->diagnostic = g_strdup(entry->diagnostic);
  report->original.from = g_strdup(entry->original_from);
  report->original.to = g_strdup(entry->original_to);
  report->original.subject = g_strdup(entry->original_subject);
  report->original.date = entry->original_date;
}

Report *kept_unpack(GBytes *bytes, const Entry *entry)
{
  g_autoptr(GVariant) kept = g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(FORM), bytes, FALSE));
  g_autoptr(GVariant) all = NULL;
  g_autofree char *domain = NULL;
  guchar form = 0;
  guint32 rank = 0;
  GPtrArray *lists[LISTS];
  if (!g_variant_is_normal_form(kept)) return NULL;
  Report *report = report_new();
  Original *original = &report->original;
  entry_fields(report, entry);
  g_variant_get(kept, "(yxxsubbb@aas)", &form, &report->date, &original->date, &domain, &rank, &report->status_part,
                &original->header, &original->unread, &all);
  if (form != FORM_NUMBER || rank > RANK_NAMED || g_variant_n_children(all) != LISTS) {
    report_free(report);
    return NULL;
  }
  report->rank = (RecipientRank)rank;
  report->reporter_domain = domain[0] != '\0' ? g_strdup(domain) : NULL;
  lists_of(report, lists);
  for (guint i = 0; i < LISTS; i++) {
    g_autoptr(GVariant) list = g_variant_get_child_value(all, i);
    g_autofree const char **texts = g_variant_get_strv(list, NULL);
    for (const char **text = texts; *text != NULL; text++) list_add(lists[i], *text, LIST_MOST);
  }
  return report;
}

static void add_hash(GArray *hashes, gint64 hash)
{
  if (hash == 0) return;
  for (guint i = 0; i < hashes->len; i++)
    if (g_array_index(hashes, gint64, i) == hash) return;
  g_array_append_val(hashes, hash);
}

/* An id, and how it is looked for a second time. */
static void add_ids(GArray *hashes, const GPtrArray *ids)
{
  for (guint i = 0; i < MIN(ids->len, LIST_MOST); i++) {
    const char *id = g_ptr_array_index(ids, i);
    g_autofree char *loose = sent_id_loose(id);
    add_hash(hashes, db_hash(id));
    if (loose != NULL) add_hash(hashes, db_hash(loose));
  }
}

static void add_texts(GArray *hashes, const GPtrArray *texts, guint most)
{
  for (guint i = 0; i < MIN(texts->len, most); i++) add_hash(hashes, db_hash(g_ptr_array_index(texts, i)));
}

/* Where no id is shown, the recipient may have been written to under another name, or somebody else at that domain. */
static void add_others(GArray *hashes, const Report *report, const char *reporter)
{
  g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < MIN(report->recipients->len, LIST_MOST); i++) {
    const char *address = g_ptr_array_index(report->recipients, i), *domain = address_domain(address);
    names_of(address, texts);
    if (domain != NULL) domains_of(domain, FALSE, texts);
  }
  const char *const reporters[] = { report->reporter_domain, reporter != NULL ? address_domain(reporter) : NULL };
  for (guint i = 0; i < G_N_ELEMENTS(reporters); i++)
    if (reporters[i] != NULL) domains_of(reporters[i], TRUE, texts);
  add_texts(hashes, texts, G_MAXUINT);
}

/* The same of a report and of what kept_unpack() makes of it. */
GArray *kept_hashes(const Report *report, const char *reporter)
{
  const Original *original = &report->original;
  GArray *hashes = g_array_new(FALSE, FALSE, sizeof(gint64));
  const GPtrArray *const ids[] = { original->message_ids, original->other_ids, report->envelope_ids,
                                   report->refer_backs, report->tokens };
  for (guint i = 0; i < G_N_ELEMENTS(ids); i++) add_ids(hashes, ids[i]);
  for (guint i = 0; i < MIN(original->id_prefixes->len, LIST_MOST); i++)
    add_hash(hashes, sent_id_start(g_ptr_array_index(original->id_prefixes, i), SENT_START_BYTES));
  add_texts(hashes, original->recipients, LIST_MOST);
  add_texts(hashes, report->recipients, LIST_MOST);
  if (original->message_ids->len == 0) add_others(hashes, report, reporter);
  return hashes;
}

static gboolean each_hash(Ledger *ledger, const Entry *entry, const GArray *hashes, const char *sql, GError **error)
{
  g_auto(Rows) run = { 0 };
  if (!rows_open(&run, ledger, error, sql, "")) return FALSE;
  for (guint i = 0; i < hashes->len; i++)
    if (!rows_run(&run, error, "ii", g_array_index(hashes, gint64, i), entry->id)) return FALSE;
  return TRUE;
}

static gboolean load(Ledger *ledger, gint64 entry, GBytes **bytes, GError **error)
{
  g_auto(Rows) rows = { 0 };
  *bytes = NULL;
  if (!rows_open(&rows, ledger, error, "SELECT report FROM kept WHERE entry = ?", "i", entry)) return FALSE;
  if (rows_next(&rows, error)) {
    gsize size = (gsize)sqlite3_column_bytes(rows.statement, 0);
    *bytes = g_bytes_new(sqlite3_column_blob(rows.statement, 0), size);
  }
  return !rows.failed;
}

/* What the journal itself shows. */
static Report *of_journal(const Entry *entry)
{
  Report *report = report_new();
  entry_fields(report, entry);
  list_add(report->original.message_ids, entry->original_id, 1);
  for (guint i = 0; i < entry->recipients->len; i++)
    list_add(report->recipients, g_ptr_array_index(entry->recipients, i), LIST_MOST);
  return report;
}

Report *kept_read(Ledger *ledger, const Entry *entry, gboolean *whole, GError **error)
{
  g_autoptr(GBytes) bytes = NULL;
  if (!load(ledger, entry->id, &bytes, error)) return NULL;
  Report *report = bytes != NULL ? kept_unpack(bytes, entry) : NULL;
  *whole = report != NULL;
  return report != NULL ? report : of_journal(entry);
}

gboolean kept_forget(Ledger *ledger, const Entry *entry, GError **error)
{
  gboolean whole = FALSE;
  g_autoptr(Report) old = kept_read(ledger, entry, &whole, error);
  if (old == NULL) return FALSE;
  g_autoptr(GArray) hashes = kept_hashes(old, old->reporter);
  return each_hash(ledger, entry, hashes, "DELETE FROM kept_hash WHERE hash = ? AND entry = ?", error)
         && db_run(ledger, error, "DELETE FROM heal_due WHERE entry = ?", "i", entry->id)
         && (!whole || db_run(ledger, error, "DELETE FROM kept WHERE entry = ?", "i", entry->id));
}

gboolean kept_write(Ledger *ledger, const Entry *entry, GError **error)
{
  gsize size = 0;
  if (!words_keep(ledger, entry, error)) return FALSE;
  if (entry->kept == NULL) return TRUE;
  const void *data = g_bytes_get_data(entry->kept, &size);
  return db_run(ledger, error, "INSERT INTO kept(entry, report) VALUES(?, ?)", "ib", entry->id, data, size)
         && each_hash(ledger, entry, entry->kept_hashes,
                      "INSERT INTO kept_hash(hash, entry) VALUES(?, ?) ON CONFLICT DO NOTHING", error);
}
