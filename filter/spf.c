/* spf.c - which hosts may send mail of a domain
 * Owns:     which terms of SPF records are followed, and how far.
 * Must not: ask; fill in a macro.
 * Fails:    by "uall", which says nothing of any address.
 * Tests:    tests/filter/test_spf.c */
#include "filter/spf.h"
#include <arpa/inet.h>
#include <string.h>

#define LOOKUPS_MOST 10 /* RFC 7208, 4.6.4, as the next two */
#define VOIDS_MOST 2
#define EXCHANGES_MOST 10
#define RANGES_MOST 150
#define TERMS_MOST 100
#define UNKNOWN 'u'

typedef struct {
  SpfAsk ask;
  gpointer data;
  GPtrArray *ranges; /* char* */
  guint lookups, voids;
  gboolean waits, fails, broken;
} Flat;

/* One record while it is read. pass: what '+' of this record is: itself, or the qualifier of the `include` that led
 * here, of which only a pass matters. */
typedef struct {
  Flat *flat;
  char pass;
  gboolean included;
  const char *domain;
} Record;

static void flatten(Flat *flat, const char *domain, char pass, gboolean included);

/* Within an included record, whatever is no pass ends the search there: what comes after it is not known to match. */
static char meaning(const Record *record, char qualifier)
{
  if (qualifier == '+') return record->pass;
  return record->included ? UNKNOWN : qualifier;
}

static void add(const Record *record, char qualifier, const char *range)
{
  Flat *flat = record->flat;
  if (flat->ranges->len >= RANGES_MOST)
    flat->broken = TRUE;
  else
    g_ptr_array_add(flat->ranges, g_strdup_printf("%c%s", meaning(record, qualifier), range));
}

static void add_unknown(const Record *record) { add(&(Record){ record->flat, UNKNOWN, FALSE, NULL }, '+', "all"); }

/* NULL: it is not known, or the name server failed, and the record cannot be flattened now. */
static const DnsAnswer *look_up(Flat *flat, DnsType type, const char *name)
{
  const DnsAnswer *answer = flat->ask(flat->data, type, name);
  if (answer == NULL) flat->waits = TRUE;
  if (answer == NULL || answer->state != DNS_FAILED) return answer;
  flat->fails = TRUE;
  return NULL;
}

/* One more term that asks. FALSE: there are too many of them. */
static gboolean count_lookup(Flat *flat)
{
  if (++flat->lookups > LOOKUPS_MOST) flat->broken = TRUE;
  return !flat->broken;
}

static void count_void(Flat *flat)
{
  if (++flat->voids > VOIDS_MOST) flat->broken = TRUE;
}

/* "/24", "//64" or "/24//64", as an `a` or `mx` may have them; FALSE: it is none of these. */
static gboolean read_lengths(const char *text, guint *four, guint *six)
{
  guint64 number = 0;
  g_auto(GStrv) parts = g_strsplit(text, "/", 5);
  guint n = g_strv_length(parts);
  *four = 32;
  *six = 128;
  if (*text == '\0') return TRUE;
  if (*text != '/' || (n != 2 && n != 4 && !(n == 3 && *parts[1] == '\0'))) return FALSE;
  if (*parts[1] != '\0' || n == 2) {
    if (!g_ascii_string_to_unsigned(parts[1], 10, 0, 32, &number, NULL)) return FALSE;
    *four = (guint)number;
  }
  if (n == 2) return TRUE;
  if ((n == 4 && *parts[2] != '\0') || !g_ascii_string_to_unsigned(parts[n - 1], 10, 0, 128, &number, NULL))
    return FALSE;
  *six = (guint)number;
  return TRUE;
}

/* The addresses of a host. *none: it has none at all. */
static void add_host(const Record *record, char qualifier, const char *host, guint four, guint six, gboolean *none)
{
  const DnsAnswer *answers[] = { look_up(record->flat, DNS_A, host), look_up(record->flat, DNS_AAAA, host) };
  *none = answers[0] != NULL && answers[1] != NULL && answers[0]->values->len + answers[1]->values->len == 0;
  for (guint i = 0; i < G_N_ELEMENTS(answers); i++)
    for (guint k = 0; answers[i] != NULL && k < answers[i]->values->len; k++) {
      g_autofree char *range =
          g_strdup_printf("%s/%u", (const char *)answers[i]->values->pdata[k], i == 0 ? four : six);
      add(record, qualifier, range);
    }
}

static void add_hosts(const Record *record, char qualifier, const char *domain, gboolean exchanges, const char *lengths)
{
  guint four = 0, six = 0;
  gboolean none = FALSE;
  if (!read_lengths(lengths, &four, &six)) record->flat->broken = TRUE;
  if (!count_lookup(record->flat)) return;
  if (!exchanges) {
    add_host(record, qualifier, domain, four, six, &none);
    if (none) count_void(record->flat);
    return;
  }
  const DnsAnswer *answer = look_up(record->flat, DNS_MX, domain);
  if (answer == NULL) return;
  if (answer->values->len == 0) count_void(record->flat);
  if (answer->values->len > EXCHANGES_MOST) record->flat->broken = TRUE;
  for (guint i = 0; i < answer->values->len && !record->flat->broken; i++) {
    const char *space = strchr(answer->values->pdata[i], ' ');
    if (space != NULL && strcmp(space, " .") != 0) add_host(record, qualifier, space + 1, four, six, &none);
  }
}

/* "192.0.2.0/24". */
static void add_address(const Record *record, char qualifier, const char *value, int family)
{
  guint8 bytes[16];
  guint64 length = family == AF_INET ? 32 : 128;
  const char *slash = strchr(value, '/');
  g_autofree char *address = slash != NULL ? g_strndup(value, (gsize)(slash - value)) : g_strdup(value);
  if (inet_pton(family, address, bytes) != 1
      || (slash != NULL && !g_ascii_string_to_unsigned(slash + 1, 10, 0, length, &length, NULL))) {
    record->flat->broken = TRUE;
    return;
  }
  g_autofree char *range = g_strdup_printf("%s/%u", address, (guint)length);
  add(record, qualifier, range);
}

/* The domain that a term names, or the record's own; NULL: it is wrong. */
static char *term_domain(const Record *record, const char *value, gsize length)
{
  g_autofree char *text = length > 0 ? g_strndup(value, length) : g_strdup(record->domain);
  return dns_name(text);
}

/* A term that leads to another domain, or to hosts. value: behind its ':', or "/..."; "" for none. */
static void follow(const Record *record, char qualifier, const char *name, const char *value)
{
  gsize length = strcspn(value, "/");
  gboolean include = g_str_equal(name, "include");
  g_autofree char *domain = term_domain(record, value, include ? strlen(value) : length);
  if (domain == NULL || (include && *value == '\0'))
    record->flat->broken = TRUE;
  else if (!include)
    add_hosts(record, qualifier, domain, g_str_equal(name, "mx"), value + length);
  else if (count_lookup(record->flat))
    flatten(record->flat, domain, meaning(record, qualifier), TRUE);
}

/* One mechanism (RFC 7208, 5). FALSE: nothing behind it is matched. */
static gboolean read_mechanism(const Record *record, const char *term)
{
  char qualifier = strchr("+-~?", *term) != NULL ? *term++ : '+';
  gsize length = strcspn(term, ":/");
  g_autofree char *name = g_ascii_strdown(term, (gssize)length);
  const char *value = term[length] == ':' ? term + length + 1 : term + length;
  if (g_str_equal(name, "all") && *value == '\0') {
    /* Of an included record, the end without a match is no match of the `include`. */
    if (!record->included || qualifier == '+') add(record, qualifier, "all");
    return FALSE;
  }
  if (g_str_equal(name, "exists") || g_str_equal(name, "ptr") || strchr(value, '%') != NULL) {
    add_unknown(record);
    return FALSE;
  }
  if (g_str_equal(name, "ip4"))
    add_address(record, qualifier, value, AF_INET);
  else if (g_str_equal(name, "ip6"))
    add_address(record, qualifier, value, AF_INET6);
  else if (g_str_equal(name, "a") || g_str_equal(name, "mx") || g_str_equal(name, "include"))
    follow(record, qualifier, name, value);
  else
    record->flat->broken = TRUE;
  return TRUE;
}

static void redirect(const Record *record, const char *target)
{
  g_autofree char *domain = dns_name(target);
  if (strchr(target, '%') != NULL)
    add_unknown(record);
  else if (domain == NULL)
    record->flat->broken = TRUE;
  else if (count_lookup(record->flat))
    flatten(record->flat, domain, record->pass, record->included);
}

static void read_record(const Record *record, const char *text)
{
  g_auto(GStrv) terms = g_strsplit(text, " ", TERMS_MOST + 1);
  const char *target = NULL;
  gboolean open = TRUE;
  if (g_strv_length(terms) > TERMS_MOST) record->flat->broken = TRUE;
  for (char **term = terms + 1; *terms != NULL && *term != NULL && !record->flat->broken; term++) {
    gsize length = strcspn(*term, "=:/");
    gboolean modifier = (*term)[length] == '=' && length > 0;
    if (modifier && g_ascii_strncasecmp(*term, "redirect", MAX(length, strlen("redirect"))) == 0)
      target = *term + length + 1;
    else if (!modifier && **term != '\0' && open)
      open = read_mechanism(record, *term);
  }
  if (open && target != NULL && !record->flat->broken) redirect(record, target);
}

/* The SPF record among the texts; NULL: none. Two of them are as good as a wrong one. */
static const char *find_record(Flat *flat, const DnsAnswer *answer)
{
  const char *found = NULL;
  for (guint i = 0; i < answer->values->len; i++) {
    const char *text = answer->values->pdata[i];
    if (g_ascii_strncasecmp(text, "v=spf1", 6) != 0 || (text[6] != '\0' && text[6] != ' ')) continue;
    if (found != NULL) flat->broken = TRUE;
    found = text;
  }
  return found;
}

/* Where another record led here, this domain must have one. A loop ends with the count of terms that ask. */
static void flatten(Flat *flat, const char *domain, char pass, gboolean included)
{
  const DnsAnswer *answer = look_up(flat, DNS_TXT, domain);
  if (answer == NULL) return;
  const char *text = find_record(flat, answer);
  if (text == NULL && flat->lookups > 0) flat->broken = TRUE;
  if (text != NULL && !flat->broken) read_record(&(Record){ flat, pass, included, domain }, text);
}

static char *join(const GPtrArray *ranges)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < ranges->len; i++)
    g_string_append_printf(text, "%s%s", i == 0 ? "" : " ", (const char *)ranges->pdata[i]);
  return g_string_free(g_steal_pointer(&text), FALSE);
}

SpfState spf_flatten(const char *domain, SpfAsk ask, gpointer data, char **ranges)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
  Flat flat = { .ask = ask, .data = data, .ranges = list };
  flatten(&flat, domain, '+', FALSE);
  if (flat.fails) return SPF_FAILS;
  if (flat.waits && !flat.broken) return SPF_WAITS;
  *ranges = flat.broken ? g_strdup("uall") : join(list);
  return SPF_READY;
}

/* The address lies in "192.0.2.0/24". */
static gboolean lies_in(const char *range, const guint8 *address, gsize size)
{
  guint8 bytes[16];
  guint64 length = 0;
  g_auto(GStrv) parts = g_strsplit(range, "/", 2);
  if (g_strv_length(parts) != 2 || inet_pton(size == 4 ? AF_INET : AF_INET6, parts[0], bytes) != 1
      || !g_ascii_string_to_unsigned(parts[1], 10, 0, size * 8, &length, NULL))
    return FALSE;
  gsize whole = length / 8;
  guint rest = length % 8;
  return memcmp(bytes, address, whole) == 0 && (rest == 0 || (bytes[whole] ^ address[whole]) >> (8 - rest) == 0);
}

SpfResult spf_match(const char *ranges, const char *address)
{
  guint8 bytes[16];
  gsize size = inet_pton(AF_INET, address, bytes) == 1 ? 4 : inet_pton(AF_INET6, address, bytes) == 1 ? 16 : 0;
  g_auto(GStrv) each = g_strsplit(ranges, " ", RANGES_MOST + 1);
  for (char **range = each; size > 0 && *range != NULL; range++) {
    if (**range == '\0' || (strcmp(*range + 1, "all") != 0 && !lies_in(*range + 1, bytes, size))) continue;
    return **range == '+' ? SPF_PASS : **range == '-' ? SPF_FAIL : **range == '~' ? SPF_SOFTFAIL : SPF_NOTHING;
  }
  return SPF_NOTHING;
}
