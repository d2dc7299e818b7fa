/* filter.c - how fast mail is read and judged, beside bare GMime parsing of the same bytes
 * Owns:     a ledger in memory with 100,000 sent messages, for as long as it runs.
 * Must not: be part of make check.
 * Fails:    with status 1 and the reason.
 * Tests:    filter_candidate, filter_read, ledger_facts, filter_judge, by hand: make bench-filter [MAIL=folder] */
#include "ledger/configure.h"
#include "ledger/facts.h"
#include "ledger/sent.h"

#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NOW ((gint64)1780000000)
#define SENT 100000
#define BATCH 1000
#define SECONDS 2.0
#define TURNS 5

typedef struct {
  GPtrArray *messages; /* GBytes* */
  GPtrArray *headers;  /* GBytes*: the candidate fields, as a server would send them */
  gsize bytes;
  Ledger *ledger;
} Bench;

static void add_field(GString *fields, const char *name, const char *header, const char *end)
{
  for (const char *at = header; at < end;) {
    const char *next = memchr(at, '\n', end - at);
    next = next == NULL ? end : next + 1;
    while (next < end && (*next == ' ' || *next == '\t')) {
      const char *more = memchr(next, '\n', end - next);
      next = more == NULL ? end : more + 1;
    }
    gsize length = strlen(name);
    if ((gsize)(next - at) > length && g_ascii_strncasecmp(at, name, length) == 0 && at[length] == ':')
      g_string_append_len(fields, at, next - at);
    at = next;
  }
}

static void add_file(Bench *bench, const char *path)
{
  char *data;
  gsize length;
  if (!g_str_has_suffix(path, ".eml") || !g_file_get_contents(path, &data, &length, NULL)) return;
  const char *end = g_strstr_len(data, length, "\n\n");
  GString *fields = g_string_new(NULL);
  for (guint i = 0; filter_scan_fields[i] != NULL; i++)
    add_field(fields, filter_scan_fields[i], data, end != NULL ? end + 1 : data + length);
  g_ptr_array_add(bench->messages, g_bytes_new_take(data, length));
  g_ptr_array_add(bench->headers, g_string_free_to_bytes(fields));
  bench->bytes += length;
}

static void add_folder(Bench *bench, const char *path)
{
  g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
  for (const char *name = NULL; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
    g_autofree char *file = g_build_filename(path, name, NULL);
    if (g_file_test(file, G_FILE_TEST_IS_DIR))
      add_folder(bench, file);
    else
      add_file(bench, file);
  }
}

/* Sent mail unlike any original in the samples, so that every question is asked to its end. */
static gboolean fill(Ledger *ledger, GError **error)
{
  FolderMark mark = { .validity = 1, .next = 1 };
  const AccountSetup account = { (char *)"home", (char *)"*" };
  if (!account_configure(ledger, &account, 1, error)) return FALSE;
  for (guint first = 0; first < SENT; first += BATCH) {
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)sent_message_free);
    SentRow rows[BATCH];
    for (guint i = 0; i < BATCH; i++) {
      guint n = first + i;
      g_autofree char *fields = g_strdup_printf(
          "Message-ID: <sent.%u@my.test>\nTo: person%u@far%u.test\nSubject: Letter %u\n", n, n % 7000, n % 900, n);
      SentMessage *message = sent_message_read(fields, strlen(fields));
      message->date = NOW - (gint64)(SENT - n) * 3600;
      g_ptr_array_add(messages, message);
      rows[i] = (SentRow){ n + 1, message->date, message };
    }
    mark.next = first + BATCH + 1;
    mark.synced = NOW;
    if (!sent_add(ledger, "home", "Sent", rows, BATCH, &mark, error)) return FALSE;
  }
  return TRUE;
}

static void parse_with_gmime(Bench *bench, guint i)
{
  gsize length;
  const char *data = g_bytes_get_data(bench->messages->pdata[i], &length);
  GMimeStream *stream = g_mime_stream_mem_new_with_buffer(data, length);
  GMimeParser *parser = g_mime_parser_new_with_stream(stream);
  GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
  if (message != NULL) g_object_unref(message);
  g_object_unref(parser);
  g_object_unref(stream);
}

static void judge(Bench *bench, guint i)
{
  g_autoptr(Report) report = filter_read(bench->messages->pdata[i]);
  const FactsQuery query = { .account = "home", .arrived = NOW, .now = NOW };
  const Policy policy = POLICY_DEFAULT(NOW);
  g_autoptr(GError) error = NULL;
  g_autoptr(Facts) facts = ledger_facts(bench->ledger, report, &query, &error);
  if (facts == NULL) g_error("%s", error->message);
  g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
}

static void only_read(Bench *bench, guint i) { g_autoptr(Report) report = filter_read(bench->messages->pdata[i]); }

static void test_candidate(Bench *bench, guint i)
{
  gsize length;
  const char *fields = g_bytes_get_data(bench->headers->pdata[i], &length);
  filter_candidate(fields, length);
}

/* Processor time, so that other programs count as little as can be. */
static double seconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

/* Seconds that one message takes: the best of some turns, in which the others ran as well. */
static double time_of(Bench *bench, void (*step)(Bench *, guint))
{
  double start = seconds(), now = start;
  guint rounds = 0;
  while (now - start < SECONDS / TURNS) {
    for (guint i = 0; i < bench->messages->len; i++) step(bench, i);
    rounds++;
    now = seconds();
  }
  return (now - start) / rounds / bench->messages->len;
}

static double best(double a, double b) { return a == 0 || b < a ? b : a; }

static void measure(const char *folder, Ledger *ledger)
{
  Bench bench = { g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref),
                  g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref), 0, ledger };
  add_folder(&bench, folder);
  double gmime = 0, reading = 0, judging = 0, testing = 0;
  for (guint turn = 0; turn < TURNS && bench.messages->len > 0; turn++) {
    gmime = best(gmime, time_of(&bench, parse_with_gmime));
    reading = best(reading, time_of(&bench, only_read));
    judging = best(judging, time_of(&bench, judge));
    testing = best(testing, time_of(&bench, test_candidate));
  }
  double size = bench.messages->len > 0 ? (double)bench.bytes / bench.messages->len / 1e6 : 0;
  printf("%s: %u messages, %.1f MB\n", folder, bench.messages->len, bench.bytes / 1e6);
  if (bench.messages->len > 0)
    printf("  bare GMime parsing  %9.0f/s %7.1f MB/s\n"
           "  filter_read         %9.0f/s %7.1f MB/s  %.2f times GMime's time\n"
           "  read, facts, judge  %9.0f/s %7.1f MB/s  %.2f times GMime's time (bar 1.3)\n"
           "  candidate test      %9.0f/s (bar 200,000)\n",
           1 / gmime, size / gmime, 1 / reading, size / reading, reading / gmime, 1 / judging, size / judging,
           judging / gmime, 1 / testing);
  g_ptr_array_unref(bench.messages);
  g_ptr_array_unref(bench.headers);
}

int main(int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  filter_init();
  g_autoptr(Ledger) ledger = ledger_open(NULL, LEDGER_MEMORY, &error);
  if (ledger == NULL || !fill(ledger, &error)) {
    fprintf(stderr, "%s\n", error->message);
    return 1;
  }
  for (int i = 1; i < argc; i++) measure(argv[i], ledger);
  return 0;
}
