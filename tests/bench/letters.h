/* letters.h - for the benches: the owner's letters, signed, and bounces that return them. */
#pragma once
#include "ledger/ledger.h"
#include "tests/rigs/dkim_rig.h"

#define BENCH_NOW ((gint64)1780000000)
#define BENCH_TAGS "d=example.org; c=relaxed/relaxed; h=from:to:cc:subject:date:message-id:mime-version:in-reply-to; s="

/* The header of letter n of me@example.org, to "bob<n>@far.example", sent n + 1 hours before BENCH_NOW, behind these
 * Received fields. The caller frees. */
char *bench_header(const char *hops, guint n);
/* A bounce with these Received fields that says that `failed` could not be reached, and returns this header. */
GBytes *bench_bounce(const char *hops, const char *header, const char *failed);
/* Lets account home, which lists me@example.org, learn who signs: letters 1 to `sightings` are in Sent, and came back
 * as copies signed with this key under the selector "two"; its record is known since BENCH_NOW. */
gboolean bench_learn(Ledger *ledger, const RigKey *key, guint sightings, GError **error);
