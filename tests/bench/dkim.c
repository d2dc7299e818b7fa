/* dkim.c - what signatures cost: a bounce whose original has two of them, read, verified, and looked up
 * Owns:     a ledger in memory that has learned who signs, for as long as it runs.
 * Must not: be part of make check.
 * Fails:    with status 1 and the reason.
 * Tests:    dkim_read, dkim_verify, ledger_facts, by hand: make bench-dkim */
#include "ledger/configure.h"
#include "ledger/facts.h"
#include "ledger/sent.h"
#include "ledger/signer.h"
#include "tests/rigs/dkim_rig.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define NOW ((gint64)1780000000)
#define SIGHTINGS 100
#define ROUNDS 500
#define TURNS 5
#define TAGS "d=example.org; c=relaxed/relaxed; h=from:to:cc:subject:date:message-id:mime-version:in-reply-to; s="

typedef struct {
  Ledger *ledger;
  GBytes *plain, *with; /* a bounce without signatures, and with two */
  char *rsa, *edwards;  /* the keys' records */
  Report *report;
} Bench;

static char *header_of(guint n)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(NOW - (gint64)(n + 1) * 3600);
  g_autofree char *date = g_date_time_format(time, "%d %b %Y %H:%M:%S +0000");
  return g_strdup_printf("Received: from a by b; %s\r\nFrom: Me <me@example.org>\r\nTo: bob%u@far.example\r\n"
                         "Subject: Letter %u\r\nDate: %s\r\nMessage-ID: <letter.%u@example.org>\r\n"
                         "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n",
                         date, n, n, date, n);
}

static GBytes *bounce(const char *header)
{
  GString *text = g_string_new(
      "From: MAILER-DAEMON@mx.far.example\r\nReturn-Path: <>\r\nTo: me@example.org\r\nSubject: Undelivered Mail "
      "Returned "
      "to Sender\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
      "--b\r\n\r\nYour message could not be delivered.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
      "Reporting-MTA: dns; mx.far.example\r\n\r\nFinal-Recipient: rfc822; bob0@far.example\r\nAction: failed\r\n"
      "Status: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n");
  g_string_append_printf(text, "%s\r\n--b--\r\n", header);
  return g_string_free_to_bytes(text);
}

/* Letters 1 and on are in Sent, and came back as copies: so the signer is learned. Letter 0 is in no Sent folder. */
static gboolean learn(Ledger *ledger, const RigKey *key, GError **error)
{
  const AccountSetup account = { (char *)"home", (char *)"me@example.org", NULL };
  FolderMark mark = { 1, 1, 0, NOW };
  if (!account_configure(ledger, &account, 1, error)) return FALSE;
  for (guint i = 1; i <= SIGHTINGS; i++) {
    g_autofree char *header = header_of(i), *copy = rig_sign(key, TAGS "two", header);
    g_autoptr(SentMessage) message = sent_message_read(header, strlen(header));
    const SentRow row = { i, message->date, message };
    mark.next = i + 1;
    if (!sent_add(ledger, "home", "Sent", &row, 1, &mark, error)
        || !signer_learn(ledger, 0, (Span){ copy, strlen(copy) }, error))
      return FALSE;
  }
  return TRUE;
}

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
  const FactsQuery query = { .account = "home", .arrived = NOW, .now = NOW };
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
  g_autofree char *header = header_of(0), *once = rig_sign(rsa, TAGS "one", header);
  g_autofree char *twice = rig_sign(edwards, TAGS "two", once);
  bench->plain = bounce(header);
  bench->with = bounce(twice);
  bench->rsa = rig_key_record(rsa, FALSE);
  bench->edwards = rig_key_record(edwards, FALSE);
  bench->report = filter_read(bench->with);
  bench->ledger = ledger_open(NULL, LEDGER_MEMORY, error);
  const char *const records[] = { bench->edwards, NULL };
  return bench->ledger != NULL && learn(bench->ledger, edwards, error)
         && signer_take(bench->ledger, "two._domainkey.example.org", records, NOW, error);
}

int main(void)
{
  Bench bench = { 0 };
  g_autoptr(GError) error = NULL;
  filter_init();
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
  return 0;
}
