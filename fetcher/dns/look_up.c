/* look_up.c - one wait for all that facts lack
 * Owns:     the rounds; what an SPF record comes to, made of answers and stored as one of them.
 * Must not: wait for longer than it may, in all.
 * Fails:    LEDGER_ERROR; a name server that fails is a sentence to tell.
 * Tests:    tests/fetcher/dns/test_look_up.c */
#include "fetcher/dns/look_up.h"
#include "filter/spf.h"

#define ROUNDS_MOST 16 /* SPF: ten terms that ask, one inside the other, and the hosts of the last */

typedef struct {
  DnsClient *client;
  Ledger *ledger;
  gint64 now;          /* Unix seconds */
  GPtrArray *wanted;   /* DnsQuestion*: of this round */
  GPtrArray *answers;  /* DnsAnswer*: of this round */
  GPtrArray *borrowed; /* DnsAnswer*: lent to spf_flatten() */
  guint asked;         /* in all rounds */
  GError *error;
} Rounds;

static const DnsAnswer *lend(gpointer data, DnsType type, const char *name)
{
  Rounds *rounds = data;
  DnsAnswer *answer = NULL;
  if (rounds->error != NULL || !dns_get(rounds->ledger, type, name, rounds->now, &answer, &rounds->error)) return NULL;
  if (answer != NULL)
    g_ptr_array_add(rounds->borrowed, answer);
  else
    dns_want(rounds->wanted, type, name);
  return answer;
}

/* Flattens the domain's SPF record once a day: of what is stored, else of what is asked for in this round. */
static void flatten(Rounds *rounds, const char *domain)
{
  g_autofree char *ranges = NULL;
  SpfState state = spf_flatten(domain, lend, rounds, &ranges);
  if (state == SPF_WAITS) return;
  DnsAnswer *answer = dns_answer_new(DNS_RANGES, domain, DNS_FAILED);
  if (state == SPF_READY) answer->state = *ranges != '\0' ? DNS_FOUND : DNS_NONE;
  if (answer->state == DNS_FOUND) g_ptr_array_add(answer->values, g_steal_pointer(&ranges));
  answer->ttl = DNS_LONGEST;
  g_ptr_array_add(rounds->answers, answer);
}

/* Names are asked for; what is made of answers is made, or leads to names. */
static void sort(Rounds *rounds, const GPtrArray *questions)
{
  g_ptr_array_set_size(rounds->wanted, 0);
  g_ptr_array_set_size(rounds->answers, 0);
  for (guint i = 0; i < questions->len; i++) {
    const DnsQuestion *question = questions->pdata[i];
    if (question->type == DNS_RANGES)
      flatten(rounds, question->name);
    else
      dns_want(rounds->wanted, question->type, question->name);
  }
  g_ptr_array_set_size(rounds->borrowed, 0);
  /* What is too much for one wait stays unknown. */
  guint room = DNS_QUESTIONS_MOST - rounds->asked;
  if (rounds->wanted->len > room) g_ptr_array_set_size(rounds->wanted, (gint)room);
  rounds->asked += rounds->wanted->len;
}

static gboolean is_answered(const Rounds *rounds, const DnsQuestion *question)
{
  for (guint i = 0; i < rounds->answers->len; i++) {
    const DnsAnswer *answer = rounds->answers->pdata[i];
    if (answer->question.type == question->type && g_str_equal(answer->question.name, question->name)) return TRUE;
  }
  return FALSE;
}

/* What was asked in vain is a failure for now. */
static void give_up(Rounds *rounds)
{
  for (guint i = 0; i < rounds->wanted->len; i++) {
    const DnsQuestion *question = rounds->wanted->pdata[i];
    if (!is_answered(rounds, question))
      g_ptr_array_add(rounds->answers, dns_answer_new(question->type, question->name, DNS_FAILED));
  }
}

/* One round. *more: something was learned that may lead to further questions. */
static gboolean make_round(Rounds *rounds, const GPtrArray *questions, gint64 deadline, gboolean *more, char **problem,
                           GError **error)
{
  g_autoptr(GError) why = NULL;
  sort(rounds, questions);
  if (rounds->error != NULL) {
    g_propagate_error(error, g_steal_pointer(&rounds->error));
    return FALSE;
  }
  if (!dns_client_ask(rounds->client, rounds->wanted, deadline, rounds->answers, &why)) {
    if (*problem == NULL) *problem = g_strdup(why->message);
    give_up(rounds);
  }
  *more = rounds->answers->len > 0;
  return dns_put(rounds->ledger, rounds->answers, rounds->now, error);
}

gboolean dns_look_up(DnsClient *client, Ledger *ledger, DnsCollect collect, gpointer data, gint64 *left, char **problem,
                     GError **error)
{
  g_autoptr(GPtrArray) wanted = g_ptr_array_new_with_free_func((GDestroyNotify)dns_question_free);
  g_autoptr(GPtrArray) answers = g_ptr_array_new_with_free_func((GDestroyNotify)dns_answer_free);
  g_autoptr(GPtrArray) borrowed = g_ptr_array_new_with_free_func((GDestroyNotify)dns_answer_free);
  Rounds rounds = { .client = client, .ledger = ledger, .wanted = wanted, .answers = answers, .borrowed = borrowed };
  gint64 start = g_get_monotonic_time();
  gboolean ok = TRUE, more = *left > 0;
  for (guint i = 0; i < ROUNDS_MOST && ok && more; i++) {
    g_autoptr(GPtrArray) questions = g_ptr_array_new_with_free_func((GDestroyNotify)dns_question_free);
    rounds.now = g_get_real_time() / G_USEC_PER_SEC;
    ok = collect(data, questions, error);
    more = ok && questions->len > 0;
    if (more) ok = make_round(&rounds, questions, start + *left, &more, problem, error);
  }
  dns_client_rest(client);
  if (rounds.asked > 0) *left -= MIN(g_get_monotonic_time() - start, *left); /* else nobody was waited for */
  return ok;
}
