/* candidate.h - a message that may be a report, on its way to a verdict. */
#pragma once
#include "fetcher/pass/run.h"

/* A candidate: what the scan saw of it, then what was read of it. */
typedef struct {
  guint32 uid;
  guint64 size;
  gint64 stored;     /* INTERNALDATE */
  gboolean marked;   /* it carries $Backscatter */
  gboolean released; /* it carries $NotBackscatter: one of the owner's machines has restored it */
  gboolean prized;   /* flagged or answered: it is never moved */
  gboolean spared;   /* it is like one that the owner dealt with (spare.h): recorded, and left alone */
  gint64 like;       /* that entry; 0: not in this ledger */
  gint64 prior;      /* the entry that is judged again; 0 for a new message */
  gint64 waited;     /* how long that entry had to wait, seconds */
  gint64 since;      /* when that entry was judged, Unix seconds: 0 for a new message */
  gboolean claimed;  /* that entry is (Entry.claimed) */
  gint64 due;        /* when that entry is due, 0: never */
  Fingerprint fingerprint;
  Report *report; /* NULL until read */
  gboolean judged;
} Candidate;
Candidate *candidate_new(guint32 uid, guint64 size, gint64 stored);
void candidate_free(Candidate *candidate);
