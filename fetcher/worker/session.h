/* session.h - an account's connection over time: opens it, makes one pass after the other on it, opens it again after
 * a loss; and tells the ledger about it. */
#pragma once
#include "fetcher/pass/pass.h"
#include "fetcher/worker/open_store.h"

typedef struct Session Session;

/* The session borrows everything but home itself and stop_data for its life. stop is asked between steps whether
 * everything must end now. once: there will be only one pass, and nobody watches for mail after it. */
Session *session_new(const Config *config, const AccountConfig *account, const StoreHome *home, gboolean once,
                     gboolean (*stop)(gpointer data), gpointer stop_data);
/* For tests: a clock instead of g_get_monotonic_time(). */
void session_set_clock(Session *session, gint64 (*clock)(void));
/* Signs out where it can within 2 s, wipes the secret. */
void session_free(Session *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Session, session_free)

/* The configuration's mode has changed. It counts from the next pass on. */
void session_doubt(Session *session);

/* Makes a pass. If there is no connection, makes one, and then a whole pass (unless scope is PASS_SWEEP). If a
 * connection that had worked is lost, opens another one at once. Writes the account's state, and answers requests to
 * check. *seconds: until the next pass is due. The result is an exit status (exit.h). */
int session_pass(Session *session, PassScope scope, guint *seconds);

/* Waits until one of n descriptors can be read (FALSE), or there is a reason for a pass (TRUE): mail may have come
 * (*seconds 0), or the connection was lost (*seconds: how long to leave the server alone). Without a connection, or
 * where the server does not tell of new mail, only the descriptors count. */
gboolean session_wait(Session *session, const int *wake, guint n, guint *seconds);

/* For the door: makes a pass, then gives the open store. A pass that failed because of the ledger or the configuration
 * does not matter here. NULL with error. After a refused sign-in the error stays, and the server is not asked, for as
 * long as session_pass() would wait; after other errors for a moment. *seconds: as session_pass() tells, 0: no pass
 * was made. */
Store *session_visit(Session *session, guint *seconds, GError **error);
/* The visit is over: ends the connection, if there is one. */
void session_leave(Session *session);
