/* menu.c - the menu of the icon
 * Owns:     its entries: all are made once, and shown while they are useful.
 * Must not: do anything but activate the application's actions.
 * Fails:    never.
 * Tests:    tests/ui/tray/test_menu.py */
#include "ui/tray/menu.h"
#include "ui/model/shown.h"
#include <glib/gi18n.h>
#include <string.h>

enum {
  ITEM_WAITING,
  ITEM_FRESH,
  ITEM_WAVE,
  ITEM_ALARM,
  ITEM_FILTER,
  ITEM_TROUBLE,
  ITEM_SIGN_IN,
  ITEM_LINE,
  ITEM_REVIEW,
  ITEM_CHECK,
  ITEM_PAUSE_HOUR,
  ITEM_PAUSE_DAY,
  ITEM_GO_ON,
  ITEM_STATISTICS,
  ITEM_PREFERENCES,
  ITEM_LAST_LINE,
  ITEM_QUIT,
  ITEMS
};

static const struct {
  const char *text, *action;
} rows[ITEMS] = {
  [ITEM_WAITING] = { "", "review" },
  [ITEM_FRESH] = { "", "review" },
  [ITEM_WAVE] = { "", "statistics" },
  [ITEM_ALARM] = { "", "alarm" },
  [ITEM_FILTER] = { N_("The filter is not running: Start"), "start" },
  [ITEM_TROUBLE] = { "", "trouble" },
  [ITEM_SIGN_IN] = { "", "accounts" },
  [ITEM_LINE] = { NULL, NULL },
  [ITEM_REVIEW] = { N_("_Review…"), "review" },
  [ITEM_CHECK] = { N_("_Check now"), "check" },
  [ITEM_PAUSE_HOUR] = { N_("_Pause for an hour"), "pause-hour" },
  [ITEM_PAUSE_DAY] = { N_("Pause until _tomorrow"), "pause-day" },
  [ITEM_GO_ON] = { "", "go-on" },
  [ITEM_STATISTICS] = { N_("_Statistics…"), "statistics" },
  [ITEM_PREFERENCES] = { N_("Pre_ferences…"), "preferences" },
  [ITEM_LAST_LINE] = { NULL, NULL },
  [ITEM_QUIT] = { N_("_Quit"), "quit" },
};

struct TrayMenu {
  Desk *desk;
  GActionGroup *actions;
  GtkWidget *menu, *items[ITEMS];
};

static void on_item(GtkMenuItem *item, gpointer data)
{
  TrayMenu *menu = data;
  for (guint i = 0; i < ITEMS; i++)
    if (menu->items[i] == GTK_WIDGET(item)) g_action_group_activate_action(menu->actions, rows[i].action, NULL);
}

/* Shows an entry with this text; NULL hides it. Takes text. */
static void set(TrayMenu *menu, guint item, char *text)
{
  gtk_widget_set_visible(menu->items[item], text != NULL);
  if (text != NULL) gtk_menu_item_set_label(GTK_MENU_ITEM(menu->items[item]), text);
  g_free(text);
}

static char *sign_in_text(const Overview *overview)
{
  for (guint i = 0; overview->accounts != NULL && i < overview->accounts->len; i++) {
    const Account *account = overview->accounts->pdata[i];
    if (overview_trouble(account) == TROUBLE_SIGN_IN) return g_strdup_printf(_("Sign in to %s…"), account->name);
  }
  return NULL;
}

static void refresh_pause(TrayMenu *menu)
{
  gint64 paused = menu->desk->overview.paused;
  g_autofree char *until = paused != 0 ? shown_time(paused) : NULL;
  set(menu, ITEM_GO_ON, paused != 0 ? g_strdup_printf(_("Paused until %s: Go on"), until) : NULL);
  gtk_widget_set_visible(menu->items[ITEM_PAUSE_HOUR], paused == 0);
  gtk_widget_set_visible(menu->items[ITEM_PAUSE_DAY], paused == 0);
}

void tray_menu_refresh(TrayMenu *menu)
{
  const Overview *overview = &menu->desk->overview;
  guint trouble = overview->counts.view[BROWSE_TROUBLE];
  set(menu, ITEM_WAITING, overview->there ? overview_waiting(overview) : g_strdup(overview->problem));
  set(menu, ITEM_FRESH, overview_fresh(overview));
  set(menu, ITEM_WAVE, overview->wave ? g_strdup_printf(_("Backscatter wave: %u today"), overview->today) : NULL);
  set(menu, ITEM_ALARM,
      overview->insiders.alarm ? g_strdup_printf(_("%u reports today about mail that is not in Sent: is your account "
                                                   "misused?"),
                                                 overview->insiders.day)
      : overview->alarm
          ? g_strdup_printf(_("%u bounces for your own mail today: is your account misused?"), overview->genuine_today)
          : NULL);
  set(menu, ITEM_FILTER, overview->runs ? NULL : g_strdup(_(rows[ITEM_FILTER].text)));
  set(menu, ITEM_TROUBLE,
      trouble > 0 ? g_strdup_printf(
          ngettext("%u message could not be moved…", "%u messages could not be moved…", trouble), trouble)
                  : NULL);
  set(menu, ITEM_SIGN_IN, sign_in_text(overview));
  gtk_widget_set_sensitive(menu->items[ITEM_CHECK], overview->there);
  refresh_pause(menu);
}

static GtkWidget *item_new(TrayMenu *menu, guint i)
{
  if (rows[i].text == NULL) return gtk_separator_menu_item_new();
  GtkWidget *item = gtk_menu_item_new_with_mnemonic(*rows[i].text != '\0' ? _(rows[i].text) : "");
  if (*rows[i].text == '\0') gtk_menu_item_set_use_underline(GTK_MENU_ITEM(item), FALSE);
  g_signal_connect(item, "activate", G_CALLBACK(on_item), menu);
  return item;
}

TrayMenu *tray_menu_new(Desk *desk, GActionGroup *actions)
{
  TrayMenu *menu = g_new0(TrayMenu, 1);
  menu->desk = desk;
  menu->actions = actions;
  menu->menu = g_object_ref_sink(gtk_menu_new());
  for (guint i = 0; i < ITEMS; i++) {
    menu->items[i] = item_new(menu, i);
    gtk_menu_shell_append(GTK_MENU_SHELL(menu->menu), menu->items[i]);
  }
  gtk_widget_show_all(menu->menu);
  tray_menu_refresh(menu);
  return menu;
}

void tray_menu_free(TrayMenu *menu)
{
  if (menu == NULL) return;
  gtk_widget_destroy(menu->menu);
  g_object_unref(menu->menu);
  g_free(menu);
}

GtkMenu *tray_menu_widget(TrayMenu *menu) { return GTK_MENU(menu->menu); }

GtkWidget *tray_menu_first(TrayMenu *menu) { return menu->items[ITEM_WAITING]; }
