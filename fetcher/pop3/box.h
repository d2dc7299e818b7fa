/* box.h - a POP3 maildrop as a box (box.h), named INBOX. Nothing can be put into it, and removals happen when the
 * session ends.
 *
 * A message is known by its unique-id (UIDL); where there is none, or several messages share one, by its header and
 * size, which costs a look at every such message (TOP). Mail is looked at with TOP, so that the server does not take it
 * for read; RETR only where there is no TOP, and for fetch(). A message that the server's listing and its sending do
 * not agree about is not whole: it stays on the server. */
#pragma once
#include "fetcher/box/box.h"
#include "fetcher/pop3/link.h"

/* Connects and signs in; errors as pop3_link_open(). account: borrowed for the box's life. secret: copied for commit(),
 * wiped with the box. After LINK, AUTH or FATAL from a slot only box_free() may be called. */
Box *pop3_box_new(const AccountConfig *account, const char *secret, GError **error);
/* The session; borrowed until commit(). NULL after a commit() that failed. To list on it is the box's business: it
 * would take the rows away. */
Pop3Link *pop3_box_link(Box *box);
/* All rows of the last list(), those that are no items among them: GArray of Pop3Row; borrowed until the next. */
const GArray *pop3_box_rows(const Box *box);
/* The row of the last list() that this item is; borrowed until the next. Its size is the item's: as LIST says. */
const Pop3Row *pop3_box_row(const Box *box, guint item);
