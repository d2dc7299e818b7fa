/* test_convinces_nobody.c - the traps of what is known beside the ledger: each of them moves nothing, and convinces
 *                           nobody
 * Owns:     one table of bounces, from their bytes to the verdict.
 * Must not: depend on the day it runs on; ask a name server.
 * Fails:    by TAP, naming the row.
 * Tests:    rule 7 as a whole: filter/judge.c, ledger/facts.c and all that they ask */
#include "ledger/db.h"
#include "ledger/dns.h"
#include "ledger/learn.h"
#include "ledger/received.h"
#include "tests/rigs/signed_rig.h"

#define TWO_DAYS_AGO (RIG_NOW - 2 * DAY)
#define OUTSIDE                                                                                                        \
  "Received: from mx.stranger.test (mx.stranger.test [198.51.100.9]) by mx.example.org with ESMTP id 1; x\r\n"
#define INSIDE "Received: by mx.example.org (Postfix) id 2; x\r\n"
#define FROM(host)                                                                                                     \
  "Received: from mail.bot.test (line.test [192.0.2." host "]) by mx.stranger.test with SMTP id 3; x\r\n"
#define STORE "Received: from mx.stranger.test (mx.stranger.test [10.0.0.2]) by s.stranger.test with ESMTP id 4; x\r\n"
#define SUBMITTED "Received: from [192.0.2.9] by out.example.org with ESMTPSA id 5; x\r\n"
#define SIGNED "d=example.org; s=one; c=relaxed; h=from:to:subject:date:message-id:user-agent"
#define BOB "bob@there.example"

/* A bounce about a letter to BOB, which is in no Sent folder. */
typedef struct {
  const char *name;
  const char *top, *hops;   /* Received fields of the report, and of its original */
  const char *tags;         /* of the original's signature; NULL: it has none */
  const char *lost;         /* a field of the original that did not come back; NULL */
  const char *failed;       /* NULL: BOB */
  const char *references;   /* of the original; NULL */
  gboolean withdrawn;       /* the key was given up before the letter was sent */
  const char *says, *never; /* lines that are there, and that are not, a space behind each */
  VerdictCode covered;      /* the verdict where all sent mail is known; else it is unsure */
} Row;

static const Row controls[] = {
  { "a forged one", OUTSIDE, STORE FROM("5"), .never = "insider signature-verified ", .covered = VERDICT_BACKSCATTER },
  { "a host that everything speaks against", OUTSIDE, STORE FROM("7"), .says = "host-listed spf-fail reverse-none ",
    .covered = VERDICT_BACKSCATTER },
  { "a signature is missing", OUTSIDE, STORE FROM("5"), .says = "signature-missing ", .covered = VERDICT_BACKSCATTER },
  { "an insider", INSIDE, SUBMITTED, .says = "insider ", .covered = VERDICT_UNSURE },
  { "an answer", OUTSIDE, SUBMITTED, .references = "alone@friend.example", .says = "answers-received ",
    .covered = VERDICT_UNSURE },
};

static const Row traps[] = {
  { "the owner's own line at home, with one hop", OUTSIDE, FROM("7"), .never = "host-listed spf-fail reverse-none ",
    .covered = VERDICT_BACKSCATTER },
  { "a policy list", OUTSIDE, STORE FROM("10"), .never = "host-listed ", .covered = VERDICT_BACKSCATTER },
  { "a list that refuses", OUTSIDE, STORE FROM("11"), .never = "host-listed ", .covered = VERDICT_BACKSCATTER },
  { "a copied signature under another recipient", OUTSIDE, SUBMITTED, SIGNED, .failed = "victim@far.example",
    .says = "signature-supports ", .never = "signature-verified ", .covered = VERDICT_UNSURE },
  { "a withdrawn key", OUTSIDE, SUBMITTED, SIGNED, .withdrawn = TRUE,
    .never = "signature-verified signature-supports signature-missing ", .covered = VERDICT_UNSURE /* five a week */ },
  { "a signed field that did not come back", OUTSIDE, SUBMITTED, SIGNED, .lost = "User-Agent: Any\r\n",
    .never = "signature-verified signature-supports signature-missing ", .covered = VERDICT_UNSURE /* five a week */ },
  { "a bounce of the owner's own Exim, before it signed", INSIDE, SUBMITTED, .says = "insider ",
    .never = "signature-missing ", .covered = VERDICT_UNSURE },
  { "a hop from inside that a stranger wrote", OUTSIDE INSIDE, SUBMITTED, .says = "handed-in ", .never = "insider ",
    .covered = VERDICT_BACKSCATTER },
  { "an id of a public archive in References", OUTSIDE, STORE FROM("5"), .references = "archive@lists.example",
    .never = "answers-received redirected ", .covered = VERDICT_BACKSCATTER },
};

static void learn_servers(Ledger *ledger)
{
  GError *error = NULL;
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  for (guint i = 0; i < 30; i++) g_ptr_array_add(messages, g_bytes_new_static(OUTSIDE "\r\n", strlen(OUTSIDE "\r\n")));
  OK(learn_from(ledger, "home", messages, RIG_NOW, &error));
}

static void receive(Ledger *ledger, const char *id, const char *alone)
{
  GError *error = NULL;
  ReceivedMessage message = { .message_id = (char *)id, .alone = (char *)alone };
  const ReceivedRow row = { RIG_NOW - 4 * DAY, &message };
  OK(received_add(ledger, "home", &row, 1, RIG_NOW, &error));
}

static void answer(Ledger *ledger, DnsType type, const char *name, const char *value)
{
  GError *error = NULL;
  g_autoptr(GPtrArray) answers = g_ptr_array_new_with_free_func((GDestroyNotify)dns_answer_free);
  DnsAnswer *one = dns_answer_new(type, name, value != NULL ? DNS_FOUND : DNS_NONE);
  one->ttl = DNS_LONGEST;
  if (value != NULL) g_ptr_array_add(one->values, g_strdup(value));
  g_ptr_array_add(answers, one);
  OK(dns_put(ledger, answers, RIG_NOW, &error));
}

/* Some take every answer of a list, be it that they are refused. */
static Tools all_tools(void)
{
  static const char *const zones[] = { "zen.spamhaus.org=127.0.0.2-255", "list.example=127.255.255.252-255" };
  const char *problem = NULL;
  Tools tools = { TRUE, TRUE, g_ptr_array_new_with_free_func((GDestroyNotify)zone_free), NULL };
  for (guint i = 0; i < G_N_ELEMENTS(zones); i++) {
    Zone *zone = zone_parse(ZONE_ADDRESSES, zones[i], &problem);
    assert_non_null(zone);
    g_ptr_array_add(tools.addresses, zone);
  }
  return tools;
}

/* Everything is learned: servers, signer, rig_key, letters; and each answer of the name servers is stored. */
static Ledger *learned(gboolean withdrawn, gboolean covered)
{
  GError *error = NULL;
  const char *const none[] = { NULL };
  Ledger *ledger = rig_learned(rig_key, "example.org", 20);
  rig_always_signed(ledger, rig_key, 24, 0);
  learn_servers(ledger);
  receive(ledger, "alone@friend.example", RIG_OWNER);
  receive(ledger, "archive@lists.example", NULL);
  answer(ledger, DNS_RANGES, "example.org", "+198.51.100.0/24 -all");
  answer(ledger, DNS_PTR, "7.2.0.192.in-addr.arpa", NULL);
  answer(ledger, DNS_A, "7.2.0.192.zen.spamhaus.org", "127.0.0.2");
  answer(ledger, DNS_A, "10.2.0.192.zen.spamhaus.org", "127.0.0.10");
  answer(ledger, DNS_A, "11.2.0.192.list.example", "127.255.255.254");
  if (withdrawn) {
    OK(db_exec(ledger, "UPDATE signer_key SET last = last - 4 * 86400", &error));
    OK(signer_take(ledger, "one._domainkey.example.org", none, RIG_NOW - 3 * DAY, &error));
  }
  return covered ? rig_covered(ledger) : ledger;
}

static char *without(const char *text, const char *what)
{
  const char *found = strstr(text, what);
  assert_non_null(found);
  return g_strdup_printf("%.*s%s", (int)(found - text), text, found + strlen(what));
}

static Report *read_row(const Row *row)
{
  g_autofree char *plain = rig_header(7, BOB, TWO_DAYS_AGO);
  g_autofree char *references =
      row->references != NULL ? g_strdup_printf("References: <%s>\r\n", row->references) : g_strdup("");
  g_autofree char *header = g_strconcat(row->hops, strstr(plain, "From:"), references, NULL);
  g_autofree char *mail = row->tags != NULL ? rig_sign(rig_key, row->tags, header) : g_strdup(header);
  g_autofree char *returned = row->lost != NULL ? without(mail, row->lost) : g_strdup(mail);
  return rig_bounce_by(row->top, returned, row->failed != NULL ? row->failed : BOB);
}

static gboolean has_line(const Verdict *verdict, const char *code)
{
  for (guint i = 0; i < verdict->evidence->len; i++)
    if (strcmp(((const Evidence *)verdict->evidence->pdata[i])->code, code) == 0) return TRUE;
  return FALSE;
}

static void check_lines(const Row *row, const Verdict *verdict, const char *codes, gboolean wanted)
{
  g_auto(GStrv) words = g_strsplit(codes != NULL ? codes : "", " ", -1);
  for (char **code = words; *code != NULL; code++)
    if (**code != '\0' && has_line(verdict, *code) != wanted)
      fail_msg("%s: %s is %s", row->name, *code, wanted ? "missing" : "there");
}

static void check_row(const Row *row, gboolean covered)
{
  GError *error = NULL;
  const Policy policy = POLICY_DEFAULT(RIG_NOW);
  g_auto(Tools) tools = all_tools();
  g_autoptr(Ledger) ledger = learned(row->withdrawn, covered);
  g_autoptr(Report) report = read_row(row);
  const FactsQuery query = { .account = "home", .arrived = RIG_NOW, .now = RIG_NOW, .tools = &tools };
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, &error);
  OK(facts != NULL);
  facts->waited = TRUE;
  g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
  const VerdictCode want = covered ? row->covered : VERDICT_UNSURE;
  if (verdict->code != want)
    fail_msg("%s: %s, not %s, where all mail is %s", row->name, verdict_name(verdict->code), verdict_name(want),
             covered ? "known" : "not known");
  check_lines(row, verdict, row->never, FALSE);
  if (!covered) check_lines(row, verdict, row->says, TRUE); /* of what is moved, less is told */
}

static void check_rows(const Row *rows, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    check_row(&rows[i], FALSE);
    check_row(&rows[i], TRUE);
  }
}

static void what_is_known_beside_the_ledger_is_told(void **state) { check_rows(controls, G_N_ELEMENTS(controls)); }

static void no_trap_moves_anything_or_convinces_anybody(void **state) { check_rows(traps, G_N_ELEMENTS(traps)); }

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_known_beside_the_ledger_is_told),
    cmocka_unit_test(no_trap_moves_anything_or_convinces_anybody),
  };
  filter_init();
  return cmocka_run_group_tests_name("ledger_convinces_nobody", tests, rig_make_key, rig_drop_key);
}
