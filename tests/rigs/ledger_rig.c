/* ledger_rig.c - what the tests of ledger/ share
 * Owns:     folders under /tmp, removed by rig_remove().
 * Must not: be linked into a program.
 * Fails:    by cmocka.
 * Tests:    used by tests/ledger/ */
#include "tests/rigs/ledger_rig.h"
#include "filter/normalise.h"
#include "ledger/configure.h"
#include "ledger/db.h"
#include "tests/rigs/old_ledger.h"
#include <glib/gstdio.h>

char *rig_folder(void)
{
  char *folder = g_dir_make_tmp("backstop-test-XXXXXX", NULL);
  assert_non_null(folder);
  return folder;
}

void rig_remove(char *folder)
{
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  for (const char *name = NULL; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
    char *path = g_build_filename(folder, name, NULL);
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
      rig_remove(path);
    else {
      g_unlink(path);
      g_free(path);
    }
  }
  g_rmdir(folder);
  g_free(folder);
}

static Ledger *configured(Ledger *ledger, GError *error)
{
  static const AccountSetup accounts[] = { { (char *)"home", (char *)"me@example.org;*@my.example" },
                                           { (char *)"work", (char *)"me@work.example" } };
  OK(ledger != NULL);
  OK(account_configure(ledger, accounts, G_N_ELEMENTS(accounts), &error));
  return ledger;
}

Ledger *rig_ledger(void)
{
  GError *error = NULL;
  Ledger *ledger = ledger_open(NULL, LEDGER_MEMORY, &error);
  return configured(ledger, error);
}

Ledger *rig_ledger_in(const char *dir)
{
  GError *error = NULL;
  Ledger *ledger = ledger_open(dir, LEDGER_CREATE, &error);
  return configured(ledger, error);
}

static void add_parts(GPtrArray *list, const char *parts)
{
  g_auto(GStrv) split = g_strsplit(parts != NULL ? parts : "", ";", -1);
  for (char **part = split; *part != NULL; part++)
    if (**part != '\0') g_ptr_array_add(list, g_strdup(*part));
}

static void set_mark(Ledger *ledger, const RigMark *mark)
{
  GError *error = NULL;
  const FolderMark folder = { 1, 2, mark->oldest < 0 ? 0 : RIG_NOW - mark->oldest * DAY,
                              mark->synced < 0 ? 0 : RIG_NOW - mark->synced };
  OK(folder_mark_set(ledger, mark->account, mark->folder, FOLDER_ROLE_SENT, &folder, &error));
}

Ledger *rig_with_marks(const RigMark *marks, guint n)
{
  GError *error = NULL;
  Ledger *ledger = rig_ledger();
  const char *const accounts[] = { "home", "work" };
  for (guint a = 0; a < 2; a++) {
    const char *used[3];
    guint n_used = 0;
    for (guint i = 0; i < n && marks[i].account != NULL; i++) {
      if (!g_str_equal(marks[i].account, accounts[a])) continue;
      set_mark(ledger, &marks[i]);
      if (!marks[i].unused) used[n_used++] = marks[i].folder;
    }
    OK(folder_use_sent(ledger, accounts[a], used, n_used, &error));
  }
  return ledger;
}

SentMessage *rig_sent(const char *ids, const char *recipients, const char *subject, gint64 date)
{
  SentMessage *message = g_new0(SentMessage, 1);
  message->message_ids = g_ptr_array_new_with_free_func(g_free);
  message->replies = g_ptr_array_new_with_free_func(g_free);
  message->recipients = g_ptr_array_new_with_free_func(g_free);
  add_parts(message->message_ids, ids);
  add_parts(message->recipients, recipients);
  message->subject = g_strdup(subject);
  message->date = date;
  return message;
}

void rig_add_message(Ledger *ledger, const char *account, const char *folder, const SentMessage *message, gint64 synced)
{
  GError *error = NULL;
  FolderMark mark = { .next = 1 };
  const SentRow row = { 1, message->date, message };
  OK(folder_mark_get(ledger, account, folder, FOLDER_ROLE_SENT, &mark, &error));
  mark.validity = 1;
  mark.next++;
  mark.synced = synced;
  OK(sent_add(ledger, account, folder, &row, 1, &mark, &error));
}

void rig_add(Ledger *ledger, const char *account, const char *folder, const char *ids, const char *recipients,
             const char *subject, gint64 date, gint64 synced)
{
  g_autoptr(SentMessage) message = rig_sent(ids, recipients, subject, date);
  rig_add_message(ledger, account, folder, message, synced);
}

Report *rig_report(const char *ids, const char *recipients, const char *subject)
{
  Report *report = report_new();
  report->kind = REPORT_DSN_FAILED;
  report->rank = RANK_NAMED;
  report->reporter = g_strdup("mailer-daemon@mx.reporter.example");
  report->reporter_domain = g_strdup("mx.reporter.example");
  add_parts(report->addressed, "me@example.org");
  add_parts(report->original.message_ids, ids);
  add_parts(report->recipients, recipients);
  report->original.subject = g_strdup(subject);
  return report;
}

Entry *rig_entry(const char *account, const Report *report, const Facts *facts, VerdictCode code, MoveState state,
                 guint32 uid)
{
  g_autoptr(GPtrArray) evidence = g_ptr_array_new_with_free_func((GDestroyNotify)evidence_free);
  g_ptr_array_add(evidence, evidence_new(EVIDENCE_AGAINST, "a-code", "X", NULL));
  const Verdict verdict = { .code = code, .evidence = evidence };
  g_autofree char *text = g_strdup_printf("message %u of %s", uid, account);
  g_autoptr(GBytes) head = g_bytes_new(text, strlen(text));
  Entry *entry = entry_new(account, report, facts, &verdict, state);
  fingerprint_init(&entry->fingerprint, "report@mx.example", strlen(text), head);
  place_set(&entry->home, "INBOX", 7, uid);
  return entry;
}

gint64 rig_record(Ledger *ledger, Entry *entry)
{
  GError *error = NULL;
  g_autoptr(GPtrArray) entries = g_ptr_array_new();
  g_ptr_array_add(entries, entry);
  OK(journal_record(ledger, entries, entry->account, "INBOX", NULL, &error));
  assert_true(entry->id > 0);
  return entry->id;
}

gint64 rig_number(Ledger *ledger, const char *sql)
{
  GError *error = NULL;
  gint64 number = -1;
  OK(db_number(ledger, &error, &number, sql, ""));
  return number;
}

void rig_undo_trust(Ledger *ledger)
{
  GError *error = NULL;
  OK(db_exec(ledger, OLD_WITHOUT_TRUST, &error));
}

gint64 rig_judged(Ledger *ledger, const char *account, VerdictCode code, MoveState state, guint32 uid)
{
  g_autoptr(Report) report = rig_report("foreign@x", "bob@y.example", "Hello");
  g_autoptr(Entry) entry = rig_entry(account, report, NULL, code, state, uid);
  entry->arrived = entry->judged = RIG_T0 + uid;
  gboolean again = state == MOVE_WAITING || (state == MOVE_KEPT && code == VERDICT_BACKSCATTER);
  entry->due = again ? RIG_T0 + uid : 0;
  if (state == MOVE_Q_INTENT) place_set(&entry->away, "Backscatter", 3, 0);
  return rig_record(ledger, entry);
}

Entry *rig_get(Ledger *ledger, gint64 id)
{
  GError *error = NULL;
  Entry *entry = journal_get(ledger, id, &error);
  OK(entry != NULL);
  return entry;
}

void rig_assert_state(Ledger *ledger, gint64 id, MoveState state, const char *home, const char *away)
{
  g_autoptr(Entry) entry = rig_get(ledger, id);
  g_autofree char *is_home = g_strdup_printf("%s %u %u", entry->home.folder, entry->home.validity, entry->home.uid);
  g_autofree char *is_away = g_strdup_printf("%s %u %u", entry->away.folder, entry->away.validity, entry->away.uid);
  assert_string_equal(move_state_name(entry->state), move_state_name(state));
  if (home != NULL) assert_string_equal(is_home, home);
  if (away != NULL) assert_string_equal(is_away, away);
}

gboolean rig_take(Ledger *ledger, gint64 id, Step step, GError **error)
{
  static const Place where = { (char *)"Elsewhere", 3, 9 };
  switch (step) {
  case CONFIRM: return journal_confirm(ledger, id, &where, error);
  case CONFIRM_GONE: return journal_confirm(ledger, id, NULL, error);
  case RESTORE: return journal_intend(ledger, id, MOVE_R_INTENT, error);
  case DELETE: return journal_intend(ledger, id, MOVE_D_INTENT, error);
  case FAIL: return journal_fail(ledger, id, "The server said no.", error);
  case YIELD: return journal_yield(ledger, id, RIG_T0 + 500, error);
  case REMOVED: return journal_owner_removed(ledger, id, "Somebody has taken it out of quarantine.", error);
  default: return journal_owner_restored(ledger, id, &where, error);
  }
}
