/* claim.h - what Content-Length fields say of a message's end; for lines.c alone.
 *
 * The field is in no RFC: it came with System V's mail, counts the octets of the body, and is written today by Dovecot,
 * mutt and others, without the empty line that ends the message in its file. A stranger may send it as well. */
#pragma once
#include <glib.h>

#define MBOX_CLAIMS 8 /* Content-Length fields of one message that are compared; with more it is disputed */

/* What the Content-Length fields of a message say of its end. */
typedef enum {
  MBOX_NO_CLAIM,
  MBOX_CLAIM_MET,   /* the message ends there */
  MBOX_CLAIM_UNMET, /* nothing ends there now; that may change with what follows the message in its file */
  MBOX_DISPUTED     /* something ends there, but not by all claims and separators alike */
} MboxClaim;

/* The claims of one message. Places are counted from where reading began, unless it says otherwise. */
typedef struct {
  guint64 open;  /* the first place in the file where a claim of any message may be met once the file has grown */
  guint64 until; /* no separator of this message counts before this place */
  gint64 base;   /* the place in the file where reading began; -1: the file has no places (a pipe) */
  gboolean unmet, disputed;
  guint n;
  guint64 ends[MBOX_CLAIMS]; /* counted from the start of the body */
} MboxClaims;

/* A new message begins. */
void mbox_claim_init(MboxClaims *claims);
/* Takes a line of its header. */
void mbox_claim_take(MboxClaims *claims, const char *line, gsize length);
/* The header has ended, and the body begins at this place: looks at what stands in the file where the claims end, and
 * sets claims->until. */
void mbox_claim_weigh(MboxClaims *claims, int fd, guint64 body);
/* How the claims of this message turned out. */
MboxClaim mbox_claim_told(const MboxClaims *claims);
