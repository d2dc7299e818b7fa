/* restart.h - when a worker that has ended is started again. */
#pragma once
#include <glib.h>

#define RESTART_FIRST 1  /* seconds before the first restart */
#define RESTART_MOST 300 /* seconds, the longest wait */
#define RESTART_CALM 600 /* a worker that ran for longer than so many seconds begins with the first wait again */

/* Seconds to wait before the next start. *wait: the caller keeps it from end to end of one worker, 0 at first. ran:
 * microseconds that the worker ran, 0 when it could not be started. */
guint restart_after(guint *wait, gint64 ran);
