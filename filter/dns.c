/* dns.c - questions to the domain name system and their answers
 * Owns:     the form of names and values, and how many there may be.
 * Must not: ask, or look anything up.
 * Fails:    by NULL or FALSE for what is not of the form.
 * Tests:    tests/filter/test_dns.c */
#include "filter/dns.h"
#include "filter/normalise.h"
#include <arpa/inet.h>
#include <string.h>

#define LABEL_LONGEST 63

static const char *const type_names[DNS_TYPES] = { "A", "AAAA", "MX", "PTR", "TXT", "RANGES" };
static const char *const state_names[] = { "found", "none", "failed" };

const char *dns_type_name(DnsType type) { return type_names[type]; }

gboolean dns_type_parse(const char *name, DnsType *type)
{
  for (guint i = 0; i < DNS_TYPES; i++) {
    if (g_strcmp0(name, type_names[i]) != 0) continue;
    *type = (DnsType)i;
    return TRUE;
  }
  return FALSE;
}

const char *dns_state_name(DnsState state) { return state_names[state]; }

gboolean dns_state_parse(const char *name, DnsState *state)
{
  for (guint i = 0; i < G_N_ELEMENTS(state_names); i++) {
    if (g_strcmp0(name, state_names[i]) != 0) continue;
    *state = (DnsState)i;
    return TRUE;
  }
  return FALSE;
}

/* In lower case, without a dot at the end. */
static gboolean is_name(const char *text)
{
  gsize label = 0, length = strlen(text);
  if (length == 0 || length > DNS_NAME_LONGEST) return FALSE;
  for (const char *c = text; *c != '\0'; c++) {
    if (*c == '.' ? label == 0 : !g_ascii_islower(*c) && !g_ascii_isdigit(*c) && *c != '-' && *c != '_') return FALSE;
    label = *c == '.' ? 0 : label + 1;
    if (label > LABEL_LONGEST) return FALSE;
  }
  return label > 0;
}

char *dns_name(const char *text)
{
  gsize length = text != NULL ? strlen(text) : 0;
  if (length == 0 || length > 4 * DNS_NAME_LONGEST || !g_utf8_validate(text, (gssize)length, NULL)) return NULL;
  g_autofree char *bare = g_strndup(text, text[length - 1] == '.' ? length - 1 : length);
  g_autofree char *ascii = g_str_is_ascii(bare) ? g_strdup(bare) : g_hostname_to_ascii(bare);
  if (ascii == NULL) return NULL;
  g_autofree char *name = g_ascii_strdown(ascii, -1);
  return is_name(name) ? g_steal_pointer(&name) : NULL;
}

/* The address's bytes; 4, 16, or 0 for what is none. */
static gsize address_bytes(const char *address, guint8 bytes[16])
{
  if (address == NULL) return 0;
  if (inet_pton(AF_INET, address, bytes) == 1) return 4;
  return inet_pton(AF_INET6, address, bytes) == 1 ? 16 : 0;
}

char *dns_name_of_address(const char *address, const char *zone)
{
  guint8 bytes[16];
  gsize n = address_bytes(address, bytes);
  g_autoptr(GString) name = g_string_new(NULL);
  for (gsize i = n; i-- > 0;)
    if (n == 4)
      g_string_append_printf(name, "%u.", bytes[i]);
    else
      g_string_append_printf(name, "%x.%x.", bytes[i] & 15u, bytes[i] >> 4);
  g_string_append(name, zone);
  return n > 0 && is_name(name->str) ? g_strdup(name->str) : NULL;
}

char *dns_reverse_name(const char *address)
{
  return dns_name_of_address(address, address != NULL && strchr(address, ':') != NULL ? "ip6.arpa" : "in-addr.arpa");
}

static gboolean is_address(const char *value, int family)
{
  guint8 bytes[16];
  char text[INET6_ADDRSTRLEN];
  return inet_pton(family, value, bytes) == 1 && inet_ntop(family, bytes, text, sizeof text) != NULL
         && strcmp(text, value) == 0;
}

static gboolean is_exchange(const char *value)
{
  char *end = NULL;
  guint64 preference = g_ascii_isdigit(*value) ? g_ascii_strtoull(value, &end, 10) : G_MAXUINT64;
  return preference <= G_MAXUINT16 && *end == ' ' && (is_name(end + 1) || strcmp(end + 1, ".") == 0);
}

static gboolean is_text(const char *value)
{
  for (; *value != '\0'; value++)
    if (!g_ascii_isprint(*value)) return FALSE;
  return TRUE;
}

gboolean dns_value_is_good(DnsType type, const char *value)
{
  if (strlen(value) > DNS_VALUE_LONGEST) return FALSE;
  switch (type) {
  case DNS_A: return is_address(value, AF_INET);
  case DNS_AAAA: return is_address(value, AF_INET6);
  case DNS_PTR: return is_name(value);
  case DNS_MX: return is_exchange(value);
  case DNS_TXT:
  case DNS_RANGES: return is_text(value);
  case DNS_TYPES: break;
  }
  return FALSE;
}

DnsQuestion *dns_question_new(DnsType type, const char *name)
{
  DnsQuestion *question = g_new0(DnsQuestion, 1);
  *question = (DnsQuestion){ type, g_strdup(name) };
  return question;
}

void dns_question_free(DnsQuestion *question)
{
  if (question == NULL) return;
  g_free(question->name);
  g_free(question);
}

void dns_want(GPtrArray *questions, DnsType type, const char *name)
{
  if (questions->len >= DNS_QUESTIONS_MOST) return;
  for (guint i = 0; i < questions->len; i++) {
    const DnsQuestion *there = questions->pdata[i];
    if (there->type == type && strcmp(there->name, name) == 0) return;
  }
  g_ptr_array_add(questions, dns_question_new(type, name));
}

DnsAnswer *dns_answer_new(DnsType type, const char *name, DnsState state)
{
  DnsAnswer *answer = g_new0(DnsAnswer, 1);
  *answer = (DnsAnswer){ .question = { type, g_strdup(name) },
                         .state = state,
                         .values = g_ptr_array_new_with_free_func(g_free) };
  return answer;
}

void dns_answer_free(DnsAnswer *answer)
{
  if (answer == NULL) return;
  g_free(answer->question.name);
  g_ptr_array_unref(answer->values);
  g_free(answer);
}
