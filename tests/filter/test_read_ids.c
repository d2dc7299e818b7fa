/* test_read_ids.c - small messages, and every id that is read from them
 * Owns:     nothing.
 * Must not: repeat tests/samples, which has whole mails of every family.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    filter/returned.c, filter/tokens.c, filter/gather.c */
#include "tests/filter/read_text.h"

static void ids_of_the_original_are_found_and_half_ids_are_not(void **state)
{
  static const char cut[] = TEXT "\n--- Below this line is a copy of the message.\n\n";
  static const Row rows[] = {
    { "Message-ID: <a.1@b.test>\nResent-Message-ID: <a.2@b.test>\nX-Google-Original-Message-ID: <a.3@b.test>\nSubject: "
      "x\n\nbody\n",
      "a.1@b.test a.2@b.test a.3@b.test" },
    { "Message-ID:\n <a.1@b.test>\nIn-Reply-To: <other@c.test>\nReferences: <other@c.test>\n", "a.1@b.test" },
    { "> Message-ID: <a.1@b.test>\n> From: me@b.test\n>\n> Message-ID: <other@c.test>\n> From: x@y.test\n> Received: "
      "z\n",
      "a.1@b.test" },
    { "    Received: x\n    Message-ID: <a.1@b.test>\n    Subject: y\n", "a.1@b.test" },
    { "Message-ID: <own.1@mx.test>\nFrom: me@b.test\n", "" },
    { "Message-ID: <a.1@b.te", "" },
    { "Message-ID: a.1@b.te", "" },
    { "Message-ID: 12345\nFrom: me@b.test\n", "" },
    { "Received: from mx\nFrom: mailer-daemon@far.test\nSubject: failure notice\nMessage-ID: "
      "<b.1@far.test>\n\nGone.\n\n"
      "Received: x\nFrom: me@b.test\nMessage-ID: <a.1@b.test>\nSubject: Lunch\n",
      "b.1@far.test a.1@b.test" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *message = g_strconcat(cut, rows[i].message, NULL);
    g_autoptr(Report) report = read_text(message);
    g_autofree char *got = joined(report->original.message_ids);
    assert_text(i, got, rows[i].want);
  }
}

static void ids_in_the_text_of_the_reporter_are_found(void **state)
{
  static const Row rows[] = {
    { TEXT "<gone@c.test>:\nsee <a.1@b.test> and 20260102030405.77@c.test, not <anna@d.test> nor bob@e.test\n",
      "a.1@b.test 20260102030405.77@c.test" },
    { TEXT "our own <own.1@mx.test>, <me@b.test>\n", "" },
    { TEXT "<a.1@b.test> <a.1@b.test>\n", "a.1@b.test" },
    { TEXT "@ <@> <1@> <@2>\n", "" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Report) report = read_text(rows[i].message);
    g_autofree char *got = joined(report->tokens);
    assert_text(i, got, rows[i].want);
  }
  g_autoptr(GString) many = g_string_new(TEXT);
  for (guint i = 0; i < 1000; i++) g_string_append_printf(many, "<token.%u@b.test>\n", i);
  g_autoptr(Report) capped = read_text(many->str);
  assert_int_equal(capped->tokens->len, 64);
}

/* Ids that whoever wrote the original chose are never taken for the reporter's words. */
static void ids_that_the_original_chose_are_not_the_words_of_the_reporter(void **state)
{
  g_autoptr(Report) report = read_text(
      TEXT "About <said.1@b.test>.\n\n--- Below this line is a copy of the message.\n\nDelivered-To: list@b.test\n"
           "From: x@y.test\nReferences: <r.1@c.test> <r.2@c.test>\nIn-Reply-To: <r.2@c.test>\nX-Id: <field.1@c.test>\n"
           "Message-ID: <a.1@y.test>\n\nSee <body.1@c.test>.\n");
  g_autofree char *others = joined(report->original.other_ids), *tokens = joined(report->tokens),
                  *delivered = joined(report->original.delivered);
  assert_string_equal(others, "r.2@c.test r.1@c.test field.1@c.test body.1@c.test");
  assert_string_equal(tokens, "said.1@b.test");
  assert_string_equal(delivered, "list@b.test");
}

static void the_beginning_of_an_id_that_was_cut_off_is_kept(void **state)
{
#define CUT TEXT "\n--- Below this line is a copy of the message.\n\nReceived: x\nFrom: me@b.test\n"
  static const Row rows[] = {
    { CUT "Message-ID: <abcdef.123456@b.te\nSubject: x\n", "abcdef.123456@b.te" },
    { CUT "Message-ID: <abcdef.123456@b...\nSubject: x\n", "abcdef.123456@b" },
    { CUT "Message-ID: <abcdef.123456@b.te", "abcdef.123456@b.te" },
    { CUT "Message-ID: <abcdefghij.1234567890\nSubject: x\n", "abcdefghij.1234567890" },
    { CUT "Message-ID: <short@b\nSubject: x\n", "" },
    { CUT "Message-ID: <abcdef.123456\nSubject: x\n", "" },
    { CUT "Message-ID: <abcdef.123456@b.test>\nSubject: x\n", "" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Report) report = read_text(rows[i].message);
    g_autofree char *got = joined(report->original.id_prefixes);
    assert_text(i, got, rows[i].want);
  }
}

static void an_envelope_id_that_looks_like_an_id_counts(void **state)
{
  static const Row rows[] = {
    { "<a.1@b.test>", "a.1@b.test" },
    { "a.1+2Bx@b.test", "a.1+x@b.test" },
    { "QQ314159", "" },
    { "a b@c", "" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *message =
        g_strconcat(DSN "Original-Envelope-Id: ", rows[i].message,
                    "\nReporting-MTA: dns; m\n\nFinal-Recipient: rfc822; a@c.test\nAction: failed\n\n--x--\n", NULL);
    g_autoptr(Report) report = read_text(message);
    g_autofree char *got = joined(report->envelope_ids);
    assert_text(i, got, rows[i].want);
  }
}

/* Of a long thread the nearest messages count. */
static void of_a_long_thread_the_nearest_messages_count(void **state)
{
  g_autoptr(GString) head = g_string_new("From: MAILER-DAEMON@mx.test\nSubject: failure notice\nReferences:");
  for (guint i = 0; i < 1000; i++) g_string_append_printf(head, "\n <ref.%u@b.test>", i);
  g_string_append(head, "\n\nunable to deliver\n");
  g_autoptr(Report) report = read_text(head->str);
  assert_int_equal(report->refer_backs->len, 64);
  assert_string_equal(report->refer_backs->pdata[0], "ref.999@b.test");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(ids_of_the_original_are_found_and_half_ids_are_not),
    cmocka_unit_test(ids_in_the_text_of_the_reporter_are_found),
    cmocka_unit_test(ids_that_the_original_chose_are_not_the_words_of_the_reporter),
    cmocka_unit_test(the_beginning_of_an_id_that_was_cut_off_is_kept),
    cmocka_unit_test(an_envelope_id_that_looks_like_an_id_counts),
    cmocka_unit_test(of_a_long_thread_the_nearest_messages_count),
  };
  filter_init();
  return cmocka_run_group_tests_name("read ids", tests, NULL, NULL);
}
