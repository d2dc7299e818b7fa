/* names.c - the names under which a server may report a recipient that the owner wrote to under another.
 * Owns:     the rule which addresses, and which domains, may be the same.
 * Must not: look anything up.
 * Fails:    never; an address without other names gives none.
 * Tests:    tests/ledger/test_facts.c */
#include "filter/fold.h"
#include "filter/normalise.h"
#include "ledger/ask.h"
#include <string.h>

#define NAMES_MOST 32
#define LABELS_MOST 8

/* Two names of one provider. */
static const char *const second_names[][2] = {
  { "gmail.com", "googlemail.com" }, { "icloud.com", "me.com" }, { "me.com", "mac.com" },
  { "icloud.com", "mac.com" },       { "yandex.ru", "ya.ru" },   { "yandex.ru", "yandex.com" },
  { "protonmail.com", "proton.me" }, { "proton.me", "pm.me" },   { "gmx.de", "gmx.net" },
};

static void add(GPtrArray *names, const char *address, const char *local, const char *domain)
{
  g_autofree char *joined = g_strconcat(local, "@", domain, NULL);
  g_autofree char *name = address_normalise(joined, FALSE);
  if (name != NULL && strcmp(name, address) != 0) list_add(names, name, NAMES_MOST);
}

void domains_alike(const char *domain, GPtrArray *domains)
{
  domains_of(domain, FALSE, domains);
  for (guint i = 0; i < G_N_ELEMENTS(second_names); i++)
    for (guint k = 0; k < 2; k++)
      if (strcmp(domain, second_names[i][k]) == 0) list_add(domains, second_names[i][1 - k], NAMES_MOST);
}

/* The next character of a local part that counts: no dot, and nothing behind a tag's sign. */
static char next_letter(const char **at)
{
  while (**at == '.') (*at)++;
  return **at == '\0' || **at == '@' || **at == '+' ? '\0' : *(*at)++;
}

gboolean locals_alike(const char *a, const char *b)
{
  char letter = '\0';
  gsize length = 0;
  do {
    letter = next_letter(&a);
    if (letter != next_letter(&b)) return FALSE;
    length++;
  } while (letter != '\0');
  return length > 1;
}

/* The same domain in the other of IDN's two forms; NULL when it has but one. */
static char *other_form(const char *domain)
{
  if (g_hostname_is_ascii_encoded(domain)) return g_hostname_to_unicode(domain);
  return g_hostname_is_non_ascii(domain) ? g_hostname_to_ascii(domain) : NULL;
}

/* The domain above this one, unless it has one label only. */
static const char *above(const char *domain)
{
  const char *dot = strchr(domain, '.');
  return dot != NULL && strchr(dot + 1, '.') != NULL ? dot + 1 : NULL;
}

void domains_of(const char *domain, gboolean above_too, GPtrArray *domains)
{
  guint labels = 0;
  for (const char *at = domain; at != NULL && labels < LABELS_MOST; at = above_too ? above(at) : NULL, labels++) {
    g_autofree char *form = other_form(at);
    list_add(domains, at, NAMES_MOST);
    list_add(domains, form, NAMES_MOST);
  }
}

static void add_second_names(GPtrArray *names, const char *address, const char *local, const char *domain)
{
  for (guint i = 0; i < G_N_ELEMENTS(second_names); i++)
    for (guint k = 0; k < 2; k++)
      if (strcmp(domain, second_names[i][k]) == 0) add(names, address, local, second_names[i][1 - k]);
}

/* "imceasmtp-bob+40there+2eexample": what a gateway of Exchange has packed into one local part. */
static char *unpacked(const char *local)
{
  const char *dash = g_str_has_prefix(local, "imcea") ? strchr(local, '-') : NULL;
  if (dash == NULL) return NULL;
  GString *plain = g_string_new(NULL);
  for (const char *at = dash + 1; *at != '\0'; at++) {
    if (*at == '+' && g_ascii_isxdigit(at[1]) && g_ascii_isxdigit(at[2])) {
      g_string_append_c(plain, (char)(g_ascii_xdigit_value(at[1]) * 16 + g_ascii_xdigit_value(at[2])));
      at += 2;
    } else {
      g_string_append_c(plain, *at == '_' ? '/' : *at);
    }
  }
  return g_string_free(plain, FALSE);
}

/* "bob%there.example@relay" and "there.example!bob@relay" of old gateways. */
static void add_routed(GPtrArray *names, const char *address, const char *local)
{
  const char *percent = strrchr(local, '%'), *bang = strrchr(local, '!');
  g_autofree char *packed = unpacked(local);
  const char *sign = packed != NULL ? strrchr(packed, '@') : NULL;
  if (sign != NULL) {
    g_autofree char *inner = g_strndup(packed, (gsize)(sign - packed));
    add(names, address, inner, sign + 1);
  }
  if (percent != NULL) {
    g_autofree char *inner = g_strndup(local, (gsize)(percent - local));
    add(names, address, inner, percent + 1);
  }
  if (bang != NULL) {
    g_autofree char *route = g_strndup(local, (gsize)(bang - local));
    const char *last = strrchr(route, '!');
    add(names, address, bang + 1, last != NULL ? last + 1 : route);
  }
}

void names_of(const char *address, GPtrArray *names)
{
  const char *domain = address_domain(address), *plus = NULL;
  if (domain == NULL) return;
  g_autofree char *local = g_strndup(address, (gsize)(domain - address) - 1);
  g_autoptr(GPtrArray) domains = g_ptr_array_new_with_free_func(g_free);
  g_autofree char *untagged =
      (plus = strchr(local, '+')) != NULL && plus != local ? g_strndup(local, (gsize)(plus - local)) : NULL;
  domains_of(domain, TRUE, domains);
  for (guint i = 0; i < domains->len; i++) {
    add(names, address, local, g_ptr_array_index(domains, i));
    if (untagged != NULL) add(names, address, untagged, g_ptr_array_index(domains, i));
  }
  add_second_names(names, address, local, domain);
  if (untagged != NULL) add_second_names(names, address, untagged, domain);
  add_routed(names, address, local);
}

gboolean locals_near(const char *a, const char *b)
{
  gsize m = strcspn(a, "@"), n = strcspn(b, "@");
  if (m == 0 || n == 0 || m > TEXT_DISTANCE_LONGEST || n > TEXT_DISTANCE_LONGEST) return FALSE;
  gsize apart = text_distance(a, m, b, n);
  return apart > 0 && apart <= 2 && apart < MAX(m, n);
}
