/* scan.c - what the first look at a large mailbox costs, with and without what the test of coverage needs
 * Owns:     one connection to a server, and ledgers in a folder of TMPDIR, removed at the end.
 * Must not: be part of make check.
 * Fails:    with status 1 and the reason.
 * Tests:    filter/received_message.c ledger/received.c, by hand: make bench-scan [MESSAGES=n PAIRS=n] */
#include "fetcher/imap/imap.h"
#include "filter/filter.h"
#include "ledger/configure.h"
#include "ledger/received.h"
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define RANGE 8000 /* messages of one scan, as watch.c takes them of a full folder */
#define PAIRS_MOST 100
#define BAR 1.10

typedef struct {
  Ledger *ledger; /* NULL: as a scan was before */
  gint64 since;   /* what is older is not noted, Unix seconds */
  GArray *rows;   /* ReceivedRow */
  guint seen, candidates, noted, answers;
} Look;

static gint64 cpu_time(void)
{
  struct timespec time = { 0 };
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static void take(const ScanRow *row, gpointer data)
{
  Look *look = data;
  ReceivedMessage *ordinary = NULL;
  look->seen++;
  gboolean plain = look->ledger == NULL || row->stored < look->since;
  look->candidates +=
      plain ? filter_candidate(row->fields, row->length) : filter_scan(row->fields, row->length, FALSE, &ordinary);
  if (ordinary == NULL) return;
  ReceivedRow received = { row->stored, ordinary };
  look->noted++;
  look->answers += ordinary->answers != NULL;
  g_array_append_val(look->rows, received);
}

static void clear_row(gpointer data)
{
  ReceivedRow *row = data;
  received_message_free((ReceivedMessage *)row->message);
}

/* One look at the whole folder; processor time in microseconds, -1 with error. */
static gint64 look_at(Store *store, guint next, Look *look, GError **error)
{
  gint64 start = cpu_time(), now = g_get_real_time() / G_USEC_PER_SEC;
  const char *const *fields = look->ledger != NULL ? filter_scan_fields : filter_candidate_fields;
  look->since = now - (gint64)RECEIVED_DAYS * 86400;
  look->rows = g_array_new(FALSE, FALSE, sizeof(ReceivedRow));
  g_array_set_clear_func(look->rows, clear_row);
  gboolean ok = TRUE;
  for (guint from = 1; from < next && ok; from += RANGE) {
    ok = store->class->scan(store, from, MIN(from + RANGE, next) - 1, fields, take, look, error)
         && (look->ledger == NULL
             || received_add(look->ledger, "home", (const ReceivedRow *)(gpointer)look->rows->data, look->rows->len,
                             now, error));
    g_array_set_size(look->rows, 0);
  }
  g_array_unref(look->rows);
  return ok ? cpu_time() - start : -1;
}

static void clean(const char *dir)
{
  static const char *const names[] = { "ledger.db", "ledger.db-wal", "ledger.db-shm" };
  for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *path = g_build_filename(dir, names[i], NULL);
    g_unlink(path);
  }
  g_rmdir(dir);
}

/* With a new ledger each time, since noting an id again costs less. */
static gint64 look_anew(Store *store, guint next, Look *look, GError **error)
{
  static const AccountSetup home = { (char *)"home", (char *)"owner@*" };
  g_autofree char *dir = g_dir_make_tmp("backstop-bench-XXXXXX", error);
  if (dir == NULL) return -1;
  look->ledger = ledger_open(dir, LEDGER_CREATE, error);
  gint64 cost =
      look->ledger != NULL && account_configure(look->ledger, &home, 1, error) ? look_at(store, next, look, error) : -1;
  ledger_close(look->ledger);
  clean(dir);
  return cost;
}

static int by_size(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Both by turns, so that a busy machine troubles both alike. */
static gboolean compare(Store *store, guint next, guint pairs, GError **error)
{
  double ratios[PAIRS_MOST];
  for (guint i = 0; i < pairs; i++) {
    Look before = { 0 }, now = { 0 };
    gint64 cost[2] = { 0, 0 };
    for (guint turn = 0; turn < 2; turn++) {
      gboolean anew = (turn + i) % 2 == 1;
      cost[anew] = anew ? look_anew(store, next, &now, error) : look_at(store, next, &before, error);
      if (cost[anew] < 0) return FALSE;
    }
    ratios[i] = (double)cost[1] / (double)MAX(cost[0], 1);
    printf("  %u messages, %u noted, %u of them answers: %.2f us each before, %.2f us now, %.3f times\n", now.seen,
           now.noted, now.answers, (double)cost[0] / before.seen, (double)cost[1] / now.seen, ratios[i]);
  }
  qsort(ratios, pairs, sizeof *ratios, by_size);
  double middle = ratios[pairs / 2];
  printf("%s: first look: %.3f times the processor time, pairs %.3f to %.3f (bar: at most %.2f)\n",
         middle <= BAR ? "holds" : "SHORT", middle, ratios[0], ratios[pairs - 1], BAR);
  return TRUE;
}

int main(int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  FolderStatus status = { 0 };
  if (argc < 6) {
    fprintf(stderr, "usage: scan HOST PORT CERTIFICATE USER PAIRS; the password in BACKSTOP_BENCH_PASSWORD\n");
    return EXIT_FAILURE;
  }
  filter_init();
  setvbuf(stdout, NULL, _IOLBF, 0);
  const AccountConfig account = { .name = (char *)"home",
                                  .protocol = PROTOCOL_IMAP,
                                  .host = argv[1],
                                  .port = (guint16)strtoul(argv[2], NULL, 10),
                                  .security = SECURITY_TLS,
                                  .user = argv[4],
                                  .ca_file = argv[3],
                                  .timeout = 600 };
  guint pairs = CLAMP((guint)strtoul(argv[5], NULL, 10), 1, PAIRS_MOST);
  g_autoptr(Store) store = imap_open(&account, g_getenv("BACKSTOP_BENCH_PASSWORD"), &error);
  Look first = { 0 }; /* Dovecot fills its cache */
  if (store != NULL && store->class->select(store, "INBOX", &status, &error)
      && look_anew(store, status.next, &first, &error) >= 0 && compare(store, status.next, pairs, &error))
    return EXIT_SUCCESS;
  fprintf(stderr, "%s: %s\n", argv[0], error->message);
  return EXIT_FAILURE;
}
