/* learn.h - what is learned from the headers of ordinary mail, a few messages at a time. */
#pragma once
#include "ledger/ledger.h"

/* Bytes of a message that are read: its header. */
#define LEARN_READ_LIMIT ((gsize)16384)
/* Messages that a pass reads at most, while little is known. */
#define LEARN_AT_ONCE 10

/* *messages: how many ordinary messages of this account should be read now: LEARN_AT_ONCE until enough is known, then
 * one now and then, else 0. now: Unix seconds. */
gboolean learn_wants(Ledger *ledger, const char *account, gint64 now, guint *messages, GError **error);
/* Learns from messages (list of GBytes*, each the beginning of a message as read). All of it is noted, or nothing. */
gboolean learn_from(Ledger *ledger, const char *account, const GPtrArray *messages, gint64 now, GError **error);
