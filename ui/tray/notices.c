/* notices.c - notifications, by GNotification
 * Owns:     when they are sent and withdrawn.
 * Must not: put words of a mail into a notification.
 * Fails:    never; a desktop without notifications shows none.
 * Tests:    tests/ui/tray/test_notices.py */
#include "ui/tray/notices.h"
#include "ui/model/notices.h"

struct Notices {
  Desk *desk;
  GApplication *application;
  gboolean (*seen)(gpointer data);
  gpointer data;
  gint64 last;
  guint later; /* a timer, for when the next digest is due */
};

static void send(Notices *notices, const Notice *notice)
{
  g_autoptr(GNotification) notification = g_notification_new(notice->title);
  g_notification_set_body(notification, notice->body);
  g_notification_set_default_action(notification, notice->action);
  g_notification_add_button(notification, notice->button, notice->action);
  g_notification_set_priority(notification,
                              notice->urgent ? G_NOTIFICATION_PRIORITY_URGENT : G_NOTIFICATION_PRIORITY_NORMAL);
  g_application_send_notification(notices->application, notice->id, notification);
}

static void look(Notices *notices);

static gboolean on_later(gpointer data)
{
  Notices *notices = data;
  notices->later = 0;
  look(notices);
  return G_SOURCE_REMOVE;
}

static void look(Notices *notices)
{
  Desk *desk = notices->desk;
  DigestNews news;
  gboolean changed, old;
  if (!desk->overview.there) return;
  const BrowseMark *mark = &desk->overview.counts.mark;
  old = browse_mark_same(mark, &desk->memory.notified) && browse_mark_same(mark, &desk->memory.genuine)
        && !desk->overview.alarm && !desk->overview.insiders.alarm && !desk->overview.wave;
  if (old || !digest_news(desk->ledger, &desk->memory, &news, NULL)) return;
  g_autoptr(GPtrArray) list =
      digest_decide(&desk->overview, &news, desk->notifications, notices->seen(notices->data),
                    g_get_real_time() / G_USEC_PER_SEC, &desk->memory, &notices->last, &changed);
  for (guint i = 0; i < list->len; i++) send(notices, list->pdata[i]);
  if (changed) memory_save(&desk->memory, desk->data_dir);
  if (!browse_mark_same(&desk->memory.notified, &news.mark) && notices->later == 0)
    notices->later = g_timeout_add_seconds(DIGEST_EVERY, on_later, notices);
}

static void on_desk(gpointer data)
{
  Notices *notices = data;
  if (notices->desk->overview.there && notices->desk->overview.counts.fresh == 0)
    g_application_withdraw_notification(notices->application, "digest");
  look(notices);
}

Notices *notices_new(Desk *desk, GApplication *application, gboolean (*seen)(gpointer data), gpointer data)
{
  Notices *notices = g_new0(Notices, 1);
  *notices = (Notices){ .desk = desk, .application = application, .seen = seen, .data = data };
  desk_watch(desk, on_desk, notices);
  look(notices);
  return notices;
}

void notices_free(Notices *notices)
{
  if (notices == NULL) return;
  desk_unwatch(notices->desk, notices);
  if (notices->later != 0) g_source_remove(notices->later);
  g_free(notices);
}
