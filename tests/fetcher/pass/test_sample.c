/* test_sample.c - the owner's servers are learned in passing, and insiders are told
 * Owns:     mailboxes in memory.
 * Must not: judge for itself.
 * Fails:    by TAP.
 * Tests:    fetcher/pass/sample.c, fetcher/pass/insiders.c */
#include "ledger/account.h"
#include "ledger/insider.h"
#include "ledger/learn.h"
#include "ledger/own_server.h"
#include "tests/rigs/fake_mail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define DAY ((gint64)86400)
#define EVIL                                                                                                           \
  "Received: from mx.stranger.test (mx.stranger.test [203.0.113.9])\n\tby mx.example.org (Postfix) with ESMTP id 7; "  \
  "x\n"
#define INNER "Received: by mx.example.org (Postfix)\n\tid 8; x\n"

static guint made;

static FakeMessage *ordinary(Fake *fake)
{
  g_autofree char *text =
      g_strdup_printf(EVIL "From: Bob <bob@example.com>\nTo: owner@example.org\nSubject: lunch\nMessage-ID: "
                           "<o%u@example.com>\n\nReceived: by body.test\n",
                      ++made);
  return fake_add(fake->server, "INBOX", text, fake->now - DAY);
}

/* A bounce about mail that Sent does not know, with these fields on top. */
static void bounce(Fake *fake, const char *fields, gint64 stored)
{
  g_autofree char *id = g_strdup_printf("other-device-%u@example.org", ++made);
  g_autofree char *victim = g_strdup_printf("victim-%u@example.com", made);
  FakeMessage *message = fake_bounce(fake, "INBOX", 1000 + made, id, victim, stored);
  gsize length = 0;
  const char *text = g_bytes_get_data(message->bytes, &length);
  g_autofree char *whole = g_strdup_printf("%s%.*s", fields, (int)length, text);
  g_bytes_unref(message->bytes);
  message->bytes = g_bytes_new(whole, strlen(whole));
}

static OwnServer server(Fake *fake)
{
  g_autoptr(GError) problem = NULL;
  OwnServer server = { 0 };
  assert_true(own_server_get(fake->ledger, "home", &server, &problem));
  return server;
}

static guint sampled(Fake *fake)
{
  g_auto(OwnServer) known = server(fake);
  return known.sampled;
}

/* Passes, each with new mail, until the servers are known. */
static void learn(Fake *fake)
{
  for (guint i = 0; i < 8; i++) {
    for (guint k = 0; k < LEARN_AT_ONCE; k++) ordinary(fake);
    fake_pass_ok(fake);
  }
  g_auto(OwnServer) known = server(fake);
  assert_string_equal(known.name, "mx.example.org");
}

static void a_pass_reads_a_few_and_none_when_enough_is_known(void **state)
{
  Fake *fake = *state;
  for (guint i = 0; i < 50; i++) ordinary(fake);
  fake_pass_ok(fake);
  assert_int_equal(sampled(fake), LEARN_AT_ONCE);
  fake_pass_ok(fake); /* nothing new */
  assert_int_equal(sampled(fake), LEARN_AT_ONCE);
  learn(fake);
  assert_int_equal(sampled(fake), 60);
  for (guint i = 0; i < 5; i++) ordinary(fake);
  fake_pass_ok(fake);
  assert_int_equal(sampled(fake), 60);
}

static void a_message_that_cannot_be_read_changes_nothing(void **state)
{
  Fake *fake = *state;
  ordinary(fake);
  ordinary(fake)->left_out = TRUE; /* gone since the scan */
  ordinary(fake);
  fake_pass_ok(fake);
  assert_int_equal(sampled(fake), 2);
  for (guint i = 0; i < 3; i++) ordinary(fake);
  ordinary(fake)->busy = TRUE;
  Pass pass = fake_pass_ok(fake);
  assert_null(pass.error);
  assert_true(sampled(fake) <= 5);
}

static void a_lost_connection_learns_nothing_by_half(void **state)
{
  Fake *fake = *state;
  fake_pass_ok(fake);
  for (guint i = 0; i < 3; i++) ordinary(fake);
  const guint before = sampled(fake);
  for (guint cut = 1; cut < 40; cut++) {
    g_autoptr(GError) problem = NULL;
    fake->server->cut = cut;
    gboolean done = fake_pass(fake, NULL, &problem);
    const guint now = sampled(fake);
    assert_true(now == before || now == before + 3);
    if (done) break;
  }
  fake->server->cut = 0;
  assert_int_equal(fake_in_state(fake, MOVE_QUARANTINED), 3);
}

static void an_insider_stays_and_a_stranger_is_moved(void **state)
{
  Fake *fake = *state;
  g_autoptr(GError) problem = NULL;
  learn(fake);
  const guint moved = fake_in_state(fake, MOVE_QUARANTINED);
  bounce(fake, INNER, fake->now - 3 * DAY);
  bounce(fake, EVIL INNER, fake->now - 3 * DAY);
  Pass pass = fake_pass_ok(fake);
  assert_int_equal(pass.unsure, 1);
  assert_int_equal(fake_in_state(fake, MOVE_QUARANTINED), moved + 1);
  Insiders insiders;
  assert_true(insiders_count(fake->ledger, "home", fake->now, &insiders, &problem));
  assert_int_equal(insiders.month, 1);
}

static void before_the_servers_are_known_all_is_as_ever(void **state)
{
  Fake *fake = *state;
  ordinary(fake);
  bounce(fake, INNER, fake->now - 3 * DAY);
  fake_pass_ok(fake);
  assert_int_equal(fake_in_state(fake, MOVE_QUARANTINED), 4);
}

static char *notice(Fake *fake)
{
  g_autoptr(GError) problem = NULL;
  g_autoptr(GPtrArray) accounts = account_list(fake->ledger, &problem);
  assert_non_null(accounts);
  return g_strdup(((const Account *)accounts->pdata[0])->notice);
}

static void many_insiders_in_a_day_are_told_with_their_number(void **state)
{
  Fake *fake = *state;
  learn(fake);
  for (guint i = 0; i < INSIDER_DAY - 1; i++) bounce(fake, INNER, fake->now - 3600);
  fake_pass_ok(fake);
  g_autofree char *few = notice(fake);
  assert_null(few);
  bounce(fake, INNER, fake->now - 3600);
  fake_pass_ok(fake);
  g_autofree char *many = notice(fake);
  assert_non_null(many);
  assert_non_null(strstr(many, "10 reports of the last day"));
  assert_non_null(strstr(many, "change the account's password"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    FAKE_CASE(a_pass_reads_a_few_and_none_when_enough_is_known),
    FAKE_CASE(a_message_that_cannot_be_read_changes_nothing),
    FAKE_CASE(a_lost_connection_learns_nothing_by_half),
    FAKE_CASE(an_insider_stays_and_a_stranger_is_moved),
    FAKE_CASE(before_the_servers_are_known_all_is_as_ever),
    FAKE_CASE(many_insiders_in_a_day_are_told_with_their_number),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
