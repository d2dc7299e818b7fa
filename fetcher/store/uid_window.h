/* uid_window.h - walks through a folder's UIDs in ranges that return a limited number of messages, even if many UIDs
 * are missing. */
#pragma once
#include <glib.h>

typedef struct {
  guint64 next, end, width; /* next range begins at `next`; `end` is the first UID beyond the folder */
  guint target;             /* rows a range should return */
} UidWindow;

/* Rows that a caller keeps of one range: past that it forgets them and says so. */
#define UID_WINDOW_MOST(target) (4 * (target))

/* from: first UID to look at; uidnext: the folder's UIDNEXT (RFC 3501, 2.3.1.1). */
void uid_window_init(UidWindow *window, guint32 from, guint32 uidnext, guint target);
/* The next range, inclusive; FALSE at the end. */
gboolean uid_window_get(const UidWindow *window, guint32 *from, guint32 *to);
/* The range returned `rows` messages. TRUE: goes on to the next range, with a better width. FALSE: there were more
 * than UID_WINDOW_MOST; the range is narrower now, and must be asked for again. */
gboolean uid_window_done(UidWindow *window, guint rows);
