/* private.h - what the files of a POP3 session share. */
#pragma once
#include "fetcher/net/stream.h"
#include "fetcher/pop3/link.h"

#define POP3_LINE 65536   /* bytes of a status or listing line */
#define POP3_COMMAND 255  /* bytes of a command with its end (RFC 2449, 4) */
#define POP3_WORD 65536   /* bytes of an answer that is one line */
#define POP3_ROWS 1000000 /* messages of a maildrop */
#define POP3_SIZE ((guint64)1 << 40)

/* What the server says that it can do (CAPA). */
typedef enum {
  POP3_KNOWN = 1 << 0, /* the server has CAPA; if not, the other members mean nothing */
  POP3_STLS = 1 << 1,
  POP3_USER = 1 << 2,
  POP3_TOP = 1 << 3,
  POP3_PIPELINING = 1 << 4,
  POP3_EXPIRES = 1 << 5, /* EXPIRE 0: at the end of the session, the server deletes each message that RETR gave */
} Pop3Can;

typedef enum { POP3_TOP_UNKNOWN, POP3_TOP_THERE, POP3_TOP_ABSENT } Pop3Top;

struct Pop3Link {
  Stream *stream;
  char *user;
  guint can;        /* Pop3Can */
  char *mechanisms; /* " PLAIN LOGIN ", in capitals; " " when the server offers no mechanism */
  Pop3Top top;
  guint delay;       /* seconds that must lie between two sign-ins (LOGIN-DELAY); 0: the server does not say */
  gboolean over;     /* QUIT was sent */
  GArray *rows;      /* Pop3Row of the last listing */
  gboolean nameless; /* the server had no UIDL for the last listing */
  GArray *sizes;     /* guint64 by message number: octets of the message plus 1; 0: the number was not listed */
  GString *line;     /* the last line, without its end */
  gsize start, end;  /* bytes of buffer that were received and are not used yet */
  char buffer[16384];
};

/* An answer's first line. */
typedef enum { POP3_OK, POP3_ERR, POP3_MORE, POP3_NONE } Pop3Answer;

/* A session over this stream, which it takes over, from the greeting to the sign-in. *too_soon: the server lets nobody
 * sign in so soon after the last time. */
Pop3Link *pop3_link_over(Stream *stream, const AccountConfig *account, const char *secret, gboolean *too_soon,
                         GError **error);
/* Sends bytes, which may be many commands. */
gboolean pop3_send(Pop3Link *link, const char *bytes, gsize length, GError **error);
/* Fills link->line. limit: the most bytes of the line. */
gboolean pop3_line(Pop3Link *link, gsize limit, GError **error);
/* Reads bytes into the empty buffer. */
gboolean pop3_fill(Pop3Link *link, GError **error);
/* Reads an answer's first line. budget: the most bytes of the whole answer. POP3_MORE ("+ ...", RFC 5034) is allowed
 * only if `more` is TRUE. POP3_NONE: error is set, and the connection is broken. */
Pop3Answer pop3_answer(Pop3Link *link, guint64 budget, gboolean more, GError **error);
/* Sends a command (without its end) and reads the answer's first line. */
Pop3Answer pop3_ask(Pop3Link *link, guint64 budget, GError **error, const char *format, ...) G_GNUC_PRINTF(4, 5);
/* The text behind +OK, -ERR or + in link->line. */
const char *pop3_text(const Pop3Link *link);
/* Does the -ERR carry this response code, as in "[IN-USE]" (RFC 2449, 8)? */
gboolean pop3_has_code(const Pop3Link *link, const char *code);
/* The server's words for the owner without response code, or NULL; the caller frees. */
char *pop3_words(const Pop3Link *link);
/* Sets error for a -ERR: scope, or LINK if the response code says that a later try may succeed. Always FALSE. */
gboolean pop3_refused(Pop3Link *link, StoreError scope, const char *doing, GError **error);
/* Sets error: the reason why the connection broke, or that the server does not speak POP3. Breaks the connection.
 * Always FALSE. */
gboolean pop3_broken(Pop3Link *link, GError **error);

/* Signs in by the best way that both sides have. */
gboolean pop3_sign_in(Pop3Link *link, const AccountConfig *account, const char *secret, GError **error);
/* An empty listing: GArray of Pop3Row that frees its rows' strings. */
GArray *pop3_rows_new(void);
/* Asks for UIDL now: *uids by message number; an element is NULL if its number was not named, or was named more than
 * once. *uids is NULL when the server has no UIDL. */
gboolean pop3_take_uids(Pop3Link *link, GPtrArray **uids, GError **error);
/* A message's size as LIST told; `otherwise` if the message was not listed. */
guint64 pop3_octets(const Pop3Link *link, guint number, guint64 otherwise);
/* The most bytes of the answer with this message: each line may get a CR and a dot that LIST did not count. */
guint64 pop3_budget(const Pop3Link *link, guint number);
