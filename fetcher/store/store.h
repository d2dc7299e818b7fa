/* store.h - a mailbox, whatever its protocol: the only interface between passes and servers. A store is one connection
 * (or folders on disk), which one pass after the other uses. Every slot returns FALSE with error set; the code
 * (STORE_ERROR_*) says how much is concerned. After LINK, AUTH or FATAL only close() may be called. No slot but
 * move(), remove(), mark() and claim() changes a message, and none removes more than the UIDs it was given. Folder
 * names are UTF-8. UIDs are never 0. Callbacks borrow all strings and rows for the time of the call. "The open folder"
 * below is the one of the last select(). */
#pragma once
#include <gio/gio.h>

#define STORE_ERROR (store_error_quark())
GQuark store_error_quark(void);
typedef enum {
  STORE_ERROR_MESSAGE, /* this message only: skip it */
  STORE_ERROR_MAILBOX, /* this folder only: skip it */
  STORE_ERROR_LATER,   /* refused for now (too busy, over quota): leave it as it is, and try again in a later pass */
  STORE_ERROR_LINK,    /* the connection: reconnect after a back-off */
  STORE_ERROR_AUTH,    /* sign-in refused: stop, tell the owner */
  STORE_ERROR_FATAL    /* will not get better by itself (certificate, protocol, configuration): stop, tell the owner */
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
  STORE_REMOVES_LATE = 1 << 6,  /* in the open folder: what move() and remove() take away is gone only after commit() */
  STORE_LISTS_ALL = 1 << 7,     /* folders() lists all folders there are, so that Sent can be found among them */
  STORE_HOLDS_LOCK = 1 << 8,    /* an open store keeps other programs out of the mailbox: close it after each pass */
  STORE_REFUSES_FOR_NOW =
      1 << 9, /* move() may refuse now what is possible soon: another program has the folder, the disk is full */
  STORE_MAY_BE_MUTE = 1 << 10 /* wait() has told of nothing yet, and perhaps never will: look now and then as well */
} StoreCapability;

typedef struct Store Store;

typedef enum {
  FOLDER_SENT = 1 << 0,
  FOLDER_TRASH = 1 << 1,
  FOLDER_NOSELECT = 1 << 2,
  FOLDER_DRAFTS = 1 << 3,
  FOLDER_JUNK = 1 << 4,
  FOLDER_OTHERS = 1 << 5 /* another person's, or shared by several (RFC 2342) */
} FolderUse;
typedef struct {
  char *name;
  guint use; /* FolderUse by SPECIAL-USE (RFC 6154) only, names are not guessed here; on disk the trash by its name */
  char separator; /* between the parts of the name; '\0': not told */
} Folder;
void folder_free(Folder *folder);

typedef struct {
  guint32 validity; /* UIDVALIDITY */
  guint32 next;     /* UIDNEXT */
  guint32 count;    /* EXISTS */
  gboolean read_only;
  gboolean passed; /* of Sent folders on disk, told once: since it was looked at before, messages may have come and gone
                      that never had a UID */
} FolderStatus;

/* A message as a scan sees it. */
typedef struct {
  guint32 uid;
  guint64 size;        /* octets */
  guint64 wire;        /* octets with each line end as CRLF, where size counts them otherwise; 0 */
  gint64 stored;       /* INTERNALDATE, Unix seconds, 0 unknown */
  gboolean deleted;    /* \Deleted */
  gboolean unreadable; /* the message is there, but cannot be read (far enough) now: no fields */
  gboolean doubtful;   /* where it ends is not certain: more messages may follow in it that nobody sees */
  gboolean backscatter, not_backscatter; /* keywords $Backscatter, $NotBackscatter */
  gboolean prized;                       /* \Flagged or \Answered: the owner has dealt with it */
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
  /* What the server calls a folder that the owner named: the same name if such a folder exists; else with '/' replaced
   * by the server's separator, and the prefix of the personal namespace (RFC 2342) before it; on disk an absolute
   * path. name NULL: the quarantine of an account whose configuration names none. The caller frees. */
  char *(*resolve)(Store *store, const char *name, GError **error);
  /* Makes and subscribes a folder unless it exists. name as resolve() gave it. MAILBOX when the server refuses. */
  gboolean (*create)(Store *store, const char *name, GError **error);
  /* Opens a folder for the slots below. MAILBOX when it is not there. */
  gboolean (*select)(Store *store, const char *name, FolderStatus *status, GError **error);
  /* Tells the same of a folder that is not open, without opening it, which costs less. MAILBOX when it is not there.
   * *status: read_only is always FALSE; validity 0: the server does not tell, use select(). */
  gboolean (*peek)(Store *store, const char *name, FolderStatus *status, GError **error);
  /* Asks for the highest UID in the open folder, since what select() tells may be older than the newest messages. *uid
   * 0: there is none, or the server refuses to tell. NULL: select() always knows. */
  gboolean (*last)(Store *store, guint32 *uid, GError **error);
  /* Gives callback one row for each message with a UID from..to (inclusive) in the open folder, in any order, with the
   * named header fields (NULL-terminated list). A message that is there but cannot be read has a row that says so, if
   * the folder can tell. FALSE: the caller must forget the rows seen so far. */
  gboolean (*scan)(Store *store, guint32 from, guint32 to, const char *const *fields, ScanCallback callback,
                   gpointer data, GError **error);
  /* The next call is likely to be a scan() of this, so the store may have the server work on it while the caller does
   * something else. Costs nothing but time where another call comes first. NULL: the store has no use for it. */
  void (*expect)(Store *store, guint32 from, guint32 to, const char *const *fields);
  /* The UIDs from..to (inclusive) that are in the open folder, as it was when it was opened or later: GArray of
   * guint32, ascending; the caller owns it. With STORE_REMOVES_LATE also messages that were removed since the last
   * commit(); read() gives nothing of them. */
  GArray *(*present)(Store *store, guint32 from, guint32 to, GError **error);
  /* Gives callback the first `limit` bytes of n messages of the open folder, each once, in any order; nothing for a
   * message that is gone. Does not set \Seen. MESSAGE when the server refuses one of them: what callback got is good,
   * and the caller can ask for the others one by one. callback must not use the store. */
  gboolean (*read)(Store *store, const guint32 *uids, guint n, gsize limit, ReadCallback callback, gpointer data,
                   GError **error);
  /* The UIDs of messages in the open folder whose Message-ID field holds message_id (normal form), ascending: GArray
   * of guint32, at most 1,000. message_id "": of all messages of exactly `size` octets (or ScanRow.wire octets) that
   * were stored no earlier than two days before `since`. Others may be among them: compare. */
  GArray *(*find)(Store *store, const char *message_id, guint64 size, gint64 since, GError **error);
  /* Moves n messages of the open folder to another folder. pairs: UidPair, one for each message that was moved (none
   * for a UID that was gone). FALSE: some may have been moved; look. Needs STORE_CAN_MOVE. On disk, a message that the
   * target cannot hold unchanged stays: MESSAGE. Flags move too, but not from a Maildir to another file system,
   * between Maildir and mbox, or from POP3: there the message comes without flags. */
  gboolean (*move)(Store *store, const guint32 *uids, guint n, const char *target, GArray *pairs, GError **error);
  /* Copies n messages of the open folder to another folder: the first step of move(), where it has several. pairs:
   * UidPair, one for each copy whose UID the server told. FALSE: some may have been copied; look. Needs
   * STORE_CAN_MOVE. */
  gboolean (*copy)(Store *store, const guint32 *uids, guint n, const char *target, GArray *pairs, GError **error);
  /* Removes exactly these n messages from the open folder for good. A message that is gone is no error. Needs
   * STORE_CAN_MOVE. */
  gboolean (*remove)(Store *store, const guint32 *uids, guint n, GError **error);
  /* Makes everything in a folder durable, also what another program put there, or this program before it was killed.
   * Call it before a message is removed because its copy was found. NULL: everything that can be seen is durable. */
  gboolean (*sync)(Store *store, const char *name, GError **error);
  /* Sets this keyword on n messages of the open folder, and clears the other one. Does nothing where the server does
   * not keep keywords. */
  gboolean (*mark)(Store *store, const guint32 *uids, guint n, Mark mark, GError **error);
  /* Sets $Backscatter on those of n messages of the open folder that neither carry it nor are flagged or
   * answered, so that only one of several
   * machines succeeds in claiming a message (RFC 7162, 3.1.3: STORE UNCHANGEDSINCE). claimed: GArray of guint32, gets
   * the messages that are ours now, also when FALSE is returned. If the server has no CONDSTORE or no keywords, it
   * gets all of them, marked if possible. */
  gboolean (*claim)(Store *store, const guint32 *uids, guint n, GArray *claimed, GError **error);
  /* Which of n messages of the open folder are flagged or answered now, whatever a scan said before: uids of them
   * are added to prized (GArray of guint32). A message that is gone is not among them. MAILBOX or MESSAGE: not known,
   * so nothing may be moved. NULL where no message has such flags (POP3). */
  gboolean (*prized)(Store *store, const guint32 *uids, guint n, GArray *prized, GError **error);
  /* Waits until messages came to or went from the open folder, on disk also from any watched or Sent folder (*changed
   * TRUE), or one of n descriptors can be read (*changed FALSE). Messages that came since the last slot was called
   * count, too; changes of flags do not. Needs STORE_CAN_WAIT. Keeps the connection alive (RFC 2177: renewed within 29
   * minutes). */
  gboolean (*wait)(Store *store, const int *wake, guint n, gboolean *changed, GError **error);
  /* With STORE_REMOVES_LATE: makes the removals of move() and remove() happen, by ending the session and beginning
   * another. No folder is open afterwards. TRUE does not prove the removals: look. NULL: removals happen at once. */
  gboolean (*commit)(Store *store, GError **error);
  /* Ends the connection and frees the store. Never waits for the server for longer than 2 s. */
  void (*close)(Store *store);
} StoreClass;

struct Store {
  const StoreClass *class;
  guint can;              /* StoreCapability */
  const char *returns_to; /* the folder that restored mail goes to; NULL: where it was */
  char *notes; /* path of a file, beside the quarantine, for what keywords would say where none are kept; NULL */
};
static inline void store_close(Store *store)
{
  if (store != NULL) store->class->close(store);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_close)
/* Reads one message with read(). NULL with MESSAGE when it is gone. The caller owns the bytes. */
GBytes *store_read(Store *store, guint32 uid, gsize limit, GError **error);
