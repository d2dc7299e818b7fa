/* fill.c - a ledger with any number of made-up entries, for the window's tests, benches and pictures
 * Owns:     the ledger in the folder named on its command line.
 * Must not: be used on anybody's real ledger.
 * Fails:    by exit status 1, with the error on standard error.
 * Tests:    by use */
#include "ledger/account.h"
#include "ledger/configure.h"
#include "ledger/journal.h"
#include "ledger/pass.h"
#include "ledger/sent.h"
#include "ledger/wish.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY ((gint64)86400)
#define BATCH 1000

static void check(gboolean good, const GError *error)
{
  if (good) return;
  fprintf(stderr, "fill: %s\n", error != NULL ? error->message : "failed");
  exit(1);
}

static const char *const reporters[] = { "mailer-daemon@mx1.bakery.test",   "postmaster@relay.harbour.test",
                                         "mailer-daemon@post.cloud.test",   "mailer-daemon@mail.museum.test",
                                         "double-bounce@smtp.orchard.test", "mailer-daemon@in.university.test" };
static const char *const subjects[] = { "Your parcel could not be delivered",
                                        "Invoice 20418 is overdue",
                                        "Re: your account statement",
                                        "You have won a voucher",
                                        "Final notice",
                                        "Meeting notes",
                                        "Save on watches this week",
                                        "Confirm your address" };
static const char *const people[] = {
  "hans.mehl", "j.hartwig", "lotte", "info", "sales", "m.keller", "anna", "office"
};
static const char *const domains[] = { "bakery.test",  "harbour.test",    "cloud.test", "museum.test",
                                       "orchard.test", "university.test", "firm.test" };

/* What a forger may put into a subject. */
static const char *const hostile[] = {
  "<b>Bold</b> <a href=\"http://evil.test\">click</a> &amp; <span size='xx-large'>large</span>",
  ("invoice \xe2\x80\xae"
   "fdp.exe\xe2\x80\xac is harmless"),
  "line\nbreak\ttab \x1b[31mred\x07",
  "bad bytes: \xff\xfe end",
};

static char *subject_of(guint n)
{
  if (n % 97 == 13) {
    char *text = g_strnfill(10000, 'A');
    memcpy(text, "Ten thousand characters ", 24);
    return text;
  }
  if (n % 41 == 7) return g_utf8_make_valid(hostile[(n / 41) % G_N_ELEMENTS(hostile)], -1);
  return g_strdup(subjects[(n * 7 + n / 5) % G_N_ELEMENTS(subjects)]);
}

static void add_evidence(GPtrArray *lines, VerdictCode code, const char *recipient, guint n)
{
  g_autofree char *letter = g_strdup_printf("Letter %u", n), *id = g_strdup_printf("%u.20260710@WIN-7Q2F", n);
  g_ptr_array_add(lines, evidence_new(EVIDENCE_NEUTRAL, "status-part", NULL));
  g_ptr_array_add(lines, evidence_new(EVIDENCE_NEUTRAL, "reason", "failed", "5.1.1", "", "1", recipient, NULL));
  if (code == VERDICT_GENUINE) {
    g_ptr_array_add(lines, evidence_new(EVIDENCE_FOR, "id-in-ledger", id, letter, NULL));
  } else if (code == VERDICT_UNSURE) {
    g_ptr_array_add(lines, evidence_new(EVIDENCE_FOR, "recipient-known", recipient, "1767225600", NULL));
  } else {
    g_ptr_array_add(lines, evidence_new(EVIDENCE_AGAINST, "id-unknown", "1", id, NULL));
    g_ptr_array_add(lines, evidence_new(EVIDENCE_AGAINST, "recipient-unknown", "1", recipient, NULL));
    g_ptr_array_add(
        lines, evidence_new(EVIDENCE_AGAINST, "covered", "1783000000", "1783700000", "1700000000", "1783700000", NULL));
  }
}

static VerdictCode verdict_of(guint n)
{
  return n % 17 == 4 ? VERDICT_UNSURE : n % 11 == 3 ? VERDICT_GENUINE : VERDICT_BACKSCATTER;
}

static gboolean all_today;

/* Days back: two waves in a quiet stream. */
static guint age_of(guint n, guint all)
{
  if (all_today) return 0;
  guint spread = n * 89 / MAX(all, 1);
  if (n % 3 == 0) return n % 4 == 0 ? 12 : 13;
  if (n % 7 == 0) return 47;
  return n % 2 == 0 ? spread * spread * 7 % 89 : spread;
}

static Entry *make_entry(guint n, guint all, gint64 now)
{
  g_autoptr(Report) report = report_new();
  Verdict *verdict = g_new0(Verdict, 1);
  g_autofree char *id = g_strdup_printf("bounce-%u@mx.example.test", n);
  g_autofree char *recipient =
      g_strdup_printf("%s%u@%s", people[n % G_N_ELEMENTS(people)], n % 500, domains[(n / 3) % G_N_ELEMENTS(domains)]);
  report->kind = REPORT_DSN_FAILED;
  report->reporter = g_strdup(reporters[(n / 3 + n % 5) % G_N_ELEMENTS(reporters)]);
  report->status = g_strdup("5.1.1");
  report->diagnostic = g_strdup("550 5.1.1 no such user here");
  g_ptr_array_add(report->recipients, g_strdup(recipient));
  report->original.subject = subject_of(n);
  report->original.from = g_strdup(n % 4 == 0 ? "Olga Owner <sales@my.example>" : "Olga Owner <me@example.org>");
  report->original.to = g_strdup(recipient);
  report->original.date = now - (gint64)age_of(n, all) * DAY - 7200;
  g_ptr_array_add(report->original.message_ids, g_strdup_printf("%u.20260710@WIN-7Q2F", n));
  verdict->code = verdict_of(n);
  verdict->evidence = g_ptr_array_new_with_free_func((GDestroyNotify)evidence_free);
  add_evidence(verdict->evidence, verdict->code, recipient, n);
  verdict->decided = verdict->evidence->len - 1;
  gboolean kept = verdict->code == VERDICT_GENUINE || (verdict->code == VERDICT_UNSURE && n % 2 == 0);
  Entry *entry = entry_new(n % 5 == 1 ? "work" : "home", report, NULL, verdict, kept ? MOVE_KEPT : MOVE_Q_INTENT);
  verdict_free(verdict);
  g_autoptr(GBytes) bytes = g_bytes_new(id, strlen(id));
  fingerprint_init(&entry->fingerprint, id, 3000 + n % 900, bytes);
  place_set(&entry->home, "INBOX", 1, n + 1);
  entry->judged = entry->arrived = now - (gint64)age_of(n, all) * DAY - n % 5000;
  return entry;
}

static void record(Ledger *ledger, GPtrArray *rows, const char *account)
{
  GError *error = NULL;
  g_autoptr(GPtrArray) own = g_ptr_array_new();
  g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(Confirmation));
  for (guint i = 0; i < rows->len; i++)
    if (strcmp(((const Entry *)rows->pdata[i])->account, account) == 0) g_ptr_array_add(own, rows->pdata[i]);
  check(journal_record(ledger, own, account, "INBOX", NULL, &error), error);
  for (guint i = 0; i < own->len; i++) {
    const Entry *entry = own->pdata[i];
    Confirmation one = { entry->id, { (char *)"Backscatter", 1, (guint32)entry->id } };
    if (entry->state == MOVE_Q_INTENT) g_array_append_val(moved, one);
  }
  check(journal_confirm_many(ledger, (const Confirmation *)(void *)moved->data, moved->len, &error), error);
}

/* Some of what is in quarantine was restored, deleted, or could not be moved. */
static void vary(Ledger *ledger, guint n)
{
  static const MoveState goals[] = { MOVE_R_INTENT, MOVE_D_INTENT };
  const Place home = { (char *)"INBOX", 1, 900000 };
  for (guint id = 1; id <= MIN(n, 400); id++) {
    g_autoptr(Entry) entry = journal_get(ledger, id, NULL);
    if (entry == NULL || entry->state != MOVE_QUARANTINED || id % 6 != 0) continue;
    GError *error = NULL;
    if (id % 54 == 0) {
      check(journal_fail(ledger, id, "the server says that its folder is full", &error), error);
      continue;
    }
    check(journal_intend(ledger, id, goals[id % 4 / 2], &error), error);
    check(journal_confirm(ledger, id, id % 4 / 2 == 0 ? &home : NULL, &error), error);
  }
}

static void fill_sent(Ledger *ledger, const char *account, gint64 now)
{
  GError *error = NULL;
  const char *fields = "Message-ID: <lunch@example.org>\r\nTo: friend@example.net\r\nSubject: lunch\r\n"
                       "Date: Sun, 03 Mar 2019 12:00:00 +0000\r\n\r\n";
  const char *folders[] = { "Sent" };
  g_autoptr(SentMessage) message = sent_message_read(fields, strlen(fields));
  const SentRow row = { .uid = 1, .stored = 1551614400, .message = message };
  FolderMark mark = { .validity = 1, .next = 2, .synced = now - 300 };
  Pass pass = { .account = (char *)account };
  check(folder_use_sent(ledger, account, folders, 1, &error), error);
  check(sent_add(ledger, account, "Sent", &row, 1, &mark, &error), error);
  check(pass_begin(ledger, &pass, now - 310, &error) && pass_end(ledger, &pass, now - 300, NULL, &error), error);
}

/* Holds the filter's lock until it is ended, so that it seems to run. */
static int hold(const char *dir)
{
  GError *error = NULL;
  check(ledger_lock_daemon(dir, &error) >= 0, error);
  alarm(120); /* never outlives a test that was killed by much */
  pause();
  return 0;
}

int main(int argc, char **argv)
{
  GError *error = NULL;
  gint64 now = g_get_real_time() / G_USEC_PER_SEC;
  const AccountSetup accounts[] = { { (char *)"home", (char *)"me@example.org;*@my.example" },
                                    { (char *)"work", (char *)"me@work.example" } };
  /* argv: DIR "hold", or DIR ENTRIES [FIRST ["today"]]: from this entry on, all of them as if they had just come. */
  if (argc < 3 || argc > 5) return 64;
  if (strcmp(argv[2], "hold") == 0) return hold(argv[1]);
  guint begin = argc > 3 ? (guint)g_ascii_strtoull(argv[3], NULL, 10) : 0;
  all_today = argc > 4;
  guint all = (guint)g_ascii_strtoull(argv[2], NULL, 10);
  filter_init();
  g_autoptr(Ledger) ledger = ledger_open(argv[1], LEDGER_CREATE, &error);
  check(ledger != NULL, error);
  check(account_configure(ledger, accounts, 2, &error), error);
  fill_sent(ledger, "home", now);
  fill_sent(ledger, "work", now);
  check(account_set_state(ledger, "work", ACCOUNT_SIGN_IN_NEEDED,
                          "The server refused the password; fix password-command.", 0, &error),
        error);
  for (guint n = begin; n < all; n += BATCH) {
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
    for (guint i = n; i < MIN(n + BATCH, all); i++) g_ptr_array_add(rows, make_entry(i, all, now));
    record(ledger, rows, "home");
    record(ledger, rows, "work");
  }
  if (begin == 0) vary(ledger, all);
  return 0;
}
