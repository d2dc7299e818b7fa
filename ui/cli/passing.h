/* passing.h - what `once` and `sweep` share: having passes made, by the daemon that runs or by a backstopd of its own.
 */
#pragma once
#include "ledger/wish.h"
#include "ui/terminal/progress.h"

/* The passes to wait for. All members are borrowed. */
typedef struct {
  const Ui *ui;
  const Config *config;
  Progress *progress;
  const GPtrArray *before; /* Account*, read before the sweeps were asked for: trouble of before is no news */
  const gboolean *stop;    /* set by a signal source of the caller: wait no longer for the daemon; NULL: never */
} Passing;

/* Loads the configuration. NULL, with a complaint and *status: it cannot be loaded, or has no such account (NULL: all).
 */
Config *passing_config(const Ui *ui, const char *account, int *status);
/* Runs `backstopd --once [ACCOUNT]` to its end and returns its exit status. sweep: only the sweeps that were asked for.
 * The first SIGINT, SIGTERM or SIGHUP is passed on as SIGTERM, a second one ends this program as usual. account NULL:
 * all. */
int passing_by_child(const Passing *passing, gboolean sweep, const char *account);
/* Waits until none of these requests (ids, gint64) is open; the caller then reads their results. *left: the daemon
 * ended before. EX_TEMPFAIL with a complaint: the daemon does not start a request; without a complaint: *stop was set.
 * When an account cannot go on, its sweep stays open: complains, waits no longer, and returns passing_trouble(). */
int passing_by_daemon(const Passing *passing, Ledger *ledger, const GArray *wishes, gboolean *left);
/* The exit status that fits the state an account is in: 77 sign-in needed, 69 retrying, else `other`. */
int passing_trouble(Ledger *ledger, const char *account, int other);
