/* test_trust.c - what coverage claims is complete, tested, plausible and listed
 * Owns:     ledgers in memory.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/answers.c ledger/received.c ledger/sent_shape.c ledger/silence.c ledger/unlisted.c
 *           ledger/coverage.c */
#include "ledger/answers.h"
#include "ledger/configure.h"
#include "ledger/private.h"
#include "ledger/received.h"
#include "ledger/unlisted.h"
#include "tests/rigs/ledger_rig.h"

#define NOW ((gint64)1700000000)
#define ME "me@example.org"

/* One account with these addresses, whose Sent folder is known for 400 days. */
static Ledger *with_account(const char *addresses, gboolean trust_sent)
{
  GError *error = NULL;
  static const char *const sent[] = { "Sent" };
  const AccountSetup setup = { .name = (char *)"home", .addresses = (char *)addresses, .trust_sent = trust_sent };
  Ledger *ledger = ledger_open(NULL, LEDGER_MEMORY, &error);
  OK(ledger != NULL);
  OK(account_configure(ledger, &setup, 1, &error));
  FolderMark mark = { 1, 2, NOW - 400 * DAY, NOW };
  OK(folder_use_sent(ledger, "home", sent, 1, &error));
  OK(folder_mark_set(ledger, "home", "Sent", FOLDER_ROLE_SENT, &mark, &error));
  return ledger;
}

static void send(Ledger *ledger, const char *folder, const char *from, const char *id, const char *to,
                 const char *subject, gint64 date, gboolean delivered)
{
  GError *error = NULL;
  FolderMark mark = { .next = 1 };
  g_autoptr(SentMessage) message = rig_sent(id, to, subject, date);
  message->sender = g_strdup(from);
  message->delivered = delivered;
  const SentRow row = { 1, date, message };
  OK(folder_mark_get(ledger, "home", folder, FOLDER_ROLE_SENT, &mark, &error));
  mark.validity = 1;
  mark.synced = NOW;
  OK(sent_add(ledger, "home", folder, &row, 1, &mark, &error));
}

/* A letter to each of ten friends every ten days, s<day>@mail.my.example, so that the ledger knows whom the owner
 * writes to and with which ids. */
static void write_letters(Ledger *ledger)
{
  for (guint day = 1; day <= 399; day += 2) {
    g_autofree char *id = g_strdup_printf("s%u@mail.my.example", day);
    g_autofree char *to = g_strdup_printf("friend%u@y.example", day / 2 % 10);
    g_autofree char *subject = g_strdup_printf("Letter %u", day);
    send(ledger, "Sent", ME, id, to, subject, NOW - day * DAY, FALSE);
  }
}

typedef struct {
  const char *from, *to, *names, *subject;
  gboolean by_list, by_machine;
  gint64 ago; /* days */
} Answer;

static void answer(Ledger *ledger, const Answer *one)
{
  GError *error = NULL;
  ReceivedMessage message = { .answers = g_ptr_array_new_with_free_func(g_free),
                              .recipients = g_ptr_array_new_with_free_func(g_free),
                              .sender = (char *)one->from,
                              .subject = (char *)one->subject,
                              .by_list = one->by_list,
                              .by_machine = one->by_machine };
  g_auto(GStrv) to = g_strsplit(one->to, ";", -1);
  for (char **part = to; *part != NULL; part++) g_ptr_array_add(message.recipients, g_strdup(*part));
  g_ptr_array_add(message.answers, g_strdup(one->names));
  const ReceivedRow row = { NOW - one->ago * DAY, &message };
  OK(received_add(ledger, "home", &row, 1, NOW, &error));
  g_ptr_array_unref(message.answers);
  g_ptr_array_unref(message.recipients);
}

/* "@evil.example" is another person each time. */
static char *spread(const char *from, guint i)
{
  return from[0] == '@' ? g_strdup_printf("spam%u%s", i, from) : g_strdup(from);
}

/* One a week from each friend; the number of them that name a message which the ledger has not. */
static void answers(Ledger *ledger, guint n, guint missing, const char *side, const Answer *model)
{
  for (guint i = 0; i < n; i++) {
    gboolean lost = i < missing;
    g_autofree char *from =
        model != NULL && model->from != NULL ? spread(model->from, i) : g_strdup_printf("friend%u@y.example", i % 10);
    g_autofree char *names =
        lost ? g_strdup_printf("p%u@%s", i, side) : g_strdup_printf("s%u@mail.my.example", 1 + 2 * (i % 199));
    const Answer one = { .from = from,
                         .to = model != NULL && model->to != NULL ? model->to : ME,
                         .names = names,
                         .subject = model != NULL ? model->subject : NULL,
                         .by_list = model != NULL && model->by_list,
                         .by_machine = model != NULL && model->by_machine,
                         .ago = 1 + (i / 10) * 7 + (model != NULL ? model->ago : 0) };
    answer(ledger, &one);
  }
}

static gboolean covered(Ledger *ledger, const char *address, gint64 ago, char **gap)
{
  GError *error = NULL;
  g_autoptr(Report) report = rig_report("foreign@x", "nobody@z.example", NULL);
  g_ptr_array_set_size(report->addressed, 0);
  if (address != NULL) g_ptr_array_add(report->addressed, g_strdup(address));
  const FactsQuery query = { "home", NOW - ago * DAY, NOW, 0 };
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, &error);
  OK(facts != NULL);
  if (gap != NULL) *gap = g_strdup(facts->gap);
  return facts->covered;
}

#define INVENTED "mail.my.example"

static void test_answers(void **state)
{
  static const Answer strangers = { .from = "@evil.example" }, to_many = { .to = ME ";ann@y.example" },
                      by_list = { .by_list = TRUE }, by_machine = { .by_machine = TRUE },
                      one_friend = { .from = "friend1@y.example" }, tagged = { .to = "me+shop@example.org" },
                      letter = { .subject = "Re: Letter 11" }, to_another = { .to = "info@example.org" };
  static const struct {
    const char *what;
    guint known, missing;
    const char *side;    /* right one, of the ids that the missing ones name */
    const Answer *model; /* of the missing ones */
    gboolean trust, covered;
  } rows[] = {
    { "all answers name known mail", 200, 0, INVENTED, NULL, FALSE, TRUE },
    { "a phone sent what 38 of 200 answer", 162, 38, INVENTED, NULL, FALSE, FALSE },
    { "and the owner vouches for it", 162, 38, INVENTED, NULL, TRUE, TRUE },
    { "five of a hundred", 95, 5, INVENTED, NULL, FALSE, FALSE },
    { "five of a few, and nothing else", 0, 5, INVENTED, NULL, FALSE, FALSE },
    { "four", 10, 4, INVENTED, NULL, FALSE, TRUE },
    { "40 from strangers with invented ids", 100, 40, INVENTED, &strangers, FALSE, TRUE },
    { "30 threads in which the owner is one of many", 100, 30, INVENTED, &to_many, FALSE, TRUE },
    { "40 of a list", 100, 40, INVENTED, &by_list, FALSE, TRUE },
    { "40 of machines", 100, 40, INVENTED, &by_machine, FALSE, TRUE },
    { "40 about mail of others", 100, 40, "elsewhere.example", NULL, FALSE, TRUE },
    { "40 of one friend", 100, 40, INVENTED, &one_friend, FALSE, TRUE },
    { "38 to the same mailbox with a tag", 162, 38, INVENTED, &tagged, FALSE, FALSE },
    { "40 whose ids the provider has rewritten", 100, 40, INVENTED, &letter, FALSE, TRUE },
    { "38 to another address of the owner's", 162, 38, INVENTED, &to_another, FALSE, TRUE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_autofree char *gap = NULL;
    g_autoptr(Ledger) ledger = with_account("me@example.org;me+*@example.org;info@example.org", rows[i].trust);
    write_letters(ledger);
    if (rows[i].model == &letter) /* to each of them, lately, with that subject */
      for (guint k = 0; k < 10; k++) {
        g_autofree char *to = g_strdup_printf("friend%u@y.example", k);
        g_autofree char *id = g_strdup_printf("l%u@mail.my.example", k);
        send(ledger, "Sent", ME, id, to, "Letter 11", NOW - 30 * DAY, FALSE);
      }
    answers(ledger, rows[i].known, 0, rows[i].side, NULL);
    answers(ledger, rows[i].missing, rows[i].missing, rows[i].side, rows[i].model);
    if (covered(ledger, ME, 2, &gap) != rows[i].covered) fail_msg("%s: %s", rows[i].what, gap);
    if (!rows[i].covered && strstr(gap, "answers to me@example.org") == NULL) fail_msg("%s: %s", rows[i].what, gap);
    g_autoptr(GPtrArray) tests = coverage_tests(ledger, "home", &error);
    OK(tests != NULL);
  }
}

/* From the first missing one on (and two weeks before), until long after the last. */
static void test_time_of_failure(void **state)
{
  static const struct {
    gint64 ago;
    gboolean covered;
  } rows[] = {
    { 0, TRUE }, { 32, FALSE }, { 99, FALSE }, { 130, FALSE }, { 155, FALSE }, { 157, TRUE }, { 300, TRUE }
  };
  GError *error = NULL;
  static const Answer then = { .ago = 120 };
  g_autoptr(Ledger) ledger = with_account(ME, FALSE);
  write_letters(ledger);
  answers(ledger, 100, 0, INVENTED, NULL);
  answers(ledger, 40, 40, INVENTED, &then); /* 121 to 142 days ago: mail of 156 days ago may be missing */
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    if (covered(ledger, ME, rows[i].ago, NULL) != rows[i].covered) fail_msg("%d days ago", (int)rows[i].ago);
  g_autoptr(GPtrArray) tests = coverage_tests(ledger, NULL, &error);
  OK(tests != NULL);
  assert_int_equal(tests->len, 1);
  const CoverageTest *test = tests->pdata[0];
  assert_string_equal(test->address, ME);
  assert_int_equal(test->missing, 40);
  assert_int_equal(test->known, 100);
  assert_int_equal(test->senders, 10);
  assert_int_equal(test->first, NOW - 142 * DAY);
  assert_int_equal(test->last, NOW - 121 * DAY);
  assert_true(test->failed);
}

/* A phone that is new is few among many answers of a year, and many among the recent ones. */
static void a_new_phone_is_seen_among_the_recent_answers(void **state)
{
  g_autoptr(Ledger) ledger = with_account(ME, FALSE);
  static const Answer before = { .ago = 150 };
  write_letters(ledger);
  answers(ledger, 200, 0, INVENTED, &before);
  answers(ledger, 6, 6, INVENTED, NULL);
  assert_false(covered(ledger, ME, 1, NULL));
}

/* Once the phone's folder is read, the answers to its mail are known, and coverage is whole. */
static void coverage_is_whole_again_once_the_missing_folder_is_read(void **state)
{
  g_autoptr(Ledger) ledger = with_account(ME, FALSE);
  write_letters(ledger);
  answers(ledger, 100, 0, INVENTED, NULL);
  answers(ledger, 40, 40, INVENTED, NULL);
  assert_false(covered(ledger, ME, 1, NULL));
  for (guint i = 0; i < 40; i++) {
    g_autofree char *id = g_strdup_printf("p%u@" INVENTED, i);
    send(ledger, "Sent", ME, id, "x@y.example", NULL, NOW - 100 * DAY, FALSE);
  }
  assert_true(covered(ledger, ME, 1, NULL));
}

static void test_answers_to_received_mail(void **state)
{
  GError *error = NULL;
  gboolean has = TRUE;
  g_autoptr(Ledger) ledger = with_account(ME, FALSE);
  write_letters(ledger);
  for (guint i = 0; i < 40; i++) { /* friends use the same provider, and answer what they wrote themselves */
    g_autofree char *id = g_strdup_printf("p%u@" INVENTED, i);
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    ReceivedMessage message = { .message_id = id, .answers = none, .recipients = none };
    OK(received_add(ledger, "home", &(ReceivedRow){ NOW - 2 * DAY, &message }, 1, NOW, &error));
  }
  answers(ledger, 40, 40, INVENTED, NULL);
  assert_true(covered(ledger, ME, 1, NULL));
  OK(received_has(ledger, "p1@mail.my.example", &has, &error));
  assert_true(has);
  OK(received_has(ledger, "p41@mail.my.example", &has, &error));
  assert_false(has);
}

static void received_ids_are_bounded(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = with_account(ME, FALSE);
  g_autoptr(GPtrArray) none = g_ptr_array_new();
  ReceivedMessage message = { .message_id = (char *)"a@b", .answers = none, .recipients = none };
  ReceivedMessage other = { .message_id = (char *)"c@d", .answers = none, .recipients = none };
  const ReceivedRow rows[] = {
    { NOW - 399 * DAY, &message }, { NOW - 401 * DAY, &other }, { NOW + 3 * DAY, &other }, { NOW - 399 * DAY, &message }
  };
  OK(received_add(ledger, "home", rows, G_N_ELEMENTS(rows), NOW, &error));
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM received"), 1);
  assert_int_equal(rig_number(ledger, "SELECT received FROM account"), 1);
  other.message_id = (char *)"e@f";
  OK(received_add(ledger, "home", &(ReceivedRow){ NOW + 10 * DAY, &other }, 1, NOW + 10 * DAY, &error));
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM received"), 1); /* the older one is forgotten */
  assert_int_equal(rig_number(ledger, "SELECT received FROM account"), 1);
}

/* Which mail in a folder makes coverage. */
static void test_whose_mail(void **state)
{
  static const struct {
    const char *what, *addresses;
    guint own, strange, writers, delivered; /* writers: of the strange ones; delivered: of all */
    gboolean covered;
    const char *gap;
  } rows[] = {
    { "all from the owner", ME, 10, 0, 1, 0, TRUE, NULL },
    { "half of it", ME, 10, 10, 1, 0, TRUE, NULL },
    { "mostly from another", ME, 10, 11, 1, 0, FALSE, "11 of 21 messages in “Sent” of account “home” are not from" },
    { "from others only", ME, 0, 5, 2, 0, FALSE, "5 of 5 messages in “Sent”" },
    { "all from one address that is not listed", ME, 0, 5, 1, 0, TRUE, NULL },
    { "all from one address, and received", ME, 0, 5, 1, 1, FALSE, "5 of 5 messages in “Sent”" },
    { "a pattern", "*@example.org", 10, 5, 1, 0, TRUE, NULL },
    { "any address", "*", 10, 20, 1, 0, TRUE, NULL },
    { "any address, half of it delivered", "*", 10, 10, 1, 10, TRUE, NULL },
    { "any address, most of it delivered", "*", 10, 10, 1, 11, FALSE,
      "11 of 20 messages in “Sent” of account “home” were" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *gap = NULL;
    g_autoptr(Ledger) ledger = with_account(rows[i].addresses, FALSE);
    for (guint k = 0; k < rows[i].own + rows[i].strange; k++) {
      g_autofree char *id = g_strdup_printf("%u@a", k);
      g_autofree char *other = g_strdup_printf("other%u@elsewhere.example", k % rows[i].writers);
      send(ledger, "Sent", k < rows[i].own ? ME : other, id, "x@y.example", NULL, NOW - (2 + k % 10 * 2) * DAY,
           k < rows[i].delivered);
    }
    if (covered(ledger, ME, 1, &gap) != rows[i].covered) fail_msg("%s: %s", rows[i].what, gap);
    if (rows[i].gap != NULL && strstr(gap, rows[i].gap) == NULL) fail_msg("%s: %s", rows[i].what, gap);
  }
}

/* What others wrote long ago says nothing about what the owner sent then. */
static void test_since_the_owners_first(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = with_account(ME, FALSE);
  send(ledger, "Sent", "other@elsewhere.example", "1@a", "x@y.example", NULL, NOW - 300 * DAY, FALSE);
  send(ledger, "Sent", ME, "2@a", "x@y.example", NULL, NOW - 100 * DAY, FALSE);
  g_autoptr(GPtrArray) list = coverage_list(ledger, "home", &error);
  OK(list != NULL);
  assert_int_equal(((const Coverage *)list->pdata[0])->from, NOW - 100 * DAY);
}

/* A folder that gives none is passed over where another one gives coverage, and never veils it. */
static void a_folder_without_coverage_never_veils_another(void **state)
{
  GError *error = NULL;
  static const char *const both[] = { "Archive", "Sent" }, *const inbox[] = { "Archive" };
  g_autofree char *gap = NULL;
  g_autoptr(Ledger) ledger = with_account(ME, FALSE);
  for (guint i = 0; i < 5; i++) {
    g_autofree char *id = g_strdup_printf("%u@a", i);
    g_autofree char *other = g_strdup_printf("other%u@elsewhere.example", i);
    send(ledger, "Archive", other, id, ME, NULL, NOW - i * DAY, FALSE);
  }
  OK(folder_use_sent(ledger, "home", both, 2, &error));
  assert_true(covered(ledger, ME, 1, NULL));
  OK(folder_use_sent(ledger, "home", inbox, 1, &error));
  assert_false(covered(ledger, ME, 1, &gap));
  assert_non_null(strstr(gap, "“Archive”"));
  OK(folder_use_sent(ledger, "home", both + 1, 1, &error));
  OK(folder_use_watched(ledger, "home", both + 1, 1, &error));
  g_free(g_steal_pointer(&gap));
  assert_false(covered(ledger, ME, 1, &gap));
  assert_non_null(strstr(gap, "is watched"));
}

static void test_listed(void **state)
{
  static const struct {
    const char *addresses, *address;
    gboolean covered;
  } rows[] = {
    { ME, ME, TRUE },
    { ME, "you@example.org", FALSE },
    { "*", "any@where.example", TRUE },
    { "*@example.org", ME, TRUE },
    { ME, NULL, TRUE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = with_account(rows[i].addresses, FALSE);
    if (covered(ledger, rows[i].address, 1, NULL) != rows[i].covered) fail_msg("row %u", i);
  }
}

/* A sender that no account lists may be one of any account's. */
static void a_sender_that_no_account_lists_may_be_one_of_any(void **state)
{
  static const struct {
    const char *sender;
    gboolean covered;
  } rows[] = { { NULL, TRUE }, { ME, TRUE }, { "me@work.example", FALSE }, { "forged@elsewhere.example", FALSE } };
  static const char *const sent[] = { "Sent" };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    FolderMark mark = { 1, 2, NOW - 400 * DAY, NOW };
    g_autoptr(Ledger) ledger = rig_ledger(); /* "work" has no Sent folder */
    OK(folder_use_sent(ledger, "home", sent, 1, &error));
    OK(folder_mark_set(ledger, "home", "Sent", FOLDER_ROLE_SENT, &mark, &error));
    g_autoptr(Report) report = rig_report("foreign@x", "nobody@z.example", NULL);
    if (rows[i].sender != NULL) g_ptr_array_add(report->original.senders, g_strdup(rows[i].sender));
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", NOW, NOW, 0 }, &error);
    OK(facts != NULL);
    if (facts->covered != rows[i].covered) fail_msg("row %u: %s", i, facts->gap);
  }
}

static void test_unlisted_are_counted(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = with_account(ME, FALSE);
  for (guint uid = 1; uid <= 12; uid++) {
    g_autoptr(Report) report = rig_report("foreign@x", "nobody@z.example", NULL);
    g_autofree char *to = g_strdup_printf("a%u@%s", uid, uid <= 10 ? "shop.example" : "once.example");
    g_ptr_array_set_size(report->addressed, 0);
    g_ptr_array_add(report->addressed, g_strdup(to));
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", NOW, NOW, 0 }, &error);
    OK(facts != NULL);
    assert_string_equal(facts->unlisted, to);
    for (int twice = 0; twice < 2; twice++) { /* read again after a crash: counted once */
      g_autoptr(Entry) entry = rig_entry("home", report, facts, VERDICT_UNSURE, MOVE_KEPT, uid);
      rig_record(ledger, entry);
    }
  }
  g_autoptr(GPtrArray) list = unlisted_list(ledger, UNLISTED_TELL, &error);
  OK(list != NULL);
  assert_int_equal(list->len, 1);
  assert_string_equal(((const Unlisted *)list->pdata[0])->domain, "shop.example");
  assert_int_equal(((const Unlisted *)list->pdata[0])->count, 10);
}

/* Days before NOW on which mail was sent, at an interval; and a silence in it. */
static void test_silence(void **state)
{
  static const struct {
    const char *what;
    guint every, from, to; /* a letter every so many days, but none between from and to days ago */
    gint64 ago;            /* when the report came */
    gboolean covered;
  } rows[] = {
    { "no silence", 1, 0, 0, 60, TRUE },
    { "31 days and more", 1, 80, 40, 60, FALSE },
    { "its end", 1, 80, 40, 30, FALSE },
    { "after it", 1, 80, 40, 20, TRUE },
    { "before it", 1, 80, 40, 90, TRUE },
    { "a month is none", 1, 80, 52, 60, TRUE },
    { "who writes seldom is silent often", 13, 180, 60, 90, TRUE },
    { "but not for half a year", 13, 250, 60, 90, FALSE },
    { "until now", 1, 50, 0, 1, FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *gap = NULL;
    g_autoptr(Ledger) ledger = with_account(ME, FALSE);
    for (guint day = 1; day <= 390; day += rows[i].every) {
      g_autofree char *id = g_strdup_printf("%u@a", day);
      if (day > rows[i].to && day < rows[i].from) continue;
      send(ledger, "Sent", ME, id, "x@y.example", NULL, NOW - day * DAY, FALSE);
    }
    if (covered(ledger, ME, rows[i].ago, &gap) != rows[i].covered) fail_msg("%s: %s", rows[i].what, gap);
  }
}

static void test_plausible(void **state)
{
  enum { NOTHING, FOUR, FIVE, TRUSTED, BY_ID, BY_ALLOW, BACKSCATTER, N };
  static const gboolean want[N] = { [FIVE] = TRUE, [TRUSTED] = TRUE, [BY_ID] = TRUE };
  for (guint i = 0; i < N; i++) {
    GError *error = NULL;
    gboolean plausible = !want[i];
    g_autoptr(Ledger) ledger = with_account(ME, i == TRUSTED);
    write_letters(ledger);
    if (i == FOUR || i == FIVE) answers(ledger, i == FIVE ? 5 : 4, 0, INVENTED, NULL);
    if (i == BY_ALLOW) OK(newsender_add(ledger, NEWSENDER_ALLOW, "bob@z.example", &error));
    if (i >= BY_ID) {
      g_autoptr(Report) report = rig_report(i == BY_ID ? "s1@mail.my.example" : "foreign@x", "bob@z.example", NULL);
      g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", NOW, NOW, 0 }, &error);
      OK(facts != NULL);
      g_autoptr(Entry) entry =
          rig_entry("home", report, facts, i == BACKSCATTER ? VERDICT_BACKSCATTER : VERDICT_GENUINE, MOVE_KEPT, 1);
      rig_record(ledger, entry);
    }
    OK(coverage_plausible(ledger, "home", &plausible, &error));
    if (plausible != want[i]) fail_msg("row %u", i);
  }
}

int main(void)
{
  filter_init();
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_answers),
    cmocka_unit_test(test_time_of_failure),
    cmocka_unit_test(a_new_phone_is_seen_among_the_recent_answers),
    cmocka_unit_test(coverage_is_whole_again_once_the_missing_folder_is_read),
    cmocka_unit_test(test_answers_to_received_mail),
    cmocka_unit_test(received_ids_are_bounded),
    cmocka_unit_test(test_whose_mail),
    cmocka_unit_test(test_since_the_owners_first),
    cmocka_unit_test(a_folder_without_coverage_never_veils_another),
    cmocka_unit_test(test_listed),
    cmocka_unit_test(a_sender_that_no_account_lists_may_be_one_of_any),
    cmocka_unit_test(test_unlisted_are_counted),
    cmocka_unit_test(test_silence),
    cmocka_unit_test(test_plausible),
  };
  return cmocka_run_group_tests_name("ledger_trust", tests, NULL, NULL);
}
