/* test_judge_signed.c - what signatures of the owner's decide, among the other rules
 * Owns:     the tests of judge_signed.c.
 * Must not: read mail.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/judge_signed.c, filter/judge.c */
#include "tests/filter/made_report.h"

enum { NONE, NAMES_IT, SUPPORTS };

typedef struct {
  guint has, shows;
  int signature;
  guint recipients, reports;
  VerdictCode code;
  const char *decided;
} Row;

static Verdict *judge(ReportKind kind, const Row *row, guint unsigned_of, Hand hand)
{
  g_autoptr(Report) report = make_report(kind, row->shows);
  g_autoptr(Facts) facts = make_facts(row->has);
  const Policy policy = POLICY_DEFAULT(NOW);
  facts->unsigned_of = unsigned_of;
  facts->hand = hand;
  if (row->signature != NONE) {
    facts->signature = (SignedFact){ .domain = g_strdup("a.test"), .from = g_strdup("me@a.test") };
    facts->signature.recipient = row->signature == NAMES_IT ? g_strdup("gone@b.test") : NULL;
    facts->signature.recipients = row->recipients;
    facts->signature.reports = row->reports;
  }
  return filter_judge(report, facts, &policy);
}

static gboolean says(const Verdict *verdict, const char *code)
{
  for (guint i = 0; i < verdict->evidence->len; i++)
    if (strcmp(((const Evidence *)verdict->evidence->pdata[i])->code, code) == 0) return TRUE;
  return FALSE;
}

static void a_signature_clears_behind_what_is_surer_and_before_what_convicts(void **state)
{
  static const Row rows[] = {
    { COVERED, SHOWS_ID | NAMED, NAMES_IT, 1, 0, VERDICT_GENUINE, "signature-verified" },
    { COVERED | SURVIVE, SHOWS_ID | NAMED, NAMES_IT, 1, 0, VERDICT_GENUINE, "signature-verified" },
    { 0, SHOWS_ID | NAMED, NAMES_IT, 1, 0, VERDICT_GENUINE, "signature-verified" },
    { COVERED, SHOWS_ID | NAMED, NAMES_IT, 1, 1, VERDICT_UNSURE, "signature-often" },
    { COVERED, SHOWS_ID | NAMED, NAMES_IT, 3, 2, VERDICT_GENUINE, "signature-verified" },
    { COVERED, SHOWS_ID | NAMED, NAMES_IT, 3, 3, VERDICT_UNSURE, "signature-often" },
    { COVERED, SHOWS_ID | NAMED, SUPPORTS, 3, 0, VERDICT_BACKSCATTER, "covered" },
    { COVERED | RECENT, NAMED, SUPPORTS, 3, 0, VERDICT_GENUINE, "recipient-recent" },
    { 0, SHOWS_ID | NAMED, SUPPORTS, 3, 0, VERDICT_UNSURE, "not-covered" },
    { ID | COVERED, SHOWS_ID | NAMED, NAMES_IT, 1, 1, VERDICT_GENUINE, "id-in-ledger" },
    { DENY | COVERED, SHOWS_ID | NAMED, NAMES_IT, 1, 0, VERDICT_BACKSCATTER, "own-deny" }, /* the owner's last word */
    { TO_OWNER | COVERED, SHOWS_ID | NAMED, NAMES_IT, 1, 0, VERDICT_GENUINE, "signature-verified" },
    { OTHER_ID | COVERED, SHOWS_ID | NAMED, NAMES_IT, 1, 0, VERDICT_GENUINE, "signature-verified" }, /* in a thread */
    { OTHER_ID | COVERED, SHOWS_ID | NAMED, SUPPORTS, 1, 0, VERDICT_UNSURE, "id-elsewhere" },
    { RECENT | OFTEN, NAMED, NAMES_IT, 1, 0, VERDICT_GENUINE, "signature-verified" },
    { NEIGHBOUR | COVERED, NAMED, NAMES_IT, 1, 0, VERDICT_GENUINE, "signature-verified" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Verdict) verdict = judge(REPORT_DSN_FAILED, &rows[i], 0, HAND_OUTSIDE);
    const Evidence *decided = verdict->evidence->pdata[verdict->decided];
    if (verdict->code != rows[i].code || strcmp(decided->code, rows[i].decided) != 0)
      fail_msg("row %u: %s by %s", i, verdict_name(verdict->code), decided->code);
  }
}

/* A message that is late brings several warnings before it fails. */
static void warnings_have_room_for_several(void **state)
{
  static const ReportKind kinds[] = { REPORT_DSN_FAILED, REPORT_BOUNCE, REPORT_DSN_DELAYED, REPORT_CHALLENGE };
  for (guint reports = 0; reports < 10; reports++)
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
      const Row row = { COVERED, SHOWS_ID | NAMED, NAMES_IT, 2, reports };
      g_autoptr(Verdict) verdict = judge(kinds[i], &row, 0, HAND_OUTSIDE);
      gboolean clears = reports < (i < 2 ? 2 : 8);
      if ((verdict->code == VERDICT_GENUINE) != clears) fail_msg("kind %u after %u", i, reports);
      assert_int_not_equal(verdict->code, VERDICT_BACKSCATTER);
    }
}

static void a_missing_signature_is_told_and_changes_no_verdict(void **state)
{
  static const Row rows[] = {
    { COVERED, SHOWS_ID | NAMED, NONE }, { 0, SHOWS_ID | NAMED, NONE },       { RECENT, NAMED, NONE },
    { ID | COVERED, SHOWS_ID, NONE },    { COVERED | TO_OWNER, NAMED, NONE }, { COVERED, 0, NONE }
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Verdict) with = judge(REPORT_BOUNCE, &rows[i], 40, HAND_OUTSIDE);
    g_autoptr(Verdict) without = judge(REPORT_BOUNCE, &rows[i], 0, HAND_OUTSIDE);
    g_autoptr(Verdict) unknown = judge(REPORT_BOUNCE, &rows[i], 40, HAND_UNKNOWN);
    g_autoptr(Verdict) inside = judge(REPORT_BOUNCE, &rows[i], 40, HAND_INSIDE);
    const Evidence *a = with->evidence->pdata[with->decided], *b = without->evidence->pdata[without->decided];
    assert_int_equal(with->code, without->code);
    assert_string_equal(a->code, b->code);
    assert_false(says(without, "signature-missing"));
    assert_false(says(unknown, "signature-missing")); /* who handed it in is not known */
    assert_false(says(inside, "signature-missing"));
    assert_int_equal(says(with, "signature-missing"), with->code != VERDICT_GENUINE);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_signature_clears_behind_what_is_surer_and_before_what_convicts),
    cmocka_unit_test(warnings_have_room_for_several),
    cmocka_unit_test(a_missing_signature_is_told_and_changes_no_verdict),
  };
  return cmocka_run_group_tests_name("filter_judge_signed", tests, NULL, NULL);
}
