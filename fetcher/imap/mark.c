/* mark.c - the IMAP store: keywords on messages
 * Owns:     setting and clearing $Backscatter and $NotBackscatter, and who was first.
 * Must not: touch any other flag, or a message that was not named; take for ours what another machine has marked.
 * Fails:    STORE_ERROR_MAILBOX; some may be marked then. LINK.
 * Tests:    tests/fetcher/imap/test_mark.c */
#include "fetcher/imap/private.h"

static gboolean store_flags(ImapStore *store, const GArray *uids, const char *how, GError **error)
{
  if (uids->len == 0) return TRUE;
  g_autofree char *command = imap_with_set("UID STORE", uids, how);
  return imap_command(store, IMAP_BUDGET, command, STORE_ERROR_MAILBOX, "mark messages", error);
}

gboolean imap_mark(Store *base, const guint32 *uids, guint n, Mark mark, GError **error)
{
  ImapStore *store = (ImapStore *)base;
  if (!imap_need_folder(store, error)) return FALSE;
  if (!(store->base.can & STORE_CAN_MARK)) return TRUE;
  const char *set = mark == MARK_BACKSCATTER ? " +FLAGS.SILENT ($Backscatter)" : " +FLAGS.SILENT ($NotBackscatter)";
  const char *clear = mark == MARK_BACKSCATTER ? " -FLAGS.SILENT ($NotBackscatter)" : " -FLAGS.SILENT ($Backscatter)";
  for (guint done = 0; done < n; done += IMAP_SET) {
    g_autoptr(GArray) batch = imap_batch(uids + done, n - done);
    if (!store_flags(store, batch, set, error) || !store_flags(store, batch, clear, error)) return FALSE;
  }
  return TRUE;
}

/* Is uid in this set of the server? The set is never expanded, since it may be very large. */
static gboolean in_set(const struct mailimap_set *set, guint32 uid)
{
  for (clistiter *i = clist_begin(set->set_list); i != NULL; i = clist_next(i)) {
    const struct mailimap_set_item *item = clist_content(i);
    /* 0 stands for "*", which no server should answer with: take it for all UIDs. */
    guint32 first = MIN(item->set_first, item->set_last), last = MAX(item->set_first, item->set_last);
    if (first == 0 || (uid >= first && uid <= last)) return TRUE;
  }
  return FALSE;
}

/* Does the last answer say that somebody else changed this message (RFC 7162, 3.1.3, MODIFIED)? *told: it says
 * something of the kind at all. */
static gboolean was_modified(const ImapStore *store, guint32 uid, gboolean *told)
{
  gboolean modified = FALSE;
  clist *list = store->session->imap_response_info->rsp_extension_list;
  for (clistiter *i = clist_begin(list); i != NULL; i = clist_next(i)) {
    const struct mailimap_extension_data *item = clist_content(i);
    if (item->ext_extension != &mailimap_extension_condstore
        || item->ext_type != MAILIMAP_CONDSTORE_TYPE_RESP_TEXT_CODE)
      continue;
    const struct mailimap_condstore_resptextcode *code = item->ext_data;
    if (code->cs_type != MAILIMAP_CONDSTORE_RESPTEXTCODE_MODIFIED) continue;
    *told = TRUE;
    if (code->cs_data.cs_modified_set == NULL || in_set(code->cs_data.cs_modified_set, uid)) modified = TRUE;
  }
  return modified;
}

/* Sets the keyword on these messages, except on those that somebody has changed since `modseq`. ours: gets the
 * messages that we marked; again: those that somebody changed. */
static gboolean store_unless_changed(ImapStore *store, const GArray *uids, guint64 modseq, GArray *ours, GArray *again,
                                     GError **error)
{
  g_autofree char *how =
      g_strdup_printf(" (UNCHANGEDSINCE %" G_GUINT64_FORMAT ") +FLAGS.SILENT ($Backscatter)", modseq);
  g_autoptr(GError) problem = NULL;
  if (!store_flags(store, uids, how, &problem)) {
    /* A NO may also be about some only: then it names them. */
    gboolean told = FALSE;
    if (imap_was_refused(problem)) was_modified(store, 0, &told);
    if (!told) {
      g_propagate_error(error, g_steal_pointer(&problem));
      return FALSE;
    }
  }
  for (guint i = 0; i < uids->len; i++) {
    guint32 uid = g_array_index(uids, guint32, i);
    gboolean told = FALSE, modified = was_modified(store, uid, &told);
    g_array_append_val(modified ? again : ours, uid);
  }
  return TRUE;
}

/* A refusal that need not end the claim is noted; FALSE for any other error, which is passed on. */
static gboolean only_refused(GError *problem, GError **error)
{
  if (!imap_was_refused(problem)) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  g_info("%s", problem->message);
  g_error_free(problem);
  return TRUE;
}

typedef struct {
  GArray *ours;     /* marked by us */
  GArray *clear;    /* of these, the ones with the other keyword */
  GArray *touched;  /* somebody changed their flags between our look and our mark */
  gboolean unknown; /* the server tells no MODSEQ: nothing was done */
} Claim;

/* Looks at these messages once, then tries once to mark them. */
static gboolean attempt(ImapStore *store, const GArray *uids, Claim *claim, GError **error)
{
  GError *problem = NULL;
  g_autoptr(GArray) marks = imap_marks(store, uids, TRUE, &problem),
                    unmarked = g_array_new(FALSE, FALSE, sizeof(guint32));
  guint64 highest = 0;
  claim->unknown = marks == NULL;
  if (marks == NULL) return only_refused(problem, error);
  for (guint i = 0; i < marks->len; i++) {
    const ImapMarks *row = &g_array_index(marks, ImapMarks, i);
    if (row->modseq == 0) claim->unknown = TRUE;
    highest = MAX(highest, row->modseq);
    if (!row->backscatter && !row->prized) g_array_append_val(unmarked, row->uid);
  }
  if (unmarked->len == 0 || claim->unknown) return TRUE;
  g_array_sort(unmarked, imap_compare_uids);
  g_autoptr(GArray) ours = g_array_new(FALSE, FALSE, sizeof(guint32));
  if (!store_unless_changed(store, unmarked, highest, ours, claim->touched, error)) return FALSE;
  for (guint i = 0; i < marks->len; i++) {
    const ImapMarks *row = &g_array_index(marks, ImapMarks, i);
    if (row->not_backscatter && g_array_binary_search(ours, &row->uid, imap_compare_uids, NULL))
      g_array_append_val(claim->clear, row->uid);
  }
  g_array_append_vals(claim->ours, ours->data, ours->len);
  return TRUE;
}

/* At most IMAP_SET, ascending. */
static gboolean claim_batch(ImapStore *store, const GArray *uids, Claim *claim, GError **error)
{
  GError *problem = NULL;
  if (!attempt(store, uids, claim, error)) return FALSE;
  if (claim->unknown) {
    store->base.can &= ~(guint)STORE_CAN_CLAIM;
    if (!imap_mark(&store->base, (const guint32 *)(const void *)uids->data, uids->len, MARK_BACKSCATTER, error))
      return FALSE;
    g_array_append_vals(claim->ours, uids->data, uids->len);
    return TRUE;
  }
  if (claim->touched->len > 0) {
    /* The change may not be another machine's: the owner may just have read the message. So try once more; a message
     * that is changed again is left to the next pass. */
    g_autoptr(GArray) again = g_steal_pointer(&claim->touched);
    claim->touched = g_array_new(FALSE, FALSE, sizeof(guint32));
    if (!attempt(store, again, claim, &problem) && !only_refused(problem, error)) return FALSE;
  }
  /* If the other keyword cannot be cleared, the message is still ours. */
  g_array_sort(claim->clear, imap_compare_uids);
  problem = NULL;
  return store_flags(store, claim->clear, " -FLAGS.SILENT ($NotBackscatter)", &problem) || only_refused(problem, error);
}

gboolean imap_claim(Store *base, const guint32 *uids, guint n, GArray *claimed, GError **error)
{
  ImapStore *store = (ImapStore *)base;
  if (!imap_need_folder(store, error)) return FALSE;
  if (!(base->can & STORE_CAN_CLAIM)) {
    if (!imap_mark(base, uids, n, MARK_BACKSCATTER, error)) return FALSE;
    g_array_append_vals(claimed, uids, n);
    return TRUE;
  }
  gboolean done = TRUE;
  for (guint from = 0; from < n && done; from += IMAP_SET) {
    g_autoptr(GArray) batch = imap_batch(uids + from, n - from);
    Claim claim = { .ours = claimed,
                    .clear = g_array_new(FALSE, FALSE, sizeof(guint32)),
                    .touched = g_array_new(FALSE, FALSE, sizeof(guint32)) };
    done = claim_batch(store, batch, &claim, error);
    g_array_unref(claim.clear);
    g_array_unref(claim.touched);
  }
  return done;
}

gboolean imap_prized(Store *base, const guint32 *uids, guint n, GArray *prized, GError **error)
{
  ImapStore *store = (ImapStore *)base;
  if (!imap_need_folder(store, error)) return FALSE;
  for (guint from = 0; from < n; from += IMAP_SET) {
    g_autoptr(GArray) batch = imap_batch(uids + from, n - from);
    g_autoptr(GArray) marks = imap_marks(store, batch, FALSE, error);
    if (marks == NULL) return FALSE;
    for (guint i = 0; i < marks->len; i++) {
      const ImapMarks *row = &g_array_index(marks, ImapMarks, i);
      if (row->prized) g_array_append_val(prized, row->uid);
    }
  }
  return TRUE;
}
