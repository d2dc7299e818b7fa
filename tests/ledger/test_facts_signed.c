/* test_facts_signed.c - bounces that return a signed header, from the bytes to the verdict
 * Owns:     ledgers in memory.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP, naming the row.
 * Tests:    ledger/facts_signed.c, filter/judge_signed.c */
#include "ledger/db.h"
#include "ledger/heal.h"
#include "tests/rigs/signed_rig.h"

#define TWO_DAYS_AGO (RIG_NOW - 2 * DAY)

static char *replaced(const char *text, const char *what, const char *by)
{
  g_auto(GStrv) pieces = g_strsplit(text, what, -1);
  if (g_strv_length(pieces) < 2) fail_msg("there is no \"%s\" to replace", what);
  return g_strjoinv(by, pieces);
}

/* The header of a message that is not in Sent, signed with `tags`. */
static char *signed_header(const char *tags, const char *to, gint64 date)
{
  g_autofree char *header = rig_header(7, to, date);
  return rig_sign(rig_key, tags, header);
}

static void mail_of_a_phone_is_genuine_by_its_signature_and_only_by_that(void **state)
{
  g_autoptr(Ledger) ledger = rig_covered(rig_learned(rig_key, "example.org", 20));
  g_autofree char *plain = rig_header(7, "bob@there.example", TWO_DAYS_AGO);
  g_autofree char *mail = signed_header(RIG_TAGS("example.org"), "bob@there.example", TWO_DAYS_AGO);
  g_autoptr(Report) unsigned_one = rig_bounce(plain, "bob@there.example"),
                    report = rig_bounce(mail, "bob@there.example");
  rig_judges(ledger, unsigned_one, 0, VERDICT_BACKSCATTER, "covered");
  rig_judges(ledger, report, 1, VERDICT_GENUINE, "signature-verified");
  assert_true(rig_says(ledger, report, "id-unknown"));
}

static void another_domain_of_a_provider_vouches_once_it_is_learned(void **state)
{
  g_autoptr(Ledger) ledger = rig_covered(rig_learned(rig_key, "provider.example", 20));
  g_autofree char *mail = signed_header(RIG_TAGS("provider.example"), "bob@there.example", TWO_DAYS_AGO);
  g_autofree char *other = signed_header(RIG_TAGS("evil.example"), "bob@there.example", TWO_DAYS_AGO);
  g_autoptr(Report) report = rig_bounce(mail, "bob@there.example"), forged = rig_bounce(other, "bob@there.example");
  rig_judges(ledger, report, 1, VERDICT_GENUINE, "signature-verified");
  rig_judges(ledger, forged, 2, VERDICT_BACKSCATTER, "covered");
}

/* Each row: what is done to a good header, and what is left of it. */
static void what_somebody_has_changed_or_copied_decides_nothing(void **state)
{
  static const struct {
    const char *name, *tags, *what, *by, *failed;
    gboolean supports, other; /* other: it does not even name the owner's domain */
  } rows[] = {
    { "another recipient", RIG_TAGS("example.org"), NULL, NULL, "victim@far.example", TRUE },
    { "another To", RIG_TAGS("example.org"), "bob@there", "victim@far", "victim@far.example", FALSE },
    { "a second To above", RIG_TAGS("example.org"),
      "Received:", "To: victim@far.example\r\nReceived:", "victim@far.example", TRUE },
    { "a second From above", RIG_TAGS("example.org"),
      "Received:", "From: me@example.org\r\nReceived:", "bob@there.example", FALSE },
    { "To not signed", "d=example.org; s=one; c=relaxed; h=from:subject:date", NULL, NULL, "bob@there.example", TRUE },
    { "Date not signed", "d=example.org; s=one; c=relaxed; h=from:to", NULL, NULL, "bob@there.example", FALSE },
    { "a field that did not come back", "d=example.org; s=one; c=relaxed; h=from:to:date:user-agent",
      "User-Agent: Any\r\n", "", "bob@there.example", FALSE },
    { "another Subject", RIG_TAGS("example.org"), "Letter", "Offer", "bob@there.example", FALSE },
    { "another selector", "d=example.org; s=two; c=relaxed; h=from:to:date", NULL, NULL, "bob@there.example", FALSE },
    { "a domain below", RIG_TAGS("sub.example.org"), NULL, NULL, "bob@there.example", FALSE, TRUE },
    { "a long expired one", "d=example.org; s=one; c=relaxed; h=from:to:date; x=1600000000", NULL, NULL,
      "bob@there.example", FALSE },
  };
  g_autoptr(Ledger) ledger = rig_covered(rig_learned(rig_key, "example.org", 20));
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *mail = signed_header(rows[i].tags, "bob@there.example", TWO_DAYS_AGO);
    g_autofree char *changed = rows[i].what != NULL ? replaced(mail, rows[i].what, rows[i].by) : g_strdup(mail);
    g_autoptr(Report) report = rig_bounce(changed, rows[i].failed);
    if (rig_says(ledger, report, "signature-verified")) fail_msg("%s: it counts", rows[i].name);
    if (rig_says(ledger, report, "signature-supports") != rows[i].supports) fail_msg("%s: support", rows[i].name);
    /* in sight all the same, as a mark, five a week */
    if (rows[i].other)
      rig_judges(ledger, report, 0, VERDICT_BACKSCATTER, "covered");
    else
      rig_judges(ledger, report, 0, VERDICT_UNSURE, rows[i].supports ? "signature-supports" : "signature-claimed");
  }
}

/* A bounce that only says "it failed" agrees with whatever To it returns. */
static void a_report_that_names_nobody_is_answered_by_no_signature(void **state)
{
  static const struct {
    const char *from, *subject, *text;
    gboolean counts;
  } rows[] = {
    { "MAILER-DAEMON@mx.far.example", "failure notice", "I was not able to deliver your message.\r\n", FALSE },
    { "MAILER-DAEMON@mx.far.example", "failure notice",
      "I was not able to deliver your message to the following addresses.\r\n\r\n<victim@far.example>:\r\nno such "
      "user\r\n",
      FALSE },
    { "MAILER-DAEMON@mx.far.example", "failure notice",
      "I was not able to deliver your message to the following addresses.\r\n\r\n<bob@there.example>:\r\nno such "
      "user\r\n",
      TRUE },
    { "MAILER-DAEMON@mx.far.example", "failure notice", "Your message to bob@there.example could not be delivered.\r\n",
      TRUE },
    { "bob@there.example", "Undeliverable mail", "Your message could not be delivered.\r\n", TRUE },
  };
  g_autofree char *mail = signed_header(RIG_TAGS("example.org"), "bob@there.example", TWO_DAYS_AGO);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = rig_learned(rig_key, "example.org", 20);
    g_autofree char *text = g_strdup_printf(
        "From: %s\r\nReturn-Path: <>\r\nTo: " RIG_OWNER
        "\r\nSubject: %s\r\n\r\n%s\r\n--- Below this line is a copy of the message.\r\n\r\n%s\r\nHello\r\n",
        rows[i].from, rows[i].subject, rows[i].text, mail);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    g_autoptr(Report) report = filter_read(bytes);
    if (report->kind == REPORT_NONE || report->original.signatures->len != 1) fail_msg("row %u is no such report", i);
    if (rig_says(ledger, report, "signature-verified") != rows[i].counts) fail_msg("row %u", i);
    if (rig_says(ledger, report, "signature-supports") == rows[i].counts) fail_msg("row %u: support", i);
  }
}

/* Whoever signs with a key of the owner's provider may write any From that the provider lets them. */
static void a_from_that_is_not_the_owners_decides_nothing(void **state)
{
  static const struct {
    const char *from;
    gboolean counts;
  } rows[] = {
    { "me@example.org", TRUE },
    { "neighbour@example.org", FALSE },
    { "any@my.example", FALSE }, /* the pattern takes it, and mail never left from there */
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = rig_learned(rig_key, "example.org", 20);
    g_autofree char *header = rig_header(7, "bob@there.example", TWO_DAYS_AGO);
    g_autofree char *changed = replaced(header, RIG_OWNER, rows[i].from);
    g_autofree char *mail = rig_sign(rig_key, RIG_TAGS("example.org"), changed);
    g_autoptr(Report) report = rig_bounce(mail, "bob@there.example");
    if (rig_says(ledger, report, "signature-verified") != rows[i].counts) fail_msg("row %u", i);
    assert_false(rig_says(ledger, report, "signature-supports"));
  }
}

static void an_original_of_another_time_decides_nothing(void **state)
{
  static const struct {
    gint64 ago;
    gboolean counts;
  } rows[] = { { 0, TRUE },        { -DAY + 60, TRUE },      { -DAY - 60, FALSE },
               { 15 * DAY, TRUE }, { 15 * DAY + 60, FALSE }, { 300 * DAY, FALSE } };
  g_autoptr(Ledger) ledger = rig_learned(rig_key, "example.org", 400);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *mail = signed_header(RIG_TAGS("example.org"), "bob@there.example", RIG_NOW - rows[i].ago);
    g_autoptr(Report) report = rig_bounce(mail, "bob@there.example");
    if (rig_says(ledger, report, "signature-verified") != rows[i].counts) fail_msg("row %u", i);
  }
}

static void a_withdrawn_key_decides_nothing(void **state)
{
  GError *error = NULL;
  const char *const none[] = { NULL };
  g_autoptr(Ledger) ledger = rig_covered(rig_learned(rig_key, "example.org", 20));
  g_autofree char *mail = signed_header(RIG_TAGS("example.org"), "bob@there.example", TWO_DAYS_AGO);
  g_autoptr(Report) report = rig_bounce(mail, "bob@there.example");
  OK(db_exec(ledger, "UPDATE signer_key SET last = last - 4 * 86400", &error));
  OK(signer_take(ledger, "one._domainkey.example.org", none, RIG_NOW - 3 * DAY, &error));
  rig_judges(ledger, report, 1, VERDICT_UNSURE, "signature-claimed");
  /* without the network the key is as old as the last answer, and the verdict as without a key */
  g_autoptr(Ledger) offline = rig_covered(rig_learned(rig_key, "example.org", 20));
  OK(db_exec(offline, "UPDATE signer_key SET last = last - 4 * 86400", &error));
  rig_judges(offline, report, 1, VERDICT_UNSURE, "signature-claimed");
}

static void one_signature_answers_no_more_failures_than_it_has_recipients(void **state)
{
  g_autoptr(Ledger) ledger = rig_learned(rig_key, "example.org", 20);
  g_autofree char *mail = signed_header(RIG_TAGS("example.org"), "bob@there.example, ann@there.example", TWO_DAYS_AGO);
  g_autofree char *folded = replaced(mail, " b=", " b=\r\n "); /* the same signature, written in another way */
  g_autoptr(Report) first = rig_bounce(mail, "bob@there.example"), second = rig_bounce(folded, "ann@there.example");
  gint64 id = rig_judges(ledger, first, 1, VERDICT_GENUINE, "signature-verified");
  rig_judges(ledger, second, 2, VERDICT_GENUINE, "signature-verified");
  rig_judges(ledger, second, 3, VERDICT_UNSURE, "signature-often");
  rig_judges(ledger, first, 4, VERDICT_UNSURE, "signature-often");
  g_autoptr(Facts) again = rig_facts(ledger, first, NULL, id); /* it does not count against itself */
  assert_int_equal(again->signature.reports, 3);
  /* another message of the same signer has a count of its own, and so have warnings */
  g_autofree char *other = signed_header(RIG_TAGS("example.org"), "bob@there.example", TWO_DAYS_AGO + 60);
  g_autoptr(Report) third = rig_bounce(other, "bob@there.example");
  for (guint i = 0; i < 5; i++) {
    third->kind = REPORT_DSN_DELAYED;
    rig_judges(ledger, third, 10 + i, i < 4 ? VERDICT_GENUINE : VERDICT_UNSURE,
               i < 4 ? "signature-verified" : "signature-often");
  }
  third->kind = REPORT_DSN_FAILED;
  rig_judges(ledger, third, 20, VERDICT_GENUINE, "signature-verified");
}

static void what_was_judged_in_the_same_batch_counts_too(void **state)
{
  g_autoptr(Ledger) ledger = rig_learned(rig_key, "example.org", 20);
  g_autofree char *mail = signed_header(RIG_TAGS("example.org"), "bob@there.example", TWO_DAYS_AGO);
  g_autoptr(Report) report = rig_bounce(mail, "bob@there.example");
  g_autoptr(Facts) first = rig_facts(ledger, report, NULL, 0);
  g_autoptr(Entry) entry = rig_entry("home", report, first, VERDICT_GENUINE, MOVE_KEPT, 1);
  g_autoptr(GPtrArray) pending = g_ptr_array_new();
  g_ptr_array_add(pending, entry);
  g_autoptr(Facts) second = rig_facts(ledger, report, pending, 0);
  assert_int_equal(first->signature.reports, 0);
  assert_int_equal(second->signature.reports, 1);
}

static void an_entry_that_is_judged_again_is_counted_once(void **state)
{
  g_autoptr(Ledger) ledger = rig_learned(rig_key, "example.org", 20);
  g_autofree char *mail = signed_header(RIG_TAGS("example.org"), "bob@there.example", TWO_DAYS_AGO);
  g_autoptr(Report) report = rig_bounce(mail, "bob@there.example");
  g_autoptr(Facts) facts = rig_facts(ledger, report, NULL, 0);
  for (guint i = 0; i < 2; i++) {
    g_autoptr(Entry) entry = rig_entry("home", report, facts, VERDICT_UNSURE, MOVE_KEPT, 1);
    entry->id = i == 0 ? 0 : rig_number(ledger, "SELECT max(id) FROM entry");
    rig_record(ledger, entry);
    assert_int_equal(rig_number(ledger, "SELECT count(*) FROM signed_report"), 1);
  }
}

/* Most of what was seen is no longer signed by that domain: its key is known still, and vouches for nothing. */
static void a_key_of_a_signer_who_is_no_longer_believed_decides_nothing(void **state)
{
  g_autoptr(Ledger) ledger = rig_covered(rig_learned(rig_key, "provider.example", 20));
  g_autofree char *mail = signed_header(RIG_TAGS("provider.example"), "bob@there.example", TWO_DAYS_AGO);
  g_autoptr(Report) report = rig_bounce(mail, "bob@there.example");
  assert_true(rig_says(ledger, report, "signature-verified"));
  rig_always_signed(ledger, rig_key, 0, 3);
  rig_judges(ledger, report, 1, VERDICT_BACKSCATTER, "covered");
}

static void a_missing_signature_is_told_where_all_mail_is_known_to_be_signed(void **state)
{
  enum { PLAIN, FEW_FIELDS, SIGNED, BROKEN, STRANGERS, OTHERS, LONG_AGO };
  static const struct {
    guint signed_ones, bare, what;
    gboolean told;
  } rows[] = {
    { 24, 0, PLAIN, TRUE },       { 23, 0, PLAIN, FALSE },  { 24, 1, PLAIN, FALSE },
    { 24, 0, FEW_FIELDS, FALSE }, { 24, 0, SIGNED, FALSE }, { 24, 0, BROKEN, FALSE },
    { 24, 0, STRANGERS, FALSE },  { 24, 0, OTHERS, TRUE },  { 24, 0, LONG_AGO, FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = rig_learned(rig_key, "example.org", 20); /* of six signed messages */
    rig_always_signed(ledger, rig_key, rows[i].signed_ones, rows[i].bare);
    const gint64 date = rows[i].what == LONG_AGO ? RIG_NOW - 800 * DAY : TWO_DAYS_AGO;
    g_autofree char *plain = rig_header(7, "bob@there.example", date);
    g_autofree char *by_others = rig_sign(rig_key, RIG_TAGS("list.example"), plain);
    g_autofree char *by_owner = rig_sign(rig_key, RIG_TAGS("example.org"), plain);
    g_autofree char *header = rows[i].what == FEW_FIELDS  ? replaced(plain, "Received:", "X:")
                              : rows[i].what == SIGNED    ? g_strdup(by_owner)
                              : rows[i].what == BROKEN    ? replaced(by_owner, "rsa-sha256", "rsa-sha1")
                              : rows[i].what == STRANGERS ? replaced(plain, RIG_OWNER, "you@you.example")
                              : rows[i].what == OTHERS    ? g_strdup(by_others)
                                                          : g_strdup(plain);
    g_autoptr(Report) report = rig_bounce(header, "bob@there.example");
    gboolean told = rig_says(ledger, report, "signature-missing");
    if (told != rows[i].told) fail_msg("row %u: %d", i, told);
  }
}

/* Exim returns mail as it was before it was signed: the line is there, and nothing is decided by it. */
static void a_bounce_without_the_signature_is_judged_as_without_this_line(void **state)
{
  for (guint has_coverage = 0; has_coverage < 2; has_coverage++) {
    g_autoptr(Ledger) ledger = rig_learned(rig_key, "example.org", 20);
    rig_always_signed(ledger, rig_key, 24, 0);
    if (has_coverage) rig_covered(ledger);
    g_autofree char *header = rig_header(7, "bob@there.example", TWO_DAYS_AGO);
    g_autofree char *sent = rig_header(100, "q0@far.example", RIG_NOW - 20 * DAY);
    g_autoptr(Report) report = rig_bounce(header, "bob@there.example"), own = rig_bounce(sent, "q0@far.example");
    assert_true(rig_says(ledger, report, "signature-missing"));
    rig_judges(ledger, report, 0, has_coverage ? VERDICT_BACKSCATTER : VERDICT_UNSURE,
               has_coverage ? "covered" : "not-covered");
    rig_judges(ledger, own, 0, VERDICT_GENUINE, "id-in-ledger");
    assert_false(rig_says(ledger, own, "signature-missing"));
  }
}

/* Nothing of a signature is kept for healing, so that neither a key that comes later nor one that goes moves anything.
 */
static void healing_depends_on_no_signature(void **state)
{
  GError *error = NULL;
  g_auto(HealResult) result = { 0 };
  const Policy policy = POLICY_DEFAULT(g_get_real_time() / G_USEC_PER_SEC);
  g_autoptr(Ledger) ledger = rig_covered(rig_learned(rig_key, "example.org", 20));
  g_autofree char *mail = signed_header(RIG_TAGS("example.org"), "bob@there.example", TWO_DAYS_AGO);
  g_autoptr(Report) report = rig_bounce(mail, "bob@there.example");
  g_autoptr(Entry) entry = rig_entry("home", report, NULL, VERDICT_BACKSCATTER, MOVE_Q_INTENT, 1);
  entry->arrived = entry->judged = RIG_NOW;
  place_set(&entry->away, "Backscatter", 3, 0);
  gint64 id = rig_record(ledger, entry);
  OK(journal_confirm(ledger, id, &(Place){ (char *)"Backscatter", 3, 5 }, &error));
  OK(db_exec(ledger, "INSERT INTO heal_due SELECT id, 1 FROM entry WHERE state = 'quarantined'", &error));
  OK(heal_run(ledger, "home", &policy, 10, &result, &error));
  assert_int_equal(result.judged, 1);
  assert_int_equal(result.back->len, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(mail_of_a_phone_is_genuine_by_its_signature_and_only_by_that),
    cmocka_unit_test(another_domain_of_a_provider_vouches_once_it_is_learned),
    cmocka_unit_test(what_somebody_has_changed_or_copied_decides_nothing),
    cmocka_unit_test(a_report_that_names_nobody_is_answered_by_no_signature),
    cmocka_unit_test(a_from_that_is_not_the_owners_decides_nothing),
    cmocka_unit_test(an_original_of_another_time_decides_nothing),
    cmocka_unit_test(a_withdrawn_key_decides_nothing),
    cmocka_unit_test(one_signature_answers_no_more_failures_than_it_has_recipients),
    cmocka_unit_test(what_was_judged_in_the_same_batch_counts_too),
    cmocka_unit_test(an_entry_that_is_judged_again_is_counted_once),
    cmocka_unit_test(a_key_of_a_signer_who_is_no_longer_believed_decides_nothing),
    cmocka_unit_test(a_missing_signature_is_told_where_all_mail_is_known_to_be_signed),
    cmocka_unit_test(a_bounce_without_the_signature_is_judged_as_without_this_line),
    cmocka_unit_test(healing_depends_on_no_signature),
  };
  filter_init();
  return cmocka_run_group_tests_name("ledger_facts_signed", tests, rig_make_key, rig_drop_key);
}
