/* hash.h - how the ledger knows texts and messages that it does not keep: by SHA-256 (FIPS 180-4). */
#pragma once
#include <glib.h>

#define HASH_BYTES 32

/* The first 64 bits, the highest first: how ids, addresses and subjects are looked up. */
gint64 db_hash(const char *text);
void hash_bytes(const void *data, gsize length, guint8 digest[HASH_BYTES]);
