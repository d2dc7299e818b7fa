/* complete.h - was all of a Sent folder read? What came is compared with what the server says is there.
 *
 * Begin, one call for each message in the order of UIDs, end. In between, sent_read() (sent.h) notes what was taken so
 * far together with the messages, so that a reading that is cut off goes on later. Gaps come of
 * - numbers that were missing before the folder was read for the first time: from the Date of the message below to that
 *   of the one above;
 * - numbers that were given and are missing since: from the last look to this one;
 * - messages that are there and did not come. */
#pragma once
#include "ledger/ledger.h"

typedef enum {
  READING_FIRST, /* the folder was never read to its end */
  READING_ON,    /* what has come since the last look */
  READING_AGAIN  /* from the start, after the folder was numbered anew: missing numbers may have been read before */
} ReadingKind;

/* One reading of a Sent folder, from a UID to its end. */
typedef struct {
  char *account, *folder;
  ReadingKind kind;
  gboolean whole;    /* it begins with the folder's first message, and nothing was noted yet */
  gint64 since, now; /* Unix seconds: the last look (0: none), this one */
  guint32 next;      /* the UID that comes next where none is missing */
  gint64 below;      /* Date of the message read last; 0: none was read */
  /* Since sent_read() noted it last. */
  guint came;        /* messages */
  guint before_hole; /* of them, how many came after missing numbers */
  guint64 lost;      /* missing numbers */
  GArray *holes;     /* Dates below and above missing numbers */
  /* For the caller to fill in. */
  guint elsewhere; /* messages that lay here unread and were found in another Sent folder: so many numbers are not lost
                    */
  guint late;      /* messages that were found under numbers that had been missing when they were read */
} Reading;
/* from: the UID it begins with. */
void reading_begin(Reading *reading, const char *account, const char *folder, ReadingKind kind, guint32 from,
                   gint64 since, gint64 now);
void reading_clear(Reading *reading);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reading, reading_clear)
/* A message came. date: when it was sent or stored, Unix seconds; 0 unknown. */
void reading_take(Reading *reading, guint32 uid, gint64 date);

/* *missing: how many messages are there, as the server says (EXISTS, RFC 3501, 7.3.1), and did not come so far: what
 * was there at the last reading, and what came, are fewer. */
gboolean reading_missing(Ledger *ledger, const Reading *reading, guint exists, guint *missing, GError **error);
/* All came that would. next: UIDNEXT; exists: EXISTS. Notes gaps, and what is learned of the server (see
 * reading_skips()). Call it before the mark is set. */
gboolean reading_end(Ledger *ledger, Reading *reading, guint32 next, guint exists, GError **error);

/* *held: how many messages the folder held when it was read last; -1: not known. */
gboolean reading_held(Ledger *ledger, const char *account, const char *folder, gint64 *held, GError **error);

/* *skips: more than one in ten messages came after missing numbers, in ten places or more. So the server skips numbers,
 * and one that is missing is no message that was removed. */
gboolean reading_skips(Ledger *ledger, const char *account, const char *folder, gboolean *skips, GError **error);
