/* fake_mail.c - a small mailbox on a fake server.
 * Owns:     its messages.
 * Must not: hold anything but hand-written mail.
 * Fails:    by assertion.
 * Tests:    used by test_pass.c, test_settle.c */
#include "tests/rigs/fake_mail.h"
#include "fetcher/pass/pass.h"
#include "ledger/configure.h"
#include <glib/gstdio.h>
#include <string.h>

#define DAY ((gint64)86400)

static char *date_field(gint64 time)
{
  g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(time);
  return g_date_time_format(when, "%a, %d %b %Y %H:%M:%S +0000");
}

FakeMessage *fake_bounce(Fake *fake, const char *folder, guint number, const char *original_id, const char *recipient,
                         gint64 stored)
{
  g_autofree char *date = date_field(stored), *sent = date_field(stored - 120);
  g_autofree char *text = g_strdup_printf(
      "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx%u.example.net>\nTo: owner@example.org\n"
      "Subject: Undelivered Mail Returned to Sender\nDate: %s\nMessage-ID: <report-%u@mx%u.example.net>\nMIME-Version: "
      "1.0\n"
      "Content-Type: multipart/report; report-type=delivery-status; boundary=\"cut\"\nAuto-Submitted: auto-replied\n\n"
      "--cut\nContent-Type: text/plain\n\nYour message could not be delivered.\n\n"
      "--cut\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx%u.example.net\n\n"
      "Final-Recipient: rfc822; %s\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n\n"
      "--cut\nContent-Type: message/rfc822\n\nFrom: owner@example.org\nTo: %s\nSubject: letter %u\nDate: %s\n"
      "Message-ID: <%s>\n\nHello\n\n--cut--\n",
      number, date, number, number, number, recipient, recipient, number, sent, original_id);
  return fake_add(fake->server, folder, text, stored);
}

FakeMessage *fake_sent_in(Fake *fake, const char *folder, const char *id, const char *recipient, gint64 stored)
{
  g_autofree char *date = date_field(stored);
  g_autofree char *text = g_strdup_printf(
      "From: owner@example.org\nTo: %s\nSubject: hello\nDate: %s\nMessage-ID: <%s>\n\nHello\n", recipient, date, id);
  return fake_add(fake->server, folder, text, stored);
}

void fake_sent(Fake *fake, const char *id, const char *recipient, gint64 stored)
{
  fake_sent_in(fake, "Sent", id, recipient, stored);
}

static void fill(Fake *fake)
{
  gint64 then = fake->now - 5 * DAY;
  FakeMessage *message;
  fake_folder(fake->server, "INBOX");
  fake_folder(fake->server, "Sent")->use = FOLDER_SENT;
  fake_folder(fake->server, "Trash")->use = FOLDER_TRASH;
  for (guint i = 0; i < 5; i++) {
    g_autofree char *id = g_strdup_printf("mine-%u@example.org", i), *to = g_strdup_printf("friend-%u@example.com", i);
    fake_sent(fake, id, to, then - 60 * DAY + i * 15 * DAY - 600);
  }
  fake_add(
      fake->server, "INBOX",
      "From: Bob <bob@example.com>\nTo: owner@example.org\nSubject: lunch\nMessage-ID: <l@example.com>\n\nToday?\n",
      then);
  fake_bounce(fake, "INBOX", 1, "mine-4@example.org", "friend-4@example.com", then);
  fake_bounce(fake, "INBOX", 2, "forged-2@spam.example", "victim-2@example.com", then);
  message = fake_bounce(fake, "INBOX", 3, "forged-3@spam.example", "victim-3@example.com", then);
  message->seen = TRUE;
  fake_add(
      fake->server, "INBOX",
      "From: Eve <eve@example.com>\nTo: owner@example.org\nSubject: dinner\nMessage-ID: <d@example.com>\n\nTonight?\n",
      then);
  fake_bounce(fake, "INBOX", 4, "forged-4@spam.example", "victim-4@example.com", then);
}

/* In memory where there is such a disk: thousands of ledgers are made here, and none has to outlive a power failure. */
static char *make_directory(void)
{
  char *path = g_strdup("/dev/shm/backstop-test-XXXXXX");
  if (g_mkdtemp(path) != NULL) return path;
  g_free(path);
  return g_dir_make_tmp("backstop-test-XXXXXX", NULL);
}

static Fake *on_server(FakeServer *server)
{
  static char *folders[] = { (char *)"INBOX", NULL };
  Fake *fake = g_new0(Fake, 1);
  g_autoptr(GError) problem = NULL;
  filter_init();
  static gint64 now; /* the same for every mailbox of a program, so that they can be compared */
  if (now == 0) now = g_get_real_time() / G_USEC_PER_SEC;
  fake->now = now;
  fake->server = server;
  fake->account = (AccountConfig){ .name = (char *)"home",
                                   .protocol = PROTOCOL_IMAP,
                                   .addresses = (char *)"*",
                                   .folders = folders,
                                   .quarantine = (char *)"Backscatter" };
  fake->config = (Config){ .judge_challenges = TRUE, .judge_virus = TRUE };
  fake->directory = make_directory();
  g_assert_no_error(problem);
  fake->ledger = ledger_open(fake->directory, LEDGER_CREATE, &problem);
  g_assert_no_error(problem);
  AccountSetup setup = { (char *)"home", (char *)"*" };
  account_configure(fake->ledger, &setup, 1, &problem);
  g_assert_no_error(problem);
  return fake;
}

Fake *fake_new(void)
{
  Fake *fake = on_server(fake_server_new());
  fill(fake);
  return fake;
}

Fake *fake_second_machine(Fake *fake)
{
  Fake *second = on_server(fake->server);
  second->second = TRUE;
  return second;
}

void fake_free(Fake *fake)
{
  static const char *const files[] = { "ledger.db", "ledger.db-wal", "ledger.db-shm" };
  ledger_close(fake->ledger);
  for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
    g_autofree char *path = g_build_filename(fake->directory, files[i], NULL);
    g_unlink(path);
  }
  g_rmdir(fake->directory);
  g_free(fake->directory);
  if (!fake->second) fake_server_free(fake->server);
  g_free(fake);
}

Run *fake_connect(Fake *fake)
{
  return run_new(&fake->config, &fake->account, fake->ledger, fake_open(fake->server), NULL, NULL);
}

void fake_disconnect(Run *run)
{
  store_close(run->store);
  run_free(run);
}

guint fake_points(guint usual)
{
  const char *text = g_getenv("BACKSTOP_FAULT_POINTS");
  guint64 points = text != NULL ? g_ascii_strtoull(text, NULL, 10) : usual;
  return (guint)CLAMP(points, 1, usual);
}

gboolean fake_pass(Fake *fake, Pass *pass, GError **error)
{
  Run *run = fake_connect(fake);
  gboolean done = pass_run(run, PASS_WHOLE, pass, error);
  fake_disconnect(run);
  return done;
}

void fake_drag(Fake *fake, const char *from, guint index, const char *to)
{
  FakeFolder *goal = fake_folder(fake->server, to);
  FakeMessage *message = g_ptr_array_steal_index(fake_folder(fake->server, from)->messages, index);
  message->uid = goal->next++;
  g_ptr_array_add(goal->messages, message);
}

static gboolean keep_entry(const Entry *entry, gpointer data)
{
  g_array_append_val((GArray *)data, entry->id);
  return TRUE;
}

GPtrArray *fake_entries(Fake *fake)
{
  JournalQuery query = { 0 };
  g_autoptr(GError) problem = NULL;
  g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
  GPtrArray *entries = g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
  journal_list(fake->ledger, &query, keep_entry, ids, &problem);
  g_assert_no_error(problem);
  for (guint i = 0; i < ids->len; i++) {
    g_ptr_array_add(entries, journal_get(fake->ledger, g_array_index(ids, gint64, i), &problem));
    g_assert_no_error(problem);
  }
  return entries;
}

guint fake_count(const Fake *fake, const char *folder) { return fake_folder(fake->server, folder)->messages->len; }

int fake_setup(void **state)
{
  *state = fake_new();
  return 0;
}

int fake_teardown(void **state)
{
  fake_free(*state);
  return 0;
}

Pass fake_pass_ok(Fake *fake)
{
  g_autoptr(GError) problem = NULL;
  Pass pass = { 0 };
  fake_pass(fake, &pass, &problem);
  g_assert_no_error(problem);
  return pass;
}

guint fake_in_state(Fake *fake, MoveState state)
{
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  guint n = 0;
  for (guint i = 0; i < entries->len; i++) n += ((const Entry *)entries->pdata[i])->state == state;
  return n;
}
