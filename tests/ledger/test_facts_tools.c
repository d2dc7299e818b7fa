/* test_facts_tools.c - what the checks of servers say of a report: by what is stored, of a stranger's report, and never
 *                      a verdict
 * Owns:     ledgers in memory, with answers of a made-up domain name system.
 * Must not: ask anybody; depend on the day.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    ledger/facts_tools.c, filter/judge_tools.c */
#include "filter/chain.h"
#include "ledger/dns.h"
#include "ledger/learn.h"
#include "tests/rigs/ledger_rig.h"

#define INSIDE "Received: from a.example.org (a.example.org [10.0.0.7]) by mx.example.org with ESMTP id 1; x\n"
#define OUTSIDE                                                                                                        \
  "Received: from mx.stranger.test (mx.stranger.test [198.51.100.9]) by mx.example.org with ESMTP id 1; x\n"
#define STORE "Received: from mx.stranger.test (mx.stranger.test [10.0.0.2]) by s.stranger.test with ESMTP id 2; x\n"
#define BOT "Received: from mail.bot.test (line.test [192.0.2.7]) by mx.stranger.test with SMTP id 3; x\n"
#define BOT_SIX "Received: from mail.bot.test (line.test [IPv6:2001:db8::7]) by mx.stranger.test with SMTP id 3; x\n"
#define LITERAL "Received: from [192.0.2.7] (line.test [192.0.2.7]) by mx.stranger.test with SMTP id 3; x\n"
#define SIGNED_IN "Received: from pc (line.test [192.0.2.7]) by mx.stranger.test with ESMTPSA id 3; x\n"

/* "NAME TYPE VALUE VALUE...", "NAME TYPE" for none, "NAME TYPE !" for a failure; NULL ends. */
typedef const char *World[8];

static void store(Ledger *ledger, const char *const *world)
{
  GError *error = NULL;
  g_autoptr(GPtrArray) answers = g_ptr_array_new_with_free_func((GDestroyNotify)dns_answer_free);
  for (; *world != NULL; world++) {
    g_auto(GStrv) words = g_strsplit(*world, " ", 3);
    DnsType type = DNS_A;
    assert_true(dns_type_parse(words[1], &type));
    gboolean failed = g_strcmp0(words[2], "!") == 0;
    DnsAnswer *answer = dns_answer_new(type, words[0], words[2] == NULL ? DNS_NONE : failed ? DNS_FAILED : DNS_FOUND);
    answer->ttl = 3600;
    g_auto(GStrv) values = g_strsplit(words[2] != NULL && !failed ? words[2] : "", type == DNS_RANGES ? "\n" : " ", -1);
    for (char **value = values; *value != NULL; value++) g_ptr_array_add(answer->values, g_strdup(*value));
    g_ptr_array_add(answers, answer);
  }
  OK(dns_put(ledger, answers, RIG_NOW, &error));
}

static Ledger *made(const char *const *world)
{
  GError *error = NULL;
  Ledger *ledger = rig_ledger();
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  for (guint i = 0; i < 30; i++) g_ptr_array_add(messages, g_bytes_new_static(OUTSIDE "\n", strlen(OUTSIDE "\n")));
  OK(learn_from(ledger, "home", messages, RIG_NOW, &error));
  store(ledger, world);
  return ledger;
}

static Tools all_tools(void)
{
  const char *problem = NULL;
  Tools tools = { TRUE, TRUE, g_ptr_array_new_with_free_func((GDestroyNotify)zone_free),
                  g_ptr_array_new_with_free_func((GDestroyNotify)zone_free) };
  g_ptr_array_add(tools.addresses, zone_parse(ZONE_ADDRESSES, "zen.spamhaus.org=127.0.0.2-255", &problem));
  g_ptr_array_add(tools.links, zone_parse(ZONE_LINKS, "links.test", &problem));
  return tools;
}

/* The codes of what these checks say, with a space after each; "UNSURE" or another verdict before them. missing: what
 * they lack. */
static char *said(Ledger *ledger, const Tools *tools, const char *fields, const char *original, GPtrArray *missing)
{
  GError *error = NULL;
  const Policy policy = POLICY_DEFAULT(RIG_NOW);
  g_autoptr(Report) report = rig_report("foreign@x", "nobody@z.example", NULL);
  hops_read((Span){ fields, strlen(fields) }, report->hops);
  hops_read((Span){ original, strlen(original) }, report->original.hops);
  g_ptr_array_add(report->original.links, g_strdup("shop.test"));
  g_ptr_array_add(report->original.links, g_strdup("example.org")); /* the owner's own */
  const FactsQuery query = {
    .account = "home", .arrived = RIG_NOW, .now = RIG_NOW, .tools = tools, .missing = missing
  };
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, &error);
  OK(facts != NULL);
  g_autoptr(Facts) without = NULL;
  const FactsQuery plain = { .account = "home", .arrived = RIG_NOW, .now = RIG_NOW };
  OK((without = ledger_facts(ledger, report, &plain, &error)) != NULL);
  g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy), same = filter_judge(report, without, &policy);
  assert_int_equal(verdict->code, same->code); /* they never decide */
  assert_int_equal(verdict->decided, same->decided);
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = same->evidence->len; i < verdict->evidence->len; i++)
    g_string_append_printf(text, "%s ", ((const Evidence *)verdict->evidence->pdata[i])->code);
  return g_string_free(g_steal_pointer(&text), FALSE);
}

#define FAILS_SPF "example.org RANGES +198.51.100.0/24 -all"
#define HOST "7.2.0.192.in-addr.arpa PTR"
#define ZEN "7.2.0.192.zen.spamhaus.org A"

static void what_is_stored_is_said_of_a_strangers_report(void **state)
{
  static const struct {
    const char *what, *original, *want;
    World world;
  } rows[] = {
    { "nothing is known", STORE BOT, "", { NULL } },
    { "SPF fails", STORE BOT, "spf-fail ", { FAILS_SPF } },
    { "SPF soft", STORE BOT, "spf-softfail ", { "example.org RANGES ~all" } },
    { "SPF passes", STORE BOT, "spf-pass ", { "example.org RANGES +192.0.2.0/24 -all" } },
    { "SPF unknown", STORE BOT, "", { "example.org RANGES uall" } },
    { "SPF of somebody else", STORE BOT, "", { "bot.test RANGES -all" } },
    { "no record", STORE BOT, "", { "example.org RANGES" } },
    { "a name server failed", STORE BOT, "", { "example.org RANGES !", HOST " !", ZEN " !" } },
    { "no name", STORE BOT, "reverse-none ", { HOST } },
    { "a name of another host",
      STORE BOT,
      "reverse-unconfirmed ",
      { HOST " mail.bot.test", "mail.bot.test A 192.0.2.8" } },
    { "a name that is not there", STORE BOT, "reverse-unconfirmed ", { HOST " mail.bot.test", "mail.bot.test A" } },
    { "a name not known yet", STORE BOT, "", { HOST " mail.bot.test" } },
    { "a name that cannot be asked for", STORE BOT, "", { HOST " mail.bot.test", "mail.bot.test A !" } },
    { "another name", STORE BOT, "reverse-other ", { HOST " line.test", "line.test A 192.0.2.7" } },
    { "one name of two fits",
      STORE BOT,
      "reverse-fits ",
      { HOST " line.test x.bot.test", "line.test A 192.0.2.7", "x.bot.test A 192.0.2.7" } },
    { "over IPv6",
      STORE BOT_SIX,
      "reverse-fits ",
      { "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR mail.bot.test",
        "mail.bot.test AAAA 2001:db8::7" } },
    { "an address for a greeting", STORE LITERAL, "", { HOST } },
    { "listed", STORE BOT, "host-listed ", { ZEN " 127.0.0.4" } },
    { "a line of somebody's home", STORE BOT, "", { ZEN " 127.0.0.10 127.0.0.11" } },
    { "a list that refuses", STORE BOT, "", { ZEN " 127.255.255.254" } },
    { "a link", STORE BOT, "link-listed ", { "shop.test.links.test A 127.0.0.2" } },
    { "a link, and no host to tell", "", "link-listed ", { "shop.test.links.test A 127.0.0.2", FAILS_SPF } },
    { "the owner's own domain", STORE BOT, "", { "example.org.links.test A 127.0.0.2" } },
    { "all of it",
      STORE BOT,
      "spf-fail reverse-none host-listed link-listed ",
      { FAILS_SPF, HOST, ZEN " 127.0.0.2", "shop.test.links.test A 127.0.0.2" } },
    /* what may be the owner's own line */
    { "one hop", BOT, "", { FAILS_SPF, HOST, ZEN " 127.0.0.2" } },
    { "somebody signed in", STORE SIGNED_IN, "", { FAILS_SPF, HOST, ZEN " 127.0.0.2" } },
  };
  g_auto(Tools) tools = all_tools();
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = made(rows[i].world);
    g_autofree char *got = said(ledger, &tools, OUTSIDE, rows[i].original, NULL);
    if (strcmp(got, rows[i].want) != 0) fail_msg("%s: got \"%s\", want \"%s\"", rows[i].what, got, rows[i].want);
  }
}

static void of_all_others_nothing_is_said_or_asked(void **state)
{
  static const char *const world[] = { FAILS_SPF, HOST, ZEN " 127.0.0.2", "shop.test.links.test A 127.0.0.2", NULL };
  static const struct {
    const char *what, *fields;
    gboolean off;
  } rows[] = {
    { "an insider", INSIDE, FALSE },
    { "nobody knows who handed it in", "", FALSE },
    { "everything is off", OUTSIDE, TRUE },
  };
  g_auto(Tools) tools = all_tools();
  const Tools off = { 0 };
  g_autoptr(Ledger) full = made(world), empty = made((World){ NULL });
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GPtrArray) missing = g_ptr_array_new_with_free_func((GDestroyNotify)dns_question_free);
    g_autofree char *got = said(full, rows[i].off ? &off : &tools, rows[i].fields, STORE BOT, NULL);
    g_autofree char *none = said(empty, rows[i].off ? &off : &tools, rows[i].fields, STORE BOT, missing);
    if (*got != '\0' || *none != '\0' || missing->len > 0) fail_msg("%s: said %s", rows[i].what, got);
  }
}

static void what_is_missing_is_asked_for_and_nothing_else(void **state)
{
  static const char *const wanted[] = { "A shop.test.links.test", "RANGES example.org", "PTR 7.2.0.192.in-addr.arpa",
                                        "A 7.2.0.192.zen.spamhaus.org" };
  g_auto(Tools) tools = all_tools();
  g_autoptr(Ledger) ledger = made((World){ NULL });
  g_autoptr(GPtrArray) missing = g_ptr_array_new_with_free_func((GDestroyNotify)dns_question_free);
  g_autofree char *none = said(ledger, &tools, OUTSIDE, STORE BOT, missing);
  assert_int_equal(missing->len, G_N_ELEMENTS(wanted));
  for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
    const DnsQuestion *question = missing->pdata[i];
    g_autofree char *got = g_strdup_printf("%s %s", dns_type_name(question->type), question->name);
    assert_string_equal(got, wanted[i]);
  }
  g_ptr_array_set_size(missing, 0);
  store(ledger, (World){ FAILS_SPF, HOST " a.test b.test", ZEN, "shop.test.links.test A" });
  g_autofree char *some = said(ledger, &tools, OUTSIDE, STORE BOT, missing);
  assert_int_equal(missing->len, 2); /* where the names lead */
  assert_string_equal(((const DnsQuestion *)missing->pdata[1])->name, "b.test");
}

/* A report that is genuine, or that would be moved, is not spoken of. */
static void a_report_that_is_decided_is_left_alone(void **state)
{
  GError *error = NULL;
  static const char *const world[] = { FAILS_SPF, NULL };
  const Policy policy = POLICY_DEFAULT(RIG_NOW);
  g_auto(Tools) tools = all_tools();
  g_autoptr(Ledger) ledger = made(world);
  rig_add(ledger, "home", "Sent", "mine@example.org", "bob@y.example", "Hello", RIG_NOW - DAY, RIG_NOW);
  g_autoptr(Report) report = rig_report("mine@example.org", "bob@y.example", "Hello");
  hops_read((Span){ OUTSIDE, strlen(OUTSIDE) }, report->hops);
  hops_read((Span){ STORE BOT, strlen(STORE BOT) }, report->original.hops);
  const FactsQuery query = { .account = "home", .arrived = RIG_NOW, .now = RIG_NOW, .tools = &tools };
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, &error);
  OK(facts != NULL);
  assert_int_equal(facts->tools.spf, SPF_FAIL);
  g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
  assert_int_equal(verdict->code, VERDICT_GENUINE);
  for (guint i = 0; i < verdict->evidence->len; i++)
    assert_string_not_equal(((const Evidence *)verdict->evidence->pdata[i])->code, "spf-fail");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_stored_is_said_of_a_strangers_report),
    cmocka_unit_test(of_all_others_nothing_is_said_or_asked),
    cmocka_unit_test(what_is_missing_is_asked_for_and_nothing_else),
    cmocka_unit_test(a_report_that_is_decided_is_left_alone),
  };
  filter_init();
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
