/* uid_window.c - ranges of UIDs that return a limited number of messages.
 * Owns:     the width of a range.
 * Must not: talk to anybody.
 * Fails:    never.
 * Tests:    tests/fetcher/store/test_uid_window.c */
#include "fetcher/store/uid_window.h"

void uid_window_init(UidWindow *window, guint32 from, guint32 uidnext, guint target)
{
  *window = (UidWindow){ .next = MAX(from, 1), .end = uidnext, .width = 2 * target, .target = target };
}

gboolean uid_window_get(const UidWindow *window, guint32 *from, guint32 *to)
{
  if (window->next >= window->end) return FALSE;
  *from = (guint32)window->next;
  *to = (guint32)(MIN(window->next + window->width, window->end) - 1);
  return TRUE;
}

gboolean uid_window_done(UidWindow *window, guint rows)
{
  if (rows > UID_WINDOW_MOST(window->target) && window->width > 1) {
    window->width = MAX(window->width / 4, 1);
    return FALSE;
  }
  window->next = MIN(window->next + window->width, window->end);
  if (rows > window->target)
    window->width = MAX(window->width / 2, 1);
  else if (rows < window->target / 4)
    window->width = MIN(window->width * 2, (guint64)1 << 32);
  return TRUE;
}
