/* test_relay.c - mail servers that pass on the owner's mail and nobody else's
 * Owns:     a ledger in memory.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/relay.c ledger/facts_marks.c */
#include "filter/chain.h"
#include "ledger/db.h"
#include "tests/rigs/trust_rig.h"

/* A report that mx.bot.example wrote, about a message that these hosts passed on. */
static Report *through(const char *id, const char *recipient, const char *hosts)
{
  Report *report = rig_report(id, recipient, "Letter");
  g_auto(GStrv) each = g_strsplit(hosts, ";", -1);
  for (char **host = each; *host != NULL; host++) {
    Hop *hop = g_new0(Hop, 1);
    hop->by = **host != '\0' ? g_strdup(*host) : NULL;
    g_ptr_array_add(report->original.hops, hop);
  }
  return report;
}

static gint64 record(Ledger *ledger, const Report *report, VerdictCode code, guint32 uid)
{
  GError *error = NULL;
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
  OK(facts != NULL);
  g_autoptr(Entry) entry = rig_entry("home", report, facts, code, MOVE_KEPT, uid);
  return rig_record(ledger, entry);
}

/* A genuine bounce about a letter to domain i, by its id; or about the same letter again. */
static void genuine(Ledger *ledger, guint i, const char *domain, const char *hosts, guint32 uid)
{
  g_autofree char *id = g_strdup_printf("letter%u@side.example", i), *to = g_strdup_printf("friend%u@%s", i, domain);
  trust_send(ledger, "Sent", TRUST_ME, id, to, "Letter", RIG_NOW - 9 * DAY, FALSE);
  g_autoptr(Report) report = through(id, to, hosts);
  record(ledger, report, VERDICT_GENUINE, uid);
}

static char *mark_of(Ledger *ledger, const char *hosts)
{
  GError *error = NULL;
  g_autoptr(Report) report = through("unknown@phone.example", "victim@z.example", hosts);
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
  OK(facts != NULL);
  return g_strdup(facts->marks[MARK_RELAY].shown);
}

static void assert_mark(Ledger *ledger, const char *hosts, const char *want)
{
  g_autofree char *got = mark_of(ledger, hosts);
  rig_assert_word(0, hosts, got, want);
}

#define RELAY "smtp.provider.example"

/* Three messages to three domains teach it; one message, however often it comes back, does not. */
static void a_relay_is_learned_from_several_messages_to_several_domains(void **state)
{
  static const struct {
    const char *domains[4];
    gboolean same, learned;
  } rows[] = {
    { { "one.test", "two.test", "three.test" }, FALSE, TRUE },
    { { "one.test", "two.test", "two.test", "mx.one.test" }, FALSE, FALSE },
    { { "one.test", "two.test" }, FALSE, FALSE },
    { { "one.test", "one.test", "one.test", "one.test" }, FALSE, FALSE }, /* a list, say */
    { { "one.test", "one.test", "one.test", "one.test" }, TRUE, FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = trust_ledger(TRUST_ME, FALSE);
    for (guint k = 0; k < 4 && rows[i].domains[k] != NULL; k++)
      genuine(ledger, rows[i].same ? 0 : k, rows[i].domains[k], RELAY, k + 1);
    g_autofree char *mark = mark_of(ledger, "mx.z.test;" RELAY);
    rig_assert_word(i, "relay", mark, rows[i].learned ? RELAY : NULL);
  }
}

static Ledger *learned(const char *hosts)
{
  static const char *const domains[] = { "one.test", "two.test", "three.test" };
  Ledger *ledger = trust_ledger(TRUST_ME, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS(domains); i++) genuine(ledger, i, domains[i], hosts, i + 1);
  return ledger;
}

/* What the recipients' servers and the reporter wrote is not the owner's. */
static void the_others_hosts_are_no_relays(void **state)
{
  g_autoptr(Ledger) ledger = learned("mx.reporter.example;mx.one.test;mx.two.test;" RELAY ";;mailhost");
  assert_mark(ledger, "mx.reporter.example", NULL);
  assert_mark(ledger, "mailhost", NULL);
  assert_mark(ledger, "mx.one.test", NULL);
  assert_mark(ledger, "smtp.other.test;" RELAY, RELAY);
  assert_mark(ledger, "", NULL);
}

/* A stranger's mail that went through it ends it, until the owner says that this was no stranger's. */
static void a_relay_of_strangers_is_none(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = learned(RELAY);
  assert_mark(ledger, RELAY, RELAY);
  g_autoptr(Report) unsure = through("a@phone.example", "victim@z.test", RELAY);
  record(ledger, unsure, VERDICT_UNSURE, 20);
  assert_mark(ledger, RELAY, RELAY);
  g_autoptr(Report) spam = through("b@bot.example", "victim@z.test", RELAY);
  record(ledger, spam, VERDICT_BACKSCATTER, 21);
  assert_mark(ledger, RELAY, NULL);
  OK(db_exec(ledger, "UPDATE entry SET state = 'restored' WHERE verdict = 'backscatter'", &error));
  assert_mark(ledger, RELAY, RELAY);
}

/* A stranger's host that is seen first never becomes the owner's, though big providers deliver to many domains. */
static void a_strangers_host_is_known_before_it_is_learned(void **state)
{
  g_autoptr(Ledger) ledger = trust_ledger(TRUST_ME, FALSE);
  g_autoptr(Report) spam = through("b@bot.example", "victim@z.test", "mx.big.test");
  record(ledger, spam, VERDICT_BACKSCATTER, 21);
  genuine(ledger, 1, "one.test", "mx.big.test", 1);
  genuine(ledger, 2, "two.test", "mx.big.test", 2);
  genuine(ledger, 3, "three.test", "mx.big.test", 3);
  assert_mark(ledger, "mx.big.test", NULL);
}

/* The host that brings the owner's mail brings strangers' as well: known by a report, of whatever verdict, or by
 * ordinary mail. Who wrote a field below the topmost one is not known. */
static void what_brings_mail_to_the_owner_is_no_relay(void **state)
{
  GError *error = NULL;
  static const struct {
    const char *top, *below, *ordinary;
    gboolean own;
  } rows[] = {
    { RELAY, "mx.reporter.example", NULL, FALSE },
    { "mx.other.test", RELAY, NULL, TRUE },
    { NULL, RELAY, NULL, TRUE },
    { NULL, NULL, RELAY, FALSE },
    { NULL, NULL, "mx.other.test", TRUE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = learned(RELAY);
    g_autoptr(Report) report = through("a@phone.example", "victim@z.test", "");
    const char *const by[] = { rows[i].top, rows[i].below };
    for (guint k = 0; k < G_N_ELEMENTS(by); k++) {
      Hop *hop = g_new0(Hop, 1);
      hop->by = g_strdup(by[k]);
      g_ptr_array_add(report->hops, hop);
    }
    record(ledger, report, VERDICT_UNSURE, 20);
    g_autoptr(Report) spam = through("b@bot.example", "victim@z.test", RELAY);
    if (!rows[i].own) { /* that is kept when more is learned, and what is learned goes by the owner's word */
      record(ledger, spam, VERDICT_BACKSCATTER, 21);
      OK(db_exec(ledger, "UPDATE entry SET state = 'restored' WHERE verdict = 'backscatter'", &error));
    }
    if (rows[i].ordinary != NULL) {
      g_autofree char *sql = g_strdup_printf("INSERT INTO own_server(account, name, count)"
                                             " SELECT id, '%s', 1 FROM account LIMIT 1",
                                             rows[i].ordinary);
      OK(db_exec(ledger, sql, &error));
    }
    assert_mark(ledger, RELAY, rows[i].own ? RELAY : NULL);
  }
}

int main(void)
{
  filter_init();
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_relay_is_learned_from_several_messages_to_several_domains),
    cmocka_unit_test(the_others_hosts_are_no_relays),
    cmocka_unit_test(a_relay_of_strangers_is_none),
    cmocka_unit_test(a_strangers_host_is_known_before_it_is_learned),
    cmocka_unit_test(what_brings_mail_to_the_owner_is_no_relay),
  };
  return cmocka_run_group_tests_name("ledger_relay", tests, NULL, NULL);
}
