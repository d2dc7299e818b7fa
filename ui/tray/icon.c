/* icon.c - the icon in the panel, by libayatana-appindicator
 * Owns:     the indicator.
 * Must not: be needed: without a panel the window is enough.
 * Fails:    by tray_is_shown() staying FALSE.
 * Tests:    tests/ui/tray/test_menu.py */
#include "ui/tray/icon.h"
#include "ui/tray/menu.h"
#include <glib/gi18n.h>
#include <libayatana-appindicator/app-indicator.h>

struct Tray {
  Desk *desk;
  AppIndicator *indicator;
  TrayMenu *menu;
  void (*hosted)(gpointer data);
  gpointer data;
  gboolean shown;
};

static void set_icon(Tray *tray)
{
  static const struct {
    const char *icon, *words;
  } rows[] = {
    [OVERVIEW_IDLE] = { "backstop-idle", N_("Backstop: nothing new") },
    [OVERVIEW_WAITING] = { "backstop-waiting", N_("Backstop: something waits for you") },
    [OVERVIEW_PROBLEM] = { "backstop-problem", N_("Backstop: something needs your attention") },
  };
  OverviewIcon icon = overview_icon(&tray->desk->overview);
  app_indicator_set_icon_full(tray->indicator, rows[icon].icon, _(rows[icon].words));
  app_indicator_set_title(tray->indicator, _(rows[icon].words));
}

static void on_desk(gpointer data)
{
  Tray *tray = data;
  set_icon(tray);
  tray_menu_refresh(tray->menu);
}

static void on_connection(AppIndicator *indicator, gboolean connected, gpointer data)
{
  Tray *tray = data;
  tray->shown = connected;
  tray->hosted(tray->data);
}

Tray *tray_new(Desk *desk, GActionGroup *actions, void (*hosted)(gpointer data), gpointer data)
{
  Tray *tray = g_new0(Tray, 1);
  tray->desk = desk;
  tray->hosted = hosted;
  tray->data = data;
  tray->menu = tray_menu_new(desk, actions);
  tray->indicator = app_indicator_new("backstop", "backstop-idle", APP_INDICATOR_CATEGORY_COMMUNICATIONS);
  g_signal_connect(tray->indicator, APP_INDICATOR_SIGNAL_CONNECTION_CHANGED, G_CALLBACK(on_connection), tray);
  app_indicator_set_menu(tray->indicator, tray_menu_widget(tray->menu));
  app_indicator_set_secondary_activate_target(tray->indicator, tray_menu_first(tray->menu));
  app_indicator_set_status(tray->indicator, APP_INDICATOR_STATUS_ACTIVE);
  desk_watch(desk, on_desk, tray);
  on_desk(tray);
  return tray;
}

void tray_free(Tray *tray)
{
  if (tray == NULL) return;
  desk_unwatch(tray->desk, tray);
  g_signal_handlers_disconnect_by_data(tray->indicator, tray);
  g_object_unref(tray->indicator);
  tray_menu_free(tray->menu);
  g_free(tray);
}

gboolean tray_is_shown(const Tray *tray) { return tray->shown; }
