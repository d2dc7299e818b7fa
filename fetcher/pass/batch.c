/* batch.c - candidates on their way from reading to verdict to quarantine.
 * Owns:     the order: read, sync, facts, verdict, record, move.
 * Must not: decide anything that filter or ledger decide.
 * Fails:    STORE_ERROR, LEDGER_ERROR; then only whole batches are recorded, each with its mark.
 * Tests:    tests/fetcher/pass/test_pass.c, tests/e2e */
#include "fetcher/pass/batch.h"
#include "fetcher/pass/brake.h"
#include "fetcher/pass/look_up.h"
#include "fetcher/pass/prized.h"
#include "fetcher/pass/seen_before.h"
#include "fetcher/pass/settle.h"
#include "fetcher/pass/sync.h"
#include "ledger/brake.h"
#include "ledger/facts.h"
#include "ledger/received.h"
#include "ledger/unread.h"

#define BUSY_AFTER 3 /* refusals */
#define LONGEST_WAIT ((gint64)86400)

typedef struct {
  GHashTable *by_uid; /* UID → Candidate* */
  gboolean words;     /* somebody asks for the words of originals */
} Intake;

/* Hundreds of reports are held at a time, so what nobody asks for is let go. */
static void take_bytes(guint32 uid, GBytes *bytes, gpointer data)
{
  const Intake *intake = data;
  Candidate *candidate = g_hash_table_lookup(intake->by_uid, GUINT_TO_POINTER(uid));
  if (candidate == NULL || candidate->report != NULL) return;
  candidate->report = filter_read(bytes);
  if (!intake->words) g_clear_pointer(&candidate->report->original.text, g_free);
  fingerprint_init(&candidate->fingerprint, candidate->report->message_id, candidate->size, bytes);
}

/* Reads one that was refused among others. *busy: refusals for now one after the other; after three of them the server
 * itself is busy, and not only one message in trouble. */
static gboolean read_one(Run *run, const Candidate *candidate, Intake *intake, guint *busy, GError **error)
{
  g_autoptr(GError) refused = NULL;
  if (run->store->class->read(run->store, &candidate->uid, 1, FILTER_READ_LIMIT, take_bytes, intake, &refused)) {
    *busy = 0;
    return TRUE;
  }
  if (g_error_matches(refused, STORE_ERROR, STORE_ERROR_MESSAGE)) return TRUE;
  if (g_error_matches(refused, STORE_ERROR, STORE_ERROR_LATER) && ++*busy < BUSY_AFTER) return TRUE;
  g_propagate_error(error, g_steal_pointer(&refused));
  return FALSE;
}

/* Reads all candidates at once; if the server refuses one, reads those that are left one by one. A message that cannot
 * be read stays where it is, without a verdict. */
static gboolean read_all(Run *run, const GPtrArray *candidates, GError **error)
{
  g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
  g_autoptr(GHashTable) by_uid = g_hash_table_new(NULL, NULL);
  Intake intake = { by_uid, run->account->keywords != NULL || run->config->learn_words };
  g_autoptr(GError) problem = NULL;
  for (guint i = 0; i < candidates->len; i++) {
    Candidate *candidate = candidates->pdata[i];
    g_array_append_val(uids, candidate->uid);
    g_hash_table_insert(by_uid, GUINT_TO_POINTER(candidate->uid), candidate);
  }
  const StoreClass *class = run->store->class;
  const guint32 *list = (const guint32 *)(gpointer)uids->data;
  if (uids->len == 0) return TRUE;
  if (class->read(run->store, list, uids->len, FILTER_READ_LIMIT, take_bytes, &intake, &problem)) return TRUE;
  if (!g_error_matches(problem, STORE_ERROR, STORE_ERROR_MESSAGE)
      && !g_error_matches(problem, STORE_ERROR, STORE_ERROR_LATER)) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  guint busy = 0;
  for (guint i = 0; i < candidates->len; i++) {
    const Candidate *candidate = candidates->pdata[i];
    if (candidate->report != NULL) continue;
    if (!run_tick(run, error) || !read_one(run, candidate, &intake, &busy, error)) return FALSE;
  }
  return TRUE;
}

gboolean batch_unread(Run *run, const char *folder, const GArray *uids, GError **error)
{
  const guint32 *list = (const guint32 *)(gpointer)uids->data;
  gboolean watched = g_strv_contains((const char *const *)run->folders.watched, folder);
  if (uids->len == 0) return TRUE;
  if (run->settle.put_off == NULL)
    run->settle.put_off =
        g_error_new(STORE_ERROR, STORE_ERROR_LATER, "%u message%s of folder \"%s\" cannot be read now%s.", uids->len,
                    uids->len == 1 ? "" : "s", folder,
                    watched ? ", and will be tried again" : ": sweep that folder again later to have them judged");
  return !watched
         || unread_note(run->ledger, run->account->name, folder, run->open.status.validity, list, uids->len, run_now(),
                        error);
}

/* Of these UIDs, drops those that are gone: another program may have removed them since the scan. */
static gboolean drop_gone(Run *run, const char *folder, GArray *uids, GError **error)
{
  if (!run_reopen(run, folder, error)) return FALSE;
  for (guint i = 0; i < uids->len;) {
    guint32 uid = g_array_index(uids, guint32, i);
    g_autoptr(GArray) there = run->store->class->present(run->store, uid, uid, error);
    if (there == NULL) return FALSE;
    if (there->len > 0)
      i++;
    else
      g_array_remove_index(uids, i);
  }
  return TRUE;
}

/* Notes those that were not read. One that is judged again has its entry, which stays due. */
static gboolean note_unread(Run *run, const char *folder, const GPtrArray *candidates, GError **error)
{
  g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
  for (guint i = 0; i < candidates->len; i++) {
    const Candidate *candidate = candidates->pdata[i];
    if (candidate->report == NULL && candidate->prior == 0) g_array_append_val(uids, candidate->uid);
  }
  if (uids->len == 0) return TRUE;
  return drop_gone(run, folder, uids, error) && batch_unread(run, folder, uids, error);
}

/* Keeps the candidates that need a verdict, and drops the others. */
static gboolean sort_all(Run *run, const char *folder, GPtrArray *candidates, GError **error)
{
  guint32 validity = run->open.status.validity;
  g_autoptr(GHashTable) taken = g_hash_table_new(g_int64_hash, g_int64_equal);
  for (guint i = 0; i < candidates->len;) {
    Candidate *candidate = candidates->pdata[i];
    Place here = { .folder = (char *)folder, .validity = validity, .uid = candidate->uid };
    gboolean keep = FALSE;
    if (!run_tick(run, error)) return FALSE;
    if (candidate->report != NULL && !seen_before(run, &here, candidate, taken, &keep, error)) return FALSE;
    if (keep)
      i++;
    else
      g_ptr_array_remove_index(candidates, i);
  }
  return TRUE;
}

/* Would this verdict have a message moved, where messages are moved? An insider is no backscatter, and may be the only
 * sign that somebody else uses the account: it stays in sight, whatever is done with what is unsure. */
static gboolean wants_move(const Run *run, const Verdict *verdict)
{
  const gboolean unsure = verdict->code == VERDICT_UNSURE && !verdict_is_insider(verdict);
  return verdict->code == VERDICT_BACKSCATTER || verdict->second_line || (unsure && run->config->quarantine_unsure);
}

/* Nothing keeps this message where it is but its verdict. STORE_CAN_MOVE tells of the open folder. */
static gboolean is_free(const Run *run, const Candidate *candidate)
{
  gboolean left = run->sweep.rehearse || candidate->spared;
  /* another machine marked it and will move it; or the owner dragged it back */
  gboolean marked = candidate->marked && !run->sweep.again;
  return !left && !marked && !candidate->prized && run->folders.moves && (run->store->can & STORE_CAN_MOVE);
}

/* It would be moved now, were the brake not on: it stays until the end of the pass at least. */
static gboolean is_kept_back(const Run *run, const Candidate *candidate, const Verdict *verdict)
{
  return !verdict->fresh && is_free(run, candidate) && wants_move(run, verdict) && brake_holds(run, verdict);
}

static MoveState state_for(const Run *run, const Candidate *candidate, const Verdict *verdict)
{
  if (run->sweep.rehearse || candidate->spared || (candidate->marked && !run->sweep.again)) return MOVE_KEPT;
  if (verdict->fresh) return MOVE_WAITING;
  if (!is_free(run, candidate) || is_kept_back(run, candidate, verdict)) return MOVE_KEPT;
  return wants_move(run, verdict) ? MOVE_Q_INTENT : MOVE_KEPT;
}

/* The journal counts waiting entries at the end of the pass; what was kept back is counted by the brake. */
static void count_verdict(Run *run, const Candidate *candidate, const Verdict *verdict)
{
  Pass *pass = &run->pass;
  if (verdict->fresh) return;
  if (is_kept_back(run, candidate, verdict))
    brake_count(run, verdict);
  else if (verdict->code == VERDICT_GENUINE)
    pass->genuine++;
  else if (verdict->code == VERDICT_BACKSCATTER)
    pass->backscatter++;
  else if (verdict->code == VERDICT_UNSURE)
    pass->unsure++;
}

/* When to judge an entry again; 0: never. Fresh backscatter: after two minutes (FILTER_GRACE). A report that waits for
 * another account: as soon as that account has read its Sent folders (other_accounts.c), then after longer and longer
 * times, while the other account has trouble. What the brake keeps back: at the end of the pass. Backscatter that was
 * only observed: as soon as mail may be moved; again after longer and longer times where nothing can be moved out of
 * the folder. A rehearsal changes none of these times. */
static gint64 due_after(const Run *run, const Candidate *candidate, const Facts *facts, const Verdict *verdict,
                        const Entry *entry)
{
  if (is_kept_back(run, candidate, verdict)) return entry->judged;
  if (run->sweep.rehearse || candidate->marked) return candidate->due;
  if (candidate->spared || (candidate->prized && entry->state == MOVE_KEPT)) return 0;
  gboolean observed = entry->state == MOVE_KEPT && entry->verdict == VERDICT_BACKSCATTER;
  if (entry->state != MOVE_WAITING && !observed) return 0;
  if (!observed && !facts->stale) return entry->judged + FILTER_GRACE;
  return entry->judged + (candidate->prior == 0 ? 0 : CLAMP(2 * candidate->waited, FILTER_GRACE, LONGEST_WAIT));
}

/* Why it stays although its verdict would have it moved; NULL. The caller frees. */
static char *reason_for(const Run *run, const Candidate *candidate, const Verdict *verdict, const Entry *entry)
{
  if (entry->state != MOVE_KEPT || !wants_move(run, verdict)) return NULL;
  if (is_kept_back(run, candidate, verdict)) return g_strdup(BRAKE_REASON);
  if (candidate->spared && candidate->like != 0)
    return g_strdup_printf(
        "it is message %" G_GINT64_FORMAT " in another form or place: you have restored or copied it", candidate->like);
  if (candidate->spared) return g_strdup("you have restored it before, as a note beside the quarantine says");
  return candidate->prized ? g_strdup(PRIZED_REASON) : NULL;
}

static Entry *entry_for(Run *run, const char *folder, const Candidate *candidate, const Facts *facts,
                        const Verdict *verdict)
{
  Entry *entry = entry_new(run->account->name, candidate->report, facts, verdict, state_for(run, candidate, verdict));
  entry->id = candidate->prior;
  fingerprint_copy(&entry->fingerprint, &candidate->fingerprint);
  entry->arrived = candidate->stored;
  entry->judged = run_now();
  entry->due = due_after(run, candidate, facts, verdict, entry);
  entry->exempt = candidate->spared;
  entry->claimed = candidate->claimed;
  entry->braked = entry->state == MOVE_KEPT && is_kept_back(run, candidate, verdict);
  entry->reason = reason_for(run, candidate, verdict, entry);
  place_set(&entry->home, folder, run->open.status.validity, candidate->uid);
  if (entry->state == MOVE_Q_INTENT)
    place_set(&entry->away, run->folders.quarantine, run->folders.quarantine_validity, 0);
  return entry;
}

/* judged: those of this batch that are judged and not yet recorded; it grows. */
static gboolean judge_one(Run *run, const char *folder, Candidate *candidate, gint64 scanned, GPtrArray *judged,
                          GError **error)
{
  const Policy policy = run_policy(run);
  FactsQuery query = { .account = run->account->name,
                       .arrived = candidate->stored,
                       .now = scanned,
                       .seen = candidate->since,
                       .prior = candidate->prior,
                       .pending = judged,
                       .tools = &run->config->tools,
                       .keywords = run->account->keywords,
                       .learned_words = run->config->learn_words };
  g_autoptr(Facts) facts = ledger_facts(run->ledger, candidate->report, &query, error);
  if (facts == NULL) return FALSE;
  candidate->judged = TRUE;
  facts->waited = candidate->waited >= FILTER_GRACE; /* a wait for another account may be shorter */
  g_autoptr(Verdict) verdict = filter_judge(candidate->report, facts, &policy);
  if (verdict->code == VERDICT_PASS && candidate->prior == 0) return TRUE;
  count_verdict(run, candidate, verdict);
  g_ptr_array_add(judged, entry_for(run, folder, candidate, facts, verdict));
  return TRUE;
}

/* with_id: judges the reports that show an id of sent mail; else all that are left. */
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

/* Judges and records the reports first that show an id of sent mail. What they teach (which message was answered under
 * its own id) then counts for the other reports, in whatever order all of them came. */
static gboolean judge_all(Run *run, const char *folder, const GPtrArray *candidates, const FolderMark *mark,
                          gint64 scanned, GPtrArray *entries, GError **error)
{
  for (int round = 0; round < 2; round++) {
    g_autoptr(GPtrArray) judged = g_ptr_array_new();
    if (!brake_look(run, error) || !ledger_view_begin(run->ledger, error)) return FALSE;
    gboolean done = judge_some(run, folder, candidates, scanned, round == 0, judged, error);
    for (guint i = 0; i < judged->len; i++) g_ptr_array_add(entries, judged->pdata[i]);
    if (!ledger_view_end(run->ledger, done ? error : NULL) || !done) return FALSE;
    gboolean last = round == 1;
    if (!last && judged->len == 0) continue;
    if (!journal_record(run->ledger, judged, run->account->name, folder, last ? mark : NULL, error)) return FALSE;
  }
  return TRUE;
}

/* Opens the watched folder again after Sent was read. Its UIDs must still mean the same messages. */
static gboolean reopen(Run *run, const char *folder, guint32 validity, GError **error)
{
  if (!run_select(run, folder, error)) return FALSE;
  if (run->open.status.validity == validity) return TRUE;
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX,
              "folder \"%s\" was renumbered in the meantime; the next pass reads it again", folder);
  return FALSE;
}

/* Before mail is judged that was scanned then. */
static gboolean sync_for(Run *run, gint64 scanned, GError **error)
{
  if (run->sync.synced >= scanned && run->sync.synced != run->batch.peeked) return TRUE;
  run->batch.peeked = 0;
  return sync_sent(run, TRUE, error);
}

gboolean batch_receive(Run *run, const GArray *received, GError **error)
{
  if (received->len == 0) return TRUE;
  if (run->sync.synced < run->pass.started) {
    if (!sync_sent(run, !run->progress.quiet, error)) return FALSE;
    run->batch.peeked = run->progress.quiet ? run->sync.synced : 0;
  }
  return received_add(run->ledger, run->account->name, (const ReceivedRow *)(gpointer)received->data, received->len,
                      run_now(), error);
}

gboolean batch_process(Run *run, const char *folder, GPtrArray *candidates, const GArray *received,
                       const FolderMark *mark, gint64 scanned, GError **error)
{
  guint32 validity = run->open.status.validity;
  g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
  if (!read_all(run, candidates, error) || !note_unread(run, folder, candidates, error)
      || !sort_all(run, folder, candidates, error))
    return FALSE;
  if (candidates->len > 0 && !sync_for(run, scanned, error)) return FALSE;
  if (received != NULL && !batch_receive(run, received, error)) return FALSE;
  if (!look_up_names(run, candidates, scanned, error) || !reopen(run, folder, validity, error)) return FALSE;
  if (!judge_all(run, folder, candidates, mark, scanned, entries, error)) return FALSE;
  return settle_batch(run, folder, entries, error);
}
