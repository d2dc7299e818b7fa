/* test_shorten.c - what is stored of one report, however long it is
 * Owns:     reports that are as long as a stranger likes.
 * Must not: read mail.
 * Fails:    by TAP.
 * Tests:    ledger/shorten.c */
#include "tests/rigs/ledger_rig.h"

#define LONG 5000
#define STORED_MOST 2048 /* of one report, without numbers and indexes */

/* An address or an id of this length; number makes it different from others. */
static char *long_text(guint number, gsize length, const char *end)
{
  g_autofree char *fill = g_strnfill(length, 'x');
  return g_strdup_printf("%u%s%s", number, fill, end);
}

static Report *long_report(gsize length, guint lists)
{
  Report *report = rig_report(NULL, NULL, NULL);
  Original *original = &report->original;
  g_free(report->reporter);
  report->reporter = long_text(0, length, "@reporter.example");
  report->status = long_text(0, length, "");
  report->diagnostic = long_text(1, length, "\xc3\xa9\xc3\xa9\xc3\xa9");
  original->from = long_text(2, length, "@example.org");
  original->to = long_text(3, length, "@example.org");
  original->subject = long_text(4, length, "");
  GPtrArray *const all[] = { report->recipients,   report->tokens,      report->refer_backs, original->message_ids,
                             original->recipients, original->other_ids, original->senders };
  for (guint i = 0; i < G_N_ELEMENTS(all); i++)
    for (guint n = 0; n < lists; n++) g_ptr_array_add(all[i], long_text(n, length, "@example.net"));
  return report;
}

static gint64 record(Ledger *ledger, const Report *report, guint lines, gsize length)
{
  GError *error = NULL;
  g_autoptr(GPtrArray) evidence = g_ptr_array_new_with_free_func((GDestroyNotify)evidence_free),
                       entries = g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
  for (guint i = 0; i < lines; i++) {
    g_autofree char *text = long_text(i, length, "");
    g_ptr_array_add(evidence, evidence_new(EVIDENCE_AGAINST, "original-unknown", text, text, NULL));
  }
  const Verdict verdict = { .code = VERDICT_BACKSCATTER, .evidence = evidence };
  Entry *entry = entry_new("home", report, NULL, &verdict, MOVE_Q_INTENT);
  g_autofree char *id = long_text(9, length, "@reporter.example");
  g_autoptr(GBytes) head = g_bytes_new_static("x", 1);
  fingerprint_init(&entry->fingerprint, id, 1, head);
  place_set(&entry->home, "INBOX", 7, 1);
  place_set(&entry->away, "Backscatter", 3, 0);
  g_ptr_array_add(entries, entry);
  OK(journal_record(ledger, entries, "home", "INBOX", NULL, &error));
  return entry->id;
}

static gint64 stored(Ledger *ledger)
{
  return rig_number(ledger,
                    "SELECT sum(length(CAST(concat_ws AS BLOB))) FROM (SELECT coalesce(message_id, '') || coalesce("
                    "reporter, '') || coalesce(status, '') || coalesce(diagnostic, '') || coalesce(recipients, '') ||"
                    " coalesce(original_id, '') || coalesce(original_from, '') || coalesce(original_to, '') ||"
                    " coalesce(original_subject, '') AS concat_ws FROM entry UNION ALL SELECT code || text ||"
                    " coalesce(args, '') FROM evidence)")
         + rig_number(ledger, "SELECT coalesce(sum(length(report)), 0) FROM kept")
         + rig_number(ledger, "SELECT 16 * count(*) FROM kept_hash");
}

static void what_is_stored_of_the_longest_report_has_a_bound(void **state)
{
  static const struct {
    gsize length;
    guint lists, lines;
  } rows[] = { { LONG, 1, 1 }, { LONG, 64, 25 }, { 300, 64, 25 }, { 60, 64, 25 }, { 5, 64, 25 }, { 250, 1, 12 } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = rig_ledger();
    g_autoptr(Report) report = long_report(rows[i].length, rows[i].lists);
    record(ledger, report, rows[i].lines, rows[i].length);
    if (stored(ledger) > STORED_MOST)
      fail_msg("texts of %" G_GSIZE_FORMAT " bytes: %" G_GINT64_FORMAT " bytes stored", rows[i].length, stored(ledger));
  }
}

static void an_ordinary_report_is_stored_whole(void **state)
{
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(Report) report = long_report(20, 3);
  gint64 id = record(ledger, report, 10, 12);
  g_autoptr(Entry) entry = rig_get(ledger, id);
  assert_string_equal(entry->diagnostic, report->diagnostic);
  assert_string_equal(entry->original_subject, report->original.subject);
  assert_int_equal(entry->recipients->len, 3);
  assert_string_equal(entry->recipients->pdata[2], report->recipients->pdata[2]);
  assert_int_equal(entry->evidence->len, 10);
  assert_string_not_equal(entry->fingerprint.message_id, "");
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM kept"), 1);
}

static void the_longest_texts_give_way_and_short_ones_stay(void **state)
{
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(Report) report = rig_report("id@example.org", "bob@example.net", "Hello");
  report->diagnostic = long_text(1, LONG, "");
  gint64 id = record(ledger, report, 1, 3);
  g_autoptr(Entry) entry = rig_get(ledger, id);
  assert_string_equal(entry->original_id, "id@example.org");
  assert_string_equal(entry->recipients->pdata[0], "bob@example.net");
  assert_string_equal(entry->original_subject, "Hello");
  assert_true(g_str_has_suffix(entry->diagnostic, "…") && strlen(entry->diagnostic) < 1000);
}

static void a_cut_is_never_within_a_character(void **state)
{
  g_autoptr(Ledger) ledger = rig_ledger();
  for (guint shift = 0; shift < 4; shift++) {
    g_autoptr(Report) report = rig_report(NULL, "bob@example.net", NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < shift; i++) g_string_append_c(text, 'x');
    for (guint i = 0; i < 2000; i++) g_string_append(text, "\xf0\x9f\x93\xac");
    report->original.subject = g_strdup(text->str);
    g_autoptr(GPtrArray) evidence = g_ptr_array_new();
    const Verdict verdict = { .code = VERDICT_UNSURE, .evidence = evidence };
    g_autoptr(Entry) entry = entry_new("home", report, NULL, &verdict, MOVE_KEPT);
    assert_true(g_utf8_validate(entry->original_subject, -1, NULL));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_stored_of_the_longest_report_has_a_bound),
    cmocka_unit_test(an_ordinary_report_is_stored_whole),
    cmocka_unit_test(the_longest_texts_give_way_and_short_ones_stay),
    cmocka_unit_test(a_cut_is_never_within_a_character),
  };
  return cmocka_run_group_tests_name("shorten", tests, NULL, NULL);
}
