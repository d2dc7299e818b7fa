/* own.c - which addresses and domains are the owner's.
 * Owns:     what counts as listed, and as sent from.
 * Must not: write.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_facts_weak.c, tests/ledger/test_marks.c */
#include "ledger/own.h"
#include "filter/normalise.h"
#include <string.h>

GPtrArray *own_load(Ledger *ledger, GError **error)
{
  g_autoptr(GPtrArray) own = g_ptr_array_new_with_free_func(g_free);
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, "SELECT addresses FROM account WHERE configured AND addresses <> ''", ""))
    return NULL;
  while (rows_next(&rows, error)) g_ptr_array_add(own, row_dup(&rows, 0));
  return rows.failed ? NULL : g_steal_pointer(&own);
}

/* Does the pattern take every address? Then it says nothing about any address. */
static gboolean takes_all(const char *pattern) { return strspn(pattern, "*@") == strlen(pattern); }

/* Most addresses are in no list, so nothing is copied for the comparison. */
gboolean own_lists(const GPtrArray *own, const char *address, gboolean *literally)
{
  gboolean listed = FALSE;
  *literally = FALSE;
  for (guint i = 0; i < own->len && !*literally; i++) {
    if (!address_matches(address, g_ptr_array_index(own, i))) continue;
    g_auto(GStrv) each = g_strsplit(g_ptr_array_index(own, i), ";", -1);
    for (char **one = each; *one != NULL && !*literally; one++) {
      const char *pattern = g_strstrip(*one);
      if (takes_all(pattern) || !address_matches(address, pattern)) continue;
      listed = TRUE;
      *literally = strchr(pattern, '*') == NULL;
    }
  }
  return listed;
}

char *own_untagged(const char *address)
{
  const char *plus = strchr(address, '+'), *sign = strrchr(address, '@');
  if (plus == NULL || sign == NULL || plus == address || plus > sign) return NULL;
  g_autofree char *local = g_strndup(address, (gsize)(plus - address));
  return g_strconcat(local, sign, NULL);
}

gboolean own_is_listed(const GPtrArray *own, const char *address)
{
  gboolean literally = FALSE;
  if (own_lists(own, address, &literally) && literally) return TRUE;
  g_autofree char *bare = own_untagged(address);
  return bare != NULL && own_lists(own, bare, &literally) && literally;
}

gboolean own_is_sender(Ledger *ledger, const char *address, gboolean *known, GError **error)
{
  gint64 found = 0;
  if (!db_number(ledger, error, &found, "SELECT EXISTS(SELECT 1 FROM sender WHERE hash = ?)", "i", db_hash(address)))
    return FALSE;
  *known = found != 0;
  return TRUE;
}

gboolean own_has(Ledger *ledger, const GPtrArray *own, const char *address, gboolean *has, GError **error)
{
  *has = own_is_listed(own, address);
  return *has || own_is_sender(ledger, address, has, error);
}

/* "example.org" of "*@example.org" and of "me@*.example.org"; NULL where the pattern names no domain to its end. */
static const char *pattern_domain(const char *pattern)
{
  const char *sign = strrchr(pattern, '@'), *star = strrchr(pattern, '*');
  if (sign == NULL) return NULL;
  const char *domain = star != NULL && star > sign ? star + 1 : sign + 1;
  return *domain == '.' ? domain + 1 : domain;
}

static void add_listed(const GPtrArray *own, GPtrArray *domains)
{
  for (guint i = 0; i < own->len; i++) {
    g_auto(GStrv) each = g_strsplit(g_ptr_array_index(own, i), ";", -1);
    for (char **one = each; *one != NULL; one++) {
      const char *domain = pattern_domain(g_strstrip(*one));
      if (domain == NULL || *domain == '\0') continue;
      g_autofree char *lower = g_ascii_strdown(domain, -1);
      list_add(domains, lower, OWN_DOMAINS_MOST);
    }
  }
}

/* Adds the domains of the addresses that a query gives. Few rows differ in their domain, and list_add() knows those. */
static gboolean add_domains(Ledger *ledger, const char *sql, GPtrArray *domains, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, sql, "")) return FALSE;
  while (domains->len < OWN_DOMAINS_MOST && rows_next(&rows, error)) {
    const char *domain = address_domain(row_text(&rows, 0));
    if (domain != NULL) list_add(domains, domain, OWN_DOMAINS_MOST);
  }
  return !rows.failed;
}

GPtrArray *own_listed_domains(const GPtrArray *own)
{
  GPtrArray *domains = g_ptr_array_new_with_free_func(g_free);
  add_listed(own, domains);
  return domains;
}

GPtrArray *own_domains(Ledger *ledger, const GPtrArray *own, GError **error)
{
  g_autoptr(GPtrArray) domains = own_listed_domains(own);
  gboolean ok = add_domains(ledger, "SELECT sender FROM sent_from", domains, error)
                && add_domains(ledger, "SELECT sender FROM recorded", domains, error);
  return ok ? g_steal_pointer(&domains) : NULL;
}

gboolean own_is_within(const char *domain, const char *above)
{
  gsize length = strlen(domain), upper = strlen(above);
  if (upper == 0 || length < upper || g_ascii_strcasecmp(domain + length - upper, above) != 0) return FALSE;
  return length == upper || domain[length - upper - 1] == '.';
}
