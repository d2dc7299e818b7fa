/* head.c - what a message's own header says about who wrote it
 * Owns:     the names machines write under, and the fields they set.
 * Must not: read a body; build GMime objects (this runs for every message of a mailbox).
 * Fails:    never.
 * Tests:    tests/filter/test_candidate.c */
#include "filter/head.h"

#include "filter/filter.h"
#include "filter/normalise.h"
#include "filter/text.h"

#include <string.h>

/* Names of machines and offices: local parts without dots, dashes and underscores. */
static const struct {
  const char *name;
  gboolean whole; /* the whole local part must be this name; FALSE: the local part begins with the name */
  HeadSign sign;
} writers[] = {
  { "mailerdaemon", FALSE, HEAD_DAEMON_FROM },
  { "mailerdeamon", FALSE, HEAD_DAEMON_FROM },
  { "maildaemon", FALSE, HEAD_DAEMON_FROM },
  { "mdaemon", FALSE, HEAD_DAEMON_FROM },
  { "maildeliver", FALSE, HEAD_DAEMON_FROM },
  { "bouncehandler", FALSE, HEAD_DAEMON_FROM },
  { "postmaster", FALSE, HEAD_POSTMASTER_FROM },
  { "mailmaster", TRUE, HEAD_POSTMASTER_FROM },
  { "mailsystem", FALSE, HEAD_POSTMASTER_FROM },
  { "daemon", TRUE, HEAD_POSTMASTER_FROM },
  { "microsoftexchange", FALSE, HEAD_POSTMASTER_FROM },
  { "mailadmin", FALSE, HEAD_ROLE_FROM },
  { "mailer", FALSE, HEAD_ROLE_FROM }, /* shops and newsletters use this name, too */
  { "root", TRUE, HEAD_ROLE_FROM },
  { "admin", FALSE, HEAD_ROLE_FROM },
  { "sysadmin", FALSE, HEAD_ROLE_FROM },
  { "noreply", FALSE, HEAD_ROLE_FROM },
  { "donotreply", FALSE, HEAD_ROLE_FROM },
  { "nobody", TRUE, HEAD_ROLE_FROM },
  { "system", TRUE, HEAD_ROLE_FROM },
  { "bounce", FALSE, HEAD_ROLE_FROM },
  { "notification", FALSE, HEAD_ROLE_FROM },
  { "autoreply", FALSE, HEAD_ROLE_FROM },
  { "autoresponder", FALSE, HEAD_ROLE_FROM },
  { "majordomo", FALSE, HEAD_ROLE_FROM },
  { "listserv", FALSE, HEAD_ROLE_FROM },
  { "virus", FALSE, HEAD_ROLE_FROM },
  { "antivirus", FALSE, HEAD_ROLE_FROM },
  { "amavis", FALSE, HEAD_ROLE_FROM },
  { "mailscanner", FALSE, HEAD_ROLE_FROM },
  { "webmaster", TRUE, HEAD_ROLE_FROM },
  { "mailgateway", FALSE, HEAD_ROLE_FROM },
  { "gateway", FALSE, HEAD_ROLE_FROM },
  { "mailgw", FALSE, HEAD_ROLE_FROM },
  { "mailrelay", FALSE, HEAD_ROLE_FROM },
  { "smtp", TRUE, HEAD_ROLE_FROM },
  { "delivery", FALSE, HEAD_ROLE_FROM },
  { "quarantine", FALSE, HEAD_ROLE_FROM },
};

/* Copies the local part of an address in lower case, without dots, dashes and underscores. */
static void squeeze(const char *address, char *out, gsize size)
{
  gsize n = 0;
  for (const char *at = address; *at != '\0' && *at != '@' && n + 1 < size; at++)
    if (g_ascii_isalnum(*at)) out[n++] = g_ascii_tolower(*at);
  out[n] = '\0';
}

static guint writer_signs(const char *address)
{
  char local[64];
  squeeze(address, local, sizeof local);
  for (guint i = 0; i < G_N_ELEMENTS(writers); i++) {
    if (*writers[i].name != *local) continue;
    if (writers[i].whole ? strcmp(local, writers[i].name) == 0 : g_str_has_prefix(local, writers[i].name))
      return writers[i].sign;
  }
  if (strchr(address, '-') == NULL) return 0;
  gboolean list_office =
      g_str_has_prefix(address, "owner-") || strstr(address, "-admin@") != NULL || strstr(address, "-request@") != NULL;
  return list_office ? HEAD_ROLE_FROM : 0;
}

static gboolean begins_with(const char *text, const char *const *beginnings)
{
  for (; *beginnings != NULL; beginnings++)
    if (**beginnings == *text && g_str_has_prefix(text, *beginnings)) return TRUE;
  return FALSE;
}

/* Is the display name that of a mail system? "Mail Delivery" alone is; a longer name with these words may be a parcel
 * service. */
static gboolean is_mail_delivery(const GString *folded)
{
  const char *name = folded->str + strspn(folded->str, " \"'");
  return g_str_has_prefix(name, "mail delivery")
         && name[strlen("mail delivery") + strspn(name + strlen("mail delivery"), " \"'")] == '\0';
}

static guint from_signs(const Field *field)
{
  g_autofree char *raw = field_raw(field);
  g_autofree char *address = address_normalise(raw, TRUE);
  guint signs = 0;
  if (address == NULL) {
    signs = strchr(raw, '@') == NULL ? HEAD_EMPTY_FROM : 0;
  } else {
    signs = writer_signs(address);
    if (signs == 0) signs = HEAD_PERSON_FROM;
  }
  if (signs & HEAD_DAEMON_FROM) return signs;
  /* the display name */
  g_autofree char *utf8 = text_to_utf8(raw, strlen(raw), NULL), *decoded = text_decode_words(utf8);
  const char *bracket = strrchr(decoded, '<');
  gsize length = bracket != NULL ? (gsize)(bracket - decoded) : strlen(decoded);
  if (length == 0) return signs;
  g_autoptr(GString) folded = text_fold(decoded, length);
  PhraseScore score = { 0 };
  phrases_score(folded->str, folded->len, PHRASE_IN_FROM, &score);
  guint weight = score.heaviest[PHRASE_WRITER];
  if (weight == 0 && !is_mail_delivery(folded)) return signs;
  signs &= ~HEAD_PERSON_FROM;
  if (weight >= 5 || weight == 0) return signs | HEAD_DAEMON_FROM;
  return signs | (weight >= 3 ? HEAD_POSTMASTER_FROM : HEAD_ROLE_FROM);
}

static guint path_signs(const Field *field)
{
  g_autofree char *raw = field_raw(field);
  if (strcmp(raw, "<>") == 0 || *raw == '\0' || g_ascii_strcasecmp(raw, "<null>") == 0) return HEAD_NULL_PATH;
  g_autofree char *address = address_normalise(raw, TRUE);
  guint signs = address == NULL ? 0 : writer_signs(address);
  if (signs & HEAD_POSTMASTER_FROM) return HEAD_DAEMON_PATH | HEAD_KEEPER_PATH;
  return signs & HEAD_DAEMON_FROM ? HEAD_DAEMON_PATH : HEAD_OTHER_PATH;
}

static guint type_signs(const Field *field)
{
  Span value = span_trim(field->value);
  if (value.length > 22 && g_ascii_strncasecmp(value.start, "message/", 8) == 0 && span_has(value, "delivery-status"))
    return HEAD_REPORT_STATUS;
  if (value.length >= 15 && g_ascii_strncasecmp(value.start, "multipart/mixed", 15) == 0) return HEAD_MIXED;
  if (value.length < 16 || g_ascii_strncasecmp(value.start, "multipart/report", 16) != 0) return 0;
  if (span_has(value, "delivery-status")) return HEAD_REPORT | HEAD_REPORT_STATUS;
  if (span_has(value, "disposition-notification")) return HEAD_REPORT | HEAD_REPORT_RECEIPT;
  if (span_has(value, "feedback-report") || span_has(value, "tlsrpt")) return HEAD_REPORT | HEAD_REPORT_FEEDBACK;
  return HEAD_REPORT;
}

static guint auto_signs(const Field *field)
{
  Span value = span_trim(field->value);
  if (value.length >= 2 && g_ascii_strncasecmp(value.start, "no", 2) == 0) return 0;
  static const struct {
    const char *word;
    guint sign;
  } words[] = { { "auto-replied", HEAD_AUTO_REPLIED },
                { "failure", HEAD_AUTO_FAILURE },
                { "(rejected", HEAD_REJECTED } };
  guint signs = HEAD_AUTO;
  for (guint i = 0; i < G_N_ELEMENTS(words); i++)
    if (span_has(value, words[i].word)) signs |= words[i].sign;
  return signs;
}

/* Does the subject begin with the number of a ticket, as trackers write it ("[MAIL-3] ...")? */
static gboolean begins_with_ticket(const char *text)
{
  while (*text == '[' || *text == '(') {
    const char *end = text + strcspn(text, "])"), *digit = strpbrk(text, "0123456789");
    if (*end == '\0') return FALSE;
    if (digit != NULL && digit < end) return TRUE;
    text = end + 1 + strspn(end + 1, " ");
  }
  return FALSE;
}

static guint subject_signs(const Field *field, PhraseScore *score)
{
  static const char *const forwards[] = { "fwd:", "fw:", "wg:",     "tr:",   "rv:",  "enc:", "vb:",
                                          "vs:",  "i:",  "doorst:", "[fwd:", "转发", "転送", NULL };
  static const char *const replies[] = { "re:",  "re[", "aw:",  "antw:", "sv:",  "odp:", "ynt:", "απ:",
                                         "res:", "r:",  "回复", "答复",  "回覆", "返信", NULL };
  static const char *const copies[] = { "postmaster copy:", "postfix smtp server: errors",
                                        "postfix smtp client: errors", "postfix lmtp client: errors", NULL };
  g_autofree char *raw = field_raw(field), *utf8 = text_to_utf8(raw, strlen(raw), NULL),
                  *decoded = text_decode_words(utf8);
  g_autoptr(GString) folded = text_fold(decoded, strlen(decoded));
  phrases_score(folded->str, folded->len, PHRASE_IN_SUBJECT, score);
  guint signs = 0;
  if (begins_with(folded->str, forwards)) signs |= HEAD_FORWARD;
  if (phrases_failing(score) > 0 && (begins_with(folded->str, replies) || begins_with_ticket(folded->str)))
    signs |= HEAD_REPLY;
  if (begins_with(folded->str, copies)) signs |= HEAD_COPY;
  if (score->best[PHRASE_NOTICE] != NULL && g_str_has_prefix(folded->str, score->best[PHRASE_NOTICE]))
    signs |= HEAD_NOTICE;
  if (strstr(folded->str, "report domain:") != NULL && strstr(folded->str, "submitter:") != NULL)
    signs |= HEAD_REPORT_FEEDBACK;
  return signs;
}

/* Is the field of a program that asks senders for a confirmation? The names of such fields begin with the program's
 * name. The program's user sends the same fields with ordinary mail. */
static gboolean is_of_challenger(const Field *field)
{
  static const char *const names[] = { "X-TMDA",        "X-Boxbe",      "X-SpamArrest",
                                       "X-Spam-Arrest", "X-AskVersion", "X-ChoiceMail",
                                       "X-Qurb",        "X-BoxTrapper", NULL };
  for (guint i = 0; names[i] != NULL; i++) {
    gsize length = strlen(names[i]);
    if (field->name.length >= length && g_ascii_strncasecmp(field->name.start, names[i], length) == 0) return TRUE;
  }
  return field_is(field, "X-Delivery-Agent") && span_has(field->value, "TMDA");
}

static guint field_signs(const Field *field, PhraseScore *subject)
{
  switch (g_ascii_tolower(*field->name.start)) {
  case 'f': return field_is(field, "From") ? from_signs(field) : 0;
  case 'r': return field_is(field, "Return-Path") ? path_signs(field) : 0;
  case 's': return field_is(field, "Subject") ? subject_signs(field, subject) : 0;
  case 'c': return field_is(field, "Content-Type") ? type_signs(field) : 0;
  case 'a': return field_is(field, "Auto-Submitted") ? auto_signs(field) : 0;
  case 'm': return field_is(field, "Mailing-List") ? HEAD_LIST : 0;
  case 'l':
    return field_is(field, "List-Id") || field_is(field, "List-Post") || field_is(field, "List-Unsubscribe") ? HEAD_LIST
                                                                                                             : 0;
  case 'p':
    if (!field_is(field, "Precedence")) return 0;
    if (span_has(field->value, "auto")) return HEAD_RESPONDER;
    if (span_has(field->value, "spam")) return HEAD_CHALLENGE;
    return span_has(field->value, "list") ? HEAD_LIST : 0;
  case 'u': return field_is(field, "User-Agent") ? HEAD_CLIENT : 0;
  case 'x': break;
  default: return 0;
  }
  static const struct {
    const char *name;
    guint sign;
  } flags[] = {
    { "X-Failed-Recipients", HEAD_FAILED_RECIPIENTS },
    { "X-MS-Exchange-Message-Is-Ndr", HEAD_NDR },
    { "X-Autoreply", HEAD_RESPONDER },
    { "X-Autorespond", HEAD_RESPONDER },
    { "X-Mail-Autoreply", HEAD_RESPONDER },
    { "X-Autogenerated", HEAD_RESPONDER },
    { "X-BeenThere", HEAD_LIST },
    { "X-List-Administrivia", HEAD_LIST_NOTICE },
    { "X-Cron-Env", HEAD_CRON },
    { "X-Amz-Sns-Message-Id", HEAD_NOTIFICATION },
    { "X-Mailer", HEAD_CLIENT },
  };
  for (guint i = 0; i < G_N_ELEMENTS(flags); i++)
    if (field_is(field, flags[i].name)) return flags[i].sign;
  return is_of_challenger(field) ? HEAD_CHALLENGE : 0;
}

void head_add(Head *head, const Field *field) { head->signs |= field_signs(field, &head->subject); }

void head_settle(Head *head)
{
  /* a person may let a postmaster take the bounces of his mail */
  if (head->signs & HEAD_KEEPER_PATH && head->signs & HEAD_PERSON_FROM)
    head->signs ^= HEAD_DAEMON_PATH | HEAD_OTHER_PATH;
}

Head head_read(Span fields)
{
  Head head = { 0 };
  Field field;
  while (field_next(&fields, &field)) head_add(&head, &field);
  head_settle(&head);
  return head;
}

gboolean head_is_candidate(const Head *head)
{
  const guint enough = HEAD_NULL_PATH | HEAD_DAEMON_PATH | HEAD_DAEMON_FROM | HEAD_POSTMASTER_FROM | HEAD_EMPTY_FROM
                       | HEAD_FAILED_RECIPIENTS | HEAD_NDR | HEAD_AUTO | HEAD_RESPONDER | HEAD_REPORT
                       | HEAD_REPORT_STATUS | HEAD_REPORT_FEEDBACK | HEAD_NOTIFICATION;
  if (head->signs & enough) return TRUE;
  if (head->signs & HEAD_ROLE_FROM && head->signs & HEAD_MIXED) return TRUE; /* a returned message may be in the body */
  for (guint kind = 0; kind <= PHRASE_RECEIPT; kind++)
    if (head->subject.heaviest[kind] >= 3) return TRUE;
  return FALSE;
}

gboolean filter_candidate(const char *fields, gsize length)
{
  Head head = head_read((Span){ fields, length });
  return head_is_candidate(&head);
}
