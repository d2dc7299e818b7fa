/* passing.h - what `once` and `sweep` share: having passes made, by the daemon that runs or by a backstopd of our own.
 */
#pragma once
#include "ledger/wish.h"
#include "ui/cli/progress.h"

/* Passes that are waited for. All of it is borrowed. */
typedef struct {
  const Ui *ui;
  const Config *config;
  Progress *progress;
  const gboolean *stop; /* set by a signal source of the caller: wait no longer for the daemon; NULL: never */
} Passing;

/* The configuration; NULL, with a complaint and *status, when it cannot be loaded or has no such account (NULL: all).
 */
Config *passing_config(const Ui *ui, const char *account, int *status);
/* Runs `backstopd --once [ACCOUNT]` to its end; its exit status. sweep: for nothing but the sweeps that are wished for.
 * A first SIGINT, SIGTERM or SIGHUP is passed on as SIGTERM, a second one ends this program as usual. account NULL:
 * all. */
int passing_by_child(const Passing *passing, gboolean sweep, const char *account);
/* Waits until none of these wishes (ids, gint64) is open; what became of them is for the caller to look at. *left: the
 * daemon ended before. EX_TEMPFAIL with a complaint when the daemon does not come to one; EX_TEMPFAIL without when
 * *stop. An account that cannot go on leaves its sweep open: complains and waits for it no longer, with
 * passing_trouble(). */
int passing_by_daemon(const Passing *passing, Ledger *ledger, const GArray *wishes, gboolean *left);
/* The exit status that fits the state an account is in: 77 sign-in needed, 69 retrying, else `other`. */
int passing_trouble(Ledger *ledger, const char *account, int other);
