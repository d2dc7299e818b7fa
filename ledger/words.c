/* words.c - which words stand in mail that the owner wants, and in mail that he does not.
 * Owns:     tables word, word_total, word_entry and word_sent: writing them.
 * Must not: keep a word as text; learn from anything but what the owner did.
 * Fails:    LEDGER_ERROR; a run is in whole or not at all.
 * Tests:    tests/ledger/test_words.c */
#include "ledger/words.h"
#include "ledger/private.h"

#define ENTRIES_AT_ONCE 100
#define SENT_AT_ONCE 500
#define SPARE 5000 /* words that go at once when there are too many */
#define DAY ((gint64)86400)

typedef enum { LEARNED_NOTHING, LEARNED_GOOD, LEARNED_BAD } Learned;

/* What an entry teaches by its state. An entry that other hands took out of quarantine has a reason: nobody knows
 * whether its message was wanted. */
#define TEACHES "CASE WHEN state = 'restored' THEN 1 WHEN state = 'deleted' AND reason IS NULL THEN 2 ELSE 0 END"
#define TO_LEARN                                                                                                       \
  "FROM word_entry JOIN entry ON entry.id = word_entry.entry"                                                          \
  " WHERE state IN ('quarantined', 'restored', 'deleted') AND learned <> " TEACHES

gint64 word_hash(const char *word) { return (db_hash(word) & ~(gint64)1) | !wording_in_subject(word); }

static gint64 digest_of(const GArray *hashes)
{
  gint64 digest = 0;
  for (guint i = 0; i < hashes->len; i++) digest ^= g_array_index(hashes, gint64, i);
  return digest;
}

gboolean words_keep(Ledger *ledger, const Entry *entry, GError **error)
{
  const GArray *words = entry->words;
  if (words == NULL || words->len == 0) return TRUE;
  return db_run(ledger, error,
                "INSERT INTO word_entry(entry, words, digest) VALUES(?, ?, ?) ON CONFLICT DO UPDATE SET"
                " words = excluded.words, digest = excluded.digest WHERE learned = 0",
                "ibi", entry->id, words->data, (gsize)words->len * sizeof(gint64), digest_of(words));
}

/* Adds so much (1 or -1) to the words and to the totals. */
static gboolean count(Ledger *ledger, const gint64 *hashes, guint n, gint64 good, gint64 bad, GError **error)
{
  gboolean in_place[2] = { FALSE, FALSE };
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "INSERT INTO word(hash, good, bad) VALUES(?1, max(?2, 0), max(?3, 0)) ON CONFLICT DO UPDATE SET"
                 " good = max(good + ?2, 0), bad = max(bad + ?3, 0)",
                 ""))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    in_place[hashes[i] & 1] = TRUE;
    if (!rows_run(&rows, error, "iii", hashes[i], good, bad)) return FALSE;
  }
  for (int place = 0; place < 2; place++)
    if (in_place[place]
        && !db_run(ledger, error,
                   "UPDATE word_total SET good = max(good + ?2, 0), bad = max(bad + ?3, 0) WHERE place = ?1", "dii",
                   place, good, bad))
      return FALSE;
  return TRUE;
}

/* An entry whose words are to be learned, or to be forgotten. */
typedef struct {
  gint64 entry, digest;
  Learned before, now;
  gboolean counted;
  GBytes *words;
} Lesson;

static void lesson_free(Lesson *lesson)
{
  g_bytes_unref(lesson->words);
  g_free(lesson);
}

static GPtrArray *lessons(Ledger *ledger, GError **error)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)lesson_free);
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT word_entry.entry, word_entry.digest, learned, " TEACHES ", counted, words " TO_LEARN
                 " ORDER BY word_entry.entry LIMIT ?",
                 "d", ENTRIES_AT_ONCE))
    return NULL;
  while (rows_next(&rows, error)) {
    const gsize size = (gsize)sqlite3_column_bytes(rows.statement, 5) / sizeof(gint64) * sizeof(gint64);
    Lesson *lesson = g_new(Lesson, 1);
    *lesson = (Lesson){ row_int(&rows, 0),          row_int(&rows, 1),      (Learned)row_int(&rows, 2),
                        (Learned)row_int(&rows, 3), row_int(&rows, 4) != 0, NULL };
    lesson->words = g_bytes_new(sqlite3_column_blob(rows.statement, 5), size);
    g_ptr_array_add(list, lesson);
  }
  return rows.failed ? NULL : g_steal_pointer(&list);
}

static gboolean apply(Ledger *ledger, const Lesson *lesson, Learned as, gint64 sign, GError **error)
{
  gsize size = 0;
  const gint64 *hashes = g_bytes_get_data(lesson->words, &size);
  const guint n = (guint)MIN(size / sizeof(gint64), WORDING_WORDS_MOST);
  return count(ledger, hashes, n, as == LEARNED_GOOD ? sign : 0, as == LEARNED_BAD ? sign : 0, error);
}

/* A flood of the same message teaches once. */
static gboolean is_taught(Ledger *ledger, const Lesson *lesson, gboolean *taught, GError **error)
{
  gint64 n = 0;
  if (!db_number(ledger, error, &n,
                 "SELECT EXISTS(SELECT 1 FROM word_entry WHERE digest = ? AND learned = ? AND counted AND entry <> ?)",
                 "idi", lesson->digest, (int)lesson->now, lesson->entry))
    return FALSE;
  *taught = n != 0;
  return TRUE;
}

static gboolean learn_entry(Ledger *ledger, const Lesson *lesson, GError **error)
{
  gboolean taught = TRUE;
  if (lesson->counted && !apply(ledger, lesson, lesson->before, -1, error)) return FALSE;
  if (lesson->now != LEARNED_NOTHING && !is_taught(ledger, lesson, &taught, error)) return FALSE;
  if (!taught && !apply(ledger, lesson, lesson->now, 1, error)) return FALSE;
  return db_run(ledger, error, "UPDATE word_entry SET learned = ?, counted = ? WHERE entry = ?", "ddi",
                (int)lesson->now, !taught, lesson->entry);
}

static gboolean learn_entries(Ledger *ledger, gboolean *further, GError **error)
{
  g_autoptr(GPtrArray) list = lessons(ledger, error);
  for (guint i = 0; list != NULL && i < list->len; i++)
    if (!learn_entry(ledger, list->pdata[i], error)) return FALSE;
  if (list != NULL && list->len == ENTRIES_AT_ONCE) *further = TRUE;
  return list != NULL;
}

static gboolean learn_subject(Ledger *ledger, const char *subject, GError **error)
{
  g_autoptr(GPtrArray) words = wording_split(subject, NULL);
  gint64 hashes[WORDING_WORDS_MOST];
  for (guint i = 0; i < words->len; i++) hashes[i] = word_hash(words->pdata[i]);
  return words->len == 0 || count(ledger, hashes, words->len, 1, 0, error);
}

static gboolean learn_sent(Ledger *ledger, gboolean *further, GError **error)
{
  gint64 upto = 0;
  g_auto(Rows) rows = { 0 };
  guint n = 0;
  if (!db_run(ledger, error,
              "INSERT INTO word_sent(one, upto) SELECT 1, max(0, coalesce(max(id), 0) - ?) FROM sent WHERE NOT EXISTS"
              "(SELECT 1 FROM word_sent) ON CONFLICT DO NOTHING",
              "d", WORDS_SENT_MOST)
      || !db_number(ledger, error, &upto, "SELECT upto FROM word_sent", "")
      || !rows_open(&rows, ledger, error, "SELECT id, subject FROM sent WHERE id > ? ORDER BY id LIMIT ?", "id", upto,
                    SENT_AT_ONCE))
    return FALSE;
  for (; rows_next(&rows, error); n++) {
    upto = row_int(&rows, 0);
    if (!learn_subject(ledger, row_text(&rows, 1), error)) return FALSE;
  }
  if (rows.failed) return FALSE;
  rows_close(&rows);
  if (n == SENT_AT_ONCE) *further = TRUE;
  return n == 0 || db_run(ledger, error, "UPDATE word_sent SET upto = ?", "i", upto);
}

/* The rarest go, and what was taken back; and words of entries that are as good as done with. */
static gboolean prune(Ledger *ledger, gint64 now, GError **error)
{
  gint64 n = 0;
  if (!db_run(ledger, error, "DELETE FROM word WHERE good + bad = 0", "")
      || !db_number(ledger, error, &n, "SELECT count(*) FROM word", "")
      || !db_run(ledger, error,
                 "DELETE FROM word_entry WHERE entry IN (SELECT word_entry.entry FROM word_entry JOIN entry ON"
                 " entry.id = word_entry.entry WHERE changed < ? ORDER BY word_entry.entry LIMIT ?)",
                 "id", now - WORDS_ENTRY_DAYS * DAY, ENTRIES_AT_ONCE))
    return FALSE;
  return n <= WORDS_KEPT_MOST
         || db_run(ledger, error,
                   "DELETE FROM word WHERE hash IN (SELECT hash FROM word ORDER BY good + bad, hash LIMIT ?)", "i",
                   n - WORDS_KEPT_MOST + SPARE);
}

static gboolean learn(Ledger *ledger, gint64 now, gboolean *further, GError **error)
{
  return learn_entries(ledger, further, error) && learn_sent(ledger, further, error) && prune(ledger, now, error);
}

gboolean words_learn(Ledger *ledger, gint64 now, gboolean *further, GError **error)
{
  gint64 any = 0;
  *further = FALSE;
  if (!db_number(ledger, error, &any,
                 "SELECT EXISTS(SELECT 1 " TO_LEARN ") OR coalesce((SELECT max(id) FROM sent), 0) >"
                 " coalesce((SELECT upto FROM word_sent), -1)",
                 ""))
    return FALSE;
  if (any == 0) return TRUE;
  if (!db_begin_lightly(ledger, error)) return FALSE;
  return db_end_lightly(ledger, learn(ledger, now, further, error), error);
}
