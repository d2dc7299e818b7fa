/* tools.c - how long facts and verdict of an unsure bounce take with everything on: a signature that verifies, who handed
 *           it in, every check by DNS, with all answers stored, and every check of words, with fifty thousand learned;
 *           beside the same bounce without words, and without any of it
 * Owns:     a folder in TMPDIR (/tmp), removed at the end.
 * Must not: be part of make check; ask a name server.
 * Fails:    with status 1 and the reason, also where it takes longer than a millisecond.
 * Tests:    ledger/facts.c and all that it asks, by hand: make bench-tools */
#include "filter/chain.h"
#include "filter/filter.h"
#include "ledger/db.h"
#include "ledger/dns.h"
#include "ledger/facts.h"
#include "ledger/learn.h"
#include "ledger/private.h"
#include "ledger/words.h"
#include "tests/bench/folder.h"
#include "tests/bench/letters.h"
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define BAR 1000.0 /* microseconds */
#define LISTS 5    /* of each kind, as many as a configuration may name */
#define TIMES 1000
#define SIGHTINGS 100
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
  put(answers, DNS_RANGES, "example.org", ranges->str);
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
  return dns_put(ledger, answers, BENCH_NOW, error);
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

static gboolean prepare(Ledger *ledger, const RigKey *key, GError **error)
{
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  for (guint i = 0; i < 30; i++) g_ptr_array_add(messages, g_bytes_new_static(OUTSIDE "\n", strlen(OUTSIDE "\n")));
  return bench_learn(ledger, key, SIGHTINGS, error) && learn_from(ledger, "home", messages, BENCH_NOW, error)
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

/* A bounce about somebody else than whom its original names. key: who signed that; NULL: it shows no signature, and
 * none of the hosts on its way. */
static Report *unsure(const RigKey *key)
{
  g_autofree char *header = bench_header(key != NULL ? CHAIN : "", 0);
  g_autofree char *mail = key != NULL ? rig_sign(key, BENCH_TAGS "two", header) : g_strdup(header);
  g_autoptr(GBytes) bytes = bench_bounce(key != NULL ? OUTSIDE : "", mail, "victim@far.example");
  Report *report = filter_read(bytes);
  GString *text = g_string_new(NULL);
  for (guint i = 0; text->len < ORIGINAL_TEXT_MOST; i++) g_string_append_printf(text, "word%u ", i);
  g_free(report->original.text);
  report->original.text = g_string_free(text, FALSE);
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
static double time_one(Ledger *ledger, const Report *report, const Tools *tools, const GPtrArray *keywords,
                       guint *lines, GError **error)
{
  const Policy policy = POLICY_DEFAULT(BENCH_NOW);
  const FactsQuery query = { .account = "home",
                             .arrived = BENCH_NOW,
                             .now = BENCH_NOW,
                             .tools = tools,
                             .keywords = keywords,
                             .learned_words = keywords != NULL };
  gint64 start = cpu_time();
  for (guint i = 0; i < TIMES; i++) {
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, error);
    if (facts == NULL) return -1;
    g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
    if (verdict->code != VERDICT_UNSURE) g_error("the bounce is not unsure");
    if ((facts->signature.domain != NULL) != (tools != NULL)) g_error("the signature is not asked for as it should");
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
  g_autoptr(RigKey) key = rig_key_new(DKIM_RSA_SHA256, 2048, 1);
  double with = -1, names = -1, without = -1;
  filter_init();
  g_autoptr(GPtrArray) keywords = all_keywords();
  {
    g_autoptr(Ledger) ledger = ledger_open(folder, LEDGER_CREATE, &error);
    g_autoptr(Report) plain = unsure(NULL), full = unsure(key);
    if (ledger != NULL && prepare(ledger, key, &error)) {
      without = time_one(ledger, plain, NULL, NULL, &plain_lines, &error);
      names = error == NULL ? time_one(ledger, full, &tools, NULL, &lines, &error) : -1;
      with = error == NULL ? time_one(ledger, full, &tools, keywords, &lines, &error) : -1;
    }
  }
  bench_remove_ledger(folder);
  if (error != NULL) {
    fprintf(stderr, "%s\n", error->message);
    return 1;
  }
  gboolean holds = with <= BAR && lines > plain_lines;
  printf("%s: a bounce with everything on (a signature of %d sightings, %d lists of hosts and of links each, 10 links, "
         "150 ranges of SPF, 100 words, 20 patterns, 16 KiB of text; %u lines said more): %.0f us of CPU (bar %.0f), "
         "%.0f without words, %.1f times the %.0f us without any of it\n",
         holds ? "holds" : "SHORT", SIGHTINGS, LISTS, lines - plain_lines, with, BAR, names, with / without, without);
  return holds ? 0 : 1;
}
