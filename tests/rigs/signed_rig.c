/* signed_rig.c - signed mail of the owner's, and bounces that return it
 * Owns:     the form of such a bounce.
 * Must not: be linked into a program.
 * Fails:    by cmocka.
 * Tests:    used by tests/ledger/test_signer.c and tests/ledger/test_facts_signed.c */
#include "tests/rigs/signed_rig.h"

RigKey *rig_key;

int rig_make_key(void **state)
{
  rig_key = rig_key_new(DKIM_RSA_SHA256, 1024, 1);
  return 0;
}

int rig_drop_key(void **state)
{
  rig_key_free(rig_key);
  return 0;
}

static char *date_text(gint64 date)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(date);
  return g_date_time_format(time, "%d %b %Y %H:%M:%S +0000");
}

char *rig_header(guint n, const char *to, gint64 date)
{
  g_autofree char *when = date_text(date);
  return g_strdup_printf("Received: from [192.0.2.9] by mail%u.example.org with ESMTPSA; %s\r\n"
                         "From: Me <" RIG_OWNER ">\r\nTo: %s\r\nSubject: Letter %u\r\nDate: %s\r\n"
                         "Message-ID: <letter.%u@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n"
                         "User-Agent: Any\r\n",
                         n, when, to, n, when, n);
}

void rig_has_sent(Ledger *ledger, guint n, const char *to, gint64 date)
{
  GError *error = NULL;
  FolderMark mark = { .next = 1 };
  g_autofree char *header = rig_header(n, to, date);
  g_autoptr(SentMessage) message = sent_message_read(header, strlen(header));
  const SentRow row = { n + 1, date, message };
  OK(folder_mark_get(ledger, "home", "Sent", FOLDER_ROLE_SENT, &mark, &error));
  mark.validity = 1;
  mark.next = MAX(mark.next, n + 2);
  mark.synced = RIG_NOW;
  OK(sent_add(ledger, "home", "Sent", &row, 1, &mark, &error));
}

Report *rig_bounce_by(const char *hops, const char *header, const char *failed)
{
  g_autofree char *text =
      g_strdup_printf("%sFrom: MAILER-DAEMON@mx.far.example\r\nReturn-Path: <>\r\nTo: " RIG_OWNER
                      "\r\nSubject: Undelivered Mail Returned "
                      "to Sender\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
                      "--b\r\n\r\nYour message could not be delivered to one or more recipients.\r\n"
                      "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.far.example\r\n\r\n"
                      "Final-Recipient: rfc822; %s\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
                      "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n%s\r\n--b--\r\n",
                      hops, failed, header);
  g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
  Report *report = filter_read(bytes);
  assert_int_equal(report->kind, REPORT_DSN_FAILED);
  return report;
}

Report *rig_bounce(const char *header, const char *failed) { return rig_bounce_by("", header, failed); }

Facts *rig_facts(Ledger *ledger, const Report *report, const GPtrArray *pending, gint64 entry)
{
  GError *error = NULL;
  const FactsQuery query = {
    .account = "home", .arrived = RIG_NOW, .now = RIG_NOW, .prior = entry, .pending = pending
  };
  Facts *facts = ledger_facts(ledger, report, &query, &error);
  OK(facts != NULL);
  facts->waited = TRUE;
  facts->hand = HAND_OUTSIDE;
  return facts;
}

gint64 rig_judges(Ledger *ledger, const Report *report, guint32 uid, VerdictCode code, const char *decided)
{
  const Policy policy = POLICY_DEFAULT(RIG_NOW);
  g_autoptr(Facts) facts = rig_facts(ledger, report, NULL, 0);
  g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
  const Evidence *line = verdict->evidence->pdata[verdict->decided];
  if (verdict->code != code || strcmp(line->code, decided) != 0)
    fail_msg("%s by %s, not %s by %s", verdict_name(verdict->code), line->code, verdict_name(code), decided);
  if (uid == 0) return 0;
  g_autoptr(Entry) entry = rig_entry("home", report, facts, code, MOVE_KEPT, uid);
  entry->arrived = entry->judged = RIG_NOW;
  return rig_record(ledger, entry);
}

gboolean rig_says(Ledger *ledger, const Report *report, const char *code)
{
  const Policy policy = POLICY_DEFAULT(RIG_NOW);
  g_autoptr(Facts) facts = rig_facts(ledger, report, NULL, 0);
  g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
  for (guint i = 0; i < verdict->evidence->len; i++)
    if (strcmp(((const Evidence *)verdict->evidence->pdata[i])->code, code) == 0) return TRUE;
  return FALSE;
}

Ledger *rig_learned(const RigKey *key, const char *domain, gint64 days)
{
  GError *error = NULL;
  Ledger *ledger = rig_ledger();
  g_autofree char *record = rig_key_record(key, FALSE), *name = dkim_key_name(domain, "one");
  g_autofree char *tags = g_strdup_printf("d=%s; s=one; c=relaxed; h=from:to:subject:date:message-id", domain);
  const char *const records[] = { record, NULL };
  for (guint i = 0; i < 6; i++) {
    const gint64 date = RIG_NOW - (30 + i) * DAY;
    g_autofree char *to = g_strdup_printf("p%u@far%u.example", i, i), *header = rig_header(900 + i, to, date);
    g_autofree char *mail = rig_sign(key, tags, header);
    rig_has_sent(ledger, 900 + i, to, date);
    g_autoptr(Report) report = rig_bounce(mail, to);
    rig_judges(ledger, report, 900 + i, VERDICT_GENUINE, "id-in-ledger");
  }
  OK(signer_take(ledger, name, records, RIG_NOW - days * DAY, &error));
  OK(signer_take(ledger, name, records, RIG_NOW, &error));
  return ledger;
}

Ledger *rig_covered(Ledger *ledger)
{
  GError *error = NULL;
  const FolderMark mark = { 1, 2000, RIG_NOW - 400 * DAY, RIG_NOW + 60 };
  const char *const used[] = { "Sent" };
  OK(folder_mark_set(ledger, "home", "Sent", FOLDER_ROLE_SENT, &mark, &error));
  OK(folder_use_sent(ledger, "home", used, 1, &error));
  OK(folder_use_sent(ledger, "work", NULL, 0, &error));
  return ledger;
}

void rig_always_signed(Ledger *ledger, const RigKey *key, guint messages, guint bare)
{
  for (guint i = 0; i < messages + bare; i++) {
    g_autofree char *to = g_strdup_printf("q%u@far.example", i);
    g_autofree char *header = rig_header(100 + i, to, RIG_NOW - 20 * DAY);
    g_autofree char *mail = i < bare ? g_strdup(header) : rig_sign(key, RIG_TAGS("example.org"), header);
    rig_has_sent(ledger, 100 + i, to, RIG_NOW - 20 * DAY);
    g_autoptr(Report) report = rig_bounce(mail, to);
    rig_judges(ledger, report, 2000 + i, VERDICT_GENUINE, "id-in-ledger");
  }
}
