/* test_read.c - small messages, and every word that is read from them
 * Owns:     the tests of what a report tells besides its kind: status, diagnostic, reporter, dates, tokens, senders.
 * Must not: repeat tests/samples, which has whole mails of every family.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/read.c, filter/gather.c, filter/status.c, filter/returned.c, filter/recipients.c, filter/tokens.c */
#include "tests/filter/read_text.h"

static void failed_recipients_are_found_where_reporters_list_them(void **state)
{
  static const Row rows[] = {
    { DSN "Original-Recipient: rfc822;Typed@c.test\nFinal-Recipient: rfc822; alias@d.test\nAction: failed\n\n--x--\n",
      "typed@c.test alias@d.test" },
    { DSN
      "Final-Recipient: rfc822; a@c.test\nAction: failed\nFinal-Recipient: rfc822; b@c.test\nAction: failed\n\n--x--\n",
      "a@c.test b@c.test" },
    { DSN "Final-Recipient: rfc822; a@c.test\nAction: delayed\n\nFinal-Recipient: rfc822; b@c.test\nAction: "
          "FAILED\n\n--x--\n",
      "b@c.test" },
    { DSN "Original-Recipient: rfc822;user+2Btag@c.test\nAction: failed\n\n--x--\n", "user+tag@c.test" },
    { DSN "Final-Recipient: a@c.test\n\n--x--\n", "a@c.test" },
    { DSN "Final-Recipient: rfc822; <a@c.test> (A, of C)\nAction: failed\n\n--x--\n", "a@c.test" },
    { TEXT "<a@c.test>:\nno such user\n", "a@c.test" },
    { TEXT "  a@c.test\n    550 no such user\n  b@c.test\n", "a@c.test b@c.test" },
    { TEXT "a@c.test: 550 no such user; ask postmaster@c.test\n", "a@c.test" },
    { TEXT ">>> RCPT TO:<a@c.test>\n<<< 550 5.1.1 no\n", "a@c.test" },
    { TEXT "Please contact helpdesk@mx.test. Recipient address: a@c.test\n", "a@c.test" },
    { TEXT "The mail of me@b.test for a@c.test is lost.\n", "a@c.test" },
    { TEXT "<me@b.test>:\nyour own mailbox is full\n", "me@b.test" },
    { TEXT "\"a.b c\"@c.test is unknown, but \"d.e\"@c.test:\n", "\"a.b c\"@c.test \"d.e\"@c.test" },
    { TEXT "収件人：a@c.testへ\n", "a@c.test" },
    { TEXT "An: käthe@bücher.test\n", "käthe@bücher.test" },
    { TEXT
      "\n--- Below this line is a copy of the message.\n\nReceived: x\nFrom: me@b.test\nTo: only@c.test\nSubject: x\n",
      "only@c.test" },
    { DAEMON "X-Failed-Recipients: a@c.test,\n b@c.test\n\nunable to deliver\n", "a@c.test b@c.test" },
    { TEXT "nothing\n", "" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Report) report = read_text(rows[i].message);
    g_autofree char *got = joined(report->recipients);
    assert_text(i, got, rows[i].want);
  }
}

static void status_and_diagnostic_are_found(void **state)
{
  static const struct {
    const char *message, *status, *diagnostic;
  } rows[] = {
    { DSN "Final-Recipient: rfc822; a@c.test\nAction: failed\nStatus: 5.2.2 (full)\nDiagnostic-Code: smtp; 552 5.2.2 "
          "over\n quota\n\n--x--\n",
      "5.2.2", "552 5.2.2 over quota" },
    { DSN "Final-Recipient: rfc822; a@c.test\nAction: failed\nDiagnostic-Code: 550 5.1.1 who?\n\n--x--\n", "5.1.1",
      "550 5.1.1 who?" },
    { TEXT "<a@c.test>:\nRemote host said: 550 #5.1.1 no such user\n", "5.1.1",
      "Remote host said: 550 #5.1.1 no such user" },
    { TEXT "<a@c.test>:\n552 full\n", NULL, "552 full" },
    { TEXT "version 4.5.6.7 at 10:550\n", NULL, NULL },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Report) report = read_text(rows[i].message);
    assert_text(i, report->status, rows[i].status);
    if (rows[i].diagnostic != NULL) assert_text(i, report->diagnostic, rows[i].diagnostic);
  }
}

static void an_original_in_an_attached_file_is_read(void **state)
{
  g_autoptr(Report) report = read_text(
      DAEMON "Content-Type: multipart/mixed; boundary=x\n\n--x\n\nunable to deliver to <a@c.test>\n"
             "--x\nContent-Type: application/octet-stream; name=Mime.822\nContent-Transfer-Encoding: base64\n\n"
             "RnJvbTogbWVAYi50ZXN0Ck1lc3NhZ2UtSUQ6IDxhLjFAYi50ZXN0PgoKYm9keQo=\n--x--\n");
  g_autofree char *got = joined(report->original.message_ids);
  assert_string_equal(got, "a.1@b.test");
  g_autoptr(Report) cut_off = read_text(DAEMON "Content-Type: message/rfc822\n\nFrom: me@b.test\nMessage-ID: a.1@b.te");
  assert_int_equal(cut_off->original.message_ids->len, 0);
}

static void of_the_original_people_subject_and_date_are_read(void **state)
{
  g_autoptr(Report) report = read_text(
      TEXT "\n----- Original message -----\nReturn-Path: <me@b.test>\nFrom: =?utf-8?q?J=C3=B6rg?= <me@b.test>\n"
           "Sender: desk@b.test\nTo: Anna <a@c.test>, d@c.test\nCc: e@c.test\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n"
           "Date: Thu, 1 Jan 1970 00:01:00 +0000\nMessage-ID: <a.1@b.test>\n\nbody\n");
  const Original *original = &report->original;
  g_autofree char *senders = joined(original->senders), *to = joined(original->recipients);
  assert_string_equal(original->from, "Jörg <me@b.test>");
  assert_string_equal(original->to, "Anna <a@c.test>, d@c.test");
  assert_string_equal(original->subject, "Grüße");
  assert_int_equal(original->date, 60);
  assert_string_equal(senders, "me@b.test desk@b.test");
  assert_string_equal(to, "a@c.test d@c.test e@c.test");
}

/* A summary in the report's own language, above the reason. */
static void a_summary_in_another_language_is_told_apart_from_the_reason(void **state)
{
  static const Row rows[] = {
    { TEXT "Your message\n\n  To:      a@c.test\n  Subject: Lunch\n  Sent:    Thu, 1 Jan 1970 00:01:00 +0000\n\ndid "
           "not reach a@c.test\n",
      "Lunch" },
    { TEXT "Ihre Nachricht\n\n  An: a@c.test\n  Betreff: Mittag\n  Gesendet: heute\n\nhat a@c.test nicht erreicht\n",
      "Mittag" },
    { TEXT "宛先：a@c.test\n件名：昼食\n\n", "昼食" },
    { TEXT "- Кому: a@c.test\n- Тема: Обед\n\n", "Обед" },
    { TEXT "Subject: alone\n\n", NULL },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Report) report = read_text(rows[i].message);
    assert_text(i, report->original.subject, rows[i].want);
  }
}

static void of_a_report_reporter_owner_references_and_date_are_read(void **state)
{
  g_autoptr(Report) report =
      read_text("From: Mail Delivery System <MAILER-DAEMON@MX.test>\nDelivered-To: me@b.test\nTo: Me <me@b.test>, "
                "also@b.test\nX-Original-To: any@b.test\n"
                "In-Reply-To: <r.1@b.test>\nReferences: <r.0@b.test> <r.1@b.test> <own.1@mx.test>\nDate: Thu, 1 Jan "
                "1970 00:01:00 +0000\n"
                "Subject: Undelivered Mail\nMessage-ID: <own.1@mx.test>\nContent-Type: message/delivery-status\n\n"
                "Reporting-MTA: dns; Relay.MX.test (Postfix)\nX-Original-Message-ID: <o.1@b.test>\n\nFinal-Recipient: "
                "rfc822; a@c.test\nAction: failed\n");
  g_autofree char *addressed = joined(report->addressed), *back = joined(report->refer_backs),
                  *own = joined(report->original.message_ids);
  assert_int_equal(report->kind, REPORT_DSN_FAILED);
  assert_string_equal(report->reporter, "mailer-daemon@mx.test");
  assert_string_equal(report->reporter_domain, "relay.mx.test");
  assert_string_equal(addressed, "me@b.test also@b.test any@b.test");
  assert_string_equal(back, "r.1@b.test r.0@b.test");
  assert_string_equal(own, "o.1@b.test");
  assert_int_equal(report->date, 60);
  g_autoptr(Report) bare = read_text("From: MAILER-DAEMON (Mail System)\nSubject: failure notice\n\n");
  assert_string_equal(bare->reporter, "mailer-daemon");
  assert_null(bare->reporter_domain);
}

/* How the failed recipients are known decides whether they speak against the owner's having sent the mail. */
static void how_the_failed_recipients_are_known_is_told(void **state)
{
  static const struct {
    const char *message;
    RecipientRank want;
    gboolean status_part;
  } rows[] = {
    { DSN "Final-Recipient: rfc822; a@c.test\nAction: failed\n\n--x--\n", RANK_NAMED, TRUE },
    { DAEMON "X-Failed-Recipients: a@c.test\n\nunable to deliver\n", RANK_NAMED, FALSE },
    { TEXT "<a@c.test>:\nno such user\n", RANK_LISTED, FALSE },
    { TEXT "<a@c.test>... User unknown\n", RANK_LISTED, FALSE },
    { TEXT "Failed recipient: a@c.test\n", RANK_LISTED, FALSE },
    { TEXT "550 5.1.1 a@c.test is unknown here\n", RANK_LISTED, FALSE },
    { TEXT ">>> RCPT TO:<a@c.test>\n", RANK_LISTED, FALSE },
    { TEXT "did not reach these:\n\n  a@c.test on 1 May 2026\n", RANK_LISTED, FALSE },
    { TEXT "The mail for a@c.test is lost.\n", RANK_MENTIONED, FALSE },
    { TEXT "It could not be delivered to\na@c.test. Please check.\n", RANK_MENTIONED, FALSE },
    { TEXT "It could not be delivered. Questions: a@c.test\n", RANK_MENTIONED, FALSE },
    { TEXT "It could not be delivered. For help write to\n\n  a@c.test\n", RANK_MENTIONED, FALSE },
    /* who shares a domain with the reader: full mailboxes and mail that waits are told so, too; an original says more
     */
    { TEXT "<a@b.test>: mailbox full\n<c@b.test>: mailbox full\n", RANK_MENTIONED, FALSE },
    { TEXT "<a@b.test>: mailbox full\n<c@c.test>: mailbox full\n", RANK_LISTED, FALSE },
    { TEXT "<a@b.test>: mailbox full\n\n--- Original message ---\nFrom: me@b.test\nTo: a@b.test\nSubject: x\n",
      RANK_LISTED, FALSE },
    { TEXT "\n--- Original message ---\nFrom: me@b.test\nTo: a@c.test\nSubject: x\n", RANK_MENTIONED, FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Report) report = read_text(rows[i].message);
    if (report->rank != rows[i].want || report->status_part != rows[i].status_part)
      fail_msg("row %u: rank %d, status part %d", i, report->rank, report->status_part);
  }
}

/* A header of the original, or merely three labels as a waybill has them; and an original that could not be read. */
static void a_returned_header_is_told_from_labels_that_look_like_one(void **state)
{
#define FORTY "RldEMQ0KUmVjZWl2ZWQ6IGZyb20gcGMNCkZyb20/\n"
#define MIXED                                                                                                          \
  DAEMON "Content-Type: multipart/mixed; boundary=x\n\n--x\n\nunable to deliver to <a@c.test>: gone\n\n--x\n"
  static const struct {
    const char *message;
    gboolean header, unread;
  } rows[] = {
    { TEXT "From: North\nTo: South\nDate: today\nSubject: two pallets\n", FALSE, FALSE },
    { TEXT "From: me@b.test\nTo: a@c.test\nSubject: x\nMessage-ID: <a.1@b.test>\n", TRUE, FALSE },
    { TEXT "Received: x\nFrom: me@b.test\nTo: a@c.test\n", TRUE, FALSE },
    { TEXT "--- Original message ---\nFrom: me@b.test\nTo: a@c.test\n", TRUE, FALSE },
    { MIXED "Content-Type: message/rfc822\n\nFrom: me@b.test\nSubject: x\n\n--x--\n", TRUE, FALSE },
    { MIXED "Content-Type: application/ms-tnef\n\nxx\n--x--\n", FALSE, TRUE },
    { MIXED "Content-Type: application/gzip; name=mail.eml.gz\n\nxx\n--x--\n", FALSE, TRUE },
    { MIXED "Content-Type: application/pgp-signature\n\nxx\n--x--\n", FALSE, FALSE },
    { MIXED "Content-Type: image/png\n\nxx\n--x--\n", FALSE, FALSE },
    { MIXED "Content-Type: message/rfc822\n\nRldEMQ==\n\n--x--\n", FALSE, FALSE },
    { MIXED "Content-Type: message/rfc822\n\n" FORTY FORTY FORTY FORTY FORTY "\n\n--x--\n", FALSE, TRUE },
    /* where the id was read, it does not matter what else was not */
    { MIXED "Content-Type: application/zip\n\nxx\n--x\nContent-Type: message/rfc822\n\nFrom: me@b.test\nMessage-ID: "
            "<a.1@b.test>\n\n--x--\n",
      TRUE, FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Report) report = read_text(rows[i].message);
    if (report->original.header != rows[i].header || report->original.unread != rows[i].unread)
      fail_msg("row %u: header %d, unread %d", i, report->original.header, report->original.unread);
  }
  g_autoptr(GString) text = g_string_new(TEXT);
  while (text->len <= FILTER_READ_LIMIT) g_string_append(text, "filler\n");
  g_autoptr(Report) cut = read_text(text->str);
  assert_true(cut->original.unread);
}

/* The owner's own address is no failed recipient where there is another. */
static void the_owner_is_no_failed_recipient_where_there_is_another(void **state)
{
  static const Row rows[] = {
    { DSN "Final-Recipient: rfc822; me@b.test\nAction: failed\n\nFinal-Recipient: rfc822; a@c.test\nAction: "
          "failed\n\n--x--\n",
      "a@c.test" },
    { DSN "Final-Recipient: rfc822; me@b.test\nAction: failed\n\n--x--\n", "me@b.test" },
    { DAEMON "X-Failed-Recipients: me@b.test, a@c.test\n\nunable to deliver\n", "a@c.test" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Report) report = read_text(rows[i].message);
    g_autofree char *got = joined(report->recipients);
    assert_text(i, got, rows[i].want);
  }
}

static void the_kind_of_a_report_is_told(void **state)
{
  static const struct {
    const char *message;
    ReportKind want;
  } rows[] = {
    { TEXT, REPORT_BOUNCE },
    { DSN "Final-Recipient: rfc822; a@c.test\nAction: delayed\n\n--x--\n", REPORT_DSN_DELAYED },
    { DSN "Final-Recipient: rfc822; a@c.test\nAction: expanded\n\n--x--\n", REPORT_DSN_OTHER },
    { DSN "Final-Recipient: rfc822; a@c.test\nAction: failure\n\n--x--\n", REPORT_DSN_FAILED },
    { "From: mailer-daemon@mx.test\nSubject: Warning: could not send message for past 4 hours\n\nwill be retried\n",
      REPORT_DSN_DELAYED },
    { "From: postmaster@mx.test\nSubject: Successful mail delivery\nReturn-Path: <>\n\nYour message was successfully "
      "delivered.\n",
      REPORT_DSN_OTHER },
    { "From: anna@a.test\nAuto-Submitted: auto-replied\nSubject: Away\n\nBack on Monday.\n", REPORT_AUTO_REPLY },
    { "From: anna@a.test\nSubject: Out of Office\nReturn-Path: <>\n\nBack on Monday.\n", REPORT_AUTO_REPLY },
    { "From: antivirus@a.test\nSubject: Virus alert\nReturn-Path: <>\n\nA virus was found in your message.\n",
      REPORT_VIRUS_NOTICE },
    { "From: anna@a.test\nSubject: Please confirm your message\n\nProve that you are human: click.\n",
      REPORT_CHALLENGE },
    { "From: anna@a.test\nContent-Type: multipart/report; report-type=disposition-notification; boundary=x\n\n",
      REPORT_RECEIPT },
    { "From: a@a.test\nContent-Type: multipart/report; report-type=feedback-report; boundary=x\n\n", REPORT_FEEDBACK },
    { "From: anna@a.test\nSubject: Fwd: failure notice\n\nI'm afraid I wasn't able to deliver your message.\n",
      REPORT_NONE },
    { "From: anna@a.test\nSubject: Delivery failed\n\nIt could not be delivered:\n>>> RCPT TO:<a@c.test>\n<<< 550 "
      "no\n--- "
      "Original message ---\nFrom: anna@a.test\nMessage-ID: <a.1@a.test>\n",
      REPORT_NONE },
    { "From: anna@a.test\nSubject: Lunch\n\nToday?\n", REPORT_NONE },
    { "", REPORT_NONE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Report) report = read_text(rows[i].message);
    if (report->kind != rows[i].want) fail_msg("row %u: %s", i, report_kind_name(report->kind));
  }
}

/* The limit is of bytes read, not of bytes given. */
static void the_limit_is_of_bytes_read(void **state)
{
  g_autoptr(GString) text = g_string_new(TEXT);
  while (text->len < FILTER_READ_LIMIT) g_string_append(text, "filler\n");
  g_string_append(text,
                  "\n--- Below this line is a copy of the message.\n\nMessage-ID: <late.1@b.test>\nFrom: me@b.test\n");
  g_autoptr(Report) report = read_text(text->str);
  assert_int_equal(report->original.message_ids->len, 0);
  g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
  g_autoptr(Report) empty = filter_read(nothing);
  assert_int_equal(empty->kind, REPORT_NONE);
}

#define HOPS "Received: by mx.b.test (Postfix) id 1; x\nReceived: from a.test (a.test [192.0.2.1]) by mx.b.test; x\n"
#define RETURNED                                                                                                       \
  "Received: from c.test (c.test [192.0.2.3]) by mx.a.test with ESMTP; x\nMessage-ID: <one@b.test>\nFrom: "            \
  "me@b.test\nSubject: x\nTo: you@c.test\n\nReceived: by body.test\n"

/* Who wrote the Received fields: "by ..." of each. */
static char *writers(const GPtrArray *hops)
{
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < hops->len; i++)
    g_string_append_printf(text, "%s%s", i > 0 ? " " : "", ((const Hop *)hops->pdata[i])->by);
  return g_string_free(text, FALSE);
}

static void the_hops_of_report_and_original_are_kept_apart(void **state)
{
  static const struct {
    const char *text, *own, *original;
  } rows[] = {
    { HOPS TEXT, "mx.b.test mx.b.test", "" },
    { TEXT "\n--- Below this line is a copy of the message.\n\n" RETURNED, "", "mx.a.test" },
    { HOPS DSN "Final-Recipient: rfc822; you@c.test\nAction: failed\n\n--x\nContent-Type: message/rfc822\n\n" RETURNED,
      "mx.b.test mx.b.test", "mx.a.test" },
    { HOPS DSN
      "Final-Recipient: rfc822; you@c.test\nAction: failed\n\n--x\nContent-Type: text/rfc822-headers\n\n" RETURNED,
      "mx.b.test mx.b.test", "mx.a.test" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Report) report = read_text(rows[i].text);
    g_autofree char *own = writers(report->hops), *original = writers(report->original.hops);
    if (strcmp(own, rows[i].own) != 0 || strcmp(original, rows[i].original) != 0)
      fail_msg("row %zu: %s; %s", i, own, original);
  }
}

static int setup(void **state)
{
  filter_init();
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(failed_recipients_are_found_where_reporters_list_them),
    cmocka_unit_test(status_and_diagnostic_are_found),
    cmocka_unit_test(an_original_in_an_attached_file_is_read),
    cmocka_unit_test(of_the_original_people_subject_and_date_are_read),
    cmocka_unit_test(a_summary_in_another_language_is_told_apart_from_the_reason),
    cmocka_unit_test(of_a_report_reporter_owner_references_and_date_are_read),
    cmocka_unit_test(the_kind_of_a_report_is_told),
    cmocka_unit_test(the_limit_is_of_bytes_read),
    cmocka_unit_test(the_hops_of_report_and_original_are_kept_apart),
    cmocka_unit_test(how_the_failed_recipients_are_known_is_told),
    cmocka_unit_test(a_returned_header_is_told_from_labels_that_look_like_one),
    cmocka_unit_test(the_owner_is_no_failed_recipient_where_there_is_another),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
