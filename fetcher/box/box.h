/* box.h - a folder whose messages have no UIDs: a POP3 maildrop, a Maildir, an mbox, a program that takes mail.
 * box_store.h makes a Store of several boxes. Errors are STORE_ERROR_* (store.h). A box gives a message with the line
 * ends of the disk (LF for mail from POP3; a file with other line ends keeps them), and without what the box itself
 * adds: the quoting of an mbox, the status fields of mail programs in it, POP3's dots. So a message has the same
 * bytes, size and digest in every box that can hold it unchanged. An mbox cannot hold every message unchanged (one
 * with such status fields, or without a newline at its end): so compare after copying. */
#pragma once
#include "fetcher/store/store.h"

typedef struct Box Box;

/* One message of a box. Until the next list(), its index in box->items names it. */
typedef struct {
  gint64 key;       /* names the message for as long as it lies there, also after a restart: box_key() */
  guint twins;      /* how many later items have the same key: the same message, delivered or filed twice */
  guint64 size;     /* octets, line ends counted as this box has them */
  guint64 wire;     /* octets with each line end as CRLF, as servers count them; 0: not known to differ */
  gint64 stored;    /* when it was put there, Unix seconds, 0 unknown */
  gboolean deleted; /* its mail program has marked it for removal */
  gboolean prized;  /* its mail program has marked it as flagged or answered */
  gboolean
      doubtful; /* where it ends is not certain, so that it may be several messages: it can be read, and nothing else */
  guint64 where, length; /* the box's own business */
  guint claim;
} BoxItem;

typedef enum { BOX_HEADER, BOX_MESSAGE } BoxPart;
/* bytes: borrowed; ref to keep. */
typedef void (*BoxCallback)(guint item, GBytes *bytes, gpointer data);

typedef struct {
  guint item;
  gint64 key; /* its key in the other box, where it is the last one with this key; 0: not known */
} BoxMove;

typedef struct {
  /* A text that changes whenever a message may have come or gone. Reads no mail. MAILBOX when the folder is not there.
   * The caller frees. */
  char *(*stamp)(Box *box, GError **error);
  /* Fills box->items (BoxItem) again, in the order of arrival. */
  gboolean (*list)(Box *box, GError **error);
  /* Gives callback the header (without the empty line) or the message, at most `limit` bytes, of n items, each once,
   * in any order; nothing for a message that is gone. callback must not use the box. MESSAGE when one cannot be read:
   * what callback got is good. Changes nothing, and does not mark the message as read. `prized` of an item that was
   * read is as it is now. */
  gboolean (*read)(Box *box, const guint *items, guint n, BoxPart part, gsize limit, BoxCallback callback,
                   gpointer data, GError **error);
  /* Writes the message to fd, an empty file, and checks that all of it came. MESSAGE when it is gone or did not come
   * whole. */
  gboolean (*fetch)(Box *box, guint item, int fd, GError **error);
  /* Adds the message in the file fd, with the size and time of `like`. It counts only after sync(). *key: its key in
   * this box, 0 if the box keeps nothing. NULL: nothing can be added. */
  gboolean (*put)(Box *box, int fd, const BoxItem *like, gint64 *key, GError **error);
  /* Makes everything durable that was put: syncs files and folder. FALSE: some of it may be there. NULL: put() does
   * it. */
  gboolean (*sync)(Box *box, GError **error);
  /* Moves n items, with their flags, to another box of the same class by a shorter way than fetch(), put() and
   * remove(). moved: BoxMove, one for each message that was moved, in the order they were put (none for a message that
   * was gone). FALSE with error: some may have been moved or copied; look. NULL, or FALSE without error: there is no
   * shorter way, and nothing was done. *at_once: each message moves in one step, which is either made or not; can be
   * asked with n 0. */
  gboolean (*carry)(Box *box, const guint *items, guint n, Box *to, GArray *moved, gboolean *at_once, GError **error);
  /* Removes exactly these n items for good. An item that is gone is no error. n 0: only asks whether anything can be
   * removed now. With box->removes_late the items are gone only after commit(). NULL: nothing can be removed. */
  gboolean (*remove)(Box *box, const guint *items, guint n, GError **error);
  /* Ends the session, so that the removals happen, and begins another. list() then tells whether they did. NULL:
   * removals happen at once. */
  gboolean (*commit)(Box *box, GError **error);
  /* Makes the folder unless it is there (0700). NULL: it cannot be made. MAILBOX when that fails. */
  gboolean (*make)(Box *box, GError **error);
  /* Makes the inotify descriptor tell when mail comes or goes. NULL: not possible. */
  gboolean (*watch)(Box *box, int inotify, GError **error);
  /* Frees what the class has added, and the record; name and items are freed after it. */
  void (*free)(Box *box);
} BoxClass;

struct Box {
  const BoxClass *class;
  char *name;    /* the folder's name for the pipeline: a path, or INBOX */
  GArray *items; /* BoxItem; empty before the first list() */
  guint64 print; /* of the names of all files, flags included, and of their folder, as they were listed last; 0: the box
                    has no such names */
  gboolean read_only;    /* remove() and put() would be refused; known after list() */
  gboolean removes_late; /* see remove() */
  gboolean renumbers;    /* if a listing has no known key at all, they are the same messages under new keys */
};

/* Frees the box, its name and items. Ends a POP3 session in which something was removed with QUIT, so that the
 * removals happen, unless the connection broke. */
void box_free(Box *box);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Box, box_free)
/* For a class's own constructor: fills in a zeroed record. */
void box_init(Box *box, const BoxClass *class, const char *name);
static inline const BoxItem *box_item(const Box *box, guint i) { return &g_array_index(box->items, BoxItem, i); }
/* A key: the first 64 bits of the SHA-256 of these bytes, never 0. */
gint64 box_key(const void *bytes, gsize length);
/* Fills in the twins of all items (BoxItem), which are in the order of arrival: for list(). */
void box_count_twins(GArray *items);
/* An empty file without a name on the disk that `near` lies on, for fetch(). -1 with MAILBOX. */
int box_spool(const char *near, GError **error);
