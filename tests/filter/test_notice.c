/* test_notice.c - what makes a notice, and what does not
 * Owns:     a row for each form of filter/notice.h, beside its nearest report about the owner's own mail.
 * Must not: repeat tests/samples, which has whole mails.
 * Fails:    naming the row.
 * Tests:    filter/notice.c, filter/read.c */
#include "filter/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define DAEMON(to, subject) "Return-Path: <>\nFrom: MAILER-DAEMON@mx.b.test\nTo: " to "\nSubject: " subject "\n"
#define STATUS(to, subject, from)                                                                                      \
  DAEMON(to, subject)                                                                                                  \
  "Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\nContent-Type: "                     \
  "message/delivery-status\n\nFinal-Recipient: rfc822; a@c.test\nAction: failed\n\n--x\nContent-Type: "                \
  "text/rfc822-headers\n\nFrom: " from "\nTo: a@c.test\nSubject: x\n\n--x--\n"
#define WRAPPED(to, words, inner_to)                                                                                   \
  DAEMON(to, "Undelivered")                                                                                            \
  "Content-Type: multipart/mixed; boundary=x\n\n--x\n\n" words "\n\n--x\nContent-Type: message/rfc822\n\nFrom: "       \
  "MAILER-DAEMON@far.test\nTo: " inner_to "\nSubject: failure notice\n\nI wasn't able to deliver your "                \
  "message.\n\n<a@c.test>: gone\n\n--x--\n"
#define VIRUS(words) DAEMON("me@b.test", "Virus alert") "\nA virus was found in a message. " words "\n"

typedef struct {
  const char *message;
  ReportKind want;
} Row;

static void assert_kinds(const Row *rows, guint n)
{
  for (guint i = 0; i < n; i++) {
    g_autoptr(GBytes) bytes = g_bytes_new(rows[i].message, strlen(rows[i].message));
    g_autoptr(Report) report = filter_read(bytes);
    if (report->kind != rows[i].want)
      fail_msg("row %u: got %s, want %s", i, report_kind_name(report->kind), report_kind_name(rows[i].want));
  }
}

static void copies_for_a_keeper_are_notices(void **state)
{
  static const Row rows[] = {
    { STATUS("postmaster@b.test", "Postmaster Copy: Undelivered Mail", "anna@d.test"), REPORT_NOTICE },
    { STATUS("postmaster@b.test", "Undelivered Mail", "anna@b.test"), REPORT_NOTICE },
    /* hosts have keepers too; there, To alone says too little */
    { "Delivered-To: root@b.test\n" STATUS("postmaster@mx.b.test", "Postmaster notify: x", "anna@b.test"),
      REPORT_NOTICE },
    { "Delivered-To: root@b.test\n" STATUS("administrator@b.test", "x", "anna@mx.b.test"), REPORT_NOTICE },
    { STATUS("postmaster@mx.b.test", "Postmaster notify: x", "anna@b.test"), REPORT_DSN_FAILED },
    { "Delivered-To: x@xb.test\n" STATUS("postmaster@xb.test", "Undelivered Mail", "anna@b.test"), REPORT_DSN_FAILED },
    { "Delivered-To: me@b.test\n" STATUS("postmaster@mx.b.test", "Undelivered Mail", "me@b.test"), REPORT_DSN_FAILED },
    /* the keeper's own mail, a stranger's name, and mail to nobody in particular are judged */
    { STATUS("postmaster@b.test", "Undelivered Mail", "postmaster@b.test"), REPORT_DSN_FAILED },
    { STATUS("postmaster@b.test", "Undelivered Mail", "anna@d.test"), REPORT_DSN_FAILED },
    { STATUS("me@b.test", "Undelivered Mail", "anna@b.test"), REPORT_DSN_FAILED },
    /* who writes the original's subject does not make it a copy */
    { STATUS("me@b.test", "Undeliverable: Postmaster Copy: x", "me@b.test"), REPORT_DSN_FAILED },
  };
  assert_kinds(rows, G_N_ELEMENTS(rows));
}

static void bounces_in_bounces_are_notices_for_a_keeper(void **state)
{
  static const Row rows[] = {
    { WRAPPED("walk-owner@b.test", "This could not be delivered.", "walk-bounces@b.test"), REPORT_NOTICE },
    { WRAPPED("me@b.test", "This came to us.", "walk-bounces@b.test"), REPORT_NOTICE },
    { WRAPPED("me@b.test", "Your message could not be delivered.", "me@b.test"), REPORT_BOUNCE },
  };
  assert_kinds(rows, G_N_ELEMENTS(rows));
}

static void a_virus_in_mail_to_the_reader_is_a_notice(void **state)
{
  static const Row rows[] = {
    { VIRUS("It was sent to you."), REPORT_NOTICE },
    { VIRUS("\n\nFrom: anna@c.test\nTo: me@b.test\nSubject: x"), REPORT_NOTICE },
    { VIRUS("You sent it."), REPORT_VIRUS_NOTICE },
    /* the shown sender beats the words */
    { VIRUS("It was sent to you.\n\nFrom: me@b.test\nTo: anna@c.test\nSubject: x"), REPORT_VIRUS_NOTICE },
  };
  assert_kinds(rows, G_N_ELEMENTS(rows));
}

static void words_make_a_notice_only_without_a_status(void **state)
{
  static const Row rows[] = {
    { DAEMON("me@b.test", "Message 1a-b has been frozen") "\nUndelivered: a@c.test: 550 unknown\n", REPORT_NOTICE },
    { DAEMON("me@b.test", "Quota warning") "\nMail could not be delivered. Your mailbox is full.\n", REPORT_NOTICE },
    { DAEMON("me@b.test", "Mail held") "\nMail addressed to you could not be delivered.\n", REPORT_NOTICE },
    { DAEMON("me@b.test", "failure notice") "\n<a@c.test>:\n550 could not be delivered: over quota\n", REPORT_BOUNCE },
    { STATUS("me@b.test", "Quota exceeded", "me@b.test"), REPORT_DSN_FAILED },
    { STATUS("me@b.test", "Undeliverable: quarantine", "me@b.test"), REPORT_DSN_FAILED },
  };
  assert_kinds(rows, G_N_ELEMENTS(rows));
}

#define ATTACHED(from, subject, words)                                                                                 \
  "Return-Path: <>\nFrom: " from "\nTo: me@b.test\nSubject: " subject                                                  \
  "\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\n" words                                                       \
  "\n\n--x\nContent-Type: message/rfc822\n\nFrom: anna@d.test\nTo: walk@b.test\nSubject: x\n\nx\n\n--x--\n"

static void a_message_to_decide_on_is_no_bounce(void **state)
{
  static const Row rows[] = {
    { ATTACHED("walk-owner@b.test", "Post by anna@d.test", "It was not delivered yet."), REPORT_NONE },
    { ATTACHED("postmaster@b.test", "Approve: x", "Bitte entscheiden: sie wurde nicht zugestellt."), REPORT_NONE },
    { ATTACHED("postmaster@b.test", "Message rejected: x", "It was not delivered. Approve | Reject"), REPORT_NOTICE },
    { ATTACHED("postmaster@b.test", "x", "It was not delivered to:\n\n  a@c.test"), REPORT_BOUNCE },
    { ATTACHED("postmaster@b.test", "x", "It could not be delivered: user unknown."), REPORT_BOUNCE },
    { ATTACHED("postmaster@b.test", "Undeliverable: x", "It was not delivered."), REPORT_BOUNCE },
    { ATTACHED("MAILER-DAEMON@b.test", "x", "It was not delivered."), REPORT_BOUNCE },
  };
  assert_kinds(rows, G_N_ELEMENTS(rows));
}

static void a_log_or_a_statistic_is_no_bounce(void **state)
{
  static const Row rows[] = {
    { DAEMON("me@b.test", "Undeliverable") "\nFailed:\n  5  550 5.1.1 <a@c.test>: unknown\n 12 <b@c.test>: full\n",
      REPORT_NOTICE },
    { DAEMON("me@b.test", "Delivery failed") "\nNov  1 10:00:00 mx postfix/smtp[1]: to=<a@c.test>, bounced\n",
      REPORT_NOTICE },
    /* a number of its own, a reply code, and words that look like a date */
    { DAEMON("me@b.test", "Undeliverable") "\nFailed:\n  1 <a@c.test>: unknown\n", REPORT_BOUNCE },
    { DAEMON("me@b.test", "Undeliverable") "\nFailed:\n550 <a@c.test>: unknown\n550 <b@c.test>: unknown\n",
      REPORT_BOUNCE },
    { DAEMON("me@b.test", "Undeliverable") "\nFailed:\naNo  1 10:00:00 to:\n<a@c.test>: unknown\n", REPORT_BOUNCE },
  };
  assert_kinds(rows, G_N_ELEMENTS(rows));
}

static void what_a_form_on_a_web_page_sends_is_no_bounce(void **state)
{
  static const Row rows[] = {
    { "Return-Path: <>\nFrom: apache@b.test\nTo: me@b.test\nSubject: Mail delivery failed\n\nFrom: Bob\n\nMail could "
      "not be "
      "delivered:\n\n  a@c.test\n",
      REPORT_NONE },
    { "Return-Path: <>\nFrom: postmaster@b.test\nTo: me@b.test\nSubject: Mail delivery failed\n\nIhr Name: Bob\n\nMail "
      "could "
      "not be delivered:\n\n  a@c.test\n",
      REPORT_NONE },
    { "Return-Path: <>\nFrom: apache@b.test\nTo: me@b.test\nSubject: Mail delivery failed\n\nMail could not be "
      "delivered:\n\n  a@c.test\n",
      REPORT_BOUNCE },
    { DAEMON("me@b.test", "Mail delivery failed") "\nFrom: Bob\n\nMail could not be delivered:\n\n  a@c.test\n",
      REPORT_BOUNCE },
  };
  assert_kinds(rows, G_N_ELEMENTS(rows));
}

static int setup(void **state)
{
  filter_init();
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(copies_for_a_keeper_are_notices),
    cmocka_unit_test(bounces_in_bounces_are_notices_for_a_keeper),
    cmocka_unit_test(a_virus_in_mail_to_the_reader_is_a_notice),
    cmocka_unit_test(words_make_a_notice_only_without_a_status),
    cmocka_unit_test(a_message_to_decide_on_is_no_bounce),
    cmocka_unit_test(a_log_or_a_statistic_is_no_bounce),
    cmocka_unit_test(what_a_form_on_a_web_page_sends_is_no_bounce),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
