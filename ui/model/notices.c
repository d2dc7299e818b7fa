/* notices.c - which notifications there are, and when
 * Owns:     the rules of notifications, and their words.
 * Must not: know GTK or D-Bus; name a sender, a recipient or a subject.
 * Fails:    never.
 * Tests:    tests/ui/model/test_settings.c */
#include "ui/model/notices.h"
#include "ui/common/hand_words.h"
#include <glib/gi18n.h>
#include <string.h>

#define WAVE_AGAIN ((gint64)12 * 3600)
#define ALARM_AGAIN ((gint64)24 * 3600)

void notice_free(Notice *notice)
{
  if (notice == NULL) return;
  g_free(notice->title);
  g_free(notice->body);
  g_free(notice);
}

static void add(GPtrArray *notices, Notice notice) { g_ptr_array_add(notices, g_memdup2(&notice, sizeof notice)); }

static void add_digest(GPtrArray *notices, const DigestNews *counts)
{
  guint unsure = counts->unsure;
  g_autofree char *rest = g_strdup_printf(ngettext("%u of them is unsure.", "%u of them are unsure.", unsure), unsure);
  add(notices, (Notice){ .id = "digest",
                         .title = g_strdup_printf(
                             ngettext("%u new report waits for you", "%u new reports wait for you", counts->fresh),
                             counts->fresh),
                         .body = g_strdup(unsure > 0 ? rest : _("They answer mail that you did not send.")),
                         .action = "app.review",
                         .button = _("Review") });
}

static void add_genuine(GPtrArray *notices, guint genuine)
{
  add(notices, (Notice){ .id = "genuine",
                         .title = g_strdup_printf(ngettext("%u message of yours was not delivered",
                                                           "%u messages of yours were not delivered", genuine),
                                                  genuine),
                         .body = g_strdup(_("The report is in your inbox.")),
                         .action = "app.genuine",
                         .button = _("Show") });
}

static void add_wave(GPtrArray *notices, guint today)
{
  add(notices, (Notice){ .id = "wave",
                         .title = g_strdup(_("A wave of backscatter")),
                         .body = g_strdup_printf(
                             _("%u today. Somebody forges your address; Backstop takes care of the answers."), today),
                         .action = "app.statistics",
                         .button = _("Statistics") });
}

static void add_alarm(GPtrArray *notices, guint genuine)
{
  add(notices, (Notice){ .id = "alarm",
                         .title = g_strdup(_("Is somebody sending with your account?")),
                         .body = g_strdup_printf(_("%u bounces in a day answer mail that was really sent from it. If "
                                                   "that was not you, change its password."),
                                                 genuine),
                         .action = "app.alarm",
                         .button = _("Look"),
                         .urgent = TRUE });
}

/* The same in another way: mail that left through the account and is in no Sent folder. */
static void add_insiders(GPtrArray *notices, const Insiders *insiders)
{
  add(notices, (Notice){ .id = "alarm",
                         .title = g_strdup(_("Is somebody sending with your account?")),
                         .body = hand_words_alarm(insiders),
                         .action = "app.review",
                         .button = _("Look"),
                         .urgent = TRUE });
}

/* The later one of two marks: what was too fresh at an earlier one may have been judged since. */
static const BrowseMark *later(const BrowseMark *a, const BrowseMark *b)
{
  if (a->id != b->id) return a->id > b->id ? a : b;
  return strlen(a->waited) < strlen(b->waited) ? a : b;
}

gboolean digest_news(Ledger *ledger, const Memory *memory, DigestNews *news, GError **error)
{
  BrowseCounts fresh, genuine;
  if (!browse_counts(ledger, NULL, later(&memory->looked, &memory->notified), &fresh, error)
      || !browse_counts(ledger, NULL, &memory->genuine, &genuine, error))
    return FALSE;
  *news = (DigestNews){ fresh.mark, fresh.fresh, fresh.fresh_unsure, genuine.genuine };
  return TRUE;
}

/* Counts as told what was there before the program was first used, and what the owner sees now. */
static void skip_old(Memory *memory, const BrowseMark *mark, NotificationMode mode, gboolean seen)
{
  gboolean first = memory->notified.id == 0 && memory->looked.id == 0;
  if (first || seen || mode == NOTIFICATIONS_OFF) memory->notified = *mark;
  if (first || mode != NOTIFICATIONS_EACH) memory->genuine = *mark;
}

static void decide_rates(GPtrArray *notices, const Overview *overview, gint64 now, Memory *memory, gint64 *last)
{
  const gboolean alarm = overview->alarm || overview->insiders.alarm;
  if (alarm && now - memory->alarmed >= ALARM_AGAIN) {
    if (overview->insiders.alarm)
      add_insiders(notices, &overview->insiders);
    else
      add_alarm(notices, overview->genuine_today);
    memory->alarmed = now;
  }
  if (overview->wave && now - memory->waved >= WAVE_AGAIN) {
    add_wave(notices, overview->today);
    memory->waved = now;
    *last = now; /* the notice of the wave replaces the digest */
  }
}

GPtrArray *digest_decide(const Overview *overview, const DigestNews *news, NotificationMode mode, gboolean seen,
                         gint64 now, Memory *memory, gint64 *last, gboolean *changed)
{
  GPtrArray *notices = g_ptr_array_new_with_free_func((GDestroyNotify)notice_free);
  const Memory before = *memory;
  skip_old(memory, &news->mark, mode, seen);
  if (mode != NOTIFICATIONS_OFF) decide_rates(notices, overview, now, memory, last);
  if (!browse_mark_same(&news->mark, &memory->genuine)) {
    if (news->genuine > 0) add_genuine(notices, news->genuine);
    memory->genuine = news->mark;
  }
  gboolean due = *last == 0 || now - *last >= DIGEST_EVERY || now < *last;
  if (!browse_mark_same(&news->mark, &memory->notified) && (news->fresh == 0 || due)) {
    if (news->fresh > 0) {
      add_digest(notices, news);
      *last = now;
    }
    memory->notified = news->mark;
  }
  *changed = !browse_mark_same(&memory->notified, &before.notified)
             || !browse_mark_same(&memory->genuine, &before.genuine) || memory->waved != before.waved
             || memory->alarmed != before.alarmed;
  return notices;
}
