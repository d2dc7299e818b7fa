/* hand_words.h - sentences about who hands mail in, and about mail that left through the account and is not in Sent, for
 * the command line and the window. In the language of the program's text domain. */
#pragma once
#include "ledger/insider.h"
#include "ledger/own_server.h"

/* How many such reports came within 30 days; NULL: none. The caller frees, as for the others. */
char *hand_words_insiders(const Insiders *insiders);
/* That somebody else may be sending with the account, and what to do; NULL: no alarm. */
char *hand_words_alarm(const Insiders *insiders);
/* Which mail server is known as the account's own, or how far it is from that; NULL: nothing was read yet. */
char *hand_words_server(const OwnServer *server);
