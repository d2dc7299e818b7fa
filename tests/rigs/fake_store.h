/* fake_store.h - a mail server in memory, whose connection can be cut before or after any step. */
#pragma once
#include "fetcher/store/store.h"

typedef struct {
  guint32 uid;
  GBytes *bytes;
  gint64 stored;
  gboolean seen, flagged, answered, deleted, backscatter, not_backscatter;
  gboolean unreadable;
  gboolean left_out, busy; /* read() gives nothing of it; read() is refused for now */
  gboolean hidden;         /* counted, but no scan tells of it */
  gboolean leaving;        /* removed in this session, gone after commit() */
} FakeMessage;

typedef struct {
  char *name;
  guint use;
  guint32 validity, next;
  guint32 stale; /* by so much is the UIDNEXT older that is told */
  gboolean read_only;
  guint opened;        /* how often, since fake_open() */
  GPtrArray *messages; /* FakeMessage* */
} FakeFolder;

typedef struct {
  GPtrArray *folders; /* FakeFolder* */
  gboolean copies;    /* no MOVE: copy, flag and expunge are three steps */
  gboolean late;      /* as POP3: what is taken out of INBOX is gone after commit(); restored mail goes to Returned; no
                         keywords,      no rivals; goes with copies */
  gboolean garbles;   /* what it copies is another message then */
  gboolean cannot_claim; /* no CONDSTORE: whoever claims a message gets it */
  gboolean cannot_move;
  guint can; /* StoreCapability that it has as well */
  gboolean refuses_create, refuses_move;
  gboolean busy_moving, busy_reading; /* refuses it for now */
  gboolean finds_no_ids;              /* its search knows no Message-ID */
  gboolean names_no_uids;             /* moves, but does not say where to */
  gboolean keeps_no_keywords;
  gboolean refuses_read;                /* of messages that are there */
  gboolean refuses_flags;               /* to tell which are flagged or answered */
  gboolean scans_as_boxes_do;           /* gives no row of a message that it refuses to read */
  const char *refuses_select;           /* this folder, though it is there */
  char *notes;                          /* Store.notes; borrowed */
  guint steps;                          /* steps since fake_open() */
  guint cut;                            /* cut the connection at this step, 0 = never */
  gboolean cut_after;                   /* after the step took effect */
  guint reads, scans, moves, transfers; /* transfers: commands that move or copy, refused ones too */
  guint foreseen;                       /* scans that expect() had told of */
  guint32 expected;                     /* where the scan begins that is likely to be next; 0: nobody told */
  gboolean synced;                      /* since fake_open() */
  guint unsynced;                       /* messages removed, on their own, before that */
  void (*turn)(gpointer data);          /* called before each step, where another machine may have its turn; NULL */
  gpointer turn_data;
} FakeServer;

FakeServer *fake_server_new(void);
void fake_server_free(FakeServer *server);
FakeFolder *fake_folder(FakeServer *server, const char *name); /* made when missing */
FakeMessage *fake_add(FakeServer *server, const char *folder, const char *text, gint64 stored);
Store *fake_open(FakeServer *server);
/* "FOLDER: flags text-hash ..." sorted: what is where, without UIDs. Caller frees. */
char *fake_snapshot(const FakeServer *server);
