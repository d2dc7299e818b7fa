/* store.h - a mailbox, whatever protocol it speaks: the one interface between the pipeline and servers.
 *
 * A store is one connection (or folders on disk), used by one pass after the other. Every slot returns FALSE with error
 * set, code by blast radius (STORE_ERROR_*); after LINK, AUTH or FATAL only close() may be called. Messages are
 * read-only evidence: no slot but move(), remove(), mark() and claim() changes a message, none ever expunges more than
 * the UIDs it was given. Folder names are UTF-8. UIDs are never 0. All strings and rows passed to callbacks are
 * borrowed for the call. */
#pragma once
#include <gio/gio.h>

#define STORE_ERROR (store_error_quark())
GQuark store_error_quark(void);
typedef enum {
  STORE_ERROR_MESSAGE, /* this message only: skip it */
  STORE_ERROR_MAILBOX, /* this folder only: skip it */
  STORE_ERROR_LINK,    /* the connection: reconnect after a back-off */
  STORE_ERROR_AUTH,    /* sign-in refused: stop, tell the owner */
  STORE_ERROR_FATAL    /* will not mend itself (certificate, protocol, configuration): stop, tell the owner */
} StoreError;

/* What a store can do. */
typedef enum {
  STORE_CAN_MOVE = 1 << 0,      /* move() is possible and leaves no copy behind (MOVE, or COPY with UIDPLUS);
                                       once a folder is open: out of this folder */
  STORE_CAN_MARK = 1 << 1,      /* keeps keywords (of the selected folder: PERMANENTFLAGS \*) */
  STORE_CAN_WAIT = 1 << 2,      /* tells of new mail by itself: wait() */
  STORE_CAN_CLAIM = 1 << 3,     /* of the selected folder: claim() tells whose a message is; claim() takes the bit back
                                   where     it finds that it cannot */
  STORE_MOVES_AT_ONCE = 1 << 4, /* move() is one step: it is made or not, and of several machines only one makes it */
  STORE_NO_RIVALS = 1 << 5,     /* the quarantine is this machine's alone: no other one moves a message into it */
  STORE_REMOVES_LATE =
      1 << 6, /* of the selected folder: what move() and remove() take away is gone only after commit() */
  STORE_LISTS_ALL =
      1 << 7, /* folders() tells of folders that nobody named, so that Sent may be looked for among them */
  STORE_HOLDS_LOCK = 1 << 8, /* while it is open no other program gets at the mailbox: it is closed after each pass */
  STORE_REFUSES_FOR_NOW =
      1 << 9 /* what move() refuses may be possible soon: another program has the folder, the disk is full */
} StoreCapability;

typedef struct Store Store;

typedef enum { FOLDER_SENT = 1 << 0, FOLDER_TRASH = 1 << 1, FOLDER_NOSELECT = 1 << 2 } FolderUse;
typedef struct {
  char *name;
  guint use; /* FolderUse by SPECIAL-USE (RFC 6154) only; names are not guessed here */
} Folder;
void folder_free(Folder *folder);

typedef struct {
  guint32 validity; /* UIDVALIDITY */
  guint32 next;     /* UIDNEXT */
  guint32 count;    /* EXISTS */
  gboolean read_only;
} FolderStatus;

/* A message as a scan sees it. */
typedef struct {
  guint32 uid;
  guint64 size;        /* octets */
  guint64 wire;        /* octets with each line end as CRLF, where size counts them otherwise; 0 */
  gint64 stored;       /* INTERNALDATE, Unix seconds, 0 unknown */
  gboolean deleted;    /* \Deleted */
  gboolean unreadable; /* it is there, but cannot be read now, or not as far as it must be: no fields */
  gboolean doubtful;   /* where it ends is not certain: more messages may follow in it that nobody sees */
  gboolean backscatter, not_backscatter; /* keywords $Backscatter, $NotBackscatter */
  const char *fields;                    /* the header fields asked for, raw; not NUL-terminated */
  gsize length;
} ScanRow;
typedef void (*ScanCallback)(const ScanRow *row, gpointer data);
typedef void (*ReadCallback)(guint32 uid, GBytes *bytes, gpointer data); /* bytes: borrowed; ref to keep */

typedef struct {
  guint32 from, to;
} UidPair; /* to 0: server did not say */

/* Keywords for mark(). */
typedef enum { MARK_BACKSCATTER, MARK_NOT_BACKSCATTER } Mark;

typedef struct {
  /* Every folder there is: GPtrArray of Folder*, caller owns. */
  GPtrArray *(*folders)(Store *store, GError **error);
  /* The server's name for a folder the owner named: itself if it exists, else with '/' turned into the server's
   * separator and its prefix (RFC 2342) before it; on disk an absolute path. name NULL: the quarantine, where the owner
   * did not name one. Caller frees. */
  char *(*resolve)(Store *store, const char *name, GError **error);
  /* Makes and subscribes a folder unless it exists. name as resolve() gave it. MAILBOX when the server refuses. */
  gboolean (*create)(Store *store, const char *name, GError **error);
  /* Opens a folder for the slots below. MAILBOX when it is not there. */
  gboolean (*select)(Store *store, const char *name, FolderStatus *status, GError **error);
  /* Tells the same of a folder (not the selected one) without opening it, which costs less. MAILBOX when it is not
   * there. *status: read_only is not known, FALSE; validity 0 where the server does not tell: open it. */
  gboolean (*peek)(Store *store, const char *name, FolderStatus *status, GError **error);
  /* UIDs from..to (inclusive) of the selected folder with the named header fields (NULL-terminated list), streamed
   * in any order; callback gets each once. Nothing is returned for UIDs that are not there; where the folder can tell,
   * what is there and cannot be read has a row that says so. FALSE: rows seen so far must be forgotten. */
  gboolean (*scan)(Store *store, guint32 from, guint32 to, const char *const *fields, ScanCallback callback,
                   gpointer data, GError **error);
  /* Which UIDs from..to (inclusive) there are in the selected folder, as it was when it was opened or later: GArray of
   * guint32, ascending; caller owns. With STORE_REMOVES_LATE also those removed since the last commit(), of which
   * read() gives nothing. */
  GArray *(*present)(Store *store, guint32 from, guint32 to, GError **error);
  /* The first `limit` bytes of n messages of the selected folder, raw, streamed in any order; callback gets each whole
   * and once, none for a message that is gone. Does not set \Seen. MESSAGE when the server refuses one of them: what
   * callback got is good, the others can be asked for one by one. callback must not use the store. */
  gboolean (*read)(Store *store, const guint32 *uids, guint n, gsize limit, ReadCallback callback, gpointer data,
                   GError **error);
  /* UIDs of the selected folder whose Message-ID field holds message_id (normal form), ascending: GArray of
   * guint32, at most 1,000; message_id "": every message of exactly `size` octets (or ScanRow.wire octets) stored since
   * `since` less two days. Others of that size may be among them: compare. */
  GArray *(*find)(Store *store, const char *message_id, guint64 size, gint64 since, GError **error);
  /* Moves n messages of the selected folder to another. pairs: UidPair, one for each message that was moved (a UID
   * that was gone has none); FALSE: some may have been moved, look. Needs STORE_CAN_MOVE. One that the
   * target cannot hold as it is stays: MESSAGE, from folders on disk. Flags go with them, but not from a Maildir to
   * another file system, nor between Maildir and mbox, nor from POP3: there they come as new. */
  gboolean (*move)(Store *store, const guint32 *uids, guint n, const char *target, GArray *pairs, GError **error);
  /* Copies n messages of the selected folder to another, as move() begins where it is more than one step. pairs:
   * UidPair, one for each copy that the server told the UID of; FALSE: some may have been copied, look. Needs
   * STORE_CAN_MOVE. */
  gboolean (*copy)(Store *store, const guint32 *uids, guint n, const char *target, GArray *pairs, GError **error);
  /* Removes exactly these n messages from the selected folder for good; one that is gone is no error. Needs
   * STORE_CAN_MOVE. */
  gboolean (*remove)(Store *store, const guint32 *uids, guint n, GError **error);
  /* Makes what lies in a folder durable, also what another program, or this one before it was killed, has put there:
   * before a message is removed because its copy was found. NULL: what can be seen is durable. */
  gboolean (*sync)(Store *store, const char *name, GError **error);
  /* Sets this keyword on n messages of the selected folder and clears the other one. Does nothing where keywords
   * are not kept. */
  gboolean (*mark)(Store *store, const guint32 *uids, guint n, Mark mark, GError **error);
  /* Sets $Backscatter on those of n messages of the selected folder that do not carry it, so that of several machines
   * that want to move a message only one succeeds (RFC 7162, 3.1.3: STORE UNCHANGEDSINCE). claimed: GArray of guint32,
   * gets those that are ours now, also when FALSE is returned. Where the server cannot tell whose they are (no
   * CONDSTORE, no keywords), all of them, marked where that is possible. */
  gboolean (*claim)(Store *store, const guint32 *uids, guint n, GArray *claimed, GError **error);
  /* Waits until messages came to or went from the selected folder (*changed), or one of n descriptors can be read
   * (not changed). News about flags end no waiting; what came since the last slot was called counts. Needs
   * STORE_CAN_WAIT. The connection is kept alive meanwhile (RFC 2177: renewed within 29 minutes). */
  gboolean (*wait)(Store *store, const int *wake, guint n, gboolean *changed, GError **error);
  /* Makes what move() and remove() have taken away be gone, with STORE_REMOVES_LATE: ends the session, which is what it
   * takes, and begins another. No folder is open then. No proof: look. NULL where nothing waits. */
  gboolean (*commit)(Store *store, GError **error);
  /* Ends the connection and frees the store. Never waits for the server for longer than 2 s. */
  void (*close)(Store *store);
} StoreClass;

struct Store {
  const StoreClass *class;
  guint can;              /* StoreCapability */
  const char *returns_to; /* the folder that restored mail goes to; NULL: where it was */
};
static inline void store_close(Store *store)
{
  if (store != NULL) store->class->close(store);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_close)
/* One message by read(): NULL with MESSAGE when it is gone. The caller owns the bytes. */
GBytes *store_read(Store *store, guint32 uid, gsize limit, GError **error);
