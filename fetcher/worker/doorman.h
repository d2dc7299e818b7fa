/* doorman.h - lets mail programs in at the door, and says what they see: stands between an account's session and the
 * POP3 server on loopback (door/door.h). */
#pragma once
#include "fetcher/worker/session.h"

typedef struct Doorman Doorman;

/* The doorman borrows everything but stop_data for its life. NULL: the account has no door. */
Doorman *doorman_new(const Config *config, const AccountConfig *account, Ledger *ledger, Session *session,
                     gboolean (*stop)(gpointer data), gpointer stop_data);
void doorman_free(Doorman *doorman);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Doorman, doorman_free)

/* A descriptor that can be read when a mail program connects to the door. If the door cannot be opened now, the log
 * and the account's notice say so, and the descriptor can be read when it is time to call this again. */
int doorman_fd(Doorman *doorman);
/* Serves the waiting client until it disconnects: makes a pass, then shows what the provider has, without the hidden
 * messages. *seconds: until the next pass is due, 0: as before. FALSE: no client waits. */
gboolean doorman_serve(Doorman *doorman, guint *seconds);
