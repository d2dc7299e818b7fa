/* check_dns.c - the checks that ask the domain name system, and those of words, tried on a message
 * Owns:     which of them are tried, and how their results are shown.
 * Must not: change a verdict.
 * Fails:    CONFIG_ERROR, LEDGER_ERROR; that names cannot be looked up is told beside the results.
 * Tests:    tests/e2e/test_dns.py */
#include "ui/cli/check_dns.h"
#include "fetcher/common/program.h"
#include "fetcher/config/config.h"
#include "fetcher/dns/look_up.h"
#include "fetcher/resolver/resolver.h"
#include "ui/terminal/print.h"
#include <string.h>

struct CheckDns {
  Config *config;      /* NULL: there is none */
  Tools tools;         /* its lists are the configuration's */
  GPtrArray *keywords; /* Keyword*: of all accounts */
  DnsClient *client;
  char *problem;
};

enum { SPF, REVERSE, HOSTS, LINKS, WORDS, PATTERNS, LEARNED };

static const struct {
  const char *name, *codes[2]; /* codes: what its lines of evidence begin with */
} checks[] = { [SPF] = { "spf", { "spf-" } },
               [REVERSE] = { "reverse-name", { "reverse-" } },
               [HOSTS] = { "blocklists", { "host-listed" } },
               [LINKS] = { "link-blocklists", { "link-listed" } },
               [WORDS] = { "words", { "word-found" } },
               [PATTERNS] = { "patterns", { "word-pattern", "word-costly" } },
               [LEARNED] = { "learn-words", { "word-unwanted", "word-wanted" } } };

static gboolean is_of(guint check, const Evidence *line)
{
  for (guint i = 0; i < G_N_ELEMENTS(checks[check].codes); i++)
    if (checks[check].codes[i] != NULL && g_str_has_prefix(line->code, checks[check].codes[i])) return TRUE;
  return FALSE;
}

/* The words and patterns of all accounts, since nobody knows to which of them the message came. */
static GPtrArray *all_keywords(const Config *config)
{
  GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)keyword_unref);
  for (guint i = 0; config != NULL && i < config->accounts->len; i++) {
    const GPtrArray *keywords = ((const AccountConfig *)config->accounts->pdata[i])->keywords;
    for (guint k = 0; keywords != NULL && k < keywords->len; k++)
      if (!g_ptr_array_find(all, keywords->pdata[k], NULL)) g_ptr_array_add(all, keyword_ref(keywords->pdata[k]));
  }
  return all;
}

CheckDns *check_dns_new(const Ui *ui, GError **error)
{
  g_autoptr(CheckDns) dns = g_new0(CheckDns, 1);
  g_autoptr(GError) problem = NULL;
  g_autofree char *program = program_find(RESOLVER_PROGRAM);
  dns->config = config_load(ui->config_file, &problem);
  if (dns->config == NULL && !g_error_matches(problem, CONFIG_ERROR, CONFIG_ERROR_MISSING)) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return NULL;
  }
  if (dns->config != NULL) dns->tools = dns->config->tools;
  dns->keywords = all_keywords(dns->config);
  dns->tools.spf = dns->tools.reverse = TRUE;
  dns->client = dns_client_new(program, dns->config != NULL ? dns->config->dns_servers : NULL,
                               dns->config == NULL || dns->config->dnssec);
  return g_steal_pointer(&dns);
}

void check_dns_free(CheckDns *dns)
{
  if (dns == NULL) return;
  config_free(dns->config);
  dns_client_free(dns->client);
  if (dns->keywords != NULL) g_ptr_array_unref(dns->keywords);
  g_free(dns->problem);
  g_free(dns);
}

void check_dns_switch_on(const CheckDns *dns, FactsQuery *query)
{
  query->tools = &dns->tools;
  query->try_tools = TRUE;
  query->keywords = dns->keywords;
  query->learned_words = TRUE;
}

typedef struct {
  const CheckDns *dns;
  Ledger *ledger;
  const Report *report;
} Lacking;

static gboolean collect(gpointer data, GPtrArray *questions, GError **error)
{
  const Lacking *lacking = data;
  const FactsQuery query = {
    .now = g_get_real_time() / G_USEC_PER_SEC, .tools = &lacking->dns->tools, .try_tools = TRUE, .missing = questions
  };
  g_autoptr(Facts) facts = ledger_facts(lacking->ledger, lacking->report, &query, error);
  return facts != NULL;
}

gboolean check_dns_look_up(CheckDns *dns, Ledger *ledger, const Report *report, GError **error)
{
  Lacking lacking = { dns, ledger, report };
  gint64 left = DNS_WAIT;
  g_clear_pointer(&dns->problem, g_free);
  return dns_look_up(dns->client, ledger, collect, &lacking, &left, &dns->problem, error);
}

static const char *weight(EvidenceSide side)
{
  return side == EVIDENCE_FOR ? "for" : side == EVIDENCE_AGAINST ? "against" : "neutral";
}

/* What is told of a check that has found nothing. */
static const char *nothing(const CheckDns *dns, const Facts *facts, guint check)
{
  if (check == WORDS || check == PATTERNS) return "None of them is in it, or the configuration names none.";
  if (check == LEARNED) return "Too little is learned yet, or its words tell nothing.";
  if (check == HOSTS && dns->tools.addresses == NULL) return "The configuration names no list.";
  if (check == LINKS) return dns->tools.links == NULL ? "The configuration names no list." : "No link is listed.";
  if (facts->tools.address == NULL)
    return "The returned header does not tell which host the original came from, or that may be your own line.";
  return check == HOSTS ? "The host is not listed." : "Nothing is known.";
}

/* Calls show for each line of each check. */
static void each_result(const CheckDns *dns, const Facts *facts,
                        void (*show)(const char *check, const char *weight, const char *text, gpointer data),
                        gpointer data)
{
  g_autoptr(GPtrArray) lines = filter_tools(facts);
  for (guint i = 0; i < G_N_ELEMENTS(checks); i++) {
    gboolean any = FALSE;
    for (guint k = 0; k < lines->len; k++) {
      const Evidence *line = lines->pdata[k];
      if (!is_of(i, line)) continue;
      g_autofree char *text = evidence_text(line);
      show(checks[i].name, weight(line->side), text, data);
      any = TRUE;
    }
    if (!any) show(checks[i].name, "none", nothing(dns, facts, i), data);
  }
}

static void show_text(const char *check, const char *weight, const char *text, gpointer data)
{
  g_autofree char *line = g_strdup_printf("%s (%s): %s", check, weight, text);
  print_wrapped("  ", line);
}

void check_dns_print(const CheckDns *dns, const Facts *facts)
{
  print_wrapped(
      "  ", "By DNS and by words; these explain an unsure verdict about a report that a stranger handed in, and move "
            "nothing but by second-line = quarantine:");
  each_result(dns, facts, show_text, NULL);
  if (dns->problem != NULL) print_wrapped("  ", dns->problem);
}

static void show_json(const char *check, const char *weight, const char *text, gpointer data)
{
  json_builder_begin_object(data);
  jsonl_text(data, "check", check);
  jsonl_text(data, "weight", weight);
  jsonl_text(data, "text", text);
  json_builder_end_object(data);
}

void check_dns_json(const CheckDns *dns, const Facts *facts, JsonBuilder *line)
{
  json_builder_set_member_name(line, "dns");
  json_builder_begin_array(line);
  each_result(dns, facts, show_json, line);
  json_builder_end_array(line);
  jsonl_text(line, "dns_problem", dns->problem);
}
