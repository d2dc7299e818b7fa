/* entry_list.h - the list of reports: its columns and their order, its keys, and which rows are selected. */
#pragma once
#include "ui/tray/desk.h"

typedef enum {
  LIST_KEY_RESTORE,
  LIST_KEY_ALLOW,
  LIST_KEY_DELETE,
  LIST_KEY_EXPLAIN,
  LIST_KEY_SEARCH,
} ListKey;

/* Whom the list tells, each with the `data` of entry_list_new(). */
typedef struct {
  void (*selected)(gpointer data); /* other rows are selected, and no more changes follow at once */
  void (*sorted)(gpointer data);   /* the owner wants another order: the query is to be asked again */
  void (*pressed)(ListKey key, gpointer data);
} EntryListEvents;

typedef struct EntryList EntryList;
/* events: static. Lives as long as its widget. */
EntryList *entry_list_new(const EntryListEvents *events, gpointer data);
/* The GtkTreeView. */
GtkWidget *entry_list_widget(EntryList *list);
/* The ledger and the notes (pages_set_notes()) to read from; both are borrowed. Until then the list is empty. */
void entry_list_open(EntryList *list, Ledger *ledger, GHashTable *notes);
gboolean entry_list_is_open(const EntryList *list);

/* Fills the list with what the query asks for; its order is replaced by the owner's. keep: the same rows stay selected,
 * or what took their place; else the first row is selected. LEDGER_ERROR: the list stays as it was. events->selected is
 * not called. */
gboolean entry_list_ask(EntryList *list, const BrowseQuery *query, gboolean keep, GError **error);
guint entry_list_count(const EntryList *list);
/* Ids (gint64) of the selected rows. The caller owns the array. */
GArray *entry_list_selected(EntryList *list);
/* Selects this entry and scrolls to it; nothing happens when the list does not hold it. */
void entry_list_select(EntryList *list, gint64 id);
