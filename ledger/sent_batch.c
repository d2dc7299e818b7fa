/* sent_batch.c - many sent messages into their tables at once.
 * Owns:     writing tables sent, sent_id, sent_to, sent_domain, address and sender.
 * Must not: read mail; begin or end a transaction.
 * Fails:    LEDGER_ERROR; the caller rolls back.
 * Tests:    tests/ledger/test_sent.c */
#include "filter/normalise.h"
#include "ledger/private.h"
#include "ledger/sent_news.h"
#include "ledger/sent_shape.h"

#define SUBJECT_BYTES 200
#define STORED_LATELY ((gint64)30 * 86400)
#define LINKS_HELD 20000

/* An address (or a domain) of this batch; mail names the same ones again and again. */
typedef struct {
  const char *text;
  gint64 hash;
  gint64 domain;
  gint64 written;      /* the date of the latest message to this address */
  gboolean written_to; /* a row of table address is to be written */
  gboolean sender;     /* a row of table sender is to be written */
} Word;

/* Rows of sent_id, sent_start, sent_reply; of sent_to; and of sent_domain. */
typedef struct {
  gint64 hash, sent;
} IdRow;
typedef struct {
  gint64 address, date, sent, subject;
} Link;
typedef struct {
  gint64 domain, day, address;
} DomainRow;

/* Rows whose key is a hash lie all over their table. So these rows are held back and written in the order of their
 * keys, and each page of a table is touched once in a batch. */
typedef struct {
  Ledger *ledger;
  gint64 folder, now;
  guint added;
  Rows find, put;
  GArray *hashes;    /* gint64: hashes of the message that is being added */
  GHashTable *words; /* text (borrowed) → Word */
  GPtrArray *people; /* Word*, written_to or sender */
  GArray *ids;       /* IdRow, as are starts and replies */
  GArray *starts, *replies;
  GHashTable *held; /* set of what pointers can hold of the hashes in ids */
  GArray *links;    /* Link */
  GArray *domains;  /* DomainRow, one for each link */
  SentShape shape;
  SentNews news;
} Batch;

static void batch_init(Batch *batch, Ledger *ledger, gint64 folder)
{
  *batch = (Batch){ .ledger = ledger,
                    .folder = folder,
                    .now = db_now(),
                    .hashes = g_array_new(FALSE, FALSE, sizeof(gint64)),
                    .words = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free),
                    .people = g_ptr_array_new(),
                    .ids = g_array_new(FALSE, FALSE, sizeof(IdRow)),
                    .starts = g_array_new(FALSE, FALSE, sizeof(IdRow)),
                    .replies = g_array_new(FALSE, FALSE, sizeof(IdRow)),
                    .held = g_hash_table_new(g_direct_hash, g_direct_equal),
                    .links = g_array_new(FALSE, FALSE, sizeof(Link)),
                    .domains = g_array_new(FALSE, FALSE, sizeof(DomainRow)) };
}

static void batch_clear(Batch *batch)
{
  rows_close(&batch->find);
  rows_close(&batch->put);
  sent_shape_clear(&batch->shape);
  g_array_unref(batch->hashes);
  g_hash_table_unref(batch->words);
  g_ptr_array_unref(batch->people);
  g_array_unref(batch->ids);
  g_array_unref(batch->starts);
  g_array_unref(batch->replies);
  g_hash_table_unref(batch->held);
  g_array_unref(batch->links);
  g_array_unref(batch->domains);
}

static Word *word_of(Batch *batch, const char *text)
{
  Word *word = g_hash_table_lookup(batch->words, text);
  if (word != NULL) return word;
  word = g_new0(Word, 1);
  word->text = text;
  word->hash = db_hash(text);
  g_hash_table_insert(batch->words, (gpointer)text, word);
  return word;
}

/* A message without an id goes by what else it has. The newline keeps that apart from every id, which has no control
 * character. */
static char *stand_in_id(const SentMessage *message)
{
  g_autoptr(GString) text = g_string_new(NULL);
  g_string_append_printf(text, "\n%" G_GINT64_FORMAT "\n%s", message->date,
                         message->subject != NULL ? message->subject : "");
  for (guint i = 0; i < message->recipients->len; i++)
    g_string_append_printf(text, "\n%s", (const char *)g_ptr_array_index(message->recipients, i));
  return g_string_free(g_steal_pointer(&text), FALSE);
}

static void set_hashes(Batch *batch, const SentMessage *message)
{
  g_array_set_size(batch->hashes, 0);
  for (guint i = 0; i < message->message_ids->len; i++) {
    gint64 hash = db_hash(g_ptr_array_index(message->message_ids, i));
    g_array_append_val(batch->hashes, hash);
  }
  if (batch->hashes->len > 0) return;
  g_autofree char *id = stand_in_id(message);
  gint64 hash = db_hash(id);
  g_array_append_val(batch->hashes, hash);
}

static int by_address(gconstpointer a, gconstpointer b)
{
  const Link *x = a, *y = b;
  if (x->address != y->address) return x->address < y->address ? -1 : 1;
  if (x->date != y->date) return x->date < y->date ? -1 : 1;
  return (x->sent > y->sent) - (x->sent < y->sent);
}

static int by_domain(gconstpointer a, gconstpointer b)
{
  const DomainRow *x = a, *y = b;
  if (x->domain != y->domain) return x->domain < y->domain ? -1 : 1;
  if (x->day != y->day) return x->day < y->day ? -1 : 1;
  return (x->address > y->address) - (x->address < y->address);
}

static int by_hash(gconstpointer a, gconstpointer b)
{
  const IdRow *x = a, *y = b;
  if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
  return (x->sent > y->sent) - (x->sent < y->sent);
}

static int by_word(gconstpointer a, gconstpointer b)
{
  const Word *x = *(Word *const *)a, *y = *(Word *const *)b;
  return (x->hash > y->hash) - (x->hash < y->hash);
}

static gboolean write_people(Batch *batch, GError **error)
{
  g_auto(Rows) address = { 0 }, sender = { 0 };
  if (!rows_open(&address, batch->ledger, error,
                 "INSERT INTO address(hash, domain, text, written) VALUES(?, ?, ?, ?)"
                 " ON CONFLICT DO UPDATE SET written = excluded.written WHERE excluded.written > written",
                 "")
      || !rows_open(&sender, batch->ledger, error, "INSERT INTO sender(hash) VALUES(?) ON CONFLICT DO NOTHING", ""))
    return FALSE;
  g_ptr_array_sort(batch->people, by_word);
  for (guint i = 0; i < batch->people->len; i++) {
    Word *word = g_ptr_array_index(batch->people, i);
    if (word->written_to
        && (!rows_run(&address, error, "iisi", word->hash, word->domain, word->text, word->written)
            || !sent_news_recipient(&batch->news, batch->ledger, word->hash, word->domain, error)))
      return FALSE;
    if (word->sender && !rows_run(&sender, error, "i", word->hash)) return FALSE;
    word->written_to = word->sender = FALSE;
  }
  g_ptr_array_set_size(batch->people, 0);
  return TRUE;
}

static gboolean write_hashes(Batch *batch, GArray *rows, const DbInsert *insert, GError **error)
{
  gint64 added = 0;
  g_array_sort(rows, by_hash);
  if (!db_insert(batch->ledger, insert, (const gint64 *)(gpointer)rows->data, rows->len, &added, error)) return FALSE;
  for (guint i = 0; i < rows->len; i++)
    if (!sent_news_id(&batch->news, batch->ledger, g_array_index(rows, IdRow, i).hash, rows == batch->ids, error))
      return FALSE;
  g_array_set_size(rows, 0);
  return TRUE;
}

static gboolean write_ids(Batch *batch, GError **error)
{
  static const DbInsert ids = DB_INSERT(2, "sent_id(hash, sent)", "(?, ?)", " ON CONFLICT DO NOTHING"),
                        starts = DB_INSERT(2, "sent_start(hash, sent)", "(?, ?)", " ON CONFLICT DO NOTHING"),
                        replies = DB_INSERT(2, "sent_reply(hash, sent)", "(?, ?)", " ON CONFLICT DO NOTHING");
  if (!write_hashes(batch, batch->ids, &ids, error) || !write_hashes(batch, batch->starts, &starts, error)
      || !write_hashes(batch, batch->replies, &replies, error))
    return FALSE;
  g_hash_table_remove_all(batch->held);
  return TRUE;
}

static gboolean write_links(Batch *batch, GError **error)
{
  static const DbInsert insert =
      DB_INSERT(4, "sent_to(address, date, sent, subject)", "(?, ?, ?, nullif(?, 0))", " ON CONFLICT DO NOTHING");
  gint64 added = 0;
  GArray *links = batch->links;
  g_array_sort(links, by_address);
  if (!db_insert(batch->ledger, &insert, (const gint64 *)(gpointer)links->data, links->len, &added, error))
    return FALSE;
  g_array_set_size(links, 0);
  return TRUE;
}

static gboolean write_domains(Batch *batch, GError **error)
{
  static const DbInsert insert =
      DB_INSERT(3, "sent_domain(domain, day, address)", "(?, ?, ?)", " ON CONFLICT DO NOTHING");
  gint64 added = 0;
  GArray *domains = batch->domains;
  g_array_sort(domains, by_domain);
  if (!db_insert(batch->ledger, &insert, (const gint64 *)(gpointer)domains->data, domains->len, &added, error))
    return FALSE;
  g_array_set_size(domains, 0);
  return TRUE;
}

static gboolean batch_write(Batch *batch, GError **error)
{
  return write_people(batch, error) && write_ids(batch, error) && write_links(batch, error)
         && write_domains(batch, error);
}

static gpointer held_key(gint64 hash) { return GSIZE_TO_POINTER((gsize)hash); }

/* Is a message with all these ids in the folder? All, since a message sent again by Resent- fields keeps its
 * Message-ID. */
static gboolean is_known(Batch *batch, gboolean *known, GError **error)
{
  const GArray *hashes = batch->hashes;
  gint64 first = g_array_index(hashes, gint64, 0);
  /* It may be one of those held back (or, seldom, another one; then nothing is lost but time). */
  if (g_hash_table_contains(batch->held, held_key(first)) && !batch_write(batch, error)) return FALSE;
  if (!rows_bind(&batch->find, error, "ii", first, batch->folder)) return FALSE;
  while (!*known && rows_next(&batch->find, error)) {
    gint64 all = 1, sent = row_int(&batch->find, 0);
    for (guint i = 1; i < hashes->len && all; i++)
      if (!db_number(batch->ledger, error, &all, "SELECT EXISTS(SELECT 1 FROM sent_id WHERE hash = ? AND sent = ?)",
                     "ii", g_array_index(hashes, gint64, i), sent))
        return FALSE;
    *known = all != 0;
  }
  return !batch->find.failed;
}

static void hold_hash(GArray *rows, gint64 hash, gint64 sent)
{
  const IdRow row = { hash, sent };
  if (hash != 0) g_array_append_val(rows, row);
}

static void hold_ids(Batch *batch, gint64 sent, const SentMessage *message)
{
  for (guint i = 0; i < batch->hashes->len; i++) {
    gint64 hash = g_array_index(batch->hashes, gint64, i);
    hold_hash(batch->ids, hash, sent);
    g_hash_table_add(batch->held, held_key(hash));
  }
  for (guint i = 0; i < message->message_ids->len; i++) {
    const char *id = g_ptr_array_index(message->message_ids, i);
    g_autofree char *loose = sent_id_loose(id);
    if (loose != NULL) hold_hash(batch->ids, db_hash(loose), sent);
    hold_hash(batch->starts, sent_id_start(id, SENT_START_BYTES + 1), sent);
  }
  for (guint i = 0; i < message->replies->len; i++)
    hold_hash(batch->replies, db_hash(g_ptr_array_index(message->replies, i)), sent);
}

static Word *hold_person(Batch *batch, const char *address)
{
  Word *word = word_of(batch, address);
  if (!word->written_to && !word->sender) g_ptr_array_add(batch->people, word);
  return word;
}

/* Each link carries the subject's hash, so that one walk over an address's last days finds the messages that may fit.
 */
static void hold_links(Batch *batch, gint64 sent, gint64 date, const SentMessage *message)
{
  gint64 subject = 0, whole;
  subject_hashes(message->subject, &subject, &whole);
  for (guint i = 0; i < message->recipients->len; i++) {
    const char *address = g_ptr_array_index(message->recipients, i);
    Word *word = hold_person(batch, address);
    if (!word->written_to) {
      const char *domain = address_domain(address);
      word->domain = word_of(batch, domain != NULL ? domain : "")->hash;
      word->written = date;
      word->written_to = TRUE;
    }
    word->written = MAX(word->written, date);
    const Link link = { word->hash, date, sent, subject };
    const DomainRow row = { word->domain, date / SENT_DAY, word->hash };
    g_array_append_val(batch->links, link);
    g_array_append_val(batch->domains, row);
  }
}

static gboolean put_sent(Batch *batch, const SentMessage *message, gint64 date, GError **error)
{
  g_autofree char *subject = text_one_line(message->subject, SUBJECT_BYTES);
  gint64 sender = 0;
  if (message->sender != NULL) {
    Word *word = hold_person(batch, message->sender);
    word->sender = TRUE;
    sender = word->hash;
  }
  return rows_run(&batch->put, error, "iiuisd", batch->folder, date, message->recipients->len, sender, subject,
                  message->message_ids->len == 0);
}

/* A message that came to the folder lately, and says that it is older, may have been sent by a device whose clock is
 * wrong: it is found by either time. */
static gboolean clock_was_wrong(const Batch *batch, const SentRow *row, gint64 date)
{
  return sent_date_plausible(row->stored, batch->now) && row->stored - date > SENT_CLOCK_SLACK
         && batch->now - row->stored < STORED_LATELY;
}

static gboolean add_one(Batch *batch, const SentRow *row, GError **error)
{
  const SentMessage *message = row->message;
  gboolean known = FALSE;
  gint64 date = sent_date_plausible(message->date, batch->now) ? message->date
                : sent_date_plausible(row->stored, batch->now) ? row->stored
                                                               : 0;
  set_hashes(batch, message);
  if (!is_known(batch, &known, error)) return FALSE;
  if (known) return TRUE;
  if (!put_sent(batch, message, date, error)) return FALSE;
  gint64 sent = sqlite3_last_insert_rowid(batch->ledger->db);
  hold_ids(batch, sent, message);
  hold_links(batch, sent, date, message);
  sent_shape_note(&batch->shape, row, date);
  if (clock_was_wrong(batch, row, date)) hold_links(batch, sent, row->stored, message);
  batch->added++;
  return batch->links->len < LINKS_HELD || batch_write(batch, error);
}

static gboolean add_all(Batch *batch, const SentRow *rows, guint n, GError **error)
{
  if (!rows_open(&batch->find, batch->ledger, error,
                 "SELECT sent.id FROM sent_id JOIN sent ON sent.id = sent_id.sent WHERE hash = ? AND folder = ?", "")
      || !rows_open(
          &batch->put, batch->ledger, error,
          "INSERT INTO sent(folder, date, recipients, sender, subject, bare) VALUES(?, ?, ?, nullif(?, 0), ?, "
          "nullif(?, 0))",
          ""))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!add_one(batch, &rows[i], error)) return FALSE;
  return batch_write(batch, error) && sent_shape_write(&batch->shape, batch->ledger, error)
         && sent_news_end(&batch->news, batch->ledger, error);
}

gboolean sent_batch_add(Ledger *ledger, gint64 folder, const SentRow *rows, guint n, guint *added, GError **error)
{
  Batch batch;
  batch_init(&batch, ledger, folder);
  gboolean ok = sent_shape_init(&batch.shape, ledger, folder, error) && sent_news_begin(&batch.news, ledger, error)
                && add_all(&batch, rows, n, error);
  if (ok) *added = batch.added;
  batch_clear(&batch);
  return ok;
}
