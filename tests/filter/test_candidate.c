/* test_candidate.c - header blocks: could it be a report, and what does sent mail say
 * Owns:     the tests of fields.c, head.c and sent_message.c and received_message.c.
 * Must not: read bodies.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/fields.c, filter/head.c, filter/sent_message.c, filter/received_message.c */
#include "filter/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void a_few_fields_tell_what_could_be_a_report(void **state)
{
  static const struct {
    const char *fields;
    gboolean want;
  } rows[] = {
    { "From: Anna <anna@a.test>\r\nSubject: Lunch\r\n", FALSE },
    { "From: Mail Delivery System <MAILER-DAEMON@a.test>\r\n", TRUE },
    { "From: MAILER-DAEMON (Mail Delivery System)\r\n", TRUE },
    { "From: Mailer.Daemon@a.test\n", TRUE },
    { "From: post_master@a.test\n", TRUE },
    { "From: <>\n", TRUE },
    { "From: Anna <anna@a.test>\nReturn-Path: <>\n", TRUE },
    { "From: Anna <anna@a.test>\nReturn-Path: <mailer-daemon@a.test>\n", TRUE },
    { "From: Anna <anna@a.test>\nReturn-Path: <anna@a.test>\n", FALSE },
    { "From: =?utf-8?q?Mail_Delivery_System?= <x@a.test>\n", TRUE },
    { "Subject: Undelivered Mail\r\n Returned to Sender\r\n", TRUE },
    { "Subject: =?utf-8?B?VW56dXN0ZWxsYmFyOiBIYWxsbw==?=\n", TRUE },
    { "Subject: =?iso-2022-jp?B?GyRCRyc/LkUrNy8bKEI=?=\nFrom: a@b.test\n", FALSE },
    { "Subject: Nicht zustellbar: Hallo\nFrom: a@b.test", TRUE },
    { "content-type: Multipart/Report; report-type=delivery-status\n", TRUE },
    { "Content-Type: message/delivery-status\n", TRUE },
    { "Content-Type: multipart/mixed\nFrom: no-reply@a.test\n", TRUE },
    { "Content-Type: multipart/mixed\nFrom: anna@a.test\n", FALSE },
    { "Content-Type: text/plain\nFrom: no-reply@a.test\nSubject: News\n", FALSE },
    { "Auto-Submitted: auto-replied\n", TRUE },
    { "Auto-Submitted: no\n", FALSE },
    { "X-Failed-Recipients: a@b.test\n", TRUE },
    { "X-MS-Exchange-Message-Is-Ndr:\n", TRUE },
    { "Precedence: auto_reply\n", TRUE },
    { "Precedence: bulk\n", FALSE },
    { "X-Autoreply: yes\n", TRUE },
    { "Subject: Out of Office: Lunch\n", TRUE },
    { "Subject: Please confirm your message\n", TRUE },
    { "From: a@b.test\n\nSubject: Undelivered Mail\n", FALSE }, /* that is the body */
    { "garbage without colon\nFrom: mailer-daemon\n", TRUE },
    { "From mailer-daemon Thu Jan 1\nFrom: a@b.test\n", FALSE },
    { "From", FALSE },
    { ": no name\n", FALSE },
    { "", FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    if (filter_candidate(rows[i].fields, strlen(rows[i].fields)) != rows[i].want)
      fail_msg("row %u: %s", i, rows[i].fields);
  assert_false(
      filter_candidate("X-Failed-Recipients: a", 5)); /* not NUL-terminated: nothing beyond the length counts */
}

static void the_fields_asked_for_hold_every_name_of_an_id(void **state)
{
  assert_true(g_strv_contains(filter_scan_fields, "Message-ID"));
  assert_true(g_strv_contains(filter_sent_fields, "X-Google-Original-Message-ID"));
}

static char *joined(GPtrArray *list)
{
  g_autoptr(GPtrArray) copy = g_ptr_array_copy(list, NULL, NULL);
  g_ptr_array_set_free_func(copy, NULL);
  g_ptr_array_add(copy, NULL);
  return g_strjoinv(" ", (char **)copy->pdata);
}

static void of_a_sent_message_ids_recipients_subject_and_date_are_taken(void **state)
{
  static const struct {
    const char *fields, *ids, *recipients, *subject;
    gint64 date;
  } rows[] = {
    { "Message-ID: <1@a.test>\r\nTo: B <b@c.test>,\r\n d@e.test\r\nCc: f@g.test\r\nBcc: h@i.test\r\nSubject: "
      "=?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
      "Date: Thu, 1 Jan 1970 01:00:10 +0000\r\n",
      "1@a.test", "b@c.test d@e.test f@g.test h@i.test", "Grüße", 3610 },
    { "message-id:\n <1@a.test>\nX-Google-Original-Message-ID: <2@a.test>\nResent-Message-ID: "
      "<3@a.test>\nX-Microsoft-Original-Message-ID: <4@a.test>\n"
      "X-Original-Message-ID: <5@a.test>\nResent-To: x@y.test\nTo: b@c.test\n",
      "1@a.test 2@a.test 3@a.test 4@a.test 5@a.test", "x@y.test b@c.test", NULL, 0 },
    { "Date: tomorrow\nSubject: \n", "", "", NULL, 0 },
    { "", "", "", NULL, 0 },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(SentMessage) message = sent_message_read(rows[i].fields, strlen(rows[i].fields));
    g_autofree char *ids = joined(message->message_ids), *recipients = joined(message->recipients);
    assert_string_equal(ids, rows[i].ids);
    assert_string_equal(recipients, rows[i].recipients);
    if (g_strcmp0(message->subject, rows[i].subject) != 0) fail_msg("row %u: %s", i, message->subject);
    assert_int_equal(message->date, rows[i].date);
  }
}

/* A letter to hundreds: every recipient counts, though the field is longer than any other is read. */
static void every_recipient_of_a_letter_to_hundreds_counts(void **state)
{
  g_autoptr(GString) fields = g_string_new("To: ");
  for (guint i = 0; i < 900; i++) g_string_append_printf(fields, "Member Number %u <member%u@club.test>,\r\n\t", i, i);
  g_string_append(fields, "last@club.test\r\nSubject: x\r\n");
  g_autoptr(SentMessage) message = sent_message_read(fields->str, fields->len);
  assert_int_equal(message->recipients->len, 901);
  assert_string_equal(message->recipients->pdata[900], "last@club.test");
}

/* Only what a server delivered says that the folder may hold other people's mail. */
static void sent_copies_that_were_delivered(void **state)
{
  static const struct {
    const char *fields;
    gboolean want;
  } rows[] = { { "From: a@b.test\nMessage-ID: <1@b.test>\n", FALSE },
               { "Return-Path: <a@b.test>\nFrom: a@b.test\n", TRUE },
               { "Delivered-To: me@b.test\n", TRUE },
               { "X-Delivered-To: me@b.test\n", FALSE } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(SentMessage) message = sent_message_read(rows[i].fields, strlen(rows[i].fields));
    if (message->delivered != rows[i].want) fail_msg("row %u", i);
  }
}

static void of_a_received_message_what_answers_need_is_taken(void **state)
{
  static const struct {
    const char *fields, *id, *answers, *recipients, *sender; /* answers NULL: it is none, or of no person */
  } rows[] = {
    { "Message-ID: <1@a.test>\nFrom: B <B@c.test>\nTo: Me <me@example.org>\nIn-Reply-To: <2@a.test>\n", "1@a.test",
      "2@a.test", "me@example.org", "b@c.test" },
    { "In-Reply-To: <2@a.test>\nTo: a@b.test, c@d.test\nCc: e@f.test\n", NULL, "2@a.test", "a@b.test c@d.test e@f.test",
      NULL },
    { "In-Reply-To: \"Your message of Monday\" <2@a.test>\n", NULL, "2@a.test", "", NULL },
    { "In-Reply-To: yesterday; <cut@off\nFrom: b@c.test\n", NULL, "", "", "b@c.test" },
    { "Message-ID: <1@a.test>\nFrom: b@c.test\nTo: a@b.test\n", "1@a.test", NULL, NULL, NULL },
    { "Message-ID:\n\t<1@a.test>\nMessage-ID: <2@a.test>\n", "1@a.test", NULL, NULL, NULL },
    { "In-Reply-To: <2@a.test>\nFrom: b@c.test\nList-Id: <x.a.test>\n", NULL, NULL, NULL, NULL },
    { "In-Reply-To: <2@a.test>\nFrom: b@c.test\nPrecedence: list\n", NULL, NULL, NULL, NULL },
    { "In-Reply-To: <2@a.test>\nFrom: b@c.test\nPrecedence: bulk\n", NULL, NULL, NULL, NULL },
    { "In-Reply-To: <2@a.test>\nFrom: b@c.test\nAuto-Submitted: no\n", NULL, "2@a.test", "", "b@c.test" },
    { "In-Reply-To: <2@a.test>\nFrom: no-reply@c.test\n", NULL, NULL, NULL, NULL },
    { "garbage\n", NULL, NULL, NULL, NULL },
    { "", NULL, NULL, NULL, NULL },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(ReceivedMessage) message = NULL;
    if (filter_scan(rows[i].fields, strlen(rows[i].fields), FALSE, &message)) fail_msg("row %u is a candidate", i);
    g_autofree char *answers = message->answers != NULL ? joined(message->answers) : NULL;
    g_autofree char *recipients = message->recipients != NULL ? joined(message->recipients) : NULL;
    if (g_strcmp0(message->message_id, rows[i].id) != 0 || g_strcmp0(message->sender, rows[i].sender) != 0
        || g_strcmp0(answers, rows[i].answers) != 0 || g_strcmp0(recipients, rows[i].recipients) != 0)
      fail_msg("row %u: id %s, answers %s, recipients %s, from %s", i, message->message_id, answers, recipients,
               message->sender);
  }
}

/* A scan gives each message to one reader or the other. */
static void a_candidate_is_no_ordinary_mail(void **state)
{
  static const char *const rows[] = {
    "In-Reply-To: <2@a.test>\nFrom: b@c.test\nAuto-Submitted: auto-replied\n",
    "In-Reply-To: <2@a.test>\nFrom: b@c.test\nReturn-Path: <>\n",
    "In-Reply-To: <2@a.test>\nContent-Type: multipart/report; report-type=disposition-notification\n",
    "From: MAILER-DAEMON@a.test\n",
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    ReceivedMessage *none = NULL;
    if (!filter_scan(rows[i], strlen(rows[i]), FALSE, &none) || none != NULL) fail_msg("row %u", i);
  }
}

/* The fields that head.c looks at. */
static const char *const known[] = { "Message-ID",
                                     "From",
                                     "Return-Path",
                                     "Subject",
                                     "Content-Type",
                                     "Auto-Submitted",
                                     "Precedence",
                                     "X-Failed-Recipients",
                                     "X-MS-Exchange-Message-Is-Ndr",
                                     "X-Autoreply",
                                     "X-Autorespond",
                                     "X-Mail-Autoreply",
                                     "X-Autogenerated",
                                     "List-Id",
                                     "List-Post",
                                     "X-List-Administrivia",
                                     "X-Cron-Env",
                                     "X-Amz-Sns-Message-Id",
                                     NULL };

/* Each field that makes a candidate by itself, so that it cannot be forgotten in the list of a scan. */
static void a_scan_asks_for_every_field_that_makes_a_candidate(void **state)
{
  static const char *const values[] = { "<>",
                                        "MAILER-DAEMON@a.test",
                                        "Undelivered Mail Returned to Sender",
                                        "multipart/report; report-type=delivery-status",
                                        "auto-replied",
                                        "auto_reply",
                                        "a@b.test" };
  static const char *const others[] = {
    "Reply-To",    "Sender", "X-Mailer", "User-Agent", "List-Post", "X-Cron-Env", "X-List-Administrivia",
    "X-BeenThere", "Date",   "Received", NULL
  };
  for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
    for (guint k = 0; known[k] != NULL; k++) {
      g_autofree char *field = g_strdup_printf("%s: %s\n", known[k], values[i]);
      if (filter_candidate(field, strlen(field)) && !g_strv_contains(filter_scan_fields, known[k]))
        fail_msg("%s", field);
    }
    for (guint k = 0; others[k] != NULL; k++) {
      g_autofree char *field = g_strdup_printf("%s: %s\n", others[k], values[i]);
      if (filter_candidate(field, strlen(field))) fail_msg("%s", field);
    }
  }
}

static void a_date_is_read_where_it_is_asked_for(void **state)
{
  static const char fields[] = "Message-ID: <1@a.test>\nDate: Thu, 1 Jan 2026 00:00:00 +0000\n";
  g_autoptr(ReceivedMessage) with = NULL, without = NULL;
  assert_false(filter_scan(fields, strlen(fields), TRUE, &with));
  assert_false(filter_scan(fields, strlen(fields), FALSE, &without));
  assert_int_equal(with->date, 1767225600);
  assert_int_equal(without->date, 0);
}

static int setup(void **state)
{
  filter_init();
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(a_few_fields_tell_what_could_be_a_report),
                                      cmocka_unit_test(the_fields_asked_for_hold_every_name_of_an_id),
                                      cmocka_unit_test(of_a_sent_message_ids_recipients_subject_and_date_are_taken),
                                      cmocka_unit_test(every_recipient_of_a_letter_to_hundreds_counts),
                                      cmocka_unit_test(sent_copies_that_were_delivered),
                                      cmocka_unit_test(of_a_received_message_what_answers_need_is_taken),
                                      cmocka_unit_test(a_candidate_is_no_ordinary_mail),
                                      cmocka_unit_test(a_scan_asks_for_every_field_that_makes_a_candidate),
                                      cmocka_unit_test(a_date_is_read_where_it_is_asked_for) };
  return cmocka_run_group_tests(tests, setup, NULL);
}
