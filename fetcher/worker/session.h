/* session.h - an account's connection over time: opened, used for one pass after the other, lost and opened again; and
 * what the ledger is told of it. */
#pragma once
#include "fetcher/pass/pass.h"
#include "fetcher/worker/open_store.h"

typedef struct Session Session;

/* All but home itself and stop_data are borrowed for the life of the session. stop is asked between steps: must it all
 * end now? once: it is for one pass, after which nobody watches. */
Session *session_new(const Config *config, const AccountConfig *account, const StoreHome *home, gboolean once,
                     gboolean (*stop)(gpointer data), gpointer stop_data);
/* For tests: a clock instead of g_get_monotonic_time(). */
void session_set_clock(Session *session, gint64 (*clock)(void));
/* Signs out where it can within 2 s, wipes the secret. */
void session_free(Session *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Session, session_free)

/* The configuration's mode has changed: from the next pass on. */
void session_doubt(Session *session);

/* Makes a pass, on a new connection where there is none (and then a whole one, unless scope is PASS_SWEEP). The
 * account's state, and the answers to wishes to check, are written. *seconds: until the next pass is due by itself. The
 * result is an exit status (exit.h); EX_OK also for a connection that was lost after it had worked: it is opened again
 * at once. */
int session_pass(Session *session, PassScope scope, guint *seconds);

/* Waits until one of n descriptors can be read, or there is reason for a pass: mail may have come (*seconds 0), or the
 * connection was lost (*seconds: how long to leave the server alone). TRUE: there is. Where the server tells of no mail
 * by itself, or there is no connection, only the descriptors are waited for. */
gboolean session_wait(Session *session, const int *wake, guint n, guint *seconds);

/* For somebody else than a pass (the door): makes one, then gives the open store. A pass that went wrong for another
 * reason than the server's is no hindrance. NULL with error; after a refused sign-in for as long as the server is to be
 * left alone, and else for a moment, without asking it anew. *seconds: as session_pass() tells, 0: no pass was made. */
Store *session_visit(Session *session, guint *seconds, GError **error);
/* The visit is over: ends the connection, if there is one. */
void session_leave(Session *session);
