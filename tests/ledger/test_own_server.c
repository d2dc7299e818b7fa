/* test_own_server.c - the owner's servers: learned from mail, and asked for facts about a report
 * Owns:     ledgers in memory.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/own_server.c, ledger/learn.c, ledger/facts_hand.c */
#include "filter/hand.h"
#include "ledger/kept.h"
#include "ledger/learn.h"
#include "ledger/own_server.h"
#include "tests/rigs/ledger_rig.h"

/* n messages that a host brought; %u in its name becomes a number from 1 to `hosts`. */
static void bring(Ledger *ledger, const char *account, const char *before, guint hosts, const char *after, guint n)
{
  GError *error = NULL;
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  for (guint i = 0; i < n; i++) {
    g_autofree char *number = hosts > 0 ? g_strdup_printf("%u", 1 + i % hosts) : g_strdup("");
    char *text = g_strdup_printf("Received: from a.test (a.test [192.0.2.1]) by %s%s%s (Postfix) with ESMTP id %u; x\n"
                                 "Subject: Received: by body.test\n\nReceived: by below.test\n",
                                 before, number, after, i);
    g_ptr_array_add(messages, g_bytes_new_take(text, strlen(text)));
  }
  OK(learn_from(ledger, account, messages, RIG_NOW, &error));
}

static void assert_server(Ledger *ledger, const char *account, const char *want)
{
  GError *error = NULL;
  g_auto(OwnServer) server = { 0 };
  OK(own_server_get(ledger, account, &server, &error));
  if (g_strcmp0(server.name, want) != 0)
    fail_msg("got %s, wanted %s", server.name != NULL ? server.name : "none", want != NULL ? want : "none");
}

static void a_name_counts_that_stood_on_top_of_nearly_all(void **state)
{
  (void)state;
  static const struct {
    const char *what;
    struct {
      const char *before;
      guint hosts;
      const char *after;
      guint n;
    } mail[3];
    const char *want;
  } rows[] = {
    { "one host", { { "mx.example.org", 0, "", 30 } }, "mx.example.org" },
    { "too few", { { "mx.example.org", 0, "", 29 } }, NULL },
    { "nine in ten", { { "mx.example.org", 0, "", 27 }, { "other.test", 0, "", 3 } }, "mx.example.org" },
    { "fewer", { { "mx.example.org", 0, "", 26 }, { "other.test", 0, "", 4 } }, NULL },
    { "a provider of many names", { { "mx", 20, ".provider.test", 40 } }, "provider.test" },
    { "of many names deep down",
      { { "a.b.c.d.e.f.g.mx", 20, ".eu.prod.provider.test", 40 } },
      "eu.prod.provider.test" },
    { "two sites", { { "mx", 2, ".eu.provider.test", 20 }, { "mx", 2, ".us.provider.test", 20 } }, "provider.test" },
    { "two hosts under a public suffix", { { "a.example.co.uk", 0, "", 20 }, { "b.other.co.uk", 0, "", 20 } }, NULL },
    { "many hosts of one domain under it", { { "mx", 9, ".example.co.uk", 40 } }, "example.co.uk" },
    { "nothing in common but the last label", { { "mx", 40, "", 40 } }, NULL },
    { "nothing but the top level", { { "one.test", 0, "", 20 }, { "two.test", 0, "", 20 } }, NULL },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = rig_ledger();
    for (guint k = 0; k < G_N_ELEMENTS(rows[i].mail) && rows[i].mail[k].n > 0; k++)
      bring(ledger, "home", rows[i].mail[k].before, rows[i].mail[k].hosts, rows[i].mail[k].after, rows[i].mail[k].n);
    GError *error = NULL;
    g_auto(OwnServer) server = { 0 };
    OK(own_server_get(ledger, "home", &server, &error));
    if (g_strcmp0(server.name, rows[i].want) != 0) fail_msg("%s: got %s", rows[i].what, server.name);
    assert_server(ledger, "work", NULL);
  }
}

static void mail_without_such_a_field_teaches_nothing(void **state)
{
  (void)state;
  static const char *const texts[] = { "Subject: x\n\n", "", "\n", "Received: by localhost; x\n\n",
                                       "Received: by 10.0.0.1 with SMTP id 7; x\n\nReceived: by body.test\n" };
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GPtrArray) one = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_ptr_array_add(one, g_bytes_new_static(texts[i], strlen(texts[i])));
    OK(learn_from(ledger, "home", one, RIG_NOW, &error));
  }
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM own_server"), 0);
  assert_int_equal(rig_number(ledger, "SELECT sum(sampled) FROM account"), 0);
}

/* A provider that moves is known again after a while, and names do not pile up. */
static void what_is_old_counts_less_and_the_table_stays_small(void **state)
{
  (void)state;
  g_autoptr(Ledger) ledger = rig_ledger();
  bring(ledger, "home", "mx.old.test", 0, "", 900);
  assert_server(ledger, "home", "mx.old.test");
  for (guint i = 0; i < 3; i++) bring(ledger, "home", "mx.new.test", 0, "", 500);
  assert_server(ledger, "home", NULL);
  for (guint i = 0; i < 3; i++) bring(ledger, "home", "mx.new.test", 0, "", 500);
  assert_server(ledger, "home", "mx.new.test");
  bring(ledger, "home", "host", 900, ".many.test", 900);
  assert_true(rig_number(ledger, "SELECT count(*) FROM own_server") <= 400);
  assert_true(rig_number(ledger, "SELECT max(sampled) FROM account") < 1000);
}

static void few_are_asked_for_and_then_hardly_any(void **state)
{
  (void)state;
  GError *error = NULL;
  guint n = 0;
  g_autoptr(Ledger) ledger = rig_ledger();
  OK(learn_wants(ledger, "home", RIG_NOW, &n, &error));
  assert_int_equal(n, LEARN_AT_ONCE);
  bring(ledger, "home", "mx.example.org", 0, "", 60);
  OK(learn_wants(ledger, "home", RIG_NOW + 60, &n, &error));
  assert_int_equal(n, 0);
  OK(learn_wants(ledger, "home", RIG_NOW + 3600, &n, &error));
  assert_int_equal(n, 1);
  OK(learn_wants(ledger, "home", RIG_NOW - 60, &n, &error)); /* the clock was set back */
  assert_int_equal(n, 1);
}

#define EVIL "Received: from mx.stranger.test (mx.stranger.test [203.0.113.9]) by mx.example.org with ESMTP id 7; x\n"
#define INNER "Received: by mx.example.org (Postfix) id 8; x\n"

static Facts *ask(Ledger *ledger, const char *account, const char *fields, const char *original)
{
  GError *error = NULL;
  g_autoptr(Report) report = rig_report("foreign@x", "nobody@z.example", NULL);
  hops_read((Span){ fields, strlen(fields) }, report->hops);
  hops_read((Span){ original, strlen(original) }, report->original.hops);
  const FactsQuery query = { .account = account, .arrived = RIG_NOW, .now = RIG_NOW };
  Facts *facts = ledger_facts(ledger, report, &query, &error);
  OK(facts != NULL);
  return facts;
}

static void facts_tell_who_handed_a_report_in(void **state)
{
  (void)state;
  static const struct {
    const char *account, *fields, *original;
    Hand hand;
    gboolean came_in;
    const char *by;
  } rows[] = {
    { "home", INNER, "", HAND_INSIDE, FALSE, NULL },
    { "home", INNER, INNER, HAND_INSIDE, FALSE, NULL },
    { "home", INNER, EVIL, HAND_INSIDE, TRUE, NULL },
    { "home", EVIL, INNER, HAND_OUTSIDE, FALSE, "mx.stranger.test" },
    { "home", EVIL INNER, INNER, HAND_OUTSIDE, FALSE, "mx.stranger.test" },
    { "home", "", INNER, HAND_UNKNOWN, FALSE, NULL },
    { "work", INNER, "", HAND_UNKNOWN, FALSE, NULL }, /* another account's servers */
    { NULL, INNER, "", HAND_INSIDE, FALSE, NULL },    /* a file: of any account */
  };
  g_autoptr(Ledger) ledger = rig_ledger();
  bring(ledger, "home", "mx.example.org", 0, "", 30);
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Facts) facts = ask(ledger, rows[i].account, rows[i].fields, rows[i].original);
    if (facts->hand != rows[i].hand || facts->came_in != rows[i].came_in) fail_msg("row %zu", i);
    if (g_strcmp0(facts->handed_by, rows[i].by) != 0) fail_msg("row %zu: by %s", i, facts->handed_by);
  }
}

static void nothing_is_told_before_the_servers_are_known(void **state)
{
  (void)state;
  g_autoptr(Ledger) ledger = rig_ledger();
  bring(ledger, "home", "mx.example.org", 0, "", 29);
  g_autoptr(Facts) inside = ask(ledger, "home", INNER, ""), outside = ask(ledger, "home", EVIL, "");
  assert_int_equal(inside->hand, HAND_UNKNOWN);
  assert_int_equal(outside->hand, HAND_UNKNOWN);
}

/* Healing judges by what was kept of a report: no trick with these fields brings it back. */
static void what_was_kept_of_a_report_does_not_tell_who_handed_it_in(void **state)
{
  (void)state;
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(Report) report = rig_report("foreign@x", "nobody@z.example", NULL);
  bring(ledger, "home", "mx.example.org", 0, "", 30);
  hops_read((Span){ INNER, strlen(INNER) }, report->hops);
  g_autoptr(GBytes) bytes = kept_pack(report);
  g_autoptr(Entry) entry = rig_entry("home", report, NULL, VERDICT_BACKSCATTER, MOVE_QUARANTINED, 1);
  g_autoptr(Report) kept = kept_unpack(bytes, entry);
  assert_non_null(kept);
  g_autoptr(Facts) facts = ledger_facts(ledger, kept, &(FactsQuery){ "home", RIG_NOW, RIG_NOW, 0 }, &error);
  OK(facts != NULL);
  assert_int_equal(facts->hand, HAND_UNKNOWN);
  assert_false(facts->came_in);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_name_counts_that_stood_on_top_of_nearly_all),
    cmocka_unit_test(mail_without_such_a_field_teaches_nothing),
    cmocka_unit_test(what_is_old_counts_less_and_the_table_stays_small),
    cmocka_unit_test(few_are_asked_for_and_then_hardly_any),
    cmocka_unit_test(facts_tell_who_handed_a_report_in),
    cmocka_unit_test(what_was_kept_of_a_report_does_not_tell_who_handed_it_in),
    cmocka_unit_test(nothing_is_told_before_the_servers_are_known),
  };
  filter_init();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
