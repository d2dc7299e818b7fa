/* box.h - a folder that gives its messages no numbers of its own: a POP3 maildrop, a Maildir, an mbox, a program that
 * takes mail. box_store.h makes a Store of several of them.
 *
 * Errors are STORE_ERROR_* by blast radius (store.h). What a box gives of a message are its bytes with the line
 * ends of the disk (LF for what came over POP3; a file that has others keeps them), without what the box adds to it:
 * the quoting of an mbox, the status fields of mail programs in it, POP3's dots. So a message has the same bytes, the
 * same size and the same digest in every box that can hold it as it is; an mbox cannot where one has such fields of its
 * own or no newline at its end: whoever copies, compares. */
#pragma once
#include "fetcher/store/store.h"

typedef struct Box Box;

/* One message of a box. Items are known by their index in box->items until the next list(). */
typedef struct {
  gint64 key;       /* what it is known by, today and tomorrow, for as long as it lies there: box_key() */
  guint twins;      /* how many items with the same key come after it: the same message, delivered or filed twice */
  guint64 size;     /* octets, line ends counted as this box has them */
  guint64 wire;     /* octets with each line end as CRLF, as servers count them; 0: not known to differ */
  gint64 stored;    /* when it was put there, Unix seconds, 0 unknown */
  gboolean deleted; /* its mail program has marked it for removal */
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
  gint64 key; /* in the other box, where it comes last of those that have it; 0: nobody can tell */
} BoxMove;

typedef struct {
  /* A text that changes whenever a message may have come or gone, found without reading mail. Where the folder is not
   * there: MAILBOX. The caller frees. */
  char *(*stamp)(Box *box, GError **error);
  /* Fills box->items (BoxItem) afresh, in the order of arrival. */
  gboolean (*list)(Box *box, GError **error);
  /* The header (up to and without the empty line), or the message from its start, at most `limit` bytes, of n items, in
   * any order; callback gets each once, none for one that is gone; it must not use the box. MESSAGE when one cannot be
   * read: what callback got is good. Changes nothing, no mark that it was read either. */
  gboolean (*read)(Box *box, const guint *items, guint n, BoxPart part, gsize limit, BoxCallback callback,
                   gpointer data, GError **error);
  /* Writes the whole message to fd, an empty file, and checks that it is whole. MESSAGE when it is gone or not whole.
   */
  gboolean (*fetch)(Box *box, guint item, int fd, GError **error);
  /* Adds the message that fd holds (seekable, from its start), whose size and time are as `like` says; it counts after
   * sync(). *key: its key here, 0 where the box keeps nothing. NULL: nothing can be put. */
  gboolean (*put)(Box *box, int fd, const BoxItem *like, gint64 *key, GError **error);
  /* Makes all that was put durable: files and folder are synced. FALSE: some of it may be there. NULL: put() has done
   * it. */
  gboolean (*sync)(Box *box, GError **error);
  /* Moves n items to another box of the same class by a shorter way than fetch(), put() and remove(), flags and all.
   * moved: BoxMove, one for each that was moved, in the order they were put (one that was gone has none); FALSE: some
   * may have been moved or copied, look. NULL, or FALSE without error and with nothing done: there is no shorter way.
   * *at_once: for each message this is one step, which is made or not; may be asked with n 0. */
  gboolean (*carry)(Box *box, const guint *items, guint n, Box *to, GArray *moved, gboolean *at_once, GError **error);
  /* Removes exactly these n items for good; one that is gone is no error. n 0: asks whether anything can be
   * removed now. With box->removes_late they are gone only after commit(). NULL: nothing can be removed. */
  gboolean (*remove)(Box *box, const guint *items, guint n, GError **error);
  /* Ends the session, which is when removals happen, and begins another: list() tells what became of them. NULL:
   * removals happen at once. */
  gboolean (*commit)(Box *box, GError **error);
  /* Makes the folder unless it is there (0700). NULL: it cannot be made. MAILBOX when that fails. */
  gboolean (*make)(Box *box, GError **error);
  /* Adds what inotify must watch to hear of mail that comes or goes; NULL: it cannot be heard of. */
  gboolean (*watch)(Box *box, int inotify, GError **error);
  /* Frees what the class has added, and the record; name and items are freed after it. */
  void (*free)(Box *box);
} BoxClass;

struct Box {
  const BoxClass *class;
  char *name;            /* the folder's name for the pipeline: a path, or INBOX */
  GArray *items;         /* BoxItem; empty before the first list() */
  gboolean read_only;    /* remove() and put() would be refused; known after list() */
  gboolean removes_late; /* see remove() */
  gboolean renumbers;    /* a listing without any known key means: the same messages under new keys */
};

/* Frees the box, its name and items. A POP3 session in which something was removed is ended with QUIT, so that it
 * happens, unless it broke. */
void box_free(Box *box);
/* For a class's own constructor: fills in a zeroed record. */
void box_init(Box *box, const BoxClass *class, const char *name);
static inline const BoxItem *box_item(const Box *box, guint i) { return &g_array_index(box->items, BoxItem, i); }
/* A key: the first 64 bits of the SHA-256 of these bytes, never 0. */
gint64 box_key(const void *bytes, gsize length);
/* Fills in the twins of all items (BoxItem), which are in the order of arrival: for list(). */
void box_count_twins(GArray *items);
/* An empty file without a name on the disk that `near` lies on, for fetch(). -1 with MAILBOX. */
int box_spool(const char *near, GError **error);
