/* signed_rig.h - signed mail of the owner's, and bounces that return it. */
#pragma once
#include "tests/rigs/dkim_rig.h"
#include "tests/rigs/ledger_rig.h"

#define RIG_OWNER "me@example.org"
#define RIG_TAGS(domain) "d=" domain "; s=one; c=relaxed/relaxed; h=from:to:subject:date:message-id"

/* A key of this program's, from rig_make_key() to rig_drop_key(): set-up and end of a group of tests. */
extern RigKey *rig_key;
int rig_make_key(void **state);
int rig_drop_key(void **state);

/* The header of the owner's message number n, sent then (Unix seconds) to `to`: whole, without a signature, and by a
 * relay of its own, so that no relay is learned. The caller frees. */
char *rig_header(guint n, const char *to, gint64 date);
/* Puts message n into Sent. */
void rig_has_sent(Ledger *ledger, guint n, const char *to, gint64 date);
/* What comes of a bounce of mx.far.example that says that `failed` could not be reached, and returns this header. The
 * caller frees. */
Report *rig_bounce(const char *header, const char *failed);
/* The same with these Received fields on top. */
Report *rig_bounce_by(const char *hops, const char *header, const char *failed);
/* What the ledger knows of a report that came at RIG_NOW, as if a stranger had handed it in. The caller frees. */
Facts *rig_facts(Ledger *ledger, const Report *report, const GPtrArray *pending, gint64 entry);
/* Judges a report that came at RIG_NOW, and records it under this UID where uid is not 0; asserts the verdict and the
 * code of the line that decided. Gives the entry's id. */
gint64 rig_judges(Ledger *ledger, const Report *report, guint32 uid, VerdictCode code, const char *decided);
/* Does the verdict on this report hold a line with this code? */
gboolean rig_says(Ledger *ledger, const Report *report, const char *code);
/* A ledger that has learned that `domain` signs the owner's mail with this key since `days` days before RIG_NOW: by
 * bounces of six sent messages (numbers 900 to 905), each to another domain. The caller closes it. */
Ledger *rig_learned(const RigKey *key, const char *domain, gint64 days);
/* A message of the owner's to so many people, each of whose servers returned it: with a signature of example.org, or
 * (bare) without one. */
void rig_always_signed(Ledger *ledger, const RigKey *key, guint messages, guint bare);
/* Lets coverage hold for the last 400 days. Gives the ledger. */
Ledger *rig_covered(Ledger *ledger);
