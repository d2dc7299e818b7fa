/* zones.c - blocklists that are asked by DNS
 * Owns:     which answers say that something is listed.
 * Must not: ask.
 * Fails:    by NULL, with what is wrong in the text of a configuration.
 * Tests:    tests/filter/test_zones.c */
#include "filter/zones.h"
#include <arpa/inet.h>
#include <string.h>

#define ANSWERS_MOST 32 /* of one zone */
#define NUMBER(a, b, c, d) ((guint32)(a) << 24 | (guint32)(b) << 16 | (guint32)(c) << 8 | (guint32)(d))

/* The number of an address as text. */
static gboolean read_number(const char *text, guint32 *number)
{
  struct in_addr address;
  if (inet_pton(AF_INET, text, &address) != 1) return FALSE;
  *number = ntohl(address.s_addr);
  return TRUE;
}

static void accept_range(Zone *zone, guint32 first, guint32 last)
{
  g_array_append_val(zone->accepted, first);
  g_array_append_val(zone->accepted, last);
}

/* "127.0.0.2", or "127.0.0.2-9". */
static gboolean read_range(Zone *zone, const char *text)
{
  guint32 first = 0;
  guint64 last = 0;
  const char *dash = strchr(text, '-');
  g_autofree char *address = dash != NULL ? g_strndup(text, (gsize)(dash - text)) : g_strdup(text);
  if (!read_number(g_strstrip(address), &first) || first >> 24 != 127) return FALSE;
  last = first & 255;
  if (dash != NULL && !g_ascii_string_to_unsigned(dash + 1, 10, last, 255, &last, NULL)) return FALSE;
  accept_range(zone, first, (first & ~(guint32)255) | (guint32)last);
  return TRUE;
}

static gboolean read_ranges(Zone *zone, const char *text)
{
  g_auto(GStrv) parts = g_strsplit(text, ",", ANSWERS_MOST + 1);
  if (g_strv_length(parts) > ANSWERS_MOST) return FALSE;
  for (char **part = parts; *part != NULL; part++)
    if (!read_range(zone, *part)) return FALSE;
  return zone->accepted->len > 0;
}

Zone *zone_parse(ZoneKind kind, const char *text, const char **problem)
{
  const char *sign = strchr(text, '=');
  g_autofree char *name = sign != NULL ? g_strndup(text, (gsize)(sign - text)) : g_strdup(text);
  g_autoptr(Zone) zone = g_new0(Zone, 1);
  zone->accepted = g_array_new(FALSE, FALSE, sizeof(guint32));
  zone->name = dns_name(g_strstrip(name));
  if (zone->name == NULL || strchr(zone->name, '.') == NULL) {
    *problem = "is no list; write its name as the list's keeper gives it, like zen.spamhaus.org";
    return NULL;
  }
  if (sign != NULL && !read_ranges(zone, sign + 1)) {
    *problem = "does not say which answers count; write them like zen.spamhaus.org=127.0.0.2-9,127.0.0.20";
    return NULL;
  }
  if (sign == NULL && kind == ZONE_ADDRESSES) accept_range(zone, NUMBER(127, 0, 0, 2), NUMBER(127, 0, 0, 9));
  if (sign == NULL && kind == ZONE_LINKS) accept_range(zone, NUMBER(127, 0, 0, 2), NUMBER(127, 0, 1, 254));
  return g_steal_pointer(&zone);
}

void zone_free(Zone *zone)
{
  if (zone == NULL) return;
  g_free(zone->name);
  g_array_unref(zone->accepted);
  g_free(zone);
}

/* Spamhaus' lists, also those that are asked with a key: "KEY.zen.dq.spamhaus.net". */
static gboolean is_spamhaus(const char *name)
{
  return g_str_has_suffix(name, ".spamhaus.org") || g_str_has_suffix(name, ".spamhaus.net");
}

static gboolean counts(const Zone *zone, guint32 number)
{
  if (number >> 24 != 127 || number == NUMBER(127, 0, 0, 1) || number >> 8 == NUMBER(0, 127, 255, 255)) return FALSE;
  if (is_spamhaus(zone->name) && (number == NUMBER(127, 0, 0, 10) || number == NUMBER(127, 0, 0, 11))) return FALSE;
  for (guint i = 0; i + 1 < zone->accepted->len; i += 2)
    if (number >= g_array_index(zone->accepted, guint32, i) && number <= g_array_index(zone->accepted, guint32, i + 1))
      return TRUE;
  return FALSE;
}

const char *zone_listed(const Zone *zone, const GPtrArray *values)
{
  guint32 number = 0;
  for (guint i = 0; i < values->len; i++)
    if (read_number(values->pdata[i], &number) && counts(zone, number)) return values->pdata[i];
  return NULL;
}
