/* coverage.c - for which times the ledger is known to hold all sent mail.
 * Owns:     the rule that makes marks of Sent folders into an interval, and the sentence that says what is missing.
 * Must not: write.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_coverage.c */
#include "filter/normalise.h"
#include "ledger/private.h"
#include "ledger/sent.h"
#include "ledger/sent_shape.h"

#define CLOCKS_DIFFER ((gint64)600) /* seconds between the clocks of a server and of this computer, at most */

void coverage_free(Coverage *coverage)
{
  if (coverage == NULL) return;
  g_free(coverage->account);
  g_free(coverage->folder);
  g_free(coverage->none);
  if (coverage->why != NULL) evidence_free(coverage->why);
  g_free(coverage);
}

/* Is all mail of the folder from one address, and none of it delivered to anybody? Then the folder is a Sent folder of
 * the owner, with an address that no account lists. Received mail has many senders. */
static gboolean is_of_one_writer(const FolderShape *shape)
{
  return shape->own == 0 && shape->writers == 1 && shape->delivered == 0;
}

/* What a folder lacks: a code, with the folder, its account and two numbers as arguments (filter/sentences.c). */
static Evidence *lack_of(const char *code, const Coverage *coverage, gint64 one, gint64 other)
{
  g_autofree char *first = g_strdup_printf("%" G_GINT64_FORMAT, one);
  g_autofree char *second = g_strdup_printf("%" G_GINT64_FORMAT, other);
  return evidence_new(EVIDENCE_NEUTRAL, code, coverage->folder, coverage->account, first, second, NULL);
}

/* The reason why a folder with this mail gives no coverage; NULL where it gives coverage. */
static Evidence *why_none(const Coverage *coverage, const FolderShape *shape, const char *patterns)
{
  gint64 all = shape->own + shape->strange;
  if (patterns_say_all(patterns))
    return shape->delivered * 2 > all ? lack_of("sent-delivered", coverage, shape->delivered, all) : NULL;
  if (shape->strange <= shape->own || is_of_one_writer(shape)) return NULL;
  return lack_of("sent-strange", coverage, shape->strange, all);
}

static gboolean look_into(Ledger *ledger, Coverage *coverage, gint64 folder, gboolean watched, GError **error)
{
  FolderShape shape;
  g_autofree char *patterns = owner_patterns(ledger, coverage->account, error);
  if (patterns == NULL || !folder_shape(ledger, folder, patterns, &shape, error)) return FALSE;
  coverage->why = watched ? lack_of("sent-watched", coverage, 0, 0) : why_none(coverage, &shape, patterns);
  coverage->none = coverage->why != NULL ? evidence_text(coverage->why) : NULL;
  if (coverage->from != 0 && shape.oldest != 0) coverage->from = shape.oldest;
  if (coverage->none != NULL) coverage->from = 0;
  return TRUE;
}

/* NULL where the folder gives coverage. */
static Evidence *find_lack(const Coverage *coverage)
{
  if (coverage->why != NULL) return evidence_copy(coverage->why);
  if (coverage->to == 0) return lack_of("sent-unread", coverage, 0, 0);
  return coverage->from == 0 ? lack_of("sent-empty", coverage, 0, 0) : NULL;
}

char *coverage_lack(const Coverage *coverage)
{
  Evidence *lack = find_lack(coverage);
  char *text = lack != NULL ? evidence_text(lack) : NULL;
  if (lack != NULL) evidence_free(lack);
  return text;
}

/* Every report asks for those of one account, which its key finds in order. */
#define FOLDERS_OF                                                                                                     \
  "SELECT account.name, folder.name, iif(oldest > 0 AND synced > 0, oldest, 0), synced, folder.id, EXISTS(SELECT 1 "   \
  "FROM folder AS other WHERE other.account = folder.account AND other.role = 'watched' AND other.name = folder.name " \
  "AND other.used) FROM account CROSS JOIN folder ON folder.account = account.id WHERE role = 'sent' AND used AND "    \
  "configured"

static gboolean list_of(Ledger *ledger, const char *account, GPtrArray *list, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 account != NULL ? FOLDERS_OF " AND account.name = ? ORDER BY folder.name"
                                 : FOLDERS_OF " ORDER BY account.name, folder.name",
                 account != NULL ? "s" : "", account))
    return FALSE;
  while (rows_next(&rows, error)) {
    Coverage *coverage = g_new0(Coverage, 1);
    *coverage = (Coverage){ row_dup(&rows, 0), row_dup(&rows, 1), row_int(&rows, 2), row_int(&rows, 3), NULL };
    g_ptr_array_add(list, coverage);
    if (!look_into(ledger, coverage, row_int(&rows, 4), row_int(&rows, 5) != 0, error)) return FALSE;
  }
  return !rows.failed;
}

/* Mail is moved into an archive below a Sent folder ("Sent/2026") out of that one, so the archive begins when the other
 * one does. */
static void begin_with_above(const GPtrArray *list, Coverage *folder)
{
  for (guint i = 0; i < list->len; i++) {
    const Coverage *above = g_ptr_array_index(list, i);
    if (folder->none != NULL || above->from == 0 || !g_str_equal(above->account, folder->account)
        || !folder_is_below(folder->folder, above->folder))
      continue;
    folder->from = folder->from == 0 ? above->from : MIN(folder->from, above->from);
  }
}

GPtrArray *coverage_list(Ledger *ledger, const char *account, GError **error)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)coverage_free);
  if (!list_of(ledger, account, list, error)) return NULL;
  for (guint i = 0; i < list->len; i++) begin_with_above(list, g_ptr_array_index(list, i));
  return g_steal_pointer(&list);
}

static gboolean any_matches(const GPtrArray *list, const char *patterns)
{
  for (guint i = 0; i < list->len; i++)
    if (address_matches(g_ptr_array_index(list, i), patterns)) return TRUE;
  return FALSE;
}

/* The accounts whose Sent folders a question is about. */
typedef struct {
  GPtrArray *asked; /* their names */
  gboolean listed;  /* an account lists an address that the report came to, or the report shows no address */
} Asked;

static void asked_clear(Asked *asked) { g_clear_pointer(&asked->asked, g_ptr_array_unref); }
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Asked, asked_clear)

/* Sets known[i] for each address of the list that the patterns take. */
static void mark_known(const GPtrArray *list, const char *patterns, gboolean *known)
{
  for (guint i = 0; i < list->len; i++) known[i] = known[i] || address_matches(g_ptr_array_index(list, i), patterns);
}

static gboolean all_known(const GPtrArray *list, const gboolean *known)
{
  for (guint i = 0; i < list->len; i++)
    if (!known[i]) return FALSE;
  return TRUE;
}

/* Finds the accounts to ask. An account without Sent folders of its own is replaced by the account that it sends from.
 * All accounts are asked where no account lists a sender of the original, or where the report does not say to whom it
 * came. */
static gboolean accounts_asked(Ledger *ledger, const Report *report, const char *account, Asked *asked, GError **error)
{
  const GPtrArray *senders = report->original.senders;
  g_autofree gboolean *known = g_new0(gboolean, MAX(senders->len, 1));
  g_autoptr(GPtrArray) some = g_ptr_array_new_with_free_func(g_free), all = g_ptr_array_new_with_free_func(g_free);
  g_auto(Rows) rows = { 0 };
  gboolean found = FALSE;
  if (!rows_open(
          &rows, ledger, error,
          "SELECT name, addresses, coalesce(sent_by, name) FROM account WHERE configured ORDER BY name <> ?, name", "s",
          account != NULL ? account : ""))
    return FALSE;
  asked->listed = report->addressed->len == 0;
  while (rows_next(&rows, error)) {
    const char *patterns = row_text(&rows, 1);
    gboolean own = g_strcmp0(row_text(&rows, 0), account) == 0, came = any_matches(report->addressed, patterns);
    found = found || own;
    asked->listed = asked->listed || came;
    mark_known(senders, patterns, known);
    list_add(all, row_text(&rows, 2), G_MAXUINT);
    if (own || came || any_matches(senders, patterns)) list_add(some, row_text(&rows, 2), G_MAXUINT);
  }
  if (account != NULL && !found) list_add(some, account, G_MAXUINT);
  if (account != NULL && !found) list_add(all, account, G_MAXUINT);
  gboolean everybody = some->len == 0 || report->addressed->len == 0 || !all_known(senders, known);
  asked->asked = g_ptr_array_ref(everybody ? all : some);
  return !rows.failed;
}

/* What one folder lacks; NULL where it lacks nothing. *late becomes TRUE where the folder only has to be read again. */
static Evidence *folder_gap(const Coverage *folder, gint64 need_from, gint64 need_to, gboolean *late)
{
  *late = folder->to == 0;
  Evidence *lack = find_lack(folder);
  if (lack != NULL) return lack;
  if (folder->from > need_from) return lack_of("sent-since", folder, folder->from, need_from);
  if (folder->to >= need_to) return NULL;
  *late = TRUE;
  return lack_of("sent-before", folder, folder->to, need_to);
}

/* The gap at the time when the original may have been sent; NULL where there is no such gap. Gaps are noted by the
 * clock of this computer, the need comes from the clock of the server. */
static Evidence *hole(const GPtrArray *gaps, const char *folder, gint64 need_from, gint64 need_to)
{
  for (guint i = 0; i < gaps->len; i++) {
    const CoverageGap *gap = g_ptr_array_index(gaps, i);
    gboolean apart = gap->until < need_from - CLOCKS_DIFFER || gap->since > need_to + CLOCKS_DIFFER;
    if (apart || !g_str_equal(gap->folder, folder)) continue;
    g_autofree char *since = g_strdup_printf("%" G_GINT64_FORMAT, gap->since);
    g_autofree char *until = g_strdup_printf("%" G_GINT64_FORMAT, gap->until);
    return evidence_new(EVIDENCE_NEUTRAL, "sent-gap", folder, gap->account, since, until, gap->reason, NULL);
  }
  return NULL;
}

/* The sum over all folders that are asked. */
typedef struct {
  gint64 now;     /* no folder can have been looked at later */
  gint64 need_to; /* the time at which the folders of the account must have been looked at */
  gint64 from, to;
  gboolean failed;  /* the test of coverage did, for one of the addresses */
  gboolean late;    /* a folder was not looked at in time, whatever else it lacks */
  gboolean none;    /* a folder has no coverage at all */
  gboolean lacking; /* a folder lacks more than another look */
  Evidence *gap, *late_gap;
} Sum;

static void sum_gap(Sum *sum, gboolean late, Evidence *gap)
{
  Evidence **slot = late ? &sum->late_gap : &sum->gap;
  if (!late) sum->lacking = TRUE;
  if (*slot == NULL)
    *slot = gap;
  else
    evidence_free(gap);
}

static void sum_folder(Sum *sum, const Facts *facts, Coverage *folder, const GPtrArray *gaps)
{
  gboolean late = FALSE;
  Evidence *gap = NULL;
  if (folder->to < sum->need_to || folder->to > sum->now) sum->late = TRUE;
  if (folder->to > sum->now) { /* the clock was wrong at that look, so the time of the look is unknown */
    sum_gap(sum, TRUE, lack_of("sent-clock", folder, folder->to, 0));
    folder->from = folder->to = 0;
  } else if ((gap = folder_gap(folder, facts->need_from, sum->need_to, &late)) != NULL)
    sum_gap(sum, late, gap);
  if ((gap = hole(gaps, folder->folder, facts->need_from, facts->need_to)) != NULL) sum_gap(sum, FALSE, gap);
  if (folder->from == 0) sum->none = TRUE;
  sum->from = MAX(sum->from, folder->from);
  sum->to = MIN(sum->to, folder->to);
}

static void sum_none(Sum *sum, Evidence *why)
{
  sum->none = TRUE;
  sum_gap(sum, FALSE, why);
}

/* Does any folder give coverage? Then folders that give none are passed over: mail in them counts as sent, too. */
static gboolean gives_any(const GPtrArray *folders)
{
  for (guint i = 0; i < folders->len; i++)
    if (((const Coverage *)g_ptr_array_index(folders, i))->none == NULL) return TRUE;
  return FALSE;
}

static gboolean sum_silence(Ledger *ledger, const Facts *facts, const char *account, Sum *sum, GError **error)
{
  Silence silence = { 0 };
  if (!silence_ask(ledger, account, facts->need_from, facts->need_to, &silence, error)) return FALSE;
  if (silence.until == 0) return TRUE;
  g_autofree char *since = g_strdup_printf("%" G_GINT64_FORMAT, silence.since);
  g_autofree char *until = g_strdup_printf("%" G_GINT64_FORMAT, silence.until);
  sum_gap(sum, FALSE, evidence_new(EVIDENCE_NEUTRAL, "sent-silence", account, since, until, NULL));
  return TRUE;
}

/* Adds what the answers that came in say about the addresses that the report came to. */
static gboolean sum_tests(Ledger *ledger, const Facts *facts, const Report *report, Sum *sum, GError **error)
{
  const GPtrArray *const lists[] = { report->addressed, report->original.senders };
  for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
    g_autofree char *sentence = NULL;
    if (!answers_ask(ledger, lists[i], facts->need_from, facts->need_to, &sentence, error)) return FALSE;
    sum->failed = sum->failed || sentence != NULL;
    if (sentence != NULL) sum_gap(sum, FALSE, evidence_new_text(EVIDENCE_NEUTRAL, "sent-tested", sentence));
  }
  return TRUE;
}

/* Adds the folders of one account. asks: this account asks the question, and has looked at its Sent folders before. */
static gboolean sum_account(Ledger *ledger, const Facts *facts, const char *account, gboolean asks, Sum *sum,
                            GError **error)
{
  g_autoptr(GPtrArray) folders = coverage_list(ledger, account, error);
  g_autoptr(GPtrArray) gaps =
      folders != NULL ? coverage_gaps(ledger, account, facts->need_from - CLOCKS_DIFFER - 1, error) : NULL;
  if (gaps == NULL) return FALSE;
  if (folders->len == 0) {
    gint64 passes = 1; /* 0 before the first pass of the account: nobody has looked yet */
    if (!db_number(ledger, error, &passes, "SELECT last_pass FROM account WHERE name = ?", "s", account)) return FALSE;
    sum->none = TRUE;
    sum_gap(sum, passes == 0 && !asks, evidence_new(EVIDENCE_NEUTRAL, "sent-nowhere", account, NULL));
  }
  gboolean given = gives_any(folders);
  for (guint i = 0; i < folders->len; i++) {
    Coverage *folder = g_ptr_array_index(folders, i);
    if (folder->none == NULL)
      sum_folder(sum, facts, folder, gaps);
    else if (!given)
      sum_none(sum, evidence_copy(folder->why));
  }
  return given ? sum_silence(ledger, facts, account, sum, error) : TRUE;
}

/* The time at which the Sent folders of another account must have been looked at. The asking account looks at its own
 * Sent folders after it has seen the report; other accounts look when they do, and that time is compared with the
 * server's time of the report. Clocks differ, and seconds are coarse. */
static gint64 need_of_others(gint64 need_to, gint64 seen) { return MIN(seen + 1, need_to + CLOCKS_DIFFER); }

static void note_unlisted(Sum *sum, Facts *facts, const Report *report)
{
  facts->unlisted = g_strdup(g_ptr_array_index(report->addressed, 0));
  sum_gap(sum, FALSE, evidence_new(EVIDENCE_NEUTRAL, "sent-unlisted", facts->unlisted, NULL));
}

gboolean coverage_ask(Ledger *ledger, Facts *facts, const Report *report, const FactsQuery *query, GError **error)
{
  gint64 now = MAX(query->now, db_now()), seen = query->seen != 0 ? query->seen : query->now;
  Sum sum = { .now = now, .to = G_MAXINT64 }; /* a look may be later than the question */
  g_auto(Asked) asked = { 0 };
  if (!accounts_asked(ledger, report, query->account, &asked, error)) return FALSE;
  gboolean ok = TRUE;
  if (!asked.listed && asked.asked->len > 0) note_unlisted(&sum, facts, report);
  for (guint i = 0; i < asked.asked->len && ok; i++) {
    const char *name = g_ptr_array_index(asked.asked, i);
    gboolean own = query->account == NULL || g_str_equal(name, query->account);
    sum.need_to = own ? facts->need_to : need_of_others(facts->need_to, seen);
    ok = sum_account(ledger, facts, name, g_strcmp0(name, query->account) == 0, &sum, error);
  }
  if (ok && asked.asked->len == 0) sum_none(&sum, evidence_new(EVIDENCE_NEUTRAL, "sent-no-account", NULL));
  ok = ok && sum_tests(ledger, facts, report, &sum, error);
  if (ok) {
    facts->from = sum.none ? 0 : sum.from;
    facts->to = sum.none ? 0 : sum.to;
    facts->covered = sum.gap == NULL && sum.late_gap == NULL;
    facts->test_failed = sum.failed;
    facts->late = sum.late || sum.late_gap != NULL;
    facts->stale = !sum.lacking && sum.late_gap != NULL;
    const Evidence *lack = sum.gap != NULL ? sum.gap : sum.late_gap;
    facts->lack = lack != NULL ? evidence_copy(lack) : NULL;
    facts->gap = lack != NULL ? evidence_text(lack) : NULL;
  }
  if (sum.gap != NULL) evidence_free(sum.gap);
  if (sum.late_gap != NULL) evidence_free(sum.late_gap);
  return ok;
}
