/* preferences.c - the page of preferences
 * Owns:     the choices, each of which is one key of the configuration.
 * Must not: write a file itself.
 * Fails:    by a sentence on the page; the choice goes back.
 * Tests:    tests/ui/tray/test_window.py */
#include "ui/tray/preferences.h"
#include "ui/model/settings.h"
#include "ui/model/shown.h"
#include "ui/tray/widgets.h"
#include <glib/gi18n.h>

enum { MODE, UNSURE, CHALLENGES, VIRUS, REPLIES, RECEIPTS, NOTIFY, KEYS };

/* The choices of a key, in the order of current(). Where only the second has words, the key is a check box, and the
 * second is its tick. */
static const struct {
  const char *key, *values[3], *words[3];
} keys[KEYS] = {
  [MODE] = { "mode",
             { "quarantine", "observe" },
             { N_("Move backscatter into quarantine"), N_("Only observe: judge and report, move nothing") } },
  [UNSURE] = { "unsure",
               { "keep", "quarantine" },
               { N_("Leave them in the inbox"), N_("Move them into quarantine, too") } },
  [CHALLENGES] = { "challenges", { "ignore", "judge" }, { NULL, N_("Requests to confirm that you are a person") } },
  [VIRUS] = { "virus-notices", { "ignore", "judge" }, { NULL, N_("Notices that your message held a virus") } },
  [REPLIES] = { "auto-replies", { "ignore", "judge" }, { NULL, N_("Automatic replies, such as out-of-office notes") } },
  [RECEIPTS] = { "receipts", { "ignore", "judge" }, { NULL, N_("Read receipts") } },
  [NOTIFY] = { "notifications",
               { "digest", "each", "off" },
               { N_("Now and then, how much is new"), N_("Also when a message of yours was not delivered"),
                 N_("Never") } },
};

typedef struct {
  Desk *desk;
  GtkWidget *root, *page, *problem, *force, *buttons[KEYS][3], *autostart;
  gboolean quiet;
} Preferences;

static guint current(const Config *config, guint key)
{
  switch (key) {
  case MODE: return config->observe;
  case UNSURE: return config->quarantine_unsure;
  case CHALLENGES: return config->judge_challenges;
  case VIRUS: return config->judge_virus;
  case REPLIES: return config->judge_auto_replies;
  case RECEIPTS: return config->judge_receipts;
  default: return config->notifications == NOTIFICATIONS_EACH ? 1 : config->notifications == NOTIFICATIONS_OFF ? 2 : 0;
  }
}

static void say(Preferences *preferences, const char *problem)
{
  g_autofree char *shown = shown_line(problem, 500);
  gtk_label_set_text(GTK_LABEL(preferences->problem), shown != NULL ? shown : "");
  gtk_widget_set_visible(preferences->problem, shown != NULL);
}

/* What is chosen here holds when the filter says that it runs by it, and not before. */
static void refresh_force(Preferences *preferences, const Config *config)
{
  const Desk *desk = preferences->desk;
  gboolean held = TRUE;
  g_autofree char *text = settings_in_force(desk->ledger, desk->overview.runs, config, &held);
  gtk_label_set_text(GTK_LABEL(preferences->force), text);
  GtkStyleContext *style = gtk_widget_get_style_context(preferences->force);
  gtk_style_context_remove_class(style, held ? "heading" : "dim-label");
  gtk_style_context_add_class(style, held ? "dim-label" : "heading");
}

static void refresh(Preferences *preferences)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Config) config = config_load(preferences->desk->config_file, &error);
  preferences->quiet = TRUE;
  gtk_widget_set_sensitive(preferences->page, config != NULL);
  for (guint key = 0; config != NULL && key < KEYS; key++) {
    GtkWidget *one = preferences->buttons[key][current(config, key)];
    if (keys[key].words[0] == NULL)
      gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(preferences->buttons[key][1]), current(config, key) == 1);
    else
      gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(one), TRUE);
  }
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(preferences->autostart), settings_autostart(g_get_user_config_dir()));
  preferences->quiet = FALSE;
  say(preferences, error != NULL ? error->message : NULL);
  refresh_force(preferences, config);
}

static void write_key(Preferences *preferences, guint key, guint value)
{
  g_autoptr(GError) error = NULL;
  if (!settings_write(preferences->desk->config_file, keys[key].key, keys[key].values[value], &error)) {
    refresh(preferences);
    say(preferences, error->message);
    return;
  }
  say(preferences, NULL);
  desk_read_config(preferences->desk);
  refresh(preferences);
}

static void on_toggle(GtkToggleButton *button, gpointer data)
{
  Preferences *preferences = data;
  gboolean active = gtk_toggle_button_get_active(button);
  if (preferences->quiet) return;
  for (guint key = 0; key < KEYS; key++)
    for (guint value = 0; value < 3; value++) {
      if (preferences->buttons[key][value] != GTK_WIDGET(button)) continue;
      if (keys[key].words[0] == NULL)
        write_key(preferences, key, active ? 1 : 0);
      else if (active)
        write_key(preferences, key, value);
      return;
    }
}

static void on_autostart(GtkToggleButton *button, gpointer data)
{
  Preferences *preferences = data;
  g_autoptr(GError) error = NULL;
  if (preferences->quiet) return;
  if (settings_set_autostart(g_get_user_config_dir(), gtk_toggle_button_get_active(button), &error)) return;
  refresh(preferences);
  say(preferences, error->message);
}

static void add_key(Preferences *preferences, GtkWidget *box, guint key)
{
  GtkWidget *first = NULL;
  for (guint value = 0; value < 3; value++) {
    const char *words = keys[key].words[value];
    if (words == NULL) continue;
    GtkWidget *button = keys[key].words[0] == NULL
                            ? gtk_check_button_new_with_label(_(words))
                            : gtk_radio_button_new_with_label_from_widget(GTK_RADIO_BUTTON(first), _(words));
    if (first == NULL) first = button;
    preferences->buttons[key][value] = button;
    g_signal_connect(button, "toggled", G_CALLBACK(on_toggle), preferences);
    gtk_widget_set_margin_start(button, 12);
    gtk_container_add(GTK_CONTAINER(box), button);
  }
}

static void add_heading(GtkWidget *box, const char *text)
{
  GtkWidget *heading = widget_heading_new(text);
  gtk_widget_set_margin_top(heading, 14);
  gtk_container_add(GTK_CONTAINER(box), heading);
}

static GtkWidget *choices_new(Preferences *preferences)
{
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
  add_heading(box, _("Bounces for mail you never sent"));
  add_key(preferences, box, MODE);
  add_heading(box, _("Bounces of which too little is known"));
  add_key(preferences, box, UNSURE);
  add_heading(box, _("Look also at"));
  for (guint key = CHALLENGES; key <= RECEIPTS; key++) add_key(preferences, box, key);
  add_heading(box, _("Notifications"));
  add_key(preferences, box, NOTIFY);
  return box;
}

static void on_map(GtkWidget *widget, gpointer data) { refresh(data); }

/* The file may have been changed by hand, and the filter says by itself when it has taken it over. */
static void on_desk(gpointer data)
{
  Preferences *preferences = data;
  if (gtk_widget_get_mapped(preferences->root)) refresh(preferences);
}

static void on_destroy(GtkWidget *widget, gpointer data) { desk_unwatch(((Preferences *)data)->desk, data); }

GtkWidget *preferences_new(Desk *desk, GtkWindow *window)
{
  Preferences *preferences = g_new0(Preferences, 1);
  GtkWidget *all = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
  g_autofree char *file = g_filename_display_name(desk->config_file);
  g_autofree char *where =
      g_strdup_printf(_("All of this is kept in %s; its comments and its other lines stay as they are."), file);
  preferences->desk = desk;
  preferences->problem = widget_heading_new("");
  preferences->force = widget_named(widget_label_new("", NULL), _("What is in force"));
  preferences->page = choices_new(preferences);
  GtkWidget *note = widget_label_new(where, "dim-label");
  preferences->autostart = gtk_check_button_new_with_label(_("Show the icon when I log in"));
  gtk_widget_set_margin_start(preferences->autostart, 12);
  g_signal_connect(preferences->autostart, "toggled", G_CALLBACK(on_autostart), preferences);
  gtk_container_set_border_width(GTK_CONTAINER(all), 18);
  gtk_container_add(GTK_CONTAINER(all), preferences->problem);
  gtk_container_add(GTK_CONTAINER(all), preferences->force);
  gtk_container_add(GTK_CONTAINER(all), preferences->page);
  add_heading(all, _("This program"));
  gtk_container_add(GTK_CONTAINER(all), preferences->autostart);
  gtk_widget_set_margin_top(note, 18);
  gtk_container_add(GTK_CONTAINER(all), note);
  preferences->root = widget_scrolled_new(all, FALSE);
  g_object_set_data_full(G_OBJECT(preferences->root), "preferences", preferences, g_free);
  g_signal_connect(preferences->root, "map", G_CALLBACK(on_map), preferences);
  g_signal_connect(preferences->root, "destroy", G_CALLBACK(on_destroy), preferences);
  desk_watch(desk, on_desk, preferences);
  gtk_widget_show_all(preferences->root);
  gtk_widget_set_no_show_all(preferences->problem, TRUE);
  gtk_widget_hide(preferences->problem);
  return preferences->root;
}
