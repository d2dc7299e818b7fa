/* test_models.c - what the tray program knows without a display: pages, words, choices, how things stand
 * Owns:     ledgers in memory, and a folder.
 * Must not: need a display.
 * Fails:    by cmocka.
 * Tests:    ui/model/pages.h, ui/model/entry_text.h, ui/model/allow_preview.h, ui/model/overview.h,
 * ui/model/memory.h, ui/model/raw_message.h */
#include "ledger/db.h"
#include "tests/rigs/ledger_rig.h"
#include "ui/model/allow_preview.h"
#include "ui/model/entry_text.h"
#include "ui/model/memory.h"
#include "ui/model/overview.h"
#include "ui/model/pages.h"
#include "ui/model/raw_message.h"
#include <glib/gstdio.h>

#define MANY 3000

static gint64 add(Ledger *ledger, guint32 uid, VerdictCode verdict, const char *recipient, const char *subject)
{
  GError *error = NULL;
  g_autoptr(Report) report = rig_report("spam@botnet.example", recipient, subject);
  gboolean moved = verdict == VERDICT_BACKSCATTER;
  g_autoptr(Entry) entry = rig_entry("home", report, NULL, verdict, moved ? MOVE_Q_INTENT : MOVE_KEPT, uid);
  entry->arrived = entry->judged = RIG_T0 + uid;
  gint64 id = rig_record(ledger, entry);
  Place away = { (char *)"Backscatter", 1, uid };
  if (moved) OK(journal_confirm(ledger, id, &away, &error));
  return id;
}

static void however_long_the_list_few_pages_of_it_are_held(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
  for (guint i = 1; i <= MANY; i++) {
    g_autofree char *to = g_strdup_printf("v%u@a.example", i);
    g_autoptr(Report) report = rig_report(NULL, to, "Pills");
    Entry *entry = rig_entry("home", report, NULL, VERDICT_UNSURE, MOVE_KEPT, i);
    entry->arrived = RIG_T0 + i;
    g_ptr_array_add(entries, entry);
  }
  OK(journal_record(ledger, entries, "home", "INBOX", NULL, &error));
  g_autoptr(Pages) pages = pages_new(ledger);
  const BrowseQuery query = { .view = BROWSE_ALL };
  OK(pages_ask(pages, &query, &error));
  assert_int_equal(pages_count(pages), MANY);
  assert_int_equal(pages_rows_held(pages), 0);
  for (guint i = 0; i < MANY; i++) {
    g_autofree char *wanted = g_strdup_printf("v%u@a.example", MANY - i);
    assert_string_equal(pages_cell(pages, i, CELL_RECIPIENT), wanted);
    assert_true(pages_rows_held(pages) <= PAGE_ROWS * PAGES_KEPT);
  }
  assert_string_equal(pages_cell(pages, 0, CELL_VERDICT), "unsure");
  assert_string_equal(pages_cell(pages, MANY, CELL_VERDICT), "");
  assert_int_equal(pages_find(pages, pages_id(pages, 700)), 700);
  assert_int_equal(pages_find(pages, -5), -1);
}

static void a_cell_shows_a_hostile_subject_harmless_and_short(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autofree char *giant = g_strnfill(10000, 'S');
  add(ledger, 1, VERDICT_BACKSCATTER, "a@a.example", giant);
  add(ledger, 2, VERDICT_BACKSCATTER, "b@a.example",
      "<b>x</b>\xe2\x80\xae"
      "exe.\x1b[1m");
  add(ledger, 3, VERDICT_BACKSCATTER, "", NULL);
  g_autoptr(Pages) pages = pages_new(ledger);
  const BrowseQuery query = { .view = BROWSE_WAITING };
  OK(pages_ask(pages, &query, &error));
  assert_string_equal(pages_cell(pages, 0, CELL_SUBJECT), "");
  assert_string_equal(pages_cell(pages, 1, CELL_SUBJECT), "<b>x</b>⟨U+202E⟩exe.⟨U+001B⟩[1m");
  assert_int_equal(g_utf8_strlen(pages_cell(pages, 2, CELL_SUBJECT), -1), 201);
}

static void an_entry_is_told_in_plain_words_and_its_mail_cannot_forge_them(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 id = add(ledger, 1, VERDICT_BACKSCATTER, "victim@a.example", "Evil \xe2\x80\xae subject\nInjected: yes");
  g_autoptr(Entry) entry = journal_get(ledger, id, &error);
  OK(entry);
  g_autoptr(GPtrArray) none = g_ptr_array_new(),
                       why = entry_text_why(entry, &(const TextContext){ .coverage = none, .wish = NULL }),
                       original = entry_text_original(entry), kept = entry_text_kept(entry);
  g_autofree char *why_text = entry_text_join(why), *original_text = entry_text_join(original),
                  *kept_text = entry_text_join(kept);
  assert_non_null(strstr(why_text, "Backscatter: it answers mail that you did not send."));
  assert_non_null(strstr(why_text, "in the folder “Backscatter”."));
  assert_non_null(strstr(why_text, "(This decided.)"));
  assert_non_null(strstr(why_text, "No Sent folder is known"));
  assert_non_null(strstr(original_text, "Subject: Evil ⟨U+202E⟩ subject⟨U+000A⟩Injected: yes\n"));
  assert_non_null(strstr(original_text, "Could not be delivered to: victim@a.example\n"));
  assert_non_null(strstr(kept_text, "SHA-256"));
  g_autofree char *where = NULL;
  assert_null(raw_read(entry, &where));
  assert_non_null(strstr(where, "“Backscatter”"));
  assert_true(entry_text_can_restore(entry));
}

static void a_request_that_is_open_or_failed_is_told_with_its_entry(void **state)
{
  static const struct {
    WishVerb verb;
    const char *open, *failed;
  } rows[] = {
    { WISH_RESTORE, "You asked to have it restored", "It could not be restored: no." },
    { WISH_DELETE, "You asked to have it deleted", "It could not be deleted: no." },
    { WISH_REMOVE, "You asked to have it deleted", "It could not be deleted: no." },
  };
  g_autoptr(Report) report = rig_report("spam@botnet.example", "a@a.example", "A");
  g_autoptr(Entry) entry = rig_entry("home", report, NULL, VERDICT_BACKSCATTER, MOVE_Q_INTENT, 1);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    Wish wish = { .verb = rows[i].verb, .state = WISH_OPEN };
    g_autoptr(GPtrArray) open = entry_text_why(entry, &(const TextContext){ .coverage = NULL, .wish = &wish });
    wish.state = WISH_FAILED;
    wish.result = (char *)"no.";
    g_autoptr(GPtrArray) failed = entry_text_why(entry, &(const TextContext){ .coverage = NULL, .wish = &wish });
    g_autofree char *open_text = entry_text_join(open), *failed_text = entry_text_join(failed);
    if (strstr(open_text, rows[i].open) == NULL || strstr(failed_text, rows[i].failed) == NULL)
      fail_msg("row %u: %s%s", i, open_text, failed_text);
  }
}

static void a_message_in_a_maildir_is_shown_itself_while_it_lies_there(void **state)
{
  static const char text[] = "From: a@b.example\nMessage-ID: <raw@b.example>\nSubject: <b>x</b>\n\nbody \x1b[1m\n";
  static const char *const parts[] = { "cur", "new", "tmp" };
  GError *error = NULL;
  g_autofree char *dir = rig_folder(), *file = g_build_filename(dir, "cur", "1.rig:2,", NULL), *why = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(Report) report = rig_report(NULL, "v@a.example", NULL);
  g_autoptr(Entry) entry = rig_entry("home", report, NULL, VERDICT_BACKSCATTER, MOVE_Q_INTENT, 1);
  g_autoptr(GBytes) head = g_bytes_new_static(text, sizeof text - 1);
  for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
    g_autofree char *part = g_build_filename(dir, parts[i], NULL);
    assert_int_equal(g_mkdir(part, 0700), 0);
  }
  assert_true(g_file_set_contents(file, text, sizeof text - 1, NULL));
  fingerprint_clear(&entry->fingerprint);
  fingerprint_init(&entry->fingerprint, "raw@b.example", sizeof text - 1, head);
  gint64 id = rig_record(ledger, entry);
  Place away = { dir, 1, 1 };
  OK(journal_confirm(ledger, id, &away, &error));
  g_autoptr(Entry) moved = journal_get(ledger, id, &error);
  g_autoptr(GBytes) bytes = raw_read(moved, &why);
  assert_null(why);
  assert_non_null(bytes);
  assert_true(g_bytes_equal(bytes, head));
  assert_int_equal(g_unlink(file), 0);
  assert_null(raw_read(moved, &why));
  assert_non_null(strstr(why, "no longer"));
  for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
    g_autofree char *part = g_build_filename(dir, parts[i], NULL);
    g_rmdir(part);
  }
  rig_remove(g_steal_pointer(&dir));
}

static void what_can_be_allowed_is_offered_with_what_it_would_change(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 id = add(ledger, 1, VERDICT_BACKSCATTER, "a@a.example", "A");
  add(ledger, 2, VERDICT_BACKSCATTER, "b@a.example", "B");
  add(ledger, 3, VERDICT_UNSURE, "a@a.example", "C");
  g_autoptr(Entry) entry = journal_get(ledger, id, &error);
  g_autoptr(GPtrArray) list = allow_choices(ledger, entry, &error);
  OK(list);
  assert_int_equal(list->len, 3);
  const AllowChoice *one = list->pdata[0], *domain = list->pdata[1], *reporter = list->pdata[2];
  assert_string_equal(one->entry, "a@a.example");
  assert_string_equal(domain->entry, "@a.example");
  assert_string_equal(reporter->entry, "@mx.reporter.example");
  assert_non_null(strstr(one->scope, "mail to a@a.example count as genuine"));
  assert_non_null(strstr(one->preview, "on 2 reports so far, 1 of which lies in quarantine and is restored."));
  assert_non_null(strstr(domain->preview, "on 3 reports"));
  assert_int_equal(domain->lying->len, 2);
}

/* What would be judged otherwise by now is seen in the list. */
static void a_verdict_that_would_be_another_now_is_marked(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  gint64 told = add(ledger, 1, VERDICT_BACKSCATTER, "a@a.example", "A");
  gint64 plain = add(ledger, 2, VERDICT_BACKSCATTER, "b@a.example", "B");
  g_autofree char *sql = g_strdup_printf("INSERT INTO healing(entry, healed, verdict, code, back)"
                                         " VALUES(%" G_GINT64_FORMAT ", 1, 'unsure', 'not-covered', 0)",
                                         told);
  OK(db_exec(ledger, sql, &error));
  g_autoptr(Pages) pages = pages_new(ledger);
  const BrowseQuery query = { .view = BROWSE_ALL };
  OK(pages_ask(pages, &query, &error));
  assert_string_equal(pages_cell(pages, (guint)pages_find(pages, told), CELL_VERDICT), "backscatter, now unsure");
  assert_string_equal(pages_cell(pages, (guint)pages_find(pages, plain), CELL_VERDICT), "backscatter");
  OK(db_exec(ledger, "UPDATE entry SET state = 'restored'", &error));
  pages_forget(pages);
  assert_string_equal(pages_cell(pages, (guint)pages_find(pages, told), CELL_VERDICT), "backscatter");
}

static void the_icon_tells_of_a_problem_first_and_then_of_what_is_new(void **state)
{
  GError *error = NULL;
  g_autofree char *dir = rig_folder();
  g_autoptr(Ledger) ledger = rig_ledger();
  g_auto(Overview) overview = { 0 };
  overview_read(&overview, NULL, "cannot be opened", dir, NULL, RIG_T0);
  assert_int_equal(overview_icon(&overview), OVERVIEW_PROBLEM);
  assert_string_equal(overview.problem, "cannot be opened");
  add(ledger, 1, VERDICT_BACKSCATTER, "a@a.example", "A");
  add(ledger, 2, VERDICT_UNSURE, "b@a.example", "B");
  overview_read(&overview, ledger, NULL, dir, &(BrowseMark){ .id = 1 }, RIG_T0 + 60);
  assert_true(overview.there && !overview.runs);
  assert_int_equal(overview_icon(&overview), OVERVIEW_PROBLEM);
  overview.runs = TRUE;
  assert_int_equal(overview_icon(&overview), OVERVIEW_WAITING);
  g_autofree char *waiting = overview_waiting(&overview), *fresh = overview_fresh(&overview);
  assert_string_equal(waiting, "2 waiting (1 unsure)");
  assert_string_equal(fresh, "1 new since you looked");
  overview_read(&overview, ledger, NULL, dir, &(BrowseMark){ .id = 2 }, RIG_T0 + 60);
  overview.runs = TRUE;
  assert_int_equal(overview_icon(&overview), OVERVIEW_IDLE);
  OK(account_set_state(ledger, "work", ACCOUNT_SIGN_IN_NEEDED, "The server refused the password.", 0, &error));
  overview_read(&overview, ledger, NULL, dir, &(BrowseMark){ .id = 2 }, RIG_T0 + 60);
  overview.runs = TRUE;
  assert_int_equal(overview_icon(&overview), OVERVIEW_PROBLEM);
  g_autofree char *words_of = overview_state(overview.accounts->pdata[1], FALSE);
  assert_string_equal(words_of, "sign-in needed");
  rig_remove(g_steal_pointer(&dir));
}

static void a_wave_and_an_alarm_stand_out_from_the_days_before(void **state)
{
  assert_false(overview_is_wave(49, 0));
  assert_true(overview_is_wave(50, 0));
  assert_true(overview_is_wave(200, 1200));
  assert_false(overview_is_wave(200, 1201));
  assert_false(overview_is_alarm(14, 0));
  assert_true(overview_is_alarm(15, 10));
  assert_false(overview_is_alarm(15, 100));
}

static void what_was_seen_and_told_is_remembered_and_nonsense_is_not(void **state)
{
  g_autofree char *dir = rig_folder();
  Memory memory, again;
  memory_load(&memory, dir);
  assert_int_equal(memory.looked.id, 0);
  memory = (Memory){ .looked = { 7, ",5,6," },
                     .notified = { 9, "" },
                     .genuine = { 8, ",7," },
                     .waved = 11,
                     .alarmed = 13,
                     .width = 900,
                     .height = 700 };
  memory_save(&memory, dir);
  memory_load(&again, dir);
  assert_memory_equal(&memory, &again, sizeof memory);
  g_autofree char *file = g_build_filename(dir, "tray", NULL);
  assert_true(g_file_set_contents(file, "\xff nonsense", -1, NULL));
  memory_load(&again, dir);
  assert_int_equal(again.looked.id, 0);
  rig_remove(g_steal_pointer(&dir));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(however_long_the_list_few_pages_of_it_are_held),
    cmocka_unit_test(a_cell_shows_a_hostile_subject_harmless_and_short),
    cmocka_unit_test(an_entry_is_told_in_plain_words_and_its_mail_cannot_forge_them),
    cmocka_unit_test(a_request_that_is_open_or_failed_is_told_with_its_entry),
    cmocka_unit_test(a_message_in_a_maildir_is_shown_itself_while_it_lies_there),
    cmocka_unit_test(what_can_be_allowed_is_offered_with_what_it_would_change),
    cmocka_unit_test(a_verdict_that_would_be_another_now_is_marked),
    cmocka_unit_test(the_icon_tells_of_a_problem_first_and_then_of_what_is_new),
    cmocka_unit_test(a_wave_and_an_alarm_stand_out_from_the_days_before),
    cmocka_unit_test(what_was_seen_and_told_is_remembered_and_nonsense_is_not),
  };
  filter_init();
  return cmocka_run_group_tests_name("tray models", tests, NULL, NULL);
}
