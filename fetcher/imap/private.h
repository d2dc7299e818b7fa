/* private.h - what the files of the IMAP store share; nobody else includes it. */
#pragma once
#include "fetcher/imap/imap.h"
#include "fetcher/imap/reply.h"
#include "fetcher/imap/rows.h"
#include "fetcher/net/stream.h"
#include <libetpan/libetpan.h>

/* The most bytes of an answer without mail. */
#define IMAP_BUDGET ((guint64)8 << 20)
/* UIDs named in one command: a line must stay under the 8192 bytes every server takes (RFC 7162, 4). */
#define IMAP_SET 500

typedef struct {
  Store base;
  Stream *stream;
  char *user; /* to keep it out of messages */

  /* hear.c */
  Reader reader;
  char chunk[16384]; /* bytes that have come; the reader has taken those before `at` */
  gsize at, end;
  char tag[24]; /* of the last command of ours */
  guint tags;
  guint32 mark; /* a number in all tags of this connection, which no message can know */
  char *ahead;  /* the command that was sent ahead, and is not answered yet; NULL */
  /* The last answer. */
  gboolean lost_track; /* see imap_lose_track() */
  ReplyKind ended;     /* OK, NO, BAD; REPLY_EMPTY: the command is not answered yet */
  char *code;          /* NULL */
  char *text;          /* for people; NULL */

  mailimap *session;  /* greeting, STARTTLS, sign-in, logout; nothing else */
  GString *rewritten; /* what it shall read */
  gboolean greeted, closing;

  GHashTable *capabilities;                 /* in upper case */
  gboolean placed;                          /* prefix and separator are known */
  char *prefix;                             /* of the personal namespace, UTF-8 */
  char separator;                           /* 0: the server has no hierarchy */
  GPtrArray *own_prefixes, *other_prefixes; /* char *, UTF-8: of namespaces; empty where the server does not tell */
  GHashTable *wire;                         /* UTF-8 name → wire name, for names that do not come back as they were */

  gboolean tells_copies; /* it has sent a COPYUID */

  char *open; /* the selected folder, for messages; NULL */
  guint32 exists;
  gboolean came; /* messages came to the selected folder since it was opened, or since wait() told */
  guint gone;    /* so many went from it, and not by us */
  guint looks;   /* in a row, at what the server said while it was waited for, and was no news */
} ImapStore;

/* hear.c */
/* Waits for one whole response. FALSE: the connection is broken (stream_error()). */
gboolean imap_hear(ImapStore *store, const char *tag, Reply *reply);
/* Gives a response that has come, without waiting. *whole FALSE: none has come whole. FALSE: as above. */
gboolean imap_hear_now(ImapStore *store, const char *tag, Reply *reply, gboolean *whole);
/* Has the server sent bytes that nobody has read yet? */
gboolean imap_has_unread(const ImapStore *store);
/* Takes what a response tells of the selected folder: EXISTS, EXPUNGE, VANISHED. */
void imap_take_news(ImapStore *store, const Reply *reply);
/* Keeps code and words of a status line, for messages. */
void imap_note_status(ImapStore *store, const Reply *reply);
/* Lines of the answer may be text of mail: nothing of it is taken any more but its tagged line. */
void imap_lose_track(ImapStore *store);
/* The stream through which libetpan speaks: it reads only status lines that were rewritten. */
mailstream *imap_stream_for_libetpan(ImapStore *store);

/* sign_in.c: signs in with account's user and this secret, by the first mechanism that both sides know. */
gboolean imap_sign_in(ImapStore *store, const AccountConfig *account, const char *secret, GError **error);

/* command.c */
/* Gets each untagged response of an answer but "* BYE", and its tagged line. Borrows the reply. */
typedef void (*ImapTake)(ImapStore *store, const Reply *reply, gpointer data);
/* A command besides its words. */
typedef struct {
  const char *doing; /* what it is for: "open the folder X" */
  StoreError scope;  /* the code of a refusal; MAILBOX and MESSAGE become LATER where it holds only for now */
  ImapTake take;     /* NULL */
  gpointer data;
  guint64 budget; /* the most bytes of its answer; 0: IMAP_BUDGET */
  gsize keep;     /* how much of a literal is kept; 0: READER_KEEP */
} ImapAsk;
/* Sends a command, without its tag, and reads its answer. */
gboolean imap_command(ImapStore *store, const char *command, const ImapAsk *ask, GError **error);
/* The same without any handling of a refusal: FALSE when the connection is broken; store->ended tells. */
gboolean imap_run(ImapStore *store, const char *command, const ImapAsk *ask);
/* Sends tag and command, unless this very command was sent ahead. */
gboolean imap_send(ImapStore *store, const char *command, guint64 budget, gsize keep);
/* Sends a command that is likely to be the next one, so that the server works on it meanwhile. The last answer must
 * have been read to its end. If another command comes first, the answer to this one is thrown away. */
void imap_send_ahead(ImapStore *store, const char *command);
/* The next command is libetpan's; its answer may have so many bytes. */
void imap_leave_to_libetpan(ImapStore *store, guint64 budget);
/* Maps what a libetpan function returned. scope: the code of a plain refusal. */
gboolean imap_check(ImapStore *store, int result, StoreError scope, const char *doing, GError **error);
/* Sets the error of a broken connection and ends it. Always FALSE. */
gboolean imap_broken(ImapStore *store, GError **error);
/* Sets an error for a refusal by the last answer, with the server's words. command: NULL, or to be named. FALSE. */
gboolean imap_refused(ImapStore *store, const ImapAsk *ask, const char *command, GError **error);
/* The server has said "* BYE": the connection is broken. */
void imap_take_bye(ImapStore *store, const Reply *reply);
/* MAILBOX unless a folder is open. */
gboolean imap_need_folder(const ImapStore *store, GError **error);
/* The words the server gave with its last answer, fit for a sentence, NULL when there are none. The caller frees. */
char *imap_words(const ImapStore *store);
/* Was the last answer a refusal that holds only for now? */
gboolean imap_for_now(const ImapStore *store);
/* Is this error a plain refusal (MAILBOX, MESSAGE or LATER)? Then the session goes on. */
gboolean imap_was_refused(const GError *error);
/* Asks for the capabilities anew. */
gboolean imap_ask_capabilities(ImapStore *store, GError **error);
gboolean imap_has(const ImapStore *store, const char *capability);
/* A quoted string (RFC 3501, 4.3). text must not hold CR or LF. The caller frees. */
char *imap_quote(const char *text);
/* Appends a set of UIDs (sorted, n > 0) with runs shortened: "3:5,9". */
void imap_append_set(GString *command, const guint32 *uids, guint n);
/* "VERB 3:5,9REST". The caller frees. */
char *imap_with_set(const char *verb, const GArray *uids, const char *rest);
int imap_compare_uids(gconstpointer a, gconstpointer b);
/* The first at most IMAP_SET of n > 0 UIDs, ascending. */
GArray *imap_batch(const guint32 *uids, guint n);
/* A UID SEARCH for the selected folder: ascending, without duplicates or 0, at most limit. */
GArray *imap_search(ImapStore *store, const char *criteria, guint limit, GError **error);

/* folder.c */
GPtrArray *imap_folders(Store *base, GError **error);
char *imap_resolve(Store *base, const char *name, GError **error);
gboolean imap_create(Store *base, const char *name, GError **error);
/* The wire name of a folder; MAILBOX when it cannot be one. The caller frees. */
char *imap_wire(ImapStore *store, const char *name, GError **error);

/* "open the folder X", for messages. The caller frees. */
char *imap_doing(const char *verb, const char *name);

/* namespace.c */
/* Learns prefix, separator and namespaces, once. */
gboolean imap_ask_place(ImapStore *store, GError **error);
/* Does this folder lie in another person's or a shared namespace? Needs imap_ask_place(). */
gboolean imap_is_others(const ImapStore *store, const char *name);

/* open.c */
gboolean imap_select(Store *base, const char *name, FolderStatus *status, GError **error);
gboolean imap_peek(Store *base, const char *name, FolderStatus *status, GError **error);
gboolean imap_last(Store *base, guint32 *highest, GError **error);
/* How many messages a folder has, and its UIDNEXT, without opening it; next 0: the server does not tell. */
gboolean imap_count(ImapStore *store, const char *wire, FolderStatus *status, GError **error);

/* fetch.c */
gboolean imap_scan(Store *base, guint32 from, guint32 to, const char *const *fields, ScanCallback callback,
                   gpointer data, GError **error);
void imap_expect(Store *base, guint32 from, guint32 to, const char *const *fields);
GArray *imap_present(Store *base, guint32 from, guint32 to, GError **error);
gboolean imap_read(Store *base, const guint32 *uids, guint n, gsize limit, ReadCallback callback, gpointer data,
                   GError **error);
GArray *imap_find(Store *base, const char *message_id, guint64 size, gint64 since, GError **error);
/* The flags and keywords of a message, as far as they are known. */
typedef struct {
  guint32 uid;
  guint64 modseq; /* RFC 7162, 3.1.3; 0: not told */
  gboolean flags; /* the server told them */
  gboolean backscatter, not_backscatter;
  gboolean prized; /* \Flagged or \Answered, or the flags cannot be read */
} ImapMarks;
/* The marks of those uids that the server told of: GArray of ImapMarks. modseq: ask for mod-sequences too
 * (CONDSTORE). */
GArray *imap_marks(ImapStore *store, const GArray *uids, gboolean modseq, GError **error);
/* Which of these UIDs (n > 0, ascending) are in the open folder: GArray of guint32. */
GArray *imap_ask_present(ImapStore *store, const GArray *uids, GError **error);

/* move.c */
gboolean imap_move(Store *base, const guint32 *uids, guint n, const char *target, GArray *pairs, GError **error);
gboolean imap_copy(Store *base, const guint32 *uids, guint n, const char *target, GArray *pairs, GError **error);
gboolean imap_remove(Store *base, const guint32 *uids, guint n, GError **error);

/* mark.c */
gboolean imap_mark(Store *base, const guint32 *uids, guint n, Mark mark, GError **error);
gboolean imap_claim(Store *base, const guint32 *uids, guint n, GArray *claimed, GError **error);
gboolean imap_prized(Store *base, const guint32 *uids, guint n, GArray *prized, GError **error);

/* idle.c */

/* IDLE is begun anew after so many milliseconds, before the server tires of it (RFC 2177); tests make it short. */
extern guint imap_idle_renewal;
gboolean imap_wait(Store *base, const int *wake, guint n, gboolean *changed, GError **error);
