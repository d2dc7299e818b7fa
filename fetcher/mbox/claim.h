/* claim.h - what Content-Length fields say of a message's end; for lines.c alone.
 *
 * The field is in no RFC: it came with System V's mail, counts the octets of the body, and is written today by Dovecot,
 * mutt and others, without the empty line that ends the message in its file. A stranger may send it as well. */
#pragma once
#include "fetcher/mbox/lines.h"

/* A new message begins. */
void mbox_claim_init(MboxLines *lines);
/* Takes a line of its header. */
void mbox_claim_take(MboxLines *lines, const char *line, gsize length);
/* The header has ended, and the body begins at this place, counted from where reading began: looks at what stands where
 * the claims end, and sets lines->until. */
void mbox_claim_weigh(MboxLines *lines, guint64 body);
/* What has come of them. */
MboxClaim mbox_claim_told(const MboxLines *lines);
