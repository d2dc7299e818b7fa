/* insiders.c - the owner is told when much mail leaves through the account that is not in Sent
 * Owns:     the words of that notice.
 * Must not: judge; name an address or a subject.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/fetcher/pass/test_sample.c */
#include "fetcher/pass/insiders.h"
#include "ledger/insider.h"

gboolean insiders_tell(Run *run, GError **error)
{
  Insiders insiders;
  g_autofree char *text = NULL;
  if (!insiders_count(run->ledger, run->account->name, run_now(), &insiders, error)) return FALSE;
  if (insiders.alarm)
    text =
        g_strdup_printf("Somebody may be sending with this account: %u reports of the last day and %u of the last "
                        "week tell of mail that left through it and is not in Sent. If no device or program of yours "
                        "sends it, change the account's password, and look for devices and forwarding rules at "
                        "your provider that are not yours; “backstop list --verdict unsure” shows the reports.",
                        insiders.day, insiders.week);
  return account_set_notice(run->ledger, run->account->name, NOTICE_INSIDERS, text, error);
}
