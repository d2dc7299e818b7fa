/* cli_ledger.c - fills a ledger for tests/ui/cli/cli_scene.py, and plays the daemon on it
 * Owns:     the ledger in the folder named on its command line.
 * Must not: be used on anybody's real ledger.
 * Fails:    by exit status 1, with the error on standard error.
 * Tests:    by use */
#include "ledger/account.h"
#include "ledger/configure.h"
#include "ledger/journal.h"
#include "ledger/learn.h"
#include "ledger/pass.h"
#include "ledger/sent.h"
#include "ledger/trash.h"
#include "ledger/unread.h"
#include "ledger/wish.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void check(gboolean good, const GError *error)
{
  if (good) return;
  fprintf(stderr, "cli_ledger: %s\n", error != NULL ? error->message : "failed");
  exit(1);
}

static const struct {
  ReportKind kind;
  VerdictCode verdict;
  MoveState state; /* as recorded */
  MoveState then;  /* and as confirmed; MOVE_N: left so */
  const char *recipient, *subject;
  EvidenceSide side;
  const char *code, *text;
} entries[] = {
  { REPORT_DSN_FAILED, VERDICT_GENUINE, MOVE_KEPT, MOVE_N, "friend@example.net", "Re: lunch", EVIDENCE_FOR,
    "id-in-ledger", "The message it speaks of is one you sent." },
  { REPORT_DSN_FAILED, VERDICT_BACKSCATTER, MOVE_Q_INTENT, MOVE_QUARANTINED, "victim@example.com", "Cheap pills",
    EVIDENCE_AGAINST, "id-foreign", "No id it shows belongs to a message you sent." },
  { REPORT_BOUNCE, VERDICT_BACKSCATTER, MOVE_Q_INTENT, MOVE_QUARANTINED, "other@example.com",
    "Evil \033]0;title\007\033[2J\xe2\x80\xaesub\xe2\x80\x8bj\xc2\xad"
    "ect\xf3\xa0\x81\x81\x7f",
    EVIDENCE_AGAINST, "id-foreign", "Evil \033[31mtext\r\nnext." },
  { REPORT_BOUNCE, VERDICT_UNSURE, MOVE_KEPT, MOVE_N, NULL, NULL, EVIDENCE_NEUTRAL, "nothing-shown",
    "It shows nothing of the message it speaks of." },
  { REPORT_DSN_FAILED, VERDICT_BACKSCATTER, MOVE_Q_INTENT, MOVE_RESTORED, "back@example.com", "Given back",
    EVIDENCE_AGAINST, "id-foreign", "No id it shows belongs to a message you sent." },
};

static Entry *make_entry(guint n, gint64 now)
{
  g_autoptr(Report) report = report_new();
  Verdict *verdict = g_new0(Verdict, 1);
  g_autofree char *id = g_strdup_printf("bounce-%u@mx.example.com", n);
  report->kind = entries[n].kind;
  report->reporter = g_strdup("mailer-daemon@mx.example.com");
  report->status = g_strdup("5.1.1");
  if (entries[n].recipient != NULL) g_ptr_array_add(report->recipients, g_strdup(entries[n].recipient));
  report->original.subject = g_strdup(entries[n].subject);
  report->original.from = g_strdup("Me <me@example.org>");
  g_ptr_array_add(report->original.message_ids, g_strdup_printf("original-%u@spam.example", n));
  verdict->code = entries[n].verdict;
  verdict->evidence = g_ptr_array_new_with_free_func((GDestroyNotify)evidence_free);
  g_ptr_array_add(verdict->evidence, evidence_new_text(EVIDENCE_NEUTRAL, "recognised", "It is a delivery report."));
  g_ptr_array_add(verdict->evidence, evidence_new_text(entries[n].side, entries[n].code, entries[n].text));
  verdict->decided = 1;
  Entry *entry = entry_new("home", report, NULL, verdict, entries[n].state);
  if (verdict->code == VERDICT_UNSURE) entry->matched_by = MATCH_INSIDER;
  verdict_free(verdict);
  g_autoptr(GBytes) bytes = g_bytes_new(id, strlen(id));
  fingerprint_init(&entry->fingerprint, id, 1000 + n, bytes);
  place_set(&entry->home, "INBOX", 1, n + 1);
  entry->arrived = now - 3600 * (gint64)(n + 1);
  entry->judged = now;
  return entry;
}

static void fill_entries(Ledger *ledger, gint64 now)
{
  GError *error = NULL;
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
  for (guint n = 0; n < G_N_ELEMENTS(entries); n++) g_ptr_array_add(rows, make_entry(n, now));
  check(journal_record(ledger, rows, "home", "INBOX", NULL, &error), error);
  for (guint n = 0; n < rows->len; n++) {
    gint64 id = ((const Entry *)rows->pdata[n])->id;
    Place away = { (char *)"Backscatter", 1, n + 1 }, home = { (char *)"INBOX", 1, n + 100 };
    if (entries[n].then == MOVE_N) continue;
    check(journal_confirm(ledger, id, &away, &error), error);
    if (entries[n].then != MOVE_RESTORED) continue;
    check(journal_intend(ledger, id, MOVE_R_INTENT, &error), error);
    check(journal_confirm(ledger, id, &home, &error), error);
  }
}

static void fill_sent(Ledger *ledger, gint64 now)
{
  GError *error = NULL;
  const char *fields = "Message-ID: <lunch@example.org>\r\nTo: friend@example.net\r\nSubject: lunch\r\n"
                       "Date: Mon, 01 Jan 2024 12:00:00 +0000\r\n\r\n";
  const char *folders[] = { "Sent" };
  g_autoptr(SentMessage) message = sent_message_read(fields, strlen(fields));
  const SentRow row = { .uid = 1, .stored = 1704110400, .message = message };
  FolderMark mark = { .validity = 1, .next = 2, .synced = now };
  check(folder_use_sent(ledger, "home", folders, 1, &error), error);
  check(sent_add(ledger, "home", "Sent", &row, 1, &mark, &error), error);
}

/* Of 60 messages, 58 came through one server. */
static void fill_server(Ledger *ledger, gint64 now)
{
  static const char *const texts[] = { "Received: by mx.example.org (Postfix) id 1; x\n\n",
                                       "Received: by mx.example.net (Postfix) id 1; x\n\n" };
  GError *error = NULL;
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  for (guint i = 0; i < 60; i++) {
    const char *text = texts[i < 2];
    g_ptr_array_add(messages, g_bytes_new_static(text, strlen(text)));
  }
  check(learn_from(ledger, "home", messages, now, &error), error);
}

static void fill(const char *dir)
{
  GError *error = NULL;
  gint64 now = g_get_real_time() / G_USEC_PER_SEC;
  const AccountSetup accounts[] = { { (char *)"home", (char *)"me@example.org" },
                                    { (char *)"work", (char *)"*@work.example" } };
  g_autoptr(Ledger) ledger = ledger_open(dir, LEDGER_CREATE, &error);
  check(ledger != NULL, error);
  check(account_configure(ledger, accounts, 2, &error), error);
  check(account_set_state(ledger, "work", ACCOUNT_SIGN_IN_NEEDED,
                          "The server refused the password; fix password-command.", 0, &error),
        error);
  fill_sent(ledger, now);
  fill_entries(ledger, now);
  fill_server(ledger, now);
  check(unread_note(ledger, "home", "INBOX", 1, (const guint32[]){ 900, 901 }, 2, now, &error), error);
}

/* A pass in two steps, so that there is something to see in between. */
static void pass(const char *dir, const char *problem)
{
  GError *error = NULL;
  gint64 now = g_get_real_time() / G_USEC_PER_SEC;
  const AccountSetup account = { (char *)"home", (char *)"me@example.org" };
  g_autoptr(Ledger) ledger = ledger_open(dir, LEDGER_CREATE, &error);
  check(ledger != NULL, error);
  check(account_configure(ledger, &account, 1, &error), error);
  Pass row = { .account = (char *)"home", .sent_done = 40, .sent_total = 100, .scanned = 0, .scan_total = 9 };
  check(pass_begin(ledger, &row, now, &error), error);
  check(pass_update(ledger, &row, &error), error);
  g_usleep(G_USEC_PER_SEC);
  row = (Pass){ row.id, row.account, row.started, 0, 100, 100, 9, 9, 5, 1, 3, 1, 0, 3, NULL };
  check(pass_end(ledger, &row, now + 1, problem, &error), error);
  g_free(row.error);
}

/* What a dry run finds in Archive, and something that was found long before. */
static void rehearse(Ledger *ledger)
{
  GError *error = NULL;
  gint64 now = g_get_real_time() / G_USEC_PER_SEC;
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
  for (guint n = 1; n <= 2; n++) {
    Entry *entry = make_entry(n, now);
    entry->state = MOVE_KEPT;
    if (n == 2) entry->judged = now - 3600;
    place_set(&entry->home, "Archive", 1, n);
    g_ptr_array_add(rows, entry);
  }
  check(journal_record(ledger, rows, "home", "Archive", NULL, &error), error);
}

/* Does a wish: "done" and "failed" with this result, "retry": its account gets into trouble of which result tells,
 * "hold": nothing, "late": "done" half a second after the wish was seen. */
static void do_wish(Ledger *ledger, const Wish *wish, const char *how, const char *result)
{
  GError *error = NULL;
  gboolean sweep = wish->verb == WISH_SWEEP || wish->verb == WISH_REHEARSE;
  g_autofree char *of_sweep =
      g_strdup_printf("%s (%s %s)", result, wish->verb == WISH_REHEARSE ? "rehearse" : "sweep", wish->folders);
  if (strcmp(how, "hold") == 0) return;
  if (strcmp(how, "late") == 0) g_usleep(G_USEC_PER_SEC / 2);
  if (strcmp(how, "retry") == 0) {
    check(account_set_state(ledger, wish->account, ACCOUNT_RETRYING, result, 0, &error), error);
    return;
  }
  if (wish->verb == WISH_REHEARSE) rehearse(ledger);
  check(wish_finish(ledger, wish->id, strcmp(how, "failed") != 0, sweep ? of_sweep : result, &error), error);
}

static void do_wishes(Ledger *ledger, const char *how, const char *result)
{
  GError *error = NULL;
  g_autoptr(GPtrArray) wishes = wish_open(ledger, NULL, &error);
  check(wishes != NULL, error);
  for (guint i = 0; i < wishes->len; i++) do_wish(ledger, wishes->pdata[i], how, result);
}

/* Holds the daemon's lock and does wishes until it is ended. */
static void play_daemon(const char *dir, const char *how, const char *result)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = ledger_open(dir, LEDGER_CREATE, &error);
  check(ledger != NULL, error);
  check(ledger_lock_daemon(dir, &error) >= 0, error);
  puts("ready");
  fflush(stdout);
  alarm(60); /* never outlives a test that was killed by much */
  for (;; g_usleep(G_USEC_PER_SEC / 20)) do_wishes(ledger, how, result);
}

static Ledger *existing(const char *dir)
{
  GError *error = NULL;
  Ledger *ledger = ledger_open(dir, LEDGER_EXISTING, &error);
  check(ledger != NULL, error);
  return ledger;
}

/* argv: STATE TEXT UNTIL NOTICE, of the account home. */
static void set_state(const char *dir, char **argv)
{
  GError *error = NULL;
  AccountState state = ACCOUNT_IDLE;
  while (strcmp(account_state_name(state), argv[0]) != 0) state++;
  g_autoptr(Ledger) ledger = existing(dir);
  check(account_set_state(ledger, "home", state, *argv[1] != '\0' ? argv[1] : NULL, g_ascii_strtoll(argv[2], NULL, 10),
                          &error),
        error);
  check(account_set_notice(ledger, "home", NOTICE_FOLDERS, *argv[3] != '\0' ? argv[3] : NULL, &error), error);
}

/* argv: SINCE UNTIL REASON, in home's Sent folder. */
static void add_gap(const char *dir, char **argv)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = existing(dir);
  check(coverage_gap_add(ledger, "home", "Sent", g_ascii_strtoll(argv[0], NULL, 10), g_ascii_strtoll(argv[1], NULL, 10),
                         argv[2], &error),
        error);
}

static void note_trash(const char *dir, const char *account, const char *folder)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = existing(dir);
  check(trash_note(ledger, account, *folder != '\0' ? folder : NULL, &error), error);
}

/* Carries out what is wished for this message: "restored", or "deleted" into the trash. */
static void move(const char *dir, const char *id, const char *how)
{
  GError *error = NULL;
  gint64 entry = g_ascii_strtoll(id, NULL, 10);
  gboolean restored = strcmp(how, "restored") == 0;
  Place home = { (char *)"INBOX", 1, 900 }, trash = { (char *)"Trash", 1, 900 };
  g_autoptr(Ledger) ledger = existing(dir);
  check(journal_intend(ledger, entry, restored ? MOVE_R_INTENT : MOVE_D_INTENT, &error), error);
  check(journal_confirm(ledger, entry, restored ? &home : &trash, &error), error);
  do_wishes(ledger, "done", how);
}

int main(int argc, char **argv)
{
  filter_init();
  const char *what = argc > 2 ? argv[2] : "";
  if (strcmp(what, "fill") == 0 && argc == 3) {
    fill(argv[1]);
  } else if (strcmp(what, "pass") == 0) {
    pass(argv[1], argv[3]);
  } else if (strcmp(what, "daemon") == 0 && argc == 5) {
    play_daemon(argv[1], argv[3], argv[4]);
  } else if (strcmp(what, "wishes") == 0 && argc == 5) {
    g_autoptr(Ledger) ledger = existing(argv[1]);
    do_wishes(ledger, argv[3], argv[4]);
  } else if (strcmp(what, "state") == 0 && argc == 7) {
    set_state(argv[1], argv + 3);
  } else if (strcmp(what, "gap") == 0 && argc == 6) {
    add_gap(argv[1], argv + 3);
  } else if (strcmp(what, "trash") == 0 && argc == 5) {
    note_trash(argv[1], argv[3], argv[4]);
  } else if (strcmp(what, "move") == 0 && argc == 5) {
    move(argv[1], argv[3], argv[4]);
  } else {
    return 64;
  }
  return 0;
}
