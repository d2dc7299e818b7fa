/* filters.h - the left side of the review page: which entries are shown, and of which account. */
#pragma once
#include "ui/tray/desk.h"

typedef struct Filters Filters;
/* changed(data) is called when the owner selects another view or account. Lives as long as its widget. */
Filters *filters_new(Desk *desk, void (*changed)(gpointer data), gpointer data);
GtkWidget *filters_widget(Filters *filters);
BrowseView filters_view(const Filters *filters);
/* NULL: all accounts. Borrowed until the next choice. */
const char *filters_account(const Filters *filters);
/* Reads accounts and counts anew. */
void filters_refresh(Filters *filters);
/* Selects this view of all accounts, without calling changed(). */
void filters_show(Filters *filters, BrowseView view);
