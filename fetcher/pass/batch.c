/* batch.c - candidates on their way from reading to verdict to quarantine.
 * Owns:     the order: read, sync, facts, verdict, record, move.
 * Must not: decide anything that filter or ledger decide.
 * Fails:    STORE_ERROR, LEDGER_ERROR; nothing is recorded then but whole batches, and their mark with them.
 * Tests:    tests/fetcher/pass/test_pass.c, tests/e2e */
#include "fetcher/pass/batch.h"
#include "fetcher/pass/settle.h"
#include "fetcher/pass/sync.h"
#include "ledger/facts.h"

#define LONGEST_WAIT ((gint64)86400)

Candidate *candidate_new(guint32 uid, guint64 size, gint64 stored)
{
  Candidate *candidate = g_new0(Candidate, 1);
  candidate->uid = uid;
  candidate->size = size;
  candidate->stored = stored;
  return candidate;
}

void candidate_free(Candidate *candidate)
{
  fingerprint_clear(&candidate->fingerprint);
  if (candidate->report != NULL) report_free(candidate->report);
  g_free(candidate);
}

/* The owner has brought it back with his own hands: the journal says so, and the message tells his other machines. */
static gboolean note_restored(Run *run, gint64 id, const Place *here, GError **error)
{
  g_autoptr(GError) problem = NULL;
  if (!journal_owner_restored(run->ledger, id, here, error)) return FALSE;
  if (run_select(run, here->folder, &problem)
      && run->store->class->mark(run->store, &here->uid, 1, MARK_NOT_BACKSCATTER, &problem))
    return TRUE;
  if (run_can_go_on(problem)) return TRUE;
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

static gboolean is_at(const Entry *entry, const Place *here)
{
  return g_strcmp0(entry->home.folder, here->folder) == 0 && entry->home.validity == here->validity
         && entry->home.uid == here->uid;
}

/* A message whose fingerprint is in the journal, newest entry first. *judge: it is another copy that must be judged for
 * itself: what the journal says was moved is still where we put it, every copy of it, and this is none of them. */
static gboolean known_again(Run *run, const Place *here, const Candidate *candidate, const GPtrArray *entries,
                            gboolean *judge, GError **error)
{
  const Entry *newest = entries->pdata[0];
  *judge = FALSE;
  if (newest->state != MOVE_QUARANTINED && newest->state != MOVE_DELETED) return TRUE;
  for (guint i = 0; i < entries->len; i++)
    if (((const Entry *)entries->pdata[i])->exempt) return TRUE;
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = entries->pdata[i];
    guint32 uid = 0;
    if (entry->state != MOVE_QUARANTINED && entry->state != MOVE_DELETED) continue;
    if (!settle_locate(run, &entry->away, &entry->fingerprint, entry->id, &uid, error)) return FALSE;
    if (uid == 0) return note_restored(run, entry->id, here, error);
    if (uid == candidate->uid && g_strcmp0(entry->away.folder, here->folder) == 0) return TRUE;
  }
  /* One more, with our keyword: the owner has copied it from quarantine, or another machine is about to move it. */
  *judge = !candidate->marked;
  return TRUE;
}

/* A machine of the owner's has restored it, this one or another: the journal here shall say so too. */
static gboolean note_release(Run *run, const Place *here, const GPtrArray *entries, GError **error)
{
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = entries->pdata[i];
    if (entry->exempt) return TRUE;
    if (entry->state == MOVE_QUARANTINED || entry->state == MOVE_DELETED)
      return journal_owner_restored(run->ledger, entry->id, here, error);
  }
  return TRUE;
}

static gboolean was_left_alone(const Entry *entry)
{
  return !entry->exempt && (entry->state == MOVE_KEPT || entry->state == MOVE_FAILED);
}

/* Is one of these entries about this very message, and was it left where it was? In a sweep it is then judged again;
 * else only what is here for the first time, but was rehearsed. taken: entries that others of the batch are about. */
static gboolean take_prior(Run *run, const Place *here, Candidate *candidate, const GPtrArray *entries,
                           GHashTable *taken, GError **error)
{
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = entries->pdata[i];
    guint32 uid = 0;
    gboolean same = is_at(entry, here);
    if (!was_left_alone(entry) || g_hash_table_contains(taken, &entry->id)) continue;
    if (!run->again && (!same || entry->verdict == VERDICT_GENUINE)) continue;
    if (!same && !settle_locate(run, &entry->home, &entry->fingerprint, entry->id, &uid, error)) return FALSE;
    if (!same && uid != 0) continue; /* that is another copy */
    candidate->prior = entry->id;
    candidate->due = entry->due;
    g_hash_table_add(taken, &candidate->prior);
    return TRUE;
  }
  return TRUE;
}

/* *keep: the candidate, which was read, needs a verdict. */
static gboolean sort_one(Run *run, const Place *here, Candidate *candidate, GHashTable *taken, gboolean *keep,
                         GError **error)
{
  *keep = candidate->prior != 0;
  if (*keep || candidate->report->kind == REPORT_NONE) return TRUE;
  g_autoptr(GPtrArray) known = journal_find(run->ledger, run->account->name, &candidate->fingerprint, error);
  if (known == NULL) return FALSE;
  *keep = known->len == 0 && !candidate->released;
  if (known->len == 0) return TRUE;
  if (candidate->released) return note_release(run, here, known, error);
  if (!take_prior(run, here, candidate, known, taken, error)) return FALSE;
  *keep = candidate->prior != 0;
  return *keep || known_again(run, here, candidate, known, keep, error);
}

static void take_bytes(guint32 uid, GBytes *bytes, gpointer data)
{
  Candidate *candidate = g_hash_table_lookup(data, GUINT_TO_POINTER(uid));
  if (candidate == NULL || candidate->report != NULL) return;
  candidate->report = filter_read(bytes);
  fingerprint_init(&candidate->fingerprint, candidate->report->message_id, candidate->size, bytes);
}

/* All at once; where the server refuses one of them, those that are left one by one. What cannot be read stays where it
 * is, unjudged. */
static gboolean read_all(Run *run, const GPtrArray *candidates, GError **error)
{
  g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
  g_autoptr(GHashTable) by_uid = g_hash_table_new(NULL, NULL);
  g_autoptr(GError) problem = NULL;
  for (guint i = 0; i < candidates->len; i++) {
    Candidate *candidate = candidates->pdata[i];
    g_array_append_val(uids, candidate->uid);
    g_hash_table_insert(by_uid, GUINT_TO_POINTER(candidate->uid), candidate);
  }
  const StoreClass *class = run->store->class;
  const guint32 *list = (const guint32 *)(gpointer)uids->data;
  if (uids->len == 0) return TRUE;
  if (class->read(run->store, list, uids->len, FILTER_READ_LIMIT, take_bytes, by_uid, &problem)) return TRUE;
  for (guint i = 0; i < candidates->len && g_error_matches(problem, STORE_ERROR, STORE_ERROR_MESSAGE); i++) {
    const Candidate *candidate = candidates->pdata[i];
    g_autoptr(GError) refused = NULL;
    if (candidate->report != NULL) continue;
    if (!run_tick(run, error)) return FALSE;
    if (!class->read(run->store, &candidate->uid, 1, FILTER_READ_LIMIT, take_bytes, by_uid, &refused)
        && !g_error_matches(refused, STORE_ERROR, STORE_ERROR_MESSAGE)) {
      g_propagate_error(error, g_steal_pointer(&refused));
      return FALSE;
    }
  }
  if (g_error_matches(problem, STORE_ERROR, STORE_ERROR_MESSAGE)) return TRUE;
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

/* Keeps those that need a verdict. */
static gboolean sort_all(Run *run, const char *folder, GPtrArray *candidates, GError **error)
{
  guint32 validity = run->status.validity;
  g_autoptr(GHashTable) taken = g_hash_table_new(g_int64_hash, g_int64_equal);
  for (guint i = 0; i < candidates->len;) {
    Candidate *candidate = candidates->pdata[i];
    Place here = { .folder = (char *)folder, .validity = validity, .uid = candidate->uid };
    gboolean keep = FALSE;
    if (!run_tick(run, error)) return FALSE;
    if (candidate->report != NULL && !sort_one(run, &here, candidate, taken, &keep, error)) return FALSE;
    if (keep)
      i++;
    else
      g_ptr_array_remove_index(candidates, i);
  }
  return TRUE;
}

static MoveState state_for(const Run *run, const Candidate *candidate, const Verdict *verdict)
{
  if (run->rehearse) return MOVE_KEPT;
  if (candidate->marked && !run->again) return MOVE_KEPT; /* by another machine, which moves it; or dragged back */
  if (verdict->fresh) return MOVE_WAITING;
  if (!run->moves || !(run->store->can & STORE_CAN_MOVE)) return MOVE_KEPT; /* of this folder, which is open */
  if (verdict->code == VERDICT_BACKSCATTER) return MOVE_Q_INTENT;
  if (verdict->code == VERDICT_UNSURE && run->config->quarantine_unsure) return MOVE_Q_INTENT;
  return MOVE_KEPT;
}

/* What waits is counted at the end of the pass, by the journal. */
static void count_verdict(Pass *pass, const Verdict *verdict)
{
  if (verdict->fresh) return;
  if (verdict->code == VERDICT_GENUINE)
    pass->genuine++;
  else if (verdict->code == VERDICT_BACKSCATTER)
    pass->backscatter++;
  else if (verdict->code == VERDICT_UNSURE)
    pass->unsure++;
}

/* When an entry is to be judged again, 0 for never. Fresh backscatter: after the grace. What waits for another
 * account: as soon as that one is done (pass.c), then at growing distances, for as long as the other one is in
 * trouble. Backscatter that was only observed: once mail is moved; again at growing distances, for a folder out of
 * which nothing can be moved. A rehearsal changes none of that. */
static gint64 due_after(const Run *run, const Candidate *candidate, const Facts *facts, const Entry *entry)
{
  if (run->rehearse || candidate->marked) return candidate->due;
  gboolean observed = entry->state == MOVE_KEPT && entry->verdict == VERDICT_BACKSCATTER;
  if (entry->state != MOVE_WAITING && !observed) return 0;
  if (!observed && !facts->stale) return entry->judged + FILTER_GRACE;
  return entry->judged + (candidate->prior == 0 ? 0 : CLAMP(2 * candidate->waited, FILTER_GRACE, LONGEST_WAIT));
}

static Entry *entry_for(Run *run, const char *folder, const Candidate *candidate, const Facts *facts,
                        const Verdict *verdict)
{
  Entry *entry = entry_new(run->account->name, candidate->report, facts, verdict, state_for(run, candidate, verdict));
  entry->id = candidate->prior;
  fingerprint_copy(&entry->fingerprint, &candidate->fingerprint);
  entry->arrived = candidate->stored;
  entry->judged = run_now();
  entry->due = due_after(run, candidate, facts, entry);
  place_set(&entry->home, folder, run->status.validity, candidate->uid);
  if (entry->state == MOVE_Q_INTENT) place_set(&entry->away, run->quarantine, run->quarantine_validity, 0);
  return entry;
}

/* judged: those of this batch that are judged and not yet recorded; it grows. */
static gboolean judge_one(Run *run, const char *folder, Candidate *candidate, gint64 scanned, GPtrArray *judged,
                          GError **error)
{
  const Config *config = run->config;
  Policy policy = { .now = run_now(),
                    .judge_challenges = config->judge_challenges,
                    .judge_virus = config->judge_virus,
                    .judge_auto_replies = config->judge_auto_replies,
                    .judge_receipts = config->judge_receipts };
  FactsQuery query = { .account = run->account->name,
                       .arrived = candidate->stored,
                       .now = scanned,
                       .seen = candidate->since,
                       .pending = judged };
  g_autoptr(Facts) facts = ledger_facts(run->ledger, candidate->report, &query, error);
  if (facts == NULL) return FALSE;
  candidate->judged = TRUE;
  facts->waited = candidate->waited >= FILTER_GRACE; /* to wait for another account only is less */
  g_autoptr(Verdict) verdict = filter_judge(candidate->report, facts, &policy);
  if (verdict->code == VERDICT_PASS && candidate->prior == 0) return TRUE;
  count_verdict(&run->pass, verdict);
  g_ptr_array_add(judged, entry_for(run, folder, candidate, facts, verdict));
  return TRUE;
}

/* Those that show an id of ours, or all that are left. */
static gboolean judge_some(Run *run, const char *folder, const GPtrArray *candidates, gint64 scanned, gboolean with_id,
                           GPtrArray *judged, GError **error)
{
  for (guint i = 0; i < candidates->len; i++) {
    Candidate *candidate = candidates->pdata[i];
    gboolean known = FALSE;
    if (candidate->judged) continue;
    if (with_id && !ledger_knows_original(run->ledger, candidate->report, &known, error)) return FALSE;
    if (known == with_id && !judge_one(run, folder, candidate, scanned, judged, error)) return FALSE;
  }
  return TRUE;
}

/* First those that show an id of ours, and they are recorded: what they teach (which message was answered under its
 * own id) counts for the others, in whatever order all of them came. */
static gboolean judge_all(Run *run, const char *folder, const GPtrArray *candidates, const FolderMark *mark,
                          gint64 scanned, GPtrArray *entries, GError **error)
{
  for (int round = 0; round < 2; round++) {
    g_autoptr(GPtrArray) judged = g_ptr_array_new();
    if (!ledger_view_begin(run->ledger, error)) return FALSE;
    gboolean done = judge_some(run, folder, candidates, scanned, round == 0, judged, error);
    for (guint i = 0; i < judged->len; i++) g_ptr_array_add(entries, judged->pdata[i]);
    if (!ledger_view_end(run->ledger, done ? error : NULL) || !done) return FALSE;
    gboolean last = round == 1;
    if (!last && judged->len == 0) continue;
    if (!journal_record(run->ledger, judged, run->account->name, folder, last ? mark : NULL, error)) return FALSE;
  }
  return TRUE;
}

/* Reopens the watched folder after Sent was looked at; its UIDs must still mean the same messages. */
static gboolean reopen(Run *run, const char *folder, guint32 validity, GError **error)
{
  if (!run_select(run, folder, error)) return FALSE;
  if (run->status.validity == validity) return TRUE;
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX,
              "folder \"%s\" was renumbered meanwhile; it is read again at the next pass", folder);
  return FALSE;
}

gboolean batch_process(Run *run, const char *folder, GPtrArray *candidates, const FolderMark *mark, gint64 scanned,
                       GError **error)
{
  guint32 validity = run->status.validity;
  g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
  if (!read_all(run, candidates, error) || !sort_all(run, folder, candidates, error)) return FALSE;
  if (candidates->len > 0 && run->synced < scanned && !sync_sent(run, TRUE, error)) return FALSE;
  if (!reopen(run, folder, validity, error)) return FALSE;
  if (!judge_all(run, folder, candidates, mark, scanned, entries, error)) return FALSE;
  return settle_batch(run, folder, entries, error);
}
