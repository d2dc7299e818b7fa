/* test_kept.c - the bytes that are kept of a report, and the hashes by which it is found
 * Owns:     reports of its own.
 * Must not: open a ledger.
 * Fails:    by TAP.
 * Tests:    ledger/kept.c */
#include "ledger/kept.h"
#include "tests/rigs/ledger_rig.h"

#define DAY_2020 ((gint64)1577836800)

static Report *forged(const char *id, const char *recipient, const char *subject)
{
  Report *report = rig_report(id, recipient, subject);
  report->date = DAY_2020;
  report->original.date = DAY_2020 - 3600;
  report->rank = RANK_NAMED;
  report->status_part = TRUE;
  report->original.header = TRUE;
  return report;
}

/* What was kept is what was there. */
static void what_was_kept_of_a_report_is_what_was_there(void **state)
{
  g_autoptr(Report) report = forged("a@b;c@d", "bob@y.example;ann@z.example", "Offer");
  g_ptr_array_add(report->original.senders, g_strdup("me@my.example"));
  g_ptr_array_add(report->original.id_prefixes, g_strdup("abc"));
  report->original.unread = TRUE;
  g_autoptr(GBytes) bytes = kept_pack(report);
  const Entry entry = { .kind = REPORT_BOUNCE, .reporter = (char *)"r@s", .original_subject = (char *)"Offer" };
  assert_non_null(bytes);
  g_autoptr(Report) again = kept_unpack(bytes, &entry);
  assert_non_null(again);
  assert_int_equal(again->kind, REPORT_BOUNCE);
  assert_int_equal(again->rank, RANK_NAMED);
  assert_int_equal(again->date, report->date);
  assert_int_equal(again->original.date, report->original.date);
  assert_true(again->status_part && again->original.header && again->original.unread);
  assert_string_equal(again->reporter_domain, report->reporter_domain);
  assert_string_equal(again->original.message_ids->pdata[1], "c@d");
  assert_string_equal(again->recipients->pdata[1], "ann@z.example");
  assert_string_equal(again->addressed->pdata[0], "me@example.org");
  assert_string_equal(again->original.senders->pdata[0], "me@my.example");
  assert_string_equal(again->original.id_prefixes->pdata[0], "abc");
  for (guint length = 0; length < 64; length++) { /* bytes that are none */
    g_autoptr(GBytes) cut = g_bytes_new_from_bytes(bytes, 0, length);
    Report *none = kept_unpack(cut, &entry);
    if (none != NULL) report_free(none);
  }
}

/* What is written when a report is kept is removed when it is forgotten, also of one that shows more than is kept. */
static void a_report_has_the_same_hashes_before_and_after_it_was_kept(void **state)
{
  g_autoptr(Report) report = forged("", "bob@y.example;Bob@Y.example;ann+x@mail.z.example", "Offer");
  g_ptr_array_set_size(report->original.message_ids, 0);
  for (guint i = 0; i < 100; i++) g_ptr_array_add(report->tokens, g_strdup_printf("%u@T", i));
  g_ptr_array_add(report->original.id_prefixes, g_strdup("abcdefghijklmnop"));
  g_autoptr(GBytes) bytes = kept_pack(report);
  const Entry entry = { .kind = REPORT_BOUNCE, .reporter = (char *)"r@mx.far.example" };
  assert_non_null(bytes);
  g_autoptr(Report) again = kept_unpack(bytes, &entry);
  assert_non_null(again);
  g_autoptr(GArray) before = kept_hashes(report, entry.reporter), after = kept_hashes(again, again->reporter);
  assert_true(before->len > 2 * 64); /* each token as it is and in lower case, and the recipients */
  assert_int_equal(before->len, after->len);
  assert_memory_equal(before->data, after->data, before->len * sizeof(gint64));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_was_kept_of_a_report_is_what_was_there),
    cmocka_unit_test(a_report_has_the_same_hashes_before_and_after_it_was_kept),
  };
  return cmocka_run_group_tests_name("ledger_kept", tests, NULL, NULL);
}
