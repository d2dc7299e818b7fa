/* test_look_up.c - when a pass looks up names, and what it tells of it
 * Owns:     a mailbox in memory, and a stand-in for what looks up.
 * Must not: ask a name server.
 * Fails:    by TAP.
 * Tests:    fetcher/pass/look_up.c */
#include "fetcher/pass/look_up.h"
#include "filter/hand.h"
#include "ledger/learn.h"
#include "tests/rigs/fake_mail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

typedef struct {
  guint called;
  guint asked; /* questions, in the last call */
  gint64 left; /* at the beginning of the last call */
  gboolean dead, broken;
} Names;

/* Answers nothing: what it is asked is what facts lack. A dead one takes all the time there is. */
static gboolean look_up(gpointer data, DnsCollect collect, gpointer collect_data, gint64 *left, char **problem,
                        GError **error)
{
  Names *names = data;
  g_autoptr(GPtrArray) questions = g_ptr_array_new_with_free_func((GDestroyNotify)dns_question_free);
  names->called++;
  names->left = *left;
  if (!collect(collect_data, questions, error)) return FALSE;
  names->asked = questions->len;
  *left = names->dead ? 0 : *left - 1;
  if (names->dead) *problem = g_strdup("Names are not looked up: nobody answers.");
  if (names->broken) g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_IO, "no");
  return !names->broken;
}

static void make_pass(Fake *fake, Names *names)
{
  g_autoptr(GError) error = NULL;
  Run *run = fake_connect(fake);
  run_set_look_up(run, look_up, names);
  gboolean done = pass_run(run, PASS_WHOLE, NULL, &error);
  if (done == names->broken) fail_msg("%s", error != NULL ? error->message : "it went through");
  fake_disconnect(run);
}

static char *notice(Fake *fake)
{
  g_autoptr(GPtrArray) accounts = account_list(fake->ledger, NULL);
  return g_strdup(((const Account *)accounts->pdata[0])->notice);
}

#define BY_US "Received: from mx.stranger.test (mx.stranger.test [198.51.100.9]) by mx.example.org with ESMTP id 1; x\n"
#define CHAIN                                                                                                          \
  "Received: from mx.stranger.test (mx.stranger.test [10.0.0.2]) by s.stranger.test with ESMTP id 2; x\n"              \
  "Received: from mail.bot.test (line.test [192.0.2.7]) by mx.stranger.test with SMTP id 3; x\n"

/* A bounce that a stranger handed in. old: about mail of a time that Sent does not reach: unsure. */
static void deliver(Fake *fake, guint number, gboolean old)
{
  g_autofree char *text = g_strdup_printf(
      BY_US "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx%u.example.net>\nTo: owner@example.org\n"
            "Subject: Undelivered Mail Returned to Sender\nMessage-ID: <new-%u@mx.example.net>\nMIME-Version: 1.0\n"
            "Content-Type: multipart/report; report-type=delivery-status; boundary=\"cut\"\n\n"
            "--cut\nContent-Type: text/plain\n\nYour message could not be delivered.\n\n"
            "--cut\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
            "Final-Recipient: rfc822; v%u@example.com\nAction: failed\nStatus: 5.1.1\n\n"
            "--cut\nContent-Type: text/rfc822-headers\n\n" CHAIN "From: owner@example.org\nTo: v%u@example.com\n"
            "Subject: x\nMessage-ID: <x-%u@bot.example>\n\n--cut--\n",
      number, number, number, number, number);
  fake_add(fake->server, "INBOX", text, fake->now - (old ? 400 : 2) * (gint64)86400);
}

/* The owner's server is known. */
static void learn(Fake *fake)
{
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  for (guint i = 0; i < 30; i++) g_ptr_array_add(messages, g_bytes_new_static(BY_US "\n", strlen(BY_US "\n")));
  assert_true(learn_from(fake->ledger, fake->account.name, messages, fake->now, NULL));
}

static void only_unsure_reports_of_strangers_are_asked_about(void **state)
{
  Fake *fake = *state;
  Names names = { 0 };
  fake->config.tools.reverse = TRUE;
  make_pass(fake, &names); /* the first pass; nobody knows yet who hands mail in */
  assert_int_equal(names.asked, 0);
  learn(fake);
  deliver(fake, 50, FALSE); /* would be moved */
  make_pass(fake, &names);
  assert_int_equal(names.asked, 0);
  deliver(fake, 51, TRUE);
  make_pass(fake, &names);
  assert_int_equal(names.asked, 1);
  assert_true(names.called > 0);
  assert_int_equal(names.left, DNS_WAIT); /* each pass has its own time */
}

static void nothing_is_looked_up_where_no_check_is_on(void **state)
{
  Fake *fake = *state;
  Names names = { 0 };
  learn(fake);
  deliver(fake, 51, TRUE);
  make_pass(fake, &names);
  assert_int_equal(names.called, 0);
}

static void what_fails_is_told_until_it_works_again(void **state)
{
  Fake *fake = *state;
  Names names = { .dead = TRUE };
  fake->config.tools.reverse = TRUE;
  make_pass(fake, &names);
  g_autofree char *told = notice(fake);
  assert_non_null(strstr(told, "Names are not looked up: nobody answers."));
  names.called = 0;
  make_pass(fake, &names); /* nothing new came: nothing is asked, and it is still told */
  g_autofree char *still = notice(fake);
  assert_non_null(still);
  names.dead = FALSE;
  deliver(fake, 51, TRUE);
  make_pass(fake, &names);
  g_autofree char *none = notice(fake);
  assert_true(none == NULL || strstr(none, "Names are not") == NULL);
}

/* Two batches would wait twice. */
static void a_pass_that_has_waited_asks_no_more(void **state)
{
  Fake *fake = *state;
  Names names = { .dead = TRUE };
  fake->config.tools.reverse = TRUE;
  for (guint i = 0; i < 400; i++) deliver(fake, 100 + i, TRUE);
  make_pass(fake, &names);
  assert_int_equal(names.called, 1);
}

static void a_ledger_that_fails_ends_the_pass(void **state)
{
  Fake *fake = *state;
  Names names = { .broken = TRUE };
  fake->config.tools.reverse = TRUE;
  make_pass(fake, &names);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    FAKE_CASE(only_unsure_reports_of_strangers_are_asked_about),
    FAKE_CASE(nothing_is_looked_up_where_no_check_is_on),
    FAKE_CASE(what_fails_is_told_until_it_works_again),
    FAKE_CASE(a_pass_that_has_waited_asks_no_more),
    FAKE_CASE(a_ledger_that_fails_ends_the_pass),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
