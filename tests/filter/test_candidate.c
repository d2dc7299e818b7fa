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

static void candidates(void **state)
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

static void field_lists(void **state)
{
  assert_true(g_strv_contains(filter_candidate_fields, "Message-ID"));
  assert_true(g_strv_contains(filter_sent_fields, "X-Google-Original-Message-ID"));
}

static char *joined(GPtrArray *list)
{
  g_autoptr(GPtrArray) copy = g_ptr_array_copy(list, NULL, NULL);
  g_ptr_array_set_free_func(copy, NULL);
  g_ptr_array_add(copy, NULL);
  return g_strjoinv(" ", (char **)copy->pdata);
}

static void sent(void **state)
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
static void sent_to_many(void **state)
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

static void ordinary_mail(void **state)
{
  static const struct {
    const char *fields, *id, *answers, *recipients, *sender;
    gboolean by_list, by_machine;
  } rows[] = {
    { "Message-ID: <1@a.test>\nFrom: B <B@c.test>\nTo: Me <me@example.org>\nIn-Reply-To: <2@a.test>\n", "1@a.test",
      "2@a.test", "me@example.org", "b@c.test", FALSE, FALSE },
    { "In-Reply-To: <2@a.test>\nTo: a@b.test, c@d.test\nCc: e@f.test\n", NULL, "2@a.test", "a@b.test c@d.test e@f.test",
      NULL, FALSE, FALSE },
    { "In-Reply-To: \"Your message of Monday\" <2@a.test>\nReferences: <0@a.test> <3@a.test>\n", NULL, "2@a.test", "",
      NULL, FALSE, FALSE },
    { "References: <0@a.test>\n <3@a.test>\nFrom: b@c.test\n", NULL, "3@a.test", "", "b@c.test", FALSE, FALSE },
    { "References: <0@a.test> <cut@off\nFrom: b@c.test\n", NULL, "", "", NULL, FALSE, FALSE },
    { "Message-ID: <1@a.test>\nFrom: b@c.test\nTo: a@b.test\n", "1@a.test", "", "", NULL, FALSE, FALSE },
    { "Message-ID:\n\t<1@a.test>\nMessage-ID: <2@a.test>\n", "1@a.test", "", "", NULL, FALSE, FALSE },
    { "In-Reply-To: <2@a.test>\nFrom: b@c.test\nList-Id: <x.a.test>\n", NULL, "2@a.test", "", NULL, TRUE, FALSE },
    { "In-Reply-To: <2@a.test>\nFrom: b@c.test\nX-BeenThere: x@a.test\n", NULL, "2@a.test", "", NULL, TRUE, FALSE },
    { "In-Reply-To: <2@a.test>\nFrom: b@c.test\nPrecedence: bulk\n", NULL, "2@a.test", "", NULL, TRUE, FALSE },
    { "In-Reply-To: <2@a.test>\nFrom: b@c.test\nAuto-Submitted: no\n", NULL, "2@a.test", "", "b@c.test", FALSE, FALSE },
    { "In-Reply-To: <2@a.test>\nFrom: no-reply@c.test\n", NULL, "2@a.test", "", NULL, FALSE, TRUE },
    { "garbage\n", NULL, "", "", NULL, FALSE, FALSE },
    { "", NULL, "", "", NULL, FALSE, FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(ReceivedMessage) message = NULL;
    if (filter_scan(rows[i].fields, strlen(rows[i].fields), FALSE, &message)) fail_msg("row %u is a candidate", i);
    g_autofree char *answers = joined(message->answers), *recipients = joined(message->recipients);
    if (g_strcmp0(message->message_id, rows[i].id) != 0 || g_strcmp0(message->sender, rows[i].sender) != 0
        || !g_str_equal(answers, rows[i].answers) || !g_str_equal(recipients, rows[i].recipients)
        || message->by_list != rows[i].by_list || message->by_machine != rows[i].by_machine)
      fail_msg("row %u: id %s, answers %s, recipients %s, from %s, list %d, machine %d", i, message->message_id,
               answers, recipients, message->sender, message->by_list, message->by_machine);
  }
}

/* A scan gives each message to one reader or the other, as the fields of both lists have it. */
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
  for (guint i = 0; filter_candidate_fields[i] != NULL; i++)
    if (!g_strv_contains(filter_scan_fields, filter_candidate_fields[i])) fail_msg("%s", filter_candidate_fields[i]);
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

/* The last of many references is read, however long the field is. */
static void the_last_of_many_references_counts(void **state)
{
  g_autoptr(GString) fields = g_string_new("From: b@c.test\nReferences:");
  for (guint i = 0; i < 2000; i++) g_string_append_printf(fields, "\n <%u@a.test>", i);
  g_string_append_c(fields, '\n');
  g_autoptr(ReceivedMessage) message = NULL;
  assert_false(filter_scan(fields->str, fields->len, FALSE, &message));
  assert_int_equal(message->answers->len, 1);
  assert_string_equal(message->answers->pdata[0], "1999@a.test");
}

static int setup(void **state)
{
  filter_init();
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(candidates),
                                      cmocka_unit_test(field_lists),
                                      cmocka_unit_test(sent),
                                      cmocka_unit_test(sent_to_many),
                                      cmocka_unit_test(sent_copies_that_were_delivered),
                                      cmocka_unit_test(ordinary_mail),
                                      cmocka_unit_test(a_candidate_is_no_ordinary_mail),
                                      cmocka_unit_test(a_date_is_read_where_it_is_asked_for),
                                      cmocka_unit_test(the_last_of_many_references_counts) };
  return cmocka_run_group_tests(tests, setup, NULL);
}
