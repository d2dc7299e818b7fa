/* signer_keys.c - the keys of those who sign the owner's mail
 * Owns:     how many keys are asked for at once.
 * Must not: speak DNS (Run.names.look_up does); know what a key is.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/fetcher/pass/test_signer_keys.c */
#include "fetcher/pass/signer_keys.h"
#include "ledger/dns.h"
#include "ledger/signer.h"

#define AT_ONCE 16

typedef struct {
  Run *run;
  GPtrArray *names; /* char*: names of TXT records */
} Wanted;

/* A failure is stored as well, and holds for a while: it is not asked again in this pass. */
static gboolean collect(gpointer data, GPtrArray *questions, GError **error)
{
  const Wanted *wanted = data;
  for (guint i = 0; i < wanted->names->len; i++) {
    g_autoptr(DnsAnswer) answer = NULL;
    const char *name = wanted->names->pdata[i];
    if (!dns_get(wanted->run->ledger, DNS_TXT, name, run_now(), &answer, error)) return FALSE;
    if (answer == NULL) dns_want(questions, DNS_TXT, name);
  }
  return TRUE;
}

/* No answer says nothing; that there is none says that the key is withdrawn. */
static gboolean take(Run *run, const char *name, GError **error)
{
  g_autoptr(DnsAnswer) answer = NULL;
  if (!dns_get(run->ledger, DNS_TXT, name, run_now(), &answer, error)) return FALSE;
  if (answer == NULL || answer->state == DNS_FAILED) return TRUE;
  g_autoptr(GPtrArray) records = g_ptr_array_new();
  for (guint i = 0; i < answer->values->len; i++) g_ptr_array_add(records, answer->values->pdata[i]);
  g_ptr_array_add(records, NULL);
  return signer_take(run->ledger, name, (const char *const *)records->pdata, run_now(), error);
}

/* In the form in which names are asked: others cannot be asked for. */
static GPtrArray *names_of(Run *run, GError **error)
{
  g_autoptr(GPtrArray) raw = g_ptr_array_new_with_free_func(g_free);
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  if (!signer_wants(run->ledger, run_now(), AT_ONCE, raw, error)) {
    g_ptr_array_unref(names);
    return NULL;
  }
  for (guint i = 0; i < raw->len; i++) {
    char *name = dns_name(raw->pdata[i]);
    if (name != NULL) g_ptr_array_add(names, name);
  }
  return names;
}

gboolean signer_keys_fetch(Run *run, GError **error)
{
  if (run->names.look_up == NULL || !run->config->signature_keys || run->names.left <= 0) return TRUE;
  g_autoptr(GPtrArray) names = names_of(run, error);
  if (names == NULL || names->len == 0) return names != NULL;
  Wanted wanted = { run, names };
  if (!run->names.look_up(run->names.data, collect, &wanted, &run->names.left, &run->names.problem, error))
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    if (!take(run, names->pdata[i], error)) return FALSE;
  return TRUE;
}
