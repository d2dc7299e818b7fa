/* test_judge_hand.c - the owner's own hand: a table of who handed a report in, and what comes of it
 * Owns:     the tests of judge_hand.c.
 * Must not: look anything up.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/judge_hand.c, filter/judge.c */
#include "tests/filter/made_report.h"

enum { INSIDE = 1, OUTSIDE, CAME_IN };

typedef struct {
  const char *what;
  int hand;
  guint has, shows;
  VerdictCode want;
  const char *decided;
} Row;

static Verdict *judge(const Row *row)
{
  g_autoptr(Report) report = make_report(REPORT_DSN_FAILED, row->shows);
  g_autoptr(Facts) facts = make_facts(row->has);
  const Policy policy = POLICY_DEFAULT(NOW);
  facts->hand = row->hand == OUTSIDE ? HAND_OUTSIDE : row->hand != 0 ? HAND_INSIDE : HAND_UNKNOWN;
  facts->came_in = row->hand == CAME_IN;
  if (row->hand == OUTSIDE) facts->handed_by = g_strdup("mx.stranger.test");
  return filter_judge(report, facts, &policy);
}

static const Evidence *line_of(const Verdict *verdict, const char *code)
{
  for (guint i = 0; i < verdict->evidence->len; i++) {
    const Evidence *line = verdict->evidence->pdata[i];
    if (strcmp(line->code, code) == 0) return line;
  }
  return NULL;
}

static void who_handed_it_in_leaves_it_in_sight_and_clears_nothing(void **state)
{
  (void)state;
  static const Row rows[] = {
    { "an id that Sent does not know", INSIDE, COVERED | SURVIVE, SHOWS_ID | NAMED, VERDICT_UNSURE, "insider" },
    { "the same from a stranger", OUTSIDE, COVERED | SURVIVE, SHOWS_ID | NAMED, VERDICT_BACKSCATTER, "covered" },
    { "nobody knows from whom", 0, COVERED | SURVIVE, SHOWS_ID | NAMED, VERDICT_BACKSCATTER, "covered" },
    { "mail that came in and was bounced inside", CAME_IN, COVERED | SURVIVE, SHOWS_ID | NAMED, VERDICT_BACKSCATTER,
      "covered" },
    { "an id that Sent knows", INSIDE, ID | COVERED, SHOWS_ID | NAMED, VERDICT_GENUINE, "id-in-ledger" },
    { "no id, and nobody was written to", INSIDE, COVERED, NAMED, VERDICT_UNSURE, "insider" },
    { "no id, and the recipient was", INSIDE, COVERED | RECENT, NAMED, VERDICT_GENUINE, "recipient-recent" },
    { "an id, and the recipient was", INSIDE, COVERED | RECENT, SHOWS_ID | NAMED, VERDICT_UNSURE, "insider" },
    { "the owner's own word", INSIDE, DENY | COVERED, SHOWS_ID | NAMED, VERDICT_BACKSCATTER, "own-deny" },
    { "... goes before it either way", INSIDE, ALLOW | COVERED, SHOWS_ID | NAMED, VERDICT_GENUINE, "own-allow" },
    { "mail to the owner", INSIDE, TO_OWNER | COVERED, SHOWS_ID | NAMED, VERDICT_UNSURE, "original-to-you" },
    { "what shows nothing", INSIDE, COVERED, 0, VERDICT_UNSURE, "insider" },
    { "coverage does not hold", INSIDE, 0, SHOWS_ID | NAMED, VERDICT_UNSURE, "insider" },
    { "a message used again beyond the cap", INSIDE, ID | REPLAYED, SHOWS_ID | NAMED, VERDICT_UNSURE, "replay" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Verdict) verdict = judge(&rows[i]);
    const Evidence *decided = verdict->evidence->pdata[verdict->decided];
    if (verdict->code != rows[i].want || strcmp(decided->code, rows[i].decided) != 0)
      fail_msg("%s: %s by %s", rows[i].what, verdict_name(verdict->code), decided->code);
    if (verdict_is_insider(verdict) != (strcmp(rows[i].decided, "insider") == 0)) fail_msg("%s: is", rows[i].what);
  }
}

static void the_explanation_names_who_handed_it_in(void **state)
{
  (void)state;
  static const struct {
    int hand;
    guint has;
    const char *code, *says; /* NULL: no such line */
  } rows[] = {
    { INSIDE, COVERED, "insider", "another device, an automatic reply, or somebody else" },
    { CAME_IN, COVERED, "insider-came-in", "may have come there from another mail server" },
    { CAME_IN, COVERED, "insider", NULL },
    { OUTSIDE, COVERED, "handed-in", "mx.stranger.test" },
    { 0, COVERED, "handed-in", NULL },
    { INSIDE, COVERED | ID, "insider", NULL },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    const Row row = { "", rows[i].hand, rows[i].has, SHOWS_ID | NAMED, VERDICT_UNSURE, "" };
    g_autoptr(Verdict) verdict = judge(&row);
    const Evidence *line = line_of(verdict, rows[i].code);
    g_autofree char *text = line != NULL ? evidence_text(line) : NULL;
    if ((line != NULL) != (rows[i].says != NULL)) fail_msg("row %zu: %s", i, rows[i].code);
    if (text != NULL && strstr(text, rows[i].says) == NULL) fail_msg("row %zu: %s", i, text);
  }
}

/* Programs store the Sent copy after sending, and the provider's own bounce is quick. */
static void a_fresh_insider_waits_for_its_sent_copy(void **state)
{
  (void)state;
  static const struct {
    guint has, shows;
    gboolean fresh;
  } rows[] = { { COVERED, NEW_REPORT | SHOWS_ID | NAMED, TRUE },
               { COVERED, SHOWS_ID | NAMED, FALSE },
               { COVERED | WAITED, NEW_REPORT | SHOWS_ID | NAMED, FALSE } };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    const Row row = { "", INSIDE, rows[i].has, rows[i].shows, VERDICT_UNSURE, "insider" };
    g_autoptr(Verdict) verdict = judge(&row);
    if (verdict->fresh != rows[i].fresh || !verdict_is_insider(verdict)) fail_msg("row %zu", i);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(who_handed_it_in_leaves_it_in_sight_and_clears_nothing),
    cmocka_unit_test(the_explanation_names_who_handed_it_in),
    cmocka_unit_test(a_fresh_insider_waits_for_its_sent_copy),
  };
  filter_init();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
