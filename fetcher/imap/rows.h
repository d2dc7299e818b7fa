/* rows.h - what the data of an IMAP server says: messages, folders, numbers (RFC 3501, 7.2 to 7.4).
 *
 * Pure. Each function reads what follows the name of a response, and passes over items that it does not know. Strings
 * are borrowed from the reader unless said otherwise. */
#pragma once
#include "fetcher/imap/tokens.h"
#include "fetcher/store/store.h"

/* One FETCH response. Where an item cannot be read, the rest can: without a size and a time of arrival both are 0; with
 * flags that cannot be read the message counts as prized, since it may be flagged. */
typedef struct {
  ScanRow row;      /* of it, fields and length stay empty */
  gboolean flags;   /* the response tells flags */
  gboolean section; /* it has the section that was asked for, so it is not just news about flags */
  Value body;       /* that section; NIL: the server cannot give it */
  guint64 modseq;   /* RFC 7162, 3.1.3; 0: not told */
} FetchRow;
/* FALSE: the response does not end where it should, so that nothing of it can be trusted but, where not 0, row.uid. */
gboolean fetch_row_read(Cursor cursor, FetchRow *row);
void fetch_row_clear(FetchRow *row);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FetchRow, fetch_row_clear)

/* One LIST response: the folder's use (FolderUse), its separator (0: none), its name. FALSE: it cannot be read. */
gboolean list_row_read(Cursor cursor, guint *use, char *separator, Value *name);

typedef struct {
  Value name;
  gboolean counted;                 /* it tells MESSAGES */
  guint32 messages, next, validity; /* 0: not told */
} StatusRow;
/* FALSE: it cannot be read. */
gboolean status_row_read(Cursor cursor, StatusRow *row);
void status_row_clear(StatusRow *row);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(StatusRow, status_row_clear)

typedef enum { NAMESPACE_PERSONAL, NAMESPACE_OTHER_USERS, NAMESPACE_SHARED, NAMESPACE_KINDS } NamespaceKind;
typedef void (*NamespaceTake)(NamespaceKind kind, const Value *prefix, char separator, gpointer data);
/* Gives take each namespace (RFC 2342, 5), as far as the response can be read. */
void namespaces_read(Cursor cursor, NamespaceTake take, gpointer data);
/* Appends the numbers of a SEARCH response, without 0 (guint32). */
void search_read(Cursor cursor, GArray *uids);
/* Are these keywords kept, by the list of a PERMANENTFLAGS code: both by name, or any ("\*")? */
gboolean permanent_flags_keep(Cursor cursor, const char *one, const char *other);
/* INTERNALDATE in Unix seconds; 0 when it makes no sense. */
gint64 internal_date_read(const char *text, gsize length);
