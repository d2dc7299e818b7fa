/* sample.h - a few ordinary messages, read for what is learned of them. */
#pragma once
#include "fetcher/pass/run.h"
#include "ledger/learn.h"

/* The last ordinary messages that a look has seen: the newest tell of the servers as they are now. */
typedef struct {
  guint32 uids[LEARN_AT_ONCE];
  guint seen; /* how many there were: the last is at (seen - 1) % LEARN_AT_ONCE */
} Sample;
void sample_note(Sample *sample, guint32 uid);
/* Adds what a later range of the same folder has seen. */
void sample_add(Sample *sample, const Sample *later);
/* Reads as many of these headers as are wanted now, and learns from them. A message that cannot be read changes
 * nothing. validity: of the folder, when it was looked at. */
gboolean sample_learn(Run *run, const char *folder, guint32 validity, const Sample *sample, GError **error);
