/* private.h - what tray_review.c and tray_filters.c share; nobody else includes it. */
#pragma once
#include "ui/tray/detail.h"
#include "ui/tray/model.h"
#include "ui/tray/review.h"

struct Review {
  Desk *desk;
  GtkWindow *window;
  GtkWidget *root, *views, *accounts, *search, *tree, *status, *restore, *allow, *delete;
  GtkWidget *counts[BROWSE_VIEWS];
  Detail *detail;
  Pages *pages;
  TrayModel *model;
  BrowseQuery query;
  char *text, *account; /* of query */
  guint soon;           /* the selection is looked at when it has settled */
  gboolean quiet;       /* the list is being filled: nobody has chosen anything */
};

/* tray_review.c: fills the list anew after the query changed; keep: which entries stay chosen. */
void review_query(Review *review, gboolean keep);
/* tray_filters.c: the left side. */
GtkWidget *filters_new(Review *review);
void filters_refresh(Review *review);
void filters_choose(Review *review, BrowseView view);
