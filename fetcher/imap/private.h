/* private.h - what the files of the IMAP store share; nobody else includes it. */
#pragma once
#include "fetcher/imap/imap.h"
#include "fetcher/net/stream.h"

/* The most bytes of an answer without mail. */
#define IMAP_BUDGET ((guint64)8 << 20)
/* UIDs named in one command: a line must stay under the 8192 bytes every server takes (RFC 7162, 4). */
#define IMAP_SET 500

typedef struct {
  Store base;
  Stream *stream;
  mailimap *session;
  char *user;                               /* to keep it out of messages */
  gboolean placed;                          /* prefix and separator are known */
  char *prefix;                             /* of the personal namespace, UTF-8 */
  char separator;                           /* 0: the server has no hierarchy */
  GPtrArray *own_prefixes, *other_prefixes; /* char *, UTF-8: of namespaces; empty where the server does not tell */
  GHashTable *wire;                         /* UTF-8 name → wire name, for names that do not come back as they were */
  gboolean selected;
  gboolean came; /* messages came to the selected folder since it was opened, or since wait() told */
  guint gone;    /* so many went from it, and not by us */
} ImapStore;

/* sign_in.c: signs in with account's user and this secret, by the first mechanism that both sides know. */
gboolean imap_sign_in(ImapStore *store, const AccountConfig *account, const char *secret, GError **error);

/* command.c */
/* Sends the command, without its tag, and takes the answer: libetpan's result, CUSTOM_COMMAND for NO and BAD. */
int imap_run(mailimap *session, const char *command);

/* Maps what a libetpan function returned. scope: the code of a plain refusal; doing: "open the folder X". */
gboolean imap_check(ImapStore *store, int result, StoreError scope, const char *doing, GError **error);
/* Sends a command and reads its answer into session->imap_response_info. */
gboolean imap_command(ImapStore *store, guint64 budget, const char *command, StoreError scope, const char *doing,
                      GError **error);
/* Sets LINK with these words, for an error after which only a new connection helps. Always FALSE. */
gboolean imap_lost(ImapStore *store, const char *words, GError **error);
/* MAILBOX unless a folder is open. */
gboolean imap_need_folder(const ImapStore *store, GError **error);
/* The words the server gave with its answer, fit for a sentence, NULL when there are none. The caller frees. */
char *imap_words(const ImapStore *store);
/* Does the last refusal hold only for now? */
gboolean imap_is_later(const ImapStore *store);
/* Is this error a plain refusal (MAILBOX or LATER)? Then the session goes on. */
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

/* namespace.c */
/* Learns prefix, separator and namespaces, once. */
gboolean imap_ask_place(ImapStore *store, GError **error);
/* Does this folder lie in another person's or a shared namespace? Needs imap_ask_place(). */
gboolean imap_is_others(const ImapStore *store, const char *name);

/* folder.c */
GPtrArray *imap_folders(Store *base, GError **error);
char *imap_resolve(Store *base, const char *name, GError **error);
gboolean imap_create(Store *base, const char *name, GError **error);
gboolean imap_select(Store *base, const char *name, FolderStatus *status, GError **error);
gboolean imap_peek(Store *base, const char *name, FolderStatus *status, GError **error);
/* The wire name of a folder; MAILBOX when it cannot be one. The caller frees. */
char *imap_wire(ImapStore *store, const char *name, GError **error);

/* fetch.c */
gboolean imap_scan(Store *base, guint32 from, guint32 to, const char *const *fields, ScanCallback callback,
                   gpointer data, GError **error);
GArray *imap_present(Store *base, guint32 from, guint32 to, GError **error);
gboolean imap_read(Store *base, const guint32 *uids, guint n, gsize limit, ReadCallback callback, gpointer data,
                   GError **error);
GArray *imap_find(Store *base, const char *message_id, guint64 size, gint64 since, GError **error);
/* The flags and keywords of a message, as far as they are known. */
typedef struct {
  guint32 uid;
  guint64 modseq; /* RFC 7162, 3.1.3; 0: not told */
  gboolean backscatter, not_backscatter;
  gboolean prized; /* \Flagged or \Answered */
} ImapMarks;
/* The marks of those uids that are in the folder and whose flags the server told: GArray of ImapMarks. modseq: ask for
 * mod-sequences too (CONDSTORE). */
GArray *imap_marks(ImapStore *store, const GArray *uids, gboolean modseq, GError **error);

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
