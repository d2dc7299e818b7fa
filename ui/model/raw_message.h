/* raw_message.h - the message itself, where this computer holds it. */
#pragma once
#include "ledger/journal.h"

/* The first bytes of the message; or NULL, and *why becomes one sentence for people that says where it can be read. No
 * server is asked. The caller owns both. */
GBytes *raw_read(const Entry *entry, char **why);
