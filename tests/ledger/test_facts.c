/* test_facts.c - the facts about a report
 * Owns:     a ledger in memory.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/facts.c ledger/facts_fit.c ledger/facts_owner.c ledger/facts_people.c
 *           ledger/newsender.c */
#include "ledger/configure.h"
#include "ledger/db.h"
#include "tests/rigs/facts_rig.h"

#define APART ((gint64)36 * 3600) /* how far two dates of one message may lie apart */

/* date: of the original, seconds before RIG_NOW, 0: not shown. written: seconds before RIG_NOW. Want: NULL or 0 is
 * nothing. */
static const struct {
  const char *ids, *refer_backs, *tokens, *recipients, *subject;
  gint64 date;
  const char *id, *refer_back, *token, *fit, *written_to;
  gint64 written;
} reports[] = {
  { "plain@me", NULL, NULL, NULL, NULL, 0, "plain@me" },
  { "alias@me", NULL, NULL, NULL, NULL, 0, "alias@me" },
  { "foreign@x;work@me;plain@me", NULL, NULL, NULL, NULL, 0, "work@me" },
  { "PLAIN@me", NULL, NULL, NULL, NULL, 0 },
  { NULL, "x@y;plain@me", NULL, NULL, NULL, 0, NULL, "plain@me" },
  { NULL, NULL, "x@y;alias@me", NULL, NULL, 0, NULL, NULL, "alias@me" },
  { "older@me", "plain@me", "alias@me", NULL, NULL, 0, "older@me", "plain@me", "alias@me" },
  /* fit: recipient, subject and time */
  { NULL, NULL, NULL, "bob@there.example", "Re: minutes of MONDAY", 0, NULL, NULL, NULL, "bob@there.example",
    "bob@there.example", 2 * DAY },
  { NULL, NULL, NULL, "x@y.example;eve@there.example", "Minutes of Monday", 0, NULL, NULL, NULL, "eve@there.example",
    "eve@there.example", 2 * DAY },
  { NULL, NULL, NULL, "bob@there.example", "Minutes of Tuesday", 0, NULL, NULL, NULL, NULL, "bob@there.example",
    2 * DAY },
  { NULL, NULL, NULL, "bob@there.example", NULL, 0, NULL, NULL, NULL, NULL, "bob@there.example", 2 * DAY },
  { NULL, NULL, NULL, "ben@there.example", "Minutes of Monday", 0 },
  { NULL, NULL, NULL, "boss@work.example", "grüße", 0, NULL, NULL, NULL, "boss@work.example", "boss@work.example",
    3 * DAY },
  { NULL, NULL, NULL, "tom@there.example", "Fortnight", 0, NULL, NULL, NULL, "tom@there.example", "tom@there.example",
    14 * DAY },
  { NULL, NULL, NULL, "tim@there.example", "Late", 0, NULL, NULL, NULL, NULL, "tim@there.example", 14 * DAY + 1 },
  { NULL, NULL, NULL, "ann@there.example", "Tomorrow", 0, NULL, NULL, NULL, "ann@there.example", "ann@there.example",
    -DAY },
  { NULL, NULL, NULL, "amy@there.example", "Tomorrow", 0 },
  { NULL, NULL, NULL, "nosubject@there.example", NULL, 0, NULL, NULL, NULL, NULL, "nosubject@there.example", DAY },
  { NULL, NULL, NULL, "re@there.example", "Re:", 0, NULL, NULL, NULL, NULL, "re@there.example", DAY },
  /* and the Date that the original shows */
  { NULL, NULL, NULL, "bob@there.example", "Minutes of Monday", 2 * DAY + APART, NULL, NULL, NULL, "bob@there.example",
    "bob@there.example", 2 * DAY },
  { NULL, NULL, NULL, "bob@there.example", "Minutes of Monday", 2 * DAY + APART + 1, NULL, NULL, NULL, NULL,
    "bob@there.example", 2 * DAY },
  /* however long ago that is */
  { NULL, NULL, NULL, "bob@there.example", "Minutes of Monday", 30 * DAY, NULL, NULL, NULL, "bob@there.example",
    "bob@there.example", 2 * DAY },
  { NULL, NULL, NULL, "bob@there.example", "Minutes of Monday", -2 * DAY, NULL, NULL, NULL, "bob@there.example",
    "bob@there.example", 2 * DAY },
  /* written to: the most recent */
  { NULL, NULL, NULL, "tim@there.example;tom@there.example;x@y.example", NULL, 0, NULL, NULL, NULL, NULL,
    "tom@there.example", 14 * DAY },
};

static void facts_name_what_answers_a_report(void **state)
{
  g_autoptr(Ledger) ledger = rig_facts_ledger();
  for (guint i = 0; i < G_N_ELEMENTS(reports); i++) {
    GError *error = NULL;
    g_autoptr(Report) report = rig_report(reports[i].ids, reports[i].recipients, reports[i].subject);
    rig_fill(report->refer_backs, reports[i].refer_backs);
    rig_fill(report->tokens, reports[i].tokens);
    report->original.date = reports[i].date != 0 ? RIG_NOW - reports[i].date : 0;
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
    OK(facts != NULL);
    rig_assert_word(i, "id", facts->id.shown, reports[i].id);
    rig_assert_word(i, "refer_back", facts->refer_back.shown, reports[i].refer_back);
    rig_assert_word(i, "token", facts->token.shown, reports[i].token);
    rig_assert_word(i, "fit", facts->fit.shown, reports[i].fit);
    rig_assert_word(i, "written_to", facts->written_to, reports[i].written_to);
    if (facts->written_to != NULL && facts->written != RIG_NOW - reports[i].written)
      fail_msg("row %u: written %d", i, (int)facts->written);
    assert_int_equal(facts->automatic, facts->written_to != NULL);
    assert_int_equal(facts->id.sent != NULL, facts->id.shown != NULL);
    assert_int_equal(facts->refer_back.sent != NULL, facts->refer_back.shown != NULL);
    assert_int_equal(facts->token.sent != NULL, facts->token.shown != NULL);
    assert_int_equal(facts->fit.sent != NULL, facts->fit.shown != NULL);
    assert_false(facts->waited);
  }
}

static void a_fact_tells_of_the_sent_message(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_facts_ledger();
  g_autoptr(Report) report = rig_report("alias@me", "boss@work.example", "Grüße");
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
  OK(facts != NULL);
  assert_int_equal(facts->id.sent->date, RIG_NOW - 2 * DAY);
  assert_string_equal(facts->id.sent->subject, "Minutes of Monday");
  assert_string_equal(facts->id.sent->account, "home");
  assert_string_equal(facts->id.sent->folder, "Sent");
  assert_int_equal(facts->id.sent->recipients, 2);
  assert_string_equal(facts->fit.sent->account, "work");
  assert_string_equal(facts->fit.sent->folder, "Gesendet");
}

static void what_a_report_shows_in_several_ways_tells_the_same_of_the_message(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  rig_add(ledger, "home", "Sent", "a@me", "bob@there.example", "Lunch on Friday", RIG_NOW - 2 * DAY, RIG_NOW);
  for (guint before = 0; before < 2; before++) {
    g_autoptr(Report) report = rig_report("a@me", "bob@there.example", "Lunch on Friday");
    rig_fill(report->refer_backs, "a@me");
    rig_fill(report->tokens, "a@me");
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
    OK(facts != NULL);
    const Found *const all[] = { &facts->id, &facts->refer_back, &facts->token, &facts->fit };
    for (guint i = 0; i < G_N_ELEMENTS(all); i++) {
      assert_string_equal(all[i]->shown, i < 3 ? "a@me" : "bob@there.example");
      assert_int_equal(all[i]->sent->row, facts->id.sent->row);
      assert_int_equal(all[i]->sent->date, RIG_NOW - 2 * DAY);
      assert_string_equal(all[i]->sent->subject, "Lunch on Friday");
      assert_string_equal(all[i]->sent->account, "home");
      assert_string_equal(all[i]->sent->folder, "Sent");
      assert_int_equal(all[i]->sent->recipients, 1);
      assert_int_equal(all[i]->sent->reports, before);
    }
    g_autoptr(Entry) entry = rig_entry("home", report, facts, VERDICT_GENUINE, MOVE_KEPT, before + 1);
    rig_record(ledger, entry);
  }
}

static void add_own(Ledger *ledger, const char *entries)
{
  GError *error = NULL;
  g_auto(GStrv) parts = g_strsplit(entries != NULL ? entries : "", ";", -1);
  for (char **part = parts; *part != NULL; part++)
    if (**part != '\0')
      OK(newsender_add(ledger,
                       **part == '+'   ? NEWSENDER_ALLOW
                       : **part == '-' ? NEWSENDER_DENY
                                       : NEWSENDER_EXCLUDE,
                       *part + 1, &error));
}

static void assert_fit(Ledger *ledger, const char *row, Report *report, const char *fit, gboolean answered)
{
  GError *error = NULL;
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
  OK(facts != NULL);
  if (g_strcmp0(facts->fit.shown, fit) != 0) fail_msg("%s: fit is %s", row, facts->fit.shown);
  if (facts->fit_answered != answered) fail_msg("%s: fits_answered is %d", row, facts->fit_answered);
}

/* The sender must be the same, where both sides name one. */
static void a_fit_wants_the_same_sender_where_both_sides_name_one(void **state)
{
  static const struct {
    const char *sent_by, *shown, *fit;
  } rows[] = {
    { "me@here.example", "me@here.example", "zoe@there.example" },
    { "me@here.example", "you@here.example", NULL },
    { "me@here.example", NULL, "zoe@there.example" },
    { NULL, "you@here.example", "zoe@there.example" },
    { "me@here.example", "bounce-7@lists.example;me@here.example", "zoe@there.example" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    FolderMark mark = { .validity = 1, .next = 2, .synced = RIG_NOW };
    g_autoptr(Ledger) ledger = rig_ledger();
    g_autoptr(SentMessage) message = rig_sent("zoe@me", "zoe@there.example", "Zebra", RIG_NOW - DAY);
    message->sender = g_strdup(rows[i].sent_by);
    const SentRow row = { 1, RIG_NOW - DAY, message };
    OK(sent_add(ledger, "home", "Sent", &row, 1, &mark, &error));
    g_autoptr(Report) report = rig_report(NULL, "zoe@there.example", "Zebra");
    rig_fill(report->original.senders, rows[i].shown);
    g_autofree char *name = g_strdup_printf("row %u", i);
    assert_fit(ledger, name, report, rows[i].fit, FALSE);
  }
}

/* An address from which the owner never sent mail; not said where no sender of the owner's is known, or where something
 * speaks for the owner. */
static void a_sender_from_whom_no_mail_was_ever_sent_is_told(void **state)
{
  static const struct {
    const char *sent_by, *ids, *shown, *stranger;
  } rows[] = {
    { "me@here.example", NULL, "q7x@here.example", "q7x@here.example" },
    { "me@here.example", NULL, "q7x@here.example;me@here.example", NULL },
    { "me@here.example", NULL, "me@here.example", NULL },
    { "me@here.example", NULL, NULL, NULL },
    { "me@here.example", "zoe@me", "q7x@here.example", NULL },
    { NULL, NULL, "q7x@here.example", NULL },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    FolderMark mark = { .validity = 1, .next = 2, .synced = RIG_NOW };
    g_autoptr(Ledger) ledger = rig_ledger();
    g_autoptr(SentMessage) message = rig_sent("zoe@me", "zoe@there.example", "Zebra", RIG_NOW - DAY);
    message->sender = g_strdup(rows[i].sent_by);
    const SentRow row = { 1, RIG_NOW - DAY, message };
    OK(sent_add(ledger, "home", "Sent", &row, 1, &mark, &error));
    g_autoptr(Report) report = rig_report(rows[i].ids, "victim@there.example", "Pills");
    rig_fill(report->original.senders, rows[i].shown);
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
    OK(facts != NULL);
    rig_assert_word(i, "stranger", facts->stranger, rows[i].stranger);
  }
}

/* A message that was answered under its own id kept that id on its way to that recipient, and to no other one. */
static void a_message_answered_under_its_own_id_kept_it_on_the_way_to_that_recipient(void **state)
{
  g_autoptr(Ledger) ledger = rig_facts_ledger();
  g_autoptr(Report) other = rig_report("foreign@x", "bob@there.example", "Minutes of Monday");
  g_autoptr(Report) bare = rig_report(NULL, "bob@there.example", "Minutes of Monday");
  g_autoptr(Report) of_eve = rig_report("plain@me", "eve@there.example", NULL);
  g_autoptr(Report) of_bob = rig_report("plain@me", "bob@there.example", NULL);
  assert_fit(ledger, "before", other, "bob@there.example", FALSE);
  rig_facts_record(ledger, of_eve, VERDICT_GENUINE, 1);
  assert_fit(ledger, "after one about eve", other, "bob@there.example", FALSE);
  rig_facts_record(ledger, of_bob, VERDICT_GENUINE, 2);
  assert_fit(ledger, "after one about bob", other, "bob@there.example", TRUE);
  assert_fit(ledger, "without an id", bare, "bob@there.example", FALSE);
}

/* Whom the original names counts like the failed recipient, which may be the name behind an alias. */
static void whom_the_original_names_counts_like_the_failed_recipient(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_facts_ledger();
  g_autoptr(Report) report = rig_report(NULL, "u1234@hosted.example", "Minutes of Monday");
  rig_fill(report->original.recipients, "bob@there.example");
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
  OK(facts != NULL);
  assert_string_equal(facts->fit.shown, "bob@there.example");
  assert_null(facts->written_to); /* not to the one that failed */
  assert_null(facts->other);      /* the message that fits tells more */
  g_free(report->original.subject);
  report->original.subject = g_strdup("[list] Minutes");
  g_autoptr(Facts) retitled = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
  OK(retitled != NULL);
  assert_null(retitled->fit.shown);
  assert_string_equal(retitled->other, "bob@there.example");
  assert_int_equal(retitled->other_how, OTHER_RECIPIENT);
}

/* Somebody else at the failed recipient's domain, in the fortnight before. */
static void somebody_else_at_the_domain_counts_for_a_fortnight(void **state)
{
  static const struct {
    const char *ids, *recipients, *exclude, *neighbour;
  } rows[] = {
    { NULL, "robert@there.example", NULL, "bob@there.example" },
    { NULL, "robert@elsewhere.example", NULL, NULL },
    { NULL, "robert@work.example", NULL, "boss@work.example" },
    { NULL, "robert@work.example", "~boss@work.example", NULL },
    { NULL, "bob@there.example", NULL, NULL },           /* written to himself */
    { "foreign@x", "robert@there.example", NULL, NULL }, /* an id tells more */
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = rig_ledger();
    rig_add(ledger, "home", "Sent", "a@me", "bob@there.example", "One", RIG_NOW - 2 * DAY, RIG_NOW);
    rig_add(ledger, "home", "Sent", "b@me", "tim@there.example", "Two", RIG_NOW - 20 * DAY, RIG_NOW);
    rig_add(ledger, "home", "Sent", "c@me", "boss@work.example", "Three", RIG_NOW - 13 * DAY, RIG_NOW);
    rig_add(ledger, "home", "Sent", "d@me", "old@elsewhere.example", "Four", RIG_NOW - 20 * DAY, RIG_NOW);
    add_own(ledger, rows[i].exclude);
    g_autoptr(Report) report = rig_report(rows[i].ids, rows[i].recipients, NULL);
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
    OK(facts != NULL);
    rig_assert_word(i, "neighbour", facts->other, rows[i].neighbour);
  }
}

/* Reports that were matched before: by any alias, of failure for one of failure, of other kinds for the others. */
static void earlier_matches_of_a_message_are_counted_by_its_aliases_and_the_kind_of_report(void **state)
{
  static const struct {
    const char *id;
    ReportKind kind;
    guint before; /* reports known when it comes */
  } steps[] = {
    { "plain@me", REPORT_DSN_FAILED, 0 }, { "alias@me", REPORT_BOUNCE, 1 },     { "plain@me", REPORT_DSN_DELAYED, 0 },
    { "plain@me", REPORT_AUTO_REPLY, 1 }, { "older@me", REPORT_DSN_FAILED, 0 }, { "foreign@x", REPORT_DSN_FAILED, 0 },
    { "alias@me", REPORT_DSN_FAILED, 2 }, { "alias@me", REPORT_DSN_FAILED, 3 }, { "older@me", REPORT_DSN_FAILED, 1 },
  };
  g_autoptr(Ledger) ledger = rig_facts_ledger();
  for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
    GError *error = NULL;
    g_autoptr(Report) report = rig_report(steps[i].id, "bob@there.example", NULL);
    report->kind = steps[i].kind;
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
    OK(facts != NULL);
    guint before = facts->id.sent != NULL ? facts->id.sent->reports : 0;
    if (before != steps[i].before) fail_msg("step %u: %u reports", i, before);
    g_autoptr(Entry) entry = rig_entry("home", report, facts, VERDICT_GENUINE, MOVE_KEPT, i + 1);
    gint64 id = rig_record(ledger, entry);
    entry->id = 0; /* told twice, counted once */
    assert_int_equal(rig_record(ledger, entry), id);
  }
}

/* own entries: '+' allow, '-' deny, '~' exclude before the text. */
static const struct {
  const char *entries, *recipients, *reporter; /* the domain of Reporting-MTA */
  OwnWord own;
  const char *entry, *matched;
  const char *from; /* NULL: mailer-daemon@mx.reporter.example */
} words[] = {
  { NULL, "bob@there.example", "mx.there.example", OWN_NONE },
  { "+bob@there.example", "bob@there.example", NULL, OWN_ALLOW, "bob@there.example", "bob@there.example" },
  { "+bob@there.example", "rob@there.example", NULL, OWN_NONE },
  { "-@there.example", "bob@there.example", NULL, OWN_DENY, "@there.example", "bob@there.example" },
  { "-@there.example", "bob@deep.down.there.example", NULL, OWN_DENY, "@there.example", "bob@deep.down.there.example" },
  { "-@there.example", "bob@nothere.example", NULL, OWN_NONE },
  { "-@there.example", "bob@there.example.org", NULL, OWN_NONE },
  { "-@there.example;+bob@there.example", "bob@there.example", NULL, OWN_ALLOW, "bob@there.example",
    "bob@there.example" },
  { "+@example;-@there.example", "bob@there.example", NULL, OWN_DENY, "@there.example", "bob@there.example" },
  { "-@example;+@there.example", "bob@there.example", NULL, OWN_ALLOW, "@there.example", "bob@there.example" },
  { "+@reporter.example", "bob@there.example", "mx.reporter.example", OWN_ALLOW, "@reporter.example",
    "mx.reporter.example" },
  { "+@reporter.example;-bob@there.example", "bob@there.example", "mx.reporter.example", OWN_DENY, "bob@there.example",
    "bob@there.example" },
  { "+bob@there.example;-eve@there.example", "bob@there.example;eve@there.example", NULL, OWN_DENY, "eve@there.example",
    "eve@there.example" },
  { "-bob@there.example;+eve@there.example", "bob@there.example;eve@there.example", NULL, OWN_DENY, "bob@there.example",
    "bob@there.example" },
  { "~bob@there.example", "bob@there.example", NULL, OWN_NONE },
  { "-@there.example", "bob", NULL, OWN_NONE },
  /* From and Reporting-MTA must agree */
  { "+@reporter.example", NULL, "mx.elsewhere.example", OWN_NONE },
  { "+@elsewhere.example", NULL, "mx.elsewhere.example", OWN_NONE },
  { "-@reporter.example", NULL, "mx.elsewhere.example", OWN_NONE },
  { "-@elsewhere.example", NULL, "mx.elsewhere.example", OWN_NONE },
  { "+@reporter.example", NULL, "reporter.example", OWN_ALLOW, "@reporter.example", "mx.reporter.example" },
  { "+@mx.reporter.example", NULL, "other.reporter.example", OWN_NONE },
  { "+@reporter.example", NULL, "notreporter.example", OWN_NONE },
  { "+@example", NULL, "mx.elsewhere.example", OWN_ALLOW, "@example", "mx.reporter.example" },
  { "+@elsewhere.example", NULL, "mx.elsewhere.example", OWN_NONE, NULL, NULL, "mailer-daemon" },
  { "-@elsewhere.example", NULL, "mx.elsewhere.example", OWN_DENY, "@elsewhere.example", "mx.elsewhere.example",
    "mailer-daemon" },
  { "-@elsewhere.example", NULL, NULL, OWN_NONE, NULL, NULL, "mailer-daemon" },
};

static void an_own_entry_decides_by_recipient_or_reporter(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = rig_ledger();
    add_own(ledger, words[i].entries);
    g_autoptr(Report) report = rig_report(NULL, words[i].recipients, NULL);
    g_free(report->reporter_domain);
    report->reporter_domain = g_strdup(words[i].reporter);
    if (words[i].from != NULL) {
      g_free(report->reporter);
      report->reporter = g_strdup(words[i].from);
    }
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
    OK(facts != NULL);
    if (facts->own != words[i].own) fail_msg("row %u: %d", i, (int)facts->own);
    rig_assert_word(i, "entry", facts->own_entry, words[i].entry);
    rig_assert_word(i, "matched", facts->own_matched, words[i].matched);
  }
}

static void an_address_that_is_excluded_was_written_to_but_is_no_automatic_entry(void **state)
{
  static const struct {
    const char *entries, *recipients, *written_to;
    gboolean automatic;
  } rows[] = {
    { NULL, "bob@there.example", "bob@there.example", TRUE },
    { "~bob@there.example", "bob@there.example", "bob@there.example", FALSE },
    { "~@there.example", "bob@there.example", "bob@there.example", FALSE },
    { "~@example", "bob@there.example", "bob@there.example", FALSE },
    { "~@here.example", "bob@there.example", "bob@there.example", TRUE },
    /* one that is not excluded is better, though it was written to before */
    { "~bob@there.example", "bob@there.example;tim@there.example", "tim@there.example", TRUE },
    { "~bob@there.example", "tim@there.example;bob@there.example", "tim@there.example", TRUE },
    { "~@there.example", "tim@there.example;bob@there.example", "bob@there.example", FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = rig_facts_ledger();
    add_own(ledger, rows[i].entries);
    g_autoptr(Report) report = rig_report(NULL, rows[i].recipients, NULL);
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
    OK(facts != NULL);
    rig_assert_word(i, "written_to", facts->written_to, rows[i].written_to);
    if (facts->automatic != rows[i].automatic) fail_msg("row %u: automatic %d", i, facts->automatic);
  }
}

static void facts_from_a_broken_ledger_are_an_error_and_leave_no_transaction(void **state)
{
  static const char *const tables[] = { "sent_id", "sent_to", "newsender", "folder" };
  for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = rig_facts_ledger();
    g_autofree char *sql = g_strdup_printf("PRAGMA foreign_keys = OFF; ALTER TABLE %s RENAME TO gone", tables[i]);
    OK(db_exec(ledger, sql, &error));
    g_autoptr(Report) report = rig_report("plain@me", "bob@there.example", "Minutes of Monday");
    FAILS(ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error) != NULL, LEDGER_ERROR_IO);
    OK(account_set_state(ledger, "home", ACCOUNT_RETRYING, NULL, 0, &error)); /* no transaction is left open */
    OK(db_begin(ledger, &error));
    OK(db_end(ledger, TRUE, &error));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(facts_name_what_answers_a_report),
    cmocka_unit_test(a_fact_tells_of_the_sent_message),
    cmocka_unit_test(what_a_report_shows_in_several_ways_tells_the_same_of_the_message),
    cmocka_unit_test(a_fit_wants_the_same_sender_where_both_sides_name_one),
    cmocka_unit_test(a_sender_from_whom_no_mail_was_ever_sent_is_told),
    cmocka_unit_test(a_message_answered_under_its_own_id_kept_it_on_the_way_to_that_recipient),
    cmocka_unit_test(whom_the_original_names_counts_like_the_failed_recipient),
    cmocka_unit_test(somebody_else_at_the_domain_counts_for_a_fortnight),
    cmocka_unit_test(earlier_matches_of_a_message_are_counted_by_its_aliases_and_the_kind_of_report),
    cmocka_unit_test(an_own_entry_decides_by_recipient_or_reporter),
    cmocka_unit_test(an_address_that_is_excluded_was_written_to_but_is_no_automatic_entry),
    cmocka_unit_test(facts_from_a_broken_ledger_are_an_error_and_leave_no_transaction),
  };
  return cmocka_run_group_tests_name("ledger_query", tests, NULL, NULL);
}
