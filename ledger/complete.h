/* complete.h - was all of a Sent folder read? What came is compared with what the server says is there.
 *
 * Begin, one call for each message in the order of UIDs, end. What was there and did not come, and numbers that were
 * missing before the first look, become gaps: from the Date of the message below to the Date of the one above. */
#pragma once
#include "ledger/ledger.h"

/* One reading of a Sent folder, from a UID to its end. */
typedef struct {
  char *account, *folder;
  gboolean first;    /* nothing of it was read before */
  guint32 next;      /* the UID that comes next where none is missing */
  gint64 below;      /* Date of the message read last; 0: none was read */
  guint came;        /* messages that came */
  guint before_hole; /* of them, how many came after missing numbers */
  GArray *holes;     /* of the first reading: Dates below and above missing numbers */
} Reading;
/* from: the UID it begins with (1 where first). */
void reading_begin(Reading *reading, const char *account, const char *folder, gboolean first, guint32 from);
void reading_clear(Reading *reading);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reading, reading_clear)
/* A message came. date: when it was sent or stored, Unix seconds; 0 unknown. */
void reading_take(Reading *reading, guint32 uid, gint64 date);

/* All came that would. exists: how many messages the server says are there (EXISTS, RFC 3501, 7.3.1); now: Unix
 * seconds. Notes gaps, and what is learned of the server (see reading_skips()). *missing: messages that are there and
 * did not come: what was there at the last reading, and what came, are fewer than what is there. Call it before the
 * mark is set. */
gboolean reading_end(Ledger *ledger, Reading *reading, guint exists, gint64 now, guint *missing, GError **error);

/* *skips: more than one in ten messages came after missing numbers, in ten places or more. So the server skips numbers,
 * and one that is missing is no message that was removed. */
gboolean reading_skips(Ledger *ledger, const char *account, const char *folder, gboolean *skips, GError **error);
