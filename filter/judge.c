/* judge.c - whose it is: the order of DESIGN, Verdicts, as a chain of small judges
 * Owns:     the order, the replay cap, freshness, and the sentences of the explanation.
 * Must not: look anything up; everything it needs is in report, facts and policy.
 * Fails:    never.
 * Tests:    tests/filter/test_judge.c */
#include "filter/filter.h"
#include "filter/normalise.h"
#include "filter/reason.h"

#include <string.h>

#define DAY ((gint64)86400)
#define RECENT_DAYS 14  /* no server keeps trying for longer */
#define REPLAY_FACTOR 4 /* failures per recipient that a genuine message may bring */
#define IDS_NAMED 3     /* ids that a sentence names at most */

static const char *const code_names[VERDICT_N] = { "pass", "genuine", "backscatter", "unsure" };

const char *verdict_name(VerdictCode code)
{
  return (guint)code < VERDICT_N ? code_names[code] : code_names[VERDICT_UNSURE];
}

VerdictCode verdict_parse(const char *name)
{
  for (guint code = 0; code < VERDICT_N; code++)
    if (g_strcmp0(name, code_names[code]) == 0) return code;
  return VERDICT_UNSURE;
}

/* One judgement while it is made. */
typedef struct {
  const Report *report;
  const Facts *facts;
  const Policy *policy;
  Verdict *verdict;
  gboolean settled;
} Case;

G_GNUC_PRINTF(4, 5)
static void note(Case *c, EvidenceSide side, const char *code, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  g_ptr_array_add(c->verdict->evidence, evidence_new_valist(side, code, format, args));
  va_end(args);
}

/* The line noted last decides, unless an earlier one did. */
static void settle(Case *c, VerdictCode code)
{
  if (c->settled) return;
  c->settled = TRUE;
  c->verdict->code = code;
  c->verdict->decided = c->verdict->evidence->len - 1;
}

static char *day(gint64 when)
{
  g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(when);
  return date == NULL ? g_strdup("an unknown day") : g_date_time_format(date, "%Y-%m-%d");
}

static char *minute(gint64 when)
{
  g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(when);
  return date == NULL ? g_strdup("an unknown time") : g_date_time_format(date, "%Y-%m-%d %H:%M UTC");
}

/* “Lunch”, sent on 2026-05-01 (folder Sent of account home) */
static char *describe(const SentFact *sent)
{
  if (sent == NULL) return g_strdup("a message you sent");
  g_autofree char *when = sent->date > 0 ? day(sent->date) : NULL;
  g_autofree char *subject = sent->subject != NULL && *sent->subject != '\0' ? g_strdup_printf("“%s”", sent->subject)
                                                                             : g_strdup("a message without a subject");
  g_autofree char *place = sent->folder != NULL && sent->account != NULL
                               ? g_strdup_printf(" (folder %s of account %s)", sent->folder, sent->account)
                               : g_strdup("");
  return g_strdup_printf("%s%s%s%s", subject, when != NULL ? ", sent on " : "", when != NULL ? when : "", place);
}

static char *join(const GPtrArray *list)
{
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < list->len && i < IDS_NAMED; i++)
    g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", (const char *)list->pdata[i]);
  if (list->len > IDS_NAMED) g_string_append_printf(text, " and %u more", list->len - IDS_NAMED);
  return g_string_free(text, FALSE);
}

static gboolean is_judged(ReportKind kind, const Policy *policy)
{
  switch (kind) {
  case REPORT_DSN_FAILED:
  case REPORT_DSN_DELAYED:
  case REPORT_DSN_OTHER:
  case REPORT_BOUNCE: return TRUE;
  case REPORT_CHALLENGE: return policy->judge_challenges;
  case REPORT_VIRUS_NOTICE: return policy->judge_virus;
  case REPORT_AUTO_REPLY: return policy->judge_auto_replies;
  case REPORT_RECEIPT: return policy->judge_receipts;
  default: return FALSE;
  }
}

static void judge_kind(Case *c)
{
  static const char *const reasons[REPORT_N_KINDS] = {
    [REPORT_NONE] = "Its fields and text are not those of a delivery report, so it is left alone.",
    [REPORT_CHALLENGE] = "It asks you to confirm a message you sent; your configuration leaves such requests alone.",
    [REPORT_VIRUS_NOTICE] = "It warns of a virus in a message; your configuration leaves such notices alone.",
    [REPORT_AUTO_REPLY] = "It is an automatic answer, such as an absence note; those are left alone.",
    [REPORT_RECEIPT] = "It tells that a message was read or deleted; such receipts are left alone.",
    [REPORT_NOTICE] = "It is a notice about mail to you, or for the keeper of a mail system; those are never touched.",
    [REPORT_FEEDBACK] = "It is an abuse, DMARC or TLS report for the keeper of a domain; those are never touched.",
  };
  ReportKind kind = c->report->kind;
  if (is_judged(kind, c->policy)) return;
  const char *reason = (guint)kind < REPORT_N_KINDS && reasons[kind] != NULL ? reasons[kind] : reasons[REPORT_NONE];
  note(c, EVIDENCE_NEUTRAL, "not-judged", "%s", reason);
  settle(c, VERDICT_PASS);
}

/* What happened, for the owner of a genuine report: no bearing on the verdict. */
static void note_reason(Case *c)
{
  const Report *report = c->report;
  const char *words = reason_words(report->status, report->diagnostic);
  if (words == NULL && report->diagnostic == NULL) return;
  g_autofree char *whom = report->recipients->len > 0 ? join(report->recipients) : g_strdup("somebody");
  const char *event = report->kind == REPORT_DSN_DELAYED ? "is late" : "failed";
  if (report->kind == REPORT_DSN_OTHER) event = "went on its way";
  note(c, EVIDENCE_NEUTRAL, "reason", "It reports that mail to %s %s%s%s%s%s%s%s%s.", whom, event,
       words != NULL ? ", because " : "", words != NULL ? words : "", report->status != NULL ? " (Status " : "",
       report->status != NULL ? report->status : "", report->status != NULL ? ")" : "",
       report->diagnostic != NULL ? "; in the server's words: " : "",
       report->diagnostic != NULL ? report->diagnostic : "");
}

static void judge_own_word(Case *c)
{
  const Facts *facts = c->facts;
  if (facts->own == OWN_NONE) return;
  gboolean allowed = facts->own == OWN_ALLOW;
  const char *matched = facts->own_matched != NULL ? facts->own_matched : "its sender or recipient";
  note(c, allowed ? EVIDENCE_FOR : EVIDENCE_AGAINST, allowed ? "own-allow" : "own-deny",
       "You %s reports about %s: your own entry is “%s”.", allowed ? "allowed" : "denied", matched,
       facts->own_entry != NULL ? facts->own_entry : matched);
  settle(c, allowed ? VERDICT_GENUINE : VERDICT_BACKSCATTER);
}

static void judge_id(Case *c)
{
  const Facts *facts = c->facts;
  if (facts->id == NULL) return;
  g_autofree char *sent = describe(facts->id_sent);
  note(c, EVIDENCE_FOR, "id-in-ledger",
       "The Message-ID that it shows of the original, <%s>, is that of a message you sent: %s.", facts->id, sent);
  guint recipients = facts->id_sent != NULL ? MAX(facts->id_sent->recipients, 1) : 1;
  if (facts->failures <= REPLAY_FACTOR * (guint64)recipients) {
    settle(c, VERDICT_GENUINE);
    return;
  }
  note(c, EVIDENCE_AGAINST, "replay",
       "But %u failure reports for that message came before this one, and it had only %u recipient%s: somebody may be "
       "using its Message-ID again.",
       facts->failures, recipients, recipients == 1 ? "" : "s");
  settle(c, VERDICT_UNSURE);
}

static void judge_refer_back(Case *c)
{
  if (c->facts->refer_back != NULL) {
    g_autofree char *sent = describe(c->facts->refer_back_sent);
    note(c, EVIDENCE_FOR, "refers-to-sent", "Its In-Reply-To or References field names <%s>, a message you sent: %s.",
         c->facts->refer_back, sent);
    settle(c, VERDICT_GENUINE);
  }
  if (c->facts->token != NULL) {
    g_autofree char *sent = describe(c->facts->token_sent);
    note(c, EVIDENCE_FOR, "text-names-sent", "Its text holds <%s>, the Message-ID of a message you sent: %s.",
         c->facts->token, sent);
    settle(c, VERDICT_GENUINE);
  }
}

static void judge_fit(Case *c)
{
  if (c->facts->fits_answered)
    note(
        c, EVIDENCE_AGAINST, "another-id",
        "A message you sent to the failed recipient has the Subject that it shows, but has been answered under its own "
        "Message-ID, which is another one.");
  if (c->facts->fit == NULL) return;
  g_autofree char *sent = describe(c->facts->fit_sent);
  note(c, EVIDENCE_FOR, "recipient-and-subject",
       "The recipient, %s, the Subject it shows and the time fit a message you sent: %s.", c->facts->fit, sent);
  settle(c, VERDICT_GENUINE);
}

/* Ids are shown, none is known, and every id the owner used would be known. */
static gboolean foreign(const Case *c)
{
  const Facts *facts = c->facts;
  return c->report->original.message_ids->len > 0 && facts->id == NULL && facts->covered;
}

static void judge_written_to(Case *c)
{
  const Facts *facts = c->facts;
  if (facts->written_to == NULL) return;
  gint64 came = c->report->date > 0 ? MIN(c->report->date, c->policy->now) : c->policy->now;
  g_autofree char *when = day(facts->written);
  gboolean recent = came - facts->written <= RECENT_DAYS * DAY;
  if (!facts->automatic) {
    note(c, EVIDENCE_NEUTRAL, "recipient-excluded",
         "You wrote to the failed recipient, %s, on %s, but chose that this should not count.", facts->written_to,
         when);
  } else if (foreign(c)) {
    note(c, EVIDENCE_NEUTRAL, "recipient-known",
         "You last wrote to the failed recipient, %s, on %s, but the Message-ID of the original is not one of yours.",
         facts->written_to, when);
  } else if (recent) {
    note(c, EVIDENCE_FOR, "recipient-recent",
         "You wrote to the failed recipient, %s, on %s, within %d days before this report.", facts->written_to, when,
         RECENT_DAYS);
    settle(c, VERDICT_GENUINE);
  } else {
    note(c, EVIDENCE_FOR, "recipient-known",
         "You once wrote to the failed recipient, %s, last on %s, longer ago than a server keeps trying.",
         facts->written_to, when);
    settle(c, VERDICT_UNSURE);
  }
}

/* A server may know a recipient by another name than the sender does: where no id tells more, a message to the same
 * domain is reason enough to leave the report in sight. */
static void judge_neighbour(Case *c)
{
  const Facts *facts = c->facts;
  if (facts->neighbour == NULL || c->report->original.message_ids->len > 0) return;
  g_autofree char *when = day(facts->neighbour_written);
  note(c, EVIDENCE_FOR, "domain-recent",
       "You wrote to %s on %s, at the same domain as the failed recipient, who may be the same person under another "
       "name.",
       facts->neighbour, when);
  settle(c, VERDICT_UNSURE);
}

/* What was looked for in vain. TRUE when there was anything to look for. */
static gboolean note_unknown(Case *c)
{
  const Report *report = c->report;
  const Facts *facts = c->facts;
  gboolean shown = FALSE;
  if (report->original.message_ids->len > 0) {
    shown = TRUE;
    g_autofree char *ids = join(report->original.message_ids);
    if (facts->id == NULL)
      note(c, EVIDENCE_AGAINST, "id-unknown",
           "The Message-ID that it shows of the original is not among the mail you sent: %s.", ids);
  }
  if (report->refer_backs->len > 0) {
    shown = TRUE;
    g_autofree char *ids = join(report->refer_backs);
    if (facts->refer_back == NULL)
      note(c, EVIDENCE_AGAINST, "reference-unknown",
           "Its In-Reply-To and References fields name no message you sent: %s.", ids);
  }
  if (report->recipients->len > 0) {
    shown = TRUE;
    g_autofree char *addresses = join(report->recipients);
    if (facts->written_to == NULL && facts->fit == NULL)
      note(c, EVIDENCE_AGAINST, "recipient-unknown", "No message you sent was addressed to the failed recipient: %s.",
           addresses);
  }
  if (facts->stranger != NULL)
    note(c, EVIDENCE_AGAINST, "sender-unknown",
         "The original says that it is from %s, an address from which you never sent mail.", facts->stranger);
  return shown;
}

static void note_coverage(Case *c)
{
  const Facts *facts = c->facts;
  g_autofree char *from = minute(facts->from), *to = minute(facts->to);
  g_autofree char *need_from = minute(facts->need_from), *need_to = minute(facts->need_to);
  if (facts->covered) {
    note(c, EVIDENCE_AGAINST, "covered",
         "The original must have been sent between %s and %s, and all mail you sent from %s to %s is known: none of it "
         "fits.",
         need_from, need_to, from, to);
  } else {
    const char *gap = facts->gap != NULL ? facts->gap : "No Sent folder was read yet.";
    note(c, EVIDENCE_NEUTRAL, "not-covered",
         "The mail you sent between %s and %s, when the original must have left, is not known completely. %s",
         need_from, need_to, gap);
  }
}

static void judge_rest(Case *c)
{
  gboolean shown = note_unknown(c);
  if (c->settled) return;
  if (!shown) {
    note(c, EVIDENCE_NEUTRAL, "nothing-to-go-by",
         "It shows neither Message-ID nor recipient of the original, so there is nothing to look for in your sent "
         "mail.");
    settle(c, VERDICT_UNSURE);
    return;
  }
  note_coverage(c);
  settle(c, c->facts->covered ? VERDICT_BACKSCATTER : VERDICT_UNSURE);
  if (!c->facts->covered && c->facts->stale) c->verdict->fresh = TRUE;
}

/* Clients store the Sent copy after sending: a very recent report may be quicker. */
static void judge_freshness(Case *c)
{
  Verdict *verdict = c->verdict;
  if (verdict->code != VERDICT_BACKSCATTER || c->facts->own == OWN_DENY || c->facts->waited) return;
  gint64 limit = c->policy->now - FILTER_FRESH, report = c->report->date, original = c->report->original.date;
  /* need_to: when it came. It counts where no Date tells of the original, since the clock of the reporter may be
   * slow. */
  if (original == 0) original = c->facts->need_to;
  verdict->fresh = report > limit || original > limit;
  if (verdict->fresh)
    note(c, EVIDENCE_NEUTRAL, "fresh",
         "It is so recent, or its Date unknown, that your Sent folder is read once more before anything is done.");
}

Verdict *filter_judge(const Report *report, const Facts *facts, const Policy *policy)
{
  Verdict *verdict = g_new0(Verdict, 1);
  verdict->evidence = g_ptr_array_new_with_free_func((GDestroyNotify)evidence_free);
  for (guint i = 0; i < report->signals->len; i++)
    g_ptr_array_add(verdict->evidence, evidence_copy(report->signals->pdata[i]));
  Case c = { report, facts, policy, verdict, FALSE };
  judge_kind(&c);
  if (verdict->code == VERDICT_PASS && c.settled) return verdict;
  note_reason(&c);
  judge_own_word(&c);
  judge_id(&c);
  judge_refer_back(&c);
  judge_fit(&c);
  judge_written_to(&c);
  judge_neighbour(&c);
  judge_rest(&c);
  judge_freshness(&c);
  return verdict;
}

void verdict_free(Verdict *verdict)
{
  if (verdict == NULL) return;
  g_ptr_array_unref(verdict->evidence);
  g_free(verdict);
}
