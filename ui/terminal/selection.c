/* selection.c - which messages a command is about
 * Owns:     what ranges and conditions mean.
 * Must not: change the ledger.
 * Fails:    by a complaint and an exit status; nothing is selected then.
 * Tests:    tests/ui/cli/test_hands.py */
#include "ui/terminal/selection.h"
#include "filter/normalise.h"
#include "ledger/journal.h"
#include "ui/common/trust_words.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define RANGES_MOST 10000

SelectionOptions selection_options;

const GOptionEntry selection_entries[] = {
  { "because", 0, 0, G_OPTION_ARG_FILENAME, &selection_options.because,
    "Whose verdict was decided by this: deny, deny:example.org, or a code of explain --json; judged-again: that would "
    "not be moved by what is known now",
    "WHY" },
  { "since", 0, 0, G_OPTION_ARG_FILENAME, &selection_options.since,
    "That were moved since then: 90m, 2h, 3d, 1w, or 2024-12-31", "TIME" },
  { "to", 0, 0, G_OPTION_ARG_FILENAME, &selection_options.to,
    "About mail to this address, or to anybody in this domain", "ADDRESS" },
  { "account", 0, 0, G_OPTION_ARG_FILENAME, &selection_options.account, "Of this account only", "NAME" },
  { "dry-run", 0, 0, G_OPTION_ARG_NONE, &selection_options.dry_run, "Say what would be done, and do nothing", NULL },
  { "yes", 0, 0, G_OPTION_ARG_NONE, &selection_options.yes, "Do not ask", NULL },
  G_OPTION_ENTRY_NULL,
};

typedef struct {
  gint64 first, last;
  gboolean found; /* of one id */
} Range;

/* The conditions in normal form, and what was found. */
typedef struct {
  GArray *ranges; /* Range; empty: any id */
  gint64 since;
  char *to; /* an address, or "@domain"; NULL: any */
  GArray *ids;
  GArray *singles; /* gint64: those of ids that were named alone */
} Search;

static void search_clear(Search *search)
{
  g_clear_pointer(&search->ranges, g_array_unref);
  g_clear_pointer(&search->ids, g_array_unref);
  g_clear_pointer(&search->singles, g_array_unref);
  g_clear_pointer(&search->to, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Search, search_clear)

void selection_clear(Selection *selection) { g_clear_pointer(&selection->ids, g_array_unref); }

/* "7" or "120-140". */
static gboolean parse_range(const char *text, Range *range)
{
  g_auto(GStrv) ends = g_strsplit(text, "-", 2);
  *range = (Range){ 0 };
  if (ends[0] == NULL || !ui_parse_id(ends[0], &range->first)) return FALSE;
  range->last = range->first;
  return ends[1] == NULL || (ui_parse_id(ends[1], &range->last) && range->last >= range->first);
}

static int parse_ranges(Search *search, int argc, char **argv)
{
  for (int i = 0; i < argc; i++) {
    g_auto(GStrv) words = g_strsplit(argv[i], ",", -1);
    for (char **word = words; *word != NULL || word == words; word++) {
      Range range;
      if (*word == NULL || !parse_range(*word, &range))
        return ui_usage("\"%s\" is no ID, nor a range such as 120-140: IDs are the numbers of backstop list", argv[i]);
      if (search->ranges->len >= RANGES_MOST) return ui_usage("these are too many ranges");
      g_array_append_val(search->ranges, range);
    }
  }
  return EX_OK;
}

/* "2h" or "2024-12-31", which is local. */
static gboolean parse_since(const char *text, gint64 *since)
{
  static const struct {
    char unit;
    gint64 seconds;
  } units[] = { { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
  char *end = NULL;
  guint64 count = g_ascii_strtoull(text, &end, 10);
  int year = 0, month = 0, day = 0;
  char rest = '\0';
  if (!g_ascii_isdigit(*text)) return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS(units); i++)
    if (end[0] == units[i].unit && end[1] == '\0' && count <= 100000) {
      *since = g_get_real_time() / G_USEC_PER_SEC - (gint64)count * units[i].seconds;
      return TRUE;
    }
  if (sscanf(text, "%4d-%2d-%2d%c", &year, &month, &day, &rest) != 3) return FALSE;
  g_autoptr(GDateTime) when = g_date_time_new_local(year, month, day, 0, 0, 0);
  if (when != NULL) *since = g_date_time_to_unix(when);
  return when != NULL;
}

static char *parse_to(const char *text)
{
  if (strchr(text, '@') != NULL && *text != '@') return address_normalise(text, FALSE);
  g_autofree char *domain = g_utf8_validate(text, -1, NULL) ? g_utf8_strdown(text, -1) : NULL;
  if (domain == NULL || *domain == '\0' || strpbrk(domain, " \t,;") != NULL) return NULL;
  return *domain == '@' ? g_steal_pointer(&domain) : g_strconcat("@", domain, NULL);
}

static int parse_options(Ledger *ledger, Search *search)
{
  const SelectionOptions *options = &selection_options;
  if (options->since != NULL && !parse_since(options->since, &search->since))
    return ui_usage("--since wants a time such as 2h, 3d or 2024-12-31, not \"%s\"", options->since);
  if (options->to != NULL && (search->to = parse_to(options->to)) == NULL)
    return ui_usage("--to wants an address or a domain, not \"%s\"", options->to);
  if (options->because != NULL && *options->because == '\0') return ui_usage("--because wants a reason");
  return options->account != NULL ? ui_check_account(ledger, options->account) : EX_OK;
}

static gboolean is_to(const char *address, const char *wanted)
{
  const char *domain = address_domain(address), *of = wanted + 1;
  if (*wanted != '@') return strcmp(address, wanted) == 0;
  if (domain == NULL || !g_str_has_suffix(domain, of)) return FALSE;
  gsize more = strlen(domain) - strlen(of);
  return more == 0 || domain[more - 1] == '.';
}

static gboolean is_about(const Entry *entry, const char *wanted)
{
  g_autoptr(GPtrArray) addresses = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < entry->recipients->len; i++)
    if (is_to(entry->recipients->pdata[i], wanted)) return TRUE;
  if (entry->original_to != NULL) address_collect(entry->original_to, addresses, 50);
  for (guint i = 0; i < addresses->len; i++)
    if (is_to(addresses->pdata[i], wanted)) return TRUE;
  return FALSE;
}

/* Does `word` stand in this text as a whole: "example.org", but not in "notexample.org"? */
static gboolean has_word(const char *text, const char *word)
{
  g_autofree char *where = g_utf8_casefold(text, -1), *what = g_utf8_casefold(word, -1);
  gsize length = strlen(what);
  for (const char *at = where; length > 0 && (at = strstr(at, what)) != NULL; at++) {
    guchar before = at > where ? (guchar)at[-1] : ' ', after = (guchar)at[length];
    if (before < 0x80 && !g_ascii_isalnum(before) && strchr(".-_", before) == NULL && !g_ascii_isalnum(after)
        && strchr("-_", after == '\0' ? ' ' : after) == NULL && !(after == '.' && g_ascii_isalnum(at[length + 1])))
      return TRUE;
  }
  return FALSE;
}

/* "deny" and "allow" are the owner's entries; anything else is a code of evidence. */
static gboolean is_because(const Entry *entry, const char *because)
{
  g_auto(GStrv) parts = g_strsplit(because, ":", 2);
  if (entry->decided >= entry->evidence->len) return FALSE;
  const Evidence *decided = entry->evidence->pdata[entry->decided];
  gboolean own = g_str_equal(parts[0], "deny") || g_str_equal(parts[0], "allow");
  g_autofree char *code = own ? g_strconcat("own-", parts[0], NULL) : g_strdup(parts[0]);
  if (strcmp(decided->code, code) != 0) return FALSE;
  g_autofree char *text = evidence_text(decided);
  return parts[1] == NULL || has_word(text, parts[1]);
}

/* What was restored or deleted already is no part of a range or of a condition. */
static gboolean lies_away(const Entry *entry)
{
  return entry->state == MOVE_QUARANTINED || (entry->state == MOVE_FAILED && entry->away.folder != NULL);
}

static gboolean take_entry(const Entry *entry, gpointer data)
{
  Search *search = data;
  gboolean single = FALSE, within = search->ranges->len == 0;
  for (guint i = 0; i < search->ranges->len; i++) {
    Range *range = &g_array_index(search->ranges, Range, i);
    if (entry->id < range->first || entry->id > range->last) continue;
    within = TRUE;
    single = single || range->first == range->last;
    range->found = TRUE;
  }
  if (!within || (!single && !lies_away(entry)) || entry->changed < search->since) return TRUE;
  if (search->to != NULL && !is_about(entry, search->to)) return TRUE;
  g_array_append_val(search->ids, entry->id);
  if (single) g_array_append_val(search->singles, entry->id);
  return TRUE;
}

static gint by_id(gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
  return (x > y) - (x < y);
}

/* Keeps those that were judged again, and would not be moved now. */
static gboolean keep_judged_again(Ledger *ledger, GArray *ids, GError **error)
{
  g_auto(Healed) healed = { 0 };
  g_autoptr(GHashTable) told = g_hash_table_new(g_int64_hash, g_int64_equal);
  if (!healed_read(ledger, selection_options.account, 0, &healed, error)) return FALSE;
  for (guint i = 0; i < healed.told->len; i++) g_hash_table_add(told, &g_array_index(healed.told, gint64, i));
  for (guint i = ids->len; i > 0; i--)
    if (!g_hash_table_contains(told, &g_array_index(ids, gint64, i - 1))) g_array_remove_index(ids, i - 1);
  return TRUE;
}

/* Evidence is asked for last, since it costs a look at each. */
static gboolean drop_others(Ledger *ledger, GArray *ids, GError **error)
{
  if (g_strcmp0(selection_options.because, TRUST_JUDGED_AGAIN) == 0) return keep_judged_again(ledger, ids, error);
  for (guint i = 0; selection_options.because != NULL && i < ids->len;) {
    g_autoptr(Entry) entry = journal_get(ledger, g_array_index(ids, gint64, i), error);
    if (entry == NULL) return FALSE;
    if (is_because(entry, selection_options.because))
      i++;
    else
      g_array_remove_index(ids, i);
  }
  return TRUE;
}

/* All is checked before anything is queued: one id that is wrong, and nothing is done. */
static int check_singles(Ledger *ledger, WishVerb verb, const Search *search)
{
  int status = EX_OK;
  GError *error = NULL;
  for (guint i = 0; i < search->ranges->len; i++) {
    const Range *range = &g_array_index(search->ranges, Range, i);
    if (range->first != range->last || range->found) continue;
    ui_complain("there is no message %" G_GINT64_FORMAT ": backstop list shows which there are", range->first);
    status = ui_worse(status, EX_NOINPUT);
  }
  for (guint i = 0; i < search->singles->len; i++) {
    g_autofree char *refusal = NULL;
    if (!wish_refusal(ledger, verb, g_array_index(search->singles, gint64, i), &refusal, &error)) return ui_fail(error);
    if (refusal == NULL) continue;
    ui_complain("%s", refusal);
    status = ui_worse(status, EX_DATAERR);
  }
  return status;
}

static gboolean has_condition(void)
{
  const SelectionOptions *options = &selection_options;
  return options->because != NULL || options->since != NULL || options->to != NULL || options->account != NULL;
}

int selection_check(int argc, char **argv)
{
  g_auto(Search) search = { .ranges = g_array_new(FALSE, FALSE, sizeof(Range)) };
  if (argc == 0 && !has_condition())
    return ui_usage("say which messages: IDs, ranges of IDs, or --because, --since, --to, --account");
  return parse_ranges(&search, argc, argv);
}

gboolean selection_make(Ledger *ledger, WishVerb verb, int argc, char **argv, Selection *selection, int *status)
{
  GError *error = NULL;
  JournalQuery query = { .account = selection_options.account };
  g_auto(Search) search = { .ranges = g_array_new(FALSE, FALSE, sizeof(Range)),
                            .ids = g_array_new(FALSE, FALSE, sizeof(gint64)),
                            .singles = g_array_new(FALSE, FALSE, sizeof(gint64)) };
  if ((*status = parse_ranges(&search, argc, argv)) != EX_OK || (*status = parse_options(ledger, &search)) != EX_OK)
    return FALSE;
  if (!journal_list(ledger, &query, take_entry, &search, &error) || !drop_others(ledger, search.ids, &error)
      || !drop_others(ledger, search.singles, &error)) {
    *status = ui_fail(error);
    return FALSE;
  }
  if ((*status = check_singles(ledger, verb, &search)) != EX_OK) return FALSE;
  g_array_sort(search.ids, by_id);
  selection->bulk = has_condition();
  for (guint i = 0; i < search.ranges->len; i++) {
    const Range *range = &g_array_index(search.ranges, Range, i);
    if (range->first != range->last) selection->bulk = TRUE;
  }
  selection->ids = g_steal_pointer(&search.ids);
  return TRUE;
}
