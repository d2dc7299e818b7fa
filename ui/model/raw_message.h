/* raw_message.h - the message itself, where this computer holds it. */
#pragma once
#include "ledger/journal.h"

/* The first bytes of the message. NULL: *why becomes one sentence for people that says where the message can be read.
 * No server is asked. The caller owns both. */
GBytes *raw_read(const Entry *entry, char **why);
