/* private.h - what the files of the door share, from below to above: listeners (listen.c), whose program a client is
 * (peer.c), clients that have said nothing yet (waiting.c), a client's connection (wire.c), answers (answer.c), the
 * messages a client sees (maildrop.c), passwords (sign_in.c), commands (session.c). A file calls only files that stand
 * before it here. */
#pragma once
#include "fetcher/door/door.h"
#include <sys/types.h>

#define DOOR_BUFFER ((gsize)65536) /* of either direction */
#define DOOR_WAITING 64            /* clients that may wait; one more, and the oldest one goes */
#define DOOR_BATCH 32              /* messages that are asked for in one go */

/* Times in milliseconds. */
typedef struct {
  guint sign_in;  /* until the sign-in, from the connection on */
  guint idle;     /* between two commands */
  guint unread;   /* that the client takes nothing of what waits for it */
  guint patience; /* that a client may be silent before its sign-in while another one speaks */
  guint penalty;  /* before a wrong password is answered; doubled with each further one, whoever says it */
  guint penalty_most;
  guint keep_alive; /* that the link is left without a command */
  guint tick;       /* between two looks at stop(), the link and the others at the door */
  guint linger;     /* that a client which is sent away may take to close its side */
  guint errors;     /* commands that make no sense; one more ends the session */
  guint failures;   /* wrong passwords; the last one ends the session */
} DoorLimits;

typedef struct {
  int fd;
  gint64 since; /* monotonic microseconds */
} DoorWaiting;

struct Door {
  int listeners[2]; /* -1: none */
  int arrivals;     /* an epoll of the listeners alone */
  int timer;        /* for the client that waits longest */
  int epoll;        /* of all that wakes the door: arrivals, timer, clients that wait */
  DoorLimits limits;
  GArray *users; /* uid_t: whose programs may connect beside the owner's */
  DoorWaiting waiting[DOOR_WAITING];
  guint n_waiting; /* the oldest one first */
  guint wrong;     /* passwords since the last right one */
};
/* listen.c */
/* The connection of the client that knocks, not blocking; -1: none does. */
int door_let_in(Door *door);

/* peer.c */
/* Whose program has the other end of this connection on loopback? FALSE: nobody's, or not known. */
gboolean door_peer(int fd, uid_t *user);
/* Reads one row of the kernel's table. ends: both addresses as the table writes them, each with a space behind. FALSE:
 * the row is about another connection, or one that no program has any more. */
gboolean door_read_peer(const char *row, const char *ends, uid_t *user);

/* waiting.c; nothing here blocks. */
/* Greets all clients that knock and lets them wait, if they are programs of the owner's or of the door's users. Closes
 * those that waited for too long. */
void door_admit(Door *door);
/* The first waiting client that has said something or hung up; -1: none has. take: it waits no more, and the caller
 * closes it. */
int door_next(Door *door, gboolean take);
/* Tells all clients that the door is in use, and closes their connections. */
void door_turn_away(Door *door);

/* A client's connection. Once broken, nothing goes through. */
typedef struct {
  int fd;
  Door *door;
  /* Called when others are at the door, and once a tick. */
  void (*others)(gpointer data);
  /* Called about once a tick, in every wait and by door_wire_attend(); FALSE: break the connection, after what waits
   * to be sent was sent as far as it goes. */
  gboolean (*attend)(gpointer data);
  gpointer data;
  gint64 attended; /* µs, monotonic, as all times here */
  gboolean ended;  /* the client sends nothing more */
  gboolean broken;
  gsize in_from, in_to, out_from, out_to;
  char in[DOOR_BUFFER], out[DOOR_BUFFER];
} DoorWire;

typedef enum { DOOR_LINE, DOOR_NO_LINE, DOOR_LONG_LINE } DoorLine;
/* Once a tick: calls others() and attend(), sends what waits as far as it goes. FALSE: the connection is broken.
 */
gboolean door_wire_attend(DoorWire *wire);
/* The next line that has come, NUL-terminated, without its end; valid until the next call; may be written to. */
DoorLine door_wire_line(DoorWire *wire, char **line, gsize *length);
/* Takes what has come, without waiting; FALSE: there is nothing. */
gboolean door_wire_take(DoorWire *wire);
/* Waits until something comes. FALSE: it is later than `until`, or nothing will come any more. */
gboolean door_wire_await(DoorWire *wire, gint64 until);
/* Does nothing for so long, unless the client hangs up. */
void door_wire_pause(DoorWire *wire, guint milliseconds);
/* Buffered. FALSE: the connection is broken. */
gboolean door_wire_say(DoorWire *wire, const char *bytes, gsize length);
/* Sends what waits, taking in what comes meanwhile, so that a client which only writes is heard out. */
gboolean door_wire_flush(DoorWire *wire);
/* Says that nothing more comes. */
void door_wire_shut(DoorWire *wire);
/* Closes, after hearing the client out for a moment: what it had sent in vain would else destroy our last words. */
void door_wire_close(DoorWire *wire);

typedef enum { DOOR_AUTHORIZATION = 1 << 0, DOOR_TRANSACTION = 1 << 1 } DoorState; /* RFC 1939, 3 */

typedef struct {
  DoorWire wire;
  const DoorHost *host;
  DoorState state;
  gboolean over;   /* no further command is looked at */
  gint64 began;    /* the time for signing in */
  gint64 heard;    /* the last line came */
  gint64 since;    /* the last command was done */
  gboolean active; /* a command was looked at since */
  guint errors;

  char *user;    /* of USER; NULL */
  gboolean sasl; /* the next line is the client's response (RFC 5034, 4) */
  guint failures;

  gboolean entered;   /* host->leave() must be called */
  Pop3Link *link;     /* NULL: none, or broken */
  gint64 used;        /* the link had its last command */
  const GArray *rows; /* Pop3Row */
  guint8 *deleted;    /* for each row */
  guint unmarked;     /* of these, the server did not take for deletion */
  guint left;         /* rows that are not deleted, and their octets */
  guint64 octets;

  Pop3Ask asks[DOOR_BATCH]; /* put off, until a command of another kind or none comes */
  guint asked;
  guint64 asked_octets; /* at a guess */
  gboolean relaying;    /* the link has commands to answer */
  gboolean started;     /* of the message that comes: +OK was said */
  /* Where TOP is in it: octets of its line, the last one was CR, the header is over, lines of the body that came. */
  guint64 line;
  gboolean cr, body;
  gint lines;
} DoorSession;

/* The words behind a command. */
typedef struct {
  char *text; /* as it came; never NULL */
  guint n;
  guint64 numbers[2];
} DoorWords;

/* answer.c */
/* One line, without its line end. Messages that were asked for before come first. */
void door_answer(DoorSession *session, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* -ERR for a mistake of the client; too many of them end the session. */
void door_error(DoorSession *session, const char *text);
/* -ERR with a sentence from another program, made fit for a line (RFC 2449, 4). code: a response code, or "". */
void door_refuse(DoorSession *session, const char *code, const char *sentence);
/* The link broke: ends the session and tells the host. */
void door_broke(DoorSession *session, const GError *problem);
/* Asks for the message of a row, or its first lines (as Pop3Ask), a little later together with others. */
void door_ask(DoorSession *session, guint row, gint lines);
/* Relays all messages that were asked for. */
void door_relay(DoorSession *session);

/* maildrop.c */
/* The row of a message number. FALSE: there is no such message, and the client was told so with -ERR. */
gboolean door_find_row(DoorSession *session, guint64 number, guint *row);
const Pop3Row *door_row(const DoorSession *session, guint row);
/* Takes away all marks for deletion, and counts the rows anew. */
void door_count_rows(DoorSession *session);
void door_stat(DoorSession *session, const DoorWords *words);
void door_list(DoorSession *session, const DoorWords *words);
void door_uidl(DoorSession *session, const DoorWords *words);
void door_dele(DoorSession *session, const DoorWords *words);
void door_rset(DoorSession *session, const DoorWords *words);
/* Marks on the link what the client has marked. FALSE: some of it was not marked; and if the link is NULL afterwards,
 * nothing will be deleted, since the session cannot be ended with QUIT. */
gboolean door_mark_deleted(DoorSession *session);

/* sign_in.c: USER, PASS, AUTH, and the client's response to AUTH. They may write to what they are given. TRUE: the
 * password was right, and the client waits for an answer; FALSE: it has got its answer. */
void door_user(DoorSession *session, const DoorWords *words);
gboolean door_pass(DoorSession *session, const DoorWords *words);
gboolean door_auth(DoorSession *session, const DoorWords *words);
gboolean door_auth_response(DoorSession *session, char *line);

/* session.c */
/* Serves a client that was greeted, to its end, and closes fd. */
void door_serve_client(Door *door, int fd, const DoorHost *host);
