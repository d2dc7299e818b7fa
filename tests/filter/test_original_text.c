/* test_original_text.c - the text of the original, as far as a report returns it
 * Owns:     reports written by hand.
 * Must not: know what the text is used for.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/gather.c */
#include "filter/filter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
// cmocka wants the headers above first
#include <cmocka.h>

#define FROM "From: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n"
#define REPORT                                                                                                         \
  FROM "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nThe reporter's words\n"
#define STATUS                                                                                                         \
  "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; "          \
  "x@y.example\nAction: failed\nStatus: 5.1.1\n\n"
#define ORIGINAL "From: me@my.example\nTo: x@y.example\nSubject: Offer\nMessage-ID: <1@my.example>\n"

static Report *read_message(const char *text)
{
  g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
  Report *report = filter_read(bytes);
  assert_int_not_equal(report->kind, REPORT_NONE);
  return report;
}

static void the_text_is_that_of_the_original_alone(void **state)
{
  static const struct {
    const char *what, *message, *has, *has_not; /* has NULL: no text */
  } rows[] = {
    { "a returned message", REPORT STATUS "--b\nContent-Type: message/rfc822\n\n" ORIGINAL "\nCheap watches\n--b--\n",
      "Cheap watches", "reporter" },
    { "only its header", REPORT STATUS "--b\nContent-Type: text/rfc822-headers\n\n" ORIGINAL "\n--b--\n", NULL, NULL },
    { "quoted-printable",
      REPORT STATUS "--b\nContent-Type: message/rfc822\n\n" ORIGINAL
                    "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n"
                    "gr=F6=\n=DFer\n--b--\n",
      "größer", "=F6" },
    { "base64",
      REPORT STATUS "--b\nContent-Type: message/rfc822\n\n" ORIGINAL
                    "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nQ2hlYXAgd2F0Y2hlcw==\n--b--\n",
      "Cheap watches", "Q2hl" },
    { "HTML",
      REPORT STATUS "--b\nContent-Type: message/rfc822\n\n" ORIGINAL
                    "Content-Type: text/html\n\n<p>Cheap <b>watches</b></p><style>p { color: red }</style>\n--b--\n",
      "Cheap watches", "color" },
    { "parts, and data for programs",
      REPORT STATUS "--b\nContent-Type: message/rfc822\n\n" ORIGINAL
                    "Content-Type: multipart/mixed; boundary=c\n\n--c\nContent-Type: text/plain\n\nCheap\n"
                    "--c\nContent-Type: application/pdf\n\nsecret\n--c--\n--b--\n",
      "Cheap", "secret" },
    { "below a mark in the text",
      "From: MAILER-DAEMON@mx.example\nSubject: failure notice\n\nHi. This is the qmail-send program at mx.example.\n"
      "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n<x@y.example>:\n"
      "Sorry, no mailbox here by that name.\n\n--- Below this line is a copy of the message.\n\n" ORIGINAL
      "\nCheap watches\n",
      "Cheap watches", "qmail" },
    { "the same, and nothing but its header",
      "From: MAILER-DAEMON@mx.example\nSubject: failure notice\n\nHi. This is the qmail-send program at mx.example.\n"
      "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n<x@y.example>:\n"
      "Sorry, no mailbox here by that name.\n\n--- Below this line is a copy of the message.\n\n" ORIGINAL,
      NULL, NULL },
    { "nothing of it came back", REPORT STATUS "--b--\n", NULL, NULL },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Report) report = read_message(rows[i].message);
    const char *text = report->original.text;
    if (rows[i].has == NULL && text != NULL && *g_strstrip(report->original.text) != '\0')
      fail_msg("%s: \"%s\"", rows[i].what, text);
    if (rows[i].has == NULL) continue;
    if (text == NULL || strstr(text, rows[i].has) == NULL || strstr(text, rows[i].has_not) != NULL)
      fail_msg("%s: \"%s\"", rows[i].what, text);
  }
}

static void a_long_text_is_cut_and_stays_valid(void **state)
{
  g_autoptr(GString) message = g_string_new(REPORT STATUS "--b\nContent-Type: message/rfc822\n\n" ORIGINAL "\n");
  for (guint i = 0; i < 20000; i++) g_string_append(message, "x€");
  g_autoptr(Report) report = read_message(message->str);
  assert_non_null(report->original.text);
  assert_true(strlen(report->original.text) <= ORIGINAL_TEXT_MOST + 8);
  assert_true(strlen(report->original.text) > ORIGINAL_TEXT_MOST / 2);
  assert_true(g_utf8_validate(report->original.text, -1, NULL));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_text_is_that_of_the_original_alone),
    cmocka_unit_test(a_long_text_is_cut_and_stays_valid),
  };
  filter_init();
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
