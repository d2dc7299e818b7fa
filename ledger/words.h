/* words.h - which words stand in mail that the owner wants, and in mail that he does not: learned from what he restores
 * (wanted), deletes (unwanted) and sends (wanted; its subjects), and from nothing else. A stranger can choose the
 * words, never what is done with them. */
#pragma once
#include "ledger/ledger.h"

#define WORDS_KEPT_MOST 50000 /* different words; the rarest go */
#define WORDS_SENT_MOST 5000  /* sent messages that are looked back at when learning begins */
#define WORDS_ENTRY_DAYS 100  /* an entry's words are kept so long, so that what was learned can be taken back */

/* Learns from what was restored, deleted or sent since, and takes back what an undone command taught; a few hundred
 * messages at once, in one transaction. Each message is learned once, and of several with the same words one. *further:
 * there is more, call again. Writes nothing where there is nothing to learn. now: Unix seconds. */
gboolean words_learn(Ledger *ledger, gint64 now, gboolean *further, GError **error);
