/* clocks.h - what a process knows of this computer's clock: whether it was set while looks at Sent folders were noted
 * by it.
 *
 * It belongs to the computer and outlives a connection, so it is kept for the process. When the computer was started
 * (wall clock less CLOCK_BOOTTIME) stays the same until the clock is set; a clock that was ahead gives a later time. */
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

/* A look begins now. */
ClockLook clocks_look(void);
/* It went through: every mark was written anew, and every gap noted by a former clock has grown. */
void clocks_looked(const ClockLook *look);
/* Puts other clocks (seconds: that of the day, CLOCK_BOOTTIME) in place of the computer's own (NULL) and forgets what
 * was known, as a new process does. For tests. */
void clocks_replace(gint64 (*wall)(void), gint64 (*boot)(void));
