/* private.h - what the parts of a POP3 session share. */
#pragma once
#include "fetcher/net/stream.h"
#include "fetcher/pop3/link.h"

#define POP3_LINE 65536   /* bytes of a status or listing line */
#define POP3_COMMAND 255  /* bytes of a command with its end (RFC 2449, 4) */
#define POP3_WORD 65536   /* bytes of an answer that is one line */
#define POP3_ROWS 1000000 /* messages of a maildrop */
#define POP3_SIZE ((guint64)1 << 40)

/* What the server told of itself (CAPA). */
typedef enum {
  POP3_KNOWN = 1 << 0, /* it has CAPA; else the others mean nothing */
  POP3_STLS = 1 << 1,
  POP3_USER = 1 << 2,
  POP3_TOP = 1 << 3,
  POP3_PIPELINING = 1 << 4,
  POP3_EXPIRES = 1 << 5, /* EXPIRE 0: it deletes at the end of the session what RETR gave */
} Pop3Can;

typedef enum { POP3_TOP_UNKNOWN, POP3_TOP_THERE, POP3_TOP_ABSENT } Pop3Top;

struct Pop3Link {
  Stream *stream;
  char *user;
  guint can;        /* Pop3Can */
  char *mechanisms; /* " PLAIN LOGIN ", in capitals; " " when none is offered */
  Pop3Top top;
  gboolean over;     /* after QUIT */
  GArray *rows;      /* Pop3Row of the last listing */
  gboolean nameless; /* the last listing was without UIDL */
  GArray *sizes;     /* guint64 by message number: its octets and 1, 0 for a number that was not listed */
  GString *line;     /* the last line, without its end */
  gsize start, end;  /* of buffer: what was received and is not used yet */
  char buffer[16384];
};

/* An answer's first line. */
typedef enum { POP3_OK, POP3_ERR, POP3_MORE, POP3_NONE } Pop3Answer;

/* Sends bytes, which may be many commands. */
gboolean pop3_send(Pop3Link *link, const char *bytes, gsize length, GError **error);
/* Fills link->line. limit: bytes it may have. */
gboolean pop3_line(Pop3Link *link, gsize limit, GError **error);
/* Bytes into the empty buffer. */
gboolean pop3_fill(Pop3Link *link, GError **error);
/* Reads an answer's first line, which and what follows may have budget bytes. POP3_MORE ("+ ...", RFC 5034) only with
 * more. POP3_NONE: with error, and the connection is broken. */
Pop3Answer pop3_answer(Pop3Link *link, guint64 budget, gboolean more, GError **error);
/* Sends a command (without its end) and reads the answer's first line. */
Pop3Answer pop3_ask(Pop3Link *link, guint64 budget, GError **error, const char *format, ...) G_GNUC_PRINTF(4, 5);
/* What follows +OK, -ERR or + in link->line. */
const char *pop3_text(const Pop3Link *link);
/* Does the -ERR carry this response code, as in "[IN-USE]" (RFC 2449, 8)? */
gboolean pop3_has_code(const Pop3Link *link, const char *code);
/* The server's words for the owner without response code, or NULL; the caller frees. */
char *pop3_words(const Pop3Link *link);
/* Sets error for a -ERR: scope, or LINK for a code that says that it will mend itself. FALSE. */
gboolean pop3_refused(Pop3Link *link, StoreError scope, const char *doing, GError **error);
/* Sets error for a server that does not speak POP3, or why the connection broke; breaks it. FALSE. */
gboolean pop3_broken(Pop3Link *link, GError **error);

/* Signs in by the best way that both sides have. */
gboolean pop3_sign_in(Pop3Link *link, const AccountConfig *account, const char *secret, GError **error);
/* An empty listing: GArray of Pop3Row that frees its rows' strings. */
GArray *pop3_rows_new(void);
/* What UIDL tells now: *uids by message number, NULL elements for numbers that were not named, or more than once;
 * itself NULL when the server has no UIDL. */
gboolean pop3_take_uids(Pop3Link *link, GPtrArray **uids, GError **error);
/* A message's size as LIST told, otherwise for one that was not listed. */
guint64 pop3_octets(const Pop3Link *link, guint number, guint64 otherwise);
/* Bytes that the answer with this message may have: each line may get a CR and a dot that LIST did not count. */
guint64 pop3_budget(const Pop3Link *link, guint number);
