/* number.h - UIDs for folders whose messages have none (Maildir, mbox, POP3). These numbers are like the UIDs of IMAP:
 * ascending, never used twice, and the same for a message as long as the message lies there (RFC 3501, 2.3.1.1). */
#pragma once
#include "ledger/ledger.h"

typedef struct {
  guint32 uid;
  gint64 key; /* names a message within its folder, see box_key() in box.h */
} Number;

typedef struct {
  guint32 validity; /* changes when numbering begins again; 0: no numbers were given yet */
  guint32 next;     /* the next number to be given */
  guint32 count;    /* how many messages have a number */
  char *stamp;      /* the folder's stamp when the numbers were given (box.h); NULL: not known */
} Numbering;
void numbering_clear(Numbering *numbering);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Numbering, numbering_clear)

/* Reads what is known of the folder, without its numbers. */
gboolean numbering_get(Ledger *ledger, const char *account, const char *folder, Numbering *numbering, GError **error);
/* The numbers: GArray of Number by uid; the caller owns it. */
GArray *number_list(Ledger *ledger, const char *account, const char *folder, GError **error);
/* Notes what has changed in the folder, in one transaction. Messages in `gone` have left it; those in `come` are new,
 * and get numbers in their order, which are filled in. anew: drops all numbers first, and begins under a new validity.
 * Brings numbering up to date; its stamp becomes `stamp`. Writes nothing when nothing has changed. The transaction
 * does not wait for the disk: after a power failure the numbers may be lost, together with everything that the ledger
 * said of them, and are given again. */
gboolean number_update(Ledger *ledger, const char *account, const char *folder, gboolean anew, const GArray *gone,
                       GArray *come, const char *stamp, Numbering *numbering, GError **error);
