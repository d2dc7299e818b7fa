/* sentences.c - what a line of evidence says, in words
 * Owns:     the sentence of every code, and how its arguments are put into it.
 * Must not: decide; look at anything but the line.
 * Fails:    never; a code without a sentence is shown as it is.
 * Tests:    tests/filter/test_sentences.c */
#include "filter/reason.h"
#include "filter/report.h"

#include <glib/gi18n.h>
#include <string.h>

/* What stands in a sentence for the arguments of its line, numbered from 1:
 *   {1}            the argument as it is
 *   {1:day}        a time, as a day; {1:minute}: as day and time
 *   {1:sent}       a sent message: its subject, date, folder and account, in four arguments from this one on
 *   {1:list}       how many there are, then the first of them, in all arguments that are left
 *   {1:recipients} a number of recipients
 *   {1:place}      "subject" or "text": where it stands in the original
 *   {1:event}      what a report tells of: "failed", "late" or "passed"
 *   {1:because}    another sentence: its code, and its arguments in all that are left; a sentence that has no code
 *   {1:reason}     an enhanced status code and the server's words, in two arguments: why, in plain words
 *   [ ... ]        left out where the first of its arguments is empty
 * A translation holds the same forms, in any order. */
static const struct {
  const char *code, *sentence;
} sentences[] = {
  /* how it was recognised (read.c) */
  { "report-type", N_("Content-Type says that this is a delivery report (multipart/report, delivery-status).") },
  { "failed-recipients-field", N_("The field X-Failed-Recipients names addresses that could not be delivered to.") },
  { "exchange-ndr", N_("The field X-MS-Exchange-Message-Is-Ndr marks it as a report of failed delivery.") },
  { "daemon-from", N_("From is the mail system itself (MAILER-DAEMON or the like), not a person.") },
  { "postmaster-from", N_("From is the keeper of a mail system (postmaster or the like).") },
  { "empty-from", N_("From holds no address, as only machines write.") },
  { "role-from", N_("From is an office or a machine, not a person.") },
  { "null-sender", N_("Return-Path is empty, as it must be for automatic reports.") },
  { "daemon-sender", N_("Return-Path is a mail system.") },
  { "auto-submitted", N_("The field Auto-Submitted says that no person sent this.") },
  { "auto-failure", N_("The field Auto-Submitted says that it reports a failure.") },
  { "cloud-notification", N_("Its fields are those of a cloud service's notifications.") },
  { "list-fields", N_("It came through a mailing list (List-Id or the like).") },
  { "list-notice", N_("It is a list manager's own notice (X-List-Administrivia).") },
  { "cron", N_("It is the output of a scheduled job (X-Cron-Env).") },
  { "status-part", N_("It carries a machine-readable delivery status (Action, Final-Recipient).") },
  { "returned-part", N_("A returned message, or its header, is attached.") },
  { "returned-text", N_("The text shows a returned message below a line that announces it.") },
  { "returned-fields", N_("The text shows header fields of another message.") },
  { "dialogue", N_("The text shows what mail servers said to each other (RCPT TO).") },
  { "person", N_("From is a person, and no field says otherwise.") },
  { "no-subject", N_("Its subject names no failure, and it shows no message that failed.") },
  { "quoted", N_("Most of its lines quote another message.") },
  { "feedback", N_("It is a report for the keepers of a domain (abuse, DMARC or TLS), not about failed delivery.") },
  { "receipt", N_("It tells that a message was read (message/disposition-notification).") },
  { "rejected", N_("It tells that a mailbox turned the message away (message/disposition-notification).") },
  { "plain-words",
    N_("Its subject and its text say that mail failed, and it names the recipient or shows the message.") },
  { "notice", N_("It is a notice about mail to you, or for the keeper of a mail system.") },
  { "subject", N_("Subject says “{1}”, as delivery reports do.") },
  { "text", N_("The text says “{1}”, as delivery reports do.") },

  /* what is not judged, by kind */
  { "not-judged", N_("Its fields and text are not those of a delivery report, so it is left alone.") },
  { "not-judged-challenge",
    N_("It asks you to confirm a message you sent; your configuration leaves such requests alone.") },
  { "not-judged-virus-notice", N_("It warns of a virus in a message; your configuration leaves such notices alone.") },
  { "not-judged-auto-reply", N_("It is an automatic answer, such as an absence note; those are left alone.") },
  { "not-judged-receipt", N_("It tells that a message was read or deleted; such receipts are left alone.") },
  { "not-judged-notice",
    N_("It is a notice about mail to you, or for the keeper of a mail system; those are never touched.") },
  { "not-judged-feedback-report",
    N_("It is an abuse, DMARC or TLS report for the keeper of a domain; those are never touched.") },
  { "reason", N_("It reports that mail to {4:list} {1:event}[, because {2:reason}][ (Status {2})]"
                 "[; in the server's words: {3}].") },

  /* the owner's own word */
  { "own-allow", N_("You allowed reports about {1}: your own entry is “{2}”.") },
  { "own-deny", N_("You denied reports about {1}: your own entry is “{2}”.") },
  { "own-deny-known", N_("You denied reports about {1} (your own entry is “{2}”), but this report names or fits a "
                         "message you sent, so it is left for you to look at.") },
  { "own-deny-mentioned", N_("You denied reports about {1} (your own entry is “{2}”), but the text only mentions that "
                             "address, so the entry does not decide.") },

  /* ids */
  { "id-in-ledger", N_("The Message-ID that it shows of the original, <{1}>, is that of a message you sent: "
                       "{2:sent}.") },
  { "replay", N_("But {1} reports about that message came before this one, and that message had only {2:recipients}: "
                 "somebody may be using again what is known of that message.") },
  { "refers-to-sent", N_("Its In-Reply-To or References field names <{1}>, a message you sent: {2:sent}.") },
  { "text-names-sent", N_("Its text holds <{1}>, the Message-ID of a message you sent: {2:sent}.") },
  { "recipient-and-subject", N_("The recipient, {1}, the Subject it shows and the time fit a message you sent: "
                                "{2:sent}.") },
  { "subject-alike",
    N_("The recipient, {1}, and the time fit a message you sent, and so does the Subject it shows, but "
       "for a tag or a missing end: {2:sent}.") },
  { "sent-again",
    N_("A message you sent at about the same time to {1}, an address that differs by a letter or two, has "
       "the Subject that it shows, as a letter has that is sent again: {2:sent}.") },
  { "another-id", N_("But an earlier report about that message to the same recipient showed its own Message-ID, which "
                     "is another one than this report shows.") },
  { "id-beginning", N_("The Message-ID that it shows was cut off, but begins like that of a message you sent: "
                       "{2:sent}. It begins with “{1}”.") },
  { "id-elsewhere",
    N_("The original names <{1}>, a message you sent ({2:sent}), but not as its own Message-ID: whoever "
       "wrote the original may have copied it from anywhere.") },
  { "refers-to-letter",
    N_("Its In-Reply-To or References field names <{1}>, a letter that you answered with {2:sent}.") },

  /* mail to the owner */
  { "original-to-you", N_("The original is addressed to you ({1}) and is not from you, so this may be about mail that "
                          "others sent to you.") },
  { "you-failed", N_("The address that failed, {1}, is your own, so this may be about mail to you.") },
  { "delivered-to-you", N_("The original was delivered to you ({1}) before, so this may be about mail that was passed "
                           "on from your mailbox.") },

  /* the owner's own hand */
  { "signature-verified",
    N_("The returned header bears a signature of {1} that verifies with the key which that domain publishes: mail from "
       "{2}, you, to {3} left with just these fields.") },
  { "signature-often", N_("But {1} reports with that signature came before this one, and the message had only "
                          "{2:recipients}: somebody may be using the signature again.") },
  { "signature-supports",
    N_("The returned header bears a signature of {1} that verifies, so such a message of yours did exist; but its "
       "signed fields do not name the failed recipient: it may have been a Bcc, or somebody who got that message has "
       "copied its header.") },
  { "signature-missing",
    N_("The returned header is whole but has no signature of yours, while all {1} messages of yours that were seen "
       "around that time had one.") },
  /* who handed it in */
  { "insider",
    N_("It was written within your own mail provider, so mail that left through your account is not in Sent: "
       "another device, an automatic reply, or somebody else.") },
  { "insider-came-in", N_("It was written within your own mail provider, but the original may have come there from "
                          "another mail server, so this does not tell that you sent it.") },
  { "handed-in", N_("{1} handed it in, which is none of your mail provider's servers.") },

  /* whom the owner wrote to */
  { "recipient-recent", N_("You wrote to the failed recipient, {1}, on {2:day}, within {3} days before this report.") },
  { "recipient-often", N_("But {1} reports were taken for genuine in that week for this reason alone, so this one is "
                          "left for you to look at.") },
  { "recipient-known",
    N_("You once wrote to the failed recipient, {1}, last on {2:day}, longer ago than a server keeps "
       "trying.") },
  { "recipient-later",
    N_("You wrote to the failed recipient, {1}, on {2:day}, which is after the report came, unless a "
       "clock was wrong.") },
  { "recipient-then", N_("You wrote to the failed recipient, {1}, on {2:day}, about when the original says that it was "
                         "sent.") },
  { "recipient-foreign-id", N_("You last wrote to the failed recipient, {1}, on {2:day}, but the Message-ID of the "
                               "original is not one of yours, and yours were seen to stay as they are on their way.") },
  { "recipient-known-foreign-id", N_("You once wrote to the failed recipient, {1}, last on {2:day}, longer ago than a "
                                     "server keeps trying, and the Message-ID of the original is not one of yours.") },
  { "recipient-excluded", N_("You wrote to the failed recipient, {1}, on {2:day}, but chose that this should not "
                             "count.") },
  { "other-name", N_("You wrote to {1} on {2:day}, which may be another way to write the failed address.") },
  { "other-recipient", N_("The original is addressed to {1}, to whom you wrote on {2:day}: the failed address may be "
                          "where that mail was passed on to.") },
  { "domain-recent", N_("You wrote to {1} on {2:day}, at the same domain as the failed recipient, who may be the same "
                        "person under another name.") },
  { "reporter-recent", N_("You wrote to {1} on {2:day}, whose mail domain wrote this report: it may have passed your "
                          "mail on to the failed recipient.") },

  /* marks of the owner's own hand, which nothing verifies */
  { "answers-received",
    N_("The original answers <{1}>, a message that you alone received: you wrote it, or somebody who has read your "
       "mail.") },
  { "own-id-side",
    N_("The Message-ID of the original ends in @{1}, as only your own mail does: it may have left from a "
       "device that keeps no Sent copy.") },
  { "own-relay", N_("The original went through {1}, a mail server that passes on your mail, and nobody else's as far "
                    "as is known.") },
  { "redirected", N_("The original is a message that you received, or says that you sent it on ({1}), so your mailbox "
                     "may have passed it on.") },
  { "own-automatic", N_("The original is from you ({1}), and says that a program wrote it: an automatic answer, a read "
                        "receipt, an invitation or a scheduled job, which leave no Sent copy.") },
  { "signature-claimed", N_("The original says that {1}, a domain that you send from, has signed it; that could not be "
                            "verified.") },
  { "mark-often", N_("But anybody may write that, and {1} reports were left in sight for this reason alone in that "
                     "week, so it does not count.") },

  /* what was looked for in vain */
  { "id-unknown", N_("The Message-ID that it shows of the original is not among the mail you sent: {1:list}.") },
  { "recipient-unknown", N_("No message you sent was addressed to the failed recipient: {1:list}.") },
  { "sender-unknown",
    N_("The original says that it is from {1}, an address from which you never sent mail; anybody can "
       "write that, so it does not count.") },
  { "receive-only", N_("It came to {1}, from which you never send mail, as your configuration says (receive-only). "
                       "Reports that came there before: {2}.") },
  { "never-used",
    N_("It came to {1}, an address from which you never sent mail. Reports that came there before: {2}.") },
  { "never-used-untested", N_("It came to {1}, from which no sent mail is known; but no answers have shown so far that "
                              "all mail sent from that domain is known. Reports that came there before: {2}.") },
  { "nothing-to-go-by", N_("It shows neither Message-ID nor recipient of the original, so there is nothing to look for "
                           "in your sent mail.") },
  { "only-mentioned",
    N_("It shows nothing of an original, and no list of failed addresses: its text mentions {1:list}, "
       "and that is too little to say that you did not send it.") },
  { "only-references", N_("It shows nothing of an original but the Message-IDs in its In-Reply-To or References field, "
                          "which may be those of other people's mail.") },
  { "original-unread", N_("The original that it returns is cut off, packed, or could not be read, so its Message-ID is "
                          "not known.") },
  { "covered", N_("The original must have been sent between {1:minute} and {2:minute}, and all mail you sent from "
                  "{3:minute} to {4:minute} is known: none of it fits.") },
  { "not-covered", N_("The mail you sent between {1:minute} and {2:minute}, when the original must have left, is not "
                      "known completely.[ {3:because}]") },
  /* why a Sent folder says nothing about what was sent (ledger) */
  { "sent-unread", N_("The Sent folder “{1}” of account “{2}” has never been read to its end.") },
  { "sent-empty", N_("The Sent folder “{1}” of account “{2}” has never held a message, so it does not tell what was "
                     "sent.") },
  { "sent-none", N_("No Sent folder was read yet.") },
  { "sent-nowhere", N_("Account “{1}” has no Sent folder that Backstop knows of.") },
  { "sent-no-account", N_("No account is configured, so no Sent folder has been read.") },
  { "sent-unlisted", N_("It came to {1}, which no account lists under “addresses”, so nobody knows what was sent from "
                        "there.") },
  { "sent-since",
    N_("The Sent folder “{1}” of account “{2}” is known from {3:minute} on, but the original may have been "
       "sent since {4:minute}.") },
  { "sent-before", N_("The Sent folder “{1}” of account “{2}” was last read on {3:minute}, before the report came on "
                      "{4:minute}.") },
  { "sent-clock",
    N_("The Sent folder “{1}” of account “{2}” was last read on {3:minute} by a clock that was wrong, so it "
       "has to be read again.") },
  { "sent-gap", N_("Mail may be missing from the Sent folder “{1}” of account “{2}” between {3:minute} and {4:minute}: "
                   "{5}.") },
  { "sent-silence",
    N_("The Sent folders of account “{1}” hold nothing between {2:minute} and {3:minute}, far longer than "
       "is usual there: mail of that time may lie elsewhere.") },
  { "sent-watched", N_("“{1}” of account “{2}” is watched for new mail, so it gives no coverage.") },
  { "sent-delivered", N_("{3} of {4} messages in “{1}” of account “{2}” were delivered to somebody, so that folder "
                         "holds received mail: it gives no coverage.") },
  { "sent-strange", N_("{3} of {4} messages in “{1}” of account “{2}” are not from its addresses, so that folder gives "
                       "no coverage: name the Sent folder with “sent”, or the addresses with “addresses”.") },
  { "fresh", N_("It is so recent, or its Date unknown, that your Sent folder is read once more before anything is "
                "done.") },

  /* the checks of servers */
  { "spf-pass", N_("{1}, the host from which the original came, may send mail of {2}, as that domain says (SPF).") },
  { "spf-fail", N_("{1}, the host from which the original came, is none of those that may send mail of {2}, as that "
                   "domain says (SPF).") },
  { "spf-softfail", N_("{1}, the host from which the original came, is hardly one of those that may send mail of {2}, "
                       "as that domain says (SPF).") },
  { "reverse-none", N_("{1}, the host from which the original came, has no name in the domain name system, as mail "
                       "servers have.") },
  { "reverse-unconfirmed", N_("{1}, the host from which the original came, has a name that leads to another host.") },
  { "reverse-other", N_("{1}, the host from which the original came, called itself “{2}”, but its name is {3}.") },
  { "reverse-fits", N_("{1}, the host from which the original came, is {3}, and called itself “{2}”.") },
  { "host-listed", N_("{1}, the host from which the original came, is on the list {2}, which answers {3}.") },
  { "link-listed", N_("The original has a link to {1}, which is on the list {2}, which answers {3}.") },

  /* words, and the second line */
  { "word-found", N_("The original holds “{1}”, which stands among your words ({2:place}).") },
  { "word-pattern", N_("The original fits “{1}”, which stands among your patterns ({2:place}).") },
  { "word-costly", N_("Your pattern “{1}” was given up, since it took too long on this text: that tells nothing.") },
  { "word-unwanted",
    N_("The words of the original are those of messages that you deleted from the quarantine rather than of mail that "
       "you sent or restored, as was learned from {1} of them. These weighed most: {2:list}.") },
  { "word-wanted",
    N_("The words of the original are those of mail that you sent or restored rather than of messages that you deleted "
       "from the quarantine, as was learned from {1} of them. These weighed most: {2:list}.") },
  { "second-line", N_("{1} checks speak against it and nothing speaks for it, and a stranger handed it in: you want "
                      "such messages moved (second-line = quarantine).") },

  /* what others did (fetcher) */
  { "other-machine", N_("Another Backstop, which looks after this mailbox too, moved it into the quarantine folder.") },
  { "by-hand", N_("You, or a program of yours, moved it into the quarantine folder.") },
};

static const char *argument(const Evidence *evidence, guint number)
{
  return number >= 1 && number <= g_strv_length(evidence->args) ? evidence->args[number - 1] : "";
}

static void put_time(GString *out, const char *seconds, const char *format)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(g_ascii_strtoll(seconds, NULL, 10));
  g_autofree char *text = time != NULL ? g_date_time_format(time, format) : NULL;
  g_string_append(out, text != NULL ? text : _("an unknown time"));
}

/* “Lunch”, sent on 2026-05-01 (folder Sent of account home) */
static void put_sent(GString *out, const Evidence *evidence, guint first)
{
  const char *subject = argument(evidence, first), *date = argument(evidence, first + 1);
  const char *folder = argument(evidence, first + 2), *account = argument(evidence, first + 3);
  if (*subject != '\0')
    g_string_append_printf(out, "“%s”", subject);
  else
    g_string_append(out, _("a message without a subject"));
  if (g_ascii_strtoll(date, NULL, 10) > 0) {
    g_string_append(out, _(", sent on "));
    put_time(out, date, "%Y-%m-%d");
  }
  if (*folder != '\0' && *account != '\0')
    g_string_append_printf(out, _(" (folder %s of account %s)"), folder, account);
}

static void put_list(GString *out, const Evidence *evidence, guint first)
{
  guint n = g_strv_length(evidence->args), shown = n > first ? n - first : 0;
  guint64 all = g_ascii_strtoull(argument(evidence, first), NULL, 10);
  if (shown == 0) g_string_append(out, _("somebody"));
  for (guint i = 0; i < shown; i++) g_string_append_printf(out, "%s%s", i > 0 ? ", " : "", evidence->args[first + i]);
  if (all > shown && shown > 0) g_string_append_printf(out, _(" and %u more"), (guint)MIN(all - shown, G_MAXUINT));
}

static const char *event_words(const char *event)
{
  if (strcmp(event, "late") == 0) return _("is late");
  return strcmp(event, "passed") == 0 ? _("went on its way") : _("failed");
}

static const char *place_words(const char *place)
{
  return strcmp(place, "subject") == 0 ? _("in its Subject") : _("in its text");
}

static void put_recipients(GString *out, const char *number)
{
  gulong n = (gulong)g_ascii_strtoull(number, NULL, 10);
  g_string_append_printf(out, ngettext("%s recipient", "%s recipients", n), number);
}

static char *fill_in(const char *sentence, const Evidence *evidence);

static const char *sentence_of(const char *code)
{
  for (guint i = 0; i < G_N_ELEMENTS(sentences); i++)
    if (strcmp(sentences[i].code, code) == 0) return _(sentences[i].sentence);
  return NULL;
}

/* A sentence within a sentence, one deep at most. */
static void put_because(GString *out, const Evidence *evidence, guint first)
{
  const char *code = argument(evidence, first), *sentence = sentence_of(code);
  if (sentence == NULL || strstr(sentence, ":because") != NULL) {
    g_string_append(out, code);
    return;
  }
  const Evidence inner = { .code = (char *)code, .args = evidence->args + first };
  g_autofree char *text = fill_in(sentence, &inner);
  g_string_append(out, text);
}

/* One {...}, without its braces. FALSE: there is nothing to put there. */
static gboolean put_one(GString *out, const Evidence *evidence, const char *what)
{
  char *form = NULL;
  guint number = (guint)g_ascii_strtoull(what, &form, 10);
  const char *text = argument(evidence, number);
  if (*form == ':') form++;
  if (strcmp(form, "reason") == 0) {
    const char *words = reason_words(text, argument(evidence, number + 1));
    g_string_append(out, words != NULL ? _(words) : "");
    return words != NULL;
  }
  if (strcmp(form, "day") == 0)
    put_time(out, text, "%Y-%m-%d");
  else if (strcmp(form, "minute") == 0)
    put_time(out, text, "%Y-%m-%d %H:%M UTC");
  else if (strcmp(form, "sent") == 0)
    put_sent(out, evidence, number);
  else if (strcmp(form, "list") == 0)
    put_list(out, evidence, number);
  else if (strcmp(form, "because") == 0)
    put_because(out, evidence, number);
  else if (strcmp(form, "recipients") == 0)
    put_recipients(out, text);
  else if (strcmp(form, "place") == 0)
    g_string_append(out, place_words(text));
  else if (strcmp(form, "event") == 0)
    g_string_append(out, event_words(text));
  else
    g_string_append(out, text);
  return *text != '\0';
}

static char *fill_in(const char *sentence, const Evidence *evidence)
{
  GString *out = g_string_new(NULL);
  gsize group = 0;
  gboolean empty = FALSE;
  for (const char *at = sentence; *at != '\0'; at++) {
    const char *close = *at == '{' ? strchr(at, '}') : NULL;
    if (close != NULL) {
      g_autofree char *what = g_strndup(at + 1, (gsize)(close - at) - 1);
      empty = !put_one(out, evidence, what) || empty;
      at = close;
    } else if (*at == '[') {
      group = out->len;
      empty = FALSE;
    } else if (*at == ']') {
      if (empty) g_string_truncate(out, group);
    } else {
      g_string_append_c(out, *at);
    }
  }
  return g_string_free(out, FALSE);
}

char *evidence_text(const Evidence *evidence)
{
  if (evidence->text != NULL) return g_strdup(evidence->text);
  const char *sentence = sentence_of(evidence->code);
  if (sentence != NULL) return fill_in(sentence, evidence);
  g_autofree char *args = g_strjoinv(", ", evidence->args);
  return g_strdup_printf("%s%s%s.", evidence->code, *args != '\0' ? ": " : "", args);
}
