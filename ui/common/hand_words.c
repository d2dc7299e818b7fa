/* hand_words.c - sentences about who hands mail in
 * Owns:     the words.
 * Must not: count.
 * Fails:    never.
 * Tests:    tests/ui/cli/test_status.c, tests/ui/model/test_settings.c */
#include "ui/common/hand_words.h"
#include <glib/gi18n.h>

char *hand_words_insiders(const Insiders *insiders)
{
  const guint n = insiders->month;
  if (n == 0) return NULL;
  return g_strdup_printf(ngettext("%u report of the last 30 days tells of mail that left through this account and is "
                                  "not in Sent: another device, an automatic reply, or somebody else",
                                  "%u reports of the last 30 days tell of mail that left through this account and is "
                                  "not in Sent: another device, an automatic reply, or somebody else",
                                  n),
                         n);
}

char *hand_words_alarm(const Insiders *insiders)
{
  if (!insiders->alarm) return NULL;
  return g_strdup_printf(_("%u reports of the last day and %u of the last week tell of mail that left through your "
                           "account and is not in Sent. If no device or program of yours sent it, somebody else may be "
                           "using the account: change its password."),
                         insiders->day, insiders->week);
}

char *hand_words_server(const OwnServer *server)
{
  if (server->sampled == 0) return NULL;
  if (server->name == NULL && server->sampled < OWN_SERVER_MESSAGES)
    return g_strdup_printf(_("not known yet: %u of %d messages were read"), server->sampled, OWN_SERVER_MESSAGES);
  if (server->name == NULL) return g_strdup(_("not known: no server brings nearly all mail"));
  return g_strdup_printf(_("%s, which brought %u of %u messages"), server->name, server->count, server->sampled);
}
