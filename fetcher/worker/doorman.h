/* doorman.h - whom the door is opened for, and what is seen through it: between an account's session and the POP3
 * server on loopback (door.h). */
#pragma once
#include "fetcher/worker/session.h"

typedef struct Doorman Doorman;

/* All but stop_data are borrowed for the life of the doorman. NULL: the account has no door. */
Doorman *doorman_new(const Config *config, const AccountConfig *account, Ledger *ledger, Session *session,
                     gboolean (*stop)(gpointer data), gpointer stop_data);
void doorman_free(Doorman *doorman);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Doorman, doorman_free)

/* A descriptor that can be read when a mail program is at the door. Where the door cannot be opened now, the log and
 * the account's notice tell; then one that can be read when it is time to call this again. */
int doorman_fd(Doorman *doorman);
/* Serves who is at the door, to his end: makes a pass, then shows what the provider has, without what is held back.
 * *seconds: until the next pass is due by itself, 0: as before. FALSE: nobody is there. */
gboolean doorman_serve(Doorman *doorman, guint *seconds);
