/* notice.c - notices about mail to the reader, or for the keeper of a mail system
 * Owns:     the forms that tell such a notice from a report about mail that the reader sent.
 * Must not: look at words in the original: who wrote it chose them.
 * Fails:    never.
 * Tests:    tests/filter/test_notice.c */
#include "filter/notice.h"

#include "filter/normalise.h"

#include <string.h>

/* Addresses at which mail systems and lists are kept. */
static gboolean is_keeper(const char *address)
{
  static const char *const offices[] = { "postmaster@", "root@",    "hostmaster@", "mailer-daemon@", "abuse@", "owner-",
                                         "listmaster@", "mailman@", "sympa@",      "webmaster@",     NULL };
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

/* A copy for the keeper of a domain: the report came to an office there, and the original is from somebody else there.
 * A report about the keeper's own mail shows the office itself as its sender. */
static gboolean is_keepers_copy(const Report *report)
{
  const Original *original = &report->original;
  g_autoptr(GPtrArray) from = g_ptr_array_new_with_free_func(g_free);
  address_collect(original->from, from, 1);
  if (from->len == 0 || any_in(original->senders, report->addressed)) return FALSE;
  for (guint i = 0; i < report->addressed->len; i++) {
    const char *keeper = report->addressed->pdata[i];
    if (is_keeper(keeper) && g_strcmp0(address_domain(from->pdata[0]), address_domain(keeper)) == 0) return TRUE;
  }
  return FALSE;
}

static gboolean came_to_keeper(const Report *report)
{
  for (guint i = 0; i < report->addressed->len; i++)
    if (is_keeper(report->addressed->pdata[i])) return TRUE;
  return FALSE;
}

/* Does it speak of a virus in mail to the reader? The shown sender decides, where one is shown. */
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

/* A bounce in a bounce: what a list or a postmaster could not take apart, and passes on without words of failure of its
 * own. A gateway that returns another server's report tells of the failure itself. */
static gboolean is_bounce_in_bounce(const Report *report, const Gathered *gathered)
{
  if (!gathered->report_inside) return FALSE;
  return came_to_keeper(report) || (!gathered->status_part && gathered->said.heaviest[PHRASE_FAILURE] < 3);
}

/* Words that only such a notice has. A reporter may repeat the original's subject behind words of failure, so that the
 * subject counts where it begins with them or says nothing of failure. */
static gboolean is_worded(const Gathered *gathered)
{
  guint signs = gathered->head.signs;
  const PhraseScore *subject = &gathered->head.subject;
  gboolean counts = signs & HEAD_NOTICE || phrases_failing(subject) == 0;
  guint weight = counts ? subject->heaviest[PHRASE_NOTICE] : 0;
  if (weight >= 5) return TRUE;
  if (gathered->status->read || signs & (HEAD_FAILED_RECIPIENTS | HEAD_NDR)) return FALSE;
  if (weight >= 4) return TRUE;
  return gathered->said.heaviest[PHRASE_NOTICE] >= 4 && !gathered->blocks->header && !gathered->returned;
}

gboolean notice_is(const Report *report, const Gathered *gathered, ReportKind kind)
{
  if (gathered->head.signs & (HEAD_COPY | HEAD_NOTIFICATION)) return TRUE;
  gboolean virus = kind == REPORT_VIRUS_NOTICE || speaks_of_virus(gathered);
  if (virus && !gathered->status->read && is_infected_for_reader(report, gathered)) return TRUE;
  return is_keepers_copy(report) || is_bounce_in_bounce(report, gathered) || is_worded(gathered);
}
