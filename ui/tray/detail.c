/* detail.c - the pane that explains one entry
 * Owns:     three text views and how lines look in them.
 * Must not: show text that entry_text.h or shown.h has not made harmless; know links, HTML or images.
 * Fails:    by a sentence in the pane.
 * Tests:    tests/ui/tray/test_tray_window.c */
#include "ui/tray/detail.h"
#include "ui/model/entry_text.h"
#include "ui/model/raw_message.h"
#include "ui/model/shown.h"
#include "ui/tray/widgets.h"
#include <glib/gi18n.h>

#define MARGIN 12

enum { WHY, ORIGINAL, RAW, VIEWS };

struct Detail {
  Desk *desk;
  GtkWidget *root, *stack, *views[VIEWS];
  char *texts[VIEWS]; /* the entry that was shown last */
};

static GtkTextBuffer *buffer_of(Detail *detail, guint view)
{
  return gtk_text_view_get_buffer(GTK_TEXT_VIEW(detail->views[view]));
}

static GtkWidget *view_new(const char *name, gboolean monospace)
{
  GtkWidget *view = gtk_text_view_new();
  GtkTextView *text = GTK_TEXT_VIEW(view);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer(text);
  gtk_text_view_set_editable(text, FALSE);
  gtk_text_view_set_cursor_visible(text, FALSE);
  gtk_text_view_set_accepts_tab(text, FALSE);
  gtk_text_view_set_wrap_mode(text, GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_monospace(text, monospace);
  gtk_text_view_set_left_margin(text, MARGIN);
  gtk_text_view_set_right_margin(text, MARGIN);
  gtk_text_view_set_top_margin(text, MARGIN);
  gtk_text_view_set_bottom_margin(text, MARGIN);
  gtk_text_view_set_pixels_below_lines(text, 3);
  gtk_text_buffer_create_tag(buffer, "title", "weight", PANGO_WEIGHT_BOLD, "scale", 1.15, NULL);
  gtk_text_buffer_create_tag(buffer, "heading", "weight", PANGO_WEIGHT_BOLD, "pixels-above-lines", 10, NULL);
  gtk_text_buffer_create_tag(buffer, "name", "weight", PANGO_WEIGHT_BOLD, NULL);
  gtk_text_buffer_create_tag(buffer, "indent", "indent", -18, "left-margin", MARGIN + 18, NULL);
  gtk_text_buffer_create_tag(buffer, "for", "foreground", "#2a9d4e", "weight", PANGO_WEIGHT_BOLD, NULL);
  gtk_text_buffer_create_tag(buffer, "against", "foreground", "#d0453a", "weight", PANGO_WEIGHT_BOLD, NULL);
  return widget_named(view, name);
}

static void insert(GtkTextBuffer *buffer, const char *text, const char *tag)
{
  GtkTextIter end;
  gtk_text_buffer_get_end_iter(buffer, &end);
  if (tag != NULL)
    gtk_text_buffer_insert_with_tags_by_name(buffer, &end, text, -1, tag, NULL);
  else
    gtk_text_buffer_insert(buffer, &end, text, -1);
}

/* Only the mark at the beginning of a line of evidence is coloured. */
static void insert_marked(GtkTextBuffer *buffer, const char *text, const char *tag)
{
  GtkTextIter start, end;
  const char *rest = g_utf8_next_char(text);
  g_autofree char *mark = g_strndup(text, (gsize)(rest - text));
  gint offset = gtk_text_buffer_get_char_count(buffer);
  insert(buffer, mark, tag);
  insert(buffer, rest, NULL);
  gtk_text_buffer_get_iter_at_offset(buffer, &start, offset);
  gtk_text_buffer_get_end_iter(buffer, &end);
  gtk_text_buffer_apply_tag_by_name(buffer, "indent", &start, &end);
}

static void insert_line(GtkTextBuffer *buffer, const TextLine *line)
{
  if (*line->text == '\0') return;
  switch (line->style) {
  case LINE_TITLE: insert(buffer, line->text, "title"); break;
  case LINE_HEADING: insert(buffer, line->text, "heading"); break;
  case LINE_FOR: insert_marked(buffer, line->text, "for"); break;
  case LINE_AGAINST: insert_marked(buffer, line->text, "against"); break;
  case LINE_NEUTRAL: insert_marked(buffer, line->text, NULL); break;
  case LINE_FIELD:
    insert(buffer, line->name, "name");
    insert(buffer, ": ", "name");
    insert(buffer, line->text, NULL);
    break;
  default: insert(buffer, line->text, NULL); break;
  }
  insert(buffer, "\n", NULL);
}

/* Sets the text only if it differs: the page must not jump to its beginning whenever the ledger changes. Takes text. */
static gboolean is_shown(Detail *detail, guint view, char *text)
{
  gboolean same = g_strcmp0(detail->texts[view], text) == 0;
  g_free(detail->texts[view]);
  detail->texts[view] = text;
  return same;
}

static void show_lines(Detail *detail, guint view, const GPtrArray *lines)
{
  GtkTextBuffer *buffer = buffer_of(detail, view);
  gtk_text_buffer_set_text(buffer, "", 0);
  for (guint i = 0; i < lines->len; i++) insert_line(buffer, lines->pdata[i]);
}

static void show_page(Detail *detail, guint view, GPtrArray *lines)
{
  if (!is_shown(detail, view, entry_text_join(lines))) show_lines(detail, view, lines);
  g_ptr_array_unref(lines);
}

static void show_raw(Detail *detail, const Entry *entry)
{
  g_autofree char *why = NULL;
  g_autoptr(GBytes) bytes = raw_read(entry, &why);
  gsize length = 0;
  const char *data = bytes != NULL ? g_bytes_get_data(bytes, &length) : NULL;
  g_autofree char *text = data != NULL ? shown_text(data, length) : g_strdup(why != NULL ? why : "");
  g_autoptr(GPtrArray) kept = entry_text_kept(entry);
  g_autofree char *above = entry_text_join(kept);
  GtkTextBuffer *buffer = buffer_of(detail, RAW);
  if (is_shown(detail, RAW, g_strconcat(above, text, NULL))) return;
  show_lines(detail, RAW, kept);
  insert(buffer, _("The message itself"), "heading");
  insert(buffer, "\n", NULL);
  insert(buffer, text, NULL);
}

static void say(Detail *detail, const char *text)
{
  for (guint i = 0; i < VIEWS; i++)
    if (!is_shown(detail, i, g_strdup(text))) gtk_text_buffer_set_text(buffer_of(detail, i), text, -1);
}

static void show_entry(Detail *detail, gint64 id)
{
  g_autoptr(GError) error = NULL;
  Ledger *ledger = detail->desk->ledger;
  g_autoptr(Entry) entry = journal_get(ledger, id, &error);
  if (entry == NULL) {
    g_autofree char *problem = shown_line(error->message, 500);
    say(detail, problem);
    return;
  }
  g_autoptr(GPtrArray) coverage = coverage_list(ledger, NULL, NULL), tests = coverage_tests(ledger, NULL, NULL);
  g_autoptr(Wish) wish = wish_of_entry(ledger, id, NULL);
  g_autoptr(Healing) healing = healing_get(ledger, id, NULL);
  TextContext context = {
    .wish = wish, .healing = healing, .coverage = coverage, .tests = tests, .accounts = detail->desk->overview.accounts
  };
  if (healing != NULL) healing_is_coming(ledger, healing, &context.coming, NULL);
  show_page(detail, WHY, entry_text_why(entry, &context));
  show_page(detail, ORIGINAL, entry_text_original(entry));
  show_raw(detail, entry);
}

void detail_show(Detail *detail, gint64 id, guint selected)
{
  if (id != 0 && selected == 1 && detail->desk->ledger != NULL) {
    show_entry(detail, id);
    return;
  }
  g_autofree char *many =
      g_strdup_printf(ngettext("%u message is selected.", "%u messages are selected.", selected), selected);
  say(detail, selected > 1 ? many : _("Select a report to see why it was judged so."));
}

void detail_focus(Detail *detail)
{
  GtkWidget *page = gtk_stack_get_visible_child(GTK_STACK(detail->stack));
  for (guint i = 0; i < VIEWS; i++)
    if (gtk_widget_is_ancestor(detail->views[i], page)) gtk_widget_grab_focus(detail->views[i]);
}

static void on_destroy(GtkWidget *widget, gpointer data)
{
  Detail *detail = data;
  for (guint i = 0; i < VIEWS; i++) g_free(detail->texts[i]);
  g_free(detail);
}

Detail *detail_new(Desk *desk)
{
  static const char *const pages[VIEWS] = { "why", "original", "raw" };
  const char *const titles[VIEWS] = { _("Why"), _("Original"), _("Raw") };
  const char *const names[VIEWS] = { _("Why it was judged so"), _("The original message"), _("The raw message") };
  Detail *detail = g_new0(Detail, 1);
  GtkWidget *switcher = widget_named(gtk_stack_switcher_new(), _("Explanation"));
  detail->desk = desk;
  detail->root = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
  detail->stack = gtk_stack_new();
  for (guint i = 0; i < VIEWS; i++) {
    detail->views[i] = view_new(names[i], i == RAW);
    gtk_stack_add_titled(GTK_STACK(detail->stack), widget_scrolled_new(detail->views[i], FALSE), pages[i], titles[i]);
  }
  gtk_stack_switcher_set_stack(GTK_STACK_SWITCHER(switcher), GTK_STACK(detail->stack));
  g_object_set(switcher, "margin", 6, "halign", GTK_ALIGN_START, NULL);
  gtk_box_pack_start(GTK_BOX(detail->root), switcher, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(detail->root), gtk_separator_new(GTK_ORIENTATION_HORIZONTAL), FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(detail->root), detail->stack, TRUE, TRUE, 0);
  g_signal_connect(detail->root, "destroy", G_CALLBACK(on_destroy), detail);
  detail_show(detail, 0, 0);
  return detail;
}

GtkWidget *detail_widget(Detail *detail) { return detail->root; }
