/* private.h - what the files of the Maildir box share; nobody else includes it. */
#pragma once
#include "fetcher/maildir/maildir.h"

typedef struct {
  Box base;
  GPtrArray *names;  /* "cur/NAME:2,S" of each item, by its `where` */
  int renames;       /* inotify: tells of files that lose their name; -1 not asked for yet, or not to be had */
  GPtrArray *drafts; /* names of files in tmp that were put, and are to be synced */
} MaildirBox;

/* Sets "PATH: WHAT: the error of errno" and gives FALSE. */
gboolean maildir_fail(const char *path, const char *what, GError **error);
/* How long the part of a name is that stays when its flags change; and the key that it makes. */
gsize maildir_base(const char *name);
gint64 maildir_key(const char *name);

/* names.c */
#define MAILDIR_PARTS 2
extern const char *const maildir_parts[MAILDIR_PARTS]; /* in the order in which a message goes through them */
#define MAILDIR_LISTINGS 5 /* how often a folder is listed that changes while it is listed */
/* The names of all messages, with "new/" or "cur/" before each: GPtrArray of char *, which the caller owns. A file that
 * is renamed while its folder is listed might be missed, so lists again until nothing changes. MAILBOX when it never
 * stops changing. */
GPtrArray *maildir_names(MaildirBox *box, GError **error);
char *maildir_stamp(Box *box, GError **error); /* a slot of the BoxClass */

/* put.c */
/* All of one file to another, from where they stand; FALSE with errno. */
gboolean maildir_copy(int from, int to);
/* A name that nobody else gives (the convention of maildir(5)): time, process, count, host; and the size. The caller
 * frees. */
char *maildir_new_name(gint64 stored, guint64 size);
/* One folder of path, "new": what was renamed in it is on the disk. */
gboolean maildir_sync_folder(const char *path, const char *part, GError **error);
gboolean maildir_put(Box *box, int fd, const BoxItem *like, gint64 *key, GError **error);
gboolean maildir_sync(Box *box, GError **error);
gboolean maildir_make(Box *box, GError **error);
/* Removes what was put and not synced. */
void maildir_drop_drafts(MaildirBox *box);
