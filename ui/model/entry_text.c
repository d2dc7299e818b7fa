/* entry_text.c - an entry in words, for the window
 * Owns:     the order of the lines, and their sentences.
 * Must not: know GTK; open the ledger.
 * Fails:    never.
 * Tests:    tests/ui/model/test_models.c */
#include "ui/model/entry_text.h"
#include "ui/common/words.h"
#include "ui/model/shown.h"
#include <glib/gi18n.h>

#define TEXT_CHARACTERS 2000
#define RECIPIENTS_MOST 20

const char *entry_text_verdict(VerdictCode verdict)
{
  switch (verdict) {
  case VERDICT_GENUINE: return _("genuine");
  case VERDICT_BACKSCATTER: return _("backscatter");
  case VERDICT_PASS: return _("no bounce");
  default: return _("unsure");
  }
}

const char *entry_text_state(MoveState state) { return _(words_state(state)); }

void text_line_free(TextLine *line)
{
  if (line == NULL) return;
  g_free(line->name);
  g_free(line->text);
  g_free(line);
}

static GPtrArray *lines_new(void) { return g_ptr_array_new_with_free_func((GDestroyNotify)text_line_free); }

static void add(GPtrArray *lines, LineStyle style, const char *name, const char *text)
{
  if (text == NULL) return;
  TextLine *line = g_new0(TextLine, 1);
  *line = (TextLine){ style, g_strdup(name), shown_line(text, TEXT_CHARACTERS) };
  g_ptr_array_add(lines, line);
}

static const char *meaning(const Entry *entry)
{
  WordsBy by = words_by(entry);
  switch (entry->verdict) {
  case VERDICT_GENUINE:
    return by == WORDS_BY_OWN_ENTRY ? _("Genuine: you have allowed it by an entry of your own.")
           : by == WORDS_BY_ADDRESS ? _("Genuine, it seems: you have written to the address that it is about.")
                                    : _("Genuine: it answers mail that you sent.");
  case VERDICT_BACKSCATTER:
    return by == WORDS_BY_OWN_ENTRY ? _("Backscatter: you have denied it by an entry of your own.")
                                    : _("Backscatter: it answers mail that you did not send.");
  case VERDICT_PASS: return _("It is not a bounce.");
  default: return _("Unsure: too little is known to tell whether you sent the mail it answers.");
  }
}

static void add_state(GPtrArray *lines, const Entry *entry)
{
  g_autoptr(GString) text = g_string_new(NULL);
  if (entry->state == MOVE_QUARANTINED && entry->away.folder != NULL)
    g_string_append_printf(text, _("It is in quarantine, in the folder “%s”"), entry->away.folder);
  else if (entry->state == MOVE_RESTORED && entry->home.folder != NULL)
    g_string_append_printf(text, _("It is restored to “%s”"), entry->home.folder);
  else
    g_string_append_printf(text, _("It is %s"), entry_text_state(entry->state));
  if (entry->reason != NULL) g_string_append_printf(text, ": %s", entry->reason);
  if (text->str[text->len - 1] != '.') g_string_append_c(text, '.');
  add(lines, LINE_PLAIN, NULL, text->str);
}

static void add_wish(GPtrArray *lines, const Wish *wish)
{
  if (wish == NULL || wish->state == WISH_DONE) return;
  gboolean restore = wish->verb == WISH_RESTORE;
  if (!restore && wish->verb != WISH_DELETE && wish->verb != WISH_REMOVE) return;
  if (wish->state == WISH_OPEN) {
    add(lines, LINE_PLAIN, NULL,
        restore ? _("You asked to have it restored: the filter does this at its next pass.")
                : _("You asked to have it deleted: the filter does this at its next pass."));
    return;
  }
  if (g_strcmp0(wish->result, "cancelled") == 0) return;
  g_autofree char *text =
      g_strdup_printf(restore ? _("It could not be restored: %s") : _("It could not be deleted: %s"),
                      wish->result != NULL ? wish->result : "");
  add(lines, LINE_AGAINST, NULL, text);
}

static void add_evidence(GPtrArray *lines, const Entry *entry)
{
  static const LineStyle styles[] = {
    [EVIDENCE_FOR] = LINE_FOR, [EVIDENCE_AGAINST] = LINE_AGAINST, [EVIDENCE_NEUTRAL] = LINE_NEUTRAL
  };
  static const char *const marks[] = { [EVIDENCE_FOR] = "✓ ", [EVIDENCE_AGAINST] = "✗ ", [EVIDENCE_NEUTRAL] = "– " };
  add(lines, LINE_HEADING, NULL, _("Why (✓ speaks for mail of yours, ✗ against it, – for neither)"));
  for (guint i = 0; i < entry->evidence->len; i++) {
    const Evidence *row = entry->evidence->pdata[i];
    guint side = (guint)row->side < G_N_ELEMENTS(styles) ? (guint)row->side : EVIDENCE_NEUTRAL;
    g_autofree char *sentence = evidence_text(row);
    g_autofree char *text = g_strconcat(marks[side], sentence, i == entry->decided ? _(" (This decided.)") : "", NULL);
    add(lines, styles[side], NULL, text);
  }
}

char *entry_text_coverage(const Coverage *coverage, const char *addresses)
{
  char *lack = coverage_lack(coverage);
  if (lack != NULL) return lack;
  g_autofree char *from = shown_day(coverage->from), *to = shown_time(coverage->to);
  if (addresses == NULL || *addresses == '\0')
    return g_strdup_printf(_("“%s” of account %s knows all sent mail since %s, last looked at: %s"), coverage->folder,
                           coverage->account, from, to);
  g_auto(GStrv) parts = g_strsplit(addresses, ";", -1);
  g_autofree char *list = g_strjoinv(", ", parts);
  return g_strdup_printf(_("“%s” knows all mail sent from %s since %s, last looked at: %s"), coverage->folder, list,
                         from, to);
}

static void add_coverage(GPtrArray *lines, const GPtrArray *coverage)
{
  if (coverage == NULL) return;
  add(lines, LINE_HEADING, NULL, _("Where your sent mail was looked for (as of now)"));
  if (coverage->len == 0)
    add(lines, LINE_PLAIN, NULL,
        _("No Sent folder is known, so Backstop cannot tell that you did not send something, and moves nothing."));
  for (guint i = 0; i < coverage->len; i++) {
    g_autofree char *words = entry_text_coverage(coverage->pdata[i], NULL);
    add(lines, LINE_PLAIN, NULL, words);
  }
}

/* How the test of coverage stands. */
static void add_tests(GPtrArray *lines, const TextContext *context)
{
  for (guint i = 0; context->tests != NULL && context->accounts != NULL && i < context->tests->len; i++) {
    const CoverageTest *test = context->tests->pdata[i];
    g_autofree char *words = trust_words_test(test, trust_is_given(context->accounts, test->account));
    add(lines, LINE_PLAIN, NULL, words);
  }
}

static void add_healing(GPtrArray *lines, const Entry *entry, const TextContext *context)
{
  if (context->healing == NULL) return;
  g_autofree char *words = trust_words_healing(context->healing, context->coming, entry->state);
  add(lines, LINE_PLAIN, NULL, words);
}

GPtrArray *entry_text_why(const Entry *entry, const TextContext *context)
{
  GPtrArray *lines = lines_new();
  g_autofree char *arrived = shown_time(entry->arrived != 0 ? entry->arrived : entry->judged);
  g_autofree char *what = g_strdup_printf(_("It is %s; it came to the account %s (%s)."), _(words_kind(entry->kind)),
                                          entry->account, arrived);
  add(lines, LINE_TITLE, NULL, meaning(entry));
  add_state(lines, entry);
  add_wish(lines, context->wish);
  add_healing(lines, entry, context);
  add(lines, LINE_PLAIN, NULL, what);
  add_evidence(lines, entry);
  add_coverage(lines, context->coverage);
  add_tests(lines, context);
  return lines;
}

static void add_time(GPtrArray *lines, const char *name, gint64 seconds)
{
  g_autofree char *text = seconds != 0 ? shown_time(seconds) : NULL;
  add(lines, LINE_FIELD, name, text);
}

GPtrArray *entry_text_original(const Entry *entry)
{
  GPtrArray *lines = lines_new();
  guint before;
  g_autofree char *about = words_list(entry->recipients, RECIPIENTS_MOST);
  add(lines, LINE_HEADING, NULL, _("The original message, as the report shows it"));
  before = lines->len;
  add(lines, LINE_FIELD, _("From"), entry->original_from);
  add(lines, LINE_FIELD, _("To"), entry->original_to);
  add(lines, LINE_FIELD, _("Subject"), entry->original_subject);
  add_time(lines, _("Date"), entry->original_date);
  add(lines, LINE_FIELD, _("Message-ID"), entry->original_id);
  if (lines->len == before) add(lines, LINE_PLAIN, NULL, _("The report shows nothing of it."));
  add(lines, LINE_HEADING, NULL, _("What the report says about it"));
  add(lines, LINE_FIELD, _("Could not be delivered to"), about != NULL ? about : _("nobody that it names"));
  add(lines, LINE_FIELD, _("Reported by"), entry->reporter);
  add(lines, LINE_FIELD, _("Status"), entry->status);
  add(lines, LINE_FIELD, _("In the server’s words"), entry->diagnostic);
  return lines;
}

GPtrArray *entry_text_kept(const Entry *entry)
{
  GPtrArray *lines = lines_new();
  g_autofree char *size = g_format_size(entry->fingerprint.size);
  g_autoptr(GString) digest = g_string_new(NULL);
  gboolean away = entry->away.folder != NULL && entry->state != MOVE_RESTORED;
  for (guint i = 0; i < sizeof entry->fingerprint.digest; i++)
    g_string_append_printf(digest, "%02x", entry->fingerprint.digest[i]);
  add(lines, LINE_HEADING, NULL, _("What the ledger holds of the message"));
  add(lines, LINE_FIELD, _("Message-ID"),
      *entry->fingerprint.message_id != '\0' ? entry->fingerprint.message_id : NULL);
  add(lines, LINE_FIELD, _("Size"), size);
  add(lines, LINE_FIELD, _("SHA-256 of its first 256 KiB"), digest->str);
  add(lines, LINE_FIELD, _("Folder"),
      entry->state == MOVE_DELETED ? NULL
      : away                       ? entry->away.folder
                                   : entry->home.folder);
  add_time(lines, _("Received"), entry->arrived);
  add_time(lines, _("Judged"), entry->judged);
  return lines;
}

char *entry_text_join(const GPtrArray *lines)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < lines->len; i++) {
    const TextLine *line = lines->pdata[i];
    if (line->style == LINE_HEADING && i > 0) g_string_append_c(text, '\n');
    if (line->name != NULL) g_string_append_printf(text, "%s: ", line->name);
    g_string_append_printf(text, "%s\n", line->text);
  }
  return g_string_free(g_steal_pointer(&text), FALSE);
}

gboolean entry_text_can_restore(const Entry *entry)
{
  return entry->state == MOVE_QUARANTINED || (entry->state == MOVE_FAILED && entry->away.folder != NULL);
}
