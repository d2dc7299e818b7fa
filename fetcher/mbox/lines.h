/* lines.h - where one message of an mbox ends and the next begins (RFC 4155; mboxo, mboxrd, mboxcl and mboxcl2 alike).
 *
 * A message begins with a separator: the file's first line, or, after an empty line, a line that begins with "From "
 * and holds a time of day, as most programs have it, or nothing more but white space, as Thunderbird has it today. The
 * message ends before the empty line that stands before the next separator or at the end of the file. One '>' is taken
 * from each of its lines that begin with ">From ", ">>From " and so on.
 *
 * A Content-Length field (Dovecot, mutt and others write it) claims where the body ends. The claim counts where a
 * separator or the end of the file follows: lines before it are no separators then. A message whose separators and
 * claims do not all name the same end is disputed: programs read it in different ways, and it may be several. */
#pragma once
#include "fetcher/mbox/claim.h"
#include "fetcher/mbox/separator.h"

#define MBOX_RULE "3" /* changes whenever the rules above do, since the same file holds other messages then */

typedef enum {
  MBOX_END,  /* of the file */
  MBOX_FROM, /* piece: a separator, or as much of it as the buffer holds; the rest is skipped */
  MBOX_TEXT, /* piece: a line of the message with its line end, unquoted; of a long line a part */
  MBOX_ERROR /* it cannot be read: errno */
} MboxKind;

/* A file read from where it stands, line by line, in bounded memory. A claim is looked at by pread(), so that it does
 * not count in what cannot be read like that (a pipe). */
typedef struct {
  int fd;           /* borrowed */
  char *buffer;     /* borrowed; size octets, at least MBOX_LINE_MAX */
  gsize size, step; /* step: octets to read at once, doubled each time; default: size */
  gsize start, end; /* what the buffer holds that was not taken yet */
  guint64 offset;   /* of the buffer's first octet, from where reading began */
  gboolean eof;
  gboolean begins;   /* the piece last given begins a line */
  guint64 at;        /* where the piece last given began (MBOX_FROM and MBOX_END only) */
  MboxClaim claim;   /* of the message that ended there (MBOX_FROM and MBOX_END only) */
  MboxClaims claims; /* of this message */
  gboolean inside, fresh, skip, header;
  gsize held;
  char blank[2];
} MboxLines;

void mbox_lines_init(MboxLines *lines, int fd, char *buffer, gsize size);
/* Reads until the buffer holds `step` octets more, is full, or the file ends. FALSE: errno. */
gboolean mbox_lines_fill(MboxLines *lines);
/* Takes the next line as it stands, or as much of it as the buffer holds; *length 0 at the end. piece: borrowed until
 * the next call. FALSE: errno. */
gboolean mbox_lines_raw(MboxLines *lines, const char **piece, gsize *length);
/* Takes the next piece of an mbox; borrowed until the next call. Not to be mixed with mbox_lines_raw(). */
MboxKind mbox_lines_next(MboxLines *lines, const char **piece, gsize *length);
