/* read.c - which kind of report a message is: signals are weighed, then the report is written
 * Owns:     the weights, and the choice of a kind.
 * Must not: parse anything itself.
 * Fails:    never; a message whose signals weigh too little is REPORT_NONE.
 * Tests:    tests/filter/test_read.c */
#include "filter/filter.h"
#include "filter/gather.h"
#include "filter/labels.h"
#include "filter/notice.h"
#include "filter/recipients.h"
#include "filter/tell.h"
#include "filter/text.h"

#include <gmime/gmime.h>
#include <string.h>

#define LABEL_LONGEST 40
#define ENOUGH 10 /* a message with this weight is a bounce */

void filter_init(void)
{
  g_mime_init();
  phrases_init();
  labels_init();
}

/* Signals of the header, one bit each. */
static const struct {
  HeadSign sign;
  int weight;
  const char *code;
} head_signals[] = {
  { HEAD_REPORT_STATUS, 7, "report-type" },
  { HEAD_FAILED_RECIPIENTS, 8, "failed-recipients-field" },
  { HEAD_NDR, 8, "exchange-ndr" },
  { HEAD_DAEMON_FROM, 6, "daemon-from" },
  { HEAD_POSTMASTER_FROM, 4, "postmaster-from" },
  { HEAD_EMPTY_FROM, 4, "empty-from" },
  { HEAD_ROLE_FROM, 1, "role-from" },
  { HEAD_NULL_PATH, 3, "null-sender" },
  { HEAD_DAEMON_PATH, 3, "daemon-sender" },
  { HEAD_AUTO, 2, "auto-submitted" },
  { HEAD_AUTO_FAILURE, 3, "auto-failure" },
  { HEAD_NOTIFICATION, 2, "cloud-notification" },
  { HEAD_LIST, -6, "list-fields" },
  { HEAD_LIST_NOTICE, -10, "list-notice" },
  { HEAD_CRON, -10, "cron" },
};

static int signal_add(Report *report, int weight, const char *code)
{
  g_ptr_array_add(report->signals, evidence_new(EVIDENCE_NEUTRAL, code, NULL));
  return weight;
}

static int weigh_head(Report *report, const Gathered *gathered)
{
  int sum = 0;
  for (guint i = 0; i < G_N_ELEMENTS(head_signals); i++)
    if (gathered->head.signs & head_signals[i].sign)
      sum += signal_add(report, head_signals[i].weight, head_signals[i].code);
  return sum;
}

static guint heaviest(const PhraseScore *score)
{
  return MAX(score->heaviest[PHRASE_FAILURE], MAX(score->heaviest[PHRASE_DELAY], score->heaviest[PHRASE_DELIVERED]));
}

static const char *best_phrase(const PhraseScore *score)
{
  static const PhraseKind kinds[] = { PHRASE_FAILURE, PHRASE_DELAY, PHRASE_DELIVERED };
  for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
    if (score->heaviest[kinds[i]] == heaviest(score)) return score->best[kinds[i]];
  return NULL;
}

static int signal_phrase(Report *report, int weight, const char *code, const char *phrase)
{
  g_ptr_array_add(report->signals, evidence_new(EVIDENCE_NEUTRAL, code, phrase, NULL));
  return weight;
}

/* Is the message from a person? From is neither an office nor a machine, and no other field tells of a machine. */
static gboolean by_a_person(guint signs)
{
  return (signs & (HEAD_SYSTEM | HEAD_ROLE_FROM | HEAD_NULL_PATH | HEAD_AUTO)) == 0;
}

/* Does the report show anything of an original? A waybill or a fax report may have three of the labels, too. */
static gboolean shows_original(const Gathered *gathered)
{
  return gathered->status->read || gathered->returned || gathered->blocks->header;
}

static guint failing(const PhraseScore *score)
{
  return MAX(score->heaviest[PHRASE_FAILURE], score->heaviest[PHRASE_DELAY]);
}

/* Does a word, a status or a field say that mail failed? From, Return-Path and an attached message alone do not. */
static gboolean tells_failure(const Gathered *gathered)
{
  const guint fields = HEAD_FAILED_RECIPIENTS | HEAD_NDR | HEAD_REPORT_STATUS;
  const PhraseScore *subject = &gathered->head.subject, *said = &gathered->said;
  if (gathered->status->read || gathered->head.signs & fields) return TRUE;
  return MAX(failing(subject), failing(said)) >= 3 || subject->heaviest[PHRASE_DELIVERED] >= 4 || gathered->dialogue;
}

static gboolean lists_recipient(const Gathered *gathered)
{
  return recipients_listed(gathered->text->str, gathered->blocks->cut);
}

/* Is the message about goods? Parcels, orders and faxes are "undeliverable", too. Only a daemon that lists failed
 * recipients speaks of mail in such words. */
static gboolean is_about_goods(const Gathered *gathered)
{
  const PhraseScore *subject = &gathered->head.subject, *said = &gathered->said;
  if (subject->weight[PHRASE_GOODS] + said->weight[PHRASE_GOODS] == 0) return FALSE;
  const guint sure = HEAD_FAILED_RECIPIENTS | HEAD_NDR | HEAD_NOTIFICATION;
  if (shows_original(gathered) || gathered->head.signs & sure) return FALSE;
  gboolean daemons = gathered->head.signs & HEAD_DAEMON_FROM && subject->weight[PHRASE_GOODS] == 0;
  return !(daemons && lists_recipient(gathered));
}

/* Does the text begin like a filled-in form, with the name of the writer ("From: Bob")? A report begins with what
 * became of a message. */
static gboolean is_a_form(const Gathered *gathered)
{
  static const char *const names[] = { "name", "nom", "nome", "nombre", "naam", "imię", "имя", "お名前", "姓名", NULL };
  if (gathered->head.signs & HEAD_DAEMON_FROM || shows_original(gathered)) return FALSE;
  const char *text = gathered->text->str;
  text += strspn(text, " \t\r\n");
  gsize length = strcspn(text, ":\n");
  if (text[length] != ':' || length > LABEL_LONGEST) return FALSE;
  const Span label = { text, length };
  if (g_strcmp0(label_field(label), "From") == 0) return TRUE;
  g_autoptr(GString) folded = text_fold(text, length);
  return span_has_any((Span){ folded->str, folded->len }, names);
}

static gboolean is_about_mail(const Gathered *gathered)
{
  return gathered->head.subject.weight[PHRASE_MAIL] + gathered->said.weight[PHRASE_MAIL] > 0;
}

/* Are the words those of a mail system, from its daemon? Postmasters, and senders without an address, also write
 * newsletters about mail. */
static gboolean is_systems_own(const Gathered *gathered)
{
  const guint sure = HEAD_DAEMON_FROM | HEAD_FAILED_RECIPIENTS | HEAD_NDR | HEAD_REPORT_STATUS | HEAD_NOTIFICATION;
  gboolean daemons = gathered->head.signs & HEAD_DAEMON_PATH && !(gathered->head.signs & HEAD_KEEPER_PATH);
  if (daemons || gathered->head.signs & sure || shows_original(gathered) || gathered->blocks->fields >= 2) return TRUE;
  return gathered->dialogue || lists_recipient(gathered) || gathered->said.weight[PHRASE_FAILURE] >= 8
         || gathered->head.subject.heaviest[PHRASE_DELIVERED] >= 4;
}

/* Does the message ask for a decision about another message? Then that message is attached, and one sentence may say
 * that it was not delivered yet. A report of failure says so in its subject or in several sentences, or names a failed
 * recipient. */
static gboolean asks_for_decision(const Gathered *gathered)
{
  const guint sure = HEAD_DAEMON_FROM | HEAD_FAILED_RECIPIENTS | HEAD_NDR | HEAD_REPORT_STATUS | HEAD_AUTO_REPLIED;
  if (!gathered->returned || gathered->status->read || gathered->head.signs & sure) return FALSE;
  if (gathered->said.heaviest[PHRASE_FAILURE] >= 5 || gathered->said.weight[PHRASE_FAILURE] >= 8) return FALSE;
  return phrases_failing(&gathered->head.subject) == 0 && !gathered->dialogue && !lists_recipient(gathered);
}

/* Can the message be a report at all? Shops, monitors and trackers say "delivery failed", too, and people pass bounces
 * on. A report that comes from no mail system must bring more than words. */
static gboolean is_plausible(const Gathered *gathered)
{
  guint signs = gathered->head.signs;
  if (is_about_goods(gathered) || is_a_form(gathered) || asks_for_decision(gathered)) return FALSE;
  if (signs & HEAD_SYSTEM) return is_systems_own(gathered);
  if (gathered->report_inside || (by_a_person(signs) && !gathered->status_part)) return FALSE;
  if (signs & HEAD_NULL_PATH && gathered->dialogue) return TRUE;
  return gathered->status_part || gathered->returned || (!(signs & HEAD_OTHER_PATH) && shows_original(gathered));
}

/* Is a report whose From looks like a service or a person known by its form? Subject and a sentence say that mail
 * failed, a recipient stands in its usual place, and a machine sent the report. Mail that people forward, answer or
 * complain about was not sent by a machine; a message of a service about its own business shows no original. */
static gboolean is_told_plainly(const Gathered *gathered)
{
  guint signs = gathered->head.signs;
  const guint people = HEAD_FORWARD | HEAD_REPLY | HEAD_LIST | HEAD_LIST_NOTICE | HEAD_CRON;
  if (signs & people || gathered->quoted || gathered->report_inside || is_about_goods(gathered) || is_a_form(gathered))
    return FALSE;
  if (failing(&gathered->head.subject) < 3 || failing(&gathered->said) < 4) return FALSE;
  gboolean shown = shows_original(gathered);
  if (signs & HEAD_OTHER_PATH && !(signs & (HEAD_AUTO_REPLIED | HEAD_RESPONDER))) return FALSE;
  guint machine = HEAD_NULL_PATH | HEAD_AUTO_REPLIED | HEAD_RESPONDER | HEAD_SYSTEM;
  if (shown) machine |= HEAD_AUTO;
  if (shown && !(signs & HEAD_CLIENT)) machine |= HEAD_ROLE_FROM;
  return signs & machine && (shown || (is_about_mail(gathered) && lists_recipient(gathered)));
}

static int weigh_body(Report *report, const Gathered *gathered)
{
  int sum = 0;
  const PhraseScore *subject = &gathered->head.subject, *said = &gathered->said;
  if (gathered->status->read) sum += signal_add(report, 10, "status-part");
  if (phrases_failing(subject) > 0)
    sum += signal_phrase(report, MIN(heaviest(subject), 5), "subject", best_phrase(subject));
  if (phrases_failing(said) > 0) sum += signal_phrase(report, MIN(phrases_failing(said), 8), "text", best_phrase(said));
  if (gathered->returned)
    sum += signal_add(report, 3, "returned-part");
  else if (gathered->blocks->header && gathered->blocks->marked)
    sum += signal_add(report, 3, "returned-text");
  else if (gathered->blocks->fields >= 3)
    sum += signal_add(report, 2, "returned-fields");
  if (gathered->dialogue) sum += signal_add(report, 2, "dialogue");
  if (by_a_person(gathered->head.signs)) sum += signal_add(report, -8, "person");
  gboolean summed_up = gathered->head.signs & HEAD_SYSTEM_FROM && gathered->blocks->fields >= 3;
  if (phrases_failing(subject) == 0 && !shows_original(gathered) && !summed_up
      && !(gathered->head.signs & HEAD_SYSTEM & ~(HEAD_POSTMASTER_FROM | HEAD_DAEMON_PATH)))
    sum += signal_add(report, -6, "no-subject");
  if (gathered->quoted) sum += signal_add(report, -4, "quoted");
  return sum;
}

/* The kind of a report that has only words: failed, late, or delivered. */
static ReportKind kind_in_words(const Gathered *gathered)
{
  const PhraseScore *subject = &gathered->head.subject, *said = &gathered->said;
  if (subject->heaviest[PHRASE_DELAY] >= 4) return REPORT_DSN_DELAYED;
  if (said->heaviest[PHRASE_DELAY] >= 4 && said->heaviest[PHRASE_DELAY] >= said->heaviest[PHRASE_FAILURE])
    return REPORT_DSN_DELAYED;
  if (subject->heaviest[PHRASE_DELIVERED] + said->heaviest[PHRASE_DELIVERED] >= 5 && said->weight[PHRASE_FAILURE] == 0)
    return REPORT_DSN_OTHER;
  return REPORT_BOUNCE;
}

/* Does a mail scanner say that the owner's message was infected? Advertisers and news speak of viruses, too. */
static gboolean is_virus_notice(const Gathered *gathered)
{
  guint signs = gathered->head.signs;
  const PhraseScore *said = &gathered->said;
  gboolean scanner =
      signs & (HEAD_SYSTEM | HEAD_NULL_PATH | HEAD_AUTO) || (signs & HEAD_ROLE_FROM && shows_original(gathered));
  guint weight = gathered->head.subject.weight[PHRASE_VIRUS] + said->weight[PHRASE_VIRUS];
  return scanner && weight >= 5 && said->heaviest[PHRASE_VIRUS] >= 3 && weight >= said->weight[PHRASE_FAILURE];
}

/* Does the message say that the owner's mail is held, or does the subject ask for a confirmation and the text for a
 * human being? */
static gboolean is_challenge(const Gathered *gathered)
{
  const PhraseScore *subject = &gathered->head.subject, *said = &gathered->said;
  gboolean held = said->heaviest[PHRASE_CHALLENGE] >= 4;
  gboolean asked = subject->heaviest[PHRASE_CHALLENGE] >= 4 && said->weight[PHRASE_CHALLENGE] >= 3;
  guint weight = subject->weight[PHRASE_CHALLENGE] + said->weight[PHRASE_CHALLENGE];
  const guint sent_by_machine = HEAD_AUTO | HEAD_NULL_PATH | HEAD_RESPONDER;
  if (gathered->head.signs & HEAD_CHALLENGE && gathered->head.signs & sent_by_machine && weight >= 3) return TRUE;
  gboolean machine = !by_a_person(gathered->head.signs) || gathered->head.signs & HEAD_RESPONDER;
  return (held || asked) && weight >= (machine ? 6 : 7);
}

/* The kind of an automatic answer by its words: a challenge, a virus notice, an answering machine. */
static ReportKind kind_of_answer(const Gathered *gathered, gboolean bounce)
{
  guint signs = gathered->head.signs;
  const PhraseScore *subject = &gathered->head.subject, *said = &gathered->said;
  gboolean listed = (signs & (HEAD_LIST | HEAD_LIST_NOTICE | HEAD_CRON)) != 0;
  if (!listed && is_virus_notice(gathered)) return REPORT_VIRUS_NOTICE;
  guint asked = subject->weight[PHRASE_CHALLENGE] + said->weight[PHRASE_CHALLENGE];
  gboolean asks = asked > subject->weight[PHRASE_FAILURE] + said->weight[PHRASE_FAILURE] && !gathered->status->read;
  if (!listed && (!bounce || asks) && is_challenge(gathered)) return REPORT_CHALLENGE;
  if (bounce || listed) return REPORT_NONE;
  if (signs & (HEAD_AUTO_REPLIED | HEAD_RESPONDER)) return REPORT_AUTO_REPLY;
  guint away = subject->heaviest[PHRASE_AWAY];
  if (away >= 3 && (signs & (HEAD_AUTO | HEAD_NULL_PATH) || said->heaviest[PHRASE_AWAY] >= 4)) return REPORT_AUTO_REPLY;
  if (signs & (HEAD_AUTO | HEAD_NULL_PATH) && said->heaviest[PHRASE_AWAY] >= 4) return REPORT_AUTO_REPLY;
  if (!by_a_person(signs) && subject->weight[PHRASE_RECEIPT] + said->weight[PHRASE_RECEIPT] >= 5) return REPORT_RECEIPT;
  return REPORT_NONE;
}

/* The kind of a receipt. Sieve refuses mail with such a notification (RFC 5429, 2.1.2), where other servers send a
 * status. */
static ReportKind kind_of_receipt(Report *report, const Gathered *gathered)
{
  guint signs = gathered->head.signs;
  const PhraseScore *subject = &gathered->head.subject, *said = &gathered->said;
  gboolean read = subject->weight[PHRASE_RECEIPT] + said->weight[PHRASE_RECEIPT] > 0;
  gboolean rejected = subject->heaviest[PHRASE_FAILURE] >= 4 || said->heaviest[PHRASE_FAILURE] >= 4;
  if (signs & HEAD_REJECTED || (rejected && !read && signs & (HEAD_AUTO | HEAD_NULL_PATH))) {
    signal_add(report, 0, "rejected");
    return REPORT_BOUNCE;
  }
  signal_add(report, 0, "receipt");
  return REPORT_RECEIPT;
}

static ReportKind kind_of(Report *report, const Gathered *gathered)
{
  guint signs = gathered->head.signs;
  if (gathered->feedback || signs & HEAD_REPORT_FEEDBACK) {
    signal_add(report, 0, "feedback");
    return REPORT_FEEDBACK;
  }
  if (gathered->receipt || (signs & HEAD_REPORT_RECEIPT && !gathered->status->read))
    return kind_of_receipt(report, gathered);
  int sum = weigh_head(report, gathered) + weigh_body(report, gathered);
  gboolean machine_part = gathered->status->read || signs & HEAD_REPORT_STATUS;
  gboolean passed_on =
      (signs & HEAD_FORWARD && !(signs & HEAD_SYSTEM_FROM)) || (signs & HEAD_LIST && !(signs & HEAD_SYSTEM));
  if (passed_on || (gathered->calendar && !machine_part)) return REPORT_NONE;
  gboolean answered = signs & HEAD_REPLY && !(signs & (HEAD_DAEMON_FROM | HEAD_EMPTY_FROM)) && !machine_part;
  gboolean bounce = sum >= ENOUGH && tells_failure(gathered) && !answered && is_plausible(gathered);
  if (!bounce && is_told_plainly(gathered)) bounce = signal_add(report, ENOUGH, "plain-words") > 0;
  ReportKind kind = kind_of_answer(gathered, bounce);
  if (bounce && gathered->status->read && machine_part) kind = status_kind(gathered->status);
  if (kind == REPORT_NONE && bounce) kind = kind_in_words(gathered);
  if (kind != REPORT_NONE && kind != REPORT_AUTO_REPLY && kind != REPORT_CHALLENGE
      && notice_is(report, gathered, kind)) {
    signal_add(report, 0, "notice");
    return REPORT_NOTICE;
  }
  return kind;
}

Report *filter_read(GBytes *message)
{
  gsize length;
  const char *bytes = g_bytes_get_data(message, &length);
  Span all = { bytes != NULL ? bytes : "", MIN(length, FILTER_READ_LIMIT) };
  Report *report = report_new();
  g_autoptr(Gathered) gathered = gather(all, &report->original);
  gathered->cut_off = length > FILTER_READ_LIMIT;
  tell_head(report, gathered);
  report->kind = kind_of(report, gathered);
  if (report->kind != REPORT_NONE) tell_body(report, gathered);
  return report;
}
