/* letters.c - the owner's letters, signed, and bounces that return them
 * Owns:     their form.
 * Must not: measure anything.
 * Fails:    LEDGER_ERROR.
 * Tests:    used by tests/bench/dkim.c and tests/bench/tools.c */
#include "tests/bench/letters.h"
#include "ledger/configure.h"
#include "ledger/sent.h"
#include "ledger/signer.h"
#include <string.h>

char *bench_header(const char *hops, guint n)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(BENCH_NOW - (gint64)(n + 1) * 3600);
  g_autofree char *date = g_date_time_format(time, "%d %b %Y %H:%M:%S +0000");
  return g_strdup_printf("%sFrom: Me <me@example.org>\r\nTo: bob%u@far.example\r\nSubject: Letter %u\r\n"
                         "Date: %s\r\nMessage-ID: <letter.%u@example.org>\r\nMIME-Version: 1.0\r\n"
                         "Content-Type: text/plain\r\n",
                         hops, n, n, date, n);
}

GBytes *bench_bounce(const char *hops, const char *header, const char *failed)
{
  char *text = g_strdup_printf(
      "%sFrom: MAILER-DAEMON@mx.far.example\r\nReturn-Path: <>\r\nTo: me@example.org\r\nSubject: Undelivered Mail "
      "Returned to Sender\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
      "--b\r\n\r\nYour message could not be delivered.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
      "Reporting-MTA: dns; mx.far.example\r\n\r\nFinal-Recipient: rfc822; %s\r\nAction: failed\r\n"
      "Status: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n%s\r\n--b--\r\n",
      hops, failed, header);
  return g_bytes_new_take(text, strlen(text));
}

static gboolean learn_letters(Ledger *ledger, const RigKey *key, guint sightings, GError **error)
{
  FolderMark mark = { 1, 1, 0, BENCH_NOW };
  for (guint i = 1; i <= sightings; i++) {
    g_autofree char *header = bench_header("Received: from a by b; x\r\n", i);
    g_autofree char *copy = rig_sign(key, BENCH_TAGS "two", header);
    g_autoptr(SentMessage) message = sent_message_read(header, strlen(header));
    const SentRow row = { i, message->date, message };
    mark.next = i + 1;
    if (!sent_add(ledger, "home", "Sent", &row, 1, &mark, error)
        || !signer_learn(ledger, 0, (Span){ copy, strlen(copy) }, error))
      return FALSE;
  }
  return TRUE;
}

gboolean bench_learn(Ledger *ledger, const RigKey *key, guint sightings, GError **error)
{
  const AccountSetup account = { .name = (char *)"home", .addresses = (char *)"me@example.org;*@my.example" };
  g_autofree char *record = rig_key_record(key, FALSE);
  const char *const records[] = { record, NULL };
  return account_configure(ledger, &account, 1, error) && learn_letters(ledger, key, sightings, error)
         && signer_take(ledger, "two._domainkey.example.org", records, BENCH_NOW, error);
}
