/* dkim_rig.h - signing mail with keys of the test's own. */
#pragma once
#include "filter/dkim.h"

typedef struct RigKey RigKey;
/* Makes a key; bits: of RSA. The same seed makes the same key. */
RigKey *rig_key_new(DkimAlgorithm algorithm, guint bits, guint seed);
void rig_key_free(RigKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigKey, rig_key_free)
/* Its record, as DNS has it; bare: the key without its wrapping (RSAPublicKey). The caller frees. */
char *rig_key_record(const RigKey *key, gboolean bare);

/* The header (lines, no empty line at the end) with a signature on top of it. tags: all but v, a, bh and b, as "d=a.b;
 * s=c; h=from:to". The caller frees. */
char *rig_sign(const RigKey *key, const char *tags, const char *header);

#define RIG_HOSTILE 5
/* The costliest headers, of so many kinds: as many fields, signatures and signed names as are read, and one more byte
 * than that. The caller frees. */
GString *rig_hostile_header(guint kind);
