/* widgets.c - small pieces that the pages are made of
 * Owns:     nothing but their looks.
 * Must not: know the ledger; read text as markup.
 * Fails:    never.
 * Tests:    tests/ui/tray/test_tray_window.c */
#include "ui/tray/widgets.h"
#include <glib/gi18n.h>

GtkWidget *widget_named(GtkWidget *widget, const char *name)
{
  atk_object_set_name(gtk_widget_get_accessible(widget), name);
  return widget;
}

GtkWidget *widget_label_new(const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new(text);
  gtk_label_set_xalign(GTK_LABEL(label), 0);
  gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
  gtk_label_set_line_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
  if (style != NULL) gtk_style_context_add_class(gtk_widget_get_style_context(label), style);
  return label;
}

GtkWidget *widget_heading_new(const char *text)
{
  GtkWidget *label = widget_label_new(text, NULL);
  g_autoptr(PangoAttrList) attributes = pango_attr_list_new();
  pango_attr_list_insert(attributes, pango_attr_weight_new(PANGO_WEIGHT_BOLD));
  gtk_label_set_attributes(GTK_LABEL(label), attributes);
  return label;
}

typedef struct {
  void (*clicked)(gpointer data);
  gpointer data;
} Click;

static void on_click(GtkButton *button, gpointer data)
{
  const Click *click = data;
  click->clicked(click->data);
}

static void click_free(gpointer click, GClosure *closure) { g_free(click); }

GtkWidget *widget_button_new(const char *mnemonic, void (*clicked)(gpointer data), gpointer data)
{
  GtkWidget *button = gtk_button_new_with_mnemonic(mnemonic);
  Click *click = g_new0(Click, 1);
  *click = (Click){ clicked, data };
  g_signal_connect_data(button, "clicked", G_CALLBACK(on_click), click, click_free, 0);
  return button;
}

GtkWidget *widget_scrolled_new(GtkWidget *content, gboolean sideways)
{
  GtkWidget *scrolled = gtk_scrolled_window_new(NULL, NULL);
  gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), sideways ? GTK_POLICY_AUTOMATIC : GTK_POLICY_NEVER,
                                 GTK_POLICY_AUTOMATIC);
  gtk_container_add(GTK_CONTAINER(scrolled), content);
  return scrolled;
}

void widget_clear(GtkWidget *container)
{
  g_autoptr(GList) children = gtk_container_get_children(GTK_CONTAINER(container));
  for (GList *child = children; child != NULL; child = child->next) gtk_widget_destroy(child->data);
}

void widget_complain(GtkWindow *parent, const char *title, const char *text)
{
  GtkWidget *dialog = gtk_message_dialog_new(parent, GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT,
                                             GTK_MESSAGE_WARNING, GTK_BUTTONS_CLOSE, "%s", title);
  gtk_message_dialog_format_secondary_text(GTK_MESSAGE_DIALOG(dialog), "%s", text);
  widget_named(dialog, title);
  g_signal_connect(dialog, "response", G_CALLBACK(gtk_widget_destroy), NULL);
  gtk_window_present(GTK_WINDOW(dialog));
}

typedef struct {
  void (*said_yes)(gpointer data);
  gpointer data;
  GDestroyNotify gone;
} Question;

static void on_answer(GtkDialog *dialog, gint response, gpointer data)
{
  const Question *question = data;
  if (response == GTK_RESPONSE_OK) question->said_yes(question->data);
  gtk_widget_destroy(GTK_WIDGET(dialog));
}

static void question_free(gpointer data, GClosure *closure)
{
  Question *question = data;
  question->gone(question->data);
  g_free(question);
}

void widget_ask(GtkWindow *parent, const char *title, const char *text, const char *yes,
                void (*said_yes)(gpointer data), gpointer data, GDestroyNotify gone)
{
  GtkWidget *dialog = gtk_message_dialog_new(parent, GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT,
                                             GTK_MESSAGE_QUESTION, GTK_BUTTONS_NONE, "%s", title);
  Question *question = g_new0(Question, 1);
  *question = (Question){ said_yes, data, gone };
  gtk_message_dialog_format_secondary_text(GTK_MESSAGE_DIALOG(dialog), "%s", text);
  gtk_dialog_add_buttons(GTK_DIALOG(dialog), _("_Cancel"), GTK_RESPONSE_CANCEL, yes, GTK_RESPONSE_OK, NULL);
  gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_OK);
  widget_named(dialog, title);
  g_signal_connect_data(dialog, "response", G_CALLBACK(on_answer), question, question_free, 0);
  gtk_window_present(GTK_WINDOW(dialog));
}
