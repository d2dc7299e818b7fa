/* tools.c - how long facts and verdict of an unsure bounce take with every check by DNS and of words switched on, all
 *           answers stored, and fifty thousand words learned
 * Owns:     a folder in TMPDIR (/tmp), removed at the end.
 * Must not: be part of make check; ask a name server.
 * Fails:    with status 1 and the reason, also where it takes longer than a millisecond.
 * Tests:    ledger/facts_tools.c, ledger/facts_words.c, ledger/dns.c, by hand: make bench-tools */
#include "filter/chain.h"
#include "filter/filter.h"
#include "ledger/configure.h"
#include "ledger/db.h"
#include "ledger/dns.h"
#include "ledger/facts.h"
#include "ledger/learn.h"
#include "ledger/private.h"
#include "ledger/words.h"
#include "tests/bench/folder.h"
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NOW ((gint64)1760000000)
#define BAR 1000.0 /* microseconds */
#define LISTS 5    /* of each kind, as many as a configuration may name */
#define TIMES 2000
#define OTHERS 19000 /* answers to other questions */
#define OUTSIDE                                                                                                        \
  "Received: from mx.stranger.test (mx.stranger.test [198.51.100.9]) by mx.my.example with ESMTP id 1; x\n"
#define CHAIN                                                                                                          \
  "Received: from mx.stranger.test (mx.stranger.test [10.0.0.2]) by s.stranger.test with ESMTP id 2; x\n"              \
  "Received: from mail.bot.test (line.test [192.0.2.7]) by mx.stranger.test with SMTP id 3; x\n"

static void put(GPtrArray *answers, DnsType type, const char *name, const char *value)
{
  DnsAnswer *answer = dns_answer_new(type, name, value != NULL ? DNS_FOUND : DNS_NONE);
  answer->ttl = DNS_LONGEST;
  if (value != NULL) g_ptr_array_add(answer->values, g_strdup(value));
  g_ptr_array_add(answers, answer);
}

static gboolean store(Ledger *ledger, GError **error)
{
  g_autoptr(GPtrArray) answers = g_ptr_array_new_with_free_func((GDestroyNotify)dns_answer_free);
  g_autoptr(GString) ranges = g_string_new(NULL);
  for (guint i = 0; i < 149; i++) g_string_append_printf(ranges, "+203.0.%u.0/24 ", i);
  g_string_append(ranges, "-all");
  put(answers, DNS_RANGES, "my.example", ranges->str);
  put(answers, DNS_PTR, "7.2.0.192.in-addr.arpa", "line.test");
  put(answers, DNS_A, "line.test", "192.0.2.7");
  for (guint i = 0; i < LISTS; i++) {
    g_autofree char *host = g_strdup_printf("7.2.0.192.list%u.test", i);
    put(answers, DNS_A, host, i % 2 == 0 ? "127.0.0.2" : NULL);
    for (guint k = 0; k < 10; k++) {
      g_autofree char *link = g_strdup_printf("shop%u.test.links%u.test", k, i);
      put(answers, DNS_A, link, (i + k) % 5 == 0 ? "127.0.0.2" : NULL);
    }
  }
  for (guint i = 0; i < OTHERS; i++) {
    g_autofree char *name = g_strdup_printf("h%u.other.test", i);
    put(answers, DNS_A, name, "198.51.100.1");
  }
  return dns_put(ledger, answers, NOW, error);
}

/* Half of the words of the bounce are known, and tell something. */
static gboolean teach(Ledger *ledger, GError **error)
{
  if (!db_exec(ledger, "UPDATE word_total SET good = 5000, bad = 500", error)
      || !db_run(ledger, error,
                 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
                 " INSERT INTO word(hash, good, bad) SELECT i * 184467440737, 1, 1 FROM n",
                 "d", WORDS_KEPT_MOST - WORDING_WORDS_MOST))
    return FALSE;
  for (guint i = 0; i < WORDING_WORDS_MOST; i += 2) {
    g_autofree char *word = g_strdup_printf("t:word%u", i);
    if (!db_run(ledger, error, "INSERT INTO word(hash, good, bad) VALUES(?, 0, 9)", "i", word_hash(word))) return FALSE;
  }
  return TRUE;
}

static GPtrArray *all_keywords(void)
{
  GPtrArray *keywords = g_ptr_array_new_with_free_func((GDestroyNotify)keyword_unref);
  for (guint i = 0; i < KEYWORD_WORDS_MOST + KEYWORD_PATTERNS_MOST; i++) {
    const KeywordKind kind = i < KEYWORD_WORDS_MOST ? KEYWORD_WORD : KEYWORD_PATTERN;
    g_autofree char *problem = NULL,
                    *text = g_strdup_printf(kind == KEYWORD_WORD ? "sought%u" : "\\bch[e3]ap.{1,10}%u", i);
    g_ptr_array_add(keywords, keyword_new(kind, text, &problem));
  }
  return keywords;
}

static gboolean prepare(Ledger *ledger, GError **error)
{
  const AccountSetup account = { .name = (char *)"home", .addresses = (char *)"*@my.example" };
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  for (guint i = 0; i < 30; i++) g_ptr_array_add(messages, g_bytes_new_static(OUTSIDE "\n", strlen(OUTSIDE "\n")));
  return account_configure(ledger, &account, 1, error) && learn_from(ledger, "home", messages, NOW, error)
         && store(ledger, error) && teach(ledger, error);
}

static Tools all_tools(void)
{
  const char *problem = NULL;
  Tools tools = { TRUE, TRUE, g_ptr_array_new_with_free_func((GDestroyNotify)zone_free),
                  g_ptr_array_new_with_free_func((GDestroyNotify)zone_free) };
  for (guint i = 0; i < LISTS; i++) {
    g_autofree char *hosts = g_strdup_printf("list%u.test", i), *links = g_strdup_printf("links%u.test", i);
    g_ptr_array_add(tools.addresses, zone_parse(ZONE_ADDRESSES, hosts, &problem));
    g_ptr_array_add(tools.links, zone_parse(ZONE_LINKS, links, &problem));
  }
  return tools;
}

static Report *unsure(void)
{
  Report *report = report_new();
  report->kind = REPORT_DSN_FAILED;
  report->date = NOW - 60;
  report->rank = RANK_NAMED;
  g_ptr_array_add(report->addressed, g_strdup("me@my.example"));
  g_ptr_array_add(report->recipients, g_strdup("victim@far.example"));
  g_ptr_array_add(report->original.message_ids, g_strdup("1@foreign.example"));
  hops_read((Span){ OUTSIDE, strlen(OUTSIDE) }, report->hops);
  hops_read((Span){ CHAIN, strlen(CHAIN) }, report->original.hops);
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; text->len < ORIGINAL_TEXT_MOST; i++) g_string_append_printf(text, "word%u ", i);
  report->original.subject = g_strdup("Cheap watches");
  report->original.text = g_strdup(text->str);
  for (guint k = 0; k < 10; k++) g_ptr_array_add(report->original.links, g_strdup_printf("shop%u.test", k));
  return report;
}

static gint64 cpu_time(void)
{
  struct timespec time = { 0 };
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

/* Microseconds of CPU of one look-up and verdict. -1 with error. */
static double time_one(Ledger *ledger, const Tools *tools, const GPtrArray *keywords, guint *lines, GError **error)
{
  g_autoptr(Report) report = unsure();
  const Policy policy = POLICY_DEFAULT(NOW);
  const FactsQuery query = { .account = "home",
                             .arrived = NOW,
                             .now = NOW,
                             .tools = tools,
                             .keywords = keywords,
                             .learned_words = keywords != NULL };
  gint64 start = cpu_time();
  for (guint i = 0; i < TIMES; i++) {
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, error);
    if (facts == NULL) return -1;
    g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
    *lines = verdict->evidence->len;
  }
  return (double)(cpu_time() - start) / TIMES;
}

int main(void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp("backstop-bench-XXXXXX", NULL);
  guint plain_lines = 0, lines = 0;
  g_auto(Tools) tools = all_tools();
  double with = -1, names = -1, without = -1;
  filter_init();
  g_autoptr(GPtrArray) keywords = all_keywords();
  {
    g_autoptr(Ledger) ledger = ledger_open(folder, LEDGER_CREATE, &error);
    if (ledger != NULL && prepare(ledger, &error)) {
      without = time_one(ledger, NULL, NULL, &plain_lines, &error);
      names = error == NULL ? time_one(ledger, &tools, NULL, &lines, &error) : -1;
      with = error == NULL ? time_one(ledger, &tools, keywords, &lines, &error) : -1;
    }
  }
  bench_remove_ledger(folder);
  if (error != NULL) {
    fprintf(stderr, "%s\n", error->message);
    return 1;
  }
  printf(
      "a bounce with every check on (%d lists of hosts and of links each, 10 links, 150 ranges of SPF; 100 words, 20 "
      "patterns,"
      " 16 KiB of text; %u lines said): %.0f us of CPU, without words %.0f us, without them %.0f us; at most %.0f us\n",
      LISTS, lines - plain_lines, with, names, without, BAR);
  return with > BAR || lines == plain_lines;
}
