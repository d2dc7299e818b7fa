/* private.h - what the files of the mbox box share; nobody else includes it.
 *
 * A message as the box gives it is what lines.h makes of it, without the fields that mail programs keep their own
 * state in (message.c lists them). So neither its size nor its key changes when a mail program marks it read, or
 * when it is carried to another mbox. Line ends stay as they are. One thing an mbox cannot keep: that a message does
 * not end with a line end, since the next message must begin on a line of its own.
 *
 * A file calls only files that are named before it in this order: file, attributes, alone, message, scan, write,
 * rewrite, in_place, lock, late, change, mbox. */
#pragma once
#include "fetcher/mbox/lines.h"
#include "fetcher/mbox/mbox.h"
#include <sys/stat.h>

#define MBOX_HEADER_MAX 65536 /* octets of the header that make a key */

/* file.c */
/* Sets "PATH: TEXT." and gives FALSE. */
gboolean mbox_fail(GError **error, StoreError code, const char *path, const char *format, ...) G_GNUC_PRINTF(4, 5);
/* Sets MAILBOX: another program has the file open. Gives FALSE. */
gboolean mbox_fail_open(const char *path, GError **error);
gboolean mbox_same_file(const struct stat *a, const struct stat *b);
/* Is this the same file, with the same size and time of its last change? */
gboolean mbox_unchanged(const struct stat *a, const struct stat *b);
/* Makes the entries of the folder that this path is in durable. */
gboolean mbox_sync_folder(const char *path, GError **error);

/* message.c */
/* The state of a message while the message is read. */
typedef struct {
  gboolean body;      /* the header has ended */
  gboolean dropping;  /* this line belongs to a status field */
  gboolean deleted;   /* a status field says that the message is deleted */
  gboolean prized;    /* a status field says that the message is flagged or answered */
  guint64 size;       /* octets so far */
  guint64 lines;      /* line ends among these octets */
  GByteArray *header; /* borrowed: its first MBOX_HEADER_MAX octets, without the empty line */
} MboxView;
void mbox_view_init(MboxView *view, GByteArray *header);
/* Takes the next piece (MBOX_TEXT). TRUE: the piece belongs to the message; FALSE: to a status field. */
gboolean mbox_view_take(MboxView *view, const char *piece, gsize length, gboolean begins);
/* The key of a message with this header and size. Uses up the header. */
gint64 mbox_view_key(MboxView *view, guint64 size);
/* The date of a separator, Unix seconds: asctime, in local time unless a zone stands before or after the year. 0: none,
 * as in all that Thunderbird writes today. */
gint64 mbox_from_date(const char *line, gsize length);
/* A separator for a message that begins with these octets, with its newline: its Return-Path, else MAILER-DAEMON, and
 * the time with its zone, UTC, since without one readers would take it for local time. The caller frees. */
char *mbox_from_line(const char *head, gsize length, gint64 stored);

/* scan.c */
/* Opens for reading, without leaving an access mark where that is allowed. -1 with MAILBOX. */
int mbox_open(const char *path, GError **error);
/* What a listing learned of the file. */
typedef struct {
  guint64 end;    /* where the file ended */
  guint64 open;   /* what was listed may end elsewhere once the file has grown to this length; G_MAXUINT64: never */
  gboolean unmet; /* a message makes a claim that nothing meets now: where each one ends depends on all that follows */
} MboxExtent;
/* Adds the messages that begin at `from` (0, or where a separator stands) or later to items, in the file's order.
 * MAILBOX when the file is no mbox, or cannot be read. */
gboolean mbox_scan(int fd, const char *path, guint64 from, GArray *items, MboxExtent *extent, GError **error);
typedef enum { MBOX_SAME, MBOX_CHANGED, MBOX_UNREADABLE /* errno */, MBOX_REFUSED /* by the sink; errno */ } MboxFound;
typedef struct {
  BoxPart part;
  guint64 limit;                                                    /* octets of it */
  gboolean (*sink)(const char *piece, gsize length, gpointer data); /* FALSE with errno; NULL: only look */
  gpointer data;
} MboxWant;
/* Reads this message into the sink, and tells whether it is the message that was listed (the same key, at the same
 * place). Only in this case item->length, item->deleted and item->prized are brought up to date. */
MboxFound mbox_read(int fd, BoxItem *item, const MboxWant *want);

/* alone.c */
typedef enum { MBOX_ALONE, MBOX_OTHERS, MBOX_OTHERS_UNKNOWN } MboxOthers;
/* Has another program, or another descriptor of ours, this file open? UNKNOWN where nobody but the locks can tell: on
 * NFS, and where the file is somebody else's. */
MboxOthers mbox_others(int fd);

/* attributes.c */
/* Gives the file `to` the owner, mode, access list and extended attributes of the old one, as far as that is allowed;
 * never more rights than that gave. FALSE with errno where an attribute of the owner's own (user.*) cannot be kept. */
gboolean mbox_keep_attributes(int from, const struct stat *old, int to);

/* lock.c */
extern guint mbox_lock_patience; /* milliseconds that a lock is waited for; tests have less */
typedef struct {
  char *path;      /* without symbolic links */
  char *dotlock;   /* NULL: none was made */
  gboolean helped; /* the dotlock was made by the helper, and is its to remove */
  struct stat dotlock_status;
  int fd;             /* for reading, and writing at the end; locked */
  struct stat status; /* of the file when it was locked */
} MboxLock;
/* What the lock is for. If another program has the file open and adds to it, the addition is lost when the file is
 * replaced. */
typedef enum { MBOX_TO_APPEND, MBOX_TO_REPLACE /* no other program may have the file open */ } MboxPurpose;
/* Locks an mbox against every program that locks it too, by fcntl and dotlock, and makes sure that it is still the file
 * of that name; waits mbox_lock_patience, not at all soon after it has waited in vain. MAILBOX when the mbox is in use,
 * is not there, is no mbox, cannot be written or replaced, or when a running Thunderbird has it. */
MboxLock *mbox_lock(const char *path, MboxPurpose purpose, GError **error);
/* The same for two files, the first to be replaced, the other to be appended to, in an order that no two programs can
 * block each other by. MAILBOX when they are one. */
gboolean mbox_lock_both(const char *path, const char *other, MboxLock **lock, MboxLock **other_lock, GError **error);
void mbox_unlock(MboxLock *lock);
/* Takes away a FILE.lock, and what else was left, by a Backstop that was killed: who delivers mail would wait for it.
 */
void mbox_lock_tidy(const char *path);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MboxLock, mbox_unlock)

/* write.c */
typedef struct {
  guint64 where, length;
} MboxRange;
/* Appends raw messages that lie in another file, each one's end made an empty line. Synced. items (NULL: not asked, and
 * the ranges may be anything): BoxItem, what they are now, one for each range, in that order. After a failure the file
 * has its old length, or the error says that it has not. */
gboolean mbox_append_ranges(MboxLock *lock, int from, const MboxRange *ranges, guint n, GArray *items, GError **error);
/* Appends the message that fd holds from its start under a separator of this time. Synced; *item: where and what it is
 * now. A failure is as above. */
gboolean mbox_append_message(MboxLock *lock, int fd, gint64 stored, BoxItem *item, GError **error);
/* Cuts the file back to this length; synced. */
gboolean mbox_cut_back(MboxLock *lock, guint64 length, GError **error);

/* rewrite.c */
/* Replaces the file by a new one without these ranges (ascending, apart), with all other octets as they were; synced.
 * Then the lock is on the new file, and *old is the old file's descriptor, still locked; the caller closes that.
 * *copied: the length of the old file that was taken over. FALSE with *old -1: nothing was changed, also where another
 * program has opened the file; FALSE with another *old: the file was replaced, but may come back after a power failure.
 */
gboolean mbox_rewrite(MboxLock *lock, const MboxRange *cuts, guint n, int *old, guint64 *copied, GError **error);

/* in_place.c: /var/mail/USER, whose folder its owner may not write into. A note in the data folder says what is being
 * done to the file, so that whoever is killed meanwhile is followed by one who goes on. */
/* The folder of this mbox is there, and no file can be made in it. */
gboolean mbox_is_fixed(const char *path);
/* Is there a place for notes? Without one nothing is changed in place. */
gboolean mbox_has_notes(void);
/* Takes these ranges out (ascending, apart), all other octets as they were; synced. The lock stays on the file. *begun:
 * FALSE, nothing was changed, or will be; TRUE with FALSE returned: the next lock of the file goes on. */
gboolean mbox_change_in_place(MboxLock *lock, const MboxRange *cuts, guint n, gboolean *begun, GError **error);
gboolean mbox_is_half_changed(const char *path);
/* Brings such a change to its end, in the locked file. What another program has changed meanwhile is left as it is, and
 * what the file had before is kept in the data folder, with a warning. lock->status is brought up to date. */
gboolean mbox_go_on(MboxLock *lock, GError **error);

/* late.c: a program that opened the file before it was replaced may write into the old one once it gets its lock.
 */
typedef struct {
  GArray *files; /* the old files that a program may still write into */
} MboxLate;
void mbox_late_init(MboxLate *late);
/* Takes over an old file: its descriptor, and the lock on it. length: the octets of it that the new file has. */
void mbox_late_keep(MboxLate *late, int fd, guint64 length);
/* Appends to path what came to the old files; what is no whole message goes to PATH.late, with a warning. An old file
 * is closed when no other program has it open, or after a minute. */
gboolean mbox_late_look(MboxLate *late, const char *path, GError **error);
/* The last look; waits for a second where a program still has an old file open. What cannot be appended goes to
 * PATH.late. */
void mbox_late_end(MboxLate *late, const char *path);

/* mbox.c */
typedef struct {
  Box box;
  char *path;
  gboolean known; /* the items are those of this file: */
  struct stat file;
  MboxExtent extent;
  gboolean settled; /* its time was old enough to show any later change */
  int in_use;       /* the file, since another program had it open when it was to be changed; -1 */
  MboxLate late;
} Mbox;

/* change.c */
/* Sets MESSAGE: programs read this message in different ways, and it may be several. Gives FALSE. */
gboolean mbox_fail_doubtful(const Mbox *mbox, GError **error);
/* BoxClass.remove and BoxClass.carry. */
gboolean mbox_remove(Box *box, const guint *items, guint n, GError **error);
gboolean mbox_carry(Box *box, const guint *items, guint n, Box *to, GArray *moved, gboolean *at_once, GError **error);
