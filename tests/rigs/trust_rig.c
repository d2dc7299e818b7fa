/* trust_rig.c - a Sent folder and the answers that test it
 * Owns:     the letters to ten friends, and how an answer is made.
 * Must not: depend on the day it runs on.
 * Fails:    as a test.
 * Tests:    used by tests/ledger/test_answers.c, test_complete.c, test_sent_shape.c and test_unlisted.c */
#include "tests/rigs/trust_rig.h"
#include "ledger/configure.h"
#include "ledger/received.h"

Ledger *trust_ledger(const char *addresses, gboolean trust_sent)
{
  GError *error = NULL;
  static const char *const sent[] = { "Sent" };
  const AccountSetup setup = { .name = (char *)"home", .addresses = (char *)addresses, .trust_sent = trust_sent };
  Ledger *ledger = ledger_open(NULL, LEDGER_MEMORY, &error);
  OK(ledger != NULL);
  OK(account_configure(ledger, &setup, 1, &error));
  FolderMark mark = { 1, 2, RIG_NOW - 400 * DAY, RIG_NOW };
  OK(folder_use_sent(ledger, "home", sent, 1, &error));
  OK(folder_mark_set(ledger, "home", "Sent", FOLDER_ROLE_SENT, &mark, &error));
  return ledger;
}

void trust_send(Ledger *ledger, const char *folder, const char *from, const char *id, const char *to,
                const char *subject, gint64 date, gboolean delivered)
{
  g_autoptr(SentMessage) message = rig_sent(id, to, subject, date);
  message->sender = g_strdup(from);
  message->delivered = delivered;
  rig_add_message(ledger, "home", folder, message, RIG_NOW);
}

void trust_letters(Ledger *ledger)
{
  for (guint day = 1; day <= 399; day += 2) {
    g_autofree char *id = g_strdup_printf("s%u@mail.my.example", day);
    g_autofree char *to = g_strdup_printf("friend%u@y.example", day / 2 % 10);
    g_autofree char *subject = g_strdup_printf("Letter %u", day);
    trust_send(ledger, "Sent", TRUST_ME, id, to, subject, RIG_NOW - day * DAY, FALSE);
  }
}

static void answer(Ledger *ledger, const TrustAnswer *one)
{
  GError *error = NULL;
  ReceivedMessage message = { .answers = g_ptr_array_new_with_free_func(g_free),
                              .recipients = g_ptr_array_new_with_free_func(g_free),
                              .sender = (char *)one->from,
                              .subject = (char *)one->subject };
  g_auto(GStrv) to = g_strsplit(one->to, ";", -1);
  for (char **part = to; *part != NULL; part++) g_ptr_array_add(message.recipients, g_strdup(*part));
  g_ptr_array_add(message.answers, g_strdup(one->names));
  const ReceivedRow row = { RIG_NOW - one->ago * DAY, &message };
  OK(received_add(ledger, "home", &row, 1, RIG_NOW, &error));
  g_ptr_array_unref(message.answers);
  g_ptr_array_unref(message.recipients);
}

/* "@evil.example" is another person each time. */
static char *spread(const char *from, guint i)
{
  return from[0] == '@' ? g_strdup_printf("spam%u%s", i, from) : g_strdup(from);
}

void trust_answers(Ledger *ledger, guint n, guint missing, const char *side, const TrustAnswer *model)
{
  for (guint i = 0; i < n; i++) {
    gboolean lost = i < missing;
    g_autofree char *from =
        model != NULL && model->from != NULL ? spread(model->from, i) : g_strdup_printf("friend%u@y.example", i % 10);
    g_autofree char *names =
        lost ? g_strdup_printf("p%u@%s", i, side) : g_strdup_printf("s%u@mail.my.example", 1 + 2 * (i % 199));
    const TrustAnswer one = { .from = from,
                              .to = model != NULL && model->to != NULL ? model->to : TRUST_ME,
                              .names = names,
                              .subject = model != NULL ? model->subject : NULL,
                              .ago = 1 + (i / 10) * 7 + (model != NULL ? model->ago : 0) };
    answer(ledger, &one);
  }
}

gboolean trust_covered(Ledger *ledger, const char *address, gint64 ago, char **gap)
{
  GError *error = NULL;
  g_autoptr(Report) report = rig_report("foreign@x", "nobody@z.example", NULL);
  g_ptr_array_set_size(report->addressed, 0);
  if (address != NULL) g_ptr_array_add(report->addressed, g_strdup(address));
  const FactsQuery query = { "home", RIG_NOW - ago * DAY, RIG_NOW, 0 };
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, &error);
  OK(facts != NULL);
  if (gap != NULL) *gap = g_strdup(facts->gap);
  return facts->covered;
}
