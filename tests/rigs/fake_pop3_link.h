/* fake_pop3_link.h - a session with a POP3 server in memory, that can refuse, break, and tell what it was asked. */
#pragma once
#include "fetcher/pop3/link.h"

typedef struct {
  GBytes *lines; /* as on the wire: CRLF, dots doubled, without the last dot; NULL: `octets` of fake_octet() */
  guint64 octets;
  const char *refusal; /* instead of the message */
  gboolean stays;      /* its deletion is refused */
} FakeMail;

struct Pop3Link {
  GArray *mails; /* FakeMail, of the numbers 1 to n */
  GArray *rows;  /* Pop3Row: what is shown of it */
  gboolean no_top;
  gsize piece;        /* octets in one piece */
  guint delay;        /* µs before each piece */
  gint64 break_after; /* octets of messages; -1: never */
  gboolean busy;      /* within pop3_link_fetch() */
  gboolean breaks_at_noop, breaks_at_delete;
  guint calls, most;   /* of pop3_link_fetch(), and asks in one */
  GString *heard;      /* "RETR 1;TOP 2 0;DELE 1 uid;" */
  volatile gint given; /* octets, atomic */
  volatile gint noops; /* atomic */
};

Pop3Link *fake_link_new(void);
/* Adds a message, and shows it, with a uid made up of its number, unless hidden. */
FakeMail *fake_link_add(Pop3Link *link, const char *lines, gssize length, gboolean hidden);
/* The octet at a position of a large message: lines of 80. */
char fake_octet(guint64 at);
void fake_link_free(Pop3Link *link);
