/* restart.c - when a worker that has ended is started again
 * Owns:     the times: one second, then twice as long each time, up to five minutes.
 * Must not: start anything, read a clock.
 * Fails:    never.
 * Tests:    tests/fetcher/daemon/test_restart.c */
#include "fetcher/daemon/restart.h"

guint restart_after(guint *wait, gint64 ran)
{
  guint now = *wait == 0 || ran > (gint64)RESTART_CALM * G_USEC_PER_SEC ? RESTART_FIRST : *wait;
  *wait = MIN(now * 2, RESTART_MOST);
  return now;
}
