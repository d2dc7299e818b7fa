/* entry.c - an entry of the journal in memory: fingerprint, place, states.
 * Owns:     the words for states, and which state may follow which.
 * Must not: write.
 * Fails:    never.
 * Tests:    tests/ledger/test_journal.c */
#include "ledger/kept.h"
#include "ledger/marks.h"
#include <string.h>

#define MESSAGE_ID_LONGEST 250 /* a longer one is not stored: size and digest are enough */

static const char *const state_words[MOVE_N] = { "kept",     "waiting",  "q_intent", "quarantined", "r_intent",
                                                 "restored", "d_intent", "deleted",  "failed" };

const char *move_state_name(MoveState state) { return state_words[(guint)state < MOVE_N ? state : MOVE_FAILED]; }

MoveState move_state_parse(const char *name)
{
  for (guint i = 0; i < MOVE_N; i++)
    if (g_strcmp0(name, state_words[i]) == 0) return (MoveState)i;
  return MOVE_FAILED;
}

void fingerprint_init(Fingerprint *fingerprint, const char *message_id, guint64 size, GBytes *head)
{
  gsize length = 0;
  const guchar *data = g_bytes_get_data(head, &length);
  hash_bytes(data, MIN(length, FILTER_READ_LIMIT), fingerprint->digest);
  gboolean known = message_id != NULL && strlen(message_id) <= MESSAGE_ID_LONGEST;
  fingerprint->message_id = g_strdup(known ? message_id : "");
  fingerprint->size = size;
}

void fingerprint_copy(Fingerprint *to, const Fingerprint *from)
{
  char *message_id = g_strdup(from->message_id);
  g_free(to->message_id);
  *to = *from;
  to->message_id = message_id;
}

void fingerprint_clear(Fingerprint *fingerprint) { g_clear_pointer(&fingerprint->message_id, g_free); }

gboolean fingerprint_equal(const Fingerprint *a, const Fingerprint *b)
{
  return a->size == b->size && g_strcmp0(a->message_id, b->message_id) == 0
         && memcmp(a->digest, b->digest, sizeof a->digest) == 0;
}

void place_set(Place *place, const char *folder, guint32 validity, guint32 uid)
{
  char *copy = g_strdup(folder);
  g_free(place->folder);
  *place = (Place){ copy, validity, uid };
}

static GPtrArray *copy_texts(const GPtrArray *texts)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < texts->len; i++) g_ptr_array_add(copy, g_strdup(g_ptr_array_index(texts, i)));
  return copy;
}

static GPtrArray *copy_evidence(const GPtrArray *evidence)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func((GDestroyNotify)evidence_free);
  for (guint i = 0; i < evidence->len; i++) g_ptr_array_add(copy, evidence_copy(g_ptr_array_index(evidence, i)));
  return copy;
}

gboolean entry_is_failure(ReportKind kind) { return kind == REPORT_DSN_FAILED || kind == REPORT_BOUNCE; }

/* Backscatter uses up nothing: a forger must not spend what clears the reports about a recipient. A mark is used up
 * where that mark decided. */
static void set_match(Entry *entry, const Facts *facts, const Verdict *verdict, gboolean shows_id)
{
  if (verdict_is_insider(verdict)) {
    entry->matched_by = verdict->fresh ? MATCH_NONE : MATCH_INSIDER;
    return;
  }
  const GPtrArray *lines = entry->evidence;
  const Evidence *decided = entry->decided < lines->len ? g_ptr_array_index(lines, entry->decided) : NULL;
  const OwnMark mark = decided != NULL ? mark_of_code(decided->code) : MARK_N;
  if (mark != MARK_N) {
    entry->matched_by = (Match)(MATCH_MARK + mark);
    return;
  }
  const SentFact *sent = facts_match(facts, shows_id, &entry->matched_by);
  if (sent == NULL || (entry->matched_by == MATCH_WRITTEN && entry->verdict == VERDICT_BACKSCATTER))
    entry->matched_by = MATCH_NONE;
  else
    entry->matched = sent->row;
}

Entry *entry_new(const char *account, const Report *report, const Facts *facts, const Verdict *verdict, MoveState state)
{
  const Original *original = &report->original;
  gboolean leaves = state == MOVE_Q_INTENT || state == MOVE_WAITING || state == MOVE_QUARANTINED;
  Entry *entry = g_new0(Entry, 1);
  entry->account = g_strdup(account);
  entry->kind = report->kind;
  entry->verdict = verdict->code;
  entry->reporter = g_strdup(report->reporter);
  entry->status = g_strdup(report->status);
  entry->diagnostic = g_strdup(report->diagnostic);
  entry->recipients = copy_texts(report->recipients);
  entry->original_id = original->message_ids->len > 0 ? g_strdup(g_ptr_array_index(original->message_ids, 0)) : NULL;
  entry->original_from = g_strdup(original->from);
  entry->original_to = g_strdup(original->to);
  entry->original_subject = g_strdup(original->subject);
  entry->original_date = original->date;
  entry->evidence = copy_evidence(verdict->evidence);
  entry->decided = verdict->decided;
  entry->state = state;
  entry->kept = leaves ? kept_pack(report) : NULL;
  entry->unlisted = facts != NULL ? g_strdup(facts->unlisted) : NULL;
  entry->relays = relays_of(report);
  entry->bearer = relay_bearer(report);
  entry->unused = facts != NULL ? g_strdup(facts->unused) : NULL;
  entry->signature = facts != NULL ? facts->signature.digest : 0;
  entry->words = leaves && facts != NULL && facts->words.hashes != NULL ? g_array_ref(facts->words.hashes) : NULL;
  entry->sighting = sighting_of_report(report);
  if (facts != NULL) set_match(entry, facts, verdict, original->message_ids->len > 0);
  entry_shorten(entry);
  entry->kept_hashes = entry->kept != NULL ? kept_hashes(report, entry->reporter) : NULL;
  return entry;
}

void entry_free(Entry *entry)
{
  if (entry == NULL) return;
  char *const texts[] = { entry->account,     entry->reporter,      entry->status,      entry->diagnostic,
                          entry->original_id, entry->original_from, entry->original_to, entry->original_subject,
                          entry->reason,      entry->home.folder,   entry->away.folder, entry->unlisted,
                          entry->unused,      entry->bearer };
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) g_free(texts[i]);
  fingerprint_clear(&entry->fingerprint);
  sighting_free(entry->sighting);
  g_ptr_array_unref(entry->recipients);
  g_ptr_array_unref(entry->evidence);
  if (entry->kept != NULL) g_bytes_unref(entry->kept);
  if (entry->relays != NULL) g_ptr_array_unref(entry->relays);
  if (entry->kept_hashes != NULL) g_array_unref(entry->kept_hashes);
  if (entry->words != NULL) g_array_unref(entry->words);
  g_free(entry);
}

static GPtrArray *split(const char *lines)
{
  GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
  g_auto(GStrv) parts = g_strsplit(lines != NULL ? lines : "", "\n", -1);
  for (char **part = parts; *part != NULL; part++)
    if (**part != '\0') g_ptr_array_add(list, g_strdup(*part));
  return list;
}

Entry *entry_of_row(const Rows *rows)
{
  Entry *entry = g_new0(Entry, 1);
  *entry = (Entry){ .id = row_int(rows, 0),
                    .account = row_dup(rows, 1),
                    .fingerprint = { .message_id = row_dup(rows, 2), .size = (guint64)row_int(rows, 3) },
                    .arrived = row_int(rows, 5),
                    .judged = row_int(rows, 6),
                    .kind = report_kind_parse(row_text(rows, 7)),
                    .verdict = verdict_parse(row_text(rows, 8)),
                    .reporter = row_dup(rows, 9),
                    .status = row_dup(rows, 10),
                    .diagnostic = row_dup(rows, 11),
                    .recipients = split(row_text(rows, 12)),
                    .original_id = row_dup(rows, 13),
                    .original_from = row_dup(rows, 14),
                    .original_to = row_dup(rows, 15),
                    .original_subject = row_dup(rows, 16),
                    .original_date = row_int(rows, 17),
                    .evidence = g_ptr_array_new_with_free_func((GDestroyNotify)evidence_free),
                    .decided = (guint)row_int(rows, 18),
                    .state = move_state_parse(row_text(rows, 19)),
                    .reason = row_dup(rows, 20),
                    .home = { row_dup(rows, 21), (guint32)row_int(rows, 22), (guint32)row_int(rows, 23) },
                    .away = { row_dup(rows, 24), (guint32)row_int(rows, 25), (guint32)row_int(rows, 26) },
                    .exempt = row_int(rows, 27) != 0,
                    .due = row_int(rows, 28),
                    .changed = row_int(rows, 29),
                    .claimed = row_int(rows, 30) != 0,
                    .braked = row_int(rows, 31) != 0 };
  row_blob(rows, 4, entry->fingerprint.digest, sizeof entry->fingerprint.digest);
  return entry;
}

static const char *why_not(const Entry *entry, MoveState intent)
{
  switch (entry->state) {
  case MOVE_KEPT:
  case MOVE_WAITING: return "it was never moved, so it lies where it was delivered";
  case MOVE_Q_INTENT: return "it is being moved into quarantine right now: try again in a moment";
  case MOVE_QUARANTINED: return "it is there already";
  case MOVE_R_INTENT: return "it is being restored already";
  case MOVE_RESTORED:
    return intent == MOVE_R_INTENT ? "it is restored already" : "it is restored, so it is no longer in quarantine";
  case MOVE_D_INTENT: return "it is being deleted already";
  case MOVE_DELETED:
    return intent == MOVE_R_INTENT ? "it is gone: it was removed for good, or other hands took it out of quarantine"
                                   : "it is deleted already";
  default:
    return entry->away.folder != NULL ? "a move of it failed; it lies where that move began"
                                      : "its move into quarantine failed, so it lies where it was delivered";
  }
}

/* Can this be done with what is in this state? */
static gboolean may_begin(const Entry *entry, MoveState intent)
{
  gboolean lies_away = entry->state == MOVE_QUARANTINED || (entry->state == MOVE_FAILED && entry->away.folder != NULL);
  if (intent == MOVE_Q_INTENT) return entry->state == MOVE_RESTORED && entry->home.folder != NULL;
  if (lies_away || intent != MOVE_R_INTENT) return lies_away;
  if (entry->state == MOVE_DELETED) return entry->away.folder != NULL; /* the message lies in the trash */
  /* Its copy can be had although it was not removed from where it came, which may never happen. */
  return entry->state == MOVE_Q_INTENT && entry->away.uid != 0;
}

char *entry_refusal(const Entry *entry, MoveState intent)
{
  const char *what = intent == MOVE_R_INTENT   ? "restored"
                     : intent == MOVE_D_INTENT ? "deleted"
                                               : "put back into quarantine";
  if (may_begin(entry, intent)) return NULL;
  return g_strdup_printf("Message %" G_GINT64_FORMAT " cannot be %s: %s.", entry->id, what, why_not(entry, intent));
}
