/* box_read.h - messages of a POP3 maildrop as a box gives them (box.h), whole or in part. */
#pragma once
#include "fetcher/box/box.h"
#include "fetcher/pop3/link.h"

/* The header, or the first `limit` bytes, of n messages, as BoxClass.read(): callback gets names[i] for rows[i].
 * MESSAGE when the server refuses one. */
gboolean pop3_read_parts(Pop3Link *link, const Pop3Row *const *rows, const guint *names, guint n, BoxPart part,
                         gsize limit, BoxCallback callback, gpointer data, GError **error);
/* Writes the whole message to fd, an empty file. Where it has another number of octets than LIST said, it is fetched
 * twice and compared. MESSAGE when the server refuses the message, sends less than half of what LIST said, or not twice
 * the same; MAILBOX when the file cannot be written. */
gboolean pop3_read_whole(Pop3Link *link, const Pop3Row *row, int fd, GError **error);
