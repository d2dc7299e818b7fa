/* facts_fit.c - which sent message has the recipient, sender, subject and time of an original.
 * Owns:     how far dates may lie apart, what "answered under its own id" means, and which subjects are alike.
 * Must not: write; judge.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_facts.c */
#include "filter/normalise.h"
#include "ledger/ask.h"
#include <string.h>

#define DATES_APART ((gint64)36 * 3600) /* a relay may date a message anew, a mail program may use a wrong zone */
#define FITS_TRIED 50                   /* messages of one subject to one address */
#define ANSWERS_TRIED 50
#define ALIKE_TRIED 10       /* recipients */
#define ALIKE_LEAST 5        /* bytes; a shorter subject says nothing */
#define RECIPIENTS_TRIED 100 /* of the report, and as many of the original */

/* Did an earlier report about one of these recipients show the sent message's own id? Then the message kept its id on
 * the way to these recipients. On the way to others, its id may have been rewritten. */
static gboolean was_answered(const Ask *ask, gint64 sent, gboolean *answered, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ask->ledger, error,
                 "SELECT recipients FROM entry WHERE matched = ? AND matched_by = 'id' LIMIT ?", "id", sent,
                 ANSWERS_TRIED))
    return FALSE;
  while (!*answered && rows_next(&rows, error)) {
    g_auto(GStrv) recipients = g_strsplit(row_text(&rows, 0), "\n", -1);
    for (char **recipient = recipients; *recipient != NULL; recipient++)
      if (**recipient != '\0' && list_has(ask->report->recipients, *recipient)) *answered = TRUE;
  }
  return !rows.failed;
}

/* Is this hash of a From that of a sender whom the original shows? TRUE also where either of them is unknown. */
static gboolean sender_fits(const Report *report, gint64 sender)
{
  const GPtrArray *shown = report->original.senders;
  for (guint i = 0; i < shown->len; i++)
    if (db_hash(g_ptr_array_index(shown, i)) == sender) return TRUE;
  return sender == 0 || shown->len == 0;
}

/* The message that is looked for. */
typedef struct {
  gint64 from, to, subject, whole_subject;
  gboolean foreign; /* the original shows ids, and the ledger knows none of them */
} Fit;

/* Looks among the messages to this address with that subject at that time. *sent becomes a message that was not
 * answered under its own id, *answered a message that was; 0 where there is none. */
static gboolean find_fitting(const Ask *ask, const Fit *fit, const char *address, gint64 *sent, gint64 *answered,
                             GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ask->ledger, error,
                 "SELECT sent, coalesce(sender, 0) FROM sent_to CROSS JOIN sent ON sent.id = sent WHERE "
                 "address = ?"
                 " AND sent_to.date BETWEEN ? AND ? AND sent_to.subject IN (?, ?) ORDER BY sent_to.date DESC LIMIT ?",
                 "iiiiid", db_hash(address), fit->from, fit->to, fit->subject, fit->whole_subject, FITS_TRIED))
    return FALSE;
  while (*sent == 0 && rows_next(&rows, error)) {
    gboolean was = FALSE;
    gint64 row = row_int(&rows, 0);
    if (!sender_fits(ask->report, row_int(&rows, 1))) continue;
    if (fit->foreign && !was_answered(ask, row, &was, error)) return FALSE;
    *(was ? answered : sent) = row;
  }
  return !rows.failed;
}

/* The addresses that a report is about: the failed recipients, and the recipients that the original shows, since a
 * server may know a recipient by another name than the sender does. */
static GPtrArray *whom(const Report *report)
{
  GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
  const GPtrArray *const lists[] = { report->recipients, report->original.recipients };
  for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
    for (guint k = 0; k < lists[i]->len; k++) list_add(all, g_ptr_array_index(lists[i], k), RECIPIENTS_TRIED * (i + 1));
  return all;
}

/* Sets the time to look in: around the Date that the original shows, however long ago; without a Date, the window
 * before the report. */
static void set_time(const Ask *ask, Fit *fit)
{
  gint64 date = ask_original_date(ask);
  fit->from = date != 0 ? date - DATES_APART : ask->written - ASK_WINDOW;
  fit->to = date != 0 ? MIN(date + DATES_APART, ask->came + ASK_DAY) : ask->came + ASK_DAY;
}

/* Is the shown subject like the sent subject? It may be the sent subject with a tag before it, as gateways write; or
 * the beginning of the sent subject, with or without such a tag, where its end was cut off. */
static gboolean subjects_alike(const char *shown, const char *sent)
{
  g_autofree char *a = subject_normalise(shown), *b = subject_normalise(sent);
  const char *word = strchr(a, ' ');
  if (strlen(b) >= ALIKE_LEAST && strstr(a, b) != NULL) return TRUE;
  return (strlen(a) >= ALIKE_LEAST && g_str_has_prefix(b, a))
         || (word != NULL && strlen(word + 1) >= ALIKE_LEAST && g_str_has_prefix(b, word + 1));
}

/* Finds a message to this address at that time whose subject is like the shown subject. */
static gboolean find_alike(const Ask *ask, const Fit *fit, const char *address, gint64 *sent, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ask->ledger, error,
                 "SELECT sent, coalesce(sender, 0), sent.subject FROM sent_to CROSS JOIN sent ON sent.id = sent WHERE "
                 "address = ? AND sent_to.date BETWEEN ? AND ? AND sent.subject NOT NULL ORDER BY sent_to.date DESC "
                 "LIMIT ?",
                 "iiid", db_hash(address), fit->from, fit->to, FITS_TRIED))
    return FALSE;
  while (*sent == 0 && rows_next(&rows, error))
    if (sender_fits(ask->report, row_int(&rows, 1))
        && subjects_alike(ask->report->original.subject, row_text(&rows, 2)))
      *sent = row_int(&rows, 0);
  return !rows.failed;
}

/* Takes a message with this very subject, at that time, to this address, if the address differs from the failed one by
 * a letter or two. */
static gboolean try_near(const Ask *ask, const Fit *fit, gint64 address, const char *failed, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ask->ledger, error,
                 "SELECT sent, coalesce(sender, 0), text FROM sent_to CROSS JOIN sent ON sent.id = sent CROSS JOIN "
                 "address ON hash = address WHERE address = ? AND sent_to.date BETWEEN ? AND ? AND sent_to.subject IN "
                 "(?, ?) LIMIT ?",
                 "iiiiid", address, fit->from, fit->to, fit->subject, fit->whole_subject, FITS_TRIED))
    return FALSE;
  while (rows_next(&rows, error))
    if (sender_fits(ask->report, row_int(&rows, 1)) && locals_near(failed, row_text(&rows, 2))) {
      ask->facts->alike_again = TRUE;
      return ask_found(ask, row_text(&rows, 2), row_int(&rows, 0), &ask->facts->alike, error);
    }
  return !rows.failed;
}

/* Finds such a message to anybody at the domain. The owner who mistyped an address sends the letter again to the right
 * one, and may have deleted the copy of the first. */
static gboolean find_again(const Ask *ask, const Fit *fit, const char *failed, const char *domain, GError **error)
{
  g_autoptr(GArray) near = g_array_new(FALSE, FALSE, sizeof(gint64));
  if (!sent_domain_ask(ask->ledger, domain, fit->from, fit->to, fit->to, near, error)) return FALSE;
  for (guint i = 0; i < near->len && ask->facts->alike.shown == NULL; i++)
    if (!try_near(ask, fit, g_array_index(near, gint64, i), failed, error)) return FALSE;
  return TRUE;
}

static gboolean ask_again(const Ask *ask, const Fit *fit, GError **error)
{
  const GPtrArray *recipients = ask->report->recipients;
  g_autofree char *compared = subject_normalise(ask->report->original.subject);
  if (strlen(compared) < ALIKE_LEAST) return TRUE;
  for (guint i = 0; i < MIN(recipients->len, ALIKE_TRIED) && ask->facts->alike.shown == NULL; i++) {
    const char *failed = g_ptr_array_index(recipients, i), *domain = address_domain(failed);
    if (domain != NULL && !find_again(ask, fit, failed, domain, error)) return FALSE;
  }
  return TRUE;
}

/* Asks for alike subjects, and only where the original shows an unknown id and a Date. For an original without an id,
 * other rules need less than this to leave the report in sight. */
static gboolean ask_alike(const Ask *ask, const Fit *fit, const GPtrArray *addresses, GError **error)
{
  if (!fit->foreign || ask_original_date(ask) == 0) return TRUE;
  for (guint i = 0; i < MIN(addresses->len, ALIKE_TRIED); i++) {
    const char *address = g_ptr_array_index(addresses, i);
    gint64 sent = 0;
    if (!find_alike(ask, fit, address, &sent, error)) return FALSE;
    if (sent != 0) return ask_found(ask, address, sent, &ask->facts->alike, error);
  }
  return ask_again(ask, fit, error);
}

gboolean ask_fit(const Ask *ask, GError **error)
{
  Facts *facts = ask->facts;
  Fit fit = { .foreign = ask->report->original.message_ids->len > 0 && facts->id.shown == NULL };
  gint64 answered = 0;
  const char *about = NULL;
  if (!subject_hashes(ask->report->original.subject, &fit.subject, &fit.whole_subject)) return TRUE;
  set_time(ask, &fit);
  g_autoptr(GPtrArray) addresses = whom(ask->report);
  for (guint i = 0; i < addresses->len; i++) {
    const char *address = g_ptr_array_index(addresses, i);
    gint64 sent = 0, before = answered;
    if (!find_fitting(ask, &fit, address, &sent, &answered, error)) return FALSE;
    if (sent != 0) return ask_found(ask, address, sent, &facts->fit, error);
    if (answered != before && about == NULL) about = address;
  }
  facts->fit_answered = about != NULL;
  if (about == NULL) return ask_alike(ask, &fit, addresses, error);
  return ask_found(ask, about, answered, &facts->fit, error);
}
