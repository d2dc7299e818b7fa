/* test_forged.c - forged bounces of many shapes are caught, whosever name their originals bear
 * Owns:     the shapes, and the bars: 97 % of 200 with an original, 90 % of 60 in words only.
 * Must not: use real mail; tests/samples has whole mails of every family.
 * Fails:    naming the share that was caught, and the first shape that was not.
 * Tests:    filter_candidate(), filter_read(), filter_judge() together */
#include "filter/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

/* What a forger fills in. */
typedef struct {
  const char *from, *host, *subject;
} Forgery;

static const Forgery forgeries[] = {
  { "Mary Miller <mary@stranger.test>", "mx.north.test", "Cheap watches" },
  { "\"Bank\" <info@bank.test>", "mail.south.test", "Your account" },
  { "me@example.org", "relay.west.test", "Hello" },
  { "=?utf-8?q?J=C3=BCrgen?= <juergen@fremd.test>", "mx1.east.test", "=?utf-8?q?Gr=C3=BC=C3=9Fe?=" },
  { "support@shop.test", "smtp.far.test", "Invoice 4711" },
  { "Otto <otto@elsewhere.test>", "mx.lake.test", "Re: our meeting" },
  { "<x1@dyn.test>", "mx.hill.test", "(no subject)" },
};

/* "%1" reporter's host, "%2" failed recipient, "%3" the original's header. */
#define HEAD(subject)                                                                                                  \
  "Return-Path: <>\nDelivered-To: owner@example.org\nFrom: Mail Delivery System <MAILER-DAEMON@%1>\nTo: "              \
  "owner@example.org\nSubject: " subject "\nDate: Tue, 8 Sep 2026 10:00:00 +0200\nMessage-ID: <report@%1>\n"
#define REPORT(subject)                                                                                                \
  HEAD(subject) "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n"
#define STATUS                                                                                                         \
  "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; %1\n\nFinal-Recipient: rfc822; %2\nAction: "      \
  "failed\nStatus: 5.1.1\n\n"

static const char *const shapes[] = {
  REPORT(
      "Undelivered Mail Returned to Sender") "--b\n\nYour message could not be delivered.\n\n<%2>: unknown\n\n" STATUS
                                             "--b\nContent-Type: message/rfc822\n\n%3\nBuy.\n\n--b--\n",
  REPORT("Returned mail: see transcript for details") "--b\n\n   ----- The following addresses had permanent fatal "
                                                      "errors -----\n<%2>\n\n" STATUS
                                                      "--b\nContent-Type: text/rfc822-headers\n\n%3\n--b--\n",
  HEAD("failure notice") "\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
                         "<%2>:\nno mailbox here by that name. (#5.1.1)\n\n"
                         "--- Below this line is a copy of the message.\n\n%3\nBuy.\n",
  HEAD(
      "Mail delivery failed: returning message to sender") "X-Failed-Recipients: %2\n\n"
                                                           "The following address(es) failed:\n\n  %2\n    Unrouteable "
                                                           "address\n\n------ This is a copy of the message, including "
                                                           "all the headers. ------\n\n%3\nBuy.\n",
  REPORT("Undeliverable: your message") "--b\n\nDelivery has failed to these recipients or groups:\n\n%2\nThe address "
                                        "couldn't be found.\n\nOriginal message headers:\n\n%3\n" STATUS "--b--\n",
  HEAD("Unzustellbar") "\nIhre Nachricht konnte nicht zugestellt werden.\n\n  %2: 550 5.1.1 unbekannt\n\n"
                       "----- Ursprüngliche Nachricht -----\n%3\n",
  HEAD(
      "Undeliverable mail") "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n--b\n\nUnable to "
                            "deliver to <%2>: user unknown\n\n--b\nContent-Type: message/rfc822\n\n%3\nBuy.\n\n--b--\n",
};

/* Bounces without anything of an original. */
static const char *const texts[] = {
  HEAD("failure notice") "\nI wasn't able to deliver your message to the following addresses.\n\n<%2>:\nno such user\n",
  HEAD("Mail delivery failed") "\nThe following address failed:\n\n  %2\n\nThe user is unknown.\n",
  HEAD("Undeliverable") "\nYour message could not be delivered.\n\nFailed recipient: %2\nReason: 550 5.1.1 unknown\n",
  HEAD("Returned mail: User unknown") "\n   ----- Transcript of session follows -----\n>>> RCPT TO:<%2>\n<<< 550 5.1.1 "
                                      "<%2>... User unknown\n",
  HEAD("Delivery failure") "\n%2: host mx.far.test said: 550 5.1.1 user unknown, delivery failed\n",
  HEAD("Nicht zustellbar") "\nDie Nachricht konnte nicht zugestellt werden an:\n\n  %2\n",
  HEAD("Message non distribuable") "\nVotre message n'a pas pu être remis aux destinataires suivants :\n\n  <%2>: 550 "
                                   "inconnu\n",
};

static char *original(const Forgery *forgery, const char *recipient, guint n)
{
  return g_strdup_printf(
      "Received: from pc (unknown [192.0.2.%u]) by %s; Tue, 8 Sep 2026 09:00:00 +0200\nFrom: %s\nTo: "
      "%s\nSubject: %s\nDate: Tue, 8 Sep 2026 09:00:00 +0200\nMessage-ID: <forged.%u@%s>\n",
      n % 200 + 1, forgery->host, forgery->from, recipient, forgery->subject, n, forgery->host);
}

static char *filled(const char *shape, const Forgery *forgery, guint n)
{
  g_autofree char *recipient = g_strdup_printf("nobody%u@far%u.test", n, n % 9);
  g_autofree char *header = original(forgery, recipient, n);
  const char *const values[] = { forgery->host, recipient, header };
  GString *mail = g_string_new(NULL);
  for (const char *at = shape; *at != '\0'; at++) {
    if (*at == '%' && at[1] >= '1' && at[1] <= '3')
      g_string_append(mail, values[*++at - '1']);
    else
      g_string_append_c(mail, *at);
  }
  return g_string_free(mail, FALSE);
}

/* Does the report show what convicts: an id, a header, a status, or a recipient that is listed? */
static gboolean shows(const Report *report)
{
  const Original *original = &report->original;
  gboolean listed = report->recipients->len > 0 && report->rank >= RANK_LISTED;
  return !original->unread && (original->message_ids->len > 0 || original->header || report->status_part || listed);
}

/* Judged where all sent mail is known, and nothing of this. */
static gboolean is_caught(const char *mail)
{
  const char *body = strstr(mail, "\n\n");
  if (!filter_candidate(mail, body + 1 - mail)) return FALSE;
  g_autoptr(GBytes) bytes = g_bytes_new(mail, strlen(mail));
  g_autoptr(Report) report = filter_read(bytes);
  g_autoptr(Facts) facts = facts_new();
  facts->covered = TRUE;
  facts->waited = TRUE;
  const Policy policy = POLICY_DEFAULT(4102444800);
  g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
  return shows(report) && verdict->code == VERDICT_BACKSCATTER;
}

static void assert_share(const char *const *forms, guint n_forms, guint n, guint percent)
{
  guint caught = 0;
  const char *missed = NULL;
  for (guint i = 0; i < n; i++) {
    const char *form = forms[i % n_forms];
    g_autofree char *mail = filled(form, &forgeries[i / n_forms % G_N_ELEMENTS(forgeries)], i);
    gboolean is = is_caught(mail);
    caught += is;
    if (!is && missed == NULL) missed = form;
  }
  if (caught * 100 < n * percent) fail_msg("caught %u of %u; not, for one: %s", caught, n, missed);
}

static void forged_bounces_with_a_strangers_original_are_caught(void **state)
{
  assert_share(shapes, G_N_ELEMENTS(shapes), 200, 97);
}

static void forged_bounces_in_words_that_list_a_recipient_are_caught(void **state)
{
  assert_share(texts, G_N_ELEMENTS(texts), 60, 90);
}

/* The other side of the bar: what a text merely mentions does not convict. */
static void an_address_that_a_text_merely_mentions_does_not_convict(void **state)
{
  static const char *const mentions[] = {
    HEAD("failure notice") "\nYour message to %2 could not be delivered.\n",
    HEAD("Undeliverable") "\nThe mail that you sent to your friend %2 last week could not be delivered, sorry.\n",
    HEAD("Undeliverable") "\nA message could not be delivered. Questions:\n  %2\n",
  };
  for (guint i = 0; i < G_N_ELEMENTS(mentions); i++) {
    g_autofree char *mail = filled(mentions[i], &forgeries[0], i);
    g_autoptr(GBytes) bytes = g_bytes_new(mail, strlen(mail));
    g_autoptr(Report) report = filter_read(bytes);
    if (shows(report)) fail_msg("shows too much: %s", mentions[i]);
  }
}

static int setup(void **state)
{
  filter_init();
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(forged_bounces_with_a_strangers_original_are_caught),
    cmocka_unit_test(forged_bounces_in_words_that_list_a_recipient_are_caught),
    cmocka_unit_test(an_address_that_a_text_merely_mentions_does_not_convict),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
