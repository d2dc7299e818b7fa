/* test_facts_weak.c - what ids, addresses and names say when they say little: facts that clear with a cap or not at all
 * Owns:     a ledger in memory.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/facts.c, facts_fit.c, facts_owner.c, facts_people.c, names.c */
#include "ledger/configure.h"
#include "tests/rigs/facts_rig.h"

/* Ids as reporters write them, and where else they stand. */
static void an_id_is_found_as_reporters_write_it_and_where_else_it_stands(void **state)
{
  enum { ID, ENVELOPE, START, OTHER, REFERENCE };
  static const struct {
    int where;
    const char *shown;
    const char *id, *start, *other, *letter;
  } rows[] = {
    { ID, "Abc.123456789@Mail.Me.example", "Abc.123456789@Mail.Me.example" },
    { ID, "Abc.123456789@mail.me.example", "Abc.123456789@mail.me.example" },
    { ID, "Abc.123456789@MAIL.ME.EXAMPLE", "Abc.123456789@MAIL.ME.EXAMPLE" },
    { ID, "Abc.1234 56789@mail.me.example", "Abc.1234 56789@mail.me.example" },
    { ID, "abc.123456789@mail.me.example" }, /* the local part is case-sensitive */
    { ENVELOPE, "Abc.123456789@mail.me.example", "Abc.123456789@mail.me.example" },
    { START, "Abc.12345678", NULL, "Abc.12345678" },
    { START, "Abc.123456789@Mail", NULL, "Abc.123456789@Mail" },
    { START, "Abc.1234567" }, /* too short to tell */
    { START, "Abd.12345678" },
    { OTHER, "Abc.123456789@mail.me.example", NULL, NULL, "Abc.123456789@mail.me.example" },
    { REFERENCE, "letter@friend.example", NULL, NULL, NULL, "letter@friend.example" },
    { REFERENCE, "other@friend.example" },
    { OTHER, "letter@friend.example" }, /* whoever wrote the original chose it */
  };
  g_autoptr(Ledger) ledger = rig_ledger();
  GError *error = NULL;
  FolderMark mark = { .validity = 1, .next = 2, .synced = RIG_NOW };
  g_autoptr(SentMessage) message =
      rig_sent("Abc.123456789@Mail.Me.example", "zoe@there.example", "Zebra", RIG_NOW - DAY);
  g_ptr_array_add(message->replies, g_strdup("letter@friend.example"));
  const SentRow row = { 1, RIG_NOW - DAY, message };
  for (guint twice = 0; twice < 2; twice++) OK(sent_add(ledger, "home", "Sent", &row, 1, &mark, &error));
  assert_int_equal(sent_count(ledger, NULL, &error), 1); /* read afresh, it is known */
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Report) report = rig_report(NULL, NULL, NULL);
    GPtrArray *const lists[] = { report->original.message_ids, report->envelope_ids, report->original.id_prefixes,
                                 report->original.other_ids, report->refer_backs };
    rig_fill(lists[rows[i].where], rows[i].shown);
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
    OK(facts != NULL);
    rig_assert_word(i, "id", facts->id.shown, rows[i].id);
    rig_assert_word(i, "id_start", facts->id_start.shown, rows[i].start);
    rig_assert_word(i, "other_id", facts->other_id.shown, rows[i].other);
    rig_assert_word(i, "letter", facts->letter.shown, rows[i].letter);
  }
}

/* A Sent copy whose Date is years old, stored today; and one whose subject is longer than a report returns. */
static void a_wrong_date_or_a_long_subject_does_not_hide_a_sent_message(void **state)
{
  GError *error = NULL;
  gint64 now = g_get_real_time() / G_USEC_PER_SEC;
  g_autoptr(Ledger) ledger = rig_ledger();
  FolderMark mark = { .validity = 1, .next = 2, .synced = now };
  g_autofree char *tail = g_strnfill(700, 'z'), *subject = g_strconcat("Re: Überraschung ", tail, NULL);
  g_autofree char *cut = g_strndup(subject, 500), *shown = g_strconcat(cut, "…", NULL);
  g_autoptr(SentMessage) message = rig_sent("a@me", "zoe@there.example", subject, now - 4000 * DAY);
  g_autoptr(SentMessage) old = rig_sent("b@me", "old@there.example", "Old", now - 4000 * DAY);
  const SentRow rows[] = { { 1, now - 3600, message }, { 2, now - 90 * DAY, old } };
  OK(sent_add(ledger, "home", "Sent", rows, 2, &mark, &error));
  g_autoptr(Report) report = rig_report("foreign@x", "zoe@there.example", shown);
  report->original.date = now - 3600;
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", now, now }, &error);
  OK(facts != NULL);
  assert_string_equal(facts->fit.shown, "zoe@there.example");
  assert_int_equal(facts->written, now - 3600);
  g_autoptr(Report) about_old = rig_report(NULL, "old@there.example", NULL);
  g_autoptr(Facts) moved = ledger_facts(ledger, about_old, &(FactsQuery){ "home", now, now }, &error);
  OK(moved != NULL);
  assert_int_equal(moved->written, now - 4000 * DAY); /* a mailbox that moved some time ago is believed */
}

/* Rule 6: which address is the owner's. The accounts list me@example.org, me@work.example and *@my.example. */
static void an_address_is_the_owners_as_the_accounts_list_it(void **state)
{
  static const struct {
    const char *recipients, *from, *to, *delivered;
    const char *to_owner, *failed, *passed_on;
  } rows[] = {
    { "x@y.example", "carl@third.example", "me@example.org", NULL, "me@example.org" },
    { "x@y.example", "carl@third.example", "bob@y.example;me@work.example", NULL, "me@work.example" },
    { "x@y.example", "me@example.org", "me@example.org", NULL, NULL },     /* a copy to himself */
    { "x@y.example", "info@my.example", "me@example.org", NULL, NULL },    /* by a pattern, it is from the owner */
    { "x@y.example", "carl@third.example", "q7x@my.example", NULL, NULL }, /* a pattern is no address */
    { "x@y.example", "shop@third.example", "x@y.example", NULL, NULL },    /* a foreign From alone says nothing */
    { "me@example.org", NULL, NULL, NULL, NULL, "me@example.org" },
    { "q7x@my.example", NULL, NULL, NULL, NULL, NULL },
    { "x@y.example", "carl@third.example", "me+shop@example.org", NULL,
      "me+shop@example.org" }, /* a tag of the owner's */
    { "me+shop@example.org", NULL, NULL, NULL, NULL, "me+shop@example.org" },
    { "+me@example.org", NULL, NULL, NULL, NULL, NULL },
    { "x@y.example;me@example.org", NULL, NULL, NULL, NULL, "me@example.org" },
    { "x@y.example", NULL, NULL, "me@work.example", NULL, NULL, "me@work.example" },
    { "x@y.example", NULL, NULL, "other@y.example", NULL, NULL, NULL },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = rig_ledger();
    g_autoptr(Report) report = rig_report("foreign@x", rows[i].recipients, NULL);
    rig_fill(report->original.senders, rows[i].from);
    rig_fill(report->original.recipients, rows[i].to);
    rig_fill(report->original.delivered, rows[i].delivered);
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
    OK(facts != NULL);
    rig_assert_word(i, "to_owner", facts->to_owner, rows[i].to_owner);
    rig_assert_word(i, "failed_owner", facts->failed_owner, rows[i].failed);
    rig_assert_word(i, "delivered_owner", facts->delivered_owner, rows[i].passed_on);
  }
}

/* With patterns alone, the mailbox that the report came to is the owner's by name, and no other. */
static void with_patterns_alone_the_mailbox_of_the_report_is_the_owner_by_name(void **state)
{
  static const struct {
    const char *failed, *from, *to;
    const char *to_owner, *failed_owner;
  } rows[] = {
    { "x@y.example", "carl@third.example", "me@example.org", "me@example.org", NULL },
    { "x@y.example", "carl@third.example", "you@example.org", NULL, NULL },
    { "x@y.example", "you@example.org", "me@example.org", NULL, NULL }, /* from the owner */
    { "me@example.org", "carl@third.example", "x@y.example", NULL, "me@example.org" },
    { "you@example.org", "carl@third.example", "x@y.example", NULL, NULL },
  };
  const AccountSetup pattern = { (char *)"home", (char *)"*@example.org" };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = rig_ledger();
    OK(account_configure(ledger, &pattern, 1, &error));
    g_autoptr(Report) report = rig_report("foreign@x", rows[i].failed, NULL);
    g_ptr_array_set_size(report->addressed, 0);
    rig_fill(report->addressed, "me@example.org");
    rig_fill(report->original.senders, rows[i].from);
    rig_fill(report->original.recipients, rows[i].to);
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
    OK(facts != NULL);
    rig_assert_word(i, "to_owner", facts->to_owner, rows[i].to_owner);
    rig_assert_word(i, "failed_owner", facts->failed_owner, rows[i].failed_owner);
  }
}

/* With a pattern that takes everything, nothing is the owner's by name. */
static void a_pattern_that_takes_everything_names_no_address_of_the_owner(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  const AccountSetup all = { (char *)"home", (char *)"*" };
  OK(account_configure(ledger, &all, 1, &error));
  g_autoptr(Report) report = rig_report("foreign@x", "me@example.org", NULL);
  rig_fill(report->original.senders, "carl@third.example");
  rig_fill(report->original.recipients, "me@example.org");
  rig_fill(report->original.delivered, "x@y.example");
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
  OK(facts != NULL);
  assert_null(facts->to_owner);
  assert_null(facts->failed_owner);
  assert_null(facts->delivered_owner);
}

/* Rule 8: other names of one recipient, each written to two days ago. */
static void other_names_of_a_recipient_are_known_again(void **state)
{
  static const struct {
    const char *sent_to, *failed, *reporter;
    int how; /* -1: it is nobody */
  } rows[] = {
    { "bob@googlemail.com", "bob@gmail.com", NULL, OTHER_NAME },
    { "bob@gmail.com", "bob@googlemail.com", NULL, OTHER_NAME },
    { "info@bücher.example", "info@xn--bcher-kva.example", NULL, OTHER_NAME },
    { "info@xn--bcher-kva.example", "info@bücher.example", NULL, OTHER_NAME },
    { "bob@remote.example", "bob@srv7.remote.example", NULL, OTHER_NAME },
    { "bob@remote.example", "bob@a.b.remote.example", NULL, OTHER_NAME },
    { "bob@remote.example", "bob@notremote.example", NULL, -1 },
    { "bob@example", "bob@remote.example", NULL, -1 }, /* one label is no mail domain */
    { "bob@remote.example", "bob+tag@remote.example", NULL, OTHER_NAME },
    { "bob+tag@remote.example", "bob@remote.example", NULL, OTHER_NAME },
    { "bob+a@remote.example", "bob+b@remote.example", NULL, OTHER_NAME },
    { "john.doe@gmail.com", "johndoe@gmail.com", NULL, OTHER_NAME },
    { "johndoe@googlemail.com", "j.o.h.n.doe+x@gmail.com", NULL, OTHER_NAME },
    { "john.doe@gmail.com", "johndo@gmail.com", NULL, OTHER_NEIGHBOUR },
    { "+a@remote.example", "+b@remote.example", NULL, OTHER_NEIGHBOUR }, /* nothing is left to compare */
    { "bob@remote.example", "imceasmtp-bob+40remote+2eexample@corp.internal", NULL, OTHER_NAME },
    { "bob@remote.example", "imceaex-_o=corp_cn=bob@corp.internal", "mail.remote.example", OTHER_REPORTER },
    { "bob@remote.example", "bob%remote.example@relay.example.org", NULL, OTHER_NAME },
    { "bob@remote.example", "remote.example!bob@relay.example.org", NULL, OTHER_NAME },
    { "alumni@uni.example", "bob.private@bigmail.example.org", "mail.uni.example", OTHER_REPORTER },
    { "alumni@uni.example", "bob.private@bigmail.example.org", "mail.notuni.example", -1 },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = rig_ledger();
    rig_add(ledger, "home", "Sent", "a@me", rows[i].sent_to, "One", RIG_NOW - 2 * DAY, RIG_NOW);
    g_autoptr(Report) report = rig_report(NULL, rows[i].failed, NULL);
    g_free(report->reporter_domain);
    report->reporter_domain = g_strdup(rows[i].reporter);
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
    OK(facts != NULL);
    rig_assert_word(i, "other", facts->other, rows[i].how < 0 ? NULL : rows[i].sent_to);
    if (facts->other != NULL && (int)facts->other_how != rows[i].how) fail_msg("row %u: how %d", i, facts->other_how);
  }
}

/* age: of the original, in seconds. */
static Facts *facts_of_original(Ledger *ledger, const char *ids, const char *failed, const char *subject, gint64 age)
{
  GError *error = NULL;
  g_autoptr(Report) report = rig_report(ids, failed, subject);
  report->original.date = RIG_NOW - age;
  Facts *facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
  OK(facts != NULL);
  return facts;
}

/* A gateway tags a subject, or a report cuts it off. */
static void a_tagged_or_cut_subject_is_alike_and_does_not_fit(void **state)
{
  static const struct {
    const char *ids, *failed, *subject;
    gint64 date; /* of the original, less than RIG_NOW by */
    gboolean alike;
  } rows[] = {
    { "foreign@x", "bob@there.example", "[EXTERN] Minutes of Monday", 2 * DAY, TRUE },
    { "foreign@x", "bob@there.example", "[EXTERN] Minutes of", 2 * DAY, TRUE },
    { "foreign@x", "bob@there.example", "Minutes of Mon", 2 * DAY, TRUE },
    { "foreign@x", "bob@there.example", "Minutes of Monday", 2 * DAY, FALSE }, /* it fits */
    { "foreign@x", "bob@there.example", "Pills", 2 * DAY, FALSE },
    { "foreign@x", "bob@there.example", "Min", 2 * DAY, FALSE }, /* too short to tell */
    { "foreign@x", "zoe@there.example", "[EXTERN] Minutes of Monday", 2 * DAY, FALSE },
    { "foreign@x", "bob@there.example", "[EXTERN] Minutes of Monday", 6 * DAY, FALSE },
    { NULL, "bob@there.example", "[EXTERN] Minutes of Monday", 2 * DAY, FALSE }, /* rule 8 is enough */
  };
  g_autoptr(Ledger) ledger = rig_facts_ledger();
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Facts) facts = facts_of_original(ledger, rows[i].ids, rows[i].failed, rows[i].subject, rows[i].date);
    rig_assert_word(i, "alike", facts->alike.shown, rows[i].alike ? rows[i].failed : NULL);
  }
}

/* The owner mistook an address, and sent the letter again to the right one. */
static void a_letter_that_is_sent_again_is_found_by_its_subject(void **state)
{
  static const struct {
    const char *ids, *failed, *subject;
    gint64 date; /* of the original, less than RIG_NOW by */
    const char *again;
  } rows[] = {
    { "foreign@x", "tmo@there.example", "Fortnight", 14 * DAY + 600, "tom@there.example" },
    { "foreign@x", "tmo@there.example", "Re: fortnight", 14 * DAY + 600, "tom@there.example" },
    { "foreign@x", "tmo@there.example", "Fortnight", 16 * DAY, NULL },
    { "foreign@x", "tmo@there.example", "Fortune", 14 * DAY + 600, NULL },
    { "foreign@x", "tammy@there.example", "Fortnight", 14 * DAY + 600, NULL }, /* another person */
    { "foreign@x", "tmo@elsewhere.example", "Fortnight", 14 * DAY + 600, NULL },
    { NULL, "tmo@there.example", "Fortnight", 14 * DAY + 600, NULL }, /* rule 8 is enough */
  };
  g_autoptr(Ledger) ledger = rig_facts_ledger();
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Facts) facts = facts_of_original(ledger, rows[i].ids, rows[i].failed, rows[i].subject, rows[i].date);
    rig_assert_word(i, "again", facts->alike.shown, rows[i].again);
    assert_int_equal(facts->alike_again, rows[i].again != NULL);
  }
}

/* A clock may be slow that says when the report came; but what was sent after it was seen is not what it answers. */
static void who_was_first_written_to_later_counts_until_the_report_was_seen(void **state)
{
  static const struct {
    gint64 came, seen; /* less than RIG_NOW by */
    gboolean written;
  } rows[] = { { 3 * DAY, 0, TRUE }, { 3 * DAY, 2 * DAY, FALSE }, { 17 * DAY, 0, FALSE } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = rig_ledger();
    rig_add(ledger, "home", "Sent", "a@me", "bob@there.example", "One", RIG_NOW - 3600, RIG_NOW);
    g_autoptr(Report) report = rig_report(NULL, "bob@there.example", NULL);
    report->date = RIG_NOW - rows[i].came;
    const FactsQuery query = { "home", RIG_NOW - rows[i].came, RIG_NOW, RIG_NOW - rows[i].seen };
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, &error);
    OK(facts != NULL);
    if ((facts->written_to != NULL) != rows[i].written) fail_msg("row %u", i);
  }
}

/* To whom the original is addressed says something only where the failed recipient is not among them: a forger may put
 * anybody there. */
static void an_original_to_others_says_something_only_without_the_failed_recipient(void **state)
{
  g_autoptr(Ledger) ledger = rig_facts_ledger();
  GError *error = NULL;
  g_autoptr(Report) report = rig_report("foreign@x", "victim@far.example.org", "Pills");
  rig_fill(report->original.recipients, "bob@there.example;victim@far.example.org");
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
  OK(facts != NULL);
  assert_null(facts->written_to);
  assert_null(facts->other);
}

#define THREE "plain@me>bob@there.example;work@me>boss@work.example;far@me>amy@far.example"

/* An id that is not in the ledger tells of another message only where those of this account come back as they left. */
static void an_unknown_id_counts_only_where_ids_are_known_to_survive(void **state)
{
  static const struct {
    const char *before; /* the reports that came before: id>failed recipient, ';'-separated */
    gboolean rewritten, bare;
    gboolean survive;
  } rows[] = {
    { "", FALSE, FALSE, FALSE },
    { "plain@me>bob@there.example;work@me>boss@work.example", FALSE, FALSE, FALSE },
    { THREE, FALSE, FALSE, TRUE },
    /* what a stranger can do who has read one message, all mail to one list, or ids alone */
    { "plain@me>bob@there.example;alias@me>eve@there.example;plain@me>bob@there.example", FALSE, FALSE, FALSE },
    { "plain@me>bob@there.example;older@me>bob@there.example;late@me>tim@there.example", FALSE, FALSE, FALSE },
    { "plain@me>x@y.example;work@me>x@z.example;far@me>x@q.example", FALSE, FALSE, FALSE },
    { THREE, TRUE, FALSE, FALSE },
    { THREE, FALSE, TRUE, FALSE },
    { THREE, TRUE, TRUE, FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    guint32 uid = 1;
    g_autoptr(Ledger) ledger = rig_facts_ledger();
    rig_add(ledger, "home", "Sent", "far@me", "amy@far.example", "Far", RIG_NOW - 5 * DAY, RIG_NOW);
    g_auto(GStrv) all = g_strsplit(rows[i].before, ";", -1);
    for (char **one = all; *one != NULL; one++) {
      g_auto(GStrv) parts = g_strsplit(*one, ">", 2);
      g_autoptr(Report) before = rig_report(parts[0], parts[1], NULL);
      rig_facts_record(ledger, before, VERDICT_GENUINE, uid++);
    }
    g_autoptr(Report) rewritten = rig_report("other@relay", "tom@there.example", "Fortnight");
    if (rows[i].rewritten) rig_facts_record(ledger, rewritten, VERDICT_GENUINE, uid++);
    if (rows[i].bare) rig_add(ledger, "home", "Sent", NULL, "zoe@there.example", "Bare", RIG_NOW - 3 * DAY, RIG_NOW);
    g_autoptr(Report) report = rig_report("foreign@x", "bob@there.example", "Pills");
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
    OK(facts != NULL);
    if (facts->ids_survive != rows[i].survive) fail_msg("row %u: %d", i, facts->ids_survive);
  }
}

/* What was judged in the same batch counts before it is recorded. */
static void what_was_judged_in_the_same_batch_counts_before_it_is_recorded(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_facts_ledger();
  g_autoptr(GPtrArray) pending = g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
  const FactsQuery query = { .account = "home", .arrived = RIG_NOW, .now = RIG_NOW, .pending = pending };
  g_autoptr(Report) by_id = rig_report("plain@me", "x@y.example", NULL);
  g_autoptr(Report) by_reference = rig_report("foreign@x", "x@y.example", NULL);
  g_autoptr(Report) by_recipient = rig_report(NULL, "boss@work.example", NULL);
  rig_fill(by_reference->refer_backs, "plain@me");
  const Report *const batch[] = { by_id, by_reference, by_id, by_recipient, by_reference, by_recipient };
  static const guint before[] = { 0, 1, 2, 0, 3, 1 };
  for (guint i = 0; i < G_N_ELEMENTS(batch); i++) {
    g_autoptr(Facts) facts = ledger_facts(ledger, batch[i], &query, &error);
    OK(facts != NULL);
    guint found = facts->id.sent != NULL           ? facts->id.sent->reports
                  : facts->refer_back.sent != NULL ? facts->refer_back.sent->reports
                                                   : facts->written_reports;
    if (found != before[i]) fail_msg("report %u: %u before", i, found);
    Entry *entry = rig_entry("home", batch[i], facts, VERDICT_GENUINE, MOVE_KEPT, i + 1);
    entry->arrived = RIG_NOW;
    g_ptr_array_add(pending, entry);
  }
}

/* Which message to an address was the last depends on when a report came; the reports of a week count together. */
static void reports_of_one_week_about_an_address_count_together(void **state)
{
  static const struct {
    gint64 ago;
    guint before;
  } rows[] = { { 0, 0 }, { DAY, 1 }, { 3 * DAY, 2 }, { 5 * DAY, 3 }, { 9 * DAY, 2 } };
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(GPtrArray) pending = g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
  for (guint i = 0; i < 6; i++) {
    g_autofree char *id = g_strdup_printf("m%u@me", i);
    rig_add(ledger, "home", "Sent", id, "zoe@far.example", "Zebra", RIG_NOW - 2 * i * DAY - 100, RIG_NOW);
  }
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Report) report = rig_report(NULL, "zoe@far.example", NULL);
    const FactsQuery query = {
      .account = "home", .arrived = RIG_NOW - rows[i].ago, .now = RIG_NOW, .pending = pending
    };
    report->date = RIG_NOW - rows[i].ago;
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, &error);
    OK(facts != NULL);
    if (facts->written_reports != rows[i].before) fail_msg("row %u: %u before", i, facts->written_reports);
    Entry *entry = rig_entry("home", report, facts, VERDICT_GENUINE, MOVE_KEPT, i + 1);
    entry->arrived = query.arrived;
    g_ptr_array_add(pending, entry);
  }
}

/* Five a week: those of the week around it, of this recipient, that were not found to be backscatter. */
static void five_reports_a_week_about_one_recipient_are_counted(void **state)
{
  static const struct {
    const char *recipient;
    VerdictCode code;
    gint64 ago;
    guint counted;
  } rows[] = {
    { "boss@work.example", VERDICT_GENUINE, 0, 1 },       { "boss@work.example", VERDICT_UNSURE, DAY, 1 },
    { "boss@work.example", VERDICT_BACKSCATTER, DAY, 0 }, { "boss@work.example", VERDICT_GENUINE, 8 * DAY, 0 },
    { "bob@there.example", VERDICT_GENUINE, 0, 0 },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = rig_facts_ledger();
    g_autoptr(Report) before = rig_report(NULL, rows[i].recipient, NULL);
    g_autoptr(Facts) then = ledger_facts(ledger, before, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
    g_autoptr(Entry) entry = rig_entry("home", before, then, rows[i].code, MOVE_KEPT, 1);
    entry->arrived = RIG_NOW - rows[i].ago;
    rig_record(ledger, entry);
    g_autoptr(Report) report = rig_report(NULL, "boss@work.example", NULL);
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
    OK(facts != NULL);
    if (facts->written_reports != rows[i].counted) fail_msg("row %u: %u", i, facts->written_reports);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_id_is_found_as_reporters_write_it_and_where_else_it_stands),
    cmocka_unit_test(a_wrong_date_or_a_long_subject_does_not_hide_a_sent_message),
    cmocka_unit_test(an_address_is_the_owners_as_the_accounts_list_it),
    cmocka_unit_test(with_patterns_alone_the_mailbox_of_the_report_is_the_owner_by_name),
    cmocka_unit_test(a_pattern_that_takes_everything_names_no_address_of_the_owner),
    cmocka_unit_test(other_names_of_a_recipient_are_known_again),
    cmocka_unit_test(a_tagged_or_cut_subject_is_alike_and_does_not_fit),
    cmocka_unit_test(a_letter_that_is_sent_again_is_found_by_its_subject),
    cmocka_unit_test(who_was_first_written_to_later_counts_until_the_report_was_seen),
    cmocka_unit_test(an_original_to_others_says_something_only_without_the_failed_recipient),
    cmocka_unit_test(an_unknown_id_counts_only_where_ids_are_known_to_survive),
    cmocka_unit_test(what_was_judged_in_the_same_batch_counts_before_it_is_recorded),
    cmocka_unit_test(reports_of_one_week_about_an_address_count_together),
    cmocka_unit_test(five_reports_a_week_about_one_recipient_are_counted),
  };
  return cmocka_run_group_tests_name("ledger_facts_weak", tests, NULL, NULL);
}
