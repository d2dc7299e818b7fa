/* read.c - what a message is: signals weighed, then the report written out
 * Owns:     the weights, and the choice of a kind.
 * Must not: parse anything itself.
 * Fails:    never; what does not weigh enough is REPORT_NONE.
 * Tests:    tests/filter/test_read.c */
#include "filter/filter.h"
#include "filter/gather.h"
#include "filter/labels.h"
#include "filter/normalise.h"
#include "filter/recipients.h"
#include "filter/tokens.h"

#include <gmime/gmime.h>
#include <string.h>

#define ENOUGH 10 /* weight that makes a message a bounce */
#define ADDRESSES_MOST 64
#define REFER_BACKS_MOST 64

void filter_init(void)
{
  g_mime_init();
  phrases_init();
  labels_init();
}

/* Signals that are one bit of the header each. */
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

/* From is somebody: no office, no machine, and nothing else in the header says machine. */
static gboolean by_a_person(guint signs)
{
  return (signs & (HEAD_SYSTEM | HEAD_ROLE_FROM | HEAD_NULL_PATH | HEAD_AUTO)) == 0;
}

/* Does it show anything of an original? */
static gboolean shows_original(const Gathered *gathered)
{
  const TextBlocks *blocks = gathered->blocks;
  return gathered->status->read || gathered->returned || blocks->fields >= 3 || (blocks->marked && blocks->fields > 0);
}

/* Shops, monitors and trackers say "delivery failed" too, and people pass bounces on: from no mail system, it must
 * bring more than words. */
static gboolean is_plausible(const Gathered *gathered)
{
  guint signs = gathered->head.signs;
  if (signs & HEAD_SYSTEM) return TRUE;
  if (gathered->report_inside) return FALSE;
  if (signs & HEAD_NULL_PATH && gathered->dialogue) return TRUE;
  return gathered->status_part || gathered->returned || (!(signs & HEAD_OTHER_PATH) && shows_original(gathered));
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
  else if (gathered->blocks->marked && gathered->blocks->fields > 0)
    sum += signal_add(report, 3, "returned-text");
  else if (gathered->blocks->fields >= 3)
    sum += signal_add(report, 2, "returned-fields");
  if (gathered->dialogue) sum += signal_add(report, 2, "dialogue");
  if (by_a_person(gathered->head.signs)) sum += signal_add(report, -8, "person");
  if (phrases_failing(subject) == 0 && !shows_original(gathered)
      && !(gathered->head.signs & HEAD_SYSTEM & ~(HEAD_POSTMASTER_FROM | HEAD_DAEMON_PATH)))
    sum += signal_add(report, -6, "no-subject");
  if (gathered->quoted) sum += signal_add(report, -4, "quoted");
  return sum;
}

/* A report in words only: failed, late, or done. */
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

/* A notice that the owner's message was infected, from who scans mail; advertisers and news speak of viruses too. */
static gboolean is_virus_notice(const Gathered *gathered)
{
  guint signs = gathered->head.signs;
  const PhraseScore *said = &gathered->said;
  gboolean scanner =
      signs & (HEAD_SYSTEM | HEAD_NULL_PATH | HEAD_AUTO) || (signs & HEAD_ROLE_FROM && shows_original(gathered));
  guint weight = gathered->head.subject.weight[PHRASE_VIRUS] + said->weight[PHRASE_VIRUS];
  return scanner && weight >= 5 && said->heaviest[PHRASE_VIRUS] >= 3 && weight >= said->weight[PHRASE_FAILURE];
}

/* The owner's message is said to be held, or the subject asks to confirm it and the text for a human being. */
static gboolean is_challenge(const Gathered *gathered)
{
  const PhraseScore *subject = &gathered->head.subject, *said = &gathered->said;
  gboolean held = said->heaviest[PHRASE_CHALLENGE] >= 4;
  gboolean asked = subject->heaviest[PHRASE_CHALLENGE] >= 4 && said->weight[PHRASE_CHALLENGE] >= 3;
  guint weight = subject->weight[PHRASE_CHALLENGE] + said->weight[PHRASE_CHALLENGE];
  gboolean machine = !by_a_person(gathered->head.signs) || gathered->head.signs & HEAD_RESPONDER;
  return (held || asked) && weight >= (machine ? 6 : 7);
}

/* Challenges, virus notices and answering machines are told by their words. */
static ReportKind kind_of_answer(const Gathered *gathered, gboolean bounce)
{
  guint signs = gathered->head.signs;
  const PhraseScore *subject = &gathered->head.subject, *said = &gathered->said;
  gboolean listed = (signs & (HEAD_LIST | HEAD_LIST_NOTICE | HEAD_CRON)) != 0;
  if (!listed && is_virus_notice(gathered)) return REPORT_VIRUS_NOTICE;
  if (bounce || listed) return REPORT_NONE;
  if (is_challenge(gathered)) return REPORT_CHALLENGE;
  if (signs & (HEAD_AUTO_REPLIED | HEAD_RESPONDER)) return REPORT_AUTO_REPLY;
  guint away = subject->heaviest[PHRASE_AWAY];
  if (away >= 3 && (signs & (HEAD_AUTO | HEAD_NULL_PATH) || said->heaviest[PHRASE_AWAY] >= 4)) return REPORT_AUTO_REPLY;
  if (signs & (HEAD_AUTO | HEAD_NULL_PATH) && said->heaviest[PHRASE_AWAY] >= 4) return REPORT_AUTO_REPLY;
  if (!by_a_person(signs) && subject->weight[PHRASE_RECEIPT] + said->weight[PHRASE_RECEIPT] >= 5) return REPORT_RECEIPT;
  return REPORT_NONE;
}

static ReportKind kind_of(Report *report, const Gathered *gathered)
{
  guint signs = gathered->head.signs;
  if (gathered->feedback || signs & HEAD_REPORT_FEEDBACK) {
    signal_add(report, 0, "feedback");
    return REPORT_FEEDBACK;
  }
  if (gathered->receipt || (signs & HEAD_REPORT_RECEIPT && !gathered->status->read)) {
    signal_add(report, 0, "receipt");
    return REPORT_RECEIPT;
  }
  int sum = weigh_head(report, gathered) + weigh_body(report, gathered);
  gboolean machine_part = gathered->status->read || signs & HEAD_REPORT_STATUS;
  gboolean passed_on =
      (signs & HEAD_FORWARD && !(signs & HEAD_SYSTEM_FROM)) || (signs & HEAD_LIST && !(signs & HEAD_SYSTEM));
  if (passed_on || (gathered->calendar && !machine_part)) return REPORT_NONE;
  gboolean answered = signs & HEAD_REPLY && !(signs & (HEAD_DAEMON_FROM | HEAD_EMPTY_FROM)) && !machine_part;
  gboolean bounce = sum >= ENOUGH && !answered && is_plausible(gathered);
  if (bounce && gathered->status->read && machine_part) return status_kind(gathered->status);
  ReportKind answer = kind_of_answer(gathered, bounce);
  if (answer != REPORT_NONE) return answer;
  return bounce ? kind_in_words(gathered) : REPORT_NONE;
}

/* The address of From; of "MAILER-DAEMON <>" the name. */
static char *read_writer(char *raw)
{
  char *address = address_normalise(raw, TRUE);
  if (address == NULL && strchr(raw, '<') != NULL) {
    *strchr(raw, '<') = '\0';
    address = address_normalise(raw, TRUE);
  }
  return address;
}

/* The report's own fields. */
static void tell_head(Report *report, Span fields, GPtrArray *own_ids)
{
  static const char *const names[] = {
    "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To",       "To", "From", "Date",
    "In-Reply-To",  "References",    "Message-ID",  "X-Failed-Recipients", NULL
  };
  enum { TO = 4, FROM, DATE, IN_REPLY_TO, REFERENCES, MESSAGE_ID, FAILED };
  Field field;
  while (field_next(&fields, &field)) {
    int which = field_index(&field, names);
    if (which < 0) continue;
    g_autofree char *raw = field_raw(&field);
    if (which <= TO)
      address_collect(raw, report->addressed, ADDRESSES_MOST);
    else if (which == FROM && report->reporter == NULL)
      report->reporter = read_writer(raw);
    else if (which == DATE && report->date == 0)
      report->date = field_date(&field);
    else if (which == IN_REPLY_TO || which == REFERENCES)
      id_collect(raw, report->refer_backs, REFER_BACKS_MOST);
    else if (which == MESSAGE_ID)
      id_collect(raw, own_ids, 2);
    else if (which == FAILED && report->recipients->len == 0)
      address_collect(raw, report->recipients, ADDRESSES_MOST);
  }
}

static void tell_reporter(Report *report, const Status *status)
{
  const char *domain = status->reporting_mta;
  if (domain == NULL || strchr(domain, '.') == NULL) domain = address_domain(report->reporter);
  report->reporter_domain = g_strdup(domain);
}

/* The one whom the original was for, beside the owner (as in a report within a report). */
static void only_recipient(Report *report)
{
  const char *only = NULL;
  for (guint i = 0; i < report->original.recipients->len; i++) {
    const char *each = report->original.recipients->pdata[i];
    if (report->original.recipients->len > 1 && list_has(report->addressed, each)) continue;
    if (only != NULL) return;
    only = each;
  }
  list_add(report->recipients, only, 1);
}

static void tell_recipients(Report *report, const Gathered *gathered)
{
  g_autoptr(GPtrArray) listed =
      g_steal_pointer(&report->recipients); /* X-Failed-Recipients: only where there is no status part */
  report->recipients = g_ptr_array_new_with_free_func(g_free);
  if (gathered->status->read) status_tell(gathered->status, status_kind(gathered->status), report);
  if (report->recipients->len == 0)
    for (guint i = 0; i < listed->len; i++) list_add(report->recipients, listed->pdata[i], ADDRESSES_MOST);
  if (report->recipients->len > 0 && report->diagnostic != NULL && report->status != NULL) return;

  g_autoptr(GPtrArray) ours = g_ptr_array_new();
  GPtrArray *const lists[] = { report->addressed, report->original.senders };
  for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
    for (guint k = 0; k < lists[i]->len; k++) g_ptr_array_add(ours, lists[i]->pdata[k]);
  if (report->reporter != NULL) g_ptr_array_add(ours, report->reporter);
  recipients_from_text(report, gathered->text->str, gathered->blocks->cut, ours, report->recipients->len == 0);
  if (report->recipients->len == 0) only_recipient(report);
  gboolean answered = report->kind == REPORT_CHALLENGE && !(gathered->head.signs & (HEAD_SYSTEM_FROM | HEAD_ROLE_FROM));
  if (report->recipients->len == 0 && answered) /* who asks is whom the message was for */
    list_add(report->recipients, report->reporter, 1);
}

static void tell_tokens(Report *report, Span message, const Gathered *gathered, GPtrArray *own_ids)
{
  GPtrArray *const known[] = { own_ids,
                               report->original.message_ids,
                               report->refer_backs,
                               report->addressed,
                               report->original.senders,
                               report->original.recipients,
                               NULL };
  tokens_collect((Span){ gathered->text->str, gathered->text->len }, report->tokens, known);
  gsize head = fields_length(message);
  tokens_collect((Span){ message.start + head, message.length - head }, report->tokens, known);
}

static void remove_own(GPtrArray *ids, GPtrArray *own_ids)
{
  for (guint i = ids->len; i > 0; i--)
    if (list_has(own_ids, ids->pdata[i - 1])) g_ptr_array_remove_index(ids, i - 1);
}

Report *filter_read(GBytes *message)
{
  gsize length;
  const char *bytes = g_bytes_get_data(message, &length);
  Span all = { bytes != NULL ? bytes : "", MIN(length, FILTER_READ_LIMIT) };
  Report *report = report_new();
  g_autoptr(Gathered) gathered = gather(all, &report->original);
  g_autoptr(GPtrArray) own_ids = g_ptr_array_new_with_free_func(g_free);
  report->kind = kind_of(report, gathered);
  tell_head(report, gathered->fields, own_ids);
  if (own_ids->len > 0) report->message_id = g_strdup(own_ids->pdata[0]);
  remove_own(report->original.message_ids, own_ids);
  remove_own(report->refer_backs, own_ids);
  tell_reporter(report, gathered->status);
  if (report->kind == REPORT_NONE) return report;
  tell_recipients(report, gathered);
  tell_tokens(report, all, gathered, own_ids);
  return report;
}
