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
/* A page's content, scrolled when it is higher than the window; border in pixels. */
GtkWidget *widget_scrolled_new(GtkWidget *content, gboolean sideways);
/* Removes what is in a container. */
void widget_clear(GtkWidget *container);
/* A sentence about something that failed, until it is closed. */
void widget_complain(GtkWindow *parent, const char *title, const char *text);
/* Asks once, and calls said_yes(data) if the owner says so; the button for it is named by `yes`. In any case,
 * gone(data) comes last. Nothing waits meanwhile: a program that reads the screen must go on. */
void widget_ask(GtkWindow *parent, const char *title, const char *text, const char *yes,
                void (*said_yes)(gpointer data), gpointer data, GDestroyNotify gone);
