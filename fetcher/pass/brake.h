/* brake.h - while nothing shows that the Sent folders that are read are the right ones, few messages are moved or none.
 *
 * Until the account is plausible (ledger/answers.h), what would be moved is recorded as kept, and is due at once. At
 * the end of the pass it is judged again and moved, if it is less than COVERAGE_BRAKE together with what was moved so
 * before, or if the account is plausible by then. Else it stays, and the account's notice says how to go on. What the
 * owner's own entry denies is moved as ever, and so is everything in a sweep that the owner asks for once told. */
#pragma once
#include "fetcher/pass/run.h"

/* Puts the brake on, unless the account is plausible. Call it when a pass begins, and after brake_end() let go. */
gboolean brake_begin(Run *run, GError **error);
/* Asks again whether the account has become plausible, while the brake is on. */
gboolean brake_look(Run *run, GError **error);
/* Must a message with this verdict be kept back for now? */
gboolean brake_holds(const Run *run, const Verdict *verdict);
/* Was this entry kept back, and does it still wait? */
gboolean brake_kept(const Entry *entry);
/* One was kept back. */
void brake_count(Run *run, const Verdict *verdict);
/* All mail of the pass, or of a sweep, was judged: takes the brake off, or leaves it on and tells the owner why.
 * *let_go: something waits, and is to be judged now; then put the brake on again. */
gboolean brake_end(Run *run, gboolean *let_go, GError **error);
/* The owner asks for a sweep: takes the brake off if the owner had been told. */
gboolean brake_for_sweep(Run *run, gint64 wish, GError **error);
