/* private.h - what one file of this room does for another. No other room includes it. */
#pragma once
#include "filter/filter.h"
#include "filter/span.h"
#include "ledger/db.h"
#include "ledger/facts.h"
#include "ledger/journal.h"
#include "ledger/sent.h"
#include "ledger/wish.h"

/* ledger.c: does dir belong to this user, and can no other user write to it? create: makes the folder first (0700). */
gboolean data_folder_check(const char *dir, gboolean create, GError **error);

/* schema_trust.c, schema_marks.c, schema_signer.c, schema_hand.c: the steps as SQL. */
extern const char *const schema_trust;
extern const char *const schema_marks;
extern const char *const schema_signer;
extern const char *const schema_hand;
/* schema_dns.c, schema_domain.c, schema_words.c: the same. */
extern const char *const schema_dns;
extern const char *const schema_domain;
extern const char *const schema_words;

/* account.c: the row id; -1 with error. LEDGER_ERROR_MISSING for an account that is not known. */
gint64 account_id(Ledger *ledger, const char *name, GError **error);
/* folder.c: the row id; -1 with error. Makes the row of a folder that is not known yet. */
gint64 folder_id(Ledger *ledger, const char *account, const char *folder, FolderRole role, GError **error);
gboolean folder_mark_write(Ledger *ledger, gint64 folder, const FolderMark *mark, GError **error);

/* sent_find.c: *sent becomes the message that has this id (the first one, so that all aliases and copies lead to the
 * same); stays when none has. Where none has exactly this one, white space and the domain's case do not count. */
gboolean sent_by_id(Ledger *ledger, const char *id, gint64 *sent, GError **error);

/* sent_find.c: the same for the beginning of an id, of SENT_START_BYTES or more (a shorter one finds nothing), and for
 * the id of a letter that the message answers: the latest of those that may be meant. */
#define SENT_START_BYTES 12
gboolean sent_by_start(Ledger *ledger, const char *start, gint64 *sent, GError **error);
gboolean sent_by_reply(Ledger *ledger, const char *id, gint64 *sent, GError **error);
/* sent_find.c: an id without white space and with its domain in lower case; NULL if the id has this form already. */
char *sent_id_loose(const char *id);
/* sent_find.c: the key in table sent_start for the beginning of an id of `least` bytes or more; 0 for a shorter id. */
gint64 sent_id_start(const char *id, gsize least);
/* sent_find.c: how table sent_to knows a subject: *hash, and *whole as rows of schema version 3 and before have it.
 * FALSE: it has nothing to compare. */
gboolean subject_hashes(const char *subject, gint64 *hash, gint64 *whole);

/* sent_batch.c: puts those of n messages that the folder does not have yet into the tables; *added: how many. Within a
 * transaction of the caller's. */
gboolean sent_batch_add(Ledger *ledger, gint64 folder, const SentRow *rows, guint n, guint *added, GError **error);
/* sent_domain.c: adds to near (gint64) the hashes of addresses at this domain to which the owner wrote between these
 * times, Unix seconds, the latest first. Of a large domain, those come whom the owner wrote to last before `to`, and
 * before `also`: a report was written then, or came then, and one of the two times may be wrong. */
gboolean sent_domain_ask(Ledger *ledger, const char *domain, gint64 from, gint64 to, gint64 also, GArray *near,
                         GError **error);
/* Seconds in a day as table sent_domain counts them. */
#define SENT_DAY ((gint64)86400)
/* sent_find.c: can a message have been sent then? Clocks may be ahead by SENT_CLOCK_SLACK, seconds. */
#define SENT_CLOCK_SLACK ((gint64)86400)
gboolean sent_date_plausible(gint64 date, gint64 now);

/* journal.c: journal_intend() within a transaction of the caller's; also MOVE_Q_INTENT: what was restored goes back
 * into this folder, and may be judged again. */
gboolean journal_begin_intent(Ledger *ledger, gint64 id, MoveState intent, const char *quarantine, GError **error);
/* journal_end.c: entries of this account that wait or are on their way become `failed`. */
gboolean journal_abandon(Ledger *ledger, gint64 account, const char *reason, GError **error);

/* journal.c: writes the verdict of a quarantined entry that was judged again: verdict, evidence, and what it was
 * matched to. Within a transaction of the caller's. */
gboolean journal_judge_again(Ledger *ledger, const Entry *entry, GError **error);

/* wish.c: a wish to restore this entry, unless there is one. Within a transaction of the caller's. */
gboolean wish_restore(Ledger *ledger, gint64 entry, GError **error);

/* wish.c: wish_add_many() and wish_cancel_many() within a transaction of the caller's. */
gboolean wish_add_each(Ledger *ledger, WishVerb verb, const gint64 *entries, guint n, GArray *ids, char **refusal,
                       GError **error);
gboolean wish_cancel_each(Ledger *ledger, const gint64 *ids, guint n, GError **error);

/* newsender.c: no own entry has this text any more, whichever list it stood in. */
gboolean newsender_forget(Ledger *ledger, const char *entry, GError **error);

/* wish.c: ends open requests of accounts that are not configured as failed; *none: there are no such requests. */
gboolean wish_abandon(Ledger *ledger, GError **error);
gboolean wish_none_abandoned(Ledger *ledger, gboolean *none, GError **error);

/* gap.c: coverage_gap_add() within a transaction of the caller's. */
gboolean coverage_gap_note(Ledger *ledger, const char *account, const char *folder, gint64 since, gint64 until,
                           const char *reason, GError **error);

/* complete.c: notes what a reading has taken since it was noted last. Within a transaction of the caller's. */
gboolean reading_note(Ledger *ledger, Reading *reading, GError **error);

/* silence.c: a time without sent mail that touches the one asked about, and is longer than 30 days and ten times the
 * usual interval; Unix seconds, zeros where there is none. */
typedef struct {
  gint64 since, until;
} Silence;
gboolean silence_ask(Ledger *ledger, const char *account, gint64 from, gint64 to, Silence *silence, GError **error);

/* signer.c: what a recorded entry teaches of who signs, and which signature vouches for it. again: it replaces a row.
 * Within a transaction of the caller's. */
gboolean signer_note(Ledger *ledger, const Entry *entry, gboolean again, GError **error);
/* signer.c: what a message that has the id of sent message `row` shows. A signature teaches only about the address that
 * it signs, and that the message was sent from. Within a transaction of the caller's. */
gboolean signer_note_message(Ledger *ledger, gint64 row, const Sighting *sighting, GError **error);
/* signer.c: *n: reports with this signature (SignedFact.digest), of failure or not; not that of entry `except`. */
gboolean signer_reports(Ledger *ledger, gint64 digest, gboolean failure, gint64 except, guint *n, GError **error);
/* signer_learned.c: the domains that are known to sign mail from this address: list of char*. */
GPtrArray *signer_learned(Ledger *ledger, const char *address, GError **error);
/* signer_learned.c: adds domain and selector of each pair that signed mail since then, of learned signers alone, the
 * latest first, at most `most`. */
gboolean signer_in_use(Ledger *ledger, gint64 since, guint most, GPtrArray *domains, GPtrArray *selectors,
                       GError **error);
/* signer_learned.c: *n: how many messages from this address were seen around that date, where all of them were signed,
 * and enough; 0 else, or where one of those who sign them is among these signers. */
gboolean signer_always(Ledger *ledger, const char *address, gint64 date, GPtrArray *signers, guint *n, GError **error);
/* signer_key.c: *good: it verifies with a key of its signer that was published at its signed Date, give or take a day,
 * and not withdrawn by then. */
gboolean signer_verifies(Ledger *ledger, const DkimSignature *signature, gboolean *good, GError **error);

/* received.c: *received: a message with this id lies, or lay, in the owner's mailbox of any account. */
gboolean received_has(Ledger *ledger, const char *id, gboolean *received, GError **error);

/* own_server.c: learns from the header fields of one ordinary message. account: row id. Within a transaction of the
 * caller's. */
gboolean own_server_learn(Ledger *ledger, gint64 account, Span fields, GError **error);

/* answers.c: notes the message if it is an answer that counts. account: row id; patterns: of its addresses; when: Unix
 * seconds. changed: set of gint64 (owned by it): gets the address whose answers are to be weighed anew, with
 * answers_weigh(), once for many messages. Within a transaction of the caller's, as are the next three. */
gboolean answer_add(Ledger *ledger, gint64 account, const char *patterns, const ReceivedMessage *message, gint64 when,
                    GHashTable *changed, GError **error);
gboolean answers_weigh(Ledger *ledger, GHashTable *changed, GError **error);
/* answers.c: forgets answers of account before `before`, Unix seconds. */
gboolean answers_forget(Ledger *ledger, gint64 account, gint64 before, GError **error);
/* answers.c: weighs the answers again to every address that has one. */
gboolean answers_weigh_all(Ledger *ledger, GError **error);
/* answers.c: does the test of one of these addresses fail for the time from `from` to `to`? *sentence: what is missing;
 * the caller frees; NULL where it does not fail. Where the owner vouches for the account, it does not. */
gboolean answers_ask(Ledger *ledger, const GPtrArray *addresses, gint64 from, gint64 to, char **sentence,
                     GError **error);

/* words.c: how the ledger knows a word of wording_split(). */
gint64 word_hash(const char *word);
/* words.c: notes the words of a recorded entry (Entry.words), to learn from them once the owner has decided. Within a
 * transaction of the caller's. */
gboolean words_keep(Ledger *ledger, const Entry *entry, GError **error);
/* never_used.c: counts a report to an address that mail never left from. Within a transaction of the caller's. */
gboolean never_used_note(Ledger *ledger, const char *address, GError **error);
/* unlisted.c: counts a bounce to an address that no account lists. Within a transaction of the caller's. */
gboolean unlisted_note(Ledger *ledger, const char *address, GError **error);

/* coverage.c: fills in from, to, covered, gap and stale for the time from need_from to need_to. A look at a Sent folder
 * that is later than both `now` and the clock did not happen then, and counts for nothing. */
gboolean coverage_ask(Ledger *ledger, Facts *facts, const Report *report, const FactsQuery *query, GError **error);

/* newsender.c: fills in own, own_entry and own_matched. */
gboolean newsender_own_word(Ledger *ledger, Facts *facts, const Report *report, GError **error);
/* newsender.c: has the owner excluded this address, or a domain it lies in? */
gboolean newsender_is_excluded(Ledger *ledger, const char *address, gboolean *excluded, GError **error);

/* The character between the arguments of a line of evidence; no text for people holds this character. Column args is
 * NULL in rows of schema version 3 and before, which hold the sentence. */
#define ARGUMENTS_APART "\x1f"

/* entry.c: an entry of a row of ENTRY_COLUMNS. */
#define ENTRY_COLUMNS                                                                                                  \
  "entry.id, account.name, message_id, size, digest, arrived, judged, kind, verdict, reporter, status, diagnostic, "   \
  "recipients, original_id,"                                                                                           \
  " original_from, original_to, original_subject, original_date, decided, entry.state, reason, home_folder, "          \
  "home_validity, home_uid,"                                                                                           \
  " away_folder, away_validity, away_uid, exempt, due, changed, claimed, braked"
Entry *entry_of_row(const Rows *rows);
/* A condition on a row of entry: does it wait for the owner (JournalQuery.for_owner)? Everybody who lists or counts
 * these entries uses this one condition. */
#define IS_FOR_OWNER                                                                                                   \
  "(entry.state IN ('q_intent', 'quarantined', 'r_intent', 'd_intent', 'failed')"                                      \
  " OR (entry.state = 'kept' AND entry.exempt = 0 AND entry.verdict IN ('unsure', 'backscatter')))"
/* shorten.c: cuts the texts of an entry that is to be stored, the longest ones first, each with an ellipsis, so that
 * all together have 1,000 bytes at most; 20 recipients stay. Texts of ordinary reports stay whole. */
void entry_shorten(Entry *entry);
/* entry.c: why this entry cannot be restored (MOVE_R_INTENT), deleted (MOVE_D_INTENT) or put back
 * into quarantine (MOVE_Q_INTENT) now, a sentence; NULL when it
 * can. */
char *entry_refusal(const Entry *entry, MoveState intent);
/* entry.c: does a report of this kind say that a message failed? */
gboolean entry_is_failure(ReportKind kind);
/* entry.c: the state of a word; MOVE_FAILED for an unknown one. */
MoveState move_state_parse(const char *name);
