/* tools.c - the keys of the checks that ask the domain name system
 * Owns:     what makes a list of name servers or of blocklists a good one.
 * Must not: ask anybody.
 * Fails:    CONFIG_ERROR, naming file, group, key and remedy.
 * Tests:    tests/fetcher/config/test_config.c */
#include "fetcher/config/account.h"
#include <string.h>

#define LISTS_MOST 5 /* each costs a question for each bounce, or for each link of it */

/* "192.0.2.1", or with a port behind '@'. */
static gboolean is_server(const char *text)
{
  const char *sign = strchr(text, '@');
  g_autofree char *address = sign != NULL ? g_strndup(text, (gsize)(sign - text)) : g_strdup(text);
  return g_hostname_is_ip_address(address)
         && (sign == NULL || g_ascii_string_to_unsigned(sign + 1, 10, 1, G_MAXUINT16, NULL, NULL));
}

static gboolean check_servers(const ConfigReader *reader, const Config *config, GError **error)
{
  for (char **server = config->dns_servers; server != NULL && *server != NULL; server++)
    if (!is_server(*server))
      return config_refuse(reader, "dns-servers", error,
                           "\"%s\" is no address; write one like 192.0.2.53, or 127.0.0.1@5353 with a port", *server);
  return TRUE;
}

/* *zones: what the list names; stays NULL where it names nothing. */
static gboolean take_zones(const ConfigReader *reader, const char *key, ZoneKind kind, char *const *names,
                           GPtrArray **zones, GError **error)
{
  const char *problem = NULL;
  if (names == NULL) return TRUE;
  *zones = g_ptr_array_new_with_free_func((GDestroyNotify)zone_free);
  for (; *names != NULL; names++) {
    Zone *zone = zone_parse(kind, *names, &problem);
    if (zone == NULL) return config_refuse(reader, key, error, "\"%s\" %s", *names, problem);
    g_ptr_array_add(*zones, zone);
  }
  return (*zones)->len <= LISTS_MOST || config_refuse(reader, key, error, "names more than %d lists", LISTS_MOST);
}

gboolean config_finish_tools(ConfigReader *reader, Config *config, GError **error)
{
  reader->group = "backstop";
  gboolean good =
      check_servers(reader, config, error)
      && take_zones(reader, "blocklists", ZONE_ADDRESSES, config->blocklists, &config->tools.addresses, error)
      && take_zones(reader, "link-blocklists", ZONE_LINKS, config->link_blocklists, &config->tools.links, error);
  reader->group = NULL;
  return good;
}
