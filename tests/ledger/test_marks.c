/* test_marks.c - which marks of the owner's own hand the ledger finds, and how often each counts
 * Owns:     a ledger in memory.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/facts_marks.c ledger/own.c ledger/received.c ledger/entry.c ledger/journal.c ledger/heal.c */
#include "filter/chain.h"
#include "ledger/configure.h"
#include "ledger/db.h"
#include "ledger/heal.h"
#include "ledger/received.h"
#include "tests/rigs/trust_rig.h"

/* The owner lists me@example.org and *@my.example, and has sent letters from me@example.org. */
static Ledger *with_letters(void)
{
  Ledger *ledger = trust_ledger(TRUST_ME ";*@my.example", FALSE);
  trust_letters(ledger);
  return ledger;
}

/* Receives a message with this id. alone: the one address it was to; NULL: it was to others, too, or came by a list. */
static void receive(Ledger *ledger, const char *id, const char *alone, gint64 when)
{
  GError *error = NULL;
  ReceivedMessage message = { .message_id = (char *)id, .alone = (char *)alone };
  const ReceivedRow row = { when, &message };
  OK(received_add(ledger, "home", &row, 1, RIG_NOW, &error));
}

/* A forged bounce about mail of the day before. */
static Report *forged(const char *id)
{
  Report *report = rig_report(id, "victim@z.example", "Cheap watches");
  g_ptr_array_add(report->to, g_strdup(TRUST_ME));
  report->original.date = RIG_NOW - DAY;
  report->original.author = g_strdup(TRUST_ME);
  g_ptr_array_add(report->original.senders, g_strdup(TRUST_ME));
  report->original.header = report->status_part = TRUE;
  return report;
}

static Facts *facts_of(Ledger *ledger, const Report *report, gint64 arrived, const GPtrArray *pending)
{
  GError *error = NULL;
  const FactsQuery query = { .account = "home", .arrived = arrived, .now = RIG_NOW, .pending = pending };
  Facts *facts = ledger_facts(ledger, report, &query, &error);
  OK(facts != NULL);
  return facts;
}

/* The codes of the marks it bears. */
static char *borne(Ledger *ledger, const Report *report)
{
  g_autoptr(Facts) facts = facts_of(ledger, report, RIG_NOW, NULL);
  g_autoptr(GString) codes = g_string_new(NULL);
  for (guint mark = 0; mark < MARK_N; mark++)
    if (facts->marks[mark].shown != NULL)
      g_string_append_printf(codes, "%s%s", codes->len > 0 ? " " : "", mark_code((OwnMark)mark));
  return g_string_free(g_steal_pointer(&codes), FALSE);
}

static void assert_borne(guint row, Ledger *ledger, const Report *report, const char *want)
{
  g_autofree char *got = borne(ledger, report);
  if (strcmp(got, want) != 0) fail_msg("row %u: “%s”, not “%s”", row, got, want);
}

/* An answer to what the owner received alone. What anybody can read somewhere convinces nobody. */
static void an_original_that_answers_what_the_owner_received_alone_bears_a_mark(void **state)
{
  static const struct {
    const char *names, *want;
  } rows[] = {
    { "alone@friend.example", "answers-received" },
    { "archive@lists.example", "" }, /* a public archive shows it */
    { "round@friend.example", "" },  /* others received it, too */
    { "unknown@friend.example", "" },
    { "Alone@friend.example", "" },                  /* ids are compared with their case */
    { "tagged@friend.example", "answers-received" }, /* to an address that a pattern takes */
    { "elsewhere@friend.example", "" },              /* a list's address, or another person's */
    { "later@friend.example", "" },                  /* nobody answers what comes tomorrow */
    { "archive@lists.example;alone@friend.example", "answers-received" },
  };
  g_autoptr(Ledger) ledger = with_letters();
  receive(ledger, "alone@friend.example", TRUST_ME, RIG_NOW - 3 * DAY);
  receive(ledger, "archive@lists.example", NULL, RIG_NOW - 3 * DAY);
  receive(ledger, "round@friend.example", NULL, RIG_NOW - 3 * DAY);
  receive(ledger, "tagged@friend.example", "shop@my.example", RIG_NOW - 3 * DAY);
  receive(ledger, "elsewhere@friend.example", "club@lists.example", RIG_NOW - 3 * DAY);
  receive(ledger, "later@friend.example", TRUST_ME, RIG_NOW + DAY / 2 + DAY / 4);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Report) report = forged("spam@bot.example");
    rig_fill(report->original.answered, rows[i].names);
    assert_borne(i, ledger, report, rows[i].want);
  }
}

/* With "*" every list's address would be the owner's. */
static void where_all_addresses_are_listed_those_that_are_sent_from_count(void **state)
{
  g_autoptr(Ledger) ledger = trust_ledger("*", FALSE);
  trust_letters(ledger);
  receive(ledger, "alone@friend.example", TRUST_ME, RIG_NOW - 3 * DAY);
  receive(ledger, "list@lists.example", "club@lists.example", RIG_NOW - 3 * DAY);
  g_autoptr(Report) answer = forged("spam@bot.example"), list = forged("spam@bot.example");
  rig_fill(answer->original.answered, "alone@friend.example");
  rig_fill(list->original.answered, "list@lists.example");
  assert_borne(0, ledger, answer, "answers-received");
  assert_borne(1, ledger, list, "");
}

/* What a report's original says of itself. */
static void an_original_is_asked_for_every_mark(void **state)
{
  enum { AUTOMATIC = 1, SCHEDULED = 2 };
  static const struct {
    const char *id, *author, *resender;
    int says;
    const char *want;
  } rows[] = {
    { "spam@bot.example", TRUST_ME, NULL, 0, "" },
    { "got@friend.example", "carl@friend.example", NULL, 0, "redirected" },
    { "spam@bot.example", "carl@friend.example", TRUST_ME, 0, "redirected" },
    { "spam@bot.example", "carl@friend.example", "me+list@example.org", 0, "redirected" },
    { "spam@bot.example", "carl@friend.example", "carl@friend.example", 0, "" },
    { "spam@bot.example", "carl@friend.example", "q7x@my.example", 0, "" }, /* anybody can make up one of these */
    { "spam@bot.example", TRUST_ME, NULL, AUTOMATIC, "own-automatic" },
    { "spam@bot.example", "shop@friend.example", NULL, AUTOMATIC, "" }, /* forged on the envelope alone */
    { "spam@bot.example", "q7x@my.example", NULL, AUTOMATIC, "" },
    { "spam@bot.example", NULL, NULL, AUTOMATIC | SCHEDULED, "" },
    { "spam@bot.example", "root@my.example", NULL, SCHEDULED, "own-automatic" },
    { "spam@bot.example", "daemon@host.my.example", NULL, SCHEDULED, "own-automatic" },
    { "spam@bot.example", "root@friend.example", NULL, SCHEDULED, "" },
    { "spam@bot.example", "root@not-my.example", NULL, SCHEDULED, "" },
    { "spam@bot.example", "q7x@my.example", NULL, SCHEDULED, "" },
  };
  g_autoptr(Ledger) ledger = with_letters();
  receive(ledger, "got@friend.example", NULL, RIG_NOW - 3 * DAY);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Report) report = forged(rows[i].id);
    Original *original = &report->original;
    g_free(original->author);
    original->author = g_strdup(rows[i].author);
    rig_fill(original->resenders, rows[i].resender);
    original->automatic = (rows[i].says & AUTOMATIC) != 0;
    original->scheduled = (rows[i].says & SCHEDULED) != 0;
    assert_borne(i, ledger, report, rows[i].want);
  }
}

/* A signer signs for its own domain and for what lies below it. Where an account lists every address, a domain is known
 * only by what was sent from it: that speaks for the report, and is no mark. */
static void a_domain_that_says_it_signed_is_a_mark_where_it_is_listed(void **state)
{
  static const struct {
    const char *addresses, *claim, *mark, *speaks;
  } rows[] = {
    { TRUST_ME ";*@my.example", "example.org", "example.org", NULL },
    { TRUST_ME ";*@my.example", "my.example", "my.example", NULL },
    { TRUST_ME ";*@my.example", "bot.example", NULL, NULL },
    { TRUST_ME ";*@my.example", "mail.example.org", NULL, NULL }, /* signs for itself alone */
    { TRUST_ME ";*@my.example", "ample.org", NULL, NULL },
    { TRUST_ME ";*@my.example", NULL, NULL, NULL },
    { "*", "example.org", NULL, "example.org" },
    { "*", "bot.example", NULL, NULL },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = trust_ledger(rows[i].addresses, FALSE);
    trust_letters(ledger);
    g_autoptr(Report) report = forged("spam@bot.example");
    rig_fill(report->original.signers, rows[i].claim);
    g_autoptr(Facts) facts = facts_of(ledger, report, RIG_NOW, NULL);
    rig_assert_word(i, "mark", facts->marks[MARK_CLAIMED].shown, rows[i].mark);
    rig_assert_word(i, "speaks", facts->claimed, rows[i].speaks);
  }
}

/* Of what answers sent mail, no mark is asked: it would only use up what other reports may need. */
static void what_answers_sent_mail_is_asked_for_no_mark(void **state)
{
  g_autoptr(Ledger) ledger = with_letters();
  g_autoptr(Report) report = forged("s1@" TRUST_SIDE);
  report->original.automatic = TRUE;
  assert_borne(0, ledger, report, "");
}

static Entry *judge(Ledger *ledger, const Report *report, gint64 arrived, guint32 uid, GPtrArray *pending,
                    VerdictCode *code)
{
  const Policy policy = POLICY_DEFAULT(RIG_NOW);
  g_autoptr(Facts) facts = facts_of(ledger, report, arrived, pending);
  facts->waited = TRUE;
  g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
  g_autofree char *text = g_strdup_printf("message %u", uid);
  g_autoptr(GBytes) head = g_bytes_new(text, strlen(text));
  Entry *entry =
      entry_new("home", report, facts, verdict, verdict->code == VERDICT_BACKSCATTER ? MOVE_Q_INTENT : MOVE_KEPT);
  fingerprint_init(&entry->fingerprint, "report@mx.example", strlen(text), head);
  entry->arrived = arrived;
  entry->judged = RIG_NOW;
  place_set(&entry->home, "INBOX", 7, uid);
  if (entry->state == MOVE_Q_INTENT) place_set(&entry->away, "Backscatter", 3, 0);
  *code = verdict->code;
  return entry;
}

/* A flood of reports that bear a mark: five a week, whether they come together or one by one; then coverage decides.
 * Each mark has a count of its own, and another week another five. */
static void five_a_week_of_each_mark_stay_and_the_others_are_moved(void **state)
{
  static const struct {
    gboolean together;
    gint64 apart; /* seconds between two of them */
    guint n, stay;
  } rows[] = { { TRUE, 0, 12, 5 }, { FALSE, 0, 12, 5 }, { FALSE, DAY, 14, 10 }, { TRUE, DAY, 14, 10 } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = with_letters();
    g_autoptr(GPtrArray) batch = g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
    guint stay = 0;
    for (guint uid = 1; uid <= rows[i].n; uid++) {
      VerdictCode code = VERDICT_PASS;
      g_autofree char *id = g_strdup_printf("spam%u@bot.example", uid);
      g_autoptr(Report) report = forged(id);
      report->original.automatic = TRUE;
      report->original.date = 0;
      Entry *entry = judge(ledger, report, RIG_NOW - 20 * DAY + uid * rows[i].apart, uid, batch, &code);
      stay += code == VERDICT_UNSURE;
      if (rows[i].together) {
        g_ptr_array_add(batch, entry);
        continue;
      }
      rig_record(ledger, entry);
      entry_free(entry);
    }
    if (stay != rows[i].stay) fail_msg("row %u: %u stay, not %u", i, stay, rows[i].stay);
    g_autoptr(Report) other = forged("more@bot.example");
    rig_fill(other->original.resenders, TRUST_ME);
    VerdictCode code = VERDICT_PASS;
    entry_free(judge(ledger, other, RIG_NOW - 20 * DAY, 99, batch, &code));
    assert_int_equal(code, VERDICT_UNSURE);
  }
}

/* What was moved used up nothing. */
static void what_a_mark_did_not_decide_is_not_counted(void **state)
{
  g_autoptr(Ledger) ledger = with_letters();
  for (guint uid = 1; uid <= 8; uid++) {
    VerdictCode code = VERDICT_PASS;
    g_autoptr(Report) report = forged("spam@bot.example");
    Entry *entry = judge(ledger, report, RIG_NOW, uid, NULL, &code);
    assert_int_equal(code, VERDICT_BACKSCATTER);
    rig_record(ledger, entry);
    entry_free(entry);
  }
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM entry WHERE matched_by NOT NULL"), 0);
  g_autoptr(Report) report = forged("spam@bot.example");
  report->original.automatic = TRUE;
  assert_borne(0, ledger, report, "own-automatic");
  VerdictCode code = VERDICT_PASS;
  entry_free(judge(ledger, report, RIG_NOW, 9, NULL, &code));
  assert_int_equal(code, VERDICT_UNSURE);
}

/* One that waits for its second look uses up nothing yet, and none counts against itself when it is judged again. */
static void neither_what_waits_nor_itself_counts_against_a_report(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = with_letters();
  gint64 last = 0;
  g_autoptr(Report) report = forged("spam@bot.example");
  report->original.automatic = TRUE;
  for (guint uid = 1; uid <= 8; uid++) {
    VerdictCode code = VERDICT_PASS;
    Entry *entry = judge(ledger, report, RIG_NOW, uid, NULL, &code);
    assert_int_equal(code, VERDICT_UNSURE);
    entry->state = uid <= 3 ? MOVE_WAITING : MOVE_KEPT;
    last = rig_record(ledger, entry);
    entry_free(entry);
  }
  const FactsQuery query = { .account = "home", .arrived = RIG_NOW, .now = RIG_NOW, .prior = last };
  g_autoptr(Facts) again = ledger_facts(ledger, report, &query, &error);
  OK(again != NULL);
  g_autoptr(Facts) next = facts_of(ledger, report, RIG_NOW, NULL);
  assert_int_equal(again->marks[MARK_AUTOMATIC].reports, 4);
  assert_int_equal(next->marks[MARK_AUTOMATIC].reports, 5);
}

/* A stranger who learns of a bounce in quarantine can send the letter that its original claims to answer, and bring
 * the owner to write to the failed recipient: it is told, and stays. */
static void no_quarantined_report_comes_back_by_a_mark(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = with_letters();
  VerdictCode code = VERDICT_PASS;
  g_autoptr(Report) report = forged("got@friend.example"); /* kept is what would find it redirected */
  Entry *entry = judge(ledger, report, RIG_NOW, 1, NULL, &code);
  assert_int_equal(code, VERDICT_BACKSCATTER);
  gint64 id = rig_record(ledger, entry);
  entry_free(entry);
  const Place away = { (char *)"Backscatter", 3, 1 };
  OK(journal_confirm(ledger, id, &away, &error));
  receive(ledger, "got@friend.example", TRUST_ME, RIG_NOW - DAY);
  OK(db_exec(ledger, "INSERT INTO heal_due SELECT id, 7 FROM entry", &error));
  g_auto(HealResult) result = { 0 };
  const Policy policy = POLICY_DEFAULT(RIG_NOW);
  OK(heal_run(ledger, NULL, &policy, 10, &result, &error));
  assert_int_equal(result.judged, 1);
  assert_int_equal(result.back->len, 0);
  assert_int_equal(result.told->len, 1);
}

int main(void)
{
  filter_init();
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_original_that_answers_what_the_owner_received_alone_bears_a_mark),
    cmocka_unit_test(where_all_addresses_are_listed_those_that_are_sent_from_count),
    cmocka_unit_test(an_original_is_asked_for_every_mark),
    cmocka_unit_test(a_domain_that_says_it_signed_is_a_mark_where_it_is_listed),
    cmocka_unit_test(what_answers_sent_mail_is_asked_for_no_mark),
    cmocka_unit_test(five_a_week_of_each_mark_stay_and_the_others_are_moved),
    cmocka_unit_test(what_a_mark_did_not_decide_is_not_counted),
    cmocka_unit_test(neither_what_waits_nor_itself_counts_against_a_report),
    cmocka_unit_test(no_quarantined_report_comes_back_by_a_mark),
  };
  return cmocka_run_group_tests_name("ledger_marks", tests, NULL, NULL);
}
