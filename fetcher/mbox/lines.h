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
#include <glib.h>

#define MBOX_LINE_MAX 65536 /* octets of a line that are looked at to tell a separator; the least buffer */

#define MBOX_RULE "3" /* changes whenever the rules above do, since the same file holds other messages then */
#define MBOX_CLAIMS 8 /* Content-Length fields of one message that are compared; with more it is disputed */

typedef enum {
  MBOX_END,  /* of the file */
  MBOX_FROM, /* piece: a separator, or as much of it as the buffer holds; the rest is skipped */
  MBOX_TEXT, /* piece: a line of the message with its line end, unquoted; of a long line a part */
  MBOX_ERROR /* it cannot be read: errno */
} MboxKind;

/* What the Content-Length fields of a message say of its end. */
typedef enum {
  MBOX_NO_CLAIM,
  MBOX_CLAIM_MET,   /* the message ends there */
  MBOX_CLAIM_UNMET, /* nothing ends there now; that may change with what follows the message in its file */
  MBOX_DISPUTED     /* something ends there, but not by all claims and separators alike */
} MboxClaim;

/* A file read from where it stands, line by line, in bounded memory. A claim is looked at by pread(), so that it does
 * not count in what cannot be read like that (a pipe). */
typedef struct {
  int fd;           /* borrowed */
  char *buffer;     /* borrowed; size octets, at least MBOX_LINE_MAX */
  gsize size, step; /* step: octets to read at once, doubled each time; default: size */
  gsize start, end; /* what is in the buffer and not yet taken */
  guint64 offset;   /* of the buffer's first octet, from where reading began */
  gboolean eof;
  gboolean begins; /* the piece last given begins a line */
  guint64 at;      /* where the piece last given began (MBOX_FROM and MBOX_END only) */
  MboxClaim claim; /* of the message that ended there (MBOX_FROM and MBOX_END only) */
  guint64 open;    /* the first place in the file where a claim of any message may be met once the file has grown */
  guint64 until;   /* no separator counts before it, in this message; from where reading began */
  gint64 base;     /* where reading began; -1: the file has no places */
  gboolean inside, fresh, skip, header, unmet, disputed;
  guint n_claims;
  guint64 claims[MBOX_CLAIMS];
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

gboolean mbox_is_blank(const char *line, gsize length);
/* Could this line, after an empty one, be a separator? It must be given with its line end, if it has one. */
gboolean mbox_is_separator(const char *line, gsize length);
/* Must this line of a message be quoted in an mbox (mboxrd)? */
gboolean mbox_needs_quote(const char *line, gsize length);
