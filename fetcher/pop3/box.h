/* box.h - a POP3 maildrop as a box (box/box.h), named INBOX. Nothing can be put into it, and removals happen when the
 * session ends. The unique-id (UIDL) names a message. Where there is none, or several messages have the same, header
 * and size name it, which costs a TOP for each such message. Mail is read with TOP, so that the server does not mark
 * the message as read; RETR is used only where there is no TOP or TOP may have added a line, and for fetch(). A
 * message that does not have the size that the server listed is taken only if it comes twice alike. commit() waits
 * where the server wants time between two sign-ins. */
#pragma once
#include "fetcher/box/box.h"
#include "fetcher/pop3/link.h"

/* Connects and signs in; errors as pop3_link_open(). account: borrowed for the box's life. secret: copied for commit(),
 * wiped with the box. After LINK, AUTH or FATAL from a slot only box_free() may be called. */
Box *pop3_box_new(const AccountConfig *account, const char *secret, GError **error);
/* The session; borrowed until commit(). NULL after a commit() that failed. Do not call pop3_link_list() with it: that
 * call frees the rows of the box. */
Pop3Link *pop3_box_link(Box *box);
/* All rows of the last list(), also those that became no items: GArray of Pop3Row; borrowed until the next list(). */
const GArray *pop3_box_rows(const Box *box);
/* The row that this item was made from; borrowed until the next list(). Its size is what LIST said. */
const Pop3Row *pop3_box_row(const Box *box, guint item);
