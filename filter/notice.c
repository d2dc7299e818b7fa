/* notice.c - notices about mail to the owner, or for a mail system's postmaster
 * Owns:     the forms that tell such a notice from a report about mail that the owner sent.
 * Must not: look at words in the original: its writer chose them.
 * Fails:    never.
 * Tests:    tests/filter/test_notice.c */
#include "filter/notice.h"

#include "filter/normalise.h"

#include <string.h>

#define SUMMARY_LINES_MOST 2000

/* Is the address that of a postmaster or of the owner of a list? */
static gboolean is_keeper(const char *address)
{
  static const char *const offices[] = { "postmaster@", "root@",      "hostmaster@",    "mailer-daemon@",
                                         "abuse@",      "owner-",     "listmaster@",    "mailman@",
                                         "sympa@",      "webmaster@", "administrator@", NULL };
  static const char *const list_offices[] = { "-owner@", "-admin@", "-request@", NULL };
  for (guint i = 0; offices[i] != NULL; i++)
    if (g_str_has_prefix(address, offices[i])) return TRUE;
  for (guint i = 0; list_offices[i] != NULL; i++)
    if (strstr(address, list_offices[i]) != NULL) return TRUE;
  return FALSE;
}

static gboolean any_in(GPtrArray *list, GPtrArray *others)
{
  for (guint i = 0; i < list->len; i++)
    if (list_has(others, list->pdata[i])) return TRUE;
  return FALSE;
}

/* Is the domain equal to the other, or a host below the other? */
static gboolean is_within(const char *domain, const char *other)
{
  gsize length = strlen(domain), tail = strlen(other);
  if (length < tail || strcmp(domain + length - tail, other) != 0) return FALSE;
  return length == tail || domain[length - tail - 1] == '.';
}

/* Do both domains belong to one mail system? Postmasters have addresses at hosts (postmaster@mail.example.org) as well
 * as at their domain. */
static gboolean is_one_house(const char *domain, const char *other)
{
  return domain != NULL && other != NULL && (is_within(domain, other) || is_within(other, domain));
}

/* Does a field besides To tell to whom the message was delivered? */
static gboolean was_delivered(Span fields)
{
  static const char *const names[] = { "Delivered-To", "X-Original-To", "Envelope-To" };
  Field field;
  for (guint i = 0; i < G_N_ELEMENTS(names); i++)
    if (field_find(fields, names[i], &field)) return TRUE;
  return FALSE;
}

/* Is the report a copy for a postmaster? It came to an office of a domain, and the original is from somebody else
 * there. A report about the postmaster's own mail shows the office itself as the sender. Where the office is at a host,
 * To alone says too little, since forgers, too, write names of one domain into To and From. */
static gboolean is_keepers_copy(const Report *report, const Gathered *gathered)
{
  const Original *original = &report->original;
  g_autoptr(GPtrArray) from = g_ptr_array_new_with_free_func(g_free);
  address_collect(original->from, from, 1);
  if (from->len == 0 || any_in(original->senders, report->addressed)) return FALSE;
  const char *home = address_domain(from->pdata[0]);
  for (guint i = 0; i < report->addressed->len; i++) {
    const char *keeper = report->addressed->pdata[i];
    if (!is_keeper(keeper)) continue;
    if (g_strcmp0(home, address_domain(keeper)) == 0) return TRUE;
    if (is_one_house(home, address_domain(keeper)) && was_delivered(gathered->fields)) return TRUE;
  }
  return FALSE;
}

static gboolean came_to_keeper(const Report *report)
{
  for (guint i = 0; i < report->addressed->len; i++)
    if (is_keeper(report->addressed->pdata[i])) return TRUE;
  return FALSE;
}

/* Does the message speak of a virus in mail to the owner? Where a sender of that mail is shown, the sender decides. */
static gboolean is_infected_for_reader(const Report *report, const Gathered *gathered)
{
  const Original *original = &report->original;
  if (any_in(original->senders, report->addressed)) return FALSE;
  if (original->senders->len > 0 && any_in(original->recipients, report->addressed)) return TRUE;
  return gathered->head.subject.weight[PHRASE_TO_YOU] + gathered->said.weight[PHRASE_TO_YOU] > 0;
}

static gboolean speaks_of_virus(const Gathered *gathered)
{
  return gathered->head.subject.weight[PHRASE_VIRUS] + gathered->said.weight[PHRASE_VIRUS] > 0;
}

/* Is the report a bounce within a bounce? A list or a postmaster could not read the inner bounce, and passes it on
 * without words of failure. A gateway that returns another server's report tells of the failure in its own words. */
static gboolean is_bounce_in_bounce(const Report *report, const Gathered *gathered)
{
  if (!gathered->report_inside) return FALSE;
  return came_to_keeper(report) || (!gathered->status_part && gathered->said.heaviest[PHRASE_FAILURE] < 3);
}

/* Is the line part of a summary: a number, then what happened to an address ("   5  550 5.1.1 <a@b>: User unknown")? */
static gboolean counts_events(Span line)
{
  line = span_trim(line);
  gsize digits = 0;
  while (digits < line.length && g_ascii_isdigit(line.start[digits])) digits++;
  if (digits == 0 || digits == line.length || !g_ascii_isspace(line.start[digits])) return FALSE;
  gboolean reply = digits == 3 && strchr("245", *line.start) != NULL;
  const Span rest = { line.start + digits, line.length - digits };
  return !reply && memchr(rest.start, '@', rest.length) != NULL;
}

/* Is the line part of a log: a time, then what happened ("Nov  1 10:00:00 mx postfix/smtp[1]: to=<a@b>, ...")? */
static gboolean is_log_line(Span line)
{
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (line.length < 16 || line.start[3] != ' ' || line.start[9] != ':' || line.start[12] != ':') return FALSE;
  const char *month = g_strstr_len(months, -1, (const char[]){ line.start[0], line.start[1], line.start[2], '\0' });
  return month != NULL && (month - months) % 3 == 0 && memchr(line.start, '@', line.length) != NULL;
}

/* Is the text the summary of a log, which counts failures? */
static gboolean is_log_summary(const Gathered *gathered)
{
  guint counted = 0;
  const char *at = gathered->text->str, *end = at + gathered->blocks->cut;
  for (guint n = 0; n < SUMMARY_LINES_MOST && at < end && counted < 2; n++) {
    const char *newline = memchr(at, '\n', (gsize)(end - at)), *stop = newline != NULL ? newline : end;
    const Span line = { at, (gsize)(stop - at) };
    if (is_log_line(line)) return TRUE;
    counted += counts_events(line);
    at = newline != NULL ? newline + 1 : end;
  }
  return counted >= 2;
}

/* Does the message have words that only such a notice has? A reporter may repeat the original's subject behind words of
 * failure, so the subject counts only where it begins with the notice's words or says nothing of failure.
 * phrase_table.c has the weights. */
static gboolean is_worded(const Gathered *gathered)
{
  guint signs = gathered->head.signs;
  const PhraseScore *subject = &gathered->head.subject;
  gboolean counts = signs & HEAD_NOTICE || phrases_failing(subject) == 0;
  guint weight = counts ? subject->heaviest[PHRASE_NOTICE] : 0, said = gathered->said.heaviest[PHRASE_NOTICE];
  if (weight >= 5) return TRUE;
  if (gathered->status->read || signs & (HEAD_FAILED_RECIPIENTS | HEAD_NDR)) return FALSE;
  if (weight >= 4 || said >= 5) return TRUE;
  if (gathered->blocks->header || gathered->returned) return FALSE;
  return weight >= 3 || said >= 4 || is_log_summary(gathered);
}

gboolean notice_is(const Report *report, const Gathered *gathered, ReportKind kind)
{
  if (gathered->head.signs & (HEAD_COPY | HEAD_NOTIFICATION)) return TRUE;
  gboolean virus = kind == REPORT_VIRUS_NOTICE || speaks_of_virus(gathered);
  if (virus && !gathered->status->read && is_infected_for_reader(report, gathered)) return TRUE;
  return is_keepers_copy(report, gathered) || is_bounce_in_bounce(report, gathered) || is_worded(gathered);
}
