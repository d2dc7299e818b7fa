/* look_up.c - the names that the facts of a batch lack
 * Owns:     for which reports anything is asked.
 * Must not: speak DNS (Run.names.look_up does); keep a pass from going on.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/fetcher/pass/test_look_up.c, tests/e2e/test_dns.py */
#include "fetcher/pass/look_up.h"
#include "ledger/facts.h"

typedef struct {
  Run *run;
  gint64 scanned;
  GPtrArray *open; /* const Candidate*: those whose facts may lack something */
} Lacking;

/* Adds what the facts of one report lack. *lacks: they lack something, and the report would be left unsure: the others
 * are no business of any name server. */
static gboolean collect_one(const Lacking *lacking, const Candidate *candidate, GPtrArray *questions, gboolean *lacks,
                            GError **error)
{
  const Run *run = lacking->run;
  const Policy policy = run_policy(run);
  g_autoptr(GPtrArray) missing = g_ptr_array_new_with_free_func((GDestroyNotify)dns_question_free);
  const FactsQuery query = { .account = run->account->name,
                             .arrived = candidate->stored,
                             .now = lacking->scanned,
                             .seen = candidate->since,
                             .tools = &run->config->tools,
                             .keywords = run->account->keywords,
                             .learned_words = run->config->learn_words,
                             .missing = missing };
  g_autoptr(Facts) facts = ledger_facts(run->ledger, candidate->report, &query, error);
  if (facts == NULL) return FALSE;
  g_autoptr(Verdict) verdict = missing->len > 0 ? filter_judge(candidate->report, facts, &policy) : NULL;
  *lacks = verdict != NULL && verdict->code == VERDICT_UNSURE;
  for (guint i = 0; *lacks && i < missing->len; i++) {
    const DnsQuestion *question = missing->pdata[i];
    dns_want(questions, question->type, question->name);
  }
  return TRUE;
}

static gboolean collect(gpointer data, GPtrArray *questions, GError **error)
{
  const Lacking *lacking = data;
  for (guint i = 0; i < lacking->open->len;) {
    gboolean lacks = FALSE;
    if (!collect_one(lacking, lacking->open->pdata[i], questions, &lacks, error)) return FALSE;
    if (lacks)
      i++;
    else
      g_ptr_array_remove_index(lacking->open, i);
  }
  return TRUE;
}

gboolean look_up_names(Run *run, const GPtrArray *candidates, gint64 scanned, GError **error)
{
  if (run->names.look_up == NULL || !tools_any(&run->config->tools) || run->names.left <= 0) return TRUE;
  g_autoptr(GPtrArray) open = g_ptr_array_new();
  for (guint i = 0; i < candidates->len; i++) g_ptr_array_add(open, candidates->pdata[i]);
  Lacking lacking = { run, scanned, open };
  return run->names.look_up(run->names.data, collect, &lacking, &run->names.left, &run->names.problem, error);
}

gboolean look_up_tell(Run *run, GError **error)
{
  const Config *config = run->config;
  gboolean asked = run->names.left < DNS_WAIT, off = !config->signature_keys && !tools_any(&config->tools);
  if (!asked && !off) return TRUE;
  return account_set_notice(run->ledger, run->account->name, NOTICE_NAMES, off ? NULL : run->names.problem, error);
}
