/* widgets.h - small pieces that the pages are made of. */
#pragma once
#include <gtk/gtk.h>

/* Gives a widget the name that a screen reader says. Returns it. */
GtkWidget *widget_named(GtkWidget *widget, const char *name);
/* A label that wraps, to the left; style: a class of GTK's ("title-1", "dim-label"), NULL. Plain text, never markup. */
GtkWidget *widget_label_new(const char *text, const char *style);
/* A heading over a group, bold. */
GtkWidget *widget_heading_new(const char *text);
/* A button with a mnemonic, named after its text. clicked(data). */
GtkWidget *widget_button_new(const char *mnemonic, void (*clicked)(gpointer data), gpointer data);
/* The content of a page, with scroll bars: upwards when needed, sideways if `sideways`. */
GtkWidget *widget_scrolled_new(GtkWidget *content, gboolean sideways);
/* Removes all children of a container. */
void widget_clear(GtkWidget *container);
/* Shows a dialog about something that failed. */
void widget_complain(GtkWindow *parent, const char *title, const char *text);
/* Asks a question in a dialog and returns at once, so that programs that read the screen go on. Calls said_yes(data) if
 * the owner presses the button named `yes`, and gone(data) at the end in any case. */
void widget_ask(GtkWindow *parent, const char *title, const char *text, const char *yes,
                void (*said_yes)(gpointer data), gpointer data, GDestroyNotify gone);
