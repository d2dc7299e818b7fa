/* candidate.c - a message that may be a report, on its way to a verdict
 * Owns:     the record of such a message.
 * Must not: read or judge it.
 * Fails:    never.
 * Tests:    tests/fetcher/pass/test_pass.c */
#include "fetcher/pass/candidate.h"

Candidate *candidate_new(guint32 uid, guint64 size, gint64 stored)
{
  Candidate *candidate = g_new0(Candidate, 1);
  candidate->uid = uid;
  candidate->size = size;
  candidate->stored = stored;
  return candidate;
}

void candidate_free(Candidate *candidate)
{
  fingerprint_clear(&candidate->fingerprint);
  if (candidate->report != NULL) report_free(candidate->report);
  g_free(candidate);
}
