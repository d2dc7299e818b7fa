/* own_list.c - what `allow` and `deny` share: adding to, taking from and printing a list of own entries
 * Owns:     the words add, remove and list.
 * Must not: decide what an entry is; newsender.h does.
 * Fails:    by exit.h; of several entries each is tried.
 * Tests:    tests/ui/cli/test_hands.py */
#include "ui/cli/own_list.h"
#include "filter/normalise.h"
#include "ledger/command.h"
#include "ledger/covered.h"
#include "ui/cli/coming_back.h"
#include "ui/common/words.h"
#include "ui/terminal/jsonl.h"
#include "ui/terminal/print.h"
#include "ui/terminal/selection.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const char *list_name(NewsenderList list)
{
  switch (list) {
  case NEWSENDER_ALLOW: return "allow";
  case NEWSENDER_DENY: return "deny";
  case NEWSENDER_EXCLUDE: return "exclude";
  default: return "automatic";
  }
}

/* Which reports the entry would have judged otherwise, and how many of these answer mail that was really sent. */
static void tell_covered(NewsenderList list, const Covered *covered)
{
  g_autoptr(GString) text = g_string_new(NULL);
  if (covered->changed->len == 0) return;
  g_string_printf(text,
                  covered->changed->len == 1 ? "It would have changed the verdict on %u report so far"
                                             : "It would have changed the verdict on %u reports so far",
                  covered->changed->len);
  if (list == NEWSENDER_DENY)
    g_string_append_printf(text, ", of which %u answer mail that you sent.", covered->answered);
  else
    g_string_append_printf(text, "; %u of them in quarantine.", covered->lying->len);
  print_wrapped("", text->str);
}

static void tell(const Ui *ui, NewsenderList list, const char *entry, const char *done, const char *text,
                 const Covered *covered)
{
  if (ui->json) {
    JsonBuilder *line = jsonl_begin();
    jsonl_text(line, "list", list_name(list));
    jsonl_text(line, "entry", entry);
    jsonl_text(line, "done", done);
    if (covered != NULL) {
      jsonl_number(line, "changed", covered->changed->len);
      jsonl_number(line, "quarantined", covered->lying->len);
      jsonl_number(line, "answered", covered->answered);
    }
    jsonl_end(line);
  } else {
    g_autofree char *sentence = g_strdup_printf("%s %s", entry, text);
    print_wrapped("", sentence);
    if (covered != NULL) tell_covered(list, covered);
  }
}

/* lying: ids of what lies in quarantine and is about the entry are added. */
static gboolean add(const Ui *ui, Ledger *ledger, NewsenderList list, const char *text, GArray *lying, GError **error)
{
  g_auto(Covered) covered = { 0 };
  g_autofree char *entry = newsender_parse(text, error);
  if (entry == NULL || !covered_by(ledger, list, entry, &covered, error) || !newsender_add(ledger, list, entry, error))
    return FALSE;
  tell(ui, list, entry, "added",
       list == NEWSENDER_ALLOW ? "is allowed: reports about it are genuine."
                               : "is denied: reports about it are backscatter.",
       &covered);
  if (list == NEWSENDER_ALLOW) g_array_append_vals(lying, covered.lying->data, covered.lying->len);
  return TRUE;
}

static gboolean take(const Ui *ui, Ledger *ledger, NewsenderList list, const char *text, GArray *lying, GError **error)
{
  gboolean excluded = FALSE;
  g_autofree char *entry = newsender_parse(text, error);
  if (entry == NULL || !newsender_remove(ledger, list, entry, &excluded, error)) return FALSE;
  if (excluded)
    tell(ui, list, entry, "excluded", "is somebody you wrote to; from now on this counts for nothing.", NULL);
  else
    tell(ui, list, entry, "removed", "is removed from the list.", NULL);
  return TRUE;
}

typedef struct {
  const Ui *ui;
  NewsenderList list;
  guint count;
} Listing;

static gboolean print_entry(const char *entry, gint64 written, gpointer data)
{
  Listing *listing = data;
  g_autofree char *when = print_day(written);
  listing->count++;
  if (listing->ui->json) {
    JsonBuilder *line = jsonl_begin();
    jsonl_text(line, "list", list_name(listing->list));
    jsonl_text(line, "entry", entry);
    jsonl_time(line, "since", written);
    jsonl_end(line);
  } else {
    g_autofree char *safe = text_one_line(entry, 500);
    printf("%-9s  %-10s  %s\n", list_name(listing->list), when, safe);
  }
  return TRUE;
}

static gboolean print_lists(const Ui *ui, Ledger *ledger, NewsenderList own, gboolean all, GError **error)
{
  const NewsenderList lists[] = { own, NEWSENDER_EXCLUDE, NEWSENDER_AUTOMATIC };
  guint n = own == NEWSENDER_DENY ? 1 : all ? 3 : 2, count = 0;
  for (guint i = 0; i < n; i++) {
    Listing listing = { .ui = ui, .list = lists[i] };
    if (!newsender_list(ledger, lists[i], print_entry, &listing, error)) return FALSE;
    count += listing.count;
  }
  if (count == 0 && !ui->json)
    printf("No entries of your own. Add one: backstop %s add ADDRESS or DOMAIN\n", list_name(own));
  return TRUE;
}

/* So that backstop undo can take it back. */
static gboolean note_command(Ledger *ledger, const char *verb, int argc, char **argv, GError **error)
{
  g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(g_free);
  for (int i = 0; i < argc; i++) {
    char *entry = newsender_parse(argv[i], NULL);
    if (entry != NULL) g_ptr_array_add(entries, entry);
  }
  if (entries->len == 0) return TRUE;
  g_ptr_array_add(entries, NULL);
  return command_note_entries(ledger, verb, (const char *const *)entries->pdata, error);
}

static int change(const Ui *ui, Ledger *ledger, NewsenderList list, int argc, char **argv,
                  gboolean (*each)(const Ui *, Ledger *, NewsenderList, const char *, GArray *, GError **))
{
  int status = EX_OK;
  gboolean any = FALSE;
  GError *failed = NULL;
  g_autoptr(GArray) lying = g_array_new(FALSE, FALSE, sizeof(gint64));
  if (!note_command(ledger, each == add ? list_name(list) : "remove", argc, argv, &failed)) return ui_fail(failed);
  for (int i = 0; i < argc; i++) {
    GError *error = NULL;
    if (each(ui, ledger, list, argv[i], lying, &error))
      any = TRUE;
    else
      status = ui_worse(status, ui_fail(error));
  }
  gboolean frees = any && (list == NEWSENDER_ALLOW || each == take);
  return frees ? ui_worse(status, coming_back_tell(ui, ledger, lying)) : status;
}

int own_list_run(const Ui *ui, NewsenderList list, gboolean all, int argc, char **argv)
{
  GError *error = NULL;
  const char *word = argc > 0 ? argv[0] : "list";
  gboolean adds = strcmp(word, "add") == 0, takes = strcmp(word, "remove") == 0;
  if (!adds && !takes && strcmp(word, "list") != 0) return ui_usage("\"%s\" is none of add, remove, list", word);
  if ((adds || takes) != (argc > 1))
    return adds || takes ? ui_usage("%s wants an address or domain", word) : ui_usage("list takes no entry");
  gboolean empty;
  g_autoptr(Ledger) ledger =
      adds || takes ? ledger_open(ui->data_dir, LEDGER_CREATE, &error) : ui_ledger_or_empty(ui, &empty, &error);
  if (ledger == NULL) return ui_fail(error);
  if (adds) return change(ui, ledger, list, argc - 1, argv + 1, add);
  if (takes) return change(ui, ledger, list, argc - 1, argv + 1, take);
  return print_lists(ui, ledger, list, all, &error) ? EX_OK : ui_fail(error);
}
