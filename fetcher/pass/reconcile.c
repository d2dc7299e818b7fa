/* reconcile.c - what other hands changed in the quarantine folder
 * Owns:     the mark of the quarantine folder.
 * Must not: move anything; call a message gone without having looked for it.
 * Fails:    STORE_ERROR, LEDGER_ERROR; the next pass looks again at what was not filed.
 * Tests:    tests/fetcher/pass/test_reconcile.c */
#include "fetcher/pass/reconcile.h"
#include "fetcher/pass/locate.h"
#include "fetcher/pass/rivals.h"
#include "ledger/facts.h"

#define AT_ONCE 200 /* messages that are listed at one time; each is read alone */

/* A message in quarantine that the journal does not know to be there. */
typedef struct {
  guint32 uid;
  guint64 size;
  gint64 stored;
  gboolean marked; /* it carries $Backscatter: another Backstop has put it there */
} Stranger;

typedef struct {
  GHashTable *known; /* UIDs that the journal knows */
  GArray *strangers; /* Stranger */
} Look;

static void note_stranger(const ScanRow *row, gpointer data)
{
  Look *look = data;
  if (row->unreadable || g_hash_table_contains(look->known, GUINT_TO_POINTER(row->uid))) return;
  Stranger stranger = { row->uid, row->size, row->stored, row->backscatter };
  g_array_append_val(look->strangers, stranger);
}

static Verdict *verdict_by_hand(const Report *report, const Facts *facts, const Stranger *stranger)
{
  Policy policy = POLICY_DEFAULT(run_now());
  Verdict *verdict = filter_judge(report, facts, &policy);
  Evidence *line = evidence_new(EVIDENCE_AGAINST, stranger->marked ? "other-machine" : "by-hand", NULL);
  g_ptr_array_add(verdict->evidence, line);
  verdict->decided = verdict->evidence->len - 1;
  verdict->code = VERDICT_BACKSCATTER;
  verdict->fresh = FALSE;
  return verdict;
}

/* *id: the quarantined entry of this fingerprint whose message is not where the journal says; 0: there is none.
 * *further: every message of this fingerprint lies where the journal says, and no other entry can be about the one
 * that was found. */
static gboolean find_moved(Run *run, const Fingerprint *fingerprint, gint64 *id, gboolean *further, GError **error)
{
  g_autoptr(GPtrArray) known = journal_find(run->ledger, run->account->name, fingerprint, error);
  gboolean lies = FALSE, open = FALSE;
  *id = 0;
  for (guint i = 0; known != NULL && i < known->len && *id == 0; i++) {
    const Entry *entry = known->pdata[i];
    guint32 uid = 0;
    open = open || entry->state == MOVE_KEPT || entry->state == MOVE_WAITING || entry->state == MOVE_FAILED;
    if (entry->state != MOVE_QUARANTINED) continue;
    if (entry->away.uid != 0 && entry->away.validity == run->folders.quarantine_validity) {
      if (!locate_message(run, &entry->away, &entry->fingerprint, entry->id, &uid, error)) return FALSE;
      lies = lies || uid != 0;
      if (uid != 0) continue;
    }
    *id = entry->id;
  }
  *further = *id == 0 && lies && !open;
  return known != NULL;
}

/* Another machine may be about to remove a second copy again (rivals.h): wait two minutes before the copy counts. */
static gboolean is_too_soon(Run *run)
{
  if (!rivals_possible(run->store)) return FALSE;
  if (run->reconcile.doubtful == 0) run->reconcile.doubtful = run_now();
  return run_now() - run->reconcile.doubtful < FILTER_GRACE;
}

/* *later: nothing was done; the next pass must look at the message again. */
static gboolean adopt(Run *run, const Stranger *stranger, GBytes *bytes, gboolean *later, GError **error)
{
  gboolean further = FALSE;
  g_autoptr(Report) report = filter_read(bytes);
  FactsQuery query = { .account = run->account->name, .arrived = stranger->stored, .now = run_now() };
  g_autoptr(Facts) facts = ledger_facts(run->ledger, report, &query, error);
  if (facts == NULL) return FALSE;
  g_autoptr(Verdict) verdict = verdict_by_hand(report, facts, stranger);
  g_autoptr(Entry) entry = entry_new(run->account->name, report, facts, verdict, MOVE_QUARANTINED);
  fingerprint_init(&entry->fingerprint, report->message_id, stranger->size, bytes);
  entry->arrived = stranger->stored;
  entry->judged = query.now;
  place_set(&entry->home, run->folders.watched[0], 0, 0);
  place_set(&entry->away, run->folders.quarantine, run->folders.quarantine_validity, stranger->uid);
  if (!find_moved(run, &entry->fingerprint, &entry->id, &further, error)) return FALSE;
  *later = further && is_too_soon(run);
  return *later || journal_adopt(run->ledger, entry, error);
}

/* *again: lowered to the first UID that the next pass must look at again. */
static gboolean adopt_all(Run *run, const GArray *strangers, guint32 *again, GError **error)
{
  for (guint i = 0; i < strangers->len; i++) {
    const Stranger *stranger = &g_array_index(strangers, Stranger, i);
    g_autoptr(GError) problem = NULL;
    gboolean later = FALSE;
    if (!run_tick(run, error) || !run_select(run, run->folders.quarantine, error)) return FALSE;
    g_autoptr(GBytes) bytes = store_read(run->store, stranger->uid, FILTER_READ_LIMIT, &problem);
    /* Dovecot gives an empty message when another session has just removed it. */
    if (bytes != NULL && g_bytes_get_size(bytes) == 0 && stranger->size > 0) continue;
    gboolean done = bytes != NULL && adopt(run, stranger, bytes, &later, &problem);
    if (later) *again = MIN(*again, stranger->uid);
    if (done) continue;
    if (run_can_go_on(problem)) continue; /* the message is gone again, or cannot be read */
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  return TRUE;
}

static gint by_uid(gconstpointer a, gconstpointer b)
{
  const Stranger *x = a, *y = b;
  return (x->uid > y->uid) - (x->uid < y->uid);
}

/* Files messages that came since the mark and are not ours. The lowest UID first, since that copy stays (rivals.h).
 * *again: as adopt_all() says. */
static gboolean look_at_new(Run *run, const GArray *present, GHashTable *known, guint32 next, guint32 *again,
                            GError **error)
{
  g_autoptr(GArray) strangers = g_array_new(FALSE, FALSE, sizeof(Stranger));
  Look look = { .known = known, .strangers = strangers };
  static const char *const field[] = { "Message-ID", NULL };
  for (guint i = 0; i < present->len;) {
    guint32 from = g_array_index(present, guint32, i), to = from;
    if (from < next || g_hash_table_contains(known, GUINT_TO_POINTER(from))) {
      i++;
      continue;
    }
    for (guint n = 0; i < present->len && n < AT_ONCE; i++, n++) to = g_array_index(present, guint32, i);
    if (!run_tick(run, error) || !run_select(run, run->folders.quarantine, error)) return FALSE;
    if (!run->store->class->scan(run->store, from, to, field, note_stranger, &look, error)) return FALSE;
    g_array_sort(strangers, by_uid);
    if (!adopt_all(run, strangers, again, error)) return FALSE;
    g_array_set_size(strangers, 0);
  }
  return TRUE;
}

/* Notes messages that the journal expects in quarantine and that are not there. */
static gboolean look_for_gone(Run *run, const GArray *present, const GArray *lying, GError **error)
{
  g_autoptr(GHashTable) there = g_hash_table_new(NULL, NULL);
  for (guint i = 0; i < present->len; i++)
    g_hash_table_add(there, GUINT_TO_POINTER(g_array_index(present, guint32, i)));
  for (guint i = 0; i < lying->len; i++) {
    const Lying *entry = &g_array_index(lying, Lying, i);
    if (entry->uid == 0 || g_hash_table_contains(there, GUINT_TO_POINTER(entry->uid))) continue;
    if (!run_tick(run, error)
        || !journal_owner_removed(run->ledger, entry->id,
                                  "somebody else (you, another program or another machine) took it out of quarantine",
                                  error))
      return FALSE;
  }
  return TRUE;
}

/* Adds the copies whose originals are not removed yet: they are known, too. */
static gboolean add_arriving(Run *run, GHashTable *known, GError **error)
{
  g_autoptr(GPtrArray) entries = journal_unfinished(run->ledger, run->account->name, error);
  for (guint i = 0; entries != NULL && i < entries->len; i++) {
    const Place *away = &((const Entry *)entries->pdata[i])->away;
    if (g_strcmp0(away->folder, run->folders.quarantine) == 0 && away->validity == run->folders.quarantine_validity)
      g_hash_table_add(known, GUINT_TO_POINTER(away->uid));
  }
  return entries != NULL;
}

static gboolean compare(Run *run, FolderMark *mark, GError **error)
{
  if (!run_begin(run, error)) return FALSE;
  if (!run_reopen(run, run->folders.quarantine, error)) return FALSE;
  if (mark->validity != run->open.status.validity || run->open.status.next < mark->next) {
    mark->validity = run->open.status.validity;
    mark->next = 1;
  }
  run->folders.quarantine_validity = run->open.status.validity;
  guint32 next = run->open.status.next;
  g_autoptr(GArray) lying =
      journal_lying(run->ledger, run->account->name, run->folders.quarantine, run->folders.quarantine_validity, error);
  g_autoptr(GArray) present = lying != NULL && next > 1 ? run->store->class->present(run->store, 1, next - 1, error)
                                                        : g_array_new(FALSE, FALSE, sizeof(guint32));
  if (lying == NULL || present == NULL) return FALSE;
  g_autoptr(GHashTable) known = g_hash_table_new(NULL, NULL);
  for (guint i = 0; i < lying->len; i++) g_hash_table_add(known, GUINT_TO_POINTER(g_array_index(lying, Lying, i).uid));
  guint32 again = next;
  if (!add_arriving(run, known, error)) return FALSE;
  if (!look_at_new(run, present, known, mark->next, &again, error) || !look_for_gone(run, present, lying, error))
    return FALSE;
  mark->next = again;
  if (again == next) run->reconcile.doubtful = 0;
  return folder_mark_set(run->ledger, run->account->name, run->folders.quarantine, FOLDER_ROLE_QUARANTINE, mark, error);
}

gboolean reconcile_quarantine(Run *run, GError **error)
{
  FolderMark mark;
  FolderStatus status;
  guint lying = 0;
  if (!run_has_folder(run, run->folders.quarantine)) return TRUE;
  if (!folder_mark_get(run->ledger, run->account->name, run->folders.quarantine, FOLDER_ROLE_QUARANTINE, &mark, error)
      || !run_look(run, run->folders.quarantine, &status, error)
      || !journal_lying_count(run->ledger, run->account->name, run->folders.quarantine, status.validity, &lying, error))
    return FALSE;
  gboolean as_known = mark.validity == status.validity && mark.next == status.next && status.count == lying;
  gboolean as_before = run->reconcile.compared.validity == status.validity
                       && run->reconcile.compared.next == status.next && run->reconcile.compared.count == status.count;
  if (as_known || as_before) return TRUE;
  if (!compare(run, &mark, error)) return FALSE;
  run->reconcile.compared = run->reconcile.doubtful == 0 ? status : (FolderStatus){ 0 };
  return TRUE;
}
