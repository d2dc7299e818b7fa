/* newsender.c - the newsender allowlist and the deny list.
 * Owns:     table newsender (own entries), and the rule what counts as an automatic entry.
 * Must not: change what is known of sent mail.
 * Fails:    LEDGER_ERROR; REFUSED with a remedy for text that is no entry.
 * Tests:    tests/ledger/test_newsender.c */
#include "ledger/newsender.h"
#include "filter/normalise.h"
#include "ledger/heal.h"
#include "ledger/private.h"
#include <string.h>

#define DOMAIN_BYTES 253

static const char *const list_words[] = { "automatic", "allow", "deny", "exclude" };

static gboolean is_domain(const char *text)
{
  gsize length = strlen(text);
  if (length == 0 || length > DOMAIN_BYTES || text[0] == '.' || text[0] == '-' || text[length - 1] == '.'
      || strstr(text, "..") != NULL)
    return FALSE;
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isalnum(*c) && strchr(".-", *c) == NULL && (guchar)*c < 0x80) return FALSE;
  return g_utf8_validate(text, -1, NULL);
}

/* The text in the last <...>, else the text itself. */
static char *inside_brackets(const char *text)
{
  const char *open = strrchr(text, '<'), *close = open != NULL ? strchr(open, '>') : NULL;
  return g_strstrip(close != NULL ? g_strndup(open + 1, (gsize)(close - open) - 1) : g_strdup(text));
}

char *newsender_parse(const char *text, GError **error)
{
  g_autofree char *typed = inside_brackets(text);
  g_autofree char *shown = text_one_line(text, 80);
  const char *at = strrchr(typed, '@');
  g_autofree char *domain = g_utf8_validate(typed, -1, NULL) ? g_utf8_strdown(at != NULL ? at + 1 : typed, -1) : NULL;
  if (g_ascii_strcasecmp(typed, "mailer-daemon") == 0 || g_ascii_strcasecmp(typed, "postmaster") == 0) {
    g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_REFUSED,
                "“%s” alone is every mail server's name, so it cannot be an entry: name the domain, as in example.org.",
                shown);
    return NULL;
  }
  if (domain != NULL && is_domain(domain)) {
    if (at == typed || g_str_has_prefix(typed, "*@")) return g_strconcat("@", domain, NULL);
    if (at == NULL && strchr(domain, '.') != NULL) return g_strconcat("@", domain, NULL);
    char *address = at != NULL ? address_normalise(typed, FALSE) : NULL;
    if (address != NULL) return address;
  }
  g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_REFUSED,
              "“%s” is no address and no domain: write bob@example.org, or example.org for everybody there.",
              shown != NULL ? shown : "");
  return NULL;
}

static gboolean add_entry(Ledger *ledger, NewsenderList list, const char *entry, GError **error)
{
  if (!db_run(
          ledger, error,
          "INSERT INTO newsender(entry, list, added) VALUES(?, ?, ?) ON CONFLICT DO UPDATE SET list = excluded.list,"
          " added = excluded.added WHERE list <> excluded.list",
          "ssi", entry, list_words[list], db_now()))
    return FALSE;
  return !db_changed(ledger) || heal_queue_own(ledger, entry, error);
}

gboolean newsender_add(Ledger *ledger, NewsenderList list, const char *entry, GError **error)
{
  if (list == NEWSENDER_AUTOMATIC) {
    g_set_error_literal(error, LEDGER_ERROR, LEDGER_ERROR_REFUSED,
                        "Automatic entries come from sent mail only: allow or deny instead.");
    return FALSE;
  }
  if (db_in_transaction(ledger)) return add_entry(ledger, list, entry, error); /* of an undo */
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, add_entry(ledger, list, entry, error), error);
}

static gboolean drop_own(Ledger *ledger, NewsenderList list, const char *entry, gboolean *dropped, GError **error)
{
  gint64 gone = 0;
  if (!db_number(ledger, error, &gone, "DELETE FROM newsender WHERE entry = ? AND list = ? RETURNING 1", "ss", entry,
                 list_words[list]))
    return FALSE;
  *dropped = gone != 0;
  return TRUE;
}

gboolean newsender_forget(Ledger *ledger, const char *entry, GError **error)
{
  return db_run(ledger, error, "DELETE FROM newsender WHERE entry = ?", "s", entry)
         && heal_queue_own(ledger, entry, error);
}

static gboolean is_automatic(Ledger *ledger, const char *entry, gboolean *automatic, GError **error)
{
  gint64 known = 0;
  gboolean excluded = FALSE;
  if (!db_number(ledger, error, &known, "SELECT 1 FROM address WHERE hash = ?", "i", db_hash(entry))
      || !newsender_is_excluded(ledger, entry, &excluded, error))
    return FALSE;
  *automatic = known && !excluded;
  return TRUE;
}

static gboolean remove_entry(Ledger *ledger, NewsenderList list, const char *entry, gboolean *excluded, GError **error)
{
  gboolean dropped = FALSE, automatic = FALSE;
  if (!drop_own(ledger, list, entry, &dropped, error)) return FALSE;
  if (dropped) return heal_queue_own(ledger, entry, error);
  if (list == NEWSENDER_ALLOW && !is_automatic(ledger, entry, &automatic, error)) return FALSE;
  if (!automatic) {
    g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_MISSING, "There is no entry “%s” in the %s list.", entry,
                list_words[list]);
    return FALSE;
  }
  *excluded = TRUE;
  return add_entry(ledger, NEWSENDER_EXCLUDE, entry, error);
}

gboolean newsender_remove(Ledger *ledger, NewsenderList list, const char *entry, gboolean *excluded, GError **error)
{
  gboolean now_excluded = FALSE;
  if (!db_begin(ledger, error)) return FALSE;
  if (!db_end(ledger, remove_entry(ledger, list, entry, &now_excluded, error), error)) return FALSE;
  if (excluded != NULL) *excluded = now_excluded;
  return TRUE;
}

/* The own entry with this text: its list, or AUTOMATIC for none. */
static gboolean own_list(Ledger *ledger, const char *entry, NewsenderList *list, GError **error)
{
  g_auto(Rows) rows = { 0 };
  *list = NEWSENDER_AUTOMATIC;
  if (!rows_open(&rows, ledger, error, "SELECT list FROM newsender WHERE entry = ?", "s", entry)) return FALSE;
  if (rows_next(&rows, error))
    for (guint i = 0; i < G_N_ELEMENTS(list_words); i++)
      if (g_strcmp0(row_text(&rows, 0), list_words[i]) == 0) *list = (NewsenderList)i;
  return !rows.failed;
}

/* Most owners have no own entries, and this is asked for every report. */
static gboolean has_own(Ledger *ledger, gboolean *any, GError **error)
{
  gint64 found = 0;
  if (!db_number(ledger, error, &found, "SELECT EXISTS(SELECT 1 FROM newsender)", "")) return FALSE;
  *any = found != 0;
  return TRUE;
}

/* Calls each with every entry that would cover this address or domain, most specific first: "a@b.c", "@b.c", "@c". */
typedef gboolean (*Covering)(Ledger *ledger, const char *entry, gsize rank, const char *subject, gpointer data,
                             GError **error);

static gboolean each_covering(Ledger *ledger, const char *subject, Covering each, gpointer data, GError **error)
{
  const char *domain = strchr(subject, '@') != NULL ? address_domain(subject) : subject;
  if (domain != subject && !each(ledger, subject, G_MAXSIZE, subject, data, error)) return FALSE;
  for (; domain != NULL; domain = strchr(domain, '.')) {
    if (*domain == '.') domain++;
    g_autofree char *entry = g_strconcat("@", domain, NULL);
    if (!each(ledger, entry, strlen(domain), subject, data, error)) return FALSE;
  }
  return TRUE;
}

/* The most specific own entry found so far. */
typedef struct {
  gsize rank;
  Facts *facts;
  const char *mta; /* the domain of Reporting-MTA, which must lie in the entry's; NULL: not asked for */
} Best;

static gboolean weigh(Ledger *ledger, const char *entry, gsize rank, const char *subject, gpointer data, GError **error)
{
  Best *best = data;
  NewsenderList list = NEWSENDER_AUTOMATIC;
  if (!own_list(ledger, entry, &list, error)) return FALSE;
  if (list != NEWSENDER_ALLOW && list != NEWSENDER_DENY) return TRUE;
  OwnWord word = list == NEWSENDER_DENY ? OWN_DENY : OWN_ALLOW;
  if (rank < best->rank || (rank == best->rank && word != OWN_DENY)) return TRUE;
  Facts *facts = best->facts;
  g_free(facts->own_entry);
  g_free(facts->own_matched);
  facts->own = word;
  facts->own_entry = g_strdup(entry);
  facts->own_matched = g_strdup(subject);
  best->rank = rank;
  return TRUE;
}

/* Does the reporter's other name lie in the domain of this entry, too? */
static gboolean lies_in(const char *entry, const char *domain)
{
  gsize length = strlen(entry) - 1, all = strlen(domain);
  return all >= length && strcmp(domain + all - length, entry + 1) == 0
         && (all == length || domain[all - length - 1] == '.');
}

static gboolean weigh_reporter(Ledger *ledger, const char *entry, gsize rank, const char *subject, gpointer data,
                               GError **error)
{
  const Best *best = data;
  if (best->mta != NULL && !lies_in(entry, best->mta)) return TRUE;
  return weigh(ledger, entry, rank, subject, data, error);
}

static gboolean weigh_deny(Ledger *ledger, const char *entry, gsize rank, const char *subject, gpointer data,
                           GError **error)
{
  NewsenderList list = NEWSENDER_AUTOMATIC;
  if (!own_list(ledger, entry, &list, error)) return FALSE;
  return list != NEWSENDER_DENY || weigh(ledger, entry, rank, subject, data, error);
}

/* The writer of a report also writes its Reporting-MTA. So Reporting-MTA counts only if From, which the owner sees,
 * agrees. If From has no domain, Reporting-MTA may deny, but not allow. */
gboolean newsender_own_word(Ledger *ledger, Facts *facts, const Report *report, GError **error)
{
  const char *from = address_domain(report->reporter);
  Best best = { 0, facts, from != NULL ? report->reporter_domain : NULL };
  gboolean any = FALSE;
  if (!has_own(ledger, &any, error)) return FALSE;
  if (!any) return TRUE;
  for (guint i = 0; i < report->recipients->len; i++)
    if (!each_covering(ledger, g_ptr_array_index(report->recipients, i), weigh, &best, error)) return FALSE;
  if (from != NULL) return each_covering(ledger, from, weigh_reporter, &best, error);
  return report->reporter_domain == NULL || each_covering(ledger, report->reporter_domain, weigh_deny, &best, error);
}

static gboolean look_for_exclusion(Ledger *ledger, const char *entry, gsize rank, const char *subject, gpointer data,
                                   GError **error)
{
  NewsenderList list = NEWSENDER_AUTOMATIC;
  if (!own_list(ledger, entry, &list, error)) return FALSE;
  if (list == NEWSENDER_EXCLUDE) *(gboolean *)data = TRUE;
  return TRUE;
}

gboolean newsender_is_excluded(Ledger *ledger, const char *address, gboolean *excluded, GError **error)
{
  gboolean any = FALSE;
  *excluded = FALSE;
  if (!has_own(ledger, &any, error)) return FALSE;
  return !any || each_covering(ledger, address, look_for_exclusion, excluded, error);
}

typedef struct {
  char *text;
  gint64 written;
} Automatic;

static void automatic_clear(gpointer data) { g_free(((Automatic *)data)->text); }

static int by_text(gconstpointer a, gconstpointer b)
{
  return strcmp(((const Automatic *)a)->text, ((const Automatic *)b)->text);
}

/* Automatic entries are not stored a second time: they are the addresses of sent mail last written to, without those
 * excluded. */
static GArray *automatic_entries(Ledger *ledger, GError **error)
{
  g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(Automatic));
  g_array_set_clear_func(entries, automatic_clear);
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, "SELECT text, written FROM address ORDER BY written DESC, hash", ""))
    return NULL;
  while (entries->len < NEWSENDER_CAP && rows_next(&rows, error)) {
    gboolean excluded = FALSE;
    if (!newsender_is_excluded(ledger, row_text(&rows, 0), &excluded, error)) return NULL;
    Automatic entry = { row_dup(&rows, 0), row_int(&rows, 1) };
    if (excluded)
      automatic_clear(&entry);
    else
      g_array_append_val(entries, entry);
  }
  if (rows.failed) return NULL;
  g_array_sort(entries, by_text);
  return g_steal_pointer(&entries);
}

static gboolean list_automatic(Ledger *ledger, NewsenderEach each, gpointer data, GError **error)
{
  g_autoptr(GArray) entries = automatic_entries(ledger, error);
  if (entries == NULL) return FALSE;
  for (guint i = 0; i < entries->len; i++) {
    const Automatic *entry = &g_array_index(entries, Automatic, i);
    if (!each(entry->text, entry->written, data)) break;
  }
  return TRUE;
}

gboolean newsender_list(Ledger *ledger, NewsenderList list, NewsenderEach each, gpointer data, GError **error)
{
  if (list == NEWSENDER_AUTOMATIC) return list_automatic(ledger, each, data, error);
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, "SELECT entry, added FROM newsender WHERE list = ? ORDER BY entry", "s",
                 list_words[list]))
    return FALSE;
  while (rows_next(&rows, error))
    if (!each(row_text(&rows, 0), row_int(&rows, 1), data)) return TRUE;
  return !rows.failed;
}
