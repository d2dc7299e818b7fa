/* ledger.c - how large and how fast a ledger of many sent messages is
 * Owns:     a folder in TMPDIR (/tmp), removed at the end.
 * Must not: be part of make check.
 * Fails:    with status 1 and the reason.
 * Tests:    ledger/sent.c facts.c received.c schema.c, by hand: make bench-ledger [N=messages] [BATCH=messages] */
#include "ledger/configure.h"
#include "ledger/db.h"
#include "ledger/facts.h"
#include "ledger/received.h"
#include "ledger/sent.h"
#include "tests/bench/folder.h"
#include "tests/rigs/old_ledger.h"
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NOW ((gint64)1760000000)
#define YEARS ((gint64)10 * 365 * 86400)
#define BATCH 500 /* messages in one transaction, unless another number is given */
#define QUESTIONS 10000
#define ROUNDS 3        /* each question counts with the least of its times: the rest is what other programs took */
#define FIRST 50000     /* messages, as of a mailbox that is read for the first time */
#define MEBIBYTES 250.0 /* of a ledger of a million sent messages */
#define MIGRATION 60.0  /* seconds, of the same one */

/* A message in every way determined by its number: a quarter of the people get half of the mail; one in ten has an
 * alias; one to three recipients; subjects of 15 to 80 bytes. */
static guint people(guint n) { return MAX(n / 10, 10); }

static guint who(guint n, guint i, guint k)
{
  guint mixed = (i * 3 + k) * 2654435761u;
  return mixed % 2 == 0 ? (mixed >> 8) % people(n) : (mixed >> 8) % MAX(people(n) / 4, 1);
}

static char *address(guint person) { return g_strdup_printf("person.%u@domain-%u.example", person, person % 5000); }

static char *message_id(guint i) { return g_strdup_printf("%08x.%u.%u@mail.my.example", i * 2654435761u, i, i % 977); }

static char *subject(guint i)
{
  static const char *const words =
      "minutes of the meeting on Thursday about the budget, the new office and the summer party";
  return g_strdup_printf("%u %.*s", i % 5000, (int)(10 + i % 65), words);
}

static gint64 date(guint n, guint i) { return NOW - YEARS + (gint64)((double)YEARS * i / n); }

static SentMessage *message(guint n, guint i)
{
  SentMessage *sent = g_new0(SentMessage, 1);
  sent->message_ids = g_ptr_array_new_with_free_func(g_free);
  sent->replies = g_ptr_array_new_with_free_func(g_free);
  sent->recipients = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(sent->message_ids, message_id(i));
  if (i % 10 == 0) g_ptr_array_add(sent->message_ids, message_id(i + 0x40000000u));
  for (guint k = 0; k <= i % 3; k++) g_ptr_array_add(sent->recipients, address(who(n, i, k)));
  sent->sender = g_strdup("me@my.example");
  sent->subject = subject(i);
  sent->date = date(n, i);
  return sent;
}

static gint64 cpu_time(void)
{
  struct timespec time = { 0 };
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

/* What sent_add() alone took, without the making of messages, in microseconds. */
typedef struct {
  gint64 cpu, wall;
} Cost;

static gboolean add_batch(Ledger *ledger, guint n, guint first, guint batch, FolderMark *mark, Cost *cost,
                          GError **error)
{
  g_autofree SentRow *rows = g_new(SentRow, batch);
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)sent_message_free);
  guint in_batch = MIN(batch, n - first);
  for (guint k = 0; k < in_batch; k++) {
    SentMessage *sent = message(n, first + k);
    g_ptr_array_add(messages, sent);
    rows[k] = (SentRow){ first + k + 1, sent->date, sent };
  }
  mark->next = first + in_batch + 1;
  mark->synced = NOW;
  gint64 start = g_get_monotonic_time(), cpu_start = cpu_time();
  gboolean ok = sent_add(ledger, "home", "Sent", rows, in_batch, mark, error);
  cost->cpu += cpu_time() - cpu_start;
  cost->wall += g_get_monotonic_time() - start;
  return ok;
}

static void print_cost(const Cost *cost, guint n, guint batch)
{
  printf("%u sent messages in batches of %u: %.2f us of CPU and %.2f us on the clock each, %.2f s together\n", n, batch,
         (double)cost->cpu / n, (double)cost->wall / n, (double)cost->wall / G_USEC_PER_SEC);
}

/* Question q: in turn an answer to a real message, one by its tokens, one by recipient and subject, and forged ones:
 * with a foreign id and a known recipient, and without an id about a stranger at a domain where others are known. */
static Report *question(guint n, guint q)
{
  guint i = (guint)(((guint64)q * 2654435761u) % n);
  Report *report = report_new();
  report->kind = REPORT_DSN_FAILED;
  report->reporter_domain = g_strdup("mx.far.example");
  g_ptr_array_add(report->addressed, g_strdup("me@my.example"));
  report->date = date(n, i) + 3600;
  report->original.subject = subject(i);
  g_ptr_array_add(report->recipients,
                  q % 5 == 4 ? g_strdup_printf("stranger@domain-%u.example", q) : address(who(n, i, 0)));
  for (guint k = 0; k < 8; k++) g_ptr_array_add(report->tokens, g_strdup_printf("%u.%u@foreign.example", q, k));
  if (q % 5 == 0) g_ptr_array_add(report->original.message_ids, message_id(i));
  if (q % 5 == 1) g_ptr_array_add(report->tokens, message_id(i));
  if (q % 5 == 3) g_ptr_array_add(report->original.message_ids, g_strdup_printf("%u@foreign.example", q));
  return report;
}

static int by_size(gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
  return (x > y) - (x < y);
}

static void print_times(const char *what, gint64 *times)
{
  qsort(times, QUESTIONS, sizeof *times, by_size);
  printf("  %s: p50 %d us, p99 %d us, max %d us\n", what, (int)times[QUESTIONS / 2], (int)times[QUESTIONS * 99 / 100],
         (int)times[QUESTIONS - 1]);
}

/* i: which question of all rounds. */
static void note_least(gint64 *times, guint i, gint64 took)
{
  gint64 *time = &times[i % QUESTIONS];
  *time = i < QUESTIONS ? took : MIN(*time, took);
}

/* One row by its primary key, by a statement that is prepared already: what the questions are held against. */
static gboolean compare(Ledger *ledger, guint n, gint64 facts, GError **error)
{
  g_autofree gint64 *cpu = g_new0(gint64, QUESTIONS);
  for (guint i = 0; i < ROUNDS * QUESTIONS; i++) {
    guint q = i % QUESTIONS;
    gint64 found = 0, row = 1 + (gint64)(((guint64)q * 2654435761u) % n), start = cpu_time();
    if (!db_number(ledger, error, &found, "SELECT date FROM sent WHERE id = ?", "i", row)) return FALSE;
    note_least(cpu, i, cpu_time() - start);
  }
  print_times("one SELECT by primary key, cpu", cpu);
  gint64 one = MAX(cpu[QUESTIONS * 99 / 100], 1);
  printf("  facts are %.1f times as long at the 99th percentile (bar: 10): %s\n", (double)facts / (double)one,
         facts <= 10 * one ? "holds" : "SHORT");
  return TRUE;
}

/* Processor time beside the clock's: on a busy machine only the first says something about the ledger. */
static gboolean ask(Ledger *ledger, guint n, const char *when, GError **error)
{
  g_autofree gint64 *wall = g_new0(gint64, QUESTIONS), *cpu = g_new0(gint64, QUESTIONS);
  guint answered = 0;
  for (guint i = 0; i < ROUNDS * QUESTIONS; i++) {
    g_autoptr(Report) report = question(n, i % QUESTIONS);
    const FactsQuery query = { "home", report->date, NOW };
    gint64 start = g_get_monotonic_time(), cpu_start = cpu_time();
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, error);
    note_least(cpu, i, cpu_time() - cpu_start);
    note_least(wall, i, g_get_monotonic_time() - start);
    if (facts == NULL) return FALSE;
    gboolean known = facts->id.shown != NULL || facts->token.shown != NULL || facts->fit.shown != NULL;
    if (i < QUESTIONS && known) answered++;
  }
  printf("facts, %s: %u questions, %u known\n", when, QUESTIONS, answered);
  print_times("wall", wall);
  print_times("cpu", cpu);
  return compare(ledger, n, cpu[QUESTIONS * 99 / 100], error);
}

/* What the test of coverage keeps at most: RECEIVED_MOST ids, one in ten of them an answer to a sent message. */
static gboolean receive(Ledger *ledger, guint n, GError **error)
{
  static const char *const me = "me@my.example";
  g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(ReceivedRow));
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)received_message_free);
  gint64 start = cpu_time();
  for (guint i = 0; i < RECEIVED_MOST; i++) {
    ReceivedMessage *one = g_new0(ReceivedMessage, 1);
    one->message_id = g_strdup_printf("%u.%u@mail.far.example", i, i * 2654435761u);
    if (i % 10 == 0) {
      guint sent = (guint)(((guint64)i * 2654435761u) % n);
      one->answers = g_ptr_array_new_with_free_func(g_free);
      one->recipients = g_ptr_array_new_with_free_func(g_free);
      g_ptr_array_add(one->answers, message_id(sent));
      g_ptr_array_add(one->recipients, g_strdup(me));
      one->sender = address(who(n, sent, 0));
    }
    g_ptr_array_add(messages, one);
    ReceivedRow row = { NOW - (gint64)(RECEIVED_MOST - i) * (RECEIVED_DAYS - 1) * 86400 / RECEIVED_MOST, one };
    g_array_append_val(rows, row);
    if (rows->len < 8000 && i + 1 < RECEIVED_MOST) continue;
    if (!received_add(ledger, "home", (const ReceivedRow *)(gpointer)rows->data, rows->len, NOW, error)) return FALSE;
    g_array_set_size(rows, 0);
    g_ptr_array_set_size(messages, 0);
  }
  printf("%u received ids, one in ten an answer: %.2f us of CPU each\n", RECEIVED_MOST,
         (double)(cpu_time() - start) / RECEIVED_MOST);
  return TRUE;
}

/* A ledger as version 3 left it is brought to the newest version. */
static gboolean migrate(const char *dir, GError **error)
{
  g_autoptr(Ledger) ledger = ledger_open(dir, LEDGER_EXISTING, error);
  if (ledger == NULL || !db_exec(ledger, OLD_WITHOUT_TRUST, error) || !db_exec(ledger, OLD_BACK_TO_3, error))
    return FALSE;
  g_clear_pointer(&ledger, ledger_close);
  gint64 start = g_get_monotonic_time();
  ledger = ledger_open(dir, LEDGER_EXISTING, error);
  double took = (double)(g_get_monotonic_time() - start) / G_USEC_PER_SEC;
  printf("from version 3: %.2f s (bar: %.0f): %s\n", took, MIGRATION, took < MIGRATION ? "holds" : "SHORT");
  return ledger != NULL;
}

static double mebibytes(const char *dir, const char *name)
{
  GStatBuf info = { 0 };
  g_autofree char *path = g_build_filename(dir, name, NULL);
  return g_stat(path, &info) == 0 ? (double)info.st_size / 1048576 : 0;
}

static gboolean bench(const char *dir, guint n, guint batch, GError **error)
{
  static const AccountSetup home = { (char *)"home", (char *)"*@my.example" };
  static const char *const folders[] = { "Sent" };
  FolderMark mark = { .validity = 1, .next = 1 };
  g_autoptr(Ledger) ledger = ledger_open(dir, LEDGER_CREATE, error);
  if (ledger == NULL || !account_configure(ledger, &home, 1, error)
      || !folder_use_sent(ledger, "home", folders, 1, error))
    return FALSE;
  Cost cost = { 0, 0 };
  for (guint i = 0; i < n; i += batch) {
    if (!add_batch(ledger, n, i, batch, &mark, &cost, error)) return FALSE;
    if (i < FIRST && i + batch >= FIRST && i + batch < n) print_cost(&cost, i + batch, batch);
  }
  print_cost(&cost, n, batch);
  if (!receive(ledger, n, error)) return FALSE;
  printf("WAL: %.1f MiB\n", mebibytes(dir, "ledger.db-wal"));
  g_clear_pointer(&ledger, ledger_close);
  double size = mebibytes(dir, "ledger.db");
  printf("file: %.1f MiB, %.0f bytes a message (bar for a million: %.0f MiB): %s\n", size, size * 1048576 / n,
         MEBIBYTES, size <= MEBIBYTES * MAX(n, 1000000) / 1000000 ? "holds" : "SHORT");
  ledger = ledger_open(dir, LEDGER_EXISTING, error);
  if (ledger == NULL || !ask(ledger, n, "just opened", error) || !ask(ledger, n, "again", error)) return FALSE;
  g_clear_pointer(&ledger, ledger_close);
  return migrate(dir, error);
}

int main(int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  guint n = argc > 1 ? (guint)strtoul(argv[1], NULL, 10) : 1000000;
  guint batch = argc > 2 ? (guint)strtoul(argv[2], NULL, 10) : BATCH;
  g_autofree char *dir = g_dir_make_tmp("backstop-bench-XXXXXX", &error);
  setvbuf(stdout, NULL, _IOLBF, 0);
  gboolean ok = dir != NULL && n > 0 && batch > 0 && bench(dir, n, batch, &error);
  if (dir != NULL) bench_remove_ledger(dir);
  if (ok) return EXIT_SUCCESS;
  fprintf(stderr, "%s: %s\n", argv[0], error != NULL ? error->message : "give the number of messages");
  return EXIT_FAILURE;
}
