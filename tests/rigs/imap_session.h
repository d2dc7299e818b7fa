/* imap_session.h - a signed-in IMAP store on a scripted server, for tests. */
#pragma once
#include "fetcher/imap/imap.h"
#include "tests/rigs/peer.h"

typedef struct {
  Server *server;
  Store *store;
  GError *error;
} Session;

/* In clear, or over TLS when the conversation has a certificate; the server may be silent for `timeout` seconds. */
void session_open_with(Session *session, const Conversation *conversation, guint timeout);
/* Thirty seconds: a server that answers is never given up on a busy machine. */
void session_open(Session *session, const Conversation *conversation);
/* Opens INBOX. */
void session_select(Session *session);
/* Ends the conversation, so that all of it was heard. */
const char *session_end(Session *session);
void session_free(Session *session);
/* The error that a step gave: code -1 for none. */
void assert_outcome(const Session *session, gboolean done, int code, const char *words);
