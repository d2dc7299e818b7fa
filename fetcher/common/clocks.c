/* clocks.c - what a process knows of this computer's clock.
 * Owns:     the earliest and the latest start of the computer, by the clocks that noted this process's marks and gaps.
 * Must not: decide what a gap is.
 * Fails:    never.
 * Tests:    tests/fetcher/pass/test_reconcile.c */
#include "fetcher/common/clocks.h"
#include <time.h>

static gint64 wall_now(void) { return g_get_real_time() / G_USEC_PER_SEC; }

static gint64 boot_now(void)
{
  struct timespec now = { 0 };
  clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec;
}

static struct {
  gint64 (*wall)(void), (*boot)(void);
  gboolean known;
  gboolean through; /* a look at every folder went through: gaps of former processes have grown as they must */
  gint64 low, high; /* all the starts of the computer that marks and gaps of this process may go by */
} clocks = { wall_now, boot_now };

void clocks_replace(gint64 (*wall)(void), gint64 (*boot)(void))
{
  clocks.wall = wall != NULL ? wall : wall_now;
  clocks.boot = boot != NULL ? boot : boot_now;
  clocks.known = clocks.through = FALSE;
}

ClockLook clocks_look(void)
{
  ClockLook look = { .began = clocks.wall(), .first = !clocks.through };
  look.started = look.began - clocks.boot();
  if (!clocks.known) clocks.low = clocks.high = look.started;
  clocks.known = TRUE;
  clocks.low = MIN(clocks.low, look.started);
  clocks.high = MAX(clocks.high, look.started);
  look.set = clocks.high - clocks.low > CLOCK_STEP;
  if (look.set) look.behind = look.started - clocks.low;
  if (look.set) look.ahead = clocks.high - look.started;
  return look;
}

void clocks_looked(const ClockLook *look)
{
  clocks.through = TRUE;
  if (look->set) clocks.low = clocks.high = look->started;
}
