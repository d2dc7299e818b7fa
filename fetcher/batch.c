/* batch.c - candidates on their way from reading to verdict to quarantine.
 * Owns:     the order: read, sync, facts, verdict, record, move.
 * Must not: decide anything that filter or ledger decide.
 * Fails:    STORE_ERROR, LEDGER_ERROR; nothing is recorded then but whole batches, and their mark with them.
 * Tests:    tests/test_pass.c, tests/e2e */
#include "fetcher/batch.h"
#include "fetcher/settle.h"
#include "fetcher/sync.h"
#include "ledger/query.h"

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

/* A message whose fingerprint is in the journal, newest entry first. *judge: it is another copy that must be judged for
 * itself: what the journal says was moved is still where we put it, every copy of it, and this is none of them. */
static gboolean known_again(Run *run, const char *folder, const Candidate *candidate, const GPtrArray *entries,
                            gboolean *judge, GError **error)
{
  Place here = { .folder = (char *)folder, .validity = run->status.validity, .uid = candidate->uid };
  const Entry *newest = entries->pdata[0];
  *judge = FALSE;
  if (newest->state != MOVE_QUARANTINED && newest->state != MOVE_DELETED) return TRUE;
  for (guint i = 0; i < entries->len; i++)
    if (((const Entry *)entries->pdata[i])->exempt) return TRUE;
  /* With our keyword it comes from quarantine, whence the owner has copied it. */
  if (candidate->marked) return journal_owner_restored(run->ledger, newest->id, &here, error);
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = entries->pdata[i];
    guint32 uid = 0;
    if (entry->state != MOVE_QUARANTINED && entry->state != MOVE_DELETED) continue;
    if (!settle_locate(run, &entry->away, &entry->fingerprint, entry->id, &uid, error)) return FALSE;
    if (uid == 0) return journal_owner_restored(run->ledger, entry->id, &here, error);
    if (uid == candidate->uid && g_strcmp0(entry->away.folder, folder) == 0) return TRUE;
  }
  *judge = TRUE;
  return TRUE;
}

/* *keep: the candidate needs a verdict. */
static gboolean read_one(Run *run, const char *folder, Candidate *candidate, gboolean *keep, GError **error)
{
  *keep = FALSE;
  if (!run_select(run, folder, error)) return FALSE;
  g_autoptr(GBytes) bytes = store_read(run->store, candidate->uid, FILTER_READ_LIMIT, error);
  if (bytes == NULL) return FALSE;
  candidate->report = filter_read(bytes);
  fingerprint_init(&candidate->fingerprint, candidate->report->message_id, candidate->size, bytes);
  *keep = candidate->prior != 0 || candidate->report->kind != REPORT_NONE;
  if (!*keep || candidate->prior != 0) return TRUE;
  g_autoptr(GPtrArray) known = journal_find(run->ledger, run->account->name, &candidate->fingerprint, error);
  if (known == NULL) return *keep = FALSE;
  return known->len == 0 || known_again(run, folder, candidate, known, keep, error);
}

static gboolean read_all(Run *run, const char *folder, GPtrArray *candidates, GError **error)
{
  for (guint i = 0; i < candidates->len;) {
    g_autoptr(GError) problem = NULL;
    gboolean keep = FALSE;
    if (!run_tick(run, error)) return FALSE;
    if (!read_one(run, folder, candidates->pdata[i], &keep, &problem)
        && !g_error_matches(problem, STORE_ERROR, STORE_ERROR_MESSAGE)) { /* a message that is gone is nobody's loss */
      g_propagate_error(error, g_steal_pointer(&problem));
      return FALSE;
    }
    if (keep)
      i++;
    else
      g_ptr_array_remove_index(candidates, i);
  }
  return TRUE;
}

static MoveState state_for(const Run *run, const Verdict *verdict)
{
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
 * which nothing can be moved. */
static gint64 due_after(const Candidate *candidate, const Facts *facts, const Entry *entry)
{
  gboolean observed = entry->state == MOVE_KEPT && entry->verdict == VERDICT_BACKSCATTER;
  if (entry->state != MOVE_WAITING && !observed) return 0;
  if (!observed && !facts->stale) return entry->judged + FILTER_GRACE;
  return entry->judged + (candidate->prior == 0 ? 0 : CLAMP(2 * candidate->waited, FILTER_GRACE, LONGEST_WAIT));
}

static Entry *entry_for(Run *run, const char *folder, const Candidate *candidate, const Facts *facts,
                        const Verdict *verdict)
{
  Entry *entry = entry_new(run->account->name, candidate->report, facts, verdict, state_for(run, verdict));
  entry->id = candidate->prior;
  fingerprint_copy(&entry->fingerprint, &candidate->fingerprint);
  entry->arrived = candidate->stored;
  entry->judged = run_now();
  entry->due = due_after(candidate, facts, entry);
  place_set(&entry->home, folder, run->status.validity, candidate->uid);
  if (entry->state == MOVE_Q_INTENT) place_set(&entry->away, run->quarantine, run->quarantine_validity, 0);
  return entry;
}

/* Judges the candidate, unless it shows no id of ours and that is all we look for in this round. */
static gboolean judge_one(Run *run, const char *folder, const Candidate *candidate, gint64 scanned, gboolean with_id,
                          GPtrArray *entries, GError **error)
{
  const Config *config = run->config;
  Policy policy = { .now = run_now(),
                    .judge_challenges = config->judge_challenges,
                    .judge_virus = config->judge_virus,
                    .judge_auto_replies = config->judge_auto_replies,
                    .judge_receipts = config->judge_receipts };
  FactsQuery query = { .account = run->account->name, .arrived = candidate->stored, .now = scanned };
  g_autoptr(Facts) facts = ledger_facts(run->ledger, candidate->report, &query, error);
  if (facts == NULL) return FALSE;
  if ((facts->id != NULL) != with_id) return TRUE;
  facts->waited = candidate->waited >= FILTER_GRACE; /* to wait for another account only is less */
  g_autoptr(Verdict) verdict = filter_judge(candidate->report, facts, &policy);
  if (verdict->code == VERDICT_PASS && candidate->prior == 0) return TRUE;
  count_verdict(&run->pass, verdict);
  g_ptr_array_add(entries, entry_for(run, folder, candidate, facts, verdict));
  return TRUE;
}

/* First those that show an id of ours, and they are recorded: what they teach (which message was answered under its
 * own id) counts for the others, in whatever order all of them came. */
static gboolean judge_all(Run *run, const char *folder, const GPtrArray *candidates, const FolderMark *mark,
                          gint64 scanned, GPtrArray *entries, GError **error)
{
  for (int round = 0; round < 2; round++) {
    g_autoptr(GPtrArray) judged = g_ptr_array_new();
    guint before = entries->len;
    for (guint i = 0; i < candidates->len; i++)
      if (!judge_one(run, folder, candidates->pdata[i], scanned, round == 0, entries, error)) return FALSE;
    for (guint i = before; i < entries->len; i++) g_ptr_array_add(judged, entries->pdata[i]);
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
  if (!read_all(run, folder, candidates, error)) return FALSE;
  if (candidates->len > 0 && run->synced < scanned && !sync_sent(run, error)) return FALSE;
  if (!reopen(run, folder, validity, error)) return FALSE;
  if (!judge_all(run, folder, candidates, mark, scanned, entries, error)) return FALSE;
  return settle_batch(run, folder, entries, error);
}
