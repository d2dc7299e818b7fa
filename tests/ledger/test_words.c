/* test_words.c - words are learned from what the owner restores, deletes and sends, once, and can be unlearned
 * Owns:     ledgers in memory.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/words.c, ledger/facts_words.c */
#include "ledger/db.h"
#include "ledger/private.h"
#include "ledger/words.h"
#include "tests/rigs/ledger_rig.h"

static void learn(Ledger *ledger)
{
  GError *error = NULL;
  gboolean further = TRUE;
  while (further) OK(words_learn(ledger, db_now(), &further, &error));
}

static Report *about(const char *subject, const char *text)
{
  Report *report = rig_report("foreign@x", "nobody@z.example", subject);
  report->original.text = g_strdup(text);
  return report;
}

static Facts *asked(Ledger *ledger, const Report *report, gboolean learned)
{
  GError *error = NULL;
  const FactsQuery query = {
    .account = "home", .arrived = RIG_NOW, .now = RIG_NOW, .learned_words = learned, .try_tools = TRUE
  };
  Facts *facts = ledger_facts(ledger, report, &query, &error);
  OK(facts != NULL);
  return facts;
}

/* A message with these words lies in quarantine. */
static gint64 quarantined(Ledger *ledger, const char *subject, const char *text, guint32 uid)
{
  GError *error = NULL;
  g_autoptr(Report) report = about(subject, text);
  g_autoptr(Facts) facts = asked(ledger, report, TRUE);
  g_autoptr(Entry) entry = rig_entry("home", report, facts, VERDICT_BACKSCATTER, MOVE_Q_INTENT, uid);
  place_set(&entry->away, "Backscatter", 3, 0);
  const gint64 id = rig_record(ledger, entry);
  OK(journal_confirm(ledger, id, &(Place){ (char *)"Backscatter", 3, uid }, &error));
  return id;
}

static void take(Ledger *ledger, gint64 id, Step step)
{
  GError *error = NULL;
  OK(rig_take(ledger, id, step, &error));
}

/* "good/bad" of a word; "-" where it is not known. */
static const char *known(Ledger *ledger, const char *word)
{
  GError *error = NULL;
  static char text[64];
  g_auto(Rows) rows = { 0 };
  OK(rows_open(&rows, ledger, &error, "SELECT good, bad FROM word WHERE hash = ?", "i", word_hash(word)));
  if (!rows_next(&rows, &error)) return "-";
  g_snprintf(text, sizeof text, "%d/%d", (int)row_int(&rows, 0), (int)row_int(&rows, 1));
  return text;
}

#define TOTAL(kind, place) rig_number(ledger, "SELECT " kind " FROM word_total WHERE place = " place)

static void what_the_owner_did_is_learned_once_and_nothing_else_is(void **state)
{
  static const struct {
    const char *what;
    Step steps[4];
    guint n;
    const char *want;
  } rows[] = {
    { "it lies in quarantine", { CONFIRM }, 0, "-" },
    { "deleted", { DELETE, CONFIRM }, 2, "0/1" },
    { "deletion is asked for", { DELETE }, 1, "-" },
    { "restored", { RESTORE, CONFIRM }, 2, "1/0" },
    { "put back by hand", { BY_HAND }, 1, "1/0" },
    { "taken out by other hands: nobody knows why", { REMOVED }, 1, "-" },
    { "deleted, and brought back from the trash", { DELETE, CONFIRM, RESTORE, CONFIRM }, 4, "1/0" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = rig_ledger();
    const gint64 id = quarantined(ledger, "Cheap watches", "buy watches", 1);
    for (guint k = 0; k < rows[i].n; k++) {
      take(ledger, id, rows[i].steps[k]);
      learn(ledger); /* at every moment */
    }
    learn(ledger);
    if (strcmp(known(ledger, "s:watches"), rows[i].want) != 0)
      fail_msg("%s: %s", rows[i].what, known(ledger, "s:watches"));
    assert_string_equal(known(ledger, "t:watches"), rows[i].want);
    assert_string_equal(known(ledger, "t:cheap"), "-");
  }
}

static void what_is_taken_back_is_unlearned(void **state)
{
  g_autoptr(Ledger) ledger = rig_ledger();
  GError *error = NULL;
  const gint64 id = quarantined(ledger, "Cheap watches", NULL, 1);
  take(ledger, id, RESTORE);
  take(ledger, id, CONFIRM);
  learn(ledger);
  assert_int_equal(TOTAL("good", "0"), 1);
  OK(db_run(ledger, &error, "UPDATE entry SET state = 'quarantined' WHERE id = ?", "i", id)); /* undone */
  learn(ledger);
  assert_int_equal(TOTAL("good", "0"), 0);
  assert_string_equal(known(ledger, "s:watches"), "-");
}

/* Whoever floods a mailbox with one text teaches no more than one message does. */
static void the_same_words_teach_once(void **state)
{
  g_autoptr(Ledger) ledger = rig_ledger();
  for (guint uid = 1; uid <= 150; uid++) {
    const gint64 id = quarantined(ledger, "Cheap watches", "buy", uid);
    take(ledger, id, DELETE);
    take(ledger, id, CONFIRM);
  }
  learn(ledger);
  assert_string_equal(known(ledger, "s:watches"), "0/1");
  assert_int_equal(TOTAL("bad", "0"), 1);
}

static void subjects_of_sent_mail_are_learned_once(void **state)
{
  g_autoptr(Ledger) ledger = rig_ledger();
  for (guint i = 0; i < 5; i++) {
    g_autofree char *id = g_strdup_printf("m%u@example.org", i);
    rig_add(ledger, "home", "Sent", id, "bob@y.example", i < 4 ? "Lunch on Monday" : NULL, RIG_NOW - DAY, RIG_NOW);
    learn(ledger);
  }
  learn(ledger);
  assert_string_equal(known(ledger, "s:lunch"), "4/0");
  assert_string_equal(known(ledger, "t:lunch"), "-");
  assert_int_equal(TOTAL("good", "0"), 4);
  assert_int_equal(TOTAL("good", "1"), 0);
}

static void the_table_of_words_is_bounded(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  OK(db_exec(ledger,
             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)"
             " INSERT INTO word(hash, good, bad) SELECT i * 1000003, 0, 1 + (i > 59000) FROM n",
             &error));
  rig_add(ledger, "home", "Sent", "m@example.org", "bob@y.example", "Lunch", RIG_NOW - DAY, RIG_NOW);
  learn(ledger);
  assert_true(rig_number(ledger, "SELECT count(*) FROM word") <= WORDS_KEPT_MOST);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM word WHERE bad = 2"), 1000); /* the rarest go */
}

static void where_nobody_asked_for_it_no_word_is_noted(void **state)
{
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(Report) report = about("Cheap watches", "buy");
  g_autoptr(Facts) facts = asked(ledger, report, FALSE);
  assert_null(facts->words.hashes);
  g_autoptr(Entry) entry = rig_entry("home", report, facts, VERDICT_BACKSCATTER, MOVE_Q_INTENT, 1);
  rig_record(ledger, entry);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM word_entry"), 0);
}

static void no_word_is_kept_as_text(void **state)
{
  g_autoptr(Ledger) ledger = rig_ledger();
  quarantined(ledger, "Geheimwort", "Losungswort", 1);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM word_entry WHERE length(words) = 16"), 1);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM word_entry WHERE CAST(words AS TEXT) LIKE '%wort%'"), 0);
}

/* n messages about watches were deleted, n about lunch restored and sent; all of different words. */
static void teach(Ledger *ledger, guint n)
{
  for (guint i = 1; i <= n; i++) {
    g_autofree char *bad = g_strdup_printf("Cheap golden watches offer%u", i),
                    *text = g_strdup_printf("bargain watches rolex discount%u", i),
                    *good = g_strdup_printf("Lunch meeting monday%u", i),
                    *said = g_strdup_printf("lunch with the project team%u", i);
    const gint64 away = quarantined(ledger, bad, text, i), back = quarantined(ledger, good, said, 1000 + i);
    take(ledger, away, DELETE);
    take(ledger, away, CONFIRM);
    take(ledger, back, RESTORE);
    take(ledger, back, CONFIRM);
  }
  learn(ledger);
}

static void words_tell_only_once_enough_is_known(void **state)
{
  static const struct {
    const char *what, *subject, *text;
    guint taught;
    WordingResult want;
  } rows[] = {
    { "nothing is known", "Cheap golden watches", "bargain rolex", 0, WORDING_NOTHING },
    { "little is known", "Cheap golden watches", "bargain rolex", 49, WORDING_NOTHING },
    { "unwanted", "Cheap golden watches", "bargain rolex", 50, WORDING_BAD },
    { "unwanted by its text alone", NULL, "bargain watches rolex cheap", 50, WORDING_BAD },
    { "wanted", "Lunch meeting", "with the project", 50, WORDING_GOOD },
    { "words that nobody has seen", "Invoice attached today", "please see below", 50, WORDING_NOTHING },
    { "some of both", "Lunch meeting about cheap watches", NULL, 50, WORDING_NOTHING },
    { "one word", "watches", NULL, 50, WORDING_NOTHING },
    { "nothing came back", NULL, NULL, 50, WORDING_NOTHING },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = rig_ledger();
    teach(ledger, rows[i].taught);
    g_autoptr(Report) report = about(rows[i].subject, rows[i].text);
    g_autoptr(Facts) facts = asked(ledger, report, TRUE);
    if (facts->words.learned != rows[i].want) fail_msg("%s: %d", rows[i].what, (int)facts->words.learned);
    assert_int_equal(facts->words.weighed != NULL, rows[i].want != WORDING_NOTHING);
  }
}

/* An attacker sends a thousand bounces with the owner's own words, each a bit different, and the owner deletes them. */
static void deleted_forgeries_with_the_owners_words_leave_sent_subjects_wanted_or_silent(void **state)
{
  g_autoptr(Ledger) ledger = rig_ledger();
  for (guint i = 0; i < 200; i++) {
    g_autofree char *id = g_strdup_printf("m%u@example.org", i), *subject = g_strdup_printf("Project lunch team%u", i);
    rig_add(ledger, "home", "Sent", id, "bob@y.example", subject, RIG_NOW - DAY, RIG_NOW);
  }
  for (guint i = 1; i <= 200; i++) {
    g_autofree char *subject = g_strdup_printf("Project lunch forged%u", i);
    const gint64 id = quarantined(ledger, subject, NULL, i);
    take(ledger, id, DELETE);
    take(ledger, id, CONFIRM);
  }
  learn(ledger);
  g_autoptr(Report) report = about("Project lunch team7", NULL);
  g_autoptr(Facts) facts = asked(ledger, report, TRUE);
  assert_int_equal(facts->words.learned, WORDING_NOTHING);
}

static void words_are_weighed_for_a_strangers_report_alone(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autofree char *problem = NULL;
  g_autoptr(GPtrArray) keywords = g_ptr_array_new_with_free_func((GDestroyNotify)keyword_unref);
  g_ptr_array_add(keywords, keyword_new(KEYWORD_WORD, "watches", &problem));
  teach(ledger, 50);
  g_autoptr(Report) report = about("Cheap golden watches", "bargain rolex");
  const FactsQuery query = {
    .account = "home", .arrived = RIG_NOW, .now = RIG_NOW, .learned_words = TRUE, .keywords = keywords
  };
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, &error); /* nobody knows who handed it in */
  OK(facts != NULL);
  assert_null(facts->words.hits);
  assert_int_equal(facts->words.learned, WORDING_NOTHING);
  assert_non_null(facts->words.hashes);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_the_owner_did_is_learned_once_and_nothing_else_is),
    cmocka_unit_test(what_is_taken_back_is_unlearned),
    cmocka_unit_test(the_same_words_teach_once),
    cmocka_unit_test(subjects_of_sent_mail_are_learned_once),
    cmocka_unit_test(the_table_of_words_is_bounded),
    cmocka_unit_test(where_nobody_asked_for_it_no_word_is_noted),
    cmocka_unit_test(no_word_is_kept_as_text),
    cmocka_unit_test(words_tell_only_once_enough_is_known),
    cmocka_unit_test(deleted_forgeries_with_the_owners_words_leave_sent_subjects_wanted_or_silent),
    cmocka_unit_test(words_are_weighed_for_a_strangers_report_alone),
  };
  filter_init();
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
