/* test_second_line.c - three checks against an unsure report move it, and everything that must keep it in sight does
 * Owns:     a table of reports, facts and what the checks found.
 * Must not: know a ledger.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/judge_second.c, filter/judge_words.c */
#include "tests/filter/made_report.h"

/* What speaks against a report, or for it. */
enum {
  UNSIGNED = 1 << 0,
  UNUSED = 1 << 1,
  UNTESTED = 1 << 2, /* with UNUSED: coverage of the domain is not tested */
  SPF_AGAINST = 1 << 3,
  NO_NAME = 1 << 4,
  HOST_LISTED = 1 << 5,
  LINK_LISTED = 1 << 6,
  WORD = 1 << 7,
  PATTERN = 1 << 8,
  COSTLY = 1 << 9,
  UNWANTED = 1 << 10,
  WANTED = 1 << 11,
  SPF_FOR = 1 << 12,
  A_MARK = 1 << 13,
  FITS = 1 << 14, /* the reverse name */
  SUPPORTS = 1 << 15
};

/* How the case differs from one that may be moved. */
enum {
  INSIDER = 1 << 0,
  UNKNOWN_HAND = 1 << 1,
  UNLISTED = 1 << 2,
  NO_CLAIM = 1 << 3,
  TEST_FAILED = 1 << 4,
  OFF = 1 << 5,
  CAME_IN = 1 << 6,
  LATE = 1 << 7
};

static void add_hit(Facts *facts, KeywordKind kind, gboolean costly)
{
  KeywordHit *hit = g_new(KeywordHit, 1);
  *hit = (KeywordHit){ kind, g_strdup("watches"), TRUE, costly };
  if (facts->words.hits == NULL) facts->words.hits = g_ptr_array_new_with_free_func((GDestroyNotify)keyword_hit_free);
  g_ptr_array_add(facts->words.hits, hit);
}

static void set_listed(GPtrArray **list)
{
  *list = g_ptr_array_new_with_free_func((GDestroyNotify)listed_free);
  for (guint i = 0; i < 3; i++) g_ptr_array_add(*list, listed_new("192.0.2.7", "zone.example", "127.0.0.2"));
}

static void set_found_by_checks(Facts *facts, guint found)
{
  if (found & UNSIGNED) facts->unsigned_of = 31;
  if (found & UNUSED) facts->unused = g_strdup("q7@a.test");
  facts->unused_tested = (found & UNTESTED) == 0;
  facts->tools.address = g_strdup("192.0.2.7");
  facts->tools.domain = g_strdup("a.test");
  if (found & (SPF_AGAINST | SPF_FOR)) facts->tools.spf = found & SPF_AGAINST ? SPF_FAIL : SPF_PASS;
  if (found & (NO_NAME | FITS)) facts->tools.reverse = found & NO_NAME ? REVERSE_NONE : REVERSE_FITS;
  if (found & HOST_LISTED) set_listed(&facts->tools.hosts);
  if (found & LINK_LISTED) set_listed(&facts->tools.links);
  if (found & WORD) add_hit(facts, KEYWORD_WORD, FALSE);
  if (found & PATTERN) add_hit(facts, KEYWORD_PATTERN, FALSE);
  if (found & COSTLY) add_hit(facts, KEYWORD_PATTERN, TRUE);
  if (found & (UNWANTED | WANTED)) {
    facts->words.learned = found & UNWANTED ? WORDING_BAD : WORDING_GOOD;
    facts->words.weighed = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(facts->words.weighed, g_strdup("watches (99 %)"));
  }
  if (found & A_MARK) facts->marks[MARK_AUTOMATIC] = (MarkFact){ g_strdup("me@a.test"), 9 }; /* over its cap */
  if (found & SUPPORTS) facts->marks[MARK_SIGNED] = (MarkFact){ g_strdup("a.test"), 9 };
}

static Verdict *judged(guint shows, guint has, guint differs, guint found)
{
  Policy policy = POLICY_DEFAULT(NOW);
  policy.second_line = (differs & OFF) == 0;
  g_autoptr(Report) report = make_report(REPORT_DSN_FAILED, shows);
  g_autoptr(Facts) facts = make_facts(has);
  facts->hand = differs & INSIDER ? HAND_INSIDE : differs & UNKNOWN_HAND ? HAND_UNKNOWN : HAND_OUTSIDE;
  facts->came_in = (differs & CAME_IN) != 0;
  if (differs & UNLISTED) facts->unlisted = g_strdup("q7@b.test");
  if (differs & NO_CLAIM) facts->from = facts->to = 0;
  facts->late = (differs & LATE) != 0;
  facts->test_failed = (differs & TEST_FAILED) != 0;
  set_found_by_checks(facts, found);
  return filter_judge(report, facts, &policy);
}

#define THREE (SPF_AGAINST | NO_NAME | WORD)
#define ALL (UNSIGNED | UNUSED | SPF_AGAINST | NO_NAME | HOST_LISTED | LINK_LISTED | WORD | PATTERN | UNWANTED)
#define PLAIN (SHOWS_ID | NAMED)

static const struct {
  const char *what;
  guint shows, has, differs, found;
  gboolean moves;
} cases[] = {
  { "three", PLAIN, 0, 0, THREE, TRUE },
  { "all", PLAIN, 0, 0, ALL, TRUE },
  { "no signature, unused, an unwanted wording", PLAIN, 0, 0, UNSIGNED | UNUSED | UNWANTED, TRUE },
  { "without an id", NAMED, 0, 0, THREE, TRUE },
  { "a name that fits says nothing", PLAIN, 0, 0, UNSIGNED | SPF_AGAINST | WORD | FITS, TRUE },
  { "a pattern that was given up says nothing", PLAIN, 0, 0, THREE | COSTLY, TRUE },
  /* too little against it */
  { "off", PLAIN, 0, OFF, ALL, FALSE },
  { "none", PLAIN, 0, 0, 0, FALSE },
  { "two", PLAIN, 0, 0, SPF_AGAINST | WORD, FALSE },
  { "two of three: a pattern that was given up", PLAIN, 0, 0, SPF_AGAINST | NO_NAME | COSTLY, FALSE },
  { "two of three: unused, but not tested", PLAIN, 0, 0, SPF_AGAINST | WORD | UNUSED | UNTESTED, FALSE },
  { "a word, a pattern and a host: words count once", PLAIN, 0, 0, WORD | PATTERN | SPF_AGAINST, FALSE },
  { "three lists are one check", PLAIN, 0, 0, HOST_LISTED | WORD, FALSE },
  { "all about one host, as a new server of the owner's", PLAIN, 0, 0, SPF_AGAINST | NO_NAME | HOST_LISTED, FALSE },
  { "all about the text, which its writer chose", PLAIN, 0, 0, LINK_LISTED | WORD | UNWANTED, FALSE },
  /* something for it */
  { "the host may send", PLAIN, 0, 0, (ALL & ~SPF_AGAINST) | SPF_FOR, FALSE },
  { "wanted wording", PLAIN, 0, 0, (ALL & ~UNWANTED) | WANTED, FALSE },
  { "a mark, even over its cap", PLAIN, 0, 0, ALL | A_MARK, FALSE },
  { "a signature that supports", PLAIN, 0, 0, ALL | SUPPORTS, FALSE },
  { "written to long ago", NAMED, LONG_AGO, 0, ALL, FALSE },
  { "written to somebody at that domain", NAMED, NEIGHBOUR, 0, ALL, FALSE },
  { "an id elsewhere", PLAIN, OTHER_ID, 0, ALL, FALSE },
  { "replayed", PLAIN, ID | REPLAYED, 0, ALL, FALSE },
  { "denied, and known", PLAIN, DENY | ID, 0, ALL, FALSE },
  { "alike", PLAIN, ALIKE, 0, ALL, FALSE },
  /* who handed it in */
  { "an insider", PLAIN, 0, INSIDER, ALL, FALSE },
  { "an insider whose original came in", PLAIN, 0, INSIDER | CAME_IN, ALL, FALSE },
  { "nobody knows", PLAIN, 0, UNKNOWN_HAND, ALL, FALSE },
  /* what is known of Sent */
  { "no account lists the address", PLAIN, 0, UNLISTED, ALL, FALSE },
  { "no Sent folder", PLAIN, 0, NO_CLAIM, ALL, FALSE },
  { "answers show that mail is missing in Sent", PLAIN, 0, TEST_FAILED, ALL, FALSE },
  { "another look is due", PLAIN, STALE, LATE, ALL, FALSE },
  { "another look is due, and mail is missing, too", PLAIN, 0, LATE, ALL, FALSE },
  /* unsure for another reason */
  { "mail to the owner", PLAIN, TO_OWNER, 0, ALL, FALSE },
  { "the owner's address failed", PLAIN, OWNER_FAILED, 0, ALL, FALSE },
  { "delivered to the owner", PLAIN, DELIVERED, 0, ALL, FALSE },
  { "only mentioned", SHOWS_RECIPIENT | MENTIONED, 0, 0, ALL, FALSE },
  { "nothing to go by", 0, 0, 0, ALL, FALSE },
  { "the original was cut off", UNREAD | NAMED, 0, 0, ALL, FALSE },
  /* decided */
  { "genuine", PLAIN, ID, 0, ALL, FALSE },
  { "backscatter moves by itself", PLAIN, COVERED, 0, ALL, FALSE },
};

static void three_against_and_none_for_move_a_strangers_report_and_nothing_else(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(Verdict) verdict = judged(cases[i].shows, cases[i].has, cases[i].differs, cases[i].found);
    g_autoptr(Verdict) off = judged(cases[i].shows, cases[i].has, cases[i].differs | OFF, cases[i].found);
    const Evidence *decided = verdict->evidence->pdata[verdict->decided];
    if (verdict->second_line != cases[i].moves) fail_msg("%s: moves: %d", cases[i].what, verdict->second_line);
    assert_false(off->second_line);
    assert_int_equal(verdict->code, off->code); /* it moves, and changes no verdict */
    assert_int_equal(filter_is_second_line(decided->code), cases[i].moves);
    if (cases[i].moves) assert_int_equal(verdict->code, VERDICT_UNSURE);
  }
}

static void what_would_move_waits_while_it_is_fresh(void **state)
{
  g_autoptr(Verdict) fresh = judged(PLAIN | NEW_REPORT, 0, 0, THREE),
                     waited = judged(PLAIN | NEW_REPORT, WAITED, 0, THREE);
  g_autoptr(Verdict) off = judged(PLAIN | NEW_REPORT, 0, OFF, THREE);
  assert_true(fresh->second_line && fresh->fresh);
  assert_true(waited->second_line && !waited->fresh);
  assert_false(off->fresh);
}

static void it_is_explained_with_how_many_speak_against_it(void **state)
{
  g_autoptr(Verdict) verdict = judged(PLAIN, 0, 0, THREE | PATTERN | UNWANTED | COSTLY);
  static const struct {
    const char *code, *words;
    EvidenceSide side;
  } rows[] = {
    { "word-found", "holds “watches”", EVIDENCE_AGAINST },
    { "word-pattern", "in its Subject", EVIDENCE_AGAINST },
    { "word-costly", "given up", EVIDENCE_NEUTRAL },
    { "word-unwanted", "weighed most: watches (99 %).", EVIDENCE_AGAINST },
    { "second-line", "4 checks speak against it", EVIDENCE_AGAINST },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    const Evidence *line = NULL;
    for (guint k = 0; k < verdict->evidence->len; k++)
      if (strcmp(((const Evidence *)verdict->evidence->pdata[k])->code, rows[i].code) == 0)
        line = verdict->evidence->pdata[k];
    if (line == NULL) fail_msg("%s is missing", rows[i].code);
    g_autofree char *text = evidence_text(line);
    if (line->side != rows[i].side || strstr(text, rows[i].words) == NULL) fail_msg("%s: %s", rows[i].code, text);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(three_against_and_none_for_move_a_strangers_report_and_nothing_else),
    cmocka_unit_test(what_would_move_waits_while_it_is_fresh),
    cmocka_unit_test(it_is_explained_with_how_many_speak_against_it),
  };
  filter_init();
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
