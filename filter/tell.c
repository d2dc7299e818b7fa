/* tell.c - the report written out, once its parts are read
 * Owns:     which field and which part a report's reporter, recipients and ids come from.
 * Must not: decide what kind of report it is.
 * Fails:    never; what is not there stays empty.
 * Tests:    tests/filter/test_read.c */
#include "filter/tell.h"

#include "filter/chain.h"
#include "filter/marks.h"
#include "filter/normalise.h"
#include "filter/recipients.h"
#include "filter/tokens.h"

#include <string.h>

#define ADDRESSES_MOST 64
#define REFER_BACKS_MOST 64
#define ORIGINAL_SHORTEST 200 /* bytes; fewer are no message, but a word that stands for it */

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

static void tell_reporter(Report *report, const Status *status)
{
  const char *domain = status->reporting_mta;
  if (domain == NULL || strchr(domain, '.') == NULL) domain = address_domain(report->reporter);
  report->reporter_domain = g_strdup(domain);
}

static void remove_all(GPtrArray *list, GPtrArray *others)
{
  for (guint i = list->len; i > 0; i--)
    if (list_has(others, list->pdata[i - 1])) g_ptr_array_remove_index(list, i - 1);
}

void tell_head(Report *report, Gathered *gathered)
{
  static const char *const names[] = {
    "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To",       "To", "From", "Date",
    "In-Reply-To",  "References",    "Message-ID",  "X-Failed-Recipients", NULL
  };
  enum { TO = 4, FROM, DATE, IN_REPLY_TO, REFERENCES, MESSAGE_ID, FAILED };
  Span fields = gathered->fields;
  Field field;
  hops_read(fields, report->hops);
  while (field_next(&fields, &field)) {
    int which = field_index(&field, names);
    if (which < 0) continue;
    if (which == IN_REPLY_TO || which == REFERENCES) {
      field_ids_last(&field, report->refer_backs, REFER_BACKS_MOST);
      continue;
    }
    g_autofree char *raw = field_raw(&field);
    if (which == TO) address_collect(raw, report->to, ADDRESSES_MOST);
    if (which <= TO)
      address_collect(raw, report->addressed, ADDRESSES_MOST);
    else if (which == FROM && report->reporter == NULL)
      report->reporter = read_writer(raw);
    else if (which == DATE && report->date == 0)
      report->date = field_date(&field);
    else if (which == MESSAGE_ID)
      id_collect(raw, gathered->own_ids, 2);
    else if (which == FAILED && report->recipients->len == 0)
      address_collect(raw, report->recipients, ADDRESSES_MOST);
  }
  if (gathered->own_ids->len > 0) report->message_id = g_strdup(gathered->own_ids->pdata[0]);
  remove_all(report->original.message_ids, gathered->own_ids);
  remove_all(report->refer_backs, gathered->own_ids);
  tell_reporter(report, gathered->status);
  for (guint k = 0; k < gathered->status->envelope_ids->len; k++)
    list_add(report->envelope_ids, gathered->status->envelope_ids->pdata[k], ADDRESSES_MOST);
}

/* The one whom the original was for, beside the owner (as in a report within a report). */
static void only_recipient(Report *report)
{
  const char *only = NULL;
  if (report->recipients->len > 0) return;
  for (guint i = 0; i < report->original.recipients->len; i++) {
    const char *each = report->original.recipients->pdata[i];
    if (report->original.recipients->len > 1 && list_has(report->addressed, each)) continue;
    if (only != NULL) return;
    only = each;
  }
  list_add(report->recipients, only, 1);
  report->guessed = g_strcmp0(only, report->reporter) != 0; /* a mailbox that writes itself names itself */
}

/* Addresses that the report came to are hardly ever those that failed. */
static void drop_own(Report *report)
{
  gboolean other = FALSE;
  for (guint i = 0; i < report->recipients->len; i++)
    other |= !list_has(report->addressed, report->recipients->pdata[i]);
  if (other) remove_all(report->recipients, report->addressed);
}

/* What a status part, a notification of a rejection or X-Failed-Recipients names. */
static void tell_named(Report *report, const Gathered *gathered)
{
  g_autoptr(GPtrArray) listed = g_steal_pointer(&report->recipients); /* X-Failed-Recipients: only where no status is */
  report->recipients = g_ptr_array_new_with_free_func(g_free);
  const Status *status = gathered->status;
  if (!status->read && report->kind == REPORT_BOUNCE) status = gathered->receipt_status;
  if (status->read) status_tell(status, status_kind(status), report);
  report->status_part = status->read;
  if (report->recipients->len == 0)
    for (guint i = 0; i < listed->len; i++) list_add(report->recipients, listed->pdata[i], ADDRESSES_MOST);
  report->rank = report->recipients->len > 0 ? RANK_NAMED : RANK_MENTIONED;
}

/* The mailbox itself answers, and is whom the message was for. */
static void tell_mailbox(Report *report)
{
  list_add(report->recipients, report->reporter, 1);
  report->guessed = FALSE;
  report->rank = RANK_LISTED;
}

/* "bob-confirm-1a2b@c" is an address to confirm to, where "bob@c" asks for it. */
static void drop_tagged(Report *report)
{
  const char *writer = report->reporter, *sign = writer != NULL ? strchr(writer, '@') : NULL;
  for (guint i = report->recipients->len; sign != NULL && i > 0; i--) {
    const char *each = report->recipients->pdata[i - 1];
    gsize local = (gsize)(sign - writer);
    gboolean tagged = strncmp(each, writer, local) == 0 && each[local] != '@' && !g_ascii_isalnum(each[local]);
    if (tagged && g_strcmp0(address_domain(each), address_domain(writer)) == 0)
      g_ptr_array_remove_index(report->recipients, i - 1);
  }
}

/* Are all its recipients neighbours of whom it came to? Such a list, without anything of an original, may as well tell
 * of full mailboxes there, or of mail that waits for them. */
static gboolean is_about_own_house(const Report *report)
{
  for (guint i = 0; i < report->recipients->len; i++) {
    const char *domain = address_domain(report->recipients->pdata[i]);
    gboolean neighbour = FALSE;
    for (guint k = 0; k < report->addressed->len && !neighbour; k++)
      neighbour = domain != NULL && g_strcmp0(domain, address_domain(report->addressed->pdata[k])) == 0;
    if (!neighbour) return FALSE;
  }
  return report->recipients->len > 0;
}

static void tell_recipients(Report *report, const Gathered *gathered)
{
  tell_named(report, gathered);
  if (report->kind == REPORT_CHALLENGE) only_recipient(report); /* its text names an address to confirm to */
  if (report->recipients->len > 0 && report->diagnostic != NULL && report->status != NULL) return;

  g_autoptr(GPtrArray) ours = g_ptr_array_new();
  GPtrArray *const lists[] = { report->addressed, report->original.senders };
  for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
    for (guint k = 0; k < lists[i]->len; k++) g_ptr_array_add(ours, lists[i]->pdata[k]);
  if (report->reporter != NULL) g_ptr_array_add(ours, report->reporter);
  recipients_from_text(report, gathered->text->str, gathered->blocks->cut, ours, report->recipients->len == 0);
  if (report->recipients->len == 0) only_recipient(report);
  if (report->kind == REPORT_CHALLENGE) drop_tagged(report);
  gboolean answers =
      report->kind == REPORT_CHALLENGE || report->kind == REPORT_BOUNCE || report->kind == REPORT_DSN_DELAYED;
  gboolean mailbox = !(gathered->head.signs & (HEAD_SYSTEM_FROM | HEAD_ROLE_FROM));
  if (report->recipients->len == 0 && answers && mailbox) tell_mailbox(report);
  if (report->rank == RANK_LISTED && !report->original.header && is_about_own_house(report))
    report->rank = RANK_MENTIONED;
}

/* Ids that the original shows elsewhere are apart from those of the reporter's own words: who wrote the original chose
 * them. */
static void tell_ids(Report *report, const Gathered *gathered)
{
  Original *original = &report->original;
  GPtrArray *const known[] = { report->refer_backs, original->other_ids, gathered->own_ids,    original->message_ids,
                               report->addressed,   original->senders,   original->recipients, NULL };
  remove_all(original->other_ids, gathered->own_ids);
  remove_all(original->other_ids, original->message_ids);
  tokens_collect((Span){ gathered->shown->str, gathered->shown->len }, original->other_ids, known + 2);
  tokens_collect((Span){ gathered->text->str, gathered->blocks->cut }, report->tokens, known);
}

/* An original that nothing was read of is there all the same where the message was cut off, a part is packed, or a
 * returned part holds no field that is known. */
static void tell_unread(Report *report, const Gathered *gathered)
{
  Original *original = &report->original;
  gboolean understood = original->message_ids->len > 0 || original->senders->len > 0 || original->recipients->len > 0
                        || original->subject != NULL;
  if (gathered->returned && !understood) original->header = FALSE;
  gboolean hidden = gathered->returned && !understood && gathered->shown->len >= ORIGINAL_SHORTEST;
  original->unread =
      !original->header && original->message_ids->len == 0 && (hidden || gathered->cut_off || gathered->packed);
}

void tell_body(Report *report, const Gathered *gathered)
{
  tell_recipients(report, gathered);
  drop_own(report);
  tell_ids(report, gathered);
  tell_unread(report, gathered);
  marks_read_text(&report->original, (Span){ gathered->shown->str, gathered->shown->len });
}
