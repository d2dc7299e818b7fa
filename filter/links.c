/* links.c - which domains the links of a text lead to
 * Owns:     what a link looks like in text, HTML and quoted-printable.
 * Must not: follow a link.
 * Fails:    never; what is no link is passed over.
 * Tests:    tests/filter/test_links.c */
#include "filter/links.h"
#include "filter/dns.h"
#include "filter/hand.h"
#include "filter/normalise.h"
#include <string.h>

#define HOST_LONGEST ((gsize)500) /* bytes of a host and what may stand before it */

const char *links_registered(const char *name)
{
  const char *found = NULL;
  for (const char *at = name; at != NULL; at = strchr(at, '.') != NULL ? strchr(at, '.') + 1 : NULL) {
    if (host_is_shared(at)) break;
    found = at;
  }
  return found;
}

/* Takes back what quoted-printable does to a line that is too long, and to '='. */
static char *unfold(const char *text, gsize length)
{
  char *out = g_malloc(length + 1), *end = out;
  for (gsize i = 0; i < length; i++) {
    if (text[i] == '=' && i + 1 < length && text[i + 1] == '\n') {
      i++;
    } else if (text[i] == '=' && i + 2 < length && text[i + 1] == '\r' && text[i + 2] == '\n') {
      i += 2;
    } else if (text[i] == '=' && i + 2 < length && g_ascii_isxdigit(text[i + 1]) && g_ascii_isxdigit(text[i + 2])) {
      *end++ = (char)(g_ascii_xdigit_value(text[i + 1]) * 16 + g_ascii_xdigit_value(text[i + 2]));
      i += 2;
    } else {
      *end++ = text[i] != '\0' ? text[i] : ' ';
    }
  }
  *end = '\0';
  return out;
}

static void add_host(const char *start, gsize length, GPtrArray *domains)
{
  g_autofree char *text = g_strndup(start, length);
  const char *sign = strrchr(text, '@'); /* "user:password@host" */
  char *host = sign != NULL ? text + (sign - text) + 1 : text;
  host[strcspn(host, ":")] = '\0';
  g_autofree char *name = dns_name(host);
  if (name == NULL || strspn(name, "0123456789.") == strlen(name)) return;
  list_add(domains, links_registered(name), LINKS_MOST);
}

void links_collect(const char *text, gsize length, GPtrArray *domains)
{
  g_autofree char *plain = unfold(text, MIN(length, LINKS_READ_MOST));
  for (const char *at = plain; (at = strstr(at, "://")) != NULL && domains->len < LINKS_MOST;) {
    gboolean web = (at - plain >= 4 && g_ascii_strncasecmp(at - 4, "http", 4) == 0)
                   || (at - plain >= 5 && g_ascii_strncasecmp(at - 5, "https", 5) == 0);
    at += 3;
    gsize host = strcspn(at, "/?#\"'<>()[]{}\\ \t\r\n,;|");
    if (web && host > 0 && host <= HOST_LONGEST) add_host(at, host, domains);
  }
}
