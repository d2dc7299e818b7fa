/* journal.h - what was judged, and a durable record of every move.
 *
 * States:  kept                 judged, left where it is (genuine, unsure, or mode observe)
 *          waiting              fresh backscatter: judge again at `due`
 *          q_intent → quarantined → r_intent → restored
 *                       quarantined → d_intent → deleted
 *          failed               with the reason; where the message is stays recorded
 * The intent is committed before the server is asked. */
#pragma once
#include "filter/filter.h"
#include "ledger/folder.h"
#include "ledger/signer.h"

/* A message, known wherever it lies: Message-ID, size and SHA-256 of its first FILTER_READ_LIMIT bytes. */
typedef struct {
  char *message_id; /* normal form, "" when it has none, or one that is too long to be stored */
  guint64 size;     /* octets (RFC822.SIZE) */
  guint8 digest[32];
} Fingerprint;
void fingerprint_init(Fingerprint *fingerprint, const char *message_id, guint64 size, GBytes *head);
void fingerprint_copy(Fingerprint *to, const Fingerprint *from); /* to: all zero, or set by an earlier call */
void fingerprint_clear(Fingerprint *fingerprint);
gboolean fingerprint_equal(const Fingerprint *a, const Fingerprint *b);

/* Where a message lies. folder NULL: the place is not known; uid 0: the folder is known, the UID is not. */
typedef struct {
  char *folder; /* UTF-8 */
  guint32 validity, uid;
} Place;
void place_set(Place *place, const char *folder, guint32 validity, guint32 uid);

typedef enum {
  MOVE_KEPT,
  MOVE_WAITING,
  MOVE_Q_INTENT,
  MOVE_QUARANTINED,
  MOVE_R_INTENT,
  MOVE_RESTORED,
  MOVE_D_INTENT,
  MOVE_DELETED,
  MOVE_FAILED,
  MOVE_N
} MoveState;
const char *move_state_name(MoveState state); /* "q_intent"; static */

/* One judged message: what `list`, `show` and `explain` print. */
typedef struct {
  gint64 id; /* the number that people type; filled in by journal_record() */
  char *account;
  Fingerprint fingerprint;
  gint64 arrived; /* INTERNALDATE */
  gint64 judged;  /* when */
  ReportKind kind;
  VerdictCode verdict;
  char *reporter;
  char *status, *diagnostic;
  GPtrArray *recipients;                                              /* char* */
  char *original_id, *original_from, *original_to, *original_subject; /* first id; NULL when absent */
  gint64 original_date;
  GPtrArray *evidence; /* Evidence* */
  guint decided;       /* index into evidence */
  MoveState state;
  char *reason; /* why the move failed or was put off, or that somebody else took the message out of quarantine; NULL */
  Place home;   /* the watched folder */
  Place away;   /* quarantine, later Trash */
  gboolean exempt; /* never to be judged again */
  gint64 due;      /* when to judge again an entry that is waiting, or backscatter that was kept */
  gint64 matched;  /* the sent message that the report was matched to (SentFact.row), 0 none; and by what. Counted
                      by SentFact.reports, Facts.written_reports and insiders_count(); or the mark that left it in sight,
                      counted by MarkFact.reports. Not read back */
  Match matched_by;
  gint64 signature;    /* SignedFact.digest, where one vouches for it; 0: none. Not read back */
  Sighting *sighting;  /* what it shows of who signs the owner's mail; NULL: nothing. Not read back */
  gint64 changed;      /* when state was set */
  GBytes *kept;        /* of a report on its way to quarantine: what it can be judged again by; NULL. Not read back */
  GArray *kept_hashes; /* gint64: by which sent messages it is found then; NULL with kept */
  gboolean claimed;    /* its move was tried and put off (journal_put_off()), so the mark on it is this machine's own */
  gboolean braked;     /* kept until the account is plausible (brake.h) */
  GPtrArray *relays;   /* char*: hosts that passed the original on; NULL. Not read back */
  char *bearer;        /* the host that brought the report to the mailbox; NULL. Not read back */
  GArray *words;       /* gint64: of a report on its way to quarantine: words to learn from; NULL. Not read back */
  char *unused;   /* an address of the owner's that it came to, and that mail never left from; NULL. Not read back */
  char *unlisted; /* an address it came to, where no account lists any of these; NULL. Not read back */
} Entry;
/* An entry for a verdict just given; copies what it needs. facts: the facts that the verdict stands on, NULL for none.
 * state: MOVE_KEPT, MOVE_WAITING or MOVE_Q_INTENT. The caller fills in fingerprint, arrived, judged, home and due. */
Entry *entry_new(const char *account, const Report *report, const Facts *facts, const Verdict *verdict,
                 MoveState state);
void entry_free(Entry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Entry, entry_free)

/* Records a judged batch (Entry*, ids filled in; an entry whose id is set already replaces that row: one that
 * is waiting, kept or failed, judged again, LEDGER_ERROR_REFUSED in any other state) and the folder's new mark, in one
 * transaction: statistics, failures per sent message, and intents included. mark NULL: leave it. A message already
 * recorded from the same home (folder, validity, uid) is left as it is: id and state of its entry are filled in, so
 * act on entry->state as it is afterwards. */
gboolean journal_record(Ledger *ledger, GPtrArray *entries, const char *account, const char *folder,
                        const FolderMark *mark, GError **error);

/* The entries of account with this fingerprint, newest first (a message may be delivered twice): list of Entry*. */
GPtrArray *journal_find(Ledger *ledger, const char *account, const Fingerprint *fingerprint, GError **error);
/* LEDGER_ERROR_MISSING when there is no such entry. */
Entry *journal_get(Ledger *ledger, gint64 id, GError **error);
/* Unfinished intents of account, oldest first: list of Entry*. */
GPtrArray *journal_unfinished(Ledger *ledger, const char *account, GError **error);
/* *claimed: another entry of account than `except` lies at this place now (by its state: at home or away; on its way
 * into quarantine perhaps at both). */
gboolean journal_claimed(Ledger *ledger, const char *account, const Place *place, gint64 except, gboolean *claimed,
                         GError **error);
/* Entries of account that are to be judged again, since they are due: waiting ones, and where observed is TRUE those
 * that were kept although their verdict would have had them moved, because nothing was to be moved then. List of
 * Entry*. */
GPtrArray *journal_due(Ledger *ledger, const char *account, gint64 now, gboolean observed, GError **error);

/* What to list. Zero or NULL means any. */
typedef struct {
  const char *account;
  int verdict;         /* a VerdictCode + 1, or 0 */
  int state;           /* a MoveState + 1, or 0 */
  gboolean for_owner;  /* only entries that wait for the owner: messages that were moved and not restored or deleted
                          since, messages that could not be moved, and messages that were left in place (unsure, or only
                          observed) without being genuine; but not messages that the owner has restored */
  const char *text;    /* text to look for in reporter, recipients, subject, original's addresses; case ignored */
  gint64 since;        /* judged at or after */
  guint limit, offset; /* newest first; limit 0: all */
} JournalQuery;
/* Calls each with every entry (borrowed, evidence left empty), newest first, until it returns FALSE. */
gboolean journal_list(Ledger *ledger, const JournalQuery *query, gboolean (*each)(const Entry *entry, gpointer data),
                      gpointer data, GError **error);

/* quarantined (or failed, with `away` known), or deleted into the trash (`away` known) → r_intent, exempting the
 * fingerprint; quarantined (or failed ...) → d_intent; q_intent → r_intent
 * where a copy lies in quarantine already (journal_copied()): the other one then stays where it is.
 * LEDGER_ERROR_REFUSED with a sentence for people in any other state. */
gboolean journal_intend(Ledger *ledger, gint64 id, MoveState intent, GError **error);
/* The confirmation of an intent: q_intent → quarantined, r_intent → restored, d_intent → deleted. where: the place it
 * is now (its home after a restore, else away); NULL: gone. */
gboolean journal_confirm(Ledger *ledger, gint64 id, const Place *where, GError **error);
/* As journal_confirm(), for a batch in one transaction. */
typedef struct {
  gint64 id;
  Place where;
} Confirmation;
gboolean journal_confirm_many(Ledger *ledger, const Confirmation *confirmations, guint n, GError **error);
/* Copies of messages on their way into quarantine lie there now, while what they were copied from is still to be
 * removed: notes where, so that no other message of the same bytes is taken for them. q_intent stays q_intent; all in
 * one transaction. */
gboolean journal_copied(Ledger *ledger, const Confirmation *copies, guint n, GError **error);
/* q_intent → kept, to be judged again at `due` (0: not by itself): another machine has claimed the message. */
gboolean journal_yield(Ledger *ledger, gint64 id, gint64 due, GError **error);
/* q_intent → kept, to be judged again at `due`, with the reason why it was not moved. claimed: for Entry.claimed, where
 * it is to be judged again. */
gboolean journal_put_off(Ledger *ledger, gint64 id, gint64 due, gboolean claimed, const char *reason, GError **error);
/* The earliest due time of all entries that journal_due() will give one day; 0 when there are no such entries. *next is
 * set on success. */
gboolean journal_next_due(Ledger *ledger, const char *account, gboolean observed, gint64 *next, GError **error);
/* Somebody else (the owner's hands, another machine) has put a message into quarantine: entry, with state
 * MOVE_QUARANTINED and away set. An entry of its account and fingerprint that is kept, waiting or failed, or
 * quarantined at a place that is now found empty (entry->id names it, else 0), becomes it (home and arrived stay as
 * they were); else it is a new one. entry->id is filled in. One that lies at that very place already is left as it is.
 * LEDGER_ERROR_REFUSED when the named entry is another message's, or in any other state. */
gboolean journal_adopt(Ledger *ledger, Entry *entry, GError **error);
/* What the journal says lies in this folder now (quarantined, folder and validity as given): GArray of Lying, by uid.
 * Entries whose uid is not known (0) are among them. */
typedef struct {
  gint64 id;
  guint32 uid;
} Lying;
GArray *journal_lying(Ledger *ledger, const char *account, const char *folder, guint32 validity, GError **error);
/* How many entries journal_lying() would give. */
gboolean journal_lying_count(Ledger *ledger, const char *account, const char *folder, guint32 validity, guint *count,
                             GError **error);
/* UIDs of a watched folder whose messages the owner must not see there, though they may still lie there: those on their
 * way to quarantine or in it; and those that wait for their second look, unless that look is more than `late` seconds
 * overdue or was made already (now: Unix seconds; 0: leave waiting ones out). GArray of guint32, ascending. */
GArray *journal_held(Ledger *ledger, const char *account, const char *folder, guint32 validity, gint64 now, gint64 late,
                     GError **error);
/* The message was taken out of quarantine by somebody else, and its new place is not known: quarantined → deleted,
 * place unknown, with the reason. */
gboolean journal_owner_removed(Ledger *ledger, gint64 id, const char *reason, GError **error);
/* An intent to delete is not carried out: d_intent → quarantined, with the reason. */
gboolean journal_not_deleted(Ledger *ledger, gint64 id, const char *reason, GError **error);
/* A message in the trash cannot be restored: r_intent → deleted, with the reason. there TRUE: the message still lies in
 * the trash; FALSE: its place is not known. */
gboolean journal_stays_deleted(Ledger *ledger, gint64 id, gboolean there, const char *reason, GError **error);
/* → failed. */
gboolean journal_fail(Ledger *ledger, gint64 id, const char *reason, GError **error);
/* The owner put the message back by hand: → restored, exempt. */
gboolean journal_owner_restored(Ledger *ledger, gint64 id, const Place *where, GError **error);

/* Counts of entries: by verdict and state, of account or (NULL) all. */
typedef struct {
  guint by_verdict[VERDICT_N];
  guint by_state[MOVE_N];
} JournalCounts;
gboolean journal_counts(Ledger *ledger, const char *account, JournalCounts *counts, GError **error);
