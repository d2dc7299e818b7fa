/* shown.h - text of mail as a window may show it: plain, with all that hides or misleads made visible. */
#pragma once
#include <glib.h>

/* One line. Controls, direction marks and other invisible characters become their number (⟨U+202E⟩), bytes that are no
 * UTF-8 become �. Cut after so many characters, and then ends with … NULL gives NULL. The caller frees. */
char *shown_line(const char *text, gsize characters);

/* Any bytes as lines: LF and CR LF end one, a tab is four spaces, all else as above. A line is cut after SHOWN_WIDTH
 * characters and says how many follow, the text after SHOWN_LINES lines. The caller frees. */
#define SHOWN_WIDTH 1000
#define SHOWN_LINES 4000
char *shown_text(const char *bytes, gsize length);

/* A local time: "12:04", "yesterday, 12:04", "3 March 2019, 12:04"; "never" for 0. The caller frees. */
char *shown_time(gint64 seconds);
/* "3 March 2019". The caller frees. */
char *shown_day(gint64 seconds);
/* For a column: "2019-03-03 12:04". The caller frees. */
char *shown_stamp(gint64 seconds);
