/* dkim.c - what signatures cost: a bounce whose original has two of them, read, verified, and looked up
 * Owns:     a ledger in memory that has learned who signs, for as long as it runs.
 * Must not: be part of make check.
 * Fails:    with status 1 and the reason, also where a hostile header costs too much.
 * Tests:    dkim_read, dkim_verify, ledger_facts, by hand: make bench-dkim */
#include "ledger/facts.h"
#include "tests/bench/letters.h"

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#define SIGHTINGS 100
#define ROUNDS 500
#define TURNS 5
#define HOSTILE_MS 50.0
#define HOSTILE_MIB 16.0

typedef struct {
  Ledger *ledger;
  GBytes *plain, *with; /* a bounce without signatures, and with two */
  char *rsa, *edwards;  /* the keys' records */
  Report *report;
} Bench;

static double seconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

static void read_plain(Bench *bench) { g_autoptr(Report) report = filter_read(bench->plain); }

static void read_signed(Bench *bench) { g_autoptr(Report) report = filter_read(bench->with); }

static void verify(Bench *bench, guint which, const char *record)
{
  if (dkim_verify(bench->report->original.signatures->pdata[which], record) != DKIM_VERIFIED)
    g_error("the signature does not verify");
}

static void verify_rsa(Bench *bench) { verify(bench, 0, bench->rsa); }

static void verify_edwards(Bench *bench) { verify(bench, 1, bench->edwards); }

static void look_up(Bench *bench)
{
  const FactsQuery query = { .account = "home", .arrived = BENCH_NOW, .now = BENCH_NOW };
  g_autoptr(GError) error = NULL;
  g_autoptr(Facts) facts = ledger_facts(bench->ledger, bench->report, &query, &error);
  if (facts == NULL) g_error("%s", error->message);
  if (facts->signature.recipient == NULL) g_error("the signature is not taken for the owner's");
}

/* Milliseconds that one call takes: the best of some turns. */
static double time_of(Bench *bench, void (*step)(Bench *))
{
  double best = 0;
  for (guint turn = 0; turn < TURNS; turn++) {
    double start = seconds();
    for (guint i = 0; i < ROUNDS; i++) step(bench);
    double spent = (seconds() - start) * 1000 / ROUNDS;
    if (turn == 0 || spent < best) best = spent;
  }
  return best;
}

static gboolean prepare(Bench *bench, GError **error)
{
  g_autoptr(RigKey) rsa = rig_key_new(DKIM_RSA_SHA256, 2048, 1), edwards = rig_key_new(DKIM_ED25519_SHA256, 0, 2);
  g_autofree char *header = bench_header("Received: from a by b; x\r\n", 0);
  g_autofree char *once = rig_sign(rsa, BENCH_TAGS "one", header), *twice = rig_sign(edwards, BENCH_TAGS "two", once);
  bench->plain = bench_bounce("", header, "bob0@far.example");
  bench->with = bench_bounce("", twice, "bob0@far.example");
  bench->rsa = rig_key_record(rsa, FALSE);
  bench->edwards = rig_key_record(edwards, FALSE);
  bench->report = filter_read(bench->with);
  bench->ledger = ledger_open(NULL, LEDGER_MEMORY, error);
  return bench->ledger != NULL && bench_learn(bench->ledger, edwards, SIGHTINGS, error);
}

/* What is asked of the reader, whatever header it is given. */
static gboolean holds_on_hostile_headers(void)
{
  gboolean holds = TRUE;
  for (guint kind = 0; kind < RIG_HOSTILE; kind++) {
    g_autoptr(GString) header = rig_hostile_header(kind);
    g_autoptr(GPtrArray) read = g_ptr_array_new_with_free_func((GDestroyNotify)dkim_signature_free);
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    double start = seconds();
    dkim_read((Span){ header->str, header->len }, read);
    double spent = (seconds() - start) * 1000;
    getrusage(RUSAGE_SELF, &after);
    double grown = (double)(after.ru_maxrss - before.ru_maxrss) / 1024;
    gboolean good = spent <= HOSTILE_MS && grown <= HOSTILE_MIB;
    printf("%s: hostile header %u of %zu bytes: %.1f ms (bar %.0f), %.1f MiB more (bar %.0f)\n",
           good ? "holds" : "SHORT", kind, header->len, spent, HOSTILE_MS, grown, HOSTILE_MIB);
    holds = holds && good;
  }
  return holds;
}

int main(void)
{
  Bench bench = { 0 };
  g_autoptr(GError) error = NULL;
  filter_init();
  gboolean holds = holds_on_hostile_headers(); /* first, while little memory was ever used */
  if (!prepare(&bench, &error)) {
    fprintf(stderr, "%s\n", error->message);
    return 1;
  }
  double plain = time_of(&bench, read_plain), with = time_of(&bench, read_signed);
  printf("one report: read in %.3f ms, with two signatures %.3f ms; RSA 2048 verified in %.3f ms, Ed25519 in %.3f ms;\n"
         "looked up with a learned signer of %u sightings: %.3f ms (bar 1)\n",
         plain, with, time_of(&bench, verify_rsa), time_of(&bench, verify_edwards), SIGHTINGS,
         time_of(&bench, look_up));
  g_bytes_unref(bench.plain);
  g_bytes_unref(bench.with);
  g_free(bench.rsa);
  g_free(bench.edwards);
  report_free(bench.report);
  ledger_close(bench.ledger);
  return holds ? 0 : 1;
}
