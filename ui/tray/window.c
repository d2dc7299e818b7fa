/* window.c - the window
 * Owns:     the pages' frame, its bars, actions and keys.
 * Must not: know what is on a page.
 * Fails:    by a bar above the page.
 * Tests:    tests/ui/tray/test_tray_window.c, tests/ui/tray/test_window.py */
#include "ui/tray/window.h"
#include "ui/common/hand_words.h"
#include "ui/model/shown.h"
#include "ui/tray/accounts.h"
#include "ui/tray/preferences.h"
#include "ui/tray/statistics.h"
#include "ui/tray/widgets.h"
#include <glib/gi18n.h>

#define WIDTH 1120
#define HEIGHT 760

enum { RESPONSE_UNDO = 1, RESPONSE_NOW, RESPONSE_START };

typedef struct {
  Desk *desk;
  GtkWidget *window, *stack, *undo, *undo_text, *undo_button, *now_button, *close_button, *start_button, *filter,
      *filter_text;
  Review *review;
} Window;

static Window *window_of(GtkWidget *window) { return g_object_get_data(G_OBJECT(window), "backstop-window"); }

static GtkWidget *bar_new(GtkWidget **text, GtkMessageType type)
{
  GtkWidget *bar = gtk_info_bar_new();
  *text = widget_label_new("", NULL);
  gtk_info_bar_set_message_type(GTK_INFO_BAR(bar), type);
  gtk_container_add(GTK_CONTAINER(gtk_info_bar_get_content_area(GTK_INFO_BAR(bar))), *text);
  gtk_widget_show_all(bar);
  gtk_widget_set_no_show_all(bar, TRUE);
  gtk_widget_hide(bar);
  return bar;
}

static void refresh_undo(Window *window)
{
  Hold *hold = window->desk->hold;
  HoldState state = hold != NULL ? hold_state(hold) : HOLD_NONE;
  g_autofree char *text = state != HOLD_NONE ? hold_text(hold, window->desk->overview.runs) : NULL;
  gtk_widget_set_visible(window->undo, text != NULL);
  if (text == NULL) return;
  gtk_label_set_text(GTK_LABEL(window->undo_text), text);
  gtk_widget_set_visible(window->undo_button, hold_can_undo(hold));
  gtk_widget_set_visible(window->now_button, state == HOLD_HELD);
  gtk_widget_set_visible(window->close_button, state != HOLD_HELD);
  gtk_info_bar_set_message_type(GTK_INFO_BAR(window->undo),
                                state == HOLD_FAILED ? GTK_MESSAGE_WARNING : GTK_MESSAGE_INFO);
}

/* What is wrong, for the bar above the page; NULL: nothing. The caller frees. */
static char *problem_text(const Desk *desk)
{
  const Overview *overview = &desk->overview;
  if (desk->start_problem != NULL && !overview->runs) return shown_line(desk->start_problem, 500);
  if (overview->problem != NULL) return g_strdup(overview->problem);
  if (!overview->runs) return g_strdup(_("The filter is not running, so nothing is moved and your requests wait."));
  if (overview->insiders.alarm) return hand_words_alarm(&overview->insiders);
  if (overview->alarm)
    return g_strdup_printf(
        _("%u bounces in a day answer mail that was really sent from your account. If you did not send so much, "
          "somebody else may be using it: change its password."),
        overview->genuine_today);
  if (overview->paused == 0) return NULL;
  g_autofree char *until = shown_time(overview->paused);
  return g_strdup_printf(_("The filter is paused until %s: it moves nothing except what you ask for."), until);
}

static void refresh_filter(Window *window)
{
  const Overview *overview = &window->desk->overview;
  g_autofree char *text = problem_text(window->desk);
  gtk_widget_set_visible(window->filter, text != NULL);
  gtk_label_set_text(GTK_LABEL(window->filter_text), text != NULL ? text : "");
  gtk_button_set_label(GTK_BUTTON(window->start_button), overview->runs ? _("_Go on") : _("_Start"));
  gtk_widget_set_visible(window->start_button, !overview->runs || overview->paused != 0);
}

static void on_desk(gpointer data)
{
  Window *window = data;
  refresh_undo(window);
  refresh_filter(window);
  if (window_shows_review(window->window) && gtk_window_is_active(GTK_WINDOW(window->window)))
    desk_looked(window->desk);
}

static void on_undo(GtkInfoBar *bar, gint response, gpointer data)
{
  Window *window = data;
  if (response == RESPONSE_UNDO)
    hold_undo(window->desk->hold);
  else if (response == RESPONSE_NOW)
    hold_send(window->desk->hold);
  else
    hold_close(window->desk->hold);
}

static void on_start(GtkInfoBar *bar, gint response, gpointer data)
{
  Desk *desk = ((Window *)data)->desk;
  if (desk->overview.runs)
    desk_pause(desk, 0, NULL);
  else
    desk_start_filter(desk);
}

static void do_restore(GSimpleAction *action, GVariant *value, gpointer data)
{
  review_restore(((Window *)data)->review);
}
static void do_delete(GSimpleAction *action, GVariant *value, gpointer data)
{
  review_delete(((Window *)data)->review);
}
static void do_allow(GSimpleAction *action, GVariant *value, gpointer data) { review_allow(((Window *)data)->review); }

static void do_search(GSimpleAction *action, GVariant *value, gpointer data)
{
  Window *window = data;
  window_page(window->window, "review");
  review_search(window->review);
}

static void do_undo(GSimpleAction *action, GVariant *value, gpointer data)
{
  Window *window = data;
  if (window->desk->hold != NULL) hold_undo(window->desk->hold);
}

static void do_page(GSimpleAction *action, GVariant *value, gpointer data)
{
  window_page(((Window *)data)->window, g_variant_get_string(value, NULL));
}

static void do_close(GSimpleAction *action, GVariant *value, gpointer data)
{
  gtk_window_close(GTK_WINDOW(((Window *)data)->window));
}

static void do_keys(GSimpleAction *action, GVariant *value, gpointer data)
{
  widget_complain(GTK_WINDOW(((Window *)data)->window), _("Keys"),
                  _("R — restore the selected reports\nA — allow…\nDelete — delete the selected reports\nEnter — read "
                    "the explanation\n"
                    "Ctrl+Z — undo\nCtrl+F or / — search\nEsc — end the search\nCtrl+A — select all\n"
                    "F5 — check for new mail now\nAlt+1 to Alt+4 — pages\nCtrl+W — close the window"));
}

static const GActionEntry actions[] = {
  { "restore", do_restore }, { "delete", do_delete },  { "allow", do_allow }, { "search", do_search },
  { "undo", do_undo },       { "page", do_page, "s" }, { "close", do_close }, { "keys", do_keys },
};

static void set_keys(GtkApplication *application)
{
  static const struct {
    const char *action, *keys[3];
  } rows[] = {
    { "win.restore", { "<Control>r" } },
    { "win.allow", { "<Control>l" } },
    { "win.delete", { "<Control>Delete" } },
    { "win.search", { "<Control>f" } },
    { "win.undo", { "<Control>z" } },
    { "win.close", { "<Control>w" } },
    { "win.keys", { "F1", "<Control>question" } },
    { "win.page::review", { "<Alt>1" } },
    { "win.page::statistics", { "<Alt>2" } },
    { "win.page::accounts", { "<Alt>3" } },
    { "win.page::preferences", { "<Alt>4" } },
    { "app.check", { "F5" } },
    { "app.quit", { "<Control>q" } },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    gtk_application_set_accels_for_action(application, rows[i].action, rows[i].keys);
}

static GtkWidget *menu_button_new(void)
{
  g_autoptr(GMenu) menu = g_menu_new(), last = g_menu_new();
  GtkWidget *button = gtk_menu_button_new();
  g_menu_append(menu, _("_Check now"), "app.check");
  g_menu_append(menu, _("_Keys"), "win.keys");
  g_menu_append(last, _("_About Backstop"), "app.about");
  g_menu_append(last, _("_Quit"), "app.quit");
  g_menu_append_section(menu, NULL, G_MENU_MODEL(last));
  gtk_menu_button_set_menu_model(GTK_MENU_BUTTON(button), G_MENU_MODEL(menu));
  gtk_container_add(GTK_CONTAINER(button), gtk_image_new_from_icon_name("open-menu-symbolic", GTK_ICON_SIZE_BUTTON));
  gtk_widget_set_tooltip_text(button, _("Menu"));
  return widget_named(button, _("Menu"));
}

static void on_page(GObject *stack, GParamSpec *spec, gpointer data)
{
  Window *window = data;
  if (window_shows_review(window->window)) desk_looked(window->desk);
}

static GtkWidget *content_new(Window *window)
{
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
  window->stack = gtk_stack_new();
  window->undo = bar_new(&window->undo_text, GTK_MESSAGE_INFO);
  window->undo_button = gtk_info_bar_add_button(GTK_INFO_BAR(window->undo), _("_Undo"), RESPONSE_UNDO);
  window->now_button = gtk_info_bar_add_button(GTK_INFO_BAR(window->undo), _("Do it _now"), RESPONSE_NOW);
  window->close_button = gtk_info_bar_add_button(GTK_INFO_BAR(window->undo), _("_Close"), GTK_RESPONSE_CLOSE);
  window->filter = bar_new(&window->filter_text, GTK_MESSAGE_WARNING);
  window->start_button = gtk_info_bar_add_button(GTK_INFO_BAR(window->filter), _("_Start"), RESPONSE_START);
  window->review = review_new(window->desk, GTK_WINDOW(window->window));
  gtk_stack_add_titled(GTK_STACK(window->stack), review_widget(window->review), "review", _("Review"));
  gtk_stack_add_titled(GTK_STACK(window->stack), statistics_new(window->desk, GTK_WINDOW(window->window)), "statistics",
                       _("Statistics"));
  gtk_stack_add_titled(GTK_STACK(window->stack), accounts_new(window->desk, GTK_WINDOW(window->window)), "accounts",
                       _("Accounts"));
  gtk_stack_add_titled(GTK_STACK(window->stack), preferences_new(window->desk, GTK_WINDOW(window->window)),
                       "preferences", _("Preferences"));
  gtk_box_pack_start(GTK_BOX(box), window->filter, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), window->stack, TRUE, TRUE, 0);
  gtk_box_pack_end(GTK_BOX(box), window->undo, FALSE, FALSE, 0);
  g_signal_connect(window->undo, "response", G_CALLBACK(on_undo), window);
  g_signal_connect(window->filter, "response", G_CALLBACK(on_start), window);
  g_signal_connect(window->stack, "notify::visible-child", G_CALLBACK(on_page), window);
  gtk_widget_show_all(box);
  return box;
}

static void on_destroy(GtkWidget *widget, gpointer data)
{
  Window *window = data;
  desk_unwatch(window->desk, window);
  g_signal_handlers_disconnect_by_data(window->stack, window);
}

static gboolean on_configure(GtkWidget *widget, GdkEvent *event, gpointer data)
{
  Window *window = data;
  if (!gtk_window_is_maximized(GTK_WINDOW(widget)))
    gtk_window_get_size(GTK_WINDOW(widget), &window->desk->memory.width, &window->desk->memory.height);
  return FALSE;
}

GtkWidget *window_new(Desk *desk, GtkApplication *application)
{
  Window *window = g_new0(Window, 1);
  GtkWidget *bar = gtk_header_bar_new(), *switcher = widget_named(gtk_stack_switcher_new(), _("Pages"));
  window->desk = desk;
  window->window = gtk_application_window_new(application);
  GtkWindow *top = GTK_WINDOW(window->window);
  g_object_set_data_full(G_OBJECT(top), "backstop-window", window, g_free);
  gtk_window_set_title(top, "Backstop");
  gtk_window_set_icon_name(top, "backstop");
  gtk_window_set_default_size(top, desk->memory.width > 0 ? desk->memory.width : WIDTH,
                              desk->memory.height > 0 ? desk->memory.height : HEIGHT);
  gtk_container_add(GTK_CONTAINER(top), content_new(window));
  gtk_stack_switcher_set_stack(GTK_STACK_SWITCHER(switcher), GTK_STACK(window->stack));
  gtk_header_bar_set_show_close_button(GTK_HEADER_BAR(bar), TRUE);
  gtk_header_bar_set_custom_title(GTK_HEADER_BAR(bar), switcher);
  gtk_header_bar_pack_end(GTK_HEADER_BAR(bar), menu_button_new());
  gtk_widget_show_all(bar);
  gtk_window_set_titlebar(top, bar);
  g_action_map_add_action_entries(G_ACTION_MAP(top), actions, G_N_ELEMENTS(actions), window);
  set_keys(application);
  widget_named(window->window, "Backstop");
  g_signal_connect(top, "destroy", G_CALLBACK(on_destroy), window);
  g_signal_connect(top, "configure-event", G_CALLBACK(on_configure), window);
  desk_watch(desk, on_desk, window);
  on_desk(window);
  return window->window;
}

void window_page(GtkWidget *widget, const char *page)
{
  GtkStack *stack = GTK_STACK(window_of(widget)->stack);
  if (gtk_stack_get_child_by_name(stack, page) != NULL) gtk_stack_set_visible_child_name(stack, page);
}

gboolean window_shows_review(GtkWidget *widget)
{
  return g_strcmp0(gtk_stack_get_visible_child_name(GTK_STACK(window_of(widget)->stack)), "review") == 0;
}

Review *window_review(GtkWidget *widget) { return window_of(widget)->review; }
