/* heal.c - what a batch of sent mail costs when much lies in quarantine
 * Owns:     a folder in TMPDIR (/tmp), removed at the end.
 * Must not: be part of make check.
 * Fails:    with status 1 and the reason.
 * Tests:    ledger/heal.c ledger/sent_news.c ledger/kept.c, by hand: make bench-heal [ENTRIES=n] */
#include "ledger/heal.h"
#include "ledger/configure.h"
#include "ledger/journal.h"
#include "ledger/sent.h"
#include "tests/bench/folder.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SENT 1000
#define DAY ((gint64)86400)
#define BATCH 500

static gint64 now_is(void) { return g_get_real_time() / G_USEC_PER_SEC; }

static void add_text(GPtrArray *list, char *text) { g_ptr_array_add(list, text); }

/* A forged bounce that shows the id and the recipient of this number. */
static Report *report_new_of(guint i)
{
  Report *report = report_new();
  report->kind = REPORT_DSN_FAILED;
  report->reporter = g_strdup("mailer-daemon@mx.far.example");
  report->reporter_domain = g_strdup("mx.far.example");
  report->date = now_is() - DAY;
  report->rank = RANK_NAMED;
  report->status_part = TRUE;
  report->original.header = TRUE;
  report->original.date = now_is() - DAY - 3600;
  report->original.subject = g_strdup_printf("Offer %u", i);
  add_text(report->addressed, g_strdup("me@my.example"));
  add_text(report->recipients, g_strdup_printf("person%u@domain%u.example", i, i % 5000));
  add_text(report->original.message_ids, g_strdup_printf("%u.late@mail.my.example", i));
  for (guint k = 0; k < 4; k++) add_text(report->tokens, g_strdup_printf("%u.%u@far.example", i, k));
  return report;
}

static Entry *entry_of(guint i)
{
  g_autoptr(Report) report = report_new_of(i);
  g_autoptr(GPtrArray) evidence = g_ptr_array_new_with_free_func((GDestroyNotify)evidence_free);
  g_ptr_array_add(evidence, evidence_new(EVIDENCE_AGAINST, "id-unknown", "x", NULL));
  const Verdict verdict = { .code = VERDICT_BACKSCATTER, .evidence = evidence };
  Entry *entry = entry_new("home", report, NULL, &verdict, MOVE_Q_INTENT);
  g_autofree char *text = g_strdup_printf("message %u", i);
  g_autoptr(GBytes) head = g_bytes_new(text, strlen(text));
  fingerprint_init(&entry->fingerprint, text, i, head);
  entry->arrived = now_is() - DAY;
  place_set(&entry->home, "INBOX", 1, i + 1);
  place_set(&entry->away, "Backscatter", 1, 0);
  return entry;
}

static gboolean fill(Ledger *ledger, guint n, GError **error)
{
  for (guint first = 0; first < n; first += BATCH) {
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
    g_autofree Confirmation *confirmations = g_new0(Confirmation, BATCH);
    guint count = MIN(BATCH, n - first);
    for (guint i = 0; i < count; i++) g_ptr_array_add(entries, entry_of(first + i));
    if (!journal_record(ledger, entries, "home", "INBOX", NULL, error)) return FALSE;
    for (guint i = 0; i < count; i++) {
      const Entry *entry = g_ptr_array_index(entries, i);
      confirmations[i] = (Confirmation){ entry->id, { (char *)"Backscatter", 1, first + i + 1 } };
    }
    if (!journal_confirm_many(ledger, confirmations, count, error)) return FALSE;
  }
  return TRUE;
}

/* 1,000 messages; one in `hits` is what a quarantined report is about (0: none). Microseconds. */
static gint64 send(Ledger *ledger, guint round, guint hits, FolderMark *mark, GError **error)
{
  g_autofree SentRow *rows = g_new0(SentRow, SENT);
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)sent_message_free);
  for (guint i = 0; i < SENT; i++) {
    gboolean hit = hits > 0 && i % hits == 0;
    g_autofree char *fields =
        hit ? g_strdup_printf("Message-ID: <%u.late@mail.my.example>\nFrom: me@my.example\nTo: x%u@y.example\n", i, i)
            : g_strdup_printf("Message-ID: <%u.%u@mail.my.example>\nFrom: me@my.example\nTo: a%u@b.example\n", round, i,
                              i);
    SentMessage *message = sent_message_read(fields, strlen(fields));
    message->date = now_is() - DAY - 3600;
    g_ptr_array_add(messages, message);
    rows[i] = (SentRow){ round * SENT + i + 1, message->date, message };
  }
  mark->next = (round + 1) * SENT + 1;
  mark->synced = now_is();
  gint64 start = g_get_monotonic_time();
  return sent_add(ledger, "home", "Sent", rows, SENT, mark, error) ? g_get_monotonic_time() - start : -1;
}

static gboolean bench(const char *dir, guint n, GError **error)
{
  static const AccountSetup home = { .name = (char *)"home", .addresses = (char *)"*@my.example" };
  static const char *const folders[] = { "Sent" };
  FolderMark mark = { .validity = 1, .next = 1 };
  g_autoptr(Ledger) ledger = ledger_open(dir, LEDGER_CREATE, error);
  if (ledger == NULL || !account_configure(ledger, &home, 1, error)
      || !folder_use_sent(ledger, "home", folders, 1, error))
    return FALSE;
  gint64 alone = send(ledger, 0, 0, &mark, error), start = g_get_monotonic_time();
  if (alone < 0 || !fill(ledger, n, error)) return FALSE;
  gint64 filled = g_get_monotonic_time() - start;
  gint64 beside = send(ledger, 1, 10, &mark, error);
  if (beside < 0) return FALSE;
  const Policy policy = POLICY_DEFAULT(now_is());
  g_auto(HealResult) result = { 0 };
  start = g_get_monotonic_time();
  if (!heal_run(ledger, "home", &policy, 10000, &result, error)) return FALSE;
  gint64 healing = g_get_monotonic_time() - start;
  printf("%u entries in quarantine, recorded at %.0f us each\n", n, (double)filled / n);
  printf("%u sent messages: %.1f ms with none in quarantine, %.1f ms beside them\n", SENT, (double)alone / 1000,
         (double)beside / 1000);
  printf("%u judged again in %.1f ms, %u of them go back\n", result.judged, (double)healing / 1000, result.back->len);
  printf("together %.1f times what the same batch costs alone, %.2f s (bar: 1 s): %s\n",
         (double)(beside + healing) / (double)alone, (double)(beside + healing) / G_USEC_PER_SEC,
         beside + healing < G_USEC_PER_SEC ? "holds" : "SHORT");
  return TRUE;
}

int main(int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  guint n = argc > 1 ? (guint)strtoul(argv[1], NULL, 10) : 100000;
  g_autofree char *dir = g_dir_make_tmp("backstop-bench-XXXXXX", &error);
  filter_init();
  gboolean ok = dir != NULL && n > 0 && bench(dir, n, &error);
  if (dir != NULL) bench_remove_ledger(dir);
  if (ok) return EXIT_SUCCESS;
  fprintf(stderr, "%s: %s\n", argv[0], error != NULL ? error->message : "give the number of entries");
  return EXIT_FAILURE;
}
