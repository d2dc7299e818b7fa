/* clocks.h - was this computer's clock set, while looks at Sent folders were noted by it? What is known is kept for
 * the life of the process, since the clock belongs to the computer and not to a connection. The start of the computer
 * (wall clock less CLOCK_BOOTTIME) stays the same until the clock is set; a clock that is ahead gives a later start. */
#pragma once
#include <glib.h>

/* Seconds. */
/* Seconds by which the clock moved against CLOCK_BOOTTIME: it was set. Less is within what coverage allows. */
#define CLOCK_STEP 60
#define CLOCK_PROVED 600 /* for which a clock went on after a gap was noted: it will hardly be set any more */

/* One look at all Sent folders. Unix seconds, and seconds. */
typedef struct {
  gint64 began, started; /* this look; the computer, by the same clock */
  gint64 behind, ahead;  /* the most that the clock may have been so, when marks and gaps of this process were noted */
  gboolean first;        /* of this process to go through */
  gboolean set;          /* the clock was set since marks and gaps were noted */
} ClockLook;

/* Begins a look at all Sent folders. */
ClockLook clocks_look(void);
/* The look has ended well: every mark was written again, and every gap that an earlier clock noted has grown. */
void clocks_looked(const ClockLook *look);
/* For tests: replaces the computer's clocks (seconds: wall clock, CLOCK_BOOTTIME; NULL: the computer's own) and
 * forgets what was known, as a new process does. */
void clocks_replace(gint64 (*wall)(void), gint64 (*boot)(void));
