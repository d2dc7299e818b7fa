/* review.h - the page where the owner looks through what was held back: filters, list, explanation, actions. */
#pragma once
#include "ui/tray/desk.h"

typedef struct Review Review;
/* Lives as long as its widget. */
Review *review_new(Desk *desk, GtkWindow *window);
GtkWidget *review_widget(Review *review);
/* Shows this view of all accounts; selects the entry `id`, or the first for 0. */
void review_show(Review *review, BrowseView view, gint64 id);
/* What the keys and the menu do. */
void review_restore(Review *review);
void review_delete(Review *review);
void review_allow(Review *review);
void review_search(Review *review);
/* A search as if it was typed, at once. */
void review_set_text(Review *review, const char *text);
/* The list's widget and how many entries it has. */
GtkWidget *review_list(Review *review);
guint review_count(Review *review);
